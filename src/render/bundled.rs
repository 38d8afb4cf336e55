//! What a built bundle answers → lines for people, or JSON.

mod traced;

use std::fmt::Write as _;

use rolec_bundle::{Asks, Decision, PermissionId, Provenance, Readers, State, SubjectId};
use serde::Serialize;

use super::style::{bad, faint, good, narrow, padded, strong};
use crate::bundled::{Answer, Holder};
use crate::diagnostic::words::{self, count};

/// Those who are listed for people.
const LISTED: usize = 50;

fn kind(subject: SubjectId) -> &'static str {
    match subject {
        SubjectId::User(_) => "user",
        SubjectId::Group(_) => "group",
        SubjectId::Role(_) => "role",
    }
}

/// Whether somebody reads an object.
#[must_use]
pub fn reads(reads: bool, json: bool) -> String {
    match (json, reads) {
        (true, _) => format!("{{\n  \"allowed\": {reads}\n}}\n"),
        (false, true) => format!("{}: may read it\n", good("yes")),
        (false, false) => format!("{}: is no reader of it\n", bad("no")),
    }
}

/// An answer as text, with styles.
#[must_use]
pub fn can(state: &State<'_>, asks: &Asks, answer: &Answer<'_>, map: Option<&Provenance>) -> String {
    let place = answer.division.and_then(|division| state.division_name(division));
    let place = place.map(|name| format!(", in {}", narrow(name))).unwrap_or_default();
    let head = match asks {
        Asks::Open => return format!("{}: it is open to everybody\n", good("yes")),
        Asks::Unstated => return "no source says what is asked for\n".to_owned(),
        _ if answer.allowed => good("yes"),
        _ => bad("no"),
    };
    let mut text = format!("{head}{place}\n");
    for (permission, decision) in &answer.decisions {
        // Writing to a string does not fail.
        let permission = state.permission_name(*permission).unwrap_or("?");
        let _ = writeln!(text, "  {}: {decision}", strong(permission));
        let division = answer.division.and_then(|division| state.division_name(division));
        text += &map.map(|map| traced::lines(&map.explain(decision, permission, division))).unwrap_or_default();
    }
    text
}

#[derive(Serialize)]
struct DecisionView<'s> {
    permission: &'s str,
    allowed: bool,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backfill: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    given_by: Vec<traced::WayView>,
}

impl<'s> DecisionView<'s> {
    fn new(state: &State<'s>, permission: PermissionId, decision: &Decision<'s>) -> Self {
        Self {
            given_by: Vec::new(),
            permission: state.permission_name(permission).unwrap_or("?"),
            allowed: decision.allowed,
            reason: decision.to_string(),
            role: decision.role(),
            group: decision.group(),
            backfill: decision.backfill(),
            when: decision.condition(),
        }
    }
}

#[derive(Serialize)]
struct AnswerView<'s> {
    asks: &'static str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    division: Option<&'s str>,
    because: Vec<DecisionView<'s>>,
}

const fn how(asks: &Asks) -> &'static str {
    match asks {
        Asks::Open => "open",
        Asks::Any(_) => "any",
        Asks::All(_) => "all",
        Asks::Unstated => "unstated",
    }
}

/// An answer as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn can_json<'s>(state: &State<'s>, asks: &Asks, answer: &Answer<'s>, map: Option<&Provenance>) -> serde_json::Result<String> {
    let division = answer.division.and_then(|division| state.division_name(division));
    let view = |(permission, decision): &(PermissionId, Decision<'s>)| {
        let mut view = DecisionView::new(state, *permission, decision);
        view.given_by = map.map(|map| traced::views(&map.explain(decision, view.permission, division))).unwrap_or_default();
        view
    };
    let because = answer.decisions.iter().map(view).collect();
    serde_json::to_string_pretty(&AnswerView { asks: how(asks), allowed: answer.allowed, division, because })
}

/// Those who may, a line each, the first of many.
#[must_use]
pub fn who(state: &State<'_>, asks: &Asks, holders: &[Holder]) -> String {
    match asks {
        Asks::Open => return "it is open to everybody\n".to_owned(),
        Asks::Unstated => return "no source says what is asked for\n".to_owned(),
        Asks::Any(_) | Asks::All(_) => {}
    }
    let number = |of: &str| count(holders.iter().filter(|holder| kind(holder.subject) == of).count(), of);
    let mut text = format!("{}, {} and {}\n", number("role"), number("group"), number("user"));
    let shown = &holders[..holders.len().min(LISTED)];
    let title = |holder: &Holder| format!("{} {}", kind(holder.subject), state.subject_name(holder.subject).unwrap_or("?"));
    let width = shown.iter().map(|holder| title(holder).chars().count()).max().unwrap_or(0);
    for holder in shown {
        let when = if holder.conditionally { faint(", under a condition") } else { String::new() };
        let _ = writeln!(text, "{}  {}{when}", padded(&title(holder), width, str::to_owned), narrow(&places(state, holder)));
    }
    if holders.len() > LISTED {
        let _ = writeln!(text, "… and {} more; `--format json` lists them all", holders.len() - LISTED);
    }
    text
}

fn places(state: &State<'_>, holder: &Holder) -> String {
    if holder.at_all.everywhere {
        return "everywhere".to_owned();
    }
    let names: Vec<&str> = holder.at_all.listed.iter().filter_map(|division| state.division_name(*division)).collect();
    format!("in {}", words::all_of(&names))
}

#[derive(Serialize)]
struct HolderView<'s> {
    kind: &'static str,
    name: &'s str,
    everywhere: bool,
    divisions: Vec<&'s str>,
    conditionally: bool,
}

#[derive(Serialize)]
struct WhoView<'s> {
    asks: &'static str,
    who: Vec<HolderView<'s>>,
}

/// Those who may as JSON; who may everywhere has no list of divisions.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn who_json(state: &State<'_>, asks: &Asks, holders: &[Holder]) -> serde_json::Result<String> {
    let view = |holder: &Holder| {
        let listed: &[_] = if holder.at_all.everywhere { &[] } else { &holder.at_all.listed };
        HolderView {
            kind: kind(holder.subject),
            name: state.subject_name(holder.subject).unwrap_or("?"),
            everywhere: holder.at_all.everywhere,
            divisions: listed.iter().filter_map(|division| state.division_name(*division)).collect(),
            conditionally: holder.conditionally,
        }
    };
    serde_json::to_string_pretty(&WhoView { asks: how(asks), who: holders.iter().map(view).collect() })
}

#[derive(Serialize)]
struct ReadersView<'s> {
    everybody: bool,
    groups: Vec<&'s str>,
    users: Vec<&'s str>,
}

impl<'s> ReadersView<'s> {
    fn new(state: &State<'s>, readers: &Readers) -> Self {
        let group = |group| state.subject_name(SubjectId::Group(group));
        let user = |user| state.subject_name(SubjectId::User(user));
        Self {
            everybody: readers.everybody,
            groups: readers.groups.iter().copied().filter_map(group).collect(),
            users: readers.users.iter().copied().filter_map(user).collect(),
        }
    }
}

/// Who reads an object, a line each.
#[must_use]
pub fn readers(state: &State<'_>, readers: &Readers) -> String {
    if readers.everybody {
        return "everybody may read it\n".to_owned();
    }
    let ReadersView { groups, users, .. } = ReadersView::new(state, readers);
    let mut text = format!("{} and {} may read it\n", count(groups.len(), "group"), count(users.len(), "user"));
    let lines = groups.iter().map(|name| ("group", name)).chain(users.iter().map(|name| ("user", name)));
    for (kind, name) in lines.take(LISTED) {
        let _ = writeln!(text, "{kind} {name}");
    }
    if groups.len() + users.len() > LISTED {
        let _ = writeln!(text, "… and {} more; `--format json` lists them all", groups.len() + users.len() - LISTED);
    }
    text
}

/// Who reads an object as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn readers_json(state: &State<'_>, readers: &Readers) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&ReadersView::new(state, readers))
}
