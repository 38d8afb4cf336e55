//! Maps tell the lines that gave what a bundle grants, and only of the bundle that they are the map of.

use rolec_bundle::document::Scope;
use rolec_bundle::provenance::{Provenance, Step, Way, What};
use rolec_bundle::{Bundle, Document, Error, Request, Subject, Value};
use serde_json::json;

use crate::bundles;

fn golden() -> (Document, Vec<u8>) {
    let read = |name| std::fs::read(bundles::golden(name)).expect(name);
    (Document::read(&read("v1.0.json")).expect("a bundle"), read("v1.0.map"))
}

/// The golden map, changed.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut map = serde_json::from_slice(&golden().1).expect("JSON");
    change(&mut map);
    map.to_string().into_bytes()
}

fn read(map: &[u8]) -> Result<Provenance, Error> {
    Provenance::read(map, &golden().0)
}

/// A way in one line.
fn text(way: &Way<'_>) -> String {
    let step = |step: &Step<'_>| {
        let what = match step.what {
            What::Allows => "allows".to_owned(),
            What::Extends(role) => format!("extends {role}"),
            What::Copies(role) => format!("copies {role}"),
            What::CopiesAsPinned(role) => format!("copies {role} as pinned"),
            What::Edits(role) => format!("edits {role}"),
            What::Gains(backfill) => format!("gains by {backfill}"),
        };
        format!("{}:{} {} {what}", step.file, step.line, step.role)
    };
    let scope = match &way.scope {
        Scope::All => "all".to_owned(),
        Scope::Divisions(list) => format!("{:?}", list.iter().collect::<Vec<_>>()),
    };
    let when = if way.condition.is_some() { " where …" } else { "" };
    format!("{} in {scope}{when}", way.steps.iter().map(step).collect::<Vec<_>>().join("; "))
}

fn traced(map: &Provenance, role: &str, permission: &str) -> Vec<String> {
    map.trace(role, permission).ways.iter().map(text).collect()
}

#[test]
fn the_golden_map_tells_lines() {
    let (document, bytes) = golden();
    let map = Provenance::read(&bytes, &document).expect("a map");
    assert_eq!(map.to_json().expect("JSON"), bytes);
    assert_eq!(traced(&map, "north_agent", "routing:queue:view"), ["roles.role:20 north_agent allows in [1]"]);
    assert_eq!(traced(&map, "north_agent", "routing:queue:edit"), ["roles.role:21 north_agent allows in [1] where …"]);
    assert_eq!(traced(&map, "supervisor", "routing:queue:delete"), ["roles.role:14 supervisor allows in all"]);
    for (role, permission) in
        [("north_agent", "routing:skill:view"), ("north_agent", "no:such:thing"), ("nobody", "routing:queue:view")]
    {
        assert!(traced(&map, role, permission).is_empty(), "{role} {permission}");
    }
    assert_eq!(map.backfill("skills"), Some(("roles.role", 24)));
    assert_eq!(map.backfill("none"), None);
}

#[test]
fn decisions_are_explained() {
    let (document, bytes) = golden();
    let map = Provenance::read(&bytes, &document).expect("a map");
    let bundle = Bundle::from_document(&document).expect("a bundle");
    let state = bundle.at(None, None).expect("a state");
    let attributes = [("Queue.size", Value::Number(12.0)), ("Queue.name", Value::String("Sales"))];
    for (permission, division, expected) in [
        ("routing:queue:view", Some("north"), &["roles.role:20 north_agent allows in [1]"][..]),
        ("routing:queue:edit", Some("north"), &["roles.role:21 north_agent allows in [1] where …"]),
        ("routing:skill:view", None, &["roles.role:24 north_agent gains by skills in all"]),
        ("routing:queue:edit", Some("main"), &[]),
    ] {
        let request = Request::new(Subject::User("bob@acme.example"), permission).with(&attributes);
        let decision = state.decide(&Request { division, ..request });
        let trace = map.explain(&decision, permission, division);
        assert_eq!(trace.ways.iter().map(text).collect::<Vec<_>>(), expected, "{permission}: {decision}");
        assert!(trace.ways.is_empty() || decision.allowed);
    }
}

/// Roles that are made of others: what is confined, taken away, pinned and edited on the way.
#[test]
fn ways_through_other_roles_are_followed() {
    let bytes = changed(|map| {
        map["scopes"] = json!([[1], "all", [0]]);
        map["roles"][0] = json!({"clauses": [[20, 0, 0], [21, 1, 0, 0]], "file": 0, "line": 18, "within": 0, "parents": [
            {"extends": 2, "line": 18}, {"copies": 3, "line": 19, "pinned": [[0, 1], [1, 2], [1, 1, 0]]},
        ]});
        map["roles"][1]["parents"] = json!([{"edits": 3, "line": 12}]);
        let base = json!({"clauses": [[4, 2, 2], [5, 2, 1]], "file": 0, "line": 3, "name": "base", "except": 1});
        let vendors =
            json!({"clauses": [[8, 2, 2]], "file": 0, "line": 7, "name": "supervisor", "parents": [{"extends": 2, "line": 7}]});
        map["roles"].as_array_mut().expect("a list").extend([base, vendors]);
    });
    let map = read(&bytes).expect("a map");
    assert_eq!(
        traced(&map, "north_agent", "routing:queue:view"),
        [
            "roles.role:20 north_agent allows in [1]",
            "roles.role:18 north_agent extends base; roles.role:5 base allows in [1]",
            "roles.role:19 north_agent copies supervisor as pinned in [1]",
        ]
    );
    assert_eq!(
        traced(&map, "north_agent", "routing:queue:edit"),
        [
            "roles.role:21 north_agent allows in [1] where …",
            "roles.role:19 north_agent copies supervisor as pinned in [1] where …",
        ]
    );
    assert_eq!(
        traced(&map, "supervisor", "routing:queue:delete"),
        [
            "roles.role:14 supervisor allows in all",
            "roles.role:12 supervisor edits supervisor; roles.role:8 supervisor allows in [0]",
            "roles.role:12 supervisor edits supervisor; roles.role:7 supervisor extends base; roles.role:4 base allows in [0]",
            "roles.role:12 supervisor edits supervisor; roles.role:7 supervisor extends base; roles.role:5 base allows in all",
        ]
    );
    assert_eq!(Provenance::read(&map.to_json().expect("JSON"), &golden().0).expect("a map"), map);
}

#[test]
fn ways_without_number_are_bounded() {
    let bytes = changed(|map| {
        let roles = map["roles"].as_array_mut().expect("a list");
        roles[0]["parents"] = json!([{"extends": 2, "line": 1}, {"extends": 3, "line": 1}]);
        for at in 1..=40 {
            let parents = json!([{"extends": 2 * at + 2, "line": at}, {"extends": 2 * at + 3, "line": at}]);
            for name in ["l", "m"] {
                roles.push(json!({"file": 0, "line": at, "name": format!("{name}{at}"), "parents": parents}));
            }
        }
        for name in ["l", "m"] {
            roles.push(json!({"file": 0, "line": 99, "name": name, "clauses": [[100, 0, 1]]}));
        }
    });
    let map = read(&bytes).expect("a map");
    let trace = map.trace("north_agent", "routing:queue:view");
    assert!(trace.more);
    assert_eq!(trace.ways.len(), 256);
}

#[test]
fn other_maps_are_refused() {
    let digest = "sha256:53d8fac483ae7240d5864f2e48f70bf861bace831467b96b3a202a6a72f1e880";
    let other = digest.replace("53d8", "0000");
    let refused = read(&changed(|map| map["bundle"] = json!(other))).expect_err("another bundle's");
    assert_eq!(refused.to_string(), format!("it is the map of another bundle: of {other}, not of {digest}"));
    let later = read(&changed(|map| map["format"]["major"] = json!(2))).expect_err("a later version");
    assert!(matches!(later, Error::Version { major: 2, .. }));
    let minor = changed(|map| {
        map["format"]["minor"] = json!(3);
        map["weather"] = json!("sunny");
        map["roles"][0]["colour"] = json!("red");
    });
    assert!(read(&minor).is_ok(), "a later minor version has further keys");
    for (pointer, value, told) in [
        ("/roles", json!([]), "`roles`: the bundle has more"),
        ("/roles/0/file", json!(1), "`roles[0]`: id 1 is none of the 1 in `sources`"),
        ("/roles/0/clauses/0", json!([20, 3, 0]), "`roles[0]`: id 3 is none of the 3 in `sets`"),
        ("/roles/0/clauses/0", json!([20, 0, 2]), "`roles[0]`: id 2 is none of the 2 in `scopes`"),
        ("/roles/0/clauses/0", json!([20, 0, 0, 1]), "`roles[0]`: id 1 is none of the 1 in `conditions`"),
        ("/roles/0/clauses/0", json!([20]), "a clause is `[line, set, scope]`"),
        ("/roles/0", json!({"file": 0, "line": 1, "except": 3}), "`roles[0]`: id 3 is none of the 3 in `sets`"),
        ("/roles/0", json!({"file": 0, "line": 1, "within": 2}), "`roles[0]`: id 2 is none of the 2 in `scopes`"),
        ("/roles/0", json!({"file": 0, "line": 1, "gains": [[1, 0, 0]]}), "id 1 is none of the 1 in `backfills`"),
        ("/roles/0", json!({"file": 0, "line": 1, "parents": [{"line": 1}]}), "a parent is one of"),
        ("/roles/0", json!({"file": 0, "line": 1, "parents": [{"line": 1, "extends": 2}]}), "none of the 2 in `roles`"),
        (
            "/roles/0",
            json!({"file": 0, "line": 1, "parents": [{"line": 1, "extends": 1, "pinned": []}]}),
            "only copies are pinned",
        ),
        ("/roles/0", json!({"file": 0, "line": 1, "parents": [{"line": 1, "extends": 0}]}), "`roles[0]`: it is made of itself"),
        ("/sets/0", json!([9]), "`sets[0]`: id 9 is none of the 4 in `permissions`"),
        ("/scopes/0", json!([9]), "`scopes[0]`: id 9 is none of the 2 in `divisions`"),
        ("/backfills/0/file", json!(1), "`backfills[0]`: id 1 is none of the 1 in `sources`"),
    ] {
        let spoiled = changed(|map| *map.pointer_mut(pointer).expect(pointer) = value.clone());
        let error = read(&spoiled).expect_err(pointer).to_string();
        assert!(error.contains(told), "{pointer} {value}: {error}");
    }
    let unnamed = changed(|map| map["roles"].as_array_mut().expect("a list").push(json!({"file": 0, "line": 1})));
    assert!(read(&unnamed).expect_err("no name").to_string().contains("neither the bundle nor the map names it"));
}
