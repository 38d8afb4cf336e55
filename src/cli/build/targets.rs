//! Targets → their folders: files that changed take their places, and files of an earlier build that are no more go.
//!
//! A folder may hold what others put there, such as Terraform's state. So each build leaves a list of its files, and only
//! what is on the list of the last one is ever removed.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::file;
use crate::cli::project::{self, FileFailure};
use crate::diagnostic::words;
use crate::emit::targets::Made;

/// The list of a target's files, in its folder.
const LIST: &str = ".rolec-files";

/// A target whose files are safe on disk, and not in their places yet.
#[derive(Debug)]
pub(super) struct Staged {
    folder: PathBuf,
    files: Vec<file::Staged>,
    gone: Vec<PathBuf>,
    bytes: usize,
}

/// Writes a target beside what is in its folder.
pub(super) fn stage(output: &Path, made: &Made) -> miette::Result<Staged> {
    let folder = made.folder.split('/').fold(output.to_owned(), |path, part| path.join(part));
    let list = folder.join(LIST);
    let before = std::fs::read_to_string(&list).unwrap_or_default();
    let now: BTreeSet<&str> = made.outputs.iter().map(|output| output.path.as_str()).collect();
    let gone = before.lines().filter(|path| !now.contains(path)).filter_map(|path| below(&folder, path)).collect();
    let mut files = Vec::with_capacity(made.outputs.len() + 1);
    for output in &made.outputs {
        let path = output.path.split('/').fold(folder.clone(), |path, part| path.join(part));
        files.push(write(&path, &output.bytes)?);
    }
    let listed: String = now.iter().flat_map(|path| [path, "\n"]).collect();
    files.push(write(&list, listed.as_bytes())?);
    Ok(Staged { folder, files, gone, bytes: made.outputs.iter().map(|output| output.bytes.len()).sum() })
}

/// A path of a list, which may be anybody's by now: only what lies below the folder counts.
fn below(folder: &Path, path: &str) -> Option<PathBuf> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    path.split('/').all(is_plain).then(|| path.split('/').fold(folder.to_owned(), |path, part| path.join(part)))
}

fn write(path: &Path, bytes: &[u8]) -> miette::Result<file::Staged> {
    file::remove_stale(path);
    let staged = file::stage(path, |out| out.write_all(bytes));
    staged.map_err(|error| FileFailure::new("write", &project::shown(path), error).into())
}

impl Staged {
    /// Puts the files in their places; what to say of it.
    pub(super) fn commit(self) -> miette::Result<String> {
        let shown = project::shown(&self.folder);
        let number = self.files.len() - 1;
        for file in self.files {
            file.commit().map_err(|error| FileFailure::new("write", &shown, error))?;
        }
        for path in self.gone {
            // Whoever removed it before us did what was to be done.
            drop(std::fs::remove_file(path));
        }
        Ok(format!("{}: {}, {} bytes", shown.display(), words::count(number, "file"), self.bytes))
    }
}
