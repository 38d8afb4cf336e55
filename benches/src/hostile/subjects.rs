//! Groups in groups, users with too much of something, and questions about them.

use std::io::{self, Write};
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, ONE, Outcome, permissions, source};

pub(super) const CASES: &[Case] = &[
    Case::check("group-chain", (100_000, 300), Outcome::Finds(Code::GroupsTooDeep), group_chain),
    Case::check("group-ladder", (100_000, 200), Outcome::Finds(Code::GroupsTooDeep), group_ladder),
    Case::check("group-ring", (100_000, 300), Outcome::Finds(Code::GroupCycle), group_ring),
    Case::check("member-of-many", (100_000, 300), Outcome::Sound, member_of_many),
    Case::check("group-in-many", (100_000, 300), Outcome::Finds(Code::GroupsTooDeep), group_in_many),
    Case::check("assignments-of-one", (100_000, 300), Outcome::Sound, assignments_of_one),
    Case::check("assigned-again", (100_000, 300), Outcome::Finds(Code::RedundantAssignment), assigned_again),
    Case::check("given-twice", (100_000, 300), Outcome::Finds(Code::RedundantAssignment), given_twice),
    Case::check("assigned-elsewhere", (100_000, 300), Outcome::Finds(Code::PartlyEmptyAssignment), assigned_elsewhere),
    Case::check("unknown-users", (100_000, 600), Outcome::Finds(Code::UnknownUser), unknown_users),
    Case::check("same-user", (100_000, 300), Outcome::Finds(Code::DuplicateDeclaration), same_user),
    Case::check("users-on-long-lines", (100_000, 300), Outcome::Sound, users_on_long_lines),
    Case::check("old-options", (100_000, 300), Outcome::Finds(Code::OldOption), old_options),
    Case::check("nevers-of-many", (100_000, 300), Outcome::Finds(Code::NeverBroken), nevers_of_many),
    Case::check("folder-towers", (100_000, 128), Outcome::Sound, folder_towers),
    Case::check("tests", (100_000, 300), Outcome::Sound, tests),
    Case::check("asserts", (100_000, 300), Outcome::Sound, asserts),
    Case::check("asserts-of-one", (100_000, 300), Outcome::Sound, asserts_of_one),
    Case::check("failed-asserts", (100_000, 300), Outcome::Finds(Code::AssertionFailed), failed_asserts),
];

/// A permission, and the only role.
fn one_role(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{ONE}role r {{ allow x:y:z }}")
}

fn group_chain(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "group g0\nassign r to group g0")?;
        (1..size).try_for_each(|at| writeln!(out, "group g{at} member of g{}", at - 1))?;
        (1..size).try_for_each(|at| writeln!(out, "user \"u{at}\" member of g{at}"))
    })
}

/// Twenty in each layer, each in two of the layer before: all of these within a few steps.
fn group_ladder(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "group g0\nassign r to group g0")?;
        (1..20).try_for_each(|at| writeln!(out, "group g{at} member of g0"))?;
        (20..size.max(600)).try_for_each(|at| {
            let (layer, place) = (at / 20 - 1, at % 20);
            writeln!(out, "group g{at} member of g{}, g{}", layer * 20 + place, layer * 20 + (place + 1) % 20)
        })
    })
}

fn group_ring(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "assign r to group g0\nuser \"u\" member of g0")?;
        (0..size).try_for_each(|at| writeln!(out, "group g{at} member of g{}", (at + 1) % size))
    })
}

/// `g0, g1, …`.
fn all_groups(out: &mut dyn Write, size: usize) -> io::Result<()> {
    write!(out, "g0")?;
    (1..size).try_for_each(|at| write!(out, ", g{at}"))?;
    writeln!(out)
}

/// One user in all groups, each of which has a role of its own.
fn member_of_many(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        (0..size)
            .try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p{at} }}\ngroup g{at}\nassign r{at} to group g{at}"))?;
        write!(out, "user \"u\" member of ")?;
        all_groups(out, size)
    })
}

fn group_in_many(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "assign r to group g0")?;
        (0..size).try_for_each(|at| writeln!(out, "group g{at}"))?;
        write!(out, "group inner member of ")?;
        all_groups(out, size)
    })
}

fn assignments_of_one(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "user \"u\"")?;
        (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p{at} }}\nassign r{at} to user \"u\""))
    })
}

fn assigned_again(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "user \"u\"")?;
        (0..size).try_for_each(|_| writeln!(out, "assign r to user \"u\""))
    })
}

/// Every group has the same role, and so has every user by itself.
fn given_twice(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        (0..size).try_for_each(|at| {
            writeln!(out, "group g{at}\nassign r to group g{at}\nuser \"u{at}\" member of g{at}\nassign r to user \"u{at}\"")
        })
    })
}

/// A large role of which half is lost wherever it is assigned.
fn assigned_elsewhere(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "division a\ndivision b\ndomain o division-aware {{ entity e {{ z }} }}")?;
        writeln!(out, "role r {{ allow o:e:z\n allow x:* in a }}")?;
        (0..size).try_for_each(|at| writeln!(out, "user \"u{at}\"\nassign r to user \"u{at}\" in b"))
    })
}

fn unknown_users(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        (0..size).try_for_each(|at| writeln!(out, "user \"known {at}\"\nassign r to user \"unknown {at}\""))
    })
}

fn same_user(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        (0..size).try_for_each(|_| writeln!(out, "user \"u\""))?;
        writeln!(out, "assign r to user \"u\"")
    })
}

/// Nothing that the fast lane would take.
fn users_on_long_lines(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        (0..size).try_for_each(|at| write!(out, "user  \"u{at}\" assign  r to user\t\"u{at}\"  "))?;
        writeln!(out)
    })
}

fn old_options(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "application a owns x:*\ngroup g\nassign r to group g")?;
        (0..size).try_for_each(|at| writeln!(out, "user \"u{at}\" member of g\nold option role r on user \"u{at}\" in a"))
    })
}

/// Ten separations, each broken by everybody.
fn nevers_of_many(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 20, "division-aware")?;
        (0..20).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p{at} }}"))?;
        (0..10).try_for_each(|at| writeln!(out, "never x:y:p{at} with x:y:p{}", at + 10))?;
        (0..size).try_for_each(|at| {
            let (one, other) = (at % 10, at % 10 + 10);
            writeln!(out, "user \"u{at}\"\nassign r{one} to user \"u{at}\"\nassign r{other} to user \"u{at}\"")
        })
    })
}

/// Folders 64 deep, again and again.
fn folder_towers(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        one_role(out)?;
        writeln!(out, "group g\nassign r to group g")?;
        (0..size / 64).try_for_each(|tower| {
            (0..64).try_for_each(|level| writeln!(out, "folder \"f{tower}_{level}\" propagate {{\nread g"))?;
            writeln!(out, "object \"o\"\n{}", "}\n".repeat(64))
        })
    })
}

/// So many users that each has a few of the questions.
fn some_users(out: &mut dyn Write, size: usize) -> io::Result<()> {
    one_role(out)?;
    (0..size / 10).try_for_each(|at| writeln!(out, "user \"u{at}\"\nassign r to user \"u{at}\""))
}

fn tests(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        some_users(out, size)?;
        (0..size).try_for_each(|at| {
            let user = at / 10 % (size / 10);
            writeln!(out, "test \"t{at}\" {{\n    as user \"u{user}\"\n    allow x:y:z\n}}")
        })
    })
}

fn asserts(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        some_users(out, size)?;
        (0..size).try_for_each(|at| writeln!(out, "assert user \"u{}\" can x:y:z", at / 10 % (size / 10)))
    })
}

/// Everything is asked of one user, who has a hundredth as many roles.
fn asserts_of_one(folder: &Path, size: usize) -> io::Result<()> {
    let roles = size / 100;
    source(folder, |out| {
        permissions(out, roles, "division-aware")?;
        writeln!(out, "user \"u\"")?;
        (0..roles).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:p{at} }}\nassign r{at} to user \"u\""))?;
        (0..size).try_for_each(|at| writeln!(out, "assert user \"u\" can x:y:p{}", at % roles))
    })
}

fn failed_asserts(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        some_users(out, size)?;
        (0..size).try_for_each(|at| writeln!(out, "assert user \"u{}\" cannot x:y:z", at / 10 % (size / 10)))
    })
}
