//! Roles that inherit from one another in all ways, and roles with too much of something.

use std::io;
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, ONE, Outcome, permissions, source};

pub(super) const CASES: &[Case] = &[
    Case::check("chain", (200_000, 300), Outcome::Sound, chain),
    Case::check("chain-own", (200_000, 300), Outcome::Sound, chain_own),
    Case::check("chain-within", (200_000, 300), Outcome::Sound, chain_within),
    Case::check("chain-confined", (200_000, 300), Outcome::Finds(Code::Unconfinable), chain_confined),
    Case::check("chain-pairs", (200_000, 300), Outcome::Finds(Code::WildcardDefeatsConfinement), chain_pairs),
    Case::check("chain-requires", (200_000, 300), Outcome::Finds(Code::RequiredRole), chain_requires),
    Case::check("ladder", (2_000, 70), Outcome::Sound, ladder),
    Case::check("ring", (100_000, 300), Outcome::Finds(Code::InheritanceCycle), ring),
    Case::check("parents", (10_000, 100), Outcome::Sound, parents),
    Case::check("many-parents", (200_000, 100), Outcome::Sound, many_parents),
    Case::check("children-of-all", (200_000, 100), Outcome::Finds(Code::NoEffect), children_of_all),
    Case::check("duplicates", (100_000, 100), Outcome::Finds(Code::DuplicateDeclaration), duplicates),
    Case::check("overrides", (100_000, 100), Outcome::Finds(Code::EditedVendorRole), overrides),
    Case::check("unknown-roles", (100_000, 600), Outcome::Finds(Code::UnknownRole), unknown_roles),
    Case::check("unknown-permissions", (100_000, 600), Outcome::Finds(Code::UnknownPermission), unknown_permissions),
    Case::check("unknown-in-set", (100_000, 600), Outcome::Finds(Code::UnknownPermission), unknown_in_set),
    Case::check("unknown-divisions", (100_000, 600), Outcome::Finds(Code::UnknownDivision), unknown_divisions),
];

fn chain(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role r0 {{ allow x:y:z }}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n}}", at - 1))
    })
}

fn chain_own(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "role r0 {{ allow x:y:p0 }}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n    allow x:y:p{at}\n}}", at - 1))
    })
}

fn chain_within(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}division a\ndivision b\ndivisions both = a, b\nrole r0 {{ allow x:y:z }}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n    within both\n}}", at - 1))
    })
}

/// Only the first role is confined; the rest inherit that, and what can't be.
fn chain_confined(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}domain u division-unaware {{ entity y {{ z }} }}\ndivision a")?;
        writeln!(out, "role r0 {{\n    within a\n    allow x:y:z\n    allow u:y:z\n}}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n}}", at - 1))
    })
}

/// The same with both halves of a pair.
fn chain_pairs(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "domain x {{ entity y {{ old new }} }}\npair x:y:old -> x:y:new\ndivision a")?;
        writeln!(out, "role r0 {{\n    within a\n    allow x:*\n}}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n}}", at - 1))
    })
}

fn chain_requires(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role alone {{ allow x:y:z }}\nrole r0 {{ allow x:y:z }}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n    requires role alone\n}}", at - 1))
    })
}

fn ladder(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2, "division-aware")?;
        writeln!(out, "role a0 {{ allow x:y:p0 }}\nrole b0 {{ allow x:y:p1 }}")?;
        (1..size).try_for_each(|at| {
            let up = at - 1;
            writeln!(out, "role a{at} extends a{up}, b{up} {{\n}}\nrole b{at} extends a{up}, b{up} {{\n}}")
        })
    })
}

fn ring(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| (0..size).try_for_each(|at| writeln!(out, "role r{at} extends r{} {{\n}}", (at + 1) % size)))
}

fn parents(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p{at} }}"))?;
        write!(out, "role child extends r0")?;
        (1..size).try_for_each(|at| write!(out, ", r{at}"))?;
        writeln!(out, " {{\n}}")
    })
}

/// More parents than anybody has, and everything conditional on nothing.
fn many_parents(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:z }}"))?;
        write!(out, "role child extends r0")?;
        (1..size).try_for_each(|at| write!(out, ", r{at}"))?;
        writeln!(out, " {{\n}}")
    })
}

/// Every role takes one thing from all, and no two the same.
fn children_of_all(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "role all_of_it {{ allow * }}\nrole idle {{ allow *\n allow x:* }}")?;
        (1..size).try_for_each(|at| writeln!(out, "role r{at} extends all_of_it {{\n    except x:y:p{at}\n}}"))
    })
}

fn duplicates(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|_| writeln!(out, "role same {{ allow x:y:z }}"))
    })
}

fn overrides(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2, "division-aware")?;
        (0..size).try_for_each(|at| writeln!(out, "default role r{at} {{ allow x:y:p0 }}"))?;
        (0..size).try_for_each(|at| writeln!(out, "override r{at} {{\n    allow x:y:p1\n}}"))
    })
}

fn unknown_roles(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|at| writeln!(out, "role known_{at} extends unknown_{at} {{ allow x:y:z }}"))
    })
}

fn unknown_permissions(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:q{at} }}"))
    })
}

/// One selector in which nearly nothing exists.
fn unknown_in_set(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        write!(out, "role r {{ allow x:y:{{p0")?;
        (0..size).try_for_each(|at| write!(out, ", q{at}"))?;
        writeln!(out, "}} }}")
    })
}

fn unknown_divisions(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}division d0")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:z in e{at} }}"))
    })
}
