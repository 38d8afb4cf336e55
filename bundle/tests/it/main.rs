//! The crate from outside: what it says of bundles, as the page on the format has it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod agree;
mod bundles;
mod corpus;
mod document;
mod exercise;
mod generate;
mod hostile;
mod mapped;
mod naive;
mod provenance;
mod schema;
mod sign;
mod stock;
mod watch;
