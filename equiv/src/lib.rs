//! Decides the same requests by every form of a bundle, and tells where they differ.
//!
//! The measure is [`naive`], which reads the page on the format word by word and is written to be read. [`requests`] makes the
//! questions: every subject, and what lies in its grants and next to them. Each other form is an [`Engine`].

pub mod cedar;
mod compare;
mod engine;
mod files;
pub mod mapped;
mod moment;
pub mod naive;
pub mod opa;
pub mod openfga;
pub mod project;
pub mod reach;
pub mod requests;

pub use compare::{Agreement, compare};
pub use engine::{Attribute, Engine, Kind, Request, Used};
pub use moment::at_moment;
