//! Roles, what they grant, and what they gain.

use zerocopy::little_endian::U32;

use super::{Read, Reader, day};
use crate::document::{AutoAssigned, Available, Called, Change, Epoch, Grant, Role, RoleKind};
use crate::mapped::layout::{self, KindId, NONE, fact, flag};
use crate::mapped::{Corrupt, between, part, row_and_next, some};

impl Reader<'_, '_> {
    pub(super) fn role(&self, id: u32) -> Read<Role> {
        let [row, next] = row_and_next(self.tables.roles, id)?;
        let kind = KindId::Role;
        let is = |flag: u32| row.flags.get() & flag != 0;
        let available = match self.number(kind, id, fact::AVAILABLE_AFTER)? {
            Some(after) => Some(Available::After(day(after)?)),
            None => self.number(kind, id, fact::AVAILABLE_FROM)?.map(|from| day(from).map(Available::From)).transpose()?,
        };
        let auto_assigned = if is(flag::ROLE_TO_ALL) {
            Some(AutoAssigned::All)
        } else {
            is(flag::ROLE_TO_CREATOR).then_some(AutoAssigned::Creator)
        };
        Ok(Role {
            auto_assigned,
            available,
            copies: self.text(kind, id, fact::COPIES)?,
            created: self.number(kind, id, fact::CREATED)?.map(day).transpose()?,
            edited: is(flag::ROLE_EDITED),
            extends: self.names(kind, id, fact::EXTENDS)?,
            formerly: self.names(kind, id, fact::FORMERLY)?,
            grants: self.grants(between(self.tables.grants, row.grants, next.grants)?)?,
            irremovable: is(flag::ROLE_IRREMOVABLE),
            kind: if is(flag::ROLE_CUSTOM) { RoleKind::Custom } else { RoleKind::Default },
            licenses: called(&self.numbers(kind, id, fact::LICENSES)?)?,
            name: self.name(kind, id)?,
            owner: self.text(kind, id, fact::OWNER)?,
            requires_licenses: self.names(kind, id, fact::REQUIRES_LICENSE_NAMES)?,
            requires_roles: self.names(kind, id, fact::REQUIRES_ROLE_NAMES)?,
            title: self.text(kind, id, fact::TITLE)?,
        })
    }

    fn grants(&self, rows: &[layout::Grant]) -> Read<Vec<Grant>> {
        self.take(size_of_val(rows))?;
        let grant = |row: &layout::Grant| {
            let terms = self.tables.terms.get(row.terms.get() as usize).ok_or(Corrupt)?;
            Ok(Grant { set: row.set.get(), scope: terms.scope.get(), condition: some(terms.condition) })
        };
        rows.iter().map(grant).collect()
    }

    pub(super) fn calendars(&self) -> Read<Vec<Vec<Epoch>>> {
        self.tables.calendars.iter().map(|calendar| self.calendar(calendar)).collect()
    }

    fn calendar(&self, row: &layout::Calendar) -> Read<Vec<Epoch>> {
        let rows = part(self.tables.epochs, row.epochs, row.epochs_count)?;
        self.take(size_of::<Epoch>() * rows.len())?;
        let date = |number: U32| some(number).map(day).transpose();
        let epoch = |row: &layout::Epoch| Ok(Epoch { changes: Vec::new(), from: date(row.from)?, until: date(row.until)? });
        let mut epochs = rows.iter().map(epoch).collect::<Read<Vec<_>>>()?;
        let mut rows: Vec<&layout::Change> = part(self.tables.changes, row.changes, row.changes_count)?.iter().collect();
        self.take(size_of::<Change>() * rows.len())?;
        rows.sort_by_key(|row| (row.epoch.get(), row.place.get()));
        for row in rows {
            epochs.get_mut(row.epoch.get() as usize).ok_or(Corrupt)?.changes.push(self.change(row)?);
        }
        Ok(epochs)
    }

    fn change(&self, row: &layout::Change) -> Read<Change> {
        let licenses = if row.licenses.get() == NONE {
            None
        } else {
            let list = part(self.tables.lists, row.licenses, row.licenses_count)?;
            self.take(size_of_val(list))?;
            Some(called(&list.iter().map(|number| number.get()).collect::<Vec<_>>())?)
        };
        Ok(Change {
            backfill: row.backfill.get(),
            estimated: row.flags.get() & flag::CHANGE_ESTIMATED != 0,
            gains: self.grants(part(self.tables.gains, row.gains, row.gains_count)?)?,
            licenses,
            role: row.role.get(),
        })
    }
}

/// Licences and the permissions that call for them.
fn called(numbers: &[u32]) -> Read<Vec<Called>> {
    let pairs = numbers.chunks(2).map(|pair| match pair {
        [license, permission] => Ok(Called(*license, *permission)),
        _ => Err(Corrupt),
    });
    pairs.collect()
}
