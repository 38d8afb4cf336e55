//! Roles that somebody has together, of which one opens everywhere what the other one confines; and roles that watch others.

use std::collections::BTreeSet;

use crate::reference::access::{Given, Holder, Through, counts, given, is_live};
use crate::reference::judge_held::is_confined;
use crate::reference::judge_later::opens;
use crate::reference::read::Kind;
use crate::reference::scopes::Scope;
use crate::reference::surfaces::Asked;
use crate::reference::{About, Report, World};

/// Judges both.
pub(crate) fn judge(world: &World, report: &mut Report) {
    let subjects = &world.society.subjects;
    let groups = subjects.groups.keys().map(|name| Holder::Group(name.clone()));
    let users = subjects.users.keys().map(|name| Holder::User(name.clone()));
    let mut told = BTreeSet::new();
    for holder in groups.chain(users) {
        across_roles(world, &holder, &mut told, report);
    }
    for role in world.names.live() {
        if watches_anybody(world, role) {
            report.tell("watches-any-user", About::Role(role));
        }
    }
}

/// Two roles of which one opens everywhere what the other one confines; told once for each two, for the first who has both.
fn across_roles(world: &World, holder: &Holder, told: &mut BTreeSet<(usize, usize)>, report: &mut Report) {
    let given = given(world, holder);
    let counts = |given: &Given, permission: &str| match holder {
        Holder::User(user) => counts(world, user, &given.through, permission),
        Holder::Role(..) | Holder::Group(_) => true,
    };
    for confined in &given {
        for open in given.iter().filter(|open| open.role != confined.role) {
            let meet = world.catalog.pairs.iter().any(|(unaware, aware)| {
                let is_open = is_live(world, open.role) && world.effective.permissions(open.role).contains(unaware);
                is_open && confines(world, confined, aware) && counts(open, unaware) && counts(confined, aware)
            });
            if meet && told.insert((confined.role, open.role)) {
                let place = assignment(open).or_else(|| assignment(confined));
                report.tell("cross-role-confinement", place.map_or_else(|| place_of(world, holder, confined), About::Item));
            }
        }
    }
}

/// Whether what somebody has gives a permission in some divisions only: the role, or the assignment, says so.
fn confines(world: &World, given: &Given, permission: &str) -> bool {
    if !is_live(world, given.role) {
        return false;
    }
    let grants = world.effective.grants(given.role).iter().filter(|held| held.permission == permission);
    let scopes: Vec<&Scope> = grants.map(|held| &held.scope).collect();
    let is_assigned_so = assignment(given).is_some_and(|item| is_confined(world, item, &given.scope));
    !scopes.is_empty() && (is_assigned_so || !scopes.contains(&&Scope::All))
}

const fn assignment(given: &Given) -> Option<usize> {
    match given.through {
        Through::Own(item) | Through::Group(item) => Some(item),
        Through::Automatic | Through::Old(_) => None,
    }
}

/// Where somebody gets a role that nobody assigned.
fn place_of(world: &World, holder: &Holder, given: &Given) -> About {
    let mut options = world.society.subjects.old_options.iter();
    let is_it = |user: &String, application: &String| {
        *holder == Holder::User(user.clone()) && given.through == Through::Old(application.clone())
    };
    let option = options.find(|old| is_it(&old.user, &old.application));
    option.map_or(About::Role(given.role), |old| About::Item(old.item))
}

/// Whether a role of the organisation's own opens topics about any user that none of its own parents opens all of.
fn watches_anybody(world: &World, role: usize) -> bool {
    let is_custom = |role: usize| world.declarations.roles[role].kind == Kind::Custom;
    let opened = |role: usize| -> BTreeSet<&String> {
        let held: BTreeSet<&String> = world.effective.permissions(role).iter().collect();
        let surfaces = world.society.surfaces.list.iter().enumerate();
        let opened = surfaces.filter(|(at, surface)| {
            let asked = world.society.surfaces.own(*at);
            let asks = matches!(asked, Asked::Any(_) | Asked::All(_));
            surface.kind == "topic" && surface.name.contains("users.{") && asks && opens(asked, &held)
        });
        opened.map(|(_, surface)| &surface.name).collect()
    };
    let watched = opened(role);
    let parents = world.names.parents[role].iter().filter(|parent| is_custom(**parent));
    let is_inherited = parents.into_iter().any(|parent| watched.is_subset(&opened(*parent)));
    is_custom(role) && !watched.is_empty() && !is_inherited
}
