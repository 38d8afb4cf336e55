//! `rolec bundle sign`: a signature beside a bundle.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use rolec_bundle::sign::{self, SecretKey};

use super::super::bundled::HELP;
use super::super::file;
use super::super::output;
use super::super::project;
use super::{bytes, failed};
use crate::inspect::{self, Outcome};

/// Sign a bundle, in the format of `minisign`.
///
/// The same bundle and key give the same signature: there is no time in it. What is not sound is not signed.
///
/// Exits with 0, and with 2 if it is not signed.
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// The bundle.
    file: PathBuf,
    /// The secret key, one without a password.
    #[arg(long, value_name = "FILE")]
    secret_key: PathBuf,
    /// The file to write; that of the bundle with `.minisig` at its end without.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(command: &Sign) -> miette::Result<ExitCode> {
    let path = &command.file;
    let help = "make a key with `rolec bundle keygen` or `minisign -G -W`; `minisign -C -W` takes the password from one";
    let secret = SecretKey::open(&command.secret_key).map_err(|error| failed(&command.secret_key, error, help))?;
    let bytes = bytes(path)?;
    let signature = secret.sign(&bytes, &sign::trusted_comment(path, &bytes));
    let checks = inspect::verify(bytes);
    if let Some(check) = checks.iter().find(|check| check.outcome == Outcome::Wrong) {
        let shown = project::shown(path);
        return Err(miette::miette!(help = HELP, "`{}` is not signed: {}", shown.display(), check.found));
    }
    let output = command.output.clone().unwrap_or_else(|| sign::beside(path));
    file::replace_text(&output, &signature)?;
    let shown = project::shown(&output);
    output::print(&format!("{}: signed with `{}`\n", shown.display(), project::shown(&command.secret_key).display()))?;
    Ok(ExitCode::SUCCESS)
}
