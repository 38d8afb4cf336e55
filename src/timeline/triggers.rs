//! Which backfills what a role holds may set off, so that the others need not be asked.

use rustc_hash::FxHashMap;

use super::{considers, is_active};
use crate::flatten::Flat;
use crate::model::{Program, RoleFilter, RoleId};
use crate::sets::PermissionId;

/// The backfills that are performed at all, by what sets them off. They are named by their places among these.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    /// Their places in the program, ascending.
    pub(super) backfills: Vec<usize>,
    /// All permissions that set something off, ascending.
    pub(super) permissions: Vec<PermissionId>,
    /// By permission of the catalog, and one more: where what it sets off begins.
    starts: Vec<u32>,
    /// What each permission sets off, side by side.
    set_off: Vec<u32>,
    /// Those that need no trigger and name no roles.
    outright: Vec<u32>,
    /// By role: those that name it.
    naming: FxHashMap<RoleId, Vec<u32>>,
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Triggers {
    pub(super) fn new(program: &Program) -> Self {
        let backfills: Vec<usize> = (0..program.backfills.len()).filter(|at| is_active(program, *at)).collect();
        let mut triggers = Self { backfills, ..Self::default() };
        let mut pairs: Vec<(PermissionId, u32)> = Vec::new();
        for (at, backfill) in triggers.backfills.iter().map(|at| &program.backfills[*at]).enumerate() {
            let at = short(at);
            if let RoleFilter::Named(roles) = &backfill.filter {
                for role in roles {
                    triggers.naming.entry(*role).or_default().push(at);
                }
            }
            match &backfill.trigger {
                Some(trigger) => pairs.extend(trigger.permissions.iter().map(|permission| (*permission, at))),
                None if matches!(backfill.filter, RoleFilter::Named(_)) => {}
                None => triggers.outright.push(at),
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        triggers.starts = vec![0; program.catalog.len() + 1];
        for (permission, at) in &pairs {
            triggers.starts[permission.index() + 1] += 1;
            triggers.set_off.push(*at);
        }
        let mut sum = 0;
        for start in &mut triggers.starts {
            sum += *start;
            *start = sum;
        }
        triggers.permissions = pairs.into_iter().map(|(permission, _)| permission).collect();
        triggers.permissions.dedup();
        triggers
    }

    /// Those that a permission may set off.
    pub(super) fn of(&self, permission: PermissionId) -> &[u32] {
        let (start, end) = (self.starts[permission.index()], self.starts[permission.index() + 1]);
        &self.set_off[start as usize..end as usize]
    }

    /// Those that name a role.
    pub(super) fn naming(&self, role: RoleId) -> &[u32] {
        self.naming.get(&role).map_or(&[], Vec::as_slice)
    }

    /// Those that consider a role and that it may set off as flattened, or that need no trigger; ascending.
    pub(super) fn of_role(&self, program: &Program, flat: &Flat, role: RoleId) -> Vec<u32> {
        let groups = flat.groups(role).unwrap_or_default();
        let held: usize = groups.iter().map(|group| program.sets.len(group.set)).sum();
        let mut found = self.outright.clone();
        let needs_none = |at: &&u32| program.backfills[self.backfills[**at as usize]].trigger.is_none();
        found.extend(self.naming(role).iter().filter(needs_none));
        if held < self.permissions.len() {
            let held = groups.iter().flat_map(|group| program.sets.iter(group.set));
            found.extend(held.flat_map(|permission| self.of(permission)));
        } else {
            let held = self.permissions.iter().filter(|permission| flat.holds(program, role, **permission));
            found.extend(held.flat_map(|permission| self.of(*permission)));
        }
        found.retain(|at| considers(program, self.backfills[*at as usize], role));
        found.sort_unstable();
        found.dedup();
        found
    }
}
