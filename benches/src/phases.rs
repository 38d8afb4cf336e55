//! The passes of a compilation one by one, with the time of each: what is left to make faster.

use std::path::Path;
use std::time::Instant;

use rolec::cli::project;
use rolec::compile;

use crate::measure;

/// What one pass took.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Which it is.
    pub name: &'static str,
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of all processors: the figure to compare where the machine is busy with other things.
    pub processor: f64,
}

/// What each pass over the project in a folder took, in their order.
///
/// # Errors
///
/// What kept the project from being read.
pub fn once(folder: &Path) -> std::io::Result<Vec<Pass>> {
    let mut clock = Clock { last: Instant::now(), processor: measure::processor_of_threads(), passes: Vec::new() };
    let project = project::load(folder).map_err(|failure| std::io::Error::other(failure.to_string()))?;
    clock.lap("read");
    let compilation = compile::compile_watched(project.input, &mut |pass| clock.lap(pass));
    drop(compilation);
    clock.lap("give back");
    Ok(clock.passes)
}

struct Clock {
    last: Instant,
    processor: f64,
    passes: Vec<Pass>,
}

impl Clock {
    fn lap(&mut self, name: &'static str) {
        let (now, processor) = (Instant::now(), measure::processor_of_threads());
        self.passes.push(Pass { name, wall: (now - self.last).as_secs_f64(), processor: processor - self.processor });
        (self.last, self.processor) = (now, processor);
    }
}
