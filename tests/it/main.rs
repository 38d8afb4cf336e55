//! The integration tests: one binary, one module a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adapter;
mod agree;
mod answers;
mod dump;
mod folder;
mod format;
mod generate;
mod import;
mod lock;
mod questions;
mod reference;
