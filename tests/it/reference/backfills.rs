//! Backfills, role by role and calendar by calendar → the states of each role.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::conditions::Condition;
use crate::reference::grants::{Held, normal_form, printed};
use crate::reference::names::{Names, is_vendors};
use crate::reference::read::{Backfill, Declarations};
use crate::reference::scopes::Scope;
use crate::reference::{Roles, Settings, States, World};

/// When each backfill happens.
#[derive(Debug, Default)]
pub(crate) struct Calendars {
    /// The regions, and `""` for the default dates.
    pub(crate) names: BTreeSet<String>,
    /// The backfills that happen at all: not done, and obeying the organisation's switch.
    pub(crate) active: Vec<usize>,
}

/// What a role is like after each date of a calendar.
#[derive(Debug)]
pub(crate) struct Course {
    /// The dates at which a backfill fired, each with the role's grants from then on.
    pub(crate) states: Vec<(String, Vec<Held>)>,
    /// The backfills that fired.
    pub(crate) fired: BTreeSet<usize>,
}

impl Calendars {
    /// The calendars of a project.
    pub(crate) fn new(declarations: &Declarations, names: &Names, settings: &Settings) -> Self {
        let mut regions: BTreeSet<String> = settings.regions.iter().cloned().collect();
        if regions.is_empty() {
            let written = declarations.backfills.iter().flat_map(|backfill| &backfill.regions);
            let enforced = declarations.later.enforcements.iter().flat_map(|enforcement| &enforcement.regions);
            regions.extend(written.chain(enforced).map(|(region, _)| region.clone()));
        }
        regions.insert(String::new());
        let is_active = |at: &usize| {
            let backfill = &declarations.backfills[*at];
            !backfill.done && (settings.role_backfill || !backfill.optional)
        };
        Self { names: regions, active: names.backfills.iter().copied().filter(is_active).collect() }
    }
}

impl Backfill {
    /// The day on which it happens in a calendar, if it does.
    pub(crate) fn date(&self, calendar: &str) -> Option<&String> {
        let own = self.regions.iter().find(|(region, _)| region == calendar).map(|(_, date)| date);
        own.or(self.on.as_ref())
    }
}

/// Whether a role is among those that a backfill is for.
pub(crate) fn is_for(world: &World, backfill: &Backfill, at: usize) -> bool {
    let kind = world.declarations.roles[at].kind;
    backfill.roles.as_ref().is_none_or(|names| {
        names.iter().any(|name| match name.as_str() {
            "default" => is_vendors(kind),
            "custom" => !is_vendors(kind),
            name => world.names.role(name) == Some(at),
        })
    })
}

/// The day on which a role was created. Of an override it is the vendor role's: the vendor alone can state it.
pub(crate) fn created<'w>(world: &World<'w>, at: usize) -> Option<&'w String> {
    let role = &world.declarations.roles[at];
    let own = world.names.roles.get(&role.name).map_or(role, |own| &world.declarations.roles[*own]);
    own.created.as_ref()
}

/// The scope in which a role holds a backfill's trigger on a date; empty if it does not.
pub(crate) fn trigger_scope(world: &World, at: usize, backfill: &Backfill, date: &String, added: &BTreeSet<Held>) -> Scope {
    let Some(when) = &backfill.when else { return Scope::All };
    let scope_of = |permission: &String| {
        let derivations = world.effective.derivations(at).iter();
        let in_time = derivations.filter(|derivation| derivation.since.as_ref().is_none_or(|since| since <= date));
        let counting = in_time.filter(|derivation| derivation.explicit || !when.explicitly).map(|derivation| &derivation.held);
        let scopes = counting.chain(added).filter(|held| held.permission == *permission).map(|held| &held.scope);
        scopes.fold(Scope::nowhere(), |scope, other| scope.or(other))
    };
    let triggers = when.triggers.iter().map(|trigger| scope_of(&trigger.to_string()));
    if when.any {
        triggers.fold(Scope::nowhere(), |scope, other| scope.or(&other))
    } else {
        triggers.fold(Scope::All, |scope, other| scope.and(&other))
    }
}

/// What a backfill matches to add, excepted or not.
pub(crate) fn matched(world: &World, backfill: &Backfill) -> BTreeSet<String> {
    backfill.additions.iter().flat_map(|selector| world.catalog.resolve(selector).unwrap_or_default()).collect()
}

/// Whether a role's own excepts match a permission.
pub(crate) fn is_excepted(world: &World, at: usize, permission: &str) -> bool {
    world.declarations.roles[at].excepts.iter().any(|except| except.matches(permission))
}

/// What a backfill adds to a role that holds its trigger in a scope.
pub(crate) fn additions(world: &World, at: usize, backfill: &Backfill, scope: &Scope) -> Vec<Held> {
    let permissions = matched(world, backfill).into_iter().filter(|permission| !is_excepted(world, at, permission));
    let added = permissions.map(|permission| Held { permission, scope: scope.clone(), condition: Condition::True });
    added.map(|held| world.effective.confine(at, held, world.catalog)).filter(|held| !held.scope.is_empty()).collect()
}

/// The courses of all roles that mean something, by role and calendar.
pub(crate) fn courses(world: &World) -> BTreeMap<(usize, String), Course> {
    let roles = world.names.live().into_iter();
    let pairs = roles.flat_map(|at| world.calendars.names.iter().map(move |calendar| (at, calendar.clone())));
    pairs.map(|(at, calendar)| ((at, calendar.clone()), course(world, at, &calendar))).collect()
}

/// Lets the backfills of a calendar happen to one role.
fn course(world: &World, at: usize, calendar: &str) -> Course {
    let mut by_date: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for active in &world.calendars.active {
        let backfill = &world.declarations.backfills[*active];
        let date = backfill.date(calendar).filter(|date| created(world, at).is_none_or(|created| created <= *date));
        if let Some(date) = date.filter(|_| is_for(world, backfill, at)) {
            by_date.entry(date).or_default().push(*active);
        }
    }
    let mut course = Course { states: Vec::new(), fired: BTreeSet::new() };
    let mut added = BTreeSet::new();
    for (date, backfills) in by_date {
        loop {
            let before = added.clone();
            for backfill in &backfills {
                let declared = &world.declarations.backfills[*backfill];
                let scope = trigger_scope(world, at, declared, date, &added);
                if !scope.is_empty() {
                    course.fired.insert(*backfill);
                    added.extend(additions(world, at, declared, &scope));
                }
            }
            if added == before {
                break;
            }
        }
        let grants = world.effective.grants(at).iter().chain(&added).cloned();
        course.states.push((date.clone(), normal_form(grants)));
    }
    course
}

/// The states of all roles in all calendars.
pub(crate) fn all_states(world: &World) -> Roles {
    let of_role = |at: usize| {
        let calendars = world.calendars.names.iter();
        calendars.map(|calendar| (calendar.clone(), states(world, at, calendar))).collect()
    };
    world.names.live().into_iter().map(|at| (world.declarations.roles[at].name.clone(), of_role(at))).collect()
}

/// The state at first, then each one that differs from the one before it.
fn states(world: &World, at: usize, calendar: &str) -> States {
    let mut states = vec![(None, printed(world.effective.grants(at)))];
    for (date, grants) in &world.courses[&(at, calendar.to_owned())].states {
        let grants = printed(grants);
        if states.last().is_some_and(|(_, last)| *last != grants) {
            states.push((Some(date.clone()), grants));
        }
    }
    states
}
