//! Scopes: `all`, or a set of divisions.

use std::collections::BTreeSet;

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// In every division, those created later included.
    All,
    /// In these divisions.
    In(BTreeSet<String>),
}

impl Scope {
    /// Nowhere.
    pub(crate) const fn nowhere() -> Self {
        Self::In(BTreeSet::new())
    }

    /// Whether it holds nowhere.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::In(divisions) if divisions.is_empty())
    }

    /// Where both hold.
    pub(crate) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, scope) | (scope, Self::All) => scope.clone(),
            (Self::In(a), Self::In(b)) => Self::In(a & b),
        }
    }

    /// Where either holds.
    pub(crate) fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::In(a), Self::In(b)) => Self::In(a | b),
        }
    }

    /// Whether it is no wider than another.
    pub(crate) fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::All) => true,
            (Self::All, Self::In(_)) => false,
            (Self::In(a), Self::In(b)) => a.is_subset(b),
        }
    }
}
