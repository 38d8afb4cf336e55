//! Where roles hold a permission by some of the clauses only, worked out for the roles asked about and their ancestors.

use rustc_hash::FxHashMap;

use super::Filter;
use crate::flatten::Flat;
use crate::limits;
use crate::model::{Program, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;

/// Where roles hold something.
type Row = FxHashMap<RoleId, ScopeId>;

/// Memory of traces, since several backfills share triggers, and roles their ancestors.
#[derive(Debug, Default)]
pub struct Traces {
    known: FxHashMap<(PermissionId, Filter), Row>,
    /// By role: another one that holds what is asked about by the same clauses, or itself; none where nothing is known of that.
    origins: Vec<RoleId>,
    /// How much is remembered.
    held: usize,
}

impl Traces {
    /// Follows nothing twice for roles of one origin: by role, one that holds all that will be asked about as it does.
    #[must_use]
    pub fn by_origin(origins: Vec<RoleId>) -> Self {
        Self { origins, ..Self::default() }
    }

    /// Whether more would have to be remembered than [`limits::TRACES`]; from then on everything is held nowhere.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.held > limits::TRACES
    }

    /// Where a flattened role holds a permission, whatever the condition, by the clauses that count.
    pub fn scope(
        &mut self,
        program: &mut Program,
        flat: &Flat,
        role: RoleId,
        permission: PermissionId,
        filter: Filter,
    ) -> ScopeId {
        if self.is_full() {
            return Scopes::empty();
        }
        let origins = &self.origins;
        let origin = |role: RoleId| origins.get(role.index()).copied().unwrap_or(role);
        let role = origin(role);
        let row = self.known.entry((permission, filter)).or_default();
        if let Some(known) = row.get(&role) {
            return *known;
        }
        let before = row.len();
        // A role is worked out after its ancestors; the stack is its own, so a chain of any length is followed.
        let mut open = vec![role];
        while let Some(at) = open.last().copied() {
            let depth = open.len();
            if !row.contains_key(&at) {
                let parents = program.role(at).parents.clone().map(|parent| origin(program.parents[parent as usize].role));
                open.extend(parents.filter(|parent| !row.contains_key(parent) && flat.holds(program, *parent, permission)));
            }
            if open.len() > depth {
                continue;
            }
            open.pop();
            if !row.contains_key(&at) {
                let scope = scope_in(program, (row, &origin), at, (permission, filter));
                row.insert(at, scope);
            }
        }
        self.held += row.len() - before;
        row.get(&role).copied().unwrap_or_else(Scopes::empty)
    }
}

/// Where a role holds a permission, by where its parents do.
fn scope_in(
    program: &mut Program,
    (row, origin): (&Row, &dyn Fn(RoleId) -> RoleId),
    id: RoleId,
    (permission, filter): (PermissionId, Filter),
) -> ScopeId {
    if program.is_excepted(id, permission) {
        return Scopes::empty();
    }
    let role = program.role(id);
    let (parents, allows, within) = (role.parents.clone(), role.allows.clone(), role.within);
    let mut scope = Scopes::empty();
    for at in parents {
        let parent = origin(program.parents[at as usize].role);
        let mut inherited = row.get(&parent).copied().unwrap_or_else(Scopes::empty);
        if let Some(copy) = program.pinned_copy(id, at) {
            let held = copy.groups.iter().filter(|group| program.sets.contains(group.set, permission));
            let held: Vec<ScopeId> = held.map(|group| group.scope).collect();
            let pinned = held.into_iter().fold(Scopes::empty(), |a, b| program.scopes.union(a, b));
            inherited = if filter.explicitly { program.scopes.intersection(inherited, pinned) } else { pinned };
        }
        scope = program.scopes.union(scope, inherited);
    }
    for at in allows {
        let allow = &program.allows[at as usize];
        if filter.counts(allow) && program.sets.contains(allow.set, permission) {
            let own = program.scope_for(permission, allow.scope);
            scope = program.scopes.union(scope, own);
        }
    }
    match within {
        Some((within, _)) if !program.catalog.is_unaware(permission) => program.scopes.intersection(scope, within),
        _ => scope,
    }
}
