//! Licences that roles call for and nobody wants, or that they need and nothing calls for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Stages;
use super::joined::{self, Joined};
use crate::access;
use crate::diagnostic::{Sink, words};
use crate::id::Id;
use crate::licenses::{self, Called, Cause, Demands};
use crate::model::{LicenseId, Licenses, ParentKind, Program, RoleFacts, RoleId, RoleKind};
use crate::provenance::{self, Nearest};
use crate::sets::{PermissionId, SetId};
use crate::span::Span;

/// Judges the licences of all roles that a name stands for.
pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let Stages { program, flat, epochs, .. } = stages;
    let mut demands = Demands::new(program);
    if demands.is_empty() {
        return;
    }
    let mut called: Vec<Called> = vec![Called::new(); program.roles.len()];
    for role in program.role_ids().filter(|role| flat.is_flat(*role)) {
        called[role.index()] = demands.ever((program, flat, epochs), role);
    }
    unwanted(stages, &called, sink);
    missing(stages, &called, sink);
}

/// Licences that roles which somebody has call for, and that the organisation does not want.
fn unwanted(stages: Stages<'_>, called: &[Called], sink: &mut Sink) {
    let program = stages.program;
    let Some(kind) = program.organisation.kind.as_deref() else { return };
    let of_kind =
        |license: &crate::model::License| license.unwanted.iter().find(|(other, _)| **other == *kind).map(|(_, at)| *at);
    let unwanted: Vec<(LicenseId, Span)> =
        program.licenses.iter().enumerate().filter_map(|(at, license)| Some((LicenseId::new(at), of_kind(license)?))).collect();
    let assigned = joined::assigned(program);
    let mut nearest = Nearest::default();
    let mut shared: FxHashMap<(SetId, LicenseId), Vec<PermissionId>> = FxHashMap::default();
    for role in program.named_roles() {
        if !program.subjects.is_empty() && !assigned[role.index()] {
            continue;
        }
        for (license, span) in &unwanted {
            let Some(cause) = called[role.index()].get(license) else { continue };
            let permissions = calling(stages, role, *license, &mut shared);
            let names: Vec<String> = permissions.iter().map(|id| program.catalog.name(*id).to_owned()).collect();
            let own = program.role(role);
            let finding =
                words::licenses::unwanted((&own.name, own.name_span), (&program.license(*license).name, *span), kind, &names)
                    .with_all(origin(stages, role, *cause, &mut nearest))
                    .help(words::licenses::unwanted_help(&names, own.kind == RoleKind::Default));
            sink.report(finding.concerning(permissions.iter().map(|id| id.raw())));
        }
    }
}

/// The permissions of a role, those that backfills bring included, that call for a licence.
fn calling(
    stages: Stages<'_>,
    role: RoleId,
    license: LicenseId,
    shared: &mut FxHashMap<(SetId, LicenseId), Vec<PermissionId>>,
) -> Vec<PermissionId> {
    let Stages { program, flat, epochs, .. } = stages;
    let needs = program.license(license).needs;
    let mut found = Vec::new();
    for group in flat.groups(role).unwrap_or_default() {
        let both = shared.entry((group.set, license)).or_insert_with(|| {
            program.sets.iter(group.set).filter(|permission| program.sets.contains(needs, *permission)).collect()
        });
        found.extend_from_slice(both);
    }
    let gains = epochs.gains_ever(role);
    found.extend(gains.map(|gain| gain.permission).filter(|permission| program.sets.contains(needs, *permission)));
    found.sort_unstable();
    found.dedup();
    found
}

/// The places that lead to what brings a permission.
fn origin(stages: Stages<'_>, role: RoleId, cause: Cause, nearest: &mut Nearest) -> Vec<(Span, String)> {
    let program = stages.program;
    let name = program.catalog.name(cause.permission);
    if let Some((backfill, date, _)) = cause.gained {
        return vec![(program.backfills[backfill].name_span, format!("adds `{name}` on {date}"))];
    }
    let Some(derivation) = nearest.of(program, stages.flat, role, cause.permission) else { return Vec::new() };
    let mut places = provenance::chain(program, &derivation);
    let allow = &program.allows[derivation.allow];
    places.push((allow.span, format!("{} `{name}`", if allow.wildcard { "brings" } else { "gives" })));
    places
}

/// What is said of a role; of an override, what the vendor says.
pub(super) fn facts(program: &Program, role: RoleId) -> Option<&RoleFacts> {
    let base = program.parents(role).iter().find(|parent| parent.kind == ParentKind::Overrides);
    program.role(base.map_or(role, |base| base.role)).facts.as_deref()
}

/// A user that lacks a licence which a role needs, and how many more do.
type Lacking = BTreeMap<(RoleId, LicenseId), (Id<crate::model::UserTag>, usize)>;

/// Licences that roles need and that nothing in them, or nothing that some user has, calls for.
fn missing(stages: Stages<'_>, called: &[Called], sink: &mut Sink) {
    let program = stages.program;
    // Where no permission is known to call for a licence, nothing can be said of it.
    let known =
        (0..program.licenses.len()).map(LicenseId::new).filter(|license| !program.sets.is_empty(program.license(*license).needs));
    let known = known.map(|license| included(program, Licenses::default().with(license)));
    let known = known.fold(Licenses::default(), Licenses::union);
    let has: Vec<Licenses> = called.iter().map(|called| included(program, licenses::all(called))).collect();
    let needed: Vec<Licenses> = program
        .role_ids()
        .map(|role| {
            let needed = facts(program, role).into_iter().flat_map(|facts| &facts.requires_licenses);
            needed.map(|(license, _)| *license).filter(|license| known.has(*license)).fold(Licenses::default(), Licenses::with)
        })
        .collect();
    let lacking = lacking(program, &has, &needed);
    for role in program.named_roles().into_iter().filter(|role| stages.flat.is_flat(*role)) {
        for (license, span) in facts(program, role).into_iter().flat_map(|facts| &facts.requires_licenses) {
            if needed[role.index()].without(has[role.index()]).has(*license) {
                let user = lacking.get(&(role, *license)).map(|(user, more)| (&*program.subjects.user(*user).name, *more));
                let own = program.role(role);
                let finding = words::licenses::missing(&own.name, (&program.license(*license).name, *span), user);
                sink.report(finding.about(own.span));
            }
        }
    }
}

/// Licences with all that are cheaper.
fn included(program: &Program, licenses: Licenses) -> Licenses {
    licenses.iter().fold(licenses, |all, license| all.union(program.license(license).cheaper))
}

/// Users who have a role that needs a licence, and nothing that calls for it.
fn lacking(program: &Program, has: &[Licenses], needed: &[Licenses]) -> Lacking {
    let mut lacking = Lacking::new();
    let everybody = Joined::new(program, |role, _| (has[role.index()], needed[role.index()]));
    for user in joined::users(program) {
        let (has, all) = everybody.of_user(program, user);
        let all = all.without(has);
        if all.is_empty() {
            continue;
        }
        let mut roles: Vec<RoleId> = access::of_user(program, user).map(|given| given.role).collect();
        roles.sort_unstable();
        roles.dedup();
        for role in roles {
            for license in needed[role.index()].without(has).iter() {
                lacking.entry((role, license)).and_modify(|(_, more)| *more += 1).or_insert((user, 0));
            }
        }
    }
    lacking
}
