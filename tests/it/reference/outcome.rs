//! What comes of the later chapters, in a form that the compiler's results can be brought into.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::access::{Holder, held, of_role, permissions, reached};
use crate::reference::grants::printed;
use crate::reference::must_hold::days;
use crate::reference::scopes::Scope;
use crate::reference::surfaces::Asked;
use crate::reference::{States, World};

/// A day after everything.
const END: &str = "9999-12-31";

/// The surfaces that somebody reaches, as in (surface, where, on which condition).
pub(crate) type Reach = BTreeSet<(String, Scope, String)>;

/// What comes of enforcements, licences, subjects and objects. Holders are written `role NAME`, `group NAME`, `user NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcomes {
    /// (enforcement, calendar) → its first day there.
    pub(crate) starts: BTreeMap<(String, String), String>,
    /// Holder → calendar → what a group or user holds, from each day on that changes it.
    pub(crate) held: BTreeMap<String, BTreeMap<String, States>>,
    /// Holder → calendar → what is reached, from each day on that changes it.
    pub(crate) reached: BTreeMap<String, BTreeMap<String, Vec<(String, Reach)>>>,
    /// Holder → the licences that it takes after everything, in the default calendar.
    pub(crate) licenses: BTreeMap<String, BTreeSet<String>>,
    /// (object, group or user) that may read it.
    pub(crate) readers: BTreeSet<(String, String)>,
}

/// Everything at once.
pub(crate) fn outcomes(world: &World) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let subjects = &world.society.subjects;
    for (name, (at, _)) in &world.society.surfaces.enforcements {
        let enforcement = &world.declarations.later.enforcements[*at];
        for calendar in world.calendars.names.iter().filter(|_| !world.society.surfaces.faulty.contains(at)) {
            let day = world.society.surfaces.start(world.declarations, enforcement, calendar);
            outcomes.starts.extend(day.map(|day| ((name.clone(), calendar.clone()), day)));
        }
    }
    let roles = world.names.live().into_iter();
    let roles = roles.map(|at| (format!("role {}", world.declarations.roles[at].name), Holder::Role(at, Scope::All)));
    let groups = subjects.groups.keys().map(|name| (format!("group {name}"), Holder::Group(name.clone())));
    let users = subjects.users.keys().map(|name| (format!("user {name}"), Holder::User(name.clone())));
    for (name, holder) in roles.chain(groups).chain(users) {
        for calendar in &world.calendars.names {
            in_calendar(world, (&name, &holder), calendar, &mut outcomes);
        }
        let licenses = world.society.licenses.dearest(&permissions(world, &holder, "", END));
        outcomes.licenses.insert(name.clone(), licenses);
        let lineage = match &holder {
            Holder::Role(..) => continue,
            Holder::Group(group) => subjects.lineage(group).clone(),
            Holder::User(user) => subjects.groups_of(world.declarations, user),
        };
        let objects = world.society.objects.paths();
        let read = objects.filter(|path| world.society.objects.admits(path, &lineage) == Some(true));
        outcomes.readers.extend(read.map(|path| (path.clone(), name.clone())));
    }
    outcomes
}

/// What somebody holds and reaches in one calendar, day by day.
fn in_calendar(world: &World, (name, holder): (&str, &Holder), calendar: &str, outcomes: &mut Outcomes) {
    let (mut states, mut reaches): (States, Vec<(String, Reach)>) = (Vec::new(), Vec::new());
    for day in days(world, calendar) {
        let grants = match holder {
            Holder::Role(role, _) => of_role(world, *role, calendar, &day).to_vec(),
            Holder::Group(_) | Holder::User(_) => held(world, holder, calendar, &day),
        };
        let form = printed(&grants);
        if states.last().is_none_or(|(_, last)| *last != form) {
            states.push(((!day.is_empty()).then(|| day.clone()), form));
        }
        let surfaces = 0..world.society.surfaces.list.len();
        let mut reach = Reach::new();
        for at in surfaces.filter(|at| world.society.surfaces.is_sound(*at)) {
            let surface = &world.society.surfaces.list[at];
            let asked = world.society.surfaces.asked(world.declarations, at, calendar, &day);
            if *asked != Asked::Open {
                let title = format!("{} {}", surface.kind, surface.name);
                let ways = reached(&grants, asked).into_iter();
                reach.extend(ways.map(|way| (title.clone(), way.scope, way.condition.text())));
            }
        }
        if reaches.last().is_none_or(|(_, last)| *last != reach) {
            reaches.push((day.clone(), reach));
        }
    }
    if !matches!(holder, Holder::Role(..)) {
        outcomes.held.entry(name.to_owned()).or_default().insert(calendar.to_owned(), states);
    }
    outcomes.reached.entry(name.to_owned()).or_default().insert(calendar.to_owned(), reaches);
}
