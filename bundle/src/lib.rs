//! Bundles of roles.
#![cfg_attr(test, allow(clippy::expect_used))]

mod conditions;
mod day;
mod decide;
mod decision;
pub mod document;
mod error;
mod held;
mod limits;
pub mod mapped;
mod paths;
mod query;
mod question;
mod reach;
mod session;
mod state;
mod steps;

pub use day::Day;
pub use document::Document;
pub use error::Error;
pub use mapped::Bundle;

/// The version of the format that this crate reads and writes: major and minor.
pub const FORMAT: (u32, u32) = (1, 0);
pub use decision::{Because, Decision, Granted, Through};
pub use query::{Divisions, Holder, Needed, Permitted, Readers};
pub use question::{
    ApplicationId, Attributes, BackfillId, Call, ConditionId, DivisionId, GroupId, LicenseId, ObjectId, OnObject, PermissionId,
    Place, Request, RoleId, ScopeId, Subject, SubjectId, SurfaceId, Target, UserId, Value,
};
pub use reach::{Asked, Outcome, Reach};
pub use session::Session;
pub use state::State;
