//! A decision by each engine of the targets, asked by names as `rolec equiv` asks it. Cedar decides by the policies that can
//! matter to whoever asks, and for comparison by all of them.
#![allow(clippy::expect_used, reason = "a benchmark that can't go on has failed")]

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use divan::Bencher;
use rolec_benches::project;
use rolec_benches::random::Random;
use rolec_bundle::Document;
use rolec_equiv::cedar::Moment;
use rolec_equiv::mapped::Mapped;
use rolec_equiv::opa::Regorus;
use rolec_equiv::{Engine, Kind, Request, at_moment};

/// Projects of so many roles, and as many users.
const ROLES: [usize; 3] = [100, 300, 1_000];
/// How many requests are asked, one after another and again from the first.
const REQUESTS: usize = 1_000;

fn main() {
    divan::main();
}

/// The bundle of a generated project at its last moment.
fn document(roles: usize) -> Document {
    let folder = tempfile::tempdir().expect("a folder");
    project::write(&project::generate(roles, roles, 1), folder.path()).expect("files");
    let document = rolec_equiv::project::document(folder.path()).expect("a project without errors");
    at_moment(&document, None, None).expect("a last moment")
}

/// Random users, permissions and divisions.
fn requests(document: &Document) -> Vec<Request> {
    let random = &mut Random::new(77);
    let request = |_| Request {
        subject: (Kind::User, random.pick(&document.users).expect("users").name.clone()),
        permission: random.pick(&document.permissions).expect("permissions").name.clone(),
        division: random.pick(&document.divisions).map(|division| division.name.clone()),
        object: None,
        attributes: BTreeMap::new(),
        region: None,
        day: None,
    };
    (0..REQUESTS).map(request).collect()
}

fn decide(bencher: Bencher<'_, '_>, requests: &[Request], mut decide: impl FnMut(&Request) -> Result<bool, String>) {
    let mut next = requests.iter().cycle();
    bencher.with_inputs(|| next.next().expect("requests")).bench_local_values(|request| decide(request).expect("a decision"));
}

fn by_engine(bencher: Bencher<'_, '_>, document: &Document, engine: &mut dyn Engine) {
    decide(bencher, &requests(document), |request| engine.decide(request).map(Option::unwrap_or_default));
}

#[divan::bench(args = ROLES)]
fn mapped(bencher: Bencher<'_, '_>, roles: usize) {
    let document = document(roles);
    by_engine(bencher, &document, &mut Mapped::new(&document).expect("a bundle"));
}

#[divan::bench(args = ROLES)]
fn regorus(bencher: Bencher<'_, '_>, roles: usize) {
    let document = document(roles);
    by_engine(bencher, &document, &mut Regorus::new(&document).expect("an archive"));
}

/// What both benchmarks of Cedar decide by: Cedar's strict validation takes seconds.
static MOMENTS: LazyLock<Mutex<BTreeMap<usize, Moment>>> = LazyLock::new(Mutex::default);

fn by_cedar(bencher: Bencher<'_, '_>, roles: usize, by_all: bool) {
    let document = document(roles);
    let mut moments = MOMENTS.lock().expect("nobody failed");
    let moment = moments.entry(roles).or_insert_with(|| Moment::new(&document).expect("policies that validate"));
    decide(bencher, &requests(&document), |request| moment.decide(request, by_all));
}

/// Loading what the target writes, strict validation included.
#[divan::bench(args = ROLES, sample_count = 1, sample_size = 1)]
fn cedar_loading(bencher: Bencher<'_, '_>, roles: usize) {
    let document = document(roles);
    bencher.bench_local(|| Moment::new(&document).expect("policies that validate"));
}

#[divan::bench(args = ROLES)]
fn cedar(bencher: Bencher<'_, '_>, roles: usize) {
    by_cedar(bencher, roles, false);
}

#[divan::bench(args = ROLES)]
fn cedar_by_all_policies(bencher: Bencher<'_, '_>, roles: usize) {
    by_cedar(bencher, roles, true);
}
