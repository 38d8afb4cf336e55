//! From when on clauses count that say `since`, so that backfills of many dates ask few questions.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::model::Program;
use crate::sets::{PermissionId, SetId};

/// The dates that clauses say they hold since.
#[derive(Debug, Default)]
pub(super) struct Sinces {
    /// All of them, ascending.
    dates: Vec<Date>,
    /// By set of permissions: the latest of the clauses that grant it.
    latest: BTreeMap<SetId, Date>,
    /// The latest of the clauses that grant a permission, remembered.
    of_permission: FxHashMap<PermissionId, Option<Date>>,
}

impl Sinces {
    pub(super) fn new(program: &Program) -> Self {
        let mut sinces = Self::default();
        for (set, since) in program.allows.iter().filter_map(|allow| allow.since.map(|since| (allow.set, since))) {
            sinces.dates.push(since);
            let latest = sinces.latest.entry(set).or_insert(since);
            *latest = since.max(*latest);
        }
        sinces.dates.sort_unstable();
        sinces.dates.dedup();
        sinces
    }

    /// A day on which the same clauses count as on the one given; `None` where all that grant the permission do.
    pub(super) fn same_as(&mut self, program: &Program, permission: PermissionId, date: Date) -> Option<Date> {
        if self.dates.last().is_none_or(|last| *last <= date) {
            return None;
        }
        let gives = |(set, since): (&SetId, &Date)| program.sets.contains(*set, permission).then_some(*since);
        let latest = &self.latest;
        let latest = *self.of_permission.entry(permission).or_insert_with(|| latest.iter().filter_map(gives).max());
        latest.filter(|latest| date < *latest)?;
        let after = self.dates.partition_point(|since| *since <= date);
        Some(after.checked_sub(1).map_or(Date::MIN, |before| self.dates[before]))
    }
}
