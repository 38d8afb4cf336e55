//! A service that decides by a bundle, and says so by the
//! [Authorization API 1.0](https://openid.net/specs/authorization-api-1_0.html) of `OpenID` `AuthZEN`.
//!
//! | file | |
//! |---|---|
//! | `requests.rs` | what is asked: the standard's requests as values |
//! | `json.rs` | bytes become values, if they can be read in one way only |
//! | `answer.rs` | a request and a bundle become an answer; pure |
//! | `search.rs` | the same for who may, where, and what; pure |
//! | `loaded.rs` | the bundle, which is loaded anew when its file changes, and which day it is |
//! | `metrics.rs` | what is counted |
//! | `server.rs` | HTTP: paths, statuses, headers |
//! | `options.rs` | the command line |
//! | `../running.rs` | signals, and the end |
//!
//! Nothing but a grant that was found in the bundle makes a `decision` true. What is unknown is denied with a reason. What is no
//! request is refused with a status of 400 and more.

pub mod answer;
pub mod json;
pub mod loaded;
pub mod metrics;
pub mod options;
pub mod requests;
#[path = "../../running.rs"]
pub mod running;
pub mod search;
pub mod server;
