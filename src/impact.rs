//! Who loses what when an enforcement begins, what would keep it, and whom a backfill saves.
//!
//! The day before an enforcement begins is compared with its first day, in each region. Regions in which the same happens
//! on the same day are one wave.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::access::{self, Access, Given, Through, Way};
use crate::model::{Enforcement, Holder, Program, RegionId, Requirement, RoleId, Start};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::timeline::{Gain, Moment};

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The enforcement, by its place in the program.
    pub enforcement: usize,
    /// In which regions; by the default dates where there is none.
    pub places: &'q [Option<RegionId>],
    /// Of whom; in this order they are named.
    pub holders: &'q [Holder],
    /// What is lost on this day; without one, on whatever day.
    pub at: Option<Date>,
}

/// What an enforcement does.
#[derive(Debug)]
pub struct Impact {
    /// The enforcement, by its place in the program.
    pub enforcement: usize,
    /// How many of its surfaces stay open to anybody.
    pub open: usize,
    /// Of how many of its surfaces no source says what they ask for.
    pub unstated: usize,
    /// What happens, in order of time.
    pub waves: Vec<Wave>,
}

impl Impact {
    /// Whether anybody loses something.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.waves.iter().any(|wave| !wave.outcome.losing.is_empty())
    }
}

/// What happens in some regions on one day.
#[derive(Debug)]
pub struct Wave {
    /// The first day, where one is known.
    pub start: Option<Start>,
    /// The regions, in order; `None` stands for all others.
    pub places: Vec<Option<RegionId>>,
    /// Whether it has begun on the day asked about.
    pub begun: bool,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of an enforcement in a region.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is lost; those who lose the same stand together.
    pub losing: Vec<Alike<Loss>>,
    /// What is kept thanks to backfills; those who keep the same stand together.
    pub keeping: Vec<Alike<Saved>>,
    /// Who opened none of the surfaces before either.
    pub never: Holders,
}

/// Those to whom the same happens.
#[derive(Debug, PartialEq, Eq)]
pub struct Alike<T> {
    /// Who.
    pub holders: Vec<Holder>,
    /// What happens to each.
    pub what: Vec<T>,
}

/// How many of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Holders {
    /// Roles, as if somebody had each of them and nothing else.
    pub roles: usize,
    /// Groups.
    pub groups: usize,
    /// Users.
    pub users: usize,
}

impl Holders {
    /// Counts one.
    pub fn add(&mut self, holder: Holder) {
        match holder {
            Holder::Role(..) => self.roles += 1,
            Holder::Group(_) => self.groups += 1,
            Holder::User(_) => self.users += 1,
        }
    }

    /// How many there are of all kinds.
    #[must_use]
    pub const fn total(self) -> usize {
        self.roles + self.groups + self.users
    }
}

/// Surfaces that somebody opened the day before, and then does not, or in fewer places, or under more conditions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Loss {
    /// The surfaces, by their places in the program; they ask for the same.
    pub surfaces: Vec<usize>,
    /// What is left of it; nothing as a rule.
    pub left: Vec<Way>,
    /// What would keep it.
    pub missing: Vec<PermissionId>,
    /// Whether any one of these would.
    pub any: bool,
    /// When a backfill gives it back, if one does.
    pub back: Option<Back>,
}

/// A backfill that comes after the day on which something is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Back {
    /// On which day.
    pub date: Date,
    /// Whether that is the earliest possible day.
    pub estimated: bool,
    /// The backfill, by its place in the program.
    pub backfill: usize,
}

/// Surfaces that somebody keeps only with what backfills have added.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Saved {
    /// The surfaces, by their places in the program; they ask for the same.
    pub surfaces: Vec<usize>,
    /// The backfills, by their places in the program.
    pub backfills: Vec<usize>,
}

/// Works out what an enforcement does to some people.
#[must_use]
pub fn impact(access: &mut Access<'_>, question: Question<'_>) -> Impact {
    let enforcement = &access.program.enforcements[question.enforcement];
    let count = |wanted: &Requirement| {
        let surfaces = enforcement.surfaces.iter().map(|at| &access.program.surfaces[*at].requirement);
        surfaces.filter(|requirement| *requirement == wanted).count()
    };
    let (open, unstated) = (count(&Requirement::Open), count(&Requirement::Unstated));
    let mut days: BTreeMap<(Option<Start>, usize), Vec<Option<RegionId>>> = BTreeMap::new();
    for place in question.places.iter().copied() {
        let calendar = place.and_then(|region| access.epochs.of_region.get(region.index()).copied()).unwrap_or(0);
        days.entry((access.program.start(enforcement, place), calendar)).or_default().push(place);
    }
    let groups = by_requirement(access, enforcement);
    let formerly = enforcement.formerly.clone();
    let mut waves: Vec<Wave> = Vec::new();
    for ((start, _), places) in days {
        let begun = start.is_some_and(|start| question.at.is_none_or(|at| start.date <= at));
        let mut outcome = Outcome::default();
        if let (Some(start), true) = (start, begun) {
            let (region, start, until) = (places[0], start.date, question.at);
            let mut judge = Judge { access, formerly: &formerly, groups: &groups, region, start, until };
            outcome = judge.all(question.holders);
        }
        match waves.iter_mut().find(|wave| wave.start == start && wave.outcome == outcome) {
            Some(wave) => wave.places.extend(places),
            None => waves.push(Wave { start, places, begun, outcome }),
        }
    }
    for wave in &mut waves {
        wave.places.sort_unstable();
    }
    // What has no day comes last.
    waves.sort_by_key(|wave| (wave.start.is_none(), wave.start, wave.places.first().copied()));
    Impact { enforcement: question.enforcement, open, unstated, waves }
}

/// The surfaces that ask for permissions, those that ask for the same together.
fn by_requirement(access: &Access<'_>, enforcement: &Enforcement) -> Vec<(Requirement, Vec<usize>)> {
    let mut groups: BTreeMap<(bool, Vec<PermissionId>), Vec<usize>> = BTreeMap::new();
    for at in enforcement.surfaces.iter().copied() {
        let (all, permissions) = match &access.program.surfaces[at].requirement {
            Requirement::Any(permissions) => (false, permissions),
            Requirement::All(permissions) => (true, permissions),
            Requirement::Open | Requirement::Unstated => continue,
        };
        let mut permissions = permissions.clone();
        permissions.sort_unstable();
        permissions.dedup();
        groups.entry((all, permissions)).or_default().push(at);
    }
    let mut groups: Vec<(Requirement, Vec<usize>)> = groups
        .into_iter()
        .map(|((all, names), surfaces)| (if all { Requirement::All(names) } else { Requirement::Any(names) }, surfaces))
        .collect();
    groups.sort_by(|a, b| a.1.cmp(&b.1));
    groups
}

/// What becomes of somebody.
#[derive(Debug, Default)]
struct Fate {
    losses: Vec<Loss>,
    saved: Vec<Saved>,
    never: bool,
}

/// What somebody's access depends on: those who have the same roles in the same divisions hold the same.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Standing {
    /// The roles and where, in order.
    roles: Vec<(RoleId, ScopeId)>,
    /// Whether applications that nobody configured are open.
    is_user: bool,
    /// A role, or a user with an old option, for whom not all roles count everywhere: nobody else is like these.
    alone: Option<Holder>,
}

impl Standing {
    fn new(holder: Holder, given: &[Given]) -> Self {
        let mut roles: Vec<(RoleId, ScopeId)> = given.iter().map(|given| (given.role, given.scope)).collect();
        roles.sort_unstable();
        roles.dedup();
        let has_option = given.iter().any(|given| matches!(given.through, Through::OldOption(_)));
        let is_alone = has_option || matches!(holder, Holder::Role(..));
        Self { roles, is_user: matches!(holder, Holder::User(_)), alone: is_alone.then_some(holder) }
    }
}

/// Joins those to whom the same happens, in order of the first of them.
fn join<T: Clone + Eq + Hash>(fates: &[(Vec<Holder>, Fate)], what: impl Fn(&Fate) -> &[T]) -> Vec<Alike<T>> {
    let mut places: FxHashMap<&[T], usize> = FxHashMap::default();
    let mut alike: Vec<Alike<T>> = Vec::new();
    for (holders, fate) in fates.iter().filter(|(_, fate)| !what(fate).is_empty()) {
        let next = alike.len();
        match *places.entry(what(fate)).or_insert(next) {
            at if at == next => alike.push(Alike { holders: holders.clone(), what: what(fate).to_vec() }),
            at => alike[at].holders.extend(holders),
        }
    }
    alike
}

/// Judges one region.
struct Judge<'j, 'c> {
    access: &'j mut Access<'c>,
    formerly: &'j Requirement,
    groups: &'j [(Requirement, Vec<usize>)],
    region: Option<RegionId>,
    start: Date,
    until: Option<Date>,
}

impl Judge<'_, '_> {
    /// Judges everybody; once for all who have the same roles.
    fn all(&mut self, holders: &[Holder]) -> Outcome {
        let mut places: FxHashMap<Standing, usize> = FxHashMap::default();
        let mut fates: Vec<(Vec<Holder>, Fate)> = Vec::new();
        let mut never = Holders::default();
        for holder in holders.iter().copied() {
            let given = access::of(self.access.program, holder);
            let next = fates.len();
            let at = *places.entry(Standing::new(holder, &given)).or_insert(next);
            if at == next {
                fates.push((Vec::new(), self.judge(holder, &given)));
            }
            if fates[at].1.never {
                never.add(holder);
            } else {
                fates[at].0.push(holder);
            }
        }
        let order: FxHashMap<Holder, usize> = holders.iter().enumerate().map(|(at, holder)| (*holder, at)).collect();
        let mut outcome = Outcome { losing: join(&fates, |fate| &fate.losses), keeping: join(&fates, |fate| &fate.saved), never };
        outcome.losing.iter_mut().for_each(|alike| alike.holders.sort_unstable_by_key(|holder| order[holder]));
        outcome.keeping.iter_mut().for_each(|alike| alike.holders.sort_unstable_by_key(|holder| order[holder]));
        outcome
    }

    fn judge(&mut self, holder: Holder, given: &[Given]) -> Fate {
        let mut fate = Fate::default();
        let eve = self.start.yesterday().unwrap_or(Date::MIN);
        // Nobody had a role before it was created.
        let program = &*self.access.program;
        let earlier: Vec<Given> = given.iter().filter(|given| program.existed(given.role, eve)).copied().collect();
        let before = self.access.reached(holder, &earlier, self.formerly, self.moment(eve));
        if before.is_empty() || matches!(holder, Holder::Role(..)) && earlier.is_empty() {
            return Fate { never: true, ..fate };
        }
        for (asked, surfaces) in self.groups {
            let untouched = self.access.reached(holder, given, asked, self.moment(Date::MIN));
            if self.covers(&untouched, &before) {
                continue;
            }
            let surfaces = surfaces.clone();
            let left = self.access.reached(holder, given, asked, self.moment(self.start));
            if self.covers(&left, &before) {
                let gains = self.gains(given, asked).into_iter().filter(|gain| gain.date <= self.start);
                let backfills: BTreeSet<usize> = gains.map(|gain| gain.backfill).collect();
                fate.saved.push(Saved { surfaces, backfills: backfills.into_iter().collect() });
                continue;
            }
            let back = self.back(holder, given, asked, &before);
            if self.until.is_some() && back.is_some() {
                continue;
            }
            let (missing, any) = self.missing(holder, given, asked, &before);
            fate.losses.push(Loss { surfaces, left, missing, any, back });
        }
        fate
    }

    fn moment(&self, date: Date) -> Moment {
        Moment { region: self.region, at: Some(date) }
    }

    /// Whether some ways lead wherever others do.
    fn covers(&self, wide: &[Way], narrow: &[Way]) -> bool {
        let crate::model::Program { scopes, conditions, .. } = &*self.access.program;
        let fits = |way: &Way, wide: &Way| {
            scopes.is_within(way.scope, wide.scope) && conditions.is_weaker(wide.condition, way.condition)
        };
        narrow.iter().all(|way| wide.iter().any(|wide| fits(way, wide)))
    }

    /// What roles gain of what is asked for, up to the day asked about, in order of time.
    fn gains(&self, given: &[Given], asked: &Requirement) -> Vec<Gain> {
        let (Requirement::Any(permissions) | Requirement::All(permissions)) = asked else { return Vec::new() };
        let gains = given.iter().flat_map(|given| self.access.epochs.gains(given.role, self.region, self.until));
        let mut gains: Vec<Gain> = gains.filter(|gain| permissions.contains(&gain.permission)).copied().collect();
        gains.sort_by_key(|gain| (gain.date, gain.backfill));
        gains
    }

    /// The backfill that gives back what was lost.
    fn back(&mut self, holder: Holder, given: &[Given], asked: &Requirement, before: &[Way]) -> Option<Back> {
        let later = self.gains(given, asked).into_iter().filter(|gain| gain.date > self.start);
        for gain in later.collect::<Vec<_>>() {
            let then = self.access.reached(holder, given, asked, self.moment(gain.date));
            if self.covers(&then, before) {
                return Some(Back { date: gain.date, estimated: gain.estimated, backfill: gain.backfill });
            }
        }
        None
    }

    /// The permissions that would keep what is lost, and whether any one of them would.
    fn missing(&mut self, holder: Holder, given: &[Given], asked: &Requirement, before: &[Way]) -> (Vec<PermissionId>, bool) {
        match asked {
            Requirement::Any(permissions) => (permissions.clone(), true),
            Requirement::All(permissions) => {
                let moment = self.moment(self.start);
                let mut missing = permissions.clone();
                missing.retain(|permission| {
                    let held = self.access.held(holder, given, *permission, moment);
                    !self.covers(&held, before)
                });
                // Each alone may reach far enough, and not where the others do.
                (if missing.is_empty() { permissions.clone() } else { missing }, false)
            }
            Requirement::Open | Requirement::Unstated => (Vec::new(), true),
        }
    }
}

/// All roles that mean something, as if somebody had each of them and nothing else.
#[must_use]
pub fn roles(access: &Access<'_>) -> Vec<Holder> {
    let roles = access.program.named_roles().into_iter().filter(|role| access.flat.is_flat(*role));
    roles.map(|role| Holder::Role(role, Scopes::all())).collect()
}

/// The groups and users who have a role, in whatever way.
#[must_use]
pub fn having(program: &Program, role: RoleId) -> Vec<Holder> {
    let has = |holder: &Holder| access::of(program, *holder).iter().any(|given| given.role == role);
    program.subjects.everybody().filter(has).collect()
}
