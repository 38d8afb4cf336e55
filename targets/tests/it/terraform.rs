//! Terraform: its form, and that its roles and assignments give what the document gives.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use proptest::prelude::*;
use rolec_bundle::Document;
use rolec_bundle::document::{Assignment, Awareness, Condition, Operator, Scope, Value as Operand};
use rolec_targets::{LeftOut, Output, Target, emit};
use serde_json::{Value, json};

use crate::{ACME_AS_OF, CALLBACK, NO_OBJECTS, generate, read, refused, stock, written};

const PLAIN: generate::Wishes = generate::Wishes { gains: false, beyond_roles: false, nested: false };

fn conforms(outputs: &[Output]) {
    let schema: Value = serde_json::from_slice(include_bytes!("../../schema/terraform.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for output in outputs {
        let value: Value = serde_json::from_slice(&output.bytes).expect("JSON");
        let faults: Vec<String> =
            validator.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", output.path);
    }
}

#[test]
fn files_are_as_the_provider_takes_them() {
    for bytes in [ACME_AS_OF, CALLBACK] {
        let outputs = written(&read(bytes), Target::Terraform, NO_OBJECTS);
        let paths: Vec<&str> = outputs.iter().map(|own| &*own.path).collect();
        assert_eq!(paths, ["assignments.tf.json", "divisions.tf.json", "provider.tf.json", "roles.tf.json"]);
        conforms(&outputs);
    }
}

/// A document of nothing that the platform keeps.
fn empty() -> Document {
    let mut document = read(ACME_AS_OF);
    document.divisions.clear();
    document.groups.clear();
    document.roles.clear();
    document.users.clear();
    document
}

/// Terraform refuses a block without a label: of what there is nothing, nothing is written.
#[test]
fn nothing_is_written_of_what_is_not_there() {
    let outputs = written(&empty(), Target::Terraform, NO_OBJECTS);
    conforms(&outputs);
    for path in ["assignments.tf.json", "divisions.tf.json", "roles.tf.json"] {
        assert_eq!(crate::json(&outputs, path), json!({}), "{path}");
    }
}

#[test]
fn a_condition_within_a_condition_is_refused() {
    let mut document = read(ACME_AS_OF);
    let inner = document.conditions[0].clone();
    document.conditions[0] = Condition::Or(vec![inner.clone(), inner]);
    let wanted = "`north_agent` holds `routing:queue:edit` on a condition within a condition, and the provider knows one level; \
                  write it with `and` alone or `or` alone";
    assert_eq!(refused(&document, Target::Terraform, NO_OBJECTS), [wanted]);
}

#[test]
fn text_begins_no_template() {
    let mut document = read(ACME_AS_OF);
    document.divisions[0].title = Some("${north} %{if}".to_owned());
    let outputs = written(&document, Target::Terraform, NO_OBJECTS);
    let divisions = crate::json(&outputs, "divisions.tf.json");
    assert_eq!(divisions["resource"]["genesyscloud_auth_division"]["main"]["name"], "$${north} %%{if}");
}

/// What Terraform itself finds wrong with a configuration, if it is there.
fn faults(outputs: &[Output]) -> Option<Vec<String>> {
    let folder = tempfile::TempDir::new().expect("a folder");
    for output in outputs {
        std::fs::write(folder.path().join(&output.path), &output.bytes).expect("a file");
    }
    let mut terraform = Command::new("terraform");
    terraform.args(["validate", "-json"]).current_dir(&folder).env("CHECKPOINT_DISABLE", "1").env_remove("TF_CLI_CONFIG_FILE");
    let run = stock::run(&mut terraform, "it was not asked")?;
    let answer: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let found = answer["diagnostics"].as_array().expect("diagnostics").iter();
    Some(found.map(|own| own["summary"].as_str().expect("a summary").to_owned()).collect())
}

/// Terraform reads everything before it looks for the provider, which is not there.
#[test]
fn terraform_takes_it_up_to_the_provider() {
    for document in [read(ACME_AS_OF), read(CALLBACK), empty()] {
        let mut outputs = written(&document, Target::Terraform, NO_OBJECTS);
        let Some(found) = faults(&outputs) else { return };
        assert_eq!(found, ["Missing required provider"]);
        outputs[0].bytes = b"{ \"resource\": {} }".to_vec();
        assert_eq!(faults(&outputs).expect("Terraform")[..1], ["Missing block label"]);
    }
}

/// A permission, a division or what lies beyond all that are known, and under which condition.
type Access = BTreeSet<(String, Option<u32>, String)>;

/// What assignments give by the document.
fn by_document(document: &Document, assigned: &[Assignment]) -> Access {
    let mut access = Access::new();
    let covers = |scope: u32, division: Option<u32>| match &document.scopes[scope as usize] {
        Scope::All => true,
        Scope::Divisions(list) => division.is_some_and(|division| list.contains(division)),
    };
    let places = || (0..).zip(&document.divisions).map(|(id, _)| Some(id)).chain([None]);
    for Assignment(role, within) in assigned {
        for grant in &document.roles[*role as usize].grants {
            let condition = grant.condition.map_or_else(String::new, |id| block(&document.conditions[id as usize]).to_string());
            for id in document.sets[grant.set as usize].iter() {
                let permission = &document.permissions[id as usize];
                let unaware = permission.awareness == Awareness::DivisionUnaware;
                let held = places().filter(|place| unaware || (covers(*within, *place) && covers(grant.scope, *place)));
                access.extend(held.map(|place| (permission.name.clone(), place, condition.clone())));
            }
        }
    }
    access
}

/// A condition as the provider's block.
fn block(condition: &Condition) -> Value {
    let operand = |value: &Operand| match value {
        Operand::String(text) => json!({ "type": "SCALAR", "value": text }),
        Operand::Number(number) => json!({ "type": "SCALAR", "value": format!("{number}") }),
        Operand::Variable(name) => json!({ "type": "VARIABLE", "value": name }),
    };
    let term = match condition {
        Condition::Compare { operator, value, variable } => {
            let operator = match operator {
                Operator::Equal => "EQ",
                Operator::Less => "LT",
                Operator::LessOrEqual => "LE",
                Operator::Greater => "GT",
                Operator::GreaterOrEqual => "GE",
            };
            json!({ "operands": [operand(value)], "operator": operator, "variable_name": variable })
        }
        Condition::In { values, variable } => {
            json!({ "operands": values.iter().map(operand).collect::<Vec<_>>(), "operator": "IN", "variable_name": variable })
        }
        Condition::And(_) | Condition::Or(_) => panic!("a condition of one level"),
    };
    json!([{ "conjunction": "AND", "terms": [term] }])
}

/// The resource that a reference names: `${kind.label.id}`.
fn label<'v>(reference: &'v str, kind: &str) -> &'v str {
    let inner = reference.strip_prefix("${").and_then(|own| own.strip_suffix(".id}")).expect("a reference");
    inner.strip_prefix(kind).and_then(|own| own.strip_prefix('.')).unwrap_or_else(|| panic!("{reference} of {kind}"))
}

/// What somebody's roles on the platform give: actions in the divisions of the assignment, and what ignores divisions everywhere.
fn by_terraform(document: &Document, outputs: &[Output], kind: &str, subject: &str) -> Access {
    let (roles, assignments) = (crate::json(outputs, "roles.tf.json"), crate::json(outputs, "assignments.tf.json"));
    let divisions: BTreeMap<&str, u32> = document.divisions.iter().zip(0..).map(|(own, id)| (&*own.name, id)).collect();
    let mut access = Access::new();
    let blocks = assignments["resource"][kind][subject]["roles"].as_array().cloned().unwrap_or_default();
    for own in blocks {
        let role = &roles["resource"]["genesyscloud_auth_role"]
            [label(own["role_id"].as_str().expect("an id"), "genesyscloud_auth_role")];
        let mut places: BTreeSet<Option<u32>> = BTreeSet::new();
        for id in own["division_ids"].as_array().expect("divisions") {
            match id.as_str().expect("an id") {
                "*" => places.extend(divisions.values().map(|id| Some(*id)).chain([None])),
                id => places.extend([Some(divisions[label(id, "genesyscloud_auth_division")])]),
            }
        }
        for (name, condition) in held(role) {
            let unaware = document.permissions.iter().any(|own| own.name == name && own.awareness == Awareness::DivisionUnaware);
            let everywhere = divisions.values().map(|id| Some(*id)).chain([None]).filter(|_| unaware);
            access.extend(places.iter().copied().chain(everywhere).map(|place| (name.clone(), place, condition.clone())));
        }
    }
    access
}

/// The permissions of a role, each with its condition.
fn held(role: &Value) -> Vec<(String, String)> {
    let mut held = Vec::new();
    for word in role["permissions"].as_array().into_iter().flatten() {
        held.push((word.as_str().expect("a word").to_owned(), String::new()));
    }
    for policy in role["permission_policies"].as_array().into_iter().flatten() {
        let condition = policy.get("conditions").map_or_else(String::new, Value::to_string);
        for action in policy["action_set"].as_array().expect("actions") {
            let parts = [&policy["domain"], &policy["entity_name"], action].map(|part| part.as_str().expect("a word"));
            assert!(!parts.contains(&"*"));
            held.push((parts.join(":"), condition.clone()));
        }
    }
    held
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// A role whose grants differ in scope becomes several, whose assignments together give what it gives.
    #[test]
    fn assignments_give_what_the_document_gives(tape in prop::collection::vec(any::<u16>(), 0..400)) {
        let document = generate::document(&tape, PLAIN);
        let Ok(outputs) = emit(&document, Target::Terraform, LeftOut::default()) else { return Ok(()) };
        conforms(&outputs);
        for group in &document.groups {
            let around = group.member_of.iter().flat_map(|id| &document.groups[id as usize].assigned);
            let assigned: Vec<Assignment> = group.assigned.iter().chain(around).copied().collect();
            let access = by_terraform(&document, &outputs, "genesyscloud_group_roles", &group.name);
            prop_assert_eq!(access, by_document(&document, &assigned), "{}", &group.name);
        }
        for user in &document.users {
            let label = user.name.replace(['@', '.'], "_");
            let access = by_terraform(&document, &outputs, "genesyscloud_user_roles", &label);
            prop_assert_eq!(access, by_document(&document, &user.assigned), "{}", &user.name);
        }
    }
}

#[test]
fn an_assignment_that_leaves_only_what_ignores_divisions_is_refused() {
    let mut document = read(ACME_AS_OF);
    let (main, skill) = (rolec_bundle::document::IdList::from_iter([0]), rolec_bundle::document::IdList::from_iter([2, 3]));
    document.scopes.push(Scope::Divisions(main));
    document.sets.push(skill);
    let agent = document.roles.iter().position(|own| own.name == "north_agent").expect("a role");
    let (set, scope) = (document.sets.len() - 1, document.scopes.len() - 1);
    let id = |at: usize| u32::try_from(at).expect("a small number");
    // In the north it looks at queues, and everywhere at skills; and it is assigned in the main division.
    document.roles[agent].grants = vec![rolec_bundle::document::Grant { set: id(set), scope: 1, condition: None }];
    document.groups[0].assigned = vec![Assignment(id(agent), id(scope))];
    let wanted = "`north_agent` is assigned in main, where nothing but what ignores divisions is left of it; \
                  assign a role of its own there";
    assert_eq!(refused(&document, Target::Terraform, NO_OBJECTS), [wanted]);
}
