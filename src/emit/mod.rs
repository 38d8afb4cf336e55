//! A compiled project → what others load or read: the bundle, and text dumps of the stages.
//!
//! What is written depends on what the sources mean, never on internal ids, on the clock or on hash order. The
//! serialised forms are defined here and nowhere else.

pub mod bundle;
mod canonical;
pub mod stages;
pub mod targets;
