//! Roles, and what they grant.

use zerocopy::FromZeros;
use zerocopy::little_endian::U32;

use super::{Writer, number};
use crate::Error;
use crate::document::{self, AutoAssigned, Available, Called, RoleKind};
use crate::mapped::layout::{Automatic, KindId, NONE, Role, Terms, fact, flag};
use crate::mapped::{numbers, sets};

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    let gaining = gaining(writer.document);
    let held = Held::new(writer.document);
    for (at, role) in writer.document.roles.iter().enumerate() {
        let start = number(writer.content.grants.len())?;
        writer.grants(&role.grants)?;
        let blocks = sets::lanes(held.by_roles([number(at)?.get()]).into_iter(), writer.permissions);
        writer.content.roles.push(Role { grants: start, calendars: U32::new(gaining[at]), blocks });
        if let Some(auto) = role.auto_assigned {
            let creator = U32::new(u32::from(auto == AutoAssigned::Creator));
            writer.content.automatic.push(Automatic { role: number(at)?, creator });
        }
        role_facts(writer, at, role)?;
    }
    let grants = number(writer.content.grants.len())?;
    writer.content.roles.push(Role { grants, ..Role::new_zeroed() });
    Ok(())
}

/// By role: a bit for each calendar in which it gains something.
fn gaining(document: &document::Document) -> Vec<u32> {
    let mut bits = vec![0; document.roles.len()];
    for (epochs, calendar) in document.calendars.iter().zip(0_u32..) {
        for change in epochs.iter().flat_map(|epoch| &epoch.changes) {
            bits[change.role as usize] |= 1 << calendar.min(flag::LAST_CALENDAR);
        }
    }
    bits
}

/// What roles hold at some time, in any region, of which one look tells most times that somebody has nothing to do with a
/// permission.
pub(super) struct Held<'d> {
    document: &'d document::Document,
    /// By role: the sets that it gains in any calendar.
    gains: Vec<Vec<u32>>,
}

impl<'d> Held<'d> {
    pub(super) fn new(document: &'d document::Document) -> Self {
        let mut gains = vec![Vec::new(); document.roles.len()];
        for change in document.calendars.iter().flatten().flat_map(|epoch| &epoch.changes) {
            gains[change.role as usize].extend(change.gains.iter().map(|gain| gain.set));
        }
        Self { document, gains }
    }

    /// All that some roles hold together.
    pub(super) fn by_roles(&self, roles: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let sets = roles.into_iter().flat_map(|role| {
            let grants = &self.document.roles[role as usize].grants;
            grants.iter().map(|grant| grant.set).chain(self.gains[role as usize].iter().copied())
        });
        let mut held: Vec<u32> = sets.flat_map(|set| self.document.sets[set as usize].iter()).collect();
        held.sort_unstable();
        held.dedup();
        held
    }
}

fn flags(role: &document::Role) -> u32 {
    let bit = |is: bool, flag: u32| if is { flag } else { 0 };
    bit(role.kind == RoleKind::Default, flag::ROLE_DEFAULT)
        | bit(role.edited, flag::ROLE_EDITED)
        | bit(role.irremovable, flag::ROLE_IRREMOVABLE)
        | bit(role.auto_assigned == Some(AutoAssigned::All), flag::ROLE_TO_ALL)
        | bit(role.auto_assigned == Some(AutoAssigned::Creator), flag::ROLE_TO_CREATOR)
}

fn role_facts<'d>(writer: &mut Writer<'d>, at: usize, role: &'d document::Role) -> Result<(), Error> {
    let kind = KindId::Role;
    if let flags @ 1.. = flags(role) {
        writer.fact(kind, at, fact::FLAGS, &[flags])?;
    }
    writer.fact_text(kind, at, fact::TITLE, role.title.as_ref())?;
    writer.fact_string(kind, at, fact::OWNER, role.owner.as_ref())?;
    writer.fact_string(kind, at, fact::COPIES, role.copies.as_ref())?;
    for (key, names) in [
        (fact::EXTENDS, &role.extends),
        (fact::FORMERLY, &role.formerly),
        (fact::REQUIRES_LICENSE_NAMES, &role.requires_licenses),
        (fact::REQUIRES_ROLE_NAMES, &role.requires_roles),
    ] {
        let strings = writer.strings(names)?;
        writer.fact_list(kind, at, key, &strings)?;
    }
    if let Some(created) = role.created {
        writer.fact(kind, at, fact::CREATED, &[created.number()])?;
    }
    match role.available {
        None => {}
        Some(Available::After(day)) => writer.fact(kind, at, fact::AVAILABLE_AFTER, &[day.number()])?,
        Some(Available::From(day)) => writer.fact(kind, at, fact::AVAILABLE_FROM, &[day.number()])?,
    }
    writer.fact_list(kind, at, fact::LICENSES, &called(&role.licenses))
}

/// Licences and the permissions that call for them, one after the other.
pub(super) fn called(licenses: &[Called]) -> Vec<u32> {
    licenses.iter().flat_map(|Called(license, permission)| [*license, *permission]).collect()
}

impl Writer<'_> {
    /// Grants or gains.
    pub(super) fn grants(&mut self, grants: &[document::Grant]) -> Result<(), Error> {
        for grant in grants {
            let key = (grant.scope, grant.condition.unwrap_or(NONE));
            let next = number(self.content.terms.len())?;
            let terms = *self.terms.entry(key).or_insert(next);
            if terms == next {
                self.content.terms.push(Terms { scope: U32::new(key.0), condition: U32::new(key.1) });
            }
            numbers::push(&mut self.content.grants, &[grant.set, terms.get()]);
        }
        Ok(())
    }
}
