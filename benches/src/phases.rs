//! The passes of a compilation one by one, with the time of each: what is left to make faster.

use std::path::Path;
use std::time::Instant;

use rolec::check::{self, Stages, silence};
use rolec::cli::project;
use rolec::diagnostic::Sink;
use rolec::{compile, flatten, graph, lock, resolve, timeline};

use crate::measure;

/// The names of the passes, in their order.
pub const NAMES: [&str; 10] =
    ["read", "parse", "resolve", "order", "flatten", "timeline", "check", "lock", "silence", "give back"];

/// What one pass took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pass {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of all processors: what is left of the figure above where the machine is busy with other things.
    pub processor: f64,
}

/// What each pass over the project in a folder took.
///
/// # Errors
///
/// What kept the project from being read.
pub fn once(folder: &Path) -> std::io::Result<[Pass; NAMES.len()]> {
    let mut clock = Clock { last: Instant::now(), processor: measure::processor_of_threads(), taken: Vec::new() };
    let loaded = project::load(folder).map_err(|failure| std::io::Error::other(failure.to_string()))?;
    let compile::Input { sources, organisation, levels, pins, .. } = loaded.input;
    clock.lap();
    let mut sink = Sink::default();
    let files = compile::parse_all(&sources, &mut sink);
    clock.lap();
    let mut program = resolve::resolve(files, &sources, organisation, pins.as_ref(), &mut sink);
    clock.lap();
    let order = graph::order(&program, &mut sink);
    clock.lap();
    let flat = flatten::flatten(&mut program, &order, &mut sink);
    clock.lap();
    let epochs = timeline::timeline(&mut program, &order, &flat, &mut sink);
    clock.lap();
    check::check(Stages { program: &program, order: &order, flat: &flat, epochs: &epochs }, &mut sink);
    clock.lap();
    lock::check(&mut program, &order, &flat, pins.as_ref(), &mut sink);
    clock.lap();
    let findings = silence::apply(sink.into_findings(), &program.allowed_findings, &levels);
    let findings = Sink::from(findings).into_sorted();
    clock.lap();
    drop((sources, program, order, flat, epochs, findings));
    clock.lap();
    let mut taken = [Pass::default(); NAMES.len()];
    taken.iter_mut().zip(clock.taken).for_each(|(slot, pass)| *slot = pass);
    Ok(taken)
}

struct Clock {
    last: Instant,
    processor: f64,
    taken: Vec<Pass>,
}

impl Clock {
    fn lap(&mut self) {
        let (now, processor) = (Instant::now(), measure::processor_of_threads());
        self.taken.push(Pass { wall: (now - self.last).as_secs_f64(), processor: processor - self.processor });
        (self.last, self.processor) = (now, processor);
    }
}
