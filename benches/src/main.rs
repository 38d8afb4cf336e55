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
    /// Write a project of so many roles, and subjects who have them.
    Generate {
        /// How many roles.
        roles: usize,
        /// How many users, each with one to four assignments, in groups within groups.
        #[arg(long, default_value_t = 0)]
        subjects: usize,
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
        /// Numbers of users, each for a project of its own beside the first number of roles.
        #[arg(long, value_delimiter = ',')]
        subjects: Vec<usize>,
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
        Command::Generate { roles, subjects, folder, seed } => generate(Size { roles, subjects }, &folder, seed),
        Command::Run { roles, subjects, runs } => {
            let first = roles.first().copied().unwrap_or(0);
            let sizes = roles.into_iter().map(|roles| Size { roles, subjects: 0 });
            let peopled = subjects.into_iter().map(|subjects| Size { roles: first, subjects });
            run(&sizes.chain(peopled).collect::<Vec<_>>(), runs)
        }
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

/// How large a project is.
#[derive(Debug, Clone, Copy)]
struct Size {
    roles: usize,
    subjects: usize,
}

fn generate(size: Size, folder: &Path, seed: u64) -> io::Result<()> {
    let bytes = write_project(size, seed, folder)?;
    writeln!(io::stdout(), "{} roles, {} users, {bytes} bytes in {}", size.roles, size.subjects, folder.display())
}

fn write_project(size: Size, seed: u64, folder: &Path) -> io::Result<usize> {
    let files = project::generate(size.roles, size.subjects, seed);
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

fn run(sizes: &[Size], runs: usize) -> io::Result<()> {
    let compiler = compiler()?;
    let (mut whole, mut built, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for size in sizes.iter().copied() {
        let folder = tempfile::tempdir()?;
        let bytes = write_project(size, 1, folder.path())?;
        let (checks, builds) = processes(&compiler, folder.path(), runs)?;
        let bundle = fs::metadata(folder.path().join("build/bundle.json"))?.len();
        whole.push(whole_row(size, bytes, &checks));
        built.push(built_row(size, bundle, &checks, &builds));
        parts.push((size, passes(folder.path(), runs)?));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "rolec check, whole process, medians of {runs} runs\n")?;
    writeln!(out, "|   roles |   users |    MB | seconds | processor s |  MB/s | µs each | peak MiB |")?;
    writeln!(out, "|--------:|--------:|------:|--------:|------------:|------:|--------:|---------:|")?;
    whole.iter().try_for_each(|row| writeln!(out, "{row}"))?;
    writeln!(out, "\nrolec build, whole process, and what it takes longer than the check just before, medians of {runs} runs\n")?;
    writeln!(out, "|   roles |   users | bundle MB | seconds | longer by | MB/s written | peak MiB |")?;
    writeln!(out, "|--------:|--------:|----------:|--------:|----------:|-------------:|---------:|")?;
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
fn whole_row(size: Size, bytes: usize, runs: &[Run]) -> String {
    let of = |figure: fn(&Run) -> f64| median(runs.iter().map(figure).collect());
    let (wall, megabytes) = (of(|run| run.wall), bytes as f64 / 1e6);
    format!(
        "| {:7} | {:7} | {megabytes:5.1} | {wall:7.3} | {:11.2} | {:5.1} | {:7.1} | {:8.0} |",
        size.roles,
        size.subjects,
        of(|run| run.processor),
        megabytes / wall,
        wall * 1e6 / size.roles.max(size.subjects) as f64,
        of(|run| run.peak as f64) / f64::from(1 << 20),
    )
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn built_row(size: Size, bundle: u64, checks: &[Run], builds: &[Run]) -> String {
    let wall = median(builds.iter().map(|run| run.wall).collect());
    let longer = median(checks.iter().zip(builds).map(|(check, build)| build.wall - check.wall).collect());
    let peak = median(builds.iter().map(|run| run.peak as f64).collect()) / f64::from(1 << 20);
    let megabytes = bundle as f64 / 1e6;
    format!(
        "| {:7} | {:7} | {megabytes:9.1} | {wall:7.3} | {longer:9.3} | {:12.0} | {peak:8.0} |",
        size.roles,
        size.subjects,
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

fn write_passes(out: &mut impl Write, parts: &[(Size, Vec<Pass>)]) -> io::Result<()> {
    write!(out, "| pass      |")?;
    parts.iter().try_for_each(|(size, _)| {
        let (count, what) = if size.subjects > 0 { (size.subjects, "users") } else { (size.roles, "roles") };
        write!(out, " {count:>7} {what} | processor |")
    })?;
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
