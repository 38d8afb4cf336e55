//! Vendor documents → `.role` text.
//!
//! Pure: texts in, text out. The same documents give the same text in whatever order they come, the text is
//! what the formatter makes of it, and what a document says that a `.role` file can't say is noted, never dropped.

mod openapi;
mod permissions;
mod text;
mod topics;

use std::fmt;

pub use openapi::openapi;
pub use permissions::permissions;
pub use topics::topics;

/// A document of a vendor.
#[derive(Debug, Clone)]
pub struct Document {
    /// What messages call it; never written to the text.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// What was made of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The `.role` text.
    pub text: String,
    /// What the documents say that the text doesn't, in the order of the text.
    pub notes: Vec<String>,
    /// How much there is.
    pub counts: Counts,
}

/// How much was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Permissions declared, one-word ones included.
    pub permissions: usize,
    /// Endpoints.
    pub endpoints: usize,
    /// Topics.
    pub topics: usize,
    /// Surfaces that the documents say nothing of.
    pub unstated: usize,
    /// Surfaces that ask for nobody's permission.
    pub open: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [(self.permissions, "permission"), (self.endpoints, "endpoint"), (self.topics, "topic")];
        let states = [(self.open, "open"), (self.unstated, "unstated")];
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let kinds = kinds.iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<_> = kinds.map(|(count, kind)| format!("{count} {kind}{}", plural(*count))).collect();
        let states: Vec<_> =
            states.iter().filter(|(count, _)| *count > 0).map(|(count, state)| format!("{count} {state}")).collect();
        f.write_str(&kinds.join(", "))?;
        if states.is_empty() { Ok(()) } else { write!(f, " ({})", states.join(", ")) }
    }
}

/// Why documents can't be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportError {
    /// There is no document.
    NoDocument,
    /// A document has no text.
    Empty {
        /// The document's name.
        document: String,
    },
    /// A document is not of the kind that is expected.
    Unexpected {
        /// The document's name.
        document: String,
        /// The kind that is expected.
        expected: &'static str,
        /// What is wrong, and where.
        reason: String,
    },
    /// A document of the right kind has nothing to import in it.
    Nothing {
        /// The document's name.
        document: String,
        /// What it lacks.
        lacks: &'static str,
    },
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDocument => f.write_str("there is no document to import"),
            Self::Empty { document } => write!(f, "`{document}` is empty"),
            Self::Unexpected { document, expected, reason } => write!(f, "`{document}` is not {expected}: {reason}"),
            Self::Nothing { document, lacks } => write!(f, "`{document}` has no {lacks}"),
        }
    }
}

impl std::error::Error for ImportError {}

impl Document {
    /// The document's JSON; an error that names the document and the kind it should be of otherwise.
    fn json<T: serde::de::DeserializeOwned>(&self, expected: &'static str) -> Result<T, ImportError> {
        let unexpected = |reason| ImportError::Unexpected { document: self.name.clone(), expected, reason };
        let text = self.solid_text()?;
        if !text.starts_with(['{', '[']) {
            return Err(unexpected("only JSON is read, and this begins with neither `{` nor `[`".to_owned()));
        }
        serde_json::from_str(text).map_err(|error| unexpected(error.to_string()))
    }

    /// The document's text without a byte order mark.
    fn solid_text(&self) -> Result<&str, ImportError> {
        let text = self.text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(ImportError::Empty { document: self.name.clone() });
        }
        Ok(text)
    }
}
