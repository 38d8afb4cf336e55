//! `OpenFGA`: an authorization model and the tuples of one moment.
//!
//! The model is the same for all projects but for its conditions. A tuple says that whoever holds a role has a set of
//! permissions, if the division is one of some and the document's condition holds; both come with the question.

mod cel;
mod model;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rolec_bundle::Document;
use serde::Serialize;
use serde_json::{Value, json};

use crate::moment::{self, Holder, Moment, Right};
use crate::refusal::{About, Refusal};
use crate::{LeftOut, Output};

/// Writes the model and the tuples.
///
/// # Errors
///
/// What roles gain on days, old options that nobody left out, and who may read objects.
pub(crate) fn emit(document: &Document, left_out: LeftOut) -> Result<Vec<Output>, Vec<Refusal>> {
    let mut refusals = moment::refusals(document);
    for (at, object) in (0..).zip(&document.objects).filter(|_| !left_out.objects) {
        let reason =
            format!("who may read `{}` decides what else may be done on it, which one check can't ask here", object.name);
        refusals.push(Refusal { about: About::Object(at), reason, help: "leave it out with `without = [\"objects\"]`" });
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let moment = Moment::new(document);
    let conditions: BTreeSet<Terms> = moment.rights.values().flatten().map(Terms::of).collect();
    let file = |path: &str, value: &Value| {
        let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
        bytes.push(b'\n');
        Output { path: path.to_owned(), bytes }
    };
    let model = file("model.json", &model::json(document, &conditions));
    let mut bytes = serde_json::to_vec_pretty(&tuples(&moment)).unwrap_or_default();
    bytes.push(b'\n');
    Ok(vec![model, Output { path: "tuples.json".to_owned(), bytes }])
}

/// Under which terms a right is had: a condition of the document, and in some divisions only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Terms {
    condition: Option<u32>,
    scoped: bool,
}

impl Terms {
    fn of(right: &Right) -> Self {
        Self { condition: right.condition, scoped: right.scope.is_some() }
    }

    /// What the model calls them; none is always.
    fn name(self) -> Option<String> {
        match (self.condition, self.scoped) {
            (None, false) => None,
            (None, true) => Some("in_divisions".to_owned()),
            (Some(id), false) => Some(format!("condition_{id}")),
            (Some(id), true) => Some(format!("condition_{id}_in_divisions")),
        }
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Tuple {
    user: String,
    relation: &'static str,
    object: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<TupleCondition>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct TupleCondition {
    name: String,
    context: std::collections::BTreeMap<&'static str, std::collections::BTreeMap<String, bool>>,
}

impl Tuple {
    fn new(user: String, relation: &'static str, object: String) -> Self {
        Self { user, relation, object, condition: None }
    }
}

/// A name as an id: blanks and what separates ids are written as `%` and two digits a byte.
fn id(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_whitespace() || letter.is_control() || matches!(letter, ':' | '#' | '*' | '%' | '/') {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                // Writing to a string does not fail.
                let _ = write!(text, "%{byte:02X}");
            }
        } else {
            text.push(letter);
        }
    }
    text
}

/// A permission as an object: its parts are separated by `/`, since `:` separates ids from types.
fn permission(name: &str) -> String {
    let parts: Vec<String> = name.split(':').map(id).collect();
    format!("permission:{}", parts.join("/"))
}

/// Whoever holds something, as an object.
fn holder(document: &Document, holder: Holder) -> String {
    let role = |at: u32| id(&document.roles[at as usize].name);
    match holder {
        Holder::Role(at) => format!("role:{}", role(at)),
        Holder::Assigned(at, scope) => format!("assignment:{}/{scope}", role(at)),
        Holder::Unconfigured(at) => format!("application:{}", id(&document.applications[at as usize].name)),
        Holder::Apart(at) => format!("user:{}", id(&document.users[at as usize].name)),
    }
}

/// All tuples, each once, in order.
fn tuples(moment: &Moment<'_>) -> BTreeSet<Tuple> {
    let document = moment.document;
    let mut tuples = BTreeSet::new();
    for (place, set) in moment.sets.iter().enumerate() {
        for at in set.iter() {
            let object = permission(&document.permissions[at as usize].name);
            tuples.insert(Tuple::new(format!("set:{place}"), "set", object));
        }
    }
    for (own, rights) in &moment.rights {
        let name = holder(document, *own);
        let user = if matches!(own, Holder::Apart(_)) { name.clone() } else { format!("{name}#holder") };
        tuples.extend(rights.iter().map(|right| right_tuple(moment, &user, right)));
        if let Holder::Role(_) = own {
            tuples.insert(Tuple::new(name.clone(), "holder", name));
        }
    }
    people(moment, &mut tuples);
    tuples
}

fn right_tuple(moment: &Moment<'_>, user: &str, right: &Right) -> Tuple {
    let division = |at: u32| (moment.document.divisions[at as usize].name.clone(), true);
    let divisions = right.scope.map(|scope| moment.scopes.list(scope).iter().map(division).collect());
    let context = divisions.into_iter().map(|divisions| ("divisions", divisions)).collect();
    let condition = Terms::of(right).name().map(|name| TupleCondition { name, context });
    Tuple { condition, ..Tuple::new(user.to_owned(), "holder", format!("set:{}", right.set)) }
}

/// Who is in which groups, and who holds what.
fn people(moment: &Moment<'_>, tuples: &mut BTreeSet<Tuple>) {
    let document = moment.document;
    let group = |at: u32| format!("group:{}", id(&document.groups[at as usize].name));
    for ((own, at), holders) in document.groups.iter().zip(0..).zip(&moment.groups) {
        let members = format!("{}#member", group(at));
        tuples.extend(own.member_of.iter().map(|around| Tuple::new(members.clone(), "member", group(around))));
        tuples.extend(holders.iter().map(|held| Tuple::new(members.clone(), "holder", holder(document, *held))));
    }
    for (user, member) in document.users.iter().zip(&moment.users) {
        let name = format!("user:{}", id(&user.name));
        tuples.extend(member.groups.iter().map(|around| Tuple::new(name.clone(), "member", group(around))));
        let held = member.holders.iter().filter(|held| !matches!(held, Holder::Apart(_)));
        tuples.extend(held.map(|held| Tuple::new(name.clone(), "holder", holder(document, *held))));
    }
}

/// A relation whose tuples may name these, under these conditions.
fn direct(types: &[(&str, Option<&str>)], conditions: &[String]) -> Value {
    let reference = |(kind, relation): &(&str, Option<&str>), condition: Option<&String>| {
        let mut reference = json!({ "type": kind });
        if let Some(relation) = relation {
            reference["relation"] = json!(relation);
        }
        if let Some(condition) = condition {
            reference["condition"] = json!(condition);
        }
        reference
    };
    let of = |own| std::iter::once(reference(own, None)).chain(conditions.iter().map(move |name| reference(own, Some(name))));
    let all: Vec<Value> = types.iter().flat_map(of).collect();
    json!({ "directly_related_user_types": all })
}
