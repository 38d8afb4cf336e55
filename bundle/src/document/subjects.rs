//! Who has which roles, and who may read which objects.

use serde::{Deserialize, Serialize};

use super::{IdList, is_false, present};

/// A role that is assigned, and where; by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assignment(
    /// The role.
    pub u32,
    /// The scope.
    pub u32,
);

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The roles that are assigned to it itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<Assignment>,
    /// Whether it created the organisation.
    #[serde(default, skip_serializing_if = "is_false")]
    pub creator: bool,
    /// The groups that it is in itself.
    #[serde(default, skip_serializing_if = "IdList::is_empty")]
    pub member_of: IdList,
    /// Its name.
    pub name: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The roles that are assigned to it itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<Assignment>,
    /// All groups that it is in, by however many steps.
    #[serde(default, skip_serializing_if = "IdList::is_empty")]
    pub member_of: IdList,
    /// Its name.
    pub name: String,
    /// The roles that its members must have.
    #[serde(default, skip_serializing_if = "IdList::is_empty")]
    pub requires_roles: IdList,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its permissions: a set.
    pub owns: u32,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What users may do who hold none of its permissions.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub unconfigured: Option<Unconfigured>,
}

/// What users may do in an application who hold none of its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unconfigured {
    /// All of it, everywhere.
    FullAccess,
}

/// An old option: in an application, a role stands for all that a user has through groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OldOption {
    /// The application.
    pub application: u32,
    /// The role.
    pub role: u32,
    /// The user.
    pub user: u32,
}

/// An object or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Whether it is a folder.
    #[serde(default, skip_serializing_if = "is_false")]
    pub folder: bool,
    /// Sets of permissions that count on this object for its readers alone.
    #[serde(default, skip_serializing_if = "IdList::is_empty")]
    pub guards: IdList,
    /// Its path.
    pub name: String,
    /// Who may read it.
    pub readers: Readers,
}

/// Who may read an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// Everybody.
    All,
    /// Who is in a group that is not among these.
    AllExcept(IdList),
    /// Who is in one of these groups.
    Groups(IdList),
}
