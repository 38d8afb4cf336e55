//! Backfills run on one role: what it gains, refuses and misses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::alike::Alike;
use super::queue::{Events, Queue};
use super::since::Sinces;
use super::triggers::Triggers;
use super::{Event, Gain};
use crate::conditions::Conditions;
use crate::flatten::{Flat, Grant};
use crate::limits;
use crate::model::{Program, RoleId};
use crate::provenance::{Filter, Traces};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;

/// What backfills do to a role, and to all that fare like it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What it gains, in the calendars in which it does.
    pub(super) gains: Vec<(usize, Arc<[Gain]>)>,
    /// The backfills that happen to it in some calendar, ascending.
    pub(super) fired: Arc<[u32]>,
    /// By backfill: what it would add.
    pub(super) refused: BTreeMap<usize, BTreeSet<PermissionId>>,
    /// The backfills whose trigger it holds, and that it comes too late for.
    pub(super) too_late: Vec<usize>,
    /// What backfills marked as done have added.
    pub(super) done: Vec<(usize, Vec<Grant>)>,
}

impl Outcome {
    /// How many gains there are, in all calendars.
    pub(super) fn gained(&self) -> usize {
        self.gains.iter().map(|(_, gains)| gains.len()).sum()
    }
}

/// Runs backfills on roles, one role at a time.
pub(super) struct Runner<'p> {
    pub(super) program: &'p mut Program,
    flat: &'p Flat,
    traces: Traces,
    sinces: &'p Sinces,
    triggers: &'p Triggers,
    queue: Queue,
    found: Found,
    /// Triggers that it depends on single clauses, or additions, whether a role holds.
    traced: Vec<PermissionId>,
    /// How often a backfill was looked at, whether it happened to the role or not.
    happened: usize,
}

/// What is found for one role in one calendar; the vectors serve all roles in turn.
#[derive(Debug, Default)]
struct Found {
    /// By permission: where backfills have added it.
    added: Vec<ScopeId>,
    /// The permissions that have been added.
    touched: Vec<PermissionId>,
    gains: Vec<Gain>,
    fired: Vec<u32>,
    /// What the last event has added, or has added further, so that it may set off others.
    changed: Vec<PermissionId>,
}

impl Found {
    fn clear(&mut self) {
        self.gains.clear();
        for permission in self.touched.drain(..) {
            self.added[permission.index()] = Scopes::empty();
        }
    }
}

impl<'p> Runner<'p> {
    pub(super) fn new(
        program: &'p mut Program,
        flat: &'p Flat,
        (triggers, sinces): (&'p Triggers, &'p Sinces),
        alike: &Alike,
    ) -> Self {
        let found = Found { added: vec![Scopes::empty(); program.catalog.len()], ..Found::default() };
        let (traces, queue) = (Traces::by_origin(alike.origins().to_vec()), Queue::default());
        Self { program, flat, traces, sinces, triggers, queue, found, traced: alike.traced().to_vec(), happened: 0 }
    }

    /// What the backfills of all calendars do to a role.
    pub(super) fn outcome(&mut self, role: RoleId, calendars: &[Events]) -> Outcome {
        let due = self.triggers.of_role(self.program, self.flat, role);
        let mut outcome = Outcome::default();
        if due.is_empty() {
            return outcome;
        }
        for (at, events) in calendars.iter().enumerate() {
            self.run(role, &due, events, &mut outcome);
            if !self.found.gains.is_empty() {
                outcome.gains.push((at, Arc::from(self.found.gains.as_slice())));
            }
            self.found.clear();
        }
        self.found.fired.sort_unstable();
        self.found.fired.dedup();
        outcome.fired = Arc::from(self.found.fired.as_slice());
        self.found.fired.clear();
        outcome.too_late.sort_unstable();
        outcome.too_late.dedup();
        for backfill in due.into_iter().map(|active| self.triggers.backfills[active as usize]) {
            let grants = self.done(role, backfill);
            if !grants.is_empty() {
                outcome.done.push((backfill, grants));
            }
        }
        outcome
    }

    /// Runs one calendar's events on a role. Backfills of one date run in rounds, in their order, until nothing changes; in a
    /// round after the first only those that something new may set off.
    fn run(&mut self, role: RoleId, due: &[u32], events: &Events, outcome: &mut Outcome) {
        self.queue.begin(events, due);
        while let Some((round, at)) = self.queue.pop(events) {
            self.happened += 1;
            self.fire(role, events.list[at as usize], outcome);
            for permission in self.found.changed.drain(..) {
                for other in self.triggers.of(permission).iter().filter_map(|active| events.place(*active)) {
                    self.queue.set_off(events, other, (round, at));
                }
            }
        }
    }

    /// Lets a backfill happen to a role, if it does.
    fn fire(&mut self, role: RoleId, (date, event): (Date, Event), outcome: &mut Outcome) {
        let backfill = event.backfill;
        if !super::considers(self.program, backfill, role) {
            return;
        }
        let scope = self.triggered(role, backfill, date);
        if scope == Scopes::empty() {
            return;
        }
        if !self.program.existed(role, date) {
            outcome.too_late.push(backfill);
            return;
        }
        self.found.fired.push(u32::try_from(backfill).unwrap_or(u32::MAX));
        let Outcome { refused, .. } = outcome;
        self.add(role, (event, date), scope, |permission| {
            refused.entry(backfill).or_default().insert(permission);
        });
    }

    /// Where a role gains from a backfill on a date; nowhere if it does not hold the trigger.
    fn triggered(&mut self, role: RoleId, backfill: usize, date: Date) -> ScopeId {
        let mut total: Option<ScopeId> = None;
        let mut at = 0;
        loop {
            let Some(trigger) = &self.program.backfills[backfill].trigger else { return Scopes::all() };
            let Some(permission) = trigger.permissions.get(at).copied() else { break };
            let (any, filter) = (trigger.any, Filter { explicitly: trigger.explicitly, held_on: Some(date) });
            let held = self.held(role, permission, filter);
            let scopes = &mut self.program.scopes;
            let scope = scopes.union(held, self.found.added[permission.index()]);
            total = Some(match total {
                None => scope,
                Some(total) if any => scopes.union(total, scope),
                Some(total) => scopes.intersection(total, scope),
            });
            at += 1;
        }
        total.unwrap_or_else(Scopes::empty)
    }

    /// Where a role itself holds a permission on a date, whatever the condition.
    fn held(&mut self, role: RoleId, permission: PermissionId, filter: Filter) -> ScopeId {
        let groups = self.flat.groups(role).unwrap_or_default();
        let Program { sets, scopes, .. } = &mut *self.program;
        let holding = groups.iter().filter(|group| sets.contains(group.set, permission));
        let held = holding.fold(Scopes::empty(), |held, group| scopes.union(held, group.scope));
        let held_on = filter.held_on.and_then(|date| self.sinces.same_as(permission, date));
        if held == Scopes::empty() || !filter.explicitly && held_on.is_none() {
            return held;
        }
        self.traces.scope(self.program, self.flat, role, permission, Filter { held_on, ..filter })
    }

    /// Adds what a backfill gives, and notes what the role has now, or has further; `refuse` is told what it takes away itself.
    fn add(&mut self, role: RoleId, (event, date): (Event, Date), scope: ScopeId, mut refuse: impl FnMut(PermissionId)) {
        let Event { backfill, estimated } = event;
        let groups = self.flat.groups(role).unwrap_or_default();
        let Program { sets, scopes, catalog, roles, backfills, .. } = &mut *self.program;
        let own = &roles[role.index()];
        for permission in sets.iter(backfills[backfill].additions) {
            if sets.contains(own.excepted, permission) {
                refuse(permission);
                continue;
            }
            let scope = match own.within {
                _ if catalog.is_unaware(permission) => Scopes::all(),
                Some((within, _)) => scopes.intersection(scope, within),
                None => scope,
            };
            let before = self.found.added[permission.index()];
            let total = scopes.union(before, scope);
            if scope == Scopes::empty() || total == before {
                continue;
            }
            // What the role holds already is no gain, but an addition all the same: from now on it is held explicitly.
            let mut plain = groups.iter().filter(|group| group.condition == Conditions::always());
            let held = plain.find(|group| sets.contains(group.set, permission)).map_or_else(Scopes::empty, |group| group.scope);
            let held = scopes.union(held, before);
            let gained = !scopes.is_within(total, held);
            if gained {
                self.found.gains.push(Gain { date, estimated, backfill, permission, scope });
            }
            if before == Scopes::empty() {
                self.found.touched.push(permission);
            }
            self.found.added[permission.index()] = total;
            if gained || self.traced.binary_search(&permission).is_ok() {
                self.found.changed.push(permission);
            }
        }
    }

    /// What a backfill must have added to a role, as the sources say it, if it is marked as done.
    fn done(&mut self, role: RoleId, at: usize) -> Vec<Grant> {
        let backfill = &self.program.backfills[at];
        let day = backfill.default_day.or_else(|| backfill.region_days.iter().map(|(_, day)| *day).min());
        let Some(day) = day.filter(|_| backfill.done.is_some()) else { return Vec::new() };
        let scope = self.triggered(role, at, day.date);
        if scope == Scopes::empty() || !self.program.existed(role, day.date) {
            return Vec::new();
        }
        let event = Event { backfill: at, estimated: day.estimated };
        self.add(role, (event, day.date), scope, |_| ());
        let grant = |gain: &Gain| Grant { permission: gain.permission, condition: Conditions::always(), scope: gain.scope };
        let grants = self.found.gains.iter().map(grant).collect();
        self.found.changed.clear();
        self.found.clear();
        grants
    }
}

/// What is too much of what backfills do, in words.
pub(super) fn excess(gained: usize, runner: &Runner<'_>) -> Option<String> {
    if gained > limits::GAINS {
        return Some(format!("more than {} million gains from backfills", limits::GAINS >> 20));
    }
    if runner.happened > limits::HAPPENINGS {
        return Some(format!("more than {} million backfills set off", limits::HAPPENINGS >> 20));
    }
    let millions = limits::TRACES >> 20;
    runner.traces.is_full().then(|| format!("more than {millions} million triggers of backfills that depend on single clauses"))
}
