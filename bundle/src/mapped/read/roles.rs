//! Roles, what they grant, and what they gain.

use zerocopy::little_endian::U32;

use super::{Read, Reader, day};
use crate::document::{AutoAssigned, Available, Called, Change, Epoch, Grant, Role, RoleKind};
use crate::mapped::layout::{self, KindId, fact, flag};
use crate::mapped::numbers::Numbers;
use crate::mapped::{Corrupt, between, part, row_and_next, some};

impl Reader<'_, '_> {
    pub(super) fn role(&self, id: u32) -> Read<Role> {
        let [row, next] = row_and_next(self.tables.roles, id)?;
        let kind = KindId::Role;
        let flags = self.number(kind, id, fact::FLAGS)?.unwrap_or_default();
        let is = |flag: u32| flags & flag != 0;
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
            copies: self.shared_text(kind, id, fact::COPIES)?,
            created: self.number(kind, id, fact::CREATED)?.map(day).transpose()?,
            edited: is(flag::ROLE_EDITED),
            extends: self.names(kind, id, fact::EXTENDS)?,
            formerly: self.names(kind, id, fact::FORMERLY)?,
            grants: self.grants(between(self.tables.grants, row.grants, next.grants)?)?,
            irremovable: is(flag::ROLE_IRREMOVABLE),
            kind: if is(flag::ROLE_DEFAULT) { RoleKind::Default } else { RoleKind::Custom },
            licenses: self.called(self.fact(kind, id, fact::LICENSES)?.unwrap_or_default())?,
            name: self.name(kind, id)?,
            owner: self.shared_text(kind, id, fact::OWNER)?,
            requires_licenses: self.names(kind, id, fact::REQUIRES_LICENSE_NAMES)?,
            requires_roles: self.names(kind, id, fact::REQUIRES_ROLE_NAMES)?,
            title: self.text(kind, id, fact::TITLE)?,
        })
    }

    fn grants(&self, bytes: &[u8]) -> Read<Vec<Grant>> {
        self.rows(Numbers::new(bytes), |[set, terms]| {
            let terms = self.tables.terms.get(terms as usize).ok_or(Corrupt)?;
            Ok(Grant { set, scope: terms.scope.get(), condition: some(terms.condition) })
        })
    }

    /// Licences and the permissions that call for them.
    fn called(&self, numbers: Numbers<'_>) -> Read<Vec<Called>> {
        self.rows(numbers, |[license, permission]| Ok(Called(license, permission)))
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
        let licenses = some(row.licenses).map(|_| part(self.tables.said, row.licenses, row.licenses_count)).transpose()?;
        Ok(Change {
            backfill: row.backfill.get(),
            estimated: row.flags.get() & flag::CHANGE_ESTIMATED != 0,
            gains: self.grants(part(self.tables.grants, row.gains, row.gains_count)?)?,
            licenses: licenses.map(|bytes| self.called(Numbers::new(bytes))).transpose()?,
            role: row.role.get(),
        })
    }
}
