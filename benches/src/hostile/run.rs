//! Cases → a table: each is run as a process of its own, with a limit on its time and its memory.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitStatus};
use std::time::Duration;

use super::{Case, Command, DOCUMENT};
use crate::measure::{self, Bounded};

/// The exit code of a Rust program that panicked.
const PANICKED: i32 = 101;

/// Bytes at the end of an output in which its last line is looked for.
const TAIL: u64 = 4 << 10;

/// Characters of the last line that the table shows.
const SHOWN: usize = 70;

/// What is run, and what it may take.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The compiler.
    pub compiler: PathBuf,
    /// How findings are shown.
    pub format: String,
    /// The size of each case, as a part of its full size.
    pub scale: usize,
    /// How long a case may take.
    pub limit: Duration,
    /// How many bytes of memory it may take.
    pub memory: u64,
}

/// Runs the cases whose names begin so, prints a row for each as it ends, and says how many failed.
///
/// # Errors
///
/// What kept a case from being written or run.
pub fn table(name: &str, bounds: &Bounds, out: &mut dyn Write) -> io::Result<usize> {
    writeln!(out, "| case                     |     bytes | seconds | peak MiB | exit | last line")?;
    writeln!(out, "|--------------------------|----------:|--------:|---------:|-----:|----------")?;
    let mut failed = 0;
    for case in super::all().filter(|case| case.name.starts_with(name)) {
        let folder = tempfile::tempdir()?;
        case.write(folder.path(), bounds.scale)?;
        let outputs = tempfile::tempdir()?;
        let run = run(case, bounds, folder.path(), outputs.path())?;
        let last = last_line(outputs.path())?;
        let (fault, exit) = judge(&run, bounds);
        failed += usize::from(fault.is_some());
        let fault = fault.map_or_else(String::new, |fault| format!(" ← {fault}"));
        let (bytes, peak) = (bytes_below(folder.path())?, run.run.peak >> 20);
        writeln!(out, "| {:24} | {bytes:9} | {:7.2} | {peak:8} | {exit:>4} | {last}{fault}", case.name, run.run.wall)?;
        out.flush()?;
    }
    Ok(failed)
}

fn run(case: &Case, bounds: &Bounds, folder: &Path, outputs: &Path) -> io::Result<Bounded> {
    let mut process = Process::new(&bounds.compiler);
    match case.command {
        Command::Check => process.args(["check", "--format", &bounds.format]).arg(folder),
        Command::Import => process.args(["import", "openapi"]).arg(folder.join(DOCUMENT)),
    };
    process.stdout(File::create(outputs.join("out"))?).stderr(File::create(outputs.join("err"))?);
    measure::bounded(&mut process, bounds.limit)
}

/// What is wrong with how a process ended, and its exit code in words.
fn judge(run: &Bounded, bounds: &Bounds) -> (Option<&'static str>, String) {
    let code = run.status.as_ref().and_then(ExitStatus::code);
    let fault = match (&run.status, code) {
        (None, _) => Some("past the time limit"),
        (_, None) => Some("ended by a signal"),
        (_, Some(PANICKED)) => Some("panicked"),
        _ if run.run.peak > bounds.memory => Some("past the memory limit"),
        _ => None,
    };
    (fault, code.map_or_else(|| "–".to_owned(), |code| code.to_string()))
}

/// The last line that has something on it, of what was printed; of the errors where nothing was.
fn last_line(outputs: &Path) -> io::Result<String> {
    for name in ["out", "err"] {
        let mut file = File::open(outputs.join(name))?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        if let Some(line) = text.lines().rev().find(|line| !line.trim().is_empty()) {
            return Ok(line.trim().chars().take(SHOWN).collect());
        }
    }
    Ok(String::new())
}

/// Bytes of all files below a folder, links not followed.
fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                bytes += entry.metadata()?.len();
            }
        }
    }
    Ok(bytes)
}
