//! `rolec bundle verify`: whether a bundle is sound, and who made it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;
use rolec_bundle::sign::{self, PublicKey, Signature};

use super::super::output;
use super::super::project;
use super::super::show::Format;
use super::{Shown, bytes, failed};
use crate::inspect::{self, Check, Outcome};
use crate::render;

/// Check that a bundle is whole and sound, all of it, and who signed it.
///
/// Exits with 0 if nothing is wrong, 1 if something is, and 2 if that can't be told.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The bundle.
    file: PathBuf,
    /// The public key that must have signed it.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

pub(super) fn run(command: &Verify) -> miette::Result<ExitCode> {
    let path = &command.file;
    let help = "`rolec bundle keygen` makes keys, and so does `minisign -G`; a public key is two lines of text";
    let key = command.key.as_deref().map(|file| PublicKey::open(file).map_err(|error| failed(file, error, help)));
    let key = key.transpose()?;
    let bytes = bytes(path)?;
    let signature = match (key, command.key.as_deref()) {
        (Some(key), Some(file)) => Check::of("signature", signed(path, &bytes, (&key, file))),
        _ if sign::beside(path).exists() => {
            Check::not_made("signature", "it is signed; name the public key with `--key` to know by whom")
        }
        _ => Check::not_made("signature", "it is not signed"),
    };
    let mut checks = inspect::verify(bytes);
    checks.push(signature);
    let text = match command.shown.format() {
        Format::Human => render::inspect::checks(&checks),
        Format::Json => render::inspect::checks_json(&checks).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    let is_wrong = checks.iter().any(|check| check.outcome == Outcome::Wrong);
    Ok(if is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether a key signed these bytes: what it said of them, or what is wrong.
fn signed(path: &Path, bytes: &[u8], (key, file): (&PublicKey, &Path)) -> Result<String, String> {
    let signature = Signature::read_beside(path).map_err(|error| error.to_string())?;
    signature.check_file(path, bytes, key).map_err(|fault| fault.to_string())?;
    let comment = signature.trusted_comment().replace('\t', " ");
    Ok(format!("by the key of `{}`: {comment}", project::shown(file).display()))
}
