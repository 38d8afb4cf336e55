//! Fixes of findings about single lines: lines without effect, redundant or contradicted ones, deprecated and missing
//! permissions, pairs that look as if they were wanted.

use super::Fixes;
use super::lines::Place;
use super::pairs::{grant_lines, insert, rewrite};
use super::plan::{counterparts, takes};
use super::selectors::{Stars, narrowed, written};
use crate::catalog::Awareness;
use crate::conditions::Conditions;
use crate::diagnostic::{Diagnostic, Edit, Fix, words};
use crate::flatten::Grant;
use crate::model::{Allow, Program, Requirement, RoleId, RoleKind};
use crate::scopes::Scopes;
use crate::sets::{PermissionId, SetId};
use crate::span::Span;

fn one(title: &str, automatic: bool, edit: Edit) -> Fix {
    Fix { title: title.to_owned(), automatic, edits: vec![edit] }
}

/// Removes the lines at a place.
pub(super) fn remove(fixes: &Fixes<'_>, span: Span, automatic: bool) -> Option<Fix> {
    let source = fixes.sources.file_of(span)?;
    Some(one(words::fixes::REMOVE_LINE, automatic, Place::new(source, span).remove()))
}

/// A clause of a role that changes nothing.
pub(super) fn no_effect(fixes: &Fixes<'_>, role: RoleId, span: Span) -> Option<Fix> {
    let program = &*fixes.program;
    if let Some(allow) = program.allows(role).iter().find(|allow| allow.span == span) {
        return remove(fixes, span, !is_trigger(program, allow.set));
    }
    if program.excepts(role).iter().any(|except| except.span == span) {
        return remove(fixes, span, true);
    }
    if let Some((scope, _)) = program.role(role).within.filter(|(_, within)| *within == span) {
        // One that names divisions was meant to confine something: what, its author knows.
        return remove(fixes, span, scope == Scopes::all());
    }
    let allow = program.allows(role).iter().find(|allow| allow.scope_span == span)?;
    let edit = Edit { span: Span::new(allow.selector_span.end, span.end), text: String::new() };
    Some(one(words::fixes::REMOVE_IN, true, edit))
}

/// A clause that a parent makes redundant. Only offered where the parent is the vendor's, who may change it.
pub(super) fn redundant(fixes: &Fixes<'_>, role: RoleId, finding: &Diagnostic) -> Option<Fix> {
    let program = &*fixes.program;
    let span = finding.primary()?;
    let allow = clause(program, role, span)?;
    let shown = |span: Span| finding.labels.iter().any(|label| label.span == span);
    let parent = program.parents(role).iter().find(|parent| shown(parent.span))?;
    let own = program.role(parent.role).kind == RoleKind::Custom;
    remove(fixes, span, own && !is_trigger(program, allow.set))
}

/// Whether a backfill asks for a permission: then it counts by which clause and since when it is held.
fn is_trigger(program: &Program, set: SetId) -> bool {
    let triggers = program.backfills.iter().filter_map(|backfill| backfill.trigger.as_ref());
    triggers.flat_map(|trigger| &trigger.permissions).any(|id| program.sets.contains(set, *id))
}

fn clause(program: &Program, role: RoleId, span: Span) -> Option<&Allow> {
    program.allows(role).iter().find(|allow| allow.span == span)
}

/// Grants what the catalog names instead of deprecated permissions.
pub(super) fn deprecated(fixes: &Fixes<'_>, role: RoleId, span: Span) -> Option<Fix> {
    let program = &*fixes.program;
    let (allow, source) = (clause(program, role, span)?, fixes.sources.file_of(span)?);
    let replacement = |id: PermissionId| program.catalog.facts(id).deprecated.as_ref().map(|facts| facts.replacement.as_deref());
    let is_old = |id: &PermissionId| !program.is_excepted(role, *id) && replacement(*id).is_some();
    let (old, kept): (Vec<_>, Vec<_>) = program.sets.iter(allow.set).partition(is_old);
    let (mut names, mut wide) = (Vec::new(), Vec::new());
    for id in old.iter().copied() {
        let text = replacement(id)??;
        match program.catalog.find(text) {
            Some(new) if !takes(program, new, allow.condition, id) || program.is_excepted(role, new) => return None,
            Some(new) => names.push(new),
            None if allow.condition != Conditions::always() => return None,
            None => wide.push(text.to_owned()),
        }
    }
    names.sort_unstable();
    names.dedup();
    wide.sort_unstable();
    wide.dedup();
    let mut selectors = if kept.is_empty() {
        Vec::new()
    } else {
        let narrowed = narrowed(&program.catalog, source, allow.selector_span, &kept);
        narrowed.map_or_else(|| written(&program.catalog, &kept, Stars::Never), |selector| vec![selector])
    };
    let title = [written(&program.catalog, &names, Stars::Never), wide.clone()].concat();
    let title = words::fixes::instead_of(&title, &written(&program.catalog, &old, Stars::Never));
    names.retain(|id| !is_held(fixes, role, *id, allow));
    selectors.extend(written(&program.catalog, &names, Stars::Never));
    selectors.extend(wide);
    Some(one(&title, false, rewrite(source, allow, &selectors)))
}

/// Whether a role holds a permission at least as widely as a clause of it grants.
fn is_held(fixes: &Fixes<'_>, role: RoleId, permission: PermissionId, allow: &Allow) -> bool {
    let program = &*fixes.program;
    let within = program.role(role).within.map_or(Scopes::all(), |(within, _)| within);
    let scope = program.scope_for(permission, allow.scope);
    let within = program.scope_for(permission, within);
    fixes.flat.grants_of(program, role, permission).any(|grant| {
        program.scopes.is_overlap_within(scope, within, grant.scope)
            && program.conditions.is_weaker(grant.condition, allow.condition)
    })
}

/// Allows what others are useless without; not where that would contradict the role.
pub(super) fn missing_required(fixes: &Fixes<'_>, role: RoleId, finding: &Diagnostic) -> Option<Fix> {
    let program = &*fixes.program;
    let needed: Vec<PermissionId> = finding.permissions.iter().map(|id| PermissionId::new(*id as usize)).collect();
    let confined = fixes.flat.confined[role.index()];
    let refused = |id: &PermissionId| program.is_excepted(role, *id) || confined && !counterparts(program, *id).is_empty();
    if needed.is_empty() || needed.iter().any(refused) {
        return None;
    }
    let grant = |permission| Grant { permission, condition: Conditions::always(), scope: Scopes::all() };
    let grants: Vec<Grant> = needed.iter().copied().map(grant).collect();
    let source = fixes.sources.file_of(program.role(role).span)?;
    let edit = insert(program, source, role, &grant_lines(program, role, &grants));
    let title = words::fixes::allow_as_well(&written(&program.catalog, &needed, Stars::Never));
    Some(one(&title, false, edit))
}

/// Declares the pair that a surface looks as if it wanted; all surfaces of one pair have the same fix.
pub(super) fn pair_candidate(fixes: &Fixes<'_>, span: Span) -> Option<Fix> {
    let program = &*fixes.program;
    let wanted = &program.surfaces.iter().find(|surface| surface.span == span)?.requirement;
    let Requirement::Any(permissions) = wanted else { return None };
    let half = |wanted| permissions.iter().copied().find(|id| program.catalog.facts(*id).awareness == wanted);
    let (unaware, aware) = (half(Awareness::Unaware)?, half(Awareness::Aware)?);
    // The project's own sources are the place for it, not a catalog that it depends on.
    let own = |span: &Span| fixes.sources.file_of(*span).is_some_and(|source| !source.dependency);
    let same = program.surfaces.iter().filter(|surface| surface.requirement == *wanted).map(|surface| surface.span);
    let place = same.filter(own).min()?;
    let line = format!("pair {} -> {}", program.catalog.name(unaware), program.catalog.name(aware));
    let edit = Place::new(fixes.sources.file_of(place)?, place).declare_after(&line);
    Some(one(words::fixes::DECLARE_PAIR, false, edit))
}
