//! `rolec timeline`: what happens when.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use miette::IntoDiagnostic as _;

use super::output;
use super::question::{self, Asked, Asking};
use super::show::Format;
use crate::model::RegionId;
use crate::{agenda, render};

/// Show what happens when: backfills, enforcements, grace periods.
///
/// Without a region, the time line is that of the default dates, and regions with days of their own stand in a table.
///
/// Exits with 0, and with 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec timeline
  rolec timeline acme --region us-east-1
  rolec timeline --format json > dates.json")]
pub struct Timeline {
    /// The project: its folder, or a folder or file in it.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The region to show alone.
    #[arg(long)]
    region: Option<String>,
    /// How the answer is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the project from being read, or a region that it does not have.
pub fn run(command: &Timeline) -> miette::Result<ExitCode> {
    let asking = question::ask(&Asked::whole(command.region.clone(), command.path.clone()))?;
    asking.caution()?;
    let Asking { compilation, moment } = &asking;
    let (program, epochs) = (&compilation.program, &compilation.epochs);
    let agenda = |region: Option<RegionId>| (region, agenda::agenda(program, epochs, region));
    let text = match (command.format, moment.region) {
        (Format::Human, Some(region)) => render::timeline::line(program, Some(region), &agenda(Some(region)).1),
        (Format::Human, None) => {
            render::timeline::line(program, None, &agenda(None).1) + &render::timeline::table(program, &agenda::table(program))
        }
        (Format::Json, region) => {
            let all = || std::iter::once(None).chain((0..program.regions.len()).map(|at| Some(RegionId::new(at)))).collect();
            let regions: Vec<Option<RegionId>> = region.map_or_else(all, |region| vec![Some(region)]);
            render::timeline::json(program, &regions.into_iter().map(agenda).collect::<Vec<_>>()).into_diagnostic()? + "\n"
        }
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
