//! The sections of a mapped bundle: how large each is, and whether they are what the content makes them.

use std::collections::BTreeMap;

use crate::mapped::{self, Bundle};
use crate::{Document, Error};

/// Where the table of sections begins: after their number, and a number that is not used.
const TABLE: usize = 72;
/// Bytes of a row of it.
const ROW: usize = 24;

/// The names of sections in the page on the format, from section 1 on.
const NAMES: [&str; 37] = [
    "head",
    "kinds",
    "strings",
    "text",
    "slots",
    "awareness",
    "roles",
    "grants",
    "terms",
    "sets",
    "bits",
    "scopes",
    "conditions",
    "nodes",
    "calendars",
    "epochs",
    "changes",
    "pilots",
    "regions",
    "users",
    "memberships",
    "groups",
    "assignments",
    "automatic",
    "applications",
    "options",
    "objects",
    "surfaces",
    "enforcements",
    "beginnings",
    "roots",
    "branches",
    "edges",
    "lists",
    "facts",
    "said",
    "inherited",
];

/// A section of a mapped bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionSize {
    /// Its id.
    pub id: u32,
    /// Its name, if this reader knows one.
    pub name: Option<&'static str>,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
}

impl Bundle {
    /// The sections, in order of the file, with those that this reader does not know.
    pub fn sections(&self) -> Vec<SectionSize> {
        entries(self.bytes())
            .map(|(id, row, bytes)| SectionSize {
                id,
                name: (id as usize).checked_sub(1).and_then(|at| NAMES.get(at).copied()),
                rows: (bytes.len() as u64).checked_div(u64::from(row)).unwrap_or(0),
                bytes: bytes.len() as u64,
            })
            .collect()
    }

    /// The sections that are not what this version makes of a document, the one that [`Bundle::to_document`] gives. It reads
    /// what decisions read, but most of it is there twice: as it is said, and as it is looked up. Another version may have
    /// written another form of the same; in a bundle of this one nothing differs unless somebody changed it.
    ///
    /// # Errors
    ///
    /// If the document can't be written.
    pub fn differing(&self, document: &Document) -> Result<Vec<SectionSize>, Error> {
        let written = mapped::write(document)?;
        let written: BTreeMap<u32, &[u8]> = entries(&written).map(|(id, _, bytes)| (id, bytes)).collect();
        let own: BTreeMap<u32, &[u8]> = entries(self.bytes()).map(|(id, _, bytes)| (id, bytes)).collect();
        let differs = |section: &SectionSize| written.get(&section.id).is_some_and(|bytes| own.get(&section.id) != Some(bytes));
        Ok(self.sections().into_iter().filter(differs).collect())
    }
}

/// Id, bytes of a row and content of each section. That they lie within the file was checked when it was opened.
fn entries(bytes: &[u8]) -> impl Iterator<Item = (u32, u32, &[u8])> {
    let half = |row: &[u8], at: usize| row.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let whole = |row: &[u8], at: usize| row.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    let count = half(bytes, TABLE - 8).unwrap_or(0) as usize;
    bytes.get(TABLE..).unwrap_or_default().chunks_exact(ROW).take(count).filter_map(move |row| {
        let (start, length) = (usize::try_from(whole(row, 8)?).ok()?, usize::try_from(whole(row, 16)?).ok()?);
        Some((half(row, 0)?, half(row, 4)?, bytes.get(start..start.checked_add(length)?)?))
    })
}
