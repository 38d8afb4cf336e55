//! Files that are replaced whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::project::FileFailure;
use crate::lock;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 18;
/// Bytes that the disk is given while more are made.
const STRETCH: u64 = 1 << 21;

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
pub struct Content<'s, 'f> {
    file: &'f File,
    hash: Sha256,
    bytes: u64,
    scope: &'s Scope<'s, 'f>,
    /// At how many bytes the disk is given what there is.
    next: u64,
    syncing: Option<ScopedJoinHandle<'s, io::Result<()>>>,
}

impl<'s, 'f> Content<'s, 'f> {
    fn new(file: &'f File, scope: &'s Scope<'s, 'f>) -> Self {
        Self { file, hash: Sha256::new(), bytes: 0, scope, next: STRETCH, syncing: None }
    }

    /// Has the disk write what there is while more is made, unless it is still busy with what was before.
    fn sync_ahead(&mut self) -> io::Result<()> {
        if self.syncing.as_ref().is_some_and(|syncing| !syncing.is_finished()) {
            return Ok(());
        }
        self.await_sync()?;
        self.next = self.bytes + STRETCH;
        let file = self.file;
        // Without a thread to spare, all is written at the end.
        self.syncing = Builder::new().spawn_scoped(self.scope, || file.sync_data()).ok();
        Ok(())
    }

    /// A failure is told only once, so that of an early writing must not be lost.
    fn await_sync(&mut self) -> io::Result<()> {
        let ended = self.syncing.take().map(ScopedJoinHandle::join);
        ended.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(io::Error::other("writing to the disk has broken off")))
    }

    /// Waits until all is safe on disk.
    fn end(mut self) -> io::Result<Written> {
        self.await_sync()?;
        self.file.sync_all()?;
        Ok(Written { bytes: self.bytes, digest: lock::digest_text(&self.hash.finalize()) })
    }
}

impl Write for Content<'_, '_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut file = self.file;
        let written = file.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        if self.bytes >= self.next {
            self.sync_ahead()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut file = self.file;
        file.flush()
    }
}

/// New content of a file, safe on disk beside it.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
    written: Written,
}

impl Staged {
    /// What was written.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Puts it in the file's place.
    ///
    /// # Errors
    ///
    /// Those of the file system. The file is then as it was.
    pub fn commit(self) -> io::Result<Written> {
        self.file.persist(&self.path).map_err(|error| error.error)?;
        sync_folder(folder_of(&self.path))?;
        Ok(self.written)
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes new content beside a file, creating its folder if there is none. Dropped, it leaves nothing behind.
///
/// # Errors
///
/// Those of `write` and of the file system.
pub fn stage(path: &Path, write: impl FnOnce(&mut BufWriter<Content<'_, '_>>) -> io::Result<()>) -> io::Result<Staged> {
    let folder = folder_of(path);
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let file = temporary(folder, &name)?;
    let written = std::thread::scope(|scope| {
        let mut out = BufWriter::with_capacity(BUFFER, Content::new(file.as_file(), scope));
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.end()
    })?;
    Ok(Staged { file, path: path.to_owned(), written })
}

/// Replaces a file: the content goes to a file beside it, which takes its place once it is safe on disk.
///
/// # Errors
///
/// Those of `write` and of the file system. The file is then as it was.
pub fn replace(path: &Path, write: impl FnOnce(&mut BufWriter<Content<'_, '_>>) -> io::Result<()>) -> io::Result<Written> {
    stage(path, write)?.commit()
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{self, Write as _};

    use super::{STRETCH, replace};

    #[test]
    fn long_content_is_written_whole_or_not_at_all() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("long");
        let line = [b'x'; 1000];
        let lines = usize::try_from(STRETCH).unwrap_or(0) * 5 / 2 / line.len();
        let written = replace(&path, |out| (0..lines).try_for_each(|_| out.write_all(&line)))?;
        assert_eq!(written.bytes, (lines * line.len()) as u64);
        assert_eq!(fs::read(&path)?, vec![b'x'; lines * line.len()]);
        let broken_off = replace(&path, |out| {
            (0..lines).try_for_each(|_| out.write_all(&line))?;
            Err(io::Error::other("no more"))
        });
        assert!(broken_off.is_err());
        assert_eq!(fs::metadata(&path)?.len(), written.bytes);
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "nothing is left beside it");
        Ok(())
    }
}
