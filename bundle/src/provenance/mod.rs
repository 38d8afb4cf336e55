//! Where grants come from: `bundle.map` → the lines of the sources that gave a permission to a role.
//!
//! A service decides without it. It is for those who ask afterwards why a decision was as it was, and who have the
//! bundle that decided.

mod check;
mod form;
mod places;
mod search;

use sha2::{Digest as _, Sha256};

use self::form::Map;
use crate::document::{Awareness, Condition, Document, Scope, canonical, parse};
use crate::{Because, Decision, Error, FORMAT};

/// The map of one bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    map: Map,
    files: Vec<String>,
    roles: Vec<String>,
    /// How many of these are the bundle's; the others have names in the map.
    named: usize,
    permissions: Vec<(String, Awareness)>,
    divisions: Vec<String>,
    scopes: Vec<Scope>,
    conditions: Vec<Condition>,
}

/// All the ways in which a role comes to hold a permission, those of fewest steps first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace<'p> {
    /// The ways.
    pub ways: Vec<Way<'p>>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// One way in which a role comes to hold a permission.
#[derive(Debug, Clone, PartialEq)]
pub struct Way<'p> {
    /// From the role asked about to the line that gives the permission, which is the last step.
    pub steps: Vec<Step<'p>>,
    /// Where it holds, after all that confines it on the way.
    pub scope: Scope,
    /// When it holds; without one, always.
    pub condition: Option<&'p Condition>,
}

/// A line of the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'p> {
    /// The role that the line is of.
    pub role: &'p str,
    /// The file.
    pub file: &'p str,
    /// The line, counted from 1.
    pub line: u32,
    /// What the line says.
    pub what: What<'p>,
}

/// What a line says of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'p> {
    /// The role has it.
    Allows,
    /// The role has what another one has.
    Extends(&'p str),
    /// The role has what another one has, which it copies.
    Copies(&'p str),
    /// The role has what the lock file says that another one had when it was copied.
    CopiesAsPinned(&'p str),
    /// The role is the vendor's, edited in place.
    Edits(&'p str),
    /// A backfill adds it. The line is the backfill's.
    Gains(&'p str),
}

impl Provenance {
    /// Reads `bundle.map`, and checks it: it must be the map of this very bundle.
    ///
    /// # Errors
    ///
    /// If it is no map, is of a major version that this reader does not know, is the map of another bundle, or says
    /// what can't be.
    pub fn read(bytes: &[u8], document: &Document) -> Result<Self, Error> {
        #[derive(serde::Deserialize)]
        struct Header {
            bundle: String,
            format: crate::document::Format,
        }
        let Header { bundle, format } = parse(bytes)?;
        if format.major != FORMAT.0 {
            return Err(Error::Version { major: format.major, minor: format.minor });
        }
        let own = digest(document)?;
        if bundle != own {
            return Err(Error::OtherBundle { own, other: bundle });
        }
        let map: Map = parse(bytes)?;
        check::check(&map, document)?;
        let mut roles: Vec<String> = document.roles.iter().map(|role| role.name.clone()).collect();
        let further = map.roles.iter().skip(roles.len()).map(|role| role.name.clone().unwrap_or_default());
        roles.extend(further);
        Ok(Self {
            map,
            named: document.roles.len(),
            roles,
            files: document.sources.iter().map(|source| source.name.clone()).collect(),
            permissions: document.permissions.iter().map(|own| (own.name.clone(), own.awareness)).collect(),
            divisions: document.divisions.iter().map(|own| own.name.clone()).collect(),
            scopes: document.scopes.clone(),
            conditions: document.conditions.clone(),
        })
    }

    /// Writes `bundle.map`: canonical JSON, the very bytes that the compiler writes.
    ///
    /// # Errors
    ///
    /// If a number of it is none that JSON knows.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        canonical::bytes(&self.map).map_err(|error| Error::invalid("", error.to_string()))
    }

    /// How a role comes to hold a permission; nothing of those that the bundle does not have. What backfills give on a
    /// day of the calendar is told by [`Provenance::backfill`].
    pub fn trace(&self, role: &str, permission: &str) -> Trace<'_> {
        let named = |roles: &[String]| roles.iter().take(self.named).position(|own| own == role);
        let permission = self.permissions.iter().position(|(own, _)| own == permission);
        match (named(&self.roles), permission) {
            (Some(role), Some(permission)) => search::search(self, role, permission),
            _ => Trace::default(),
        }
    }

    /// The lines that gave what a decision of this bundle was made by, in the division that it was made for; nothing of
    /// a denial, and of what no line gives.
    pub fn explain(&self, decision: &Decision<'_>, permission: &str, division: Option<&str>) -> Trace<'_> {
        let (Because::Granted(granted), Some(role)) = (decision.because, decision.role()) else { return Trace::default() };
        let scope = self.scopes.get(granted.scope.position() as usize);
        if let Some(added) = decision.backfill() {
            let backfill = self.map.backfills.iter().find(|own| own.name == added);
            let named = self.roles.iter().take(self.named).find(|own| *own == role);
            let way = backfill.zip(named).zip(scope).map(|((backfill, role), scope)| Way {
                steps: vec![self.gain(role, backfill)],
                scope: scope.clone(),
                condition: None,
            });
            return Trace { ways: way.into_iter().collect(), more: false };
        }
        let condition = granted.condition.and_then(|id| self.conditions.get(id.position() as usize));
        let division = division.and_then(|name| self.divisions.iter().position(|own| own == name));
        let covers = |scope: &Scope| match (scope, division) {
            (Scope::All, _) => true,
            (Scope::Divisions(list), Some(division)) => u32::try_from(division).is_ok_and(|division| list.contains(division)),
            (Scope::Divisions(_), None) => false,
        };
        let mut trace = self.trace(role, permission);
        trace.ways.retain(|way| way.condition == condition && covers(&way.scope));
        trace
    }

    /// The line of a backfill, as that of a role that gains by it.
    fn gain<'p>(&'p self, role: &'p str, backfill: &'p form::Backfill) -> Step<'p> {
        Step { role, file: &self.files[backfill.file as usize], line: backfill.line, what: What::Gains(&backfill.name) }
    }

    /// The file and the line where a backfill is declared.
    pub fn backfill(&self, name: &str) -> Option<(&str, u32)> {
        let backfill = self.map.backfills.iter().find(|own| own.name == name)?;
        Some((self.files.get(backfill.file as usize)?, backfill.line))
    }
}

/// The digest of a bundle that stands in its map: that of the bytes of `bundle.json`.
fn digest(document: &Document) -> Result<String, Error> {
    use std::fmt::Write as _;
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(document.to_json()?) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
