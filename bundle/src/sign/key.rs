//! Public keys: whose signatures count.

use std::fmt;
use std::path::Path;

use ct_codecs::{Base64, Decoder as _, Encoder as _};

use super::{Fault, text};
use crate::Error;

/// Algorithm, id and key.
const BYTES: usize = 2 + ID_BYTES + 32;
/// Bytes of the id of a key.
pub(super) const ID_BYTES: usize = 8;
/// Ed25519.
pub(super) const ALGORITHM: &[u8] = b"Ed";
/// What the first line of a file begins with.
pub(super) const COMMENT: &str = "untrusted comment: ";

/// A public key, as `minisign` and `rolec bundle keygen` make it.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) id: [u8; ID_BYTES],
    pub(super) key: ed25519_compact::PublicKey,
}

impl PublicKey {
    /// Reads a file of a public key.
    ///
    /// # Errors
    ///
    /// If the file can't be read, or is no public key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let text = text(path.as_ref())?.ok_or(Fault::NotAKey { what: "it is not a short text" })?;
        Ok(Self::parse(&text)?)
    }

    /// The key of a text: both lines of its file, or the second one alone.
    ///
    /// # Errors
    ///
    /// If it is no public key.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let line = key_line(text).ok_or(Fault::NotAKey { what: "it does not have the lines of one" })?;
        let bytes: [u8; BYTES] = decode(line).ok_or(Fault::NotAKey { what: "it is not as long as a public key" })?;
        let (algorithm, rest) = bytes.split_at(ALGORITHM.len());
        let (id, key) = rest.split_at(ID_BYTES);
        if algorithm != ALGORITHM {
            return Err(Fault::NotAKey { what: "it is of an algorithm that is not known" });
        }
        Self::new(id, key).ok_or(Fault::NotAKey { what: "it is none that anybody can sign with" })
    }

    /// A key of its parts, unless it is one of the few for which signatures are easily forged.
    pub(super) fn new(id: &[u8], key: &[u8]) -> Option<Self> {
        let key = ed25519_compact::PublicKey::from_slice(key).ok()?;
        key.validate().ok()?;
        Some(Self { id: id.try_into().ok()?, key })
    }

    /// The id, as `minisign` prints it. It tells keys apart and proves nothing.
    pub fn id(&self) -> String {
        id(self.id)
    }

    /// The text of its file.
    pub fn to_text(&self) -> String {
        let bytes = [ALGORITHM, &self.id, &self.key[..]].concat();
        format!("{COMMENT}minisign public key {}\n{}\n", self.id(), encode(&bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicKey({})", self.id())
    }
}

pub(super) fn id(bytes: [u8; ID_BYTES]) -> String {
    format!("{:016X}", u64::from_le_bytes(bytes))
}

/// The line of a text that holds a key: the second one of its file, or the only one.
pub(super) fn key_line(text: &str) -> Option<&str> {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    match lines.as_slice() {
        [comment, line] if comment.starts_with(COMMENT) => Some(line.trim_end()),
        [line] => Some(line.trim_end()),
        _ => None,
    }
}

/// Exactly so many bytes, in Base64.
pub(super) fn decode<const N: usize>(line: &str) -> Option<[u8; N]> {
    Base64::decode_to_vec(line, None).ok()?.try_into().ok()
}

pub(super) fn encode(bytes: &[u8]) -> String {
    // It fails only where the length of the text is no number.
    Base64::encode_to_string(bytes).unwrap_or_default()
}
