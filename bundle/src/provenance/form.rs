//! `bundle.map`, as values: every key of the form, in order of their names.

use serde::{Deserialize, Serialize};

use crate::document::{Condition, Format, Grant, IdList, Scope, present};

/// All of a map. Ids of files, roles, permissions and divisions are the bundle's; sets, scopes and conditions have lists here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Map {
    /// The backfills that change something, and where they are declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) backfills: Vec<Backfill>,
    /// The digest of the `bundle.json` that it is the map of.
    pub(crate) bundle: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) conditions: Vec<Condition>,
    pub(crate) format: Format,
    /// First the roles of the bundle in its order, then those that these are made of.
    pub(crate) roles: Vec<Role>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<Scope>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sets: Vec<IdList>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Backfill {
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) name: String,
}

/// What the sources say of a role, and on which lines of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Role {
    /// Its own `allow` clauses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) clauses: Vec<Clause>,
    /// The set of what it takes away from all that its parents and clauses give.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) except: Option<u32>,
    pub(crate) file: u32,
    /// What it has from backfills, in a bundle of one day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gains: Vec<Gain>,
    pub(crate) line: u32,
    /// Its name, if it is none of the bundle's.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parents: Vec<Parent>,
    /// What it confines all of that to.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) within: Option<u32>,
}

/// `[line, set, scope]` or `[line, set, scope, condition]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u32>", into = "Vec<u32>")]
pub(crate) struct Clause {
    pub(crate) line: u32,
    pub(crate) grant: Grant,
}

impl TryFrom<Vec<u32>> for Clause {
    type Error = &'static str;

    fn try_from(row: Vec<u32>) -> Result<Self, Self::Error> {
        match *row {
            [line, set, scope] => Ok(Self { line, grant: Grant { set, scope, condition: None } }),
            [line, set, scope, condition] => Ok(Self { line, grant: Grant { set, scope, condition: Some(condition) } }),
            _ => Err("a clause is `[line, set, scope]` or `[line, set, scope, condition]`"),
        }
    }
}

impl From<Clause> for Vec<u32> {
    fn from(Clause { line, grant }: Clause) -> Self {
        [line, grant.set, grant.scope].into_iter().chain(grant.condition).collect()
    }
}

/// `[backfill, set, scope]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gain(pub(crate) u32, pub(crate) u32, pub(crate) u32);

/// A role that another one is made of: one of `copies`, `edits` and `extends`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Parent {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) copies: Option<u32>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) edits: Option<u32>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) extends: Option<u32>,
    pub(crate) line: u32,
    /// What the lock file says that the copy has, whatever the copied role has now.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) pinned: Option<Vec<Grant>>,
}

impl Parent {
    /// The parent's place in `roles`; none if it is not exactly one.
    pub(crate) fn role(&self) -> Option<u32> {
        match (self.copies, self.edits, self.extends) {
            (Some(role), None, None) | (None, Some(role), None) | (None, None, Some(role)) => Some(role),
            _ => None,
        }
    }
}
