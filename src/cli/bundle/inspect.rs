//! `rolec bundle inspect`: what a bundle is made of.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;
use rolec_bundle::sign::Signature;

use super::super::bundled::HELP;
use super::super::output;
use super::super::show::Format;
use super::{Shown, bytes, failed};
use crate::inspect::{self, Content};
use crate::render;

/// Show what a bundle is made of: of what and for what, how many, which days, which digests, how large.
///
/// Exits with 0, and with 2 if it can't be read.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// The bundle.
    file: PathBuf,
    #[command(flatten)]
    shown: Shown,
}

pub(super) fn run(command: &Inspect) -> miette::Result<ExitCode> {
    let path = &command.file;
    let content = Content::read(bytes(path)?).map_err(|error| failed(path, error, HELP))?;
    let inspection = inspect::inspect(&content).map_err(|error| failed(path, error, HELP))?;
    // What is no signature is none; `verify` says what is wrong with it.
    let signature = Signature::read_beside(path).ok();
    let signed = signature.map(|own| render::inspect::Signed { key: own.key_id(), comment: own.trusted_comment().to_owned() });
    let text = match command.shown.format() {
        Format::Human => render::inspect::inspection(&inspection, signed.as_ref()),
        Format::Json => render::inspect::inspection_json(&inspection, signed.as_ref()).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
