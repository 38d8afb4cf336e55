//! The commands: the only rooms that read, write and print.

pub mod build;
pub mod bundle;
mod bundled;
pub mod can;
pub mod check;
pub mod completions;
pub mod equiv;
pub mod explain;
pub mod file;
pub mod fmt;
pub mod impact;
pub mod import;
pub mod init;
pub mod lock;
pub mod output;
pub mod progress;
pub mod project;
pub mod question;
pub mod reach;
pub mod show;
pub mod test;
pub mod timeline;
pub mod watch;
pub mod who;
pub mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The exit code of a command that could not do its work.
pub const COULD_NOT_RUN: u8 = 2;
/// The exit code of a command whose reader has gone: that of a program that the signal of a closed pipe ends.
pub const READER_GONE: u8 = 128 + 13;

/// A compiler for role-as-code: permissions, divisions and backfills checked in review, flattened into a bundle
#[derive(Debug, Parser)]
#[command(name = "rolec", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  rolec init acme --catalog genesys-cloud    begin a project
  rolec check acme                           say what is wrong with it
  rolec explain confinement-defeated         say what a finding means

Exit codes:
  0  done, and nothing is wrong
  1  done, and something is wrong
  2  not done: a file, a flag or the manifest is at fault";

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    Init(init::Init),
    Check(check::Check),
    Why(why::Why),
    Show(show::Show),
    Who(who::Who),
    Can(can::Can),
    Reach(reach::Reach),
    Test(test::Test),
    Impact(impact::Impact),
    Timeline(timeline::Timeline),
    Lock(lock::Lock),
    Bundle(bundle::Bundle),
    Explain(explain::Explain),
    Fmt(fmt::Fmt),
    Import(import::Import),
    Equiv(equiv::Equiv),
    Completions(completions::Completions),
}

/// Runs the command that the arguments name.
///
/// # Errors
///
/// What kept the command from doing its work: a missing file, a faulty manifest, a full disk.
pub fn run(cli: &Cli) -> miette::Result<ExitCode> {
    match &cli.command {
        Command::Build(command) => build::run(command),
        Command::Init(command) => init::run(command),
        Command::Check(command) => check::run(command),
        Command::Explain(command) => explain::run(command),
        Command::Fmt(command) => fmt::run(command),
        Command::Why(command) => why::run(command),
        Command::Show(command) => show::run(command),
        Command::Who(command) => who::run(command),
        Command::Can(command) => can::run(command),
        Command::Reach(command) => reach::run(command),
        Command::Test(command) => test::run(command),
        Command::Impact(command) => impact::run(command),
        Command::Timeline(command) => timeline::run(command),
        Command::Lock(command) => lock::run(command),
        Command::Bundle(command) => bundle::run(command),
        Command::Import(command) => import::run(command),
        Command::Equiv(command) => equiv::run(command),
        Command::Completions(command) => completions::run(command),
    }
}
