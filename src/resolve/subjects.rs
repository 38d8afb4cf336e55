//! Groups, users, assignments, applications and old options.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Resolver, Trees};
use crate::diagnostic::{Code, nearest, words};
use crate::graph;
use crate::limits;
use crate::model::{Application, Assignment, Automatic, GroupId, OldOption, RoleId, User, UserGroup, UserId};
use crate::scopes::{ScopeId, Scopes};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, ItemKind};

/// A number as the end of a range in a table.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The groups, each after those that it is in; what groups in a ring are in counts for nothing.
fn outer_first(links: &[Vec<(usize, Span)>], ringed: &[bool]) -> Vec<usize> {
    let (mut order, mut seen) = (Vec::with_capacity(links.len()), vec![false; links.len()]);
    let mut open: Vec<(usize, usize)> = Vec::new();
    for start in 0..links.len() {
        if !std::mem::replace(&mut seen[start], true) {
            open.push((start, 0));
        }
        while let Some((at, next)) = open.pop() {
            let Some((around, _)) = links[at].get(next).filter(|_| !ringed[at]) else {
                order.push(at);
                continue;
            };
            open.push((at, next + 1));
            if !std::mem::replace(&mut seen[*around], true) {
                open.push((*around, 0));
            }
        }
    }
    order
}

/// A group and all that it is in, ascending; `None` of too many.
fn lineage(groups: &[UserGroup], at: usize, around: &[(usize, Span)]) -> Option<Vec<GroupId>> {
    let mut lineage = vec![GroupId::new(at)];
    for (group, _) in around {
        lineage.extend_from_slice(&groups[*group].lineage);
        if lineage.len() > 2 * limits::GROUPS_AROUND {
            lineage.sort_unstable();
            lineage.dedup();
            if lineage.len() > limits::GROUPS_AROUND + 1 {
                return None;
            }
        }
    }
    lineage.sort_unstable();
    lineage.dedup();
    (lineage.len() <= limits::GROUPS_AROUND + 1).then_some(lineage)
}

/// A declaration with its name, and where that stands.
struct Found<'t, T> {
    name: Cow<'t, str>,
    source: &'t Source,
    item: &'t ast::Item,
    declared: &'t T,
    span: Span,
}

impl<'t, T> Found<'t, T> {
    fn new(source: &'t Source, item: &'t ast::Item, (declared, span): (&'t T, Span)) -> Self {
        let text = source.slice(span);
        let name = if text.starts_with('"') { ast::Text { span }.value(source) } else { Cow::Borrowed(text) };
        Self { name, source, item, declared, span }
    }
}

/// Assignments while they are resolved.
struct Assigning {
    /// Where roles are assigned without `in`.
    home: Option<ScopeId>,
    /// What was found of the roles that the next assignments name.
    roles: std::vec::IntoIter<Option<RoleId>>,
    /// And of the users.
    users: std::vec::IntoIter<Option<UserId>>,
    /// Who is given what.
    given: Vec<(UserId, u32)>,
}

/// Of every assignment of a source, in order: the role and the users of these names, as far as there are any.
#[derive(Default)]
struct Looked {
    roles: Vec<Option<RoleId>>,
    users: Vec<Option<UserId>>,
}

impl Resolver<'_> {
    /// Declares groups and users by name.
    pub(super) fn subjects(&mut self, trees: &Trees<'_>) {
        let groups = trees.peopled().flat_map_iter(|(source, items)| {
            items.iter().filter_map(move |item| match &item.kind {
                ItemKind::Group(group) => Some(Found::new(source, item, (group, group.name.span))),
                _ => None,
            })
        });
        let groups = self.named("group", groups.collect());
        for (at, group) in groups.iter().enumerate() {
            self.program.subjects.group_names.insert(group.name.as_ref().into(), GroupId::new(at));
        }
        self.declare_groups(groups);
        let users = trees.peopled().flat_map_iter(|(source, items)| {
            items.iter().filter_map(move |item| match &item.kind {
                ItemKind::User(user) => Some(Found::new(source, item, (user, user.name.span))),
                _ => None,
            })
        });
        let users = self.named("user", users.collect());
        self.declare_users(users);
    }

    /// Declarations of one kind in order of their names; the first of a name is kept.
    fn named<'t, T: Sync>(&mut self, kind: &str, mut found: Vec<Found<'t, T>>) -> Vec<Found<'t, T>> {
        found.par_sort_unstable_by(|a, b| (&a.name, a.span).cmp(&(&b.name, b.span)));
        let sink = &mut *self.sink;
        found.dedup_by(|other, first| {
            let same = other.name == first.name;
            if same {
                sink.report(words::names::duplicate(kind, &other.name, other.span, first.span));
            }
            same
        });
        for one in &found {
            if !one.source.slice(one.span).starts_with('"') {
                self.may_declare(&one.name, one.span);
            }
        }
        found
    }

    fn declare_groups(&mut self, groups: Vec<Found<'_, ast::Group>>) {
        let mut links: Vec<Vec<(usize, Span)>> = Vec::with_capacity(groups.len());
        for Found { name, source, item, declared: group, .. } in groups {
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
                name: name.into(),
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

    /// Works out all groups that each group is in, by steps, the outer ones first. Groups in a ring, and those in too many
    /// others, are reported and in none.
    fn lineages(&mut self, links: &[Vec<(usize, Span)>]) {
        let places: Vec<Span> = self.program.subjects.groups.iter().map(|group| group.name_span).collect();
        let mut ringed = vec![false; links.len()];
        for ring in graph::rings(&places, links) {
            for (at, _) in &ring {
                ringed[*at] = true;
            }
            let name = |at: usize| self.program.subjects.groups[at].name.to_string();
            let ring: Vec<(String, Span)> = ring.into_iter().map(|(at, span)| (name(at), span)).collect();
            self.sink.report(words::subjects::group_cycle(&ring));
        }
        let mut deep = vec![false; links.len()];
        for at in outer_first(links, &ringed) {
            let around = if ringed[at] { &[][..] } else { &links[at] };
            let groups = &mut self.program.subjects.groups;
            let lineage = if around.iter().any(|(group, _)| deep[*group]) { None } else { lineage(groups, at, around) };
            deep[at] = lineage.is_none();
            groups[at].faulty |= ringed[at] || deep[at];
            groups[at].lineage = lineage.unwrap_or_else(|| vec![GroupId::new(at)]);
            if deep[at] && !around.iter().any(|(group, _)| deep[*group]) {
                let name = groups[at].name.clone();
                self.sink.report(words::subjects::groups_too_deep(&name, places[at], limits::GROUPS_AROUND));
            }
        }
    }

    fn declare_users(&mut self, users: Vec<Found<'_, ast::User>>) {
        self.program.subjects.users.reserve_exact(users.len());
        for Found { name, source, item, declared: user, .. } in users {
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
            let (name, name_span) = (name.into(), user.name.span);
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
        let looked = self.look_up(trees);
        let number = |of: fn(&Looked) -> usize| looked.iter().map(of).sum();
        self.program.subjects.assignments.reserve_exact(number(|looked| looked.roles.len()));
        let given = Vec::with_capacity(number(|looked| looked.users.len()));
        let mut assigning = Assigning { home: self.home(), roles: Vec::new().into_iter(), users: Vec::new().into_iter(), given };
        for ((source, file), looked) in trees.sources.files().iter().zip(&trees.files).zip(looked) {
            if looked.roles.is_empty() {
                continue;
            }
            (assigning.roles, assigning.users) = (looked.roles.into_iter(), looked.users.into_iter());
            for item in &file.items {
                if let ItemKind::Assignment(declared) = &item.kind {
                    let sound = self.assignment(source, item, declared, &mut assigning);
                    self.settle_allowed(item.span, !sound);
                }
            }
        }
        self.give(&assigning.given);
        self.applications(trees);
        self.old_options(trees);
    }

    /// Looks up what assignments name: nearly all of it is there, and looking takes longer than all else.
    fn look_up(&self, trees: &Trees<'_>) -> Vec<Looked> {
        let program = &self.program;
        let users = program.subjects.users.iter().enumerate();
        let users: FxHashMap<&str, UserId> = users.map(|(at, user)| (&*user.name, UserId::new(at))).collect();
        let look = |(source, items): (&Source, &[ast::Item])| {
            let mut looked = Looked::default();
            for item in items {
                let ItemKind::Assignment(declared) = &item.kind else { continue };
                looked.roles.push(program.role_names.get(declared.role.text(source)).copied());
                if let ast::Recipients::Users(names) = &declared.to {
                    looked.users.extend(names.iter().map(|name| users.get(&*name.value(source)).copied()));
                }
            }
            looked
        };
        trees.peopled().map(look).collect()
    }

    /// Keeps of each user its assignments, in order.
    fn give(&mut self, given: &[(UserId, u32)]) {
        let subjects = &mut self.program.subjects;
        let mut counts = vec![0_usize; subjects.users.len()];
        for (user, _) in given {
            counts[user.index()] += 1;
        }
        let mut start = 0;
        for (user, count) in subjects.users.iter_mut().zip(&mut counts) {
            user.given = end(start)..end(start + *count);
            start += std::mem::replace(count, start);
        }
        subjects.given = vec![0; given.len()];
        for (user, assignment) in given {
            let place = &mut counts[user.index()];
            subjects.given[*place] = *assignment;
            *place += 1;
        }
    }

    /// Resolves one assignment, of which roles and users were looked up before; whether it is sound.
    fn assignment(&mut self, source: &Source, item: &ast::Item, declared: &ast::Assignment, assigning: &mut Assigning) -> bool {
        let role = assigning.roles.next().flatten().or_else(|| self.role_named(source, declared.role));
        let scope = match &declared.scope {
            Some(scope) => self.scope(source, scope),
            None => assigning.home.or_else(|| self.homeless(declared.role.span)),
        };
        let at = end(self.program.subjects.assignments.len());
        let before = assigning.given.len();
        let mut sound = !item.faulty;
        let mut groups = Vec::new();
        match &declared.to {
            ast::Recipients::Groups(names) => groups.extend(names.iter().map(|name| self.group_named(source, *name))),
            ast::Recipients::Users(names) => {
                for name in names {
                    let user = assigning.users.next().flatten().or_else(|| self.user_named(source, *name));
                    sound &= user.is_some();
                    assigning.given.extend(user.map(|user| (user, at)));
                }
            }
        }
        sound &= !groups.contains(&None);
        for allowed in &declared.allowed_findings {
            sound &= self.allow_finding(source, *allowed, item.span);
        }
        let (Some(role), Some(scope)) = (role, scope) else {
            assigning.given.truncate(before);
            return false;
        };
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
        sound
    }

    /// The home division; where there are no divisions at all, everything lies in it.
    fn home(&mut self) -> Option<ScopeId> {
        let divisions = &self.program.divisions;
        match divisions.iter().position(|division| division.home) {
            Some(home) => Some(self.program.scopes.of([crate::scopes::DivisionId::new(home)])),
            None => divisions.is_empty().then(Scopes::all),
        }
    }

    /// Reports, once, that there is no home division.
    fn homeless(&mut self, place: Span) -> Option<ScopeId> {
        if !std::mem::replace(&mut self.homeless, true) {
            self.sink.report(words::subjects::no_home_division(place));
        }
        None
    }

    fn applications(&mut self, trees: &Trees<'_>) {
        let found = trees.items().filter_map(|(source, item)| match &item.kind {
            ItemKind::Application(declared) => Some(Found::new(source, item, (declared, declared.name.span))),
            _ => None,
        });
        for Found { name, source, item, declared: application, .. } in self.named("application", found.collect()) {
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
                name: name.into(),
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
        let subjects = &mut self.program.subjects;
        subjects.options_by_user = (0..end(subjects.old_options.len())).collect();
        subjects.options_by_user.sort_by_key(|at| subjects.old_options[*at as usize].user);
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
