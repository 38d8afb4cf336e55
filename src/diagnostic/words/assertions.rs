//! Findings about assertions and tests.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// An expectation before anybody asks.
#[must_use]
pub fn nobody_asks(span: Span, test: Span) -> Diagnostic {
    Diagnostic::new(Code::NobodyAsks, "nobody asks: the test has not said who")
        .at(span, "expected of whom?")
        .with(test, "in this test")
        .help("begin with who asks, as in `as agent`, `as user \"alice@acme.example\"` or `as group sales`")
}

/// A test without an expectation.
#[must_use]
pub fn empty_test(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::EmptyTest, format!("the test \"{name}\" expects nothing"))
        .at(span, "can't fail")
        .help("say what is allowed or denied, as in `deny outbound:campaign:edit in apac`")
}

/// A user or group in divisions.
#[must_use]
pub fn subject_in_divisions(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SubjectInDivisions, "users and groups have their roles where they are assigned")
        .at(span, "divisions of its own")
        .help("write the divisions after what is allowed or denied; only a role is looked at `in` divisions")
}
