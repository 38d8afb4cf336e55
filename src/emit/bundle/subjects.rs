//! Who has which roles, and who may read which objects, as they stand in a bundle. Keys and fields stand in order of their names.

use std::io::{self, Write};

use serde::Serialize;

use super::Bundle;
use super::ids::Ids;
use crate::emit::canonical::{self, Object};
use crate::id::Id;
use crate::model::{self, GroupId, Program, RoleId, UserId};

/// Writes the applications.
pub(super) fn applications(bundle: &Bundle<'_>, document: &mut Object<impl Write + Send>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Application<'b> {
        name: &'b str,
        owns: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'b str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        unconfigured: Option<&'static str>,
    }
    let applications = &bundle.program.subjects.applications;
    list(document, "applications", applications.len(), |at, text| {
        let own = &applications[at];
        let application = Application {
            name: &own.name,
            owns: bundle.tables.sets.of(own.owns),
            title: own.title.as_deref(),
            unconfigured: own.full_access.then_some("full-access"),
        };
        canonical::append(text, &application)
    })
}

/// Writes the groups.
pub(super) fn groups(bundle: &Bundle<'_>, document: &mut Object<impl Write + Send>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Group<'b> {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        assigned: Vec<(u32, u32)>,
        #[serde(skip_serializing_if = "Option::is_none")]
        member_of: Option<Ids>,
        name: &'b str,
        #[serde(skip_serializing_if = "Option::is_none")]
        requires_roles: Option<Ids>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'b str>,
    }
    let groups = &bundle.program.subjects.groups;
    list(document, "groups", groups.len(), |at, text| {
        let own = &groups[at];
        let around = own.lineage.iter().copied().filter(|group| group.index() != at);
        let group = Group {
            assigned: assigned(bundle, &own.given),
            member_of: some(around.map(Id::raw).collect()),
            name: &own.name,
            requires_roles: some(own.requires.iter().map(|(role, _)| bundle.role_number(*role)).collect()),
            title: own.title.as_deref(),
        };
        canonical::append(text, &group)
    })
}

/// Writes the objects and folders.
pub(super) fn objects(bundle: &Bundle<'_>, document: &mut Object<impl Write + Send>) -> io::Result<()> {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Readers {
        All,
        AllExcept(Ids),
        Groups(Ids),
    }
    #[derive(Serialize)]
    struct Readable<'b> {
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        folder: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        guards: Option<Ids>,
        name: &'b str,
        readers: Readers,
    }
    let ids = |groups: &[GroupId]| Ids::new(groups.iter().copied().map(Id::raw));
    let objects = &bundle.program.objects;
    list(document, "objects", objects.len(), |at, text| {
        let guards = bundle.program.around(at).flat_map(|object| &object.guards);
        let object = Readable {
            folder: objects[at].folder,
            guards: some(guards.map(|set| bundle.tables.sets.of(*set)).collect()),
            name: &objects[at].path,
            readers: match &objects[at].readers {
                model::Readers::AllExcept(groups) if groups.is_empty() => Readers::All,
                model::Readers::AllExcept(groups) => Readers::AllExcept(ids(groups)),
                model::Readers::Groups(groups) => Readers::Groups(ids(groups)),
            },
        };
        canonical::append(text, &object)
    })
}

/// Writes the old options.
pub(super) fn old_options(bundle: &Bundle<'_>, document: &mut Object<impl Write + Send>) -> io::Result<()> {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct OldOption {
        application: usize,
        role: u32,
        user: u32,
    }
    let options = bundle.program.subjects.old_options.iter();
    let mut options: Vec<OldOption> = options
        .map(|old| OldOption { application: old.application, role: bundle.role_number(old.role), user: old.user.raw() })
        .collect();
    options.sort_unstable();
    list(document, "old_options", options.len(), |at, text| canonical::append(text, &options[at]))
}

/// Writes the users.
pub(super) fn users(bundle: &Bundle<'_>, document: &mut Object<impl Write + Send>) -> io::Result<()> {
    #[derive(Serialize)]
    struct User<'b> {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        assigned: Vec<(u32, u32)>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        creator: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        member_of: Option<Ids>,
        name: &'b str,
    }
    let subjects = &bundle.program.subjects;
    list(document, "users", subjects.users.len(), |at, text| {
        let id = UserId::new(at);
        let own = subjects.user(id);
        let user = User {
            assigned: assigned(bundle, subjects.given_to(id)),
            creator: own.creator,
            member_of: some(subjects.groups_of(id).iter().copied().map(Id::raw).collect()),
            name: &own.name,
        };
        canonical::append(text, &user)
    })
}

/// Writes a long list, unless there is nothing in it.
fn list<W: Write + Send>(
    document: &mut Object<W>,
    key: &'static str,
    length: usize,
    element: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    if length == 0 { Ok(()) } else { document.list(key, length, element) }
}

/// An id list of what there is; nothing of nothing.
fn some(mut ids: Vec<u32>) -> Option<Ids> {
    ids.sort_unstable();
    ids.dedup();
    (!ids.is_empty()).then(|| Ids::new(ids))
}

/// Assignments as `[role, scope]`, by their ids.
fn assigned(bundle: &Bundle<'_>, given: &[u32]) -> Vec<(u32, u32)> {
    let assignment = |at: &u32| &bundle.program.subjects.assignments[*at as usize];
    let pairs = given.iter().map(assignment);
    let mut pairs: Vec<(u32, u32)> =
        pairs.map(|own| (bundle.role_number(own.role), bundle.tables.scopes.of(own.scope))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// By role of the program: its number in the bundle.
pub(super) fn role_numbers(program: &Program, roles: &[RoleId]) -> Vec<u32> {
    let mut numbers = vec![u32::MAX; program.roles.len()];
    for (number, role) in (0..).zip(roles) {
        numbers[role.index()] = number;
    }
    numbers
}
