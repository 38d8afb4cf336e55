//! One evaluation, and several.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::given::{self, BEFORE, edit, of_acme, view};

const ONE: &str = "/access/v1/evaluation";
const MANY: &str = "/access/v1/evaluations";

#[tokio::test]
async fn a_permit_says_why() {
    let (_given, asked) = of_acme();
    let condition = "Queue.name in [\"Sales\", \"Service\"] and Queue.size <= 50";
    let words = format!("allowed by role `north_agent` of group `north_team` in north where {condition}");
    let expected = json!({
        "decision": true,
        "context": {
            "reason": "granted",
            "role": "north_agent",
            "through": "group",
            "group": "north_team",
            "scope": ["north"],
            "condition": condition,
            "reason_admin": {"200": words},
        }
    });
    assert_eq!(asked.post(ONE, &edit("north", 12)).await, expected);
}

#[tokio::test]
async fn a_denial_says_why_and_tells_the_user_nothing_of_roles() {
    let (_given, asked) = of_acme();
    let expected = json!({
        "decision": false,
        "context": {
            "reason": "other_divisions",
            "role": "north_agent",
            "reason_admin": {"403": "denied: role `north_agent` grants it only in other divisions"},
            "reason_user": {"403": "You may not do this here."},
        }
    });
    assert_eq!(asked.post(ONE, &view("main")).await, expected);
}

/// What is unknown is a decision, and it is `false`.
#[tokio::test]
async fn unknown_things_are_denied_with_a_reason() {
    let (_given, asked) = of_acme();
    let changed = |pointer: &str, value: Value| {
        let mut request = edit("north", 12);
        *request.pointer_mut(pointer).expect("it is there") = value;
        request
    };
    let object = |id: &str| json!({"type": "object", "id": id, "properties": {"division": "north"}});
    for (request, reason) in [
        (edit("north", 51), "condition_failed"),
        (changed("/context", json!({})), "attribute_missing"),
        (changed("/context", Value::Null), "attribute_missing"),
        (changed("/subject/id", json!("nobody")), "unknown_subject"),
        (changed("/subject/type", json!("machine")), "unknown_subject_type"),
        (changed("/action/name", json!("routing:queue:paint")), "unknown_permission"),
        (changed("/action/name", json!("routing:queue:delete")), "not_granted"),
        (changed("/resource/properties/division", json!("atlantis")), "other_divisions"),
        (changed("/resource/properties", Value::Null), "other_divisions"),
        (changed("/resource", json!({"type": "division", "id": "main"})), "other_divisions"),
        (changed("/resource", object("Scripts/unheard-of")), "unknown_object"),
    ] {
        let answer = asked.post(ONE, &request).await;
        assert_eq!((&answer["decision"], &answer["context"]["reason"]), (&json!(false), &json!(reason)), "{request}");
    }
    for resource in [json!({"type": "division", "id": "north"}), object("Scripts/greeting")] {
        let answer = asked.post(ONE, &changed("/resource", resource)).await;
        assert_eq!(answer["decision"], json!(true), "{answer}");
    }
}

#[tokio::test]
async fn groups_and_roles_are_subjects_too() {
    let (_given, asked) = of_acme();
    for (kind, id, through) in [("group", "north_team", "group"), ("role", "north_agent", "itself")] {
        let mut request = view("north");
        request["subject"] = json!({"type": kind, "id": id});
        assert_eq!(asked.post(ONE, &request).await["context"]["through"], json!(through), "{kind}");
    }
}

#[tokio::test]
async fn what_begins_on_a_day_begins_at_midnight() {
    let (_given, asked) = of_acme();
    let mut request = view("north");
    request["action"] = json!({"name": "routing:skill:view"});
    asked.clock.store(BEFORE, Ordering::Relaxed);
    assert_eq!(asked.post(ONE, &request).await["context"]["reason"], json!("not_granted"));
    asked.clock.store(BEFORE + 1, Ordering::Relaxed);
    let answer = asked.post(ONE, &request).await;
    assert_eq!((&answer["decision"], &answer["context"]["backfill"]), (&json!(true), &json!("skills")), "{answer}");
    assert_eq!(answer["context"]["scope"], json!(["all"]));
}

/// Whoever chooses the day chooses what is enforced: only who runs the service may permit that.
#[tokio::test]
async fn a_day_and_a_region_are_asked_for_only_where_that_is_permitted() {
    let given = given::Given::new(&given::acme("1.4.0", true));
    let mut request = view("north");
    request["action"] = json!({"name": "routing:skill:view"});
    let strict = given::service(&given);
    let own = json!({"day": "2026-03-31", "region": "us-east-1"});
    request["context"] = own;
    assert_eq!(strict.post(ONE, &request).await["decision"], json!(true));
    let lax = given::service_with(&given.loading(), true);
    for (context, reason) in [
        (json!({"day": "2026-03-22"}), "not_granted"),
        (json!({"day": "2026-02-16", "region": "eu-west-1"}), "granted"),
        (json!({"region": "mars-north-1"}), "unknown_region"),
    ] {
        request["context"] = context;
        let refused = strict.post_text(ONE, request.to_string()).await;
        assert_eq!(refused.status, 400, "{request}");
        let several = strict.post_text(MANY, json!({"evaluations": [view("north"), request]}).to_string()).await;
        assert!(several.fault().1.starts_with("`evaluations[1]`: "), "{request}");
        assert_eq!(lax.post(ONE, &request).await["context"]["reason"], json!(reason), "{request}");
    }
}

fn outcomes(answers: &Value) -> Vec<bool> {
    let list = answers["evaluations"].as_array().expect("a list");
    list.iter().map(|answer| answer["decision"].as_bool().expect("a decision")).collect()
}

#[tokio::test]
async fn evaluations_take_what_they_leave_out_from_above() {
    let (_given, asked) = of_acme();
    let mut request = edit("north", 12);
    request["evaluations"] = json!([
        {},
        {"resource": {"type": "division", "id": "main"}},
        {"action": {"name": "routing:queue:view"}, "context": {}},
        {"subject": {"type": "user", "id": "nobody"}},
        {"context": {"attributes": {"Queue.size": 60, "Queue.name": "Sales"}}},
    ]);
    let answers = asked.post(MANY, &request).await;
    assert_eq!(outcomes(&answers), [true, false, true, false, false]);
    assert_eq!(answers.get("decision"), None);
    let reasons = ["granted", "other_divisions", "granted", "unknown_subject", "condition_failed"];
    for (at, reason) in reasons.into_iter().enumerate() {
        assert_eq!(answers["evaluations"][at]["context"]["reason"], json!(reason), "{at}");
    }
}

#[tokio::test]
async fn evaluations_end_where_they_are_told_to() {
    let (_given, asked) = of_acme();
    let list = json!([view("main"), view("north"), view("main"), view("north")]);
    let backwards = json!([view("north"), view("main"), view("north")]);
    for (list, semantic, expected) in [
        (&list, None, &[false, true, false, true][..]),
        (&list, Some("execute_all"), &[false, true, false, true]),
        (&list, Some("deny_on_first_deny"), &[false]),
        (&list, Some("permit_on_first_permit"), &[false, true]),
        (&backwards, Some("deny_on_first_deny"), &[true, false]),
        (&backwards, Some("permit_on_first_permit"), &[true]),
    ] {
        let mut request = json!({ "evaluations": list });
        if let Some(semantic) = semantic {
            request["options"] = json!({"evaluations_semantic": semantic, "other": 1});
        }
        assert_eq!(outcomes(&asked.post(MANY, &request).await), expected, "{request}");
    }
}

#[tokio::test]
async fn without_a_list_it_is_one_evaluation() {
    let (_given, asked) = of_acme();
    let one = asked.post(ONE, &edit("north", 12)).await;
    assert_eq!(asked.post(MANY, &edit("north", 12)).await, one);
    let mut empty = edit("north", 12);
    empty["evaluations"] = json!([]);
    assert_eq!(asked.post(MANY, &empty).await, one);
}

/// A request that is none is refused as a whole, whatever else is in it.
#[tokio::test]
async fn what_is_no_request_is_refused() {
    let (_given, asked) = of_acme();
    let without = |key: &str| {
        let mut request = view("north");
        request.as_object_mut().expect("an object").remove(key);
        request
    };
    let with = |pointer: &str, value: Value| {
        let mut request = edit("north", 12);
        *request.pointer_mut(pointer).expect("it is there") = value;
        request
    };
    for request in [
        without("subject"),
        without("action"),
        without("resource"),
        with("/subject", json!({"type": "user"})),
        with("/subject", json!({"id": "bob@acme.example"})),
        with("/subject", json!(["user", "bob@acme.example"])),
        with("/subject/id", json!(7)),
        with("/action", json!("routing:queue:view")),
        with("/action", json!({})),
        with("/resource", json!({"type": "queue"})),
        with("/resource/properties", json!("north")),
        with("/resource/properties/division", json!(["north"])),
        with("/context", json!("Sales")),
        with("/context/attributes", json!([["Queue.size", 12]])),
        with("/context/attributes/Queue.size", json!(true)),
        with("/context/attributes/Queue.size", json!([12])),
        with("/context/attributes/Queue.size", json!(9_007_199_254_740_992_u64)),
        with("/context/attributes/Queue.size", json!(-9_007_199_254_740_992_i64)),
        with("/context", json!({"day": "2026-02-30"})),
        with("/context", json!({"day": 20_260_216})),
        with("/context", json!({"region": 1})),
        json!([{"type": "user", "id": "bob@acme.example"}, {"name": "a"}, {"type": "queue", "id": "1"}]),
        json!("bob"),
        json!(null),
        json!({}),
    ] {
        assert_eq!(asked.post_text(ONE, request.to_string()).await.fault().0, 400, "{request}");
        let several = json!({"evaluations": [view("north"), request]});
        assert_eq!(asked.post_text(MANY, several.to_string()).await.fault().0, 400, "{several}");
    }
    let many = vec![json!({}); 1001];
    let mut request = view("north");
    request["evaluations"] = json!(many);
    assert_eq!(asked.post_text(MANY, request.to_string()).await.fault().1, "more than 1000 evaluations in one request");
    request["evaluations"] = json!({});
    assert_eq!(asked.post_text(MANY, request.to_string()).await.fault().0, 400);
    request["evaluations"] = json!([{}]);
    request["options"] = json!({"evaluations_semantic": "allow_all"});
    assert_eq!(asked.post_text(MANY, request.to_string()).await.fault().0, 400);
}
