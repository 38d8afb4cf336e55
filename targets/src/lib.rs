//! Bundles of roles in the forms that other engines and platforms take.
//!
//! A target is made of a [`Document`] and nothing else, so whatever the compiler flattened is said once more in other words, and
//! nothing of the language is left in it: no wildcard, no inheritance, no `except`. What a target has no words for is a
//! [`Refusal`], never something left out in silence.

mod cedar;
mod conditions;
mod genesys;
mod moment;
mod opa;
mod openfga;
mod platform;
mod refusal;
mod terraform;

use rolec_bundle::Document;

pub use refusal::{About, Refusal};

/// A form that bundles are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Policies, entities and a schema of Cedar.
    Cedar,
    /// Bodies for the API of Genesys Cloud.
    Genesys,
    /// The bundle itself, as `bundle.json`.
    Json,
    /// The bundle's mapped form, `bundle.rbundle`.
    Mapped,
    /// A bundle of OPA.
    Opa,
    /// A model and tuples of `OpenFGA`.
    Openfga,
    /// Terraform, for the provider of Genesys Cloud.
    Terraform,
}

impl Target {
    /// Every target, by name.
    pub const ALL: &[Self] = &[Self::Cedar, Self::Genesys, Self::Json, Self::Mapped, Self::Opa, Self::Openfga, Self::Terraform];

    /// Its name, which is that of its folder too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cedar => "cedar",
            Self::Genesys => "genesys",
            Self::Json => "json",
            Self::Mapped => "mapped",
            Self::Opa => "opa",
            Self::Openfga => "openfga",
            Self::Terraform => "terraform",
        }
    }

    /// The target of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|target| target.name() == name)
    }
}

/// A file of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its path in the target's folder, with `/` between names.
    pub path: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// What a project leaves out of a target on purpose, since that has no words for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Who may read which objects.
    pub objects: bool,
    /// Old options of applications.
    pub old_options: bool,
}

/// Writes a document for a target.
///
/// # Errors
///
/// Everything that the target has no words for, in order of what it is about.
pub fn emit(document: &Document, target: Target, left_out: LeftOut) -> Result<Vec<Output>, Vec<Refusal>> {
    let whole = |path: &str, bytes: Result<Vec<u8>, rolec_bundle::Error>| match bytes {
        Ok(bytes) => Ok(vec![Output { path: path.to_owned(), bytes }]),
        Err(error) => Err(vec![Refusal { about: About::Document, reason: error.to_string(), help: "make the project smaller" }]),
    };
    match target {
        Target::Cedar => cedar::emit(document),
        Target::Genesys => genesys::emit(document, left_out),
        Target::Json => whole("bundle.json", document.to_json()),
        Target::Mapped => whole("bundle.rbundle", rolec_bundle::mapped::write(document)),
        Target::Opa => Ok(opa::emit(document)),
        Target::Openfga => openfga::emit(document, left_out),
        Target::Terraform => terraform::emit(document, left_out),
    }
}
