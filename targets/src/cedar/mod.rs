//! Cedar: a schema, the entities and the policies of one moment.
//!
//! Cedar evaluates every policy that it is given. So there is one policy for each holder and right, whose principal is in the
//! holder or is it; whoever decides picks those whose principal is the subject or one of its ancestors, and those of any
//! principal. What a role grants is a group of actions, so that a policy names it in one word.

mod entities;
mod policies;
mod schema;

use rolec_bundle::Document;
use rolec_bundle::document::{Condition, Value};

use crate::conditions::whole;
use crate::moment::{self, Holder, Moment};
use crate::refusal::{About, Refusal};
use crate::{Output, conditions};

/// Writes the three files.
///
/// # Errors
///
/// What roles gain on days, and numbers that Cedar does not have.
pub(crate) fn emit(document: &Document) -> Result<Vec<Output>, Vec<Refusal>> {
    let mut refusals = moment::refusals(document);
    refusals.extend(numbers(document));
    if !refusals.is_empty() {
        refusals.sort_by_key(|refusal| refusal.about);
        return Err(refusals);
    }
    let names = Names::new(Moment::new(document));
    let file = |path: &str, bytes: Vec<u8>| Output { path: path.to_owned(), bytes };
    Ok(vec![
        file("entities.json", entities::json(&names)),
        file("policies.cedar", policies::text(&names).into_bytes()),
        file("schema.cedarschema.json", schema::json(&names)),
    ])
}

/// Conditions with a number that is not whole, or greater than what a float says exactly.
fn numbers(document: &Document) -> Vec<Refusal> {
    let fault = |condition: u32| odd_number(&document.conditions[condition as usize]);
    let refusal = |(role, permission, number): (u32, u32, f64)| {
        let (role_name, name) = (&document.roles[role as usize].name, &document.permissions[permission as usize].name);
        Refusal {
            about: About::Grant { role, permission },
            reason: format!("`{role_name}` holds `{name}` on a condition with {number}, and numbers are whole here"),
            help: "compare with a whole number",
        }
    };
    moment::faulty_conditions(document, fault).into_iter().map(refusal).collect()
}

fn odd_number(condition: &Condition) -> Option<f64> {
    let odd = |value: &Value| match value {
        Value::Number(number) => whole(*number).is_none().then_some(*number),
        Value::String(_) | Value::Variable(_) => None,
    };
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().find_map(odd_number),
        Condition::Compare { value, .. } => odd(value),
        Condition::In { values, .. } => values.iter().find_map(odd),
    }
}

/// The types of entities.
const GROUP: &str = "Group";
const USER: &str = "User";
const ROLE: &str = "Role";
const ASSIGNED: &str = "Assigned";
const UNCONFIGURED: &str = "Unconfigured";
const READERS: &str = "Readers";
const DIVISION: &str = "Division";
const SCOPE: &str = "Scope";
const OBJECT: &str = "Object";
const GUARD: &str = "Guard";
/// What every object is in that the bundle knows.
const OBJECTS: (&str, &str) = ("Objects", "known");

/// A moment, and what its things are called as entities.
struct Names<'d> {
    moment: Moment<'d>,
    /// What the names of groups of actions begin with: no permission's name does.
    prefix: String,
}

/// An entity: its type and its name.
type Uid = (&'static str, String);

impl<'d> Names<'d> {
    fn new(moment: Moment<'d>) -> Self {
        let mut prefix = "set#".to_owned();
        while moment.document.permissions.iter().any(|permission| permission.name.starts_with(&prefix)) {
            prefix.push('#');
        }
        Self { moment, prefix }
    }

    fn document(&self) -> &'d Document {
        self.moment.document
    }

    /// Whoever rights are given to.
    fn holder(&self, holder: Holder) -> Uid {
        let document = self.document();
        let role = |id: u32| &document.roles[id as usize].name;
        match holder {
            Holder::Role(id) => (ROLE, role(id).clone()),
            Holder::Assigned(id, scope) => (ASSIGNED, format!("{}@{scope}", role(id))),
            Holder::Unconfigured(id) => (UNCONFIGURED, document.applications[id as usize].name.clone()),
            Holder::Apart(user) => (USER, document.users[user as usize].name.clone()),
        }
    }

    /// The group of actions of a set of permissions of the moment.
    fn set(&self, place: usize) -> String {
        format!("{}{place}", self.prefix)
    }

    /// The group of actions of a guard: a set of the document.
    fn guard(&self, set: u32) -> String {
        format!("{}guard{set}", self.prefix)
    }

    /// The group of all actions that some object keeps for its readers.
    fn guarded(&self) -> String {
        format!("{}guarded", self.prefix)
    }

    /// The variables of conditions, by name.
    fn variables(&self) -> std::collections::BTreeSet<&'d str> {
        self.document().conditions.iter().flat_map(conditions::variables).collect()
    }
}
