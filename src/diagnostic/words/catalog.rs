//! Findings about the catalog, selectors and surfaces.

use super::{all_of, clipped, count, suggest_any};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// A permission that the catalog does not have; `part` is the name that is at fault.
#[must_use]
pub fn unknown_permission(selector: &str, part: (&str, &str, Span), meant: Option<&str>) -> Diagnostic {
    let (kind, name, span) = part;
    let selector = clipped(selector);
    let finding = Diagnostic::new(Code::UnknownPermission, format!("the catalog has no permission `{selector}`"))
        .at(span, format!("no {kind} is named `{}` here", clipped(name)));
    suggest_any(finding, span, name, meant)
}

/// A selector, or a name in one of its sets, that exists and matches nothing where it stands.
#[must_use]
pub fn empty_selector(selector: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::EmptySelector, format!("`{}` matches nothing, or something in it does", clipped(selector)))
        .at(span, "no permission of the catalog fits this here")
        .help("a selector, and every name in its sets, must match a permission")
}

/// A selector of everything, where there is nothing.
#[must_use]
pub fn empty_catalog(selector: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::EmptySelector, format!("`{}` matches no permission of the catalog", clipped(selector)))
        .at(span, "the catalog is empty")
        .help("declare permissions with `domain`, or name a catalog under `[dependencies]` in the manifest")
}

/// A selector of two parts.
#[must_use]
pub fn short_selector(selector: &str, span: Span) -> Diagnostic {
    let finding = Diagnostic::new(Code::SyntaxError, format!("`{selector}` has two parts, and a permission has three"))
        .at(span, "the action is missing")
        .replace(span, format!("{selector}:*"));
    finding.help(format!("write `{selector}:*` for every action of it"))
}

/// A selector where one permission is needed.
#[must_use]
pub fn not_one_permission(selector: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::NotOnePermission, format!("`{}` is not one permission", clipped(selector)))
        .at(span, "one full name is needed here")
        .help("write out `domain:entity:action`, without `*` and `{}`")
}

/// The same fact with two values.
#[must_use]
pub fn conflicting(what: &str, name: &str, second: (&str, Span), first: (&str, Span)) -> Diagnostic {
    Diagnostic::new(Code::ConflictingFacts, format!("two sources disagree on the {what} of `{name}`"))
        .at(second.1, format!("here it is {}", second.0))
        .with(first.1, format!("here it is {}", first.0))
        .help("`correct domain` overrules an imported catalog")
}

/// What mends a pair that contradicts the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairHelp<'n> {
    /// Its halves are the wrong way round: the two as they should stand.
    Swap(&'n str, &'n str),
    /// Both halves are one permission.
    Two,
    /// What is stated is wrong, or the pair is.
    Correct,
}

/// A pair that contradicts what is stated of one half.
#[must_use]
pub fn pair_awareness(
    pair: Span,
    (permission, needed): (&str, &str),
    (said, stated): (&str, Option<Span>),
    help: PairHelp<'_>,
) -> Diagnostic {
    let finding = Diagnostic::new(Code::PairAwareness, format!("the pair needs `{permission}` to be {needed}, and it is {said}"))
        .at(pair, format!("takes it for {needed}"))
        .help(match help {
            PairHelp::Swap(unaware, aware) => format!("if the sides are swapped, write `pair {unaware} -> {aware}`"),
            PairHelp::Two => "name the permission that was replaced on the left, and its successor on the right".to_owned(),
            PairHelp::Correct => {
                "remove the pair, or correct what is stated: `correct domain` overrules an imported catalog".to_owned()
            }
        });
    match stated {
        Some(stated) => finding.with(stated, format!("{said} here")),
        None => finding,
    }
}

/// A surface whose alternatives look like the halves of a pair.
#[must_use]
pub fn pair_candidate(span: Span, surface: &str, unaware: &str, aware: &str) -> Diagnostic {
    Diagnostic::new(Code::PairCandidate, format!("`{surface}` takes a division-unaware or a division-aware permission"))
        .at(span, format!("`{unaware}` or `{aware}`"))
        .help(format!("if the second took over from the first, add `pair {unaware} -> {aware}`"))
}

/// A correction of an imported catalog.
#[must_use]
pub fn corrected(span: Span, domain: &str, changes: usize) -> Diagnostic {
    Diagnostic::new(
        Code::CatalogCorrected,
        format!(
            "{} of `{domain}` overruled",
            if changes == 1 { "1 fact is".to_owned() } else { format!("{} are", count(changes, "fact")) }
        ),
    )
    .at(span, "corrected here")
}

/// A correction that changes nothing.
#[must_use]
pub fn idle_correction(span: Span, domain: &str) -> Diagnostic {
    Diagnostic::new(Code::NoEffect, format!("the correction of `{domain}` changes nothing")).at(span, "says what is said already")
}

/// Two surfaces that no request can tell apart.
#[must_use]
pub fn duplicate_surface(surface: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateSurface, format!("no request can tell `{surface}` from another declaration"))
        .at(second, "the same shape again")
        .with(first, "first declared here")
}

/// A path that no request can match.
#[must_use]
pub fn invalid_path(span: Span, path: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidPath, format!("`{path}` is no path: {reason}")).at(span, reason)
}

/// How much of what permissions open is open to anybody or not stated.
#[must_use]
pub fn exposure(open: usize, unstated: usize, total: usize) -> Diagnostic {
    let mut parts = Vec::new();
    if open > 0 {
        parts.push(format!("{open} open to anybody"));
    }
    if unstated > 0 {
        parts.push(format!("{unstated} without a stated permission"));
    }
    Diagnostic::new(Code::Exposure, format!("of {}, {}", count(total, "surface"), all_of(&parts)))
}
