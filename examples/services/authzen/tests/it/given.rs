//! What tests are given: a bundle in a folder of its own, and a service of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use rolec_bundle::sign::{self, SecretKey};
use rolec_bundle::{Document, mapped};
use rolec_example_authzen::loaded::Loaded;
use rolec_example_authzen::metrics::Metrics;
use rolec_example_authzen::options::Loading;
use rolec_example_authzen::server::{Service, router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The last second of 2026-03-22, and a moment in April.
pub(crate) const BEFORE: u64 = 1_774_223_999;
pub(crate) const IN_APRIL: u64 = 1_775_000_000;

/// The document that a bundle beside the bundle crate's tests is made of.
pub(crate) fn document(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../bundle/tests").join(name);
    serde_json::from_slice(&fs::read(path).expect("the bundle is there")).expect("it is JSON")
}

/// The mapped form of a document.
pub(crate) fn bytes(document: &Value) -> Vec<u8> {
    let document = Document::read(document.to_string().as_bytes()).expect("a sound document");
    mapped::write(&document).expect("it can be mapped")
}

/// The project `acme` in another version, in which bob's group has its role or has not.
pub(crate) fn acme(version: &str, assigned: bool) -> Vec<u8> {
    let mut document = document("golden/v1.0.json");
    document["project"]["version"] = json!(version);
    if !assigned {
        document["groups"][0].as_object_mut().expect("a group").remove("assigned");
    }
    bytes(&document)
}

/// A bundle in a folder, and what it is signed with.
pub(crate) struct Given {
    pub(crate) folder: TempDir,
    pub(crate) key: Option<SecretKey>,
}

impl Given {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let given = Self { folder: TempDir::new().expect("a folder"), key: None };
        given.put(bytes);
        given
    }

    pub(crate) fn signed(bytes: &[u8]) -> Self {
        let key = SecretKey::generate().expect("a key");
        let given = Self { folder: TempDir::new().expect("a folder"), key: Some(key) };
        given.put(bytes);
        given
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("bundle.rbundle")
    }

    /// Puts a bundle in place, by renaming.
    pub(crate) fn put(&self, bytes: &[u8]) {
        let path = self.path();
        if let Some(key) = &self.key {
            let signature = key.sign(bytes, &sign::trusted_comment(&path, bytes));
            fs::write(sign::beside(&path), signature).expect("a signature is written");
        }
        let beside = self.folder.path().join("new");
        fs::write(&beside, bytes).expect("a bundle is written");
        fs::rename(beside, path).expect("it is put in place");
    }

    pub(crate) fn loading(&self) -> Loading {
        let key = self.key.as_ref().map(|key| {
            let path = self.folder.path().join("key.pub");
            fs::write(&path, key.public_key().to_text()).expect("a key is written");
            path
        });
        let every = Duration::from_millis(20);
        let region = Some("us-east-1".to_owned());
        Loading { bundle: self.path(), key, project: None, at_least: None, region, every }
    }
}

/// A service in the process, whose clock tests set.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) router: Router,
    pub(crate) clock: Arc<AtomicU64>,
}

pub(crate) fn service(given: &Given) -> Asked {
    service_with(&given.loading(), false)
}

pub(crate) fn service_with(loading: &Loading, overrides: bool) -> Asked {
    let clock = Arc::new(AtomicU64::new(IN_APRIL));
    let seconds = Arc::clone(&clock);
    let now = move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed));
    let metrics = Arc::new(Metrics::default());
    let loaded = Loaded::start_with(loading, Arc::clone(&metrics), Box::new(now)).expect("the bundle is loaded");
    let url = "https://pdp.acme.example".to_owned();
    Asked { router: router(Arc::new(Service { loaded, metrics, url, overrides })), clock }
}

/// A service of the project `acme`.
pub(crate) fn of_acme() -> (Given, Asked) {
    let given = Given::new(&acme("1.4.0", true));
    let asked = service(&given);
    (given, asked)
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The status, and what the fault says.
    pub(crate) fn fault(&self) -> (u16, String) {
        let json = self.json();
        assert_eq!(json["error"]["status"], json!(self.status.as_u16()), "{json}");
        (self.status.as_u16(), json["error"]["message"].as_str().expect("a message").to_owned())
    }
}

impl Asked {
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("it never fails");
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Reply { status: head.status, headers: head.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post_text(&self, path: &str, body: impl Into<Body>) -> Reply {
        let request = Request::post(path).header("Content-Type", "application/json; charset=utf-8");
        self.send(request.body(body.into()).expect("a request")).await
    }

    /// Asks for what has to be answered.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self.post_text(path, body.to_string()).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.text);
        reply.json()
    }

    /// The value of a metric.
    pub(crate) async fn metric(&self, name: &str) -> String {
        let text = self.get("/metrics").await.text;
        let line = text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).to_owned()
    }

    /// Waits until a metric has a value; ten seconds at most.
    pub(crate) async fn until(&self, name: &str, value: &str) {
        for _ in 0..1000 {
            if self.metric(name).await == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{name} is {} and not {value}", self.metric(name).await);
    }
}

/// May bob edit a queue of this division and size?
pub(crate) fn edit(division: &str, size: u64) -> Value {
    json!({
        "subject": {"type": "user", "id": "bob@acme.example"},
        "action": {"name": "routing:queue:edit"},
        "resource": {"type": "queue", "id": "42", "properties": {"division": division}},
        "context": {"attributes": {"Queue.size": size, "Queue.name": "Sales"}}
    })
}

/// May bob see queues of this division?
pub(crate) fn view(division: &str) -> Value {
    json!({
        "subject": {"type": "user", "id": "bob@acme.example"},
        "action": {"name": "routing:queue:view"},
        "resource": {"type": "division", "id": division}
    })
}
