//! What a target can't say.

use std::fmt;

/// Something that a target has no words for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it is.
    pub about: About,
    /// Why it can't be said, without a full stop.
    pub reason: String,
    /// What to do about it.
    pub help: &'static str,
}

/// What can't be said, by ids of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// All of it.
    Document,
    /// A grant of a role.
    Grant {
        /// The role.
        role: u32,
        /// The first of the permissions.
        permission: u32,
    },
    /// What a backfill gives to a role.
    Gain {
        /// The role.
        role: u32,
        /// The backfill.
        backfill: u32,
    },
    /// A role that is assigned somewhere.
    Assignment {
        /// The role.
        role: u32,
        /// The scope.
        scope: u32,
    },
    /// An object's readers.
    Object(u32),
    /// An old option.
    OldOption(u32),
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {}", self.reason, self.help)
    }
}
