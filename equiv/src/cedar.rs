//! The files for Cedar, run by `cedar-policy`.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicySet, PrincipalConstraint, Schema,
    ValidationMode, Validator,
};
use rolec_bundle::Document;
use rolec_targets::{LeftOut, Target, emit};
use serde_json::json;

use crate::engine::{Attribute, Engine, Kind, Request};
use crate::files::Files;
use crate::moment::{Moments, at_moment};

/// One moment's policies.
pub struct Moment {
    schema: Schema,
    actions: HashSet<EntityUid>,
    entities: Entities,
    all: PolicySet,
    parts: Parts,
}

/// The policies in parts, so that a decision takes those alone that can matter.
struct Parts {
    /// Policies by the principal that they name, and those of any.
    named: BTreeMap<EntityUid, Vec<Policy>>,
    of_any: Vec<Policy>,
    /// What was picked for a principal.
    picked: BTreeMap<EntityUid, PolicySet>,
}

impl Parts {
    fn new(all: &PolicySet) -> Self {
        let mut parts = Self { named: BTreeMap::new(), of_any: Vec::new(), picked: BTreeMap::new() };
        for policy in all.policies() {
            match policy.principal_constraint() {
                PrincipalConstraint::In(uid) | PrincipalConstraint::Eq(uid) => {
                    parts.named.entry(uid).or_default().push(policy.clone());
                }
                _ => parts.of_any.push(policy.clone()),
            }
        }
        parts
    }

    /// The policies that name a principal or one of its ancestors, and those of any.
    fn of(&mut self, principal: &EntityUid, entities: &Entities) -> Result<&PolicySet, String> {
        match self.picked.entry(principal.clone()) {
            Entry::Occupied(own) => Ok(own.into_mut()),
            Entry::Vacant(place) => {
                let ancestors = entities.ancestors(principal).into_iter().flatten();
                let own = ancestors.chain([principal]).filter_map(|uid| self.named.get(uid)).flatten();
                let policies = PolicySet::from_policies(own.chain(&self.of_any).cloned()).map_err(text)?;
                Ok(place.insert(policies))
            }
        }
    }
}

impl Moment {
    /// Loads what the target writes, and has it validated strictly.
    ///
    /// # Errors
    ///
    /// If anything of it is refused or does not validate.
    pub fn new(document: &Document) -> Result<Self, String> {
        Self::load(&Files::new(document, Target::Cedar, LeftOut::default())?)
    }

    fn load(files: &Files) -> Result<Self, String> {
        let schema = Schema::from_json_str(files.text("schema.cedarschema.json")?).map_err(text)?;
        let all = PolicySet::from_str(files.text("policies.cedar")?).map_err(text)?;
        let entities = Entities::from_json_str(files.text("entities.json")?, Some(&schema)).map_err(text)?;
        let validated = Validator::new(schema.clone()).validate(&all, ValidationMode::Strict);
        if !validated.validation_passed() {
            return Err(validated.validation_errors().map(text).collect::<Vec<_>>().join("\n"));
        }
        let (actions, parts) = (schema.actions().cloned().collect(), Parts::new(&all));
        Ok(Self { schema, actions, entities, all, parts })
    }

    /// Decides by the policies that can matter, or by all of them.
    ///
    /// # Errors
    ///
    /// If a request can't be said.
    pub fn decide(&mut self, request: &Request, by_all: bool) -> Result<bool, String> {
        let kind = match request.subject.0 {
            Kind::Group => "Group",
            Kind::Role => "Role",
            Kind::User => "User",
        };
        let action = uid("Action", &request.permission)?;
        if !self.actions.contains(&action) {
            return Ok(false);
        }
        let principal = uid(kind, &request.subject.1)?;
        let resource = uid("Division", request.division.as_deref().unwrap_or_default())?;
        let context = Context::from_json_value(context(request)?, Some((&self.schema, &action))).map_err(text)?;
        let asked = cedar_policy::Request::new(principal.clone(), action, resource, context, Some(&self.schema)).map_err(text)?;
        let policies = if by_all { &self.all } else { self.parts.of(&principal, &self.entities)? };
        Ok(Authorizer::new().is_authorized(&asked, policies, &self.entities).decision() == Decision::Allow)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "what `map_err` asks for")]
fn text(error: impl ToString) -> String {
    error.to_string()
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    Ok(EntityUid::from_type_name_and_id(EntityTypeName::from_str(kind).map_err(text)?, EntityId::new(id)))
}

/// Attributes by their type.
fn context(request: &Request) -> Result<serde_json::Value, String> {
    let (mut strings, mut numbers) = (serde_json::Map::new(), serde_json::Map::new());
    for (name, value) in &request.attributes {
        match value {
            Attribute::String(text) => drop(strings.insert(name.clone(), json!(text))),
            Attribute::Number(number) => drop(numbers.insert(name.clone(), json!(whole(*number).ok_or("no whole number")?))),
        }
    }
    let mut context = json!({ "strings": strings, "numbers": numbers });
    if let Some(object) = &request.object {
        context["object"] = json!({ "__entity": { "type": "Object", "id": object } });
    }
    Ok(context)
}

fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    let whole = number as i64;
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(whole)
}

/// A document's policies, moment by moment.
pub struct Cedar<'d> {
    moments: Moments<'d, Moment>,
    by_all: bool,
}

impl<'d> Cedar<'d> {
    /// Nothing is made until somebody asks. `by_all` decides by the whole of the policies, not by those that can matter.
    pub fn new(document: &'d Document, by_all: bool) -> Self {
        Self { moments: Moments::new(document, Target::Cedar, LeftOut::default(), Moment::load), by_all }
    }
}

impl Engine for Cedar<'_> {
    fn name(&self) -> &'static str {
        if self.by_all { "cedar, all policies" } else { "cedar" }
    }

    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String> {
        let odd = |value: &Attribute| matches!(value, Attribute::Number(number) if whole(*number).is_none());
        if request.attributes.values().any(odd) {
            return Ok(None);
        }
        self.moments.of(request)?.map(|moment| moment.decide(request, self.by_all)).transpose()
    }
}

/// Whether the target refuses a document at its last moment, and why.
pub fn refuses(document: &Document) -> Option<String> {
    let moment = at_moment(document, None, None)?;
    let refusals = emit(&moment, Target::Cedar, LeftOut::default()).err()?;
    Some(refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
