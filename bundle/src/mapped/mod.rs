//! `bundle.rbundle`: all of a bundle as one file that is mapped into memory and used in place.
//!
//! Opening it looks at the header, the places of the sections and the digest, and at nothing else. Whatever a section
//! says is checked where it is used: what points nowhere is a [`Corrupt`], which becomes a denial or an error.

mod digest;
mod facts;
pub(crate) mod layout;
mod map;
mod names;
pub(crate) mod numbers;
mod read;
pub(crate) mod sets;
mod write;

use std::path::Path;

use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

use self::layout::{CONTENT_FROM, Header, MAGIC, NONE, Places, Section, Tables};
use self::map::Bytes;
pub use self::write::write;
use crate::limits::SECTIONS;
use crate::{Document, Error, FORMAT};

/// Something in a bundle points nowhere, or says what no writer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corrupt;

impl From<Corrupt> for Error {
    fn from(_: Corrupt) -> Self {
        Self::Corrupt { what: "something in it points nowhere" }
    }
}

/// A bundle that is read in place.
#[derive(Debug)]
pub struct Bundle {
    bytes: Bytes,
    places: Places,
}

impl Bundle {
    /// Maps a file into memory. The fast digest over the content is checked, so that a file that was cut off or changed
    /// by accident is refused; against changes on purpose see [`Bundle::verify`]. Up to four threads work it out of files of
    /// more than 16 MB, and end before this does.
    ///
    /// The file must stay as it is while the bundle is open: replace it by renaming another over it, as `rolec build`
    /// does, and never write into it. Where that can't be promised, use [`Bundle::read`].
    ///
    /// # Errors
    ///
    /// If the file can't be read, is no bundle, is of another major version, or is not as it was written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::new(Bytes::map(path.as_ref())?)
    }

    /// Reads a file into memory; like [`Bundle::open`] otherwise.
    ///
    /// # Errors
    ///
    /// As [`Bundle::open`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::from_bytes(std::fs::read(path)?)
    }

    /// Takes the bytes of a bundle.
    ///
    /// # Errors
    ///
    /// If they are no bundle, of another major version, or not as they were written.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, Error> {
        Self::new(Bytes::Owned(bytes.into()))
    }

    /// The mapped form of a document, at once.
    ///
    /// # Errors
    ///
    /// If the document says what can't be, or is too large for the mapped form.
    pub fn from_document(document: &Document) -> Result<Self, Error> {
        Self::from_bytes(write(document)?)
    }

    fn new(bytes: Bytes) -> Result<Self, Error> {
        let places = check(bytes.all())?;
        Ok(Self { bytes, places })
    }

    /// Checks the SHA-256 that the header has of the whole file, and gives it. It says that the file is the one whose
    /// digest somebody told, if they told it; by itself it says nothing of who wrote it.
    ///
    /// # Errors
    ///
    /// If the content is not what the digest was made of.
    pub fn verify(&self) -> Result<[u8; 32], Error> {
        let bytes = self.bytes.all();
        let (header, _) = Header::ref_from_prefix(bytes).map_err(|_| Error::NotABundle)?;
        if digest::sha256(bytes) == header.sha256 {
            Ok(header.sha256)
        } else {
            Err(Error::Corrupt { what: "the SHA-256 of the content is another" })
        }
    }

    /// Opens a bundle as [`Bundle::open`] does, and checks that it is the one of this SHA-256, the one that
    /// [`Bundle::verify`] gives.
    ///
    /// # Errors
    ///
    /// As [`Bundle::open`], and if it is another bundle.
    pub fn open_verified(path: impl AsRef<Path>, sha256: &[u8; 32]) -> Result<Self, Error> {
        let bundle = Self::open(path)?;
        if bundle.verify()? == *sha256 { Ok(bundle) } else { Err(Error::Corrupt { what: "it is not the bundle of the digest" }) }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.all()
    }

    /// All that the bundle says, as values. It takes as long as reading `bundle.json`; decisions don't need it.
    ///
    /// # Errors
    ///
    /// If something in the bundle points nowhere, or the document would take more than 64 times its room.
    pub fn to_document(&self) -> Result<Document, Error> {
        read::document(&self.tables(), self.bytes.all().len())
    }

    pub(crate) fn tables(&self) -> Tables<'_> {
        Tables::new(self.bytes.all(), &self.places)
    }
}

/// Checks all that is checked at once, and finds the sections.
fn check(bytes: &[u8]) -> Result<Places, Error> {
    let (header, _) = Header::ref_from_prefix(bytes).map_err(|_| Error::NotABundle)?;
    if header.magic != MAGIC {
        return Err(Error::NotABundle);
    }
    let (major, minor) = (header.major.get(), header.minor.get());
    if major != FORMAT.0 {
        return Err(Error::Version { major, minor });
    }
    if header.length.get() != bytes.len() as u64 {
        return Err(Error::Corrupt { what: "it is not as long as it says" });
    }
    if header.fast.get() != digest::fast(bytes) {
        return Err(Error::Corrupt { what: "the digest of the content is another" });
    }
    let cut = || Error::Corrupt { what: "the table of sections is cut off" };
    let (count, rest) = U32::ref_from_prefix(&bytes[CONTENT_FROM..]).map_err(|_| cut())?;
    let count = count.get() as usize;
    if count > SECTIONS {
        return Err(Error::Corrupt { what: "it has too many sections" });
    }
    let table = rest.get(size_of::<U32>()..).ok_or_else(cut)?;
    let (table, _) = <[Section]>::ref_from_prefix_with_elems(table, count).map_err(|_| cut())?;
    Places::find(table, bytes.len())
}

/// A number that may be none.
pub(crate) fn some(number: U32) -> Option<u32> {
    (number.get() != NONE).then(|| number.get())
}

/// The row of an id, and the next one, which tells where what it has ends.
#[inline]
pub(crate) fn row_and_next<T>(rows: &[T], id: u32) -> Result<&[T; 2], Corrupt> {
    rows.get(id as usize..).and_then(<[T]>::first_chunk).ok_or(Corrupt)
}

/// Some of a list, up to where the next one begins.
#[inline]
pub(crate) fn between<T>(list: &[T], start: U32, end: U32) -> Result<&[T], Corrupt> {
    list.get(start.get() as usize..end.get() as usize).ok_or(Corrupt)
}

/// Some of a list.
#[inline]
pub(crate) fn part<T>(list: &[T], start: U32, count: U32) -> Result<&[T], Corrupt> {
    let start = start.get() as usize;
    list.get(start..start.saturating_add(count.get() as usize)).ok_or(Corrupt)
}
