//! Findings about confined roles and the permissions that ignore their divisions.

use super::{count, some_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// The confined role that is judged.
#[derive(Debug)]
pub struct Confined<'w> {
    /// Its name.
    pub name: &'w str,
    /// Its name in the declaration.
    pub name_span: Span,
    /// Its declaration.
    pub declaration: Span,
    /// What confines it: the place of the `within` and its divisions.
    pub within: Option<(Span, String)>,
}

/// The unaware half of a pair in a confined role.
#[derive(Debug)]
pub struct Half<'w> {
    /// The unaware permission.
    pub unaware: &'w str,
    /// Its division-aware counterpart.
    pub aware: &'w str,
    /// Where the pair is declared.
    pub pair: Span,
    /// How the role comes to hold it: places of parents, the clause last.
    pub chain: Vec<(Span, String)>,
}

/// A finding whose primary place is the last of a chain, the way there as context.
fn along(finding: Diagnostic, chain: &[(Span, String)], confined: &Confined<'_>) -> Diagnostic {
    let finding = match chain.split_last() {
        Some(((span, text), way)) => finding.at(*span, text.clone()).with_all(way.iter().cloned()),
        None => finding.at(confined.name_span, "held here"),
    };
    let finding = finding.about(confined.declaration);
    match &confined.within {
        Some((span, divisions)) => finding.with(*span, format!("confined to {divisions}")),
        None => finding,
    }
}

/// A wildcard that brought unaware halves of pairs.
#[must_use]
pub fn wildcard(confined: &Confined<'_>, half: &Half<'_>, brought: &[String]) -> Diagnostic {
    let what = count(brought.len(), "division-unaware permission");
    let message = format!("a wildcard brings {what} into the confined role `{}`: {}", confined.name, some_of(brought, 4));
    let mut chain = half.chain.clone();
    if let Some((_, text)) = chain.last_mut() {
        *text = format!("brings {}", some_of(brought, 2));
    }
    let finding = along(Diagnostic::new(Code::WildcardDefeatsConfinement, message), &chain, confined);
    let (it, ignores) = if brought.len() == 1 { ("it", "it ignores") } else { ("them", "they ignore") };
    finding
        .with(half.pair, format!("`{}` is the one that respects divisions", half.aware))
        .help(format!("take {it} away with `except`: {ignores} divisions, so the role acts everywhere"))
}

/// Both halves of a pair.
#[must_use]
pub fn defeated(confined: &Confined<'_>, half: &Half<'_>, aware: &[(Span, String)]) -> Diagnostic {
    let message = format!("`{}` defeats the confinement of `{}` in `{}`", half.unaware, half.aware, confined.name);
    along(Diagnostic::new(Code::ConfinementDefeated, message), &half.chain, confined)
        .with_all(aware.iter().cloned())
        .help(format!("remove `{}`: it opens the same doors in every division", half.unaware))
}

/// The unaware half of a pair alone.
#[must_use]
pub fn half(confined: &Confined<'_>, half: &Half<'_>) -> Diagnostic {
    let message = format!("`{}` in `{}` ignores the divisions that confine the role", half.unaware, confined.name);
    along(Diagnostic::new(Code::UnawareHalf, message), &half.chain, confined)
        .with(half.pair, format!("`{}` took over from it", half.aware))
        .help(format!("replace it by `{}`", half.aware))
}

/// Unaware permissions without counterparts.
#[must_use]
pub fn unconfinable(confined: &Confined<'_>, names: &[String], chain: &[(Span, String)]) -> Diagnostic {
    let message = format!("`{}` can't be confined in {}", confined.name, some_of(names, 4));
    let finding = Diagnostic::new(Code::Unconfinable, message)
        .at(confined.name_span, format!("{} that no division confines", count(names.len(), "permission")))
        .about(confined.declaration)
        .with_all(chain.iter().cloned());
    let finding = match &confined.within {
        Some((span, divisions)) => finding.with(*span, format!("confined to {divisions}")),
        None => finding,
    };
    finding.help("take them away with `except`, or say why they are needed: `allow-finding unconfinable \"…\"`")
}

/// Permissions of unstated awareness.
#[must_use]
pub fn unstated(confined: &Confined<'_>, names: &[String]) -> Diagnostic {
    let message = format!(
        "no source says whether {} of the confined role `{}` respect{} divisions",
        some_of(names, 3),
        confined.name,
        if names.len() == 1 { "s" } else { "" }
    );
    let finding = Diagnostic::new(Code::UnstatedAwareness, message)
        .at(confined.name_span, format!("{} of unstated awareness", count(names.len(), "permission")))
        .about(confined.declaration);
    let finding = match &confined.within {
        Some((span, divisions)) => finding.with(*span, format!("confined to {divisions}")),
        None => finding,
    };
    finding.help("import the platform's permission list (`rolec import permissions`), or state it: `entity … division-aware {}`")
}

/// Surfaces that an unaware permission opens beside a confined one.
#[must_use]
pub fn surface(confined: &Confined<'_>, unaware: &str, surfaces: &[String], chain: &[(Span, String)]) -> Diagnostic {
    let message = format!("`{unaware}` opens {} to `{}` in every division", some_of(surfaces, 2), confined.name);
    along(Diagnostic::new(Code::SurfaceUnconfined, message), chain, confined)
        .help("the role's confined permissions open the same; take this one away if they are enough")
}

/// A role that is not confined and holds both halves of pairs.
#[must_use]
pub fn transition(role: &str, span: Span, unaware: &[String]) -> Diagnostic {
    Diagnostic::new(Code::PairTransition, format!("`{role}` holds both halves of {}", count(unaware.len(), "pair")))
        .at(span, format!("{} beside what took over", some_of(unaware, 2)))
        .help("fine while nobody is confined; before you confine the role, take the division-unaware halves away")
}
