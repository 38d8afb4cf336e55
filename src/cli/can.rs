//! `rolec can`: may somebody do or open something.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;

use super::bundled;
use super::output;
use super::question::{self, Asked, Asking, FromBundle, subjects};
use super::show::Format;
use crate::access::Access;
use crate::can::{self, Question};
use crate::render;

/// Say whether a role, group or user may do or open something, and why.
///
/// Attributes that a grant's condition asks for are given by `--with`; a comparison with one that is not given does not
/// hold.
///
/// Exits with 0 if they may, 1 if not, and 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec can alice@acme.example outbound:campaign:edit --in emea
  rolec can agent 'GET /api/v2/users/42/station' --at 2026-03-01
  rolec can 'group sales' quality:evaluation:view --with Conversation.queue=Sales")]
pub struct Can {
    /// A role, a group or a user; `group NAME` and the like where several have the name.
    who: String,
    /// A permission, an endpoint as `GET /path`, a topic, a view by its title, or an object by its path.
    target: String,
    /// The divisions in which, between commas; anywhere without.
    #[arg(long = "in", value_name = "DIVISION")]
    scope: Option<String>,
    /// An attribute of the request.
    #[arg(long, value_name = "NAME=VALUE", value_parser = subjects::attribute)]
    with: Vec<(String, String)>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    source: FromBundle,
    /// The bundle's map, which tells the lines of the sources that gave the permission [default: the one beside the bundle].
    #[arg(long, value_name = "FILE", requires = "bundle")]
    map: Option<PathBuf>,
    /// How the answer is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the question from being answered.
pub fn run(command: &Can) -> miette::Result<ExitCode> {
    if let Some(file) = &command.source.bundle {
        let asking = bundled::Asking::open(file)?;
        let place = bundled::Place { moment: command.asked.moment(), scope: command.scope.as_deref() };
        let map = asking.map(file, command.map.as_deref())?;
        let showing = bundled::Showing { format: command.format, map: map.as_ref() };
        return asking.can((&command.who, &command.target), place, &command.with, showing);
    }
    let mut asking = question::ask(&command.asked)?;
    let holder = asking.holder(&command.who)?;
    let target = asking.object_or_target(&command.target)?;
    let scope = command.scope.as_deref().map(|scope| asking.scope(scope)).transpose()?;
    asking.caution()?;
    let Asking { compilation, moment } = &mut asking;
    let (flat, epochs) = (&compilation.flat, &compilation.epochs);
    let mut access = Access::new(&mut compilation.program, flat, epochs);
    let question = Question { holder, target, scope, given: subjects::attributes(&command.with), moment: *moment };
    let answer = can::can(&mut access, question);
    let (sources, program) = (&compilation.sources, &compilation.program);
    let view = render::can::View { sources, program, holder, target, scope, moment: *moment, answer: &answer };
    let text = match command.format {
        Format::Human => render::can::human(view),
        Format::Json => render::can::json(view).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(if answer.against.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
