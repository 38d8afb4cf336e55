//! Backfills that set one another off, backfills by the day, and roles that they all touch.

use std::io::{self, Write};
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, Outcome, permissions, source};

pub(super) const CASES: &[Case] = &[
    Case::check("backfills", (5_000, 50), Outcome::Sound, backfills),
    Case::check("backfills-of-roles", (5_000, 50), Outcome::Sound, backfills_of_roles),
    Case::check("backfills-outright", (5_000, 50), Outcome::Sound, backfills_outright),
    Case::check("backfill-dates", (5_000, 1_100), Outcome::Finds(Code::TooManyEpochs), backfill_dates),
    Case::check("backfill-regions", (1_000, 20), Outcome::Sound, backfill_regions),
    Case::check("backfill-of-all", (2_000, 20), Outcome::Sound, backfill_of_all),
    Case::check("backfills-done", (3_000, 20), Outcome::Finds(Code::DoneBackfill), backfills_done),
    Case::check("backfill-since", (3_000, 20), Outcome::Sound, backfill_since),
    Case::check("backfill-since-of-roles", (200_000, 100), Outcome::Sound, backfill_since_of_roles),
    Case::check("backfill-since-of-chain", (200_000, 100), Outcome::Sound, backfill_since_of_chain),
    Case::check("backfill-since-of-links", (200_000, 100), Outcome::Sound, backfill_since_of_links),
    Case::check("backfills-of-what-is-held", (8_000, 50), Outcome::Finds(Code::ExceptBeatsBackfill), backfills_of_what_is_held),
];

/// A day, some time after the first of January 2000.
fn day(at: usize) -> String {
    format!("{:04}-{:02}-{:02}", 2000 + at / 336, at / 28 % 12 + 1, at % 28 + 1)
}

/// Each is set off by the one before it, and they stand in the order that needs the most rounds.
fn chain(out: &mut dyn Write, size: usize) -> io::Result<()> {
    permissions(out, size + 1, "division-aware")?;
    (0..size)
        .rev()
        .try_for_each(|at| writeln!(out, "backfill b{at} {{\n    when x:y:p{at}\n    add x:y:p{}\n    on 2026-01-01\n}}", at + 1))
}

fn backfills(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        chain(out, size)?;
        writeln!(out, "role r {{ allow x:y:p0 }}")
    })
}

/// Every role is set off at another place of the chain, so that they gain millions of permissions together.
fn backfills_of_roles(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        chain(out, size)?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p{at} }}"))
    })
}

fn backfills_outright(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        (0..size).try_for_each(|at| {
            writeln!(out, "role r{at} {{ allow x:y:p0 }}\nbackfill b{at} {{ roles r{at}\n add x:y:p{at}\n on 2026-01-01 }}")
        })?;
        writeln!(out, "role last {{ allow x:y:p1 }}\nbackfill first {{ roles last\n add x:y:p0\n on 2026-01-01 }}")
    })
}

fn backfill_dates(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2, "division-aware")?;
        (0..size)
            .try_for_each(|at| writeln!(out, "backfill b{at} {{\n    when x:y:p0\n    add x:y:p1\n    on {}\n}}", day(at)))?;
        writeln!(out, "role r {{ allow x:y:p0 }}")
    })
}

/// Every region has a calendar of its own.
fn backfill_regions(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2, "division-aware")?;
        writeln!(out, "backfill b {{\n    when x:y:p0\n    add x:y:p1\n    on 2026-01-01")?;
        (0..size).try_for_each(|at| writeln!(out, "    region g{at} on {}", day(at)))?;
        writeln!(out, "}}")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p0 }}"))
    })
}

/// Few words, and everything to everybody.
fn backfill_of_all(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "backfill b {{\n    when x:y:p0\n    add *\n    on 2026-01-01\n}}")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p0 }}"))
    })
}

fn backfills_done(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 3, "division-aware")?;
        (0..size).try_for_each(|at| {
            writeln!(out, "backfill b{at} {{\n    when x:y:p0\n    add x:y:p1\n    on {}\n    done\n}}", day(at))
        })?;
        writeln!(out, "role r {{ allow x:y:p0 }}")
    })
}

/// Whether a trigger is held depends on dates of the clauses.
fn backfill_since(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2 * size, "division-aware")?;
        for at in 0..size {
            writeln!(out, "backfill b{at} {{\n when x:y:p{at}\n add x:y:p{}\n on {}\n}}", at + size, day(at % 1_000))?;
            writeln!(out, "role r{at} {{ allow x:y:p{at} since {} }}", day(at % 900))?;
        }
        Ok(())
    })
}

/// So many roles in all, a seventieth as many backfills, and a trigger of all of them that each role holds since another day.
fn backfill_since_of_roles(folder: &Path, size: usize) -> io::Result<()> {
    since_over(folder, size, |out, at, triggers| {
        writeln!(out, "role r{at} {{ allow x:y:p{} since {} }}", at % triggers, day(at % 900))
    })
}

/// The same, and each role inherits what the one before it holds.
fn backfill_since_of_chain(folder: &Path, size: usize) -> io::Result<()> {
    since_over(folder, size, |out, at, triggers| {
        let parent = if at == 0 { String::new() } else { format!("extends r{} ", at - 1) };
        let clause = if at < triggers { format!("allow x:y:p{at} since {} ", day(1_000)) } else { String::new() };
        writeln!(out, "role r{at} {parent}{{ {clause}}}")
    })
}

/// The same, and each role holds a trigger by a clause of its own as well.
fn backfill_since_of_links(folder: &Path, size: usize) -> io::Result<()> {
    since_over(folder, size, |out, at, triggers| {
        let parent = if at == 0 { String::new() } else { format!("extends r{} ", at - 1) };
        writeln!(out, "role r{at} {parent}{{ allow x:y:p{} since {} }}", at % triggers, day(1_000))
    })
}

/// Every role holds nearly all triggers and what they bring, and no two the same.
fn backfills_of_what_is_held(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        for at in 0..size {
            let next = (at + 1) % size;
            writeln!(out, "backfill b{at} {{\n when x:y:p{at}\n add x:y:p{next}\n on {}\n}}", day(at % 900))?;
            writeln!(out, "role r{at} {{\n allow *\n except x:y:p{at}\n}}")?;
        }
        Ok(())
    })
}

fn since_over(folder: &Path, size: usize, role: impl Fn(&mut dyn Write, usize, usize) -> io::Result<()>) -> io::Result<()> {
    let triggers = size.div_ceil(70);
    source(folder, |out| {
        permissions(out, 2 * triggers, "division-aware")?;
        (0..triggers).try_for_each(|at| {
            writeln!(out, "backfill b{at} {{\n when x:y:p{at}\n add x:y:p{}\n on {}\n}}", at + triggers, day(at % 900))
        })?;
        (0..size).try_for_each(|at| role(out, at, triggers))
    })
}
