//! Who may, where, and what: what is found is what evaluations permit, on as many pages as it takes.

use rolec_bundle::Bundle;
use serde_json::{Value, json};

use crate::given::{Asked, Given, bytes, document, edit, of_acme, service_with};

const SUBJECT: &str = "/access/v1/search/subject";
const RESOURCE: &str = "/access/v1/search/resource";
const ACTION: &str = "/access/v1/search/action";

fn names<'v>(found: &'v Value, key: &str) -> Vec<&'v str> {
    let results = found["results"].as_array().expect("a list");
    assert_eq!(found["page"]["count"], json!(results.len()));
    results.iter().map(|entity| entity[key].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn who_may() {
    let (_given, asked) = of_acme();
    let mut request = edit("north", 12);
    for (kind, expected) in [
        ("user", &["alice@acme.example", "bob@acme.example"][..]),
        ("group", &["north_team"]),
        ("role", &["north_agent", "supervisor"]),
    ] {
        // An id does not count here, of whatever kind it is.
        request["subject"] = json!({"type": kind, "id": 7});
        let found = asked.post(SUBJECT, &request).await;
        assert_eq!(names(&found, "id"), expected);
        assert_eq!((&found["results"][0]["type"], &found["page"]["next_token"]), (&json!(kind), &json!("")));
    }
    request["subject"] = json!({"type": "machine"});
    assert_eq!(names(&asked.post(SUBJECT, &request).await, "id"), [""; 0]);
    request["subject"] = json!({"type": "user"});
    request["context"] = json!({});
    let found = asked.post(SUBJECT, &request).await;
    assert_eq!(names(&found, "id"), ["alice@acme.example"], "whoever may under a condition may not without attributes");
}

#[tokio::test]
async fn where_somebody_may() {
    let (_given, asked) = of_acme();
    let mut request = edit("north", 12);
    for (resource, expected) in [
        (json!({"type": "division"}), &["north"][..]),
        (json!({"type": "object", "properties": {"division": "north"}}), &["Scripts", "Scripts/greeting"]),
        (json!({"type": "object"}), &[]),
        (json!({"type": "queue"}), &[]),
    ] {
        request["resource"] = resource;
        assert_eq!(names(&asked.post(RESOURCE, &request).await, "id"), expected, "{request}");
    }
    request["subject"]["id"] = json!("nobody");
    request["resource"] = json!({"type": "division"});
    assert_eq!(names(&asked.post(RESOURCE, &request).await, "id"), [""; 0]);
}

#[tokio::test]
async fn what_somebody_may() {
    let (_given, asked) = of_acme();
    let found = asked.post(ACTION, &edit("north", 12)).await;
    assert_eq!(names(&found, "name"), ["routing:queue:edit", "routing:queue:view", "routing:skill:view"]);
    let found = asked.post(ACTION, &edit("main", 12)).await;
    assert_eq!(names(&found, "name"), ["routing:skill:view"]);
}

/// A service of a whole contact centre.
fn contact_center() -> (Given, Asked) {
    let given = Given::new(&bytes(&document("bundles/contact-center.json")));
    let loading = rolec_example_authzen::options::Loading { region: None, ..given.loading() };
    let asked = service_with(&loading, false);
    (given, asked)
}

/// All pages of a search.
async fn pages(asked: &Asked, path: &str, request: &Value, limit: u64) -> Vec<Vec<String>> {
    let key = if path == ACTION { "name" } else { "id" };
    let mut request = request.clone();
    request["page"] = json!({ "limit": limit });
    let mut pages = Vec::new();
    loop {
        let found = asked.post(path, &request).await;
        pages.push(names(&found, key).into_iter().map(str::to_owned).collect());
        let token = &found["page"]["next_token"];
        if token == "" {
            return pages;
        }
        request["page"] = json!({ "token": token });
    }
}

#[tokio::test]
async fn pages_are_the_whole_in_order() {
    let (given, asked) = contact_center();
    let bundle = Bundle::read(given.path()).expect("the bundle opens");
    let state = bundle.at(None, None).expect("a state");
    let request =
        json!({"subject": {"type": "user", "id": "nora.quinn@harbour-mutual.example"}, "resource": {"type": "x", "id": "1"}});
    let whole = pages(&asked, ACTION, &request, 1000).await.concat();
    assert!(whole.len() > 20, "{whole:?}");
    for limit in [1, 7, whole.len() as u64] {
        let pages = pages(&asked, ACTION, &request, limit).await;
        assert_eq!(pages.concat(), whole);
        assert_eq!(pages.len(), whole.len().div_ceil(usize::try_from(limit).expect("small")), "{limit}");
    }
    // Everything that is found is permitted, and everything that is permitted is found.
    let mut permitted = Vec::new();
    for permission in state.permissions().filter_map(|id| state.permission_name(id)) {
        let mut one = request.clone();
        one["action"] = json!({ "name": permission });
        if asked.post("/access/v1/evaluation", &one).await["decision"] == true {
            permitted.push(permission.to_owned());
        }
    }
    assert_eq!(whole, permitted);
    let request = json!({"subject": {"type": "group"}, "action": {"name": whole[0]}, "resource": {"type": "x", "id": "1"}});
    let groups = pages(&asked, SUBJECT, &request, 1000).await.concat();
    assert_eq!(pages(&asked, SUBJECT, &request, 2).await.concat(), groups);
}

#[tokio::test]
async fn a_token_is_that_of_one_search() {
    let (_given, asked) = contact_center();
    let request = |subject: &str, page: Value| {
        let subject = json!({"type": "user", "id": format!("{subject}@harbour-mutual.example")});
        json!({"subject": subject, "resource": {"type": "x", "id": "1"}, "page": page})
    };
    let first = asked.post(ACTION, &request("fiona.shah", json!({"limit": 3}))).await;
    let token = &first["page"]["next_token"];
    assert_eq!(first["page"]["count"], json!(3));
    let same = asked.post(ACTION, &request("fiona.shah", json!({"token": token, "limit": 3}))).await;
    assert_eq!(same["page"]["count"], json!(3));
    for wrong in [
        request("fiona.shah", json!({"token": token, "limit": 4})),
        request("ewan.price", json!({"token": token})),
        request("fiona.shah", json!({"token": "made up"})),
        request("fiona.shah", json!({"token": "0.1.a"})),
        request("fiona.shah", json!({"limit": -1})),
        request("fiona.shah", json!({"limit": "all"})),
        request("fiona.shah", json!(3)),
    ] {
        assert_eq!(asked.post_text(ACTION, wrong.to_string()).await.fault().0, 400, "{wrong}");
    }
    let none = asked.post(ACTION, &request("fiona.shah", json!({"limit": 0}))).await;
    assert_eq!((&none["page"]["count"], none["page"]["next_token"] == ""), (&json!(0), false));
}

#[tokio::test]
async fn what_is_no_search_is_refused() {
    let (_given, asked) = of_acme();
    for (path, keys) in [
        (SUBJECT, &["subject", "action", "resource"][..]),
        (RESOURCE, &["subject", "action", "resource"]),
        (ACTION, &["subject", "resource"]),
    ] {
        for key in keys {
            let mut request = edit("north", 12);
            request.as_object_mut().expect("an object").remove(*key);
            assert_eq!(asked.post_text(path, request.to_string()).await.fault().0, 400, "{path} without {key}");
        }
        let mut request = edit("north", 12);
        request["context"]["attributes"]["Queue.size"] = json!(null);
        assert_eq!(asked.post_text(path, request.to_string()).await.fault().0, 400, "{path}");
        request["context"] = json!({"day": "2030-01-01"});
        assert_eq!(asked.post_text(path, request.to_string()).await.fault().0, 400, "{path}");
    }
}
