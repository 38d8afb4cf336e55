//! Enforcements: from when on a surface asks for its own permissions.

use super::{AllowFinding, Day, Name, Requirement, Text};
use crate::span::Span;

/// `enforcement NAME { … }`.
#[derive(Debug)]
pub struct Enforcement {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// What stands in its body.
    pub clauses: Vec<EnforcementClause>,
}

/// One line of an enforcement.
#[derive(Debug)]
pub struct EnforcementClause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: EnforcementClauseKind,
}

/// What a line of an enforcement can say.
#[derive(Debug)]
pub enum EnforcementClauseKind {
    /// `guards GET "/path", topic *, …`.
    Guards(Vec<SurfaceRef>),
    /// `after backfill B`: in no region before that backfill.
    After(Name),
    /// `formerly any | all P, … | open`: what opens the surfaces until then.
    Formerly(Requirement),
    /// `from DAY`: in every region without a day of its own.
    From(Day),
    /// `region R from DAY`.
    Region {
        /// The region.
        region: Name,
        /// Its day.
        day: Day,
    },
    /// `grace from DAY until DAY`: in between, organisations may opt in.
    Grace {
        /// The first day on which an organisation may opt in.
        from: Day,
        /// The day from which on it is enforced for everybody.
        until: Day,
    },
    /// `see "…"`.
    See(Text),
    /// `allow-finding CODE "reason"`.
    AllowFinding(AllowFinding),
}

/// A surface, or all surfaces of a kind.
#[derive(Debug, Clone, Copy)]
pub struct SurfaceRef {
    /// Where it stands.
    pub span: Span,
    /// Which it is.
    pub kind: SurfaceRefKind,
}

/// How a surface is named.
#[derive(Debug, Clone, Copy)]
pub enum SurfaceRefKind {
    /// `GET "/path"`.
    Endpoint {
        /// The method in capitals.
        method: Name,
        /// The path template, or a path of a request.
        path: Text,
    },
    /// `topic "…"`.
    Topic(Text),
    /// `topic *`.
    EveryTopic,
    /// `view "…"`.
    View(Text),
    /// `view *`.
    EveryView,
}
