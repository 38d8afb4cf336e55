//! The model and the tuples for `OpenFGA`. What they decide is compared elsewhere.

use rolec_targets::Target;
use serde_json::{Value, json};

use crate::{ACME_AS_OF, CALLBACK, NO_OBJECTS, json as file, read, written};

fn has(tuples: &Value, tuple: &Value) -> bool {
    tuples.as_array().is_some_and(|all| all.contains(tuple))
}

#[test]
fn conditions_become_conditions() {
    let model = file(&written(&read(ACME_AS_OF), Target::Openfga, NO_OBJECTS), "model.json");
    let expression = "division in divisions && ((\"Queue.name\" in attributes && type(attributes[\"Queue.name\"]) == string && \
                      attributes[\"Queue.name\"] == \"Sales\" || \"Queue.name\" in attributes && \
                      type(attributes[\"Queue.name\"]) == string && attributes[\"Queue.name\"] == \"Service\") && \
                      (\"Queue.size\" in attributes && type(attributes[\"Queue.size\"]) == double && \
                      attributes[\"Queue.size\"] <= 50.0))";
    let condition = &model["conditions"]["condition_0_in_divisions"];
    assert_eq!(condition["name"], "condition_0_in_divisions");
    assert_eq!(condition["expression"], expression);
    assert_eq!(condition["parameters"]["divisions"]["type_name"], "TYPE_NAME_MAP");
    assert_eq!(model["schema_version"], "1.1");
}

#[test]
fn tuples_say_who_is_where() {
    let tuples = file(&written(&read(ACME_AS_OF), Target::Openfga, NO_OBJECTS), "tuples.json");
    let plain = |user: &str, relation: &str, object: &str| json!({ "user": user, "relation": relation, "object": object });
    for tuple in [
        plain("user:bob@acme.example", "member", "group:north_team"),
        plain("group:north_team#member", "holder", "assignment:north_agent/1"),
        plain("user:alice@acme.example", "holder", "role:supervisor"),
        plain("role:supervisor", "holder", "role:supervisor"),
    ] {
        assert!(has(&tuples, &tuple), "{tuple}");
    }
    // What ignores divisions holds everywhere, and the rest where the role is assigned.
    let divisions: Vec<&Value> = tuples
        .as_array()
        .expect("a list")
        .iter()
        .filter(|own| own["user"] == "assignment:north_agent/1#holder")
        .map(|own| &own["condition"]["context"]["divisions"])
        .collect();
    assert_eq!(divisions, [&Value::Null, &json!({ "north": true }), &json!({ "north": true })]);
}

/// Words of the language in which people write models: as a name of a relation they can't be read there.
const WORDS: [&str; 8] = ["and", "but", "from", "in", "map", "or", "self", "with"];

#[test]
fn the_model_can_be_shown_to_people() {
    let model = file(&written(&read(ACME_AS_OF), Target::Openfga, NO_OBJECTS), "model.json");
    for own in model["type_definitions"].as_array().expect("types") {
        let relations = own["relations"].as_object().into_iter().flatten().map(|(relation, _)| relation.as_str());
        let mut names = relations.chain(own["type"].as_str());
        assert!(names.all(|name| !WORDS.contains(&name)), "{own}");
    }
}

/// Every tuple is one that the model lets somebody write.
#[test]
fn the_model_has_every_tuple() {
    for bytes in [ACME_AS_OF, CALLBACK] {
        let outputs = written(&read(bytes), Target::Openfga, NO_OBJECTS);
        let (model, tuples) = (file(&outputs, "model.json"), file(&outputs, "tuples.json"));
        for tuple in tuples.as_array().expect("a list") {
            let object = tuple["object"].as_str().expect("an object");
            let (kind, _) = object.split_once(':').expect("a type");
            let own = model["type_definitions"].as_array().expect("types").iter().find(|own| own["type"] == kind);
            let relation = tuple["relation"].as_str().expect("a relation");
            let related = &own.expect("a known type")["metadata"]["relations"][relation]["directly_related_user_types"];
            let (user, through) = tuple["user"].as_str().expect("a user").split_once(':').expect("a type");
            let mut wanted = json!({ "type": user });
            if let Some((_, relation)) = through.split_once('#') {
                wanted["relation"] = json!(relation);
            }
            if let Some(condition) = tuple.get("condition") {
                wanted["condition"] = condition["name"].clone();
                assert!(model["conditions"][condition["name"].as_str().expect("a name")].is_object());
            }
            assert!(has(related, &wanted), "{tuple} in {related}");
        }
    }
}
