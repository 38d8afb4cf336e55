//! Projects on disk that last as long as a test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rolec::cli::project;
use rolec::compile::{self, Compilation};
use rolec::diagnostic::Diagnostic;

/// A folder that is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A project with a manifest that says nothing.
    pub(crate) fn project() -> Self {
        let scratch = Self::empty();
        scratch.write("rolec.toml", "[project]\nname = \"acme\"\nversion = \"1.0.0\"\n");
        scratch
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// A place in the folder; the folders on the way there are made.
    pub(crate) fn place(&self, path: &str) -> PathBuf {
        let place = self.root().join(path);
        fs::create_dir_all(place.parent().expect("a place has a folder")).expect("the folder is new");
        place
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::write(self.place(path), text).expect("the file can be written");
    }

    /// Makes a file of so many bytes that takes no room on disk.
    pub(crate) fn sparse(&self, path: &str, bytes: usize) {
        let file = File::create(self.place(path)).expect("the file can be made");
        file.set_len(bytes as u64).expect("the file can be sparse");
    }

    /// Reads and compiles the project.
    #[track_caller]
    pub(crate) fn compile(&self) -> Compilation {
        let mut project = project::load(self.root()).expect("the project can be read");
        project.input.wanted = project.manifest.wanted();
        compile::compile(project.input)
    }
}

/// Findings as lines of code and message, for a failing test to show.
pub(crate) fn listed(findings: &[Diagnostic]) -> String {
    let line = |finding: &Diagnostic| format!("  {}[{}]: {}\n", finding.level.name(), finding.code.name(), finding.message);
    findings.iter().map(line).collect::<Vec<_>>().concat()
}
