//! What a target writes, in memory.

use rolec_bundle::Document;
use rolec_targets::{LeftOut, Output, Target, emit};

/// The files that a target makes of a document.
#[derive(PartialEq, Eq)]
pub(crate) struct Files(Vec<Output>);

impl Files {
    pub(crate) fn new(document: &Document, target: Target, left_out: LeftOut) -> Result<Self, String> {
        emit(document, target, left_out).map(Self).map_err(|refusals| format!("{refusals:?}"))
    }

    /// What stands in a file.
    pub(crate) fn bytes(&self, path: &str) -> Result<&[u8], String> {
        let own = self.0.iter().find(|own| own.path == path).ok_or_else(|| format!("no {path}"))?;
        Ok(&own.bytes)
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Result<&str, String> {
        std::str::from_utf8(self.bytes(path)?).map_err(|error| format!("{path}: {error}"))
    }
}
