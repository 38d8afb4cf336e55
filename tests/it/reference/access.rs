//! What roles and subjects hold and reach in a region on a day.

use std::collections::BTreeSet;

use crate::reference::World;
use crate::reference::conditions::Condition;
use crate::reference::grants::{Held, normal_form};
use crate::reference::scopes::Scope;
use crate::reference::surfaces::Asked;

/// Somebody who holds something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holder {
    /// A role, by its place, as if somebody had it there and nothing else.
    Role(usize, Scope),
    Group(String),
    User(String),
}

/// A role that somebody has.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) role: usize,
    pub(crate) scope: Scope,
    pub(crate) through: Through,
}

/// By way of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Through {
    /// The item of an assignment of its own.
    Own(usize),
    /// The item of an assignment of a group.
    Group(usize),
    /// Itself.
    Automatic,
    /// The application of an old option.
    Old(String),
}

/// The roles that somebody has: its own, those of its groups, those that come by themselves, those of old options.
pub(crate) fn given(world: &World, holder: &Holder) -> Vec<Given> {
    match holder {
        Holder::Role(role, scope) => vec![Given { role: *role, scope: scope.clone(), through: Through::Automatic }],
        Holder::Group(group) => of_groups(world, world.society.subjects.lineage(group)),
        Holder::User(user) => {
            let subjects = &world.society.subjects;
            let own = subjects.assignments.iter().filter(|assigned| assigned.users.contains(user));
            let own = own.map(|assigned| Given {
                role: assigned.role,
                scope: assigned.scope.clone(),
                through: Through::Own(assigned.item),
            });
            let mut given: Vec<Given> = own.collect();
            given.extend(of_groups(world, &subjects.groups_of(world.declarations, user)));
            let creator = world.declarations.later.users[subjects.users[user]].creator;
            let automatic = automatic(world).into_iter().filter(|(_, to_all)| *to_all || creator);
            given.extend(automatic.map(|(role, _)| Given { role, scope: Scope::All, through: Through::Automatic }));
            let old = subjects.old_options.iter().filter(|old| old.user == *user);
            given.extend(old.map(|old| Given {
                role: old.role,
                scope: Scope::All,
                through: Through::Old(old.application.clone()),
            }));
            given
        }
    }
}

fn of_groups(world: &World, groups: &BTreeSet<String>) -> Vec<Given> {
    let of_group = |group: &String| {
        let assignments = world.society.subjects.assignments.iter().filter(|assigned| assigned.groups.contains(group));
        let given = assignments.map(|assigned| Given {
            role: assigned.role,
            scope: assigned.scope.clone(),
            through: Through::Group(assigned.item),
        });
        given.collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

/// The roles that come by themselves, in order of their names, and whether to everybody. Of an override the vendor says it.
pub(crate) fn automatic(world: &World) -> Vec<(usize, bool)> {
    let roles = world.names.roles.iter();
    let said = roles.filter_map(|(name, at)| Some((name, world.declarations.roles[*at].auto_assigned?)));
    said.filter_map(|(name, to_all)| Some((world.names.role(name)?, to_all))).collect()
}

/// Whether a role means something.
pub(crate) fn is_live(world: &World, role: usize) -> bool {
    !world.names.tainted.contains(&role)
}

/// What a role holds in a calendar on a day; nothing if it has an error in it.
pub(crate) fn of_role<'w>(world: &World<'w>, role: usize, calendar: &str, at: &str) -> &'w [Held] {
    let Some(course) = world.courses.get(&(role, calendar.to_owned())) else { return &[] };
    let state = course.states.iter().rev().find(|(date, _)| **date <= *at);
    state.map_or_else(|| world.effective.grants(role), |(_, grants)| grants)
}

/// Whether what a user has in one way counts for a permission: in its application an old option replaces what groups give.
pub(crate) fn counts(world: &World, user: &str, through: &Through, permission: &str) -> bool {
    let subjects = &world.society.subjects;
    let owns = |application: &String| subjects.applications[application].owns.contains(permission);
    match through {
        Through::Own(_) | Through::Automatic => true,
        Through::Group(_) => !subjects.old_options.iter().any(|old| old.user == user && owns(&old.application)),
        Through::Old(application) => owns(application),
    }
}

/// Everything that roles give to somebody who has them, wherever they are assigned; by permission.
fn given_grants(world: &World, holder: &Holder, calendar: &str, at: &str) -> Vec<(Scope, Held)> {
    let mut grants = Vec::new();
    for Given { role, scope, through } in given(world, holder) {
        let counts = |held: &&Held| match holder {
            Holder::User(user) => counts(world, user, &through, &held.permission),
            Holder::Role(..) | Holder::Group(_) => true,
        };
        grants.extend(of_role(world, role, calendar, at).iter().filter(counts).map(|held| (scope.clone(), held.clone())));
    }
    grants
}

/// The permissions that somebody's roles hold, wherever they are assigned.
pub(crate) fn permissions(world: &World, holder: &Holder, calendar: &str, at: &str) -> BTreeSet<String> {
    given_grants(world, holder, calendar, at).into_iter().map(|(_, held)| held.permission).collect()
}

/// What somebody holds in a calendar on a day, in normal form.
pub(crate) fn held(world: &World, holder: &Holder, calendar: &str, at: &str) -> Vec<Held> {
    let given = given_grants(world, holder, calendar, at);
    let by_name: BTreeSet<String> = given.iter().map(|(_, held)| held.permission.clone()).collect();
    let mut grants: Vec<Held> = given
        .into_iter()
        .map(|(assigned, held)| {
            // A division-unaware permission holds everywhere.
            let scope = if world.catalog.is_unaware(&held.permission) { Scope::All } else { held.scope.and(&assigned) };
            Held { scope, ..held }
        })
        .filter(|held| !held.scope.is_empty())
        .collect();
    if matches!(holder, Holder::User(_)) {
        let applications = world.society.subjects.applications.values();
        // Who holds nothing of an application that lets such people do everything, holds all of it.
        for application in applications.filter(|application| application.full_access && application.owns.is_disjoint(&by_name)) {
            let owned = application.owns.iter().cloned();
            grants.extend(owned.map(|permission| Held { permission, scope: Scope::All, condition: Condition::True }));
        }
    }
    normal_form(grants)
}

/// Where and on which conditions somebody reaches what asks for something; the permission of each way is empty.
pub(crate) fn reached(held: &[Held], asked: &Asked) -> Vec<Held> {
    let ways = |permission: &String| -> Vec<Held> {
        let of = held.iter().filter(|held| held.permission == *permission);
        of.map(|held| Held { permission: String::new(), ..held.clone() }).collect()
    };
    let open = Held { permission: String::new(), scope: Scope::All, condition: Condition::True };
    match asked {
        Asked::Open => vec![open],
        Asked::Unstated => Vec::new(),
        Asked::Any(permissions) => normal_form(permissions.iter().flat_map(ways)),
        Asked::All(permissions) => permissions.iter().map(ways).fold(vec![open], |some, others| both(&some, &others)),
    }
}

/// Each of some ways with each of others.
fn both(some: &[Held], others: &[Held]) -> Vec<Held> {
    let pairs = some.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
    let joined = pairs.map(|(a, b)| Held {
        permission: String::new(),
        scope: a.scope.and(&b.scope),
        condition: under_both(&a.condition, &b.condition),
    });
    normal_form(joined.filter(|held| !held.scope.is_empty()))
}

/// Two conditions at once; of two of which one holds wherever the other does, that other.
fn under_both(a: &Condition, b: &Condition) -> Condition {
    if a.is_weaker_or_equal(b) {
        b.clone()
    } else if b.is_weaker_or_equal(a) {
        a.clone()
    } else {
        Condition::And(vec![a.clone(), b.clone()]).canonical()
    }
}
