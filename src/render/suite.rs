//! How a suite fared: for people, as JSON, and as `JUnit`'s XML.

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::frames::{self, Form};
use crate::diagnostic::words::count;
use crate::model::Program;
use crate::source::Sources;
use crate::suite::{Coverage, Outcome};

/// Permissions that nothing looks at that are named for one role.
const NAMED: usize = 5;

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// The texts.
    pub sources: &'v Sources,
    /// The project.
    pub program: &'v Program,
    /// How each member fared.
    pub outcomes: &'v [Outcome],
    /// How much of each role is looked at, if asked.
    pub coverage: Option<&'v [Coverage]>,
}

/// For people: a line for each member, with what failed in frames, and a last line of counts.
#[must_use]
pub fn human(view: View<'_>, colours: bool) -> String {
    let mut text = String::new();
    for outcome in view.outcomes {
        let fared = match (outcome.failures.len(), outcome.unjudged) {
            (0, 0) => "ok".to_owned(),
            (0, unjudged) => format!("not judged: errors in the roles ({unjudged} of {})", outcome.expectations),
            (failures, _) => format!("FAILED ({failures} of {})", count(outcome.expectations.max(failures), "expectation")),
        };
        let _ = writeln!(text, "{} {} … {fared}", outcome.kind.word(), outcome.name);
        if !outcome.failures.is_empty() {
            text.push('\n');
        }
        for failure in &outcome.failures {
            text.push_str(&frames::render(view.sources, failure, Form::Frames, colours));
        }
    }
    if let Some(coverage) = view.coverage {
        text.push_str(&covered(view.program, coverage));
    }
    let passed = view.outcomes.iter().filter(|outcome| outcome.passed()).count();
    let _ = writeln!(text, "{passed} passed, {} failed", view.outcomes.len() - passed);
    text
}

fn covered(program: &Program, coverage: &[Coverage]) -> String {
    let mut text = String::from("\ngrants that a test or assertion looks at:\n");
    let (mut all, mut touched) = (0, 0);
    let width = coverage.iter().map(|own| program.role(own.role).name.chars().count()).max().unwrap_or(0);
    for Coverage { role, held, untouched } in coverage {
        all += held;
        touched += held - untouched.len();
        let names: Vec<&str> = untouched.iter().take(NAMED).map(|id| program.catalog.name(*id)).collect();
        let more = if untouched.len() > NAMED { format!(" and {} more", untouched.len() - NAMED) } else { String::new() };
        let not = if names.is_empty() { String::new() } else { format!("; not {}{more}", names.join(", ")) };
        let _ = writeln!(text, "  {:width$}  {} of {held}{not}", program.role(*role).name, held - untouched.len());
    }
    let _ = writeln!(text, "  {touched} of {} in {}\n", count(all, "grant"), count(coverage.len(), "role"));
    text
}

#[derive(Debug, Serialize)]
struct SuiteView<'v> {
    tests: Vec<OutcomeView<'v>>,
    passed: usize,
    failed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Vec<CoverageView<'v>>>,
}

#[derive(Debug, Serialize)]
struct OutcomeView<'v> {
    kind: &'static str,
    name: &'v str,
    file: &'v str,
    line: usize,
    passed: bool,
    expectations: usize,
    unjudged: usize,
    failures: Vec<super::json::FindingView<'v>>,
}

#[derive(Debug, Serialize)]
struct CoverageView<'v> {
    role: &'v str,
    held: usize,
    untouched: Vec<&'v str>,
}

/// As JSON: every member with its failures as findings, and counts.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(view: View<'_>) -> serde_json::Result<String> {
    let tests = view.outcomes.iter().map(|outcome| {
        let file = view.sources.file_of(outcome.span);
        OutcomeView {
            kind: outcome.kind.word(),
            name: &outcome.name,
            file: file.map_or("", |file| &file.name),
            line: file.map_or(0, |file| file.position(outcome.span.start).line),
            passed: outcome.passed(),
            expectations: outcome.expectations,
            unjudged: outcome.unjudged,
            failures: outcome.failures.iter().map(|failure| super::json::finding(view.sources, failure)).collect(),
        }
    });
    let coverage = view.coverage.map(|coverage| {
        let own = coverage.iter().map(|own| CoverageView {
            role: &view.program.role(own.role).name,
            held: own.held,
            untouched: own.untouched.iter().map(|id| view.program.catalog.name(*id)).collect(),
        });
        own.collect()
    });
    let passed = view.outcomes.iter().filter(|outcome| outcome.passed()).count();
    serde_json::to_string_pretty(&SuiteView { tests: tests.collect(), passed, failed: view.outcomes.len() - passed, coverage })
}

/// As `JUnit`'s XML: a suite for each file, a case for each member.
///
/// # Errors
///
/// None in practice: the form has nothing that XML can't say.
pub fn junit(view: View<'_>, name: &str) -> Result<String, quick_junit::SerializeError> {
    let mut suites: Vec<TestSuite> = Vec::new();
    for outcome in view.outcomes {
        let file = view.sources.file_of(outcome.span).map_or("", |file| file.name.as_str());
        if suites.last().is_none_or(|suite| suite.name.as_str() != file) {
            suites.push(TestSuite::new(file));
        }
        let status = if outcome.passed() {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let messages: Vec<&str> = outcome.failures.iter().map(|failure| failure.message.as_str()).collect();
            status.set_message(if messages.is_empty() { "errors in the roles".to_owned() } else { messages.join("; ") });
            let frames: String =
                outcome.failures.iter().map(|failure| frames::render(view.sources, failure, Form::Frames, false)).collect();
            status.set_description(frames);
            status
        };
        let mut case = TestCase::new(outcome.name.clone(), status);
        case.set_classname(outcome.kind.word());
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case);
        }
    }
    let mut report = Report::new(name);
    report.add_test_suites(suites);
    report.to_string()
}
