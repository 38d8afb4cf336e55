//! What is wrong with enforcements, assignments, applications and objects.

use std::collections::BTreeSet;

use crate::reference::access::{Holder, automatic, counts, given, is_live, of_role};
use crate::reference::backfills::{created, matched};
use crate::reference::judge_needs::assigned;
use crate::reference::read::Kind;
use crate::reference::read_later::Enforcement;
use crate::reference::scopes::Scope;
use crate::reference::subjects::Assigned;
use crate::reference::surfaces::Asked;
use crate::reference::{About, Report, World};

/// Judges all of these.
pub(crate) fn judge(world: &World, report: &mut Report) {
    for (at, formerly) in world.society.surfaces.enforcements.values() {
        if !world.society.surfaces.faulty.contains(at) {
            judge_enforcement(world, (*at, formerly), report);
        }
    }
    for assigned in &world.society.subjects.assignments {
        let codes = emptied(world, assigned).into_iter().chain(is_redundant(world, assigned).then_some("redundant-assignment"));
        report.tell_all(codes, &About::Item(assigned.item));
    }
    for (name, application) in &world.society.subjects.applications {
        let is_unconfigured = |user: &String| {
            let holder = Holder::User(user.clone());
            let holds = |permission: &String| {
                given(world, &holder).iter().any(|given| {
                    let held = is_live(world, given.role) && world.effective.permissions(given.role).contains(permission);
                    held && counts(world, user, &given.through, permission)
                })
            };
            !application.owns.iter().any(holds)
        };
        let is_open = application.full_access && !application.owns.is_empty();
        if is_open && world.society.subjects.users.keys().any(is_unconfigured) {
            let mut declared = world.declarations.later.applications.iter();
            if let Some(declared) = declared.find(|declared| declared.name == *name) {
                report.tell("unconfigured-full-access", About::Item(declared.item));
            }
        }
    }
    for old in &world.society.subjects.old_options {
        report.tell("old-option", About::Item(old.item));
    }
    judge_surfaces(world, report);
    if world.society.objects.has_unlisted() {
        report.tell("unlisted-readers", About::Project);
    }
    if has_unassigned(world) {
        report.tell("unassigned-roles", About::Project);
    }
}

/// Surfaces that anybody uses, and those that show two permissions to be a pair.
fn judge_surfaces(world: &World, report: &mut Report) {
    for (at, surface) in world.society.surfaces.list.iter().enumerate() {
        match world.society.surfaces.own(at) {
            Asked::Open | Asked::Unstated => report.tell("exposure", About::Project),
            Asked::Any(permissions) if permissions.len() == 2 => {
                let of = |aware| permissions.iter().find(|permission| world.catalog.awareness(permission) == Some(aware));
                let is_pair = |unaware: &String, aware: &String| world.catalog.pairs.contains(&(unaware.clone(), aware.clone()));
                if of(false).zip(of(true)).is_some_and(|(unaware, aware)| !is_pair(unaware, aware)) {
                    report.tell("pair-candidate", About::Named(surface.name.clone()));
                }
            }
            Asked::Any(_) | Asked::All(_) => {}
        }
    }
}

fn judge_enforcement(world: &World, (at, formerly): (usize, &Asked), report: &mut Report) {
    let enforcement = &world.declarations.later.enforcements[at];
    let about = About::Item(enforcement.item);
    let regions = world.calendars.names.iter().filter(|calendar| !calendar.is_empty());
    if regions.into_iter().any(|region| world.society.surfaces.start(world.declarations, enforcement, region).is_none()) {
        report.tell("region-without-enforcement", about.clone());
    }
    if loses(world, (at, enforcement), formerly) {
        report.tell("enforcement-loss", about.clone());
    }
    let sound = world.names.backfills.iter().map(|at| &world.declarations.backfills[*at]);
    let Some(backfill) = sound.into_iter().find(|backfill| enforcement.after.as_ref() == Some(&backfill.name)) else { return };
    let default = enforcement.from.iter().map(|day| (String::new(), day.clone()));
    let mut written = default.chain(enforcement.regions.iter().cloned());
    let is_early = |calendar: &str, day: &String| backfill.date(calendar).is_some_and(|date| day < date);
    let opted = |calendar: &String| world.society.surfaces.opted(enforcement, calendar);
    let is_opted_early = |calendar: &String| opted(calendar).is_some_and(|day| is_early(calendar, &day));
    if written.any(|(calendar, day)| is_early(&calendar, &day)) || places(world).any(is_opted_early) {
        report.tell("enforced-before-backfill", about.clone());
    }
    let mut kept = matched(world, backfill);
    match formerly {
        Asked::All(permissions) => kept.extend(permissions.iter().cloned()),
        Asked::Any(permissions) if permissions.len() == 1 => kept.extend(permissions.iter().cloned()),
        _ => {}
    }
    let is_closed = |surface: usize| match world.society.surfaces.own(surface) {
        Asked::Any(permissions) => permissions.is_disjoint(&kept),
        Asked::All(permissions) => !permissions.is_subset(&kept),
        Asked::Open | Asked::Unstated => false,
    };
    if world.society.surfaces.guarded_by(at).into_iter().any(is_closed) {
        report.tell("guard-not-backfilled", about);
    }
}

/// The calendars of the organisation: where it lists its regions, it is nowhere else.
fn places<'w>(world: &World<'w>) -> impl Iterator<Item = &'w String> {
    let are_listed = !world.settings.regions.is_empty();
    world.calendars.names.iter().filter(move |calendar| !(are_listed && calendar.is_empty()))
}

/// Whether some role opens a guarded surface the day before it is enforced and not on the day, in some region.
fn loses(world: &World, (at, enforcement): (usize, &Enforcement), formerly: &Asked) -> bool {
    places(world).any(|calendar| {
        let Some(day) = world.society.surfaces.start(world.declarations, enforcement, calendar) else { return false };
        let loses = |role: usize| {
            let on: BTreeSet<&String> = of_role(world, role, calendar, &day).iter().map(|held| &held.permission).collect();
            let states = &world.courses[&(role, calendar.clone())].states;
            let eve = states.iter().rev().find(|(date, _)| *date < day);
            let eve = eve.map_or_else(|| world.effective.grants(role), |(_, grants)| grants);
            let eve: BTreeSet<&String> = eve.iter().map(|held| &held.permission).collect();
            created(world, role).is_none_or(|created| *created < day)
                && opens(formerly, &eve)
                && world
                    .society
                    .surfaces
                    .guarded_by(at)
                    .into_iter()
                    .any(|surface| !opens(world.society.surfaces.own(surface), &on))
        };
        world.names.live().into_iter().any(loses)
    })
}

/// Whether what is held opens what asks for something, wherever and on whatever condition. The unknown is taken for open.
pub(crate) fn opens(asked: &Asked, held: &BTreeSet<&String>) -> bool {
    match asked {
        Asked::Any(permissions) => permissions.iter().any(|permission| held.contains(permission)),
        Asked::All(permissions) => permissions.iter().all(|permission| held.contains(permission)),
        Asked::Open | Asked::Unstated => true,
    }
}

/// Whether a role grants nothing where it is assigned, or less than elsewhere.
fn emptied(world: &World, assigned: &Assigned) -> Option<&'static str> {
    if !is_live(world, assigned.role) || assigned.scope == Scope::All {
        return None;
    }
    let grants = world.effective.grants(assigned.role);
    let is_lost = |held: &&crate::reference::grants::Held| {
        !world.catalog.is_unaware(&held.permission) && held.scope.and(&assigned.scope).is_empty()
    };
    match grants.iter().filter(is_lost).count() {
        0 => None,
        lost if lost == grants.len() => Some("empty-assignment"),
        _ => Some("partly-empty-assignment"),
    }
}

/// Whether somebody has what an assignment gives by itself, or by another assignment that is as wide.
fn is_redundant(world: &World, assigned: &Assigned) -> bool {
    let subjects = &world.society.subjects;
    let comes_by_itself =
        |creator: bool| automatic(world).iter().any(|(role, to_all)| *role == assigned.role && (*to_all || creator));
    let is_wider = |other: &&Assigned| other.role == assigned.role && assigned.scope.within(&other.scope);
    // Of two that give the same, the later one is needless.
    let is_other =
        |other: &&Assigned| other.item != assigned.item && (other.item < assigned.item || other.scope != assigned.scope);
    let by_groups =
        |groups: &BTreeSet<String>| subjects.assignments.iter().filter(is_wider).any(|other| !other.groups.is_disjoint(groups));
    let of_group = |group: &String| {
        let mut around = subjects.lineage(group).clone();
        around.remove(group);
        let mut own = subjects.assignments.iter().filter(|other| other.groups.contains(group));
        comes_by_itself(false) || own.any(|other| is_wider(&other) && is_other(&other)) || by_groups(&around)
    };
    let of_user = |user: &String| {
        let creator = world.declarations.later.users[subjects.users[user]].creator;
        let mut own = subjects.assignments.iter().filter(|other| other.users.contains(user));
        let is_own = own.any(|other| is_wider(&other) && is_other(&other));
        comes_by_itself(creator) || is_own || by_groups(&subjects.groups_of(world.declarations, user))
    };
    assigned.groups.iter().any(of_group) || assigned.users.iter().any(of_user)
}

/// Whether some role of the organisation's own is nobody's and no other role's parent, where there is anybody at all.
fn has_unassigned(world: &World) -> bool {
    let subjects = &world.society.subjects;
    let mut used = assigned(world);
    used.extend(world.names.parents.iter().flatten());
    let mut named = world.names.roles.keys().filter_map(|name| world.names.role(name));
    (!subjects.groups.is_empty() || !subjects.users.is_empty())
        && named.any(|role| world.declarations.roles[role].kind != Kind::Default && !used.contains(&role))
}
