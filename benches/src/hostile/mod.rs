//! Projects that nobody means well with: each of a shape that a compiler could recurse, wait or swell over.
//!
//! Every case can be written at any size, so that the same shapes run small in the tests and large by hand.

mod backfills;
mod catalog;
mod documents;
mod folders;
mod lines;
mod roles;
pub mod run;
mod subjects;
mod texts;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rolec::diagnostic::Code;

/// What becomes of a case where it is small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There are no errors.
    Sound,
    /// This is found, whatever else is.
    Finds(Code),
    /// The project or document can't be read, and that is said.
    Refused,
}

/// What is run on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `rolec check` on its folder.
    Check,
    /// `rolec import openapi` on [`DOCUMENT`] in its folder.
    Import,
}

/// The document of a case for the importer.
pub const DOCUMENT: &str = "api.json";

/// Writes a case of a size to a folder.
type Fill = fn(&Path, usize) -> io::Result<()>;

/// A hostile project or document.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it is called.
    pub name: &'static str,
    /// How large it is at most: roles, bytes, levels, or whatever it has many of.
    full: usize,
    /// How large it is at least, to be what it is.
    least: usize,
    /// What is run on it.
    pub command: Command,
    /// What becomes of it at the least size.
    pub outcome: Outcome,
    write: Fill,
}

impl Case {
    const fn check(name: &'static str, (full, least): (usize, usize), outcome: Outcome, write: Fill) -> Self {
        Self { name, full, least, command: Command::Check, outcome, write }
    }

    const fn import(name: &'static str, (full, least): (usize, usize), outcome: Outcome, write: Fill) -> Self {
        Self { name, full, least, command: Command::Import, outcome, write }
    }

    /// Writes the case at one `scale`th of its full size.
    ///
    /// # Errors
    ///
    /// What kept a file from being written.
    pub fn write(&self, folder: &Path, scale: usize) -> io::Result<()> {
        (self.write)(folder, (self.full / scale.max(1)).max(self.least))
    }
}

/// All cases.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        roles::CASES,
        subjects::CASES,
        lines::CASES,
        texts::CASES,
        catalog::CASES,
        backfills::CASES,
        folders::CASES,
        documents::CASES,
    ]
    .into_iter()
    .flatten()
}

/// Writes a file of a case.
fn file(folder: &Path, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(folder.join(name))?);
    fill(&mut out)?;
    out.flush()
}

/// Writes the only source of a case.
fn source(folder: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    file(folder, "hostile.role", fill)
}

/// A catalog of one permission, `x:y:z`.
const ONE: &str = "domain x division-aware { entity y { z } }\n";

/// Declares the permissions `x:y:p0`, `x:y:p1`, …
fn permissions(out: &mut dyn Write, count: usize, attributes: &str) -> io::Result<()> {
    writeln!(out, "domain x {attributes} {{ entity y {{")?;
    (0..count).try_for_each(|at| writeln!(out, "    p{at}"))?;
    writeln!(out, "}} }}")
}
