//! The model and the tuples for `OpenFGA`: relations are followed by an evaluator of our own, since what they mean is little;
//! conditions are evaluated by a reader of CEL.

use std::collections::{BTreeMap, HashMap};

use cel::{Context, Program, Value};
use rolec_bundle::Document;
use rolec_targets::{LeftOut, Target};
use serde_json::Value as Json;

use crate::engine::{Attribute, Engine, Kind, Request};
use crate::files::Files;
use crate::moment::Moments;

/// How far relations may lead.
const STEPS: u32 = 64;

/// A user, and a condition.
type Tuple = (String, Option<Json>);

/// One moment's model and tuples.
struct Store {
    /// By type and relation: none for tuples, or the relations of the objects that tuples lead to, and theirs.
    relations: BTreeMap<(String, String), Option<(String, String)>>,
    /// By object and relation.
    tuples: BTreeMap<(String, String), Vec<Tuple>>,
    /// The expressions of conditions.
    conditions: BTreeMap<String, Program>,
}

impl Store {
    fn load(files: &Files) -> Result<Self, String> {
        let file =
            |path: &str| -> Result<Json, String> { serde_json::from_str(files.text(path)?).map_err(|error| error.to_string()) };
        let model = file("model.json")?;
        let mut store = Self { relations: BTreeMap::new(), tuples: BTreeMap::new(), conditions: BTreeMap::new() };
        for own in model["type_definitions"].as_array().into_iter().flatten() {
            for (relation, rewrite) in own["relations"].as_object().into_iter().flatten() {
                let leads = &rewrite["tupleToUserset"];
                let leads = leads
                    .is_object()
                    .then(|| (string(&leads["tupleset"]["relation"]), string(&leads["computedUserset"]["relation"])));
                store.relations.insert((string(&own["type"]), relation.clone()), leads);
            }
        }
        for (name, condition) in model["conditions"].as_object().into_iter().flatten() {
            let program = Program::compile(&string(&condition["expression"])).map_err(|error| format!("{name}: {error}"))?;
            store.conditions.insert(name.clone(), program);
        }
        for own in file("tuples.json")?.as_array().into_iter().flatten() {
            let key = (string(&own["object"]), string(&own["relation"]));
            store.tuples.entry(key).or_default().push((string(&own["user"]), own.get("condition").cloned()));
        }
        Ok(store)
    }

    /// Whether a user has a relation to an object.
    fn check(&self, user: &str, relation: &str, object: &str, asked: &Asked<'_>) -> Result<bool, String> {
        let kind = object.split(':').next().unwrap_or_default();
        let rewrite =
            self.relations.get(&(kind.to_owned(), relation.to_owned())).ok_or_else(|| format!("no {kind}#{relation}"))?;
        let deeper = asked.deeper()?;
        let through = rewrite.as_ref().map_or(relation, |(tupleset, _)| tupleset);
        for (own, condition) in self.tuples.get(&(object.to_owned(), through.to_owned())).into_iter().flatten() {
            let leads = match (rewrite, own.split_once('#')) {
                (Some((_, computed)), _) => self.check(user, computed, own, &deeper)?,
                (None, Some((object, relation))) => own == user || self.check(user, relation, object, &deeper)?,
                (None, None) => own == user,
            };
            if leads && self.holds(condition.as_ref(), asked)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What comes with the tuple goes before what comes with the question.
    fn holds(&self, condition: Option<&Json>, asked: &Asked<'_>) -> Result<bool, String> {
        let Some(condition) = condition else { return Ok(true) };
        let name = string(&condition["name"]);
        let program = self.conditions.get(&name).ok_or_else(|| format!("no condition {name}"))?;
        let divisions = condition["context"]["divisions"].as_object().into_iter().flatten();
        let divisions: HashMap<String, Value> = divisions.map(|(name, _)| (name.clone(), Value::Bool(true))).collect();
        let mut context = Context::default();
        context.add_variable_from_value("attributes", asked.attributes.clone());
        context.add_variable_from_value("division", asked.division);
        context.add_variable_from_value("divisions", divisions);
        match program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            other => Err(format!("{name}: {other:?}")),
        }
    }
}

fn string(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What comes with a question.
struct Asked<'a> {
    attributes: &'a HashMap<String, Value>,
    division: &'a str,
    left: u32,
}

impl Asked<'_> {
    fn deeper(&self) -> Result<Self, String> {
        Ok(Self { left: self.left.checked_sub(1).ok_or("relations lead nowhere")?, ..*self })
    }
}

/// A document's tuples, moment by moment.
pub struct Openfga<'d> {
    stores: Moments<'d, Store>,
}

impl<'d> Openfga<'d> {
    /// Nothing is made until somebody asks.
    pub fn new(document: &'d Document) -> Self {
        let left_out = LeftOut { objects: true, old_options: false };
        Self { stores: Moments::new(document, Target::Openfga, left_out, Store::load) }
    }
}

impl Engine for Openfga<'_> {
    fn name(&self) -> &'static str {
        "openfga"
    }

    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String> {
        if request.object.is_some() {
            return Ok(None);
        }
        let value = |value: &Attribute| match value {
            Attribute::Number(number) => Value::from(*number),
            Attribute::String(text) => Value::from(&**text),
        };
        let attributes = request.attributes.iter().map(|(name, own)| (name.clone(), value(own))).collect();
        let asked = Asked { attributes: &attributes, division: request.division.as_deref().unwrap_or_default(), left: STEPS };
        let user = match request.subject.0 {
            Kind::Group => format!("group:{}#member", request.subject.1),
            Kind::Role => format!("role:{}", request.subject.1),
            Kind::User => format!("user:{}", request.subject.1),
        };
        let object = format!("permission:{}", request.permission.replace(':', "/"));
        let Some(store) = self.stores.of(request)? else { return Ok(None) };
        store.check(&user, "allowed", &object, &asked).map(Some)
    }
}
