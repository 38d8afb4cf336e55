//! `never`: what no role, and nobody through several roles, may hold together.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::access::{Given, Holder, Through, counts, given};
use crate::reference::read::Kind;
use crate::reference::read_later::Never;
use crate::reference::{About, Report, World};

/// Judges every `never` of every role and subject.
pub(crate) fn judge(world: &World, report: &mut Report) {
    for never in &world.declarations.later.nevers {
        let found: Result<Vec<BTreeSet<String>>, &str> =
            never.selectors.iter().map(|selector| world.catalog.resolve(selector)).collect();
        match found {
            Ok(sets) => {
                roles(world, &sets, report);
                subjects(world, &sets, report);
            }
            Err(_) => faults(world, never, report),
        }
    }
}

fn faults(world: &World, never: &Never, report: &mut Report) {
    for code in never.selectors.iter().filter_map(|selector| world.catalog.resolve(selector).err()) {
        report.tell(code, About::Named(never.name.clone()));
    }
}

/// All that a role holds at some time in some calendar, somewhere.
pub(crate) fn ever_held(world: &World, role: usize) -> BTreeSet<String> {
    if world.names.tainted.contains(&role) {
        return BTreeSet::new();
    }
    let mut held = world.effective.permissions(role).clone();
    for (_, course) in world.courses.iter().filter(|((of, _), _)| *of == role) {
        held.extend(course.states.iter().flat_map(|(_, grants)| grants).map(|held| held.permission.clone()));
    }
    held
}

/// Which of the sets have something of what is held.
fn met(sets: &[BTreeSet<String>], held: &BTreeSet<String>) -> BTreeSet<usize> {
    (0..sets.len()).filter(|at| !sets[*at].is_disjoint(held)).collect()
}

/// Roles that hold one of each by themselves, unless a parent does already.
fn roles(world: &World, sets: &[BTreeSet<String>], report: &mut Report) {
    let breaks = |role: usize| met(sets, &ever_held(world, role)).len() == sets.len();
    for role in world.names.live() {
        if breaks(role) && !world.names.parents[role].iter().any(|parent| breaks(*parent)) {
            report.tell("never-broken", About::Role(role));
        }
    }
}

/// Subjects who hold one of each through several roles; of those with the same ones only the first is told.
fn subjects(world: &World, sets: &[BTreeSet<String>], report: &mut Report) {
    let subjects = &world.society.subjects;
    let later = &world.declarations.later;
    let groups = subjects.groups.iter().map(|(name, at)| (Holder::Group(name.clone()), later.groups[*at].item));
    let users = subjects.users.iter().map(|(name, at)| (Holder::User(name.clone()), later.users[*at].item));
    let mut found: BTreeMap<BTreeSet<usize>, usize> = BTreeMap::new();
    for (holder, item) in groups.chain(users) {
        let given = given(world, &holder);
        if let Some((roles, place)) = together(world, sets, &holder, &given) {
            found.entry(roles).or_insert(place.unwrap_or(item));
        }
    }
    for place in found.into_values() {
        report.tell("never-broken", About::Item(place));
    }
}

/// The roles that together break it, if none does alone, and where the last of them is assigned.
fn together(
    world: &World,
    sets: &[BTreeSet<String>],
    holder: &Holder,
    given: &[Given],
) -> Option<(BTreeSet<usize>, Option<usize>)> {
    let of = |given: &Given| {
        let held = ever_held(world, given.role).into_iter().filter(|permission| match holder {
            Holder::User(user) => counts(world, user, &given.through, permission),
            Holder::Role(..) | Holder::Group(_) => true,
        });
        met(sets, &held.collect())
    };
    let parts: Vec<(&Given, BTreeSet<usize>)> = given.iter().map(|given| (given, of(given))).collect();
    let breaks_alone = parts.iter().any(|(_, part)| part.len() == sets.len());
    let all: BTreeSet<usize> = parts.iter().flat_map(|(_, part)| part).copied().collect();
    if breaks_alone || all.len() < sets.len() {
        return None;
    }
    let (mut roles, mut so_far) = (BTreeSet::new(), BTreeSet::new());
    for (given, part) in &parts {
        if !part.is_subset(&so_far) {
            so_far.extend(part);
            roles.insert(given.role);
        }
    }
    // Of these roles in the order of their declarations, overrides last, the last one that is assigned; there the first time.
    let assigned = |role: &usize| {
        parts.iter().filter(|(given, part)| given.role == *role && !part.is_empty()).find_map(|(given, _)| match given.through {
            Through::Own(item) | Through::Group(item) => Some(item),
            Through::Automatic | Through::Old(_) => None,
        })
    };
    let mut ordered: Vec<usize> = roles.iter().copied().collect();
    ordered.sort_by_key(|role| (world.declarations.roles[*role].kind == Kind::Override, *role));
    let place = ordered.iter().rev().find_map(assigned);
    Some((roles, place))
}
