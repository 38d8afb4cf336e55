//! Bodies for the API of Genesys Cloud.

use rolec_targets::Target;
use serde_json::{Value, json};

use crate::{ACME_AS_OF, NO_OBJECTS, json as file, read, written};

#[test]
fn bodies_name_what_earlier_answers_give() {
    let outputs = written(&read(ACME_AS_OF), Target::Genesys, NO_OBJECTS);
    let requests = file(&outputs, "requests.json");
    let mut given: Vec<String> = Vec::new();
    for request in requests.as_array().expect("a list") {
        let body = request["body"].as_str().expect("a body");
        let text = file(&outputs, body).to_string();
        for kind in ["role", "division"] {
            for rest in text.split(&format!("{{{kind}:")).skip(1) {
                let name = format!("{kind}:{}", rest.split('}').next().expect("a name"));
                // The roles that the platform has itself need not be made.
                assert!(given.contains(&name) || name == "role:supervisor", "{body} names {name}");
            }
        }
        given.extend(request["gives"].as_str().map(str::to_owned));
    }
    assert_eq!(requests.as_array().map(Vec::len), Some(outputs.len() - 1));
}

#[test]
fn a_role_says_its_actions_and_conditions() {
    let outputs = written(&read(ACME_AS_OF), Target::Genesys, NO_OBJECTS);
    let roles = outputs.iter().filter(|own| own.path.starts_with("roles/"));
    let policies: Vec<Value> = roles
        .filter_map(|own| serde_json::from_slice::<Value>(&own.bytes).expect("JSON")["permissionPolicies"].as_array().cloned())
        .flatten()
        .collect();
    let node = json!({
        "conjunction": "AND",
        "terms": [
            {
                "operands": [{ "type": "SCALAR", "value": "Sales" }, { "type": "SCALAR", "value": "Service" }],
                "operator": "IN",
                "variableName": "Queue.name",
            },
            { "operands": [{ "type": "SCALAR", "value": "50" }], "operator": "LE", "variableName": "Queue.size" },
        ],
    });
    let edit = policies.iter().find(|own| own["actionSet"] == json!(["edit"])).expect("a policy");
    assert_eq!((&edit["allowConditions"], &edit["resourceConditionNode"]), (&json!(true), &node));
    assert!(policies.iter().all(|own| !own.to_string().contains('*')));
}
