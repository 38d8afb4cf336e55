//! What a lock file pins, as values: the form on disk is `lock`'s matter.

use std::collections::BTreeMap;

/// The pinned expansions and copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    /// The digest of the catalog that the lock was written against.
    pub catalog: String,
    /// The permissions that each wildcard of the organisation's own roles matched, by the selector's text.
    pub wildcards: BTreeMap<String, Vec<String>>,
    /// The permissions that each wildcard of the vendor's roles matched: they follow the catalog, and this tells how.
    pub followed: BTreeMap<String, Vec<String>>,
    /// The grants that each copied role started from, by the copy's name; a grant as after `allow`.
    pub copies: BTreeMap<String, Vec<String>>,
}
