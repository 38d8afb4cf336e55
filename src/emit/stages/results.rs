//! Order, effective grants and epochs as text.

use std::io::{self, Write};

use super::{Dump, by_name, declared};
use crate::flatten::{Flat, Grant};
use crate::graph::Order;
use crate::model::{Enforcement, Program, RegionId, RoleId};
use crate::sets::PermissionId;
use crate::timeline::{Calendar, Epochs, Gain};

/// Writes the roles with parents before children, then those that an error taints.
///
/// # Errors
///
/// Those of `out`.
pub fn order(program: &Program, order: &Order, out: impl Write) -> io::Result<()> {
    let mut dump = Dump::new(out);
    order.roles.iter().try_for_each(|role| dump.line(declared(program, *role)))?;
    let tainted = by_name(program).into_iter().filter(|role| order.tainted[role.index()]);
    tainted.into_iter().try_for_each(|role| dump.line(format_args!("tainted {}", declared(program, role))))
}

/// Writes the effective grants of every role, backfills aside.
///
/// # Errors
///
/// Those of `out`.
pub fn flat(program: &Program, flat: &Flat, out: impl Write) -> io::Result<()> {
    let mut dump = Dump::new(out);
    for role in by_name(program) {
        let mark = match (flat.is_flat(role), flat.confined[role.index()]) {
            (false, _) => " (not flattened)",
            (true, true) => " (confined)",
            (true, false) => "",
        };
        dump.node(format_args!("{}{mark}", declared(program, role)), |dump| {
            let mut lines: Vec<(PermissionId, String)> =
                flat.grants(program, role).into_iter().map(|own| (own.permission, grant(program, own))).collect();
            lines.sort_unstable();
            lines.iter().try_for_each(|(_, line)| dump.line(line))
        })?;
    }
    Ok(())
}

/// A grant as one would write it after `allow`, its scope always said.
fn grant(program: &Program, grant: Grant) -> String {
    let condition = program.conditions.get(grant.condition).map(|condition| format!(" where {condition}")).unwrap_or_default();
    format!("{} in {}{condition}", program.catalog.name(grant.permission), program.scope_text(grant.scope))
}

/// Writes what backfills change in which region, and what they could not.
///
/// # Errors
///
/// Those of `out`.
pub fn epochs(program: &Program, epochs: &Epochs, out: impl Write) -> io::Result<()> {
    let mut dump = Dump::new(out);
    let places = places(program);
    for (at, calendar) in epochs.calendars.iter().enumerate() {
        let regions = program.regions.iter().zip(&epochs.of_region).filter(|(_, own)| **own == at).map(|(region, _)| &**region);
        let names: Vec<&str> = (at == 0).then_some("default").into_iter().chain(regions).collect();
        dump.node(format_args!("calendar {}", names.join(", ")), |dump| self::calendar(program, calendar, &places, dump))?;
    }
    for enforcement in program.enforcements.iter().filter(|enforcement| !enforcement.surfaces.is_empty()) {
        dump.node(format_args!("enforcement {}", enforcement.name), |dump| self::enforcement(program, enforcement, dump))?;
    }
    let firing = |(backfill, role): (usize, RoleId)| (backfill, places[role.index()]);
    let words = |backfill: usize, role: RoleId| format!("{} for {}", program.backfills[backfill].name, declared(program, role));
    let mut fired: Vec<_> = epochs
        .fired
        .iter()
        .flat_map(|(role, backfills)| backfills.iter().map(move |backfill| (*backfill as usize, *role)))
        .collect();
    fired.sort_by_key(|one| firing(*one));
    fired.iter().try_for_each(|(backfill, role)| dump.line(format_args!("fired {}", words(*backfill, *role))))?;
    let mut too_late: Vec<_> = epochs.too_late.iter().copied().collect();
    too_late.sort_by_key(|one| firing(*one));
    too_late.iter().try_for_each(|(backfill, role)| dump.line(format_args!("too late {}", words(*backfill, *role))))?;
    let mut refused: Vec<_> = epochs.refused.iter().collect();
    refused.sort_by_key(|(one, _)| firing(**one));
    for ((backfill, role), permissions) in refused {
        dump.node(format_args!("refused {}", words(*backfill, *role)), |dump| {
            permissions.iter().try_for_each(|permission| dump.line(program.catalog.name(*permission)))
        })?;
    }
    let mut done: Vec<_> = epochs.done.iter().collect();
    done.sort_by_key(|(one, _)| firing(**one));
    for ((backfill, role), grants) in done {
        dump.node(format_args!("done {}", words(*backfill, *role)), |dump| {
            grants.iter().try_for_each(|own| dump.line(grant(program, *own)))
        })?;
    }
    Ok(())
}

/// By role: its place in order of names.
fn places(program: &Program) -> Vec<usize> {
    let mut places = vec![0; program.roles.len()];
    by_name(program).into_iter().enumerate().for_each(|(at, role)| places[role.index()] = at);
    places
}

/// From when on it holds, by default and in each region.
fn enforcement<W: Write>(program: &Program, enforcement: &Enforcement, dump: &mut Dump<W>) -> io::Result<()> {
    let regions = program.regions.iter().enumerate().map(|(at, name)| (Some(RegionId::new(at)), &**name));
    for (region, name) in std::iter::once((None, "default")).chain(regions) {
        match program.start(enforcement, region) {
            Some(start) => {
                let word = start.certainty.word().map(|word| format!(" ({word})")).unwrap_or_default();
                dump.line(format_args!("{name} from {}{word}", start.date))?;
            }
            None => dump.line(format_args!("{name} not known"))?,
        }
    }
    Ok(())
}

fn calendar<W: Write>(program: &Program, calendar: &Calendar, places: &[usize], dump: &mut Dump<W>) -> io::Result<()> {
    let mut gains: Vec<(RoleId, &Gain)> =
        calendar.gains.iter().flat_map(|(role, gains)| gains.iter().map(move |gain| (*role, gain))).collect();
    gains.sort_by_key(|(role, gain)| (gain.date, places[role.index()], gain.permission, gain.backfill, gain.scope));
    for (date, events) in &calendar.events {
        dump.node(date, |dump| {
            events.iter().try_for_each(|event| dump.line(format_args!("backfill {}", program.backfills[event.backfill].name)))?;
            let (start, end) =
                (gains.partition_point(|(_, gain)| gain.date < *date), gains.partition_point(|(_, gain)| gain.date <= *date));
            gains[start..end].iter().try_for_each(|(role, gain)| {
                let (name, scope) = (program.catalog.name(gain.permission), program.scope_text(gain.scope));
                let backfill = &program.backfills[gain.backfill].name;
                let estimated = if gain.estimated { " (estimated)" } else { "" };
                dump.line(format_args!("{} gains {name} in {scope} by {backfill}{estimated}", declared(program, *role)))
            })
        })?;
    }
    Ok(())
}
