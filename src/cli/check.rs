//! `rolec check`: findings with places and reasons.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::progress::Progress;
use super::{output, project};
use crate::compile::{self, Compilation};
use crate::diagnostic::words::count;
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::fix::Fixes;
use crate::render::{frames, json};

/// Check a project and say what is wrong with it.
///
/// Findings are errors, warnings and hints. Each has a code, which `rolec explain` explains.
///
/// Exits with 0 if there are no errors, 1 if there are, and 2 if the project could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec check                          the project of the working folder
  rolec check acme/roles/agent.role    what the project says of one file
  rolec check --format short | sort    one line a finding")]
pub struct Check {
    /// Projects, folders or files to check; the project of the working folder if none are given.
    ///
    /// The whole project is always read; findings are limited to the folders and files that are named.
    paths: Vec<PathBuf>,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Make every difference from the lock file an error.
    #[arg(long)]
    locked: bool,
    /// Check again whenever a file changes.
    #[arg(long)]
    watch: bool,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Frames around each place.
    Human,
    /// One line a finding.
    Short,
    /// One JSON object.
    Json,
}

/// Frames shown at most: nobody reads more at once, and the short form has them all.
const FRAMES: usize = 100;

/// Runs the command.
///
/// # Errors
///
/// What kept a project from being read.
pub fn run(command: &Check) -> miette::Result<ExitCode> {
    if command.watch {
        return super::watch::run(&command.paths, || once(command).map(|_| ()));
    }
    once(command)
}

fn once(command: &Check) -> miette::Result<ExitCode> {
    let here = [PathBuf::from(".")];
    let paths = if command.paths.is_empty() { &here[..] } else { &command.paths };
    let mut sound = true;
    for path in paths {
        let progress = Progress::start(format!("reading {}", path.display()));
        let mut project = project::load(path)?;
        project.require_asked()?;
        project.input.locked = command.locked;
        project.input.wanted = project.manifest.wanted();
        progress.say(format!("checking {}", path.display()));
        let mut compilation = compile::compile(project.input);
        let mut findings = asked_about(&compilation, &project.asked);
        work_out_fixes(&mut compilation, &mut findings, command.format);
        drop(progress);
        show(&compilation, &findings, command.format).map_err(output::failure)?;
        sound &= !findings.iter().any(|finding| finding.level == Level::Error);
        if !command.watch {
            // The process ends soon, which gives all memory back at once.
            std::mem::forget(compilation);
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The findings with a place in what the user asked about, and errors that have none: those are about the whole project.
fn asked_about(compilation: &Compilation, asked: &[String]) -> Vec<Diagnostic> {
    let in_asked = |finding: &&Diagnostic| {
        asked.is_empty()
            || (finding.level == Level::Error && finding.labels.is_empty())
            || finding
                .labels
                .iter()
                .filter_map(|label| compilation.sources.file_of(label.span))
                .any(|file| project::concerns(asked, &file.name))
    };
    compilation.findings.iter().filter(in_asked).cloned().collect()
}

/// Works out the fixes of the findings that are shown with them.
fn work_out_fixes(compilation: &mut Compilation, findings: &mut [Diagnostic], format: Format) {
    let shown = match format {
        Format::Json => (0..findings.len()).collect(),
        Format::Human => gravest(findings, FRAMES),
        Format::Short => return,
    };
    let Compilation { sources, program, flat, findings: all, .. } = compilation;
    let mut fixes = Fixes::new(program, flat, sources, all);
    for at in shown {
        findings[at].fix = fixes.of(&findings[at]);
    }
}

/// Prints findings and, but for JSON, a last line that counts them.
pub(super) fn show(compilation: &Compilation, findings: &[Diagnostic], format: Format) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    write(&mut out, output::is_styled(), (compilation, findings), format)
}

/// Shows all findings for people, where answers are not: on standard error.
pub(super) fn show_aside(compilation: &Compilation) -> std::io::Result<()> {
    let stderr = std::io::stderr();
    let colours = anstream::AutoStream::choice(&stderr) != anstream::ColorChoice::Never && stderr.is_terminal();
    let mut out = std::io::BufWriter::new(stderr.lock());
    write(&mut out, colours, (compilation, &compilation.findings), Format::Human)
}

fn write(
    out: &mut dyn Write,
    colours: bool,
    (compilation, findings): (&Compilation, &[Diagnostic]),
    format: Format,
) -> std::io::Result<()> {
    match format {
        Format::Json => {
            let text = json::report(&compilation.sources, findings).map_err(std::io::Error::other)?;
            writeln!(out, "{text}")?;
            return out.flush();
        }
        Format::Short => {
            for finding in findings {
                out.write_all(frames::render(&compilation.sources, finding, frames::Form::Line, colours).as_bytes())?;
            }
        }
        Format::Human => {
            let shown = gravest(findings, FRAMES);
            let mut fixes: Vec<&Fix> = Vec::new();
            for finding in shown.iter().map(|at| &findings[*at]) {
                let finding = without_lines_of(finding, &mut fixes);
                out.write_all(frames::render(&compilation.sources, &finding, frames::Form::Frames, colours).as_bytes())?;
            }
            if shown.len() < findings.len() {
                writeln!(out, "… and {} more; `--format short` lists them all", findings.len() - shown.len())?;
            }
        }
    }
    let number = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (errors, warnings, hints) = (number(Level::Error), number(Level::Warning), number(Level::Hint));
    writeln!(out, "{}, {}, {}", count(errors, "error"), count(warnings, "warning"), count(hints, "hint"))?;
    out.flush()
}

/// Where so many of the findings stand, the gravest, in the order a reader meets them.
fn gravest(findings: &[Diagnostic], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|at| findings[*at].level);
    order.truncate(most);
    order.sort_unstable();
    order
}

/// A finding that only refers to its fix if that was shown before: all pair conflicts of a role have one fix.
fn without_lines_of<'f>(finding: &'f Diagnostic, shown: &mut Vec<&'f Fix>) -> Cow<'f, Diagnostic> {
    match &finding.fix {
        Some(fix) if shown.contains(&fix) => {
            let above = Fix { title: "as above".to_owned(), automatic: fix.automatic, edits: Vec::new() };
            Cow::Owned(Diagnostic { fix: Some(above), ..finding.clone() })
        }
        fix => {
            shown.extend(fix);
            Cow::Borrowed(finding)
        }
    }
}
