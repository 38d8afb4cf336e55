//! `rolec show`: what a role holds.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use miette::IntoDiagnostic as _;

use super::output;
use super::question::{self, Asked, Asking};
use crate::{render, show};

/// Show what a role holds when everything is worked out.
///
/// Every permission stands with where it holds, under which condition, since when, and what gives it.
///
/// Exits with 0, and with 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec show agent
  rolec show agent --format json > agent.json")]
pub struct Show {
    /// The role, by its name.
    role: String,
    #[command(flatten)]
    asked: Asked,
    /// How the role is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How a role is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// By domain and entity, with the lines that grants come from.
    Human,
    /// One JSON object with every grant.
    Json,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the role from being shown.
pub fn run(command: &Show) -> miette::Result<ExitCode> {
    let mut asking = question::ask(&command.asked)?;
    let role = asking.role(&command.role)?;
    asking.caution()?;
    let Asking { compilation, moment } = &mut asking;
    let shown = show::show(&mut compilation.program, &compilation.flat, &compilation.epochs, role, *moment);
    let text = match command.format {
        Format::Human => render::show::human(&compilation.sources, &compilation.program, &shown),
        Format::Json => render::show::json(&compilation.program, &shown).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
