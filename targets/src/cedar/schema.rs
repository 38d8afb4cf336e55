//! The schema: types of entities, and the permissions as actions.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::document::IdList;
use serde_json::{Map, Value, json};

use super::{ASSIGNED, DIVISION, GROUP, GUARD, Names, OBJECT, OBJECTS, READERS, ROLE, SCOPE, UNCONFIGURED, USER};

pub(super) fn json(names: &Names<'_>) -> Vec<u8> {
    let schema =
        json!({ "": { "commonTypes": { "Context": context(names) }, "entityTypes": types(), "actions": actions(names) } });
    let mut bytes = serde_json::to_vec_pretty(&schema).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// What stands beside a request: the object, and attributes by their type.
fn context(names: &Names<'_>) -> Value {
    let record = |kind: &str| {
        let attribute = |name: &&str| ((*name).to_owned(), json!({ "type": kind, "required": false }));
        let attributes: Map<String, Value> = names.variables().iter().map(attribute).collect();
        json!({ "type": "Record", "attributes": attributes })
    };
    let object = json!({ "type": "Entity", "name": OBJECT, "required": false });
    json!({ "type": "Record", "attributes": { "object": object, "strings": record("String"), "numbers": record("Long") } })
}

fn types() -> Value {
    let readers = json!({ "type": "Record", "attributes": { "readers": { "type": "Entity", "name": READERS } } });
    json!({
        USER: { "memberOfTypes": [ASSIGNED, GROUP, READERS, ROLE, UNCONFIGURED] },
        GROUP: { "memberOfTypes": [ASSIGNED, GROUP, READERS, ROLE] },
        ROLE: {},
        ASSIGNED: {},
        UNCONFIGURED: {},
        READERS: {},
        DIVISION: { "memberOfTypes": [SCOPE] },
        SCOPE: {},
        OBJECT: { "memberOfTypes": [GUARD, OBJECTS.0], "shape": readers },
        GUARD: {},
        OBJECTS.0: {},
    })
}

fn actions(names: &Names<'_>) -> Map<String, Value> {
    let document = names.document();
    let applies = json!({ "principalTypes": [GROUP, ROLE, USER], "resourceTypes": [DIVISION], "context": { "type": "Context" } });
    let mut groups: Vec<Vec<String>> = vec![Vec::new(); document.permissions.len()];
    let mut actions = Map::new();
    let mut group = |name: String, members: &IdList| {
        members.iter().for_each(|id| groups[id as usize].push(name.clone()));
        actions.insert(name, json!({}));
    };
    for (place, set) in names.moment.sets.iter().enumerate() {
        group(names.set(place), set);
    }
    let guards: BTreeSet<u32> = document.objects.iter().flat_map(|object| object.guards.iter()).collect();
    for guard in &guards {
        group(names.guard(*guard), &document.sets[*guard as usize]);
    }
    if !guards.is_empty() {
        let all = guards.iter().flat_map(|guard| document.sets[*guard as usize].iter()).collect();
        group(names.guarded(), &all);
    }
    for (permission, groups) in document.permissions.iter().zip(groups) {
        let member_of: Vec<BTreeMap<&str, String>> = groups.into_iter().map(|id| BTreeMap::from([("id", id)])).collect();
        actions.insert(permission.name.clone(), json!({ "memberOf": member_of, "appliesTo": applies }));
    }
    actions
}
