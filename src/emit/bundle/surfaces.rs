//! The form of surfaces, and of the enforcements that guard them.

use serde::Serialize;

use super::Bundle;
use super::form::Day;
use super::ids::Ids;
use crate::model::{self, Certainty, Program, RegionId, Requirement, SurfaceKind};
use crate::sets::PermissionId;

#[derive(Serialize)]
pub(super) struct Surface<'b> {
    #[serde(skip_serializing_if = "Option::is_none")]
    enforcement: Option<usize>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'b str>,
    name: &'b str,
    requires: Requires,
    #[serde(rename = "self", skip_serializing_if = "std::ops::Not::not")]
    or_self: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Requires {
    All(Ids),
    Any(Ids),
    Open,
    Unstated,
}

impl Requires {
    fn new(bundle: &Bundle<'_>, requirement: &Requirement) -> Self {
        let ids = |permissions: &[PermissionId]| {
            let mut ids: Vec<u32> = permissions.iter().map(|id| bundle.tables.permissions.of(*id)).collect();
            ids.sort_unstable();
            ids.dedup();
            Ids::new(ids)
        };
        match requirement {
            Requirement::Any(permissions) => Self::Any(ids(permissions)),
            Requirement::All(permissions) => Self::All(ids(permissions)),
            Requirement::Open => Self::Open,
            Requirement::Unstated => Self::Unstated,
        }
    }
}

impl<'b> Surface<'b> {
    /// A surface by its place in the program. On one day it asks for one thing, and nothing guards it any more.
    pub(super) fn new(bundle: &Bundle<'b>, at: usize) -> Self {
        let surface = &bundle.program.surfaces[at];
        let (kind, method) = match &surface.kind {
            SurfaceKind::Endpoint(method) => ("endpoint", Some(&**method)),
            SurfaceKind::Topic => ("topic", None),
            SurfaceKind::View => ("view", None),
        };
        let (requirement, guard) = match bundle.extent.as_of {
            Some(day) => (bundle.program.asked(at, bundle.extent.region, Some(day)), None),
            None => (&surface.requirement, surface.guard),
        };
        let enforcement = guard.and_then(|guard| bundle.tables.enforcements[guard]);
        let requires = Requires::new(bundle, requirement);
        Self { enforcement, kind, method, name: &surface.name, requires, or_self: surface.or_self }
    }
}

#[derive(Serialize)]
pub(super) struct Enforcement<'b> {
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Start>,
    formerly: Requires,
    name: &'b str,
    regions: Vec<InRegion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'b str>,
}

/// From when on something is enforced.
#[derive(Serialize)]
struct Start {
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    from: Day,
}

/// From when on something is enforced in a region, by its place in the bundle.
#[derive(Serialize)]
struct InRegion {
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    from: Day,
    region: usize,
}

/// The enforcements that guard something, in order of their names.
pub(super) fn enforcements<'b>(bundle: &Bundle<'b>) -> Vec<Enforcement<'b>> {
    let guards = bundle.program.enforcements.iter().zip(&bundle.tables.enforcements).filter(|(_, number)| number.is_some());
    guards.map(|(guard, _)| enforcement(bundle, guard)).collect()
}

fn enforcement<'b>(bundle: &Bundle<'b>, guard: &'b model::Enforcement) -> Enforcement<'b> {
    let start = |region| start(bundle.program, guard, region);
    let regions = bundle.times.regions.iter().enumerate().filter_map(|(at, (region, _))| {
        let Start { certainty, from } = start(Some(*region))?;
        Some(InRegion { certainty, from, region: at })
    });
    Enforcement {
        default: start(bundle.extent.region),
        formerly: Requires::new(bundle, &guard.formerly),
        name: &guard.name,
        regions: regions.collect(),
        title: guard.title.as_deref(),
    }
}

fn start(program: &Program, guard: &model::Enforcement, region: Option<RegionId>) -> Option<Start> {
    let start = program.start(guard, region)?;
    let certainty = (start.certainty != Certainty::Announced).then(|| start.certainty.name());
    Some(Start { certainty, from: Day(start.date) })
}
