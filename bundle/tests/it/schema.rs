//! Bundles are as their schema says, and spoiled ones are not.

use serde_json::{Value, json};

use crate::bundles;

fn schema() -> jsonschema::Validator {
    validator(include_str!("../../schema/bundle.schema.json"))
}

fn validator(text: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::meta::validate(&schema).expect("a schema");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

#[test]
fn bundles_are_as_the_schema_says() {
    let schema = schema();
    for (name, bytes) in bundles::all() {
        let bundle: Value = serde_json::from_slice(&bytes).expect(&name);
        let faults: Vec<String> =
            schema.iter_errors(&bundle).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
    for seed in 0..200 {
        let bundle: Value = serde_json::from_slice(&crate::generate::document(seed).to_json().expect("JSON")).expect("JSON");
        let faults: Vec<String> =
            schema.iter_errors(&bundle).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.iter().all(|fault| fault.contains("sha256")), "{seed}: {faults:#?}");
    }
}

#[test]
fn spoiled_bundles_are_not() {
    let schema = schema();
    let golden: Value = serde_json::from_slice(&std::fs::read(bundles::golden("v1.0.json")).expect("a bundle")).expect("JSON");
    assert!(schema.is_valid(&golden));
    for (pointer, value) in [
        ("/format/major", json!(2)),
        ("/format/minor", json!(-1)),
        ("/roles/0/kind", json!("wild")),
        ("/roles/0/grants/0", json!([0])),
        ("/roles/0/grants/0", json!([0, 1, 0, 0])),
        ("/roles/0/grants/0/0", json!("0")),
        ("/roles/0/owner", json!(null)),
        ("/roles/1/auto_assigned", json!("nobody")),
        ("/sets/0", json!([[0, 1, 2]])),
        ("/sets/0", json!([0.5])),
        ("/scopes/0", json!("some")),
        ("/calendars/0/1/from", json!("16.02.2026")),
        ("/calendars/0/1/changes/0/gains/0", json!([3, 0, 0])),
        ("/calendars", json!([])),
        ("/conditions/0", json!({"operator": "!=", "value": 1, "variable": "x"})),
        ("/conditions/0", json!({"operator": "==", "variable": "x"})),
        ("/conditions/0", json!({"and": [], "or": []})),
        ("/objects/0/readers", json!({"nobody": []})),
        ("/surfaces/0/requires", json!({"any": []})),
        ("/surfaces/0/requires", json!("closed")),
        ("/surfaces/0/kind", json!("topic")),
        ("/permissions/0/awareness", json!("aware")),
        ("/users/0/creator", json!("yes")),
        ("/catalog", json!("md5:0")),
        ("/divisions/0/name", json!(7)),
    ] {
        let mut spoiled = golden.clone();
        *spoiled.pointer_mut(pointer).expect(pointer) = value.clone();
        assert!(!schema.is_valid(&spoiled), "{pointer}: {value}");
    }
    for missing in golden.as_object().expect("an object").keys() {
        let mut spoiled = golden.clone();
        spoiled.as_object_mut().expect("an object").remove(missing);
        let may_be_missing = ["applications", "groups", "licenses", "objects", "users"].contains(&missing.as_str());
        assert_eq!(schema.is_valid(&spoiled), may_be_missing, "{missing}");
        let read = rolec_bundle::Document::read(spoiled.to_string().as_bytes());
        assert!(read.is_err() || may_be_missing, "{missing}");
    }
    let mut later = golden;
    later["weather"] = json!("sunny");
    later["roles"][0]["colour"] = json!("red");
    assert!(schema.is_valid(&later), "a later minor version has further keys");
}

#[test]
fn maps_are_as_their_schema_says() {
    let schema = validator(include_str!("../../schema/map.schema.json"));
    let read = |name: &str| -> Value {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
        serde_json::from_slice(&std::fs::read(path).expect(name)).expect(name)
    };
    assert!(schema.is_valid(&read("golden/v1.0.map")));
    let everything = read("corpus/map/everything");
    assert!(schema.is_valid(&everything), "{:?}", schema.iter_errors(&everything).collect::<Vec<_>>());
    for (pointer, value) in [
        ("/bundle", json!("53d8")),
        ("/format/major", json!(2)),
        ("/roles/0/line", json!(-1)),
        ("/roles/0/line", json!("18")),
        ("/roles/0/clauses/0", json!([20, 0])),
        ("/roles/0/clauses/0", json!([20, 0, 0, 0, 0])),
        ("/roles/0/parents/0", json!({"line": 3})),
        ("/roles/0/parents/0", json!({"line": 3, "extends": 0, "copies": 1})),
        ("/roles/0/parents/0", json!({"line": 3, "extends": 0, "pinned": []})),
        ("/roles/0/gains/0", json!([0, 1])),
        ("/roles/0/within", json!(null)),
        ("/scopes/0", json!("some")),
        ("/sets/0", json!([[0, 1, 2]])),
        ("/conditions/0", json!({"and": [], "or": []})),
        ("/backfills/0", json!({"file": 0, "line": 24})),
    ] {
        let mut spoiled = everything.clone();
        *spoiled.pointer_mut(pointer).expect(pointer) = value.clone();
        assert!(!schema.is_valid(&spoiled), "{pointer}: {value}");
    }
    for missing in everything.as_object().expect("an object").keys() {
        let mut spoiled = everything.clone();
        spoiled.as_object_mut().expect("an object").remove(missing);
        let may_be_missing = !["bundle", "format", "roles"].contains(&missing.as_str());
        assert_eq!(schema.is_valid(&spoiled), may_be_missing, "{missing}");
    }
}
