//! `rolec reach`: every surface that somebody opens.

use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;

use super::output;
use super::question::{self, Asked, Asking};
use super::show::Format;
use crate::access::Access;
use crate::{reach, render};

/// Show every endpoint, topic and view that a role, group or user opens, and where.
///
/// Exits with 0 if there is one, 1 if there is none, and 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec reach agent
  rolec reach alice@acme.example --at 2026-03-01 --region us-east-1
  rolec reach 'group sales' --format json")]
pub struct Reach {
    /// A role, a group or a user; `group NAME` and the like where several have the name.
    who: String,
    #[command(flatten)]
    asked: Asked,
    /// How the answer is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the question from being answered.
pub fn run(command: &Reach) -> miette::Result<ExitCode> {
    let mut asking = question::ask(&command.asked)?;
    let holder = asking.holder(&command.who)?;
    asking.caution()?;
    let Asking { compilation, moment } = &mut asking;
    let (flat, epochs) = (&compilation.flat, &compilation.epochs);
    let reached = reach::reach(&mut Access::new(&mut compilation.program, flat, epochs), holder, *moment);
    let view = render::reach::View { program: &compilation.program, holder, moment: *moment, reached: &reached };
    let text = match command.format {
        Format::Human => render::reach::human(view),
        Format::Json => render::reach::json(view).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(if reached.opened.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
