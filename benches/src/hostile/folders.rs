//! Folders, manifests and lock files.

use std::io;
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, ONE, Outcome, file, permissions, source};

pub(super) const CASES: &[Case] = &[
    Case::check(
        "folder-ring",
        (1, 1),
        if cfg!(unix) { Outcome::Finds(Code::DirectoryLoop) } else { Outcome::Sound },
        folder_ring,
    ),
    Case::check("files", (20_000, 50), Outcome::Sound, files),
    Case::check("deep-folders", (1_000, 50), Outcome::Sound, deep_folders),
    Case::check("no-files", (1, 1), Outcome::Sound, |folder, _| manifest(folder, MANIFEST)),
    Case::check("manifest-long", (10_000_000, 1_000), Outcome::Refused, |folder, size| {
        manifest(folder, &format!("{MANIFEST}sources = [{}]\n", "\"a.role\", ".repeat(size / 10)))
    }),
    Case::check("manifest-of-regions", (500_000, 100), Outcome::Sound, manifest_of_regions),
    Case::check("manifest-of-tables", (500_000, 100), Outcome::Refused, manifest_of_tables),
    Case::check("manifest-deep", (5_000_000, 500), Outcome::Refused, |folder, size| {
        manifest(folder, &format!("{MANIFEST}sources = {}{}\n", "[".repeat(size), "]".repeat(size)))
    }),
    Case::check("manifest-deep-tables", (1_000_000, 500), Outcome::Refused, |folder, size| {
        manifest(folder, &format!("{MANIFEST}sources = {}1{}\n", "{a=".repeat(size), "}".repeat(size)))
    }),
    Case::check("manifest-deep-keys", (1_000_000, 500), Outcome::Refused, |folder, size| {
        manifest(folder, &format!("{MANIFEST}{}a = 1\n", "a.".repeat(size)))
    }),
    Case::check("manifest-of-one-line", (10_000_000, 500), Outcome::Refused, |folder, size| {
        manifest(folder, &format!("{MANIFEST}sources = \"{}\"\n", "a".repeat(size)))
    }),
    Case::check("manifest-binary", (10_000_000, 100), Outcome::Refused, |folder, size| {
        file(folder, "rolec.toml", |out| (0..size).try_for_each(|at| out.write_all(&[at.to_le_bytes()[0] ^ 0xa5])))
    }),
    Case::check("manifest-nul", (10_000_000, 100), Outcome::Refused, |folder, size| manifest(folder, &"\0".repeat(size))),
    Case::check("lock-truncated", (100_000, 100), Outcome::Refused, lock_truncated),
    Case::check("lock-unsorted", (100_000, 100), Outcome::Finds(Code::LockOutdated), lock_unsorted),
    Case::check("lock-long", (100_000_000, 10_000), Outcome::Finds(Code::LockOutdated), lock_long),
    Case::check("lock-of-copies", (100_000, 100), Outcome::Finds(Code::LockDrift), lock_of_copies),
    Case::check("lock-of-gone", (100_000, 100), Outcome::Finds(Code::LockDrift), lock_of_gone),
    Case::check("lock-deep", (1_000_000, 500), Outcome::Refused, |folder, size| {
        locked(folder, &format!("version = 1\ncatalog = \"\"\nwildcards = {}", "[".repeat(size)))
    }),
    Case::check("lock-binary", (10_000_000, 100), Outcome::Refused, |folder, size| locked(folder, &"\u{1}\0".repeat(size))),
];

const MANIFEST: &str = "[project]\nname = \"hostile\"\nversion = \"1.0.0\"\n";
const LOCK: &str = "version = 1\ncatalog = \"sha256:0\"\n";

fn manifest(folder: &Path, text: &str) -> io::Result<()> {
    file(folder, "rolec.toml", |out| out.write_all(text.as_bytes()))
}

/// A project with one wildcard, and a lock file.
fn locked(folder: &Path, lock: &str) -> io::Result<()> {
    manifest(folder, MANIFEST)?;
    source(folder, |out| writeln!(out, "{ONE}role r {{ allow x:* }}"))?;
    file(folder, "rolec.lock", |out| out.write_all(lock.as_bytes()))
}

/// Links to the folder itself, in it and further down.
fn folder_ring(folder: &Path, _: usize) -> io::Result<()> {
    source(folder, |out| out.write_all(ONE.as_bytes()))?;
    std::fs::create_dir_all(folder.join("a/b"))?;
    #[cfg(unix)]
    for link in ["ring", "a/ring", "a/b/ring"] {
        std::os::unix::fs::symlink(folder, folder.join(link))?;
    }
    Ok(())
}

fn files(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| out.write_all(ONE.as_bytes()))?;
    (0..size).try_for_each(|at| file(folder, &format!("{at}.role"), |out| writeln!(out, "role r{at} {{ allow x:y:z }}")))
}

fn deep_folders(folder: &Path, size: usize) -> io::Result<()> {
    let mut deepest = folder.to_owned();
    deepest.extend(std::iter::repeat_n("f", size));
    std::fs::create_dir_all(&deepest)?;
    source(&deepest, |out| out.write_all(ONE.as_bytes()))
}

fn manifest_of_regions(folder: &Path, size: usize) -> io::Result<()> {
    source(folder, |out| {
        permissions(out, 2, "division-aware")?;
        writeln!(out, "role r {{ allow x:y:p0 }}\nbackfill b {{ when x:y:p0\n add x:y:p1\n on 2026-01-01 }}")
    })?;
    file(folder, "rolec.toml", |out| {
        writeln!(out, "{MANIFEST}[organisation]\nregions = [")?;
        (0..size).try_for_each(|at| writeln!(out, "    \"region-{at}\","))?;
        writeln!(out, "]")
    })
}

fn manifest_of_tables(folder: &Path, size: usize) -> io::Result<()> {
    file(folder, "rolec.toml", |out| {
        write!(out, "{MANIFEST}")?;
        (0..size).try_for_each(|at| writeln!(out, "[table-{at}.b]\nc = 1"))
    })
}

fn lock_truncated(folder: &Path, size: usize) -> io::Result<()> {
    let lines = "    \"x:y:z\",\n".repeat(size);
    locked(folder, &format!("{LOCK}\n[wildcards]\n\"x:*:*\" = [\n{lines}    \"x:y"))
}

fn lock_unsorted(folder: &Path, size: usize) -> io::Result<()> {
    let lines: Vec<String> = (0..size).rev().map(|at| format!("\"y{at}:*\" = [\"z\", \"b\", \"a\", \"b\"]\n")).collect();
    locked(folder, &format!("{LOCK}\n[wildcards]\n{}", lines.concat()))
}

fn lock_long(folder: &Path, bytes: usize) -> io::Result<()> {
    let lines: Vec<String> = (0..bytes / 40).map(|at| format!("\"domain-{at}:*:*\" = [\n    \"x:y:z\",\n]\n")).collect();
    locked(folder, &format!("{LOCK}\n[wildcards]\n{}", lines.concat()))
}

/// A copy of a role that had a great deal.
fn lock_of_copies(folder: &Path, size: usize) -> io::Result<()> {
    manifest(folder, MANIFEST)?;
    source(folder, |out| {
        permissions(out, size, "division-aware")?;
        writeln!(out, "default role vendor {{ allow x:y:p0 }}\nrole own copies vendor {{\n}}")
    })?;
    file(folder, "rolec.lock", |out| {
        writeln!(out, "{LOCK}\n[copies]\nown = [")?;
        (0..size).try_for_each(|at| writeln!(out, "    \"x:y:p{at}\","))?;
        writeln!(out, "]")
    })
}

/// A wildcard that matched a great deal, of which nothing is left.
fn lock_of_gone(folder: &Path, size: usize) -> io::Result<()> {
    let lines: Vec<String> = (0..size).map(|at| format!("    \"x:y:gone{at}\",\n")).collect();
    locked(folder, &format!("{LOCK}\n[wildcards]\n\"x:*\" = [\n{}]\n", lines.concat()))
}
