//! What roles and groups need beside them, and roles that an organisation does not have or does not want to pay for.

use std::collections::BTreeSet;

use crate::reference::access::{Holder, automatic, given, is_live};
use crate::reference::never::ever_held;
use crate::reference::read::{Kind, Role};
use crate::reference::rings::reach;
use crate::reference::{About, Report, World};

/// Judges all of these.
pub(crate) fn judge(world: &World, report: &mut Report) {
    for role in world.names.live() {
        required_roles(world, role, report);
        let held = ever_held(world, role);
        if lacks_license(world, role, &held) {
            report.tell("missing-license", About::Role(role));
        }
        if is_unwanted(world, role, &held) {
            report.tell("unwanted-license", About::Role(role));
        }
    }
    let later = &world.declarations.later;
    for group in world.society.subjects.groups.values().map(|at| &later.groups[*at]) {
        let mut required = group.requires.iter().filter_map(|name| world.names.role(name));
        let is_member = |user: &str| world.society.subjects.groups_of(world.declarations, user).contains(&group.name);
        if required.any(|required| users(world).any(|user| is_member(user) && !has(world, user, required))) {
            report.tell("missing-required-role", About::Item(group.item));
        }
    }
    if let Some(created) = &world.settings.created {
        availability(world, created, report);
    }
}

fn users<'w>(world: &World<'w>) -> impl Iterator<Item = &'w String> {
    world.society.subjects.users.keys()
}

/// The role that says the facts about a role: of an override, the vendor's own.
fn stating<'w>(world: &World<'w>, role: usize) -> &'w Role {
    let stated = &world.declarations.roles[role];
    let vendors = world.names.roles.get(&stated.name).filter(|_| stated.kind == Kind::Override);
    vendors.map_or(stated, |at| &world.declarations.roles[*at])
}

/// Whether a role is another one, or inherits from it.
fn gives(world: &World, role: usize, other: usize) -> bool {
    let parents = |at: usize| world.names.parents[at].clone();
    role == other || reach(role, &parents).contains(&other)
}

/// Whether a user has a role, or one that inherits from it. What a role with an error in it inherits is not known.
fn has(world: &World, user: &str, role: usize) -> bool {
    let given = given(world, &Holder::User(user.to_owned()));
    given.iter().any(|given| !is_live(world, given.role) || gives(world, given.role, role))
}

/// Whether some user has a role and not the one that it needs; what it inherits from it brings along.
fn required_roles(world: &World, role: usize, report: &mut Report) {
    let is_had = |user: &str| given(world, &Holder::User(user.to_owned())).iter().any(|given| given.role == role);
    let required = stating(world, role).required_roles.iter().filter_map(|name| world.names.role(name));
    let mut required = required.filter(|required| !gives(world, role, *required));
    if required.any(|required| users(world).any(|user| is_had(user) && !has(world, user, required))) {
        report.tell("missing-required-role", About::Role(role));
    }
}

/// Whether a role needs a licence that nothing in it calls for, though something does call for that one or a dearer one.
fn lacks_license(world: &World, role: usize, held: &BTreeSet<String>) -> bool {
    let licenses = &world.society.licenses;
    let included = |license: &String| {
        let mut included = licenses.cheaper(license);
        included.insert(license.clone());
        included
    };
    let known: BTreeSet<String> = licenses.known().flat_map(included).collect();
    let called: BTreeSet<String> = licenses.needed(held).iter().flat_map(included).collect();
    stating(world, role).required_licenses.iter().any(|license| known.contains(license) && !called.contains(license))
}

/// Whether a role that somebody has calls for a licence that organisations of this kind don't want.
fn is_unwanted(world: &World, role: usize, held: &BTreeSet<String>) -> bool {
    let Some(kind) = &world.settings.kind else { return false };
    let subjects = &world.society.subjects;
    let nobody_is_known = subjects.groups.is_empty() && subjects.users.is_empty();
    let licenses = &world.society.licenses;
    let mut needed = licenses.needed(held).into_iter();
    (nobody_is_known || assigned(world).contains(&role))
        && needed.any(|license| licenses.unwanted.get(&license).is_some_and(|kinds| kinds.contains(kind)))
}

/// The roles that somebody, or some group, has.
pub(crate) fn assigned(world: &World) -> BTreeSet<usize> {
    let subjects = &world.society.subjects;
    let assignments = subjects.assignments.iter().filter(|assigned| !assigned.groups.is_empty() || !assigned.users.is_empty());
    let mut assigned: BTreeSet<usize> = assignments.map(|assigned| assigned.role).collect();
    assigned.extend(automatic(world).into_iter().map(|(role, _)| role));
    assigned.extend(subjects.old_options.iter().map(|old| old.role));
    assigned
}

/// Roles that the organisation is too old for: at what the organisation makes of them, and at the first assignment.
fn availability(world: &World, created: &String, report: &mut Report) {
    let is_missing = |role: usize| {
        let available = stating(world, role).available.as_ref();
        available.is_some_and(|(after, day)| if *after { created <= day } else { created < day })
    };
    for child in world.names.live_and_replaced() {
        let is_own = world.declarations.roles[child].kind != Kind::Default;
        if is_own && world.names.parents[child].iter().any(|parent| is_missing(*parent)) {
            report.tell("role-not-available", About::Role(child));
        }
    }
    let mut told = BTreeSet::new();
    for assigned in &world.society.subjects.assignments {
        if is_missing(assigned.role) && told.insert(assigned.role) {
            report.tell("role-not-available", About::Item(assigned.item));
        }
    }
}
