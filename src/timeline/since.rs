//! From when on clauses count that say `since`, so that backfills of many dates ask few questions.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::model::Program;
use crate::sets::{PermissionId, SetId};

/// The dates that clauses say they hold since.
#[derive(Debug, Default)]
pub(super) struct Sinces {
    /// All of them, ascending.
    dates: Vec<Date>,
    /// By trigger: the latest of the clauses that grant it.
    latest: FxHashMap<PermissionId, Date>,
}

impl Sinces {
    /// Of these triggers.
    pub(super) fn new(program: &Program, triggers: &[PermissionId]) -> Self {
        let mut sinces = Self::default();
        let said = || program.allows.iter().filter_map(|allow| allow.since.map(|since| (allow.set, since)));
        let mut last: FxHashMap<SetId, Date> = FxHashMap::default();
        for (set, since) in said() {
            sinces.dates.push(since);
            let latest = last.entry(set).or_insert(since);
            *latest = since.max(*latest);
        }
        sinces.dates.sort_unstable();
        sinces.dates.dedup();
        // Each set once, in the order in which the clauses name them.
        for (set, since) in said().filter_map(|(set, _)| last.remove(&set).map(|since| (set, since))) {
            let mut note = |permission: PermissionId| {
                let latest = sinces.latest.entry(permission).or_insert(since);
                *latest = since.max(*latest);
            };
            if program.sets.len(set) < triggers.len() {
                program.sets.iter(set).for_each(note);
            } else {
                triggers.iter().copied().filter(|permission| program.sets.contains(set, *permission)).for_each(&mut note);
            }
        }
        sinces
    }

    /// Whether some clause that grants a trigger says since when.
    pub(super) fn concern(&self, trigger: PermissionId) -> bool {
        self.latest.contains_key(&trigger)
    }

    /// A day on which the same clauses count as on the one given; `None` where all that grant the trigger do.
    pub(super) fn same_as(&self, trigger: PermissionId, date: Date) -> Option<Date> {
        self.latest.get(&trigger).filter(|latest| date < **latest)?;
        let after = self.dates.partition_point(|since| *since <= date);
        Some(after.checked_sub(1).map_or(Date::MIN, |before| self.dates[before]))
    }
}
