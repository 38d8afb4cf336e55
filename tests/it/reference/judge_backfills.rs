//! What is wrong between backfills and roles.

use crate::reference::backfills::{additions, created, is_excepted, is_for, matched, trigger_scope};
use crate::reference::read::Backfill;
use crate::reference::{About, Report, World};

/// Judges every backfill without error against every role that means something and that somebody can have.
pub(crate) fn judge(world: &World, report: &mut Report) {
    for at in &world.names.backfills {
        let backfill = &world.declarations.backfills[*at];
        if world.calendars.active.contains(at) {
            judge_active(world, *at, report);
        } else if backfill.done && (world.settings.role_backfill || !backfill.optional) {
            for role in world.names.live().into_iter().filter(|role| is_not_written_out(world, *role, backfill)) {
                report.tell("done-backfill", About::Role(role));
            }
        }
    }
}

fn judge_active(world: &World, at: usize, report: &mut Report) {
    let backfill = &world.declarations.backfills[at];
    let mut has_fired = false;
    for role in world.names.live() {
        let fires = world.calendars.names.iter().any(|calendar| world.courses[&(role, calendar.clone())].fired.contains(&at));
        has_fired |= fires;
        if fires && matched(world, backfill).iter().any(|permission| is_excepted(world, role, permission)) {
            report.tell("except-beats-backfill", About::Role(role));
        }
        if world.calendars.names.iter().any(|calendar| is_too_late(world, role, backfill, calendar)) {
            report.tell("created-too-late", About::Role(role));
        }
    }
    if !has_fired {
        report.tell("backfill-without-effect", About::Backfill(at));
    }
    if world.calendars.names.iter().any(|calendar| !calendar.is_empty() && backfill.date(calendar).is_none()) {
        report.tell("region-without-date", About::Backfill(at));
    }
}

/// Whether a role that would have gained from a backfill was created after it.
fn is_too_late(world: &World, role: usize, backfill: &Backfill, calendar: &str) -> bool {
    let (Some(date), Some(created)) = (backfill.date(calendar), created(world, role)) else { return false };
    let scope = trigger_scope(world, role, backfill, date, &[].into());
    let held = world.effective.permissions(role);
    let has_missed = additions(world, role, backfill, &scope).iter().any(|addition| !held.contains(&addition.permission));
    is_for(world, backfill, role) && created > date && !scope.is_empty() && has_missed
}

/// Whether a role does not say what a backfill that is done has added to it.
fn is_not_written_out(world: &World, role: usize, backfill: &Backfill) -> bool {
    let earliest = || backfill.regions.iter().map(|(_, date)| date).min();
    let Some(date) = backfill.on.as_ref().or_else(earliest) else { return false };
    let is_there = created(world, role).is_none_or(|created| created <= date);
    let scope = trigger_scope(world, role, backfill, date, &[].into());
    let held = world.effective.grants(role);
    let is_missing =
        additions(world, role, backfill, &scope).iter().any(|addition| !held.iter().any(|held| addition.is_subsumed_by(held)));
    is_for(world, backfill, role) && is_there && !scope.is_empty() && is_missing
}
