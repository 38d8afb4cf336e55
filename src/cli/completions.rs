//! `rolec completions`: a shell → the script that completes commands in it.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, output};

/// Print the script that completes commands in a shell.
///
/// Put it where your shell looks for such scripts, and start a new shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec completions bash > ~/.local/share/bash-completion/completions/rolec
  rolec completions zsh > ~/.zfunc/_rolec
  rolec completions fish > ~/.config/fish/completions/rolec.fish")]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
///
/// A failure to write to standard output.
pub fn run(command: &Completions) -> miette::Result<ExitCode> {
    // The generator does not expect a failing writer.
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Cli::command(), "rolec", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
