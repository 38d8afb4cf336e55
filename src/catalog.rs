//! The universe of permissions, and what selectors match in it.
//!
//! Permissions are numbered in order of their names, so a sorted list of ids is a sorted list of names, and
//! those of one domain, or of one entity, stand side by side.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::id::Id;
use crate::sets::{PermissionId, SetId};
use crate::span::Span;
use crate::syntax::ast::ValueType;

/// Whether a permission respects divisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Awareness {
    /// Scopes confine it.
    Aware,
    /// It holds everywhere whatever is written.
    Unaware,
    /// No source says.
    #[default]
    Unstated,
}

impl Awareness {
    /// The word for it in output and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aware => "division-aware",
            Self::Unaware => "division-unaware",
            Self::Unstated => "unstated",
        }
    }
}

/// Which variables conditions on a permission may compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedConditions {
    /// Any variable.
    Any,
    /// These, with the types of their values, in order of their names.
    Variables(Vec<(Box<str>, ValueType)>),
}

/// That a permission should no longer be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecated {
    /// Since when.
    pub since: Option<jiff::civil::Date>,
    /// The selector, as written, of what to use instead.
    pub replacement: Option<Box<str>>,
}

/// A permission that others are needed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The selector as written.
    pub text: Box<str>,
    /// What it matches.
    pub set: SetId,
    /// Whether one of them is enough: the selector has a `*`.
    pub any: bool,
}

/// What the catalog says of one permission.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whether it respects divisions.
    pub awareness: Awareness,
    /// Where that is stated.
    pub awareness_at: Option<Span>,
    /// That it should no longer be used.
    pub deprecated: Option<Deprecated>,
    /// Which conditions it takes; none if nothing is stated.
    pub conditions: Option<AllowedConditions>,
    /// What it is useless without.
    pub requires: Vec<Requirement>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// Where it is declared.
    pub place: Span,
}

/// By place and word: permissions in ascending order.
type Places = FxHashMap<(usize, Id<WordTag>), Vec<u32>>;

/// Permissions from which on a search goes by the names of entities and actions.
const INDEXED: usize = 1 << 10;

/// Marks ids of words.
#[derive(Debug)]
enum WordTag {}

/// One part of a selector over a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'t> {
    /// `*`
    Any,
    /// These names.
    Names(Vec<&'t str>),
}

/// All permissions.
#[derive(Debug, Default)]
pub struct Catalog {
    names: Vec<Box<str>>,
    facts: Vec<Facts>,
    ids: FxHashMap<Box<str>, PermissionId>,
    words: FxHashMap<Box<str>, Id<WordTag>>,
    parts: Vec<[Id<WordTag>; 3]>,
    /// By place and word: the permissions that have it there; made when first asked for.
    places: OnceLock<Places>,
}

impl Catalog {
    /// The catalog of these permissions, each with what is said of it.
    #[must_use]
    pub fn new(mut permissions: Vec<(Box<str>, Facts)>) -> Self {
        permissions.sort_by(|a, b| a.0.cmp(&b.0));
        permissions.dedup_by(|a, b| a.0 == b.0);
        let mut catalog = Self::default();
        for (at, (name, facts)) in permissions.into_iter().enumerate() {
            let mut parts = [Id::new(u32::MAX as usize); 3];
            for (slot, part) in parts.iter_mut().zip(name.split(':')) {
                let next = Id::new(catalog.words.len());
                *slot = *catalog.words.entry(part.into()).or_insert(next);
            }
            catalog.parts.push(parts);
            catalog.ids.insert(name.clone(), PermissionId::new(at));
            catalog.names.push(name);
            catalog.facts.push(facts);
        }
        catalog
    }

    /// How many permissions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The ids of all permissions.
    pub fn ids(&self) -> impl Iterator<Item = PermissionId> + use<> {
        (0..self.names.len()).map(PermissionId::new)
    }

    /// The name of a permission.
    #[must_use]
    pub fn name(&self, permission: PermissionId) -> &str {
        &self.names[permission.index()]
    }

    /// One part of a permission's name (0 domain, 1 entity, 2 action).
    #[must_use]
    pub fn part(&self, permission: PermissionId, place: usize) -> Option<&str> {
        self.name(permission).split(':').nth(place)
    }

    /// The names of all permissions in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// The permission of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PermissionId> {
        self.ids.get(name).copied()
    }

    /// Whether some permission's name begins so.
    #[must_use]
    pub fn has_prefix(&self, prefix: &str) -> bool {
        let at = self.names.partition_point(|known| **known < *prefix);
        self.names.get(at).is_some_and(|known| known.starts_with(prefix))
    }

    /// What is said of a permission.
    #[must_use]
    pub fn facts(&self, permission: PermissionId) -> &Facts {
        &self.facts[permission.index()]
    }

    /// What is said of a permission, to be completed.
    pub fn facts_mut(&mut self, permission: PermissionId) -> &mut Facts {
        &mut self.facts[permission.index()]
    }

    /// Whether scopes leave a permission untouched.
    #[must_use]
    pub fn is_unaware(&self, permission: PermissionId) -> bool {
        self.facts[permission.index()].awareness == Awareness::Unaware
    }

    /// The permissions, in ascending order, that match three parts.
    #[must_use]
    pub fn matches(&self, parts: [&Part<'_>; 3]) -> Vec<u32> {
        if let [Part::Names(domain), Part::Names(entity), Part::Names(action)] = parts
            && let ([domain], [entity], [action]) = (domain.as_slice(), entity.as_slice(), action.as_slice())
        {
            return self.find(&format!("{domain}:{entity}:{action}")).map(Id::raw).into_iter().collect();
        }
        if let Some(found) = self.combinations(parts) {
            return found;
        }
        let wanted = parts.map(|part| match part {
            Part::Any => None,
            Part::Names(names) => {
                let mut words: Vec<_> = names.iter().filter_map(|name| self.words.get(*name).copied()).collect();
                words.sort();
                Some(words)
            }
        });
        let range = match parts[0] {
            Part::Names(names) => self.domain(names.first().copied().unwrap_or("")),
            Part::Any => 0..self.names.len(),
        };
        let fits = |permission: &usize| {
            let words = &self.parts[*permission];
            words[2].index() != u32::MAX as usize
                && wanted
                    .iter()
                    .zip(words)
                    .all(|(wanted, word)| wanted.as_ref().is_none_or(|wanted| wanted.binary_search(word).is_ok()))
        };
        match self.fewest(range.len(), parts) {
            Some(candidates) => {
                candidates.into_iter().filter(|at| range.contains(&(*at as usize)) && fits(&(*at as usize))).collect()
            }
            None => range.filter(fits).filter_map(|at| u32::try_from(at).ok()).collect(),
        }
    }

    /// The permissions that a selector without `*` names, in ascending order, where it has fewer names than the catalog.
    fn combinations(&self, parts: [&Part<'_>; 3]) -> Option<Vec<u32>> {
        let [Part::Names(domains), Part::Names(entities), Part::Names(actions)] = parts else { return None };
        let [domain] = domains.as_slice() else { return None };
        if entities.len().checked_mul(actions.len())? > self.len() / 8 {
            return None;
        }
        let names = entities.iter().flat_map(|entity| actions.iter().map(move |action| format!("{domain}:{entity}:{action}")));
        let mut found: Vec<u32> = names.filter_map(|name| self.find(&name)).map(Id::raw).collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// The permissions that have one of the names of a part, in ascending order, where these are much fewer than so many.
    fn fewest(&self, most: usize, parts: [&Part<'_>; 3]) -> Option<Vec<u32>> {
        if most < INDEXED {
            return None;
        }
        let places = self.places.get_or_init(|| {
            let mut places = Places::default();
            for (at, words) in self.parts.iter().enumerate() {
                for place in [1, 2] {
                    places.entry((place, words[place])).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
                }
            }
            places
        });
        let of_place = |place: usize| match parts[place] {
            Part::Any => None,
            Part::Names(names) => {
                let words = names.iter().filter_map(|name| self.words.get(*name));
                Some(words.filter_map(|word| places.get(&(place, *word))).collect::<Vec<_>>())
            }
        };
        let length = |lists: &Vec<&Vec<u32>>| lists.iter().map(|list| list.len()).sum::<usize>();
        let lists = [1, 2].into_iter().filter_map(of_place).min_by_key(length).filter(|lists| length(lists) < most / 8)?;
        let mut found: Vec<u32> = lists.into_iter().flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Where the permissions of a domain stand.
    fn domain(&self, name: &str) -> std::ops::Range<usize> {
        self.with_prefix(&format!("{name}:"))
    }

    /// Where the permissions stand whose names begin so.
    #[must_use]
    pub fn with_prefix(&self, prefix: &str) -> std::ops::Range<usize> {
        let start = self.names.partition_point(|known| **known < *prefix);
        let length = self.names[start..].partition_point(|known| known.starts_with(prefix));
        start..start + length
    }

    /// The known names at one place of a permission (0 domain, 1 entity, 2 action) under the parts before it.
    #[must_use]
    pub fn words_at(&self, place: usize, before: &[&Part<'_>]) -> Vec<&str> {
        let fits = |name: &str| {
            let mut parts = name.split(':');
            before.iter().all(|wanted| match (wanted, parts.next()) {
                (Part::Any, Some(_)) => true,
                (Part::Names(names), Some(part)) => names.contains(&part),
                (_, None) => false,
            })
        };
        let mut words: Vec<&str> = self.names().filter(|name| fits(name)).filter_map(|name| name.split(':').nth(place)).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}
