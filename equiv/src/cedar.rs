//! The files for Cedar, run by `cedar-policy`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicySet, PrincipalConstraint, Schema,
    ValidationMode, Validator,
};
use rolec_bundle::Document;
use rolec_targets::{LeftOut, Target, emit};
use serde_json::json;

use crate::at_moment;
use crate::engine::{Attribute, Engine, Kind, Request};

/// One moment's policies.
pub struct Moment {
    schema: Schema,
    entities: Entities,
    all: PolicySet,
    /// Policies by the principal that they name, and those of any.
    named: BTreeMap<EntityUid, Vec<Policy>>,
    of_any: Vec<Policy>,
    /// What was picked for a principal.
    picked: BTreeMap<EntityUid, PolicySet>,
}

impl Moment {
    /// Loads what the target writes, and has it validated strictly.
    ///
    /// # Errors
    ///
    /// If anything of it is refused or does not validate.
    pub fn new(document: &Document) -> Result<Self, String> {
        let outputs = emit(document, Target::Cedar, LeftOut::default()).map_err(|refusals| format!("{refusals:?}"))?;
        let file = |path: &str| {
            let own = outputs.iter().find(|own| own.path == path).ok_or_else(|| format!("no {path}"))?;
            String::from_utf8(own.bytes.clone()).map_err(text)
        };
        let schema = Schema::from_json_str(&file("schema.cedarschema.json")?).map_err(text)?;
        let all = PolicySet::from_str(&file("policies.cedar")?).map_err(text)?;
        let entities = Entities::from_json_str(&file("entities.json")?, Some(&schema)).map_err(text)?;
        let validated = Validator::new(schema.clone()).validate(&all, ValidationMode::Strict);
        if !validated.validation_passed() {
            return Err(validated.validation_errors().map(text).collect::<Vec<_>>().join("\n"));
        }
        let (mut named, mut of_any): (BTreeMap<EntityUid, Vec<Policy>>, _) = (BTreeMap::new(), Vec::new());
        for policy in all.policies() {
            match policy.principal_constraint() {
                PrincipalConstraint::In(uid) | PrincipalConstraint::Eq(uid) => named.entry(uid).or_default().push(policy.clone()),
                _ => of_any.push(policy.clone()),
            }
        }
        Ok(Self { schema, entities, all, named, of_any, picked: BTreeMap::new() })
    }

    /// The policies that can matter to a principal.
    fn pick(&mut self, principal: &EntityUid) -> Result<PolicySet, String> {
        let Self { entities, named, of_any, picked, .. } = self;
        match picked.entry(principal.clone()) {
            Entry::Occupied(own) => Ok(own.get().clone()),
            Entry::Vacant(place) => {
                let ancestors = entities.ancestors(principal).into_iter().flatten();
                let own = ancestors.chain([principal]).filter_map(|uid| named.get(uid)).flatten();
                let policies = PolicySet::from_policies(own.chain(&*of_any).cloned()).map_err(text)?;
                Ok(place.insert(policies).clone())
            }
        }
    }

    /// Decides by the policies that can matter, or by all of them.
    ///
    /// # Errors
    ///
    /// If a request can't be said, or the whole and the part differ.
    pub fn decide(&mut self, request: &Request, by_all: bool) -> Result<bool, String> {
        let kind = match request.subject.0 {
            Kind::Group => "Group",
            Kind::Role => "Role",
            Kind::User => "User",
        };
        let action = uid("Action", &request.permission)?;
        if !self.schema.actions().any(|own| *own == action) {
            return Ok(false);
        }
        let principal = uid(kind, &request.subject.1)?;
        let resource = uid("Division", request.division.as_deref().unwrap_or_default())?;
        let context = Context::from_json_value(context(request)?, Some((&self.schema, &action))).map_err(text)?;
        let asked = cedar_policy::Request::new(principal.clone(), action, resource, context, Some(&self.schema)).map_err(text)?;
        let policies = if by_all { self.all.clone() } else { self.pick(&principal)? };
        Ok(Authorizer::new().is_authorized(&asked, &policies, &self.entities).decision() == Decision::Allow)
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
    document: &'d Document,
    moments: BTreeMap<(Option<String>, Option<String>), Option<Moment>>,
    by_all: bool,
}

impl<'d> Cedar<'d> {
    /// Nothing is made until somebody asks. `by_all` decides by the whole of the policies, not by those that can matter.
    pub fn new(document: &'d Document, by_all: bool) -> Self {
        Self { document, moments: BTreeMap::new(), by_all }
    }

    fn moment(&mut self, request: &Request) -> Result<Option<&mut Moment>, String> {
        let Self { document, moments, .. } = self;
        match moments.entry((request.region.clone(), request.day.clone())) {
            Entry::Occupied(own) => Ok(own.into_mut().as_mut()),
            Entry::Vacant(place) => {
                let document = at_moment(document, request.region.as_deref(), request.day.as_deref());
                let moment = document.map(|document| Moment::new(&document)).transpose()?;
                Ok(place.insert(moment).as_mut())
            }
        }
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
        let by_all = self.by_all;
        match self.moment(request)? {
            Some(moment) => moment.decide(request, by_all).map(Some),
            // No bundle is made for such a moment.
            None => Ok(None),
        }
    }
}

/// Whether the target refuses a document at its last moment, and why.
pub fn refuses(document: &Document) -> Option<String> {
    let moment = at_moment(document, None, None)?;
    let refusals = emit(&moment, Target::Cedar, LeftOut::default()).err()?;
    Some(refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
