//! `rolec init`: a folder → a project that checks clean, with one role to edit.
//!
//! Invariant: no file that was there before is changed, and a failure leaves nothing behind.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::output;
use super::project::{FileFailure, MANIFEST};
use crate::catalogs;
use crate::diagnostic::words;

/// Begin a project: a manifest, a division, and one role to edit.
///
/// The project checks without errors and warnings. No file that exists is touched: if one is in the way, nothing is
/// written. Only a `.gitignore` may be there already, and then it stays as it is.
///
/// Exits with 0 if the project was written, and 2 if not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rolec init acme --catalog genesys-cloud")]
pub struct Init {
    /// The project's folder, which is created if need be.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The catalog to build on, one that comes with rolec; without it, a small one to edit is written.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(catalogs::ALL.iter().map(|catalog| catalog.name)))]
    catalog: Option<String>,
}

/// Path and text of a file, from a folder of templates.
macro_rules! templates {
    ($folder:literal: $($path:literal),+) => {
        &[$(($path, include_str!(concat!("templates/", $folder, "/", $path)))),+]
    };
}

/// The sources of a project with a catalog of its own.
const LOCAL: &[(&str, &str)] = templates!("local": "catalog.role", "divisions.role", "roles/librarian.role");
/// The sources of a project on the catalog of Genesys Cloud.
const GENESYS_CLOUD: &[(&str, &str)] = templates!("genesys-cloud": "divisions.role", "roles/queue_supervisor.role");

const IGNORE: (&str, &str) = (".gitignore", "/build/\n");

/// Runs the command.
///
/// # Errors
///
/// The files that are in the way, or what kept one from being written.
pub fn run(command: &Init) -> miette::Result<ExitCode> {
    let dir = &command.dir;
    let manifest = manifest(&name_of(dir), command.catalog.as_deref());
    let mut files = vec![(MANIFEST, manifest.as_str())];
    files.extend(if command.catalog.is_some() { GENESYS_CLOUD } else { LOCAL });
    let in_the_way: Vec<String> =
        files.iter().filter(|(path, _)| dir.join(path).symlink_metadata().is_ok()).map(|(path, _)| shown(dir, path)).collect();
    if !in_the_way.is_empty() {
        let help = "nothing was written: move what is in the way, or name another folder";
        let files = words::count(in_the_way.len(), "file");
        return Err(miette::miette!(help = help, "{files} in the way:\n{}", in_the_way.join("\n")));
    }
    let keeps_ignore = dir.join(IGNORE.0).symlink_metadata().is_ok();
    if !keeps_ignore {
        files.push(IGNORE);
    }
    write_all(dir, &files)?;
    report(dir, &files, keeps_ignore)
}

/// What is a project's name until somebody gives it another: that of its folder.
fn name_of(dir: &Path) -> String {
    let full = std::path::absolute(dir).unwrap_or_default();
    let name = full.file_name().map(|name| name.to_string_lossy().into_owned());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "unnamed".to_owned())
}

fn manifest(name: &str, catalog: Option<&str>) -> String {
    let name = toml::Value::from(name);
    let project = format!("[project]\nname = {name}\nversion = \"0.1.0\"\n");
    match catalog {
        Some(catalog) => format!("{project}\n[dependencies]\n{catalog} = \"shipped\"\n"),
        None => project,
    }
}

/// A file's path as the user would write it.
fn shown(dir: &Path, path: &str) -> String {
    let path = if dir == Path::new(".") { PathBuf::from(path) } else { dir.join(path) };
    path.display().to_string()
}

/// Writes files where there are none; what was written is removed if one can't be.
fn write_all(dir: &Path, files: &[(&str, &str)]) -> miette::Result<()> {
    let mut made = Vec::new();
    let written = files.iter().try_for_each(|(path, text)| write(&dir.join(path), text, &mut made));
    if written.is_err() {
        for path in made.iter().rev() {
            // What can't be removed either stays: the first failure is the one to tell.
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
    written
}

/// Writes one file, and notes what it makes on the way.
fn write(path: &Path, text: &str, made: &mut Vec<PathBuf>) -> miette::Result<()> {
    let failure = |error| miette::Report::new(FileFailure::new("write", path, error));
    let folders = path.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let folders: Vec<&Path> = folders.collect();
    for folder in folders.into_iter().rev() {
        fs::create_dir(folder).map_err(failure)?;
        made.push(folder.to_owned());
    }
    let mut file = fs::File::create_new(path).map_err(failure)?;
    made.push(path.to_owned());
    file.write_all(text.as_bytes()).map_err(failure)
}

fn report(dir: &Path, files: &[(&str, &str)], keeps_ignore: bool) -> miette::Result<ExitCode> {
    let mut lines: Vec<String> = files.iter().map(|(path, _)| format!("created {}", shown(dir, path))).collect();
    if keeps_ignore {
        lines.push(format!("kept {}; `/build/` belongs in it", shown(dir, IGNORE.0)));
    }
    let check = if dir == Path::new(".") { "rolec check".to_owned() } else { format!("rolec check {}", dir.display()) };
    lines.push(format!("\nEdit the role, then run `{check}`.\n"));
    output::print(&lines.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}
