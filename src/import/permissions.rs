//! Pages of the platform's own list of permissions → domains with titles, awareness and conditions.
//!
//! What is said of all permissions of an entity or a domain alike stands there once. Where pages contradict
//! each other about a permission, the narrower reading is taken and remarked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::syntax::ast::Text;

use super::text::{self, Draft, Permission};
use super::{Document, ImportError, Imported};

const EXPECTED: &str = "a page of GET /api/v2/authorization/permissions";

#[derive(Deserialize)]
struct Page {
    entities: Vec<Collection>,
}

/// `DomainPermissionCollection`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collection {
    name: Option<String>,
    domain: String,
    permission_map: BTreeMap<String, Vec<Listed>>,
}

/// `DomainPermission`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    domain: Option<String>,
    entity_type: Option<String>,
    action: String,
    label: Option<String>,
    allows_conditions: Option<bool>,
    division_aware: Option<bool>,
}

/// What the pages say of one permission: each fact once for every way it is stated.
#[derive(Default)]
struct Facts {
    titles: BTreeSet<String>,
    aware: BTreeSet<bool>,
    conditions: BTreeSet<bool>,
}

impl Facts {
    fn aware(&self) -> Option<bool> {
        only(&self.aware).copied()
    }

    /// Conditions that are not said to be allowed are not allowed.
    fn conditions(&self) -> bool {
        only(&self.conditions) == Some(&true)
    }

    fn remarks(&self) -> Vec<String> {
        let contradictions = [
            (self.titles.len(), "the pages have several titles for it"),
            (self.aware.len(), "the pages contradict each other about its awareness, so none is stated"),
            (self.conditions.len(), "the pages contradict each other about conditions, so none is allowed"),
        ];
        contradictions.iter().filter(|(ways, _)| *ways > 1).map(|(_, remark)| (*remark).to_owned()).collect()
    }
}

/// What the pages say together.
#[derive(Default)]
struct Union {
    domains: BTreeMap<String, Domain>,
    left_out: BTreeSet<String>,
}

type Entity = BTreeMap<String, Facts>;

#[derive(Default)]
struct Domain {
    titles: BTreeSet<String>,
    entities: BTreeMap<String, Entity>,
}

/// Imports what the platform lists of its permissions.
///
/// # Errors
/// When a document is empty or is no page of that list in JSON, or when none lists a permission.
pub fn permissions(documents: &[Document]) -> Result<Imported, ImportError> {
    let Some(first) = documents.first() else { return Err(ImportError::NoDocument) };
    let mut union = Union::default();
    for document in documents {
        let page: Page = document.json(EXPECTED)?;
        for collection in page.entities {
            union.add(collection);
        }
    }
    if union.domains.is_empty() && union.left_out.is_empty() {
        return Err(ImportError::Nothing { document: first.name.clone(), lacks: "permissions" });
    }
    Ok(union.finish())
}

impl Union {
    fn add(&mut self, collection: Collection) {
        for (entity, permissions) in collection.permission_map {
            for listed in permissions {
                let domain = listed.domain.as_ref().unwrap_or(&collection.domain);
                let entity = listed.entity_type.as_ref().unwrap_or(&entity);
                let permission = format!("{domain}:{entity}:{}", listed.action);
                match Permission::read(&permission) {
                    Permission::Full(domain, entity, action) => self.declare([domain, entity, action], &listed),
                    _ => drop(self.left_out.insert(permission)),
                }
            }
        }
        let title = collection.name.filter(|name| !name.trim().is_empty() && *name != collection.domain);
        if let Some(domain) = self.domains.get_mut(&collection.domain) {
            domain.titles.extend(title);
        }
    }

    fn declare(&mut self, [domain, entity, action]: [&str; 3], listed: &Listed) {
        let domain = self.domains.entry(domain.to_owned()).or_default();
        let facts = domain.entities.entry(entity.to_owned()).or_default().entry(action.to_owned()).or_default();
        facts.titles.extend(listed.label.iter().filter(|label| !label.trim().is_empty()).cloned());
        facts.aware.extend(listed.division_aware);
        facts.conditions.extend(listed.allows_conditions);
    }

    fn finish(self) -> Imported {
        let head = ["Imported by `rolec import permissions` from the platform's list of permissions.".to_owned()];
        let mut draft = Draft::new(&head);
        let left_out: Vec<_> = self.left_out.iter().map(|text| text::left_out_remark(text)).collect();
        draft.remarks("permissions", &left_out);
        draft.push("");
        for (name, domain) in &self.domains {
            domain.write(name, &mut draft);
        }
        draft.finish()
    }
}

impl Domain {
    fn write(&self, name: &str, draft: &mut Draft) {
        if self.titles.len() > 1 {
            draft.remarks(name, &["the pages have several titles for it".to_owned()]);
        }
        let all = || self.entities.values().flat_map(BTreeMap::values);
        let said = Said::of_all(all());
        draft.counts.permissions += all().count();
        draft.push(&format!("domain {name}{}{} {{", title(&self.titles), said.text()));
        for (entity, permissions) in &self.entities {
            let said_here = said.with(Said::of_all(permissions.values()));
            draft.push(&format!("entity {entity}{} {{", said_here.beyond(said).text()));
            for (action, facts) in permissions {
                draft.remarks(&format!("{name}:{entity}:{action}"), &facts.remarks());
                let here = said_here.with(Said::of_all([facts])).beyond(said_here).text();
                let title = title(&facts.titles);
                let is_bare = here.is_empty() && title.is_empty();
                draft.push(&if is_bare { text::action_text(action) } else { format!("action {action}{title}{here}") });
            }
            draft.push("}");
        }
        draft.push("}");
    }
}

/// What is said of permissions alike.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Said {
    aware: Option<bool>,
    conditions: bool,
}

impl Said {
    fn of_all<'f>(facts: impl IntoIterator<Item = &'f Facts>) -> Self {
        let mut facts = facts.into_iter();
        let Some(first) = facts.next() else { return Self { aware: None, conditions: false } };
        let start = Self { aware: first.aware(), conditions: first.conditions() };
        facts.fold(start, |said, facts| Self {
            aware: said.aware.filter(|aware| facts.aware() == Some(*aware)),
            conditions: said.conditions && facts.conditions(),
        })
    }

    /// Together with what is said further inside.
    fn with(self, inner: Self) -> Self {
        Self { aware: self.aware.or(inner.aware), conditions: self.conditions || inner.conditions }
    }

    /// Without what is said further outside.
    fn beyond(self, outer: Self) -> Self {
        Self { aware: self.aware.filter(|_| outer.aware.is_none()), conditions: self.conditions && !outer.conditions }
    }

    /// The attributes, each with a blank before it.
    fn text(self) -> String {
        let aware = match self.aware {
            Some(true) => " division-aware",
            Some(false) => " division-unaware",
            None => "",
        };
        format!("{aware}{}", if self.conditions { " conditions any" } else { "" })
    }
}

/// The first of the titles, with a blank before it.
fn title(titles: &BTreeSet<String>) -> String {
    titles.first().map_or_else(String::new, |title| format!(" {}", Text::literal(title)))
}

/// The one element of a set that has no other.
fn only<T: Ord>(set: &BTreeSet<T>) -> Option<&T> {
    set.first().filter(|_| set.len() == 1)
}
