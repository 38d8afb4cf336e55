//! Groups, users, assignments, applications and old options: who is given what.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::Catalog;
use crate::reference::names::{Names, check_allowed, check_reserved};
use crate::reference::read::Declarations;
use crate::reference::read_later::Item;
use crate::reference::rings::{reach, rings};
use crate::reference::scopes::Scope;
use crate::reference::{About, Report};

/// An assignment whose role and divisions are known.
#[derive(Debug)]
pub(crate) struct Assigned {
    pub(crate) item: usize,
    pub(crate) role: usize,
    pub(crate) scope: Scope,
    pub(crate) groups: BTreeSet<String>,
    pub(crate) users: BTreeSet<String>,
}

/// An application.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) owns: BTreeSet<String>,
    pub(crate) full_access: bool,
}

/// An old option that is kept.
#[derive(Debug)]
pub(crate) struct Old {
    pub(crate) item: usize,
    pub(crate) role: usize,
    pub(crate) user: String,
    pub(crate) application: String,
}

/// Everybody and what they have.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    /// Name → place, of groups and of users.
    pub(crate) groups: BTreeMap<String, usize>,
    pub(crate) users: BTreeMap<String, usize>,
    /// Each group with all that it is in, by steps, itself included.
    lineages: BTreeMap<String, BTreeSet<String>>,
    pub(crate) assignments: Vec<Assigned>,
    pub(crate) applications: BTreeMap<String, Application>,
    pub(crate) old_options: Vec<Old>,
}

/// Resolves subjects.
struct Resolver<'a> {
    declarations: &'a Declarations,
    names: &'a Names,
    catalog: &'a Catalog,
    tainted: &'a mut BTreeSet<usize>,
    report: &'a mut Report,
}

impl Subjects {
    /// Resolves all subjects; notes in `tainted` the items with an error in them.
    pub(crate) fn new(
        declarations: &Declarations,
        (names, catalog): (&Names, &Catalog),
        (tainted, report): (&mut BTreeSet<usize>, &mut Report),
    ) -> Self {
        let mut subjects = Self::default();
        let mut resolver = Resolver { declarations, names, catalog, tainted, report };
        resolver.groups(&mut subjects);
        resolver.users(&mut subjects);
        resolver.assignments(&mut subjects);
        resolver.applications(&mut subjects);
        resolver.old_options(&mut subjects);
        subjects
    }

    /// A group with all that it is in.
    pub(crate) fn lineage(&self, group: &str) -> &BTreeSet<String> {
        &self.lineages[group]
    }

    /// All groups that a user is in, by steps.
    pub(crate) fn groups_of(&self, declarations: &Declarations, user: &str) -> BTreeSet<String> {
        let own = declarations.later.users[self.users[user]].member_of.iter();
        own.filter_map(|group| self.lineages.get(group)).flatten().cloned().collect()
    }
}

impl Resolver<'_> {
    /// Reports codes about an item, and whether it has an error in it.
    fn settle(&mut self, item: usize, codes: Vec<&'static str>) {
        let Item { faulty, allowed_findings, .. } = &self.declarations.later.items[item];
        if *faulty | !codes.is_empty() | check_allowed(allowed_findings, &About::Item(item), self.report) {
            self.tainted.insert(item);
        }
        for code in codes {
            self.report.tell(code, About::Item(item));
        }
    }

    /// Reports a second declaration of a name, which is dropped.
    fn duplicate(&mut self, item: usize) {
        self.report.tell("duplicate-declaration", About::Item(item));
        self.tainted.insert(item);
    }

    fn groups(&mut self, subjects: &mut Subjects) {
        let groups = &self.declarations.later.groups;
        for (at, group) in groups.iter().enumerate() {
            if subjects.groups.contains_key(&group.name) {
                self.duplicate(group.item);
            } else {
                subjects.groups.insert(group.name.clone(), at);
            }
        }
        for at in subjects.groups.values() {
            let group = &groups[*at];
            check_reserved(&group.name, About::Item(group.item), self.report);
            let mut codes = Vec::new();
            if group.member_of.iter().any(|parent| !subjects.groups.contains_key(parent)) {
                codes.push("unknown-group");
            }
            if group.requires.iter().any(|role| self.names.role(role).is_none()) {
                codes.push("unknown-role");
            }
            self.settle(group.item, codes);
        }
        let kept: BTreeSet<usize> = subjects.groups.values().copied().collect();
        let parents = |at: usize| -> Vec<usize> {
            let names = groups[at].member_of.iter().filter(|_| kept.contains(&at));
            names.filter_map(|parent| subjects.groups.get(parent)).copied().collect()
        };
        let mut ringed = BTreeSet::new();
        for ring in rings(groups.len(), &parents) {
            self.report.tell("group-cycle", About::Item(groups[ring.first().copied().unwrap_or_default()].item));
            ringed.extend(ring);
        }
        // A group on a ring is in no other.
        let sound = |at: usize| if ringed.contains(&at) { Vec::new() } else { parents(at) };
        for (name, at) in &subjects.groups {
            let mut lineage: BTreeSet<String> = reach(*at, &sound).into_iter().map(|at| groups[at].name.clone()).collect();
            lineage.insert(name.clone());
            subjects.lineages.insert(name.clone(), lineage);
        }
    }

    fn users(&mut self, subjects: &mut Subjects) {
        for (at, user) in self.declarations.later.users.iter().enumerate() {
            if subjects.users.contains_key(&user.name) {
                self.duplicate(user.item);
                continue;
            }
            subjects.users.insert(user.name.clone(), at);
            let is_unknown = user.member_of.iter().any(|group| !subjects.groups.contains_key(group));
            self.settle(user.item, if is_unknown { vec!["unknown-group"] } else { Vec::new() });
        }
    }

    fn assignments(&mut self, subjects: &mut Subjects) {
        let mut is_homeless = false;
        for assignment in &self.declarations.later.assignments {
            let mut codes = Vec::new();
            let role = self.names.role(&assignment.role);
            if role.is_none() {
                codes.push("unknown-role");
            }
            let scope = if let Some(names) = &assignment.scope {
                self.names.sound_scope(names).map_err(|code| codes.extend(code)).ok()
            } else {
                let home = self.names.home_scope(self.declarations);
                if home.is_none() && !std::mem::replace(&mut is_homeless, true) {
                    codes.push("no-home-division");
                }
                home
            };
            if assignment.groups.iter().any(|group| !subjects.groups.contains_key(group)) {
                codes.push("unknown-group");
            }
            if assignment.users.iter().any(|user| !subjects.users.contains_key(user)) {
                codes.push("unknown-user");
            }
            self.settle(assignment.item, codes);
            let (Some(role), Some(scope)) = (role, scope) else {
                self.tainted.insert(assignment.item);
                continue;
            };
            let groups = assignment.groups.iter().filter(|group| subjects.groups.contains_key(*group)).cloned().collect();
            let users = assignment.users.iter().filter(|user| subjects.users.contains_key(*user)).cloned().collect();
            subjects.assignments.push(Assigned { item: assignment.item, role, scope, groups, users });
        }
    }

    fn applications(&mut self, subjects: &mut Subjects) {
        for application in &self.declarations.later.applications {
            if subjects.applications.contains_key(&application.name) {
                self.duplicate(application.item);
                continue;
            }
            check_reserved(&application.name, About::Item(application.item), self.report);
            let owned = application.owns.iter().map(|selector| self.catalog.resolve(selector));
            let (sound, faulty): (Vec<_>, Vec<_>) = owned.partition(Result::is_ok);
            let owns = sound.into_iter().flatten().flatten().collect();
            self.settle(application.item, faulty.into_iter().filter_map(Result::err).collect());
            let full_access = application.full_access;
            subjects.applications.insert(application.name.clone(), Application { owns, full_access });
        }
    }

    fn old_options(&mut self, subjects: &mut Subjects) {
        for old in &self.declarations.later.old_options {
            let role = self.names.role(&old.role);
            let known = [
                ("unknown-role", role.is_some()),
                ("unknown-user", subjects.users.contains_key(&old.user)),
                ("unknown-application", subjects.applications.contains_key(&old.application)),
            ];
            let codes: Vec<&str> = known.iter().filter(|(_, is_known)| !is_known).map(|(code, _)| *code).collect();
            let is_sound = codes.is_empty();
            self.settle(old.item, codes);
            let Some(role) = role.filter(|_| is_sound) else { continue };
            let is_second = |first: &Old| first.user == old.user && first.application == old.application;
            if subjects.old_options.iter().any(is_second) {
                self.report.tell("repeated-fact", About::Item(old.item));
            } else {
                subjects.old_options.push(Old {
                    item: old.item,
                    role,
                    user: old.user.clone(),
                    application: old.application.clone(),
                });
            }
        }
    }
}
