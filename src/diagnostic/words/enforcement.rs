//! Findings about enforcements.

use jiff::civil::Date;

use super::{count, some_of, suggest_any};
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

/// An enforcement and, if it is not the default, the region that is meant.
type Where<'w> = (&'w str, Option<&'w str>);

/// A day, whether it is only the earliest possible one, and where it is written.
type Written = (Date, bool, Span);

/// A surface is guarded before the backfill that is to prepare roles for it.
#[must_use]
pub fn before_backfill((name, region): Where<'_>, day: Written, backfill: &str, first: Written) -> Diagnostic {
    let place = region.map(|region| format!(" in `{region}`")).unwrap_or_default();
    let word = |estimated: bool| if estimated { ", estimated" } else { "" };
    let message = format!("`{name}` is enforced{place} from {}{}, before the backfill `{backfill}` there", day.0, word(day.1));
    let line = region.map(|region| format!("region {region} ")).unwrap_or_default();
    Diagnostic::new(Code::EnforcedBeforeBackfill, message)
        .at(day.2, "asks for its permissions from this day on")
        .with(first.2, format!("roles gain them on {}{}", first.0, word(first.1)))
        .help(format!("write `{line}from {}` or a later day: until then roles lack what the backfill adds", first.0))
}

/// The manifest opts in to an enforcement before the backfill that is to prepare roles for it; the latest day of that.
#[must_use]
pub fn opted_in_before_backfill(
    (name, span): (&str, Span),
    (opted, regions): (Date, &[&str]),
    backfill: &str,
    first: Written,
) -> Diagnostic {
    let place = if regions.is_empty() { String::new() } else { format!(" in {}", some_of(regions, 3)) };
    let estimated = if first.1 { ", estimated" } else { "" };
    let message = format!("the manifest opts in to `{name}` from {opted}, before the backfill `{backfill}`{place}");
    Diagnostic::new(Code::EnforcedBeforeBackfill, message)
        .at(span, format!("asks for its permissions from {opted} on"))
        .with(first.2, format!("roles gain them on {}{estimated}", first.0))
        .help(format!(
            "under `[organisation.opt-in]` in the manifest write `{name} = {}` or a later day, or remove the line: until then roles \
             lack what the backfill adds",
            first.0
        ))
}

/// A guarded surface asks for something that the backfill before it does not add.
#[must_use]
pub fn not_backfilled(
    (enforcement, span, begins): (&str, Span, &str),
    backfill: &str,
    (surface, declared): (&str, Span),
    (missing, any): (&[&str], bool),
) -> Diagnostic {
    let adds = if any && missing.len() > 1 { "adds none of" } else { "does not add" };
    let help = if any { "one of them" } else { "them" };
    let help = if missing.len() == 1 { "it" } else { help };
    let message = format!("the backfill `{backfill}` {adds} {}, which `{surface}` asks for", some_of(missing, 4));
    Diagnostic::new(Code::GuardNotBackfilled, message)
        .at(span, format!("`{enforcement}` guards it {begins}"))
        .with(declared, "asks for it")
        .help(format!("give {help} to the roles that need the surface; `rolec impact {enforcement}` lists who loses it"))
}

/// How many roles lose something.
#[must_use]
pub fn loss((name, span, begins): (&str, Span, &str), roles: usize, (lost, guarded): (usize, usize)) -> Diagnostic {
    let verb = if roles == 1 { "loses" } else { "lose" };
    let message = format!("{} {verb} {lost} of {} by `{name}`", count(roles, "role"), count(guarded, "surface"));
    Diagnostic::new(Code::EnforcementLoss, message)
        .at(span, format!("enforced {begins}"))
        .help(format!("`rolec impact {name}` says who loses what, and what would keep it"))
}

/// An enforcement without a date in some regions.
#[must_use]
pub fn undated_regions(name: &str, span: Span, regions: &[String]) -> Diagnostic {
    let message = format!("the enforcement `{name}` has no date in {}", some_of(regions, 4));
    Diagnostic::new(Code::RegionWithoutEnforcement, message).at(span, "does not begin there as far as is known")
}

/// A role that may take in what happens to any user.
#[must_use]
pub fn watches_any_user(role: &str, span: Span, topics: &[&str]) -> Diagnostic {
    Diagnostic::new(Code::WatchesAnyUser, format!("`{role}` can watch any other user by {}", count(topics.len(), "topic")))
        .at(span, format!("holds what {} {}", some_of(topics, 2), if topics.len() == 1 { "asks for" } else { "ask for" }))
        .help("a topic asks for the permission, not whose id it is given")
}

/// More such roles than are told one by one.
#[must_use]
pub fn more_watch_any_user(more: usize) -> Diagnostic {
    let can = format!("{} can watch any other user", count(more, "more role"));
    Diagnostic::new(Code::WatchesAnyUser, can).help("`rolec who` and the topic's name list those that reach it")
}
