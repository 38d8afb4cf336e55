//! Users, groups, applications, old options, objects.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use zerocopy::FromZeros;
use zerocopy::little_endian::U32;

use super::roles::Held;
use super::{Writer, number, span};
use crate::Error;
use crate::document::{self, AutoAssigned, IdList, Readers};
use crate::mapped::layout::{Application, Group, KindId, Membership, Object, OldOption, Span, User, fact, flag};
use crate::mapped::numbers;

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    groups(writer)?;
    users(writer)?;
    applications(writer)?;
    objects(writer)
}

fn assigned(writer: &mut Writer<'_>, assigned: &[document::Assignment]) -> Result<Span, Error> {
    let start = writer.content.assignments.len();
    for own in assigned {
        numbers::push(&mut writer.content.assignments, &[own.0, own.1]);
    }
    span(start, writer.content.assignments.len())
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
    let mut options: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for option in &document.old_options {
        options.entry(option.user).or_default().push(option.role);
    }
    let all_held = Held::new(document);
    let mut memberships = HashMap::new();
    for (at, user) in document.users.iter().enumerate() {
        let options = options.get(&number(at)?.get());
        let flags =
            if user.creator { flag::MEMBER_CREATOR } else { 0 } | if options.is_some() { flag::MEMBER_OPTIONS } else { 0 };
        let (membership, inherited) = match memberships.entry((&user.member_of, flags)) {
            Entry::Occupied(own) => *own.get(),
            Entry::Vacant(place) => *place.insert(membership(writer, &user.member_of, flags, &all_held)?),
        };
        let held = all_held.by_roles(user.assigned.iter().map(|own| own.0).chain(options.into_iter().flatten().copied()));
        let held = writer.set(held.into_iter())?;
        let assigned = assigned(writer, &user.assigned)?.start;
        writer.content.users.push(User { assigned, held, inherited, membership });
    }
    let assigned = number(writer.content.assignments.len())?;
    writer.content.users.push(User { assigned, ..User::new_zeroed() });
    Ok(())
}

/// Writes what users have by the groups that they are in and by what they are, and the set of all that they hold by it.
fn membership(writer: &mut Writer<'_>, direct: &IdList, flags: u32, all_held: &Held<'_>) -> Result<(U32, U32), Error> {
    let document = writer.document;
    let groups = lineage(document, direct);
    let given = groups.iter().flat_map(|group| document.groups[*group as usize].assigned.iter().map(move |own| (own, *group)));
    let by_itself = (0_u32..).zip(&document.roles).filter(|(_, role)| match role.auto_assigned {
        None => false,
        Some(AutoAssigned::All) => true,
        Some(AutoAssigned::Creator) => flags & flag::MEMBER_CREATOR != 0,
    });
    let held = all_held.by_roles(given.clone().map(|(own, _)| own.0).chain(by_itself.map(|(role, _)| role)));
    let held = writer.set(held.into_iter())?;
    let start = writer.content.inherited.len();
    for (own, group) in given {
        numbers::push(&mut writer.content.inherited, &[own.0, own.1, group]);
    }
    let Span { start: inherited, count: inherited_count } = span(start, writer.content.inherited.len())?;
    let Span { start: direct, count: direct_count } = writer.list(direct.iter().collect())?;
    let Span { start: groups, count: groups_count } = writer.list(groups)?;
    let place = number(writer.content.memberships.len())?;
    let flags = U32::new(flags);
    let row = Membership { direct, direct_count, groups, groups_count, inherited, inherited_count, flags };
    writer.content.memberships.push(row);
    Ok((place, held))
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
