//! What a bundle numbers, each by what it is called or holds: permissions, scopes, conditions and sets that are
//! in use, and the grants of all roles in these numbers.

use crate::conditions::{ConditionId, Conditions};
use crate::flatten::Flat;
use crate::id::Id;
use crate::model::{Group, Program, Requirement, RoleId};
use crate::scopes::{DivisionId, ScopeId, Scopes};
use crate::sets::{PermissionId, SetId};

use super::times::Times;

/// Stands for no number.
const NONE: u32 = u32::MAX;

/// One grant in a bundle's numbers. They order as they are written: unconditional ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Numbered {
    pub(super) condition: Option<u32>,
    pub(super) scope: u32,
    pub(super) set: u32,
}

/// The things that are in use, in the bundle's order, and the way from a compiler's id to a number.
#[derive(Debug)]
pub(super) struct Numbers<T> {
    pub(super) listed: Vec<Id<T>>,
    number_of: Vec<u32>,
}

impl<T> Numbers<T> {
    fn new(count: usize) -> Self {
        Self { listed: Vec::new(), number_of: vec![NONE; count] }
    }

    /// Adds a thing unless it is there; whether it was not.
    fn add(&mut self, id: Id<T>) -> bool {
        let slot = &mut self.number_of[id.index()];
        let new = *slot == NONE;
        if new {
            *slot = u32::try_from(self.listed.len()).unwrap_or(NONE);
            self.listed.push(id);
        }
        new
    }

    /// Numbers the things anew, by a key.
    fn sort_by_key<K: Ord>(&mut self, key: impl FnMut(&Id<T>) -> K) {
        self.listed.sort_by_cached_key(key);
        for (number, id) in (0..).zip(&self.listed) {
            self.number_of[id.index()] = number;
        }
    }

    pub(super) fn of(&self, id: Id<T>) -> u32 {
        self.number_of[id.index()]
    }

    pub(super) fn len(&self) -> usize {
        self.listed.len()
    }
}

/// Everything in a bundle that has a number but no place of its own.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) permissions: Numbers<crate::sets::PermissionTag>,
    pub(super) scopes: Numbers<crate::scopes::ScopeTag>,
    pub(super) conditions: Numbers<crate::conditions::ConditionTag>,
    pub(super) sets: Numbers<crate::sets::SetTag>,
    /// By backfill of the program: its number, for those that change something.
    pub(super) backfills: Vec<Option<usize>>,
    /// Surfaces by their places in the program, in the bundle's order.
    pub(super) surfaces: Vec<usize>,
    grants: Vec<Numbered>,
    /// By role of the bundle: where its grants begin; and where the last one's end.
    starts: Vec<usize>,
}

impl Tables {
    /// Numbers what some roles hold and gain, and what opens surfaces.
    pub(super) fn new(program: &Program, flat: &Flat, roles: &[RoleId], times: &Times) -> Self {
        let mut tables = Self {
            permissions: Numbers::new(program.catalog.len()),
            scopes: Numbers::new(program.scopes.count()),
            conditions: Numbers::new(program.conditions.count()),
            sets: Numbers::new(program.sets.count()),
            backfills: backfills(program, times),
            surfaces: surfaces(program),
            grants: Vec::new(),
            starts: Vec::with_capacity(roles.len() + 1),
        };
        let groups_of = |role: &RoleId| -> &[Group] {
            times.folded.get(role).map_or_else(|| flat.groups(*role).unwrap_or_default(), Vec::as_slice)
        };
        for group in roles.iter().flat_map(groups_of) {
            tables.use_group(*group);
        }
        for (set, scope) in gains(times) {
            tables.use_group(Group { condition: Conditions::always(), scope, set });
        }
        tables.scopes.sort_by_key(|scope| scope_key(program, *scope));
        tables.conditions.sort_by_key(|condition| program.conditions.get(*condition));
        tables.number_grants(roles.iter().map(groups_of));
        tables.number_sets(times);
        tables.number_permissions(program);
        tables
    }

    /// The grants of a role by its place in the bundle.
    pub(super) fn grants(&self, role: usize) -> &[Numbered] {
        &self.grants[self.starts[role]..self.starts[role + 1]]
    }

    /// What a change gains, in the order it is written.
    pub(super) fn gains(&self, gains: &[(SetId, ScopeId)]) -> Vec<Numbered> {
        let numbered = |(set, scope): &(SetId, ScopeId)| self.numbered(Conditions::always(), *scope, *set);
        let mut numbered: Vec<Numbered> = gains.iter().map(numbered).collect();
        numbered.sort_unstable();
        numbered
    }

    fn use_group(&mut self, group: Group) {
        self.scopes.add(group.scope);
        if group.condition != Conditions::always() {
            self.conditions.add(group.condition);
        }
        self.sets.add(group.set);
    }

    fn numbered(&self, condition: ConditionId, scope: ScopeId, set: SetId) -> Numbered {
        let condition = (condition != Conditions::always()).then(|| self.conditions.of(condition));
        Numbered { condition, scope: self.scopes.of(scope), set: self.sets.of(set) }
    }

    /// Puts the grants of all roles side by side; their sets keep preliminary numbers.
    fn number_grants<'g>(&mut self, groups: impl Iterator<Item = &'g [Group]>) {
        for groups in groups {
            let start = self.grants.len();
            self.starts.push(start);
            for group in groups {
                let numbered = self.numbered(group.condition, group.scope, group.set);
                self.grants.push(numbered);
            }
            // No two grants of a role agree in scope and condition, so preliminary numbers do not decide.
            self.grants[start..].sort_unstable();
        }
        self.starts.push(self.grants.len());
    }

    /// Numbers the sets as somebody meets them who reads grants and gains in the bundle's order.
    fn number_sets(&mut self, times: &Times) {
        let preliminary = std::mem::take(&mut self.sets.listed);
        self.sets.number_of.fill(NONE);
        for grant in &mut self.grants {
            let set = preliminary[grant.set as usize];
            self.sets.add(set);
            grant.set = self.sets.of(set);
        }
        for change in times.calendars.iter().flatten().flat_map(|epoch| &epoch.changes) {
            let mut gains: Vec<(u32, SetId)> = change.gains.iter().map(|(set, scope)| (self.scopes.of(*scope), *set)).collect();
            gains.sort_unstable();
            for (_, set) in gains {
                self.sets.add(set);
            }
        }
    }

    fn number_permissions(&mut self, program: &Program) {
        let mut used = vec![false; program.catalog.len()];
        // In the order in which they are stored, since they are many and far apart otherwise.
        let mut sets = self.sets.listed.clone();
        sets.sort_unstable();
        for set in &sets {
            program.sets.for_each_run(*set, |first, last| used[first as usize..=last as usize].fill(true));
        }
        for surface in &program.surfaces {
            if let Requirement::Any(permissions) | Requirement::All(permissions) = &surface.requirement {
                for permission in permissions {
                    used[permission.index()] = true;
                }
            }
        }
        for at in (0..used.len()).filter(|at| used[*at]) {
            self.permissions.add(PermissionId::new(at));
        }
    }
}

/// What orders scopes: `all` first, then by the divisions in them.
fn scope_key(program: &Program, scope: ScopeId) -> Option<Vec<DivisionId>> {
    if scope == Scopes::all() { None } else { program.scopes.divisions(scope) }
}

fn gains(times: &Times) -> impl Iterator<Item = (SetId, ScopeId)> + '_ {
    times.calendars.iter().flatten().flat_map(|epoch| &epoch.changes).flat_map(|change| change.gains.iter().copied())
}

/// Numbers the backfills that change something, in order of their names.
fn backfills(program: &Program, times: &Times) -> Vec<Option<usize>> {
    let mut used = vec![false; program.backfills.len()];
    for change in times.calendars.iter().flatten().flat_map(|epoch| &epoch.changes) {
        used[change.backfill] = true;
    }
    let mut next = 0..;
    used.into_iter().map(|used| used.then(|| next.next()).flatten()).collect()
}

/// The surfaces in order of kind, method and name.
fn surfaces(program: &Program) -> Vec<usize> {
    let mut surfaces: Vec<usize> = (0..program.surfaces.len()).collect();
    surfaces.sort_by_key(|at| (&program.surfaces[*at].kind, &program.surfaces[*at].name));
    surfaces
}
