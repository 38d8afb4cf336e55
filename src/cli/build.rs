//! `rolec build`: a project → `bundle.json`, or a text dump of one stage.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use miette::{IntoDiagnostic, WrapErr};

use super::check;
use super::file;
use super::project::{self, FileFailure};
use super::question;
use crate::compile::{self, Compilation};
use crate::diagnostic::words;
use crate::emit::bundle::{Bundle, Extent, Parts};
use crate::emit::stages;
use crate::manifest::Manifest;

/// The bundle's file name.
const BUNDLE: &str = "bundle.json";
/// The folder of the output, beside the manifest.
const FOLDER: &str = "build";

/// Compile a project into a bundle that services load.
///
/// Writes `bundle.json`, whole or not at all. Exits with 0 if it is written, 1 if the project has errors, and 2 if the
/// project could not be read or the bundle not be written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec build                               the project of the working folder
  rolec build --region us-east-1 -o dist    what one region needs
  rolec build --stage flat                  print what each role grants")]
pub struct Build {
    /// The project, or a folder or file in it.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only this region's epochs.
    #[arg(long)]
    region: Option<String>,
    /// Only the epoch of this day, with everything gained up to it among the grants.
    #[arg(long, value_name = "DATE", value_parser = question::day)]
    as_of: Option<Date>,
    /// The folder to write to [default: build, beside the manifest].
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Make every difference from the lock file an error.
    #[arg(long)]
    locked: bool,
    /// Print what this stage of the compilation makes, instead of writing a bundle.
    #[arg(long, value_enum, conflicts_with_all = ["region", "as_of", "output"])]
    stage: Option<Stage>,
}

/// The stages of a compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// What the files say.
    Ast,
    /// What their names mean.
    Program,
    /// Which role comes before which.
    Order,
    /// What each role grants.
    Flat,
    /// What backfills change, and when.
    Epochs,
}

/// Runs the command.
///
/// # Errors
///
/// What kept the project from being read or the bundle from being written.
pub fn run(command: &Build) -> miette::Result<ExitCode> {
    let mut project = project::load(&command.path)?;
    project.input.locked = command.locked;
    project.input.bundled = command.stage.is_none();
    let compilation = compile::compile(project.input);
    check::show_aside(&compilation).into_diagnostic()?;
    let sound = compilation.is_sound();
    if let Some(stage) = command.stage {
        dump(stage, &compilation).into_diagnostic()?;
    } else if sound {
        let folder = command.output.clone().unwrap_or_else(|| project.root.join(FOLDER));
        write(command, &project.manifest, compilation, &folder.join(BUNDLE))?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn dump(stage: Stage, compilation: &Compilation) -> std::io::Result<()> {
    let Compilation { sources, program, order, flat, epochs, .. } = compilation;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match stage {
        Stage::Ast => stages::ast(sources, &mut out),
        Stage::Program => stages::program(sources, program, &mut out),
        Stage::Order => stages::order(program, order, &mut out),
        Stage::Flat => stages::flat(program, flat, &mut out),
        Stage::Epochs => stages::epochs(program, epochs, &mut out),
    }?;
    out.flush()
}

fn write(command: &Build, manifest: &Manifest, mut compilation: Compilation, path: &Path) -> miette::Result<()> {
    let region = command.region.as_deref().map(|name| question::region(&compilation.program, name)).transpose()?;
    let extent = Extent { region, as_of: command.as_of };
    let Compilation { sources, program, flat, epochs, .. } = &mut compilation;
    let parts = Parts { name: &manifest.name, version: &manifest.version, sources, program, flat, epochs };
    let bundle = Bundle::new(parts, extent);
    file::remove_stale(path);
    let written = file::replace(path, |out| bundle.write(out));
    let shown = project::shown(path);
    let written = written.map_err(|error| FileFailure::new("write", &shown, error))?;
    let left_out: Vec<String> = bundle.left_out().map(|region| format!("`{region}`")).collect();
    if let (Some(day), false) = (command.as_of, left_out.is_empty()) {
        let (word, regions) = (if left_out.len() == 1 { "region" } else { "regions" }, words::all_of(&left_out));
        let note = format!("note: left out the {word} {regions}, where something else holds on {day}; see `--region`");
        writeln!(anstream::stderr(), "{note}").into_diagnostic()?;
    }
    let (roles, permissions) = (bundle.role_count(), bundle.permission_count());
    let counts = format!("{}, {}", words::count(roles, "role"), words::count(permissions, "permission"));
    let line = format!("{}: {} bytes, {counts}, {}", shown.display(), written.bytes, written.digest);
    // The process ends soon, which gives all memory back at once.
    std::mem::forget(bundle);
    std::mem::forget(compilation);
    writeln!(std::io::stdout(), "{line}").into_diagnostic().wrap_err("can't say what was written")
}
