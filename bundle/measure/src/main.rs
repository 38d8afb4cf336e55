//! Measures what opening a bundle and deciding cost: `rolec-bundle-measure bundle.json`. Medians of many batches, with
//! random subjects, permissions and divisions; it wants a machine to itself.

mod layouts;

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use rolec_bundle::{Bundle, Call, Document, Place, Request, SectionSize, State, Subject, Target, mapped};

/// Random keys that are ready before a batch begins, and used in it one after another.
const KEYS: usize = 1 << 16;
const BATCHES: usize = 301;

/// Numbers that look random.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or(0)
    }
}

/// How long calls are measured at least, so that what keeps a processor busy for some milliseconds spoils no median.
const AT_LEAST: Duration = Duration::from_millis(200);

/// The median of what one call takes, in nanoseconds, over batches of calls.
pub(crate) fn median<K>(keys: &[K], mut call: impl FnMut(&K) -> bool) -> f64 {
    let batch = (keys.len() / BATCHES).max(1);
    let mut times: Vec<f64> = Vec::new();
    let start = Instant::now();
    for keys in keys.chunks_exact(batch).cycle() {
        if times.len() >= 2 * BATCHES && start.elapsed() >= AT_LEAST {
            break;
        }
        let begin = Instant::now();
        for key in keys {
            black_box(call(black_box(key)));
        }
        #[expect(clippy::cast_precision_loss, reason = "small")]
        times.push(begin.elapsed().as_nanos() as f64 / batch as f64);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A line of the report.
pub(crate) fn tell(what: &str, value: f64, unit: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{what:<58} {value:>12.1} {unit}")
}

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let document = Document::read(&std::fs::read(&path)?)?;
        if document.roles.is_empty() || document.permissions.is_empty() {
            return Err(format!("{path} has no roles, or no permissions, to ask about").into());
        }
        let bytes = mapped::write(&document)?;
        let file = std::env::temp_dir().join(format!("measure-{}.rbundle", std::process::id()));
        std::fs::write(&file, &bytes)?;
        writeln!(std::io::stdout(), "{path}")?;
        sizes(&document, &bytes)?;
        opening(&file)?;
        let bundle = Bundle::open(&file)?;
        decisions(&document, &bundle)?;
        layouts::compare(&document, &bundle.at(None, None)?)?;
        std::fs::remove_file(&file)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "sizes")]
fn sizes(document: &Document, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let grants = held_by_roles(document) as f64;
    tell("permissions that roles hold", grants, "")?;
    tell("size of the file", bytes.len() as f64 / 1e6, "MB")?;
    tell("of it for each permission that a role holds", bytes.len() as f64 / grants, "bytes")?;
    // The sets of grants lie among those of all that users hold: without roles that hold something there are no others.
    let mut bare = document.clone();
    bare.users.clear();
    bare.old_options.clear();
    bare.roles.iter_mut().for_each(|role| role.grants.clear());
    bare.calendars.iter_mut().flatten().for_each(|epoch| epoch.changes.clear());
    let (all, bare) = (Bundle::from_bytes(bytes)?.sections(), Bundle::from_document(&bare)?.sections());
    let of_grants = section(&all, &["grants", "terms", "sets"]) + section(&bare, &["bits"]);
    tell("    of grants, with their sets and terms", of_grants as f64 / grants, "bytes")?;
    let of_holding = section(&all, &["bits"]) - section(&bare, &["bits"]);
    tell("    of sets of all that users hold", of_holding as f64 / grants, "bytes")?;
    let names = section(&all, &["text", "facts", "said"]);
    tell("    of names and whatever else people read", names as f64 / grants, "bytes")?;
    let wide = widened(document, 6);
    let (bytes, grants) = (mapped::write(&wide)?.len() as f64, held_by_roles(&wide) as f64);
    tell("with its five neighbours for each permission: they hold", grants, "")?;
    tell("    size of the file", bytes / 1e6, "MB")?;
    tell("    of it for each permission that a role holds", bytes / grants, "bytes")?;
    Ok(())
}

/// How many permissions roles hold by their grants, counted by role.
fn held_by_roles(document: &Document) -> u64 {
    let grants = document.roles.iter().flat_map(|role| &role.grants);
    grants.map(|grant| document.sets[grant.set as usize].len()).sum()
}

/// A document whose sets have blocks of some permissions wherever they had one of these.
fn widened(document: &Document, by: u32) -> Document {
    let mut wide = document.clone();
    let count = u32::try_from(document.permissions.len()).unwrap_or(u32::MAX);
    for set in &mut wide.sets {
        let mut blocks: Vec<u32> = set.iter().map(|id| id / by * by).collect();
        blocks.dedup();
        *set = blocks.into_iter().flat_map(|first| first..(first + by).min(count)).collect();
    }
    wide
}

/// The bytes of some sections.
fn section(sections: &[SectionSize], names: &[&str]) -> u64 {
    sections.iter().filter(|own| own.name.is_some_and(|name| names.contains(&name))).map(|own| own.bytes).sum()
}

fn opening(file: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let opens = [(); BATCHES];
    tell("open, mapped", median(&opens, |()| Bundle::open(file).is_ok()) / 1000.0, "µs")?;
    tell("open, read into memory", median(&opens, |()| Bundle::read(file).is_ok()) / 1000.0, "µs")?;
    let bundle = Bundle::open(file)?;
    tell("verify the SHA-256", median(&opens, |()| bundle.verify().is_ok()) / 1000.0, "µs")?;
    tell("a state", median(&[(); KEYS], |()| bundle.at(None, None).is_ok()), "ns")?;
    Ok(())
}

fn decisions(document: &Document, bundle: &Bundle) -> Result<(), Box<dyn Error>> {
    let state = bundle.at(None, None)?;
    let random = &mut Random(0x2545_f491_4f6c_dd1d);
    let subjects: Vec<Subject<'_>> = if document.users.is_empty() {
        document.roles.iter().map(|role| Subject::Role(&role.name)).collect()
    } else {
        document.users.iter().map(|user| Subject::User(&user.name)).collect()
    };
    let divisions: Vec<Option<&str>> = document.divisions.iter().map(|division| Some(&*division.name)).chain([None]).collect();
    let requests: Vec<Request<'_>> = (0..KEYS)
        .map(|_| {
            let permission = &document.permissions[random.below(document.permissions.len())].name;
            let mut request = Request::new(subjects[random.below(subjects.len())], permission);
            request.division = divisions[random.below(divisions.len())];
            request
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a part")]
    let allowed = requests.iter().filter(|request| state.decide(request).allowed).count() as f64 / KEYS as f64;
    tell("of random requests allowed", allowed * 100.0, "%")?;
    named(document, &state)?;
    known(&state, &requests)?;
    let calls: Vec<Call<'_>> = (0..KEYS)
        .filter_map(|_| {
            let surface = document.surfaces.get(random.below(document.surfaces.len()))?;
            let target = Target::Endpoint(surface.method.as_deref()?, &surface.name);
            Some(Call::new(subjects[random.below(subjects.len())], target))
        })
        .collect();
    if !calls.is_empty() {
        tell("reach, by method and path", median(&calls, |call| state.reach(call).allowed()), "ns")?;
    }
    Ok(())
}

/// Names in one text, as those of requests that have just come in lie in the cache.
struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut own = Self { text: String::new(), ends: vec![0] };
        for name in names {
            own.text.push_str(name);
            own.ends.push(own.text.len());
        }
        if own.ends.len() == 1 {
            // One that nothing is called.
            own.ends.push(0);
        }
        own
    }

    fn any(&self, random: &mut Random) -> &str {
        let at = random.below(self.ends.len() - 1);
        &self.text[self.ends[at]..self.ends[at + 1]]
    }
}

/// Decisions by names, which are drawn while it is measured.
fn named(document: &Document, state: &State<'_>) -> std::io::Result<()> {
    let of_users = !document.users.is_empty();
    let subjects = if of_users {
        Names::new(document.users.iter().map(|own| &*own.name))
    } else {
        Names::new(document.roles.iter().map(|own| &*own.name))
    };
    let permissions = Names::new(document.permissions.iter().map(|own| &*own.name));
    let divisions = Names::new(document.divisions.iter().map(|own| &*own.name));
    let random = &mut Random(77);
    let mut request = || {
        let name = subjects.any(random);
        let subject = if of_users { Subject::User(name) } else { Subject::Role(name) };
        Request::new(subject, permissions.any(random)).within(divisions.any(random))
    };
    let calls = [(); KEYS];
    let drawing = median(&calls, |()| black_box(request()).division.is_some());
    let decide = median(&calls, |()| state.decide(&request()).allowed);
    tell("decide, by names", decide - drawing, "ns")
}

/// Decisions of what was found already, one by one and in sessions. The keys are drawn while it is measured: a long list of
/// them would take the cache from what is measured.
fn known(state: &State<'_>, requests: &[Request<'_>]) -> Result<(), Box<dyn Error>> {
    let mut subjects: Vec<_> = requests.iter().filter_map(|request| state.subject(request.subject)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let mut permissions: Vec<_> = requests.iter().filter_map(|request| state.permission(request.permission)).collect();
    permissions.sort_unstable();
    permissions.dedup();
    let mut divisions: Vec<_> = requests.iter().map(|request| request.division.and_then(|own| state.division(own))).collect();
    divisions.sort_unstable();
    divisions.dedup();
    let random = &mut Random(77);
    let calls = [(); KEYS];
    let place = |random: &mut Random| Place { division: divisions[random.below(divisions.len())], ..Place::default() };
    let drawing = median(&calls, |()| {
        black_box((subjects[random.below(subjects.len())], permissions[random.below(permissions.len())], place(random)));
        true
    });
    let decide = median(&calls, |()| {
        let (subject, permission) = (subjects[random.below(subjects.len())], permissions[random.below(permissions.len())]);
        state.decide_known(subject, permission, &place(random)).allowed
    });
    tell("decide, found already", decide - drawing, "ns")?;
    let session = state.session(subjects[0])?;
    let decide = median(&calls, |()| {
        black_box(subjects[random.below(subjects.len())]);
        session.decide(permissions[random.below(permissions.len())], &place(random)).allowed
    });
    tell("decide, in a session", decide - drawing, "ns")?;
    tell("begin a session", median(&subjects, |subject| state.session(*subject).is_ok()) / 1000.0, "µs")?;
    Ok(())
}
