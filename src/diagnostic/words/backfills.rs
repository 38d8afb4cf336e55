//! Findings about backfills.

use super::{count, some_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// A backfill that lacks its date, its target or its additions.
#[must_use]
pub fn incomplete(code: Code, name: &str, span: Span) -> Diagnostic {
    let (lacks, help) = match code {
        Code::BackfillWithoutDate => ("has no date", "add `on 2026-02-16`, or `region us-east-1 on 2026-03-29`"),
        Code::BackfillWithoutTarget => {
            ("says neither which permission triggers it nor which roles gain", "add `when …`, or `roles …`")
        }
        _ => ("adds nothing", "add `add …`"),
    };
    Diagnostic::new(code, format!("the backfill `{name}` {lacks}")).at(span, lacks).help(help)
}

/// A backfill that no role gains from.
#[must_use]
pub fn without_effect(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::BackfillWithoutEffect, format!("no role gains from the backfill `{name}`"))
        .at(span, "no role holds its trigger")
}

/// A backfill without a date in some regions.
#[must_use]
pub fn undated_regions(name: &str, span: Span, regions: &[String]) -> Diagnostic {
    Diagnostic::new(Code::RegionWithoutDate, format!("the backfill `{name}` has no date in {}", some_of(regions, 4)))
        .at(span, "does not happen there as far as is known")
}

/// A role created after a backfill that it would have gained from.
#[must_use]
pub fn created_too_late(role: &str, created: Span, backfill: (&str, Span), missing: &[String]) -> Diagnostic {
    Diagnostic::new(
        Code::CreatedTooLate,
        format!("`{role}` is created after the backfill `{}`, so it does not gain {}", backfill.0, some_of(missing, 3)),
    )
    .at(created, "created here")
    .with(backfill.1, "only roles that exist on its date gain")
    .help(format!(
        "write {} out with `allow` if the role needs them",
        if missing.len() == 1 { "it".to_owned() } else { format!("the {}", count(missing.len(), "permission")) }
    ))
}

/// A backfill that adds what a role's `except` forbids.
#[must_use]
pub fn except_beats(role: &str, except: Span, backfill: (&str, Span), added: &[String]) -> Diagnostic {
    Diagnostic::new(
        Code::ExceptBeatsBackfill,
        format!("the backfill `{}` will add {} to `{role}`, which takes it away", backfill.0, some_of(added, 3)),
    )
    .at(except, "taken away here")
    .with(backfill.1, "the platform adds it all the same")
    .help("take it away on the platform after the backfill, or drop the `except`")
}

/// A backfill marked done whose additions a role does not say.
#[must_use]
pub fn done(role: &str, at: Span, backfill: (&str, Span), added: &[String]) -> Diagnostic {
    Diagnostic::new(
        Code::DoneBackfill,
        format!("the backfill `{}` is done, and `{role}` does not say what it added: {}", backfill.0, some_of(added, 3)),
    )
    .at(at, "gained on the platform, not written here")
    .with(backfill.1, "marked as done")
}

/// More dates of change than the compiler holds.
#[must_use]
pub fn too_many_epochs(span: Option<Span>, limit: usize) -> Diagnostic {
    super::limits::exceeded(Code::TooManyEpochs, span, limit, "dates of change in one region")
}
