//! Users, groups, applications, old options, objects.

use super::{Read, Reader, ascending};
use crate::document::{Application, Assignment, Group, Object, OldOption, Readers, Unconfigured, User};
use crate::mapped::layout::{self, KindId, fact, flag};
use crate::mapped::numbers::Numbers;
use crate::mapped::{Corrupt, between, part, row_and_next};

impl Reader<'_, '_> {
    pub(super) fn user(&self, id: u32) -> Read<User> {
        let [row, next] = row_and_next(self.tables.users, id)?;
        let shared = self.tables.memberships.get(row.membership.get() as usize).ok_or(Corrupt)?;
        Ok(User {
            assigned: self.assigned(between(self.tables.assignments, row.assigned, next.assigned)?)?,
            creator: shared.flags.get() & flag::MEMBER_CREATOR != 0,
            member_of: self.ids(shared.direct, shared.direct_count)?,
            name: self.name(KindId::User, id)?,
        })
    }

    pub(super) fn group(&self, id: u32) -> Read<Group> {
        let row = self.tables.groups.get(id as usize).ok_or(Corrupt)?;
        Ok(Group {
            assigned: self.assigned(part(self.tables.assignments, row.assigned, row.assigned_count)?)?,
            member_of: self.ids(row.above, row.above_count)?,
            name: self.name(KindId::Group, id)?,
            requires_roles: ascending(self.numbers(KindId::Group, id, fact::REQUIRES_ROLES)?.into_iter())?,
            title: self.text(KindId::Group, id, fact::TITLE)?,
        })
    }

    fn assigned(&self, bytes: &[u8]) -> Read<Vec<Assignment>> {
        self.rows(Numbers::new(bytes), |[role, scope]| Ok(Assignment(role, scope)))
    }

    pub(super) fn application(&self, id: u32) -> Read<Application> {
        let row = self.tables.applications.get(id as usize).ok_or(Corrupt)?;
        Ok(Application {
            name: self.name(KindId::Application, id)?,
            owns: row.owns.get(),
            title: self.text(KindId::Application, id, fact::TITLE)?,
            unconfigured: (row.flags.get() & flag::APPLICATION_OPEN != 0).then_some(Unconfigured::FullAccess),
        })
    }

    pub(super) fn old_options(&self) -> Vec<OldOption> {
        let mut rows: Vec<_> = self.tables.options.iter().collect();
        rows.sort_by_key(|row| row.place.get());
        let option = |row: &layout::OldOption| OldOption {
            application: row.application.get(),
            role: row.role.get(),
            user: row.user.get(),
        };
        rows.into_iter().map(option).collect()
    }

    pub(super) fn object(&self, id: u32) -> Read<Object> {
        let row = self.tables.objects.get(id as usize).ok_or(Corrupt)?;
        let groups = || self.ids(row.readers, row.readers_count);
        let readers = match row.flags.get() & flag::READERS {
            flag::READERS_ALL => Readers::All,
            flag::READERS_GROUPS => Readers::Groups(groups()?),
            flag::READERS_ALL_EXCEPT => Readers::AllExcept(groups()?),
            _ => return Err(Corrupt),
        };
        Ok(Object {
            folder: row.flags.get() & flag::OBJECT_FOLDER != 0,
            guards: self.ids(row.guards, row.guards_count)?,
            name: self.name(KindId::Object, id)?,
            readers,
        })
    }
}
