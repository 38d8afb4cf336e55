//! What happens when → a time line for people, or JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::phrases;
use super::style::{faint, narrow, padded, strong};
use crate::agenda::{Agenda, Entry, Table, What};
use crate::diagnostic::words::{self, count};
use crate::model::{Program, RegionId, Start};

/// The time line of one region or of the default dates as text, with styles.
#[must_use]
pub fn line(program: &Program, region: Option<RegionId>, agenda: &Agenda) -> String {
    // Writing to a string does not fail, so the results are dropped throughout.
    let mut text = String::new();
    let place = region.map_or("by default", |region| &*program.regions[region.index()]);
    let _ = writeln!(text, "{}", strong(place));
    if agenda.entries.is_empty() {
        text.push_str("nothing happens\n");
    }
    for (at, entry) in agenda.entries.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| agenda.entries[before].day.date);
        let same = before == Some(entry.day.date);
        if let (Some(before), false) = (before, same) {
            let days = before.until(entry.day.date).map(|span| span.get_days()).unwrap_or_default();
            let days = usize::try_from(days).unwrap_or_default();
            let _ = writeln!(text, "            {}", faint(&format!("│  {}", count(days, "day"))));
        }
        let date = if same { " ".repeat(10) } else { narrow(&entry.day.date.to_string()) };
        let mark = if same { "│" } else { "●" };
        let _ = writeln!(text, "{date}  {mark}  {}", happens(program, entry));
    }
    if !agenda.undated.is_empty() {
        let names: Vec<&str> = agenda.undated.iter().map(|what| name(program, *what)).collect();
        let _ = writeln!(text, "no day is known for {}", words::all_of(&names));
    }
    text
}

/// What happens, as a phrase.
fn happens(program: &Program, entry: &Entry) -> String {
    let (name, number) = (strong(name(program, entry.what)), entry.count);
    let word = entry.day.certainty.word().map(|word| format!(" ({})", narrow(word))).unwrap_or_default();
    match entry.what {
        What::Backfill(_) if entry.done => format!("backfill {name}: done, as the sources say{word}"),
        What::Backfill(_) => {
            format!("backfill {name}: {} {}{word}", count(number, "role"), if number == 1 { "gains" } else { "gain" })
        }
        What::Grace(_) => format!("enforcement {name}: organisations may opt in{word}"),
        What::Enforcement(_) => format!("enforcement {name}: begins to guard {}{word}", count(number, "surface")),
        What::GraceEnd(_) => format!("enforcement {name}: begins for all others too{word}"),
    }
}

fn name(program: &Program, what: What) -> &str {
    match what {
        What::Backfill(at) => &program.backfills[at].name,
        What::Grace(at) | What::Enforcement(at) | What::GraceEnd(at) => &program.enforcements[at].name,
    }
}

/// The days of the regions that have their own as a table.
#[must_use]
pub fn table(program: &Program, table: &Table) -> String {
    let mut text = String::new();
    if table.rows.is_empty() {
        return text;
    }
    let head = |what: &What| match what {
        What::Grace(_) => format!("{}, opt-in", name(program, *what)),
        What::GraceEnd(_) => format!("{}, for all", name(program, *what)),
        What::Backfill(_) | What::Enforcement(_) => name(program, *what).to_owned(),
    };
    let heads: Vec<String> = table.columns.iter().map(head).collect();
    let cell = |day: &Option<Start>| day.map_or_else(|| "no day known".to_owned(), phrases::start);
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            table.rows.iter().map(|(days, _)| cell(&days[at]).len()).chain([head.chars().count()]).max().unwrap_or(0)
        })
        .collect();
    let _ = writeln!(text, "\n{}", strong("regions with days of their own"));
    for (head, width) in heads.iter().zip(&widths) {
        text.push_str(&padded(head, width + 2, faint));
    }
    text.push('\n');
    for (days, regions) in &table.rows {
        for (day, width) in days.iter().zip(&widths) {
            text.push_str(&padded(&cell(day), width + 2, narrow));
        }
        let names: Vec<&str> = regions.iter().map(|region| &*program.regions[region.index()]).collect();
        let _ = writeln!(text, "{}", names.join(", "));
    }
    text
}

#[derive(Debug, Serialize)]
struct EventView<'s> {
    date: String,
    certainty: &'static str,
    kind: &'static str,
    name: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surfaces: Option<usize>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    done: bool,
}

#[derive(Debug, Serialize)]
struct UndatedView<'s> {
    kind: &'static str,
    name: &'s str,
}

#[derive(Debug, Serialize)]
struct RegionView<'s> {
    region: Option<&'s str>,
    events: Vec<EventView<'s>>,
    undated: Vec<UndatedView<'s>>,
}

const fn kind(what: What) -> &'static str {
    match what {
        What::Backfill(_) => "backfill",
        What::Grace(_) => "grace",
        What::Enforcement(_) => "enforcement",
        What::GraceEnd(_) => "grace-end",
    }
}

/// The agendas as JSON: that of the default dates has no region.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(program: &Program, agendas: &[(Option<RegionId>, Agenda)]) -> serde_json::Result<String> {
    let event = |entry: &Entry| {
        let gains = matches!(entry.what, What::Backfill(_));
        EventView {
            date: entry.day.date.to_string(),
            certainty: entry.day.certainty.name(),
            kind: kind(entry.what),
            name: name(program, entry.what),
            roles: gains.then_some(entry.count),
            surfaces: (!gains).then_some(entry.count),
            done: entry.done,
        }
    };
    let undated = |what: &What| UndatedView { kind: kind(*what), name: name(program, *what) };
    let regions = agendas.iter().map(|(region, agenda)| RegionView {
        region: region.map(|region| &*program.regions[region.index()]),
        events: agenda.entries.iter().map(event).collect(),
        undated: agenda.undated.iter().map(undated).collect(),
    });
    serde_json::to_string_pretty(&regions.collect::<Vec<_>>())
}
