//! Files that are replaced whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::project::FileFailure;
use crate::lock;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 18;

/// What was written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, as `sha256:` and hexadecimal digits.
    pub digest: String,
}

/// Where the new content of a file goes.
#[derive(Debug)]
pub struct Content<'f> {
    file: &'f std::fs::File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Content<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Replaces a file, creating its folder if there is none: the content goes to a file beside it, which takes its place
/// once it is safe on disk.
///
/// # Errors
///
/// Those of `write` and of the file system. The file is then as it was.
pub fn replace(path: &Path, write: impl FnOnce(&mut BufWriter<Content<'_>>) -> io::Result<()>) -> io::Result<Written> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let file = temporary(folder, &name)?;
    let mut out = BufWriter::with_capacity(BUFFER, Content { file: file.as_file(), hash: Sha256::new(), bytes: 0 });
    write(&mut out)?;
    let content = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let written = Written { bytes: content.bytes, digest: lock::digest_text(&content.hash.finalize()) };
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)?;
    Ok(written)
}

/// Letters and digits that tell a file which is to take the place of another one from others of the kind.
const MARK: usize = 6;

/// A locked file beside the one whose place it takes.
fn temporary(folder: &Path, name: &str) -> io::Result<NamedTempFile> {
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).rand_bytes(MARK);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let file = builder.tempfile_in(folder)?;
        // Where nothing can be locked, nothing is taken for stale either.
        let locked = file.as_file().lock().is_ok();
        if !locked || file.path().exists() {
            return Ok(file);
        }
    }
}

/// Removes what was left beside a file when something was killed that was about to replace it. What is still being written
/// is locked, and stays; so does what can't be removed.
pub fn remove_stale(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(std::ffi::OsStr::to_str)) else { return };
    let prefix = format!(".{name}.");
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let is_ours = |name: &str| {
            let mark = name.strip_prefix(&prefix).unwrap_or_default();
            mark.len() == MARK && mark.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !entry.file_name().to_str().is_some_and(is_ours) {
            continue;
        }
        let Ok(file) = std::fs::File::options().write(true).open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Replaces a file by a text, whole or not at all.
///
/// # Errors
///
/// A failure to write, with the file's path. The file is then as it was.
pub fn replace_text(path: &Path, text: &str) -> miette::Result<()> {
    let written = replace(path, |out| out.write_all(text.as_bytes()));
    written.map(drop).map_err(|error| miette::Report::new(FileFailure::new("write", path, error)))
}

/// Makes a change of a folder safe on disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Folders can't be opened here; the file itself is safe.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
