//! Vendor roles that are edited in place.

use super::Stages;
use crate::diagnostic::{Sink, words};
use crate::model::{RoleId, RoleKind};

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
    let added = after.iter().filter(|id| before.binary_search(id).is_err()).count();
    let removed = before.iter().filter(|id| after.binary_search(id).is_err()).count();
    sink.report(words::roles::edited_vendor_role(&own.name, own.name_span, added, removed));
}
