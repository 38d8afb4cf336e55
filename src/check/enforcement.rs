//! Enforcements that come too early, that a backfill does not prepare, or that take something from roles; and topics by
//! which a role watches any user.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rayon::prelude::*;

use super::Stages;
use crate::diagnostic::{Code, Sink, words};
use crate::limits;
use crate::model::{Backfill, Certainty, Day, Enforcement, Program, RegionId, Requirement, RoleId, RoleKind, Start, SurfaceKind};
use crate::sets::PermissionId;
use crate::span::Span;
use crate::timeline::Moment;

pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let program = stages.program;
    for enforcement in program.enforcements.iter().filter(|enforcement| !enforcement.faulty) {
        if let Some(backfill) = enforcement.after.map(|at| &program.backfills[at]).filter(|backfill| !backfill.faulty) {
            early(program, enforcement, backfill, sink);
            early_by_choice(program, enforcement, backfill, sink);
            unprepared(program, enforcement, backfill, sink);
        }
        undated(program, enforcement, sink);
        lost(stages, enforcement, sink);
    }
}

/// The days that are written and come before those of the backfill.
fn early(program: &Program, enforcement: &Enforcement, backfill: &Backfill, sink: &mut Sink) {
    let default = enforcement.default_day.map(|day| (None, day, enforcement.day_spans[0]));
    let regions = enforcement.region_days.iter().zip(&enforcement.day_spans[1..]);
    let regions = regions.map(|((region, day), place)| (Some(*region), *day, *place));
    for (region, day, place) in default.into_iter().chain(regions) {
        let Some(first) = backfill.day(region).filter(|first| day.date < first.date) else { continue };
        let name = region.map(|region| &*program.regions[region.index()]);
        sink.report(words::enforcement::before_backfill(
            (&enforcement.name, name),
            (day.date, day.estimated, place),
            &backfill.name,
            (first.date, first.estimated, backfill.day_span(region)),
        ));
    }
}

/// The day that the manifest opts in with, where it comes before that of the backfill: one line there, so one finding.
fn early_by_choice(program: &Program, enforcement: &Enforcement, backfill: &Backfill, sink: &mut Sink) {
    let is_early = |place: &Option<RegionId>| {
        let start = program.start(enforcement, *place).filter(|start| start.certainty == Certainty::OptedIn)?;
        let first = backfill.day(*place).filter(|first| start.date < first.date)?;
        Some((*place, start.date, first))
    };
    let early: Vec<(Option<RegionId>, Date, Day)> = program.places().iter().filter_map(is_early).collect();
    let Some((place, opted, first)) = early.iter().rev().max_by_key(|(_, _, first)| first.date) else { return };
    let regions: Vec<&str> =
        early.iter().map(|(place, ..)| place.map_or("other regions", |region| &*program.regions[region.index()])).collect();
    sink.report(words::enforcement::opted_in_before_backfill(
        (&enforcement.name, enforcement.name_span),
        (*opted, if program.regions.is_empty() { &[] } else { &regions }),
        &backfill.name,
        (first.date, first.estimated, backfill.day_span(*place)),
    ));
}

/// The surfaces that ask for what the backfill does not add.
fn unprepared(program: &Program, enforcement: &Enforcement, backfill: &Backfill, sink: &mut Sink) {
    let formerly: &[PermissionId] = match &enforcement.formerly {
        Requirement::All(permissions) => permissions,
        Requirement::Any(permissions) if permissions.len() == 1 => permissions,
        _ => &[],
    };
    let kept =
        |permission: &PermissionId| program.sets.contains(backfill.additions, *permission) || formerly.contains(permission);
    let begins = begins(program, enforcement);
    for surface in enforcement.surfaces.iter().map(|at| &program.surfaces[*at]) {
        let (missing, any): (Vec<PermissionId>, bool) = match &surface.requirement {
            Requirement::Any(permissions) if !permissions.iter().any(kept) => (permissions.clone(), true),
            Requirement::All(permissions) => (permissions.iter().copied().filter(|one| !kept(one)).collect(), false),
            _ => continue,
        };
        if missing.is_empty() {
            continue;
        }
        let missing: Vec<&str> = missing.iter().map(|id| program.catalog.name(*id)).collect();
        sink.report(words::enforcement::not_backfilled(
            (&enforcement.name, enforcement.name_span, &begins),
            &backfill.name,
            (&surface.title(), surface.span),
            (&missing, any),
        ));
    }
}

/// The regions in which nothing is known of when it begins.
fn undated(program: &Program, enforcement: &Enforcement, sink: &mut Sink) {
    let regions = (0..program.regions.len()).map(RegionId::new);
    let undated: Vec<String> = regions
        .filter(|region| program.start(enforcement, Some(*region)).is_none())
        .map(|region| program.regions[region.index()].to_string())
        .collect();
    if !undated.is_empty() {
        sink.report(words::enforcement::undated_regions(&enforcement.name, enforcement.name_span, &undated));
    }
}

/// When it begins, in words, with how sure that is.
fn begins(program: &Program, enforcement: &Enforcement) -> String {
    let starts = program.places().into_iter().filter_map(|place| Some((place, program.start(enforcement, place)?)));
    let starts: Vec<(Option<RegionId>, Start)> = starts.collect();
    let dates: BTreeSet<Date> = starts.iter().map(|(_, start)| start.date).collect();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return "from a day that is not known yet".to_owned() };
    let days = if first == last { format!("from {first}") } else { format!("from {first} to {last}, region by region") };
    let words = [Certainty::Estimated, Certainty::NotAnnounced, Certainty::OptedIn].into_iter().filter_map(|certainty| {
        let such = starts.iter().filter(|(_, start)| start.certainty == certainty);
        let places: Vec<&str> =
            such.map(|(place, _)| place.map_or("other regions", |region| &*program.regions[region.index()])).collect();
        match certainty.word()? {
            _ if places.is_empty() => None,
            word if places.len() == starts.len() => Some(word.to_owned()),
            word => Some(format!("{word} in {}", words::some_of(&places, 3))),
        }
    });
    std::iter::once(days).chain(words).collect::<Vec<_>>().join(", ")
}

/// Counts the roles that open a guarded surface the day before it is enforced, and not from then on, in some region.
fn lost(stages: Stages<'_>, enforcement: &Enforcement, sink: &mut Sink) {
    let Stages { program, flat, epochs, .. } = stages;
    let (mut known, mut moments) = (BTreeSet::new(), Vec::new());
    for region in program.places() {
        let Some(start) = program.start(enforcement, region) else { continue };
        let calendar = region.and_then(|region| epochs.of_region.get(region.index()).copied()).unwrap_or(0);
        let on = Moment { region, at: Some(start.date) };
        if known.insert((calendar, start.date)) {
            moments.push((Moment { region, at: start.date.yesterday().ok() }, on));
        }
    }
    let roles: Vec<RoleId> = program.named_roles().into_iter().filter(|role| flat.is_flat(*role)).collect();
    let parts = roles.par_chunks(256).map(|roles| {
        let (mut losing, mut surfaces) = (0, BTreeSet::new());
        for role in roles {
            let taken = taken(stages, enforcement, &moments, *role);
            losing += usize::from(!taken.is_empty());
            surfaces.extend(taken);
        }
        (losing, surfaces)
    });
    let (roles, surfaces) = parts.reduce(Default::default, |(roles, mut surfaces), (more_roles, more_surfaces)| {
        surfaces.extend(more_surfaces);
        (roles + more_roles, surfaces)
    });
    if roles > 0 {
        let begins = begins(program, enforcement);
        let named = (&*enforcement.name, enforcement.name_span, begins.as_str());
        sink.report(words::enforcement::loss(named, roles, (surfaces.len(), enforcement.surfaces.len())));
    }
}

/// The surfaces that a role loses from one of these days on; each stands with the day before.
fn taken(stages: Stages<'_>, enforcement: &Enforcement, moments: &[(Moment, Moment)], role: RoleId) -> BTreeSet<usize> {
    let Stages { program, epochs, .. } = stages;
    let asked = |at: &usize| &program.surfaces[*at].requirement;
    // Whatever the day, what the role itself holds opens the others.
    let closed: Vec<usize> = enforcement.surfaces.iter().copied().filter(|at| !opens(stages, role, asked(at), None)).collect();
    let mut taken = BTreeSet::new();
    for (before, on) in moments {
        let existed = before.at.is_none_or(|eve| program.existed(role, eve));
        if taken.len() == closed.len() || !existed || !opens(stages, role, &enforcement.formerly, Some(*before)) {
            continue;
        }
        if epochs.gains(role, on.region, on.at).next().is_none() {
            taken.extend(&closed);
        } else {
            taken.extend(closed.iter().filter(|at| !opens(stages, role, asked(at), Some(*on))));
        }
    }
    taken
}

/// Whether a role holds what is asked for, wherever and under whatever condition: by itself, or at a moment with what
/// backfills gave it by then. What nobody knows is taken for open.
fn opens(stages: Stages<'_>, role: RoleId, asked: &Requirement, moment: Option<Moment>) -> bool {
    let Stages { program, flat, epochs, .. } = stages;
    let holds = |permission: &PermissionId| {
        flat.holds(program, role, *permission) || moment.is_some_and(|moment| epochs.gained(role, *permission, moment).is_some())
    };
    match asked {
        Requirement::Any(permissions) => permissions.iter().any(holds),
        Requirement::All(permissions) => permissions.iter().all(holds),
        Requirement::Open | Requirement::Unstated => true,
    }
}

/// The topics about users that ask for permissions: whoever holds those may take in any user's.
pub(super) struct Watching<'p> {
    stages: Stages<'p>,
    topics: Vec<usize>,
}

impl<'p> Watching<'p> {
    pub(super) fn new(stages: Stages<'p>) -> Self {
        let is_watched = |at: &usize| {
            let surface = &stages.program.surfaces[*at];
            let asks = matches!(surface.requirement, Requirement::Any(_) | Requirement::All(_));
            asks && surface.kind == SurfaceKind::Topic && is_of_a_user(&surface.name)
        };
        Self { stages, topics: (0..stages.program.surfaces.len()).filter(is_watched).collect() }
    }

    /// Says which of the organisation's own roles open some of these; past a bound they are only counted, but for those that
    /// answer for it.
    pub(super) fn check(&self, roles: &[RoleId], sink: &mut Sink) {
        let program = self.stages.program;
        let answering: BTreeSet<Span> = program
            .allowed_findings
            .iter()
            .filter(|allowed| allowed.code == Code::WatchesAnyUser)
            .map(|allowed| allowed.declaration)
            .collect();
        let found: Vec<(RoleId, Vec<&str>)> = roles.par_iter().filter_map(|role| Some((*role, self.watched(*role)?))).collect();
        let (mut told, mut more) = (0, 0);
        for (role, topics) in found {
            let judged = program.role(role);
            if answering.contains(&judged.span) || told < limits::WATCHERS {
                told += usize::from(!answering.contains(&judged.span));
                sink.report(words::enforcement::watches_any_user(&judged.name, judged.name_span, &topics));
            } else {
                more += 1;
            }
        }
        if more > 0 {
            sink.report(words::enforcement::more_watch_any_user(more));
        }
    }

    /// Which of these a role opens, unless it inherits all of that from another one of the organisation's own.
    fn watched(&self, role: RoleId) -> Option<Vec<&'p str>> {
        let program = self.stages.program;
        let judged = program.role(role);
        if judged.kind != RoleKind::Custom || judged.faulty {
            return None;
        }
        let opened = |role| {
            let surfaces = self.topics.iter().map(|at| &program.surfaces[*at]);
            let opened = surfaces.filter(|topic| opens(self.stages, role, &topic.requirement, None));
            opened.map(|topic| &*topic.name).collect::<Vec<&str>>()
        };
        let topics = opened(role);
        let parents = program.parents(role).iter().map(|parent| parent.role);
        let mut own = parents.filter(|parent| program.role(*parent).kind == RoleKind::Custom).map(opened);
        let inherits = topics.is_empty() || own.any(|inherited| topics.iter().all(|topic| inherited.contains(topic)));
        (!inherits).then_some(topics)
    }
}

/// Whether a topic is about one user, whose id is a parameter: `v2.users.{id}.…`.
fn is_of_a_user(topic: &str) -> bool {
    let parts: Vec<&str> = topic.split('.').collect();
    parts.windows(2).any(|pair| pair[0] == "users" && pair[1].starts_with('{'))
}
