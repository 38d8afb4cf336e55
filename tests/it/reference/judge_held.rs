//! What is wrong with what a role holds: confinement that does not confine, and permissions that miss others.

use std::collections::BTreeSet;

use crate::reference::read::Kind;
use crate::reference::scopes::Scope;
use crate::reference::surfaces::Asked;
use crate::reference::{About, Report, World};

/// Judges what every role that somebody can have holds, backfills aside.
pub(crate) fn judge(world: &World, report: &mut Report) {
    for at in world.names.live() {
        // A vendor's role that an assignment confines is judged at that: nobody here can mend the role itself.
        let assignment = confining(world, at);
        let is_vendors = world.declarations.roles[at].kind == Kind::Default && !world.effective.is_confined(at);
        let about = assignment.filter(|_| is_vendors).map_or(About::Role(at), About::Item);
        if world.effective.is_confined(at) || assignment.is_some() {
            report.tell_all(confined(world, at), &about);
        } else {
            report.tell_all(transition(world, at), &About::Role(at));
        }
        report.tell_all(missing(world, at), &About::Role(at));
    }
}

/// The first assignment of a role in divisions.
fn confining(world: &World, at: usize) -> Option<usize> {
    let mut assignments = world.society.subjects.assignments.iter().filter(|assigned| assigned.role == at);
    assignments.find(|assigned| is_confined(world, assigned.item, &assigned.scope)).map(|assigned| assigned.item)
}

/// Whether an assignment says in which divisions it holds: the home division, where nothing is said, confines nobody.
pub(crate) fn is_confined(world: &World, item: usize, scope: &Scope) -> bool {
    let assignment = world.declarations.later.assignments.iter().find(|assignment| assignment.item == item);
    *scope != Scope::All && assignment.is_some_and(|assignment| assignment.scope.is_some())
}

fn confined(world: &World, at: usize) -> Vec<&'static str> {
    let held = world.effective.permissions(at);
    let mut codes = Vec::new();
    for permission in held {
        match world.catalog.awareness(permission) {
            None => codes.push("unstated-awareness"),
            Some(true) => {}
            Some(false) if world.catalog.has_counterpart(permission) => codes.push(unaware_half(world, at, permission)),
            Some(false) => {
                codes.push("unconfinable");
                if opens_confined_surface(world, at, permission) {
                    codes.push("surface-unconfined");
                }
            }
        }
    }
    codes
}

/// The finding about an unaware permission that is the left side of a pair: the first that fits.
fn unaware_half(world: &World, at: usize, permission: &str) -> &'static str {
    let mut derivations = world.effective.derivations(at).iter().filter(|derivation| derivation.held.permission == permission);
    let held = world.effective.permissions(at);
    if !derivations.any(|derivation| derivation.explicit) {
        "wildcard-defeats-confinement"
    } else if world.catalog.pairs.iter().any(|(unaware, aware)| unaware == permission && held.contains(aware)) {
        "confinement-defeated"
    } else {
        "unaware-half"
    }
}

/// Whether some surface that a confined permission of the role opens is opened by this unaware one, too.
fn opens_confined_surface(world: &World, at: usize, unaware: &str) -> bool {
    let grants = world.effective.grants(at);
    let is_confined = |permission: &String| {
        let mut scopes = grants.iter().filter(|held| held.permission == *permission).map(|held| &held.scope).peekable();
        let is_assigned_so = confining(world, at).is_some();
        let is_narrow = scopes.peek().is_some() && (is_assigned_so || scopes.all(|scope| *scope != Scope::All));
        world.catalog.awareness(permission) == Some(true) && is_narrow
    };
    let surfaces = (0..world.society.surfaces.list.len()).map(|at| world.society.surfaces.own(at));
    surfaces.into_iter().any(|asked| match asked {
        Asked::Any(permissions) => permissions.contains(unaware) && permissions.iter().any(is_confined),
        Asked::All(_) | Asked::Open | Asked::Unstated => false,
    })
}

fn transition(world: &World, at: usize) -> Vec<&'static str> {
    let held = world.effective.permissions(at);
    let is_held = |(unaware, aware): &(String, String)| held.contains(unaware) && held.contains(aware);
    if world.catalog.pairs.iter().any(is_held) { vec!["pair-transition"] } else { Vec::new() }
}

/// Held permissions that are useless without others, unless a parent has that very fault.
fn missing(world: &World, at: usize) -> Option<&'static str> {
    let unmet = |at: usize| -> BTreeSet<(String, String)> {
        let held = world.effective.permissions(at);
        let lacking = |permission: &String| {
            world.catalog.lacking(permission, held).into_iter().map(|required| (permission.clone(), required)).collect::<Vec<_>>()
        };
        held.iter().flat_map(lacking).collect()
    };
    // What an override edits is not judged, so the override answers for it; what that inherits is told where it comes from.
    let mut parents = world.names.parents[at].clone();
    if world.declarations.roles[at].kind == Kind::Override {
        parents = parents.into_iter().flat_map(|edited| world.names.parents[edited].clone()).collect();
    }
    let in_parents: BTreeSet<(String, String)> = parents.into_iter().flat_map(unmet).collect();
    (!unmet(at).is_subset(&in_parents)).then_some("missing-required-permission")
}
