//! Calendars: epochs, and what roles gain in them.

use zerocopy::little_endian::U32;

use super::roles::called;
use super::{Writer, number, optional, span};
use crate::document::{Change, Epoch};
use crate::mapped::layout::{self, Calendar, NONE, Span, flag};
use crate::mapped::numbers;
use crate::{Day, Error};

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    for calendar in &writer.document.calendars {
        let epochs = writer.content.epochs.len();
        let day = |day: Option<Day>| optional(day.map(Day::number));
        writer
            .content
            .epochs
            .extend(calendar.iter().map(|epoch| layout::Epoch { from: day(epoch.from), until: day(epoch.until) }));
        let changes = writer.content.changes.len();
        for (epoch, place, change) in by_role(calendar) {
            let row = change_row(writer, change)?;
            writer.content.changes.push(layout::Change { epoch: number(epoch)?, place: number(place)?, ..row });
        }
        let row = Calendar {
            epochs: number(epochs)?,
            epochs_count: number(calendar.len())?,
            changes: number(changes)?,
            changes_count: number(writer.content.changes.len() - changes)?,
        };
        writer.content.calendars.push(row);
    }
    writer.content.regions = writer.document.regions.iter().map(|region| U32::new(region.calendar)).collect();
    Ok(())
}

/// The changes of a calendar in order of their roles, with their epochs and their places in these.
fn by_role(calendar: &[Epoch]) -> Vec<(usize, usize, &Change)> {
    let epochs = calendar.iter().enumerate();
    let mut changes: Vec<_> = epochs
        .flat_map(|(epoch, own)| own.changes.iter().enumerate().map(move |(place, change)| (epoch, place, change)))
        .collect();
    changes.sort_by_key(|(epoch, place, change)| (change.role, *epoch, *place));
    changes
}

fn change_row(writer: &mut Writer<'_>, change: &Change) -> Result<layout::Change, Error> {
    let start = writer.content.grants.len();
    writer.grants(&change.gains)?;
    let gains = span(start, writer.content.grants.len())?;
    let licenses = match &change.licenses {
        None => Span { start: U32::new(NONE), count: U32::new(0) },
        Some(licenses) => {
            let start = writer.content.said.len();
            numbers::push(&mut writer.content.said, &called(licenses));
            span(start, writer.content.said.len())?
        }
    };
    Ok(layout::Change {
        role: U32::new(change.role),
        epoch: U32::new(0),
        place: U32::new(0),
        backfill: U32::new(change.backfill),
        flags: U32::new(if change.estimated { flag::CHANGE_ESTIMATED } else { 0 }),
        gains: gains.start,
        gains_count: gains.count,
        licenses: licenses.start,
        licenses_count: licenses.count,
    })
}
