//! Findings about licences.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// Licences of which each is dearer than the other.
#[must_use]
pub fn cycle(ring: &[(String, Span)]) -> Diagnostic {
    let finding = super::ring(Code::LicenseCycle, "licences are each dearer than the other", "is dearer than", ring);
    finding.help("remove one of the `<`")
}
