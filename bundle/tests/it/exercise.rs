//! Whatever the bytes are, reading them and asking ends, and nothing panics: the ways to find out. The fuzzer runs
//! them on bytes of its own making, the tests on those that it once found worth keeping.

use std::sync::LazyLock;

use rolec_bundle::{
    Bundle, Call, Document, OnObject, Outcome, Place, Provenance, Request, State, Subject, SubjectId, Target, Value, mapped,
};

pub(crate) use self::seal::seal;

#[path = "seal.rs"]
mod seal;

/// The bundles that are spoiled.
static SOUND: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let texts: [&[u8]; 2] = [include_bytes!("../golden/v1.0.json"), include_bytes!("../bundles/callback.json")];
    texts.map(|text| mapped::write(&Document::read(text).expect("a bundle")).expect("a bundle"))
});

/// How many of each kind of thing are asked about.
const SOME: usize = 3;

/// Takes bytes for a mapped bundle; whether they were one, and whether it allowed anything.
pub(crate) fn mapped(bytes: &[u8]) -> (bool, bool) {
    let mut bytes = bytes.to_vec();
    seal(&mut bytes);
    match Bundle::from_bytes(bytes) {
        Ok(bundle) => (true, ask(&bundle)),
        Err(_) => (false, false),
    }
}

/// Takes bytes for `bundle.json`: what is read and written in the mapped form comes back. Whether they were one.
pub(crate) fn document(bytes: &[u8]) -> bool {
    let Ok(document) = Document::read(bytes) else { return false };
    document.check().expect("what is read is checked");
    let text = document.to_json().expect("what is read has only numbers that JSON knows");
    assert_eq!(Document::read(&text).expect("what is written is read"), document);
    if let Ok(bytes) = mapped::write(&document) {
        let bundle = Bundle::from_bytes(bytes).expect("what is written opens");
        let back = bundle.to_document().expect("what opens after it was written is whole");
        assert_eq!(back, document);
        ask(&bundle);
    }
    true
}

/// Takes bytes for the map of the golden bundle; whether they were one, and whether it traced anything.
pub(crate) fn map(bytes: &[u8]) -> (bool, bool) {
    static GOLDEN: LazyLock<Document> =
        LazyLock::new(|| Document::read(include_bytes!("../golden/v1.0.json")).expect("a bundle"));
    let Ok(map) = Provenance::read(bytes, &GOLDEN) else { return (false, false) };
    let text = map.to_json().expect("what is read has only numbers that JSON knows");
    assert_eq!(Provenance::read(&text, &GOLDEN).expect("what is written is read"), map);
    let mut traced = false;
    for (role, permission) in
        GOLDEN.roles.iter().flat_map(|role| GOLDEN.permissions.iter().map(|permission| (&*role.name, &*permission.name)))
    {
        let trace = map.trace(role, permission);
        assert!(trace.ways.iter().all(|way| !way.steps.is_empty()), "every way leads somewhere");
        traced |= !trace.ways.is_empty();
    }
    let _ = map.backfill("skills");
    (true, traced)
}

/// Takes bytes for changes to a sound bundle, eight for each: what, where and a number. As [`mapped()`].
pub(crate) fn changes(bytes: &[u8]) -> (bool, bool) {
    let Some((which, changes)) = bytes.split_first() else { return (false, false) };
    let mut bundle = SOUND[usize::from(*which) % SOUND.len()].clone();
    for change in changes.chunks_exact(8) {
        let at = usize::from(u16::from_le_bytes([change[2], change[3]]));
        let number = [change[4], change[5], change[6], change[7]];
        spoil(&mut bundle, (change[0], usize::from(change[1])), at, number);
    }
    mapped(&bundle)
}

/// One change to a section: a number in it, a bit, numbers from elsewhere, or the place where it lies.
fn spoil(bundle: &mut [u8], (what, section): (u8, usize), at: usize, number: [u8; 4]) {
    let count = number_at(bundle, 64) & 0xffff_ffff;
    let entry = 72 + section % count.clamp(1, 64) * 24;
    if entry + 24 > bundle.len() {
        return;
    }
    let (offset, length) = (number_at(bundle, entry + 8), number_at(bundle, entry + 16));
    // Rows of less than four bytes are lists of numbers of any length.
    let unit = (number_at(bundle, entry + 4) & 0xffff_ffff).clamp(1, 4);
    let rows = length / unit;
    let place = offset.saturating_add(at % rows.max(1) * unit);
    if rows == 0 || place.saturating_add(4) > bundle.len() {
        return;
    }
    match what % 8 {
        0 => bundle[place] ^= 1 << (number[0] % 8),
        1 => {
            let from = 64 + usize::from(u16::from_le_bytes([number[0], number[1]])) * 4;
            let most = bundle.len().saturating_sub(from.max(place)) / 4 * 4;
            if most > 0 {
                bundle.copy_within(from..from + most.min(usize::from(number[2]) * 4), place);
            }
        }
        2 => bundle[entry + 8..entry + 12].copy_from_slice(&number),
        3 => bundle[entry + 16..entry + 20].copy_from_slice(&number),
        _ => bundle[place..place + unit].copy_from_slice(&number[..unit]),
    }
}

fn number_at(bytes: &[u8], at: usize) -> usize {
    let number = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The names that things are asked by: those of the bundle as far as it can be read, and some of the sound ones.
struct Names {
    permissions: Vec<String>,
    objects: Vec<String>,
    surfaces: Vec<(Option<String>, String)>,
}

impl Names {
    fn of(bundle: &Bundle) -> Self {
        let mut names = Self {
            permissions: ["routing:queue:edit", "routing:skill:view", "no:such:thing"].map(str::to_owned).into(),
            objects: ["Scripts/greeting", "none"].map(str::to_owned).into(),
            surfaces: vec![
                (Some("GET".to_owned()), "/queues/{queueId}".to_owned()),
                (None, "queues.{queueId}".to_owned()),
                (Some("PUT".to_owned()), "/".repeat(70)),
            ],
        };
        if let Ok(document) = bundle.to_document() {
            document.check().expect("what comes back is checked");
            names.permissions.extend(document.permissions.into_iter().take(SOME).map(|own| own.name));
            names.objects.extend(document.objects.into_iter().take(SOME).map(|own| own.name));
            names.surfaces.extend(document.surfaces.into_iter().take(SOME).map(|own| (own.method, own.name)));
        }
        names
    }
}

/// Asks a bundle all there is to ask; whether any decision was an allowance.
pub(crate) fn ask(bundle: &Bundle) -> bool {
    let _ = bundle.verify();
    let names = Names::of(bundle);
    let mut allowed = false;
    for (region, day) in [(None, None), (Some("us-east-1"), Some("2026-03-23"))] {
        let Ok(state) = bundle.at(region, day.and_then(|day| day.parse().ok())) else { continue };
        let golden = [Subject::User("bob@acme.example"), Subject::Role("north_agent")].map(|named| state.subject(named));
        let first = state.users().take(SOME).chain(state.groups().take(SOME)).chain(state.roles().take(1));
        for subject in golden.into_iter().flatten().chain(first) {
            allowed |= ask_for(&state, subject, &names);
        }
        for object in &names.objects {
            let _ = state.object(object).map(|object| state.readers(object));
        }
        for permission in names.permissions.iter().filter_map(|name| state.permission(name)).take(SOME) {
            let _ = state.subjects_with(permission, None);
            let _ = state.divisions().next().map(|division| state.subjects_with(permission, Some(division)));
        }
    }
    allowed
}

/// Asks all there is to ask of one subject.
fn ask_for(state: &State<'_>, subject: SubjectId, names: &Names) -> bool {
    let attributes = [("Queue.size", Value::Number(12.0)), ("Queue.name", Value::String("Sales"))];
    let mut allowed = false;
    let session = state.session(subject);
    let _ = state.licenses(subject);
    for permission in names.permissions.iter().filter_map(|name| state.permission(name)).take(SOME) {
        let object = names.objects.first().and_then(|name| state.object(name)).map_or(OnObject::Unknown, OnObject::Known);
        for (division, object) in [(None, OnObject::None), (state.divisions().last(), object)] {
            let place = Place { division, object, attributes: &attributes };
            let decision = state.decide_known(subject, permission, &place);
            let _ = (decision.to_string(), decision.role(), decision.group(), decision.backfill());
            let _ = (decision.divisions(), decision.condition());
            allowed |= decision.allowed;
            let _ = session.as_ref().map(|session| session.decide(permission, &place).to_string());
        }
        let _ = state.divisions_permitted(subject, permission);
    }
    let Some(name) = state.subject_name(subject) else { return allowed };
    let subject = match subject {
        SubjectId::User(_) => Subject::User(name),
        SubjectId::Group(_) => Subject::Group(name),
        SubjectId::Role(_) => Subject::Role(name),
    };
    let _ = names.permissions.first().map(|name| state.decide(&Request::new(subject, name).within("north")).to_string());
    for (method, name) in &names.surfaces {
        let path = name.replace('{', "x").replace('}', "");
        let target = match method {
            Some(method) => Target::Endpoint(method, &path),
            None => Target::Topic(&path),
        };
        let reach = state.reach(&Call::new(subject, target));
        assert!(!reach.allowed() || matches!(reach.outcome, Outcome::Open | Outcome::Allowed(_)));
    }
    allowed
}
