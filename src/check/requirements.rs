//! Permissions that are useless without others, and roles that need others beside them.

use super::Stages;
use crate::diagnostic::{Sink, words};
use crate::model::RoleId;
use crate::sets::PermissionId;

pub(super) fn check(stages: Stages<'_>, role: RoleId, sink: &mut Sink) {
    let own = stages.program.role(role);
    if own.overridden_by.is_none() {
        permissions(stages, role, sink);
    }
    for (other, span) in own.facts.iter().flat_map(|facts| &facts.requires_roles) {
        if !is_ancestor(stages, role, *other) {
            sink.report(words::roles::required_role(&own.name, &stages.program.role(*other).name, *span));
        }
    }
}

/// Whether a role is another one or among what it inherits from.
fn is_ancestor(stages: Stages<'_>, role: RoleId, other: RoleId) -> bool {
    let mut seen = vec![false; stages.program.roles.len()];
    let mut open = vec![role];
    while let Some(at) = open.pop() {
        if at == other {
            return true;
        }
        if !std::mem::replace(&mut seen[at.index()], true) {
            open.extend(stages.program.parents(at).iter().map(|parent| parent.role));
        }
    }
    false
}

/// The unmet requirements of a role: the permission, and the requirement by its place.
fn unmet(stages: Stages<'_>, role: RoleId) -> Vec<(PermissionId, usize)> {
    let Stages { program, flat, .. } = stages;
    let mut unmet = Vec::new();
    for group in flat.groups(role).unwrap_or_default() {
        for permission in program.sets.iter(group.set) {
            for (at, need) in program.catalog.facts(permission).requires.iter().enumerate() {
                let holds = |id| flat.holds(program, role, id);
                let mut needed = program.sets.iter(need.set);
                if !(if need.any { needed.any(holds) } else { needed.all(holds) }) {
                    unmet.push((permission, at));
                }
            }
        }
    }
    unmet.sort_unstable();
    unmet.dedup();
    unmet
}

fn permissions(stages: Stages<'_>, role: RoleId, sink: &mut Sink) {
    let program = stages.program;
    let missing = unmet(stages, role);
    let inherited: Vec<_> = if missing.is_empty() {
        Vec::new()
    } else {
        program.parents(role).iter().flat_map(|parent| unmet(stages, parent.role)).collect()
    };
    if missing.iter().all(|need| inherited.contains(need)) {
        return;
    }
    let shown: Vec<(String, String, bool)> = missing
        .iter()
        .map(|(permission, at)| {
            let need = &program.catalog.facts(*permission).requires[*at];
            (program.catalog.name(*permission).to_owned(), need.text.to_string(), need.any)
        })
        .collect();
    let own = program.role(role);
    sink.report(words::roles::missing_required(&own.name, own.name_span, &shown));
}
