//! The lines of the sources that a bundle's map tells → lines for people, or JSON.

use std::fmt::Write as _;

use rolec_bundle::provenance::{Step, Trace, What};
use serde::Serialize;

use crate::render::style::{faint, padded, place, strong};

/// Ways that are listed for people.
const LISTED: usize = 8;
/// Steps of a way that are listed for people, at its beginning and at its end.
const ENDS: usize = 12;

/// The first ways, a line for each step.
pub(super) fn lines(trace: &Trace<'_>) -> String {
    let shown = &trace.ways[..trace.ways.len().min(LISTED)];
    let rows: Vec<Vec<(String, &Step<'_>)>> =
        shown.iter().map(|way| way.steps.iter().map(|step| (format!("{}:{}", step.file, step.line), step)).collect()).collect();
    let places = rows.iter().flatten().map(|(at, _)| at.chars().count()).max().unwrap_or(0);
    let names = rows.iter().flatten().map(|(_, step)| step.role.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (number, steps) in rows.iter().enumerate() {
        if number > 0 {
            text += &faint("    and\n");
        }
        let skipped = ENDS..steps.len().saturating_sub(ENDS).max(ENDS);
        for (at, (from, step)) in steps.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = match skipped.contains(&at) {
                true if at == skipped.start => writeln!(text, "    … {} more", skipped.len()),
                true => Ok(()),
                false => {
                    let (from, role) = (padded(from, places, place), padded(step.role, names, strong));
                    writeln!(text, "    {from}  {role}  {}", what(step.what))
                }
            };
        }
    }
    let more = trace.ways.len() - shown.len();
    if more > 0 {
        let _ = writeln!(text, "    and {more} more {}; `--format json` lists them", if more == 1 { "way" } else { "ways" });
    }
    text
}

/// What a line says, in words.
fn what(what: What<'_>) -> String {
    match what {
        What::Allows => "allows it".to_owned(),
        What::Extends(role) => format!("inherits from {role}"),
        What::Copies(role) => format!("copies {role}"),
        What::CopiesAsPinned(role) => format!("copies {role}, as pinned in rolec.lock"),
        What::Edits(role) => format!("edits the vendor's {role}"),
        What::Gains(backfill) => format!("backfill {backfill} adds it"),
    }
}

/// A way, as a list of its lines.
#[derive(Serialize)]
pub(super) struct WayView(Vec<StepView>);

#[derive(Serialize)]
struct StepView {
    file: String,
    line: u32,
    role: String,
    what: String,
}

/// All ways.
pub(super) fn views(trace: &Trace<'_>) -> Vec<WayView> {
    let step = |step: &Step<'_>| StepView {
        file: step.file.to_owned(),
        line: step.line,
        role: step.role.to_owned(),
        what: what(step.what),
    };
    trace.ways.iter().map(|way| WayView(way.steps.iter().map(step).collect())).collect()
}
