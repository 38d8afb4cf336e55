//! Licences: what the permissions that somebody holds cost.

use super::Program;
use crate::id::Id;
use crate::sets::{PermissionId, SetId};
use crate::span::Span;

/// Marks ids of licences.
#[derive(Debug)]
pub enum LicenseTag {}
/// Names a licence; ids order as the names do.
pub type LicenseId = Id<LicenseTag>;

/// A licence.
#[derive(Debug)]
pub struct License {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// Whether it is bought beside others.
    pub addon: bool,
    /// The permissions that need it.
    pub needs: SetId,
    /// All licences that are cheaper, by steps, as a set of their ids.
    pub cheaper: Licenses,
    /// The kinds of organisations that do not want it.
    pub unwanted: Vec<(Box<str>, Span)>,
    /// Its name where it is declared first.
    pub span: Span,
}

/// A set of licences: a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Licenses(u64);

impl Licenses {
    /// With one more.
    #[must_use]
    pub fn with(self, license: LicenseId) -> Self {
        let bit = u32::try_from(license.index()).ok().and_then(|at| 1_u64.checked_shl(at));
        Self(self.0 | bit.unwrap_or(0))
    }

    /// Those of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that the other does not have.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether a licence is among them.
    #[must_use]
    pub fn has(self, license: LicenseId) -> bool {
        self.0 & Self::default().with(license).0 != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// They, in order of their names.
    pub fn iter(self) -> impl Iterator<Item = LicenseId> {
        (0..64).map(LicenseId::new).filter(move |license| self.has(*license))
    }
}

impl Program {
    /// A licence.
    #[must_use]
    pub fn license(&self, id: LicenseId) -> &License {
        &self.licenses[id.index()]
    }

    /// The licence of a name.
    #[must_use]
    pub fn find_license(&self, name: &str) -> Option<LicenseId> {
        self.licenses.binary_search_by(|license| (*license.name).cmp(name)).ok().map(LicenseId::new)
    }

    /// The licences that a permission needs.
    #[must_use]
    pub fn licenses_of(&self, permission: PermissionId) -> Licenses {
        let needing = |id: &LicenseId| self.sets.contains(self.license(*id).needs, permission);
        (0..self.licenses.len()).map(LicenseId::new).filter(needing).fold(Licenses::default(), Licenses::with)
    }

    /// Without those that a dearer one among them includes.
    #[must_use]
    pub fn dearest(&self, licenses: Licenses) -> Licenses {
        licenses.iter().fold(licenses, |left, license| left.without(self.license(license).cheaper))
    }

    /// The names of licences, in order.
    #[must_use]
    pub fn license_names(&self, licenses: Licenses) -> Vec<String> {
        licenses.iter().map(|license| self.license(license).name.to_string()).collect()
    }
}
