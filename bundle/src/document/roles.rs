//! Roles, and what they grant.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{is_false, present};
use crate::Day;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Who has it without an assignment.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub auto_assigned: Option<AutoAssigned>,
    /// The organisations in which it exists, if not in all.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub available: Option<Available>,
    /// The role that it is a copy of.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// The day it was created.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub created: Option<Day>,
    /// Whether the organisation edits the vendor's role in place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub edited: bool,
    /// The roles that it extends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extends: Vec<String>,
    /// Former names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it grants without any backfill.
    pub grants: Vec<Grant>,
    /// Whether it can't be taken from a user.
    #[serde(default, skip_serializing_if = "is_false")]
    pub irremovable: bool,
    /// Whose it is.
    pub kind: RoleKind,
    /// The licences that it calls for without any backfill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<Called>,
    /// Its name.
    pub name: String,
    /// Who keeps it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The licences that whoever holds it must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_licenses: Vec<String>,
    /// The roles that whoever holds it must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires_roles: Vec<String>,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Whose a role is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleKind {
    /// The vendor's.
    Default,
    /// The organisation's own.
    Custom,
}

/// Who has a role without an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoAssigned {
    /// Every user.
    All,
    /// The user who created the organisation.
    Creator,
}

/// In which organisations a role exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Available {
    /// In those created after a day.
    After(Day),
    /// In those created on a day or later.
    From(Day),
}

/// A licence that is called for, and the permission that calls for it, by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called(
    /// The licence.
    pub u32,
    /// The permission.
    pub u32,
);

/// A grant: every permission of a set, in every division of a scope, when a condition holds; all by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The set of permissions.
    pub set: u32,
    /// The scope.
    pub scope: u32,
    /// The condition; without one, always.
    pub condition: Option<u32>,
}

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&self.set)?;
        list.serialize_element(&self.scope)?;
        if let Some(condition) = self.condition {
            list.serialize_element(&condition)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct GrantVisitor;
        impl<'de> Visitor<'de> for GrantVisitor {
            type Value = Grant;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a grant: `[set, scope]` or `[set, scope, condition]`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Grant, A::Error> {
                let short = || A::Error::custom("a grant is `[set, scope]` or `[set, scope, condition]`");
                let set = list.next_element()?.ok_or_else(short)?;
                let scope = list.next_element()?.ok_or_else(short)?;
                let condition = list.next_element()?;
                if condition.is_some() && list.next_element::<u32>()?.is_some() {
                    return Err(short());
                }
                Ok(Grant { set, scope, condition })
            }
        }
        deserializer.deserialize_seq(GrantVisitor)
    }
}
