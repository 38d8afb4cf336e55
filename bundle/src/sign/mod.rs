//! Signatures, in the format of [minisign](https://jedisct1.github.io/minisign/): who made a bundle.
//!
//! The signature of `bundle.rbundle` is the file `bundle.rbundle.minisig` beside it. It is an Ed25519 signature over the
//! `BLAKE2b` digest of the whole file, whatever is in it; the stock program `minisign` checks it too, and signs what is
//! checked here. The trusted comment, which is signed as well, has the name of the file and the SHA-256 of its content,
//! and no time: the same file and key give the same signature.
//!
//! [`Bundle::open_signed`] opens nothing that isn't signed. The feature `sign` adds `SecretKey`, which makes keys and
//! signatures; a service doesn't need it.

mod key;
#[cfg(feature = "sign")]
mod secret;
mod signature;

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

pub use self::key::PublicKey;
#[cfg(feature = "sign")]
pub use self::secret::{SecretKey, trusted_comment};
pub use self::signature::Signature;
use crate::{Bundle, Error};

/// What a file of a key or a signature is named after the file that it belongs to.
const EXTENSION: &str = ".minisig";
/// Bytes that a key or a signature takes at the most.
const LARGEST: u64 = 1 << 16;

/// What is wrong with a key or a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no signature beside the file.
    Unsigned {
        /// Where it would be.
        path: PathBuf,
    },
    /// This is not a signature, or not all of one.
    NotASignature {
        /// What is wrong.
        what: &'static str,
    },
    /// This is not a key, or not all of one.
    NotAKey {
        /// What is wrong.
        what: &'static str,
    },
    /// It is of the old kind, which signs the content itself and not a digest of it.
    NotPrehashed,
    /// Another key made it.
    OtherKey {
        /// The id of the key that was asked for.
        expected: String,
        /// The id of the key that made it.
        found: String,
    },
    /// The key made it of another file.
    OtherFile {
        /// The name that the file had.
        signed: String,
    },
    /// The key made it of other content.
    OtherContent,
    /// The key made it of this content, but somebody changed the trusted comment.
    Comment,
    /// It names the key, but the key didn't make it.
    Forged,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned { path } => write!(out, "it is not signed: there is no `{}`", path.display()),
            Self::NotASignature { what } => write!(out, "this is no signature: {what}"),
            Self::NotAKey { what } => write!(out, "this is no key: {what}"),
            Self::NotPrehashed => write!(out, "the signature is of the old kind, without a digest"),
            Self::OtherKey { expected, found } => {
                write!(out, "the signature is by key {found}, and not by {expected}")
            }
            Self::OtherFile { signed } => write!(out, "the signature is that of another file, `{signed}`"),
            Self::OtherContent => write!(out, "the content is not what was signed"),
            Self::Comment => write!(out, "the trusted comment of the signature was changed"),
            Self::Forged => write!(out, "the signature was not made by the key that it names"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Signature(fault)
    }
}

/// Where the signature of a file is: beside it, as the stock program has it.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(EXTENSION);
    name.into()
}

impl Bundle {
    /// Reads a file into memory, checks that the signature beside it is by a key, and only then looks at what the file
    /// says. What was checked is what is used, whatever happens to the file afterwards.
    ///
    /// A key vouches for all that it signed, older versions and other projects included: [`Bundle::about`] tells them, and
    /// a `Watch` (feature `watch`) refuses them.
    ///
    /// # Errors
    ///
    /// As [`Bundle::read`], and [`Error::Signature`] with what is wrong with the signature.
    pub fn open_signed(path: impl AsRef<Path>, key: &PublicKey) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)?;
        Signature::read_beside(path)?.check_file(path, &bytes, key)?;
        Self::from_bytes(bytes)
    }

    /// Checks that a signature of this very bundle is by a key. Of a bundle that [`Bundle::open`] mapped it tells what
    /// is true now: it stays true if nobody writes into the file. Where that can't be promised, use
    /// [`Bundle::open_signed`].
    ///
    /// # Errors
    ///
    /// What is wrong with the signature.
    pub fn check_signature(&self, signature: &Signature, key: &PublicKey) -> Result<(), Fault> {
        signature.check(self.bytes(), key)
    }
}

/// Reads a small file of text.
fn text(path: &Path) -> Result<Option<String>, Error> {
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Ok(None);
    }
    Ok(String::from_utf8(text).ok())
}

/// The `BLAKE2b` digest that is signed.
fn prehash(bytes: &[u8]) -> [u8; 64] {
    use blake2::Digest as _;
    blake2::Blake2b512::digest(bytes).into()
}
