//! The nearest derivation of a permission in a role: own clauses before parents, in the order they stand.

use rustc_hash::FxHashMap;

use super::{Derivation, Step, given};
use crate::flatten::Flat;
use crate::limits;
use crate::model::{Parent, Program, RoleId};
use crate::scopes::ScopeId;
use crate::sets::PermissionId;

/// The first derivation of a permission in a role, with every step of its path.
#[must_use]
pub fn nearest(program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Option<Derivation> {
    let (mut path, mut at) = (Vec::new(), role);
    loop {
        let own = program.role(at).allows.clone().map(|clause| clause as usize);
        if let Some((allow, scope)) = first_clause(program, at, permission, own) {
            return Some(Derivation { path, more: 0, role: at, allow, scope });
        }
        let parent = giver(program, flat, at, permission)?;
        path.push(Step { role: at, kind: parent.kind, span: parent.span });
        at = parent.role;
    }
}

/// The first of a role's clauses that gives a permission, and where.
fn first_clause(
    program: &Program,
    role: RoleId,
    permission: PermissionId,
    mut clauses: impl Iterator<Item = usize>,
) -> Option<(usize, ScopeId)> {
    let reaches = |scope: ScopeId| match program.role(role).within {
        Some((within, _)) if !program.catalog.is_unaware(permission) => !program.scopes.are_disjoint(scope, within),
        _ => true,
    };
    let scope_of = |clause: usize| program.scope_for(permission, program.allows[clause].scope);
    clauses
        .find(|clause| program.sets.contains(program.allows[*clause].set, permission) && reaches(scope_of(*clause)))
        .map(|clause| (clause, scope_of(clause)))
}

/// The first parent that gives a permission to a role; none where only the lock file still has it.
fn giver(program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Option<Parent> {
    let gives = |parent: &u32| {
        let mut groups = given(program, flat, role, *parent).iter();
        groups.any(|group| program.sets.contains(group.set, permission))
    };
    let parent = program.parents[program.role(role).parents.clone().find(gives)? as usize];
    // The lock file pins what the copied role has no more.
    flat.holds(program, parent.role, permission).then_some(parent)
}

/// Clauses of a role from which on it is worth while to know those of one permission by it.
const MANY: usize = 64;

/// Steps of a long way after which its end is remembered.
const STRIDE: usize = 64;

/// Clauses of one permission, in order of it, and those of several.
type ByWidth = (Vec<(PermissionId, usize)>, Vec<usize>);

/// Where ways end, remembered, so that asking all roles of a long chain does not walk it again for each of them.
#[derive(Debug, Default)]
pub struct Nearest {
    ends: FxHashMap<(RoleId, PermissionId), Option<End>>,
    /// By role of many clauses: those of one permission, in order of it, and those of several.
    by_width: FxHashMap<RoleId, ByWidth>,
}

/// The end of a way: how many steps off, and what gives the permission there.
#[derive(Debug, Clone, Copy)]
struct End {
    steps: usize,
    role: RoleId,
    allow: usize,
    scope: ScopeId,
}

impl Nearest {
    /// The first derivation of a permission in a role, with as many steps of its path as a finding shows.
    #[must_use]
    pub fn of(&mut self, program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Option<Derivation> {
        let End { steps, role: giving, allow, scope } = self.end(program, flat, role, permission)?;
        let (mut path, mut at) = (Vec::new(), role);
        for _ in 0..steps.min(limits::CHAIN_LABELS + 1) {
            let parent = giver(program, flat, at, permission)?;
            path.push(Step { role: at, kind: parent.kind, span: parent.span });
            at = parent.role;
        }
        let more = steps - path.len();
        Some(Derivation { path, more, role: giving, allow, scope })
    }

    fn end(&mut self, program: &Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Option<End> {
        let (mut passed, mut at) = (Vec::new(), role);
        let end = loop {
            if let Some(known) = self.ends.get(&(at, permission)) {
                break *known;
            }
            if let Some((allow, scope)) = self.clause(program, at, permission) {
                break Some(End { steps: 0, role: at, allow, scope });
            }
            passed.push(at);
            match giver(program, flat, at, permission) {
                Some(parent) => at = parent.role,
                None => break None,
            }
        };
        for (at, role) in passed.iter().enumerate().step_by(STRIDE) {
            let steps = passed.len() - at;
            self.ends.insert((*role, permission), end.map(|end| End { steps: end.steps + steps, ..end }));
        }
        end.map(|end| End { steps: end.steps + passed.len(), ..end })
    }

    /// The first of a role's own clauses that gives a permission, and where.
    fn clause(&mut self, program: &Program, role: RoleId, permission: PermissionId) -> Option<(usize, ScopeId)> {
        let own = program.role(role).allows.clone().map(|clause| clause as usize);
        if own.len() < MANY {
            return first_clause(program, role, permission, own);
        }
        let (singles, wide) = self.by_width.entry(role).or_insert_with(|| {
            let (mut singles, mut wide) = (Vec::new(), Vec::new());
            for clause in own {
                match program.allows[clause].single {
                    Some(permission) => singles.push((permission, clause)),
                    None => wide.push(clause),
                }
            }
            singles.sort_unstable();
            (singles, wide)
        });
        let start = singles.partition_point(|(other, _)| *other < permission);
        let singles = singles[start..].iter().take_while(|(other, _)| *other == permission).map(|(_, clause)| *clause);
        let single = first_clause(program, role, permission, singles);
        let wide = first_clause(program, role, permission, wide.iter().copied());
        single.into_iter().chain(wide).min_by_key(|(clause, _)| *clause)
    }
}
