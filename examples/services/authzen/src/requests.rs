//! What is asked: the requests of the standard as values. Keys that it does not name are passed over, as it says; what it names
//! has to be there and to be of its kind, or the request is none.

use std::fmt;

use rolec_bundle::{Attributes, Day, Value};
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// The most evaluations of one request.
pub const EVALUATIONS: usize = 1000;

type Object = Map<String, serde_json::Value>;

/// What else an object has. Its being there makes serde take objects alone, where it would take a list for one too.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Others {}

/// Who asks.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Subject {
    /// `user`, `group` or `role`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name.
    pub id: String,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// What for.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Action {
    /// The permission.
    pub name: String,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// On what.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Resource {
    /// `division`, `object`, or whatever the caller calls what it has.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the division, the path of the object, or whatever names it.
    pub id: String,
    /// With the `division`, if it is in one.
    #[serde(default)]
    pub properties: Option<Object>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// A kind of subject or resource that is searched for. An `id` does not count.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Kind {
    /// Which kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// With the `division` that objects are in.
    #[serde(default)]
    pub properties: Option<Object>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// `POST /access/v1/evaluation`, or one of several evaluations, whose parts may be left out where there are defaults.
#[derive(Debug, Clone, Deserialize)]
pub struct Evaluation {
    /// Who asks.
    pub subject: Option<Subject>,
    /// What for.
    pub action: Option<Action>,
    /// On what.
    pub resource: Option<Resource>,
    /// What conditions ask for, and more.
    pub context: Option<Object>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// `POST /access/v1/evaluations`.
#[derive(Debug, Clone, Deserialize)]
pub struct Evaluations {
    /// What counts where an evaluation does not say.
    #[serde(flatten)]
    pub defaults: Evaluation,
    /// The evaluations.
    #[serde(default)]
    pub evaluations: Vec<Evaluation>,
    /// How they are gone through.
    #[serde(default)]
    pub options: Options,
}

/// How evaluations are gone through.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Options {
    /// Until when.
    #[serde(default)]
    pub evaluations_semantic: Semantic,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// Until when evaluations are gone through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Semantic {
    /// To the end.
    #[default]
    ExecuteAll,
    /// To the first that is denied.
    DenyOnFirstDeny,
    /// To the first that is permitted.
    PermitOnFirstPermit,
}

/// `POST /access/v1/search/subject`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct SubjectSearch {
    /// Whom to find.
    pub subject: Kind,
    /// Who may do what.
    pub action: Action,
    /// On what.
    pub resource: Resource,
    /// What conditions ask for, and more.
    pub context: Option<Object>,
    /// Which part of what is found.
    #[serde(skip_serializing)]
    pub page: Option<Page>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// `POST /access/v1/search/resource`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct ResourceSearch {
    /// Who asks.
    pub subject: Subject,
    /// What for.
    pub action: Action,
    /// What to find.
    pub resource: Kind,
    /// What conditions ask for, and more.
    pub context: Option<Object>,
    /// Which part of what is found.
    #[serde(skip_serializing)]
    pub page: Option<Page>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// `POST /access/v1/search/action`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct ActionSearch {
    /// Who asks.
    pub subject: Subject,
    /// On what.
    pub resource: Resource,
    /// What conditions ask for, and more.
    pub context: Option<Object>,
    /// Which part of what is found.
    #[serde(skip_serializing)]
    pub page: Option<Page>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// Which part of what is found.
#[derive(Debug, Clone, Deserialize)]
pub struct Page {
    /// The `next_token` of the page before.
    pub token: Option<String>,
    /// How many at most.
    pub limit: Option<u64>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The status of HTTP.
    pub status: u16,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    /// A fault of a status.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// It is no request.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.status, self.message)
    }
}

/// What is asked about one subject, permission and resource, with nothing left out.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'r> {
    /// Who asks.
    pub subject: &'r Subject,
    /// What for.
    pub action: &'r Action,
    /// On what.
    pub resource: &'r Resource,
    /// What conditions ask for, and more.
    pub context: Option<&'r Object>,
}

impl Evaluation {
    /// All of it, with defaults for what it leaves out.
    ///
    /// # Errors
    ///
    /// If something is left out all the same.
    pub fn whole<'r>(&'r self, defaults: &'r Self) -> Result<Whole<'r>, Fault> {
        let missing = |what: &'static str| move || Fault::malformed(format!("`{what}` is missing"));
        Ok(Whole {
            subject: self.subject.as_ref().or(defaults.subject.as_ref()).ok_or_else(missing("subject"))?,
            action: self.action.as_ref().or(defaults.action.as_ref()).ok_or_else(missing("action"))?,
            resource: self.resource.as_ref().or(defaults.resource.as_ref()).ok_or_else(missing("resource"))?,
            context: self.context.as_ref().or(defaults.context.as_ref()),
        })
    }
}

/// The division that the properties of a resource name.
///
/// # Errors
///
/// If it is no string.
pub fn division(properties: Option<&Object>) -> Result<Option<&str>, Fault> {
    match properties.and_then(|properties| properties.get("division")) {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(name)) => Ok(Some(name)),
        Some(_) => Err(Fault::malformed("`resource.properties.division` is no string")),
    }
}

/// The number, unless it is whole and too large to be told from the next one.
fn exact(number: &serde_json::Number) -> Option<f64> {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    number.as_f64().filter(|own| number.is_f64() || own.abs() <= LARGEST)
}

/// What the service takes of a context; all else in it is passed over.
#[derive(Debug, Default)]
pub struct Context<'r> {
    attributes: Vec<(&'r str, Value<'r>)>,
    /// For which day it asks.
    pub day: Option<Day>,
    /// For which region it asks.
    pub region: Option<&'r str>,
}

impl<'r> Context<'r> {
    /// Reads a context.
    ///
    /// # Errors
    ///
    /// If something in it is not of its kind.
    pub fn read(context: Option<&'r Object>) -> Result<Self, Fault> {
        let get = |key: &str| context.and_then(|context| context.get(key)).filter(|value| !value.is_null());
        let string = |key: &str| {
            let text = |value: &'r serde_json::Value| {
                value.as_str().ok_or_else(|| Fault::malformed(format!("`context.{key}` is no string")))
            };
            get(key).map(text).transpose()
        };
        let day = string("day")?.map(str::parse).transpose();
        let mut read = Self {
            attributes: Vec::new(),
            day: day.map_err(|error| Fault::malformed(format!("`context.day`: {error}")))?,
            region: string("region")?,
        };
        let Some(attributes) = get("attributes") else { return Ok(read) };
        let object = attributes.as_object().ok_or_else(|| Fault::malformed("`context.attributes` is no object"))?;
        for (name, value) in object {
            let value = match value {
                serde_json::Value::String(text) => Some(Value::String(text)),
                serde_json::Value::Number(number) => exact(number).map(Value::Number),
                _ => None,
            };
            let wrong = || Fault::malformed(format!("`context.attributes[\"{name}\"]` is neither a string nor a number"));
            read.attributes.push((name, value.ok_or_else(wrong)?));
        }
        Ok(read)
    }

    /// What conditions ask for.
    pub fn attributes(&self) -> Attributes<'_> {
        &self.attributes
    }
}
