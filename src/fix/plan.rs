//! What a confined role should hold instead of the unaware halves of pairs, so that it reaches what it reached.
//!
//! Each removed permission is replaced by the right sides of its pairs. For each surface still lost, in order of
//! names, the permission that opens the fewest new surfaces is added. What turns out not to be needed is dropped.

use super::stands::Stands;
use crate::catalog::{AllowedConditions, Awareness};
use crate::conditions::{Condition, ConditionId, Conditions, Operand};
use crate::flatten::{Flat, Grant};
use crate::model::{Program, Requirement, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;

/// What to change in a role.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The unaware halves, in ascending order.
    pub(super) removed: Vec<PermissionId>,
    /// The aware halves that are not held yet, each where and when its counterpart stood.
    pub(super) replacements: Vec<Grant>,
    /// What keeps surfaces open that the aware halves do not open.
    pub(super) additions: Vec<Grant>,
    /// Surfaces that the role did not reach before.
    pub(super) opened: Vec<usize>,
    /// Surfaces that nothing can keep open.
    pub(super) lost: Vec<usize>,
}

/// By permission: the surfaces that ask for it.
pub(super) fn surfaces_of(program: &Program) -> Vec<Vec<usize>> {
    let mut surfaces = vec![Vec::new(); program.catalog.len()];
    for (at, surface) in program.surfaces.iter().enumerate() {
        if let Requirement::Any(permissions) | Requirement::All(permissions) = &surface.requirement {
            for permission in permissions {
                surfaces[permission.index()].push(at);
            }
        }
    }
    surfaces
}

/// What is known while one role's plan is made.
pub(super) struct Planner<'a> {
    pub(super) program: &'a mut Program,
    pub(super) flat: &'a Flat,
    pub(super) stands: &'a mut Stands,
    /// By permission: the surfaces that ask for it.
    pub(super) surfaces: &'a [Vec<usize>],
    pub(super) role: RoleId,
    /// In ascending order.
    pub(super) removed: Vec<PermissionId>,
}

impl Planner<'_> {
    pub(super) fn plan(mut self) -> Plan {
        let replacements = self.replacements();
        let mut reached = self.asking_for(&self.removed);
        reached.retain(|surface| self.reaches(*surface, None));
        let mut lost = reached.clone();
        lost.retain(|surface| !self.reaches(*surface, Some(&replacements)));
        let mut held = replacements.clone();
        let mut added = Vec::new();
        for surface in lost.iter().copied() {
            if !self.reaches(surface, Some(&held))
                && let Some((permission, grants)) = self.best(surface, &lost, &held)
            {
                held.extend(grants);
                added.push(permission);
            }
        }
        lost.retain(|surface| !self.reaches(*surface, Some(&held)));
        reached.retain(|surface| !lost.contains(surface));
        for permission in added.into_iter().rev() {
            let without: Vec<Grant> = held.iter().filter(|grant| grant.permission != permission).copied().collect();
            if reached.iter().all(|surface| self.reaches(*surface, Some(&without))) {
                held = without;
            }
        }
        let new: Vec<PermissionId> = held.iter().map(|grant| grant.permission).collect();
        let mut opened = self.asking_for(&new);
        opened.retain(|surface| !self.reaches(*surface, None) && self.reaches(*surface, Some(&held)));
        let additions = held.split_off(replacements.len());
        Plan { removed: self.removed, replacements, additions, opened, lost }
    }

    /// The surfaces that ask for some of these permissions, in order of their names.
    fn asking_for(&self, permissions: &[PermissionId]) -> Vec<usize> {
        let mut surfaces: Vec<usize> = permissions.iter().flat_map(|id| &self.surfaces[id.index()]).copied().collect();
        surfaces.sort_by_key(|at| (&self.program.surfaces[*at].name, *at));
        surfaces.dedup();
        surfaces
    }

    /// The aware halves of the removed permissions, as far as they are not held.
    fn replacements(&mut self) -> Vec<Grant> {
        let mut wishes = Vec::new();
        for unaware in self.removed.clone() {
            for aware in counterparts(self.program, unaware) {
                wishes.extend(self.instead_of(unaware, aware));
            }
        }
        self.missing(wishes)
    }

    /// A permission in the stands of a removed one; nothing where the role itself forbids it.
    fn instead_of(&mut self, removed: PermissionId, permission: PermissionId) -> Vec<Grant> {
        if self.program.is_excepted(self.role, permission) || self.removed.binary_search(&permission).is_ok() {
            return Vec::new();
        }
        let mut grants: Vec<Grant> = if self.program.catalog.is_unaware(permission) {
            let held = self.flat.grants_of(self.program, self.role, removed);
            held.map(|grant| Grant { permission, ..grant }).collect()
        } else {
            let stands = self.stands.of(self.program, self.flat, self.role, removed);
            stands.iter().map(|stand| Grant { permission, condition: stand.condition, scope: stand.scope }).collect()
        };
        grants.retain(|grant| takes(self.program, permission, grant.condition, removed));
        grants
    }

    /// What is not held yet of what is wished for, grants of one permission under one condition as one.
    fn missing(&mut self, mut wishes: Vec<Grant>) -> Vec<Grant> {
        wishes.sort_unstable();
        let mut merged: Vec<Grant> = Vec::new();
        for wish in wishes {
            match merged.last_mut().filter(|last| (last.permission, last.condition) == (wish.permission, wish.condition)) {
                Some(last) => last.scope = self.program.scopes.union(last.scope, wish.scope),
                None => merged.push(wish),
            }
        }
        let mut missing: Vec<Grant> = Vec::new();
        for wish in merged {
            let held = self.flat.grants_of(self.program, self.role, wish.permission);
            let same = held.chain(missing.iter().copied().filter(|other| other.permission == wish.permission));
            let weaker = same.filter(|other| self.program.conditions.is_weaker(other.condition, wish.condition));
            let scopes: Vec<ScopeId> = weaker.map(|other| other.scope).collect();
            let held = self.union(&scopes);
            let scope = self.difference(wish.scope, held);
            if scope != Scopes::empty() {
                missing.push(Grant { scope, ..wish });
            }
        }
        missing
    }

    fn union(&mut self, scopes: &[ScopeId]) -> ScopeId {
        scopes.iter().fold(Scopes::empty(), |a, b| self.program.scopes.union(a, *b))
    }

    /// A scope without another one; whole where the rest can't be written, as with `all`.
    fn difference(&mut self, scope: ScopeId, without: ScopeId) -> ScopeId {
        let scopes = &mut self.program.scopes;
        if scopes.is_within(scope, without) {
            return Scopes::empty();
        }
        match (scopes.divisions(scope), scopes.divisions(without)) {
            (Some(divisions), Some(without)) => scopes.of(divisions.into_iter().filter(|id| !without.contains(id))),
            _ => scope,
        }
    }

    /// The permission that keeps a lost surface open at the least cost, and how it is to be granted.
    fn best(&mut self, surface: usize, lost: &[usize], held: &[Grant]) -> Option<(PermissionId, Vec<Grant>)> {
        let Requirement::Any(permissions) = self.program.surfaces[surface].requirement.clone() else { return None };
        let mut best: Option<((usize, u8, PermissionId), Vec<Grant>)> = None;
        for permission in permissions {
            // Half of another pair would only be the next conflict.
            let is_half = !counterparts(self.program, permission).is_empty();
            let grants = if is_half { Vec::new() } else { self.wish(permission, lost) };
            if !grants.is_empty() {
                let cost = self.cost(permission, &grants, held);
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, grants));
                }
            }
        }
        best.map(|((.., permission), grants)| (permission, grants))
    }

    /// What a permission costs in addition to what is held: new surfaces, then how sure its confinement is, then its name.
    fn cost(&mut self, permission: PermissionId, grants: &[Grant], held: &[Grant]) -> (usize, u8, PermissionId) {
        let with: Vec<Grant> = held.iter().chain(grants).copied().collect();
        let mut opened = self.surfaces[permission.index()].clone();
        opened.retain(|at| !self.reaches(*at, None) && !self.reaches(*at, Some(held)) && self.reaches(*at, Some(&with)));
        let doubt = match self.program.catalog.facts(permission).awareness {
            Awareness::Aware => 0,
            Awareness::Unstated => 1,
            Awareness::Unaware => 2,
        };
        (opened.len(), doubt, permission)
    }

    /// A permission wherever it would stand in for a removed one at a surface that is lost.
    fn wish(&mut self, permission: PermissionId, lost: &[usize]) -> Vec<Grant> {
        let mut instead_of: Vec<PermissionId> = Vec::new();
        for surface in lost {
            if let Requirement::Any(list) = &self.program.surfaces[*surface].requirement
                && list.contains(&permission)
            {
                instead_of.extend(list.iter().filter(|id| self.removed.binary_search(id).is_ok()));
            }
        }
        instead_of.sort_unstable();
        instead_of.dedup();
        let mut wishes = Vec::new();
        for removed in instead_of {
            wishes.extend(self.instead_of(removed, permission));
        }
        self.missing(wishes)
    }

    /// Whether the role reaches a surface: as it is, or without what is removed and with other grants instead.
    fn reaches(&mut self, surface: usize, instead: Option<&[Grant]>) -> bool {
        let (permissions, all) = match self.program.surfaces[surface].requirement.clone() {
            Requirement::Any(permissions) => (permissions, false),
            Requirement::All(permissions) => (permissions, true),
            Requirement::Open | Requirement::Unstated => return true,
        };
        let mut scope = if all { Scopes::all() } else { Scopes::empty() };
        for permission in permissions {
            let held = self.held(permission, instead);
            let scopes = &mut self.program.scopes;
            scope = if all { scopes.intersection(scope, held) } else { scopes.union(scope, held) };
        }
        scope != Scopes::empty()
    }

    /// Where the role holds a permission, whatever the condition.
    fn held(&mut self, permission: PermissionId, instead: Option<&[Grant]>) -> ScopeId {
        let is_removed = instead.is_some() && self.removed.binary_search(&permission).is_ok();
        let own = self.flat.grants_of(self.program, self.role, permission).filter(|_| !is_removed);
        let added = instead.unwrap_or_default().iter().copied().filter(|grant| grant.permission == permission);
        let scopes: Vec<ScopeId> = own.chain(added).map(|grant| grant.scope).collect();
        self.union(&scopes)
    }
}

/// The right sides of a permission's pairs.
pub(super) fn counterparts(program: &Program, unaware: PermissionId) -> Vec<PermissionId> {
    let start = program.pairs.partition_point(|pair| pair.unaware < unaware);
    program.pairs[start..].iter().take_while(|pair| pair.unaware == unaware).map(|pair| pair.aware).collect()
}

/// Whether the catalog lets a permission be granted under a condition that stands on another one.
pub(super) fn takes(program: &Program, permission: PermissionId, condition: ConditionId, like: PermissionId) -> bool {
    if condition == Conditions::always() {
        return true;
    }
    let allowed = |id: PermissionId, variable: &str| match &program.catalog.facts(id).conditions {
        None => None,
        Some(AllowedConditions::Any) => Some(None),
        Some(AllowedConditions::Variables(list)) => {
            list.iter().find(|(name, _)| **name == *variable).map(|(_, kind)| Some(*kind))
        }
    };
    let mut variables = Vec::new();
    if let Some(condition) = program.conditions.get(condition) {
        variables_in(condition, &mut variables);
    }
    variables.iter().all(|name| [Some(None), allowed(like, name)].contains(&allowed(permission, name)))
}

/// The variables that a condition compares; nesting is bounded by the parser.
fn variables_in<'c>(condition: &'c Condition, found: &mut Vec<&'c str>) {
    let mut operand = |operand: &'c Operand| {
        if let Operand::Variable(name) = operand {
            found.push(name);
        }
    };
    match condition {
        Condition::Compare(variable, _, value) => {
            operand(value);
            found.push(variable);
        }
        Condition::In(variable, values) => {
            values.iter().for_each(operand);
            found.push(variable);
        }
        Condition::And(operands) | Condition::Or(operands) => {
            operands.iter().for_each(|operand| variables_in(operand, found));
        }
    }
}
