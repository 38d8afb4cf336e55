//! Reads bundles of roles, and decides: may this user do this, here, on this day, and why?
//!
//! A bundle is what `rolec build` makes of a project: every role with what it grants, nothing left to be worked out. This
//! crate is all that a service needs to use one. It has no part of the compiler.
//!
//! ```
//! use rolec_bundle::{Bundle, Request, Subject, Value};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1.0.rbundle");
//! let bundle = Bundle::open(path)?;
//! let state = bundle.at(Some("us-east-1"), Some("2026-03-23".parse()?))?;
//!
//! let bob = Subject::User("bob@acme.example");
//! let attributes = [("Queue.size", Value::Number(12.0)), ("Queue.name", Value::String("Sales"))];
//! let request = Request::new(bob, "routing:queue:edit").within("north").with(&attributes);
//! let decision = state.decide(&request);
//! assert!(decision.allowed);
//! assert_eq!(decision.role(), Some("north_agent"));
//! assert_eq!(decision.group(), Some("north_team"));
//!
//! let elsewhere = state.decide(&Request { division: Some("main"), ..request });
//! assert_eq!(elsewhere.to_string(), "denied: role `north_agent` grants it only in other divisions");
//! # Ok(())
//! # }
//! ```
//!
//! Three things bring an answer nearer still:
//!
//! - [`State::decide_known`] decides what was found in the bundle before: ids instead of names.
//! - [`State::session`] works out once what a subject holds; [`Session::decide`] then takes a few nanoseconds.
//! - [`State`] is made once for a region and a day, and kept as long as these are the same.
//!
//! None of these decisions allocates. [`State::reach`] matches real paths against the templates of endpoints;
//! [`State::divisions_permitted`], [`State::subjects_with`], [`State::readers`] and [`State::licenses`] answer
//! questions about many.
//!
//! # What is denied
//!
//! Everything that no grant allows. An unknown subject or permission is a denial with its reason, never an error that
//! somebody may mistake for a permission. A division that the bundle does not know, or none, is covered only by grants for
//! all divisions. An attribute that is not given makes every comparison with it false. A region that the bundle does not
//! have, and a day that no epoch has, are refused by [`Bundle::at`]. A file that was cut off, changed by accident or made
//! for another major version does not open; whatever is wrong inside one that does becomes a denial
//! ([`Because::Corrupt`]) or an error, and never a panic.
//!
//! # Whose bundle, and for how long
//!
//! [`Bundle::open`] tells whether a file is whole. Whether it is the one that somebody meant, [`Bundle::open_signed`]
//! tells by a public key, before anything in it is looked at: see [`sign`]. A service that runs on has a [`Watch`], which
//! loads the bundle anew when its file changes, and keeps the last good one when what comes is corrupt, not signed, of another
//! project, or older. Both are features, `signatures` and `watch`, that are on unless they are turned off.
//!
//! # The two forms
//!
//! [`Document`] is `bundle.json` as values: for tools, and for reviews. [`Bundle`] is `bundle.rbundle`, the same content
//! mapped into memory and used in place: for services. [`mapped::write`] and [`Bundle::to_document`] turn one into the
//! other and lose nothing.
#![cfg_attr(test, allow(clippy::expect_used))]

mod about;
mod conditions;
mod day;
mod decide;
mod decision;
pub mod document;
mod error;
mod held;
mod limits;
mod listing;
pub mod mapped;
#[cfg(feature = "watch")]
mod order;
mod paths;
pub mod provenance;
mod query;
mod question;
mod reach;
mod sections;
mod session;
#[cfg(feature = "signatures")]
pub mod sign;
mod state;
mod steps;
#[cfg(feature = "watch")]
mod watch;

pub use about::About;
pub use day::Day;
pub use decision::{Because, Decision, Granted, Through};
pub use document::Document;
pub use error::Error;
pub use listing::Asks;
pub use mapped::Bundle;
pub use provenance::Provenance;
pub use query::{Divisions, Holder, Needed, Permitted, Readers};
pub use question::{
    ApplicationId, Attributes, BackfillId, Call, ConditionId, DivisionId, GroupId, LicenseId, ObjectId, OnObject, PermissionId,
    Place, Request, RoleId, ScopeId, Subject, SubjectId, SurfaceId, Target, UserId, Value,
};
pub use reach::{Asked, Outcome, Reach};
pub use sections::SectionSize;
pub use session::Session;
pub use state::State;
#[cfg(feature = "watch")]
pub use watch::{Refused, Reloaded, Settings, Watch};

/// The version of the format that this crate reads and writes: major and minor.
pub const FORMAT: (u32, u32) = (1, 0);
