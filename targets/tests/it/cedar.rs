//! The files for Cedar. What they decide is compared elsewhere, in the real engine.

use rolec_bundle::document::{Condition, Operator, Value};
use rolec_targets::{LeftOut, Target};
use serde_json::json;

use crate::{ACME_AS_OF, read, refused, written};

fn policies(outputs: &[rolec_targets::Output]) -> String {
    let own = outputs.iter().find(|own| own.path == "policies.cedar").expect("policies");
    String::from_utf8(own.bytes.clone()).expect("text")
}

#[test]
fn a_policy_for_each_holder_and_right() {
    let text = policies(&written(&read(ACME_AS_OF), Target::Cedar, LeftOut::default()));
    let condition = "(context.strings has \"Queue.name\" && [\"Sales\", \"Service\"].contains(context.strings[\"Queue.name\"]))";
    assert!(text.contains(condition), "{text}");
    assert!(text.contains("principal in Assigned::\"north_agent@1\""), "{text}");
    assert!(text.contains("unless { principal in context.object.readers };"), "{text}");
    // Of three scopes and conditions, by itself and as it is assigned.
    assert_eq!(text.matches("@role(\"north_agent\")").count(), 6, "{text}");
    assert_eq!(text.matches("@role(\"supervisor\")").count(), 1, "{text}");
}

#[test]
fn entities_have_their_parents() {
    let outputs = written(&read(ACME_AS_OF), Target::Cedar, LeftOut::default());
    let entities = crate::json(&outputs, "entities.json");
    let entity = |kind: &str, id: &str| {
        let uid = json!({ "type": kind, "id": id });
        entities.as_array().expect("a list").iter().find(|own| own["uid"] == uid).cloned().unwrap_or_else(|| panic!("no {uid}"))
    };
    assert_eq!(entity("User", "bob@acme.example")["parents"], json!([{ "type": "Group", "id": "north_team" }]));
    assert_eq!(entity("User", "alice@acme.example")["parents"], json!([{ "type": "Role", "id": "supervisor" }]));
    let group = json!([{ "type": "Assigned", "id": "north_agent@1" }, { "type": "Readers", "id": "0" }]);
    assert_eq!(entity("Group", "north_team")["parents"], group);
    assert_eq!(entity("Object", "Scripts")["attrs"], json!({ "readers": { "__entity": { "type": "Readers", "id": "0" } } }));
}

#[test]
fn numbers_that_are_not_whole_are_refused() {
    let mut document = read(ACME_AS_OF);
    let variable = "Queue.size".to_owned();
    document.conditions[0] = Condition::Compare { operator: Operator::Less, value: Value::Number(0.5), variable };
    let wanted = "`north_agent` holds `routing:queue:edit` on a condition with 0.5, and numbers are whole here; \
                  compare with a whole number";
    assert_eq!(refused(&document, Target::Cedar, LeftOut::default()), [wanted]);
}

#[test]
fn no_group_of_actions_is_called_as_a_permission_is() {
    let mut document = read(ACME_AS_OF);
    document.permissions[0].name = "set#0".to_owned();
    let outputs = written(&document, Target::Cedar, LeftOut::default());
    let actions = crate::json(&outputs, "schema.cedarschema.json")[""]["actions"].clone();
    assert!(actions["set#0"]["appliesTo"].is_object());
    assert!(actions["set##0"]["appliesTo"].is_null() && actions["set##0"].is_object());
    assert!(policies(&outputs).contains("Action::\"set##0\""));
}
