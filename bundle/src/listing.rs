//! Everybody and everything that a bundle has, and what surfaces ask for.

use std::ops::ControlFlow;

use crate::Error;
use crate::mapped::Corrupt;
use crate::mapped::layout::KindId;
use crate::question::{DivisionId, GroupId, ObjectId, PermissionId, RoleId, SubjectId, Target, UserId};
use crate::reach::Outcome;
use crate::state::State;

/// What a surface asks for in the state's region on its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// Nothing: it is open to everybody.
    Open,
    /// Any of these.
    Any(Vec<PermissionId>),
    /// All of these.
    All(Vec<PermissionId>),
    /// No source says: nobody may take it for open.
    Unstated,
}

impl State<'_> {
    /// What the surface asks for whose template fits best; `None` if none fits.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt.
    pub fn asks(&self, target: Target<'_>) -> Result<Option<Asks>, Error> {
        let Some(surface) = self.find_surface(target)? else { return Ok(None) };
        let row = self.tables.surfaces.get(surface as usize).ok_or(Corrupt)?;
        Ok(Some(match self.required(row)? {
            ControlFlow::Break(Outcome::Open) => Asks::Open,
            ControlFlow::Break(_) => Asks::Unstated,
            ControlFlow::Continue(required) => {
                let permissions = required.permissions.iter().map(|id| PermissionId(id.get())).collect();
                if required.all { Asks::All(permissions) } else { Asks::Any(permissions) }
            }
        }))
    }

    /// The roles, in order of their names.
    pub fn roles(&self) -> impl Iterator<Item = SubjectId> + use<> {
        (0..self.tables.count(KindId::Role)).map(|id| SubjectId::Role(RoleId(id)))
    }

    /// The groups, in order of their names.
    pub fn groups(&self) -> impl Iterator<Item = SubjectId> + use<> {
        (0..self.tables.count(KindId::Group)).map(|id| SubjectId::Group(GroupId(id)))
    }

    /// The users, in order of their names.
    pub fn users(&self) -> impl Iterator<Item = SubjectId> + use<> {
        (0..self.tables.count(KindId::User)).map(|id| SubjectId::User(UserId(id)))
    }

    /// The divisions, in order of their names.
    pub fn divisions(&self) -> impl Iterator<Item = DivisionId> + use<> {
        (0..self.tables.count(KindId::Division)).map(DivisionId)
    }

    /// The permissions, in order of their names.
    pub fn permissions(&self) -> impl Iterator<Item = PermissionId> + use<> {
        (0..self.tables.count(KindId::Permission)).map(PermissionId)
    }

    /// The objects and folders, in order of their paths.
    pub fn objects(&self) -> impl Iterator<Item = ObjectId> + use<> {
        (0..self.tables.count(KindId::Object)).map(ObjectId)
    }
}
