//! The archive for OPA, run by regorus.

use std::io::Read as _;
use std::path::Path;

use regorus::{Engine as Rego, Value};
use rolec_bundle::Document;
use rolec_targets::{LeftOut, Target, emit};
use serde_json::json;

use crate::engine::{Attribute, Engine, Kind, Request, Used};

/// The policy over the data of a document.
pub struct Opa {
    rego: Rego,
}

impl Opa {
    /// Packs a document, unpacks it again, and loads it.
    ///
    /// # Errors
    ///
    /// If any of that fails.
    pub fn new(document: &Document) -> Result<Self, String> {
        let outputs = emit(document, Target::Opa, LeftOut::default()).map_err(|refusals| format!("{refusals:?}"))?;
        let archive = outputs.first().ok_or("no archive")?;
        let mut rego = Rego::new();
        for entry in tar::Archive::new(flate2::read::GzDecoder::new(&*archive.bytes)).entries().map_err(text)? {
            let mut entry = entry.map_err(text)?;
            let path = entry.path().map_err(text)?.display().to_string();
            let mut content = String::new();
            entry.read_to_string(&mut content).map_err(text)?;
            match path.strip_suffix("/data.json") {
                Some(folder) => rego.add_data(Value::from(under(folder, &content)?)).map_err(text)?,
                None if Path::new(&path).extension().is_some_and(|own| own == "rego") => {
                    drop(rego.add_policy(path.clone(), content).map_err(text)?);
                }
                None => {}
            }
        }
        Ok(Self { rego })
    }

    /// The whole answer.
    ///
    /// # Errors
    ///
    /// If the policy fails.
    pub fn answer(&mut self, request: &Request) -> Result<serde_json::Value, String> {
        self.rule("data.rolec.decision", input(request))
    }

    /// Whether somebody may use an endpoint, a topic or a view: the whole answer.
    ///
    /// # Errors
    ///
    /// If the policy fails.
    pub fn reach(&mut self, used: &Used, request: &Request) -> Result<serde_json::Value, String> {
        let mut input = input(request);
        match used {
            Used::Endpoint(method, path) => input["endpoint"] = json!({ "method": method, "path": path }),
            Used::Topic(topic) => input["topic"] = json!(topic),
            Used::View(title) => input["view"] = json!(title),
        }
        self.rule("data.rolec.reach", input)
    }

    fn rule(&mut self, rule: &str, input: serde_json::Value) -> Result<serde_json::Value, String> {
        self.rego.set_input(Value::from(input));
        let answer = self.rego.eval_rule(rule.to_owned()).map_err(text)?;
        serde_json::to_value(answer).map_err(text)
    }
}

impl Engine for Opa {
    fn name(&self) -> &'static str {
        "opa"
    }

    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String> {
        let answer = self.answer(request)?;
        answer["allowed"].as_bool().map(Some).ok_or_else(|| format!("no decision: {answer}"))
    }
}

#[allow(clippy::needless_pass_by_value, reason = "what `map_err` asks for")]
fn text(error: impl ToString) -> String {
    error.to_string()
}

/// Data under the names of the folders that its file is in.
fn under(folder: &str, content: &str) -> Result<serde_json::Value, String> {
    let data: serde_json::Value = serde_json::from_str(content).map_err(text)?;
    Ok(folder.rsplit('/').fold(data, |data, name| json!({ name: data })))
}

/// A request as the policy takes it.
pub fn input(request: &Request) -> serde_json::Value {
    let kind = match request.subject.0 {
        Kind::Group => "group",
        Kind::Role => "role",
        Kind::User => "user",
    };
    let value = |value: &Attribute| match value {
        Attribute::Number(number) => json!(number),
        Attribute::String(text) => json!(text),
    };
    let attributes: serde_json::Map<_, _> = request.attributes.iter().map(|(name, own)| (name.clone(), value(own))).collect();
    let mut input = json!({ kind: request.subject.1, "permission": request.permission, "attributes": attributes });
    let others =
        [("division", &request.division), ("object", &request.object), ("region", &request.region), ("day", &request.day)];
    for (key, value) in others.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
        input[key] = json!(value);
    }
    input
}
