//! May somebody use an endpoint, a topic or a view?

use std::ops::ControlFlow;

use zerocopy::little_endian::U32;

use crate::decision::{Because, Decision};
use crate::limits::{SEGMENTS, STEPS};
use crate::mapped::layout::{Edge, Surface, flag};
use crate::mapped::{Corrupt, part, some};
use crate::question::{Call, PermissionId, Place, SubjectId, SurfaceId, Target};
use crate::state::State;
use crate::steps::Steps;
use crate::{document::SurfaceKind, paths};

/// Whether somebody reaches a surface.
#[derive(Debug, Clone)]
pub struct Reach<'b> {
    /// The surface whose template fits best, if one fits.
    pub surface: Option<SurfaceId>,
    /// What comes of it.
    pub outcome: Outcome<'b>,
}

/// A permission that a surface asks for, and whether the subject may.
pub type Asked<'b> = (PermissionId, Decision<'b>);

/// What comes of using a surface.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome<'b> {
    /// Nobody's permission is asked.
    Open,
    /// It is allowed: by one permission where any is enough, by each of them where all are asked for.
    Allowed(Vec<Asked<'b>>),
    /// Permissions are missing: one of these, or each of these.
    Missing {
        /// What was asked for and denied.
        permissions: Vec<Asked<'b>>,
        /// Whether people may use it for their own objects all the same.
        own_objects: bool,
    },
    /// No source says what is asked: nobody may take it for open.
    Unstated,
    /// The bundle knows no such endpoint, topic or view.
    NoSuchSurface,
    /// The bundle is corrupt.
    Corrupt,
}

impl Reach<'_> {
    /// Whether it is reached: by everybody, or because it is allowed.
    pub fn allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Open | Outcome::Allowed(_))
    }
}

/// What a surface asks for.
struct Required<'b> {
    all: bool,
    permissions: &'b [U32],
}

impl<'b> State<'b> {
    /// Whether somebody reaches a surface: of several templates that fit, the one that is literal at the first segment in
    /// which they differ. What it asks for is what it does on the state's day, in its region.
    pub fn reach(&self, call: &Call<'_>) -> Reach<'b> {
        match self.find_surface(call.target) {
            Err(Corrupt) => Reach { surface: None, outcome: Outcome::Corrupt },
            Ok(None) => Reach { surface: None, outcome: Outcome::NoSuchSurface },
            Ok(Some(surface)) => {
                let outcome = self.outcome(surface, call).unwrap_or(Outcome::Corrupt);
                Reach { surface: Some(SurfaceId(surface)), outcome }
            }
        }
    }

    fn outcome(&self, surface: u32, call: &Call<'_>) -> Result<Outcome<'b>, Corrupt> {
        let row = self.tables.surfaces.get(surface as usize).ok_or(Corrupt)?;
        let required = match self.required(row)? {
            ControlFlow::Break(outcome) => return Ok(outcome),
            ControlFlow::Continue(required) => required,
        };
        let subject = self.subject(call.subject);
        let division = call.division.and_then(|division| self.division(division));
        let place = Place { division, object: self.on(call.object), attributes: call.attributes };
        let (mut allowed, mut denied) = (Vec::new(), Vec::new());
        let mut steps = Steps::new(STEPS);
        for permission in required.permissions {
            let permission = PermissionId(permission.get());
            let decision = self.decide_one(subject, permission, &place, &mut steps);
            if decision.allowed { &mut allowed } else { &mut denied }.push((permission, decision));
            if decision.allowed && !required.all {
                break;
            }
        }
        let reached = !allowed.is_empty() && (denied.is_empty() || !required.all);
        let own_objects = row.flags.get() & flag::SURFACE_SELF != 0;
        Ok(if reached { Outcome::Allowed(allowed) } else { Outcome::Missing { permissions: denied, own_objects } })
    }

    fn decide_one(
        &self,
        subject: Option<SubjectId>,
        permission: PermissionId,
        place: &Place<'_>,
        steps: &mut Steps,
    ) -> Decision<'b> {
        let because = match subject {
            None => Because::UnknownSubject,
            Some(subject) => self.judge(subject, permission, place, steps).unwrap_or(Because::Corrupt),
        };
        Decision::new(self.bundle, because)
    }

    /// What a surface asks for in the state's region on its day.
    fn required(&self, row: &Surface) -> Result<ControlFlow<Outcome<'b>, Required<'b>>, Corrupt> {
        let (mut flags, mut start, mut count) = (row.flags.get(), row.requires, row.requires_count);
        if let Some(enforcement) = some(row.enforcement) {
            let guard = self.tables.enforcements.get(enforcement as usize).ok_or(Corrupt)?;
            let from = match self.region {
                None => some(guard.default),
                Some(region) => {
                    let beginnings = part(self.tables.beginnings, guard.regions, guard.regions_count)?;
                    beginnings.iter().find(|own| own.region.get() == region).map(|own| own.day.get())
                }
            };
            // Before its day, and where none is known, what it formerly asked for counts.
            let enforced = from.is_some_and(|from| self.day.is_none_or(|day| from <= day.number()));
            if !enforced {
                (flags, start, count) = (guard.flags.get(), guard.formerly, guard.formerly_count);
            }
        }
        Ok(match flags & flag::REQUIRES {
            flag::REQUIRES_OPEN => ControlFlow::Break(Outcome::Open),
            flag::REQUIRES_UNSTATED => ControlFlow::Break(Outcome::Unstated),
            how => {
                let permissions = part(self.tables.lists, start, count)?;
                ControlFlow::Continue(Required { all: how == flag::REQUIRES_ALL, permissions })
            }
        })
    }

    fn find_surface(&self, target: Target<'_>) -> Result<Option<u32>, Corrupt> {
        let (kind, number, method, name) = match target {
            Target::Endpoint(method, path) => {
                let path = path.split(['?', '#']).next().unwrap_or(path);
                (SurfaceKind::Endpoint, flag::KIND_ENDPOINT, Some(method), path)
            }
            Target::Topic(topic) => (SurfaceKind::Topic, flag::KIND_TOPIC, None, topic),
            Target::View(title) => (SurfaceKind::View, flag::KIND_VIEW, None, title),
        };
        let wanted = |root: &&crate::mapped::layout::Root| {
            root.kind.get() == number && some(root.method).and_then(|own| self.tables.string(own)) == method
        };
        let Some(root) = self.tables.roots.iter().find(wanted) else { return Ok(None) };
        let mut segments = [""; SEGMENTS];
        let mut count = 0;
        for segment in paths::segments(kind, name) {
            let Some(place) = segments.get_mut(count) else { return Ok(None) };
            *place = segment;
            count += 1;
        }
        let best = self.best(root.branch.get(), &segments[..count], &mut Steps::new(STEPS))?;
        Ok(best.map(|(_, surface)| surface))
    }

    /// The template below a branch that fits best: a bit for each segment that is a parameter, the first one highest, and
    /// the surface. Fewer and later parameters are better; of equal ones, the first surface is.
    fn best(&self, branch: u32, segments: &[&str], steps: &mut Steps) -> Result<Option<(u64, u32)>, Corrupt> {
        steps.take(1)?;
        let row = self.tables.branches.get(branch as usize).ok_or(Corrupt)?;
        let Some((segment, rest)) = segments.split_first() else {
            return Ok(some(row.surface).map(|surface| (0, surface)));
        };
        let literals = part(self.tables.edges, row.edges, row.literals)?;
        let text = |edge: &Edge| self.tables.string_bytes(edge.segment.get()).unwrap_or_default();
        if let Ok(at) = literals.binary_search_by(|edge| text(edge).cmp(segment.as_bytes())) {
            let best = self.best(literals[at].branch.get(), rest, steps)?;
            if best.is_some() {
                return Ok(best);
            }
        }
        let patterns = U32::new(row.edges.get().checked_add(row.literals.get()).ok_or(Corrupt)?);
        let mut best = None;
        for edge in part(self.tables.edges, patterns, row.patterns)? {
            let pattern = text(edge);
            steps.take(1 + pattern.len())?;
            if paths::fits(std::str::from_utf8(pattern).map_err(|_| Corrupt)?, segment) {
                let found = self.best(edge.branch.get(), rest, steps)?;
                best = [best, found].into_iter().flatten().min();
            }
        }
        Ok(best.map(|(parameters, surface): (u64, u32)| (parameters | 1 << (segments.len() - 1), surface)))
    }
}
