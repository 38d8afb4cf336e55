//! Where and under which conditions a division-unaware permission was meant to hold: what its clauses say, and every
//! `within` on the way, as if it respected divisions.

use rustc_hash::FxHashMap;

use crate::conditions::ConditionId;
use crate::flatten::Flat;
use crate::model::{Program, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;

/// One place in which a permission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stand {
    /// When.
    pub(super) condition: ConditionId,
    /// Where.
    pub(super) scope: ScopeId,
}

/// What was found out so far: roles share ancestors.
#[derive(Debug, Default)]
pub(super) struct Stands {
    known: FxHashMap<(RoleId, PermissionId), Box<[Stand]>>,
}

impl Stands {
    /// The stands of a permission in a role, none of which covers another.
    pub(super) fn of(&mut self, program: &mut Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Vec<Stand> {
        let mut open = vec![role];
        while let Some(at) = open.last().copied() {
            if self.known.contains_key(&(at, permission)) {
                open.pop();
                continue;
            }
            let parents = inherits_from(program, flat, at, permission);
            let before = open.len();
            open.extend(parents.iter().filter(|parent| !self.known.contains_key(&(**parent, permission))));
            if open.len() == before {
                open.pop();
                let here = self.here(program, at, permission, &parents);
                self.known.insert((at, permission), here.into());
            }
        }
        self.known.get(&(role, permission)).map(|stands| stands.to_vec()).unwrap_or_default()
    }

    /// The stands in a role whose parents are known.
    fn here(&self, program: &mut Program, role: RoleId, permission: PermissionId, parents: &[RoleId]) -> Vec<Stand> {
        if program.is_excepted(role, permission) {
            return Vec::new();
        }
        let inherited = parents.iter().filter_map(|parent| self.known.get(&(*parent, permission))).flatten().copied();
        let pinned = program.pinned_copies.get(&role).map(|pinned| pinned.groups.as_slice()).unwrap_or_default().iter();
        let pinned = pinned.filter(|group| program.sets.contains(group.set, permission));
        let own = program.allows(role).iter().filter(|allow| program.sets.contains(allow.set, permission));
        let mut stands: Vec<Stand> = inherited
            .chain(pinned.map(|group| Stand { condition: group.condition, scope: group.scope }))
            .chain(own.map(|allow| Stand { condition: allow.condition, scope: allow.scope }))
            .collect();
        if let Some((within, _)) = program.role(role).within {
            for stand in &mut stands {
                stand.scope = program.scopes.intersection(stand.scope, within);
            }
        }
        normal(program, stands)
    }
}

/// The parents from which a role has a permission as they are now; a pinned copy has it from its pins.
pub(super) fn inherits_from(program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Vec<RoleId> {
    let pinned = program.pinned_copies.get(&role).map(|pinned| pinned.parent);
    let parents = program.role(role).parents.clone().filter(|at| Some(*at) != pinned);
    let parents = parents.map(|at| program.parents[at as usize].role);
    parents.filter(|parent| flat.holds(program, *parent, permission)).collect()
}

/// Whether a role would still have a permission if its own clauses did not give it.
pub(super) fn inherits(program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> bool {
    let pinned = program.pinned_copies.get(&role).map(|pinned| pinned.groups.as_slice()).unwrap_or_default();
    pinned.iter().any(|group| program.sets.contains(group.set, permission))
        || !inherits_from(program, flat, role, permission).is_empty()
}

/// Stands under one condition as one, without those that others cover and those that are nowhere.
fn normal(program: &mut Program, mut stands: Vec<Stand>) -> Vec<Stand> {
    stands.sort_unstable();
    let mut merged: Vec<Stand> = Vec::with_capacity(stands.len());
    for stand in stands.into_iter().filter(|stand| stand.scope != Scopes::empty()) {
        match merged.last_mut().filter(|last| last.condition == stand.condition) {
            Some(last) => last.scope = program.scopes.union(last.scope, stand.scope),
            None => merged.push(stand),
        }
    }
    let covers = |wide: &Stand, narrow: &Stand| {
        wide.condition != narrow.condition
            && program.conditions.is_weaker(wide.condition, narrow.condition)
            && program.scopes.is_within(narrow.scope, wide.scope)
    };
    merged.iter().filter(|stand| !merged.iter().any(|other| covers(other, stand))).copied().collect()
}
