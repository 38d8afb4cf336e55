//! What the targets write, and what they refuse.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that can't go on has failed")]

mod cedar;
mod generate;
mod genesys;
mod opa;
mod openfga;
#[path = "../../../bundle/tests/it/stock.rs"]
mod stock;
mod terraform;

use rolec_bundle::Document;
use rolec_targets::{LeftOut, Output, Refusal, Target, emit};
use serde_json::Value;

/// A bundle with everything: days, objects, conditions.
const ACME: &[u8] = include_bytes!("../data/acme.json");
/// The same on a day.
const ACME_AS_OF: &[u8] = include_bytes!("../data/acme-as-of.json");
/// An application that lets everybody in who holds nothing of it, and folders with readers.
const CALLBACK: &[u8] = include_bytes!("../data/callback.json");

const NO_OBJECTS: LeftOut = LeftOut { objects: true, old_options: false };

fn read(bytes: &[u8]) -> Document {
    Document::read(bytes).expect("a bundle")
}

fn written(document: &Document, target: Target, left_out: LeftOut) -> Vec<Output> {
    emit(document, target, left_out).expect("the target has words for it")
}

fn json(outputs: &[Output], path: &str) -> Value {
    let output = outputs.iter().find(|own| own.path == path).unwrap_or_else(|| panic!("no {path}"));
    serde_json::from_slice(&output.bytes).expect("JSON")
}

fn refused(document: &Document, target: Target, left_out: LeftOut) -> Vec<String> {
    let refusals = emit(document, target, left_out).expect_err("something that the target has no words for");
    refusals.iter().map(Refusal::to_string).collect()
}

#[test]
fn the_same_bytes_every_time() {
    for (bytes, target) in [ACME_AS_OF, CALLBACK].into_iter().flat_map(|bytes| Target::ALL.iter().map(move |own| (bytes, *own))) {
        let first = written(&read(bytes), target, NO_OBJECTS);
        assert_eq!(first, written(&read(bytes), target, NO_OBJECTS), "{}", target.name());
        assert!(first.is_sorted_by_key(|own| &own.path), "{}", target.name());
        assert_eq!(Target::of(target.name()), Some(target));
    }
}

#[test]
fn days_are_refused_with_the_role_and_the_backfill() {
    for target in [Target::Cedar, Target::Genesys, Target::Openfga, Target::Terraform] {
        let refused = refused(&read(ACME), target, NO_OBJECTS);
        let wanted = "`north_agent` gains permissions by the backfill `skills` on a day, and there are no days here; \
                      write it for one day with `as-of`";
        assert_eq!(refused[0], wanted, "{}", target.name());
        assert_eq!(refused.len(), 2, "{}", target.name());
    }
}

#[test]
fn objects_are_refused_unless_left_out() {
    for target in [Target::Genesys, Target::Openfga, Target::Terraform] {
        let refused = refused(&read(ACME_AS_OF), target, LeftOut::default());
        assert_eq!(refused.len(), 2, "{}: {refused:?}", target.name());
        assert!(refused[1].contains("`Scripts/greeting`") && refused[1].contains("without = [\"objects\"]"), "{refused:?}");
    }
}
