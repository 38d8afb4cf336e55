//! Groups, users, assignments, applications and old options.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Resolver, Trees};
use crate::diagnostic::{Code, nearest, words};
use crate::graph;
use crate::model::{Application, Assignment, Automatic, GroupId, OldOption, User, UserGroup, UserId};
use crate::scopes::{ScopeId, Scopes};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, ItemKind};

/// A number as the end of a range in a table.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Declarations of one name each, the first of a name kept.
type Named<'t, T> = Vec<(Box<str>, &'t Source, &'t ast::Item, &'t T)>;

impl Resolver<'_> {
    /// Declares groups and users by name.
    pub(super) fn subjects(&mut self, trees: &Trees<'_>) {
        let groups = self.named(trees, "group", |kind| match kind {
            ItemKind::Group(group) => Some((group, group.name.span)),
            _ => None,
        });
        for (at, (name, ..)) in groups.iter().enumerate() {
            self.program.subjects.group_names.insert(name.clone(), GroupId::new(at));
        }
        self.declare_groups(groups);
        let users = self.named(trees, "user", |kind| match kind {
            ItemKind::User(user) => Some((user, user.name.span)),
            _ => None,
        });
        self.declare_users(users);
    }

    /// The declarations of one kind, in order of their names; the first of a name is kept.
    fn named<'t, T>(
        &mut self,
        trees: &'t Trees<'_>,
        kind: &str,
        of_kind: impl Fn(&'t ItemKind) -> Option<(&'t T, Span)>,
    ) -> Named<'t, T> {
        let mut found: Vec<(Box<str>, &Source, &ast::Item, &T, Span)> = Vec::new();
        for (source, item) in trees.items() {
            if let Some((declared, span)) = of_kind(&item.kind) {
                let text = source.slice(span);
                let name: Box<str> = if text.starts_with('"') { ast::Text { span }.value(source).into() } else { text.into() };
                found.push((name, source, item, declared, span));
            }
        }
        found.sort_by(|a, b| (&a.0, a.4).cmp(&(&b.0, b.4)));
        let mut kept: Vec<(Box<str>, &Source, &ast::Item, &T)> = Vec::with_capacity(found.len());
        let mut first = Span::default();
        for (name, source, item, declared, span) in found {
            if kept.last().is_some_and(|last| last.0 == name) {
                self.sink.report(words::names::duplicate(kind, &name, span, first));
                continue;
            }
            first = span;
            if !source.slice(span).starts_with('"') {
                self.may_declare(&name, span);
            }
            kept.push((name, source, item, declared));
        }
        kept
    }

    fn declare_groups(&mut self, groups: Named<'_, ast::Group>) {
        let mut links: Vec<Vec<(usize, Span)>> = Vec::with_capacity(groups.len());
        for (name, source, item, group) in groups {
            let parents: Vec<Option<GroupId>> = group.member_of.iter().map(|parent| self.group_named(source, *parent)).collect();
            let requires: Vec<_> =
                group.requires.iter().map(|role| self.role_named(source, *role).map(|id| (id, role.span))).collect();
            let mut faulty = item.faulty || parents.contains(&None) || requires.contains(&None);
            for allowed in &group.allowed_findings {
                faulty |= !self.allow_finding(source, *allowed, item.span);
            }
            self.settle_allowed(item.span, faulty);
            let spans = group.member_of.iter().map(|parent| parent.span);
            links.push(parents.iter().zip(spans).filter_map(|(parent, span)| Some((parent.as_ref()?.index(), span))).collect());
            self.program.subjects.groups.push(UserGroup {
                name,
                title: group.title.map(|title| title.value(source).into()),
                member_of: parents.into_iter().flatten().collect(),
                lineage: Vec::new(),
                requires: requires.into_iter().flatten().collect(),
                given: Vec::new(),
                faulty,
                name_span: group.name.span,
                span: item.span,
            });
        }
        self.lineages(&links);
    }

    /// Works out all groups that each group is in, by steps; groups in a ring are reported and in none.
    fn lineages(&mut self, links: &[Vec<(usize, Span)>]) {
        let groups = &self.program.subjects.groups;
        let places: Vec<Span> = groups.iter().map(|group| group.name_span).collect();
        let mut ringed: FxHashSet<usize> = FxHashSet::default();
        for ring in graph::rings(&places, links) {
            ringed.extend(ring.iter().map(|(at, _)| *at));
            let name = |at: usize| self.program.subjects.groups[at].name.to_string();
            let ring: Vec<(String, Span)> = ring.into_iter().map(|(at, span)| (name(at), span)).collect();
            self.sink.report(words::subjects::group_cycle(&ring));
        }
        for at in 0..links.len() {
            let mut lineage: Vec<usize> = vec![at];
            let mut seen: FxHashSet<usize> = FxHashSet::from_iter([at]);
            let mut next = 0;
            while next < lineage.len() {
                let here = lineage[next];
                next += 1;
                if !ringed.contains(&here) {
                    lineage.extend(links[here].iter().map(|(parent, _)| *parent).filter(|parent| seen.insert(*parent)));
                }
            }
            lineage.sort_unstable();
            let group = &mut self.program.subjects.groups[at];
            group.faulty |= ringed.contains(&at);
            group.lineage = lineage.into_iter().map(GroupId::new).collect();
        }
    }

    fn declare_users(&mut self, users: Named<'_, ast::User>) {
        for (name, source, item, user) in users {
            let start = end(self.program.subjects.memberships.len());
            let mut faulty = item.faulty;
            for group in &user.member_of {
                let found = self.group_named(source, *group);
                faulty |= found.is_none();
                self.program.subjects.memberships.extend(found);
            }
            for allowed in &user.allowed_findings {
                faulty |= !self.allow_finding(source, *allowed, item.span);
            }
            self.settle_allowed(item.span, faulty);
            let groups = start..end(self.program.subjects.memberships.len());
            let name_span = user.name.span;
            let user = User { name, creator: user.creator, groups, given: 0..0, faulty, name_span, span: item.span };
            self.program.subjects.users.push(user);
        }
    }

    /// The group of a name; `None` after a report.
    pub(super) fn group_named(&mut self, source: &Source, name: ast::Name) -> Option<GroupId> {
        let written = name.text(source);
        let found = self.program.subjects.group_names.get(written).copied();
        if found.is_none() {
            let most = self.comparable(self.program.subjects.group_names.len());
            let groups = self.program.subjects.groups.iter().map(|group| &*group.name).take(most);
            let meant = nearest::name(written, groups);
            self.sink.report(words::names::unknown(Code::UnknownGroup, "group", written, name.span, meant));
        }
        found
    }

    /// The user of a name; `None` after a report.
    pub(super) fn user_named(&mut self, source: &Source, name: ast::Text) -> Option<UserId> {
        let written = name.value(source);
        let found = self.program.subjects.find_user(&written);
        if found.is_none() {
            let most = self.comparable(self.program.subjects.users.len());
            let known = self.program.subjects.users.iter().map(|user| &*user.name).take(most);
            let meant = nearest::name(&written, known).map(ast::Text::literal);
            self.sink.report(words::names::unknown(Code::UnknownUser, "user", &written, name.span, meant.as_deref()));
        }
        found
    }

    /// Resolves who is given what, and the applications.
    pub(super) fn assignments(&mut self, trees: &Trees<'_>) {
        let mut given: Vec<(UserId, u32)> = Vec::new();
        for (source, item) in trees.items() {
            let ItemKind::Assignment(declared) = &item.kind else { continue };
            let (sound, users) = self.assignment(source, item, declared);
            let at = end(self.program.subjects.assignments.len()).saturating_sub(1);
            given.extend(users.into_iter().map(|user| (user, at)));
            self.settle_allowed(item.span, !sound);
        }
        given.sort_unstable_by_key(|(user, at)| (user.index(), *at));
        let subjects = &mut self.program.subjects;
        let mut start = 0;
        for (at, user) in subjects.users.iter_mut().enumerate() {
            let length = given[start..].iter().take_while(|(user, _)| user.index() == at).count();
            user.given = end(start)..end(start + length);
            start += length;
        }
        subjects.given = given.into_iter().map(|(_, at)| at).collect();
        self.applications(trees);
        self.old_options(trees);
    }

    /// Resolves one assignment; whether it is sound, and the users that it names.
    fn assignment(&mut self, source: &Source, item: &ast::Item, declared: &ast::Assignment) -> (bool, Vec<UserId>) {
        let role = self.role_named(source, declared.role);
        let scope = match &declared.scope {
            Some(scope) => self.scope(source, scope),
            None => self.home(declared.role.span),
        };
        let (mut groups, mut users, mut sound) = (Vec::new(), Vec::new(), !item.faulty);
        match &declared.to {
            ast::Recipients::Groups(names) => groups.extend(names.iter().map(|name| self.group_named(source, *name))),
            ast::Recipients::Users(names) => users.extend(names.iter().map(|name| self.user_named(source, *name))),
        }
        sound &= !groups.contains(&None) && !users.contains(&None);
        for allowed in &declared.allowed_findings {
            sound &= self.allow_finding(source, *allowed, item.span);
        }
        let (Some(role), Some(scope)) = (role, scope) else { return (false, Vec::new()) };
        let at = end(self.program.subjects.assignments.len());
        self.program.subjects.assignments.push(Assignment {
            role,
            scope,
            confined: declared.scope.is_some() && scope != Scopes::all(),
            role_span: declared.role.span,
            scope_span: declared.scope.as_ref().map_or(Span::default(), |scope| scope.span),
            span: item.span,
        });
        for group in groups.into_iter().flatten() {
            self.program.subjects.groups[group.index()].given.push(at);
        }
        (sound, users.into_iter().flatten().collect())
    }

    /// The home division; where there are no divisions at all, everything lies in it. `None` after a report.
    fn home(&mut self, place: Span) -> Option<ScopeId> {
        let home = self.program.divisions.iter().position(|division| division.home);
        match home {
            Some(home) => Some(self.program.scopes.of([crate::scopes::DivisionId::new(home)])),
            None if self.program.divisions.is_empty() => Some(Scopes::all()),
            None => {
                if !std::mem::replace(&mut self.homeless, true) {
                    self.sink.report(words::subjects::no_home_division(place));
                }
                None
            }
        }
    }

    fn applications(&mut self, trees: &Trees<'_>) {
        let applications = self.named(trees, "application", |kind| match kind {
            ItemKind::Application(application) => Some((application, application.name.span)),
            _ => None,
        });
        for (name, source, item, application) in applications {
            let mut sound = !item.faulty;
            let mut owned: Vec<u32> = Vec::new();
            for selector in &application.owns {
                let found = self.selector(source, *selector);
                sound &= found.is_some();
                owned.extend(found.iter().flat_map(|found| self.program.sets.iter(found.set)).map(crate::id::Id::raw));
            }
            owned.sort_unstable();
            owned.dedup();
            for allowed in &application.allowed_findings {
                sound &= self.allow_finding(source, *allowed, item.span);
            }
            self.settle_allowed(item.span, !sound);
            let owns = self.program.sets.intern(&owned);
            self.program.subjects.applications.push(Application {
                name,
                title: application.title.map(|title| title.value(source).into()),
                owns,
                full_access: application.full_access,
                name_span: application.name.span,
                span: item.span,
            });
        }
    }

    fn old_options(&mut self, trees: &Trees<'_>) {
        let mut firsts: FxHashMap<(UserId, usize), Span> = FxHashMap::default();
        for (source, item) in trees.items() {
            let ItemKind::OldOption(old) = &item.kind else { continue };
            let (role, user) = (self.role_named(source, old.role), self.user_named(source, old.user));
            let application = self.application_named(source, old.application);
            let mut sound = !item.faulty;
            for allowed in &old.allowed_findings {
                sound &= self.allow_finding(source, *allowed, item.span);
            }
            self.settle_allowed(item.span, !sound);
            let (Some(role), Some(user), Some(application)) = (role, user, application) else { continue };
            if let Some(first) = firsts.insert((user, application), item.span) {
                self.sink.report(words::names::repeated("the old option of this user", item.span, first));
                continue;
            }
            self.program.subjects.old_options.push(OldOption { role, user, application, span: item.span });
        }
    }

    fn application_named(&mut self, source: &Source, name: ast::Name) -> Option<usize> {
        let written = name.text(source);
        let applications = &self.program.subjects.applications;
        let found = applications.binary_search_by(|application| (*application.name).cmp(written)).ok();
        if found.is_none() {
            let meant = nearest::name(written, applications.iter().map(|application| &*application.name));
            self.sink.report(words::names::unknown(Code::UnknownApplication, "application", written, name.span, meant));
        }
        found
    }

    /// Notes which roles come by themselves.
    pub(super) fn automatic_roles(&mut self) {
        for role in self.program.named_roles() {
            // Of an override, the vendor's own definition says it.
            let base = self.program.parents(role).iter().find(|parent| parent.kind == crate::model::ParentKind::Overrides);
            let said = self.program.role(base.map_or(role, |base| base.role)).facts.as_ref();
            if let Some(to_all) = said.and_then(|facts| facts.auto_assigned) {
                self.program.subjects.automatic.push(Automatic { role, to_all });
            }
        }
    }
}
