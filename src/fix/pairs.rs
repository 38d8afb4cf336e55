//! A plan → edits in the confined role's own declaration, as a reviewer would write them.
//!
//! Own clauses are rewritten in place where what is left of them can be written; what a wildcard or a parent brings
//! is taken away with `except`; everything else is allowed in new lines after the role's last clause.

use std::collections::BTreeMap;

use super::lines::Place;
use super::plan::{Plan, Planner, counterparts};
use super::selectors::{Stars, narrowed, written};
use super::{Fixes, stands};
use crate::catalog::Awareness;
use crate::conditions::{ConditionId, Conditions};
use crate::diagnostic::words::fixes::{Swap, swap_title};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::flatten::Grant;
use crate::model::{Allow, Program, RoleId, RoleKind};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::source::Source;

/// The fix of all pair conflicts of a role.
pub(super) fn fix(fixes: &mut Fixes<'_>, role: RoleId, removed: Vec<PermissionId>) -> Option<Fix> {
    let Fixes { program, flat, stands, surfaces, .. } = fixes;
    let plan = Planner { program, flat, stands, surfaces, role, removed }.plan();
    let source = fixes.sources.file_of(fixes.program.role(role).span)?;
    let edits = Edits { fixes, source, role, plan: &plan, pending: pending(&plan) }.all();
    let catalog = &fixes.program.catalog;
    let aware = |grant: &&Grant| catalog.facts(grant.permission).awareness == Awareness::Aware;
    let automatic = plan.opened.is_empty() && plan.lost.is_empty() && plan.additions.iter().all(|grant| aware(&grant));
    (!edits.is_empty()).then(|| Fix { title: title(fixes.program, &plan), automatic, edits })
}

/// Takes what a finding is about away from a role of the organisation. Only offered: somebody may need it.
pub(super) fn removal(fixes: &mut Fixes<'_>, role: RoleId, finding: &Diagnostic) -> Option<Fix> {
    if fixes.program.role(role).kind == RoleKind::Default {
        return None;
    }
    let removed = finding.permissions.iter().map(|id| PermissionId::new(*id as usize));
    let removed = removed.filter(|id| fixes.flat.holds(fixes.program, role, *id)).collect();
    let plan = Plan { removed, ..Plan::default() };
    let source = fixes.sources.file_of(fixes.program.role(role).span)?;
    let edits = Edits { fixes, source, role, plan: &plan, pending: Vec::new() }.all();
    (!edits.is_empty()).then(|| Fix { title: title(fixes.program, &plan), automatic: false, edits })
}

/// All grants that are to be written.
fn pending(plan: &Plan) -> Vec<Grant> {
    plan.replacements.iter().chain(&plan.additions).copied().collect()
}

fn title(program: &Program, plan: &Plan) -> String {
    let catalog = &program.catalog;
    let names = |grants: &[Grant], wanted: &[Awareness]| {
        let mut ids: Vec<PermissionId> = grants.iter().map(|grant| grant.permission).collect();
        ids.retain(|id| wanted.contains(&catalog.facts(*id).awareness));
        ids.sort_unstable();
        ids.dedup();
        written(catalog, &ids, Stars::Never)
    };
    let surfaces = |places: &[usize]| places.iter().map(|at| program.surfaces[*at].title()).collect();
    swap_title(&Swap {
        removed: written(catalog, &plan.removed, Stars::Allowed),
        replacements: names(&plan.replacements, &[Awareness::Aware, Awareness::Unstated, Awareness::Unaware]),
        aware: names(&plan.additions, &[Awareness::Aware]),
        unconfined: names(&plan.additions, &[Awareness::Unaware]),
        unstated: names(&plan.additions, &[Awareness::Unstated]),
        opened: surfaces(&plan.opened),
        lost: surfaces(&plan.lost),
    })
}

/// The edits of one role while they are gathered.
struct Edits<'f, 'p> {
    fixes: &'f mut Fixes<'p>,
    source: &'f Source,
    role: RoleId,
    plan: &'f Plan,
    /// Grants that no line says yet.
    pending: Vec<Grant>,
}

/// What becomes of an own clause.
enum Rewritten {
    /// It stays as it is.
    Not,
    /// It is written otherwise, or goes.
    By(Edit),
    /// It stays, and needs an `except` of these.
    Without(Vec<PermissionId>),
}

impl Edits<'_, '_> {
    fn all(mut self) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut refused: Vec<PermissionId> = Vec::new();
        for clause in self.fixes.program.role(self.role).allows.clone() {
            match self.rewritten(clause as usize) {
                Rewritten::Not => {}
                Rewritten::By(edit) => edits.push(edit),
                Rewritten::Without(gone) => refused.extend(gone),
            }
        }
        let Fixes { program, flat, .. } = &*self.fixes;
        refused.extend(self.plan.removed.iter().filter(|id| stands::inherits(program, flat, self.role, **id)));
        refused.sort_unstable();
        refused.dedup();
        let mut lines = grant_lines(self.fixes.program, self.role, &self.pending);
        let selectors = written(&self.fixes.program.catalog, &refused, Stars::Allowed);
        lines.extend(selectors.iter().map(|selector| format!("except {selector}")));
        if !lines.is_empty() {
            edits.push(insert(self.fixes.program, self.source, self.role, &lines));
        }
        edits
    }

    /// How an own clause is rewritten without the removed permissions.
    fn rewritten(&mut self, clause: usize) -> Rewritten {
        let program = &*self.fixes.program;
        let allow = &program.allows[clause];
        let removed = |id: &PermissionId| self.plan.removed.binary_search(id).is_ok();
        let (gone, kept): (Vec<_>, Vec<_>) = program.sets.iter(allow.set).partition(removed);
        if gone.is_empty() {
            return Rewritten::Not;
        }
        let narrowed = |kept: &[PermissionId]| narrowed(&program.catalog, self.source, allow.selector_span, kept);
        let effective: Vec<_> = kept.iter().copied().filter(|id| self.is_effective(*id, allow.scope)).collect();
        let mut selectors = if effective.is_empty() {
            Vec::new()
        } else if let Some(selector) = narrowed(&kept) {
            vec![selector]
        } else if allow.wildcard {
            return Rewritten::Without(gone);
        } else if let Some(selector) = narrowed(&effective) {
            vec![selector]
        } else {
            written(&program.catalog, &effective, Stars::Never)
        };
        let here = self.take_replacements(clause, &gone);
        let program = &*self.fixes.program;
        selectors.extend(written(&program.catalog, &here, Stars::Never));
        let allow = &program.allows[clause];
        Rewritten::By(rewrite(self.source, allow, &selectors))
    }

    /// Whether an own clause in a scope makes the role hold a permission.
    fn is_effective(&self, permission: PermissionId, scope: ScopeId) -> bool {
        let program = &*self.fixes.program;
        let within = program.role(self.role).within.map_or(Scopes::all(), |(within, _)| within);
        let lies_outside = program.scopes.are_disjoint(scope, within) && !program.catalog.is_unaware(permission);
        !lies_outside && !program.is_excepted(self.role, permission)
    }

    /// The aware halves of what a clause loses, as far as they hold just where and when the clause does.
    fn take_replacements(&mut self, clause: usize, gone: &[PermissionId]) -> Vec<PermissionId> {
        let wanted: Vec<PermissionId> = gone.iter().flat_map(|id| counterparts(self.fixes.program, *id)).collect();
        let (mut here, mut rest) = (Vec::new(), Vec::new());
        for grant in std::mem::take(&mut self.pending) {
            if wanted.contains(&grant.permission) && self.fits(&grant, clause) {
                here.push(grant.permission);
            } else {
                rest.push(grant);
            }
        }
        self.pending = rest;
        here.sort_unstable();
        here
    }

    /// Whether a grant holds just where and when an own clause does.
    fn fits(&mut self, grant: &Grant, clause: usize) -> bool {
        let program = &mut *self.fixes.program;
        let (scope, condition) = (program.allows[clause].scope, program.allows[clause].condition);
        let within = program.role(self.role).within.map_or(Scopes::all(), |(within, _)| within);
        grant.condition == condition && program.scopes.intersection(scope, within) == grant.scope
    }
}

/// An own clause with other selectors: as many lines as there are, none if there are none.
pub(super) fn rewrite(source: &Source, allow: &Allow, selectors: &[String]) -> Edit {
    let place = Place::new(source, allow.span);
    if selectors.is_empty() {
        return place.remove();
    }
    let rest = source.slice(crate::span::Span::new(allow.selector_span.end, allow.span.end));
    let lines: Vec<String> = selectors.iter().map(|selector| format!("allow {selector}{rest}")).collect();
    place.replace(&lines)
}

/// Grants as lines of a role, those in one scope under one condition together, in order of their names.
pub(super) fn grant_lines(program: &Program, role: RoleId, grants: &[Grant]) -> Vec<String> {
    let within = program.role(role).within.map_or(Scopes::all(), |(within, _)| within);
    let mut groups: BTreeMap<(ConditionId, ScopeId), Vec<PermissionId>> = BTreeMap::new();
    for grant in grants {
        // What the role's own `within` says need not be said again.
        let scope = if grant.scope == within { Scopes::all() } else { grant.scope };
        groups.entry((grant.condition, scope)).or_default().push(grant.permission);
    }
    let mut lines = Vec::new();
    for ((condition, scope), mut permissions) in groups {
        permissions.sort_unstable();
        let scope = if scope == Scopes::all() { String::new() } else { format!(" in {}", scope_words(program, scope)) };
        let condition = match program.conditions.get(condition) {
            Some(text) if condition != Conditions::always() => format!(" where {text}"),
            _ => String::new(),
        };
        let selectors = written(&program.catalog, &permissions, Stars::Never);
        lines.extend(selectors.iter().map(|selector| format!("allow {selector}{scope}{condition}")));
    }
    lines
}

/// A scope as people write it: a named set of divisions by its name.
fn scope_words(program: &Program, scope: ScopeId) -> String {
    let several = program.scopes.divisions(scope).is_some_and(|divisions| divisions.len() > 1);
    let set = program.division_sets.iter().filter(|set| several && set.scope == scope).map(|set| &set.name).min();
    set.map_or_else(|| program.scope_text(scope), ToString::to_string)
}

/// Writes lines into a role: after its last `allow` or `except`, else after its `within`, else at the end of its body.
pub(super) fn insert(program: &Program, source: &Source, role: RoleId, lines: &[String]) -> Edit {
    let allows = program.allows(role).iter().map(|allow| allow.span);
    let last = allows.chain(program.excepts(role).iter().map(|except| except.span)).max_by_key(|span| span.end);
    let own = program.role(role);
    match last.or(own.within.map(|(_, span)| span)) {
        Some(span) => Place::new(source, span).insert_after(lines),
        None => Place::new(source, own.span).insert_at_end(lines),
    }
}
