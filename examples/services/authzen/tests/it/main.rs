//! Tests of the service: asked in the process, by a socket, and as a program of its own.
#![allow(clippy::expect_used, clippy::panic, missing_docs)]

mod documents;
mod evaluate;
mod given;
mod http;
mod process;
mod reload;
#[path = "../../../../../bundle/tests/it/seal.rs"]
mod seal;
mod search;
