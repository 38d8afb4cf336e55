//! `rolec bundle`: built bundles, without the project that they were built of.

mod inspect;
mod keygen;
mod query;
mod sign;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::project::{self, FileFailure};
use super::show::Format;

/// Look into built bundles, sign and check them, and ask them.
///
/// A bundle is a `bundle.json` or a `bundle.rbundle`; the content tells which.
#[derive(Debug, Args)]
pub struct Bundle {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Inspect),
    Verify(verify::Verify),
    Sign(sign::Sign),
    Query(query::Query),
    Keygen(keygen::Keygen),
}

/// How an answer is shown.
#[derive(Debug, Args)]
struct Shown {
    /// How the answer is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl Shown {
    const fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// Runs the command.
///
/// # Errors
///
/// What kept it from doing its work.
pub fn run(command: &Bundle) -> miette::Result<ExitCode> {
    match &command.command {
        Command::Inspect(command) => inspect::run(command),
        Command::Verify(command) => verify::run(command),
        Command::Sign(command) => sign::run(command),
        Command::Query(command) => query::run(command),
        Command::Keygen(command) => keygen::run(command),
    }
}

fn bytes(path: &Path) -> miette::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| FileFailure::new("read", &project::shown(path), error).into())
}

/// A fault of a file, as the program's own failure.
fn failed(path: &Path, error: rolec_bundle::Error, help: &str) -> miette::Report {
    let shown = project::shown(path);
    match error {
        rolec_bundle::Error::Io(error) => FileFailure::new("read", &shown, error).into(),
        error => miette::miette!(help = help.to_owned(), "`{}` can't be used: {error}", shown.display()),
    }
}
