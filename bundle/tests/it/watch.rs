//! Bundles that are loaded anew: what takes the place of what, and what is refused.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rolec_bundle::document::Document;
use rolec_bundle::sign::{self, Fault, SecretKey};
use rolec_bundle::{Bundle, Error, Refused, Reloaded, Request, Settings, Subject, Watch, mapped};

use crate::bundles;

/// How often threads of these tests look.
const OFTEN: Duration = Duration::from_millis(5);
/// What nothing here takes that isn't broken.
const LONG: Duration = Duration::from_secs(30);

fn document(change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let golden = fs::read(bundles::golden("v1.0.json")).expect("a bundle");
    let mut document = Document::read(&golden).expect("a bundle");
    change(&mut document);
    mapped::write(&document).expect("a bundle")
}

fn version(version: &str) -> Vec<u8> {
    document(|document| version.clone_into(&mut document.project.version))
}

/// A file to be watched, in a folder of its own.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn with(bytes: &[u8]) -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        place.replace(bytes);
        place
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("bundle.rbundle")
    }

    /// Puts another file in its place, as builds do.
    fn replace(&self, bytes: &[u8]) {
        let beside = self.folder.path().join("new");
        fs::write(&beside, bytes).expect("written");
        fs::rename(beside, self.path()).expect("renamed");
    }

    fn sign(&self, secret: &SecretKey, bytes: &[u8]) {
        let beside = self.folder.path().join("new.minisig");
        fs::write(&beside, secret.sign(bytes, &sign::trusted_comment(&self.path(), bytes))).expect("written");
        fs::rename(beside, sign::beside(&self.path())).expect("renamed");
    }

    fn by_hand(&self) -> Watch {
        Watch::of(self.path()).by_hand().start().expect("a bundle")
    }
}

fn loaded(watch: &Watch) -> String {
    watch.bundle().about().expect("a bundle").version.to_owned()
}

#[track_caller]
fn assert_swapped(reloaded: &Reloaded, versions: (&str, &str)) {
    match reloaded {
        Reloaded::Swapped { from, to } => assert_eq!((&**from, &**to), versions),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_refused(reloaded: Reloaded, why: &str) {
    match reloaded {
        Reloaded::Refused(refused) => assert_eq!(refused.to_string(), why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_newer_bundle_takes_the_place() {
    let place = Place::with(&version("1.4.0"));
    let watch = place.by_hand();
    assert!(matches!(watch.reload(), Reloaded::Unchanged));
    let before = watch.bundle();
    place.replace(&version("1.10.0"));
    assert_swapped(&watch.reload(), ("1.4.0", "1.10.0"));
    assert!(matches!(watch.reload(), Reloaded::Unchanged));
    assert_eq!(before.about().expect("a bundle").version, "1.4.0", "who has the old one keeps it");
    assert_eq!(loaded(&watch), "1.10.0");
}

#[test]
fn another_bundle_of_the_version_takes_the_place() {
    let place = Place::with(&version("1.4.0"));
    let watch = place.by_hand();
    place.replace(&document(|document| {
        document.project.version = "1.4.0".to_owned();
        document.users.truncate(1);
    }));
    assert_swapped(&watch.reload(), ("1.4.0", "1.4.0"));
}

#[test]
fn an_older_bundle_is_refused_unless_somebody_goes_back() {
    let place = Place::with(&version("1.4.0"));
    let watch = place.by_hand();
    for older in ["1.3.9", "1.4.0-rc.1", "0.99", "v1.3"] {
        place.replace(&version(older));
        assert_refused(watch.reload(), &format!("a bundle of version {older}, which is older than 1.4.0"));
        assert_eq!(loaded(&watch), "1.4.0");
    }
    assert_swapped(&watch.go_back(), ("1.4.0", "v1.3"));
    place.replace(&version("1.3.5"));
    assert_swapped(&watch.reload(), ("v1.3", "1.3.5"));
    place.replace(&version("1.3.4"));
    assert_refused(watch.reload(), "a bundle of version 1.3.4, which is older than 1.3.5");
}

#[test]
fn versions_that_nothing_orders_are_refused() {
    let place = Place::with(&version("blue"));
    let watch = place.by_hand();
    place.replace(&version("green"));
    let why = "a bundle of version green, of which nothing tells whether it is older than blue";
    assert_refused(watch.reload(), why);
    place.replace(&document(|document| {
        document.project.version = "blue".to_owned();
        document.users.clear();
        document.old_options.clear();
    }));
    assert_swapped(&watch.reload(), ("blue", "blue"));
}

#[test]
fn the_day_that_bundles_were_made_for_decides_within_a_version() {
    let as_of = |version: &str, day: &str| {
        document(|document| {
            version.clone_into(&mut document.project.version);
            document.as_of = Some(day.parse().expect("a day"));
        })
    };
    let place = Place::with(&as_of("1.4.0", "2026-03-01"));
    let watch = place.by_hand();
    place.replace(&as_of("1.4.0", "2026-02-01"));
    let why = "a bundle of version 1.4.0 as of 2026-02-01, which is older than 1.4.0 as of 2026-03-01";
    assert_refused(watch.reload(), why);
    place.replace(&as_of("1.5.0", "2026-02-01"));
    assert_swapped(&watch.reload(), ("1.4.0 as of 2026-03-01", "1.5.0 as of 2026-02-01"));
    place.replace(&version("1.5.0"));
    assert_swapped(&watch.reload(), ("1.5.0 as of 2026-02-01", "1.5.0"));
}

#[test]
fn a_bundle_of_another_project_is_refused() {
    let of = |project: &str| {
        document(|document| {
            document.project.name = project.to_owned();
            document.project.version = "9.0.0".to_owned();
        })
    };
    let place = Place::with(&version("1.4.0"));
    let watch = place.by_hand();
    place.replace(&of("other"));
    assert_refused(watch.reload(), "a bundle of project `other`, and not of `acme`");
    assert_refused(watch.go_back(), "a bundle of project `other`, and not of `acme`");
    assert_eq!(loaded(&watch), "1.4.0");
    let first = Watch::of(place.path()).of_project("acme").start().expect_err("another project");
    assert!(matches!(first, Refused::OtherProject { .. }), "{first}");
}

#[test]
fn a_service_can_say_what_version_it_asks_for() {
    let place = Place::with(&version("1.4.0"));
    let start = |least: &str| Watch::of(place.path()).at_least(least).by_hand().start();
    let refused = start("1.5").expect_err("too old").to_string();
    assert_eq!(refused, "a bundle of version 1.4.0, which is older than 1.5");
    assert!(matches!(start("blue"), Err(Refused::Unordered { .. })));
    let watch = start("1.3").expect("a bundle");
    place.replace(&version("1.2"));
    assert_refused(watch.go_back(), "a bundle of version 1.2, which is older than 1.3");
    place.replace(&version("1.3.1"));
    assert_swapped(&watch.go_back(), ("1.4.0", "1.3.1"));
}

#[test]
fn what_is_corrupt_is_refused() {
    let good = version("1.4.0");
    let place = Place::with(&good);
    let watch = place.by_hand();
    let newer = version("1.5.0");
    let mut flipped = newer.clone();
    flipped[newer.len() / 2] ^= 1;
    place.replace(&flipped);
    assert_refused(watch.reload(), "the bundle is corrupt: the digest of the content is another");
    place.replace(b"");
    assert_refused(watch.reload(), "this is no bundle");
    let mut major = newer.clone();
    major[8] = 2;
    crate::exercise::seal(&mut major);
    place.replace(&major);
    assert_refused(watch.reload(), "a bundle of version 2.0; this reader knows major version 1");
    fs::remove_file(place.path()).expect("removed");
    assert!(matches!(watch.reload(), Reloaded::Refused(Refused::Unusable(Error::Io(_)))));
    assert!(watch.bundle().bytes() == good, "the last good one stays");
    place.replace(&newer);
    assert_swapped(&watch.reload(), ("1.4.0", "1.5.0"));
}

/// However little of a file is written, nothing of it is used.
#[test]
fn what_is_half_written_is_refused() {
    let good = version("1.4.0");
    let place = Place::with(&good);
    let watch = place.by_hand();
    let newer = version("1.5.0");
    for length in (0..newer.len()).step_by(97) {
        fs::write(place.path(), &newer[..length]).expect("written");
        assert!(matches!(watch.reload(), Reloaded::Refused(Refused::Unusable(_))), "{length} bytes");
        // Written over the old content, so that only what is between tells.
        let mixed = [&newer[..length], &good[length.min(good.len())..]].concat();
        if mixed != good && mixed != newer {
            fs::write(place.path(), mixed).expect("written");
            assert!(matches!(watch.reload(), Reloaded::Refused(Refused::Unusable(_))), "{length} bytes over the old ones");
        }
    }
    assert!(watch.bundle().bytes() == good);
    fs::write(place.path(), &newer).expect("written");
    assert_swapped(&watch.reload(), ("1.4.0", "1.5.0"));
}

#[test]
fn what_is_not_signed_is_refused() {
    let (secret, other) = (SecretKey::generate().expect("a key"), SecretKey::generate().expect("a key"));
    let first = version("1.4.0");
    let place = Place::with(&first);
    let settings = || Watch::of(place.path()).signed_by(secret.public_key()).by_hand();
    assert!(matches!(settings().start(), Err(Refused::Unusable(Error::Signature(Fault::Unsigned { .. })))));
    place.sign(&secret, &first);
    let watch = settings().start().expect("signed");
    let newer = version("1.5.0");
    place.replace(&newer);
    assert_refused(watch.reload(), "the content is not what was signed");
    place.sign(&other, &newer);
    let (own, found) = (secret.public_key().id(), other.public_key().id());
    assert_refused(watch.reload(), &format!("the signature is by key {found}, and not by {own}"));
    fs::remove_file(sign::beside(&place.path())).expect("removed");
    assert!(matches!(watch.reload(), Reloaded::Refused(Refused::Unusable(Error::Signature(Fault::Unsigned { .. })))));
    assert!(matches!(watch.go_back(), Reloaded::Refused(_)), "going back needs a signature as well");
    assert_eq!(loaded(&watch), "1.4.0");
    place.sign(&secret, &newer);
    assert_swapped(&watch.reload(), ("1.4.0", "1.5.0"));
}

/// A watch whose thread tells what comes of it.
fn telling(settings: Settings) -> (Watch, Receiver<String>) {
    let (send, receive) = mpsc::channel();
    let tell = move |reloaded: &Reloaded| {
        let text = match reloaded {
            Reloaded::Swapped { from, to } => format!("{from} -> {to}"),
            Reloaded::Refused(refused) => refused.to_string(),
            other => format!("{other:?}"),
        };
        // Nobody listens any more when the test is over.
        let _ = send.send(text);
    };
    (settings.every(OFTEN).telling(tell).start().expect("a bundle"), receive)
}

#[test]
fn a_thread_looks_by_itself() {
    let place = Place::with(&version("1.4.0"));
    let (watch, told) = telling(Watch::of(place.path()));
    place.replace(&version("1.5.0"));
    assert_eq!(told.recv_timeout(LONG).expect("told"), "1.4.0 -> 1.5.0");
    assert_eq!(loaded(&watch), "1.5.0");
    place.replace(&version("1.2.0"));
    let refused = "a bundle of version 1.2.0, which is older than 1.5.0";
    assert_eq!(told.recv_timeout(LONG).expect("told"), refused);
    // It is told once.
    assert!(told.recv_timeout(OFTEN * 20).is_err());
    fs::write(place.path(), b"nonsense").expect("written");
    assert_eq!(told.recv_timeout(LONG).expect("told"), "this is no bundle");
    // Written in place and not renamed; of the same length as what was loaded.
    fs::write(place.path(), version("1.6.0")).expect("written");
    assert_eq!(told.recv_timeout(LONG).expect("told"), "1.5.0 -> 1.6.0");
    assert_eq!(told.try_recv().ok(), None);
    drop(watch);
    assert!(told.recv_timeout(LONG).is_err(), "the thread has ended, and dropped its end");
}

/// The bundle and its signature are two files, and one of them comes first.
#[test]
fn a_signature_may_come_first_or_last() {
    let secret = SecretKey::generate().expect("a key");
    let first = version("1.0.0");
    let place = Place::with(&first);
    place.sign(&secret, &first);
    let (_watch, told) = telling(Watch::of(place.path()).signed_by(secret.public_key()));
    for number in 1..8 {
        let next = version(&format!("1.{number}.0"));
        if number % 2 == 0 {
            place.replace(&next);
            thread::sleep(OFTEN * 4);
            place.sign(&secret, &next);
        } else {
            place.sign(&secret, &next);
            thread::sleep(OFTEN * 4);
            place.replace(&next);
        }
        assert_eq!(told.recv_timeout(LONG).expect("told"), format!("1.{}.0 -> 1.{number}.0", number - 1));
    }
}

#[test]
fn who_is_told_may_panic_or_drop_the_watch() {
    let place = Place::with(&version("1.4.0"));
    let (send, told) = mpsc::channel();
    let holder: Arc<Mutex<Option<Watch>>> = Arc::default();
    let own = Arc::clone(&holder);
    let tell = move |_: &Reloaded| {
        let watch = own.lock().expect("nobody else panics").take();
        let is_last = watch.as_ref().is_some_and(|watch| loaded(watch) == "1.6.0");
        if !is_last {
            *own.lock().expect("nobody else panics") = watch;
        }
        let _ = send.send(is_last);
        assert!(is_last, "told too early, as the test wants it");
    };
    let watch = Watch::of(place.path()).every(OFTEN).telling(tell).start().expect("a bundle");
    *holder.lock().expect("nobody else panics") = Some(watch);
    place.replace(&version("1.5.0"));
    assert!(!told.recv_timeout(LONG).expect("told"));
    place.replace(&version("1.6.0"));
    assert!(told.recv_timeout(LONG).expect("told, though the one before panicked"));
    assert!(told.recv_timeout(LONG).is_err(), "the thread has ended");
}

/// In even versions the roles grant something, in odd ones nothing.
fn alternating(number: usize) -> Vec<u8> {
    document(|document| {
        document.project.version = format!("1.{number}.0");
        let odd = number % 2 == 1;
        for role in &mut document.roles {
            if odd {
                role.grants.clear();
            }
        }
    })
}

/// Readers decide while the file is replaced again and again: each bundle that one of them has is one that was written, whole.
#[test]
fn every_decision_comes_from_one_whole_bundle() {
    const REPLACED: usize = 200;
    let place = Place::with(&alternating(0));
    let watch = Watch::of(place.path()).every(Duration::from_millis(1)).start().expect("a bundle");
    let (ended, decisions, changes) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let read = || {
        let mut last = 0;
        while !ended.load(Ordering::Relaxed) {
            let bundle = watch.bundle();
            let about = bundle.about().expect("a bundle");
            let number: usize = about.version.split('.').nth(1).expect("a number").parse().expect("a number");
            assert!(number >= last, "it went back from {last} to {number}");
            changes.fetch_add(usize::from(number != last), Ordering::Relaxed);
            last = number;
            assert_eq!(decide(&bundle), (number.is_multiple_of(2), number.is_multiple_of(2)), "version {number}");
            decisions.fetch_add(2, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        let readers: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
        for number in 1..=REPLACED {
            let bytes = alternating(number);
            if number % 3 == 0 {
                // In place, in pieces.
                let half = bytes.len() / 2;
                fs::write(place.path(), &bytes[..half]).expect("written");
                thread::yield_now();
                fs::write(place.path(), &bytes).expect("written");
            } else {
                place.replace(&bytes);
            }
            // Some go by unseen, as they may.
            if number % 2 == 0 {
                thread::sleep(Duration::from_millis(3));
            }
        }
        let begun = Instant::now();
        while loaded(&watch) != format!("1.{REPLACED}.0") && begun.elapsed() < LONG {
            thread::sleep(OFTEN);
        }
        ended.store(true, Ordering::Relaxed);
        for reader in readers {
            reader.join().expect("a reader saw only whole bundles");
        }
    });
    assert_eq!(loaded(&watch), format!("1.{REPLACED}.0"));
    let (decisions, changes) = (decisions.into_inner(), changes.into_inner());
    assert!(decisions > 1000 && changes > 50, "{decisions} decisions, {changes} changes seen");
}

/// What two roles by themselves are allowed, asked one after the other.
fn decide(bundle: &Bundle) -> (bool, bool) {
    let state = bundle.at(None, Some("2020-01-01".parse().expect("a day"))).expect("a state");
    let asked = |role, permission| state.decide(&Request::new(Subject::Role(role), permission).within("north")).allowed;
    (asked("supervisor", "routing:queue:view"), asked("north_agent", "routing:queue:view"))
}
