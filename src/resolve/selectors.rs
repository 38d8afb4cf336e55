//! Selectors → sets of permissions.
//!
//! Every name in a selector must match something; what a selector matches is found once for each text.

use rustc_hash::FxHashMap;

use super::Resolver;
use crate::catalog::Part;
use crate::diagnostic::{Code, Diagnostic, nearest, words};
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
            ast::Parts::All => {
                let all: Vec<u32> = self.program.catalog.ids().map(crate::id::Id::raw).collect();
                Ok(Selected { set: self.program.sets.intern(&all), wildcard: true, single: None })
            }
            ast::Parts::Short => Err(vec![words::catalog::short_selector(text, selector.span)]),
            ast::Parts::Legacy(name) => match self.program.catalog.find(name.text(source)) {
                Some(found) => Ok(self.single(found)),
                None => Err(vec![self.unknown_legacy(name.text(source), name.span)]),
            },
            ast::Parts::Full(domain, entity, action) => self.select_parts(source, text, &[domain, entity, action]),
        }
    }

    fn single(&mut self, found: PermissionId) -> Selected {
        Selected { set: self.program.sets.intern(&[found.raw()]), wildcard: false, single: Some(found) }
    }

    fn select_parts(&mut self, source: &Source, text: &str, written: &[ast::Part; 3]) -> Result<Selected, Vec<Diagnostic>> {
        let parts = written.each_ref().map(|part| match part {
            ast::Part::Any => Part::Any,
            ast::Part::One(name) => Part::Names(vec![name.text(source)]),
            ast::Part::Set(names) => Part::Names(names.iter().map(|name| name.text(source)).collect()),
        });
        let found = self.program.catalog.matches(parts.each_ref());
        let wildcard = parts.contains(&Part::Any);
        let plain = written.iter().all(|part| matches!(part, ast::Part::One(_)));
        if let ([id], true) = (found.as_slice(), plain) {
            return Ok(self.single(PermissionId::new(*id as usize)));
        }
        let findings = self.idle_names(source, text, written, &parts, &found);
        if findings.is_empty() {
            return Ok(Selected { set: self.program.sets.intern(&found), wildcard, single: None });
        }
        Err(findings)
    }

    /// The names in a selector that match nothing: all of them in sets, else the first.
    fn idle_names(
        &mut self,
        source: &Source,
        text: &str,
        written: &[ast::Part; 3],
        parts: &[Part<'_>; 3],
        found: &[u32],
    ) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (place, part) in written.iter().enumerate() {
            let names: &[ast::Name] = match part {
                ast::Part::Any => continue,
                ast::Part::One(name) => std::slice::from_ref(name),
                ast::Part::Set(names) => names,
            };
            let in_set = matches!(part, ast::Part::Set(_));
            let used = if in_set || found.is_empty() { self.words_used(place, parts, found) } else { continue };
            for name in names.iter().filter(|name| !used.contains(name.text(source))) {
                let name = (KINDS[place], name.text(source), name.span);
                findings.push(self.idle_name(text, place, name, parts, in_set));
                if !in_set {
                    return findings;
                }
            }
        }
        if findings.is_empty() && found.is_empty() {
            let last = written.iter().rev().find_map(|part| match part {
                ast::Part::One(name) => Some(*name),
                ast::Part::Set(names) => names.first().copied(),
                ast::Part::Any => None,
            });
            let span = last.map_or(Span::default(), |name| name.span);
            findings.push(words::catalog::empty_selector(text, ("permission", text, span), None));
        }
        findings
    }

    /// The names at a place that the selector's matches have; of a selector without matches, those that fit so far.
    fn words_used(&self, place: usize, parts: &[Part<'_>; 3], found: &[u32]) -> std::collections::BTreeSet<String> {
        let catalog = &self.program.catalog;
        if found.is_empty() {
            return catalog.words_at(place, &parts[..place].iter().collect::<Vec<_>>()).into_iter().map(str::to_owned).collect();
        }
        found
            .iter()
            .filter_map(|id| catalog.name(PermissionId::new(*id as usize)).split(':').nth(place))
            .map(str::to_owned)
            .collect()
    }

    fn idle_name(
        &mut self,
        text: &str,
        place: usize,
        name: (&str, &str, Span),
        parts: &[Part<'_>; 3],
        in_set: bool,
    ) -> Diagnostic {
        let suggest = self.may_suggest();
        let known =
            if suggest { self.program.catalog.words_at(place, &parts[..place].iter().collect::<Vec<_>>()) } else { Vec::new() };
        let meant = nearest::name(name.1, known);
        let star = parts.contains(&Part::Any);
        if star && !in_set {
            words::catalog::empty_selector(text, name, meant)
        } else {
            words::catalog::unknown_permission(text, name, meant)
        }
    }

    fn unknown_legacy(&mut self, name: &str, span: Span) -> Diagnostic {
        let suggest = self.may_suggest();
        let known = self.program.catalog.names().filter(|known| suggest && !known.contains(':'));
        let meant = nearest::name(name, known);
        let mut finding = words::catalog::unknown_permission(name, ("one-word permission", name, span), meant);
        if finding.help.is_none() && self.program.catalog.names().any(|known| known.starts_with(&format!("{name}:"))) {
            finding = finding.help(format!("write `{name}:*` for every permission of the domain"));
        }
        debug_assert_eq!(finding.code, Code::UnknownPermission);
        finding
    }
}
