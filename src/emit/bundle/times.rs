//! The compiler's calendars → the epochs of a bundle: which regions, which changes, or what one day folds into.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Extent, tables};
use crate::flatten::{Flat, Grant};
use crate::id::Id;
use crate::licenses::{self, Called, Demands};
use crate::model::{Group, Program, RegionId, RoleId};
use crate::scopes::ScopeId;
use crate::sets::SetId;
use crate::timeline::{self, Calendar, Epochs, Gain, Moment};

/// What a role gains from one backfill.
#[derive(Debug)]
pub(super) struct Change {
    /// The role's place in the bundle.
    pub(super) role: usize,
    /// The backfill's place in the program.
    pub(super) backfill: usize,
    /// Whether the day is the earliest possible one rather than an announced one.
    pub(super) estimated: bool,
    /// What, and where.
    pub(super) gains: Vec<(SetId, ScopeId)>,
    /// The licences that the role calls for from then on, if these are not the same as before.
    pub(super) licenses: Option<Called>,
}

/// A time in which nothing changes, and what changes on its first day.
#[derive(Debug, Default)]
pub(super) struct Epoch {
    pub(super) from: Option<Date>,
    /// The first day that is not in it any more.
    pub(super) until: Option<Date>,
    pub(super) changes: Vec<Change>,
}

/// Everything in a bundle that has to do with time.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// First that of the default dates, or of the only region.
    pub(super) calendars: Vec<Vec<Epoch>>,
    /// The regions with their calendars, in order of their names.
    pub(super) regions: Vec<(RegionId, usize)>,
    /// The grants of roles that have gained something by the day that the bundle is made for.
    pub(super) folded: BTreeMap<RoleId, Vec<Group>>,
    /// What each of these has gained through which backfill, by its place in the program.
    pub(super) gained: BTreeMap<RoleId, Vec<(usize, SetId, ScopeId)>>,
    /// By role of the bundle: the licences that it calls for without what changes.
    pub(super) licenses: Vec<Called>,
    /// Regions in which roles hold, or surfaces ask for, something else on that day.
    pub(super) left_out: Vec<RegionId>,
}

/// Selects the epochs of an extent; `roles` are the bundle's, in its order.
pub(super) fn select(program: &mut Program, flat: &Flat, epochs: &Epochs, extent: Extent, roles: &[RoleId]) -> Times {
    let regions: Vec<RegionId> = match extent.region {
        Some(region) => vec![region],
        None => (0..program.regions.len()).map(RegionId::new).collect(),
    };
    let mut demands = Demands::new(program);
    let mut times = match extent.as_of {
        Some(day) => fold((program, flat, epochs), extent.region, &regions, day),
        None => whole((program, flat, epochs), (extent.region, &regions), roles, &mut demands),
    };
    let at = extent.as_of.unwrap_or(Date::MIN);
    let moment = Moment { region: extent.region, at: Some(at) };
    let called = |role: &RoleId| licenses::dearest(program, demands.of_role((program, flat, epochs), *role, moment));
    times.licenses = roles.iter().map(called).collect();
    times
}

/// All epochs, with what changes in each.
fn whole(
    (program, flat, epochs): (&mut Program, &Flat, &Epochs),
    (first, regions): (Option<RegionId>, &[RegionId]),
    roles: &[RoleId],
    demands: &mut Demands,
) -> Times {
    let mut places = vec![0; program.roles.len()];
    roles.iter().enumerate().for_each(|(at, role)| places[role.index()] = at);
    let mut times = Times::default();
    let mut known: Vec<&Calendar> = Vec::new();
    for (region, calendar) in calendars(epochs, first, regions) {
        let at = known.iter().position(|other| other.gains == calendar.gains).unwrap_or_else(|| {
            known.push(calendar);
            times.calendars.push(epochs_of((program, flat), calendar, &places, demands));
            known.len() - 1
        });
        times.regions.extend(region.map(|region| (region, at)));
    }
    times
}

/// The calendar that answers without a region, then that of each region.
fn calendars<'e>(
    epochs: &'e Epochs,
    first: Option<RegionId>,
    regions: &[RegionId],
) -> impl Iterator<Item = (Option<RegionId>, &'e Calendar)> {
    let asked = std::iter::once((None, first)).chain(regions.iter().map(|region| (Some(*region), Some(*region))));
    asked.filter_map(|(listed, region)| epochs.calendar(region).map(|calendar| (listed, calendar)))
}

/// The epochs of a calendar; `places` are those of roles in the bundle.
fn epochs_of((program, flat): (&mut Program, &Flat), calendar: &Calendar, places: &[usize], demands: &mut Demands) -> Vec<Epoch> {
    let mut changes: BTreeMap<Date, Vec<Change>> = BTreeMap::new();
    for (role, gains) in &calendar.gains {
        let mut gains = gains.to_vec();
        gains.sort_by_key(|gain| (gain.date, gain.backfill, gain.scope, gain.permission));
        let mut called = demands.of_groups(program, flat.groups(*role).unwrap_or_default());
        for same in gains.chunk_by(|a, b| (a.date, a.backfill) == (b.date, b.backfill)) {
            let mut change = change(program, places[role.index()], same);
            let before = called.clone();
            demands.gain(&mut called, same);
            change.licenses = (called != before).then(|| licenses::dearest(program, called.clone()));
            changes.entry(same[0].date).or_default().push(change);
        }
    }
    let mut epochs = vec![Epoch::default()];
    for (date, mut changes) in changes {
        changes.sort_by_key(|change| (change.role, change.backfill));
        if let Some(last) = epochs.last_mut() {
            last.until = Some(date);
        }
        epochs.push(Epoch { from: Some(date), until: None, changes });
    }
    epochs
}

/// What a role gains from one backfill on one day, by scope and permission.
fn change(program: &mut Program, role: usize, gains: &[Gain]) -> Change {
    let by_scope = gains.chunk_by(|a, b| a.scope == b.scope).map(|same| {
        let mut ids: Vec<u32> = same.iter().map(|gain| gain.permission.raw()).collect();
        ids.dedup();
        (program.sets.intern(&ids), same[0].scope)
    });
    Change { role, backfill: gains[0].backfill, estimated: gains[0].estimated, gains: by_scope.collect(), licenses: None }
}

/// The one epoch that holds a day, with what was gained up to it among the grants.
fn fold(
    (program, flat, epochs): (&mut Program, &Flat, &Epochs),
    first: Option<RegionId>,
    regions: &[RegionId],
    day: Date,
) -> Times {
    let mut times = Times::default();
    let held = held(program, flat, (epochs, first), day);
    let enforced = enforced(program, first, day);
    let mut bounds: Vec<(Option<Date>, Option<Date>)> = Vec::new();
    for (region, calendar) in calendars(epochs, first, regions) {
        let differs = |region: &RegionId| {
            self::enforced(program, Some(*region), day) != enforced
                || self::held(program, flat, (epochs, Some(*region)), day) != held
        };
        if let Some(region) = region.filter(differs) {
            times.left_out.push(region);
            continue;
        }
        let mut dates = calendar.dates();
        dates.extend(starts(program, region.or(first)));
        dates.sort_unstable();
        let next = dates.partition_point(|date| *date <= day);
        let bound = (next.checked_sub(1).map(|at| dates[at]), dates.get(next).copied());
        let at = bounds.iter().position(|other| *other == bound).unwrap_or_else(|| {
            bounds.push(bound);
            bounds.len() - 1
        });
        times.regions.extend(region.map(|region| (region, at)));
    }
    times.calendars = bounds.into_iter().map(|(from, until)| vec![Epoch { from, until, changes: Vec::new() }]).collect();
    times.gained = gained(program, (epochs, first), day);
    times.folded = held.into_iter().map(|(role, grants)| (role, groups(program, grants))).collect();
    times
}

/// The days on which surfaces begin to ask for something else in a region.
fn starts(program: &Program, region: Option<RegionId>) -> impl Iterator<Item = Date> + '_ {
    let guards = program.enforcements.iter().filter(|guard| !guard.surfaces.is_empty());
    guards.filter_map(move |guard| program.start(guard, region)).map(|start| start.date)
}

/// By enforcement: whether it has begun in a region by a day.
fn enforced(program: &Program, region: Option<RegionId>, day: Date) -> Vec<bool> {
    let begun = |guard| program.start(guard, region).is_some_and(|start| start.date <= day);
    program.enforcements.iter().map(|guard| !guard.surfaces.is_empty() && begun(guard)).collect()
}

/// What roles hold that have gained something by a day.
fn held(
    program: &mut Program,
    flat: &Flat,
    (epochs, region): (&Epochs, Option<RegionId>),
    day: Date,
) -> BTreeMap<RoleId, Vec<Grant>> {
    let Some(calendar) = epochs.calendar(region) else { return BTreeMap::new() };
    let gaining = calendar.gains.iter().filter(|(_, gains)| gains.iter().any(|gain| gain.date <= day));
    let roles = gaining.map(|(role, _)| *role);
    roles.map(|role| (role, timeline::grants_with(program, flat, role, epochs.gains(role, region, Some(day))))).collect()
}

/// What roles have gained by a day, by backfill and where.
fn gained(
    program: &mut Program,
    (epochs, region): (&Epochs, Option<RegionId>),
    day: Date,
) -> BTreeMap<RoleId, Vec<(usize, SetId, ScopeId)>> {
    let mut by_role = BTreeMap::new();
    for (role, gains) in epochs.calendar(region).into_iter().flat_map(|calendar| &calendar.gains) {
        let mut gains: Vec<&Gain> = gains.iter().filter(|gain| gain.date <= day).collect();
        gains.sort_by_key(|gain| (gain.backfill, gain.scope, gain.permission));
        let same = gains.chunk_by(|a, b| (a.backfill, a.scope) == (b.backfill, b.scope));
        let gained = same.map(|same| {
            let mut ids: Vec<u32> = same.iter().map(|gain| gain.permission.raw()).collect();
            ids.dedup();
            (same[0].backfill, program.sets.intern(&ids), same[0].scope)
        });
        let mut gained: Vec<_> = gained.collect();
        gained.sort_by_cached_key(|(backfill, _, scope)| (*backfill, tables::scope_key(program, *scope)));
        if !gained.is_empty() {
            by_role.insert(*role, gained);
        }
    }
    by_role
}

/// Grants as groups of equal condition and scope.
fn groups(program: &mut Program, mut grants: Vec<Grant>) -> Vec<Group> {
    grants.sort_unstable_by_key(|grant| (grant.condition, grant.scope, grant.permission));
    let same = grants.chunk_by(|a, b| (a.condition, a.scope) == (b.condition, b.scope));
    let group = |same: &[Grant]| {
        let ids: Vec<u32> = same.iter().map(|grant| grant.permission).map(Id::raw).collect();
        Group { condition: same[0].condition, scope: same[0].scope, set: program.sets.intern(&ids) }
    };
    same.map(group).collect()
}
