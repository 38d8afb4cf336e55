//! Selectors → sets of permissions.
//!
//! Every name in a selector must match something; what a selector matches is found once for each text.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Resolver;
use crate::catalog::Part;
use crate::diagnostic::{Diagnostic, nearest, words};
use crate::sets::{PermissionId, SetId};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// What a selector matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selected {
    /// The permissions of the catalog.
    pub(super) set: SetId,
    /// Whether it has a `*`.
    pub(super) wildcard: bool,
    /// The permission, if it is one full name.
    pub(super) single: Option<PermissionId>,
}

/// What was found for each selector's text.
pub(super) type Cache = FxHashMap<Box<str>, Selected>;

const KINDS: [&str; 3] = ["domain", "entity", "action"];

/// A part of a selector as the catalog asks for it.
fn names_of<'t>(source: &'t Source, part: &ast::Part) -> Part<'t> {
    match part {
        ast::Part::Any => Part::Any,
        ast::Part::One(name) => Part::Names(vec![name.text(source)]),
        ast::Part::Set(names) => Part::Names(names.iter().map(|name| name.text(source)).collect()),
    }
}

impl Resolver<'_> {
    /// What a selector matches; `None` after a report.
    pub(super) fn selector(&mut self, source: &Source, selector: ast::Selector) -> Option<Selected> {
        let text = selector.text(source);
        if let Some(found) = self.selected.get(text) {
            return Some(*found);
        }
        match self.select(source, selector) {
            Ok(found) => {
                self.selected.insert(text.into(), found);
                Some(found)
            }
            Err(findings) => {
                for finding in findings {
                    self.sink.report(finding);
                }
                None
            }
        }
    }

    /// The one permission that a selector names; `None` after a report.
    pub(super) fn permission(&mut self, source: &Source, selector: ast::Selector) -> Option<PermissionId> {
        let found = self.selector(source, selector)?;
        if found.single.is_none() {
            self.sink.report(words::catalog::not_one_permission(selector.text(source), selector.span));
        }
        found.single
    }

    fn select(&mut self, source: &Source, selector: ast::Selector) -> Result<Selected, Vec<Diagnostic>> {
        let text = selector.text(source);
        match selector.parts(source) {
            ast::Parts::All if self.program.catalog.is_empty() => Err(vec![words::catalog::empty_catalog(text, selector.span)]),
            ast::Parts::All => {
                let all: Vec<u32> = self.program.catalog.ids().map(crate::id::Id::raw).collect();
                Ok(Selected { set: self.program.sets.intern(&all), wildcard: true, single: None })
            }
            ast::Parts::Short => Err(vec![words::catalog::short_selector(text, selector.span)]),
            ast::Parts::Legacy(name) => match self.program.catalog.find(name.text(source)) {
                Some(found) => Ok(self.single(found)),
                None => Err(vec![self.unknown_legacy(name.text(source), name.span)]),
            },
            ast::Parts::Full(domain, entity, action) => self.select_parts(source, selector, &[domain, entity, action]),
        }
    }

    fn single(&mut self, found: PermissionId) -> Selected {
        Selected { set: self.program.sets.intern(&[found.raw()]), wildcard: false, single: Some(found) }
    }

    fn select_parts(
        &mut self,
        source: &Source,
        selector: ast::Selector,
        written: &[ast::Part; 3],
    ) -> Result<Selected, Vec<Diagnostic>> {
        let parts = written.each_ref().map(|part| names_of(source, part));
        let found = self.program.catalog.matches(parts.each_ref());
        if written.iter().all(|part| matches!(part, ast::Part::One(_))) {
            return match found.as_slice() {
                [id] => Ok(self.single(PermissionId::new(*id as usize))),
                _ => Err(vec![self.unknown(source, selector.text(source), written)]),
            };
        }
        let findings = self.idle_names(source, selector, written, &found);
        if findings.is_empty() {
            let wildcard = parts.contains(&Part::Any);
            return Ok(Selected { set: self.program.sets.intern(&found), wildcard, single: None });
        }
        Err(findings)
    }

    /// The first name of a full name that the catalog does not have under those before it.
    fn unknown(&mut self, source: &Source, text: &str, written: &[ast::Part; 3]) -> Diagnostic {
        let known = |end: &usize| {
            let prefix: String = text.split_inclusive(':').take(*end).collect();
            self.program.catalog.has_prefix(&prefix)
        };
        let place = (1..3).take_while(known).count();
        let parts = written.each_ref().map(|part| names_of(source, part));
        let (word, span) = match &written[place] {
            ast::Part::One(name) => (name.text(source), name.span),
            ast::Part::Any | ast::Part::Set(_) => (text, Span::default()),
        };
        let before: Vec<&Part<'_>> = parts[..place].iter().collect();
        let near = if self.may_search() { self.program.catalog.words_at(place, &before) } else { Vec::new() };
        self.compared += near.len();
        let meant = nearest::name(word, near);
        words::catalog::unknown_permission(text, (KINDS[place], word, span), meant)
    }

    /// What is wrong with a selector of several names, if anything: the names that do not exist where they stand,
    /// else those that match nothing together with the others.
    fn idle_names(
        &mut self,
        source: &Source,
        selector: ast::Selector,
        written: &[ast::Part; 3],
        found: &[u32],
    ) -> Vec<Diagnostic> {
        let text = selector.text(source);
        let parts = written.each_ref().map(|part| names_of(source, part));
        let mut idle = Vec::new();
        for (place, part) in written.iter().enumerate() {
            let before = &parts[..place];
            let mut unknown = Vec::new();
            for name in self.unmatched(source, place, part, found) {
                if self.exists(before, name.text(source)) {
                    idle.push(words::catalog::empty_selector(text, name.span));
                } else {
                    unknown.push(self.unknown_name(text, before, (name.text(source), name.span)));
                }
            }
            if !unknown.is_empty() {
                return unknown;
            }
        }
        if found.is_empty() && idle.is_empty() {
            idle.push(words::catalog::empty_selector(text, selector.span));
        }
        idle
    }

    /// The names in a part that none of the permissions found has there.
    fn unmatched(&self, source: &Source, place: usize, part: &ast::Part, found: &[u32]) -> Vec<ast::Name> {
        let names: &[ast::Name] = match part {
            ast::Part::One(name) => std::slice::from_ref(name),
            ast::Part::Set(names) => names,
            ast::Part::Any => return Vec::new(),
        };
        let catalog = &self.program.catalog;
        let used: BTreeSet<&str> = found.iter().filter_map(|id| catalog.part(PermissionId::new(*id as usize), place)).collect();
        names.iter().copied().filter(|name| !used.contains(name.text(source))).collect()
    }

    /// Whether some permission has a name after parts that match; past a bound on such questions, no more.
    fn exists(&mut self, before: &[Part<'_>], name: &str) -> bool {
        if !self.may_search() {
            return false;
        }
        let own = Part::Names(vec![name]);
        let mut parts = [&Part::Any; 3];
        for (slot, part) in parts.iter_mut().zip(before.iter().chain([&own])) {
            *slot = part;
        }
        !self.program.catalog.matches(parts).is_empty()
    }

    fn unknown_name(&mut self, text: &str, before: &[Part<'_>], (word, span): (&str, Span)) -> Diagnostic {
        let suggest = self.may_search();
        let before: Vec<&Part<'_>> = before.iter().collect();
        let known = if suggest { self.program.catalog.words_at(before.len(), &before) } else { Vec::new() };
        self.compared += known.len();
        let meant = nearest::name(word, known);
        words::catalog::unknown_permission(text, (KINDS[before.len()], word, span), meant)
    }

    fn unknown_legacy(&mut self, name: &str, span: Span) -> Diagnostic {
        let most = self.comparable(self.program.catalog.len());
        let known = self.program.catalog.names().take(most).filter(|known| !known.contains(':'));
        let meant = nearest::name(name, known);
        let mut finding = words::catalog::unknown_permission(name, ("one-word permission", name, span), meant);
        let joined = name.replace('.', ":");
        if joined != name && self.program.catalog.find(&joined).is_some() {
            return words::suggest(finding, span, name, &joined);
        }
        if finding.help.is_none() && self.program.catalog.has_prefix(&format!("{name}:")) {
            finding = finding.help(format!("write `{name}:*` for every permission of the domain"));
        }
        finding
    }
}
