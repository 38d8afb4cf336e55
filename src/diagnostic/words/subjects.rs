//! Findings about users, groups and assignments.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// Groups that are members of one another.
#[must_use]
pub fn group_cycle(ring: &[(String, Span)]) -> Diagnostic {
    let finding = super::ring(Code::GroupCycle, "groups are members of one another", "is a member of", ring);
    finding.help("remove one of the memberships")
}

/// An assignment in the home division of an organisation that has none.
#[must_use]
pub fn no_home_division(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NoHomeDivision,
        "no division is the home division, in which roles are assigned where nothing else is said",
    )
    .at(span, "assigned in the home division")
    .help("declare one, as in `home division main`, or write `in` and the divisions; `in all` is everywhere")
}
