//! Roles and lines with too much in them: clauses, names in braces, operands, words.

use std::io::{self, Write};
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, ONE, Outcome, permissions, source};

pub(super) const CASES: &[Case] = &[
    Case::check("clauses", (100_000, 100), Outcome::Sound, clauses),
    Case::check("clauses-and-excepts", (100_000, 100), Outcome::Finds(Code::AllowAndExcept), clauses_and_excepts),
    Case::check("idle-excepts", (100_000, 100), Outcome::Finds(Code::NoEffect), idle_excepts),
    Case::check("same-clauses", (100_000, 100), Outcome::Finds(Code::NoEffect), same_clauses),
    Case::check("set-clauses", (100_000, 100), Outcome::Sound, set_clauses),
    Case::check("selector-set", (10_000, 100), Outcome::Sound, selector_set),
    Case::check("conditions", (3_000, 10), Outcome::Sound, conditions),
    Case::check("conditions-of-one", (100_000, 100), Outcome::Sound, conditions_of_one),
    Case::check("condition-list", (1_000_000, 100), Outcome::Sound, condition_list),
    Case::check("condition-lists", (1_200, 10), Outcome::Sound, condition_lists),
    Case::check("one-line-roles", (200_000, 100), Outcome::Sound, one_line_roles),
    Case::check("heads-over-lines", (200_000, 100), Outcome::Sound, heads_over_lines),
    Case::check("long-names", (1_000_000, 1_000), Outcome::Finds(Code::UnknownRole), long_names),
    Case::check("one-line-of-findings", (100_000, 100), Outcome::Finds(Code::UnknownRole), one_line_of_findings),
    Case::check("facts", (100_000, 100), Outcome::Finds(Code::RepeatedFact), facts),
    Case::check("allow-findings", (100_000, 100), Outcome::Finds(Code::UnneededAllowFinding), allow_findings),
];

fn clauses(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| writeln!(out, "    allow x:y:p{at}"))?;
        writeln!(out, "}}")
    })
}

fn clauses_and_excepts(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| writeln!(out, "    allow x:y:p{at}\n    except x:y:p{at}"))?;
        writeln!(out, "}}")
    })
}

/// Of many exclusions most take nothing away.
fn idle_excepts(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2 * size, "division-aware")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| writeln!(out, "    allow x:y:p{at}\n    except x:y:p{}", at + size))?;
        writeln!(out, "}}")
    })
}

fn same_clauses(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role r {{")?;
        (0..size).try_for_each(|_| writeln!(out, "    allow x:y:z"))?;
        writeln!(out, "}}")
    })
}

/// Clauses of two permissions each, no two the same.
fn set_clauses(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size + 1, "division-aware")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| writeln!(out, "    allow x:y:{{p{at}, p{}}}", at + 1))?;
        writeln!(out, "}}")
    })
}

fn selector_set(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        write!(out, "role r {{ allow x:y:{{p0")?;
        (1..size).try_for_each(|at| write!(out, ", p{at}"))?;
        writeln!(out, "}} }}")
    })
}

/// Some hundred comparisons each, at full size.
fn conditions(folder: &Path, size: usize) -> io::Result<()> {
    let operands = (size / 10).max(10);
    source(folder, |out| {
        permissions(out, 1, "division-aware conditions any")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| {
            write!(out, "    allow x:y:p0 where A.a == {at}")?;
            (1..operands).try_for_each(|operand| write!(out, " or A.b == {operand}"))?;
            writeln!(out)
        })?;
        writeln!(out, "}}")
    })
}

/// One permission under so many conditions.
fn conditions_of_one(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 1, "division-aware conditions any")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| writeln!(out, "    allow x:y:p0 where A.a >= {at}"))?;
        writeln!(out, "}}")
    })
}

fn list(out: &mut dyn Write, values: impl Iterator<Item = usize>) -> io::Result<()> {
    for (at, value) in values.enumerate() {
        write!(out, "{}\"v{value}\"", if at == 0 { "" } else { ", " })?;
    }
    Ok(())
}

fn condition_list(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 1, "division-aware conditions any")?;
        write!(out, "role r {{ allow x:y:p0 where A.a in [")?;
        list(out, 0..size)?;
        writeln!(out, "] }}")
    })
}

/// Lists that nearly hold one another, on one permission.
fn condition_lists(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 1, "division-aware conditions any")?;
        writeln!(out, "role r {{")?;
        (0..size).try_for_each(|at| {
            write!(out, "    allow x:y:p0 where A.a in [")?;
            list(out, (0..=size).filter(|value| *value != at))?;
            writeln!(out, "]")
        })?;
        writeln!(out, "}}")
    })
}

fn one_line_roles(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|at| writeln!(out, "role a{at} {{ allow x:y:z }}"))
    })
}

fn heads_over_lines(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}role\nr0\n{{\nallow\nx:y:z\n}}\n")?;
        (1..size).try_for_each(|at| writeln!(out, "role // a comment\nr{at}\n\"title\"\nextends\nr{}\n{{\n}}", at - 1))
    })
}

/// Two names that differ in their last letter only.
fn long_names(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        let name = "n".repeat(size);
        writeln!(out, "{ONE}role {name}a {{ allow x:y:z }}")?;
        (0..4).try_for_each(|at| writeln!(out, "role r{at} extends {name}b {{\n}}"))
    })
}

/// Everything on one line, and everything wrong.
fn one_line_of_findings(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| (0..size).try_for_each(|at| write!(out, "role r{at} extends unknown_{at} {{}} ")))
}

fn facts(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role r {{\n    allow x:y:z")?;
        (0..size).try_for_each(|_| writeln!(out, "    owner \"me\""))?;
        writeln!(out, "}}")
    })
}

fn allow_findings(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{\n    allow x:y:z\n    allow-finding no-effect \"never\"\n}}"))
    })
}
