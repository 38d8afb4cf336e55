//! What must hold: `never`, `assert` and `test`.

use jiff::civil::Date;

use super::{GroupId, LicenseId, RegionId, RoleId, UserId};
use crate::conditions::Operand;
use crate::scopes::ScopeId;
use crate::sets::SetId;
use crate::span::Span;

/// Permissions that nobody may hold together.
#[derive(Debug)]
pub struct Never {
    /// What people call it.
    pub title: Option<Box<str>>,
    /// Nobody holds one of each.
    pub sets: Vec<SetId>,
    /// The declaration.
    pub span: Span,
}

/// A role or a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A role, as if somebody had it in these divisions and nothing else.
    Role(RoleId, ScopeId),
    /// A group: what its members have through it.
    Group(GroupId),
    /// A user.
    User(UserId),
}

/// What somebody may do or open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Permissions.
    Permissions(SetId),
    /// A surface, by its place in the program.
    Surface(usize),
    /// An object, by its place in the program.
    Object(usize),
}

/// Something that must hold.
#[derive(Debug)]
pub struct Assertion {
    /// Of whom.
    pub holder: Holder,
    /// What.
    pub claim: Claim,
    /// On which day; on every one without.
    pub at: Option<Date>,
    /// In which region; in every one without.
    pub region: Option<RegionId>,
    /// Where it stands.
    pub span: Span,
}

/// What is asserted.
#[derive(Debug)]
pub enum Claim {
    /// No licence beyond this one.
    License(LicenseId),
    /// What is reached, or not.
    Reach(Reach),
}

/// What somebody must reach, or must not.
#[derive(Debug)]
pub struct Reach {
    /// Whether it must be reached.
    pub can: bool,
    /// What.
    pub target: Target,
    /// Where; somewhere without.
    pub scope: Option<ScopeId>,
    /// The attributes of the request; without, whatever they are.
    pub given: Option<Vec<(Box<str>, Operand)>>,
}

/// A test.
#[derive(Debug)]
pub struct Test {
    /// Its name.
    pub name: Box<str>,
    /// Its expectations.
    pub assertions: Vec<Assertion>,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}
