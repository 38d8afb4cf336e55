//! Which groups and users may: by the roles that they have, or as readers of an object.

use rustc_hash::FxHashSet;

use crate::access::{self, Access, Given, Way};
use crate::model::{GroupId, Holder, Requirement, RoleId, Target, UserId};
use crate::scopes::{ScopeId, Scopes};
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

/// The groups and then the users that hold, reach or read something, in order of their names; with `scope`, only those
/// that do so in all of it.
#[must_use]
pub fn subjects(access: &mut Access<'_>, target: Target, scope: Option<ScopeId>, moment: Moment) -> Vec<Subject> {
    let subjects = &access.program.subjects;
    let groups = (0..subjects.groups.len()).map(|at| Holder::Group(GroupId::new(at)));
    let users = (0..subjects.users.len()).map(|at| Holder::User(UserId::new(at)));
    let holders: Vec<Holder> = groups.chain(users).collect();
    if let Target::Object(object) = target {
        return holders.into_iter().filter_map(|holder| reader(access, holder, object)).collect();
    }
    let asked = match target {
        Target::Permissions(set) => Requirement::All(access.program.sets.iter(set).collect()),
        Target::Surface(surface) => access.program.asked(surface, moment.region, moment.at).clone(),
        Target::Object(_) => return Vec::new(),
    };
    let (Requirement::Any(permissions) | Requirement::All(permissions)) = &asked else { return Vec::new() };
    let giving = giving(access, permissions, moment);
    let open = access.program.subjects.applications.iter().any(|application| application.full_access);
    let mut found = Vec::new();
    for holder in holders {
        let given = access::of(access.program, holder);
        let mut roles: Vec<RoleId> = given.iter().map(|given| given.role).filter(|role| giving.contains(role)).collect();
        if roles.is_empty() && !(open && matches!(holder, Holder::User(_))) {
            continue;
        }
        let ways = access.reached(holder, &given, &asked, moment);
        if ways.is_empty() || scope.is_some_and(|scope| !covers(access, &ways, scope)) {
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

fn covers(access: &mut Access<'_>, ways: &[Way], scope: ScopeId) -> bool {
    let scopes = &mut access.program.scopes;
    let all = ways.iter().fold(Scopes::empty(), |all, way| scopes.union(all, way.scope));
    scopes.is_within(scope, all)
}

fn reader(access: &Access<'_>, holder: Holder, object: usize) -> Option<Subject> {
    let subjects = &access.program.subjects;
    let lineage = match holder {
        Holder::Group(group) => subjects.group(group).lineage.clone(),
        Holder::User(user) => subjects.lineage(user),
        Holder::Role(..) => return None,
    };
    let reads = access.program.objects[object].readers.admit(&lineage);
    reads.then(|| Subject { holder, ways: vec![Way::open()], roles: Vec::new() })
}
