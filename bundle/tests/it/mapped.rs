//! The mapped form has all that the document has, and opens.

use std::fs;

use proptest::prelude::*;
use rolec_bundle::{Bundle, Error, mapped};

use crate::{bundles, generate};

#[test]
fn the_document_comes_back() {
    for (name, document) in bundles::documents() {
        let bytes = mapped::write(&document).expect(&name);
        assert!(bytes == mapped::write(&document).expect(&name), "{name}: written twice, it is other bytes");
        let bundle = Bundle::from_bytes(bytes).expect(&name);
        bundle.verify().expect(&name);
        assert!(bundle.to_document().expect(&name) == document, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 2000 }))]
    #[test]
    fn generated_documents_come_back(seed in any::<u64>()) {
        let document = generate::document(seed);
        document.check().expect("a generated document is right");
        let bundle = Bundle::from_document(&document).expect("a bundle");
        prop_assert_eq!(&bundle.to_document().expect("a document"), &document);
        let json = document.to_json().expect("JSON");
        prop_assert_eq!(rolec_bundle::Document::read(&json).expect("a document"), document);
    }
}

/// A state lists what the document has, in its order.
#[test]
fn all_is_listed_by_its_names() {
    for (name, document) in bundles::documents() {
        let bundle = Bundle::from_document(&document).expect(&name);
        let state = bundle.at(None, None).expect(&name);
        let subjects = state.users().chain(state.groups()).chain(state.roles());
        let listed: Vec<_> = subjects
            .map(|id| state.subject_name(id))
            .chain(state.divisions().map(|id| state.division_name(id)))
            .chain(state.permissions().map(|id| state.permission_name(id)))
            .chain(state.objects().map(|id| state.object_name(id)))
            .collect();
        let users = document.users.iter().map(|own| &own.name);
        let expected: Vec<_> = users
            .chain(document.groups.iter().map(|own| &own.name))
            .chain(document.roles.iter().map(|own| &own.name))
            .chain(document.divisions.iter().map(|own| &own.name))
            .chain(document.permissions.iter().map(|own| &own.name))
            .chain(document.objects.iter().map(|own| &own.name))
            .map(|name| Some(name.as_str()))
            .collect();
        assert_eq!(listed, expected, "{name}");
    }
}

#[test]
fn sections_are_told_and_compared() {
    for (name, document) in bundles::documents() {
        let bytes = mapped::write(&document).expect(&name);
        let bundle = Bundle::from_bytes(bytes.clone()).expect(&name);
        let sections = bundle.sections();
        assert!(sections.iter().all(|section| section.name.is_some()), "each section has a name: {sections:?}");
        let rows = |of: &str| sections.iter().find(|section| section.name == Some(of)).expect("a section").rows;
        assert_eq!(rows("groups"), document.groups.len() as u64, "{name}");
        assert_eq!(rows("users"), document.users.len() as u64 + 1, "{name}: a last row tells where the last user's roles end");
        assert!(bundle.differing(&document).expect(&name).is_empty(), "{name}");
        let mut spoiled = bytes.clone();
        let number =
            |at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"))).expect("a place");
        let ends = (0..sections.len()).map(|at| 72 + at * 24).filter(|at| number(at + 16) > 0);
        // The last byte of the last section that has any: what follows it to fill a line is of no section.
        spoiled[ends.map(|at| number(at + 8) + number(at + 16)).max().expect("a section") - 1] ^= 1;
        crate::exercise::seal(&mut spoiled);
        let spoiled = Bundle::from_bytes(spoiled).expect(&name);
        assert_eq!(spoiled.differing(&document).expect(&name).len(), 1, "{name}");
    }
    let golden = fs::read(bundles::golden("v1.0.rbundle")).expect("a bundle");
    let more = Bundle::from_bytes(crate::hostile::with_section(&golden, 99)).expect("a bundle");
    let last = *more.sections().last().expect("a section");
    assert_eq!((last.id, last.name, last.rows, last.bytes), (99, None, 5, 5));
}

/// Bundles of every released version open, and say what they said. When a version is added, its golden bundle is too; no
/// golden bundle is ever written again.
const GOLDEN: &[&str] = &["v1.0"];

#[test]
fn golden_bundles_open() {
    for version in GOLDEN {
        let bundle = Bundle::open(bundles::golden(&format!("{version}.rbundle"))).expect(version);
        bundle.verify().expect(version);
        let json = fs::read(bundles::golden(&format!("{version}.json"))).expect(version);
        assert!(bundle.to_document().expect(version).to_json().expect(version) == json, "{version}");
        let state = bundle.at(Some("us-east-1"), None).expect(version);
        let bob = rolec_bundle::Subject::User("bob@acme.example");
        let decision = state.decide(&rolec_bundle::Request::new(bob, "routing:skill:view"));
        assert_eq!(decision.to_string(), "allowed by role `north_agent` of group `north_team`, added by backfill `skills`");
    }
}

#[test]
fn files_are_opened_in_all_ways() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.rbundle");
    let golden = fs::read(bundles::golden("v1.0.rbundle")).expect("a bundle");
    fs::write(&path, &golden).expect("written");
    let digest = Bundle::open(&path).expect("opens").verify().expect("whole");
    assert_eq!(Bundle::open_verified(&path, &digest).expect("opens").bytes(), golden);
    assert_eq!(Bundle::read(&path).expect("opens").bytes(), golden);
    let other = Bundle::open_verified(&path, &[0; 32]).expect_err("another").to_string();
    assert_eq!(other, "the bundle is corrupt: it is not the bundle of the digest");
    assert!(matches!(Bundle::open(folder.path().join("none")), Err(Error::Io(_))));
    fs::write(&path, b"").expect("written");
    assert!(matches!(Bundle::open(&path), Err(Error::NotABundle)));
    let mut resealed = golden.clone();
    resealed[40] ^= 1;
    crate::exercise::seal(&mut resealed);
    let bundle = Bundle::from_bytes(resealed).expect("the fast digest is right");
    assert_eq!(bundle.verify().expect_err("changed").to_string(), "the bundle is corrupt: the SHA-256 of the content is another");
}

#[test]
fn versions_and_sections_that_nobody_knows() {
    let golden = fs::read(bundles::golden("v1.0.rbundle")).expect("a bundle");
    let with = |at: usize, number: u32| {
        let mut bytes = golden.clone();
        bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        crate::exercise::seal(&mut bytes);
        Bundle::from_bytes(bytes)
    };
    assert!(matches!(with(8, 2), Err(Error::Version { major: 2, minor: 0 })));
    assert!(matches!(with(8, 0), Err(Error::Version { major: 0, minor: 0 })));
    assert!(with(12, 9).is_ok(), "a later minor version opens");
    assert!(with(64, 2000).is_err() && with(64, 36_000).is_err() && with(64, 0).is_err(), "counts of sections are checked");
    assert!(with(72, 2).is_err(), "a section that is there twice is refused");
    assert!(with(72, 99).is_err(), "a section that is missing is refused");
    let mut more = crate::hostile::with_section(&golden, 99);
    assert!(Bundle::from_bytes(more.clone()).expect("an unknown section is skipped").to_document().is_ok());
    more = crate::hostile::with_section(&more, 1000);
    assert!(Bundle::from_bytes(more).is_ok());
}

/// The page on the format lists the sections, with the bytes of a row of each, as the file's own table does.
#[test]
fn the_page_lists_the_sections() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/bundle-format.md")).expect("a page");
    let list = page.split_once("| section: bytes of a row |").and_then(|(_, rest)| rest.split_once("\n\n")).expect("a list").0;
    let pair = |pair: &str| pair.split_once(": ").map(|(id, row)| (number(id), number(row)));
    let cells = list.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | ")).map(|(sections, _)| sections);
    let mut listed: Vec<(u32, u32)> = cells.flat_map(|cell| cell.split(", ").filter_map(pair)).collect();
    listed.sort_unstable();
    let golden = fs::read(bundles::golden("v1.0.rbundle")).expect("a bundle");
    let field = |at: usize| u32::from_le_bytes(golden[at..at + 4].try_into().expect("four bytes"));
    let sections: Vec<(u32, u32)> = (0..field(64) as usize).map(|at| (field(72 + 24 * at), field(76 + 24 * at))).collect();
    assert_eq!(listed, sections);
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number")
}
