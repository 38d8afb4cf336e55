//! The program: arguments in, exit code out.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use rolec::cli::{self, Cli, output};

/// Trees are many small pieces: this allocator takes a tenth off the time of a check.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Faulty arguments end here, in clap's words and with its exit code for them, which is `COULD_NOT_RUN`.
    let cli = Cli::parse();
    cli::run(&cli).unwrap_or_else(|failure| {
        if output::is_closed(&failure) {
            return ExitCode::from(cli::READER_GONE);
        }
        // Where even this can't be written there is nothing left to say.
        let _ = writeln!(anstream::stderr(), "{failure:?}");
        ExitCode::from(cli::COULD_NOT_RUN)
    })
}
