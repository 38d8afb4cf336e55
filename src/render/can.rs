//! What `can` answers → text for people, or JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::WayView;
use super::phrases;
use super::style::{bad, faint, good, place, strong};
use crate::can::Answer;
use crate::check::assertions::{message, name, target};
use crate::model::{Holder, Program, Target};
use crate::scopes::ScopeId;
use crate::source::Sources;
use crate::timeline::Moment;

/// Sources, project, question and answer.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// The sources.
    pub sources: &'v Sources,
    /// The project.
    pub program: &'v Program,
    /// Who asks.
    pub holder: Holder,
    /// For what.
    pub target: Target,
    /// In which divisions.
    pub scope: Option<ScopeId>,
    /// Where and when.
    pub moment: Moment,
    /// The answer.
    pub answer: &'v Answer,
}

impl View<'_> {
    fn reason(&self) -> Option<String> {
        let against = self.answer.against.as_ref()?;
        Some(message(self.program, &name(self.program, self.holder), &target(self.program, self.target), against))
    }
}

/// The answer as text, with styles.
#[must_use]
pub fn human(view: View<'_>) -> String {
    // Writing to a string does not fail, so the results are dropped throughout.
    let mut text = String::new();
    let moment = phrases::moment(view.program, view.moment);
    let what = target(view.program, view.target);
    let place_asked = view.scope.map(|scope| format!(" in {}", view.program.scope_text(scope))).unwrap_or_default();
    let verb = match view.target {
        Target::Permissions(_) => "has",
        Target::Surface(_) => "reaches",
        Target::Object(_) => "reads",
    };
    let who = name(view.program, view.holder).replace('`', "");
    let answer = match view.reason() {
        None => format!("{}: {} {verb} {}{place_asked}{moment}", good("yes"), who, strong(&what)),
        Some(reason) => format!("{}: {}{moment}", bad("no"), reason),
    };
    let _ = writeln!(text, "{answer}");
    for way in view.answer.ways.iter().filter(|_| view.answer.against.is_none()) {
        let _ = writeln!(text, "  {}", phrases::way(view.program, *way));
    }
    for (span, step) in &view.answer.steps {
        let line = phrases::one_line(view.sources, *span);
        let _ = writeln!(text, "  {step}: {}  {}", faint(&line), place(&view.sources.line(*span)));
    }
    text
}

#[derive(Debug, Serialize)]
struct StepView<'s> {
    text: &'s str,
    at: String,
}

#[derive(Debug, Serialize)]
struct AnswerView<'s> {
    who: String,
    target: String,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    ways: Vec<WayView<'s>>,
    through: Vec<&'s str>,
    steps: Vec<StepView<'s>>,
}

/// The answer as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(view: View<'_>) -> serde_json::Result<String> {
    let ways = view.answer.ways.iter().map(|way| WayView::new(view.program, *way));
    let steps = view.answer.steps.iter().map(|(span, text)| StepView { text, at: view.sources.line(*span) });
    serde_json::to_string_pretty(&AnswerView {
        who: name(view.program, view.holder).replace('`', ""),
        target: target(view.program, view.target),
        allowed: view.answer.against.is_none(),
        reason: view.reason(),
        ways: ways.collect(),
        through: view.answer.through.iter().map(|id| view.program.catalog.name(*id)).collect(),
        steps: steps.collect(),
    })
}
