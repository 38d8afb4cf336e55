//! `rolec why`: where a permission of a role comes from, or what keeps it away.

use std::process::ExitCode;

use clap::Args;

use super::output;
use super::question::{self, Asked, Asking};
use crate::render;
use crate::why::{self, Compiled, Question, Verdict};

/// Say why a role has a permission, or why not.
///
/// Lists every way in which the role comes to the permission: its own lines, those of the roles it inherits from, and
/// backfills. If the role does not have it, says what takes it away, and which role has it.
///
/// Exits with 0 if the role has it, 1 if it does not, and 2 if that can't be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec why agent routing:queue:join
  rolec why agent telephony:station:disassociate --region us-east-1 --at 2026-03-01")]
pub struct Why {
    /// The role, by its name.
    role: String,
    /// The permission, by its full name.
    permission: String,
    #[command(flatten)]
    asked: Asked,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the question from being answered.
pub fn run(command: &Why) -> miette::Result<ExitCode> {
    let mut asking = question::ask(&command.asked)?;
    let role = asking.role(&command.role)?;
    let permission = asking.permission(&command.permission)?;
    asking.caution()?;
    let Asking { compilation, moment } = &mut asking;
    let question = Question { role, permission, moment: *moment };
    let (order, flat, epochs) = (&compilation.order, &compilation.flat, &compilation.epochs);
    let answer = why::why(&mut Compiled { program: &mut compilation.program, order, flat, epochs }, question);
    let view = render::why::View { sources: &compilation.sources, program: &compilation.program, question };
    output::print(&render::why::render(view, &answer))?;
    Ok(if matches!(answer.verdict, Verdict::Held { .. }) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
