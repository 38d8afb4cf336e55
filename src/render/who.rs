//! The roles that `who` finds → text for people, or JSON.

pub mod subjects;

use std::fmt::Write as _;

use serde::Serialize;

use super::json::WayView;
use super::phrases;
use super::style::{faint, narrow, padded, place, strong};
use crate::access::Way;
use crate::diagnostic::words::{self, count};
use crate::model::{Enforcement, Program, Requirement, Start};
use crate::sets::PermissionId;
use crate::source::Sources;
use crate::timeline::Moment;
use crate::who::subjects::Subject;
use crate::who::{self, Holder, Target};

/// Sources, project, question and answer.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// The sources.
    pub sources: &'v Sources,
    /// The project.
    pub program: &'v Program,
    /// What was asked about.
    pub target: Target,
    /// Where and when.
    pub moment: Moment,
    /// The roles.
    pub holders: &'v [Holder],
    /// The groups and users.
    pub subjects: &'v [Subject],
}

/// The answer as text, with styles.
#[must_use]
pub fn human(view: View<'_>) -> String {
    // Writing to a string does not fail, so the results are dropped throughout.
    let mut text = String::new();
    let (title, asks) = view.question();
    let _ = writeln!(text, "{}{asks}", strong(&title));
    if let Some(guard) = view.guard() {
        let _ = writeln!(text, "{}", guard.sentence(view.program));
    }
    let moment = phrases::moment(view.program, view.moment);
    let verb = if matches!(view.target, Target::Permission(_)) { "have" } else { "reach" };
    let total = view.program.named_roles().len();
    if !view.is_for_anybody() {
        let _ = writeln!(text, "{} of {total} {verb} it{moment}", count(view.holders.len(), "role"));
    }
    if !view.holders.is_empty() {
        text.push('\n');
    }
    let width = view.holders.iter().map(|holder| view.program.role(holder.role).name.chars().count()).max().unwrap_or(0);
    for holder in view.holders {
        let name = padded(&view.program.role(holder.role).name, width, str::to_owned);
        let mut ways: Vec<String> = holder.ways.iter().map(|way| narrow(&phrases::way(view.program, *way))).collect();
        ways.sort_unstable();
        if holder.more {
            ways.push("…".to_owned());
        }
        let since = holder.since.map(|(day, estimated)| format!(", {}", narrow(&phrases::since(day, estimated))));
        let _ = writeln!(text, "{name}  {}{}{}", ways.join("; "), since.unwrap_or_default(), view.through(holder));
    }
    if !view.is_for_anybody() {
        text.push_str(&subjects::lines(view.program, view.subjects, verb));
    }
    text
}

impl View<'_> {
    /// What was asked about, and what it asks for.
    fn question(&self) -> (String, String) {
        match self.target {
            Target::Permission(permission) => (self.name(permission).to_owned(), String::new()),
            Target::Surface(at) => {
                let surface = &self.program.surfaces[at];
                let asked = who::asked(self.program, self.target, self.moment);
                let asks = match &asked {
                    Requirement::Unstated => ": no source says what it asks for".to_owned(),
                    _ => format!(" {}", phrases::asks(self.program, &asked)),
                };
                let or_self = if surface.or_self { ", and lets everybody at their own" } else { "" };
                (surface.title(), format!("{asks}{or_self}  {}", place(&self.sources.line(surface.span))))
            }
        }
    }

    /// What guards the surface that was asked about.
    fn guard(&self) -> Option<Guard<'_>> {
        let Target::Surface(at) = self.target else { return None };
        let enforcement = self.program.guard(at)?;
        let start = self.program.start(enforcement, self.moment.region);
        let begun = start.is_some_and(|start| self.moment.at.is_none_or(|at| start.date <= at));
        Some(Guard { enforcement, start, begun, own: &self.program.surfaces[at].requirement })
    }

    fn is_for_anybody(&self) -> bool {
        matches!(who::asked(self.program, self.target, self.moment), Requirement::Open | Requirement::Unstated)
    }

    fn name(&self, permission: PermissionId) -> &str {
        self.program.catalog.name(permission)
    }

    /// Which of several permissions a role reaches a surface through.
    fn through(&self, holder: &Holder) -> String {
        match &who::asked(self.program, self.target, self.moment) {
            Requirement::Any(permissions) if permissions.len() > 1 => {
                let names: Vec<&str> = holder.through.iter().map(|id| self.name(*id)).collect();
                faint(&format!("  through {}", words::some_of(&names, 3)))
            }
            _ => String::new(),
        }
    }
}

/// An enforcement at the moment asked about.
struct Guard<'v> {
    enforcement: &'v Enforcement,
    start: Option<Start>,
    begun: bool,
    /// What the surface asks for by itself.
    own: &'v Requirement,
}

impl Guard<'_> {
    fn sentence(&self, program: &Program) -> String {
        let (name, then) = (&self.enforcement.name, phrases::asks(program, self.own));
        match self.start.map(|start| narrow(&phrases::start(start))) {
            Some(day) if self.begun => {
                format!("guarded by `{name}` since {day}; until then it {}", phrases::asked(program, &self.enforcement.formerly))
            }
            Some(day) => format!("guarded by `{name}` from {day} on; then it {then}"),
            None => format!("no day is known from which `{name}` guards it; then it {then}"),
        }
    }
}

#[derive(Debug, Serialize)]
struct GuardView<'s> {
    name: &'s str,
    begun: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
}

impl<'s> GuardView<'s> {
    fn new(guard: &Guard<'s>) -> Self {
        Self {
            name: &guard.enforcement.name,
            begun: guard.begun,
            from: guard.start.map(|start| start.date.to_string()),
            certainty: guard.start.map(|start| start.certainty.name()),
        }
    }
}

#[derive(Debug, Serialize)]
struct RoleView<'s> {
    role: &'s str,
    ways: Vec<WayView<'s>>,
    through: Vec<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer<'s> {
    target: String,
    requires: &'static str,
    permissions: Vec<&'s str>,
    or_self: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforcement: Option<GuardView<'s>>,
    roles: Vec<RoleView<'s>>,
    subjects: Vec<subjects::SubjectView<'s>>,
}

/// The answer as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(view: View<'_>) -> serde_json::Result<String> {
    let (target, or_self) = match view.target {
        Target::Permission(permission) => (view.name(permission).to_owned(), false),
        Target::Surface(at) => (view.program.surfaces[at].title(), view.program.surfaces[at].or_self),
    };
    let requirement = who::asked(view.program, view.target, view.moment);
    let (requires, permissions) = match &requirement {
        Requirement::Any(permissions) => ("any", permissions.as_slice()),
        Requirement::All(permissions) => ("all", permissions.as_slice()),
        Requirement::Open => ("open", &[][..]),
        Requirement::Unstated => ("unstated", &[][..]),
    };
    let names = |permissions: &[PermissionId]| permissions.iter().map(|id| view.program.catalog.name(*id)).collect();
    let way = |way: &Way| WayView::new(view.program, *way);
    let role = |holder: &Holder| RoleView {
        role: &view.program.role(holder.role).name,
        ways: holder.ways.iter().map(way).collect(),
        through: names(&holder.through),
        from: holder.since.map(|(day, _)| day.to_string()),
    };
    let roles = view.holders.iter().map(role).collect();
    let enforcement = view.guard().as_ref().map(GuardView::new);
    let subjects = subjects::views(view.program, view.subjects);
    let permissions = names(permissions);
    serde_json::to_string_pretty(&Answer { target, requires, permissions, or_self, enforcement, roles, subjects })
}
