//! What a role holds, there and then: its grants in normal form, each with its origins and the day since which it holds.
//!
//! Origins are the fewest nearest ones that explain where a grant holds; `why` has them all.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::conditions::{ConditionId, Conditions};
use crate::flatten::{Flat, Grant};
use crate::licenses::{self, Called, Demands};
use crate::limits;
use crate::model::{Program, RoleId};
use crate::provenance::{self, Step};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::timeline::{self, Epochs, Gain, Moment};

/// A role as it is there and then.
#[derive(Debug)]
pub struct Shown {
    /// The role.
    pub role: RoleId,
    /// Where and when.
    pub moment: Moment,
    /// Its grants in normal form, in order of permission, condition and scope.
    pub grants: Vec<Held>,
    /// Where grants come from.
    pub origins: Vec<Origin>,
    /// What it gains after the day asked about.
    pub later: Vec<Gain>,
    /// The licences that it calls for, those aside that a dearer one among them includes.
    pub licenses: Called,
}

/// A grant and what is known of it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The grant.
    pub grant: Grant,
    /// Since when it holds as it stands, if not from the start; and whether that day is only the earliest possible one.
    pub from: Option<(Date, bool)>,
    /// Its origins among all, nearest first.
    pub origins: Vec<usize>,
    /// Whether it has more origins than are followed.
    pub more: bool,
}

/// Where grants come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// From the role asked about to the one that gives.
    pub path: Vec<Step>,
    /// What gives.
    pub giver: Giver,
}

/// What gives grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Giver {
    /// A clause of a role, by its place among all `allow` clauses.
    Clause(RoleId, usize),
    /// The lock file, which pins the copy that the last step makes: the copied role has the grant no more.
    Pin(RoleId),
    /// A backfill, by its place in the program, with its day and whether that is estimated.
    Backfill(usize, Date, bool),
    /// An ancestor so far away that it is not followed further.
    Far(RoleId),
}

/// Works out what a role holds.
#[must_use]
pub fn show(program: &mut Program, flat: &Flat, epochs: &Epochs, role: RoleId, moment: Moment) -> Shown {
    let gains: Vec<Gain> = epochs.gains(role, moment.region, moment.at).copied().collect();
    let later = epochs.gains(role, moment.region, None).filter(|gain| moment.at.is_some_and(|at| gain.date > at));
    let later = later.copied().collect();
    let own = flat.grants(program, role);
    let mut tracer = Tracer { program, flat, origins: Vec::new(), found: vec![(Vec::new(), false); own.len()] };
    tracer.trace(role, &own);
    let Tracer { mut origins, found, .. } = tracer;
    let by_own: BTreeMap<(PermissionId, ConditionId), usize> =
        own.iter().enumerate().map(|(at, grant)| ((grant.permission, grant.condition), at)).collect();
    let by_gain = gain_origins(&gains, &mut origins);
    let mut grants = Vec::new();
    for grant in timeline::grants_with(program, flat, role, &gains) {
        let at = by_own.get(&(grant.permission, grant.condition)).copied();
        let (mut origins, more) = at.map_or_else(|| (Vec::new(), false), |at| found[at].clone());
        let outright = at.map_or_else(Scopes::empty, |at| own[at].scope);
        let mut from = None;
        if grant.condition == Conditions::always() && outright != grant.scope {
            let mine: Vec<&Gain> = gains.iter().filter(|gain| gain.permission == grant.permission).collect();
            origins.extend(mine.iter().filter_map(|gain| by_gain.get(&(gain.backfill, gain.date)).copied()));
            from = since(program, grant.scope, outright, &mine);
        }
        grants.push(Held { grant, from, origins, more });
    }
    sort(program, &mut grants);
    let called = Demands::new(program).of_role((program, flat, epochs), role, moment);
    let licenses = licenses::dearest(program, called);
    Shown { role, moment, grants, origins, later, licenses }
}

/// An origin for each backfill and day.
fn gain_origins(gains: &[Gain], origins: &mut Vec<Origin>) -> BTreeMap<(usize, Date), usize> {
    let mut known = BTreeMap::new();
    for gain in gains {
        known.entry((gain.backfill, gain.date)).or_insert_with(|| {
            let giver = Giver::Backfill(gain.backfill, gain.date, gain.estimated);
            origins.push(Origin { path: Vec::new(), giver });
            origins.len() - 1
        });
    }
    known
}

/// The day since which gains, which stand in order of time, make up a scope.
fn since(program: &mut Program, scope: ScopeId, outright: ScopeId, gains: &[&Gain]) -> Option<(Date, bool)> {
    let mut held = outright;
    for gain in gains {
        held = program.scopes.union(held, gain.scope);
        if program.scopes.is_within(scope, held) {
            return Some((gain.date, gain.estimated));
        }
    }
    None
}

/// Puts grants in an order that the order of declarations does not change.
fn sort(program: &Program, grants: &mut [Held]) {
    grants.sort_by_cached_key(|held| {
        let when = program.conditions.get(held.grant.condition).map(ToString::to_string);
        (held.grant.permission, when, program.scopes.divisions(held.grant.scope))
    });
}

/// A grant whose origins are looked for in a role.
#[derive(Debug, Clone, Copy)]
struct Want {
    /// Its place among the grants of the role asked about.
    at: usize,
    permission: PermissionId,
    condition: ConditionId,
    /// Where it holds.
    scope: ScopeId,
}

/// Grants whose origins are looked for in one role.
struct Batch {
    role: RoleId,
    path: Vec<Step>,
    wants: Vec<Want>,
}

/// What a role has a grant from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A clause of its own, by its place among all.
    Clause(usize),
    /// A parent, by its place among all.
    Parent(u32),
}

/// The clauses of a role, so that those which may grant a permission are found at once.
struct Clauses {
    single: BTreeMap<PermissionId, Vec<usize>>,
    wide: Vec<usize>,
}

impl Clauses {
    fn of(program: &Program, role: RoleId) -> Self {
        let mut clauses = Self { single: BTreeMap::new(), wide: Vec::new() };
        for at in program.role(role).allows.clone().map(|at| at as usize) {
            match program.allows[at].single {
                Some(permission) => clauses.single.entry(permission).or_default().push(at),
                None => clauses.wide.push(at),
            }
        }
        clauses
    }

    /// In the order in which they stand, but those of one full name first.
    fn that_may_grant(&self, permission: PermissionId) -> impl Iterator<Item = usize> + '_ {
        self.single.get(&permission).into_iter().flatten().chain(&self.wide).copied()
    }
}

struct Tracer<'p> {
    program: &'p mut Program,
    flat: &'p Flat,
    origins: Vec<Origin>,
    /// By grant: its origins, and whether there are more.
    found: Vec<(Vec<usize>, bool)>,
}

impl Tracer<'_> {
    fn trace(&mut self, role: RoleId, grants: &[Grant]) {
        let want = |(at, grant): (usize, &Grant)| {
            let Grant { permission, condition, scope } = *grant;
            Want { at, permission, condition, scope }
        };
        let wants = grants.iter().enumerate().map(want).collect();
        let mut stack = vec![Batch { role, path: Vec::new(), wants }];
        while let Some(mut batch) = stack.pop() {
            batch.wants.retain(|want| {
                let (origins, more) = &mut self.found[want.at];
                *more |= origins.len() >= limits::ORIGINS;
                origins.len() < limits::ORIGINS
            });
            if batch.path.len() > limits::ORIGIN_STEPS {
                let origin = self.origin(batch.path, Giver::Far(batch.role));
                for want in &batch.wants {
                    self.note(*want, origin);
                }
                continue;
            }
            self.follow(batch, &mut stack);
        }
    }

    fn origin(&mut self, path: Vec<Step>, giver: Giver) -> usize {
        self.origins.push(Origin { path, giver });
        self.origins.len() - 1
    }

    /// Keeps one origin of a grant, if it has not enough of them.
    fn note(&mut self, want: Want, origin: usize) {
        let (origins, more) = &mut self.found[want.at];
        *more |= origins.len() >= limits::ORIGINS;
        if origins.len() < limits::ORIGINS {
            origins.push(origin);
        }
    }

    /// What is left of a scope after the role's own `within`.
    fn confined(&mut self, role: RoleId, permission: PermissionId, scope: ScopeId) -> ScopeId {
        match self.program.role(role).within {
            Some((within, _)) if !self.program.catalog.is_unaware(permission) => self.program.scopes.intersection(scope, within),
            _ => scope,
        }
    }

    /// Follows the grants of one role to its own clauses and to its parents.
    fn follow(&mut self, batch: Batch, stack: &mut Vec<Batch>) {
        let Batch { role, path, wants } = batch;
        let clauses = Clauses::of(self.program, role);
        let mut by_clause: BTreeMap<usize, usize> = BTreeMap::new();
        let mut by_parent: BTreeMap<u32, Vec<Want>> = BTreeMap::new();
        for want in wants {
            for (source, scope) in self.sources(role, want, &clauses) {
                match source {
                    Source::Clause(clause) => {
                        let known = by_clause.get(&clause).copied();
                        let origin = known.unwrap_or_else(|| self.origin(path.clone(), Giver::Clause(role, clause)));
                        by_clause.insert(clause, origin);
                        self.note(want, origin);
                    }
                    Source::Parent(parent) => by_parent.entry(parent).or_default().push(Want { scope, ..want }),
                }
            }
        }
        // The first parent comes next.
        for (parent, wants) in by_parent.into_iter().rev() {
            stack.extend(self.climb(role, parent, &path, wants));
        }
    }

    /// The sources that explain where a grant holds: the first that does alone, else each that adds something.
    fn sources(&mut self, role: RoleId, want: Want, clauses: &Clauses) -> Vec<(Source, ScopeId)> {
        let mut sources: Vec<(Source, ScopeId)> = Vec::new();
        for clause in clauses.that_may_grant(want.permission) {
            let allow = &self.program.allows[clause];
            if allow.condition == want.condition && self.program.sets.contains(allow.set, want.permission) {
                let scope = self.program.scope_for(want.permission, allow.scope);
                sources.push((Source::Clause(clause), self.confined(role, want.permission, scope)));
            }
        }
        for parent in self.program.role(role).parents.clone() {
            sources.push((Source::Parent(parent), self.given(role, parent, want)));
        }
        if let Some((source, _)) = sources.iter().find(|(_, scope)| self.program.scopes.is_within(want.scope, *scope)) {
            return vec![(*source, want.scope)];
        }
        let mut covered = Scopes::empty();
        let mut needed = Vec::new();
        for (source, scope) in sources {
            let scope = self.program.scopes.intersection(scope, want.scope);
            if !self.program.scopes.is_within(scope, covered) {
                covered = self.program.scopes.union(covered, scope);
                needed.push((source, scope));
            }
        }
        needed
    }

    /// The grants that a role has from one of its parents, to be followed there; what is only pinned ends here.
    fn climb(&mut self, role: RoleId, at: u32, path: &[Step], wants: Vec<Want>) -> Option<Batch> {
        let parent = self.program.parents[at as usize];
        let mut path = path.to_vec();
        path.push(Step { role, kind: parent.kind, span: parent.span });
        let has = |want: &Want| {
            let mut now = self.flat.grants_of(self.program, parent.role, want.permission);
            now.any(|grant| grant.condition == want.condition && !self.program.scopes.are_disjoint(grant.scope, want.scope))
        };
        let (followed, pinned): (Vec<Want>, Vec<Want>) = wants.into_iter().partition(has);
        if !pinned.is_empty() {
            let origin = self.origin(path.clone(), Giver::Pin(parent.role));
            for want in pinned {
                self.note(want, origin);
            }
        }
        (!followed.is_empty()).then_some(Batch { role: parent.role, path, wants: followed })
    }

    /// Where a parent gives what is wanted, after the role's own `within`.
    fn given(&mut self, role: RoleId, parent: u32, want: Want) -> ScopeId {
        let groups = provenance::given(self.program, self.flat, role, parent).iter();
        let held = |group: &&crate::model::Group| {
            group.condition == want.condition && self.program.sets.contains(group.set, want.permission)
        };
        let scopes: Vec<ScopeId> = groups.filter(held).map(|group| group.scope).collect();
        let scope = scopes.into_iter().fold(Scopes::empty(), |a, b| self.program.scopes.union(a, b));
        self.confined(role, want.permission, scope)
    }
}
