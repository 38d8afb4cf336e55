//! Findings about the text itself.

use super::one_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// A text that does not fit the grammar.
#[must_use]
pub fn unexpected(span: Span, found: &str, expected: &[&str], at_line_end: bool) -> Diagnostic {
    let first = found.lines().next().unwrap_or("");
    let shown =
        if first.chars().count() > 40 { format!("{}…", first.chars().take(40).collect::<String>()) } else { first.to_owned() };
    let found = if found.is_empty() { "the end of the file".to_owned() } else { format!("`{shown}`") };
    let (message, here) = if expected.is_empty() {
        (format!("unexpected {found}"), "not expected here".to_owned())
    } else {
        let expected = one_of(expected);
        (format!("expected {expected}, found {found}"), format!("expected {expected}"))
    };
    Diagnostic::new(Code::SyntaxError, message).at(span, if at_line_end { here } else { format!("found {found}") })
}

/// A date where a name belongs.
#[must_use]
pub fn date_for_name(span: Span, date: &str) -> Diagnostic {
    Diagnostic::new(Code::SyntaxError, format!("expected a name, found the date `{date}`")).at(span, "this is a date")
}

/// A character that looks like a letter to the grammar but is none.
#[must_use]
pub fn odd_character(span: Span, odd: char) -> Diagnostic {
    let point = u32::from(odd);
    Diagnostic::new(Code::SyntaxError, format!("`{odd}` (U+{point:04X}) can't be part of a name"))
        .at(span, "names are letters, digits and `_`, with `-` and `.` between them")
}

/// An escape that strings do not have.
#[must_use]
pub fn bad_escape(span: Span, escape: char) -> Diagnostic {
    Diagnostic::new(Code::InvalidString, format!("strings have no escape `\\{}`", escape.escape_debug()))
        .at(span, "not an escape")
        .help("the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`")
}

/// A date that no calendar has.
#[must_use]
pub fn invalid_date(span: Span, date: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidDate, format!("there is no day `{date}`")).at(span, "not in the calendar")
}

/// A window whose last day is before its first.
#[must_use]
pub fn backward_window(span: Span) -> Diagnostic {
    Diagnostic::new(Code::InvalidDate, "the window ends before it begins").at(span, "the first day comes first")
}

/// A number with more digits than a double holds.
#[must_use]
pub fn invalid_number(span: Span, number: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidNumber, format!("`{number}` has more than 15 digits"))
        .at(span, "services would read another number")
        .help("write it as a string if it is an identifier")
}

/// `and` beside `or`.
#[must_use]
pub fn mixed_operators(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SyntaxError, "`and` and `or` stand side by side")
        .at(span, "could be read in two ways")
        .help("put one of them in parentheses")
}
