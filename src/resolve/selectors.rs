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
                findings.into_iter().for_each(|finding| self.sink.report(finding));
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
        let near = if self.may_suggest() { self.program.catalog.words_at(place, &before) } else { Vec::new() };
        let meant = nearest::name(word, near);
        words::catalog::unknown_permission(text, (KINDS[place], word, span), meant)
    }

    /// The names in a selector that match nothing: all of them in sets, else the first.
    fn idle_names(
        &mut self,
        source: &Source,
        selector: ast::Selector,
        written: &[ast::Part; 3],
        found: &[u32],
    ) -> Vec<Diagnostic> {
        let text = selector.text(source);
        let parts = written.each_ref().map(|part| names_of(source, part));
        let mut findings = Vec::new();
        for (place, part) in written.iter().enumerate() {
            let names: &[ast::Name] = match part {
                ast::Part::One(name) if found.is_empty() => std::slice::from_ref(name),
                ast::Part::Set(names) => names,
                ast::Part::Any | ast::Part::One(_) => continue,
            };
            if !self.may_suggest() {
                break;
            }
            let before: Vec<&Part<'_>> = parts[..place].iter().collect();
            let known = self.program.catalog.words_at(place, &before);
            let used: BTreeSet<&str> =
                found.iter().filter_map(|id| self.program.catalog.part(PermissionId::new(*id as usize), place)).collect();
            for name in names {
                let (word, span) = (name.text(source), name.span);
                if known.binary_search(&word).is_err() {
                    let meant = nearest::name(word, known.iter().copied());
                    findings.push(words::catalog::unknown_permission(text, (KINDS[place], word, span), meant));
                } else if !found.is_empty() && !used.contains(word) {
                    findings.push(words::catalog::empty_selector(text, span));
                }
            }
            if !findings.is_empty() && found.is_empty() {
                return findings;
            }
        }
        if findings.is_empty() && found.is_empty() {
            findings.push(words::catalog::empty_selector(text, selector.span));
        }
        findings
    }

    fn unknown_legacy(&mut self, name: &str, span: Span) -> Diagnostic {
        let suggest = self.may_suggest();
        let known = self.program.catalog.names().filter(|known| suggest && !known.contains(':'));
        let meant = nearest::name(name, known);
        let mut finding = words::catalog::unknown_permission(name, ("one-word permission", name, span), meant);
        if finding.help.is_none() && self.program.catalog.names().any(|known| known.starts_with(&format!("{name}:"))) {
            finding = finding.help(format!("write `{name}:*` for every permission of the domain"));
        }
        finding
    }
}
