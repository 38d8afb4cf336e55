//! The bundles that tests are run on: those beside the tests, and those of the folder that `ROLEC_BUNDLES` names.

use std::fs;
use std::path::{Path, PathBuf};

use rolec_bundle::Document;

fn beside(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)
}

/// The golden bundle of a version.
pub(crate) fn golden(name: &str) -> PathBuf {
    beside("golden").join(name)
}

/// Names and bytes of all bundles.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![beside("bundles"), beside("golden")];
    folders.extend(std::env::var_os("ROLEC_BUNDLES").map(PathBuf::from));
    let mut found = Vec::new();
    for folder in folders {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        for file in files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
            found.push((file.display().to_string(), fs::read(&file).expect("a bundle")));
        }
    }
    assert!(found.len() >= 5, "the bundles are missing");
    found
}

/// All bundles, read.
pub(crate) fn documents() -> Vec<(String, Document)> {
    all().into_iter().map(|(name, bytes)| (name, Document::read(&bytes).expect("a bundle"))).collect()
}
