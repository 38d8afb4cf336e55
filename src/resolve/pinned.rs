//! What the lock file pins: wildcards of the organisation's own roles and the grants that copies started from.

use std::collections::BTreeMap;

use super::Resolver;
use crate::conditions::Conditions;
use crate::diagnostic::Sink;
use crate::id::Id;
use crate::model::{Group, ParentKind, RoleId, RoleKind, Wildcard};
use crate::scopes::Scopes;
use crate::sets::SetId;
use crate::source::{Source, Sources};
use crate::syntax::{ast, parse};

impl Resolver<'_> {
    /// What a wildcard means: what the lock file says it matches, as far as the catalog still has it; else what it matches now.
    pub(super) fn pinned_set(&mut self, source: &Source, selector: ast::Selector, now: SetId) -> SetId {
        let text = selector.text(source);
        let known = self.program.wildcards.get(text);
        if let Some(wildcard) = known {
            return wildcard.pinned;
        }
        let text = selector.normal(source);
        let names = self.pins.and_then(|pins| pins.wildcards.get(&text));
        let mut wildcard = Wildcard { now, pinned: now, gone: Vec::new(), is_pinned: names.is_some() };
        if let Some(names) = names {
            let mut ids: Vec<u32> = Vec::with_capacity(names.len());
            for name in names {
                match self.program.catalog.find(name) {
                    Some(id) => ids.push(id.raw()),
                    None => wildcard.gone.push(name.clone()),
                }
            }
            ids.sort_unstable();
            ids.dedup();
            wildcard.pinned = self.program.sets.intern(&ids);
        }
        let pinned = wildcard.pinned;
        self.program.wildcards.insert(text.into(), wildcard);
        pinned
    }

    /// Resolves the pinned grants of copies. What the catalog or the project has no more is left out.
    pub(super) fn pinned_copies(&mut self) {
        let Some(pins) = self.pins else { return };
        for (name, lines) in &pins.copies {
            let Some(role) = self.program.find_role(name) else { continue };
            let Some(at) = self.copied_parent(role) else { continue };
            let groups = self.pinned_groups(lines);
            self.program.pinned_copies.insert(role, (at, groups));
        }
    }

    /// Where, among all parents, the one that a role copies stands.
    fn copied_parent(&self, role: RoleId) -> Option<u32> {
        let role = self.program.role(role);
        let copies = |at: &u32| self.program.parents[*at as usize].kind == ParentKind::Copies;
        role.parents.clone().find(copies).filter(|_| role.kind != RoleKind::Default)
    }

    fn pinned_groups(&mut self, lines: &[String]) -> Vec<Group> {
        let body: String = lines.iter().map(|line| format!("    allow {line}\n")).collect();
        let sources = Sources::new(vec![("rolec.lock".to_owned(), format!("role pinned {{\n{body}}}\n"), false)]);
        let Some(source) = sources.files().first() else { return Vec::new() };
        let tree = parse::parse(source, &mut Sink::default());
        let mut groups: BTreeMap<(crate::conditions::ConditionId, crate::scopes::ScopeId), Vec<u32>> = BTreeMap::new();
        // The lines were sound when the lock was written: what is not any more has gone from the project.
        let mut quiet = Sink::default();
        std::mem::swap(self.sink, &mut quiet);
        for item in &tree.items {
            let ast::ItemKind::Role(role) = &item.kind else { continue };
            for clause in &role.clauses {
                let ast::ClauseKind::Allow(allow) = &clause.kind else { continue };
                let Some(found) = self.selector(source, allow.selector) else { continue };
                let scope = allow.scope.as_ref().map_or(Some(Scopes::all()), |scope| self.scope(source, scope));
                let condition = allow
                    .condition
                    .as_ref()
                    .map_or(Some(Conditions::always()), |condition| self.condition(source, condition, found.single.as_slice(), clause.span));
                let (Some(permission), Some(scope), Some(condition)) = (found.single, scope, condition) else { continue };
                let scope = self.program.scope_for(permission, scope);
                groups.entry((condition, scope)).or_default().push(Id::raw(permission));
            }
        }
        std::mem::swap(self.sink, &mut quiet);
        let mut resolved = Vec::with_capacity(groups.len());
        for ((condition, scope), mut ids) in groups {
            ids.sort_unstable();
            ids.dedup();
            resolved.push(Group { condition, scope, set: self.program.sets.intern(&ids) });
        }
        resolved
    }
}
