//! The program measures any bundle that has roles, and says which has none.
#![allow(clippy::expect_used, reason = "a test that can't go on has failed")]

use std::path::Path;
use std::process::{Command, Output};

use rolec_bundle::Document;

fn measure(bundle: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rolec-bundle-measure")).arg(bundle).output().expect("the program")
}

fn tells(name: &str, last: &str) {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(name);
    let output = measure(&bundle);
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for what in ["size of the file", "open, mapped", "decide, by names", "decide, found already", "decide, in a session", last] {
        assert!(report.lines().any(|line| line.starts_with(what)), "{what} is missing: {report}");
    }
}

#[test]
fn a_bundle_with_everything() {
    tells("golden/v1.0.json", "reach, by method and path");
}

#[test]
fn a_bundle_without_divisions() {
    tells("bundles/callback.json", "a user's name");
}

#[test]
fn a_bundle_without_users_and_endpoints() {
    tells("bundles/topics.json", "begin a session");
}

#[test]
fn a_bundle_without_roles_is_refused() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/v1.0.json");
    let mut bare = Document::read(&std::fs::read(golden).expect("a bundle")).expect("a bundle");
    bare.calendars.iter_mut().flatten().for_each(|epoch| epoch.changes.clear());
    bare.groups.iter_mut().for_each(|group| group.assigned.clear());
    bare.roles.clear();
    let file = std::env::temp_dir().join(format!("measure-bare-{}.json", std::process::id()));
    std::fs::write(&file, bare.to_json().expect("JSON")).expect("written");
    let output = measure(&file);
    std::fs::remove_file(&file).expect("removed");
    let refusal = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && refusal.contains("has no roles, or no permissions, to ask about"), "{refusal}");
}
