//! Text ↔ tree.

pub mod ast;
pub mod format;
pub mod parse;
