//! Signatures: what was signed, and by which key.

use std::path::Path;

use super::key::{COMMENT, ID_BYTES, decode, id};
use super::{Fault, PublicKey, beside, prehash, text};
use crate::Error;

/// Bytes of an Ed25519 signature.
const SIGNATURE_BYTES: usize = ed25519_compact::Signature::BYTES;
/// Algorithm, id and signature.
const BYTES: usize = 2 + ID_BYTES + SIGNATURE_BYTES;
/// Ed25519 of a `BLAKE2b` digest.
pub(super) const PREHASHED: &[u8] = b"ED";
/// Ed25519 of the content itself.
const LEGACY: &[u8] = b"Ed";
/// What the third line begins with.
pub(super) const TRUSTED: &str = "trusted comment: ";
/// What the name of the file begins with in a trusted comment.
pub(super) const FILE: &str = "file:";

/// A signature, as `minisign` and `rolec bundle sign` make it. Nothing that it says is true before
/// [`Signature::check`].
#[derive(Debug, Clone)]
pub struct Signature {
    id: [u8; ID_BYTES],
    content: ed25519_compact::Signature,
    trusted_comment: String,
    /// Of the signature and the trusted comment.
    global: ed25519_compact::Signature,
}

fn not(what: &'static str) -> Fault {
    Fault::NotASignature { what }
}

impl Signature {
    /// Reads the signature beside a file.
    ///
    /// # Errors
    ///
    /// If there is none, it can't be read, or is no signature.
    pub fn read_beside(path: &Path) -> Result<Self, Error> {
        let path = beside(path);
        match text(&path) {
            Ok(text) => Ok(Self::parse(&text.ok_or_else(|| not("it is not a short text"))?)?),
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Err(Fault::Unsigned { path }.into()),
            Err(error) => Err(error),
        }
    }

    /// The signature of a text.
    ///
    /// # Errors
    ///
    /// If it is no signature, not all of one, or of the old kind.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let &[comment, signature, trusted, global] = lines.as_slice() else {
            return Err(not("it does not have four lines"));
        };
        let trusted = trusted.strip_prefix(TRUSTED).filter(|_| comment.starts_with(COMMENT));
        let trusted = trusted.ok_or_else(|| not("a comment is missing"))?;
        if trusted.chars().any(|char| char.is_control() && char != '\t') {
            return Err(not("there are control characters in it"));
        }
        let bytes: [u8; BYTES] = decode(signature).ok_or_else(|| not("its second line is not as long as a signature"))?;
        let global = decode(global).ok_or_else(|| not("its fourth line is not as long as a signature"))?;
        let (algorithm, rest) = bytes.split_at(PREHASHED.len());
        if algorithm == LEGACY {
            return Err(Fault::NotPrehashed);
        }
        let Some((id, signature)) = rest.split_first_chunk().filter(|_| algorithm == PREHASHED) else {
            return Err(not("it is of an algorithm that is not known"));
        };
        let content = ed25519_compact::Signature::from_slice(signature).map_err(|_| not("it is cut off"))?;
        let global = ed25519_compact::Signature::new(global);
        Ok(Self { id: *id, content, trusted_comment: trusted.to_owned(), global })
    }

    /// The id of the key that it says it is by.
    pub fn key_id(&self) -> String {
        id(self.id)
    }

    /// The trusted comment. Nobody vouches for it before [`Signature::check`].
    pub fn trusted_comment(&self) -> &str {
        &self.trusted_comment
    }

    /// Checks that a key made it of this content, and of its trusted comment.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check(&self, bytes: &[u8], key: &PublicKey) -> Result<(), Fault> {
        self.check_named(None, bytes, key)
    }

    /// The same of a file: where the content is another, its name may tell why.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check_file(&self, path: &Path, bytes: &[u8], key: &PublicKey) -> Result<(), Fault> {
        let name = path.file_name().map(|name| name.to_string_lossy());
        self.check_named(name.as_deref(), bytes, key)
    }

    fn check_named(&self, name: Option<&str>, bytes: &[u8], key: &PublicKey) -> Result<(), Fault> {
        if self.id != key.id {
            return Err(Fault::OtherKey { expected: key.id(), found: self.key_id() });
        }
        let is_content = key.key.verify(prehash(bytes), &self.content).is_ok();
        let whole = [&self.content[..], self.trusted_comment.as_bytes()].concat();
        let is_comment = key.key.verify(whole, &self.global).is_ok();
        match (is_content, is_comment) {
            (true, true) => Ok(()),
            (true, false) => Err(Fault::Comment),
            (false, false) => Err(Fault::Forged),
            // The key vouches for the comment, so what it says of the file is true.
            (false, true) => Err(match (self.file(), name) {
                (Some(signed), Some(name)) if signed != name => Fault::OtherFile { signed: signed.to_owned() },
                _ => Fault::OtherContent,
            }),
        }
    }

    /// The name of the file, if the trusted comment has it.
    fn file(&self) -> Option<&str> {
        self.trusted_comment.split('\t').find_map(|part| part.strip_prefix(FILE))
    }
}
