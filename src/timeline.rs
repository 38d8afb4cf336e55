//! Backfills → epochs: what every role holds from which date on, in every region.
//!
//! Regions with the same dates share one calendar. Only what changes a role's normal form is kept.

mod since;
mod triggers;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::conditions::Conditions;
use crate::diagnostic::{Sink, words};
use crate::flatten::{self, Flat, Grant};
use crate::graph::Order;
use crate::limits;
use crate::model::{Program, RegionId, RoleFilter, RoleId, RoleKind, Trigger};
use crate::provenance::{Filter, Traces};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;

use since::Sinces;
use triggers::Triggers;

/// A permission that a backfill gives to a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gain {
    /// When.
    pub date: Date,
    /// Whether that is the earliest possible day rather than an announced one.
    pub estimated: bool,
    /// The backfill, by its place in the program.
    pub backfill: usize,
    /// What is gained.
    pub permission: PermissionId,
    /// Where.
    pub scope: ScopeId,
}

/// A backfill on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The backfill, by its place in the program.
    pub backfill: usize,
    /// Whether the date is the earliest possible one rather than an announced one.
    pub estimated: bool,
}

/// The dates of one or several regions and what happens on them.
#[derive(Debug, Default)]
pub struct Calendar {
    /// The dates of backfills, ascending.
    pub events: Vec<(Date, Vec<Event>)>,
    /// What each role gains, in order of time.
    pub gains: BTreeMap<RoleId, Vec<Gain>>,
}

impl Calendar {
    /// The dates on which some role changes, ascending.
    #[must_use]
    pub fn dates(&self) -> Vec<Date> {
        let dates: BTreeSet<Date> = self.gains.values().flatten().map(|gain| gain.date).collect();
        dates.into_iter().collect()
    }
}

/// Where and when a question is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// The region; by the default dates without.
    pub region: Option<RegionId>,
    /// The day; after everything that is known without.
    pub at: Option<Date>,
}

/// Everything that changes with time.
#[derive(Debug, Default)]
pub struct Epochs {
    /// The distinct calendars; the first one is that of the default dates.
    pub calendars: Vec<Calendar>,
    /// By region: its calendar.
    pub of_region: Vec<usize>,
    /// Backfills, and roles that gain from them in some region.
    pub fired: BTreeSet<(usize, RoleId)>,
    /// What backfills would add and the role's own `except` forbids.
    pub refused: BTreeMap<(usize, RoleId), BTreeSet<PermissionId>>,
    /// Roles that hold a trigger but are created after the date.
    pub too_late: BTreeSet<(usize, RoleId)>,
    /// What backfills marked as done added, by what the sources say.
    pub done: BTreeMap<(usize, RoleId), Vec<Grant>>,
}

impl Epochs {
    /// The calendar of a region, or of the default dates.
    #[must_use]
    pub fn calendar(&self, region: Option<RegionId>) -> Option<&Calendar> {
        let at = region.map_or(0, |region| self.of_region.get(region.index()).copied().unwrap_or(0));
        self.calendars.get(at)
    }

    /// The gains of a role in a region up to a date, that day included; all of them without a date.
    pub fn gains(&self, role: RoleId, region: Option<RegionId>, until: Option<Date>) -> impl Iterator<Item = &Gain> {
        let gains = self.calendar(region).and_then(|calendar| calendar.gains.get(&role));
        gains.into_iter().flatten().filter(move |gain| until.is_none_or(|until| gain.date <= until))
    }

    /// Since when a role has gained a permission in a region, if it has by a date.
    #[must_use]
    pub fn gained(&self, role: RoleId, permission: PermissionId, moment: Moment) -> Option<&Gain> {
        self.gains(role, moment.region, moment.at).find(|gain| gain.permission == permission)
    }
}

/// The grants of a role, in normal form, with gains from backfills.
#[must_use]
pub fn grants_with<'g>(
    program: &mut Program,
    flat: &Flat,
    role: RoleId,
    gains: impl IntoIterator<Item = &'g Gain>,
) -> Vec<Grant> {
    let mut grants = flat.grants(program, role);
    let mut added: BTreeMap<PermissionId, ScopeId> = BTreeMap::new();
    for gain in gains {
        let scope = added.entry(gain.permission).or_insert_with(Scopes::empty);
        *scope = program.scopes.union(*scope, gain.scope);
    }
    for (permission, scope) in added {
        let plain = grants.iter().position(|grant| grant.permission == permission && grant.condition == Conditions::always());
        let held = plain.map_or_else(Scopes::empty, |at| grants.swap_remove(at).scope);
        let scope = program.scopes.union(held, scope);
        let gained = Grant { permission, condition: Conditions::always(), scope };
        grants.retain(|grant| !flatten::is_subsumed(program, *grant, gained));
        grants.push(gained);
    }
    grants.sort_unstable();
    grants
}

/// Works out what backfills do to every role in every region.
#[must_use]
pub fn timeline(program: &mut Program, order: &Order, flat: &Flat, sink: &mut Sink) -> Epochs {
    let mut epochs = Epochs::default();
    let mut known: Vec<Vec<(Date, Vec<Event>)>> = Vec::new();
    let regions = (0..program.regions.len()).map(RegionId::new);
    for region in std::iter::once(None).chain(regions.map(Some)) {
        let events = events(program, region);
        if events.len() > limits::EPOCHS {
            let place = events
                .get(limits::EPOCHS)
                .and_then(|(_, events)| events.first())
                .map(|event| program.backfills[event.backfill].name_span);
            sink.report(words::backfills::too_many_epochs(place, limits::EPOCHS));
            return nothing(program);
        }
        let at = known.iter().position(|other| *other == events).unwrap_or_else(|| {
            known.push(events.clone());
            epochs.calendars.push(Calendar { events, gains: BTreeMap::new() });
            known.len() - 1
        });
        if region.is_some() {
            epochs.of_region.push(at);
        }
    }
    let candidates = candidates(program, order, flat);
    let sinces = Sinces::new(program);
    let mut runner = Runner { program, flat, traces: Traces::default(), sinces, gained: 0 };
    for at in 0..epochs.calendars.len() {
        let events = Events::new(runner.program, &epochs.calendars[at].events);
        for role in candidates.iter().copied() {
            runner.run(role, (at, &events), &mut epochs);
            if runner.is_too_large(role, sink) {
                return nothing(runner.program);
            }
        }
    }
    match runner.run_done(&candidates, &mut epochs, sink) {
        Some(()) => epochs,
        None => nothing(runner.program),
    }
}

/// No changes at all, in any region.
fn nothing(program: &Program) -> Epochs {
    Epochs { calendars: vec![Calendar::default()], of_region: vec![0; program.regions.len()], ..Epochs::default() }
}

/// The backfills of a calendar in order of their dates.
struct Events {
    list: Vec<(Date, Event)>,
    triggers: Triggers,
}

impl Events {
    fn new(program: &Program, events: &[(Date, Vec<Event>)]) -> Self {
        let list: Vec<(Date, Event)> =
            events.iter().flat_map(|(date, events)| events.iter().map(|event| (*date, *event))).collect();
        let triggers = Triggers::new(program, list.iter().map(|(_, event)| event.backfill));
        Self { list, triggers }
    }
}

/// Whether a backfill is performed at all.
fn is_active(program: &Program, at: usize) -> bool {
    let backfill = &program.backfills[at];
    !backfill.faulty && (!backfill.optional || program.organisation.role_backfill)
}

/// The backfills of a region by date.
fn events(program: &Program, region: Option<RegionId>) -> Vec<(Date, Vec<Event>)> {
    let mut events: BTreeMap<Date, Vec<Event>> = BTreeMap::new();
    for (at, backfill) in program.backfills.iter().enumerate() {
        if is_active(program, at)
            && backfill.done.is_none()
            && let Some(day) = backfill.day(region)
        {
            events.entry(day.date).or_default().push(Event { backfill: at, estimated: day.estimated });
        }
    }
    events.into_iter().collect()
}

/// The roles that some backfill may touch: they hold a trigger, or gain outright.
fn candidates(program: &Program, order: &Order, flat: &Flat) -> Vec<RoleId> {
    let active: Vec<usize> = (0..program.backfills.len()).filter(|at| is_active(program, *at)).collect();
    let triggers = Triggers::new(program, active.iter().copied());
    let mut roles: Vec<RoleId> = order.roles.iter().copied().filter(|id| flat.is_flat(*id)).collect();
    roles.retain(|id| {
        program.role(*id).overridden_by.is_none()
            && triggers.of_role(program, flat, *id).iter().any(|at| considers(program, active[*at], *id))
    });
    roles.sort();
    roles
}

/// Whether a backfill considers a role.
#[must_use]
pub fn considers(program: &Program, backfill: usize, role: RoleId) -> bool {
    match &program.backfills[backfill].filter {
        RoleFilter::All => true,
        RoleFilter::Default => program.role(role).kind != RoleKind::Custom,
        RoleFilter::Custom => program.role(role).kind == RoleKind::Custom,
        RoleFilter::Named(roles) => roles.binary_search(&role).is_ok(),
    }
}

/// Runs backfills on roles, one role at a time.
struct Runner<'p> {
    program: &'p mut Program,
    flat: &'p Flat,
    traces: Traces,
    sinces: Sinces,
    /// How many gains there are so far.
    gained: usize,
}

impl Runner<'_> {
    /// Whether there is more than a bound allows after a role was run; that is reported.
    fn is_too_large(&self, role: RoleId, sink: &mut Sink) -> bool {
        let excess = if self.gained > limits::GAINS {
            format!("more than {} million gains from backfills", limits::GAINS >> 20)
        } else if self.traces.is_full() {
            format!("more than {} million triggers of backfills that depend on single clauses", limits::TRACES >> 20)
        } else {
            return false;
        };
        let role = self.program.role(role);
        sink.report(words::roles::flat_too_large(&role.name, role.name_span, &excess));
        true
    }

    /// Runs one calendar's events on a role. Backfills of one date run in rounds, in their order, until nothing changes; in a
    /// round after the first only those that something new may set off.
    fn run(&mut self, role: RoleId, (calendar, events): (usize, &Events), epochs: &mut Epochs) {
        let mut added: BTreeMap<PermissionId, ScopeId> = BTreeMap::new();
        let mut gains = Vec::new();
        let mut due = events.triggers.of_role(self.program, self.flat, role);
        let mut again = BTreeSet::new();
        while let Some(at) = due.pop_first() {
            let (date, event) = events.list[at];
            for permission in self.fire(role, (event, date), (&mut added, &mut gains), epochs) {
                for other in events.triggers.of(permission).iter().copied() {
                    if other > at {
                        due.insert(other);
                    } else if events.list[other].0 == date {
                        again.insert(other);
                    }
                }
            }
            if due.first().is_none_or(|next| events.list[*next].0 > date) {
                due.append(&mut again);
            }
        }
        self.gained += gains.len();
        if !gains.is_empty() {
            epochs.calendars[calendar].gains.insert(role, gains);
        }
    }

    /// Lets a backfill happen to a role, if it does; the permissions that it adds.
    fn fire(
        &mut self,
        role: RoleId,
        (event, date): (Event, Date),
        found: (&mut BTreeMap<PermissionId, ScopeId>, &mut Vec<Gain>),
        epochs: &mut Epochs,
    ) -> Vec<PermissionId> {
        let backfill = event.backfill;
        if !considers(self.program, backfill, role) {
            return Vec::new();
        }
        let scope = self.triggered(role, backfill, date, found.0);
        if scope == Scopes::empty() {
            return Vec::new();
        }
        if !self.program.existed(role, date) {
            epochs.too_late.insert((backfill, role));
            return Vec::new();
        }
        epochs.fired.insert((backfill, role));
        self.add(role, (event, date), scope, found, &mut epochs.refused)
    }

    /// Where a role gains from a backfill on a date; nowhere if it does not hold the trigger.
    fn triggered(&mut self, role: RoleId, backfill: usize, date: Date, added: &BTreeMap<PermissionId, ScopeId>) -> ScopeId {
        let Some(Trigger { any, explicitly, permissions }) = self.program.backfills[backfill].trigger.clone() else {
            return Scopes::all();
        };
        let mut total: Option<ScopeId> = None;
        for permission in permissions {
            let held = self.held(role, permission, Filter { explicitly, held_on: Some(date) });
            let gained = added.get(&permission).copied().unwrap_or_else(Scopes::empty);
            let scope = self.program.scopes.union(held, gained);
            total = Some(match total {
                None => scope,
                Some(total) if any => self.program.scopes.union(total, scope),
                Some(total) => self.program.scopes.intersection(total, scope),
            });
        }
        total.unwrap_or_else(Scopes::empty)
    }

    /// Where a role itself holds a permission on a date, whatever the condition.
    fn held(&mut self, role: RoleId, permission: PermissionId, filter: Filter) -> ScopeId {
        if !self.flat.holds(self.program, role, permission) {
            return Scopes::empty();
        }
        let held_on = filter.held_on.and_then(|date| self.sinces.same_as(self.program, permission, date));
        if filter.explicitly || held_on.is_some() {
            return self.traces.scope(self.program, self.flat, role, permission, Filter { held_on, ..filter });
        }
        let scopes: Vec<ScopeId> = self.flat.grants_of(self.program, role, permission).map(|grant| grant.scope).collect();
        scopes.into_iter().fold(Scopes::empty(), |a, b| self.program.scopes.union(a, b))
    }

    /// Adds what a backfill gives; the permissions that the role has now, or has further.
    fn add(
        &mut self,
        role: RoleId,
        (Event { backfill, estimated }, date): (Event, Date),
        scope: ScopeId,
        (added, gains): (&mut BTreeMap<PermissionId, ScopeId>, &mut Vec<Gain>),
        refused: &mut BTreeMap<(usize, RoleId), BTreeSet<PermissionId>>,
    ) -> Vec<PermissionId> {
        let mut changed = Vec::new();
        let additions: Vec<PermissionId> = self.program.sets.iter(self.program.backfills[backfill].additions).collect();
        for permission in additions {
            if self.program.is_excepted(role, permission) {
                refused.entry((backfill, role)).or_default().insert(permission);
                continue;
            }
            let scope = self.confined(role, permission, scope);
            let before = added.get(&permission).copied().unwrap_or_else(Scopes::empty);
            let total = self.program.scopes.union(before, scope);
            if scope == Scopes::empty() || total == before {
                continue;
            }
            // What the role holds already is no gain, but an addition all the same: from now on it is held explicitly.
            if !self.holds_always(role, permission, total, before) {
                gains.push(Gain { date, estimated, backfill, permission, scope });
            }
            added.insert(permission, total);
            changed.push(permission);
        }
        changed
    }

    /// A scope within the role's own `within`; everywhere for an unaware permission.
    fn confined(&mut self, role: RoleId, permission: PermissionId, scope: ScopeId) -> ScopeId {
        if self.program.catalog.is_unaware(permission) {
            return Scopes::all();
        }
        match self.program.role(role).within {
            Some((within, _)) => self.program.scopes.intersection(scope, within),
            None => scope,
        }
    }

    /// Whether the role's unconditional grants, with what was added before, cover a scope.
    fn holds_always(&mut self, role: RoleId, permission: PermissionId, scope: ScopeId, before: ScopeId) -> bool {
        let own = self.flat.grants_of(self.program, role, permission).find(|grant| grant.condition == Conditions::always());
        let own = own.map_or_else(Scopes::empty, |grant| grant.scope);
        let held = self.program.scopes.union(own, before);
        self.program.scopes.is_within(scope, held)
    }

    /// Works out what backfills marked as done must have added to roles as the sources say them; `None` after a report.
    fn run_done(&mut self, candidates: &[RoleId], epochs: &mut Epochs, sink: &mut Sink) -> Option<()> {
        let is_done = |at: &usize| self.program.backfills[*at].done.is_some() && is_active(self.program, *at);
        let list: Vec<usize> = (0..self.program.backfills.len()).filter(is_done).collect();
        let triggers = Triggers::new(self.program, list.iter().copied());
        for role in candidates.iter().copied() {
            for at in triggers.of_role(self.program, self.flat, role).into_iter().map(|at| list[at]) {
                let grants = self.done(role, at);
                if !grants.is_empty() {
                    epochs.done.insert((at, role), grants);
                }
            }
            if self.is_too_large(role, sink) {
                return None;
            }
        }
        Some(())
    }

    /// What a backfill marked as done must have added to a role.
    fn done(&mut self, role: RoleId, at: usize) -> Vec<Grant> {
        let backfill = &self.program.backfills[at];
        let day = backfill.default_day.or_else(|| backfill.region_days.iter().map(|(_, day)| *day).min());
        let Some(day) = day.filter(|_| considers(self.program, at, role)) else { return Vec::new() };
        let scope = self.triggered(role, at, day.date, &BTreeMap::new());
        if scope == Scopes::empty() || !self.program.existed(role, day.date) {
            return Vec::new();
        }
        let (mut added, mut gains) = (BTreeMap::new(), Vec::new());
        let event = Event { backfill: at, estimated: day.estimated };
        self.add(role, (event, day.date), scope, (&mut added, &mut gains), &mut BTreeMap::new());
        let grant = |gain: Gain| Grant { permission: gain.permission, condition: Conditions::always(), scope: gain.scope };
        gains.into_iter().map(grant).collect()
    }
}
