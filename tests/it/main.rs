//! The integration tests: one binary, one module a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adapter;
mod agree;
mod dump;
mod examples;
mod fix;
mod format;
mod generate;
mod import;
mod reference;
