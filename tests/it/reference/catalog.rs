//! The universe of permissions and what is said of them.
//!
//! Invariant: a pair or surface whose permissions are not all known is absent, and so is a fact whose selector is faulty.

use std::collections::{BTreeMap, BTreeSet};

use rolec::syntax::ast;

use crate::reference::read::{Declarations, Requirement};
use crate::reference::selectors::{Part, Selector};
use crate::reference::{About, Report};

/// The type of a variable's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    String,
    Number,
}

impl Type {
    /// The type as the tree has it.
    pub(crate) const fn of(value_type: ast::ValueType) -> Self {
        match value_type {
            ast::ValueType::String => Self::String,
            ast::ValueType::Number => Self::Number,
        }
    }
}

/// What can be said of a domain, an entity or a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    Aware(bool),
    Deprecated(Option<String>, Option<Selector>),
    Since(String),
    AnyConditions,
    Conditions(BTreeMap<String, Type>),
    Requires(Selector),
    Title(String),
}

impl Fact {
    /// What it is about: two facts of one kind at one level must agree.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Aware(_) => "awareness",
            Self::Deprecated(..) => "deprecated",
            Self::Since(_) => "since",
            Self::AnyConditions | Self::Conditions(_) => "conditions",
            Self::Requires(_) => "requires",
            Self::Title(_) => "title",
        }
    }

    const fn required(&self) -> Option<&Selector> {
        if let Self::Requires(selector) = self { Some(selector) } else { None }
    }

    fn selector(&self) -> Option<&Selector> {
        match self {
            Self::Deprecated(_, replacement) => replacement.as_ref(),
            Self::Requires(selector) => Some(selector),
            _ => None,
        }
    }
}

/// (level, kind of fact) → fact.
type Facts = BTreeMap<(String, &'static str), Fact>;

/// The catalog of a project.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) permissions: BTreeSet<String>,
    /// Domains, entities and permissions as lists of their segments; what has no permission below it does not exist.
    paths: BTreeSet<Vec<String>>,
    facts: Facts,
    corrections: Facts,
    /// (is a correction, level) → what is required there: the one fact that may be said several times.
    requires: BTreeMap<(bool, String), Vec<Selector>>,
    /// Awareness of each permission, pairs included; absent where nothing states it.
    awareness: BTreeMap<String, bool>,
    /// (unaware, aware).
    pub(crate) pairs: Vec<(String, String)>,
    /// Places of the domains with an error in them.
    pub(crate) tainted_domains: BTreeSet<usize>,
}

impl Catalog {
    /// Collects the permissions, then what is said of them.
    pub(crate) fn new(declarations: &Declarations, report: &mut Report) -> Self {
        let mut catalog = Self { permissions: declarations.legacies.iter().cloned().collect(), ..Self::default() };
        for domain in &declarations.domains {
            let declared = domain.permissions.iter().filter(|_| !domain.correct);
            catalog.permissions.extend(declared.cloned());
        }
        for permission in catalog.permissions.iter().filter(|permission| permission.contains(':')) {
            let segments: Vec<String> = permission.split(':').map(str::to_owned).collect();
            catalog.paths.extend((1..=3).map(|length| segments[..length].to_vec()));
        }
        catalog.take_facts(declarations, report);
        catalog.take_pairs(declarations, report);
        catalog.take_awareness();
        catalog.judge_surfaces(declarations, report);
        catalog
    }

    fn take_facts(&mut self, declarations: &Declarations, report: &mut Report) {
        for (at, domain) in declarations.domains.iter().enumerate() {
            if domain.faulty {
                self.tainted_domains.insert(at);
            }
            for (level, fact) in &domain.facts {
                if let Some(Err(code)) = fact.selector().map(|selector| self.resolve(selector)) {
                    report.tell(code, About::Domain(at));
                    self.tainted_domains.insert(at);
                }
                if let Fact::Requires(selector) = fact {
                    if self.resolve(selector).is_ok() {
                        self.requires.entry((domain.correct, level.clone())).or_default().push(selector.clone());
                    }
                    continue;
                }
                let facts = if domain.correct { &mut self.corrections } else { &mut self.facts };
                if facts.entry((level.clone(), fact.kind())).or_insert_with(|| fact.clone()) != fact {
                    report.tell("conflicting-facts", About::Domain(at));
                    self.tainted_domains.insert(at);
                }
            }
            let levels = [&domain.name].into_iter().chain(&domain.entities).chain(&domain.permissions);
            let is_known = |level: &String| self.paths.contains(&level.split(':').map(str::to_owned).collect::<Vec<_>>());
            if domain.correct && !levels.into_iter().all(is_known) {
                report.tell("unknown-permission", About::Domain(at));
                self.tainted_domains.insert(at);
            }
        }
    }

    fn take_pairs(&mut self, declarations: &Declarations, report: &mut Report) {
        for (left, right) in &declarations.pairs {
            let about = About::Named(left.to_string());
            let sides = [left, right].map(|side| self.one_permission(side));
            for code in sides.iter().filter_map(|side| side.as_ref().err()) {
                report.tell(code, about.clone());
            }
            let [Ok(left), Ok(right)] = sides else { continue };
            let is_contradicted = left == right
                || self.stated_awareness(&left) == Some(true)
                || self.stated_awareness(&right) == Some(false)
                || self.pairs.iter().any(|(unaware, aware)| *unaware == right || *aware == left);
            if is_contradicted {
                report.tell("pair-awareness", about);
            } else {
                self.pairs.push((left, right));
            }
        }
    }

    fn judge_surfaces(&self, declarations: &Declarations, report: &mut Report) {
        for surface in &declarations.surfaces {
            let (Requirement::Any(selectors) | Requirement::All(selectors)) = &surface.requirement else { continue };
            for code in selectors.iter().filter_map(|selector| self.one_permission(selector).err()) {
                report.tell(code, About::Named(surface.name.clone()));
            }
        }
    }

    /// The permissions that a selector matches, or the code of its fault.
    pub(crate) fn resolve(&self, selector: &Selector) -> Result<BTreeSet<String>, &'static str> {
        let matched: BTreeSet<String> =
            self.permissions.iter().filter(|permission| selector.matches(permission)).cloned().collect();
        match selector {
            Selector::Word(_) | Selector::Broken if matched.is_empty() => Err("unknown-permission"),
            Selector::Parts(parts) if !self.knows_names(parts) => Err("unknown-permission"),
            Selector::Parts(parts) if !are_all_used(parts, &matched) => Err("empty-selector"),
            _ if matched.is_empty() => Err("empty-selector"),
            _ => Ok(matched),
        }
    }

    /// Whether each name that is written out exists below what the parts to its left match.
    fn knows_names(&self, parts: &[Part; 3]) -> bool {
        (0..3).all(|at| {
            parts[at].written().iter().all(|name| {
                self.paths.iter().any(|path| {
                    path.len() == at + 1
                        && path[at] == *name
                        && parts.iter().zip(&path[..at]).all(|(part, segment)| part.matches(segment))
                })
            })
        })
    }

    /// The permission that a selector names, or the code of its fault.
    pub(crate) fn one_permission(&self, selector: &Selector) -> Result<String, &'static str> {
        if !selector.is_one_name() {
            return Err(self.resolve(selector).err().unwrap_or("not-one-permission"));
        }
        self.resolve(selector)?.pop_first().ok_or("unknown-permission")
    }

    /// The innermost fact of a kind; at one level a correction goes before what it corrects.
    fn innermost(&self, permission: &str, kind: &'static str) -> Option<&Fact> {
        let segments: Vec<&str> = permission.split(':').collect();
        // A one-word permission has no levels: nothing can be said of it.
        let mut levels = (1..=segments.len()).rev().filter(|_| segments.len() == 3).map(|length| segments[..length].join(":"));
        levels.find_map(|level| {
            let key = (level, kind);
            self.corrections.get(&key).or_else(|| self.facts.get(&key))
        })
    }

    fn stated_awareness(&self, permission: &str) -> Option<bool> {
        match self.innermost(permission, "awareness") {
            Some(Fact::Aware(aware)) => Some(*aware),
            _ => None,
        }
    }

    fn take_awareness(&mut self) {
        for permission in &self.permissions {
            let is = |side: &String| side == permission;
            let in_pair = || {
                self.pairs.iter().find_map(|(unaware, aware)| if is(unaware) { Some(false) } else { is(aware).then_some(true) })
            };
            if let Some(aware) = self.stated_awareness(permission).or_else(in_pair) {
                self.awareness.insert(permission.clone(), aware);
            }
        }
    }

    /// Whether a permission is division-aware; `None` if nothing states it, no pair either.
    pub(crate) fn awareness(&self, permission: &str) -> Option<bool> {
        self.awareness.get(permission).copied()
    }

    /// Whether no scope touches it.
    pub(crate) fn is_unaware(&self, permission: &str) -> bool {
        self.awareness(permission) == Some(false)
    }

    /// Whether it is the left side of a pair.
    pub(crate) fn has_counterpart(&self, permission: &str) -> bool {
        self.pairs.iter().any(|(unaware, _)| unaware == permission)
    }

    /// Whether it is deprecated.
    pub(crate) fn is_deprecated(&self, permission: &str) -> bool {
        self.innermost(permission, "deprecated").is_some()
    }

    /// `AnyConditions`, `Conditions` or nothing.
    pub(crate) fn conditions(&self, permission: &str) -> Option<&Fact> {
        self.innermost(permission, "conditions")
    }

    /// What makes `permission` useful and a holder of `held`, and of `permission` among it, lacks.
    pub(crate) fn lacking(&self, permission: &str, held: &BTreeSet<String>) -> Vec<String> {
        let segments: Vec<&str> = permission.split(':').collect();
        let levels = (1..=segments.len()).rev().filter(|_| segments.len() == 3).map(|length| segments[..length].join(":"));
        let mut stated = levels.flat_map(|level| [true, false].map(|correct| (correct, level.clone())));
        let innermost = stated.find_map(|place| self.requires.get(&place));
        let is_unmet = |selector: &&Selector| {
            let required = self.resolve(selector).unwrap_or_default();
            if selector.is_wildcard() { required.is_disjoint(held) } else { !required.is_subset(held) }
        };
        innermost.into_iter().flatten().filter(is_unmet).map(ToString::to_string).collect()
    }

    /// Findings about the catalog itself.
    pub(crate) fn judge(&self, declarations: &Declarations, report: &mut Report) {
        for (at, domain) in declarations.domains.iter().enumerate().filter(|(_, domain)| domain.correct) {
            let changes = |(level, fact): &(String, Fact)| match fact {
                Fact::Requires(_) => {
                    let here = domain.facts.iter().filter(|(at, _)| at == level).filter_map(|(_, fact)| fact.required());
                    let stated = self.requires.get(&(false, level.clone())).into_iter().flatten();
                    let texts = |selectors: Vec<&Selector>| -> BTreeSet<String> {
                        selectors.into_iter().map(ToString::to_string).collect()
                    };
                    texts(here.collect()) != texts(stated.collect())
                }
                _ => self.facts.get(&(level.clone(), fact.kind())) != Some(fact),
            };
            if !self.tainted_domains.contains(&at) {
                let has_effect = domain.facts.iter().any(changes);
                report.tell(if has_effect { "catalog-corrected" } else { "no-effect" }, About::Domain(at));
            }
        }
    }
}

/// Whether each name that is written out stands in some permission matched.
fn are_all_used(parts: &[Part; 3], matched: &BTreeSet<String>) -> bool {
    (0..3).all(|at| {
        parts[at].written().iter().all(|name| matched.iter().any(|permission| permission.split(':').nth(at) == Some(name)))
    })
}
