//! What happens when: the days of backfills and enforcements, in one region or in all.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Certainty, Program, RegionId, RoleId, Start};
use crate::timeline::Epochs;

/// Something that happens on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A backfill, by its place in the program.
    Backfill(usize),
    /// From now on an organisation may opt in to an enforcement, by its place in the program.
    Grace(usize),
    /// An enforcement begins, by its place in the program.
    Enforcement(usize),
    /// An enforcement begins also for those who have not opted in, by its place in the program.
    GraceEnd(usize),
}

/// What happens on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The day, and how sure it is.
    pub day: Start,
    /// What happens.
    pub what: What,
    /// How many roles gain something, or how many surfaces are guarded.
    pub count: usize,
    /// Whether the sources say already what it adds.
    pub done: bool,
}

/// What happens in a region.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// In order of time.
    pub entries: Vec<Entry>,
    /// What has no day there.
    pub undated: Vec<What>,
}

/// The days on which regions differ.
#[derive(Debug, Default)]
pub struct Table {
    /// What has another day in some region than by default.
    pub columns: Vec<What>,
    /// Days, one a column, and the regions that have them; regions that have none of their own are left out.
    pub rows: Vec<(Vec<Option<Start>>, Vec<RegionId>)>,
}

/// What happens in a region, or by the default dates.
#[must_use]
pub fn agenda(program: &Program, epochs: &Epochs, region: Option<RegionId>) -> Agenda {
    let mut agenda = Agenda::default();
    for what in all(program) {
        let (count, done) = match what {
            What::Backfill(at) => (gaining(epochs, at, region), program.backfills[at].done.is_some()),
            What::Grace(at) | What::Enforcement(at) | What::GraceEnd(at) => (program.enforcements[at].surfaces.len(), false),
        };
        match (day(program, what, region), what) {
            (Some(day), _) => agenda.entries.push(Entry { day, what, count, done }),
            (None, What::Backfill(_) | What::Enforcement(_)) => agenda.undated.push(what),
            (None, What::Grace(_) | What::GraceEnd(_)) => {}
        }
    }
    agenda.entries.sort_by_key(|entry| (entry.day.date, entry.what));
    agenda
}

/// How many roles gain something from a backfill in a region.
fn gaining(epochs: &Epochs, backfill: usize, region: Option<RegionId>) -> usize {
    let gains = epochs.calendar(region).into_iter().flat_map(|calendar| &calendar.gains);
    let roles: BTreeSet<RoleId> =
        gains.filter(|(_, gains)| gains.iter().any(|gain| gain.backfill == backfill)).map(|(role, _)| *role).collect();
    roles.len()
}

/// Everything that may happen. Backfills that the organisation has switched off do not.
fn all(program: &Program) -> Vec<What> {
    let performed = |at: &usize| {
        let backfill = &program.backfills[*at];
        !backfill.faulty && (!backfill.optional || program.organisation.role_backfill)
    };
    let backfills = (0..program.backfills.len()).filter(performed).map(What::Backfill);
    let sound = (0..program.enforcements.len()).filter(|at| !program.enforcements[*at].faulty);
    backfills.chain(sound.flat_map(|at| [What::Grace(at), What::Enforcement(at), What::GraceEnd(at)])).collect()
}

fn day(program: &Program, what: What, region: Option<RegionId>) -> Option<Start> {
    match what {
        What::Backfill(at) => program.backfills[at].day(region).map(Start::from),
        What::Grace(at) => program.enforcements[at].grace.map(Start::from),
        What::Enforcement(at) => program.start(&program.enforcements[at], region),
        What::GraceEnd(at) => {
            let enforcement = &program.enforcements[at];
            let opted = program.start(enforcement, region).is_some_and(|start| start.certainty == Certainty::OptedIn);
            enforcement.written(region).filter(|_| opted).map(Start::from)
        }
    }
}

/// The days on which regions differ from the default ones.
#[must_use]
pub fn table(program: &Program) -> Table {
    let regions: Vec<RegionId> = (0..program.regions.len()).map(RegionId::new).collect();
    let mut columns = all(program);
    columns.retain(|what| {
        let default = day(program, *what, None);
        regions.iter().any(|region| day(program, *what, Some(*region)) != default)
    });
    let days = |region| columns.iter().map(|what| day(program, *what, region)).collect::<Vec<_>>();
    let default = days(None);
    let mut rows: BTreeMap<Vec<Option<Start>>, Vec<RegionId>> = BTreeMap::new();
    for region in regions {
        let own = days(Some(region));
        if own != default {
            rows.entry(own).or_default().push(region);
        }
    }
    Table { rows: rows.into_iter().collect(), columns }
}
