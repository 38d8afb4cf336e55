//! Projects of any size, made from a seed, and what it costs to check them; and hostile ones, which must cost little.
//!
//! The same seed and number of roles give the same bytes, so that figures can be compared and repeated.

pub mod bits;
pub mod hostile;
pub mod measure;
pub mod phases;
pub mod project;
pub mod random;
pub mod roles;
mod subjects;
pub mod universe;
