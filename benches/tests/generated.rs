//! Generated projects are the same every time, and have nothing in them that would have to be printed.

use rolec::cli::project as disk;
use rolec::compile;
use rolec::diagnostic::{Code, Level};
use rolec_benches::project;

const ROLES: usize = 200;
const USERS: usize = 1_000;

#[test]
fn the_same_bytes_every_time() {
    assert_eq!(project::generate(ROLES, USERS, 1), project::generate(ROLES, USERS, 1));
}

#[test]
fn another_seed_is_another_project() {
    assert_ne!(project::generate(ROLES, USERS, 1), project::generate(ROLES, USERS, 2));
}

#[test]
fn no_errors_and_no_warnings() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    project::write(&project::generate(ROLES, USERS, 1), folder.path())?;
    let project = disk::load(folder.path()).map_err(|failure| std::io::Error::other(failure.to_string()))?;
    let compilation = compile::compile(project.input);
    let graver: Vec<_> = compilation.findings.iter().filter(|finding| finding.level != Level::Hint).collect();
    assert!(graver.is_empty(), "{graver:#?}");
    assert_eq!(compilation.program.roles.len(), ROLES);
    assert_eq!(compilation.program.subjects.users.len(), USERS);
    assert!(compilation.program.subjects.given.len() > 2 * USERS);
    let of_the_catalog = [Code::PairCandidate, Code::Exposure, Code::NoLock, Code::UnusedDivision];
    let known = [&of_the_catalog[..], &[Code::WatchesAnyUser, Code::UnassignedRoles]].concat();
    let unknown: Vec<_> = compilation.findings.iter().filter(|finding| !known.contains(&finding.code)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    Ok(())
}

#[test]
fn a_role_takes_about_550_bytes() {
    let files = project::generate(2_000, 0, 1);
    let roles = files.iter().filter(|file| file.path.contains('/'));
    let bytes: usize = roles.map(|file| file.text.len()).sum();
    assert!((500..600).contains(&(bytes / 2_000)), "{} bytes a role", bytes / 2_000);
}
