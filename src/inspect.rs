//! A bundle of either form → what it is made of, and whether all of it is as it should be.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rolec_bundle::document::{Document, Epoch};
use rolec_bundle::{Bundle, Error, FORMAT};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::words;
use crate::lock::digest_text;

/// What `bundle.json` begins with.
pub const JSON: u8 = b'{';
/// What this compiler says of itself in bundles.
const COMPILER: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// A bundle that was read.
#[derive(Debug)]
pub enum Content {
    /// `bundle.json`: its bytes, and what they say.
    Json(Vec<u8>, Box<Document>),
    /// `bundle.rbundle`.
    Mapped(Box<Bundle>),
}

impl Content {
    /// The bundle of the bytes of a file; the bytes tell which form it is.
    ///
    /// # Errors
    ///
    /// They are no bundle, or a corrupt one.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        if bytes.first() != Some(&JSON) {
            return Ok(Self::Mapped(Box::new(Bundle::from_bytes(bytes)?)));
        }
        let document = Document::read(&bytes)?;
        Ok(Self::Json(bytes, Box::new(document)))
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Json(bytes, _) => bytes,
            Self::Mapped(bundle) => bundle.bytes(),
        }
    }

    fn document(&self) -> Result<Cow<'_, Document>, Error> {
        match self {
            Self::Json(_, document) => Ok(Cow::Borrowed(document)),
            Self::Mapped(bundle) => bundle.to_document().map(Cow::Owned),
        }
    }

    /// The name of the form.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        match self {
            Self::Json(..) => "json",
            Self::Mapped(_) => "mapped",
        }
    }
}

/// What a bundle is made of.
#[derive(Debug)]
pub struct Inspection<'c> {
    /// `json` or `mapped`.
    pub form: &'static str,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of the file.
    pub digest: String,
    /// The SHA-256 that a mapped bundle has of itself.
    pub content_digest: Option<String>,
    /// All that it says.
    pub document: Cow<'c, Document>,
    /// Its sections, or the keys of its JSON.
    pub parts: Vec<Part>,
}

/// A part of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// How many rows it has, if it is a table.
    pub rows: Option<u64>,
    /// How many bytes.
    pub bytes: u64,
}

/// Says what a bundle is made of.
///
/// # Errors
///
/// It is corrupt.
pub fn inspect(content: &Content) -> Result<Inspection<'_>, Error> {
    let bytes = content.bytes();
    let (content_digest, parts) = match content {
        Content::Json(bytes, _) => (None, keys(bytes)),
        Content::Mapped(bundle) => (Some(digest_text(&bundle.verify()?)), sections(bundle)),
    };
    Ok(Inspection {
        form: content.form(),
        bytes: bytes.len() as u64,
        digest: digest_text(&Sha256::digest(bytes)),
        content_digest,
        document: content.document()?,
        parts,
    })
}

fn sections(bundle: &Bundle) -> Vec<Part> {
    let part = |section: rolec_bundle::SectionSize| Part {
        name: section.name.map_or_else(|| format!("section {}", section.id), str::to_owned),
        rows: Some(section.rows),
        bytes: section.bytes,
    };
    bundle.sections().into_iter().map(part).collect()
}

fn keys(bytes: &[u8]) -> Vec<Part> {
    // A document was read of it, so it is an object.
    let keys: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes).unwrap_or_default();
    let part = |(name, value): (String, &RawValue)| Part { name, rows: None, bytes: value.get().len() as u64 };
    keys.into_iter().map(part).collect()
}

impl Inspection<'_> {
    /// How many there are of what a bundle has.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let own = &*self.document;
        vec![
            ("roles", own.roles.len()),
            ("permissions", own.permissions.len()),
            ("divisions", own.divisions.len()),
            ("groups", own.groups.len()),
            ("users", own.users.len()),
            ("surfaces", own.surfaces.len()),
            ("applications", own.applications.len()),
            ("objects", own.objects.len()),
            ("conditions", own.conditions.len()),
            ("scopes", own.scopes.len()),
            ("sets", own.sets.len()),
            ("licenses", own.licenses.len()),
            ("backfills", own.backfills.len()),
            ("enforcements", own.enforcements.len()),
            ("regions", own.regions.len()),
            ("sources", own.sources.len()),
        ]
    }

    /// The calendars, each with the regions that it is that of; the first is that of the default dates.
    #[must_use]
    pub fn calendars(&self) -> Vec<(Vec<&str>, &[Epoch])> {
        let regions = |calendar: usize| {
            let own = self.document.regions.iter().filter(move |region| region.calendar as usize == calendar);
            own.map(|region| region.name.as_str()).collect()
        };
        self.document.calendars.iter().enumerate().map(|(at, epochs)| (regions(at), epochs.as_slice())).collect()
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Sound,
    /// It is not.
    Wrong,
    /// It could not be checked, or nobody asked for it.
    Unchecked,
}

/// A check of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is checked.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What was found.
    pub found: String,
}

impl Check {
    /// A check with what was found, or with what is wrong.
    #[must_use]
    pub fn of(name: &'static str, found: Result<String, String>) -> Self {
        let outcome = if found.is_ok() { Outcome::Sound } else { Outcome::Wrong };
        Self { name, outcome, found: found.unwrap_or_else(|wrong| wrong) }
    }

    /// A check that was not made.
    #[must_use]
    pub fn not_made(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Unchecked, found: why.into() }
    }
}

/// Checks all of a bundle but its signature. What can't be read any further is not checked further.
#[must_use]
pub fn verify(bytes: Vec<u8>) -> Vec<Check> {
    let content = match Content::read(bytes) {
        Ok(content) => content,
        Err(error) => return vec![Check::of("structure", Err(error.to_string()))],
    };
    let mut checks = Vec::new();
    if let Content::Mapped(bundle) = &content {
        checks.push(Check::of("digest", bundle.verify().map(|digest| digest_text(&digest)).map_err(|error| error.to_string())));
    }
    match content.document() {
        Err(error) => checks.push(Check::of("structure", Err(error.to_string()))),
        Ok(document) => {
            let roles = words::count(document.roles.len(), "role");
            let permissions = words::count(document.permissions.len(), "permission");
            checks.push(Check::of("structure", Ok(format!("{roles} and {permissions}, and all that they refer to is there"))));
            checks.push(as_written(&content, &document));
        }
    }
    checks
}

/// Whether the bytes are the very ones that this compiler writes of the content: most of a mapped bundle is there twice, and what
/// decisions look up has to be what the rest says.
fn as_written(content: &Content, document: &Document) -> Check {
    const NAME: &str = "form";
    if document.compiler != COMPILER || document.format.minor > FORMAT.1 {
        let found = format!("`{}` made it, which may write another form than `{COMPILER}`", document.compiler);
        return Check::not_made(NAME, found);
    }
    let found = match content {
        Content::Json(bytes, document) => document.to_json().map(|json| {
            if json == *bytes { Ok("canonical JSON".to_owned()) } else { Err("the JSON is not in its canonical form".to_owned()) }
        }),
        Content::Mapped(bundle) => bundle.differing(document).map(|differing| match differing.as_slice() {
            [] => Ok("every table is what the content makes it".to_owned()),
            differing => {
                let names: Vec<&str> = differing.iter().filter_map(|section| section.name).collect();
                Err(format!("what is looked up is not what the content says, in {}", words::all_of(&names)))
            }
        }),
    };
    Check::of(NAME, found.unwrap_or_else(|error| Err(error.to_string())))
}
