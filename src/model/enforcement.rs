//! Enforcements: from when on surfaces ask for their own permissions.

use jiff::civil::Date;

use super::{Backfill, Day, Program, RegionId, Requirement};
use crate::span::Span;

/// What begins to be enforced.
#[derive(Debug)]
pub struct Enforcement {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// The surfaces that it guards, by their places in the program, ascending.
    pub surfaces: Vec<usize>,
    /// The backfill that it waits for, by its place in the program.
    pub after: Option<usize>,
    /// What opens the surfaces until then.
    pub formerly: Requirement,
    /// Its day where a region has none of its own; of one with a grace period, the end of that.
    pub default_day: Option<Day>,
    /// The days of regions.
    pub region_days: Vec<(RegionId, Day)>,
    /// From when on an organisation may opt in.
    pub grace: Option<Day>,
    /// Where its days are written: the default one's, or its name without one, then those of regions in their order.
    pub day_spans: Vec<Span>,
    /// Whether an error was reported in it.
    pub faulty: bool,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}

/// How sure a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Somebody has announced it.
    Announced,
    /// It is the earliest possible day.
    Estimated,
    /// Nobody has announced it for this region: it follows from the backfill's day there.
    NotAnnounced,
    /// The organisation has opted in during the grace period.
    OptedIn,
}

impl Certainty {
    /// The word for it in output; none for what is announced.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Announced => None,
            Self::Estimated => Some("estimated"),
            Self::NotAnnounced => Some("not announced"),
            Self::OptedIn => Some("opted in"),
        }
    }

    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Estimated => "estimated",
            Self::NotAnnounced => "not-announced",
            Self::OptedIn => "opted-in",
        }
    }
}

/// From when on something is enforced in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    /// The first day.
    pub date: Date,
    /// How sure that is.
    pub certainty: Certainty,
}

impl From<Day> for Start {
    fn from(day: Day) -> Self {
        let certainty = if day.estimated { Certainty::Estimated } else { Certainty::Announced };
        Self { date: day.date, certainty }
    }
}

impl Enforcement {
    /// The day that is written for a region, or by default.
    #[must_use]
    pub fn written(&self, region: Option<RegionId>) -> Option<Day> {
        self.own(region).or(self.default_day)
    }

    /// The day that is written for just this region.
    #[must_use]
    pub fn own(&self, region: Option<RegionId>) -> Option<Day> {
        let own = region.and_then(|region| self.region_days.iter().find(|(own, _)| *own == region));
        own.map(|(_, day)| *day)
    }

    /// The region's own day of the backfill that it waits for.
    fn backfill_day(&self, backfills: &[Backfill], region: Option<RegionId>) -> Option<Day> {
        let region = region?;
        let backfill = &backfills[self.after?];
        backfill.region_days.iter().find(|(own, _)| *own == region).map(|(_, day)| *day)
    }
}

impl Program {
    /// Where something can begin: the organisation's regions, and where it lists none, anywhere else too.
    #[must_use]
    pub fn places(&self) -> Vec<Option<RegionId>> {
        let elsewhere = self.organisation.regions.is_empty().then_some(None);
        elsewhere.into_iter().chain((0..self.regions.len()).map(|at| Some(RegionId::new(at)))).collect()
    }

    /// From when on an enforcement holds in a region, or by the default dates; `None` if no day is known.
    ///
    /// A region with a backfill of its own and no enforcement of its own is enforced on the later of the two days.
    #[must_use]
    pub fn start(&self, enforcement: &Enforcement, region: Option<RegionId>) -> Option<Start> {
        if let Some(opted) = self.opted_in(enforcement, region) {
            return Some(Start { date: opted, certainty: Certainty::OptedIn });
        }
        let written = enforcement.written(region).map(Start::from);
        if enforcement.own(region).is_some() {
            return written;
        }
        match (enforcement.backfill_day(&self.backfills, region), written) {
            (Some(backfill), written) => {
                let date = written.map_or(backfill.date, |written| written.date.max(backfill.date));
                Some(Start { date, certainty: Certainty::NotAnnounced })
            }
            (None, written) => written,
        }
    }

    /// The day on which the organisation opts in, where that comes before the end of the grace period.
    fn opted_in(&self, enforcement: &Enforcement, region: Option<RegionId>) -> Option<Date> {
        let wish = *self.organisation.opt_ins.get(&*enforcement.name)?;
        let opted = wish.max(enforcement.grace?.date);
        enforcement.written(region).is_none_or(|until| opted < until.date).then_some(opted)
    }

    /// The enforcement that guards a surface.
    #[must_use]
    pub fn guard(&self, surface: usize) -> Option<&Enforcement> {
        self.surfaces[surface].guard.map(|guard| &self.enforcements[guard])
    }

    /// What a surface asks for in a region on a day; after everything that is known without a day.
    #[must_use]
    pub fn asked(&self, surface: usize, region: Option<RegionId>, at: Option<Date>) -> &Requirement {
        let own = &self.surfaces[surface].requirement;
        let Some(guard) = self.guard(surface) else { return own };
        let start = self.start(guard, region);
        let enforced = start.is_some_and(|start| at.is_none_or(|at| start.date <= at));
        if enforced { own } else { &guard.formerly }
    }
}
