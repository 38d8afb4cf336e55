//! Findings about users, groups and assignments.

use super::{count, some_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// Groups that are members of one another.
#[must_use]
pub fn group_cycle(ring: &[(String, Span)]) -> Diagnostic {
    let finding = super::ring(Code::GroupCycle, "groups are members of one another", "is a member of", ring);
    finding.help("remove one of the memberships")
}

/// A group that is in too many others.
#[must_use]
pub fn groups_too_deep(name: &str, span: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::GroupsTooDeep, format!("the group `{name}` is, by steps, in more than {limit} groups"))
        .at(span, "is taken to be in none, and so are the groups in it")
        .help("let groups be members of fewer groups: nobody can say what a member of so many has")
}

/// An assignment in the home division of an organisation that has none.
#[must_use]
pub fn no_home_division(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NoHomeDivision,
        "no division is the home division, in which roles are assigned where nothing else is said",
    )
    .at(span, "assigned in the home division")
    .help("declare one, as in `home division main`, or write `in` and the divisions; `in all` is everywhere")
}

/// Somebody whom a finding names.
#[derive(Debug, Clone)]
pub enum Who {
    /// A user, by its name.
    User(String),
    /// A group, by its name.
    Group(String),
}

impl std::fmt::Display for Who {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(name) => write!(out, "the user `{name}`"),
            Self::Group(name) => write!(out, "the group `{name}`"),
        }
    }
}

/// Somebody, and how many more: `` the user `a` and 3 others ``.
fn and_more(who: &Who, more: usize) -> String {
    if more == 0 { who.to_string() } else { format!("{who} and {}", count(more, "other")) }
}

/// An assignment that is judged.
#[derive(Debug)]
pub struct Assigned<'w> {
    /// The role.
    pub role: &'w str,
    /// Its divisions where they are written, else the role's name.
    pub place: Span,
    /// Its divisions.
    pub divisions: String,
    /// Whether they are not written.
    pub at_home: bool,
}

/// An assignment whose divisions leave nothing of a role, or nothing of a part of it.
#[must_use]
pub fn empty_assignment(assigned: &Assigned<'_>, part: Option<&[String]>, because: (Span, String)) -> Diagnostic {
    let Assigned { role, place, divisions, at_home } = assigned;
    let (code, what) = match part {
        None => (Code::EmptyAssignment, "nothing".to_owned()),
        Some(names) => (Code::PartlyEmptyAssignment, format!("nothing of {}", some_of(names, 3))),
    };
    let home = if *at_home { "the home division, " } else { "" };
    Diagnostic::new(code, format!("`{role}` grants {what} in {home}{divisions}"))
        .at(*place, if *at_home { format!("assigned in {divisions}") } else { "assigned here".to_owned() })
        .with(because.0, because.1)
        .help(if *at_home {
            "write `in` and the divisions: without it a role is assigned in the home division"
        } else {
            "assign it in divisions in which the role grants what is needed"
        })
}

/// An assignment of what somebody has already.
#[must_use]
pub fn redundant_assignment(role: &str, span: Span, (who, more): (&Who, usize), because: (Span, &str)) -> Diagnostic {
    let verb = if more == 0 { "has" } else { "have" };
    Diagnostic::new(Code::RedundantAssignment, format!("{} {verb} `{role}` already", and_more(who, more)))
        .at(span, "changes nothing for them")
        .with(because.0, because.1)
}

/// Two roles of somebody, of which one opens everywhere what the other confines.
#[derive(Debug)]
pub struct Beside<'w> {
    /// The confined role, and where it is given.
    pub confined: (&'w str, Span),
    /// The other one, and where it is given.
    pub open: (&'w str, Span),
    /// What is confined.
    pub aware: &'w str,
    /// What opens the same everywhere.
    pub unaware: &'w str,
    /// What confines it: the place, and the divisions.
    pub divisions: Option<(Span, String)>,
    /// Whether the assignment of the other one is at fault rather than that of the confined one.
    pub open_first: bool,
}

/// A role that opens everywhere what another one of the same people confines.
#[must_use]
pub fn cross_role(beside: &Beside<'_>, (who, more): (&Who, usize)) -> Diagnostic {
    let Beside { confined, open, aware, unaware, divisions, open_first } = beside;
    let who = and_more(who, more);
    let verb = if more == 0 { "has" } else { "have" };
    let message = format!("{who} {verb} `{}` beside `{}`, and it defeats that role's confinement", open.0, confined.0);
    let opens = (open.1, format!("`{}` holds `{unaware}`, which ignores divisions", open.0));
    let confines = (confined.1, format!("`{}` holds `{aware}` in divisions only", confined.0));
    let (first, second) = if *open_first { (opens, confines) } else { (confines, opens) };
    let finding = Diagnostic::new(Code::CrossRoleConfinement, message).at(first.0, first.1).with(second.0, second.1);
    let finding = match divisions {
        Some((span, divisions)) => finding.with(*span, format!("confined to {divisions}")),
        None => finding,
    };
    finding.help(format!("give them another role without `{unaware}`, or take it away from `{}`", open.0))
}

/// A role that somebody must have and does not.
#[must_use]
pub fn missing_required_role((who, more): (&Who, usize), because: &str, role: &str, span: Span) -> Diagnostic {
    let (because, lacks) = if more == 0 {
        (because.to_owned(), "lacks")
    } else {
        let plural = because.strip_prefix("has ").map(|rest| format!("have {rest}"));
        let plural = plural.or_else(|| because.strip_prefix("is ").map(|rest| format!("are {rest}")));
        (plural.unwrap_or_else(|| because.to_owned()), "lack")
    };
    let message = format!("{} {because} and {lacks} `{role}`, which that needs", and_more(who, more));
    Diagnostic::new(Code::MissingRequiredRole, message)
        .at(span, "needed beside it")
        .help(format!("assign `{role}` to them as well"))
}

/// Users who may do everything in an application, because they have no role in it.
#[must_use]
pub fn unconfigured((application, span): (&str, Span), (user, user_span): (&str, Span), more: usize) -> Diagnostic {
    let (who, verb) = if more == 0 { (format!("the user `{user}`"), "has") } else { (format!("{} users", more + 1), "have") };
    let message = format!("{who} {verb} all of `{application}`, having no role in it");
    Diagnostic::new(Code::UnconfiguredFullAccess, message)
        .at(span, "open in full to whoever has no role in it")
        .with(user_span, if more == 0 { "has none".to_owned() } else { format!("has none, like {}", count(more, "other")) })
        .help("assign everybody a role with some permission of it")
}

/// An old option, which stands for what groups give.
#[must_use]
pub fn old_option(role: &str, (user, application): (&str, &str), span: Span, replaced: &[&str]) -> Diagnostic {
    let gone = if replaced.is_empty() {
        "all that groups may give there".to_owned()
    } else {
        format!("what groups give there: {}", some_of(replaced, 4))
    };
    Diagnostic::new(Code::OldOption, format!("an old option gives `{role}` to the user `{user}` in `{application}`"))
        .at(span, format!("replaces {gone}"))
        .help("remove it once the user's groups give what is needed")
}

/// Roles that nobody has.
#[must_use]
pub fn unassigned(roles: &[&str]) -> Diagnostic {
    let them = if roles.len() == 1 { "it" } else { "them" };
    Diagnostic::new(Code::UnassignedRoles, format!("nobody has {}: {}", count(roles.len(), "role"), some_of(roles, 6)))
        .help(format!("assign {them}, or remove what is not needed any more"))
}

/// Objects that everybody may read because nothing is said of it.
#[must_use]
pub fn unlisted_readers(objects: &[&str]) -> Diagnostic {
    let verb = if objects.len() == 1 { "has" } else { "have" };
    Diagnostic::new(
        Code::UnlistedReaders,
        format!("{} {verb} no list of readers, so everybody may read: {}", count(objects.len(), "object"), some_of(objects, 4)),
    )
    .help("write `read …` in the object, or in a folder around it that says `propagate`; `read all` says that it is meant so")
}
