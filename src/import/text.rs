//! Facts → lines of `.role` text, put in shape by the formatter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::diagnostic::Sink;
use crate::source::Sources;
use crate::syntax::{ast, format, parse};

use super::{Counts, Imported};

/// What a document's string for a permission is.
pub(super) enum Permission<'t> {
    /// `domain:entity:action`.
    Full(&'t str, &'t str, &'t str),
    /// One word.
    Legacy(&'t str),
    /// Anything else: a sentence, a list, a wildcard.
    Other,
}

impl<'t> Permission<'t> {
    /// Reads a document's string.
    pub(super) fn read(text: &'t str) -> Self {
        let mut parts = text.split(':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(domain), Some(entity), Some(action), None) if [domain, entity, action].into_iter().all(is_name) => {
                Self::Full(domain, entity, action)
            }
            (Some(name), None, ..) if is_name(name) && !matches!(name, "all" | "any" | "home" | "open") => Self::Legacy(name),
            _ => Self::Other,
        }
    }
}

/// Whether a text can be written as a name: letters, digits and `_`, with `-` and `.` only between those.
pub(super) fn is_name(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|char| char == '_' || char.is_alphanumeric());
    text.split(['-', '.']).all(is_word) && text.parse::<jiff::civil::Date>().is_err()
}

/// Who may use a surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Requirement {
    /// No document says.
    Unstated,
    /// Anybody.
    Open,
    /// Holders of any one.
    Any(BTreeSet<String>),
    /// Holders of all.
    All(BTreeSet<String>),
}

impl Requirement {
    /// The requirement of permissions: of one, `any` and `all` are the same.
    pub(super) fn of(permissions: BTreeSet<String>, all: bool) -> Self {
        match permissions.len() {
            0 => Self::Unstated,
            2.. if all => Self::All(permissions),
            _ => Self::Any(permissions),
        }
    }

    /// The requirement as written.
    pub(super) fn text(&self) -> String {
        let list = |permissions: &BTreeSet<String>| permissions.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        match self {
            Self::Unstated => "unstated".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Any(permissions) => format!("any {}", list(permissions)),
            Self::All(permissions) => format!("all {}", list(permissions)),
        }
    }
}

/// Takes the permissions out of a document's strings; what is none is remarked.
pub(super) fn permissions(strings: &[String], remarks: &mut Vec<String>) -> BTreeSet<String> {
    let (kept, left_out): (Vec<_>, Vec<_>) =
        strings.iter().map(|text| text.trim()).partition(|text| !matches!(Permission::read(text), Permission::Other));
    remarks.extend(left_out.into_iter().map(left_out_remark));
    kept.into_iter().map(str::to_owned).collect()
}

/// The remark on a string that is no permission.
pub(super) fn left_out_remark(text: &str) -> String {
    format!("left out, being no permission: {}", ast::Text::literal(text))
}

/// Permissions by domain and entity, and one-word ones.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    domains: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    legacy: BTreeSet<String>,
}

impl Catalog {
    /// Declares a permission; what is none is not declared.
    pub(super) fn declare(&mut self, text: &str) {
        match Permission::read(text) {
            Permission::Full(domain, entity, action) => {
                let entities = self.domains.entry(domain.to_owned()).or_default();
                entities.entry(entity.to_owned()).or_default().insert(action.to_owned());
            }
            Permission::Legacy(name) => {
                self.legacy.insert(name.to_owned());
            }
            Permission::Other => {}
        }
    }

    fn len(&self) -> usize {
        self.domains.values().flat_map(BTreeMap::values).map(BTreeSet::len).sum::<usize>() + self.legacy.len()
    }
}

/// A `.role` text in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: String,
    notes: Vec<String>,
    pub(super) counts: Counts,
}

impl Draft {
    /// Begins with comments.
    pub(super) fn new(head: &[String]) -> Self {
        let mut draft = Self::default();
        draft.comments(head);
        draft.push("");
        draft
    }

    /// Adds one line.
    pub(super) fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a line for each comment; a vendor's line breaks don't end it.
    pub(super) fn comments(&mut self, comments: &[String]) {
        for comment in comments {
            let line: String = comment.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
            self.push(format!("// {line}").trim_end());
        }
    }

    /// Adds comments that are notes as well; `about` is what they speak of.
    pub(super) fn remarks(&mut self, about: &str, remarks: &[String]) {
        self.comments(remarks);
        self.notes.extend(remarks.iter().map(|remark| format!("{about}: {remark}")));
    }

    /// Adds a note that no line of the text belongs to.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Adds the declarations of permissions.
    pub(super) fn catalog(&mut self, catalog: &Catalog) {
        self.counts.permissions += catalog.len();
        for (domain, entities) in &catalog.domains {
            self.push(&format!("domain {domain} {{"));
            for (entity, actions) in entities {
                let actions: Vec<_> = actions.iter().map(|action| action_text(action)).collect();
                self.push(&format!("entity {entity} {{ {} }}", actions.join(" ")));
            }
            self.push("}");
        }
        for name in &catalog.legacy {
            self.push(&format!("legacy {name}"));
        }
    }

    /// Adds a surface: `head` is all before its requirement.
    pub(super) fn surface(&mut self, head: &str, requirement: &Requirement, or_self: bool) {
        self.counts.unstated += usize::from(*requirement == Requirement::Unstated);
        self.counts.open += usize::from(*requirement == Requirement::Open);
        let or_self = if or_self { " or self" } else { "" };
        // Writing to a string can't fail.
        let _ = writeln!(self.text, "{head} {}{or_self}", requirement.text());
    }

    /// The finished text. Every name in it was checked, so there is nothing for the parser to find.
    pub(super) fn finish(self) -> Imported {
        let sources = Sources::new(vec![(String::new(), self.text, false)]);
        let mut sink = Sink::default();
        let texts = sources.files().iter().map(|source| format::format(source, &parse::parse(source, &mut sink)));
        Imported { text: texts.collect(), notes: self.notes, counts: self.counts }
    }
}

/// An action as it stands in an entity without more being said of it.
pub(super) fn action_text(action: &str) -> String {
    if format::ATTRIBUTE_WORDS.contains(&action) { format!("action {action}") } else { action.to_owned() }
}
