//! `rolec who`: the roles that hold a permission, or reach an endpoint, a topic or a view.

use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;

use super::output;
use super::question::{self, Asked, Asking};
use super::show::Format;
use crate::access::Access;
use crate::model::Requirement;
use crate::render;
use crate::who;

/// Say which roles have a permission, or reach what permissions open.
///
/// Every role stands with where it holds and under which condition. An endpoint is named by its method and path, real or
/// as a template.
///
/// Exits with 0 if some role has it or anybody does, 1 if none has, and 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec who outbound:campaign:edit
  rolec who 'GET /api/v2/users/42/station' --at 2026-03-01
  rolec who v2.users.42.presence --format json")]
pub struct Who {
    /// A permission, an endpoint as `GET /path`, a topic, or a view by its title.
    target: String,
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
pub fn run(command: &Who) -> miette::Result<ExitCode> {
    let mut asking = question::ask(&command.asked)?;
    let target = asking.target(&command.target)?;
    asking.caution()?;
    asking.left_out()?;
    let Asking { compilation, moment } = &mut asking;
    let (flat, epochs) = (&compilation.flat, &compilation.epochs);
    let holders = who::who(&mut Access::new(&mut compilation.program, flat, epochs), target, *moment);
    let (sources, program) = (&compilation.sources, &compilation.program);
    let view = render::who::View { sources, program, target, moment: *moment, holders: &holders };
    let text = match command.format {
        Format::Human => render::who::human(view),
        Format::Json => render::who::json(view).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(match who::asked(program, target, *moment) {
        Requirement::Open => ExitCode::SUCCESS,
        Requirement::Unstated => ExitCode::from(super::COULD_NOT_RUN),
        _ if holders.is_empty() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}
