//! The bundle that is loaded, and which day it is.
//!
//! A [`Watch`] looks at the file. What it takes still has to answer for the service's region today, and to be what its SHA-256
//! says, before it takes the place of the last good bundle here. Both happen on threads of their own, never on one that
//! answers.
//!
//! There is no clock in a bundle: backfills and enforcements begin on days, in UTC, and it is the service that says which day it
//! is. It says so for each request. So what begins on a day begins at midnight, and there is nothing that has to be renewed then.

use std::fmt::Write as _;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use rolec_bundle::sign::PublicKey;
use rolec_bundle::{Bundle, Day, Error, Reloaded, Watch};

use crate::metrics::Metrics;
use crate::options::Loading;
use crate::running::say;

/// A bundle that answers are made of.
#[derive(Debug)]
pub struct Good {
    /// The bundle.
    pub bundle: Arc<Bundle>,
    /// Its project.
    pub project: String,
    /// The version of the project.
    pub version: String,
    /// Its SHA-256, as `sha256:` and hexadecimal digits.
    pub digest: String,
}

impl Good {
    /// Checks that a bundle is the one of its digest, and answers for a region on a day.
    fn check(bundle: Arc<Bundle>, region: Option<&str>, day: Option<Day>) -> Result<Self, Error> {
        bundle.at(region, day)?;
        let mut digest = "sha256:".to_owned();
        for byte in bundle.verify()? {
            // Nothing fails when a string is written to.
            let _ = write!(digest, "{byte:02x}");
        }
        let about = bundle.about()?;
        let (project, version) = (about.project.to_owned(), about.version.to_owned());
        Ok(Self { bundle, project, version, digest })
    }
}

/// What says which time it is.
pub type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// The last good bundle of a file.
pub struct Loaded {
    good: RwLock<Arc<Good>>,
    watch: Watch,
    region: Option<String>,
    clock: Clock,
    metrics: Arc<Metrics>,
}

impl Loaded {
    /// Loads the bundle, and begins to watch its file.
    ///
    /// # Errors
    ///
    /// If it can't be loaded, or does not answer for the region today.
    pub fn start(loading: &Loading, metrics: Arc<Metrics>) -> Result<Arc<Self>, Box<dyn std::error::Error>> {
        Self::start_with(loading, metrics, Box::new(SystemTime::now))
    }

    /// The same with another clock.
    ///
    /// # Errors
    ///
    /// As [`Loaded::start`].
    pub fn start_with(loading: &Loading, metrics: Arc<Metrics>, clock: Clock) -> Result<Arc<Self>, Box<dyn std::error::Error>> {
        let (tell, told) = mpsc::channel();
        let telling = move |reloaded: &Reloaded| {
            let refusal = match reloaded {
                Reloaded::Refused(why) => Some(why.to_string()),
                _ => None,
            };
            // Whoever would be told may be gone.
            drop(tell.send(refusal));
        };
        let mut settings = Watch::of(&loading.bundle).every(loading.every).telling(telling);
        if let Some(key) = &loading.key {
            settings = settings.signed_by(PublicKey::open(key)?);
        }
        if let Some(project) = &loading.project {
            settings = settings.of_project(project);
        }
        if let Some(version) = &loading.at_least {
            settings = settings.at_least(version);
        }
        let watch = settings.start()?;
        let region = loading.region.clone();
        let good = RwLock::new(Arc::new(Good::check(watch.bundle(), region.as_deref(), day_at(clock()))?));
        let loaded = Arc::new(Self { good, watch, region, clock, metrics });
        let weak = Arc::downgrade(&loaded);
        thread::Builder::new().name("bundles".to_owned()).spawn(move || listen(&told, &weak))?;
        Ok(loaded)
    }

    /// The last good bundle. Whoever has it may go on with it, whatever happens to the file.
    pub fn bundle(&self) -> Arc<Good> {
        Arc::clone(&self.good.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The region that is answered for.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The day that is answered for: today, in UTC. A clock that is set to no year from 1970 to 9999 says none.
    pub fn today(&self) -> Option<Day> {
        day_at((self.clock)())
    }

    /// Takes what the watch has now, if it is good for the service.
    fn take(&self) {
        let newest = self.watch.bundle();
        let last = self.bundle();
        if Arc::ptr_eq(&newest, &last.bundle) {
            return;
        }
        match Good::check(newest, self.region(), self.today()) {
            Ok(good) => {
                say(format!("{} {} took the place of {} ({})", good.project, good.version, last.version, good.digest));
                *self.good.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(good);
                self.metrics.reloaded();
            }
            Err(error) => self.refused(&error.to_string()),
        }
    }

    fn refused(&self, why: &str) {
        say(format!("a bundle is refused, and version {} stays: {why}", self.bundle().version));
        self.metrics.refused();
    }
}

/// Hears what comes of looking at the file, for as long as there is somebody to whom it matters.
fn listen(told: &Receiver<Option<String>>, loaded: &Weak<Loaded>) {
    while let Ok(refusal) = told.recv() {
        let Some(loaded) = loaded.upgrade() else { return };
        match refusal {
            Some(why) => loaded.refused(&why),
            None => loaded.take(),
        }
    }
}

/// The day of a time, in UTC.
pub fn day_at(time: SystemTime) -> Option<Day> {
    let days = time.duration_since(UNIX_EPOCH).ok()?.as_secs() / 86_400;
    // Years of this count begin in March, so that a leap day is the last of its year. An era has 400 of them.
    let since_march_of_0 = days + 719_468;
    let (era, of_era) = (since_march_of_0 / 146_097, since_march_of_0 % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    Day::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(of_month).ok()?)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::day_at;

    #[test]
    fn days_begin_at_midnight() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_771_199_999, "2026-02-15"),
            (1_771_200_000, "2026-02-16"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
        ] {
            let found = day_at(UNIX_EPOCH + Duration::from_secs(seconds)).map(|day| day.to_string());
            assert_eq!(found.as_deref(), Some(day), "{seconds}");
        }
        assert_eq!(day_at(UNIX_EPOCH + Duration::from_secs(253_402_300_800)), None);
        assert_eq!(day_at(UNIX_EPOCH - Duration::from_secs(1)), None);
    }

    /// Every day for four hundred years is the one after the day before.
    #[test]
    fn no_day_is_left_out() {
        let day = |number: u64| day_at(UNIX_EPOCH + Duration::from_secs(number * 86_400));
        for number in 1..146_097 {
            assert!(day(number - 1).is_some() && day(number - 1) < day(number), "{number}");
        }
        assert_eq!(day(146_097).map(|day| day.to_string()).as_deref(), Some("2370-01-01"));
    }
}
