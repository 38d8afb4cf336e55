//! Sets of permissions → the selectors a reviewer would write for them.
//!
//! Exact: the selectors match the set and nothing else of the catalog as it is. Stable: in order of names.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Part};
use crate::sets::PermissionId;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// Whether an entity of which every action is meant may be written with a `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stars {
    /// In `except`, which may follow the catalog, since it only narrows; not for an only action, whose name says more.
    Allowed,
    /// In `allow`, which must not grow unseen.
    Never,
}

/// One name, or several in braces.
fn braces(names: &[&str]) -> String {
    match names {
        [only] => (*only).to_owned(),
        _ => format!("{{{}}}", names.join(", ")),
    }
}

/// Few selectors that match these permissions, which stand in ascending order, and no others: entities of one
/// domain with the same actions share one.
pub(super) fn written(catalog: &Catalog, permissions: &[PermissionId], stars: Stars) -> Vec<String> {
    let mut domains: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let mut selectors = Vec::new();
    for name in permissions.iter().map(|id| catalog.name(*id)) {
        let mut parts = name.splitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(domain), Some(entity), Some(action)) => {
                domains.entry(domain).or_default().entry(entity).or_default().push(action);
            }
            _ => selectors.push(name.to_owned()),
        }
    }
    for (domain, entities) in domains {
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for (entity, actions) in entities {
            let all = [Part::Names(vec![domain]), Part::Names(vec![entity]), Part::Any];
            let several = stars == Stars::Allowed && actions.len() > 1;
            let whole = several && catalog.matches(all.each_ref()).len() == actions.len();
            let actions = if whole { "*".to_owned() } else { braces(&actions) };
            match groups.iter_mut().find(|(same, _)| *same == actions) {
                Some((_, entities)) => entities.push(entity),
                None => groups.push((actions, vec![entity])),
            }
        }
        selectors.extend(groups.iter().map(|(actions, entities)| format!("{domain}:{}:{actions}", braces(entities))));
    }
    selectors
}

/// A selector as written, without the names in its braces that none of `kept` has; `None` where that does not match
/// just `kept`, which stands in ascending order.
pub(super) fn narrowed(catalog: &Catalog, source: &Source, selector: Span, kept: &[PermissionId]) -> Option<String> {
    let ast::Parts::Full(domain, entity, action) = (ast::Selector { span: selector }).parts(source) else { return None };
    let narrow = |place: usize, part: &ast::Part| match part {
        ast::Part::Any => Part::Any,
        ast::Part::One(name) => Part::Names(vec![slice(source, *name)]),
        ast::Part::Set(names) => {
            let has = |name: &&str| kept.iter().any(|id| catalog.name(*id).split(':').nth(place) == Some(*name));
            Part::Names(names.iter().map(|name| slice(source, *name)).filter(has).collect())
        }
    };
    let parts = [narrow(0, &domain), narrow(1, &entity), narrow(2, &action)];
    let exact = catalog.matches(parts.each_ref()).iter().copied().eq(kept.iter().map(|id| id.raw()));
    let text = |part: &Part<'_>| match part {
        Part::Any => "*".to_owned(),
        Part::Names(names) => braces(names),
    };
    exact.then(|| match &parts {
        [domain @ Part::Names(_), Part::Any, Part::Any] => format!("{}:*", text(domain)),
        _ => parts.each_ref().map(text).join(":"),
    })
}

fn slice(source: &Source, name: ast::Name) -> &str {
    name.text(source)
}
