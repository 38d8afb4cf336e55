//! The permissions that generated roles choose from: those of the shipped catalog.

use std::ops::Range;

use rolec::catalogs;
use rolec::compile::{self, Input};
use rolec::source::Sources;

use crate::bits::Bits;
use crate::project::{self, File};
use crate::random::Random;

/// The catalog that generated projects build on.
pub const CATALOG: &str = "genesys-cloud";

/// What a selector is and what it matches.
#[derive(Debug, Clone)]
pub struct Selector {
    /// As it is written.
    pub text: String,
    /// The permissions, by their places.
    pub matches: Bits,
    /// Whether it is one full name.
    pub is_single: bool,
}

/// The permissions of a catalog, in order of their names.
#[derive(Debug)]
pub struct Universe {
    names: Vec<String>,
    /// The permissions of each entity.
    entities: Vec<Range<usize>>,
    /// By permission: its entity.
    entity_of: Vec<usize>,
    /// The permissions of each domain.
    domains: Vec<Range<usize>>,
    /// Permissions that know no divisions.
    pub unaware: Bits,
    /// Permissions of domains whose grants may have conditions.
    pub conditional: Bits,
    /// Pairs of an unaware permission and its aware counterpart.
    pub pairs: Vec<[usize; 2]>,
    /// What the project's backfills add.
    pub added: Bits,
}

/// The name up to its last colon, or up to its first.
fn before(name: &str, last: bool) -> &str {
    let split = if last { name.rsplit_once(':') } else { name.split_once(':') };
    split.map_or(name, |(before, _)| before)
}

/// The ranges of names that share what `key` takes from them.
fn runs(names: &[String], key: impl Fn(&str) -> &str) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for same in names.chunk_by(|a, b| key(a) == key(b)) {
        runs.push(start..start + same.len());
        start += same.len();
    }
    runs
}

impl Universe {
    /// The permissions of the shipped catalog with what generated projects state of them.
    #[must_use]
    pub fn shipped() -> Self {
        let shipped = catalogs::shipped(CATALOG).map_or(&[][..], |catalog| catalog.files);
        let mut texts: Vec<_> = shipped.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned(), true)).collect();
        texts.extend(project::statements().into_iter().map(|File { path, text }| (path, text, false)));
        let input = Input { sources: Sources::new(texts), ..Input::default() };
        let program = compile::compile(input).program;
        let catalog = &program.catalog;
        // One-word permissions have no place in the generator's selectors.
        let names: Vec<String> = catalog.names().filter(|name| name.contains(':')).map(str::to_owned).collect();
        let place = |name: &str| names.binary_search_by(|known| known.as_str().cmp(name)).unwrap_or(0);
        let those = |wanted: &dyn Fn(rolec::sets::PermissionId) -> bool| {
            Bits::of(catalog.ids().filter(|id| wanted(*id)).map(|id| place(catalog.name(id))))
        };
        let added: Vec<_> = program.backfills.iter().flat_map(|backfill| program.sets.iter(backfill.additions)).collect();
        let entities = runs(&names, |name| before(name, true));
        let entity_of = entities.iter().enumerate().flat_map(|(at, range)| range.clone().map(move |_| at)).collect();
        Self {
            unaware: those(&|id| catalog.is_unaware(id)),
            conditional: those(&|id| catalog.facts(id).conditions.is_some()),
            pairs: program.pairs.iter().map(|pair| [pair.unaware, pair.aware].map(|id| place(catalog.name(id)))).collect(),
            added: those(&|id| added.contains(&id)),
            domains: runs(&names, |name| before(name, false)),
            entities,
            entity_of,
            names,
        }
    }

    /// The selector of the permission of a name; of one that is not in the catalog, of the first permission.
    #[must_use]
    pub fn named(&self, name: &str) -> Selector {
        self.single(self.names.binary_search_by(|known| known.as_str().cmp(name)).unwrap_or(0))
    }

    /// Whether a set holds both halves of some pair.
    #[must_use]
    pub fn has_pair(&self, held: &Bits) -> bool {
        self.pairs.iter().any(|[unaware, aware]| held.contains(*unaware) && held.contains(*aware))
    }

    /// The selector of one permission.
    #[must_use]
    pub fn single(&self, permission: usize) -> Selector {
        Selector { text: self.names[permission].clone(), matches: Bits::of([permission]), is_single: true }
    }

    /// The selector of all actions of a permission's entity.
    #[must_use]
    pub fn entity(&self, permission: usize) -> Selector {
        let range = self.entities[self.entity_of[permission]].clone();
        Selector { text: format!("{}:*", before(&self.names[permission], true)), matches: Bits::of(range), is_single: false }
    }

    /// A selector with or without a star.
    pub fn any(&self, wildcard: bool, random: &mut Random) -> Selector {
        let permission = random.below(self.names.len());
        match random.below(10) {
            kind if wildcard => self.wildcard(permission, kind),
            0 => self.set(permission),
            _ => self.single(permission),
        }
    }

    /// A selector with a star that matches a permission; of ten kinds, most are of one entity.
    fn wildcard(&self, permission: usize, kind: usize) -> Selector {
        let name = &self.names[permission];
        let domain = before(name, false);
        let range = self.domains.iter().find(|range| range.contains(&permission)).cloned().unwrap_or_default();
        match kind {
            0 if range.len() <= 12 => Selector { text: format!("{domain}:*"), matches: Bits::of(range), is_single: false },
            1 | 2 if range.len() <= 40 => {
                let action = &name[name.rfind(':').unwrap_or(0)..];
                let matches = Bits::of(range.filter(|at| self.names[*at].ends_with(action)));
                Selector { text: format!("{domain}:*{action}"), matches, is_single: false }
            }
            _ => self.entity(permission),
        }
    }

    /// The selector of two actions of a permission's entity, where it has two.
    fn set(&self, permission: usize) -> Selector {
        let range = self.entities[self.entity_of[permission]].clone();
        if range.len() < 2 {
            return self.single(permission);
        }
        let action = |at: usize| self.names[at].rsplit(':').next().unwrap_or("");
        let text = format!("{}:{{{}, {}}}", before(&self.names[permission], true), action(range.start), action(range.end - 1));
        Selector { text, matches: Bits::of([range.start, range.end - 1]), is_single: false }
    }
}
