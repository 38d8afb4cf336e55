//! Findings about enforcements.

use super::suggest_any;
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// An enforcement that lacks something it can't be without.
#[must_use]
pub fn incomplete(code: Code, name: &str, span: Span) -> Diagnostic {
    let (what, help) = if code == Code::EnforcementWithoutGuard {
        ("guards nothing", "say what it guards, as in `guards GET \"/api/v2/users/{userId}/station\"` or `guards topic *`")
    } else {
        ("has no date", "say when it begins, as in `from 2026-03-01`, or after which backfill")
    };
    Diagnostic::new(code, format!("the enforcement `{name}` {what}")).at(span, "declared here").help(help)
}

/// A surface that no source declares; `meant` as it would be written.
#[must_use]
pub fn unknown_surface(written: &str, span: Span, meant: Option<&str>) -> Diagnostic {
    let shown = super::clipped(written);
    let finding = Diagnostic::new(Code::UnknownSurface, format!("no surface is declared as `{shown}`")).at(span, "not declared");
    suggest_any(finding, span, written, meant)
}

/// A surface that two enforcements guard.
#[must_use]
pub fn guarded_twice(surface: &str, second: (&str, Span), first: (&str, Span)) -> Diagnostic {
    let (second, span) = second;
    Diagnostic::new(Code::GuardedTwice, format!("`{}` and `{second}` both guard `{surface}`", first.0))
        .at(span, "guards it again")
        .with(first.1, "guards it first")
        .help("a surface begins to be enforced once: let one of them guard it")
}

/// An opt-in of the manifest that nothing asks for.
#[must_use]
pub fn opt_in_without_grace(name: &str, place: Option<Span>) -> Diagnostic {
    let finding =
        Diagnostic::new(Code::OptInWithoutGrace, format!("the manifest opts in to `{name}`, which has no grace period"));
    match place {
        Some(span) => finding.at(span, "begins for everybody on its date"),
        None => finding.help("no enforcement has this name: correct it under `[organisation.opt-in]`, or remove it"),
    }
}
