//! The entities: who is in what, and where what is.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::document::{IdList, Readers};
use serde_json::{Value, json};

use super::{DIVISION, GROUP, GUARD, Names, OBJECT, OBJECTS, READERS, SCOPE, USER, Uid};
use crate::moment::{Holder, Interned};

/// Those who are in what, by what they are.
type Parents = BTreeMap<Uid, BTreeSet<Uid>>;

pub(super) fn json(names: &Names<'_>) -> Vec<u8> {
    let document = names.document();
    let mut parents = Parents::new();
    let mut attributes: BTreeMap<Uid, Uid> = BTreeMap::new();
    places(names, &mut parents);
    people(names, &mut parents);
    let readers = readers(names, &mut parents);
    for (object, place) in document.objects.iter().zip(readers) {
        let uid: Uid = (OBJECT, object.name.clone());
        let guards = object.guards.iter().filter(|_| place.is_some()).map(|guard| (GUARD, guard.to_string()));
        let known = (OBJECTS.0, OBJECTS.1.to_owned());
        parents.insert(uid.clone(), guards.chain([known]).collect());
        attributes.insert(uid, (READERS, place.map_or_else(|| "everybody".to_owned(), |place| place.to_string())));
    }
    let above: BTreeSet<Uid> = parents.values().flatten().chain(attributes.values()).cloned().collect();
    for uid in above.into_iter().chain(names.moment.rights.keys().map(|holder| names.holder(*holder))) {
        parents.entry(uid).or_default();
    }
    let entity = |(uid, parents): (&Uid, &BTreeSet<Uid>)| {
        let attrs = attributes.get(uid).map_or_else(|| json!({}), |readers| json!({ "readers": { "__entity": form(readers) } }));
        json!({ "uid": form(uid), "attrs": attrs, "parents": parents.iter().map(form).collect::<Vec<_>>() })
    };
    let all: Vec<Value> = parents.iter().map(entity).collect();
    let mut bytes = serde_json::to_vec(&all).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn form((kind, name): &Uid) -> Value {
    json!({ "type": kind, "id": name })
}

/// Divisions are in the scopes that list them.
fn places(names: &Names<'_>, parents: &mut Parents) {
    let divisions: Vec<Uid> = names.document().divisions.iter().map(|own| (DIVISION, own.name.clone())).collect();
    parents.extend(divisions.iter().map(|uid| (uid.clone(), BTreeSet::new())));
    for (place, scope) in names.moment.scopes.iter().enumerate() {
        for division in scope.iter() {
            parents.entry(divisions[division as usize].clone()).or_default().insert((SCOPE, place.to_string()));
        }
    }
}

/// Users and groups are in groups, in roles and in what is assigned to them.
fn people(names: &Names<'_>, parents: &mut Parents) {
    let document = names.document();
    let group = |id: u32| (GROUP, document.groups[id as usize].name.clone());
    for (own, holders) in document.groups.iter().zip(&names.moment.groups) {
        let held = holders.iter().map(|holder| names.holder(*holder));
        parents.insert((GROUP, own.name.clone()), held.chain(own.member_of.iter().map(group)).collect());
    }
    for (user, member) in document.users.iter().zip(&names.moment.users) {
        // What a user has apart is given to the user itself.
        let held = member.holders.iter().filter(|holder| !matches!(holder, Holder::Apart(_))).map(|holder| names.holder(*holder));
        parents.insert((USER, user.name.clone()), held.chain(member.groups.iter().map(group)).collect());
    }
}

/// Puts the groups that may read into what objects name as their readers, and says which that is for each object; none is
/// everybody.
fn readers(names: &Names<'_>, parents: &mut Parents) -> Vec<Option<usize>> {
    let document = names.document();
    let others = |except: &IdList| (0..).zip(&document.groups).map(|(at, _)| at).filter(|at| !except.contains(*at)).collect();
    let mut lists = Interned::default();
    let place = |object: &rolec_bundle::document::Object| match &object.readers {
        Readers::All => None,
        Readers::AllExcept(except) => Some(lists.place(&others(except))),
        Readers::Groups(groups) => Some(lists.place(groups)),
    };
    let places = document.objects.iter().map(place).collect();
    for (place, list) in lists.iter().enumerate() {
        for group in list.iter() {
            let uid = (GROUP, document.groups[group as usize].name.clone());
            parents.entry(uid).or_default().insert((READERS, place.to_string()));
        }
        let apart = document.users.iter().zip(&names.moment.users);
        for (user, _) in
            apart.filter(|(_, member)| member.reads_as.as_ref().is_some_and(|own| own.iter().any(|id| list.contains(id))))
        {
            parents.entry((USER, user.name.clone())).or_default().insert((READERS, place.to_string()));
        }
    }
    places
}
