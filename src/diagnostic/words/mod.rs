//! The words of every finding, one file for each chapter of the language.
//!
//! A factory takes names and places and gives the finding; the call site is one line.

pub mod assertions;
pub mod backfills;
pub mod catalog;
pub mod confinement;
pub mod enforcement;
pub mod fixes;
pub mod licenses;
pub mod limits;
pub mod names;
pub mod places;
pub mod project;
pub mod roles;
pub mod subjects;
pub mod syntax;
pub mod targets;

use super::{Code, Diagnostic, Edit, Fix};
use crate::limits as bounds;
use crate::span::Span;

/// Joins alternatives as people do: `a`, `b` or `c`.
#[must_use]
pub fn one_of(items: &[impl AsRef<str>]) -> String {
    joined(items, "or")
}

/// Joins items as people do: a, b and c.
#[must_use]
pub fn all_of(items: &[impl AsRef<str>]) -> String {
    joined(items, "and")
}

fn joined(items: &[impl AsRef<str>], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", first.join(", "), last.as_ref())
        }
    }
}

/// Items in backticks, the first few of many: `` `a`, `b` and 3 more ``.
#[must_use]
pub fn some_of(items: &[impl AsRef<str>], most: usize) -> String {
    let mut shown: Vec<String> = items.iter().take(most).map(|item| format!("`{}`", item.as_ref())).collect();
    if items.len() > most {
        shown.push(format!("{} more", items.len() - most));
    }
    all_of(&shown)
}

/// A name or selector as messages repeat it: of a very long one, the beginning.
#[must_use]
pub fn clipped(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= bounds::SHOWN_BYTES {
        return text.into();
    }
    let end = (0..=bounds::SHOWN_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end]).into()
}

/// `1 role`, `2 roles`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Adds "did you mean", with the replacement as a fix that is offered, not applied unasked.
#[must_use]
pub fn suggest(finding: Diagnostic, span: Span, written: &str, meant: &str) -> Diagnostic {
    let case = if meant.eq_ignore_ascii_case(written) { " (names are case-sensitive)" } else { "" };
    let mut finding = finding.help(format!("did you mean `{meant}`?{case}"));
    finding.fix =
        Some(Fix { title: format!("write `{meant}`"), automatic: false, edits: vec![Edit { span, text: meant.to_owned() }] });
    finding
}

/// Adds "did you mean" where a near name is known.
#[must_use]
pub fn suggest_any(finding: Diagnostic, span: Span, written: &str, meant: Option<&str>) -> Diagnostic {
    match meant {
        Some(meant) => suggest(finding, span, written, meant),
        None => finding,
    }
}

/// Things that lead back to themselves, as one finding with the whole ring: each step is the name of what leads on, and
/// where it says so.
fn ring(code: Code, what: &str, leads_to: &str, ring: &[(String, Span)]) -> Diagnostic {
    let names: Vec<&str> = ring.iter().chain(ring.first()).map(|(name, _)| name.as_str()).collect();
    let mut finding = Diagnostic::new(code, format!("{what}: {}", names.join(" → ")));
    for (at, (name, span)) in ring.iter().enumerate() {
        let next = &ring[(at + 1) % ring.len()].0;
        let label = format!("`{name}` {leads_to} `{next}`");
        finding = if at == 0 { finding.at(*span, label) } else { finding.with(*span, label) };
    }
    finding
}
