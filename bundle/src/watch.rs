//! Bundles that are loaded anew when their file changes, for services that run on.
//!
//! A [`Watch`] has the last good bundle of a file. What takes its place has to be better than nothing: whole, of a version
//! that this reader knows, of the same project, not older, and signed where a key is asked for. Anything else is refused,
//! which is told, and the last good one stays.

use std::cmp::Ordering;
use std::fmt;
use std::fs::Metadata;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;

use crate::{About, Bundle, Error, order};

/// How often the file is looked at, unless somebody says how often.
const EVERY: Duration = Duration::from_secs(2);
/// How long after a change the file may still be changing: its times may be the same all the while, and it may be half
/// written.
const SETTLES: Duration = Duration::from_secs(2);

/// What came of looking at the file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reloaded {
    /// Another bundle took the place of the last one.
    Swapped {
        /// The version of the project that was loaded.
        from: String,
        /// The version that is loaded now. It may be the same.
        to: String,
    },
    /// It is the bundle that is loaded.
    Unchanged,
    /// What is in the file can't be taken, and the last good bundle stays.
    Refused(Refused),
}

/// Why a bundle is not loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refused {
    /// It can't be read, is corrupt, of an unknown major version, or not signed by the key.
    Unusable(Error),
    /// It is of another project.
    OtherProject {
        /// The project that is wanted.
        expected: String,
        /// That of the bundle.
        found: String,
    },
    /// It is older than what is loaded, or than what is asked for at least.
    Older {
        /// The version, and the day if there is one, that it has to have at least.
        least: String,
        /// That of the bundle.
        found: String,
    },
    /// Nothing tells whether it is older.
    Unordered {
        /// The version that it has to have at least.
        least: String,
        /// That of the bundle.
        found: String,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(error) => write!(out, "{error}"),
            Self::OtherProject { expected, found } => write!(out, "a bundle of project `{found}`, and not of `{expected}`"),
            Self::Older { least, found } => write!(out, "a bundle of version {found}, which is older than {least}"),
            Self::Unordered { least, found } => {
                write!(out, "a bundle of version {found}, of which nothing tells whether it is older than {least}")
            }
        }
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unusable(error) => Some(error),
            _ => None,
        }
    }
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Unusable(error.into())
    }
}

type Teller = Box<dyn Fn(&Reloaded) + Send + Sync>;

/// What is watched, and what is asked of it.
pub struct Settings {
    path: PathBuf,
    every: Option<Duration>,
    project: Option<String>,
    least: Option<String>,
    #[cfg(feature = "signatures")]
    key: Option<crate::sign::PublicKey>,
    teller: Option<Teller>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings").field("path", &self.path).field("every", &self.every).finish_non_exhaustive()
    }
}

impl Settings {
    /// Only bundles that are signed by a key are loaded.
    #[cfg(feature = "signatures")]
    #[must_use]
    pub fn signed_by(self, key: crate::sign::PublicKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Only bundles of this project are loaded. Without it, those of the project of the first one.
    #[must_use]
    pub fn of_project(self, project: impl Into<String>) -> Self {
        Self { project: Some(project.into()), ..self }
    }

    /// No bundle of an older version is loaded, not even as the first one, of which nothing else says that it is not older
    /// than what was there before the service began.
    #[must_use]
    pub fn at_least(self, version: impl Into<String>) -> Self {
        Self { least: Some(version.into()), ..self }
    }

    /// How often the file is looked at; every two seconds otherwise.
    #[must_use]
    pub fn every(self, every: Duration) -> Self {
        Self { every: Some(every), ..self }
    }

    /// The file is looked at when [`Watch::reload`] is called, and no thread is begun.
    #[must_use]
    pub fn by_hand(self) -> Self {
        Self { every: None, ..self }
    }

    /// Who is told when another bundle is loaded, and when one is refused: once for each change of the file. What is only
    /// half written is not told before it had time to become whole.
    #[must_use]
    pub fn telling(self, teller: impl Fn(&Reloaded) + Send + Sync + 'static) -> Self {
        Self { teller: Some(Box::new(teller)), ..self }
    }

    /// Loads the bundle, and begins to watch its file.
    ///
    /// # Errors
    ///
    /// Why it is not loaded. There is no bundle then that could stay.
    pub fn start(self) -> Result<Watch, Refused> {
        let stamps = Stamps::of(&self);
        let first = self.load(None, false)?.ok_or(Error::NotABundle)?;
        let seen = Seen { stamps, since: Instant::now(), done: false, told: None };
        let every = self.every;
        let shared = Arc::new(Shared { settings: self, current: ArcSwap::from_pointee(first), seen: Mutex::new(seen) });
        let Some(every) = every else { return Ok(Watch { shared, polling: None }) };
        let (stop, stopped) = mpsc::channel::<()>();
        let polled = Arc::clone(&shared);
        let poll = move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                polled.poll();
            }
        };
        let thread = thread::Builder::new().name("rolec-bundle".to_owned()).spawn(poll).map_err(Error::Io)?;
        Ok(Watch { shared, polling: Some(Polling { stop, thread }) })
    }

    /// Reads the file: what may follow `loaded`, or `None` if it is that. With `back` it may be older.
    fn load(&self, loaded: Option<&Bundle>, back: bool) -> Result<Option<Bundle>, Refused> {
        let bytes = std::fs::read(&self.path).map_err(Error::Io)?;
        if loaded.is_some_and(|loaded| loaded.bytes() == bytes) {
            return Ok(None);
        }
        #[cfg(feature = "signatures")]
        if let Some(key) = &self.key {
            crate::sign::Signature::read_beside(&self.path)?.check_file(&self.path, &bytes, key)?;
        }
        let bundle = Bundle::from_bytes(bytes)?;
        let about = bundle.about()?;
        let before = loaded.map(Bundle::about).transpose()?;
        let expected = self.project.as_deref().or(before.map(|before| before.project));
        if let Some(expected) = expected.filter(|expected| *expected != about.project) {
            return Err(Refused::OtherProject { expected: expected.to_owned(), found: about.project.to_owned() });
        }
        if let Some(least) = &self.least {
            not_older(order::versions(about.version, least), &about, least.clone())?;
        }
        if let Some(before) = before.filter(|_| !back) {
            not_older(order::order(&about, &before), &about, version(&before))?;
        }
        Ok(Some(bundle))
    }
}

fn not_older(order: Option<Ordering>, about: &About<'_>, least: String) -> Result<(), Refused> {
    match order {
        Some(Ordering::Less) => Err(Refused::Older { least, found: version(about) }),
        None => Err(Refused::Unordered { least, found: version(about) }),
        Some(_) => Ok(()),
    }
}

/// The version, with the day if there is one.
fn version(about: &About<'_>) -> String {
    about.as_of.map_or_else(|| about.version.to_owned(), |day| format!("{} as of {day}", about.version))
}

/// What tells whether a file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Which file it is, and when it became what it is, where the system tells.
    node: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self { length: metadata.len(), modified: metadata.modified().ok(), node: node(&metadata) })
    }
}

#[cfg(unix)]
fn node(metadata: &Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> (u64, u64, i64, i64) {
    (0, 0, 0, 0)
}

/// The file, and its signature if one is asked for. A file that is not there has no stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamps([Option<Stamp>; 2]);

impl Stamps {
    fn of(settings: &Settings) -> Self {
        #[cfg(feature = "signatures")]
        let signature = settings.key.as_ref().and_then(|_| Stamp::of(&crate::sign::beside(&settings.path)));
        #[cfg(not(feature = "signatures"))]
        let signature = None;
        Self([Stamp::of(&settings.path), signature])
    }
}

/// What is known of the file.
#[derive(Debug)]
struct Seen {
    /// What it was when it was last looked at.
    stamps: Stamps,
    /// Since when it has been that. What the file system says of time is another clock.
    since: Instant,
    /// Whether it was read after it had settled, and need not be read again.
    done: bool,
    /// The refusal that was told last.
    told: Option<(Stamps, String)>,
}

struct Shared {
    settings: Settings,
    current: ArcSwap<Bundle>,
    seen: Mutex<Seen>,
}

impl Shared {
    /// One at a time looks at the file. A panic leaves nothing half done here.
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the file; whoever calls has the lock.
    fn reload(&self, back: bool) -> Reloaded {
        let loaded = self.current.load_full();
        match self.settings.load(Some(&loaded), back) {
            Ok(None) => Reloaded::Unchanged,
            Err(refused) => Reloaded::Refused(refused),
            Ok(Some(bundle)) => {
                let name = |bundle: &Bundle| bundle.about().map(|about| version(&about)).unwrap_or_default();
                let (from, to) = (name(&loaded), name(&bundle));
                self.current.store(Arc::new(bundle));
                Reloaded::Swapped { from, to }
            }
        }
    }

    /// Looks at the file if it seems to have changed, and tells what came of it.
    fn poll(&self) {
        let stamps = Stamps::of(&self.settings);
        let mut seen = self.lock();
        if seen.stamps != stamps {
            *seen = Seen { stamps: stamps.clone(), since: Instant::now(), done: false, told: seen.told.take() };
        }
        if seen.done {
            return;
        }
        seen.done = seen.since.elapsed() >= SETTLES;
        let reloaded = self.reload(false);
        let tell = match &reloaded {
            Reloaded::Unchanged => false,
            Reloaded::Swapped { .. } => {
                seen.told = None;
                true
            }
            // It may be half written, or its signature be on the way.
            Reloaded::Refused(Refused::Unusable(_)) if !seen.done => false,
            Reloaded::Refused(refused) => {
                let refusal = Some((stamps, refused.to_string()));
                let is_new = seen.told != refusal;
                seen.told = refusal;
                is_new
            }
        };
        drop(seen);
        if let Some(teller) = self.settings.teller.as_ref().filter(|_| tell) {
            // Whoever panics when told must not end the watching.
            drop(catch_unwind(AssertUnwindSafe(|| teller(&reloaded))));
        }
    }
}

/// The thread that looks at the file.
struct Polling {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// A file whose last good bundle is at hand.
///
/// ```
/// use rolec_bundle::{Reloaded, Watch};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1.0.rbundle");
/// let watch = Watch::of(path)
///     .of_project("acme")
///     .telling(|reloaded| match reloaded {
///         Reloaded::Swapped { from, to } => eprintln!("roles: version {to} took the place of {from}"),
///         Reloaded::Refused(why) => eprintln!("roles: the last good bundle stays: {why}"),
///         _ => {}
///     })
///     .start()?;
///
/// // For each request; whatever happens to the file, all of it is answered from one bundle.
/// let bundle = watch.bundle();
/// let state = bundle.at(Some("us-east-1"), None)?;
/// # Ok(())
/// # }
/// ```
///
/// # What may follow what
///
/// A bundle may take the place of another one of the same project that is not newer. The version of the project
/// decides, from its manifest: numbers between dots, as in `1.4.0` or `2026.02`, with what semantic versioning says of
/// `-` and `+`. Of two bundles of one version, the one that was made for an earlier day (`--as-of`) is older, if both were
/// made for one. Otherwise neither is, so that a build takes the place of another one of its version: whoever wants to be
/// safe from going back raises the version with each release. Versions that are not of this form can't be told apart, and only
/// the same one may follow. There is no clock in any of this.
///
/// [`Watch::go_back`] takes an older bundle all the same, once, because somebody says so.
///
/// # The file
///
/// The file is read into memory, so that nothing happens to a loaded bundle when somebody writes into it. It may be replaced by
/// renaming, or be written in place: what is half written is refused, and looked at again. Where a signature is asked
/// for, it may come before the bundle or after it.
pub struct Watch {
    shared: Arc<Shared>,
    polling: Option<Polling>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Watch").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl Watch {
    /// What is to be watched; [`Settings::start`] begins it.
    pub fn of(path: impl Into<PathBuf>) -> Settings {
        Settings {
            path: path.into(),
            every: Some(EVERY),
            project: None,
            least: None,
            #[cfg(feature = "signatures")]
            key: None,
            teller: None,
        }
    }

    /// The last good bundle. It stays as it is for as long as somebody has it; the next call may give another one.
    pub fn bundle(&self) -> Arc<Bundle> {
        self.shared.current.load_full()
    }

    /// Looks at the file now, even if it seems to be the same. Nobody but the caller is told.
    pub fn reload(&self) -> Reloaded {
        let _seen = self.shared.lock();
        self.shared.reload(false)
    }

    /// Looks at the file now, and takes an older bundle too: the way back, when somebody has decided to go it. All else is
    /// asked of it as of any other, [`Settings::at_least`] included. What follows is compared with the older one.
    pub fn go_back(&self) -> Reloaded {
        let _seen = self.shared.lock();
        self.shared.reload(true)
    }
}

impl Drop for Watch {
    /// Ends the thread, and waits for it; it may be reading a file.
    fn drop(&mut self) {
        let Some(Polling { stop, thread }) = self.polling.take() else { return };
        drop(stop);
        // Who is told by the thread may drop the watch.
        if thread.thread().id() != thread::current().id() {
            drop(thread.join());
        }
    }
}
