//! The archive for OPA. What its policy decides is compared elsewhere, in a real engine.

use std::io::Read as _;

use rolec_targets::{LeftOut, Target};
use serde_json::{Value, json};

use crate::{ACME, read, written};

/// The entries of an archive: path, and content.
fn entries(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let entry = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.expect("an entry");
        assert_eq!(
            (entry.header().mtime().ok(), entry.header().uid().ok(), entry.header().mode().ok()),
            (Some(0), Some(0), Some(0o644))
        );
        let mut text = String::new();
        let _: usize = entry.read_to_string(&mut text).expect("text");
        (entry.path().expect("a path").display().to_string(), text)
    };
    archive.entries().expect("entries").map(entry).collect()
}

#[test]
fn the_archive_has_a_manifest_data_and_the_policy() {
    let outputs = written(&read(ACME), Target::Opa, LeftOut::default());
    assert_eq!(outputs.iter().map(|own| &*own.path).collect::<Vec<_>>(), ["bundle.tar.gz"]);
    let entries = entries(&outputs[0].bytes);
    assert_eq!(
        entries.iter().map(|(path, _)| &**path).collect::<Vec<_>>(),
        [".manifest", "rolec/bundle/data.json", "rolec/policy.rego"]
    );
    let manifest: Value = serde_json::from_str(&entries[0].1).expect("JSON");
    assert_eq!((&manifest["roots"], &manifest["rego_version"]), (&json!(["rolec"]), &json!(1)));
    let revision = manifest["revision"].as_str().expect("a revision");
    assert!(revision.strip_prefix("sha256:").is_some_and(|digest| digest.len() == 64), "{revision}");
    assert!(entries[2].1.contains("package rolec\n\nimport rego.v1\n"));
}

#[test]
fn things_stand_by_name() {
    let outputs = written(&read(ACME), Target::Opa, LeftOut::default());
    let data: Value = serde_json::from_str(&entries(&outputs[0].bytes)[1].1).expect("JSON");
    assert_eq!(data["users"]["bob@acme.example"], json!({ "assigned": [], "groups": ["north_team"] }));
    assert_eq!(data["groups"]["north_team"]["assigned"], json!([["north_agent", 1]]));
    assert_eq!(data["roles"]["north_agent"]["gains"]["1"], json!([[3, 0, "skills", 1]]));
    assert_eq!(data["scopes"], json!([null, { "north": true }]));
    assert_eq!(data["permissions"]["routing:skill:view"], json!({ "id": "3", "unaware": true }));
    assert_eq!(data["objects"]["Scripts/greeting"], json!({ "guards": [1], "readers": { "groups": { "north_team": true } } }));
    let condition = json!({
        "start": 1,
        "tests": [
            { "operator": "<=", "otherwise": false, "then": true, "values": [50], "variable": "Queue.size", "variables": [] },
            { "operator": "==", "otherwise": false, "then": 0, "values": ["Sales", "Service"], "variable": "Queue.name", "variables": [] },
        ],
        "text": "Queue.name in [\"Sales\", \"Service\"] and Queue.size <= 50",
    });
    assert_eq!(data["conditions"], json!([condition]));
}

#[test]
fn the_revision_is_that_of_what_decides() {
    let mut document = read(ACME);
    let revision = |document: &rolec_bundle::Document| {
        let outputs = written(document, Target::Opa, LeftOut::default());
        let manifest: Value = serde_json::from_str(&entries(&outputs[0].bytes)[0].1).expect("JSON");
        manifest["revision"].clone()
    };
    let before = revision(&document);
    document.project.version = "9".to_owned();
    assert_eq!(revision(&document), before);
    document.users.pop();
    assert_ne!(revision(&document), before);
}
