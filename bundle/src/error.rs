//! What can be wrong with a bundle, or with a question to it, and where.

use std::fmt;

/// Why a bundle can't be read, written or asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be read.
    Io(std::io::Error),
    /// It is no bundle at all.
    NotABundle,
    /// It is of a major version that this reader does not know.
    Version {
        /// The major version of the bundle.
        major: u32,
        /// Its minor version.
        minor: u32,
    },
    /// It is not as it was written: cut off, changed, or made wrongly.
    Corrupt {
        /// What is wrong.
        what: &'static str,
    },
    /// It is not signed, or not by who was asked for.
    #[cfg(feature = "signatures")]
    Signature(crate::sign::Fault),
    /// A document says what can't be.
    Invalid {
        /// The place, as `roles[3].grants[0]`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// Something is larger than the mapped form can hold, or than a reader makes of it.
    TooLarge {
        /// Which.
        what: &'static str,
    },
    /// The bundle does not have this region, so nothing is known of it.
    UnknownRegion {
        /// The region that was asked for.
        region: String,
    },
    /// No epoch of the region's calendar has this day.
    NoEpoch {
        /// The day that was asked for.
        day: crate::Day,
    },
    /// A map is that of another bundle.
    OtherBundle {
        /// The digest of the bundle that was asked about.
        own: String,
        /// The digest of the bundle that it is the map of.
        other: String,
    },
}

impl Error {
    /// A fault at a place of a document.
    pub(crate) fn invalid(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { place: place.into(), reason: reason.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(out, "can't read the bundle: {error}"),
            Self::NotABundle => write!(out, "this is no bundle"),
            Self::Version { major, minor } => {
                write!(out, "a bundle of version {major}.{minor}; this reader knows major version {}", crate::FORMAT.0)
            }
            Self::Corrupt { what } => write!(out, "the bundle is corrupt: {what}"),
            #[cfg(feature = "signatures")]
            Self::Signature(fault) => write!(out, "{fault}"),
            Self::Invalid { place, reason } if place.is_empty() => write!(out, "{reason}"),
            Self::Invalid { place, reason } => write!(out, "`{place}`: {reason}"),
            Self::TooLarge { what } => write!(out, "too large: {what}"),
            Self::UnknownRegion { region } => write!(out, "the bundle has no region `{region}`"),
            Self::OtherBundle { own, other } => write!(out, "it is the map of another bundle: of {other}, not of {own}"),
            Self::NoEpoch { day } => write!(out, "no epoch of the calendar has {day}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            #[cfg(feature = "signatures")]
            Self::Signature(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
