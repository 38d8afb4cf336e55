//! Words for what a target has no words for.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// Something that a target can't say.
#[must_use]
pub fn inexpressible(target: &str, reason: &str, place: Option<(Span, &str)>) -> Diagnostic {
    let finding = Diagnostic::new(Code::Inexpressible, format!("the target `{target}` can't say it: {reason}"));
    match place {
        Some((span, label)) => finding.at(span, label),
        None => finding,
    }
}
