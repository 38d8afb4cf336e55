//! Every form decides as the page on the format says.
#![allow(clippy::expect_used, reason = "a test that can't go on has failed")]

#[path = "../../../targets/tests/it/generate.rs"]
mod generate;
#[path = "../../../bundle/tests/it/stock.rs"]
mod stock;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use proptest::prelude::*;
use rolec_bundle::Document;
use rolec_equiv::cedar::Cedar;
use rolec_equiv::mapped::Mapped;
use rolec_equiv::opa::{Opa, Regorus};
use rolec_equiv::openfga::Openfga;
use rolec_equiv::{Engine, compare, naive, project, reach, requests};
use serde_json::json;

/// How many generated documents, unless the environment wants more.
fn cases(usual: u32) -> ProptestConfig {
    let cases = std::env::var("ROLEC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Asks an engine a document's questions, and how many of them it allowed.
fn agrees(document: &Document, share: usize, engine: &mut dyn Engine) -> usize {
    let requests = requests::covering(document, share);
    let agreement = compare(document, &requests, engine).expect("an engine that works");
    let first = agreement.differences.first();
    assert!(
        first.is_none(),
        "{} of {} differ by {}, first {first:?}",
        agreement.differences.len(),
        agreement.asked,
        agreement.engine
    );
    assert!(agreement.asked > 0);
    agreement.allowed
}

const EVERYTHING: generate::Wishes = generate::Wishes { gains: true, beyond_roles: true, nested: true };

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn regorus_agrees(tape in prop::collection::vec(any::<u16>(), 0..600)) {
        let document = generate::document(&tape, EVERYTHING);
        agrees(&document, 25, &mut Regorus::new(&document).expect("an archive"));
    }

    #[test]
    fn mapped_agrees(tape in prop::collection::vec(any::<u16>(), 0..600)) {
        let document = generate::document(&tape, EVERYTHING);
        agrees(&document, 100, &mut Mapped::new(&document).expect("a bundle"));
    }

    #[test]
    fn surfaces_are_reached_alike(tape in prop::collection::vec(any::<u16>(), 0..600)) {
        let document = generate::document(&tape, EVERYTHING);
        let mut regorus = Regorus::new(&document).expect("an archive");
        let mapped = Mapped::new(&document).expect("a bundle");
        let requests = requests::covering(&document, 40);
        let calls = reach::calls(&document);
        // Every call, and every request, though not each with each.
        for (at, request) in requests.iter().enumerate() {
            let used = &calls[at % calls.len()];
            let answer = regorus.reach(used, request).expect("an answer");
            let wanted = reach::reach(&document, used, request);
            prop_assert_eq!(mapped.reach(used, request), wanted, "{:?} {:?}", used, request);
            prop_assert_eq!(answer["allowed"].as_bool(), Some(wanted), "{:?} {:?} {}", used, request, answer);
        }
    }

    #[test]
    fn openfga_agrees(tape in prop::collection::vec(any::<u16>(), 0..600)) {
        let document = generate::document(&tape, EVERYTHING);
        agrees(&document, 40, &mut Openfga::new(&document));
    }

    #[test]
    fn cedar_agrees(tape in prop::collection::vec(any::<u16>(), 0..600)) {
        let document = generate::document(&tape, EVERYTHING);
        agrees(&document, 40, &mut Cedar::new(&document, false));
        agrees(&document, 10, &mut Cedar::new(&document, true));
    }
}

/// Whether an OPA is there.
static OPA: LazyLock<bool> =
    LazyLock::new(|| stock::run(Command::new("opa").arg("version"), "regorus alone reads its bundles").is_some());

/// All forms of a document.
fn all_agree(document: &Document, share: usize) {
    let mut engines: Vec<Box<dyn Engine + '_>> = vec![
        Box::new(Mapped::new(document).expect("a bundle")),
        Box::new(Openfga::new(document)),
        Box::new(Regorus::new(document).expect("an archive")),
        Box::new(Cedar::new(document, false)),
        Box::new(Cedar::new(document, true)),
    ];
    if *OPA {
        engines.push(Box::new(Opa::new(document, "opa").expect("an archive")));
    }
    for engine in &mut engines {
        let allowed = agrees(document, share, engine.as_mut());
        assert!(allowed > 0, "{} allows {allowed}", engine.name());
    }
}

/// The bundles that stand beside the tests of the targets.
#[test]
fn real_bundles_agree() {
    let bundles: [&[u8]; 3] = [
        include_bytes!("../../../targets/tests/data/acme.json"),
        include_bytes!("../../../targets/tests/data/acme-as-of.json"),
        include_bytes!("../../../targets/tests/data/callback.json"),
    ];
    for bytes in bundles {
        all_agree(&Document::read(bytes).expect("a bundle"), 60);
    }
}

/// What an OPA is given, and what is made of what it says, by a program that says what it is told to.
#[cfg(unix)]
#[test]
fn an_opa_is_asked() {
    let document = Document::read(include_bytes!("../../../targets/tests/data/callback.json")).expect("a bundle");
    let requests = requests::covering(&document, 5);
    let mut decisions: Vec<bool> = requests.iter().map(|request| naive::decide(&document, request)).collect();
    let folder = tempfile::TempDir::new().expect("a folder");
    let program = folder.path().join("opa");
    let asked = |script: &str| {
        // Another process writes it: what this one has open, a test beside may hand on to a child, and a busy file does not run.
        let mut write = Command::new("sh");
        write.args(["-c", r#"printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod +x "$1""#, "sh"]).arg(&program).arg(script);
        assert!(write.status().expect("a shell").success());
        compare(&document, &requests, &mut Opa::new(&document, &program).expect("an archive"))
    };
    let says = |decisions: &[bool]| format!("test -s \"$6\" && test -s \"$8\" && echo '{}'", json!(decisions));
    let agreement = asked(&says(&decisions)).expect("decisions");
    assert_eq!((agreement.asked, agreement.differences.len()), (requests.len(), 0));
    decisions[3] = !decisions[3];
    let agreement = asked(&says(&decisions)).expect("decisions");
    assert_eq!(agreement.differences, [requests[3].clone()]);
    let error = asked(&says(&decisions[1..])).expect_err("a decision that is missing");
    assert_eq!(error, format!("opa: {} decisions of {} requests", requests.len() - 1, requests.len()));
    assert_eq!(asked("echo no such flag >&2; exit 1").expect_err("a fault"), "opa: no such flag");
    std::fs::remove_file(&program).expect("a program");
    let absent = compare(&document, &requests, &mut Opa::new(&document, &program).expect("an archive"));
    assert!(absent.expect_err("no program").starts_with("opa: can't run "));
}

/// Every folder below the examples that holds a manifest and compiles.
#[test]
fn examples_agree() {
    let mut sound = 0;
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"))];
    while let Some(folder) = folders.pop() {
        if folder.join("rolec.toml").is_file()
            && let Ok(document) = project::document(&folder)
        {
            sound += 1;
            all_agree(&document, 12);
        }
        let entries = std::fs::read_dir(&folder).expect("a folder");
        folders.extend(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(|path| path.is_dir()));
    }
    assert!(sound >= 7, "only {sound} examples are sound");
}

/// What the page on targets shows is what the program prints. `ROLEC_BLESS=1` writes it there.
#[test]
fn the_page_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a repository");
    let path = root.join("docs/targets.md");
    let page = std::fs::read_to_string(&path).expect("a page");
    let (before, rest) = page.split_once("```text\n$ rolec equiv ").expect("an example");
    let (shown, after) = rest.split_once("```").expect("its end");
    let folder = shown.lines().next().expect("a command");
    let run = Command::new(env!("CARGO_BIN_EXE_rolec-equiv")).arg(folder).current_dir(root).output().expect("a program");
    let printed = format!("{folder}\n{}", String::from_utf8_lossy(&run.stdout));
    assert!(run.status.success(), "{printed}");
    if std::env::var_os("ROLEC_BLESS").is_some() {
        std::fs::write(&path, format!("{before}```text\n$ rolec equiv {printed}```{after}")).expect("a page");
    } else {
        assert_eq!(shown, printed);
    }
}
