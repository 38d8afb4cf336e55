//! Where a grant comes from: through which clauses and parents, worked out when somebody asks.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::flatten::Flat;
use crate::graph::Order;
use crate::limits;
use crate::model::{Allow, ParentKind, Program, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::span::Span;

/// Which clauses count when a permission is traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Filter {
    /// Only clauses whose selector has no `*`.
    pub explicitly: bool,
    /// Only clauses without `since`, or with one not after this day.
    pub held_on: Option<Date>,
}

impl Filter {
    fn counts(self, allow: &Allow) -> bool {
        !(self.explicitly && allow.wildcard) && self.held_on.is_none_or(|day| allow.since.is_none_or(|since| since <= day))
    }
}

/// By role: where it holds a permission, whatever the condition, by the clauses that count. Nowhere for roles that are not flattened.
#[must_use]
pub fn trace(program: &mut Program, order: &Order, permission: PermissionId, filter: Filter) -> Vec<ScopeId> {
    let mut found = vec![Scopes::empty(); program.roles.len()];
    for id in order.roles.iter().copied() {
        let role = program.role(id);
        let (parents, allows, within) = (role.parents.clone(), role.allows.clone(), role.within);
        let mut scope = Scopes::empty();
        for at in parents {
            let mut inherited = found[program.parents[at as usize].role.index()];
            if let Some((_, groups)) = program.pinned_copies.get(&id).filter(|(copied, _)| *copied == at) {
                let held = groups.iter().filter(|group| program.sets.contains(group.set, permission)).map(|group| group.scope);
                let held: Vec<_> = held.collect();
                let pinned = held.into_iter().fold(Scopes::empty(), |a, b| program.scopes.union(a, b));
                inherited = if filter.explicitly { program.scopes.intersection(inherited, pinned) } else { pinned };
            }
            scope = program.scopes.union(scope, inherited);
        }
        for at in allows {
            let allow = &program.allows[at as usize];
            if filter.counts(allow) && program.sets.contains(allow.set, permission) {
                let own = program.scope_for(permission, allow.scope);
                scope = program.scopes.union(scope, own);
            }
        }
        if let (Some((within, _)), false) = (within, program.catalog.is_unaware(permission)) {
            scope = program.scopes.intersection(scope, within);
        }
        if scope != Scopes::empty() && !program.is_excepted(id, permission) {
            found[id.index()] = scope;
        }
    }
    found
}

/// One way in which a role comes to hold a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// From the role asked about to the one whose clause grants: each step's role, how it is related and the place that names the parent.
    pub path: Vec<Step>,
    /// The role whose clause grants.
    pub role: RoleId,
    /// The clause among all `allow` clauses.
    pub allow: usize,
    /// Where the grant still holds after every `within` on the way.
    pub scope: ScopeId,
}

/// One step from a role to a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The child.
    pub role: RoleId,
    /// How the parent is related.
    pub kind: ParentKind,
    /// The parent's name in the child's declaration.
    pub span: Span,
}

/// The derivations of a permission in a role, nearest first, up to [`limits::DERIVATIONS`]; and whether there are more.
#[must_use]
pub fn derivations(program: &mut Program, flat: &Flat, role: RoleId, permission: PermissionId) -> (Vec<Derivation>, bool) {
    let mut search = Search { program, flat, permission, most: limits::DERIVATIONS, found: Vec::new(), steps: 0 };
    search.visit(role, &mut Vec::new());
    let more = search.found.len() > limits::DERIVATIONS || search.steps > search.most * 64;
    let mut found = search.found;
    found.truncate(limits::DERIVATIONS);
    found.sort_by_key(|derivation| derivation.path.len());
    (found, more)
}

/// The first derivation, own clauses before parents, in the order they stand; wildcards only if asked so.
#[must_use]
pub fn nearest(program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Option<Derivation> {
    let (mut path, mut at) = (Vec::new(), role);
    for _ in 0..program.roles.len() {
        let scope_of = |allow: &Allow| program.scope_for(permission, allow.scope);
        let reaches = |scope: ScopeId| match program.role(at).within {
            Some((within, _)) if !program.catalog.is_unaware(permission) => !program.scopes.are_disjoint(scope, within),
            _ => true,
        };
        let own = program.role(at).allows.clone();
        let clause = own.map(|clause| clause as usize).find(|clause| {
            let allow = &program.allows[*clause];
            program.sets.contains(allow.set, permission) && reaches(scope_of(allow))
        });
        if let Some(allow) = clause {
            let scope = scope_of(&program.allows[allow]);
            return Some(Derivation { path, role: at, allow, scope });
        }
        let parents = program.parents(at).iter();
        let parent = parents
            .filter(|parent| !program.is_excepted(parent.role, permission))
            .find(|parent| flat.holds(program, parent.role, permission))?;
        path.push(Step { role: at, kind: parent.kind, span: parent.span });
        at = parent.role;
    }
    None
}

/// A depth-first search; its stack is its own, so a chain of any length is followed.
struct Search<'p> {
    program: &'p mut Program,
    flat: &'p Flat,
    permission: PermissionId,
    most: usize,
    found: Vec<Derivation>,
    steps: usize,
}

impl Search<'_> {
    fn visit(&mut self, role: RoleId, path: &mut Vec<Step>) {
        // Frames: the role, the next parent to follow, and the scope that every `within` so far leaves.
        let mut stack = vec![(role, 0_usize, Scopes::all())];
        while let Some((at, next, outer)) = stack.pop() {
            path.truncate(stack.len());
            self.steps += 1;
            if self.found.len() > self.most || self.steps > self.most * 64 {
                return;
            }
            let within = match self.program.role(at).within {
                Some((within, _)) if !self.program.catalog.is_unaware(self.permission) => {
                    self.program.scopes.intersection(outer, within)
                }
                _ => outer,
            };
            if next == 0 {
                if self.program.is_excepted(at, self.permission) {
                    continue;
                }
                self.own(at, within, path);
            }
            let parent = self.program.parents(at).get(next).copied();
            if let Some(parent) = parent {
                stack.push((at, next + 1, outer));
                if self.flat.holds(self.program, parent.role, self.permission) {
                    path.push(Step { role: at, kind: parent.kind, span: parent.span });
                    stack.push((parent.role, 0, within));
                }
            }
        }
    }

    fn own(&mut self, at: RoleId, within: ScopeId, path: &[Step]) {
        for clause in self.program.role(at).allows.clone() {
            let allow = &self.program.allows[clause as usize];
            if self.program.sets.contains(allow.set, self.permission) {
                let own = self.program.scope_for(self.permission, allow.scope);
                let scope = self.program.scopes.intersection(own, within);
                if scope != Scopes::empty() {
                    self.found.push(Derivation { path: path.to_vec(), role: at, allow: clause as usize, scope });
                }
            }
        }
    }
}

/// The places that lead from a role to the clause that grants, as labels for a finding.
#[must_use]
pub fn chain(program: &Program, derivation: &Derivation) -> Vec<(Span, String)> {
    let steps = &derivation.path;
    let shown = steps.len().min(limits::CHAIN_LABELS);
    let mut labels: Vec<(Span, String)> = Vec::with_capacity(shown);
    for (at, step) in steps.iter().enumerate().take(shown) {
        let parent = steps.get(at + 1).map_or(derivation.role, |next| next.role);
        let (child, parent) = (&program.role(step.role).name, &program.role(parent).name);
        let verb = match step.kind {
            ParentKind::Extends => "inherits from",
            ParentKind::Copies => "copies",
            ParentKind::Overrides => "edits the vendor's",
        };
        labels.push((step.span, format!("`{child}` {verb} `{parent}`")));
    }
    if let (Some(last), true) = (labels.last_mut(), steps.len() > shown) {
        let more = steps.len() - shown;
        last.1 = format!("{}, and so on through {more} more", last.1);
    }
    labels
}

/// Memory of traces, since several backfills share triggers.
#[derive(Debug, Default)]
pub struct Traces {
    known: BTreeMap<(PermissionId, Filter), Vec<ScopeId>>,
}

impl Traces {
    /// Where a role holds a permission by the clauses that count.
    pub fn scope(
        &mut self,
        program: &mut Program,
        order: &Order,
        role: RoleId,
        permission: PermissionId,
        filter: Filter,
    ) -> ScopeId {
        let traced = self.known.entry((permission, filter)).or_insert_with(|| trace(program, order, permission, filter));
        traced[role.index()]
    }
}
