//! `rolec build`: a project → `bundle.json` and `bundle.map`, or a text dump of one stage.

mod targets;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use miette::{IntoDiagnostic, WrapErr};
use rolec_targets::Target as Kind;

use super::check;
use super::file;
use super::project::{self, FileFailure};
use super::question;
use crate::compile::{self, Compilation};
use crate::diagnostic::words;
use crate::emit::bundle::{Bundle, Extent};
use crate::emit::stages;
use crate::manifest::{Manifest, Target, Wanted};

/// The bundle's file name.
const BUNDLE: &str = "bundle.json";
/// The file name of its map.
const MAP: &str = "bundle.map";
/// The folder of the output, beside the manifest.
const FOLDER: &str = "build";

/// Compile a project into a bundle that services load.
///
/// Writes `bundle.json`; `bundle.map`, which tells where in the sources its grants come from; and a folder for each
/// target of the manifest; all or nothing. Exits with 0 if they are written,
/// 1 if the project has errors or says what a target can't, and 2 if the project could not be read or something not be
/// written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  rolec build                               the project of the working folder
  rolec build --region us-east-1 -o dist    what one region needs
  rolec build --target terraform            Terraform beside the bundle
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
    /// Only this target, of the manifest's or by its name; may be given several times.
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
    /// Write no map of where grants come from.
    #[arg(long)]
    no_map: bool,
    /// Make every difference from the lock file an error.
    #[arg(long)]
    locked: bool,
    /// Print what this stage of the compilation makes, instead of writing a bundle.
    #[arg(long, value_enum, conflicts_with_all = ["region", "as_of", "output", "targets", "no_map"])]
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
    if project.input.bundled {
        project.input.wanted = Wanted { targets: wanted(command, &project.manifest)?, ..project.manifest.wanted() };
    }
    let compilation = compile::compile(project.input);
    check::show_aside(&compilation).into_diagnostic()?;
    let sound = compilation.is_sound();
    if let Some(stage) = command.stage {
        dump(stage, &compilation).into_diagnostic()?;
    } else if sound {
        let folder = command.output.clone().unwrap_or_else(|| project.root.join(FOLDER));
        write(command, &project.manifest, compilation, &folder)?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The targets that are asked for, or all of the manifest. What is asked for on the command line counts where a target says
/// nothing of its own.
fn wanted(command: &Build, manifest: &Manifest) -> miette::Result<Vec<Target>> {
    let mut wanted = if command.targets.is_empty() { manifest.targets.clone() } else { Vec::new() };
    for name in &command.targets {
        let is_it = |target: &&Target| target.folder == *name || target.kind.name() == name;
        let known = wanted.len();
        wanted.extend(manifest.targets.iter().filter(is_it).cloned());
        if wanted.len() == known {
            let kind = Kind::of(name).ok_or_else(|| {
                let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
                miette::miette!(help = format!("there are {}", words::all_of(&names)), "no target is named `{name}`")
            })?;
            wanted.push(Target::plain(kind));
        }
    }
    for target in &mut wanted {
        target.region = target.region.take().or_else(|| command.region.clone());
        target.as_of = target.as_of.or(command.as_of);
    }
    Ok(wanted)
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

fn write(command: &Build, manifest: &Manifest, mut compilation: Compilation, folder: &Path) -> miette::Result<()> {
    let region = command.region.as_deref().map(|name| question::region(&compilation.program, name)).transpose()?;
    let extent = Extent { region, as_of: command.as_of };
    let targets: Vec<targets::Staged> =
        compilation.made.iter().map(|made| targets::stage(folder, made)).collect::<Result<_, _>>()?;
    let bundle = compilation.bundle(&manifest.name, &manifest.version, extent);
    let staged = stage(folder, BUNDLE, |out| bundle.write(out))?;
    let digest = &staged.written().digest;
    let map = (!command.no_map).then(|| stage(folder, MAP, |out| bundle.write_map(digest, out))).transpose()?;
    // From here on little can go wrong: everything is on the disk, and files only take their places.
    let shown = project::shown(&folder.join(BUNDLE));
    let failure = |error| FileFailure::new("write", &shown, error);
    let written = staged.commit().map_err(failure)?;
    match map {
        Some(map) => drop(map.commit().map_err(failure)?),
        // That of an earlier build is the map of another bundle.
        None => drop(std::fs::remove_file(folder.join(MAP))),
    }
    let lines: Vec<String> = targets.into_iter().map(targets::Staged::commit).collect::<Result<_, _>>()?;
    say_left_out(command, &bundle)?;
    let (roles, permissions) = (bundle.role_count(), bundle.permission_count());
    let counts = format!("{}, {}", words::count(roles, "role"), words::count(permissions, "permission"));
    let line = format!("{}: {} bytes, {counts}, {}", shown.display(), written.bytes, written.digest);
    // The process ends soon, which gives all memory back at once.
    std::mem::forget(bundle);
    std::mem::forget(compilation);
    let all = [&[line][..], &lines].concat().join("\n");
    writeln!(std::io::stdout(), "{all}").into_diagnostic().wrap_err("can't say what was written")
}

/// Writes a file beside what is in its place.
fn stage(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<file::Content<'_, '_>>) -> std::io::Result<()>,
) -> miette::Result<file::Staged> {
    let path = folder.join(name);
    file::remove_stale(&path);
    file::stage(&path, write).map_err(|error| FileFailure::new("write", &project::shown(&path), error).into())
}

/// Says which regions are not in a bundle of one day.
fn say_left_out(command: &Build, bundle: &Bundle<'_>) -> miette::Result<()> {
    let left_out: Vec<String> = bundle.left_out().map(|region| format!("`{region}`")).collect();
    if let (Some(day), false) = (command.as_of, left_out.is_empty()) {
        let (word, regions) = (if left_out.len() == 1 { "region" } else { "regions" }, words::all_of(&left_out));
        let note = format!("note: left out the {word} {regions}, where something else holds on {day}; see `--region`");
        writeln!(anstream::stderr(), "{note}").into_diagnostic()?;
    }
    Ok(())
}
