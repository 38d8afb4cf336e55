//! Findings about roles and their clauses.

use super::{count, some_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// Roles that inherit from one another.
#[must_use]
pub fn inheritance_cycle(ring: &[(String, Span)]) -> Diagnostic {
    let names: Vec<&str> =
        ring.iter().map(|(name, _)| name.as_str()).chain(ring.first().map(|(name, _)| name.as_str())).collect();
    let shown = if names.len() > 12 {
        format!("{} → … → {}", names[..6].join(" → "), names[names.len() - 5..].join(" → "))
    } else {
        names.join(" → ")
    };
    let mut finding = Diagnostic::new(Code::InheritanceCycle, format!("roles inherit from one another: {shown}"));
    for (at, (name, span)) in ring.iter().enumerate() {
        let next = &ring[(at + 1) % ring.len()].0;
        let text = format!("`{name}` inherits from `{next}`");
        finding = if at == 0 { finding.at(*span, text) } else { finding.with(*span, text) };
    }
    finding.help("remove one of these parents")
}

/// An override of an override.
#[must_use]
pub fn second_override(name: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::SecondOverride, format!("`{name}` is overridden twice"))
        .at(second, "overridden again here")
        .with(first, "first overridden here")
        .help("a vendor role has one edited state: write all edits in one `override`")
}

/// An override of a role that is not the vendor's.
#[must_use]
pub fn not_a_vendor_role(name: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::new(Code::NotAVendorRole, format!("`{name}` is not the vendor's"))
        .at(span, "overridden here")
        .with(declared, "your own role")
        .help("edit the role itself, or write another one that `extends` it")
}

/// A fact in an override that only the vendor states.
#[must_use]
pub fn fact_in_override(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::FactInOverride, format!("{what} is the vendor's to state"))
        .at(span, "can't be said in an override")
        .help("an override takes `allow`, `except`, `within`, `owner` and `allow-finding`")
}

/// A variable, of what seems to be its type, that the catalog does not allow on a permission.
#[must_use]
pub fn condition_not_allowed((variable, kind): (&str, &str), span: Span, clause: Span, refused: &[String]) -> Diagnostic {
    let line = refused.first().map(|name| {
        let mut parts = name.splitn(3, ':');
        let (domain, entity, action) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        format!("domain {domain} {{ entity {entity} {{ action {action} conditions {variable}: {kind} }} }}")
    });
    let finding = Diagnostic::new(
        Code::ConditionNotAllowed,
        format!("the catalog allows no condition on `{variable}` for {}", some_of(refused, 3)),
    )
    .at(span, "not a variable of this permission")
    .with(clause, "in this grant");
    match line {
        Some(line) => finding.help(format!("if the platform takes it, state it: `{line}`")),
        None => finding,
    }
}

/// A comparison of values of different types, or an order of texts.
#[must_use]
pub fn condition_type(variable: &str, span: Span, kind: &str, unordered: bool) -> Diagnostic {
    let message = if unordered {
        format!("`{variable}` is compared by order, and texts have none")
    } else {
        format!("`{variable}` is {kind}, and is compared with something else")
    };
    Diagnostic::new(Code::ConditionType, message)
        .at(span, if unordered { "only numbers have an order".to_owned() } else { format!("expected {kind}") })
}

/// An own `allow` of what an own `except` takes away.
#[must_use]
pub fn allow_and_except(role: &str, permission: &str, allow: Span, except: Span) -> Diagnostic {
    Diagnostic::new(Code::AllowAndExcept, format!("`{role}` allows `{permission}` and takes it away"))
        .at(allow, "allowed here")
        .with(except, "taken away here")
        .help("keep one of the two")
}

/// A clause that changes nothing.
#[must_use]
pub fn no_effect(role: &str, span: Span, reason: &str, because: Option<(Span, &str)>) -> Diagnostic {
    let finding =
        Diagnostic::new(Code::NoEffect, format!("this line of `{role}` changes nothing: {reason}")).at(span, "without effect");
    match because {
        Some((span, text)) => finding.with(span, text),
        None => finding,
    }
}

/// An `allow` of what a parent gives.
#[must_use]
pub fn redundant(role: &str, span: Span, parent: (&str, Span)) -> Diagnostic {
    Diagnostic::new(Code::RedundantWithParent, format!("`{role}` has this from `{}` already", parent.0))
        .at(span, "redundant while the parent gives it")
        .with(parent.1, "inherited from here")
}

/// A deprecated permission that is granted by name.
#[must_use]
pub fn deprecated(span: Span, permissions: &[String], since: Option<String>, replacement: Option<&str>) -> Diagnostic {
    let verb = if permissions.len() == 1 { "is" } else { "are" };
    let since = since.map(|date| format!(" since {date}")).unwrap_or_default();
    let finding = Diagnostic::new(Code::DeprecatedPermission, format!("{} {verb} deprecated{since}", some_of(permissions, 3)))
        .at(span, "granted here");
    match replacement {
        Some(replacement) => finding.help(format!("use `{replacement}` instead")),
        None => finding,
    }
}

/// Permissions without others that they are useless without.
#[must_use]
pub fn missing_required(role: &str, span: Span, (permission, needed, any): (&str, &str, bool), missing: usize) -> Diagnostic {
    let rest = if missing > 1 { format!(", and {} more like it", missing - 1) } else { String::new() };
    let kind = if any { "any of " } else { "" };
    Diagnostic::new(
        Code::MissingRequiredPermission,
        format!("`{role}` has `{permission}`, which is useless without {kind}`{needed}`{rest}"),
    )
    .at(span, format!("{} without what they need", count(missing, "permission")))
    .help(format!("add `allow {needed}`"))
}

/// A role that needs another one beside it.
#[must_use]
pub fn required_role(role: &str, other: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::RequiredRole, format!("`{role}` needs `{other}` beside it, and does not inherit from it"))
        .at(span, "to be assigned together")
}

/// A vendor role edited in place, with what restoring it would take away again and bring back.
#[must_use]
pub fn edited_vendor_role(role: &str, span: Span, added: &[String], removed: &[String]) -> Diagnostic {
    let mut restored = Vec::new();
    if !added.is_empty() {
        restored.push(format!("drops {}", some_of(added, 3)));
    }
    if !removed.is_empty() {
        restored.push(format!("brings {} back", some_of(removed, 3)));
    }
    if restored.is_empty() {
        restored.push("drops these edits".to_owned());
    }
    let restored = super::all_of(&restored);
    Diagnostic::new(Code::EditedVendorRole, format!("the vendor's role `{role}` is edited in place"))
        .at(span, format!("adds {}, takes away {}", count(added.len(), "permission"), removed.len()))
        .help(format!(
            "the vendor's updates may be lost or arrive unasked, and restoring the role {restored}; copy it instead: `role … copies …`"
        ))
}

/// A vendor role that is used where it does not exist.
#[must_use]
pub fn not_available((role, declared): (&str, Span), use_of_it: (&str, Span), needs: &str, created: &str) -> Diagnostic {
    let message = format!("`{role}` exists only in organisations created {needs}, and this one was created {created}");
    Diagnostic::new(Code::RoleNotAvailable, message)
        .at(use_of_it.1, use_of_it.0)
        .with(declared, "declared here")
        .help("take a role that this organisation has, or correct `created` under `[organisation]` in the manifest")
}

/// The flattened roles are larger than the compiler holds.
#[must_use]
pub fn flat_too_large(role: &str, span: Span, excess: &str) -> Diagnostic {
    Diagnostic::new(Code::FlatTooLarge, format!("the flattened roles have {excess}"))
        .at(span, format!("the bound is reached at `{role}`"))
        .help("long chains of roles that each differ flatten to very many distinct sets: split the project")
}
