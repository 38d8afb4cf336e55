//! The model: types and their relations, and conditions.

use std::collections::BTreeSet;

use rolec_bundle::Document;
use serde_json::{Map, Value, json};

use super::{Terms, cel, direct};

pub(super) fn json(document: &Document, terms: &BTreeSet<Terms>) -> Value {
    let names: Vec<String> = terms.iter().filter_map(|terms| terms.name()).collect();
    let people = [("group", Some("member")), ("user", None)];
    let holders = [("group", Some("member")), ("role", None), ("user", None)];
    let given = [("application", Some("holder")), ("assignment", Some("holder")), ("role", Some("holder")), ("user", None)];
    let types = [
        plain("application", "holder", &direct(&[("user", None)], &[])),
        plain("assignment", "holder", &direct(&people, &[])),
        plain("group", "member", &direct(&people, &[])),
        permission(),
        plain("role", "holder", &direct(&holders, &[])),
        plain("set", "holder", &direct(&given, &names)),
        json!({ "type": "user" }),
    ];
    let conditions = terms.iter().filter_map(|terms| Some((terms.name()?, condition(document, *terms)?)));
    let conditions: Map<String, Value> = conditions.collect();
    let mut model = json!({ "schema_version": "1.1", "type_definitions": types });
    if !conditions.is_empty() {
        model["conditions"] = Value::Object(conditions);
    }
    model
}

/// A type of one relation that tuples state.
fn plain(kind: &str, relation: &str, related: &Value) -> Value {
    json!({ "type": kind, "relations": { relation: { "this": {} } }, "metadata": { "relations": { relation: related } } })
}

/// Permissions are in sets, and whoever holds such a set may do it.
fn permission() -> Value {
    let holders = json!({ "tupleToUserset": { "tupleset": { "relation": "set" }, "computedUserset": { "relation": "holder" } } });
    json!({
        "type": "permission",
        "relations": { "allowed": holders, "set": { "this": {} } },
        "metadata": { "relations": { "allowed": { "directly_related_user_types": [] }, "set": direct(&[("set", None)], &[]) } },
    })
}

/// What the model says of terms; nothing of those that always hold.
fn condition(document: &Document, terms: Terms) -> Option<Value> {
    let name = terms.name()?;
    let own = terms.condition.map(|id| cel::text(&document.conditions[id as usize]));
    let scope = terms.scoped.then(|| "division in divisions".to_owned());
    let expression = match (scope, own) {
        (Some(scope), Some(own)) => format!("{scope} && ({own})"),
        (scope, own) => scope.or(own)?,
    };
    let mut parameters = Map::new();
    if terms.condition.is_some() {
        let any = json!([{ "type_name": "TYPE_NAME_ANY" }]);
        parameters.insert("attributes".to_owned(), json!({ "type_name": "TYPE_NAME_MAP", "generic_types": any }));
    }
    if terms.scoped {
        let flags = json!([{ "type_name": "TYPE_NAME_BOOL" }]);
        parameters.insert("division".to_owned(), json!({ "type_name": "TYPE_NAME_STRING" }));
        parameters.insert("divisions".to_owned(), json!({ "type_name": "TYPE_NAME_MAP", "generic_types": flags }));
    }
    Some(json!({ "name": name, "expression": expression, "parameters": parameters }))
}
