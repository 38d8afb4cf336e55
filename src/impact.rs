//! Who loses what when an enforcement begins, what would keep it, and whom a backfill saves.
//!
//! The day before an enforcement begins is compared with its first day, in each region. Regions in which the same happens
//! on the same day are one wave.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::access::{self, Access, Given, Way};
use crate::model::{Enforcement, Holder, RegionId, Requirement, Start};
use crate::scopes::Scopes;
use crate::sets::PermissionId;
use crate::timeline::{Gain, Moment};

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The enforcement, by its place in the program.
    pub enforcement: usize,
    /// In which regions; by the default dates where there is none.
    pub places: &'q [Option<RegionId>],
    /// Of whom.
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
        self.waves.iter().any(|wave| !wave.outcome.losses.is_empty())
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
    /// What is lost, by holder.
    pub losses: Vec<Loss>,
    /// What is kept thanks to backfills, by holder.
    pub saved: Vec<Saved>,
    /// How many opened none of the surfaces before either.
    pub never: usize,
}

/// Surfaces that somebody opened the day before, and then does not, or in fewer places, or under more conditions.
#[derive(Debug, PartialEq, Eq)]
pub struct Loss {
    /// Who.
    pub holder: Holder,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Back {
    /// On which day.
    pub date: Date,
    /// Whether that is the earliest possible day.
    pub estimated: bool,
    /// The backfill, by its place in the program.
    pub backfill: usize,
}

/// Surfaces that somebody keeps only with what backfills have added.
#[derive(Debug, PartialEq, Eq)]
pub struct Saved {
    /// Who.
    pub holder: Holder,
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
            let mut judge = Judge { access, formerly: &formerly, region: places[0], start: start.date, until: question.at };
            for holder in question.holders.iter().copied() {
                judge.judge(holder, &groups, &mut outcome);
            }
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

/// Judges one region.
struct Judge<'j, 'c> {
    access: &'j mut Access<'c>,
    formerly: &'j Requirement,
    region: Option<RegionId>,
    start: Date,
    until: Option<Date>,
}

impl Judge<'_, '_> {
    fn judge(&mut self, holder: Holder, groups: &[(Requirement, Vec<usize>)], outcome: &mut Outcome) {
        let given = access::of(self.access.program, holder);
        let eve = self.start.yesterday().unwrap_or(Date::MIN);
        let before = self.access.reached(holder, &given, self.formerly, self.moment(eve));
        let unborn = matches!(holder, Holder::Role(role, _) if !self.access.program.existed(role, eve));
        if before.is_empty() || unborn {
            outcome.never += 1;
            return;
        }
        for (asked, surfaces) in groups {
            let untouched = self.access.reached(holder, &given, asked, self.moment(Date::MIN));
            if self.covers(&untouched, &before) {
                continue;
            }
            let left = self.access.reached(holder, &given, asked, self.moment(self.start));
            if self.covers(&left, &before) {
                let backfills = self.gains(&given, asked).into_iter().filter(|gain| gain.date <= self.start);
                let backfills: BTreeSet<usize> = backfills.map(|gain| gain.backfill).collect();
                let backfills = backfills.into_iter().collect();
                outcome.saved.push(Saved { holder, surfaces: surfaces.clone(), backfills });
                continue;
            }
            let back = self.back(holder, &given, asked, &before);
            if self.until.is_some() && back.is_some() {
                continue;
            }
            let (missing, any) = self.missing(holder, &given, asked, &before);
            outcome.losses.push(Loss { holder, surfaces: surfaces.clone(), left, missing, any, back });
        }
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
