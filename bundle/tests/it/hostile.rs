//! Whatever the bytes are, reading them ends, and says what is wrong or denies.

use std::fs;

use proptest::prelude::*;
use rolec_bundle::document::{Group, User};
use rolec_bundle::{Bundle, Call, Document, Outcome, Place, Request, Subject, Target, mapped};

use crate::exercise::seal;
use crate::{bundles, generate};

fn number(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// A bundle with one more section, at its end.
pub(crate) fn with_section(bytes: &[u8], id: u32) -> Vec<u8> {
    let count = u32::from_le_bytes(bytes[64..68].try_into().unwrap());
    let table_end = 72 + count as usize * 24;
    let mut more = bytes[..table_end].to_vec();
    more[64..68].copy_from_slice(&(count + 1).to_le_bytes());
    for at in 0..count as usize {
        let offset = number(bytes, 72 + at * 24 + 8) + 24;
        more[72 + at * 24 + 8..][..8].copy_from_slice(&offset.to_le_bytes());
    }
    let offset = bytes.len() as u64 + 24;
    more.extend([id.to_le_bytes(), 1_u32.to_le_bytes()].concat());
    more.extend([offset.to_le_bytes(), 5_u64.to_le_bytes()].concat());
    more.extend(&bytes[table_end..]);
    more.extend(b"other");
    seal(&mut more);
    more
}

/// Asks a bundle all there is to ask; whether any decision was an allowance.
fn ask(bundle: &Bundle, document: &Document) {
    let _ = bundle.verify();
    if let Ok(back) = bundle.to_document() {
        back.check().expect("what comes back is checked");
    }
    for region in [None, document.regions.first().map(|own| &*own.name)] {
        for day in [None, Some("2026-02-16".parse().unwrap())] {
            let Ok(state) = bundle.at(region, day) else { continue };
            let users = document.users.iter().take(3).map(|own| Subject::User(&own.name));
            let groups = document.groups.iter().take(3).map(|own| Subject::Group(&own.name));
            let roles = document.roles.iter().take(3).map(|own| Subject::Role(&own.name));
            for subject in users.chain(groups).chain(roles) {
                for permission in document.permissions.iter().step_by(document.permissions.len() / 5 + 1) {
                    let mut request = Request::new(subject, &permission.name);
                    request.division = document.divisions.first().map(|own| &*own.name);
                    request.object = document.objects.first().map(|own| &*own.name);
                    let decision = state.decide(&request);
                    let _ = (decision.to_string(), decision.role(), decision.divisions(), decision.condition());
                    let (Some(own), Some(id)) = (state.subject(subject), state.permission(&permission.name)) else { continue };
                    if let Ok(session) = state.session(own) {
                        let _ = session.decide(id, &Place::default()).to_string();
                    }
                    let _ = state.divisions_permitted(own, id);
                    let _ = state.subjects_with(id, None);
                    let _ = state.licenses(own);
                }
                for surface in document.surfaces.iter().take(6) {
                    let path = surface.name.replace('{', "x").replace('}', "");
                    let target = match &surface.method {
                        Some(method) => Target::Endpoint(method, &path),
                        None => Target::Topic(&path),
                    };
                    let reach = state.reach(&Call::new(subject, target));
                    assert!(!reach.allowed() || matches!(reach.outcome, Outcome::Open | Outcome::Allowed(_)));
                }
            }
            for object in document.objects.iter().take(3) {
                let _ = state.object(&object.name).map(|object| state.readers(object));
            }
        }
    }
}

fn inputs() -> Vec<(Document, Vec<u8>)> {
    let golden = fs::read(bundles::golden("v1.0.json")).expect("a bundle");
    let mut documents = vec![Document::read(&golden).expect("a bundle")];
    documents.extend((0..6).map(generate::document));
    documents.into_iter().map(|document| (document.clone(), mapped::write(&document).expect("a bundle"))).collect()
}

/// Everything a file may be changed to.
#[derive(Debug, Clone)]
enum Change {
    Cut(prop::sample::Index),
    Bit(prop::sample::Index, u8),
    Number(prop::sample::Index, u32),
    Copy(prop::sample::Index, prop::sample::Index, u8),
    Row(prop::sample::Index, prop::sample::Index, u32),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    let numbers = prop_oneof![Just(0), Just(1), Just(u32::MAX), Just(u32::MAX - 1), Just(1 << 31), 0..5000_u32, any::<u32>()];
    prop_oneof![
        1 => index().prop_map(Change::Cut),
        3 => (index(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        5 => (index(), numbers.clone()).prop_map(|(at, number)| Change::Number(at, number)),
        2 => (index(), index(), any::<u8>()).prop_map(|(from, to, length)| Change::Copy(from, to, length)),
        5 => (index(), index(), numbers).prop_map(|(section, at, number)| Change::Row(section, at, number)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        _ if bytes.len() < 1000 => {}
        Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Change::Bit(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Change::Number(at, number) => {
            let at = 64 + at.index((bytes.len() - 64) / 4) * 4;
            bytes.splice(at..(at + 4).min(bytes.len()), number.to_le_bytes());
        }
        Change::Copy(from, to, length) => {
            let length = usize::from(*length) * 4;
            let (from, to) = (from.index(bytes.len() - length), to.index(bytes.len() - length));
            bytes.copy_within(from..from + length, to);
        }
        // Each section alike, however short it is.
        Change::Row(section, at, number) => {
            let (offset, length, unit) = place(bytes, section.index(sections(bytes)));
            if length >= unit && offset + length <= bytes.len() {
                let at = offset + at.index(length / unit) * unit;
                bytes[at..at + unit].copy_from_slice(&number.to_le_bytes()[..unit]);
            }
        }
    }
}

/// How many sections a bundle says that it has, as far as there is room for them.
fn sections(bytes: &[u8]) -> usize {
    (number_at(bytes, 64) & 0xffff_ffff).clamp(1, (bytes.len() - 72) / 24)
}

/// Where a section is, how long, and how many bytes are changed at once in it: numbers, or bytes where these are lists of
/// numbers of any length.
fn place(bytes: &[u8], section: usize) -> (usize, usize, usize) {
    let entry = 72 + section * 24;
    let row = number_at(bytes, entry + 4) & 0xffff_ffff;
    (number_at(bytes, entry + 8), number_at(bytes, entry + 16), row.clamp(1, 4))
}

fn number_at(bytes: &[u8], at: usize) -> usize {
    usize::try_from(number(bytes, at)).unwrap_or(usize::MAX / 4).min(usize::MAX / 4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 1500 } else { 20_000 }))]
    #[test]
    fn spoiled_bundles_are_refused_or_deny(input in 0_usize..7, changes in prop::collection::vec(change(), 1..6), sealed in prop::bool::weighted(0.9)) {
        thread_local!(static INPUTS: Vec<(Document, Vec<u8>)> = inputs());
        let (document, mut bytes) = INPUTS.with(|inputs| inputs[input].clone());
        for change in &changes {
            apply(&mut bytes, change);
        }
        if sealed {
            seal(&mut bytes);
        }
        if let Ok(bundle) = Bundle::from_bytes(bytes) {
            ask(&bundle, &document);
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Bundle::from_bytes(bytes.clone()).is_err());
        prop_assert!(Document::read(&bytes).is_err());
    }
}

#[test]
fn every_flipped_bit_is_seen_by_the_digests() {
    let golden = fs::read(bundles::golden("v1.0.rbundle")).expect("a bundle");
    for at in 0..golden.len() {
        let mut bytes = golden.clone();
        bytes[at] ^= 1 << (at % 8);
        let seen = Bundle::from_bytes(bytes).is_err_and(|_| true);
        // A minor version is one like another to the fast digest.
        assert!(seen || (12..16).contains(&at), "byte {at}");
    }
}

#[test]
fn every_cut_is_refused() {
    let golden = fs::read(bundles::golden("v1.0.rbundle")).expect("a bundle");
    for length in 0..golden.len() {
        assert!(Bundle::from_bytes(&golden[..length]).is_err(), "{length} bytes");
        let mut cut = golden[..length].to_vec();
        seal(&mut cut);
        if let Ok(bundle) = Bundle::from_bytes(cut) {
            panic!("{length} bytes were taken: {bundle:?}");
        }
    }
}

#[test]
fn a_fact_without_its_number_is_corrupt() {
    let golden = fs::read(bundles::golden("v1.0.json")).expect("a bundle");
    let mut document: serde_json::Value = serde_json::from_slice(&golden).expect("JSON");
    document["roles"][0]["created"] = "2026-02-16".into();
    let document = Document::read(document.to_string().as_bytes()).expect("a bundle");
    let mut bytes = mapped::write(&document).expect("a bundle");
    // Key 14, four bytes, and the number 20260216; then the key alone, and a fact of two bytes that nobody knows.
    let created = [14, 4, 0xf8, 0xca, 0xd4, 0x09];
    let at = bytes.windows(6).position(|own| own == created).expect("the fact");
    bytes[at..at + 6].copy_from_slice(&[14, 0, 99, 2, 0, 0]);
    seal(&mut bytes);
    assert!(Bundle::from_bytes(bytes).expect("opens").to_document().is_err());
}

/// The mapped form says once what many users have in common. Whoever asks for all of it again is told why not, and decisions
/// don't need it.
#[test]
fn a_document_of_far_more_room_is_refused_for_that_reason() {
    let golden = fs::read(bundles::golden("v1.0.json")).expect("a bundle");
    let mut document = Document::read(&golden).expect("a bundle");
    let group = |at| Group { name: format!("group-{at:04}"), ..document.groups[0].clone() };
    let groups: Vec<Group> = (0..2000).map(group).collect();
    let user = |at| User { member_of: (0..2000).collect(), name: format!("user-{at:04}"), ..document.users[0].clone() };
    let users: Vec<User> = (0..2000).map(user).collect();
    (document.groups, document.users) = (groups, users);
    let bundle = Bundle::from_document(&document).expect("a bundle");
    assert!(bundle.at(None, None).expect("a state").subject(Subject::User("user-1234")).is_some());
    let refused = bundle.to_document().expect_err("a document of 16 MB").to_string();
    assert_eq!(refused, "too large: a document of more than 64 times the room of its mapped form");
}

/// What would make a reader work for hours, if it did not stop by itself.
#[test]
fn answering_ends() {
    let document = generate::document(3);
    let bytes = mapped::write(&document).expect("a bundle");
    for section in 0..sections(&bytes) {
        for number in [0, 1, 7, 127, u32::MAX] {
            let mut spoiled = bytes.clone();
            let (offset, length, unit) = place(&bytes, section);
            for row in spoiled[offset..offset + length].chunks_exact_mut(unit) {
                row.copy_from_slice(&number.to_le_bytes()[..unit]);
            }
            seal(&mut spoiled);
            if let Ok(bundle) = Bundle::from_bytes(spoiled) {
                ask(&bundle, &document);
            }
        }
    }
}
