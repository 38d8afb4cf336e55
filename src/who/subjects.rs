//! Which groups and users may: by the roles that they have, or as readers of an object.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::access::{self, Access, Given, Way};
use crate::model::{Holder, Program, Requirement, RoleId};
use crate::scopes::ScopeId;
use crate::sets::PermissionId;
use crate::timeline::Moment;

/// A group or user that holds, reaches or reads something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Who.
    pub holder: Holder,
    /// Where, and under which conditions; in normal form. Of an object, everywhere.
    pub ways: Vec<Way>,
    /// The roles that it is by, in order of their ids, each once; none where an application is open in full, or of an object.
    pub roles: Vec<RoleId>,
}

/// The groups and users that read an object.
#[must_use]
pub fn readers(program: &Program, object: usize) -> Vec<Subject> {
    program.subjects.everybody().filter_map(|holder| reader(program, holder, object)).collect()
}

/// The groups and then the users that hold or reach what asks for permissions, in order of their names; with `scope`, only those
/// that do so in all of it.
#[must_use]
pub fn subjects(access: &mut Access<'_>, asked: &Requirement, scope: Option<ScopeId>, moment: Moment) -> Vec<Subject> {
    let (Requirement::Any(permissions) | Requirement::All(permissions)) = asked else { return Vec::new() };
    let giving = giving(access, permissions, moment);
    let open = access.program.subjects.applications.iter().any(|application| application.full_access);
    let mut found = Vec::new();
    for holder in access.program.subjects.everybody() {
        let given = access::of(access.program, holder);
        let mut roles: Vec<RoleId> = given.iter().map(|given| given.role).filter(|role| giving.contains(role)).collect();
        if roles.is_empty() && !(open && matches!(holder, Holder::User(_))) {
            continue;
        }
        let ways = access.reached(holder, &given, asked, moment);
        if ways.is_empty() || scope.is_some_and(|scope| !access.covers(&ways, scope)) {
            continue;
        }
        roles.retain(|role| gives(access, (holder, &given), *role, permissions));
        roles.sort();
        roles.dedup();
        found.push(Subject { holder, ways, roles });
    }
    found
}

/// The roles that hold some of the permissions.
fn giving(access: &Access<'_>, permissions: &[PermissionId], moment: Moment) -> FxHashSet<RoleId> {
    let holds = |role: RoleId, permission: PermissionId| {
        access.flat.holds(access.program, role, permission) || access.epochs.gained(role, permission, moment).is_some()
    };
    let roles = access.program.role_ids();
    roles.filter(|role| permissions.iter().any(|permission| holds(*role, *permission))).collect()
}

/// Whether a role counts for somebody: an old option stands for what groups give.
fn gives(access: &Access<'_>, (holder, given): (Holder, &[Given]), role: RoleId, permissions: &[PermissionId]) -> bool {
    let Holder::User(user) = holder else { return true };
    let mut ways = given.iter().filter(|given| given.role == role);
    ways.any(|given| permissions.iter().any(|id| access::counts(access.program, user, given.through, *id)))
}

fn reader(program: &Program, holder: Holder, object: usize) -> Option<Subject> {
    let subjects = &program.subjects;
    let lineage = match holder {
        Holder::Group(group) => Cow::Borrowed(subjects.group(group).lineage.as_slice()),
        Holder::User(user) => subjects.lineage(user),
        Holder::Role(..) => return None,
    };
    let reads = program.objects[object].readers.admit(&lineage);
    reads.then(|| Subject { holder, ways: vec![Way::open()], roles: Vec::new() })
}
