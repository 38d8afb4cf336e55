//! The bundle that is given away, which is read anew when its file changes.
//!
//! `rolec build` puts a bundle in place by renaming, so whoever reads the file reads all of it. Somebody may copy over the file
//! all the same; then a part of it is read at times. A part is no whole gzip stream, whose end has a checksum of its content, so
//! it is not taken, and is read again with the next look. The last whole bundle stays.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use flate2::bufread::GzDecoder;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::running::say;

/// The bytes of a bundle at most, as a file and unpacked.
const PACKED: u64 = 256 << 20;
const UNPACKED: u64 = 4 << 30;

/// A bundle that is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The bytes of the file.
    pub bytes: Bytes,
    /// The SHA-256 of the bytes in quotation marks: a strong validator.
    pub etag: String,
}

impl Published {
    /// Takes bytes that are one whole gzip stream.
    ///
    /// # Errors
    ///
    /// If they are not.
    pub fn check(bytes: Vec<u8>) -> io::Result<Self> {
        let mut decoder = GzDecoder::new(bytes.as_slice());
        let unpacked = io::copy(&mut (&mut decoder).take(UNPACKED), &mut io::sink())?;
        if unpacked == UNPACKED || !decoder.into_inner().is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is more than one bundle"));
        }
        let etag = format!("\"{:x}\"", Sha256::digest(&bytes));
        Ok(Self { bytes: bytes.into(), etag })
    }
}

/// A file whose last whole bundle is at hand.
pub struct Publisher {
    newest: watch::Receiver<Option<Arc<Published>>>,
    /// The thread that looks at the file ends when this is gone.
    _stop: Sender<()>,
}

impl Publisher {
    /// Reads the file if it is there, and begins to look at it.
    ///
    /// # Errors
    ///
    /// If there can be no thread that does so.
    pub fn start(path: PathBuf, every: Duration) -> io::Result<Self> {
        let mut reader = Reader { path, stamp: None, refused: None };
        let (tell, newest) = watch::channel(None);
        reader.look(&tell);
        let (stop, stopped) = mpsc::channel::<()>();
        let looking = move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                reader.look(&tell);
            }
        };
        thread::Builder::new().name("bundle".to_owned()).spawn(looking)?;
        Ok(Self { newest, _stop: stop })
    }

    /// The newest bundle, and what comes after it; none before the first one was read.
    pub fn newest(&self) -> watch::Receiver<Option<Arc<Published>>> {
        self.newest.clone()
    }
}

/// What tells whether a file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Which file it is, and when it became what it is, where the system tells.
    node: (u64, u64, i64, i64),
}

#[cfg(unix)]
fn node(metadata: &Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> (u64, u64, i64, i64) {
    (0, 0, 0, 0)
}

/// Who looks at the file.
struct Reader {
    path: PathBuf,
    /// What the file was when it was read and taken.
    stamp: Option<Stamp>,
    /// The refusal that was told last.
    refused: Option<String>,
}

impl Reader {
    /// Reads the file if it seems to have changed, and tells what is new.
    fn look(&mut self, tell: &watch::Sender<Option<Arc<Published>>>) {
        let stamp = stamp(&self.path);
        if stamp.is_some() && stamp == self.stamp {
            return;
        }
        match read(&self.path).and_then(Published::check) {
            Ok(published) => {
                self.refused = None;
                self.stamp = stamp;
                tell.send_if_modified(|own| {
                    let is_new = own.as_ref().is_none_or(|own| own.etag != published.etag);
                    if is_new {
                        say(format!("{} is given away: {} bytes", published.etag, published.bytes.len()));
                        *own = Some(Arc::new(published));
                    }
                    is_new
                });
            }
            // It is looked at again; only the words are not said again.
            Err(error) => {
                let refusal = format!("{} can't be given away: {error}", self.path.display());
                if self.refused.as_ref() != Some(&refusal) {
                    say(&refusal);
                    self.refused = Some(refusal);
                }
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp { length: metadata.len(), modified: metadata.modified().ok(), node: node(&metadata) })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = File::open(path)?.take(PACKED + 1).read_to_end(&mut bytes)?;
    if length as u64 > PACKED {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is too large"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::Published;

    /// No part of a bundle, and nothing after it, is a bundle.
    #[test]
    fn only_the_whole_is_taken() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let whole = encoder.write_all(b"roles, roles, and more roles").and_then(|()| encoder.finish()).unwrap_or_default();
        assert!(Published::check(whole.clone()).is_ok());
        for length in 0..whole.len() {
            assert!(Published::check(whole[..length].to_vec()).is_err(), "{length}");
        }
        for at in (0..whole.len()).filter(|at| !(4..10).contains(at)) {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            assert!(Published::check(changed).is_err(), "{at}");
        }
        assert!(Published::check([whole.as_slice(), b"x"].concat()).is_err());
        assert!(Published::check([whole.as_slice(), whole.as_slice()].concat()).is_err());
    }
}
