//! `rolec fmt`: sources in their one canonical form.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{file, output, project};
use crate::diagnostic::words::count;
use crate::diagnostic::{Code, Diagnostic, Level, Sink};
use crate::render::frames;
use crate::source::{Source, Sources};
use crate::syntax::{format, parse};

/// Write the sources of a project in their canonical form.
///
/// One fact a line, comments kept, nothing else changed. Files with syntax errors are left as they are, and the errors shown.
///
/// Exits with 0 if all is done, 1 if a file has a syntax error or (with --check) is not in canonical form, and 2 if the
/// project could not be read or a file not be written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec fmt            write what is not in canonical form
  rolec fmt --check    only say what is not, as CI does")]
pub struct Fmt {
    /// A project, or a folder or file of one; the project of the working folder if none is given.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only say which files would change.
    #[arg(long)]
    check: bool,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the project from being read or a file from being written.
pub fn run(command: &Fmt) -> miette::Result<ExitCode> {
    let project = project::load(&command.path)?;
    project.require_asked()?;
    let asked = |source: &&Source| !source.dependency && project.is_asked(&source.name);
    let sources = &project.input.sources;
    let (mut changed, mut faulty) = (0, 0);
    for source in sources.files().iter().filter(asked) {
        // What stands for its bytes must not take their place.
        let garbled = |finding: &&Diagnostic| {
            finding.code == Code::NotUtf8 && finding.primary().is_some_and(|at| source.span().contains(at))
        };
        if let Some(finding) = project.input.unreadable.iter().find(garbled) {
            let frame = frames::render(sources, finding, frames::Form::Frames, false);
            write!(anstream::stderr(), "{frame}").map_err(output::failure)?;
            faulty += 1;
            continue;
        }
        match formatted(sources, source)? {
            None => faulty += 1,
            Some(text) if text == source.text => {}
            Some(text) => {
                changed += 1;
                if command.check {
                    output::print(&format!("{}\n", source.name))?;
                } else {
                    file::replace_text(&project.root.join(Path::new(&source.name)), &text)?;
                }
            }
        }
    }
    let what = if command.check { "would change" } else { "changed" };
    output::print(&format!("{} {what}\n", count(changed, "file")))?;
    Ok(if faulty > 0 || (command.check && changed > 0) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The canonical text of a source; `None`, with the errors on standard error, if it has any.
fn formatted(sources: &Sources, source: &Source) -> miette::Result<Option<String>> {
    let mut sink = Sink::default();
    let tree = parse::parse(source, &mut sink);
    let errors = sink.into_sorted();
    for error in &errors {
        let frame = frames::render(sources, error, frames::Form::Frames, false);
        write!(anstream::stderr(), "{frame}").map_err(output::failure)?;
    }
    Ok(errors.iter().all(|error| error.level != Level::Error).then(|| format::format(source, &tree)))
}
