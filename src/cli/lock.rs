//! `rolec lock`: writes the lock file, or says how it differs from what would be written.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::project::{self, Project};
use super::{check, file, output};
use crate::compile::{self, Compilation};
use crate::diagnostic::words::count;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::lock;
use crate::pins::Pins;

/// Write the lock file, which pins what wildcards and copies mean.
///
/// Without `--check`, exits with 0 if the file is as it should be, 1 if the project has errors, so that nothing is written,
/// and 2 if the project could not be read or the file not written. With it, exits with 1 if the file differs, too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec lock            write it, or accept what has changed
  rolec lock --check    make sure that it is up to date, as in a pipeline")]
pub struct Lock {
    /// The project: its folder, or a folder or file in it.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Write nothing: say whether the file is what would be written.
    #[arg(long)]
    check: bool,
}

/// The findings that are about the lock file itself.
const OWN: [Code; 3] = [Code::NoLock, Code::LockDrift, Code::LockOutdated];

/// Runs the command.
///
/// # Errors
///
/// What kept the project from being read, or the file from being written.
pub fn run(command: &Lock) -> miette::Result<ExitCode> {
    let Project { root, has_manifest, input, .. } = project::load_unlocked(&command.path)?;
    if !has_manifest {
        let help = "a lock file belongs to a project: write a `rolec.toml` in its folder";
        return Err(miette::miette!(help = help, "there is no manifest in or above `{}`", command.path.display()));
    }
    // What the lock file is to pin is what the project means without one.
    let compilation = compile::compile(input);
    let errors = filtered(&compilation, |finding| finding.level == Level::Error && !OWN.contains(&finding.code));
    if !errors.is_empty() {
        check::show(&compilation, &errors, check::Format::Human).map_err(output::failure)?;
        let what = if command.check { "can't be checked" } else { "is not written" };
        return say(&format!("{} {what}: the project has errors\n", project::LOCK), ExitCode::FAILURE);
    }
    let pins = lock::pins(&compilation.program, &compilation.flat);
    if command.check { verify(&command.path, &pins) } else { write(&root.join(project::LOCK), &pins) }
}

fn filtered(compilation: &Compilation, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<Diagnostic> {
    compilation.findings.iter().filter(|finding| wanted(finding)).cloned().collect()
}

fn say(text: &str, code: ExitCode) -> miette::Result<ExitCode> {
    output::print(text).map(|()| code)
}

fn write(path: &Path, pins: &Pins) -> miette::Result<ExitCode> {
    let text = lock::write(pins);
    let (copies, followed) = (pins.copies.len(), pins.followed.len());
    let copies = if copies == 1 { "1 copy".to_owned() } else { format!("{copies} copies") };
    let followed = if followed == 0 { String::new() } else { format!("{}, ", count(followed, "vendor wildcard")) };
    let counts = format!("{}, {followed}{copies}", count(pins.wildcards.len(), "wildcard"));
    if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return say(&format!("{} is up to date: {counts}\n", project::LOCK), ExitCode::SUCCESS);
    }
    file::replace_text(path, &text)?;
    say(&format!("wrote {}: {counts}\n", project::LOCK), ExitCode::SUCCESS)
}

/// Says how the lock file differs from what would be written now.
fn verify(path: &Path, now: &Pins) -> miette::Result<ExitCode> {
    let mut project = project::load(path)?;
    project.input.locked = true;
    let pinned = project.input.pins.clone();
    let compilation = compile::compile(project.input);
    let findings = filtered(&compilation, |finding| OWN.contains(&finding.code));
    if !findings.is_empty() {
        check::show(&compilation, &findings, check::Format::Human).map_err(output::failure)?;
        return Ok(ExitCode::FAILURE);
    }
    if pinned.as_ref() == Some(now) {
        return say(&format!("{} is up to date\n", project::LOCK), ExitCode::SUCCESS);
    }
    let text = format!("{} is out of date, though no role changes; `rolec lock` writes it anew\n", project::LOCK);
    say(&text, ExitCode::FAILURE)
}
