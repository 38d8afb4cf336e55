//! Licences: their order, and what needs them.

use super::{AllowFinding, Name, Selector, Text};

/// `license NAME …` and `addon license NAME …`.
#[derive(Debug)]
pub struct License {
    /// Whether it is bought beside others.
    pub addon: bool,
    /// Its name.
    pub name: Name,
    /// What is said of it.
    pub fact: LicenseFact,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// What can be said of a licence.
#[derive(Debug)]
pub enum LicenseFact {
    /// That it exists, and what people call it.
    Exists(Option<Text>),
    /// `a < b < c`: those that follow, each dearer than the one before.
    Dearer(Vec<Name>),
    /// `needs SELECTOR, …`: whoever has one of these permissions takes it.
    Needs(Vec<Selector>),
    /// `unwanted in KIND`: organisations of that kind do not want it.
    Unwanted(Name),
}
