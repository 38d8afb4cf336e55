//! Roles as platforms have them that scope assignments and not grants: a role whose grants differ in scope becomes one
//! platform role for each scope.
//!
//! Permissions that know nothing of divisions hold wherever their role is assigned, so they go with the part that is
//! assigned wherever the role is.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::Document;
use rolec_bundle::document::{Assignment, Awareness, Operator, Role, RoleKind, Scope, Value};

use crate::LeftOut;
use crate::refusal::{About, Refusal};

/// A role of the platform.
#[derive(Debug)]
pub(crate) struct PlatformRole<'d> {
    /// The role of the document.
    pub(crate) role: &'d Role,
    /// What it is called in files: the role's name, and after two underscores its divisions.
    pub(crate) key: String,
    /// What people see.
    pub(crate) title: String,
    /// Where its grants hold, if not wherever it is assigned.
    pub(crate) scope: Option<BTreeSet<u32>>,
    /// What it grants, by domain, entity and condition.
    pub(crate) policies: Vec<Policy<'d>>,
    /// Permissions of one word.
    pub(crate) legacy: Vec<&'d str>,
}

/// What is granted of one entity under one condition.
#[derive(Debug)]
pub(crate) struct Policy<'d> {
    pub(crate) domain: &'d str,
    pub(crate) entity: &'d str,
    pub(crate) actions: Vec<&'d str>,
    /// The condition, by its id.
    pub(crate) condition: Option<u32>,
}

/// The roles of a platform, and which of them each role of the document became.
#[derive(Debug)]
pub(crate) struct Platform<'d> {
    document: &'d Document,
    /// In order of the roles' names, then of their divisions'.
    pub(crate) roles: Vec<PlatformRole<'d>>,
    /// By role of the document; empty for a vendor's role that nobody edits: the platform has it already.
    parts: Vec<Vec<usize>>,
}

/// Somebody's roles on the platform: each with the divisions in which it is assigned, or everywhere.
pub(crate) type Assigned = BTreeMap<RoleRef, Option<BTreeSet<u32>>>;

/// Whoever has roles of its own on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A group, by its id.
    Group(usize),
    /// A user, by its id.
    User(usize),
}

/// A role that is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RoleRef {
    /// One of the platform's roles that the bundle makes, by its place.
    Made(usize),
    /// A vendor's role that the platform has, by its id in the document.
    Vendors(u32),
}

impl PlatformRole<'_> {
    /// What the platform says of it: of which role it is a part, and who keeps that.
    pub(crate) fn description(&self, document: &Document) -> String {
        let part = self.scope.as_ref().map(|scope| {
            let names = names(document, scope.iter().copied());
            format!("What `{}` grants in {}.", self.role.name, names.join(", "))
        });
        let owner = self.role.owner.as_ref().map(|owner| format!("Kept by {owner}."));
        let all: Vec<String> = part.into_iter().chain(owner).collect();
        all.join(" ")
    }
}

impl<'d> Platform<'d> {
    /// Splits the roles of a document.
    pub(crate) fn new(document: &'d Document) -> Self {
        let titles = titles(document);
        let (mut roles, mut parts) = (Vec::new(), Vec::new());
        for (id, role) in document.roles.iter().enumerate() {
            let from = roles.len();
            if role.kind == RoleKind::Custom || role.edited {
                roles.extend(split(document, role, &titles[id]));
            }
            parts.push((from..roles.len()).collect());
        }
        Self { document, roles, parts }
    }

    /// Groups and users with their roles on the platform, without those that have none.
    ///
    /// What a group has of those around it is said of it too, since groups of the platform stand beside one another. What a
    /// user has through groups the platform knows by itself.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (Subject, Assigned)> + '_ {
        let Document { groups, users, .. } = self.document;
        let of_group = |(at, group): (usize, &'d rolec_bundle::document::Group)| {
            let around = group.member_of.iter().flat_map(|at| &groups[at as usize].assigned);
            (Subject::Group(at), self.assigned(group.assigned.iter().chain(around).copied()))
        };
        let of_user = |(at, user): (usize, &'d rolec_bundle::document::User)| {
            (Subject::User(at), self.assigned(user.assigned.iter().copied()))
        };
        let all = groups.iter().enumerate().map(of_group).chain(users.iter().enumerate().map(of_user));
        all.filter(|(_, assigned)| !assigned.is_empty())
    }

    /// Somebody's assignments on the platform.
    fn assigned(&self, assignments: impl Iterator<Item = Assignment>) -> Assigned {
        let mut assigned = Assigned::new();
        for Assignment(role, scope) in assignments {
            let wanted = divisions(self.document, scope);
            let parts = &self.parts[role as usize];
            if parts.is_empty() {
                add(&mut assigned, RoleRef::Vendors(role), wanted.clone());
            }
            for part in parts {
                let held = both(wanted.as_ref(), self.roles[*part].scope.as_ref());
                if held.as_ref().is_none_or(|held| !held.is_empty()) {
                    add(&mut assigned, RoleRef::Made(*part), held);
                }
            }
        }
        assigned
    }

    /// What no platform role can say: days, old options, readers, and an assignment that leaves only what ignores divisions.
    pub(crate) fn refusals(&self, left_out: LeftOut) -> Vec<Refusal> {
        let document = self.document;
        let mut refusals: BTreeMap<About, Refusal> = BTreeMap::new();
        let mut refuse = |about: About, reason: String, help: &'static str| {
            refusals.entry(about).or_insert(Refusal { about, reason, help });
        };
        for change in document.calendars.iter().flatten().flat_map(|epoch| &epoch.changes) {
            let (role, backfill) =
                (&document.roles[change.role as usize].name, &document.backfills[change.backfill as usize].name);
            let reason = format!("`{role}` gains permissions by the backfill `{backfill}` on a day, and there are no days here");
            let about = About::Gain { role: change.role, backfill: change.backfill };
            refuse(about, reason, "write it for one day with `as-of`");
        }
        for (role, permission) in conditional_words(document) {
            let (role_name, name) = (&document.roles[role as usize].name, &document.permissions[permission as usize].name);
            let reason = format!("`{role_name}` holds `{name}` on a condition, and permissions of one word take none here");
            refuse(About::Grant { role, permission }, reason, "grant it without the condition, or not at all");
        }
        for (about, role, divisions) in self.unplaceable() {
            let reason = format!("`{role}` is assigned in {divisions}, where nothing but what ignores divisions is left of it");
            refuse(about, reason, "assign a role of its own there");
        }
        if !left_out.objects {
            for (at, object) in (0..).zip(&document.objects) {
                let reason = format!("who may read `{}` can't be said here", object.name);
                refuse(About::Object(at), reason, "leave it out with `without = [\"objects\"]`");
            }
        }
        if !left_out.old_options {
            for (at, old) in (0..).zip(&document.old_options) {
                let reason = format!("the old option of `{}` can't be said here", document.users[old.user as usize].name);
                refuse(About::OldOption(at), reason, "leave it out with `without = [\"old-options\"]`");
            }
        }
        refusals.into_values().collect()
    }

    /// Assignments of a role that is one platform role, in divisions that this does not have.
    fn unplaceable(&self) -> Vec<(About, &'d str, String)> {
        let users = self.document.users.iter().flat_map(|user| &user.assigned);
        let groups = self.document.groups.iter().flat_map(|group| &group.assigned);
        let mut found = Vec::new();
        for Assignment(role, scope) in users.chain(groups).copied().collect::<BTreeSet<_>>() {
            let wanted = divisions(self.document, scope);
            let nowhere = |part: &usize| {
                let held = both(wanted.as_ref(), self.roles[*part].scope.as_ref());
                held.is_some_and(|held| held.is_empty()) && ignores_divisions(self.document, &self.roles[*part])
            };
            if self.parts[role as usize].iter().any(nowhere) {
                let names = names(self.document, wanted.iter().flatten().copied());
                found.push((About::Assignment { role, scope }, &*self.document.roles[role as usize].name, names.join(", ")));
            }
        }
        found
    }
}

/// Permissions of one word that are granted on a condition, with the role.
fn conditional_words(document: &Document) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for (id, role) in (0..).zip(&document.roles) {
        for grant in role.grants.iter().filter(|grant| grant.condition.is_some()) {
            let words = document.sets[grant.set as usize].iter();
            found.extend(words.filter(|at| !document.permissions[*at as usize].name.contains(':')).map(|at| (id, at)));
        }
    }
    found
}

/// Whether some permission of a platform role knows nothing of divisions.
fn ignores_divisions(document: &Document, role: &PlatformRole<'_>) -> bool {
    let unaware = |name: &str| {
        let at = document.permissions.binary_search_by(|permission| permission.name.as_str().cmp(name));
        at.is_ok_and(|at| document.permissions[at].awareness == Awareness::DivisionUnaware)
    };
    let name = |policy: &Policy<'_>, action: &&str| format!("{}:{}:{action}", policy.domain, policy.entity);
    let of_policies = |policy: &Policy<'_>| policy.actions.iter().any(|action| unaware(&name(policy, action)));
    role.legacy.iter().any(|name| unaware(name)) || role.policies.iter().any(of_policies)
}

fn add(assigned: &mut Assigned, role: RoleRef, divisions: Option<BTreeSet<u32>>) {
    let held = assigned.entry(role).or_insert_with(|| Some(BTreeSet::new()));
    *held = held.take().zip(divisions).map(|(mut held, more)| {
        held.extend(more);
        held
    });
}

/// The divisions of a scope; none is all of them.
fn divisions(document: &Document, scope: u32) -> Option<BTreeSet<u32>> {
    match &document.scopes[scope as usize] {
        Scope::All => None,
        Scope::Divisions(list) => Some(list.iter().collect()),
    }
}

fn both(a: Option<&BTreeSet<u32>>, b: Option<&BTreeSet<u32>>) -> Option<BTreeSet<u32>> {
    match (a, b) {
        (None, other) | (other, None) => other.cloned(),
        (Some(a), Some(b)) => Some(a.intersection(b).copied().collect()),
    }
}

fn names(document: &Document, divisions: impl Iterator<Item = u32>) -> Vec<&str> {
    divisions.map(|at| document.divisions[at as usize].name.as_str()).collect()
}

/// What people call each role: platforms want titles that no other role has.
fn titles(document: &Document) -> Vec<String> {
    let title = |role: &'_ Role| role.title.clone().unwrap_or_else(|| role.name.clone());
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for role in &document.roles {
        *count.entry(title(role)).or_default() += 1;
    }
    let own = |role: &Role| if count[&title(role)] > 1 { format!("{} ({})", title(role), role.name) } else { title(role) };
    document.roles.iter().map(own).collect()
}

/// A permission with its condition.
type Held = (u32, Option<u32>);

/// One platform role for each scope of a role's grants.
fn split<'d>(document: &'d Document, role: &'d Role, title: &str) -> Vec<PlatformRole<'d>> {
    let mut parts: BTreeMap<Option<BTreeSet<u32>>, BTreeSet<Held>> = BTreeMap::new();
    let mut everywhere: BTreeSet<Held> = BTreeSet::new();
    for grant in &role.grants {
        for permission in document.sets[grant.set as usize].iter() {
            let unaware = document.permissions[permission as usize].awareness == Awareness::DivisionUnaware;
            let part = if unaware { &mut everywhere } else { parts.entry(divisions(document, grant.scope)).or_default() };
            part.insert((permission, grant.condition));
        }
    }
    if parts.len() == 1 {
        for held in parts.values_mut() {
            held.append(&mut everywhere);
        }
    } else if !everywhere.is_empty() || parts.is_empty() {
        parts.entry(None).or_default().append(&mut everywhere);
    }
    let alone = parts.len() == 1;
    let part = |(scope, held): (Option<BTreeSet<u32>>, BTreeSet<Held>)| {
        let suffix = scope.as_ref().filter(|_| !alone).map(|scope| names(document, scope.iter().copied()));
        let key = suffix.as_ref().map_or_else(|| role.name.clone(), |names| format!("{}__{}", role.name, short(names, "_")));
        let title = suffix.map_or_else(|| title.to_owned(), |names| format!("{title} ({})", short(&names, ", ")));
        let (policies, legacy) = policies(document, held);
        PlatformRole { role, key, title, scope, policies, legacy }
    };
    parts.into_iter().map(part).collect()
}

/// Names of divisions in one, or the first, how many there are, and a digest, where they are many.
fn short(names: &[&str], between: &str) -> String {
    const LONGEST: usize = 48;
    let all = names.join(between);
    if all.len() <= LONGEST {
        return all;
    }
    // FNV-1a, since the name has to stay the same from one build to the next and need not be secret.
    let digest = all.bytes().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{}{between}{}{between}{digest:08x}", names[0], names.len())
}

/// Permissions by domain, entity and condition; those of one word by themselves.
fn policies(document: &Document, held: BTreeSet<Held>) -> (Vec<Policy<'_>>, Vec<&str>) {
    let mut policies: BTreeMap<(&str, &str, Option<u32>), Vec<&str>> = BTreeMap::new();
    let mut legacy = Vec::new();
    for (permission, condition) in held {
        let name = document.permissions[permission as usize].name.as_str();
        let mut parts = name.splitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(domain), Some(entity), Some(action)) => {
                policies.entry((domain, entity, condition)).or_default().push(action);
            }
            _ => legacy.push(name),
        }
    }
    let policy = |((domain, entity, condition), actions)| Policy { domain, entity, actions, condition };
    (policies.into_iter().map(policy).collect(), legacy)
}

/// The platform's name of a comparison.
pub(crate) const fn operator(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "EQ",
        Operator::Less => "LT",
        Operator::LessOrEqual => "LE",
        Operator::Greater => "GT",
        Operator::GreaterOrEqual => "GE",
    }
}

/// The platform's type of what is compared, and that as the platform writes it.
pub(crate) fn operand(value: &Value) -> (&'static str, String) {
    match value {
        Value::String(text) => ("SCALAR", text.clone()),
        Value::Number(number) => ("SCALAR", number.to_string()),
        Value::Variable(name) => ("VARIABLE", name.clone()),
    }
}
