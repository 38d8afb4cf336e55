//! `OpenAPI` 3 and Swagger 2.0 documents with `x-inin-requires-permissions` → permissions and endpoints.
//!
//! Of several documents that state different requirements for one operation, the one of the highest version
//! decides, and what the others state stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::text::{self, Catalog, Draft, Requirement};
use super::{Document, ImportError, Imported};

const EXPECTED: &str = "an OpenAPI document";

/// The parts of a document that matter here.
#[derive(Deserialize)]
struct Api {
    info: Info,
    #[serde(default, rename = "basePath")]
    base_path: String,
    #[serde(default)]
    servers: Vec<Server>,
    paths: BTreeMap<String, PathItem>,
}

#[derive(Deserialize)]
struct Info {
    title: String,
    version: String,
}

#[derive(Deserialize)]
struct Server {
    url: String,
}

#[derive(Deserialize)]
struct PathItem {
    delete: Option<Operation>,
    get: Option<Operation>,
    head: Option<Operation>,
    options: Option<Operation>,
    patch: Option<Operation>,
    post: Option<Operation>,
    put: Option<Operation>,
    trace: Option<Operation>,
}

impl PathItem {
    fn operations(self) -> impl Iterator<Item = (&'static str, Operation)> {
        let operations = [
            ("DELETE", self.delete),
            ("GET", self.get),
            ("HEAD", self.head),
            ("OPTIONS", self.options),
            ("PATCH", self.patch),
            ("POST", self.post),
            ("PUT", self.put),
            ("TRACE", self.trace),
        ];
        operations.into_iter().filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
    }
}

#[derive(Deserialize)]
struct Operation {
    #[serde(rename = "x-inin-requires-permissions")]
    needs: Option<Needs>,
}

#[derive(Deserialize)]
struct Needs {
    #[serde(rename = "type")]
    kind: Kind,
    permissions: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
enum Kind {
    #[serde(rename = "ANY")]
    Any,
    #[serde(rename = "ALL")]
    All,
}

/// Where a statement comes from. Later versions order after earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    numbers: Vec<u64>,
    version: String,
    title: String,
}

impl Origin {
    fn new(info: Info) -> Self {
        let runs = info.version.split(|char: char| !char.is_ascii_digit()).filter(|run| !run.is_empty());
        let numbers = runs.map(|run| run.parse().unwrap_or(u64::MAX)).collect();
        Self { numbers, version: info.version, title: info.title }
    }

    fn text(&self) -> String {
        format!("{}, version {}", self.title, self.version)
    }
}

/// What one document says of an operation.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    origin: Origin,
    path: String,
    requirement: Requirement,
    remarks: Vec<String>,
}

/// What several documents say together.
#[derive(Default)]
struct Union {
    origins: BTreeSet<Origin>,
    catalog: Catalog,
    /// By the path's shape, in which the names of variables don't matter, and the method.
    operations: BTreeMap<(String, &'static str), BTreeSet<Statement>>,
    notes: BTreeSet<String>,
}

/// Imports the permissions that operations ask for, and the operations as endpoints.
///
/// # Errors
/// When a document is empty, is no `OpenAPI` document in JSON, or has no operations.
pub fn openapi(documents: &[Document]) -> Result<Imported, ImportError> {
    if documents.is_empty() {
        return Err(ImportError::NoDocument);
    }
    let mut union = Union::default();
    for document in documents {
        union.add(document)?;
    }
    Ok(union.finish())
}

impl Union {
    fn add(&mut self, document: &Document) -> Result<(), ImportError> {
        let api: Api = document.json(EXPECTED)?;
        let prefix = self.prefix(&api);
        let origin = Origin::new(api.info);
        self.origins.insert(origin.clone());
        let mut is_empty = true;
        for (path, item) in api.paths {
            let path = format!("{prefix}{path}");
            for (method, operation) in item.operations() {
                is_empty = false;
                let (requirement, remarks) = self.requirement(operation.needs);
                let statement = Statement { origin: origin.clone(), path: path.clone(), requirement, remarks };
                self.operations.entry((shape(&path), method)).or_default().insert(statement);
            }
        }
        if is_empty {
            return Err(ImportError::Nothing { document: document.name.clone(), lacks: "operations" });
        }
        Ok(())
    }

    /// What stands before every path of a document.
    fn prefix(&mut self, api: &Api) -> String {
        let paths: BTreeSet<&str> = api.servers.iter().map(|server| server_path(&server.url)).collect();
        if paths.len() > 1 {
            self.notes.insert(format!("{}: its servers have different paths, and none is written", api.info.title));
        }
        let server = if paths.len() == 1 { paths.first().copied().unwrap_or_default() } else { "" };
        let base = if server.is_empty() { api.base_path.as_str() } else { server };
        base.trim_end_matches('/').to_owned()
    }

    fn requirement(&mut self, needs: Option<Needs>) -> (Requirement, Vec<String>) {
        let mut remarks = Vec::new();
        let Some(needs) = needs else { return (Requirement::Unstated, remarks) };
        if needs.permissions.is_empty() {
            remarks.push("its list of permissions is empty".to_owned());
        }
        let permissions = text::permissions(&needs.permissions, &mut remarks);
        for permission in &permissions {
            self.catalog.declare(permission);
        }
        (Requirement::of(permissions, needs.kind == Kind::All), remarks)
    }

    fn finish(self) -> Imported {
        let mut head = vec!["Imported by `rolec import openapi` from:".to_owned()];
        head.extend(self.origins.iter().map(|origin| format!("  {}", origin.text())));
        let mut draft = Draft::new(&head);
        draft.catalog(&self.catalog);
        let mut endpoints: Vec<_> = self.operations.iter().filter_map(|((_, method), all)| Endpoint::new(method, all)).collect();
        endpoints.sort_by_key(|endpoint| (endpoint.path, endpoint.method));
        for endpoint in endpoints {
            endpoint.write(&mut draft);
        }
        for note in self.notes {
            draft.note(note);
        }
        draft.finish()
    }
}

/// An operation after the documents' statements were weighed.
struct Endpoint<'s> {
    method: &'static str,
    path: &'s str,
    requirement: &'s Requirement,
    remarks: Vec<String>,
}

impl<'s> Endpoint<'s> {
    fn new(method: &'static str, statements: &'s BTreeSet<Statement>) -> Option<Self> {
        let newest = statements.last()?;
        let stated = statements.iter().rev().find(|statement| statement.requirement != Requirement::Unstated);
        let decisive = stated.unwrap_or(newest);
        let mut remarks: Vec<_> = statements.iter().flat_map(|statement| statement.remarks.iter().cloned()).collect();
        if decisive.origin != newest.origin {
            remarks.push(format!("stated only by {}", decisive.origin.text()));
        }
        let others = statements.iter().rev().map(|other| (&other.requirement, other.origin.text()));
        let others = others.filter(|(other, _)| **other != Requirement::Unstated && **other != decisive.requirement);
        remarks.extend(others.map(|(other, origin)| format!("{origin}: {}", other.text())));
        let mut seen = BTreeSet::new();
        remarks.retain(|remark| seen.insert(remark.clone()));
        Some(Self { method, path: &newest.path, requirement: &decisive.requirement, remarks })
    }

    fn write(&self, draft: &mut Draft) {
        draft.counts.endpoints += 1;
        draft.remarks(&format!("{} {}", self.method, self.path), &self.remarks);
        let head = format!("endpoint {} {}", self.method, crate::syntax::ast::Text::literal(self.path));
        draft.surface(&head, self.requirement, false);
    }
}

/// The path of a server's address.
fn server_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| rest[at..].trim_end_matches('/'))
}

/// A path template without the names of its variables.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut inside = false;
    for char in path.chars() {
        inside &= char != '}';
        if !inside {
            shape.push(char);
        }
        inside |= char == '{';
    }
    shape
}
