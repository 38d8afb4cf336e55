//! Secret keys: what makes signatures.
//!
//! They are those of `minisign -G -W`, without a password: whoever can read the file can sign. Keep it where secrets are
//! kept, and out of the project.

use std::fmt;
use std::path::Path;

use ed25519_compact::{KeyPair, Seed};
use sha2::{Digest as _, Sha256};

use super::key::{ALGORITHM, COMMENT, ID_BYTES, decode, encode, key_line};
use super::signature::{FILE, PREHASHED, TRUSTED};
use super::{Fault, PublicKey, prehash, text};
use crate::Error;

/// No password.
const NO_PASSWORD: &[u8] = &[0, 0];
/// The key is checked with `BLAKE2b`.
const CHECKED: &[u8] = b"B2";
/// What the making of a key from a password would take: salt and limits.
const DERIVATION_BYTES: usize = 32 + 8 + 8;
const SECRET_BYTES: usize = ed25519_compact::SecretKey::BYTES;
const CHECK_BYTES: usize = 32;
const BYTES: usize = 2 + 2 + 2 + DERIVATION_BYTES + ID_BYTES + SECRET_BYTES + CHECK_BYTES;

/// A secret key, as `rolec bundle keygen` and `minisign -G -W` make it.
pub struct SecretKey {
    pair: KeyPair,
    id: [u8; ID_BYTES],
}

fn not(what: &'static str) -> Fault {
    Fault::NotAKey { what }
}

impl SecretKey {
    /// A new key, from the system's source of randomness.
    ///
    /// # Errors
    ///
    /// If the system has no randomness.
    pub fn generate() -> Result<Self, Error> {
        let random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|error| Error::Io(std::io::Error::other(error)));
        let (mut seed, mut id) = ([0; Seed::BYTES], [0; ID_BYTES]);
        random(&mut seed)?;
        random(&mut id)?;
        let pair = KeyPair::try_from_seed(Seed::new(seed)).map_err(|_| not("it is nothing but zeros"))?;
        Ok(Self { pair, id })
    }

    /// Reads a file of a secret key.
    ///
    /// # Errors
    ///
    /// If the file can't be read, is no secret key, or one with a password.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let text = text(path.as_ref())?.ok_or_else(|| not("it is not a short text"))?;
        Ok(Self::parse(&text)?)
    }

    /// The key of a text: both lines of its file, or the second one alone.
    ///
    /// # Errors
    ///
    /// If it is no secret key, or one with a password.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let line = key_line(text).ok_or_else(|| not("it does not have the lines of one"))?;
        let bytes: [u8; BYTES] = decode(line).ok_or_else(|| not("it is not as long as a secret key"))?;
        let (algorithm, rest) = bytes.split_at(ALGORITHM.len());
        let (derivation, rest) = rest.split_at(NO_PASSWORD.len());
        let (checked, rest) = rest.split_at(CHECKED.len());
        let (_, rest) = rest.split_at(DERIVATION_BYTES);
        let (id, rest) = rest.split_first_chunk().ok_or_else(|| not("it is cut off"))?;
        let (secret, check) = rest.split_at(SECRET_BYTES);
        if algorithm != ALGORITHM || checked != CHECKED {
            return Err(not("it is of an algorithm that is not known"));
        }
        if derivation != NO_PASSWORD {
            return Err(not("it has a password"));
        }
        // `minisign` 0.11 leaves it zero in a key without a password.
        if check != [0; CHECK_BYTES] && checksum(id, secret) != check {
            return Err(not("its checksum is another"));
        }
        let pair = KeyPair::from_slice(secret).ok().filter(|pair| pair.validate().is_ok());
        Ok(Self { pair: pair.ok_or_else(|| not("its halves do not belong together"))?, id: *id })
    }

    /// The public key that belongs to it.
    pub fn public_key(&self) -> PublicKey {
        PublicKey { id: self.id, key: self.pair.pk }
    }

    /// The text of its file. Whoever reads it can sign.
    pub fn to_text(&self) -> String {
        let secret = &self.pair.sk[..];
        let check = checksum(&self.id, secret);
        let parts = [ALGORITHM, NO_PASSWORD, CHECKED, &[0; DERIVATION_BYTES], &self.id, secret, &check];
        format!("{COMMENT}minisign secret key, without a password\n{}\n", encode(&parts.concat()))
    }

    /// The text of a signature of some content; the same key, content and comment always give the same. Control characters
    /// of the comment become question marks, since a comment is one line.
    pub fn sign(&self, content: &[u8], trusted_comment: &str) -> String {
        let plain = |char: char| if char.is_control() && char != '\t' { '?' } else { char };
        let comment: String = trusted_comment.trim().chars().map(plain).collect();
        let signature = self.pair.sk.sign(prehash(content), None);
        let global = self.pair.sk.sign([&signature[..], comment.as_bytes()].concat(), None);
        let line = encode(&[PREHASHED, &self.id, &signature[..]].concat());
        let key = self.public_key().id();
        format!("{COMMENT}signature by key {key}\n{line}\n{TRUSTED}{comment}\n{}\n", encode(&global[..]))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SecretKey({})", self.public_key().id())
    }
}

/// What a signature says of its file: the name, and the SHA-256 of the content. There is no time in it.
pub fn trusted_comment(path: &Path, content: &[u8]) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default().replace(char::is_control, "?");
    format!("{FILE}{name}\tsha256:{:x}", Sha256::digest(content))
}

fn checksum(id: &[u8], secret: &[u8]) -> [u8; CHECK_BYTES] {
    use blake2::digest::consts::U32;
    let mut hash = blake2::Blake2b::<U32>::new();
    for part in [ALGORITHM, id, secret] {
        hash.update(part);
    }
    hash.finalize().into()
}
