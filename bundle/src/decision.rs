//! What is answered, and why.

use std::fmt;

use crate::conditions;
use crate::limits::WORDS;
use crate::mapped::Bundle;
use crate::mapped::layout::{KindId, Tables};
use crate::mapped::sets::{self, Shape};
use crate::question::{ApplicationId, BackfillId, ConditionId, DivisionId, GroupId, ObjectId, RoleId, ScopeId};

/// Whether somebody may, and why or why not. Nothing but a grant that was found makes `allowed` true.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'b> {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Why, or why not.
    pub because: Because,
    pub(crate) bundle: &'b Bundle,
}

/// Why something is allowed, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// A role grants it.
    Granted(Granted),
    /// The user holds nothing in this application, which lets such users do everything.
    Unconfigured(ApplicationId),
    /// No subject has this name.
    UnknownSubject,
    /// No permission has this name.
    UnknownPermission,
    /// No object has this name, and some object guards the permission.
    UnknownObject,
    /// No role that the subject has grants it anywhere.
    NotGranted,
    /// A role grants it, but not in this division.
    OtherDivisions {
        /// Such a role.
        role: RoleId,
    },
    /// A role grants it here under a condition that does not hold.
    ConditionFailed {
        /// Such a role.
        role: RoleId,
        /// Its condition.
        condition: ConditionId,
        /// Whether an attribute that the condition asks for was not given.
        missing: bool,
    },
    /// It would be allowed, but the object keeps it for its readers, and the subject is none of them.
    NotReader {
        /// The object.
        object: ObjectId,
    },
    /// The bundle is corrupt, or answering takes more steps than any bundle should.
    Corrupt,
}

impl Because {
    /// Whether this allows.
    pub(crate) fn allows(self) -> bool {
        matches!(self, Self::Granted(_) | Self::Unconfigured(_))
    }

    /// The reason to be told of two denials: the one that is nearer to being allowed.
    pub(crate) fn nearer(self, other: Self) -> Self {
        let distance = |because: Self| match because {
            Self::ConditionFailed { .. } => 0,
            Self::OtherDivisions { .. } => 1,
            _ => 2,
        };
        if distance(other) < distance(self) { other } else { self }
    }
}

/// The grant that allows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// The role.
    pub role: RoleId,
    /// By way of what the subject has the role.
    pub through: Through,
    /// Where the role grants it.
    pub scope: ScopeId,
    /// The condition that held, if there is one.
    pub condition: Option<ConditionId>,
    /// The backfill that added it, if one did.
    pub backfill: Option<BackfillId>,
}

/// By way of what somebody has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// The role itself was asked.
    Itself,
    /// It is assigned to the user itself.
    Assignment,
    /// It is assigned to this group.
    Group(GroupId),
    /// It comes by itself.
    Automatic,
    /// An old option of this application.
    OldOption(ApplicationId),
}

impl<'b> Decision<'b> {
    pub(crate) fn new(bundle: &'b Bundle, because: Because) -> Self {
        Self { allowed: because.allows(), because, bundle }
    }

    /// The role that allows it, or nearly did.
    pub fn role(&self) -> Option<&'b str> {
        let role = match self.because {
            Because::Granted(granted) => granted.role,
            Because::OtherDivisions { role } | Because::ConditionFailed { role, .. } => role,
            _ => return None,
        };
        self.bundle.tables().name(KindId::Role, role.0)
    }

    /// The group through which the subject has the role.
    pub fn group(&self) -> Option<&'b str> {
        match self.because {
            Because::Granted(Granted { through: Through::Group(group), .. }) => self.bundle.tables().name(KindId::Group, group.0),
            _ => None,
        }
    }

    /// The backfill that added the grant.
    pub fn backfill(&self) -> Option<&'b str> {
        match self.because {
            Because::Granted(Granted { backfill: Some(backfill), .. }) => self.bundle.tables().name(KindId::Backfill, backfill.0),
            _ => None,
        }
    }

    /// The divisions in which the role grants it; `None` if it does everywhere, or it is not granted at all.
    pub fn divisions(&self) -> Option<Vec<&'b str>> {
        let Because::Granted(granted) = self.because else { return None };
        let tables = self.bundle.tables();
        let ids = divisions(&tables, granted.scope.0)?;
        let mut words = 0;
        let name = |division: DivisionId| {
            let name = tables.name(KindId::Division, division.0)?;
            words += name.len();
            (words <= WORDS).then_some(name)
        };
        ids.into_iter().map(name).collect()
    }

    /// The condition that held, or that did not, as it is written in the language.
    pub fn condition(&self) -> Option<String> {
        let condition = match self.because {
            Because::Granted(Granted { condition, .. }) => condition?,
            Because::ConditionFailed { condition, .. } => condition,
            _ => return None,
        };
        conditions::text(&self.bundle.tables(), condition.0).ok()
    }
}

/// The divisions of a scope, or `None` for all.
pub(crate) fn divisions(tables: &Tables<'_>, scope: u32) -> Option<Vec<DivisionId>> {
    let start = crate::mapped::some(*tables.scopes.get(scope as usize)?)?;
    let shape = Shape::new(tables.count(KindId::Division) as usize);
    Some(sets::ids(tables.bits, start, shape).ok()?.map(DivisionId).collect())
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.bundle.tables();
        let name = |kind, id| tables.name(kind, id).unwrap_or("?");
        let role = self.role().unwrap_or("?");
        match self.because {
            Because::Granted(granted) => {
                write!(out, "allowed by role `{role}`")?;
                match granted.through {
                    Through::Itself | Through::Assignment => {}
                    Through::Group(group) => write!(out, " of group `{}`", name(KindId::Group, group.0))?,
                    Through::Automatic => write!(out, ", which comes by itself")?,
                    Through::OldOption(own) => {
                        write!(out, " by the old option of application `{}`", name(KindId::Application, own.0))?;
                    }
                }
                if let Some(divisions) = self.divisions() {
                    write!(out, " in {}", divisions.join(", "))?;
                }
                if let Some(condition) = self.condition() {
                    write!(out, " where {condition}")?;
                }
                self.backfill().map_or(Ok(()), |backfill| write!(out, ", added by backfill `{backfill}`"))
            }
            Because::Unconfigured(own) => {
                write!(out, "allowed: the user holds nothing in application `{}`", name(KindId::Application, own.0))
            }
            Because::UnknownSubject => write!(out, "denied: no subject has this name"),
            Because::UnknownPermission => write!(out, "denied: no permission has this name"),
            Because::UnknownObject => write!(out, "denied: no object has this name"),
            Because::NotGranted => write!(out, "denied: no role grants it"),
            Because::OtherDivisions { .. } => write!(out, "denied: role `{role}` grants it only in other divisions"),
            Because::ConditionFailed { missing, .. } => {
                let condition = self.condition().unwrap_or_default();
                write!(out, "denied: role `{role}` grants it only where {condition}")?;
                if missing { write!(out, ", and an attribute was not given") } else { Ok(()) }
            }
            Because::NotReader { object } => {
                write!(out, "denied: the subject is no reader of `{}`", name(KindId::Object, object.0))
            }
            Because::Corrupt => write!(out, "denied: the bundle is corrupt"),
        }
    }
}
