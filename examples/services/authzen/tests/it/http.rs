//! Paths, statuses and headers.

use axum::body::Body;
use axum::http::Request;
use rolec_example_authzen::server::BODY;
use serde_json::json;

use crate::given::{edit, of_acme, view};

const ONE: &str = "/access/v1/evaluation";

#[tokio::test]
async fn the_request_identifier_comes_back() {
    let (_given, asked) = of_acme();
    for (method, path, body) in
        [("POST", ONE, view("north").to_string()), ("POST", ONE, "{".to_owned()), ("GET", "/no", String::new())]
    {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("Content-Type", "application/json").header("X-Request-ID", "bfe9eb29");
        let reply = asked.send(request.body(Body::from(body)).expect("a request")).await;
        assert_eq!(reply.headers["x-request-id"], "bfe9eb29", "{reply:?}");
        assert_eq!(reply.headers["content-type"], "application/json", "{reply:?}");
    }
    assert!(!asked.get("/health").await.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn faults_are_json() {
    let (_given, asked) = of_acme();
    assert_eq!(asked.get("/access/v2/evaluation").await.fault().0, 404);
    let wrong = asked.get(ONE).await;
    assert_eq!((wrong.fault().0, wrong.headers["allow"].to_str().ok()), (405, Some("POST")));
    for body in ["", "{", "{\"subject\": }", "nul", "{\"subject\":{\"type\":\"user\",\"id\":\"a\",\"id\":\"b\"}}"] {
        assert_eq!(asked.post_text(ONE, body).await.fault().0, 400, "{body}");
    }
    let twice = view("north").to_string().replacen('{', "{\"context\":{\"attributes\":{\"a\":1,\"a\":2}},", 1);
    assert!(asked.post_text(ONE, twice).await.fault().1.starts_with("the key `a` stands twice in an object"));
    let deep = format!("{{\"context\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    assert_eq!(asked.post_text(ONE, deep).await.fault().0, 400);
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")] {
        let request = kind.into_iter().fold(Request::post(ONE), |request, kind| request.header("Content-Type", kind));
        let reply = asked.send(request.body(Body::from(view("north").to_string())).expect("a request")).await;
        assert_eq!(reply.fault().0, 415, "{kind:?}");
    }
}

#[tokio::test]
async fn a_body_has_a_bound() {
    let (_given, asked) = of_acme();
    let mut request = view("north");
    let rest = BODY - request.to_string().len() - r#","x":"""#.len();
    request["x"] = json!("x".repeat(rest));
    assert_eq!(request.to_string().len(), BODY);
    assert_eq!(asked.post_text(ONE, request.to_string()).await.status, 200);
    assert_eq!(asked.post_text(ONE, format!("{request} ")).await.fault().0, 413);
}

#[tokio::test]
async fn the_service_says_where_it_is() {
    let (_given, asked) = of_acme();
    let found = asked.get("/.well-known/authzen-configuration").await.json();
    let url = |path: &str| json!(format!("https://pdp.acme.example{path}"));
    assert_eq!(
        found,
        json!({
            "policy_decision_point": url(""),
            "access_evaluation_endpoint": url("/access/v1/evaluation"),
            "access_evaluations_endpoint": url("/access/v1/evaluations"),
            "search_subject_endpoint": url("/access/v1/search/subject"),
            "search_resource_endpoint": url("/access/v1/search/resource"),
            "search_action_endpoint": url("/access/v1/search/action"),
        })
    );
    // Whoever follows it finds something.
    for (_, endpoint) in found.as_object().expect("an object").iter().filter(|(key, _)| key.ends_with("_endpoint")) {
        let path = endpoint.as_str().and_then(|url| url.strip_prefix("https://pdp.acme.example")).expect("a URL");
        assert_eq!(asked.post_text(path, edit("north", 12).to_string()).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn live_and_ready() {
    let (_given, asked) = of_acme();
    assert_eq!(asked.get("/health").await.json(), json!({"status": "live"}));
    let ready = asked.get("/ready").await;
    assert_eq!(ready.status, 200);
    let mut said = ready.json();
    let digest = said.as_object_mut().and_then(|said| said.remove("digest")).expect("a digest");
    assert!(digest.as_str().is_some_and(|digest| digest.starts_with("sha256:") && digest.len() == 71), "{digest}");
    let expected = json!({"status": "ready", "project": "acme", "version": "1.4.0", "region": "us-east-1", "day": "2026-03-31"});
    assert_eq!(said, expected);
    // A clock that says nothing of use makes nobody guess.
    asked.clock.store(u64::from(u32::MAX) * 1000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(asked.get("/ready").await.fault().0, 503);
    assert_eq!(asked.post_text(ONE, view("north").to_string()).await.fault().0, 503);
    assert_eq!(asked.get("/health").await.status, 200);
}

#[tokio::test]
async fn metrics_count() {
    let (_given, asked) = of_acme();
    asked.post(ONE, &view("north")).await;
    asked.post("/access/v1/evaluations", &json!({"evaluations": [view("north"), view("main"), view("main")]})).await;
    asked.post_text(ONE, "{").await;
    asked.get("/no").await;
    let path = "path=\"/access/v1/evaluation\"";
    for (name, value) in [
        ("rolec_decisions_total{outcome=\"allowed\",reason=\"granted\"}".to_owned(), "2"),
        ("rolec_decisions_total{outcome=\"denied\",reason=\"other_divisions\"}".to_owned(), "2"),
        ("rolec_decisions_total{outcome=\"denied\",reason=\"corrupt\"}".to_owned(), "0"),
        (format!("rolec_requests_total{{{path},status=\"2xx\"}}"), "1"),
        (format!("rolec_requests_total{{{path},status=\"4xx\"}}"), "1"),
        (format!("rolec_request_seconds_count{{{path}}}"), "2"),
        (format!("rolec_request_seconds_bucket{{{path},le=\"+Inf\"}}"), "2"),
        ("rolec_requests_total{path=\"other\",status=\"4xx\"}".to_owned(), "1"),
        ("rolec_bundle_reloads_total".to_owned(), "0"),
        ("rolec_bundle_refusals_total".to_owned(), "0"),
    ] {
        assert_eq!(asked.metric(&name).await, value, "{name}");
    }
    let reply = asked.get("/metrics").await;
    assert!(reply.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/plain; version=0.0.4")));
    assert!(reply.text.contains("rolec_bundle_info{project=\"acme\",version=\"1.4.0\",digest=\"sha256:"), "{}", reply.text);
    // Every line is a comment, or a name, labels and a number.
    for line in reply.text.lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').expect(line);
        assert!(name.starts_with("rolec_") && value.parse::<f64>().is_ok(), "{line}");
    }
}
