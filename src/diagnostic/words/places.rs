//! Findings about divisions and scopes.

use super::some_of;
use crate::diagnostic::Code;
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// A second home division.
#[must_use]
pub fn second_home(name: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::SecondHomeDivision, format!("`{name}` would be a second home division"))
        .at(second, "home here too")
        .with(first, "home already")
        .help("an organisation has one home division")
}

/// Sets of divisions that contain one another.
#[must_use]
pub fn division_cycle(ring: &[(String, Span)]) -> Diagnostic {
    let finding = super::ring(Code::DivisionCycle, "sets of divisions contain one another", "contains", ring);
    finding.help("remove one of them from another")
}

/// A division that nothing uses.
#[must_use]
pub fn unused(kind: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnusedDivision, format!("nothing uses the {kind} `{name}`")).at(span, "never named in a scope")
}

/// An `in` that leaves nothing inside the role's `within`.
#[must_use]
pub fn empty_scope(role: &str, clause: (Span, &str), within: (Span, &str), part: Option<&[String]>) -> Diagnostic {
    let (code, what) = match part {
        None => (Code::EmptyScope, "nothing is left of this grant".to_owned()),
        Some(names) => (Code::PartlyEmptyScope, format!("nothing is left of {}", some_of(names, 3))),
    };
    Diagnostic::new(code, format!("in `{role}`, {what}: its divisions lie outside the role's"))
        .at(clause.0, format!("in {}", clause.1))
        .with(within.0, format!("within {}", within.1))
        .help("widen the `within`, name divisions of it after `in`, or grant this in a role of its own")
}

/// A `within` that leaves nothing of a parent's grants.
#[must_use]
pub fn empty_inheritance(role: &str, parent: (&str, Span), within: (Span, &str), part: Option<&[String]>) -> Diagnostic {
    let (code, what, help) = match part {
        None => (Code::EmptyScope, "nothing".to_owned(), format!("widen the `within`, or drop the parent `{}`", parent.0)),
        Some(names) => {
            let help = "widen the `within`, or say with `except` that it is meant";
            (Code::PartlyEmptyScope, format!("nothing of {}", some_of(names, 3)), help.to_owned())
        }
    };
    Diagnostic::new(code, format!("`{role}` inherits {what} from `{}`: its divisions lie outside the role's", parent.0))
        .at(within.0, format!("within {}", within.1))
        .with(parent.1, "inherited from here")
        .help(help)
}
