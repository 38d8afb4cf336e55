//! What must hold: `never`, `assert` and `test`.

use super::{Date, Name, Scope, Selector, SurfaceRef, Text, Value};
use crate::span::Span;

/// `never "NAME" SELECTOR with SELECTOR …`.
#[derive(Debug)]
pub struct Never {
    /// What people call it.
    pub title: Option<Text>,
    /// Nobody holds one of each.
    pub selectors: Vec<Selector>,
}

/// `assert HOLDER …`.
#[derive(Debug)]
pub struct Assert {
    /// Of whom.
    pub holder: Holder,
    /// What.
    pub claim: Claim,
    /// When and in which region; always and everywhere if absent.
    pub moment: Moment,
}

/// A role or a subject.
#[derive(Debug, Clone, Copy)]
pub enum Holder {
    /// A role.
    Role(Name),
    /// A group.
    Group(Name),
    /// A user.
    User(Text),
}

impl Holder {
    /// Where its name stands.
    #[must_use]
    pub const fn span(self) -> Span {
        match self {
            Self::Role(name) | Self::Group(name) => name.span,
            Self::User(text) => text.span,
        }
    }
}

/// What is asserted.
#[derive(Debug)]
pub enum Claim {
    /// `license <= L`.
    License(Name),
    /// `can TARGET [in SCOPE]`, or `cannot`.
    Reach {
        /// Whether it can.
        can: bool,
        /// What.
        target: Target,
        /// Where; somewhere if absent.
        scope: Option<Scope>,
    },
}

/// What somebody may do or open.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Permissions.
    Permissions(Selector),
    /// A surface.
    Surface(SurfaceRef),
    /// An object.
    Object(Text),
}

/// A day and a region.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moment {
    /// `at DATE`.
    pub at: Option<Date>,
    /// `region R`.
    pub region: Option<Name>,
}

/// `test "NAME" { … }`.
#[derive(Debug)]
pub struct Test {
    /// Its name.
    pub name: Text,
    /// Its lines.
    pub clauses: Vec<TestClause>,
}

/// One line of a test.
#[derive(Debug)]
pub struct TestClause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: TestClauseKind,
}

/// What a line of a test can say.
#[derive(Debug)]
pub enum TestClauseKind {
    /// `as HOLDER [in SCOPE]`: who asks, from here on.
    As {
        /// Who.
        holder: Holder,
        /// The divisions in which the role is assigned.
        scope: Option<Scope>,
    },
    /// `[at DATE] [region R] allow | deny TARGET [in SCOPE] [with VARIABLE = VALUE, …]`.
    Expect(Box<Expect>),
}

/// An expectation.
#[derive(Debug)]
pub struct Expect {
    /// When and in which region.
    pub moment: Moment,
    /// Whether it is allowed.
    pub allow: bool,
    /// What.
    pub target: Target,
    /// In which divisions.
    pub scope: Option<Scope>,
    /// The attributes of the request.
    pub given: Vec<(Name, Value)>,
}
