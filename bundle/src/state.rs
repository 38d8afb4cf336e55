//! A bundle in a region on a day.

use crate::mapped::layout::{Change, KindId, Tables, flag};
use crate::mapped::sets::{Bit, Shape};
use crate::mapped::{Bundle, Corrupt, part, some};
use crate::question::{
    DivisionId, GroupId, LicenseId, ObjectId, OnObject, PermissionId, RoleId, Subject, SubjectId, SurfaceId, UserId,
};
use crate::{Day, Error};

/// A bundle in one region on one day: what decisions are asked of.
#[derive(Debug, Clone)]
pub struct State<'b> {
    pub(crate) bundle: &'b Bundle,
    pub(crate) tables: Tables<'b>,
    /// What roles gain in the calendar, by role and epoch.
    pub(crate) changes: &'b [Change],
    /// The place in the calendar of the epoch that has the day.
    pub(crate) epoch: u32,
    /// The bit of the calendar in those of roles.
    pub(crate) calendar_bit: u32,
    pub(crate) region: Option<u32>,
    pub(crate) day: Option<Day>,
    /// Whether some application lets those in who hold nothing of it.
    pub(crate) opens: bool,
    pub(crate) permissions: Shape,
    pub(crate) divisions: Shape,
}

impl Bundle {
    /// The bundle in a region on a day. Without a region, that of the default dates; without a day, the last epoch.
    ///
    /// # Errors
    ///
    /// If the bundle does not have the region, or no epoch has the day.
    pub fn at(&self, region: Option<&str>, day: Option<Day>) -> Result<State<'_>, Error> {
        let tables = self.tables();
        let id = match region {
            None => None,
            Some(name) => {
                let unknown = || Error::UnknownRegion { region: name.to_owned() };
                Some(tables.find(KindId::Region, name).ok_or_else(unknown)?)
            }
        };
        let calendar = match id {
            None => 0,
            Some(id) => tables.regions.get(id as usize).ok_or(Corrupt)?.get(),
        };
        let row = tables.calendars.get(calendar as usize).ok_or(Corrupt)?;
        let epochs = part(tables.epochs, row.epochs, row.epochs_count)?;
        let has = |day: Day| {
            epochs.iter().rposition(|epoch| {
                some(epoch.from).is_none_or(|from| from <= day.number())
                    && some(epoch.until).is_none_or(|until| day.number() < until)
            })
        };
        let epoch = match day {
            None => epochs.len().checked_sub(1).ok_or(Corrupt)?,
            Some(day) => has(day).ok_or(Error::NoEpoch { day })?,
        };
        Ok(State {
            bundle: self,
            tables,
            changes: part(tables.changes, row.changes, row.changes_count)?,
            epoch: u32::try_from(epoch).map_err(|_| Corrupt)?,
            calendar_bit: 1 << calendar.min(flag::LAST_CALENDAR),
            region: id,
            day,
            opens: tables.applications.iter().any(|row| row.flags.get() & flag::APPLICATION_OPEN != 0),
            permissions: Shape::new(tables.count(KindId::Permission) as usize),
            divisions: Shape::new(tables.count(KindId::Division) as usize),
        })
    }
}

impl<'b> State<'b> {
    /// The subject of a name.
    pub fn subject(&self, subject: Subject<'_>) -> Option<SubjectId> {
        match subject {
            Subject::User(name) => self.tables.find(KindId::User, name).map(|id| SubjectId::User(UserId(id))),
            Subject::Group(name) => self.tables.find(KindId::Group, name).map(|id| SubjectId::Group(GroupId(id))),
            Subject::Role(name) => self.tables.find(KindId::Role, name).map(|id| SubjectId::Role(RoleId(id))),
        }
    }

    /// The permission of a name.
    pub fn permission(&self, name: &str) -> Option<PermissionId> {
        self.tables.find(KindId::Permission, name).map(PermissionId)
    }

    /// The division of a name.
    pub fn division(&self, name: &str) -> Option<DivisionId> {
        self.tables.find(KindId::Division, name).map(DivisionId)
    }

    /// The object or the folder of a path.
    pub fn object(&self, path: &str) -> Option<ObjectId> {
        self.tables.find(KindId::Object, path).map(ObjectId)
    }

    /// The object that a request names, if it names one.
    pub(crate) fn on(&self, path: Option<&str>) -> OnObject {
        path.map_or(OnObject::None, |path| self.object(path).map_or(OnObject::Unknown, OnObject::Known))
    }

    /// The name of a subject.
    pub fn subject_name(&self, subject: SubjectId) -> Option<&'b str> {
        match subject {
            SubjectId::User(user) => self.tables.name(KindId::User, user.0),
            SubjectId::Group(group) => self.tables.name(KindId::Group, group.0),
            SubjectId::Role(role) => self.tables.name(KindId::Role, role.0),
        }
    }

    /// The name of a permission.
    pub fn permission_name(&self, permission: PermissionId) -> Option<&'b str> {
        self.tables.name(KindId::Permission, permission.0)
    }

    /// The name of a division.
    pub fn division_name(&self, division: DivisionId) -> Option<&'b str> {
        self.tables.name(KindId::Division, division.0)
    }

    /// The path of an object or a folder.
    pub fn object_name(&self, object: ObjectId) -> Option<&'b str> {
        self.tables.name(KindId::Object, object.0)
    }

    /// The name of a licence.
    pub fn license_name(&self, license: LicenseId) -> Option<&'b str> {
        self.tables.name(KindId::License, license.0)
    }

    /// The path template, the topic or the title of a surface.
    pub fn surface_name(&self, surface: SurfaceId) -> Option<&'b str> {
        self.tables.name(KindId::Surface, surface.0)
    }

    pub(crate) fn permission_bit(&self, permission: PermissionId) -> Bit {
        Bit::new(permission.0, self.permissions)
    }

    /// Whether a permission holds wherever its role is assigned.
    pub(crate) fn is_unaware(&self, permission: PermissionId) -> Result<bool, Corrupt> {
        Ok(*self.tables.awareness.get(permission.0 as usize).ok_or(Corrupt)? == flag::AWARENESS_UNAWARE)
    }
}
