//! What a role holds, there and then: its grants in normal form, each with its origins and the day since which it holds.
//!
//! Origins are the fewest nearest ones that explain where a grant holds; `why` has them all.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::conditions::{ConditionId, Conditions};
use crate::flatten::{Flat, Grant};
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
    Shown { role, moment, grants, origins, later }
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
    /// Where it is explained already.
    covered: ScopeId,
}

/// Grants whose origins are looked for in one role.
struct Batch {
    role: RoleId,
    path: Vec<Step>,
    /// In order of permission.
    wants: Vec<Want>,
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
            Want { at, permission, condition, scope, covered: Scopes::empty() }
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
                batch.wants.iter().for_each(|want| self.found[want.at].0.push(origin));
                continue;
            }
            self.own(&mut batch);
            self.parents(batch, &mut stack);
        }
    }

    fn origin(&mut self, path: Vec<Step>, giver: Giver) -> usize {
        self.origins.push(Origin { path, giver });
        self.origins.len() - 1
    }

    /// What is left of a scope after the role's own `within`.
    fn confined(&mut self, role: RoleId, permission: PermissionId, scope: ScopeId) -> ScopeId {
        match self.program.role(role).within {
            Some((within, _)) if !self.program.catalog.is_unaware(permission) => self.program.scopes.intersection(scope, within),
            _ => scope,
        }
    }

    /// Whether a source adds to what is explained of a grant; where it does.
    fn adds(&mut self, want: Want, scope: ScopeId) -> Option<ScopeId> {
        let scope = self.program.scopes.intersection(scope, want.scope);
        (!self.program.scopes.is_within(scope, want.covered)).then_some(scope)
    }

    /// Explains grants by the clauses of the role itself.
    fn own(&mut self, batch: &mut Batch) {
        for clause in self.program.role(batch.role).allows.clone() {
            let clause = clause as usize;
            let (set, scope, condition) = {
                let allow = &self.program.allows[clause];
                (allow.set, allow.scope, allow.condition)
            };
            let range = match self.program.allows[clause].single {
                Some(single) => {
                    let start = batch.wants.partition_point(|want| want.permission < single);
                    start..batch.wants.partition_point(|want| want.permission <= single)
                }
                None => 0..batch.wants.len(),
            };
            let mut origin = None;
            for place in range {
                let want = batch.wants[place];
                if want.condition != condition || !self.program.sets.contains(set, want.permission) {
                    continue;
                }
                let scope = self.program.scope_for(want.permission, scope);
                let scope = self.confined(batch.role, want.permission, scope);
                if let Some(scope) = self.adds(want, scope) {
                    let origin = *origin.get_or_insert_with(|| self.origin(batch.path.clone(), Giver::Clause(batch.role, clause)));
                    self.found[want.at].0.push(origin);
                    batch.wants[place].covered = self.program.scopes.union(want.covered, scope);
                }
            }
        }
    }

    /// Hands what the role's own clauses leave unexplained to its parents.
    fn parents(&mut self, mut batch: Batch, stack: &mut Vec<Batch>) {
        let first = stack.len();
        for at in self.program.role(batch.role).parents.clone() {
            let parent = self.program.parents[at as usize];
            let (mut followed, mut pinned) = (Vec::new(), Vec::new());
            for want in &mut batch.wants {
                if self.program.scopes.is_within(want.scope, want.covered) {
                    continue;
                }
                let given = self.given(batch.role, at, *want);
                let Some(scope) = self.adds(*want, given) else { continue };
                want.covered = self.program.scopes.union(want.covered, scope);
                let now = self.flat.grants_of(self.program, parent.role, want.permission);
                let now = now.filter(|grant| grant.condition == want.condition).map(|grant| grant.scope).next();
                // What is pinned may have gone from the copied role.
                match now.filter(|now| !self.program.scopes.are_disjoint(*now, scope)) {
                    Some(_) => followed.push(Want { scope, covered: Scopes::empty(), ..*want }),
                    None => pinned.push(want.at),
                }
            }
            let mut path = batch.path.clone();
            path.push(Step { role: batch.role, kind: parent.kind, span: parent.span });
            if !pinned.is_empty() {
                let origin = self.origin(path.clone(), Giver::Pin(parent.role));
                pinned.into_iter().for_each(|at| self.found[at].0.push(origin));
            }
            if !followed.is_empty() {
                stack.push(Batch { role: parent.role, path, wants: followed });
            }
        }
        // The first parent comes next.
        stack[first..].reverse();
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
