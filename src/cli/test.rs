//! `rolec test`: the tests and assertions of a project.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use miette::IntoDiagnostic as _;

use super::output;
use super::question;
use crate::compile::Compilation;
use crate::diagnostic::Code;
use crate::render;
use crate::suite::{self, Judged};

/// Run the tests, assertions and `never`s that a project declares.
///
/// What fails is shown at its line, with the derivation that contradicts it.
///
/// Exits with 0 if all hold, 1 if some do not, and 2 if that can't be told or there are none.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec test
  rolec test EMEA                      those whose names contain it
  rolec test --coverage                and which grants nothing looks at
  rolec test --format junit > rolec.xml")]
pub struct Test {
    /// Only those whose names contain this.
    #[arg(default_value = "")]
    filter: String,
    /// The project, or a folder or file in it.
    #[arg(short, long, default_value = ".", value_name = "PATH")]
    project: std::path::PathBuf,
    /// Say which grants of the organisation's own roles no test or assertion looks at.
    #[arg(long)]
    coverage: bool,
    /// How the result is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How the result of tests is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each, with what failed in frames.
    Human,
    /// One JSON object.
    Json,
    /// XML that continuous integration reads.
    Junit,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the tests from being run.
pub fn run(command: &Test) -> miette::Result<ExitCode> {
    let (name, asking) = question::ask_all(&command.project)?;
    asking.caution_but(|code| matches!(code, Code::TestFailed | Code::AssertionFailed | Code::NeverBroken))?;
    let Compilation { sources, program, flat, findings, .. } = &asking.compilation;
    let judged = Judged { sources, program, flat, findings };
    let outcomes = suite::run(judged, &command.filter);
    if outcomes.is_empty() {
        return Err(match command.filter.as_str() {
            "" => miette::miette!(help = "declare one, as in `test \"agents only look\" { … }`", "the project has no tests"),
            filter => miette::miette!("no test or assertion has `{filter}` in its name"),
        });
    }
    let coverage = command.coverage.then(|| suite::coverage(program, flat));
    let view = render::suite::View { sources, program, outcomes: &outcomes, coverage: coverage.as_deref() };
    let text = match command.format {
        Format::Human => render::suite::human(view, output::is_styled()),
        Format::Json => render::suite::json(view).into_diagnostic()? + "\n",
        Format::Junit => render::suite::junit(view, &name).into_diagnostic()?,
    };
    output::print(&text)?;
    let passed = outcomes.iter().all(suite::Outcome::passed);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
