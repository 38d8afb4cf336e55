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

/// An assertion, or a line of a test, that does not hold.
#[must_use]
pub fn failed(code: Code, message: String, (span, label): (Span, &str)) -> Diagnostic {
    Diagnostic::new(code, message).at(span, label)
}

fn rule(title: Option<&str>) -> String {
    title.map_or_else(|| "what nobody may".to_owned(), |title| format!("\"{title}\": what nobody may"))
}

/// A role that holds what nobody may hold together.
#[must_use]
pub fn never_role(title: Option<&str>, role: &str, span: Span, held: &[String]) -> Diagnostic {
    let held = super::all_of(held);
    Diagnostic::new(Code::NeverBroken, format!("`{role}` holds {held}; {} hold together", rule(title)))
        .at(span, "holds both")
        .help("take one of them away, or give the work to two roles")
}

/// A subject that holds, through several roles, what nobody may hold together; and how many more are like it.
#[must_use]
pub fn never_subject(title: Option<&str>, (who, more): (&str, usize), span: Span, roles: &[String]) -> Diagnostic {
    let more = match more {
        0 => String::new(),
        more => format!(" (and {})", super::count(more, "other subject")),
    };
    let roles = super::all_of(roles);
    Diagnostic::new(Code::NeverBroken, format!("{who}{more} has the roles {roles}; {} hold together", rule(title)))
        .at(span, "makes it up")
        .help("assign one of the roles to somebody else")
}
