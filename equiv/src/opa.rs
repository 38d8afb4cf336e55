//! The archive for OPA, run by regorus or by an OPA.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use regorus::{Engine as Rego, Value};
use rolec_bundle::Document;
use rolec_targets::{LeftOut, Target};
use serde_json::json;
use tempfile::TempDir;

use crate::engine::{Attribute, Engine, Kind, Request, Used};
use crate::files::Files;

/// The policy over the data of a document, run by regorus.
pub struct Regorus {
    rego: Rego,
}

impl Regorus {
    /// Packs a document, unpacks it again, and loads it.
    ///
    /// # Errors
    ///
    /// If any of that fails.
    pub fn new(document: &Document) -> Result<Self, String> {
        let mut rego = Rego::new();
        for entry in tar::Archive::new(flate2::read::GzDecoder::new(&*archive(document)?)).entries().map_err(text)? {
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

impl Engine for Regorus {
    fn name(&self) -> &'static str {
        "regorus"
    }

    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String> {
        let answer = self.answer(request)?;
        answer["allowed"].as_bool().map(Some).ok_or_else(|| format!("no decision: {answer}"))
    }
}

/// The archive that the target writes, and what a program is asked.
const ARCHIVE: &str = "bundle.tar.gz";
const INPUT: &str = "input.json";

/// What a list of requests is asked by. Words that need no import keep it good for every version.
const ALL: &str = "[allowed | request := input[_]; allowed := data.rolec.decision.allowed with input as request]";

/// An OPA: its own program, which evaluates the archive as it is.
pub struct Opa {
    program: PathBuf,
    /// Has the archive, and what is asked.
    folder: TempDir,
}

impl Opa {
    /// Packs a document for a program.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub fn new(document: &Document, program: impl Into<PathBuf>) -> Result<Self, String> {
        let folder = TempDir::new().map_err(text)?;
        std::fs::write(folder.path().join(ARCHIVE), archive(document)?).map_err(text)?;
        Ok(Self { program: program.into(), folder })
    }
}

impl Engine for Opa {
    fn name(&self) -> &'static str {
        "opa"
    }

    fn decide(&mut self, request: &Request) -> Result<Option<bool>, String> {
        self.decide_all(std::slice::from_ref(request)).map(|decisions| decisions.into_iter().next().flatten())
    }

    fn decide_all(&mut self, requests: &[Request]) -> Result<Vec<Option<bool>>, String> {
        let (archive, asked) = (self.folder.path().join(ARCHIVE), self.folder.path().join(INPUT));
        let inputs: Vec<_> = requests.iter().map(input).collect();
        std::fs::write(&asked, serde_json::to_vec(&inputs).map_err(text)?).map_err(text)?;
        let mut command = Command::new(&self.program);
        command.args(["eval", "--format", "raw", ALL, "--bundle"]).arg(archive).arg("--input").arg(asked);
        let run = command.output().map_err(|error| format!("can't run {}: {error}", self.program.display()))?;
        if !run.status.success() {
            return Err(String::from_utf8_lossy(&run.stderr).trim().to_owned());
        }
        let decisions: Vec<bool> = serde_json::from_slice(&run.stdout).map_err(text)?;
        if decisions.len() == requests.len() {
            Ok(decisions.into_iter().map(Some).collect())
        } else {
            Err(format!("{} decisions of {} requests", decisions.len(), requests.len()))
        }
    }
}

/// The archive of a document.
fn archive(document: &Document) -> Result<Vec<u8>, String> {
    Files::new(document, Target::Opa, LeftOut::default())?.bytes(ARCHIVE).map(<[u8]>::to_vec)
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
