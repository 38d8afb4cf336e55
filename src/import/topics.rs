//! The platform's list of notification topics → topics.
//!
//! Read are the JSON of GET /api/v2/notifications/availabletopics and a table of two columns, a topic and the
//! permissions that all must be held. `open` is what a list says asks for nobody's permission: a topic with
//! nothing in the table's second column, or with an empty list and no other demand in the JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::syntax::ast::Text;

use super::text::{self, Draft, Requirement};
use super::{Document, ImportError, Imported};

const EXPECTED_JSON: &str = "a list of available topics";
const EXPECTED_TABLE: &str = "a table of topics";

#[derive(Deserialize)]
struct Listing {
    entities: Vec<Available>,
}

/// `AvailableTopic`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Available {
    id: String,
    permission_details: Option<Vec<Detail>>,
    requires_permissions: Option<Vec<String>>,
    requires_division_permissions: Option<bool>,
    requires_any_validator: Option<bool>,
    requires_current_user: Option<bool>,
    requires_current_user_or_permission: Option<bool>,
    enforced: Option<bool>,
}

/// `PermissionDetails`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    permissions: Vec<String>,
    allows_current_user: Option<bool>,
}

/// What is said of a topic.
#[derive(PartialEq, Eq)]
struct Topic {
    requirement: Requirement,
    or_self: bool,
    remarks: Vec<String>,
}

/// Imports the topics of a list.
///
/// # Errors
/// When the document is empty, is neither of the two kinds, or lists no topic.
pub fn topics(document: &Document) -> Result<Imported, ImportError> {
    let solid = document.solid_text()?;
    let topics = match solid.trim_start().chars().next() {
        Some('[') => from_list(document.json(EXPECTED_JSON)?),
        Some('{') => from_list(document.json::<Listing>(EXPECTED_JSON)?.entities),
        _ => from_table(document, solid)?,
    };
    if topics.is_empty() {
        return Err(ImportError::Nothing { document: document.name.clone(), lacks: "topics" });
    }
    let head = "Imported by `rolec import topics` from the platform's list of notification topics.".to_owned();
    let mut draft = Draft::new(&[head]);
    for (name, topic) in &topics {
        draft.counts.topics += 1;
        draft.remarks(name, &topic.remarks);
        draft.surface(&format!("topic {}", Text::literal(name)), &topic.requirement, topic.or_self);
    }
    Ok(draft.finish())
}

/// Adds a topic. Of two different statements the first counts, and the other is remarked.
fn add(topics: &mut BTreeMap<String, Topic>, name: &str, topic: Topic) {
    let Some(first) = topics.get_mut(name) else {
        topics.insert(name.to_owned(), topic);
        return;
    };
    if first.requirement != topic.requirement || first.or_self != topic.or_self {
        let or_self = if topic.or_self { " or self" } else { "" };
        first.remarks.push(format!("listed again with {}{or_self}", topic.requirement.text()));
    }
}

// ------------------------------------------------------------------------------------------- table

fn from_table(document: &Document, text: &str) -> Result<BTreeMap<String, Topic>, ImportError> {
    let mut topics = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut cells = line.split('\t').map(str::trim);
        let (Some(name), Some(permissions), None) = (cells.next(), cells.next(), cells.next()) else {
            let reason = format!("line {} has not two columns with a tab between them", at + 1);
            return Err(ImportError::Unexpected { document: document.name.clone(), expected: EXPECTED_TABLE, reason });
        };
        if at > 0 || !name.eq_ignore_ascii_case("topic") {
            add(&mut topics, name, table_topic(permissions));
        }
    }
    Ok(topics)
}

fn table_topic(permissions: &str) -> Topic {
    let mut remarks = Vec::new();
    let strings: Vec<_> = permissions.split(',').map(str::trim).filter(|text| !text.is_empty() && *text != "-").collect();
    let strings: Vec<_> = strings.into_iter().map(str::to_owned).collect();
    let requirement = match text::permissions(&strings, &mut remarks) {
        _ if strings.is_empty() => Requirement::Open,
        permissions => Requirement::of(permissions, true),
    };
    Topic { requirement, or_self: false, remarks }
}

// -------------------------------------------------------------------------------------------- JSON

fn from_list(list: Vec<Available>) -> BTreeMap<String, Topic> {
    let mut topics = BTreeMap::new();
    for available in list {
        add(&mut topics, &available.id, available.topic());
    }
    topics
}

impl Available {
    fn topic(&self) -> Topic {
        let mut remarks = Vec::new();
        let details = self.permission_details.as_deref().unwrap_or_default();
        let either = self.requires_any_validator.unwrap_or(false);
        let mut of_details = Vec::new();
        for detail in details.iter().filter(|detail| !detail.permissions.is_empty()) {
            let permissions = text::permissions(&detail.permissions, &mut remarks);
            of_details.push(Requirement::of(permissions, detail.kind != "requiresAnyDivisionPermissions"));
        }
        if of_details.is_empty() {
            let listed = self.requires_permissions.as_deref().unwrap_or_default();
            of_details.push(Requirement::of(text::permissions(listed, &mut remarks), !either));
        }
        let requirement = together(&of_details, either).unwrap_or_else(|| {
            remarks.push("its permissions are asked for in a way that neither `any` nor `all` says".to_owned());
            Requirement::Unstated
        });
        let own_user = self.requires_current_user.unwrap_or(false) || asks(details, "requiresCurrentUser");
        let or_self = self.requires_current_user_or_permission.unwrap_or(false)
            || own_user && (either || requirement == Requirement::Unstated)
            || details.iter().any(|detail| detail.allows_current_user.unwrap_or(false));
        if own_user && !either {
            remarks.push("asks that the subscriber be the topic's user".to_owned());
        }
        if asks(details, "requiresUserBeConversationParticipant") {
            remarks.push("asks that the subscriber take part in the conversation".to_owned());
        }
        if self.enforced == Some(false) {
            remarks.push("not enforced, says the list".to_owned());
        }
        let is_open = self.requires_permissions.as_ref().is_some_and(Vec::is_empty)
            && details.is_empty()
            && !or_self
            && !self.requires_division_permissions.unwrap_or(false);
        Topic { requirement: if is_open { Requirement::Open } else { requirement }, or_self, remarks }
    }
}

fn asks(details: &[Detail], kind: &str) -> bool {
    details.iter().any(|detail| detail.kind == kind)
}

/// One requirement for several that must be met all, or any of them; `None` where there is none.
fn together(requirements: &[Requirement], either: bool) -> Option<Requirement> {
    if let [only] = requirements {
        return Some(only.clone());
    }
    let mut union = BTreeSet::new();
    for requirement in requirements {
        match requirement {
            Requirement::Any(permissions) if either || permissions.len() == 1 => union.extend(permissions.iter().cloned()),
            Requirement::All(permissions) if !either => union.extend(permissions.iter().cloned()),
            Requirement::Unstated | Requirement::Open => {}
            Requirement::Any(_) | Requirement::All(_) => return None,
        }
    }
    Some(Requirement::of(union, !either))
}
