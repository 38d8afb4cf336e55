//! `rolec impact`: who loses what when an enforcement begins.

use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;

use super::output;
use super::question::{self, Asked, Asking};
use super::show::Format;
use crate::access::Access;
use crate::impact::{self, Question};
use crate::model::Holder;
use crate::render;
use crate::scopes::Scopes;

/// Say who loses what when something begins to be enforced.
///
/// The day before is compared with the first day, in every region: what roles, and groups and users by all their roles,
/// lose, what would keep it, and what they keep thanks to a backfill.
///
/// Exits with 0 if nobody loses anything, 1 if somebody does, and 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec impact
  rolec impact user_station_checks --region us-east-1
  rolec impact notification_topics --role agent --at 2020-10-01")]
pub struct Impact {
    /// The enforcement, by its name; all of them without it.
    enforcement: Option<String>,
    /// The role, by its name, and those who have it; everybody without it.
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
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
pub fn run(command: &Impact) -> miette::Result<ExitCode> {
    let mut asking = question::ask(&command.asked)?;
    let enforcements = match &command.enforcement {
        Some(name) => vec![asking.enforcement(name)?],
        None => (0..asking.compilation.program.enforcements.len()).collect(),
    };
    let role = command.role.as_deref().map(|name| asking.role(name)).transpose()?;
    asking.caution()?;
    if role.is_none() {
        asking.left_out()?;
    }
    let Asking { compilation, moment } = &mut asking;
    let places = match moment.region {
        Some(region) => vec![Some(region)],
        None => compilation.program.places(),
    };
    let mut access = Access::new(&mut compilation.program, &compilation.flat, &compilation.epochs);
    let mut holders = match role {
        Some(role) => vec![Holder::Role(role, Scopes::all())],
        None => impact::roles(&access),
    };
    match role {
        Some(role) => holders.extend(impact::having(access.program, role)),
        None => holders.extend(access.program.subjects.everybody()),
    }
    let question = |enforcement| Question { enforcement, places: &places, holders: &holders, at: moment.at };
    let impacts: Vec<impact::Impact> =
        enforcements.into_iter().map(|enforcement| impact::impact(&mut access, question(enforcement))).collect();
    let (sources, program) = (&compilation.sources, &compilation.program);
    let view = render::impact::View { sources, program, moment: *moment, impacts: &impacts };
    let text = match command.format {
        Format::Human => render::impact::human(view),
        Format::Json => render::impact::json(view).into_diagnostic()? + "\n",
    };
    output::print(&text)?;
    Ok(if impacts.iter().any(impact::Impact::is_loss) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
