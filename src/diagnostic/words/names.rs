//! Findings about names: unknown ones, taken ones, reserved ones.

use super::{clipped, suggest_any};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// A name that nothing declares.
#[must_use]
pub fn unknown(code: Code, kind: &str, name: &str, span: Span, meant: Option<&str>) -> Diagnostic {
    let finding = Diagnostic::new(code, format!("no {kind} is named `{}`", clipped(name))).at(span, "not declared");
    suggest_any(finding, span, name, meant)
}

/// A role by a name that it has no more.
#[must_use]
pub fn former(written: &str, span: Span, now: &str) -> Diagnostic {
    let finding =
        Diagnostic::new(Code::UnknownRole, format!("no role is named `{}`: it is the former name of `{now}`", clipped(written)));
    super::suggest(finding.at(span, "no longer its name"), span, written, now).help(format!("write `{now}`"))
}

/// A second declaration of a name.
#[must_use]
pub fn duplicate(kind: &str, name: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateDeclaration, format!("the {kind} `{}` is declared twice", clipped(name)))
        .at(second, "declared again here")
        .with(first, "first declared here")
        .help("rename one of them, or join both in one declaration")
}

/// A name that the language keeps for itself.
#[must_use]
pub fn reserved(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ReservedName, format!("`{name}` can't be a name"))
        .at(span, "a word of the language")
        .help("choose another name; `all`, `any`, `home` and `open` are taken")
}

/// A fact that is said twice.
#[must_use]
pub fn repeated(what: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::RepeatedFact, format!("{what} is said twice"))
        .at(second, "said again here")
        .with(first, "first said here")
        .help("keep one of them")
}

/// A finding's code that does not exist.
#[must_use]
pub fn unknown_code(name: &str, span: Span, meant: Option<&str>) -> Diagnostic {
    let finding = Diagnostic::new(Code::UnknownCode, format!("no finding has the code `{name}`")).at(span, "not a code");
    suggest_any(finding, span, name, meant)
}
