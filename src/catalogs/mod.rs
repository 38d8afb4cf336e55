//! The catalogs that come with rolec: texts that a project takes in by name.

/// A catalog that comes with rolec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// The name that a manifest's `[dependencies]` calls it by.
    pub name: &'static str,
    /// The version of the vendor's document that it was made from.
    pub version: &'static str,
    /// The names and texts of its files, in order of their names.
    pub files: &'static [(&'static str, &'static str)],
}

/// Every catalog that comes with rolec, in order of their names.
pub const ALL: &[Shipped] = &[Shipped {
    name: "genesys-cloud",
    version: "259.0.0",
    files: &[
        ("api.role", include_str!("genesys-cloud/api.role")),
        ("facts.role", include_str!("genesys-cloud/facts.role")),
        ("topics.role", include_str!("genesys-cloud/topics.role")),
    ],
}];

/// The catalog of that name.
#[must_use]
pub fn shipped(name: &str) -> Option<&'static Shipped> {
    ALL.iter().find(|shipped| shipped.name == name)
}
