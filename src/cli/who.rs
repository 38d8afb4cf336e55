//! `rolec who`: the roles that hold a permission, or reach an endpoint, a topic or a view.

use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;

use super::bundled;
use super::output;
use super::question::{self, Asked, Asking, FromBundle};
use super::show::Format;
use crate::access::Access;
use crate::model::{Program, Requirement};
use crate::render;
use crate::who;

/// Say which roles, groups and users have a permission, reach what permissions open, or read an object.
///
/// Everybody stands with where it holds and under which condition. An endpoint is named by its method and path, real or
/// as a template.
///
/// Exits with 0 if somebody has it or anybody does, 1 if nobody has, and 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec who outbound:campaign:edit --in emea
  rolec who 'GET /api/v2/users/42/station' --at 2026-03-01
  rolec who v2.users.42.presence --format json")]
pub struct Who {
    /// A permission, an endpoint as `GET /path`, a topic, a view by its title, or an object by its path.
    target: String,
    /// Only those who may in all of these divisions, between commas.
    #[arg(long = "in", value_name = "DIVISION")]
    scope: Option<String>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    source: FromBundle,
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
    if let Some(file) = &command.source.bundle {
        let asking = bundled::Asking::open(file)?;
        let place = bundled::Place { moment: command.asked.moment(), scope: command.scope.as_deref() };
        return asking.who(&command.target, place, command.format);
    }
    let mut asking = question::ask(&command.asked)?;
    if let Some(object) = asking.object(&command.target) {
        return readers(&asking.compilation.program, object, command.format);
    }
    let target = asking.target(&command.target)?;
    let scope = command.scope.as_deref().map(|scope| asking.scope(scope)).transpose()?;
    asking.caution()?;
    asking.left_out()?;
    let Asking { compilation, moment } = &mut asking;
    let (flat, epochs) = (&compilation.flat, &compilation.epochs);
    let asked = who::asked(&compilation.program, target, *moment);
    let mut access = Access::new(&mut compilation.program, flat, epochs);
    let subjects = who::subjects::subjects(&mut access, &asked, scope, *moment);
    let holders = who::who(&mut access, target, scope, *moment);
    let (sources, program) = (&compilation.sources, &compilation.program);
    let view = render::who::View { sources, program, target, moment: *moment, holders: &holders, subjects: &subjects };
    let text = match command.format {
        Format::Human => render::who::human(view),
        Format::Json => render::who::json(view).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(match asked {
        Requirement::Open => ExitCode::SUCCESS,
        Requirement::Unstated => ExitCode::from(super::COULD_NOT_RUN),
        _ if holders.is_empty() && subjects.is_empty() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

/// Prints who reads an object.
fn readers(program: &Program, object: usize, format: Format) -> miette::Result<ExitCode> {
    let subjects = who::subjects::readers(program, object);
    let text = match format {
        Format::Human => render::who::subjects::readers(program, object, &subjects),
        Format::Json => render::who::subjects::readers_json(program, object, &subjects).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(if subjects.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
