//! Vendor roles that are edited in place.

use super::Stages;
use crate::diagnostic::{Sink, words};
use crate::model::{RoleId, RoleKind};
use crate::sets::PermissionId;

pub(super) fn check(stages: Stages<'_>, role: RoleId, sink: &mut Sink) {
    let Stages { program, flat, .. } = stages;
    let own = program.role(role);
    let (RoleKind::Override, Some(base)) = (own.kind, program.parents(role).first()) else { return };
    let names = |id| {
        let mut held: Vec<_> = flat.grants(program, id).into_iter().map(|grant| grant.permission).collect();
        held.dedup();
        held
    };
    let (before, after) = (names(base.role), names(role));
    let only = |one: &[PermissionId], other: &[PermissionId]| -> Vec<String> {
        let only = one.iter().filter(|id| other.binary_search(id).is_err());
        only.map(|id| program.catalog.name(*id).to_owned()).collect()
    };
    sink.report(words::roles::edited_vendor_role(&own.name, own.name_span, &only(&after, &before), &only(&before, &after)));
}
