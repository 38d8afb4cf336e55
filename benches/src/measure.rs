//! A program as a whole process: how long it takes, on how many processors, and how much memory it holds at most.
//!
//! Memory and processor time are what Linux says in `/proc`; elsewhere they are missing from the table.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

/// How often the memory of the process is looked at. Linux keeps the peak, so only what grows last can be missed.
const LOOK: Duration = Duration::from_millis(15);

/// Ticks of `/proc` in a second; the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// What one run took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Run {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of all processors, to a hundredth.
    pub processor: f64,
    /// Bytes held at most.
    pub peak: u64,
}

/// What one run took, and how it ended.
#[derive(Debug, Clone)]
pub struct Bounded {
    /// What it took.
    pub run: Run,
    /// How it ended; nothing where it was ended because it took too long.
    pub status: Option<ExitStatus>,
}

/// Runs a command to its end, its output thrown away.
///
/// # Errors
///
/// What kept it from running, or that it failed.
pub fn once(command: &mut Command) -> io::Result<Run> {
    let Bounded { run, status } = bounded(command.stdout(Stdio::null()).stderr(Stdio::null()), Duration::MAX)?;
    match status {
        Some(status) if status.success() => Ok(run),
        status => Err(io::Error::other(format!("{command:?} ended with {status:?}"))),
    }
}

/// Runs a command to its end, or to the end of its time.
///
/// # Errors
///
/// What kept it from running.
pub fn bounded(command: &mut Command, limit: Duration) -> io::Result<Bounded> {
    let before = processor_of_children();
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).spawn()?;
    let (done, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let status_file = format!("/proc/{}/status", child.id());
    let status = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(peak_of(&status_file).unwrap_or(0), Ordering::Relaxed);
                thread::sleep(LOOK);
            }
        });
        let status = wait(&mut child, start, limit);
        done.store(true, Ordering::Relaxed);
        status
    })?;
    let wall = start.elapsed().as_secs_f64();
    let run = Run { wall, processor: processor_of_children() - before, peak: peak.into_inner() };
    Ok(Bounded { run, status })
}

/// Waits for the end of a process; ends it where it takes too long.
fn wait(child: &mut Child, start: Instant, limit: Duration) -> io::Result<Option<ExitStatus>> {
    if limit == Duration::MAX {
        return child.wait().map(Some);
    }
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// `VmHWM` of a process in bytes.
fn peak_of(status_file: &str) -> Option<u64> {
    let text = fs::read_to_string(status_file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Seconds of all processors that the children waited for so far have taken.
fn processor_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in parentheses, which may hold blanks; the children's times are fields 16 and 17.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// Seconds of all processors that the threads of this program have taken.
#[must_use]
pub fn processor_of_threads() -> f64 {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}

/// The middle one of some numbers; 0 of none.
#[must_use]
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}
