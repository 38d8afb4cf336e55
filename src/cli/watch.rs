//! Doing something again whenever a file of a project changes.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use miette::IntoDiagnostic;
use notify::{RecursiveMode, Watcher};

/// How long changes settle before work is done again: editors write in several steps.
const SETTLE: Duration = Duration::from_millis(80);

/// Does the work, then again after each change below the paths, until interrupted.
///
/// # Errors
///
/// What kept the paths from being watched. Failures of the work are printed, and the watch goes on.
pub fn run(paths: &[PathBuf], work: impl Fn() -> miette::Result<()>) -> miette::Result<ExitCode> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(|path| is_source(path)));
        if matters {
            // The receiver is gone only when the program ends.
            let _ = sender.send(());
        }
    })
    .into_diagnostic()?;
    let here = [PathBuf::from(".")];
    for path in if paths.is_empty() { &here[..] } else { paths } {
        watcher.watch(path, RecursiveMode::Recursive).into_diagnostic()?;
    }
    loop {
        if let Err(failure) = work() {
            writeln!(anstream::stderr(), "{failure:?}").into_diagnostic()?;
        }
        writeln!(anstream::stderr(), "watching for changes; Ctrl-C ends").into_diagnostic()?;
        if changes.recv().is_err() {
            return Ok(ExitCode::SUCCESS);
        }
        while changes.recv_timeout(SETTLE).is_ok() {}
    }
}

fn is_source(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|extension| extension == "role" || extension == "toml" || extension == "lock")
}
