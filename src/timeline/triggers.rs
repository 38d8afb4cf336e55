//! Which backfills what a role holds may set off, so that the others need not be asked.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::flatten::Flat;
use crate::model::{Program, RoleId};
use crate::sets::PermissionId;

/// Backfills in some order, by what sets them off.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    by_permission: FxHashMap<PermissionId, Vec<usize>>,
    /// All of these, in order.
    permissions: Vec<PermissionId>,
    /// Those that need no trigger.
    outright: Vec<usize>,
}

impl Triggers {
    /// Of these backfills, by their places in the program.
    pub(super) fn new(program: &Program, backfills: impl IntoIterator<Item = usize>) -> Self {
        let mut triggers = Self::default();
        for (at, backfill) in backfills.into_iter().enumerate() {
            let Some(trigger) = &program.backfills[backfill].trigger else {
                triggers.outright.push(at);
                continue;
            };
            for permission in trigger.permissions.iter().copied() {
                let known = triggers.by_permission.entry(permission).or_default();
                if known.is_empty() {
                    triggers.permissions.push(permission);
                }
                known.push(at);
            }
        }
        triggers.permissions.sort_unstable();
        triggers
    }

    /// The places, in the order given, of the backfills that a permission may set off.
    pub(super) fn of(&self, permission: PermissionId) -> &[usize] {
        self.by_permission.get(&permission).map_or(&[], Vec::as_slice)
    }

    /// The places of the backfills that a role as flattened may set off, and of those that need no trigger.
    pub(super) fn of_role(&self, program: &Program, flat: &Flat, role: RoleId) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = self.outright.iter().copied().collect();
        let groups = flat.groups(role).unwrap_or_default();
        let held: usize = groups.iter().map(|group| program.sets.len(group.set)).sum();
        if held < self.permissions.len() {
            let held = groups.iter().flat_map(|group| program.sets.iter(group.set));
            found.extend(held.flat_map(|permission| self.of(permission)));
        } else {
            let held = self.permissions.iter().filter(|permission| flat.holds(program, role, **permission));
            found.extend(held.flat_map(|permission| self.of(*permission)));
        }
        found
    }
}
