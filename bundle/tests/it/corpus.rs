//! What the fuzzer found worth keeping is read again by every test run, with any toolchain.

use std::fs;
use std::path::{Path, PathBuf};

use rolec_bundle::{Document, mapped};

use crate::{bundles, exercise, generate};

/// The most that all of it may take, so that it stays small enough to be kept beside the code.
const MOST: u64 = 300_000;

/// Of how many inputs one is read: under Miri, which takes some thousand times as long, few are.
const OF: usize = if cfg!(miri) { 9 } else { 1 };

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)
}

fn inputs(name: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(name)).expect("a folder");
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file")))
        .collect();
    inputs.sort();
    inputs
}

/// Counts the inputs, those of them that opened, and those that allowed something.
fn count(name: &str, run: fn(&[u8]) -> (bool, bool)) -> (usize, usize, usize) {
    let inputs = inputs(name);
    let results: Vec<(bool, bool)> = inputs.iter().rev().step_by(OF).map(|(_, bytes)| run(bytes)).collect();
    let opened = results.iter().filter(|(opened, _)| *opened).count();
    (results.len(), opened, results.iter().filter(|(_, allowed)| *allowed).count())
}

#[test]
fn mapped_bundles() {
    let (all, opened, allowed) = count("mapped", exercise::mapped);
    // Where these fail after a change of the format, the inputs say nothing any more: make them anew.
    assert!(all > 20 / OF && opened > all / 3 && allowed > 0, "{all} inputs, {opened} open, {allowed} allow");
}

#[test]
fn changed_bundles() {
    let (all, opened, allowed) = count("changes", exercise::changes);
    assert!(all > 20 / OF && opened > all / 3 && allowed > 0, "{all} inputs, {opened} open, {allowed} allow");
}

#[test]
fn maps() {
    let (all, read, traced) = count("map", exercise::map);
    assert!(all > 20 / OF && read > 1 && traced > 0, "{all} inputs, {read} are maps, {traced} trace something");
}

#[test]
fn documents() {
    let (all, read, _) = count("document", |bytes| (exercise::document(bytes), false));
    assert!(all > 20 / OF && read > 0, "{all} inputs, {read} are bundles");
}

#[test]
fn it_stays_small() {
    let folders = ["mapped", "changes", "document", "map"].into_iter().flat_map(inputs);
    let bytes: u64 = folders.map(|(_, bytes)| bytes.len() as u64).sum();
    assert!(bytes < MOST, "{bytes} bytes");
}

/// Writes the bundles that the fuzzer begins with; run by hand, where the format has changed.
#[test]
#[ignore = "writes files"]
fn seeds() {
    let golden = Document::read(&fs::read(bundles::golden("v1.0.json")).expect("a bundle")).expect("a bundle");
    let callback = include_bytes!("../bundles/callback.json");
    let mut documents = vec![("golden", golden), ("callback", Document::read(callback).expect("a bundle"))];
    // Small ones that have something of every kind between them.
    documents.extend([("generated-3", generate::document(3)), ("generated-5", generate::document(5))]);
    for (name, document) in documents {
        let (json, bytes) = (document.to_json().expect("JSON"), mapped::write(&document).expect("a bundle"));
        for (kind, bytes) in [("document", json), ("mapped", bytes)].into_iter().filter(|(_, bytes)| bytes.len() < 16_000) {
            fs::write(folder(kind).join(name), bytes).expect("written");
        }
    }
    fs::write(folder("changes").join("golden"), [0]).expect("written");
    fs::write(folder("changes").join("callback"), [1]).expect("written");
}
