//! The bytes of a bundle: a file that is mapped into memory, or bytes that somebody has. The one unsafe place.
#![allow(unsafe_code)]

use std::fs::File;
use std::path::Path;

use memmap2::MmapOptions;

/// Where the bytes of a bundle are.
#[derive(Debug)]
pub(super) enum Bytes {
    Mapped(memmap2::Mmap),
    Owned(Vec<u8>),
}

impl Bytes {
    /// Maps a file into memory.
    pub(super) fn map(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Ok(Self::Owned(Vec::new()));
        }
        let mut options = MmapOptions::new();
        options.populate();
        // SAFETY: the mapping is private and read-only, and no reference to it outlives it. What no reader can rule out
        // is that somebody changes the file in place or cuts it off while it is mapped. That is why bundles are replaced
        // by renaming a new file over the old one, which leaves a mapped one as it was, why `Bundle::open` says so, and
        // why `Bundle::read` is there for files of which this isn't known.
        let mapped = unsafe { options.map_copy_read_only(&file)? };
        Ok(Self::Mapped(mapped))
    }

    pub(super) fn all(&self) -> &[u8] {
        match self {
            Self::Mapped(mapped) => mapped,
            Self::Owned(bytes) => bytes,
        }
    }
}
