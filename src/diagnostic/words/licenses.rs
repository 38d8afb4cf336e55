//! Findings about licences.

use super::{count, some_of};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::span::Span;

/// Licences of which each is dearer than the other.
#[must_use]
pub fn cycle(ring: &[(String, Span)]) -> Diagnostic {
    let finding = super::ring(Code::LicenseCycle, "licences are each dearer than the other", "is dearer than", ring);
    finding.help("remove one of the `<`")
}

/// A role that calls for a licence which the organisation does not want.
#[must_use]
pub fn unwanted(role: (&str, Span), license: (&str, Span), kind: &str, permissions: &[String]) -> Diagnostic {
    let message = format!("`{}` calls for the licence `{}`, which a `{kind}` organisation does not want", role.0, license.0);
    let verb = if permissions.len() == 1 { "calls" } else { "call" };
    Diagnostic::new(Code::UnwantedLicense, message)
        .at(role.1, format!("{} {verb} for it", count(permissions.len(), "permission")))
        .with(license.1, "unwanted here")
}

/// What to do about a role that calls for such a licence; `vendor` where the role is not the organisation's to change.
#[must_use]
pub fn unwanted_help(permissions: &[String], vendor: bool) -> String {
    let what = some_of(permissions, 4);
    if vendor {
        format!("assign a role of your own instead that copies it and takes {what} away with `except`")
    } else {
        format!("take {what} away with `except`")
    }
}

/// A role that needs a licence and calls for none that has it; `lacking` is the first user who does not have it otherwise
/// either, and how many more there are.
#[must_use]
pub fn missing(role: &str, license: (&str, Span), lacking: Option<(&str, usize)>) -> Diagnostic {
    let mut finding = Diagnostic::new(
        Code::MissingLicense,
        match lacking {
            None => format!("`{role}` needs the licence `{}`, and none of its permissions calls for it", license.0),
            Some((user, 0)) => format!("the user `{user}` has `{role}` and calls for no licence `{}`, which it needs", license.0),
            Some((user, more)) => format!(
                "the user `{user}` and {} have `{role}` and call for no licence `{}`, which it needs",
                count(more, "other user"),
                license.0
            ),
        },
    )
    .at(license.1, "no permission calls for it");
    if lacking.is_some() {
        finding.level = Level::Warning;
    }
    finding.help("assign a role beside it that calls for the licence, or state which permissions do: `license … needs …`")
}
