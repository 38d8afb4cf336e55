//! Tests of the service: asked in the process, and as a program of its own.
#![allow(clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt as _;
use rolec_example_opa_bundles::published::Publisher;
use rolec_example_opa_bundles::server::{FILE, Service, router};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// Bytes that are a bundle as far as this service looks into it.
fn packed(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_bytes()).expect("it is packed");
    encoder.finish().expect("it is packed")
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{:x}\"", Sha256::digest(bytes))
}

/// Puts a bundle in place, by renaming.
fn put(folder: &TempDir, bytes: &[u8]) {
    let beside = folder.path().join("new");
    fs::write(&beside, bytes).expect("a bundle is written");
    fs::rename(beside, folder.path().join(FILE)).expect("it is put in place");
}

/// A service in the process.
struct Asked {
    router: Router,
    folder: TempDir,
    end: watch::Sender<bool>,
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Asked {
    fn new(bytes: Option<&[u8]>) -> Self {
        let folder = TempDir::new().expect("a folder");
        if let Some(bytes) = bytes {
            put(&folder, bytes);
        }
        let publisher = Publisher::start(folder.path().join(FILE), Duration::from_millis(10)).expect("a publisher");
        let (end, ending) = watch::channel(false);
        Self { router: router(Arc::new(Service { publisher, ending })), folder, end }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        let request = request.method(method).uri(path).body(Body::empty()).expect("a request");
        let (head, body) = self.router.clone().oneshot(request).await.expect("it never fails").into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Reply { status: head.status, headers: head.headers, bytes }
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Reply {
        self.ask("GET", "/bundle.tar.gz", headers).await
    }

    /// Waits until another bundle is given away; ten seconds at most.
    async fn until(&self, bytes: &[u8]) {
        for _ in 0..1000 {
            if self.get(&[]).await.bytes == bytes {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it is not given away");
    }
}

#[tokio::test]
async fn the_bundle_has_the_digest_of_its_bytes_for_an_etag() {
    let bytes = packed("first");
    let asked = Asked::new(Some(&bytes));
    let reply = asked.get(&[]).await;
    assert_eq!((reply.status, &reply.bytes), (StatusCode::OK, &bytes));
    assert_eq!(reply.headers["etag"], etag(&bytes));
    assert_eq!(
        (&reply.headers["content-type"], &reply.headers["cache-control"]),
        (&"application/gzip".parse().expect("a value"), &"no-cache".parse().expect("a value"))
    );
    let head = asked.ask("HEAD", "/bundle.tar.gz", &[]).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(head.headers["etag"], etag(&bytes));
    assert_eq!(head.headers["content-length"], bytes.len().to_string());
    assert_eq!(asked.ask("POST", "/bundle.tar.gz", &[]).await.status, 405);
    assert_eq!(asked.ask("GET", "/../rolec.toml", &[]).await.status, 404);
}

/// The page on the services shows the head of an answer; `…` stands for what differs from bundle to bundle.
#[tokio::test]
async fn the_page_shows_a_head() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("a page");
    let shown = page.split_once("$ curl -sI localhost:8282").expect("a command").1;
    let mut lines = shown.split_once("```").expect("an end").0.lines();
    let path = lines.next().expect("a path");
    let reply = Asked::new(Some(&packed("first"))).ask("HEAD", path, &[]).await;
    assert_eq!(lines.next(), Some(&*format!("HTTP/1.1 {}", reply.status)));
    for line in lines {
        let (name, shown) = line.split_once(": ").expect("a header");
        let value = reply.headers[name].to_str().expect("text");
        let (before, after) = shown.split_once('…').unwrap_or((shown, ""));
        assert!(value.starts_with(before) && value.ends_with(after), "{name}: {value}, and the page shows {shown}");
        assert!(shown.contains('…') || value == shown, "{name}: {value}, and the page shows {shown}");
    }
}

#[tokio::test]
async fn who_has_it_gets_nothing() {
    let bytes = packed("first");
    let asked = Asked::new(Some(&bytes));
    let own = etag(&bytes);
    let other = etag(b"other");
    for has in [own.clone(), "*".to_owned(), format!("W/{own}"), format!("{other}, {own}")] {
        for method in ["GET", "HEAD"] {
            let reply = asked.ask(method, "/bundle.tar.gz", &[("If-None-Match", &has)]).await;
            assert_eq!((reply.status, reply.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{has}");
            assert_eq!(reply.headers["etag"], own);
            assert!(!reply.headers.contains_key("content-type"), "{reply:?}");
        }
    }
    for has in [other.as_str(), own.trim_matches('"'), ""] {
        assert_eq!(asked.get(&[("If-None-Match", has)]).await.status, 200, "{has}");
    }
}

#[tokio::test]
async fn another_file_has_another_etag() {
    let (first, second) = (packed("first"), packed("second"));
    let asked = Asked::new(Some(&first));
    let has = etag(&first);
    assert_eq!(asked.get(&[("If-None-Match", &has)]).await.status, 304);
    put(&asked.folder, &second);
    asked.until(&second).await;
    let reply = asked.get(&[("If-None-Match", &has)]).await;
    assert_eq!((reply.status, reply.headers["etag"].to_str().ok()), (StatusCode::OK, Some(etag(&second).as_str())));
    // A file that is put in place anew and is the same is the same.
    put(&asked.folder, &second);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(asked.get(&[("If-None-Match", &etag(&second))]).await.status, 304);
}

/// Somebody writes into the file, slowly, while others ask: they get the old bundle or the new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_half_written_is_never_given_away() {
    let first = packed("first");
    let second = packed(&(0..2000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_string()).collect::<String>());
    let asked = Asked::new(Some(&first));
    let path = asked.folder.path().join(FILE);
    let written = second.clone();
    let writer = std::thread::spawn(move || {
        let mut file = fs::File::create(path).expect("the file is emptied");
        for part in written.chunks(written.len().div_ceil(20)) {
            file.write_all(part).and_then(|()| file.flush()).expect("a part is written");
            std::thread::sleep(Duration::from_millis(25));
        }
    });
    let mut times = [0, 0];
    while !writer.is_finished() {
        let bytes = asked.get(&[]).await.bytes;
        let which = [&first, &second].iter().position(|whole| **whole == bytes).expect("a whole bundle");
        times[which] += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    writer.join().expect("all is written");
    assert!(times[0] > 5, "{times:?}");
    asked.until(&second).await;
    // Nor is the last one gone with its file.
    fs::write(asked.folder.path().join(FILE), "no bundle").expect("something else is written");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(asked.get(&[]).await.bytes, second);
    fs::remove_file(asked.folder.path().join(FILE)).expect("the file is removed");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(asked.get(&[]).await.bytes, second);
}

#[tokio::test]
async fn who_would_wait_gets_the_next_one_at_once() {
    let (first, second) = (packed("first"), packed("second"));
    let asked = Asked::new(Some(&first));
    let has = etag(&first);
    let waiting = [("If-None-Match", has.as_str()), ("Prefer", "modes=snapshot,delta;wait=60")];
    let began = Instant::now();
    let put_later = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        put(&asked.folder, &second);
    };
    let (reply, ()) = tokio::join!(asked.get(&waiting), put_later);
    assert_eq!((reply.status, &reply.bytes), (StatusCode::OK, &second));
    assert_eq!(reply.headers["content-type"], "application/vnd.openpolicyagent.bundles");
    assert!((Duration::from_millis(200)..Duration::from_secs(20)).contains(&began.elapsed()));
    // Who has another one, or none, need not wait.
    for headers in [&waiting[..], &waiting[1..]] {
        let began = Instant::now();
        assert_eq!(asked.get(headers).await.status, 200);
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn who_waits_in_vain_is_told() {
    let bytes = packed("first");
    let asked = Asked::new(Some(&bytes));
    let has = etag(&bytes);
    for prefer in ["modes=snapshot,delta;wait=1", "respond-async, WAIT = 1"] {
        let began = Instant::now();
        assert_eq!(asked.get(&[("If-None-Match", &has), ("Prefer", prefer)]).await.status, 304);
        assert!(began.elapsed() >= Duration::from_secs(1), "{prefer}");
    }
    for prefer in ["modes=snapshot,delta", "wait=soon", "wait=-1", ""] {
        let began = Instant::now();
        assert_eq!(asked.get(&[("If-None-Match", &has), ("Prefer", prefer)]).await.status, 304);
        assert!(began.elapsed() < Duration::from_secs(1), "{prefer}");
    }
    // When the service ends, nobody waits any longer.
    let waiting = [("If-None-Match", has.as_str()), ("Prefer", "wait=60")];
    let end_later = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        asked.end.send_replace(true);
    };
    let began = Instant::now();
    let (reply, ()) = tokio::join!(asked.get(&waiting), end_later);
    assert_eq!(reply.status, 304);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn before_there_is_a_bundle_nothing_is_given_away() {
    let asked = Asked::new(None);
    assert_eq!(asked.ask("GET", "/health", &[]).await.status, 200);
    for path in ["/ready", "/bundle.tar.gz"] {
        let reply = asked.ask("GET", path, &[("Prefer", "wait=60"), ("If-None-Match", "*")]).await;
        assert_eq!((reply.status, reply.headers["retry-after"].to_str().ok()), (StatusCode::SERVICE_UNAVAILABLE, Some("5")));
    }
    let bytes = packed("first");
    put(&asked.folder, &bytes);
    asked.until(&bytes).await;
    let ready = asked.ask("GET", "/ready", &[]).await;
    assert_eq!((ready.status, ready.bytes), (StatusCode::OK, format!("{}\n", etag(&bytes)).into_bytes()));
}

/// The program ends when it is asked to, and whoever waits has an answer.
#[cfg(unix)]
#[test]
fn the_program_ends_with_its_answers_given() {
    let folder = TempDir::new().expect("a folder");
    let bytes = packed("first");
    put(&folder, &bytes);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolec-example-opa-bundles"))
        .args(["--listen", "127.0.0.1:0", "--folder"])
        .arg(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut said = BufReader::new(child.stderr.take().expect("its words"));
    let [mut given, mut listening] = [String::new(), String::new()];
    said.read_line(&mut given).and_then(|_| said.read_line(&mut listening)).expect("two lines");
    assert_eq!(given, format!("{} is given away: {} bytes\n", etag(&bytes), bytes.len()));
    let address = listening.trim_end().strip_prefix("listening on ").expect(&listening);
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
    let has = etag(&bytes);
    let request = format!("GET /bundle.tar.gz HTTP/1.1\r\nHost: a\r\nIf-None-Match: {has}\r\nPrefer: wait=200\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request is sent");
    std::thread::sleep(Duration::from_millis(300));
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("a signal");
    assert!(sent.success());
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    if read.is_err() {
        drop(child.kill());
    }
    let status = child.wait().expect("a status");
    assert!(answer.starts_with("HTTP/1.1 304 Not Modified"), "{answer}");
    assert!(status.success(), "{status}");
}
