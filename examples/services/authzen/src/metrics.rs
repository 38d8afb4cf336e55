//! What is counted, and its text for Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::answer::{Answer, REASONS};
use crate::loaded::Good;

/// The paths that are told apart.
pub const PATHS: [&str; 6] = [
    "/access/v1/evaluation",
    "/access/v1/evaluations",
    "/access/v1/search/subject",
    "/access/v1/search/resource",
    "/access/v1/search/action",
    "other",
];

/// The statuses that are told apart.
const STATUSES: [&str; 3] = ["2xx", "4xx", "5xx"];

/// The upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 12] = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/// All that is counted. Counting takes no lock.
#[derive(Debug, Default)]
pub struct Metrics {
    decisions: [AtomicU64; REASONS.len()],
    requests: [[AtomicU64; STATUSES.len()]; PATHS.len()],
    /// By bound, and one for all that took longer.
    took: [[AtomicU64; BOUNDS.len() + 1]; PATHS.len()],
    took_nanoseconds: [AtomicU64; PATHS.len()],
    reloads: AtomicU64,
    refusals: AtomicU64,
}

fn add(counter: &AtomicU64, number: u64) {
    counter.fetch_add(number, Ordering::Relaxed);
}

fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl Metrics {
    /// An answer was given.
    pub fn answered(&self, answer: &Answer) {
        let place = REASONS.iter().position(|reason| *reason == answer.context.reason);
        if let Some(counter) = place.and_then(|place| self.decisions.get(place)) {
            add(counter, 1);
        }
    }

    /// A request was done.
    pub fn request(&self, path: &str, status: u16, took: Duration) {
        let path = PATHS.iter().position(|own| *own == path).unwrap_or(PATHS.len() - 1);
        let status = match status {
            0..=399 => 0,
            400..=499 => 1,
            _ => 2,
        };
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        add(&self.requests[path][status], 1);
        add(&self.took[path][bucket], 1);
        add(&self.took_nanoseconds[path], u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Another bundle was loaded.
    pub fn reloaded(&self) {
        add(&self.reloads, 1);
    }

    /// A bundle was refused.
    pub fn refused(&self) {
        add(&self.refusals, 1);
    }

    /// All of it as text, with what is loaded.
    pub fn text(&self, good: &Good) -> String {
        let mut text = String::with_capacity(8192);
        // Nothing fails when a string is written to.
        let _ = self.write(&mut text, good);
        text
    }

    fn write(&self, text: &mut String, good: &Good) -> std::fmt::Result {
        head(text, "rolec_decisions_total", "counter", "Decisions, by what came of them and why.")?;
        for (place, (reason, counter)) in REASONS.iter().zip(&self.decisions).enumerate() {
            let outcome = if place < 2 { "allowed" } else { "denied" };
            writeln!(text, "rolec_decisions_total{{outcome=\"{outcome}\",reason=\"{reason}\"}} {}", get(counter))?;
        }
        head(text, "rolec_requests_total", "counter", "Requests, by path and status.")?;
        for (path, counters) in PATHS.iter().zip(&self.requests) {
            for (status, counter) in STATUSES.iter().zip(counters) {
                writeln!(text, "rolec_requests_total{{path=\"{path}\",status=\"{status}\"}} {}", get(counter))?;
            }
        }
        self.write_histogram(text)?;
        head(text, "rolec_bundle_reloads_total", "counter", "Bundles that took the place of another.")?;
        writeln!(text, "rolec_bundle_reloads_total {}", get(&self.reloads))?;
        head(text, "rolec_bundle_refusals_total", "counter", "Bundles that were refused.")?;
        writeln!(text, "rolec_bundle_refusals_total {}", get(&self.refusals))?;
        head(text, "rolec_bundle_info", "gauge", "The bundle that is loaded.")?;
        let (project, version) = (escaped(&good.project), escaped(&good.version));
        writeln!(text, "rolec_bundle_info{{project=\"{project}\",version=\"{version}\",digest=\"{}\"}} 1", good.digest)
    }

    fn write_histogram(&self, text: &mut String) -> std::fmt::Result {
        head(text, "rolec_request_seconds", "histogram", "How long requests took.")?;
        for ((path, counters), nanoseconds) in PATHS.iter().zip(&self.took).zip(&self.took_nanoseconds) {
            let mut sum = 0;
            for (at, counter) in counters.iter().enumerate() {
                sum += get(counter);
                let bound = BOUNDS.get(at).map_or_else(|| "+Inf".to_owned(), ToString::to_string);
                writeln!(text, "rolec_request_seconds_bucket{{path=\"{path}\",le=\"{bound}\"}} {sum}")?;
            }
            let seconds = Duration::from_nanos(get(nanoseconds)).as_secs_f64();
            writeln!(text, "rolec_request_seconds_sum{{path=\"{path}\"}} {seconds}")?;
            writeln!(text, "rolec_request_seconds_count{{path=\"{path}\"}} {sum}")?;
        }
        Ok(())
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// A text as the value of a label.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
