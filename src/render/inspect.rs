//! What a bundle is made of, and whether it is sound → lines for people, or JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rolec_bundle::Day;
use serde::Serialize;

use super::style::{bad, faint, good, narrow, padded, strong};
use crate::diagnostic::words::{self, count};
use crate::inspect::{Check, Inspection, Outcome, Part};

/// Regions and days that are named for people.
const NAMED: usize = 6;
/// The width of the first column.
const LABEL: usize = 12;

/// The signature beside a bundle, as far as nobody has checked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The id of the key that it names.
    pub key: String,
    /// Its trusted comment.
    pub comment: String,
}

fn line(text: &mut String, label: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}{value}", padded(label, LABEL, faint));
}

/// What a bundle is made of, as text.
#[must_use]
pub fn inspection(inspection: &Inspection<'_>, signed: Option<&Signed>) -> String {
    let own = &*inspection.document;
    let mut text = String::new();
    let _ = writeln!(text, "{}", strong(&format!("{} {}", own.project.name, own.project.version)));
    let form = match inspection.form {
        "mapped" => "mapped form",
        _ => "JSON",
    };
    line(&mut text, "form", &format!("{form}, version {}.{}, {} bytes", own.format.major, own.format.minor, inspection.bytes));
    line(&mut text, "made by", &own.compiler);
    let made_for = match (&own.region, own.as_of) {
        (None, None) => "every region and day".to_owned(),
        (Some(region), None) => format!("region {region}"),
        (None, Some(day)) => format!("{day}"),
        (Some(region), Some(day)) => format!("region {region} on {day}"),
    };
    line(&mut text, "made for", &made_for);
    line(&mut text, "file", &inspection.digest);
    if let Some(digest) = &inspection.content_digest {
        line(&mut text, "content", digest);
    }
    line(&mut text, "catalog", &own.catalog);
    let signature = signed.map(|signed| format!("by key {}, not checked", signed.key));
    line(&mut text, "signature", signature.as_deref().unwrap_or("none"));
    for (number, (regions, epochs)) in inspection.calendars().into_iter().enumerate() {
        let label = if number == 0 { "calendars" } else { "" };
        let of = calendar(number == 0, &regions);
        let days: Vec<String> = epochs.iter().filter_map(|epoch| epoch.from).map(|day| day.to_string()).collect();
        let days = if days.is_empty() { "nothing changes".to_owned() } else { format!("changes on {}", days_of(&days)) };
        line(&mut text, label, &format!("{of}: {}, {days}", count(epochs.len(), "epoch")));
    }
    text.push('\n');
    let counts: Vec<(&str, usize)> = inspection.counts().into_iter().filter(|(_, number)| *number > 0).collect();
    let width = counts.iter().map(|(_, number)| number.to_string().len()).max().unwrap_or(0);
    for (name, number) in counts {
        let _ = writeln!(text, "{}{number:>width$}", padded(name, LABEL + 2, faint));
    }
    text.push('\n');
    parts(&mut text, inspection);
    text
}

fn calendar(is_default: bool, regions: &[&str]) -> String {
    let regions = (!regions.is_empty()).then(|| words::some_of(regions, NAMED));
    match (is_default, regions) {
        (true, None) => "default dates".to_owned(),
        (true, Some(regions)) => format!("default dates, and {regions}"),
        (false, regions) => regions.unwrap_or_else(|| "no region".to_owned()),
    }
}

fn days_of(days: &[String]) -> String {
    match days.len().checked_sub(NAMED) {
        None | Some(0) => words::all_of(days),
        Some(more) => format!("{} and {} more", days[..NAMED].join(", "), count(more, "day")),
    }
}

/// The parts that hold something, the largest first.
fn parts(text: &mut String, inspection: &Inspection<'_>) {
    let mut parts: Vec<&Part> = inspection.parts.iter().filter(|part| part.bytes > 0).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    let width = parts.iter().map(|part| part.bytes.to_string().len()).max().unwrap_or(0);
    for part in parts {
        let rows = part.rows.map(|rows| faint(&format!(" ({})", count(usize::try_from(rows).unwrap_or(usize::MAX), "row"))));
        let _ = writeln!(text, "{:>width$} bytes  {}{}", part.bytes, part.name, rows.unwrap_or_default());
    }
}

#[derive(Serialize)]
struct EpochView {
    from: Option<Day>,
    until: Option<Day>,
    changes: usize,
}

#[derive(Serialize)]
struct CalendarView<'i> {
    default: bool,
    regions: Vec<&'i str>,
    epochs: Vec<EpochView>,
}

#[derive(Serialize)]
struct PartView<'i> {
    name: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    bytes: u64,
}

impl<'i> PartView<'i> {
    fn new(part: &'i Part) -> Self {
        Self { name: &part.name, rows: part.rows, bytes: part.bytes }
    }
}

#[derive(Serialize)]
struct InspectionView<'i> {
    project: &'i str,
    version: &'i str,
    form: &'static str,
    format: String,
    bytes: u64,
    compiler: &'i str,
    region: Option<&'i str>,
    as_of: Option<Day>,
    digest: &'i str,
    content_digest: Option<&'i str>,
    catalog: &'i str,
    signature: Option<&'i Signed>,
    counts: BTreeMap<&'static str, usize>,
    calendars: Vec<CalendarView<'i>>,
    parts: Vec<PartView<'i>>,
}

/// What a bundle is made of, as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn inspection_json(inspection: &Inspection<'_>, signed: Option<&Signed>) -> serde_json::Result<String> {
    let own = &*inspection.document;
    let calendar = |(number, (regions, epochs)): (usize, (Vec<_>, &[rolec_bundle::document::Epoch]))| CalendarView {
        default: number == 0,
        regions,
        epochs: epochs
            .iter()
            .map(|epoch| EpochView { from: epoch.from, until: epoch.until, changes: epoch.changes.len() })
            .collect(),
    };
    serde_json::to_string_pretty(&InspectionView {
        project: &own.project.name,
        version: &own.project.version,
        form: inspection.form,
        format: format!("{}.{}", own.format.major, own.format.minor),
        bytes: inspection.bytes,
        compiler: &own.compiler,
        region: own.region.as_deref(),
        as_of: own.as_of,
        digest: &inspection.digest,
        content_digest: inspection.content_digest.as_deref(),
        catalog: &own.catalog,
        signature: signed,
        counts: inspection.counts().into_iter().collect(),
        calendars: inspection.calendars().into_iter().enumerate().map(calendar).collect(),
        parts: inspection.parts.iter().map(PartView::new).collect(),
    })
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sound => "sound",
        Outcome::Wrong => "wrong",
        Outcome::Unchecked => "not checked",
    }
}

/// What came of checks, a line each.
#[must_use]
pub fn checks(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let style = match check.outcome {
            Outcome::Sound => good,
            Outcome::Wrong => bad,
            Outcome::Unchecked => narrow,
        };
        let _ =
            writeln!(text, "{}{}  {}", padded(check.name, LABEL, faint), padded(word(check.outcome), LABEL, style), check.found);
    }
    text
}

#[derive(Serialize)]
struct CheckView<'c> {
    name: &'static str,
    outcome: &'static str,
    found: &'c str,
}

impl<'c> CheckView<'c> {
    fn new(check: &'c Check) -> Self {
        Self { name: check.name, outcome: word(check.outcome), found: &check.found }
    }
}

#[derive(Serialize)]
struct ChecksView<'c> {
    sound: bool,
    checks: Vec<CheckView<'c>>,
}

/// What came of checks, as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn checks_json(checks: &[Check]) -> serde_json::Result<String> {
    let sound = checks.iter().all(|check| check.outcome != Outcome::Wrong);
    serde_json::to_string_pretty(&ChecksView { sound, checks: checks.iter().map(CheckView::new).collect() })
}
