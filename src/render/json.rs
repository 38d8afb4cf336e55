//! Findings as JSON, for programs; and what answers in JSON have in common.

use serde::Serialize;

use crate::access::Way;
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::model::Program;
use crate::scopes::ScopeId;
use crate::source::Sources;
use crate::span::Span;

/// A place: file, and lines and columns from 1; columns count characters.
#[derive(Debug, Serialize)]
struct Place<'s> {
    file: &'s str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize)]
struct LabelView<'s> {
    #[serde(flatten)]
    place: Place<'s>,
    text: &'s str,
    primary: bool,
}

#[derive(Debug, Serialize)]
struct EditView<'s> {
    #[serde(flatten)]
    place: Place<'s>,
    text: &'s str,
}

#[derive(Debug, Serialize)]
struct FixView<'s> {
    title: &'s str,
    automatic: bool,
    edits: Vec<EditView<'s>>,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingView<'s> {
    code: &'static str,
    level: Level,
    message: &'s str,
    labels: Vec<LabelView<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixView<'s>>,
}

#[derive(Debug, Serialize)]
struct Report<'s> {
    findings: Vec<FindingView<'s>>,
    errors: usize,
    warnings: usize,
    hints: usize,
}

/// Where a grant holds: `"all"`, or the names of divisions.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum ScopeView<'s> {
    All(&'static str),
    Divisions(Vec<&'s str>),
}

impl<'s> ScopeView<'s> {
    pub(super) fn new(program: &'s Program, scope: ScopeId) -> Self {
        program.scopes.divisions(scope).map_or(Self::All("all"), |divisions| {
            Self::Divisions(divisions.iter().map(|id| &*program.division(*id).name).collect())
        })
    }
}

/// Where and under which condition something holds.
#[derive(Debug, Serialize)]
pub(super) struct WayView<'s> {
    scope: ScopeView<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
}

impl<'s> WayView<'s> {
    pub(super) fn new(program: &'s Program, way: Way) -> Self {
        let when = program.conditions.get(way.condition).map(ToString::to_string);
        Self { scope: ScopeView::new(program, way.scope), when }
    }
}

fn place(sources: &Sources, span: Span) -> Option<Place<'_>> {
    let file = sources.file_of(span)?;
    let (start, end) = (file.position(span.start), file.position(span.end));
    Some(Place { file: &file.name, line: start.line, column: start.column, end_line: end.line, end_column: end.column })
}

fn fix<'s>(sources: &'s Sources, fix: &'s Fix) -> FixView<'s> {
    let edits = fix.edits.iter().filter_map(|edit| Some(EditView { place: place(sources, edit.span)?, text: &edit.text }));
    FixView { title: &fix.title, automatic: fix.automatic, edits: edits.collect() }
}

/// A finding with its places and fix.
pub(super) fn finding<'s>(sources: &'s Sources, finding: &'s Diagnostic) -> FindingView<'s> {
    FindingView {
        code: finding.code.name(),
        level: finding.level,
        message: &finding.message,
        labels: finding
            .labels
            .iter()
            .filter_map(|label| Some(LabelView { place: place(sources, label.span)?, text: &label.text, primary: label.primary }))
            .collect(),
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|own| fix(sources, own)),
    }
}

/// The findings, each with its places and fix, and how many there are of each level.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn report(sources: &Sources, findings: &[Diagnostic]) -> serde_json::Result<String> {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let views = findings.iter().map(|own| finding(sources, own));
    let report = Report {
        findings: views.collect(),
        errors: count(Level::Error),
        warnings: count(Level::Warning),
        hints: count(Level::Hint),
    };
    serde_json::to_string_pretty(&report)
}
