//! `rolec equiv`: runs `rolec-equiv`, which has the engines and takes minutes to build, so that nobody has to who does not ask.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{self, ExitCode};

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _};

/// The program, beside this one or on the path.
const PROGRAM: &str = "rolec-equiv";

/// Decide the same requests in every form and engine, and tell where they differ.
///
/// Makes every target of a project in memory, asks each the same requests about every subject, and compares the answers
/// with the meaning of the bundle, read word by word. Needs the program `rolec-equiv`. Exits with 0 if all agree, 1 if
/// one differs, and 2 if they could not be asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec equiv                       the project of the working folder
  rolec equiv build/bundle.json     a bundle
  rolec equiv acme --share 500      more requests for each subject
  rolec equiv acme --opa opa        an OPA on the path is asked too")]
pub struct Equiv {
    /// Projects, or bundles as `bundle.json`.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How many requests for each subject, about.
    #[arg(long, default_value_t = 60, value_name = "N")]
    share: usize,
    /// An OPA to ask too, by its path or its name.
    #[arg(long, value_name = "PROGRAM")]
    opa: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
///
/// If the program is not there, or does not start.
pub fn run(command: &Equiv) -> miette::Result<ExitCode> {
    let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(PROGRAM)));
    let program = beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(PROGRAM));
    let mut process = process::Command::new(program);
    process.arg("--share").arg(command.share.to_string());
    if let Some(opa) = &command.opa {
        process.arg("--opa").arg(opa);
    }
    match process.arg("--").args(&command.paths).status() {
        Ok(status) => Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(super::COULD_NOT_RUN))),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(miette::miette!(
            help = "build it where rolec's sources are, with `cargo install --path equiv`, and have it on the path",
            "`{PROGRAM}` is not there"
        )),
        Err(error) => Err(error).into_diagnostic().wrap_err_with(|| format!("can't run `{PROGRAM}`")),
    }
}
