//! Domains, entities and actions → the catalog.
//!
//! What is said stands at three levels, and the innermost wins. `correct` overrules at its own level. What refers
//! to permissions (`requires`) is resolved once the catalog stands.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::facts::{Fact, LevelFacts};
use super::{Resolver, Trees};
use crate::catalog::{Catalog, Facts};
use crate::diagnostic::{Code, Diagnostic, Sink, nearest, words};
use crate::limits;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// What is said at each level, by the level's name: `d`, `d:e` or `d:e:a`.
type Levels = FxHashMap<Box<str>, LevelFacts>;

/// Builds the catalog from all declarations, and says which have an error in them; requirements are left to
/// [`Resolver::catalog_references`].
pub(super) fn build(trees: &Trees<'_>, sink: &mut Sink) -> (Catalog, BTreeSet<Span>) {
    let mut faulty = BTreeSet::new();
    let mut declared: BTreeMap<Box<str>, Span> = BTreeMap::new();
    let (mut stated, mut corrected) = (Levels::default(), Levels::default());
    for (source, item) in trees.items() {
        match &item.kind {
            ast::ItemKind::Domain(domain) if !domain.correct => {
                declare(source, domain, &mut declared);
                let mut own = Sink::default();
                state(source, domain, &mut stated, &mut own);
                if item.faulty || !own.is_empty() {
                    faulty.insert(item.span);
                }
                sink.absorb(own);
            }
            ast::ItemKind::Legacy(legacy) => {
                let name = legacy.name.text(source);
                if let Some(first) = declared.insert(name.into(), legacy.name.span) {
                    sink.report(words::names::duplicate("one-word permission", name, legacy.name.span, first));
                }
                let level = stated.entry(name.into()).or_default();
                level.state(source, name, legacy.title, &[], sink);
            }
            _ => {}
        }
    }
    for (source, item) in trees.items() {
        if let ast::ItemKind::Domain(domain) = &item.kind
            && domain.correct
        {
            let mut own = Sink::default();
            correct(source, domain, &declared, &mut corrected, &mut own);
            if item.faulty || !own.is_empty() {
                faulty.insert(item.span);
                sink.absorb(own);
            } else {
                sink.report(correction(source, domain, item.span, &stated));
            }
        }
    }
    if declared.len() > limits::PERMISSIONS {
        sink.report(words::limits::exceeded(Code::CatalogTooLarge, None, limits::PERMISSIONS, "permissions"));
        return (Catalog::default(), faulty);
    }
    let permissions = declared.into_iter().map(|(name, place)| {
        let facts = facts_of(&name, place, &stated, &corrected);
        (name, facts)
    });
    (Catalog::new(permissions.collect()), faulty)
}

fn declare(source: &Source, domain: &ast::Domain, declared: &mut BTreeMap<Box<str>, Span>) {
    let mut name = String::from(domain.name.text(source));
    let domain_end = name.len();
    for entity in &domain.entities {
        name.truncate(domain_end);
        name.push(':');
        name.push_str(entity.name.text(source));
        let entity_end = name.len();
        for action in &entity.actions {
            name.truncate(entity_end);
            name.push(':');
            name.push_str(action.name.text(source));
            declared.entry(name.as_str().into()).or_insert(action.name.span);
        }
    }
}

/// Records what a domain's declaration says at its three levels.
fn state(source: &Source, domain: &ast::Domain, levels: &mut Levels, sink: &mut Sink) {
    visit(source, domain, |name, title, attributes| {
        if title.is_some() || !attributes.is_empty() {
            levels.entry(name.into()).or_default().state(source, name, title, attributes, sink);
        }
    });
}

/// Calls for each level of a declaration, with its name and what is said there.
fn visit(source: &Source, domain: &ast::Domain, mut visit: impl FnMut(&str, Option<ast::Text>, &[ast::Attribute])) {
    let domain_name = domain.name.text(source);
    visit(domain_name, domain.title, &domain.attributes);
    for entity in &domain.entities {
        let entity_name = format!("{domain_name}:{}", entity.name.text(source));
        visit(&entity_name, entity.title, &entity.attributes);
        for action in &entity.actions {
            if action.title.is_some() || !action.attributes.is_empty() {
                visit(&format!("{entity_name}:{}", action.name.text(source)), action.title, &action.attributes);
            }
        }
    }
}

/// Records a correction, which may only name what is declared.
fn correct(source: &Source, domain: &ast::Domain, declared: &BTreeMap<Box<str>, Span>, corrected: &mut Levels, sink: &mut Sink) {
    let known = |name: &str| {
        let prefix = if name.matches(':').count() == 2 { name.to_owned() } else { format!("{name}:") };
        let mut next = declared.range::<str, _>((std::ops::Bound::Included(prefix.as_str()), std::ops::Bound::Unbounded));
        next.next().is_some_and(|(key, _)| if prefix.ends_with(':') { key.starts_with(&prefix) } else { **key == *prefix })
    };
    let mut names = vec![(domain.name.text(source).to_owned(), "domain", domain.name)];
    for entity in &domain.entities {
        let entity_name = format!("{}:{}", domain.name.text(source), entity.name.text(source));
        names.extend(
            entity.actions.iter().map(|action| (format!("{entity_name}:{}", action.name.text(source)), "action", action.name)),
        );
        names.push((entity_name, "entity", entity.name));
    }
    for (full, kind, name) in names.iter().filter(|(full, ..)| !known(full)) {
        let place = full.matches(':').count();
        let before = full.rsplit_once(':').map_or("", |(before, _)| before);
        let near = declared.keys().filter(|key| before.is_empty() || key.starts_with(before));
        let meant = nearest::name(name.text(source), near.filter_map(|key| key.split(':').nth(place)));
        sink.report(words::catalog::unknown_permission(full, (kind, name.text(source), name.span), meant));
    }
    state(source, domain, corrected, sink);
}

/// What a correction without error changes.
fn correction(source: &Source, domain: &ast::Domain, span: Span, stated: &Levels) -> Diagnostic {
    let mut own = Levels::default();
    state(source, domain, &mut own, &mut Sink::default());
    let changes = own.iter().map(|(name, level)| level.differences(stated.get(name))).sum();
    match changes {
        0 => words::catalog::idle_correction(span, domain.name.text(source)),
        _ => words::catalog::corrected(span, domain.name.text(source), changes),
    }
}

/// What holds of one permission: the innermost level wins, a correction before the statement of its level.
fn facts_of(name: &str, place: Span, stated: &Levels, corrected: &Levels) -> Facts {
    let entity = name.rsplit_once(':').map(|(entity, _)| entity);
    let domain = name.split_once(':').map(|(domain, _)| domain);
    let levels: Vec<&LevelFacts> = [Some(name), entity, domain]
        .into_iter()
        .flatten()
        .flat_map(|level| [corrected.get(level), stated.get(level)])
        .flatten()
        .collect();
    let own = [corrected.get(name), stated.get(name)];
    let awareness = levels.iter().find_map(|level| level.awareness.as_ref());
    Facts {
        awareness: awareness.map(|fact| fact.value).unwrap_or_default(),
        awareness_at: awareness.map(|fact| fact.span),
        deprecated: levels.iter().find_map(|level| level.deprecated.as_ref()).map(Fact::cloned),
        conditions: levels.iter().find_map(|level| level.conditions.as_ref()).map(Fact::cloned),
        requires: Vec::new(),
        title: own.into_iter().flatten().find_map(|level| level.title.as_ref()).map(Fact::cloned),
        place,
    }
}

impl Resolver<'_> {
    /// Resolves `requires` and checks `use`, and keeps the findings that domains silence.
    pub(super) fn catalog_references(&mut self, trees: &Trees<'_>, faulty: &BTreeSet<Span>) {
        let mut needs: BTreeMap<(String, bool), Vec<crate::catalog::Requirement>> = BTreeMap::new();
        for (source, item) in trees.items() {
            let ast::ItemKind::Domain(domain) = &item.kind else { continue };
            let mut selectors = Vec::new();
            visit(source, domain, |name, _, attributes| {
                for attribute in attributes {
                    match attribute.kind {
                        ast::AttributeKind::Requires(selector) => selectors.push((name.to_owned(), selector, true)),
                        ast::AttributeKind::Deprecated { replacement: Some(selector), .. } => {
                            selectors.push((name.to_owned(), selector, false));
                        }
                        _ => {}
                    }
                }
            });
            let mut sound = !faulty.contains(&item.span);
            for (name, selector, needed) in selectors {
                let found = self.selector(source, selector);
                sound &= found.is_some();
                if let (Some(found), true) = (found, needed) {
                    let need =
                        crate::catalog::Requirement { text: selector.text(source).into(), set: found.set, any: found.wildcard };
                    let list = needs.entry((name, domain.correct)).or_default();
                    if !list.contains(&need) {
                        list.push(need);
                    }
                }
            }
            for allowed in &domain.allowed_findings {
                sound &= self.allow_finding(source, *allowed, item.span);
            }
            self.settle_allowed(item.span, !sound);
        }
        if needs.is_empty() {
            return;
        }
        for permission in self.program.catalog.ids() {
            let name = self.program.catalog.name(permission).to_owned();
            let levels = [
                Some(name.as_str()),
                name.rsplit_once(':').map(|(entity, _)| entity),
                name.split_once(':').map(|(domain, _)| domain),
            ];
            let level = levels
                .into_iter()
                .flatten()
                .find_map(|level| needs.get(&(level.to_owned(), true)).or_else(|| needs.get(&(level.to_owned(), false))));
            if let Some(level) = level {
                self.program.catalog.facts_mut(permission).requires.clone_from(level);
            }
        }
    }
}
