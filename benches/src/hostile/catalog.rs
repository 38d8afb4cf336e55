//! Catalogs, surfaces, pairs and divisions in great number.

use std::io;
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, ONE, Outcome, permissions, source};

pub(super) const CASES: &[Case] = &[
    Case::check("catalog", (1_000_000, 1_000), Outcome::Sound, catalog),
    Case::check("catalog-too-large", (1_100_000, 1_100_000), Outcome::Finds(Code::CatalogTooLarge), catalog),
    Case::check("catalog-of-domains", (200_000, 1_000), Outcome::Sound, catalog_of_domains),
    Case::check("everybody-has-all", (200_000, 100), Outcome::Sound, everybody_has_all),
    Case::check("wildcards", (100_000, 100), Outcome::Sound, wildcards),
    Case::check("pairs", (100_000, 100), Outcome::Sound, pairs),
    Case::check("pairs-confined", (50_000, 100), Outcome::Finds(Code::ConfinementDefeated), pairs_confined),
    Case::check("pair-candidates", (50_000, 100), Outcome::Finds(Code::PairCandidate), pair_candidates),
    Case::check("surfaces", (200_000, 100), Outcome::Finds(Code::Exposure), surfaces),
    Case::check("surface-list", (100_000, 100), Outcome::Finds(Code::SurfaceUnconfined), surface_list),
    Case::check("requirements", (20_000, 100), Outcome::Finds(Code::MissingRequiredPermission), requirements),
    Case::check("conflicts", (100_000, 100), Outcome::Finds(Code::ConflictingFacts), conflicts),
    Case::check("divisions", (100_000, 17_000), Outcome::Finds(Code::TooManyDivisions), divisions),
    Case::check("scopes", (16_000, 100), Outcome::Sound, scopes),
    Case::check("nested-sets", (10_000, 100), Outcome::Sound, nested_sets),
    Case::check("growing-sets", (16_000, 100), Outcome::Sound, growing_sets),
    Case::check("ladder-of-sets", (10_000, 100), Outcome::Sound, ladder_of_sets),
    Case::check("ring-of-sets", (100_000, 100), Outcome::Finds(Code::DivisionCycle), ring_of_sets),
];

fn catalog(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "role r {{ allow * }}\nrole s {{ allow x:y:p7 }}")
    })
}

fn catalog_of_domains(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        (0..size).try_for_each(|at| writeln!(out, "domain d{at} division-aware {{ entity y {{ z }} }}"))?;
        writeln!(out, "role r {{ allow *:y:* }}")
    })
}

/// Roles that are all the same, and hold everything.
fn everybody_has_all(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow * }}"))
    })
}

/// Selectors that each have to be matched against everything.
fn wildcards(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        (0..size).try_for_each(|at| writeln!(out, "domain d{at} division-aware {{ entity y {{ a{at} }} }}"))?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow *:*:a{at} }}"))
    })
}

fn pairs(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2 * size, "")?;
        (0..size).try_for_each(|at| writeln!(out, "pair x:y:p{} -> x:y:p{}", 2 * at, 2 * at + 1))?;
        writeln!(out, "role r {{ allow x:* }}")
    })
}

/// A confined role that holds both halves of every pair, one clause each.
fn pairs_confined(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2 * size, "")?;
        (0..size).try_for_each(|at| writeln!(out, "pair x:y:p{} -> x:y:p{}", 2 * at, 2 * at + 1))?;
        writeln!(out, "division a\nrole r {{\n    within a")?;
        (0..2 * size).try_for_each(|at| writeln!(out, "    allow x:y:p{at}"))?;
        writeln!(out, "}}")
    })
}

fn pair_candidates(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2 * size, "")?;
        (0..size).try_for_each(|at| writeln!(out, "pair x:y:p{} -> x:y:p{}", 2 * at, 2 * at + 1))?;
        (1..size).try_for_each(|at| writeln!(out, "endpoint GET \"/e{at}\" any x:y:p{}, x:y:p{}", 2 * at, 2 * at - 1))
    })
}

fn surfaces(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|at| writeln!(out, "endpoint GET \"/a/{{b}}/{at}\" open\ntopic \"t.{at}\" any x:y:z"))
    })
}

/// Surfaces that anything opens, and a confined role that holds all of it.
fn surface_list(folder: &Path, size: usize) -> io::Result<()> {
    let many = (size / 1_000).max(10);
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "domain u division-unaware {{ entity y {{ z }} }}")?;
        for surface in 0..many {
            write!(out, "view \"v{surface}\" any u:y:z")?;
            (0..size / many).try_for_each(|at| write!(out, ", x:y:p{at}"))?;
            writeln!(out)?;
        }
        writeln!(out, "division a\nrole r {{\n    within a\n    allow *\n}}")
    })
}

/// Permissions that each need the next, and roles that hold some of them.
fn requirements(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "domain x division-aware {{ entity y {{")?;
        (0..size).try_for_each(|at| writeln!(out, "    action p{at} requires x:y:p{}", (at + 1) % size))?;
        writeln!(out, "}} }}\nrole r {{ allow x:*\n except x:y:p0 }}")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} extends r {{\n    allow x:y:p{at} in a\n}}"))?;
        writeln!(out, "division a")
    })
}

fn conflicts(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|_| writeln!(out, "domain x division-unaware {{}}"))
    })
}

fn divisions(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| (0..size).try_for_each(|at| writeln!(out, "division d{at}")))
}

/// As many divisions as there may be, and a role for each, all of them confined.
fn scopes(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{ONE}")?;
        (0..size).try_for_each(|at| writeln!(out, "division d{at}\nrole r{at} {{ allow x:y:z in d{at} }}"))
    })
}

fn nested_sets(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}division d\ndivisions s0 = d")?;
        (1..size).try_for_each(|at| writeln!(out, "divisions s{at} = s{}", at - 1))?;
        writeln!(out, "role r {{ allow x:y:z in s{} }}", size - 1)
    })
}

/// Every set has one division more than the one before it.
fn growing_sets(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}division d0\ndivisions s0 = d0")?;
        (1..size).try_for_each(|at| writeln!(out, "division d{at}\ndivisions s{at} = s{}, d{at}", at - 1))?;
        writeln!(out, "role r {{ allow x:y:z in s{} }}", size - 1)
    })
}

fn ladder_of_sets(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}division d\ndivision e\ndivisions a0 = d\ndivisions b0 = e")?;
        (1..size).try_for_each(|at| {
            let up = at - 1;
            writeln!(out, "divisions a{at} = a{up}, b{up}\ndivisions b{at} = a{up}, b{up}")
        })?;
        writeln!(out, "role r {{ allow x:y:z in a{0}, b{0} }}", size - 1)
    })
}

fn ring_of_sets(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| (0..size).try_for_each(|at| writeln!(out, "divisions s{at} = s{}", (at + 1) % size)))
}
