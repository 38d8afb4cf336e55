//! Phrases that answers about roles share.

use jiff::civil::Date;

use crate::access::Way;
use crate::conditions::ConditionId;
use crate::diagnostic::words;
use crate::model::{Backfill, ParentKind, Program, Requirement, RoleId, Start};
use crate::provenance::Step;
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::source::Sources;
use crate::span::Span;
use crate::timeline::Moment;

/// A text of the sources on one line.
pub(super) fn one_line(sources: &Sources, span: Span) -> String {
    sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `in a, b`; `everywhere` for `all`.
pub(super) fn place(program: &Program, scope: ScopeId) -> String {
    if scope == Scopes::all() { "everywhere".to_owned() } else { format!("in {}", program.scope_text(scope)) }
}

/// `where …`; nothing for *true*.
pub(super) fn condition(program: &Program, condition: ConditionId) -> Option<String> {
    program.conditions.get(condition).map(|condition| format!("where {condition}"))
}

/// Where and under which condition.
pub(super) fn way(program: &Program, way: Way) -> String {
    let place = place(program, way.scope);
    condition(program, way.condition).map_or_else(|| place.clone(), |when| format!("{place} {when}"))
}

/// `since DATE`
pub(super) fn since(date: Date, estimated: bool) -> String {
    format!("since {date}{}", if estimated { " at the earliest" } else { "" })
}

/// ` in REGION on DATE`, as far as they were given.
pub(super) fn moment(program: &Program, moment: Moment) -> String {
    let region = moment.region.map(|region| format!(" in {}", program.regions[region.index()])).unwrap_or_default();
    let at = moment.at.map(|at| format!(" on {at}")).unwrap_or_default();
    format!("{region}{at}")
}

/// A step to a parent: `extends x`. The parent is the next one on the way.
pub(super) fn step(program: &Program, step: Step, parent: RoleId) -> String {
    let name = &program.role(parent).name;
    match step.kind {
        ParentKind::Extends => format!("extends {name}"),
        ParentKind::Copies if is_pinned(program, step) => format!("copies {name}, as pinned in rolec.lock"),
        ParentKind::Copies => format!("copies {name}"),
        ParentKind::Overrides => format!("edits the vendor's {name}"),
    }
}

/// Whether the lock file pins what a step copies.
fn is_pinned(program: &Program, step: Step) -> bool {
    let copy = program.pinned_copies.get(&step.role);
    copy.is_some_and(|copy| program.parents[copy.parent as usize].kind == step.kind)
}

/// The roles that a path leads to, one a step; `last` is where it ends.
pub(super) fn parents(path: &[Step], last: RoleId) -> impl Iterator<Item = RoleId> + '_ {
    path.iter().skip(1).map(|step| step.role).chain(std::iter::once(last))
}

/// Which roles a backfill adds to: `roles that hold …`.
pub(super) fn trigger(program: &Program, backfill: &Backfill) -> String {
    let Some(trigger) = &backfill.trigger else { return "the roles it names".to_owned() };
    let names: Vec<String> = trigger.permissions.iter().map(|id| format!("`{}`", program.catalog.name(*id))).collect();
    let names = if trigger.any { words::one_of(&names) } else { words::all_of(&names) };
    format!("roles that hold {names}{}", if trigger.explicitly { " by name" } else { "" })
}

/// What is asked for: `asks for a or b`.
pub(super) fn asks(program: &Program, asked: &Requirement) -> String {
    match names(program, asked) {
        Some(names) => format!("asks for {names}"),
        None if *asked == Requirement::Open => "is open to anybody".to_owned(),
        None => "asks for what no source says".to_owned(),
    }
}

/// What was asked for: `asked for a or b`.
pub(super) fn asked(program: &Program, asked: &Requirement) -> String {
    names(program, asked).map_or_else(|| "was open to anybody".to_owned(), |names| format!("asked for {names}"))
}

fn names(program: &Program, asked: &Requirement) -> Option<String> {
    let names = |permissions: &[PermissionId]| permissions.iter().map(|id| program.catalog.name(*id)).collect::<Vec<_>>();
    match asked {
        Requirement::Any(permissions) => Some(words::one_of(&names(permissions))),
        Requirement::All(permissions) => Some(words::all_of(&names(permissions))),
        Requirement::Open | Requirement::Unstated => None,
    }
}

/// The first day of something, with how sure that is: `2026-03-01 (estimated)`.
pub(super) fn start(start: Start) -> String {
    start.certainty.word().map_or_else(|| start.date.to_string(), |word| format!("{} ({word})", start.date))
}
