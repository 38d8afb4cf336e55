//! Licences: their order, and the permissions that need them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Resolver, Trees};
use crate::diagnostic::{Code, nearest, words};
use crate::graph;
use crate::limits;
use crate::model::{License, LicenseId, Licenses};
use crate::sets::Sets;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// Names of a declaration of licences, with the first one's.
fn declared(license: &ast::License) -> impl Iterator<Item = ast::Name> + '_ {
    let dearer: &[ast::Name] = if let ast::LicenseFact::Dearer(names) = &license.fact { names } else { &[] };
    std::iter::once(license.name).chain(dearer.iter().copied())
}

impl Resolver<'_> {
    /// Resolves all licences, in order of their names.
    pub(super) fn licenses(&mut self, trees: &Trees<'_>) {
        self.declare_licenses(trees);
        let mut dearer: Vec<Vec<(usize, Span)>> = vec![Vec::new(); self.program.licenses.len()];
        let mut needs: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); self.program.licenses.len()];
        for (source, item) in trees.items() {
            let ast::ItemKind::License(declared) = &item.kind else { continue };
            let mut sound = !item.faulty;
            if let Some(id) = self.license_named(source, declared.name) {
                match &declared.fact {
                    ast::LicenseFact::Exists(_) => {}
                    ast::LicenseFact::Dearer(names) => self.dearer(source, id, names, &mut dearer),
                    ast::LicenseFact::Needs(selectors) => {
                        for selector in selectors {
                            let found = self.selector(source, *selector);
                            sound &= found.is_some();
                            let set = found.map_or(Sets::empty(), |found| found.set);
                            needs[id.index()].extend(self.program.sets.iter(set).map(crate::id::Id::raw));
                        }
                    }
                    ast::LicenseFact::Unwanted(kind) => {
                        self.program.licenses[id.index()].unwanted.push((kind.text(source).into(), kind.span));
                    }
                }
            } else {
                sound = false;
            }
            for allowed in &declared.allowed_findings {
                sound &= self.allow_finding(source, *allowed, item.span);
            }
            self.settle_allowed(item.span, !sound);
        }
        for (at, needs) in needs.into_iter().enumerate() {
            let ids: Vec<u32> = needs.into_iter().collect();
            self.program.licenses[at].needs = self.program.sets.intern(&ids);
        }
        self.order_licenses(&dearer);
    }

    /// Declares every licence that a line of its own, or an order, names.
    fn declare_licenses(&mut self, trees: &Trees<'_>) {
        let mut names: BTreeMap<&str, License> = BTreeMap::new();
        for (source, item) in trees.items() {
            let ast::ItemKind::License(license) = &item.kind else { continue };
            // What a licence needs, or who does not want it, declares none but an add-on.
            if !license.addon && matches!(license.fact, ast::LicenseFact::Needs(_) | ast::LicenseFact::Unwanted(_)) {
                continue;
            }
            for name in declared(license) {
                let text = name.text(source);
                if self.may_declare(text, name.span) {
                    let known = names.entry(text).or_insert_with(|| License {
                        name: text.into(),
                        title: None,
                        addon: false,
                        needs: Sets::empty(),
                        cheaper: Licenses::default(),
                        unwanted: Vec::new(),
                        span: name.span,
                    });
                    known.addon |= license.addon;
                    if let ast::LicenseFact::Exists(Some(title)) = &license.fact {
                        known.title = Some(title.value(source).into());
                    }
                }
            }
        }
        self.program.licenses = names.into_values().collect();
        if let Some(excess) = self.program.licenses.get(limits::LICENSES) {
            let finding = words::limits::exceeded(Code::TooManyLicenses, Some(excess.span), limits::LICENSES, "licences");
            self.sink.report(finding);
        }
    }

    /// The licence of a name; `None` after a report.
    pub(super) fn license_named(&mut self, source: &Source, name: ast::Name) -> Option<LicenseId> {
        let written = name.text(source);
        let found = self.program.find_license(written);
        if found.is_none() {
            let known = self.program.licenses.iter().map(|license| &*license.name);
            let meant = nearest::name(written, known);
            self.sink.report(words::names::unknown(Code::UnknownLicense, "licence", written, name.span, meant));
        }
        found
    }

    /// Notes that each of some licences is dearer than the one before.
    fn dearer(&mut self, source: &Source, first: LicenseId, names: &[ast::Name], dearer: &mut [Vec<(usize, Span)>]) {
        let mut before = Some(first);
        for name in names {
            let next = self.license_named(source, *name);
            if let (Some(cheap), Some(dear)) = (before, next) {
                dearer[dear.index()].push((cheap.index(), name.span));
            }
            before = next;
        }
    }

    /// Works out what each licence includes, by steps; a ring is reported and means nothing.
    fn order_licenses(&mut self, links: &[Vec<(usize, Span)>]) {
        let places: Vec<Span> = self.program.licenses.iter().map(|license| license.span).collect();
        let rings = graph::rings(&places, links);
        for ring in &rings {
            let name = |at: usize| self.program.licenses[at].name.to_string();
            let ring: Vec<(String, Span)> = ring.iter().map(|(at, span)| (name(*at), *span)).collect();
            self.sink.report(words::licenses::cycle(&ring));
        }
        // At most 64 licences: as many rounds as there are reach everything.
        for _ in 0..links.len() {
            for (at, cheaper) in links.iter().enumerate() {
                let own = self.program.licenses[at].cheaper;
                let all = cheaper
                    .iter()
                    .fold(own, |all, (cheap, _)| all.with(LicenseId::new(*cheap)).union(self.program.licenses[*cheap].cheaper));
                self.program.licenses[at].cheaper = if rings.is_empty() { all } else { Licenses::default() };
            }
        }
    }
}
