//! HTTP: who has the newest bundle already, and who waits for the next one.
//!
//! An OPA asks with the `ETag` of what it has, and gets a 304 if that is the newest. One that is told to poll long
//! (`long_polling_timeout_seconds`) says for how long it would wait, and gets the next bundle as soon as there is one.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use crate::published::{Published, Publisher};
use crate::running;

/// The name of the bundle, as a file and as a path.
pub const FILE: &str = "bundle.tar.gz";
/// How long anybody may wait at most.
const WAIT: Duration = Duration::from_secs(300);
/// The type of a bundle, and what an OPA takes for the promise that it may wait for the next one here.
const BUNDLE: &str = "application/gzip";
const BUNDLES: &str = "application/vnd.openpolicyagent.bundles";
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What answers.
pub struct Service {
    /// What is given away.
    pub publisher: Publisher,
    /// Whether the service ends: then nobody waits any longer.
    pub ending: watch::Receiver<bool>,
}

/// All paths of a service.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route(&format!("/{FILE}"), get(bundle))
        .route("/health", get(async || "live\n"))
        .route("/ready", get(ready))
        .with_state(service)
}

/// Whether there is something to give away.
async fn ready(State(service): State<Arc<Service>>) -> Response {
    match service.publisher.newest().borrow().as_ref() {
        Some(published) => format!("{}\n", published.etag).into_response(),
        None => unavailable(),
    }
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], "there is no bundle yet\n").into_response()
}

async fn bundle(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let mut newest = service.publisher.newest();
    let waits = wait(&headers);
    let has = |published: &Option<Arc<Published>>| published.as_ref().is_some_and(|own| matches(&headers, &own.etag));
    if let Some(waits) = waits.filter(|_| has(&newest.borrow())) {
        tokio::select! {
            // That there will be no further bundle is no reason to give none.
            _ = newest.wait_for(|published| !has(published)) => {}
            () = tokio::time::sleep(waits) => {}
            () = running::ending(service.ending.clone()) => {}
        }
    }
    let Some(published) = newest.borrow().clone() else { return unavailable() };
    let common = [(ETAG, published.etag.clone()), (CACHE_CONTROL, "no-cache".to_owned())];
    if matches(&headers, &published.etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = if waits.is_some() { BUNDLES } else { BUNDLE };
    (common, [(CONTENT_TYPE, kind)], published.bytes.clone()).into_response()
}

/// Whether somebody has what an `ETag` is of.
fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut all = lists.flat_map(|list| list.split(',')).map(str::trim);
    all.any(|own| own == "*" || own.strip_prefix("W/").unwrap_or(own) == etag)
}

/// For how long somebody would wait: the `wait` of `Prefer: modes=snapshot,delta;wait=30`.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let lists = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let parts = lists.flat_map(|list| list.split([',', ';'])).filter_map(|part| part.trim().split_once('='));
    let mut waits = parts.filter(|(name, _)| name.trim().eq_ignore_ascii_case("wait"));
    let (_, seconds) = waits.next()?;
    seconds.trim().trim_matches('"').parse().ok().map(|seconds| Duration::from_secs(seconds).min(WAIT))
}
