//! rolec compiles roles written in `.role` files into a flattened policy bundle.
//!
//! The spine is [`compile`]: its passes stand in their order, each a function from one stage's value to the
//! next. What the user did wrong goes to a [`diagnostic::Sink`]; `Result` is for reading and writing, at the rim.

// The parser that pest generates names it.
extern crate alloc;

pub mod access;
pub mod agenda;
pub mod assertions;
pub mod bundled;
pub mod can;
pub mod catalog;
pub mod catalogs;
pub mod check;
pub mod cli;
pub mod compile;
pub mod conditions;
pub mod diagnostic;
pub mod emit;
pub mod fix;
pub mod flatten;
pub mod graph;
pub mod id;
pub mod impact;
pub mod import;
pub mod inspect;
pub mod licenses;
pub mod limits;
pub mod lock;
pub mod manifest;
pub mod model;
pub mod pins;
pub mod provenance;
pub mod reach;
pub mod render;
pub mod resolve;
pub mod scopes;
pub mod sets;
pub mod show;
pub mod source;
pub mod span;
pub mod suite;
pub mod syntax;
pub mod timeline;
pub mod who;
pub mod why;
