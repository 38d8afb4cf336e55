//! Where grants hold: sets of divisions, each stored once, with union and intersection.
//!
//! `all` is not the set of all divisions: it includes those created later.

use rustc_hash::FxHashMap;

use crate::id::Id;

/// Marks ids of divisions.
#[derive(Debug)]
pub enum DivisionTag {}
/// Names a division; ids order as the names do.
pub type DivisionId = Id<DivisionTag>;

/// Marks ids of scopes.
#[derive(Debug)]
pub enum ScopeTag {}
/// Names a scope.
pub type ScopeId = Id<ScopeTag>;

/// All scopes.
#[derive(Debug)]
pub struct Scopes {
    stride: usize,
    words: Vec<u64>,
    ids: FxHashMap<Box<[u64]>, u32>,
    unions: FxHashMap<(u32, u32), u32>,
    intersections: FxHashMap<(u32, u32), u32>,
}

impl Scopes {
    /// The empty scope and `all`, over so many divisions.
    #[must_use]
    pub fn new(divisions: usize) -> Self {
        let stride = divisions.div_ceil(64).max(1);
        let mut scopes = Self {
            stride,
            words: Vec::new(),
            ids: FxHashMap::default(),
            unions: FxHashMap::default(),
            intersections: FxHashMap::default(),
        };
        scopes.intern(vec![0; stride].into());
        // `all` has a row of its own, which no set of divisions is ever looked up as.
        scopes.words.extend(std::iter::repeat_n(u64::MAX, stride));
        scopes
    }

    /// Nowhere.
    #[must_use]
    pub fn empty() -> ScopeId {
        ScopeId::new(0)
    }

    /// Everywhere, divisions created later included.
    #[must_use]
    pub fn all() -> ScopeId {
        ScopeId::new(1)
    }

    /// The scope of these divisions.
    pub fn of(&mut self, divisions: impl IntoIterator<Item = DivisionId>) -> ScopeId {
        let mut words = vec![0; self.stride];
        for division in divisions {
            words[division.index() / 64] |= 1 << (division.index() % 64);
        }
        self.intern(words.into())
    }

    fn intern(&mut self, words: Box<[u64]>) -> ScopeId {
        if let Some(id) = self.ids.get(&words) {
            return ScopeId::new(*id as usize);
        }
        let id = ScopeId::new(self.words.len() / self.stride);
        self.words.extend_from_slice(&words);
        self.ids.insert(words, id.raw());
        id
    }

    fn row(&self, scope: ScopeId) -> &[u64] {
        &self.words[scope.index() * self.stride..(scope.index() + 1) * self.stride]
    }

    /// Where either holds.
    pub fn union(&mut self, a: ScopeId, b: ScopeId) -> ScopeId {
        if a == b || b == Self::empty() || a == Self::all() {
            return a;
        }
        if a == Self::empty() || b == Self::all() {
            return b;
        }
        let key = (a.raw().min(b.raw()), a.raw().max(b.raw()));
        if let Some(id) = self.unions.get(&key) {
            return ScopeId::new(*id as usize);
        }
        let words = self.row(a).iter().zip(self.row(b)).map(|(a, b)| a | b).collect();
        let id = self.intern(words);
        self.unions.insert(key, id.raw());
        id
    }

    /// Where both hold.
    pub fn intersection(&mut self, a: ScopeId, b: ScopeId) -> ScopeId {
        if a == b || b == Self::all() || a == Self::empty() {
            return a;
        }
        if a == Self::all() || b == Self::empty() {
            return b;
        }
        let key = (a.raw().min(b.raw()), a.raw().max(b.raw()));
        if let Some(id) = self.intersections.get(&key) {
            return ScopeId::new(*id as usize);
        }
        let words = self.row(a).iter().zip(self.row(b)).map(|(a, b)| a & b).collect();
        let id = self.intern(words);
        self.intersections.insert(key, id.raw());
        id
    }

    /// Whether `inner` lies within `outer`.
    #[must_use]
    pub fn is_within(&self, inner: ScopeId, outer: ScopeId) -> bool {
        if inner == outer || outer == Self::all() || inner == Self::empty() {
            return true;
        }
        inner != Self::all() && self.row(inner).iter().zip(self.row(outer)).all(|(inner, outer)| inner & !outer == 0)
    }

    /// Whether what two scopes have in common lies within a third.
    #[must_use]
    pub fn is_overlap_within(&self, a: ScopeId, b: ScopeId, outer: ScopeId) -> bool {
        let all = Self::all();
        if a == all || b == all {
            return self.is_within(if a == all { b } else { a }, outer);
        }
        outer == all || self.row(a).iter().zip(self.row(b)).zip(self.row(outer)).all(|((a, b), outer)| a & b & !outer == 0)
    }

    /// Whether two scopes have nothing in common.
    #[must_use]
    pub fn are_disjoint(&self, a: ScopeId, b: ScopeId) -> bool {
        let all = Self::all();
        if a == all || b == all {
            return a == Self::empty() || b == Self::empty();
        }
        self.row(a).iter().zip(self.row(b)).all(|(a, b)| a & b == 0)
    }

    /// The divisions of a scope in ascending order; `None` for `all`.
    #[must_use]
    pub fn divisions(&self, scope: ScopeId) -> Option<Vec<DivisionId>> {
        if scope == Self::all() {
            return None;
        }
        let bits = self.row(scope).iter().enumerate().flat_map(|(at, word)| {
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| DivisionId::new(at * 64 + bit))
        });
        Some(bits.collect())
    }

    /// How many scopes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.len() / self.stride
    }
}
