//! The program: arguments in, exit code out.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use rolec::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run(&cli).unwrap_or_else(|failure| {
        // Where even this can't be written there is nothing left to say.
        let _ = writeln!(anstream::stderr(), "{failure:?}");
        ExitCode::from(cli::COULD_NOT_RUN)
    })
}
