//! Backfills → epochs: what every role holds from which date on, in every region.
//!
//! Regions with the same dates share one calendar. Only what changes a role's normal form is kept.

mod alike;
mod queue;
mod runner;
mod since;
mod triggers;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::conditions::Conditions;
use crate::diagnostic::{Sink, words};
use crate::flatten::{self, Flat, Grant};
use crate::graph::Order;
use crate::limits;
use crate::model::{Program, RegionId, RoleFilter, RoleId, RoleKind};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;

use alike::{Alike, Key};
use queue::Events;
use runner::{Outcome, Runner};
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
    pub gains: BTreeMap<RoleId, Arc<[Gain]>>,
}

impl Calendar {
    /// The dates on which some role changes, ascending.
    #[must_use]
    pub fn dates(&self) -> Vec<Date> {
        let dates: BTreeSet<Date> = self.gains.values().flat_map(|gains| gains.iter()).map(|gain| gain.date).collect();
        dates.into_iter().collect()
    }

    /// What a role gains, in order of time.
    #[must_use]
    pub fn gains_of(&self, role: RoleId) -> &[Gain] {
        self.gains.get(&role).map_or(&[], |gains| gains)
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
    /// By role: the backfills that happen to it in some region, ascending.
    pub fired: BTreeMap<RoleId, Arc<[u32]>>,
    /// What backfills would add and the role's own `except` forbids.
    pub refused: BTreeMap<(usize, RoleId), BTreeSet<PermissionId>>,
    /// Roles that hold a trigger but are created after the date.
    pub too_late: BTreeSet<(usize, RoleId)>,
    /// What backfills marked as done added, by what the sources say.
    pub done: BTreeMap<(usize, RoleId), Vec<Grant>>,
    /// How many roles the backfills were run on; each of the others fares like one of these.
    pub runs: usize,
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
        let gains = self.calendar(region).map_or(&[][..], |calendar| calendar.gains_of(role));
        gains.iter().filter(move |gain| until.is_none_or(|until| gain.date <= until))
    }

    /// The gains of a role in all calendars, one after another.
    pub fn gains_ever(&self, role: RoleId) -> impl Iterator<Item = &Gain> {
        self.calendars.iter().flat_map(move |calendar| calendar.gains_of(role))
    }

    /// Since when a role has gained a permission in a region, if it has by a date.
    #[must_use]
    pub fn gained(&self, role: RoleId, permission: PermissionId, moment: Moment) -> Option<&Gain> {
        self.gains(role, moment.region, moment.at).find(|gain| gain.permission == permission)
    }

    /// Takes over what backfills do to a role.
    fn take(&mut self, role: RoleId, outcome: &Outcome) {
        for (calendar, gains) in &outcome.gains {
            self.calendars[*calendar].gains.insert(role, Arc::clone(gains));
        }
        if !outcome.fired.is_empty() {
            self.fired.insert(role, Arc::clone(&outcome.fired));
        }
        self.refused.extend(outcome.refused.iter().map(|(backfill, permissions)| ((*backfill, role), permissions.clone())));
        self.too_late.extend(outcome.too_late.iter().map(|backfill| (*backfill, role)));
        self.done.extend(outcome.done.iter().map(|(backfill, grants)| ((*backfill, role), grants.clone())));
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
    if let Some((role, excess)) = run(program, order, flat, &mut epochs) {
        let role = program.role(role);
        sink.report(words::roles::flat_too_large(&role.name, role.name_span, &excess));
        return nothing(program);
    }
    epochs
}

/// Runs the backfills of all calendars on all roles; where that is too much, says at which role, and of what.
fn run(program: &mut Program, order: &Order, flat: &Flat, epochs: &mut Epochs) -> Option<(RoleId, String)> {
    let triggers = Triggers::new(program);
    if triggers.backfills.is_empty() {
        return None;
    }
    let sinces = Sinces::new(program, &triggers.permissions);
    let mut alike = Alike::new(program, order, flat, (&triggers, &sinces));
    let calendars: Vec<Events> =
        epochs.calendars.iter().map(|calendar| Events::new(&calendar.events, &triggers.backfills)).collect();
    let mut runner = Runner::new(program, flat, (&triggers, &sinces), &alike);
    let mut known: FxHashMap<Key, Outcome> = FxHashMap::default();
    let mut gained = 0;
    for role in runner.program.role_ids().filter(|role| flat.is_flat(*role)) {
        if runner.program.role(role).overridden_by.is_some() {
            continue;
        }
        let outcome = match known.entry(alike.key(runner.program, flat, &triggers, role)) {
            Entry::Occupied(same) => same.into_mut(),
            Entry::Vacant(new) => new.insert(runner.outcome(role, &calendars)),
        };
        epochs.take(role, outcome);
        gained += outcome.gained();
        if let Some(excess) = runner::excess(gained, &runner) {
            return Some((role, excess));
        }
    }
    epochs.runs = known.len();
    None
}

/// No changes at all, in any region.
fn nothing(program: &Program) -> Epochs {
    Epochs { calendars: vec![Calendar::default()], of_region: vec![0; program.regions.len()], ..Epochs::default() }
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
