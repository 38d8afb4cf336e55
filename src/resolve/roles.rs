//! Roles: names first, then parents and clauses.

use rustc_hash::FxHashMap;

use super::{Resolver, Trees};
use crate::conditions::Conditions;
use crate::diagnostic::words;
use crate::id::Id;
use crate::model::{Allow, Except, Parent, ParentKind, Role, RoleFacts, RoleId, RoleKind};
use crate::scopes::Scopes;
use crate::sets::{SetId, Sets};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, ClauseKind as Kind};

/// The role that each role declaration became, by its place among all items; `None` for those that were dropped.
pub(super) type Declared = Vec<Option<RoleId>>;

/// A number as the end of a range in a table.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A former name as it is compared: titles have blanks where names have `_`.
pub(super) fn former_name(text: &str) -> String {
    text.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Resolver<'_> {
    /// Declares the names of all roles, overrides last, since they need the role they edit.
    pub(super) fn declare_roles(&mut self, trees: &Trees<'_>) -> Declared {
        let roles = || {
            trees.items().filter_map(|(source, item)| match &item.kind {
                ast::ItemKind::Role(role) => Some((source, item, role)),
                _ => None,
            })
        };
        let (count, clauses) = roles().fold((0, 0), |(count, clauses), (.., role)| (count + 1, clauses + role.clauses.len()));
        self.make_room(count, clauses);
        let mut declared = Declared::with_capacity(count);
        for (source, item, role) in roles() {
            declared.push(match role.kind {
                RoleKind::Override => None,
                _ => self.declare_role(source, item, role),
            });
        }
        for (at, (source, item, role)) in roles().enumerate() {
            if role.kind == RoleKind::Override {
                declared[at] = self.declare_override(source, item, role);
            }
        }
        declared
    }

    /// Sets aside what so many roles with so many clauses take: tables that grow step by step are held twice while they do.
    fn make_room(&mut self, roles: usize, clauses: usize) {
        self.program.roles.reserve_exact(roles);
        self.program.role_names.reserve(roles);
        self.program.allows.reserve_exact(clauses);
    }

    fn declare_role(&mut self, source: &Source, item: &ast::Item, role: &ast::Role) -> Option<RoleId> {
        let name = role.name.text(source);
        if let Some(first) = self.program.role_names.get(name) {
            let first = self.program.role(*first).name_span;
            self.sink.report(words::names::duplicate("role", name, role.name.span, first));
            return None;
        }
        let sound = self.may_declare(name, role.name.span);
        let id = self.push_role(source, item, role);
        self.program.roles[id.index()].faulty |= !sound;
        self.program.role_names.insert(name.into(), id);
        self.note_former_names(source, role, id);
        Some(id)
    }

    /// Notes what a role was called; of several roles with one former name, the first by name has it.
    fn note_former_names(&mut self, source: &Source, role: &ast::Role, id: RoleId) {
        for clause in &role.clauses {
            let Kind::Formerly(names) = &clause.kind else { continue };
            for name in names {
                let former = self.former.entry(former_name(&name.value(source))).or_insert(id);
                if self.program.role(id).name < self.program.role(*former).name {
                    *former = id;
                }
            }
        }
    }

    fn declare_override(&mut self, source: &Source, item: &ast::Item, role: &ast::Role) -> Option<RoleId> {
        let base = self.role_named(source, role.name)?;
        let (name, span) = (role.name.text(source), role.name.span);
        match self.program.role(base) {
            Role { kind: RoleKind::Override, name_span, .. } => {
                self.sink.report(words::roles::second_override(name, span, *name_span));
            }
            Role { kind: RoleKind::Custom, name_span, .. } => {
                self.sink.report(words::roles::not_a_vendor_role(name, span, *name_span));
            }
            Role { kind: RoleKind::Default, .. } => {
                let id = self.push_role(source, item, role);
                self.program.roles[base.index()].overridden_by = Some(id);
                self.overridden.insert(id, base);
                self.program.role_names.insert(name.into(), id);
                let title = self.program.role(base).title.clone();
                self.program.roles[id.index()].title = title;
                return Some(id);
            }
        }
        None
    }

    fn push_role(&mut self, source: &Source, item: &ast::Item, role: &ast::Role) -> RoleId {
        let id = RoleId::new(self.program.roles.len());
        self.program.roles.push(Role {
            name: role.name.text(source).into(),
            title: role.title.map(|title| title.value(source).into()),
            kind: role.kind,
            name_span: role.name.span,
            span: item.span,
            parents: 0..0,
            allows: 0..0,
            excepts: 0..0,
            excepted: Sets::empty(),
            within: None,
            facts: None,
            faulty: item.faulty,
            overridden_by: None,
        });
        id
    }

    /// Resolves what stands in all roles; the tree of each is given back as soon as it is done.
    pub(super) fn role_bodies(&mut self, trees: Trees<'_>, declared: &Declared) {
        let mut declared = declared.iter();
        for (source, file) in trees.sources.files().iter().zip(trees.files) {
            for item in file.items {
                let ast::ItemKind::Role(role) = item.kind else { continue };
                match declared.next() {
                    Some(Some(id)) => {
                        self.role_parents(source, &role, *id);
                        self.role_clauses(source, &role, *id);
                    }
                    _ => role.clauses.iter().for_each(|clause| self.mark_clause(source, clause)),
                }
            }
        }
    }

    /// Counts what the scopes of a clause that means nothing name as used.
    fn mark_clause(&mut self, source: &Source, clause: &ast::Clause) {
        match &clause.kind {
            Kind::Within(scope) => self.mark_scope(source, scope),
            Kind::Allow(allow) => allow.scope.iter().for_each(|scope| self.mark_scope(source, scope)),
            _ => {}
        }
    }

    fn role_parents(&mut self, source: &Source, role: &ast::Role, id: RoleId) {
        let start = end(self.program.parents.len());
        let mut sound = true;
        let mut firsts: FxHashMap<RoleId, Span> = FxHashMap::default();
        if role.kind == RoleKind::Override {
            let base = self.overridden.get(&id).copied();
            let parent = base.map(|base| Parent { role: base, kind: ParentKind::Overrides, span: role.name.span });
            self.program.parents.extend(parent);
        }
        let written = role.copies.iter().map(|name| (*name, ParentKind::Copies));
        for (name, kind) in written.chain(role.extends.iter().map(|name| (*name, ParentKind::Extends))) {
            let parent = self.role_named(source, name);
            sound &= parent.is_some();
            let Some(parent) = parent else { continue };
            if let Some(first) = firsts.get(&parent) {
                let what = format!("the parent `{}`", name.text(source));
                self.sink.report(words::names::repeated(&what, name.span, *first));
                sound = false;
                continue;
            }
            firsts.insert(parent, name.span);
            self.program.parents.push(Parent { role: parent, kind, span: name.span });
        }
        let end = end(self.program.parents.len());
        let role = &mut self.program.roles[id.index()];
        role.parents = start..end;
        role.faulty |= !sound;
    }

    fn role_clauses(&mut self, source: &Source, role: &ast::Role, id: RoleId) {
        let (allows, excepts) = (end(self.program.allows.len()), end(self.program.excepts.len()));
        let mut facts = Facts { once: FxHashMap::default(), found: RoleFacts::default(), stated: false };
        let mut sound = true;
        // Exclusions come first: what they take away, no condition needs to fit.
        for clause in &role.clauses {
            if let Kind::Except(selector) = &clause.kind {
                let found = self.selector(source, *selector);
                self.program.excepts.extend(found.map(|found| Except { set: found.set, span: clause.span }));
                sound &= found.is_some();
            }
        }
        let excepts = excepts..end(self.program.excepts.len());
        self.program.roles[id.index()].excepts = excepts.clone();
        self.program.roles[id.index()].excepted = self.excepted(&excepts);
        for clause in &role.clauses {
            if let Kind::Allow(allow) = &clause.kind {
                sound &= self.allow(source, allow, clause.span, id);
            }
        }
        for clause in
            role.clauses.iter().filter(|clause| !matches!(clause.kind, Kind::Allow(_) | Kind::Except(_) | Kind::AllowFinding(_)))
        {
            sound &= self.fact(source, clause, id, &mut facts);
        }
        let allows_end = end(self.program.allows.len());
        let own = &mut self.program.roles[id.index()];
        own.allows = allows..allows_end;
        own.faulty |= !sound;
        own.facts = facts.stated.then(|| Box::new(facts.found));
        let (declaration, mut faulty) = (own.span, own.faulty);
        for clause in &role.clauses {
            if let Kind::AllowFinding(allowed) = &clause.kind {
                faulty |= !self.allow_finding(source, *allowed, declaration);
            }
        }
        self.program.roles[id.index()].faulty = faulty;
        self.settle_allowed(declaration, faulty);
    }

    /// The union of some exclusions; equal lists of them are worked out once.
    fn excepted(&mut self, excepts: &std::ops::Range<u32>) -> SetId {
        let sets: Vec<SetId> =
            self.program.excepts[excepts.start as usize..excepts.end as usize].iter().map(|except| except.set).collect();
        match sets.as_slice() {
            [] => Sets::empty(),
            [only] => *only,
            _ => {
                if let Some(known) = self.unions.get(&sets) {
                    return *known;
                }
                let mut ids: Vec<u32> = sets.iter().flat_map(|set| self.program.sets.iter(*set)).map(Id::raw).collect();
                ids.sort_unstable();
                ids.dedup();
                let union = self.program.sets.intern(&ids);
                self.unions.insert(sets, union);
                union
            }
        }
    }

    fn allow(&mut self, source: &Source, allow: &ast::Allow, span: Span, role: RoleId) -> bool {
        let found = self.selector(source, allow.selector);
        let scope = match &allow.scope {
            Some(scope) => self.scope(source, scope),
            None => Some(Scopes::all()),
        };
        let Some(found) = found else { return false };
        let follows = self.program.role(role).kind == RoleKind::Default;
        let wildcard = found.wildcard.then(|| self.wildcard(source, allow.selector, found.set, follows));
        let (pin, followed) = if follows { (None, wildcard) } else { (wildcard, None) };
        let set = pin.map_or(found.set, |id| self.program.wildcards[id.index()].pinned);
        // Against what the clause grants: what an `except` or the lock file keeps out can't make its condition wrong.
        let condition = match &allow.condition {
            Some(condition) => {
                let granted = self.program.sets.iter(set).filter(|permission| !self.program.is_excepted(role, *permission));
                self.condition(source, condition, &granted.collect::<Vec<_>>(), span)
            }
            None => Some(Conditions::always()),
        };
        let (Some(scope), Some(condition)) = (scope, condition) else { return false };
        self.program.allows.push(Allow {
            set,
            scope,
            condition,
            since: allow.since.map(|date| date.day),
            wildcard: found.wildcard,
            pin,
            followed,
            single: found.single,
            span,
            selector_span: allow.selector.span,
            scope_span: allow.scope.as_ref().map_or(Span::default(), |scope| scope.span),
        });
        true
    }

    fn fact(&mut self, source: &Source, clause: &ast::Clause, id: RoleId, facts: &mut Facts) -> bool {
        let span = clause.span;
        let what = match &clause.kind {
            Kind::Within(_) => "`within`".to_owned(),
            Kind::Created(_) => "`created`".to_owned(),
            Kind::AutoAssigned { .. } => "`auto-assigned`".to_owned(),
            Kind::Irremovable => "`irremovable`".to_owned(),
            Kind::Formerly(_) => "`formerly`".to_owned(),
            Kind::Available { .. } => "`available`".to_owned(),
            Kind::Owner(_) => "`owner`".to_owned(),
            Kind::RequiresRole(name) => format!("`requires role {}`", name.text(source)),
            Kind::RequiresLicense(name) => format!("`requires license {}`", name.text(source)),
            Kind::Allow(_) | Kind::Except(_) | Kind::AllowFinding(_) => return true,
        };
        let is_override = self.program.role(id).kind == RoleKind::Override;
        if is_override && !matches!(clause.kind, Kind::Within(_) | Kind::Owner(_)) {
            self.sink.report(words::roles::fact_in_override(&what, span));
            return false;
        }
        if let Some(first) = facts.once.get(&what) {
            self.sink.report(words::names::repeated(&what, span, *first));
            self.mark_clause(source, clause);
            return false;
        }
        facts.once.insert(what, span);
        facts.stated |= !matches!(clause.kind, Kind::Within(_));
        let own = &mut facts.found;
        match &clause.kind {
            Kind::Within(scope) => {
                let Some(found) = self.scope(source, scope) else { return false };
                self.program.roles[id.index()].within = Some((found, span));
            }
            Kind::Created(date) => own.created = Some((date.day, span)),
            Kind::RequiresRole(name) => {
                let Some(role) = self.role_named(source, *name) else { return false };
                own.requires_roles.push((role, span));
            }
            Kind::RequiresLicense(name) => {
                let Some(license) = self.license_named(source, *name) else { return false };
                own.requires_licenses.push((license, span));
            }
            Kind::AutoAssigned { to_all } => own.auto_assigned = Some(*to_all),
            Kind::Irremovable => own.irremovable = true,
            Kind::Formerly(names) => own.formerly = names.iter().map(|name| name.value(source).into()).collect(),
            Kind::Available { after, date } => own.available = Some((*after, date.day)),
            Kind::Owner(owner) => own.owner = Some(owner.value(source).into()),
            Kind::Allow(_) | Kind::Except(_) | Kind::AllowFinding(_) => {}
        }
        true
    }
}

/// The facts of a role as they are gathered.
struct Facts {
    once: FxHashMap<String, Span>,
    found: RoleFacts,
    stated: bool,
}
