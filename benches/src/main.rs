//! The generator and the runner as one program.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode};
use std::time::Duration;

use clap::{Parser, Subcommand};
use rolec_benches::hostile::run::{Bounds, table};
use rolec_benches::measure::{self, Run, median};
use rolec_benches::phases::{self, Pass};
use rolec_benches::project;

/// Makes projects and measures what checking them costs.
#[derive(Debug, Parser)]
#[command(name = "rolec-benches", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a project of so many roles.
    Generate {
        /// How many roles.
        roles: usize,
        /// The folder, which is made.
        folder: PathBuf,
        /// Another seed gives another project.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Measure `rolec check` and `rolec build` as whole processes, and the passes of a compilation one by one.
    ///
    /// Runs the `rolec` beside this program; `cargo build --release` makes it.
    Run {
        /// Sizes of projects, in roles.
        #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000])]
        roles: Vec<usize>,
        /// Runs that are counted, after one that is not.
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
    /// Run hostile projects and documents, each as a process with a limit; fails where one breaks the compiler.
    ///
    /// Runs the `rolec` beside this program; `cargo build --release` makes it.
    Hostile {
        /// Only cases whose names begin so.
        #[arg(default_value = "")]
        name: String,
        /// The size of each case, as a part of its full size: 10 is a tenth.
        #[arg(long, default_value_t = 1)]
        scale: usize,
        /// Seconds that a case may take.
        #[arg(long, default_value_t = 60)]
        limit: u64,
        /// MiB of memory that a case may take.
        #[arg(long, default_value_t = 2048)]
        memory: u64,
        /// How findings are shown: `short`, `human` or `json`.
        #[arg(long, default_value = "short")]
        format: String,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Generate { roles, folder, seed } => generate(roles, &folder, seed),
        Command::Run { roles, runs } => run(&roles, runs),
        Command::Hostile { name, scale, limit, memory, format } => {
            let (limit, memory) = (Duration::from_secs(limit), memory << 20);
            compiler().and_then(|compiler| hostile(&name, &Bounds { compiler, format, scale, limit, memory }))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where even this can't be written there is nothing left to say.
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

fn hostile(name: &str, bounds: &Bounds) -> io::Result<()> {
    match table(name, bounds, &mut io::stdout())? {
        0 => Ok(()),
        failed => Err(io::Error::other(format!("{failed} failed"))),
    }
}

fn generate(roles: usize, folder: &Path, seed: u64) -> io::Result<()> {
    let bytes = write_project(roles, seed, folder)?;
    writeln!(io::stdout(), "{roles} roles, {bytes} bytes in {}", folder.display())
}

fn write_project(roles: usize, seed: u64, folder: &Path) -> io::Result<usize> {
    let files = project::generate(roles, seed);
    project::write(&files, folder)?;
    Ok(files.iter().map(|file| file.text.len()).sum())
}

/// The compiler that stands beside this program.
fn compiler() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(format!("rolec{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    Err(io::Error::other(format!("no `{}`: build it with `cargo build --release`", path.display())))
}

fn run(sizes: &[usize], runs: usize) -> io::Result<()> {
    let compiler = compiler()?;
    let (mut whole, mut built, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for roles in sizes.iter().copied() {
        let folder = tempfile::tempdir()?;
        let bytes = write_project(roles, 1, folder.path())?;
        let (checks, builds) = processes(&compiler, folder.path(), runs)?;
        let bundle = fs::metadata(folder.path().join("build/bundle.json"))?.len();
        whole.push(whole_row(roles, bytes, &checks));
        built.push(built_row(roles, bundle, &checks, &builds));
        parts.push((roles, passes(folder.path(), runs)?));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "rolec check, whole process, medians of {runs} runs\n")?;
    writeln!(out, "|   roles |    MB | seconds | processor s |  MB/s | µs a role | peak MiB |")?;
    writeln!(out, "|--------:|------:|--------:|------------:|------:|----------:|---------:|")?;
    whole.iter().try_for_each(|row| writeln!(out, "{row}"))?;
    writeln!(out, "\nrolec build, whole process, and what it takes longer than the check just before, medians of {runs} runs\n")?;
    writeln!(out, "|   roles | bundle MB | seconds | longer by | MB/s written | peak MiB |")?;
    writeln!(out, "|--------:|----------:|--------:|----------:|-------------:|---------:|")?;
    built.iter().try_for_each(|row| writeln!(out, "{row}"))?;
    writeln!(out, "\nPasses in milliseconds, medians of {runs} runs in one process\n")?;
    write_passes(&mut out, &parts)
}

/// Checks and builds in turn, so that what disturbs the machine disturbs both.
fn processes(compiler: &Path, folder: &Path, runs: usize) -> io::Result<(Vec<Run>, Vec<Run>)> {
    let once = || {
        let check = measure::once(Process::new(compiler).arg("check").arg("--format").arg("short").arg(folder))?;
        Ok((check, measure::once(Process::new(compiler).arg("build").arg(folder))?))
    };
    once()?;
    (0..runs.max(1)).map(|_| once()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn whole_row(roles: usize, bytes: usize, runs: &[Run]) -> String {
    let of = |figure: fn(&Run) -> f64| median(runs.iter().map(figure).collect());
    let (wall, megabytes) = (of(|run| run.wall), bytes as f64 / 1e6);
    format!(
        "| {roles:7} | {megabytes:5.1} | {wall:7.3} | {:11.2} | {:5.1} | {:9.1} | {:8.0} |",
        of(|run| run.processor),
        megabytes / wall,
        wall * 1e6 / roles as f64,
        of(|run| run.peak as f64) / f64::from(1 << 20),
    )
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn built_row(roles: usize, bundle: u64, checks: &[Run], builds: &[Run]) -> String {
    let wall = median(builds.iter().map(|run| run.wall).collect());
    let longer = median(checks.iter().zip(builds).map(|(check, build)| build.wall - check.wall).collect());
    let peak = median(builds.iter().map(|run| run.peak as f64).collect()) / f64::from(1 << 20);
    let megabytes = bundle as f64 / 1e6;
    format!(
        "| {roles:7} | {megabytes:9.1} | {wall:7.3} | {longer:9.3} | {:12.0} | {peak:8.0} |",
        megabytes / longer.max(f64::MIN_POSITIVE)
    )
}

/// The passes with their median times.
fn passes(folder: &Path, runs: usize) -> io::Result<Vec<Pass>> {
    phases::once(folder)?;
    let measured = (0..runs.max(1)).map(|_| phases::once(folder)).collect::<io::Result<Vec<_>>>()?;
    let of = |at: usize, figure: fn(&Pass) -> f64| median(measured.iter().map(|passes| figure(&passes[at])).collect());
    let first = measured.first().into_iter().flatten().enumerate();
    Ok(first
        .map(|(at, pass)| Pass { name: pass.name, wall: of(at, |pass| pass.wall), processor: of(at, |pass| pass.processor) })
        .collect())
}

fn write_passes(out: &mut impl Write, parts: &[(usize, Vec<Pass>)]) -> io::Result<()> {
    write!(out, "| pass      |")?;
    parts.iter().try_for_each(|(roles, _)| write!(out, " {roles:>7} roles | processor |"))?;
    writeln!(out, "\n|-----------|{}", "--------------:|----------:|".repeat(parts.len()))?;
    let Some((_, first)) = parts.first() else { return Ok(()) };
    for (at, pass) in first.iter().enumerate() {
        write!(out, "| {:9} |", pass.name)?;
        for (_, passes) in parts {
            write!(out, " {:13.1} | {:9.1} |", passes[at].wall * 1e3, passes[at].processor * 1e3)?;
        }
        writeln!(out)?;
    }
    Ok(())
}
