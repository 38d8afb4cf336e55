//! Bodies for the API of Genesys Cloud, and the requests that take them in order.
//!
//! The platform gives ids of its own to what is created, which no bundle knows. So a body names what it refers to, as
//! `{role:NAME}`, `{division:NAME}`, `{user:NAME}` and `{group:NAME}`; whoever sends the requests puts the ids there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rolec_bundle::Document;
use rolec_bundle::document::Condition;
use serde::Serialize;

use crate::platform::{self, Assigned, Platform, PlatformRole, Policy, RoleRef, Subject};
use crate::refusal::Refusal;
use crate::{LeftOut, Output};

/// Writes the bodies.
///
/// # Errors
///
/// What the platform has no words for.
pub(crate) fn emit(document: &Document, left_out: LeftOut) -> Result<Vec<Output>, Vec<Refusal>> {
    let platform = Platform::new(document);
    let refusals = platform.refusals(left_out);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut requests = Requests::default();
    for division in &document.divisions {
        let name = division.title.as_deref().unwrap_or(&division.name);
        let body = Division { description: name, home: division.home, name };
        requests.add(format!("divisions/{}.json", division.name), &body, division_request(division));
    }
    for role in &platform.roles {
        requests.add(format!("roles/{}.json", role.key), &Role::new(document, role), role_request(role));
    }
    for (subject, assigned) in platform.subjects() {
        let (kind, name) = match subject {
            Subject::Group(at) => ("group", &document.groups[at].name),
            Subject::User(at) => ("user", &document.users[at].name),
        };
        let path = format!("/api/v2/authorization/subjects/{{{kind}:{name}}}/bulkreplace");
        let request = Request { gives: None, body: String::new(), method: "POST", path };
        let grants = grants(document, &platform, assigned);
        requests.add(format!("{kind}s/{}.json", file_name(name)), &Grants { grants }, request);
    }
    Ok(requests.finish())
}

/// A request, in order of which they must be sent.
#[derive(Serialize)]
struct Request {
    /// What its answer's id is called in later bodies.
    #[serde(skip_serializing_if = "Option::is_none")]
    gives: Option<String>,
    body: String,
    method: &'static str,
    path: String,
}

#[derive(Default)]
struct Requests {
    outputs: Vec<Output>,
    requests: Vec<Request>,
}

impl Requests {
    fn add(&mut self, path: String, body: &impl Serialize, request: Request) {
        self.outputs.push(output(&path, body));
        self.requests.push(Request { body: path, ..request });
    }

    fn finish(mut self) -> Vec<Output> {
        self.outputs.push(output("requests.json", &self.requests));
        self.outputs.sort_by(|a, b| a.path.cmp(&b.path));
        self.outputs
    }
}

/// A name as a file's: what no file system minds stays, and the rest is written as `%` and two digits a byte.
fn file_name(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@' | b'+') {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn output(path: &str, body: &impl Serialize) -> Output {
    // None of these forms has anything that JSON can't say.
    let mut bytes = serde_json::to_vec_pretty(body).unwrap_or_default();
    bytes.push(b'\n');
    Output { path: path.to_owned(), bytes }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Division<'d> {
    description: &'d str,
    #[serde(rename = "homeDivision", skip_serializing_if = "std::ops::Not::not")]
    home: bool,
    name: &'d str,
}

/// The home division is there already, and is renamed at most.
fn division_request(division: &rolec_bundle::document::Division) -> Request {
    let (gives, body) = (Some(format!("division:{}", division.name)), String::new());
    if division.home {
        let path = format!("/api/v2/authorization/divisions/{{division:{}}}", division.name);
        return Request { gives, body, method: "PUT", path };
    }
    Request { gives, body, method: "POST", path: "/api/v2/authorization/divisions".to_owned() }
}

fn role_request(role: &PlatformRole<'_>) -> Request {
    let (gives, body) = (Some(format!("role:{}", role.key)), String::new());
    if role.role.edited {
        let path = format!("/api/v2/authorization/roles/{{role:{}}}", role.key);
        return Request { gives, body, method: "PUT", path };
    }
    Request { gives, body, method: "POST", path: "/api/v2/authorization/roles".to_owned() }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Role<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    default_role_id: Option<&'d str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    name: &'d str,
    permission_policies: Vec<PolicyBody<'d>>,
    permissions: &'d [&'d str],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyBody<'d> {
    action_set: &'d [&'d str],
    allow_conditions: bool,
    domain: &'d str,
    entity_name: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_condition_node: Option<Node>,
}

impl<'d> Role<'d> {
    fn new(document: &'d Document, role: &'d PlatformRole<'d>) -> Self {
        let policy = |policy: &'d Policy<'d>| {
            let condition = policy.condition.map(|condition| &document.conditions[condition as usize]);
            PolicyBody {
                action_set: &policy.actions,
                allow_conditions: condition.is_some(),
                domain: policy.domain,
                entity_name: policy.entity,
                resource_condition_node: condition.map(node),
            }
        };
        Self {
            default_role_id: role.role.edited.then_some(&*role.role.name),
            description: role.description(document),
            name: &role.title,
            permission_policies: role.policies.iter().map(policy).collect(),
            permissions: &role.legacy,
        }
    }
}

/// A condition: a comparison, or several of them joined.
#[derive(Serialize)]
#[serde(untagged)]
enum Node {
    #[serde(rename_all = "camelCase")]
    Comparison {
        operands: Vec<BTreeMap<&'static str, String>>,
        operator: &'static str,
        variable_name: String,
    },
    Joined {
        conjunction: &'static str,
        terms: Vec<Node>,
    },
}

fn node(condition: &Condition) -> Node {
    let operand = |value| {
        let (kind, value) = platform::operand(value);
        BTreeMap::from([("type", kind.to_owned()), ("value", value)])
    };
    match condition {
        Condition::Compare { operator, value, variable } => Node::Comparison {
            operands: vec![operand(value)],
            operator: platform::operator(*operator),
            variable_name: variable.clone(),
        },
        Condition::In { values, variable } => {
            Node::Comparison { operands: values.iter().map(operand).collect(), operator: "IN", variable_name: variable.clone() }
        }
        Condition::And(parts) => Node::Joined { conjunction: "AND", terms: parts.iter().map(node).collect() },
        Condition::Or(parts) => Node::Joined { conjunction: "OR", terms: parts.iter().map(node).collect() },
    }
}

#[derive(Serialize)]
struct Grants {
    grants: Vec<GrantBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantBody {
    division_id: String,
    role_id: String,
}

fn grants(document: &Document, platform: &Platform<'_>, assigned: Assigned) -> Vec<GrantBody> {
    let mut grants = Vec::new();
    for (role, divisions) in assigned {
        let name = match role {
            RoleRef::Made(at) => &platform.roles[at].key,
            RoleRef::Vendors(id) => &document.roles[id as usize].name,
        };
        let divisions = divisions.map_or_else(
            || vec!["*".to_owned()],
            |ids| ids.into_iter().map(|at| format!("{{division:{}}}", document.divisions[at as usize].name)).collect(),
        );
        grants.extend(divisions.into_iter().map(|division_id| GrantBody { division_id, role_id: format!("{{role:{name}}}") }));
    }
    grants
}
