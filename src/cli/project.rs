//! Finding and reading a project: manifest, sources, catalogs, lock file.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use miette::{Diagnostic as Failure, NamedSource, SourceSpan};
use rayon::prelude::*;

use crate::catalogs;
use crate::compile::Input;
use crate::diagnostic::{Diagnostic, nearest, words};
use crate::limits;
use crate::lock;
use crate::manifest::{self, Dependency, Manifest};
use crate::source::Sources;
use crate::span::Span;

/// The manifest's file name.
pub const MANIFEST: &str = "rolec.toml";
/// The lock file's name.
pub const LOCK: &str = "rolec.lock";

/// A project on disk, read and ready to be compiled.
#[derive(Debug)]
pub struct Project {
    /// The folder of the manifest, or the folder in which files without one were given.
    pub root: PathBuf,
    /// The manifest; of files without one, an empty one.
    pub manifest: Manifest,
    /// Whether there is a manifest on disk.
    pub has_manifest: bool,
    /// What the compiler reads.
    pub input: Input,
    /// Names of the sources that the user asked about; everything if empty.
    pub asked: Vec<String>,
}

impl Project {
    /// Whether a source is, or lies in, what the user asked about.
    #[must_use]
    pub fn is_asked(&self, name: &str) -> bool {
        concerns(&self.asked, name)
    }

    /// Makes sure that there is something to be said about what the user asked about.
    ///
    /// # Errors
    ///
    /// None of it is a source of the project.
    pub fn require_asked(&self) -> miette::Result<()> {
        let known = self.input.sources.files().iter().any(|source| self.is_asked(&source.name));
        if known || self.asked.is_empty() || !self.input.unreadable.is_empty() {
            return Ok(());
        }
        let help = "sources are the `*.role` files below the manifest, or what `sources` in it says";
        Err(miette::miette!(help = help, "`{}` is no source of the project and holds none", self.asked.join("`, `")))
    }
}

/// Whether a source is, or lies in, one of the names asked about; without any, it is.
#[must_use]
pub fn concerns(asked: &[String], name: &str) -> bool {
    let within = |asked: &String| name.strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    asked.is_empty() || asked.iter().any(within)
}

/// A file that could not be read or written.
#[derive(Debug)]
pub struct FileFailure {
    path: PathBuf,
    doing: &'static str,
    error: std::io::Error,
}

impl FileFailure {
    /// A failure to do something (`read`, `write`) with a file.
    #[must_use]
    pub fn new(doing: &'static str, path: &Path, error: std::io::Error) -> Self {
        Self { path: path.to_owned(), doing, error }
    }

    /// A path where nothing is.
    fn missing(doing: &'static str, path: &Path) -> Self {
        Self::new(doing, path, std::io::Error::new(std::io::ErrorKind::NotFound, "no such file or folder"))
    }
}

impl std::fmt::Display for FileFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "can't {} `{}`", self.doing, self.path.display())
    }
}

impl std::error::Error for FileFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Failure for FileFailure {}

/// A fault in a TOML file, with its place.
#[derive(Debug)]
struct TomlFailure {
    message: String,
    help: Option<String>,
    source: NamedSource<String>,
    span: Option<SourceSpan>,
}

impl std::fmt::Display for TomlFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TomlFailure {}

impl Failure for TomlFailure {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let span = self.span?;
        Some(Box::new(std::iter::once(miette::LabeledSpan::new_with_span(Some("here".to_owned()), span))))
    }
}

fn toml_failure(
    path: &Path,
    text: &str,
    message: String,
    span: Option<std::ops::Range<usize>>,
    help: Option<String>,
) -> miette::Report {
    let source = NamedSource::new(path.display().to_string(), text.to_owned()).with_language("toml");
    miette::Report::new(TomlFailure { message, help, source, span: span.map(Into::into) })
}

/// Reads a file that is not a source, unless it is larger than such a file may be.
fn read(path: &Path, most: usize) -> miette::Result<String> {
    let bytes = std::fs::metadata(path).map_or(0, |about| about.len());
    if bytes > most as u64 {
        return Err(miette::miette!("`{}` has {bytes} bytes, more than {most}", shown(path).display()));
    }
    std::fs::read_to_string(path).map_err(|error| miette::Report::new(FileFailure::new("read", path, error)))
}

/// The nearest folder, from a path upwards, that holds a manifest.
fn find_root(path: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(path).ok()?;
    start.ancestors().find(|folder| folder.join(MANIFEST).is_file()).map(Path::to_owned)
}

/// A path for people: relative to the working folder where it lies below it.
pub(super) fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
        Ok(rest) => rest.to_owned(),
        Err(_) => path.to_owned(),
    }
}

/// Reads the project that holds a path: its folder, a folder in it, or one of its files.
///
/// # Errors
///
/// What kept it from being read, with the place in the TOML where that is at fault.
pub fn load(path: &Path) -> miette::Result<Project> {
    let mut project = load_unlocked(path)?;
    if project.has_manifest {
        project.input.pins = read_lock(&project.root)?;
    }
    Ok(project)
}

/// Reads the project that holds a path, but not its lock file: as it would be without one.
///
/// # Errors
///
/// What kept it from being read, with the place in the TOML where that is at fault.
pub fn load_unlocked(path: &Path) -> miette::Result<Project> {
    if !path.exists() {
        return Err(miette::Report::new(FileFailure::missing("find", path)));
    }
    let Some(root) = find_root(path) else { return loose(path) };
    let manifest_path = root.join(MANIFEST);
    let text = read(&manifest_path, limits::MANIFEST_BYTES)?;
    let manifest = manifest::read(&text).map_err(|fault| {
        toml_failure(&shown(&manifest_path), &text, format!("the manifest is faulty: {}", fault.message), fault.span, fault.help)
    })?;
    let mut files = Files::default();
    files.walk(&root, manifest.sources.as_deref(), "")?;
    for (name, dependency) in &manifest.dependencies {
        files.dependency(&root, name, dependency)?;
    }
    let mut input = files.into_input()?;
    input.organisation = manifest.organisation.clone();
    input.levels = manifest.levels.clone();
    let asked = std::path::absolute(path)
        .ok()
        .and_then(|path| path.strip_prefix(&root).ok().map(slashed))
        .filter(|path| !path.is_empty() && path != MANIFEST);
    Ok(Project { root, manifest, has_manifest: true, input, asked: asked.into_iter().collect() })
}

/// Files or a folder without a manifest: a project with nothing said about it.
fn loose(path: &Path) -> miette::Result<Project> {
    let mut files = Files::default();
    let root = if path.is_dir() { path.to_owned() } else { path.parent().map(Path::to_owned).unwrap_or_default() };
    if path.is_dir() {
        files.walk(path, None, "")?;
        if files.found.is_empty() && files.findings.is_empty() {
            let help = "name a project's folder, or begin one with `rolec init`";
            return Err(miette::miette!(
                help = help,
                "there is no manifest in or above `{}`, and no `.role` file in it",
                path.display()
            ));
        }
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.found.push(Found { path: path.to_owned(), name, dependency: false });
    }
    let manifest = Manifest {
        name: "unnamed".to_owned(),
        version: "0.0.0".to_owned(),
        sources: None,
        dependencies: std::collections::BTreeMap::new(),
        levels: std::collections::BTreeMap::new(),
        organisation: crate::model::Organisation::default(),
        targets: Vec::new(),
    };
    Ok(Project { root, manifest, has_manifest: false, input: files.into_input()?, asked: Vec::new() })
}

fn read_lock(root: &Path) -> miette::Result<Option<crate::pins::Pins>> {
    let path = root.join(LOCK);
    if !path.is_file() {
        return Ok(None);
    }
    let text = read(&path, limits::LOCK_BYTES)?;
    let failure = |error: toml::de::Error| {
        let help = "`rolec lock` writes it anew".to_owned();
        toml_failure(&shown(&path), &text, format!("the lock file is faulty: {}", error.message()), error.span(), Some(help))
    };
    lock::read(&text).map(Some).map_err(failure)
}

/// A path as sources are named: `/` between its parts.
fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A file to be read.
#[derive(Debug)]
struct Found {
    path: PathBuf,
    name: String,
    dependency: bool,
}

/// What a file's bytes gave.
struct Read {
    name: String,
    text: String,
    dependency: bool,
    /// Where they are not UTF-8.
    fault: Option<usize>,
}

/// The files of a project as they are gathered.
#[derive(Debug, Default)]
struct Files {
    found: Vec<Found>,
    texts: Vec<(String, String, bool)>,
    findings: Vec<Diagnostic>,
}

impl Files {
    /// Gathers the `.role` files below a folder. Folders with a manifest of their own are other projects.
    fn walk(&mut self, root: &Path, patterns: Option<&[String]>, prefix: &str) -> miette::Result<()> {
        let mut walk = WalkBuilder::new(root);
        walk.standard_filters(false).hidden(true).follow_links(true).sort_by_file_name(std::cmp::Ord::cmp);
        let mut overrides = OverrideBuilder::new(root);
        for pattern in patterns.unwrap_or_default() {
            overrides.add(pattern).map_err(|error| miette::miette!("`{pattern}` in `sources` is no pattern: {error}"))?;
        }
        if patterns.is_some() {
            walk.overrides(overrides.build().map_err(|error| miette::miette!("`sources` can't be used: {error}"))?);
        }
        let top = root.to_owned();
        walk.filter_entry(move |entry| {
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            !folder || entry.path() == top || !entry.path().join(MANIFEST).is_file()
        });
        let before = self.found.len();
        for entry in walk.build() {
            match entry {
                Ok(entry) => {
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    let wanted = patterns.is_some() || entry.path().extension().is_some_and(|extension| extension == "role");
                    if is_file && wanted {
                        let name = slashed(entry.path().strip_prefix(root).unwrap_or(entry.path()));
                        let dependency = !prefix.is_empty();
                        self.found.push(Found { path: entry.into_path(), name: format!("{prefix}{name}"), dependency });
                    }
                }
                Err(error) => self.walk_error(root, &error)?,
            }
        }
        if let (Some(patterns), true) = (patterns, self.found.len() == before) {
            return Err(miette::miette!("no file matches `sources = {patterns:?}` of the manifest"));
        }
        Ok(())
    }

    fn walk_error(&mut self, root: &Path, error: &ignore::Error) -> miette::Result<()> {
        let mut inner = error;
        loop {
            inner = match inner {
                ignore::Error::WithPath { err, .. }
                | ignore::Error::WithDepth { err, .. }
                | ignore::Error::WithLineNumber { err, .. } => err,
                ignore::Error::Loop { child, .. } => {
                    let name = slashed(child.strip_prefix(root).unwrap_or(child));
                    self.findings.push(words::limits::directory_loop(&name));
                    return Ok(());
                }
                _ => return Err(miette::miette!("can't read the sources: {error}")),
            };
        }
    }

    fn dependency(&mut self, root: &Path, name: &str, dependency: &Dependency) -> miette::Result<()> {
        match dependency {
            Dependency::Shipped => {
                let Some(shipped) = catalogs::shipped(name) else {
                    let known = catalogs::ALL.iter().map(|catalog| catalog.name);
                    let names: Vec<String> = known.clone().map(|name| format!("`{name}`")).collect();
                    let help = match nearest::name(name, known) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("rolec comes with {}", words::all_of(&names)),
                    };
                    return Err(miette::miette!(help = help, "no catalog named `{name}` comes with rolec"));
                };
                let files = shipped.files.iter().map(|(file, text)| (format!("<{name}>/{file}"), (*text).to_owned(), true));
                self.texts.extend(files);
                Ok(())
            }
            Dependency::Path(path) => {
                let folder = root.join(path);
                if !folder.is_dir() {
                    return Err(miette::Report::new(FileFailure::missing("find the catalog", &shown(&folder))));
                }
                self.walk(&folder, None, &format!("<{name}>/"))
            }
        }
    }

    /// Leaves out what is too large, before any of it is read. All of it together being too large leaves nothing.
    fn bound(&mut self) -> miette::Result<()> {
        let mut total = self.texts.iter().map(|(_, text, _)| text.len() as u64).sum::<u64>();
        let mut fitting = Vec::with_capacity(self.found.len());
        for found in std::mem::take(&mut self.found) {
            let bytes = std::fs::metadata(&found.path).map_err(|error| unreadable(&found, error))?.len();
            if bytes > limits::FILE_BYTES as u64 {
                self.findings.push(words::limits::file_too_large(&found.name, bytes, limits::FILE_BYTES));
            } else {
                total += bytes;
                fitting.push(found);
            }
        }
        if total > limits::PROJECT_BYTES as u64 {
            let code = crate::diagnostic::Code::ProjectTooLarge;
            self.findings.push(words::limits::exceeded(code, None, limits::PROJECT_BYTES, "bytes of sources"));
            fitting.clear();
            self.texts.clear();
        }
        self.found = fitting;
        Ok(())
    }

    /// Reads what was gathered, side by side.
    fn into_input(mut self) -> miette::Result<Input> {
        self.bound()?;
        let read: Vec<miette::Result<Read>> = self.found.par_iter().map(read_source).collect();
        let mut faults = Vec::new();
        for one in read {
            let Read { name, text, dependency, fault } = one?;
            faults.extend(fault.map(|at| (name.clone(), at)));
            self.texts.push((name, text, dependency));
        }
        let sources = Sources::new(self.texts);
        for (name, at) in faults {
            let Some(file) = sources.files().iter().find(|file| file.name == name) else { continue };
            let start = file.base + u32::try_from(at).unwrap_or(0);
            let position = file.position(start);
            let span = Span::new(start, start + 3);
            self.findings.push(words::limits::not_utf8(&name, position.line, position.column, Some(span)));
        }
        Ok(Input { sources, unreadable: self.findings, ..Input::default() })
    }
}

fn unreadable(found: &Found, error: std::io::Error) -> miette::Report {
    miette::Report::new(FileFailure::new("read", &shown(&found.path), error))
}

/// Reads one source. What is not UTF-8 is replaced, so that the rest of the file is still judged.
fn read_source(found: &Found) -> miette::Result<Read> {
    let mut bytes = std::fs::read(&found.path).map_err(|error| unreadable(found, error))?;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    let (text, fault) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(error.utf8_error().valid_up_to())),
    };
    Ok(Read { name: found.name.clone(), text, dependency: found.dependency, fault })
}
