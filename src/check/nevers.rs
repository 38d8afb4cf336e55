//! `never`: permissions that no role, and no subject, may hold together.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::access::{self, Given, Through};
use crate::diagnostic::{Sink, words};
use crate::model::{GroupId, Never, Program, RoleId, UserId};
use crate::provenance;
use crate::sets::{PermissionId, SetId};
use crate::span::Span;

use super::Stages;

/// Judges every `never` of every role, and of every subject whose roles keep it each by itself.
pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let mut meets = FxHashMap::default();
    for never in &stages.program.nevers {
        let masks: Vec<u64> = stages.program.role_ids().map(|role| mask(stages, never, role, &mut meets)).collect();
        let whole = full(never);
        roles(stages, never, (&masks, whole), sink);
        subjects(stages, never, (&masks, whole), sink);
    }
}

/// All bits of a `never`: one for each of its selectors.
fn full(never: &Never) -> u64 {
    never.sets.iter().take(64).enumerate().fold(0, |mask, (at, _)| mask | 1 << at)
}

/// Of which selectors a role holds something, at some time, somewhere.
fn mask(stages: Stages<'_>, never: &Never, role: RoleId, meets: &mut FxHashMap<(SetId, SetId), bool>) -> u64 {
    let Stages { program, flat, epochs, .. } = stages;
    let groups = flat.groups(role).unwrap_or_default();
    let gains: Vec<PermissionId> = epochs.gains_ever(role).map(|gain| gain.permission).collect();
    never.sets.iter().take(64).enumerate().fold(0, |mask, (at, wanted)| {
        let by_groups = groups.iter().any(|group| {
            *meets
                .entry((group.set, *wanted))
                .or_insert_with(|| program.sets.iter(*wanted).any(|permission| program.sets.contains(group.set, permission)))
        });
        let holds = by_groups || gains.iter().any(|permission| program.sets.contains(*wanted, *permission));
        mask | u64::from(holds) << at
    })
}

/// The first permission of each selector that a role holds.
fn held(stages: Stages<'_>, never: &Never, role: RoleId) -> Vec<PermissionId> {
    let first = |set: &SetId| stages.program.sets.iter(*set).find(|permission| ever_holds(stages, role, *permission));
    never.sets.iter().filter_map(first).collect()
}

/// Whether a role holds a permission at some time, somewhere.
fn ever_holds(stages: Stages<'_>, role: RoleId, permission: PermissionId) -> bool {
    let Stages { program, flat, epochs, .. } = stages;
    let mut gains = epochs.gains_ever(role);
    flat.holds(program, role, permission) || gains.any(|gain| gain.permission == permission)
}

fn roles(stages: Stages<'_>, never: &Never, (masks, whole): (&[u64], u64), sink: &mut Sink) {
    let program = stages.program;
    for role in program.role_ids().filter(|role| masks[role.index()] == whole && stages.flat.is_flat(*role)) {
        let from_parent = program.parents(role).iter().any(|parent| masks[parent.role.index()] == whole);
        if from_parent || program.role(role).overridden_by.is_some() {
            continue;
        }
        let held = held(stages, never, role);
        let names: Vec<String> = held.iter().map(|id| format!("`{}`", program.catalog.name(*id))).collect();
        let derivations =
            held.iter().filter_map(|id| provenance::nearest(program, stages.flat, role, *id).map(|found| (*id, found)));
        let labels = derivations
            .map(|(id, found)| (program.allows[found.allow].span, format!("`{}` is granted here", program.catalog.name(id))));
        let own = program.role(role);
        sink.report(
            words::assertions::never_role(never.title.as_deref(), &own.name, own.name_span, &names)
                .with_all(labels)
                .with(never.span, "declared here"),
        );
    }
}

/// A subject that a finding names, and how many more are like it.
struct Fold {
    first: String,
    places: Vec<Span>,
    more: usize,
}

/// A role that somebody has, and of which selectors it gives them something.
type Part = (Given, u64);

/// Whoever holds, through several roles, what none of them gives alone; folded by the roles.
fn subjects(stages: Stages<'_>, never: &Never, (masks, whole): (&[u64], u64), sink: &mut Sink) {
    let program = stages.program;
    let mut found: BTreeMap<Vec<RoleId>, Fold> = BTreeMap::new();
    let mut parts: Vec<Part> = Vec::new();
    let part = |given: Given| Some((given, masks[given.role.index()])).filter(|(_, mask)| *mask != 0);
    for at in 0..program.subjects.groups.len() {
        let id = GroupId::new(at);
        let group = program.subjects.group(id);
        parts.clear();
        parts.extend(access::of_group(program, id).filter_map(part));
        if let Some(roles) = together(&parts, whole) {
            let places = places(program, &parts, &roles, group.name_span);
            note(&mut found, roles, format!("the group `{}`", group.name), places);
        }
    }
    for at in 0..program.subjects.users.len() {
        let id = UserId::new(at);
        let user = program.subjects.user(id);
        parts.clear();
        parts.extend(access::of_user(program, id).filter_map(part));
        if !program.subjects.options_of(id).is_empty() {
            for part in &mut parts {
                part.1 = counting(stages, never, id, *part);
            }
            parts.retain(|(_, mask)| *mask != 0);
        }
        if let Some(roles) = together(&parts, whole) {
            let places = places(program, &parts, &roles, user.name_span);
            note(&mut found, roles, format!("the user `{}`", user.name), places);
        }
    }
    for (roles, Fold { first, mut places, more }) in found {
        let names: Vec<String> = roles.iter().map(|role| format!("`{}`", program.role(*role).name)).collect();
        let last = places.pop().unwrap_or_default();
        sink.report(
            words::assertions::never_subject(never.title.as_deref(), (&first, more), last, &names)
                .with_all(places.into_iter().map(|place| (place, "beside this".to_owned())))
                .with(never.span, "declared here"),
        );
    }
}

/// The roles that make it up together, if no single one does.
fn together(parts: &[Part], whole: u64) -> Option<Vec<RoleId>> {
    let all = parts.iter().fold(0, |all, (_, mask)| all | mask);
    if all != whole || parts.iter().any(|(_, mask)| *mask == whole) {
        return None;
    }
    let (mut roles, mut so_far) = (Vec::new(), 0);
    for (given, mask) in parts {
        if mask & !so_far != 0 {
            so_far |= mask;
            roles.push(given.role);
        }
    }
    roles.sort();
    roles.dedup();
    Some(roles)
}

fn note(found: &mut BTreeMap<Vec<RoleId>, Fold>, roles: Vec<RoleId>, first: String, places: Vec<Span>) {
    found.entry(roles).and_modify(|fold| fold.more += 1).or_insert(Fold { first, places, more: 0 });
}

/// Where these roles are assigned, each once; the subject's name where none is.
fn places(program: &Program, parts: &[Part], roles: &[RoleId], name: Span) -> Vec<Span> {
    let assigned = |role: &RoleId| {
        let given = parts.iter().filter(|(given, _)| given.role == *role);
        given.into_iter().find_map(|(given, _)| match given.through {
            Through::Own(at) | Through::Group(_, at) => Some(program.subjects.assignments[at as usize].span),
            Through::Automatic | Through::OldOption(_) => None,
        })
    };
    let places: Vec<Span> = roles.iter().filter_map(assigned).collect();
    if places.is_empty() { vec![name] } else { places }
}

/// Of which selectors a role gives something that counts for a user with old options, permission by permission.
fn counting(stages: Stages<'_>, never: &Never, user: UserId, (given, mask): Part) -> u64 {
    if matches!(given.through, Through::Own(_) | Through::Automatic) {
        return mask;
    }
    let counts = |permission| access::counts(stages.program, user, given.through, permission);
    let has_some = |at: usize| {
        let mut permissions = stages.program.sets.iter(never.sets[at]);
        permissions.any(|permission| counts(permission) && ever_holds(stages, given.role, permission))
    };
    (0..never.sets.len().min(64)).filter(|at| mask & (1 << at) != 0 && has_some(*at)).fold(0, |all, at| all | 1 << at)
}
