//! Terraform configurations for the provider `mypurecloud/genesyscloud`: divisions, roles and who has them.
//!
//! Actions are always written out, never `*`: the platform expands a wildcard, and the provider hides what it became.

use std::collections::BTreeMap;

use rolec_bundle::Document;
use rolec_bundle::document::{Condition, Value};
use serde::Serialize;

use crate::platform::{self, Assigned, Platform, PlatformRole, Policy, RoleRef, Subject};
use crate::refusal::{About, Refusal};
use crate::{LeftOut, Output};

/// Writes the configuration.
///
/// # Errors
///
/// What Terraform or the provider has no words for.
pub(crate) fn emit(document: &Document, left_out: LeftOut) -> Result<Vec<Output>, Vec<Refusal>> {
    let platform = Platform::new(document);
    let mut refusals = platform.refusals(left_out);
    refusals.extend(nested(document, &platform));
    if !refusals.is_empty() {
        refusals.sort_by_key(|refusal| refusal.about);
        return Err(refusals);
    }
    let labels = Labels::new(document, &platform);
    Ok(vec![
        file("assignments.tf.json", &assignments(document, &platform, &labels)),
        file("divisions.tf.json", &Resources::of("genesyscloud_auth_division", divisions(document, &labels))),
        file("provider.tf.json", &Terraform::default()),
        file("roles.tf.json", &Resources::of("genesyscloud_auth_role", roles(document, &platform, &labels))),
    ])
}

fn file(path: &str, content: &impl Serialize) -> Output {
    // None of these forms has anything that JSON can't say.
    let mut bytes = serde_json::to_vec_pretty(content).unwrap_or_default();
    bytes.push(b'\n');
    Output { path: path.to_owned(), bytes }
}

/// Conditions within conditions: the provider knows one level.
fn nested(document: &Document, platform: &Platform<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for role in &platform.roles {
        for policy in &role.policies {
            let Some(condition) = policy.condition else { continue };
            if terms(&document.conditions[condition as usize]).is_none() {
                let name = format!("{}:{}:{}", policy.domain, policy.entity, policy.actions[0]);
                let permission = document.permissions.partition_point(|permission| permission.name < name);
                let id = document.roles.partition_point(|own| own.name < role.role.name);
                let (Ok(role_id), Ok(permission)) = (u32::try_from(id), u32::try_from(permission)) else { continue };
                refusals.push(Refusal {
                    about: About::Grant { role: role_id, permission },
                    reason: format!(
                        "`{}` holds `{name}` on a condition within a condition, and the provider knows one level",
                        role.role.name
                    ),
                    help: "write it with `and` alone or `or` alone",
                });
            }
        }
    }
    refusals.dedup();
    refusals
}

/// The comparisons of a condition and how they are joined, if they are all of one level.
fn terms(condition: &Condition) -> Option<(&'static str, &[Condition])> {
    let flat = |parts: &[Condition]| parts.iter().all(|part| matches!(part, Condition::Compare { .. } | Condition::In { .. }));
    match condition {
        Condition::Compare { .. } | Condition::In { .. } => Some(("AND", std::slice::from_ref(condition))),
        Condition::And(parts) => flat(parts).then_some(("AND", parts)),
        Condition::Or(parts) => flat(parts).then_some(("OR", parts)),
    }
}

/// Terraform's own settings.
#[derive(Serialize)]
struct Terraform {
    terraform: RequiredProviders,
}

#[derive(Serialize)]
struct RequiredProviders {
    required_providers: BTreeMap<&'static str, Provider>,
}

#[derive(Serialize)]
struct Provider {
    source: &'static str,
}

impl Default for Terraform {
    fn default() -> Self {
        let required_providers = BTreeMap::from([("genesyscloud", Provider { source: "mypurecloud/genesyscloud" })]);
        Self { terraform: RequiredProviders { required_providers } }
    }
}

/// Resources of one type, by their labels. Terraform takes no type without a resource, and no `resource` without a type.
#[derive(Serialize)]
struct Resources<T> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    resource: BTreeMap<&'static str, BTreeMap<String, T>>,
}

impl<T> Resources<T> {
    fn of(kind: &'static str, resources: BTreeMap<String, T>) -> Self {
        let resource = if resources.is_empty() { BTreeMap::new() } else { BTreeMap::from([(kind, resources)]) };
        Self { resource }
    }
}

/// Labels of resources: Terraform takes letters, digits, `_` and `-`, and no two alike.
struct Labels {
    divisions: Vec<String>,
    roles: Vec<String>,
    vendors: BTreeMap<u32, String>,
    groups: Vec<String>,
    users: Vec<String>,
}

impl Labels {
    fn new(document: &Document, platform: &Platform<'_>) -> Self {
        let vendors: Vec<u32> = (0..).zip(&document.roles).map(|(at, _)| at).collect();
        let vendor_labels = unique(document.roles.iter().map(|role| role.name.as_str()));
        Self {
            divisions: unique(document.divisions.iter().map(|division| division.name.as_str())),
            roles: unique(platform.roles.iter().map(|role| role.key.as_str())),
            vendors: vendors.into_iter().zip(vendor_labels).collect(),
            groups: unique(document.groups.iter().map(|group| group.name.as_str())),
            users: unique(document.users.iter().map(|user| user.name.as_str())),
        }
    }
}

/// Labels of names, in their order; of two that would be alike the second gets a number.
fn unique<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut labels = Vec::new();
    for name in names {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') { letter } else { '_' };
        let mut label: String = name.chars().map(plain).collect();
        if !label.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            label.insert(0, '_');
        }
        while let Some(times) = taken.get_mut(&label) {
            *times += 1;
            label = format!("{label}-{times}");
        }
        taken.insert(label.clone(), 1);
        labels.push(label);
    }
    labels
}

/// Text that Terraform takes as it stands: `${` and `%{` would begin a template.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[derive(Serialize)]
struct Division {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    home: bool,
    name: String,
}

fn divisions(document: &Document, labels: &Labels) -> BTreeMap<String, Division> {
    let form = |division: &rolec_bundle::document::Division| Division {
        home: division.home,
        name: literal(division.title.as_deref().unwrap_or(&division.name)),
    };
    labels.divisions.iter().cloned().zip(document.divisions.iter().map(form)).collect()
}

#[derive(Serialize)]
struct Role {
    #[serde(skip_serializing_if = "Option::is_none")]
    default_role_id: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permission_policies: Vec<PolicyBlock>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permissions: Vec<String>,
}

#[derive(Serialize)]
struct PolicyBlock {
    action_set: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<ConditionBlock>,
    domain: String,
    entity_name: String,
}

#[derive(Serialize)]
struct ConditionBlock {
    conjunction: &'static str,
    terms: Vec<Term>,
}

#[derive(Serialize)]
struct Term {
    operands: Vec<Operand>,
    operator: &'static str,
    variable_name: String,
}

#[derive(Serialize)]
struct Operand {
    r#type: &'static str,
    value: String,
}

fn roles(document: &Document, platform: &Platform<'_>, labels: &Labels) -> BTreeMap<String, Role> {
    let form = |role: &PlatformRole<'_>| Role {
        default_role_id: role.role.edited.then(|| literal(&role.role.name)),
        description: literal(&role.description(document)),
        name: literal(&role.title),
        permission_policies: role.policies.iter().map(|policy| policy_block(document, policy)).collect(),
        permissions: role.legacy.iter().map(|name| literal(name)).collect(),
    };
    labels.roles.iter().cloned().zip(platform.roles.iter().map(form)).collect()
}

fn policy_block(document: &Document, policy: &Policy<'_>) -> PolicyBlock {
    let condition = policy.condition.and_then(|condition| terms(&document.conditions[condition as usize]));
    let block = |(conjunction, parts): (&'static str, &[Condition])| ConditionBlock {
        conjunction,
        terms: parts.iter().filter_map(term).collect(),
    };
    PolicyBlock {
        action_set: policy.actions.iter().map(|action| literal(action)).collect(),
        conditions: condition.into_iter().map(block).collect(),
        domain: literal(policy.domain),
        entity_name: literal(policy.entity),
    }
}

fn term(condition: &Condition) -> Option<Term> {
    let (variable, operator, values) = match condition {
        Condition::Compare { operator, value, variable } => (variable, *operator, std::slice::from_ref(value)),
        Condition::In { values, variable } => {
            let operands = values.iter().map(operand).collect();
            return Some(Term { operands, operator: "IN", variable_name: literal(variable) });
        }
        Condition::And(_) | Condition::Or(_) => return None,
    };
    let operator = platform::operator(operator);
    Some(Term { operands: values.iter().map(operand).collect(), operator, variable_name: literal(variable) })
}

fn operand(value: &Value) -> Operand {
    let (r#type, value) = platform::operand(value);
    Operand { r#type, value: literal(&value) }
}

/// Who has which roles, and the data sources that this refers to.
#[derive(Serialize)]
struct Assignments {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<&'static str, BTreeMap<String, BTreeMap<&'static str, String>>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    resource: BTreeMap<&'static str, BTreeMap<String, SubjectRoles>>,
}

#[derive(Serialize)]
struct SubjectRoles {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
    roles: Vec<RoleBlock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

#[derive(Serialize)]
struct RoleBlock {
    division_ids: Vec<String>,
    role_id: String,
}

fn assignments(document: &Document, platform: &Platform<'_>, labels: &Labels) -> Assignments {
    let mut found = Assignments { data: BTreeMap::new(), resource: BTreeMap::new() };
    for (subject, assigned) in platform.subjects() {
        let roles = found.blocks(document, labels, assigned);
        match subject {
            Subject::Group(at) => {
                let (group, label) = (&document.groups[at], &labels.groups[at]);
                let name = literal(group.title.as_deref().unwrap_or(&group.name));
                let group_id = Some(found.data("genesyscloud_group", label, "name", name));
                found.resource("genesyscloud_group_roles", label, SubjectRoles { group_id, roles, user_id: None });
            }
            Subject::User(at) => {
                let (user, label) = (&document.users[at], &labels.users[at]);
                let user_id = Some(found.data("genesyscloud_user", label, "email", literal(&user.name)));
                found.resource("genesyscloud_user_roles", label, SubjectRoles { group_id: None, roles, user_id });
            }
        }
    }
    found
}

impl Assignments {
    /// Refers to a data source.
    fn data(&mut self, kind: &'static str, label: &str, key: &'static str, value: String) -> String {
        self.data.entry(kind).or_default().insert(label.to_owned(), BTreeMap::from([(key, value)]));
        format!("${{data.{kind}.{label}.id}}")
    }

    fn resource(&mut self, kind: &'static str, label: &str, subject: SubjectRoles) {
        self.resource.entry(kind).or_default().insert(label.to_owned(), subject);
    }

    fn blocks(&mut self, document: &Document, labels: &Labels, assigned: Assigned) -> Vec<RoleBlock> {
        let mut blocks = Vec::new();
        for (role, divisions) in assigned {
            let role_id = match role {
                RoleRef::Made(at) => format!("${{genesyscloud_auth_role.{}.id}}", labels.roles[at]),
                RoleRef::Vendors(id) => {
                    let role = &document.roles[id as usize];
                    let title = literal(role.title.as_deref().unwrap_or(&role.name));
                    self.data("genesyscloud_auth_role", &labels.vendors[&id], "name", title)
                }
            };
            let division = |at: u32| format!("${{genesyscloud_auth_division.{}.id}}", labels.divisions[at as usize]);
            let division_ids = divisions.map_or_else(|| vec!["*".to_owned()], |ids| ids.into_iter().map(division).collect());
            blocks.push(RoleBlock { division_ids, role_id });
        }
        blocks
    }
}
