//! Divisions, sets of divisions, scopes and regions.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Place, Resolver, Trees};
use crate::diagnostic::{Code, nearest, words};
use crate::graph;
use crate::limits;
use crate::model::{Division, DivisionSet, RegionId};
use crate::scopes::{DivisionId, ScopeId, Scopes};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// A declared set whose members are not resolved yet.
struct Unresolved<'t> {
    source: &'t Source,
    set: &'t ast::DivisionSet,
}

/// The declarations of divisions and sets.
struct Declared<'t> {
    divisions: Vec<(&'t str, &'t Source, &'t ast::Division)>,
    sets: Vec<Unresolved<'t>>,
    /// Sets whose name something else has.
    dropped: Vec<Unresolved<'t>>,
}

impl Resolver<'_> {
    /// Declares divisions, in order of their names, and sets of them.
    pub(super) fn divisions(&mut self, trees: &Trees<'_>) {
        let Declared { mut divisions, sets, dropped } = self.declared(trees);
        divisions.sort_by_key(|(name, ..)| *name);
        for (name, source, division) in divisions {
            let span = division.name.span;
            if self.program.divisions.len() == limits::DIVISIONS {
                self.sink.report(words::limits::exceeded(Code::TooManyDivisions, Some(span), limits::DIVISIONS, "divisions"));
                break;
            }
            self.division_names.insert(name.into(), Place::Division(self.program.divisions.len()));
            let title = division.title.map(|title| title.value(source).into());
            self.program.divisions.push(Division { name: name.into(), title, home: division.home, used: false, span });
        }
        self.keep_one_home();
        self.program.scopes = Scopes::new(self.program.divisions.len());
        self.division_sets(&sets);
        for Unresolved { source, set } in dropped {
            self.mark_scope(source, &set.members);
        }
    }

    /// Of several declarations of one name the first in the sources is kept, whatever it declares.
    fn declared<'t>(&mut self, trees: &'t Trees<'_>) -> Declared<'t> {
        let mut declared = Declared { divisions: Vec::new(), sets: Vec::new(), dropped: Vec::new() };
        let mut firsts: FxHashMap<&str, Span> = FxHashMap::default();
        for (source, item) in trees.items() {
            let (kind, name) = match &item.kind {
                ast::ItemKind::Division(division) => ("division", division.name),
                ast::ItemKind::DivisionSet(set) => ("division set", set.name),
                _ => continue,
            };
            let (text, span) = (name.text(source), name.span);
            self.may_declare(text, span);
            let first = *firsts.entry(text).or_insert(span);
            if first != span {
                self.sink.report(words::names::duplicate(kind, text, span, first));
            }
            match &item.kind {
                ast::ItemKind::Division(division) if first == span => declared.divisions.push((text, source, division)),
                ast::ItemKind::DivisionSet(set) if first == span => declared.sets.push(Unresolved { source, set }),
                ast::ItemKind::DivisionSet(set) => declared.dropped.push(Unresolved { source, set }),
                _ => {}
            }
        }
        declared
    }

    /// Of several home divisions the first in the sources stays one.
    fn keep_one_home(&mut self) {
        let mut homes: Vec<&mut Division> = self.program.divisions.iter_mut().filter(|division| division.home).collect();
        homes.sort_by_key(|division| division.span);
        let mut homes = homes.into_iter();
        let Some(first) = homes.next() else { return };
        for second in homes {
            second.home = false;
            self.sink.report(words::places::second_home(&second.name, second.span, first.span));
        }
    }

    fn division_sets(&mut self, sets: &[Unresolved<'_>]) {
        for (at, Unresolved { source, set }) in sets.iter().enumerate() {
            let (name, span): (Box<str>, _) = (set.name.text(source).into(), set.name.span);
            self.division_names.insert(name.clone(), Place::Set(at));
            self.program.division_sets.push(DivisionSet { name, scope: Scopes::empty(), used: false, ringed: false, span });
        }
        self.resolve_sets(sets);
    }

    /// Resolves sets after the sets they contain; those left over contain one another.
    fn resolve_sets(&mut self, sets: &[Unresolved<'_>]) {
        let mut waits = vec![0_usize; sets.len()];
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); sets.len()];
        for (at, unresolved) in sets.iter().enumerate() {
            for name in &unresolved.set.members.names {
                if let Some(Place::Set(other)) = self.division_names.get(name.text(unresolved.source)) {
                    waits[at] += 1;
                    users[*other].push(at);
                }
            }
        }
        let mut ready: Vec<usize> = (0..sets.len()).filter(|at| waits[*at] == 0).collect();
        let mut done = vec![false; sets.len()];
        while let Some(at) = ready.pop() {
            done[at] = true;
            self.program.division_sets[at].scope = self.known_scope(sets[at].source, &sets[at].set.members).0;
            for user in &users[at] {
                waits[*user] -= 1;
                if waits[*user] == 0 {
                    ready.push(*user);
                }
            }
        }
        for (set, done) in self.program.division_sets.iter_mut().zip(&done) {
            set.ringed = !done;
        }
        self.report_cycles(sets, &done);
    }

    /// Reports sets that contain one another, a ring for each group of them, and marks what those that are not done name.
    fn report_cycles(&mut self, sets: &[Unresolved<'_>], done: &[bool]) {
        let mut links: Vec<Vec<(usize, Span)>> = vec![Vec::new(); sets.len()];
        for (at, Unresolved { source, set }) in sets.iter().enumerate().filter(|(at, _)| !done[*at]) {
            for name in &set.members.names {
                self.mark_used(name.text(source));
                if let Some(Place::Set(other)) = self.division_names.get(name.text(source)) {
                    links[at].push((*other, name.span));
                }
            }
        }
        let places: Vec<Span> = sets.iter().map(|unresolved| unresolved.set.name.span).collect();
        for ring in graph::rings(&places, &links) {
            let name = |at: usize| self.program.division_sets[at].name.to_string();
            let ring: Vec<(String, Span)> = ring.into_iter().map(|(at, span)| (name(at), span)).collect();
            self.sink.report(words::places::division_cycle(&ring));
        }
    }

    /// Counts the divisions and sets in a scope that is not resolved as used all the same: somebody names them.
    pub(super) fn mark_scope(&mut self, source: &Source, scope: &ast::Scope) {
        for name in &scope.names {
            self.mark_used(name.text(source));
        }
    }

    fn mark_used(&mut self, name: &str) {
        match self.division_names.get(name) {
            Some(Place::Division(at)) => self.program.divisions[*at].used = true,
            Some(Place::Set(at)) => self.program.division_sets[*at].used = true,
            None => self.program.names_unknown_division |= name != "all",
        }
    }

    /// The scope of a list of names; `None` after a report.
    pub(super) fn scope(&mut self, source: &Source, scope: &ast::Scope) -> Option<ScopeId> {
        let text = source.slice(scope.span);
        if let Some(found) = self.scope_texts.get(text) {
            return Some(*found);
        }
        let (found, sound) = self.known_scope(source, scope);
        if sound {
            self.scope_texts.insert(text.into(), found);
        }
        sound.then_some(found)
    }

    /// The scope of the names in a list that mean something, and whether all do.
    fn known_scope(&mut self, source: &Source, scope: &ast::Scope) -> (ScopeId, bool) {
        let mut found = Scopes::empty();
        let mut sound = true;
        for name in &scope.names {
            let written = name.text(source);
            self.mark_used(written);
            let part = match self.division_names.get(written) {
                _ if written == "all" => Scopes::all(),
                Some(Place::Division(at)) => self.program.scopes.of([DivisionId::new(*at)]),
                Some(Place::Set(at)) => {
                    let set = &self.program.division_sets[*at];
                    sound &= !set.ringed;
                    set.scope
                }
                None => {
                    sound = false;
                    let most = self.comparable(self.program.divisions.len() + self.program.division_sets.len());
                    let divisions = self.program.divisions.iter().map(|division| &*division.name);
                    let known = divisions.chain(self.program.division_sets.iter().map(|set| &*set.name)).take(most);
                    let home = self.program.divisions.iter().find(|division| division.home && written == "home");
                    let meant = home.map(|home| &*home.name).or_else(|| nearest::name(written, known));
                    self.sink.report(words::names::unknown(Code::UnknownDivision, "division", written, name.span, meant));
                    continue;
                }
            };
            found = self.program.scopes.union(found, part);
        }
        (found, sound)
    }

    /// The organisation's regions: those of the manifest, else those that the sources name.
    pub(super) fn regions(&mut self, trees: &Trees<'_>) {
        let listed: BTreeSet<Box<str>> = self.program.organisation.regions.iter().map(|name| name.as_str().into()).collect();
        let enforced = || {
            let enforcements = trees.items().filter_map(|(source, item)| match &item.kind {
                ast::ItemKind::Enforcement(enforcement) => Some((source, enforcement)),
                _ => None,
            });
            let clauses = enforcements.flat_map(|(source, declared)| declared.clauses.iter().map(move |clause| (source, clause)));
            clauses.filter_map(|(source, clause)| match clause.kind {
                ast::EnforcementClauseKind::Region { region, .. } => Some(Box::from(region.text(source))),
                _ => None,
            })
        };
        let named = || {
            let backfills = trees.items().filter_map(|(source, item)| match &item.kind {
                ast::ItemKind::Backfill(backfill) => Some((source, backfill)),
                _ => None,
            });
            let clauses = backfills.flat_map(|(source, backfill)| backfill.clauses.iter().map(move |clause| (source, clause)));
            clauses.filter_map(|(source, clause)| match clause.kind {
                ast::BackfillClauseKind::Region { region, .. } => Some(Box::from(region.text(source))),
                _ => None,
            })
        };
        let regions = if listed.is_empty() { named().chain(enforced()).collect() } else { listed };
        self.program.regions = regions.into_iter().collect();
    }

    /// A region; `None` after a report.
    pub(super) fn region(&mut self, source: &Source, name: ast::Name) -> Option<RegionId> {
        let written = name.text(source);
        let found = self.program.regions.binary_search_by(|region| (**region).cmp(written));
        if found.is_err() {
            let most = self.comparable(self.program.regions.len());
            let known = self.program.regions.iter().map(AsRef::as_ref).take(most);
            let meant = nearest::name(written, known);
            self.sink.report(words::names::unknown(Code::UnknownRegion, "region", written, name.span, meant));
        }
        found.ok().map(RegionId::new)
    }
}
