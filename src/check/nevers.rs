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
    let Stages { program, flat, epochs, .. } = stages;
    let gained = |permission| {
        let gains = epochs.gains_ever(role);
        gains.into_iter().any(|gain| gain.permission == permission)
    };
    let first = |set: &SetId| {
        let mut permissions = program.sets.iter(*set);
        permissions.find(|permission| flat.holds(program, role, *permission) || gained(*permission))
    };
    never.sets.iter().filter_map(first).collect()
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

/// Whoever holds, through several roles, what none of them holds alone; folded by the roles.
fn subjects(stages: Stages<'_>, never: &Never, masks: (&[u64], u64), sink: &mut Sink) {
    let program = stages.program;
    let mut found: BTreeMap<Vec<RoleId>, Fold> = BTreeMap::new();
    let mut given: Vec<Given> = Vec::new();
    for at in 0..program.subjects.groups.len() {
        let id = GroupId::new(at);
        let group = program.subjects.group(id);
        given.clear();
        given.extend(access::of_group(program, id));
        if let Some(roles) = together(masks, &given) {
            let places = places(program, &given, &roles, group.name_span);
            note(&mut found, roles, format!("the group `{}`", group.name), places);
        }
    }
    for at in 0..program.subjects.users.len() {
        let id = UserId::new(at);
        let user = program.subjects.user(id);
        given.clear();
        given.extend(access::of_user(program, id));
        if !program.subjects.options_of(id).is_empty() {
            given.retain(|given| counts_somewhere(program, id, never, *given));
        }
        if let Some(roles) = together(masks, &given) {
            let places = places(program, &given, &roles, user.name_span);
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
fn together((masks, whole): (&[u64], u64), given: &[Given]) -> Option<Vec<RoleId>> {
    let all = given.iter().fold(0, |all, given| all | masks[given.role.index()]);
    if all != whole || given.iter().any(|given| masks[given.role.index()] == whole) {
        return None;
    }
    let (mut roles, mut so_far) = (Vec::new(), 0);
    for given in given {
        if masks[given.role.index()] & !so_far != 0 {
            so_far |= masks[given.role.index()];
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
fn places(program: &Program, given: &[Given], roles: &[RoleId], name: Span) -> Vec<Span> {
    let assigned = |role: &RoleId| {
        let given = given.iter().filter(|given| given.role == *role);
        given.into_iter().find_map(|given| match given.through {
            Through::Own(at) | Through::Group(_, at) => Some(program.subjects.assignments[at as usize].span),
            Through::Automatic | Through::OldOption(_) => None,
        })
    };
    let places: Vec<Span> = roles.iter().filter_map(assigned).collect();
    if places.is_empty() { vec![name] } else { places }
}

/// Whether a role counts for anything that a `never` names, beside an old option.
fn counts_somewhere(program: &Program, user: UserId, never: &Never, given: Given) -> bool {
    let mut permissions = never.sets.iter().flat_map(|set| program.sets.iter(*set));
    permissions.any(|permission| access::counts(program, user, given.through, permission))
}
