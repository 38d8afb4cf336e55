//! The bundle is loaded anew while the service answers.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rolec_bundle::Bundle;
use serde_json::json;

use crate::given::{Given, acme, bytes, document, of_acme, service, view};
use crate::seal::seal;

const ONE: &str = "/access/v1/evaluation";
const RELOADS: &str = "rolec_bundle_reloads_total";
const REFUSALS: &str = "rolec_bundle_refusals_total";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answers_change_and_no_request_fails() {
    let (given, asked) = of_acme();
    let stop = Arc::new(AtomicBool::new(false));
    let [allowed, denied] = [0, 0].map(|_| Arc::new(AtomicUsize::new(0)));
    let mut askers = Vec::new();
    for _ in 0..3 {
        let (asked, stop) = (asked.clone(), Arc::clone(&stop));
        let (allowed, denied) = (Arc::clone(&allowed), Arc::clone(&denied));
        askers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let request = json!({"evaluations": [view("north"), view("north")]});
                let answers = asked.post("/access/v1/evaluations", &request).await;
                let [one, other] = [0, 1].map(|at| answers["evaluations"][at]["decision"].clone());
                assert_eq!(one, other, "one request is answered from one bundle");
                let counter = if one == json!(true) { &allowed } else { &denied };
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for (at, version) in (1..).zip(["1.5.0", "1.6.0", "1.7.0", "1.8.0", "1.9.0"]) {
        given.put(&acme(version, at % 2 == 0));
        asked.until(RELOADS, &at.to_string()).await;
        assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(at % 2 == 0), "{version}");
        assert_eq!(asked.get("/ready").await.json()["version"], json!(version));
        let seen = [&allowed, &denied].map(|counter| counter.load(Ordering::Relaxed));
        let counter = usize::from(at % 2 != 0);
        while [&allowed, &denied][counter].load(Ordering::Relaxed) <= seen[counter] {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for asker in askers {
        asker.await.expect("no request failed");
    }
    assert_eq!(asked.metric(REFUSALS).await, "0");
}

#[tokio::test]
async fn the_last_good_bundle_stays() {
    let (given, asked) = of_acme();
    let mut corrupt = acme("1.5.0", false);
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 1;
    let other = {
        let mut document = document("golden/v1.0.json");
        document["project"] = json!({"name": "other", "version": "2.0.0"});
        bytes(&document)
    };
    let cut = acme("1.5.0", false)[..500].to_vec();
    for (at, bad) in (1..).zip([corrupt, acme("1.3.0", false), other, cut]) {
        given.put(&bad);
        asked.until(REFUSALS, &at.to_string()).await;
        assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(true), "{at}");
        assert_eq!(asked.get("/ready").await.json()["version"], json!("1.4.0"), "{at}");
    }
    fs::remove_file(given.path()).expect("the file is removed");
    asked.until(REFUSALS, "5").await;
    assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(true));
    // And the next good one is taken.
    given.put(&acme("1.5.0", false));
    asked.until(RELOADS, "1").await;
    assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(false));
}

/// The watch would take it; the service can't answer by it.
#[tokio::test]
async fn a_bundle_without_the_region_is_refused() {
    let (given, asked) = of_acme();
    let mut without = document("golden/v1.0.json");
    without["regions"].as_array_mut().expect("regions").pop();
    without["project"]["version"] = json!("1.5.0");
    given.put(&bytes(&without));
    asked.until(REFUSALS, "1").await;
    assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(true));
    assert_eq!(asked.get("/ready").await.json()["version"], json!("1.4.0"));
    given.put(&acme("1.6.0", false));
    asked.until(RELOADS, "1").await;
    assert_eq!(asked.get("/ready").await.json()["version"], json!("1.6.0"));
}

/// A SHA-256 that is another one is refused even where the fast digest is right: only somebody who means it does that.
#[tokio::test]
async fn a_bundle_of_another_digest_is_refused() {
    let (given, asked) = of_acme();
    let mut forged = acme("1.5.0", false);
    forged[40] ^= 1;
    seal(&mut forged);
    assert!(Bundle::from_bytes(forged.clone()).is_ok_and(|bundle| bundle.verify().is_err()), "only the SHA-256 is another");
    given.put(&forged);
    asked.until(REFUSALS, "1").await;
    assert_eq!(asked.get("/ready").await.json()["version"], json!("1.4.0"));
}

#[tokio::test]
async fn only_what_the_key_signed_is_taken() {
    let given = Given::signed(&acme("1.4.0", true));
    let asked = service(&given);
    fs::write(given.path(), acme("1.5.0", false)).expect("a bundle without its signature");
    asked.until(REFUSALS, "1").await;
    assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(true));
    given.put(&acme("1.5.0", false));
    asked.until(RELOADS, "1").await;
    assert_eq!(asked.post(ONE, &view("north")).await["decision"], json!(false));
}

#[tokio::test]
async fn without_a_good_bundle_nothing_begins() {
    let given = Given::new(&acme("1.4.0", true));
    let start = |loading: &_| {
        let metrics = Arc::new(rolec_example_authzen::metrics::Metrics::default());
        rolec_example_authzen::loaded::Loaded::start(loading, metrics).err().map(|error| error.to_string())
    };
    let sound = given.loading();
    assert_eq!(start(&sound), None);
    let region = rolec_example_authzen::options::Loading { region: Some("mars-north-1".to_owned()), ..sound.clone() };
    assert_eq!(start(&region).as_deref(), Some("the bundle has no region `mars-north-1`"));
    let project = rolec_example_authzen::options::Loading { project: Some("other".to_owned()), ..sound.clone() };
    assert_eq!(start(&project).as_deref(), Some("a bundle of project `acme`, and not of `other`"));
    let least = rolec_example_authzen::options::Loading { at_least: Some("1.5".to_owned()), ..sound.clone() };
    assert_eq!(start(&least).as_deref(), Some("a bundle of version 1.4.0, which is older than 1.5"));
    let key = Given::signed(&acme("1.4.0", true)).loading().key;
    assert!(start(&rolec_example_authzen::options::Loading { key, ..sound.clone() }).is_some());
    fs::write(given.path(), "no bundle").expect("a file is written");
    assert!(start(&sound).is_some());
}
