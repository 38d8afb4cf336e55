//! Users, groups, applications, old options, objects.

use std::collections::{BTreeSet, HashMap};

use zerocopy::little_endian::U32;

use super::{Writer, number};
use crate::Error;
use crate::document::{self, IdList, Readers};
use crate::mapped::layout::{Application, Assignment, Group, KindId, NONE, Object, OldOption, Span, User, fact, flag};

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    groups(writer)?;
    users(writer)?;
    applications(writer)?;
    objects(writer)
}

fn assigned(writer: &mut Writer<'_>, assigned: &[document::Assignment]) -> Result<Span, Error> {
    let start = number(writer.content.assignments.len())?;
    let rows = assigned.iter().map(|own| Assignment { role: U32::new(own.0), scope: U32::new(own.1), group: U32::new(NONE) });
    writer.content.assignments.extend(rows);
    Ok(Span { start, count: number(assigned.len())? })
}

fn groups(writer: &mut Writer<'_>) -> Result<(), Error> {
    for (at, group) in writer.document.groups.iter().enumerate() {
        let assigned = assigned(writer, &group.assigned)?;
        let above = writer.own_list(group.member_of.iter())?;
        let (assigned, assigned_count, above, above_count) = (assigned.start, assigned.count, above.start, above.count);
        writer.content.groups.push(Group { assigned, assigned_count, above, above_count });
        writer.fact_text(KindId::Group, at, fact::TITLE, group.title.as_ref())?;
        let required: Vec<u32> = group.requires_roles.iter().collect();
        writer.fact_list(KindId::Group, at, fact::REQUIRES_ROLES, &required)?;
    }
    Ok(())
}

fn users(writer: &mut Writer<'_>) -> Result<(), Error> {
    let document = writer.document;
    let with_options: BTreeSet<u32> = document.old_options.iter().map(|option| option.user).collect();
    let mut memberships: HashMap<&IdList, (U32, Vec<u32>)> = HashMap::new();
    let mut room = inherited_room(document);
    for (at, user) in document.users.iter().enumerate() {
        if !memberships.contains_key(&user.member_of) {
            let groups = lineage(document, &user.member_of);
            let membership = number(writer.content.memberships.len())?;
            let span = writer.list(groups.clone())?;
            writer.content.memberships.push(span);
            memberships.insert(&user.member_of, (membership, groups));
        }
        let Some((membership, groups)) = memberships.get(&user.member_of) else { continue };
        let assigned = assigned(writer, &user.assigned)?;
        let inherited_count = inherited(writer, groups, &mut room)?;
        let options = with_options.contains(&number(at)?.get());
        let flags = if user.creator { flag::USER_CREATOR } else { 0 } | if options { flag::USER_OPTIONS } else { 0 };
        let (membership, flags) = (*membership, U32::new(flags));
        let (assigned, assigned_count) = (assigned.start, assigned.count);
        writer.content.users.push(User { assigned, assigned_count, inherited_count, membership, flags });
        let direct: Vec<u32> = user.member_of.iter().collect();
        writer.fact_list(KindId::User, at, fact::MEMBER_OF, &direct)?;
    }
    Ok(())
}

/// How many rows may say what groups give to users: some for each user, however many groups there are.
fn inherited_room(document: &document::Document) -> usize {
    let own: usize = document.users.iter().map(|user| user.assigned.len()).sum();
    8 * (document.users.len() + own)
}

/// Writes what groups give to a user, if there is room for it.
fn inherited(writer: &mut Writer<'_>, groups: &[u32], room: &mut usize) -> Result<U32, Error> {
    let given = |group: u32| &writer.document.groups[group as usize].assigned;
    let count: usize = groups.iter().map(|group| given(*group).len()).sum();
    let Some(left) = room.checked_sub(count) else { return Ok(U32::new(NONE)) };
    *room = left;
    for group in groups {
        let row =
            |own: &document::Assignment| Assignment { role: U32::new(own.0), scope: U32::new(own.1), group: U32::new(*group) };
        writer.content.assignments.extend(given(*group).iter().map(row));
    }
    number(count)
}

/// Groups, and all groups that these are in.
fn lineage(document: &document::Document, direct: &IdList) -> Vec<u32> {
    let all: BTreeSet<u32> =
        direct.iter().flat_map(|group| document.groups[group as usize].member_of.iter().chain([group])).collect();
    all.into_iter().collect()
}

fn applications(writer: &mut Writer<'_>) -> Result<(), Error> {
    let document = writer.document;
    for (at, application) in document.applications.iter().enumerate() {
        let flags = U32::new(if application.unconfigured.is_some() { flag::APPLICATION_OPEN } else { 0 });
        writer.content.applications.push(Application { owns: U32::new(application.owns), flags });
        writer.fact_text(KindId::Application, at, fact::TITLE, application.title.as_ref())?;
    }
    let mut options: Vec<_> = document.old_options.iter().enumerate().collect();
    options.sort_by_key(|(at, option)| (option.user, *at));
    for (at, option) in options {
        let (user, application, role) = (U32::new(option.user), U32::new(option.application), U32::new(option.role));
        writer.content.options.push(OldOption { user, application, role, place: number(at)? });
    }
    Ok(())
}

fn objects(writer: &mut Writer<'_>) -> Result<(), Error> {
    for object in &writer.document.objects {
        let guards = writer.own_list(object.guards.iter())?;
        let (readers, kind) = match &object.readers {
            Readers::All => (None, flag::READERS_ALL),
            Readers::Groups(groups) => (Some(groups), flag::READERS_GROUPS),
            Readers::AllExcept(groups) => (Some(groups), flag::READERS_ALL_EXCEPT),
        };
        let readers = writer.own_list(readers.into_iter().flat_map(IdList::iter))?;
        let flags = U32::new(kind | if object.folder { flag::OBJECT_FOLDER } else { 0 });
        let (guards, guards_count, readers, readers_count) = (guards.start, guards.count, readers.start, readers.count);
        writer.content.objects.push(Object { guards, guards_count, readers, readers_count, flags });
    }
    Ok(())
}
