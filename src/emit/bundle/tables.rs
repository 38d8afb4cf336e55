//! What a bundle numbers, each by what it is called or holds: permissions, scopes, conditions and sets that are
//! in use, and the grants of all roles in these numbers.

use rayon::prelude::*;

use crate::conditions::Conditions;
use crate::flatten::Flat;
use crate::id::Id;
use crate::model::{Group, Program, Requirement, RoleId};
use crate::scopes::{DivisionId, ScopeId, Scopes};
use crate::sets::{PermissionId, SetId};

use super::Extent;
use super::ids::Texts;
use super::times::Times;

/// Roles, or sets, that one thread takes at a time.
const CHUNK: usize = 1024;

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
    pub(super) fn new(count: usize) -> Self {
        Self { listed: Vec::new(), number_of: vec![NONE; count] }
    }

    /// Adds a thing unless it is there, and gives its number.
    pub(super) fn add(&mut self, id: Id<T>) -> u32 {
        let slot = &mut self.number_of[id.index()];
        if *slot == NONE {
            *slot = u32::try_from(self.listed.len()).unwrap_or(NONE);
            self.listed.push(id);
        }
        *slot
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
    /// By enforcement of the program: its number, for those that guard something.
    pub(super) enforcements: Vec<Option<usize>>,
    /// Surfaces by their places in the program, in the bundle's order.
    pub(super) surfaces: Vec<usize>,
    /// The numbers of permissions, ready to be written.
    pub(super) permission_texts: Texts,
    /// The grants of all roles, [`CHUNK`] of them in each part.
    parts: Vec<Part<Numbered>>,
}

/// What [`CHUNK`] roles of the bundle grant, side by side.
#[derive(Debug)]
struct Part<G> {
    grants: Vec<G>,
    /// By role of the part: where its grants begin; and where the last one's end.
    starts: Vec<usize>,
}

impl<G> Part<G> {
    fn new<'g>(roles: impl Iterator<Item = &'g [G]>) -> Self
    where
        G: Copy + 'g,
    {
        let (mut grants, mut starts) = (Vec::new(), vec![0]);
        for role in roles {
            grants.extend_from_slice(role);
            starts.push(grants.len());
        }
        Self { grants, starts }
    }
}

impl Tables {
    /// Numbers what some roles hold and gain, and what opens surfaces.
    pub(super) fn new(program: &Program, flat: &Flat, roles: &[RoleId], (times, extent): (&Times, Extent)) -> Self {
        let groups_of = |role: &RoleId| -> &[Group] {
            times.folded.get(role).map_or_else(|| flat.groups(*role).unwrap_or_default(), Vec::as_slice)
        };
        let parts: Vec<Part<Group>> = roles.par_chunks(CHUNK).map(|roles| Part::new(roles.iter().map(groups_of))).collect();
        let (scopes, conditions) = scopes_and_conditions(program, &parts, times);
        let mut tables = Self {
            permissions: Numbers::new(program.catalog.len()),
            scopes,
            conditions,
            sets: Numbers::new(program.sets.count()),
            backfills: backfills(program, times),
            enforcements: enforcements(program, extent),
            surfaces: surfaces(program),
            permission_texts: Texts::default(),
            parts: Vec::new(),
        };
        tables.parts = parts.into_par_iter().map(|part| tables.number_grants(part)).collect();
        tables.number_sets(times);
        for set in sets_beside_roles(program) {
            tables.sets.add(set);
        }
        tables.number_permissions(program, extent);
        tables.permission_texts = Texts::new(tables.permissions.len());
        tables
    }

    /// The grants of a role by its place in the bundle.
    pub(super) fn grants(&self, role: usize) -> &[Numbered] {
        let (part, at) = (&self.parts[role / CHUNK], role % CHUNK);
        &part.grants[part.starts[at]..part.starts[at + 1]]
    }

    /// What a change gains, in the order it is written.
    pub(super) fn gains(&self, gains: &[(SetId, ScopeId)]) -> Vec<Numbered> {
        let numbered = |(set, scope): &(SetId, ScopeId)| Numbered {
            condition: None,
            scope: self.scopes.of(*scope),
            set: self.sets.of(*set),
        };
        let mut numbered: Vec<Numbered> = gains.iter().map(numbered).collect();
        numbered.sort_unstable();
        numbered
    }

    /// The grants of some roles in the bundle's numbers and order, but that their sets keep the compiler's numbers.
    fn number_grants(&self, part: Part<Group>) -> Part<Numbered> {
        let numbered = |group: &Group| {
            let condition = (group.condition != Conditions::always()).then(|| self.conditions.of(group.condition));
            Numbered { condition, scope: self.scopes.of(group.scope), set: group.set.raw() }
        };
        let mut grants: Vec<Numbered> = part.grants.iter().map(numbered).collect();
        for bounds in part.starts.windows(2) {
            // No two grants of a role agree in scope and condition, so the sets do not decide.
            grants[bounds[0]..bounds[1]].sort_unstable();
        }
        Part { grants, starts: part.starts }
    }

    /// Numbers the sets as somebody meets them who reads grants and gains in the bundle's order.
    fn number_sets(&mut self, times: &Times) {
        for grant in self.parts.iter_mut().flat_map(|part| &mut part.grants) {
            grant.set = self.sets.add(SetId::new(grant.set as usize));
        }
        for change in times.calendars.iter().flatten().flat_map(|epoch| &epoch.changes) {
            let mut gains: Vec<(u32, SetId)> = change.gains.iter().map(|(set, scope)| (self.scopes.of(*scope), *set)).collect();
            gains.sort_unstable();
            for (_, set) in gains {
                self.sets.add(set);
            }
        }
    }

    fn number_permissions(&mut self, program: &Program, extent: Extent) {
        // In the order in which they are stored, since they are many and far apart otherwise.
        let sets: Vec<SetId> =
            (0..self.sets.number_of.len()).filter(|at| self.sets.number_of[*at] != NONE).map(Id::new).collect();
        let both = |mut one: Vec<u32>, other: Vec<u32>| {
            one.iter_mut().zip(other).for_each(|(one, other)| *one |= other);
            one
        };
        let in_sets = sets.par_chunks(CHUNK).map(|sets| program.sets.union(sets));
        let in_sets = in_sets.reduce(|| program.sets.union(&[]), both);
        let mut used: Vec<bool> = (0..program.catalog.len()).map(|at| in_sets[at / 32] & (1 << (at % 32)) != 0).collect();
        let guards = program.enforcements.iter().zip(&self.enforcements).filter(|(_, number)| number.is_some());
        let formerly = guards.map(|(guard, _)| &guard.formerly);
        let asked = (0..program.surfaces.len()).map(|at| match extent.as_of {
            Some(day) => program.asked(at, extent.region, Some(day)),
            None => &program.surfaces[at].requirement,
        });
        for requirement in asked.chain(formerly) {
            if let Requirement::Any(permissions) | Requirement::All(permissions) = requirement {
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

/// Numbers the scopes and the conditions that are in use.
fn scopes_and_conditions(
    program: &Program,
    parts: &[Part<Group>],
    times: &Times,
) -> (Numbers<crate::scopes::ScopeTag>, Numbers<crate::conditions::ConditionTag>) {
    let (mut scopes, mut conditions) = (Numbers::new(program.scopes.count()), Numbers::new(program.conditions.count()));
    for group in parts.iter().flat_map(|part| &part.grants) {
        scopes.add(group.scope);
        if group.condition != Conditions::always() {
            conditions.add(group.condition);
        }
    }
    let changes = times.calendars.iter().flatten().flat_map(|epoch| &epoch.changes);
    for (_, scope) in changes.flat_map(|change| &change.gains) {
        scopes.add(*scope);
    }
    for assignment in &program.subjects.assignments {
        scopes.add(assignment.scope);
    }
    scopes.sort_by_key(|scope| scope_key(program, *scope));
    conditions.sort_by_key(|condition| program.conditions.get(*condition));
    (scopes, conditions)
}

/// The sets that stand elsewhere than in what roles hold: what applications own, and what objects guard.
fn sets_beside_roles(program: &Program) -> impl Iterator<Item = SetId> + '_ {
    let owned = program.subjects.applications.iter().map(|application| application.owns);
    owned.chain(program.objects.iter().flat_map(|object| object.guards.iter().copied()))
}

/// What orders scopes: `all` first, then by the divisions in them.
pub(super) fn scope_key(program: &Program, scope: ScopeId) -> Option<Vec<DivisionId>> {
    if scope == Scopes::all() { None } else { program.scopes.divisions(scope) }
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

/// Numbers the enforcements that guard something, in order of their names. A bundle of one day needs none.
fn enforcements(program: &Program, extent: Extent) -> Vec<Option<usize>> {
    let mut next = 0..;
    let guards = program.enforcements.iter().map(|guard| extent.as_of.is_none() && !guard.surfaces.is_empty());
    guards.map(|guards| guards.then(|| next.next()).flatten()).collect()
}

/// The surfaces in order of kind, method and name.
fn surfaces(program: &Program) -> Vec<usize> {
    let mut surfaces: Vec<usize> = (0..program.surfaces.len()).collect();
    surfaces.sort_by_key(|at| (&program.surfaces[*at].kind, &program.surfaces[*at].name));
    surfaces
}
