//! Programs that others have written for the same formats. Tests compare with them where they are installed.

use std::io::Write as _;
use std::process::{Command, Output};

/// Runs a program; `None` where it isn't installed, which is said where everybody sees it.
pub(crate) fn run(command: &mut Command, otherwise: &str) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            let program = command.get_program().display();
            // Past the harness, which hides what tests that pass print.
            let told = writeln!(std::io::stderr(), "SKIPPED: `{program}` can't be run ({error}), so {otherwise}");
            told.expect("standard error");
            None
        }
    }
}
