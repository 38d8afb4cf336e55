//! `bundle.json` is read and written as the format says.

use rolec_bundle::{Document, Error};
use serde_json::{Value, json};

use crate::bundles;

#[test]
fn written_again_it_is_the_same_bytes() {
    for (name, bytes) in bundles::all() {
        let document = Document::read(&bytes).expect(&name);
        assert!(document.to_json().expect(&name) == bytes, "{name}");
    }
}

/// What stands in the golden bundle, to be spoiled.
fn golden() -> Value {
    let bytes = std::fs::read(bundles::golden("v1.0.json")).expect("a bundle");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn read(value: &Value) -> Result<Document, Error> {
    Document::read(value.to_string().as_bytes())
}

#[test]
fn later_minor_versions_are_read_and_other_major_ones_refused() {
    let mut later = golden();
    later["format"]["minor"] = json!(7);
    later["format"]["patch"] = json!(1);
    later["weather"] = json!([{"sunny": true}]);
    later["roles"][0]["colour"] = json!("red");
    later["conditions"][0]["note"] = json!(null);
    let read_later = read(&later).expect("a later minor version");
    assert_eq!(read_later.roles, read(&golden()).expect("a bundle").roles);
    for major in [0, 2] {
        let mut other = golden();
        other["format"]["major"] = json!(major);
        other["roles"] = json!("nothing that this reader knows");
        assert!(matches!(read(&other), Err(Error::Version { major: own, minor: 0 }) if own == major), "{major}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let spoil = |pointer: &str, value: Value| {
        let mut document = golden();
        *document.pointer_mut(pointer).expect(pointer) = value;
        read(&document).expect_err(pointer).to_string()
    };
    for (pointer, value, told) in [
        ("/roles/0/grants/1/0", json!(4), "`roles[0].grants[1]`: id 4 is none of the 4 in `sets`"),
        ("/roles/0/grants/1/1", json!(9), "`roles[0].grants[1]`: id 9 is none of the 2 in `scopes`"),
        ("/roles/0/grants/1/2", json!(1), "`roles[0].grants[1]`: id 1 is none of the 1 in `conditions`"),
        ("/roles/0/grants/0", json!([0, 1, 0, 0]), "`roles[0].grants[0]`: a grant is"),
        ("/roles/0/kind", json!("wild"), "`roles[0].kind`: unknown variant `wild`"),
        ("/roles/1/name", json!("north_agent"), "`roles[1]`: there are two of the name `north_agent`"),
        ("/roles/0/owner", json!(null), "`roles[0].owner`: invalid type: null"),
        ("/sets/2", json!([[0, 9]]), "`sets[2]`: id 9 is none of the 4 in `permissions`"),
        ("/sets/2", json!([2, 1]), "`sets[2]`: an id list must be ascending"),
        ("/scopes/0", json!("some"), "`scopes[0]`: invalid value: string \"some\", expected `all` or an id list"),
        ("/scopes/1", json!([2]), "`scopes[1]`: id 2 is none of the 2 in `divisions`"),
        ("/calendars/0/1/from", json!("2026-02-30"), "`calendars[0][1].from`: `2026-02-30` is no day"),
        ("/calendars/0/1/from", json!("2026-02-15"), "`calendars[0][1].from`: the epoch begins before the one before it ends"),
        ("/calendars/0/1/until", json!("2026-02-16"), "`calendars[0][1]`: the epoch ends before it begins"),
        ("/calendars/0/1/changes/0/role", json!(2), "`calendars[0][1]`: id 2 is none of the 2 in `roles`"),
        ("/calendars/0/1/changes/0/gains/0", json!([3, 0, 0]), "`calendars[0][1]`: a gain has no condition"),
        ("/calendars", json!([]), "`calendars`: there is no calendar"),
        ("/regions/1/calendar", json!(2), "`regions[1].calendar`: id 2 is none of the 2 in `calendars`"),
        ("/conditions/0", json!({"and": [], "or": []}), "`conditions[0]`: a condition is `and`, `or`, `in`"),
        ("/conditions/0", json!({"operator": "!=", "value": 1, "variable": "x"}), "unknown variant `!=`"),
        ("/objects/0/readers", json!({"groups": [1]}), "`objects[0].readers`: id 1 is none of the 1 in `groups`"),
        ("/objects/0/guards", json!([7]), "`objects[0].guards`: id 7 is none of the 4 in `sets`"),
        ("/surfaces/0/requires", json!({"any": [8]}), "`surfaces[0].requires`: id 8 is none of the 4 in `permissions`"),
        ("/surfaces/0/requires", json!({"any": []}), "`surfaces[0].requires`: no permission is listed"),
        ("/surfaces/0/kind", json!("topic"), "`surfaces[0]`: endpoints, and only they, have a method"),
        ("/surfaces/0/enforcement", json!(0), "invalid type"),
        ("/users/1/member_of", json!([1]), "`users[1].member_of`: id 1 is none of the 1 in `groups`"),
        ("/groups/0/assigned/0", json!([5, 0]), "`groups[0].assigned`: id 5 is none of the 2 in `roles`"),
        ("/licenses/1/includes", json!([2]), "`licenses[1].includes`: id 2 is none of the 2 in `licenses`"),
        ("/applications/0/owns", json!(4), "`applications[0].owns`: id 4 is none of the 4 in `sets`"),
        ("/permissions/0/awareness", json!("aware"), "`permissions[0].awareness`: unknown variant `aware`"),
    ] {
        if pointer.ends_with("/enforcement") {
            let mut document = golden();
            document["surfaces"][0]["enforcement"] = value;
            let told = read(&document).expect_err(pointer).to_string();
            assert!(told.contains("`surfaces[0]`: id 0 is none of the 0 in `enforcements`"), "{told}");
            continue;
        }
        let message = spoil(pointer, value);
        assert!(message.contains(told), "{pointer}: {message}");
    }
    for missing in ["roles", "calendars", "format", "permissions", "surfaces", "project"] {
        let mut document = golden();
        document.as_object_mut().expect("an object").remove(missing);
        let message = read(&document).expect_err(missing).to_string();
        assert!(message.contains(&format!("missing field `{missing}`")), "{message}");
    }
    let cut = golden().to_string();
    assert!(Document::read(&cut.as_bytes()[..cut.len() - 2]).is_err());
    assert!(Document::read(format!("{cut} x").as_bytes()).is_err());
}
