//! `rolec bundle query`: one decision, as a service gets it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;

use super::super::bundled::{Asking, One, Showing};
use super::super::question::{self, subjects};
use super::Shown;

/// Ask a bundle for one decision, and its reason: what a service gets that asks the same.
///
/// Without `--division` it is asked of an object that is in no division, which only grants for all divisions cover.
///
/// Exits with 0 if it is allowed, 1 if it is denied, and 2 if it can't be asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec bundle query build/bundle.json alice@acme.example routing:queue:edit --division north
  rolec bundle query bundle.rbundle 'group sales' quality:evaluation:view --attribute Conversation.queue=Sales")]
pub(super) struct Query {
    /// The bundle.
    file: PathBuf,
    /// A role, a group or a user; `group NAME` and the like where several have the name.
    subject: String,
    /// The permission, by its full name.
    permission: String,
    /// The division of the object.
    #[arg(long)]
    division: Option<String>,
    /// The path of the object, where readers are stated of it.
    #[arg(long)]
    object: Option<String>,
    /// An attribute of the request; a comparison with one that is not given does not hold.
    #[arg(long, value_name = "NAME=VALUE", value_parser = subjects::attribute)]
    attribute: Vec<(String, String)>,
    /// The region to answer for; the default dates count without it.
    #[arg(long)]
    region: Option<String>,
    /// The day to answer for, such as 2026-02-16; after everything that is known without it.
    #[arg(long, value_name = "DATE", value_parser = question::day)]
    as_of: Option<Date>,
    /// The bundle's map, which tells the lines of the sources that gave the permission [default: the one beside the bundle].
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

pub(super) fn run(command: &Query) -> miette::Result<ExitCode> {
    let one = One {
        who: &command.subject,
        permission: &command.permission,
        division: command.division.as_deref(),
        object: command.object.as_deref(),
        with: &command.attribute,
    };
    let asking = Asking::open(&command.file)?;
    let map = asking.map(&command.file, command.map.as_deref())?;
    let showing = Showing { format: command.shown.format(), map: map.as_ref() };
    asking.decide(&one, (command.region.as_deref(), command.as_of), showing)
}
