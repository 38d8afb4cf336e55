//! The integration tests: one binary, one module a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on has failed")]

mod adapter;
mod agree;
mod answers;
mod assigned;
mod bundle;
mod bundled;
mod bundles;
mod commands;
mod docs;
mod dump;
mod effort;
mod examples;
mod fix;
mod folder;
mod format;
mod generate;
mod impact;
mod import;
mod lock;
mod map;
mod pages;
mod questions;
mod reference;
mod regressions;
mod same;
mod scratch;
#[path = "../../bundle/tests/it/seal.rs"]
mod seal;
mod seeds;
mod subjects;
mod targets;
mod tidy;
mod who;
