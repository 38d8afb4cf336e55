//! `bundle.json`, as values: every key of the format, in order of their names.
//!
//! A [`Document`] that [`Document::read`] gives is checked: each id is one of its list, each day is a day, and no two
//! things of a kind have one name. What it says is said in the page on the format.

pub(crate) mod canonical;
mod check;
mod conditions;
mod ids;
mod roles;
mod subjects;
mod surfaces;
mod times;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use self::check::{all_within, condition as check_condition, within};
pub use self::conditions::{Condition, Operator, Value};
pub use self::ids::IdList;
pub use self::roles::{AutoAssigned, Available, Called, Grant, Role, RoleKind};
pub use self::subjects::{Application, Assignment, Group, Object, OldOption, Readers, Unconfigured, User};
pub use self::surfaces::{Surface, SurfaceKind, SurfaceRequires};
pub use self::times::{Certainty, Change, Enforcement, Epoch, InRegion, Start};
use crate::{Day, Error, FORMAT};

/// All of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The applications, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<Application>,
    /// The day that the bundle was made for, if it was.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Day>,
    /// The backfills that change something.
    pub backfills: Vec<Backfill>,
    /// What changes when: lists of epochs. The first is that of the default dates.
    pub calendars: Vec<Vec<Epoch>>,
    /// A digest of all the permissions of the catalog.
    pub catalog: String,
    /// What wrote the bundle.
    pub compiler: String,
    /// The conditions of grants.
    pub conditions: Vec<Condition>,
    /// All divisions, by name.
    pub divisions: Vec<Division>,
    /// What guards surfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enforcements: Vec<Enforcement>,
    /// The version of the format.
    pub format: Format,
    /// The groups, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// All licences, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// The objects and folders that readers are stated of, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// The old options of applications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_options: Vec<OldOption>,
    /// The permissions that a role can hold or that open a surface, by name.
    pub permissions: Vec<Permission>,
    /// The project.
    pub project: Project,
    /// The region that the bundle was made for, if it was.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The regions, by name.
    pub regions: Vec<Region>,
    /// The roles, by name.
    pub roles: Vec<Role>,
    /// Where grants hold.
    pub scopes: Vec<Scope>,
    /// Sets of permissions.
    pub sets: Vec<IdList>,
    /// Every file that was read, by name.
    pub sources: Vec<SourceFile>,
    /// What permissions open.
    pub surfaces: Vec<Surface>,
    /// The users, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<User>,
}

impl Document {
    /// Reads `bundle.json`, and checks it. The version comes first: of another major version nothing else is looked at.
    ///
    /// # Errors
    ///
    /// If it is no bundle, of a major version that this reader does not know, or says what can't be; the error names
    /// the place and the reason.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Header {
            format: Format,
        }
        let header: Header = parse(bytes)?;
        header.format.check()?;
        let document: Self = parse(bytes)?;
        document.check()?;
        Ok(document)
    }

    /// Writes `bundle.json`: canonical JSON, the very bytes that the compiler writes.
    ///
    /// # Errors
    ///
    /// If a number of it is none that JSON knows.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        canonical::bytes(self).map_err(|error| Error::invalid("", error.to_string()))
    }

    /// Checks what a document must keep to beyond the shape of its values: what [`Document::read`] has checked.
    ///
    /// # Errors
    ///
    /// If an id is none of its list, an epoch ends before it begins, or two things of a kind have one name.
    pub fn check(&self) -> Result<(), Error> {
        self.format.check()?;
        check::check(self)
    }
}

pub(crate) fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { path };
        Error::invalid(place, error.inner().to_string())
    })?;
    deserializer.end().map_err(|error| Error::invalid("", error.to_string()))?;
    Ok(value)
}

/// A key that is left out where there is nothing to say, and never `null`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// A reader of one major version refuses every other.
    pub major: u32,
    /// A later minor version has further keys, which older readers skip.
    pub minor: u32,
}

impl Format {
    fn check(self) -> Result<(), Error> {
        let Self { major, minor } = self;
        if major == FORMAT.0 { Ok(()) } else { Err(Error::Version { major, minor }) }
    }
}

/// The project that a bundle was built of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Whether it asks where.
    pub awareness: Awareness,
    /// Its name.
    pub name: String,
}

/// Whether a permission asks in which division an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Awareness {
    /// It does.
    DivisionAware,
    /// It does not: it holds everywhere.
    DivisionUnaware,
    /// Nobody says.
    Unstated,
}

/// A division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// Whether it is the home division.
    #[serde(default, skip_serializing_if = "is_false")]
    pub home: bool,
    /// Its name.
    pub name: String,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A backfill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// Its name.
    pub name: String,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Whether it is bought beside others.
    #[serde(default, skip_serializing_if = "is_false")]
    pub addon: bool,
    /// The licences that whoever has this one need not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<u32>,
    /// Its name.
    pub name: String,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The id of its calendar.
    pub calendar: u32,
    /// Its name.
    pub name: String,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// The digest of its text.
    pub digest: String,
    /// Its name.
    pub name: String,
}

/// Where grants hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// In every division, those included that the bundle does not know.
    All,
    /// In these divisions.
    Divisions(IdList),
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Divisions(divisions) => divisions.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScopeVisitor;
        impl<'de> serde::de::Visitor<'de> for ScopeVisitor {
            type Value = Scope;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("`all` or an id list of divisions")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Scope, E> {
                if word == "all" { Ok(Scope::All) } else { Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)) }
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Scope, A::Error> {
                IdList::deserialize(serde::de::value::SeqAccessDeserializer::new(list)).map(Scope::Divisions)
            }
        }
        deserializer.deserialize_any(ScopeVisitor)
    }
}
