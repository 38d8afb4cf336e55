//! The ways from a role to the lines that give it a permission.
//!
//! First it is worked out where each role on the way holds the permission; then every step that is taken leads to a
//! line that gives it, so that as much is walked as is found.

use std::collections::HashMap;

use super::form::{Parent, Role};
use super::places::Places;
use super::{Provenance, Step, Trace, Way, What};
use crate::document::{Awareness, Grant};
use crate::limits::{WAY_STEPS, WAYS};

/// Every way, up to so many; those of fewest steps of inheritance first.
pub(super) fn search(provenance: &Provenance, role: usize, permission: usize) -> Trace<'_> {
    let unaware = provenance.permissions[permission].1 == Awareness::DivisionUnaware;
    let mut search = Search {
        provenance,
        permission: u32::try_from(permission).unwrap_or(u32::MAX),
        unaware,
        held: HashMap::new(),
        found: Vec::new(),
        pinned: Vec::new(),
        steps: 0,
        more: false,
    };
    search.hold(role);
    search.visit(role);
    let Search { mut found, mut pinned, more, .. } = search;
    found.append(&mut pinned);
    found.sort_by_key(|(inherited, _)| *inherited);
    let ways = found.into_iter().map(|(_, way)| way).chain(gains(provenance, role, permission));
    Trace { ways: ways.collect(), more }
}

/// What backfills have given to a role, in a bundle of one day.
fn gains(provenance: &Provenance, role: usize, permission: usize) -> impl Iterator<Item = Way<'_>> {
    let Provenance { map, roles, .. } = provenance;
    let has = has(provenance, u32::try_from(permission).unwrap_or(u32::MAX));
    map.roles[role].gains.iter().filter(move |gain| has(gain.1)).map(move |gain| Way {
        steps: vec![provenance.gain(&roles[role], &map.backfills[gain.0 as usize])],
        scope: map.scopes[gain.2 as usize].clone(),
        condition: None,
    })
}

/// Whether sets of a map have a permission.
fn has(provenance: &Provenance, permission: u32) -> impl Fn(u32) -> bool + use<'_> {
    move |set| provenance.map.sets[set as usize].contains(permission)
}

struct Search<'p> {
    provenance: &'p Provenance,
    permission: u32,
    unaware: bool,
    /// By role: where it holds the permission, whatever the condition.
    held: HashMap<usize, Places>,
    /// The ways through clauses, and how many steps of inheritance they take.
    found: Vec<(usize, Way<'p>)>,
    /// Those that end in a pinned copy.
    pinned: Vec<(usize, Way<'p>)>,
    steps: usize,
    more: bool,
}

/// A role on the way: how many of its parents have been followed, and what is left of where.
struct Visit {
    role: usize,
    next: usize,
    places: Places,
}

impl<'p> Search<'p> {
    fn role(&self, at: usize) -> &'p Role {
        &self.provenance.map.roles[at]
    }

    fn has(&self, set: u32) -> bool {
        has(self.provenance, self.permission)(set)
    }

    /// The places of a scope; those of a permission that knows nothing of divisions are all.
    fn places(&self, scope: u32) -> Places {
        if self.unaware { Places::Everywhere } else { Places::of(&self.provenance.map.scopes[scope as usize]) }
    }

    fn is_excepted(&self, role: &Role) -> bool {
        role.except.is_some_and(|set| self.has(set))
    }

    /// Works out where a role and those that it is made of hold the permission. No role is made of itself.
    fn hold(&mut self, role: usize) {
        let mut open = vec![role];
        while let Some(at) = open.last().copied() {
            let depth = open.len();
            if !self.held.contains_key(&at) && !self.is_excepted(self.role(at)) {
                let parents = self.role(at).parents.iter().filter(|parent| parent.pinned.is_none());
                let parents = parents.filter_map(Parent::role).map(|parent| parent as usize);
                open.extend(parents.filter(|parent| !self.held.contains_key(parent)));
            }
            if open.len() == depth {
                open.pop();
                if !self.held.contains_key(&at) {
                    let places = self.held_in(self.role(at));
                    self.held.insert(at, places);
                }
            }
        }
    }

    fn held_in(&self, role: &Role) -> Places {
        let mut places = Places::NOWHERE;
        if self.is_excepted(role) {
            return places;
        }
        for clause in role.clauses.iter().filter(|clause| self.has(clause.grant.set)) {
            places = places.or(&self.places(clause.grant.scope));
        }
        for parent in &role.parents {
            places = places.or(&self.given(parent));
        }
        role.within.map_or(places.clone(), |within| places.and(&self.places(within)))
    }

    /// Where a parent gives the permission.
    fn given(&self, parent: &Parent) -> Places {
        match (&parent.pinned, parent.role()) {
            (Some(grants), _) => {
                let grants = grants.iter().filter(|grant| self.has(grant.set));
                grants.fold(Places::NOWHERE, |all, grant| all.or(&self.places(grant.scope)))
            }
            (None, Some(role)) => self.held.get(&(role as usize)).cloned().unwrap_or(Places::NOWHERE),
            (None, None) => Places::NOWHERE,
        }
    }

    fn visit(&mut self, role: usize) {
        let mut path: Vec<Step<'p>> = Vec::new();
        let mut stack: Vec<Visit> = self.enter(role, &Places::Everywhere, &path).into_iter().collect();
        while let Some(Visit { role, next, places }) = stack.pop() {
            path.truncate(stack.len());
            if self.is_enough() {
                return;
            }
            let Some(parent) = self.role(role).parents.get(next) else { continue };
            let given = self.given(parent).and(&places);
            stack.push(Visit { role, next: next + 1, places: places.clone() });
            let Some(step) = self.step(role, parent).filter(|_| !given.is_nowhere()) else { continue };
            path.push(step);
            match (&parent.pinned, parent.role()) {
                (Some(grants), _) => self.pin(grants, &places, &path),
                (None, Some(parent)) => stack.extend(self.enter(parent as usize, &places, &path)),
                (None, None) => {}
            }
        }
    }

    /// The line on which a role names a parent.
    fn step(&self, role: usize, parent: &Parent) -> Option<Step<'p>> {
        let Provenance { files, roles, map, .. } = self.provenance;
        let name = roles[parent.role()? as usize].as_str();
        let what = match parent {
            Parent { pinned: Some(_), .. } => What::CopiesAsPinned(name),
            Parent { copies: Some(_), .. } => What::Copies(name),
            Parent { edits: Some(_), .. } => What::Edits(name),
            _ => What::Extends(name),
        };
        Some(Step { role: &roles[role], file: &files[map.roles[role].file as usize], line: parent.line, what })
    }

    /// Takes what a role's own clauses give, and says where its parents go on.
    fn enter(&mut self, at: usize, outer: &Places, path: &[Step<'p>]) -> Option<Visit> {
        let role = self.role(at);
        if self.is_excepted(role) {
            return None;
        }
        self.effort(1);
        let places = role.within.map_or(outer.clone(), |within| outer.and(&self.places(within)));
        let Provenance { files, roles, map, .. } = self.provenance;
        let has = has(self.provenance, self.permission);
        for clause in role.clauses.iter().filter(|clause| has(clause.grant.set)) {
            let own = self.places(clause.grant.scope).and(&places);
            if own.is_nowhere() {
                continue;
            }
            self.effort(path.len());
            let step = Step { role: &roles[at], file: &files[role.file as usize], line: clause.line, what: What::Allows };
            let steps = path.iter().copied().chain([step]).collect();
            let condition = clause.grant.condition.map(|id| &map.conditions[id as usize]);
            self.found.push((path.len(), Way { steps, scope: own.scope(), condition }));
            if self.is_enough() {
                return None;
            }
        }
        Some(Visit { role: at, next: 0, places })
    }

    /// Takes what a pinned copy gives.
    fn pin(&mut self, grants: &'p [Grant], places: &Places, path: &[Step<'p>]) {
        let has = has(self.provenance, self.permission);
        for grant in grants.iter().filter(|grant| has(grant.set)) {
            let own = self.places(grant.scope).and(places);
            if own.is_nowhere() {
                continue;
            }
            self.effort(path.len());
            let condition = grant.condition.map(|id| &self.provenance.map.conditions[id as usize]);
            self.pinned.push((path.len(), Way { steps: path.to_vec(), scope: own.scope(), condition }));
        }
    }

    /// Counts the effort that is spent once something has been found.
    fn effort(&mut self, steps: usize) {
        if !self.found.is_empty() || !self.pinned.is_empty() {
            self.steps += steps;
        }
    }

    /// Whether no more is looked for.
    fn is_enough(&mut self) -> bool {
        self.more = self.found.len() + self.pinned.len() > WAYS || self.steps > WAY_STEPS;
        if self.more {
            self.pinned.truncate(WAYS);
            self.found.truncate(WAYS - self.pinned.len());
        }
        self.more
    }
}
