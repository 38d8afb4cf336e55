//! HTTP: paths, statuses and headers. Everything that is answered is JSON, faults too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{FromRequest, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, extract::DefaultBodyLimit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::answer::{self, Now};
use crate::json;
use crate::loaded::{Good, Loaded};
use crate::metrics::{Metrics, PATHS};
use crate::requests::{ActionSearch, Evaluation, Evaluations, Fault, ResourceSearch, SubjectSearch};
use crate::search;

/// The bytes of a request at most.
pub const BODY: usize = 1 << 20;
/// How long a request may be on its way.
const ARRIVES: Duration = Duration::from_secs(10);
/// The header by which callers know their requests again.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What answers.
pub struct Service {
    /// What is loaded.
    pub loaded: Arc<Loaded>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How others reach the service.
    pub url: String,
    /// Whether requests may say for which day and region they ask.
    pub overrides: bool,
}

/// All paths of a service.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route(PATHS[0], post(evaluation))
        .route(PATHS[1], post(evaluations))
        .route(PATHS[2], post(search_subject))
        .route(PATHS[3], post(search_resource))
        .route(PATHS[4], post(search_action))
        .route("/.well-known/authzen-configuration", get(configuration))
        .route("/health", get(async || reply(200, &serde_json::json!({"status": "live"}))))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .fallback(async || Fault::new(404, "there is nothing at this path"))
        .method_not_allowed_fallback(async || Fault::new(405, "this path takes another method"))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&service), observe))
        .with_state(service)
}

impl Service {
    /// Answers of the bundle that is loaded, for today.
    fn answer<T>(&self, ask: impl FnOnce(&Good, &Now<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let good = self.loaded.bundle();
        let day = self.loaded.today().ok_or_else(|| Fault::new(503, "the clock says no day of the years 1970 to 9999"))?;
        ask(&good, &Now { region: self.loaded.region(), day, overrides: self.overrides })
    }

    /// The same on a thread that may take its time: a search asks for everybody.
    async fn search<T: Send + 'static>(
        self: Arc<Self>,
        ask: impl FnOnce(&Good, &Now<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let searched = tokio::task::spawn_blocking(move || self.answer(ask)).await;
        searched.map_err(|_| Fault::new(500, "the search broke off"))?
    }
}

async fn evaluation(State(service): State<Arc<Service>>, Body(request): Body<Evaluation>) -> Result<Response, Fault> {
    let answer = service.answer(|good, now| answer::evaluation(&good.bundle, now, &request))?;
    service.metrics.answered(&answer);
    Ok(reply(200, &answer))
}

async fn evaluations(State(service): State<Arc<Service>>, Body(request): Body<Evaluations>) -> Result<Response, Fault> {
    // Without a list, it is a single evaluation.
    if request.evaluations.is_empty() {
        return evaluation(State(service), Body(request.defaults)).await;
    }
    let answers = service.answer(|good, now| answer::evaluations(&good.bundle, now, &request))?;
    for answer in &answers {
        service.metrics.answered(answer);
    }
    Ok(reply(200, &serde_json::json!({ "evaluations": answers })))
}

async fn search_subject(State(service): State<Arc<Service>>, Body(request): Body<SubjectSearch>) -> Result<Response, Fault> {
    let found = service.search(move |good, now| search::subjects(&good.bundle, now, &request)).await?;
    Ok(reply(200, &found))
}

async fn search_resource(State(service): State<Arc<Service>>, Body(request): Body<ResourceSearch>) -> Result<Response, Fault> {
    let found = service.search(move |good, now| search::resources(&good.bundle, now, &request)).await?;
    Ok(reply(200, &found))
}

async fn search_action(State(service): State<Arc<Service>>, Body(request): Body<ActionSearch>) -> Result<Response, Fault> {
    let found = service.search(move |good, now| search::actions(&good.bundle, now, &request)).await?;
    Ok(reply(200, &found))
}

/// What the service says of itself to those who look for it.
async fn configuration(State(service): State<Arc<Service>>) -> Response {
    let url = &service.url;
    let [evaluation, evaluations, subject, resource, action, _] = PATHS.map(|path| format!("{url}{path}"));
    reply(
        200,
        &serde_json::json!({
            "policy_decision_point": url,
            "access_evaluation_endpoint": evaluation,
            "access_evaluations_endpoint": evaluations,
            "search_subject_endpoint": subject,
            "search_resource_endpoint": resource,
            "search_action_endpoint": action,
        }),
    )
}

/// Whether there is a bundle that answers today, and which.
async fn ready(State(service): State<Arc<Service>>) -> Result<Response, Fault> {
    service.answer(|good, now| {
        good.bundle.at(now.region, Some(now.day)).map_err(|error| Fault::new(503, error.to_string()))?;
        Ok(reply(
            200,
            &serde_json::json!({
                "status": "ready",
                "project": good.project,
                "version": good.version,
                "digest": good.digest,
                "region": now.region,
                "day": now.day,
            }),
        ))
    })
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let text = service.metrics.text(&service.loaded.bundle());
    ([(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"))], text).into_response()
}

/// The body of a request, read as JSON.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Fault::new(415, "expected a body of type application/json"));
        }
        let read = timeout(ARRIVES, Bytes::from_request(request, state)).await;
        let read = read.map_err(|_| Fault::new(408, "the body did not arrive in time"))?;
        let bytes = read.map_err(|rejected| Fault::new(rejected.status().as_u16(), rejected.body_text()))?;
        json::read(&bytes).map(Self)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        reply(self.status, &serde_json::json!({ "error": self }))
    }
}

/// An answer that nobody may keep: what is true of a permission now may not be in a moment.
fn reply(status: u16, body: &impl Serialize) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    match serde_json::to_vec(body) {
        Ok(body) => (status, headers, body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Counts and times a request, and gives its identifier back.
async fn observe(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let identifier = request.headers().get(REQUEST_ID).cloned();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(identifier) = identifier {
        response.headers_mut().insert(REQUEST_ID, identifier);
    }
    let path = path.as_ref().map_or("other", MatchedPath::as_str);
    service.metrics.request(path, response.status().as_u16(), began.elapsed());
    response
}
