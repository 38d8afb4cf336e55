//! A service that gives the bundle which `rolec build` makes for the target `opa` to a fleet of OPAs.
//!
//! | file | |
//! |---|---|
//! | `published.rs` | the bundle, which is read anew when its file changes |
//! | `server.rs` | HTTP: who has the newest bundle already, who waits for the next one |
//! | `options.rs` | the command line |
//! | `../running.rs` | signals, and the end |
//!
//! What is given to somebody is one whole bundle that was read from the file at some time, never a part and never a mixture.

pub mod options;
pub mod published;
#[path = "../../running.rs"]
pub mod running;
pub mod server;
