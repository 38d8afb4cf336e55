//! What the lock file pins: wildcards of the organisation's own roles and the grants that copies started from.

use std::collections::BTreeMap;

use super::Resolver;
use crate::conditions::{ConditionId, Conditions};
use crate::diagnostic::Sink;
use crate::model::{Group, ParentKind, PinnedCopy, RoleId, RoleKind, Wildcard, WildcardId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::{PermissionId, SetId};
use crate::source::{Source, Sources};
use crate::span::Span;
use crate::syntax::{ast, parse};

impl Resolver<'_> {
    /// The wildcard that a selector is, in a role of the organisation's own or in one of the vendor's, which follows.
    pub(super) fn wildcard(&mut self, source: &Source, selector: ast::Selector, now: SetId, follows: bool) -> WildcardId {
        let text = selector.text(source);
        if let Some(id) = self.wildcard_ids[usize::from(follows)].get(text) {
            return *id;
        }
        let normal = selector.normal(source);
        let known = self.wildcard_ids[usize::from(follows)].get(normal.as_str()).copied();
        let id = known.unwrap_or_else(|| self.add_wildcard(&normal, now, follows));
        self.wildcard_ids[usize::from(follows)].insert(text.into(), id);
        id
    }

    fn add_wildcard(&mut self, text: &str, now: SetId, follows: bool) -> WildcardId {
        let table = self.pins.map(|pins| if follows { &pins.followed } else { &pins.wildcards });
        let names = table.and_then(|table| table.get(text));
        let mut wildcard =
            Wildcard { text: text.into(), now, pinned: now, gone: Vec::new(), is_pinned: names.is_some(), follows };
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
        let id = WildcardId::new(self.program.wildcards.len());
        self.program.wildcards.push(wildcard);
        self.wildcard_ids[usize::from(follows)].insert(text.into(), id);
        id
    }

    /// Resolves the pinned grants of copies. What the catalog or the project has no more is kept apart.
    pub(super) fn pinned_copies(&mut self) {
        let Some(pins) = self.pins else { return };
        for (name, lines) in &pins.copies {
            let Some(role) = self.program.find_role(name) else { continue };
            // The vendor's roles follow their bases.
            if self.program.role(role).kind == RoleKind::Default {
                continue;
            }
            let Some(parent) = self.copied_parent(role) else { continue };
            let (groups, gone) = self.pinned_groups(lines);
            self.program.pinned_copies.insert(role, PinnedCopy { parent, groups, gone });
        }
    }

    /// Where, among all parents, the one that a role copies stands.
    fn copied_parent(&self, role: RoleId) -> Option<u32> {
        let role = self.program.role(role);
        let copies = |at: &u32| self.program.parents[*at as usize].kind == ParentKind::Copies;
        role.parents.clone().find(copies).filter(|_| role.kind != RoleKind::Default)
    }

    /// The grants that lines of the lock file say, and the lines that say none any more.
    fn pinned_groups(&mut self, lines: &[String]) -> (Vec<Group>, Vec<String>) {
        // A grant takes one line of the text, so that a clause's line tells which grant it is.
        let one_line = |line: &String| if line.contains('\n') { "\n".to_owned() } else { format!("allow {line}\n") };
        let body: Vec<String> = lines.iter().map(one_line).collect();
        let sources = Sources::new(vec![("rolec.lock".to_owned(), format!("role pinned {{\n{}}}\n", body.concat()), false)]);
        let Some(source) = sources.files().first() else { return (Vec::new(), lines.to_vec()) };
        let tree = parse::parse(source, &mut Sink::default());
        let roles =
            tree.items.iter().filter_map(|item| if let ast::ItemKind::Role(role) = &item.kind { Some(role) } else { None });
        let mut groups: BTreeMap<(ConditionId, ScopeId), Vec<u32>> = BTreeMap::new();
        let mut lost = vec![true; lines.len()];
        // The lines were sound when the lock was written: what is not any more has gone from the project.
        let mut quiet = Sink::default();
        std::mem::swap(self.sink, &mut quiet);
        for clause in roles.flat_map(|role| &role.clauses) {
            let ast::ClauseKind::Allow(allow) = &clause.kind else { continue };
            let Some((permission, scope, condition)) = self.pinned_grant(source, allow, clause.span) else { continue };
            groups.entry((condition, scope)).or_default().push(permission.raw());
            // The first line of the text is the role's header.
            if let Some(lost) = source.line_of(clause.span.start).checked_sub(1).and_then(|at| lost.get_mut(at)) {
                *lost = false;
            }
        }
        std::mem::swap(self.sink, &mut quiet);
        let mut resolved = Vec::with_capacity(groups.len());
        for ((condition, scope), mut ids) in groups {
            ids.sort_unstable();
            ids.dedup();
            resolved.push(Group { condition, scope, set: self.program.sets.intern(&ids) });
        }
        (resolved, lines.iter().zip(lost).filter(|(_, lost)| *lost).map(|(line, _)| line.clone()).collect())
    }

    fn pinned_grant(&mut self, source: &Source, allow: &ast::Allow, span: Span) -> Option<(PermissionId, ScopeId, ConditionId)> {
        let found = self.selector(source, allow.selector)?;
        let permission = found.single?;
        let scope = allow.scope.as_ref().map_or(Some(Scopes::all()), |scope| self.scope(source, scope))?;
        let condition = match &allow.condition {
            Some(condition) => self.condition(source, condition, found.single.as_slice(), span)?,
            None => Conditions::always(),
        };
        Some((permission, self.program.scope_for(permission, scope), condition))
    }
}
