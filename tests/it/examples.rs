//! Every project under `examples/`: its findings as a snapshot, and its sources in canonical form.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The example projects: every folder with a manifest.
pub(crate) fn projects() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")];
    while let Some(folder) = open.pop() {
        if folder.join("rolec.toml").is_file() {
            found.push(folder.clone());
        }
        let entries = std::fs::read_dir(&folder).expect("examples can be read").map(|entry| entry.expect("an entry").path());
        open.extend(entries.filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

fn name(project: &Path) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    project.strip_prefix(examples).expect("below examples").to_string_lossy().replace('/', "-")
}

fn rolec(arguments: &[&str], folder: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rolec")).args(arguments).current_dir(folder).output().expect("rolec runs");
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn findings() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let projects = projects();
    assert!(projects.len() >= 5, "the examples are there");
    for project in projects {
        let (code, text) = rolec(&["check"], &project);
        settings.bind(|| insta::assert_snapshot!(format!("findings-{}", name(&project)), format!("{text}exit {code}\n")));
    }
}

#[test]
fn canonical_form() {
    for project in projects() {
        assert_eq!(rolec(&["fmt", "--check"], &project), (0, "0 files would change\n".to_owned()), "{}", project.display());
    }
}

#[test]
fn which_fail() {
    for project in projects() {
        let failing = ["confined-naive", "as-shipped", "digital-only/stock", "user-station-backfill-misspelt"];
        let failing = failing.iter().any(|name| project.ends_with(name));
        assert_eq!(rolec(&["check", "--format", "short"], &project).0, i32::from(failing), "{}", project.display());
    }
}

#[test]
fn lock_files() {
    let locked: Vec<PathBuf> = projects().into_iter().filter(|project| project.join("rolec.lock").is_file()).collect();
    assert_eq!(locked.len(), 4, "a copy or a wildcard of a sound example is not pinned");
    for project in locked {
        assert_eq!(rolec(&["lock", "--check"], &project), (0, "rolec.lock is up to date\n".to_owned()), "{}", project.display());
    }
}
