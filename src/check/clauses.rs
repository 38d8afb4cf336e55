//! Clauses against the other clauses of their role and against its parents: contradictions, clauses without
//! effect, divisions that leave nothing, redundancy, deprecated permissions.

use std::cell::Cell;

use fixedbitset::FixedBitSet;

use super::Stages;
use crate::catalog::Deprecated;
use crate::diagnostic::{Diagnostic, Sink, words};
use crate::limits;
use crate::model::{Allow, Except, Program, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::span::Span;

/// What all roles are judged against.
pub(super) struct Clauses<'p> {
    stages: Stages<'p>,
    /// Permissions that some backfill adds.
    added: FixedBitSet,
    any_deprecated: bool,
}

/// One role's own clauses while they are judged.
struct Own<'c> {
    role: RoleId,
    name: &'c str,
    allows: &'c [Allow],
    excepts: &'c [Except],
    within: Option<(ScopeId, Span)>,
    /// Exclusions of one permission, in order of it, and those of several.
    by_width: (Vec<(PermissionId, usize)>, Vec<usize>),
    /// What the role would hold without its exclusions, where it has many of them.
    unreduced: Option<FixedBitSet>,
    /// How many more looks there may be at other clauses and at parents.
    looks: Cell<usize>,
}

impl Own<'_> {
    /// Whether there may be so many more looks.
    fn may_look(&self, looks: usize) -> bool {
        let left = self.looks.get().checked_sub(looks);
        self.looks.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// Exclusions from which on it is worth while to work out once what they could take away.
const MANY: usize = 16;

/// Own clauses of one permission, in order of it, and those of several.
type ByWidth<'c> = (&'c [(PermissionId, usize)], &'c [usize]);

impl<'p> Clauses<'p> {
    pub(super) fn new(stages: Stages<'p>) -> Self {
        let program = stages.program;
        let mut added = FixedBitSet::with_capacity(program.catalog.len());
        for backfill in program.backfills.iter().filter(|backfill| backfill.done.is_none()) {
            program.sets.for_each(backfill.additions, |at| added.insert(at));
        }
        let any_deprecated = program.catalog.ids().any(|id| program.catalog.facts(id).deprecated.is_some());
        Self { stages, added, any_deprecated }
    }

    pub(super) fn check(&self, role: RoleId, sink: &mut Sink) {
        let program = self.stages.program;
        let own = Own {
            role,
            name: &program.role(role).name,
            allows: program.allows(role),
            excepts: program.excepts(role),
            within: program.role(role).within,
            by_width: excepts_by_width(program, role),
            unreduced: (program.excepts(role).len() > MANY).then(|| self.unreduced(role)),
            looks: Cell::new(limits::LOOKS),
        };
        let (singles, wide) = by_width(&own);
        for (at, allow) in own.allows.iter().enumerate() {
            self.allow(&own, at, allow, (&singles, &wide), sink);
        }
        for (at, except) in own.excepts.iter().enumerate() {
            self.except(&own, at, except, sink);
        }
        self.within(&own, sink);
    }

    fn is_excepted(&self, own: &Own<'_>, permission: PermissionId) -> bool {
        self.stages.program.is_excepted(own.role, permission)
    }

    /// What a role's own clauses, its parents and backfills give.
    fn unreduced(&self, role: RoleId) -> FixedBitSet {
        let Stages { program, flat, .. } = self.stages;
        let mut held = self.added.clone();
        let inherited = program.parents(role).iter().flat_map(|parent| flat.groups(parent.role).unwrap_or_default());
        for set in inherited.map(|group| group.set).chain(program.allows(role).iter().map(|allow| allow.set)) {
            program.sets.for_each(set, |at| held.insert(at));
        }
        held
    }

    /// The exclusions that take a permission away, in the order they stand; without those of several permissions where
    /// there were too many looks already.
    fn exclusions(&self, own: &Own<'_>, permission: PermissionId) -> Vec<usize> {
        let (singles, wide) = &own.by_width;
        let wide = if own.may_look(wide.len()) { wide.as_slice() } else { &[] };
        let wide = wide.iter().copied().filter(|at| self.stages.program.sets.contains(own.excepts[*at].set, permission));
        let mut found: Vec<usize> = of_permission(singles, permission).chain(wide).collect();
        found.sort_unstable();
        found
    }

    /// What a clause grants that no own `except` takes away.
    fn kept<'c>(&'c self, own: &'c Own<'c>, allow: &Allow) -> impl Iterator<Item = PermissionId> + 'c {
        self.stages.program.sets.iter(allow.set).filter(move |permission| !self.is_excepted(own, *permission))
    }

    fn allow(&self, own: &Own<'_>, at: usize, allow: &Allow, by_width: ByWidth<'_>, sink: &mut Sink) {
        let program = self.stages.program;
        let Some(first) = self.kept(own, allow).next() else {
            sink.report(self.taken_away(own, allow));
            return;
        };
        if self.any_deprecated && !allow.wildcard {
            self.deprecated(own, allow, sink);
        }
        let within = own.within.filter(|(within, _)| program.scopes.are_disjoint(allow.scope, *within));
        let emptied = within.and_then(|within| self.emptied(own, allow, within));
        let idle = self.idle(own, at, allow, (first, by_width));
        if emptied.is_none() && idle.is_none() {
            self.redundant(own, allow, sink);
        }
        emptied.into_iter().chain(idle).for_each(|finding| sink.report(finding));
    }

    /// Why a clause, or its divisions, has no effect beside the role's other clauses.
    fn idle(
        &self,
        own: &Own<'_>,
        at: usize,
        allow: &Allow,
        (first, by_width): (PermissionId, ByWidth<'_>),
    ) -> Option<Diagnostic> {
        if let Some(other) = self.wider(own, at, allow, first, by_width) {
            let because = Some((own.allows[other].span, "this one"));
            return Some(words::roles::no_effect(own.name, allow.span, "another line grants as much", because));
        }
        let catalog = &self.stages.program.catalog;
        let untouched = allow.scope != Scopes::all() && self.kept(own, allow).all(|id| catalog.is_unaware(id));
        let reason = "divisions leave division-unaware permissions untouched";
        untouched.then(|| words::roles::no_effect(own.name, allow.scope_span, reason, None))
    }

    fn taken_away(&self, own: &Own<'_>, allow: &Allow) -> Diagnostic {
        let program = self.stages.program;
        let permission = program.sets.iter(allow.set).next();
        let except = permission.and_then(|id| own.excepts.get(*self.exclusions(own, id).first()?));
        let place = except.map_or(own_span(own), |except| except.span);
        match permission {
            Some(permission) if allow.single.is_some() => {
                words::roles::allow_and_except(own.name, program.catalog.name(permission), allow.span, place)
            }
            _ => words::roles::no_effect(own.name, allow.span, "all it grants is taken away", Some((place, "taken away here"))),
        }
    }

    /// Another own clause that grants at least what this one does; of two equal ones the earlier.
    fn wider(&self, own: &Own<'_>, at: usize, allow: &Allow, first: PermissionId, (singles, wide): ByWidth<'_>) -> Option<usize> {
        let sets = &self.stages.program.sets;
        let same = of_permission(singles, first);
        let wide = if own.may_look(wide.len()) { wide } else { &[] };
        let candidates = wide.iter().copied().filter(|clause| sets.contains(own.allows[*clause].set, first)).chain(same);
        candidates.filter(|clause| *clause != at).take(limits::COMPARED_CLAUSES).find(|clause| {
            self.covers(own, &own.allows[*clause], allow) && (*clause < at || !self.covers(own, allow, &own.allows[*clause]))
        })
    }

    /// Whether what `narrow` grants, own exclusions aside, `wide` grants as well.
    fn covers(&self, own: &Own<'_>, wide: &Allow, narrow: &Allow) -> bool {
        let program = self.stages.program;
        let since = wide.since.is_none_or(|wide| narrow.since.is_some_and(|narrow| wide <= narrow));
        let scope = program.scopes.is_within(narrow.scope, wide.scope);
        since
            && program.conditions.is_weaker(wide.condition, narrow.condition)
            && (scope || self.kept(own, narrow).all(|id| program.catalog.is_unaware(id)))
            && (narrow.set == wide.set || self.kept(own, narrow).all(|id| program.sets.contains(wide.set, id)))
    }

    /// A clause whose divisions lie outside the role's; `None` where all it grants ignores divisions.
    fn emptied(&self, own: &Own<'_>, allow: &Allow, (within, span): (ScopeId, Span)) -> Option<Diagnostic> {
        let program = self.stages.program;
        let (kept, lost): (Vec<_>, Vec<_>) = self.kept(own, allow).partition(|id| program.catalog.is_unaware(*id));
        let names: Vec<String> = lost.iter().map(|id| program.catalog.name(*id).to_owned()).collect();
        let place = (allow.scope_span, &*program.scope_text(allow.scope));
        let part = (!kept.is_empty()).then_some(names.as_slice());
        (!lost.is_empty()).then(|| words::places::empty_scope(own.name, place, (span, &program.scope_text(within)), part))
    }

    fn redundant(&self, own: &Own<'_>, allow: &Allow, sink: &mut Sink) {
        let Stages { program, flat, .. } = self.stages;
        let within = own.within.map_or(Scopes::all(), |(scope, _)| scope);
        let inherited = |permission: PermissionId| {
            let scope = program.scope_for(permission, allow.scope);
            let within = program.scope_for(permission, within);
            program.parents(own.role).iter().find(|parent| {
                flat.grants_of(program, parent.role, permission).any(|grant| {
                    program.scopes.is_overlap_within(scope, within, grant.scope)
                        && program.conditions.is_weaker(grant.condition, allow.condition)
                })
            })
        };
        let mut first = None;
        for permission in self.kept(own, allow) {
            if !own.may_look(program.parents(own.role).len()) {
                return;
            }
            let Some(parent) = inherited(permission) else { return };
            first = first.or(Some(parent));
        }
        if let Some(parent) = first {
            sink.report(words::roles::redundant(own.name, allow.span, (&program.role(parent.role).name, parent.span)));
        }
    }

    fn deprecated(&self, own: &Own<'_>, allow: &Allow, sink: &mut Sink) {
        let catalog = &self.stages.program.catalog;
        let deprecated: Vec<PermissionId> = self.kept(own, allow).filter(|id| catalog.facts(*id).deprecated.is_some()).collect();
        let Some(Deprecated { since, replacement }) = deprecated.first().and_then(|id| catalog.facts(*id).deprecated.as_ref())
        else {
            return;
        };
        let names: Vec<String> = deprecated.iter().map(|id| catalog.name(*id).to_owned()).collect();
        sink.report(words::roles::deprecated(allow.span, &names, since.map(|date| date.to_string()), replacement.as_deref()));
    }

    /// Whether the role would hold a permission without its exclusions, now or through a backfill.
    fn would_hold(&self, own: &Own<'_>, permission: PermissionId) -> bool {
        let Stages { program, flat, .. } = self.stages;
        if let Some(unreduced) = &own.unreduced {
            return unreduced.contains(permission.index());
        }
        self.added.contains(permission.index())
            || own.allows.iter().any(|allow| program.sets.contains(allow.set, permission))
            || program.parents(own.role).iter().any(|parent| flat.holds(program, parent.role, permission))
    }

    fn except(&self, own: &Own<'_>, at: usize, except: &Except, sink: &mut Sink) {
        let sets = &self.stages.program.sets;
        let taken = || sets.iter(except.set).filter(|id| self.would_hold(own, *id));
        let Some(first) = taken().next() else {
            sink.report(words::roles::no_effect(own.name, except.span, "the role has nothing of this to take away", None));
            return;
        };
        let others = self.exclusions(own, first).into_iter().filter(|other| *other != at);
        for (other, clause) in others.take(limits::COMPARED_CLAUSES).map(|other| (other, &own.excepts[other])) {
            let covered = taken().all(|id| sets.contains(clause.set, id));
            let covers = || sets.iter(clause.set).filter(|id| self.would_hold(own, *id)).all(|id| sets.contains(except.set, id));
            if covered && (other < at || !covers()) {
                let because = Some((clause.span, "this one"));
                sink.report(words::roles::no_effect(own.name, except.span, "another line takes as much away", because));
                return;
            }
        }
    }

    fn within(&self, own: &Own<'_>, sink: &mut Sink) {
        let Stages { program, flat, .. } = self.stages;
        let Some((within, span)) = own.within else { return };
        if within == Scopes::all() {
            sink.report(words::roles::no_effect(
                own.name,
                span,
                "every role holds everywhere unless something confines it",
                None,
            ));
            return;
        }
        let mut confinable = own.allows.iter().any(|allow| self.kept(own, allow).any(|id| !program.catalog.is_unaware(id)));
        for parent in program.parents(own.role) {
            let groups = flat.groups(parent.role).unwrap_or_default();
            let grants = groups.iter().flat_map(|group| program.sets.iter(group.set).map(|id| (id, group.scope)));
            let grants = grants.filter(|(id, _)| !self.is_excepted(own, *id));
            let (mut lost, mut kept) = (Vec::new(), false);
            for (permission, scope) in grants {
                let unaware = program.catalog.is_unaware(permission);
                confinable |= !unaware;
                if !unaware && program.scopes.are_disjoint(scope, within) {
                    lost.push(permission);
                } else {
                    kept = true;
                }
            }
            if !lost.is_empty() {
                lost.sort_unstable();
                lost.dedup();
                let names: Vec<String> = lost.iter().map(|id| program.catalog.name(*id).to_owned()).collect();
                let parent_name = &program.role(parent.role).name;
                let place = (span, &*program.scope_text(within));
                let part = kept.then_some(names.as_slice());
                sink.report(words::places::empty_inheritance(own.name, (parent_name, parent.span), place, part));
            }
        }
        if !confinable {
            let any =
                own.allows.iter().any(|allow| self.kept(own, allow).next().is_some()) || !program.parents(own.role).is_empty();
            let reason = if any { "the role has only division-unaware permissions" } else { "the role grants nothing" };
            sink.report(words::roles::no_effect(own.name, span, reason, None));
        }
    }
}

/// Own clauses of one permission, in order of it, and those of several.
fn by_width(own: &Own<'_>) -> (Vec<(PermissionId, usize)>, Vec<usize>) {
    let (mut singles, mut wide) = (Vec::new(), Vec::new());
    for (at, allow) in own.allows.iter().enumerate() {
        match allow.single {
            Some(permission) => singles.push((permission, at)),
            None => wide.push(at),
        }
    }
    singles.sort_unstable();
    (singles, wide)
}

/// A role's exclusions of one permission, in order of it, and those of several.
fn excepts_by_width(program: &Program, role: RoleId) -> (Vec<(PermissionId, usize)>, Vec<usize>) {
    let (mut singles, mut wide) = (Vec::new(), Vec::new());
    for (at, except) in program.excepts(role).iter().enumerate() {
        match program.sets.len(except.set) {
            1 => singles.extend(program.sets.iter(except.set).map(|permission| (permission, at))),
            _ => wide.push(at),
        }
    }
    singles.sort_unstable();
    (singles, wide)
}

/// Of clauses of one permission each, in order of it, those of a permission.
fn of_permission(singles: &[(PermissionId, usize)], permission: PermissionId) -> impl Iterator<Item = usize> {
    let start = singles.partition_point(|(other, _)| *other < permission);
    singles[start..].iter().take_while(move |(other, _)| *other == permission).map(|(_, clause)| *clause)
}

fn own_span(own: &Own<'_>) -> Span {
    own.excepts.first().map_or(Span::default(), |except| except.span)
}
