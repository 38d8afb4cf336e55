//! What permissions open.

use serde::{Deserialize, Serialize};

use super::{IdList, is_false, present};

/// An endpoint, a topic or a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// The enforcement that guards it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub enforcement: Option<u32>,
    /// What it is.
    pub kind: SurfaceKind,
    /// Of an endpoint: its method.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path template, the topic or the title of the view.
    pub name: String,
    /// What it asks for.
    pub requires: SurfaceRequires,
    /// Whether people may use it for their own objects without the permissions.
    #[serde(rename = "self", default, skip_serializing_if = "is_false")]
    pub or_self: bool,
}

/// What a surface is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SurfaceKind {
    /// A method and a path.
    Endpoint,
    /// A notification topic.
    Topic,
    /// A view of the user interface.
    View,
}

/// What a surface asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SurfaceRequires {
    /// All of these permissions.
    All(IdList),
    /// Any of these permissions.
    Any(IdList),
    /// Nothing: it is open to everybody.
    Open,
    /// No source says: nobody may take it for open.
    Unstated,
}
