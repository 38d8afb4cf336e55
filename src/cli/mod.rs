//! The commands: the only rooms that read, write and print.

pub mod build;
pub mod check;
pub mod import;
pub mod output;
pub mod project;
pub mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The exit code of a command that could not do its work.
pub const COULD_NOT_RUN: u8 = 2;

/// A compiler for role-as-code: permissions, divisions and backfills checked in review, flattened into a bundle.
#[derive(Debug, Parser)]
#[command(name = "rolec", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    Check(check::Check),
    Import(import::Import),
}

/// Runs the command that the arguments name.
///
/// # Errors
///
/// What kept the command from doing its work: a missing file, a faulty manifest, a full disk.
pub fn run(cli: &Cli) -> miette::Result<ExitCode> {
    match &cli.command {
        Command::Build(command) => build::run(command),
        Command::Check(command) => check::run(command),
        Command::Import(command) => import::run(command),
    }
}
