//! Surfaces, what guards them, and what they ask for in a region on a day.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::Catalog;
use crate::reference::names::{check_allowed, check_reserved, repeated};
use crate::reference::read::{Declarations, Requirement};
use crate::reference::read_later::{Enforcement, SurfaceName};
use crate::reference::{About, Report, Settings};

/// What somebody must hold to use a surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Any(BTreeSet<String>),
    All(BTreeSet<String>),
    Open,
    Unstated,
}

/// A surface without error.
#[derive(Debug)]
pub(crate) struct Surface {
    pub(crate) kind: String,
    pub(crate) name: String,
    asked: Asked,
    /// The place of the enforcement that guards it.
    guard: Option<usize>,
}

/// All surfaces, and the enforcements that are kept.
#[derive(Debug, Default)]
pub(crate) struct Surfaces {
    pub(crate) list: Vec<Surface>,
    /// Name → place, and what opens the guarded surfaces until then.
    pub(crate) enforcements: BTreeMap<String, (usize, Asked)>,
    /// Enforcements with an error in them.
    pub(crate) faulty: BTreeSet<usize>,
    /// What the manifest opts in to, and from when on.
    opt_ins: BTreeMap<String, String>,
}

impl Surfaces {
    /// Resolves surfaces and enforcements; notes in `tainted` the items with an error in them.
    pub(crate) fn new(
        declarations: &Declarations,
        catalog: &Catalog,
        settings: &Settings,
        (tainted, report): (&mut BTreeSet<usize>, &mut Report),
    ) -> Self {
        let mut surfaces = Self { opt_ins: settings.opt_ins.clone(), ..Self::default() };
        let mut shapes = BTreeSet::new();
        for surface in &declarations.surfaces {
            let Ok(asked) = resolve(&surface.requirement, catalog) else { continue };
            if shapes.insert((surface.kind.clone(), shape(&surface.kind, &surface.name))) {
                let (kind, name) = (surface.kind.clone(), surface.name.clone());
                surfaces.list.push(Surface { kind, name, asked, guard: None });
            } else {
                report.tell("duplicate-surface", About::Named(surface.name.clone()));
            }
        }
        for (at, enforcement) in declarations.later.enforcements.iter().enumerate() {
            let about = About::Item(enforcement.item);
            if surfaces.enforcements.contains_key(&enforcement.name) {
                report.tell("duplicate-declaration", about);
                tainted.insert(enforcement.item);
                continue;
            }
            let item = &declarations.later.items[enforcement.item];
            let mut codes = surfaces.faults(enforcement, declarations, catalog, settings);
            let is_faulty = item.faulty | !codes.is_empty() | check_allowed(&item.allowed_findings, &about, report);
            if !is_faulty {
                codes.extend(incomplete(enforcement));
            }
            if is_faulty | !codes.is_empty() | check_reserved(&enforcement.name, about.clone(), report) {
                tainted.insert(enforcement.item);
                surfaces.faulty.insert(at);
            }
            for code in codes {
                report.tell(code, about.clone());
            }
            let formerly = enforcement.formerly.as_ref().and_then(|formerly| resolve(formerly, catalog).ok());
            surfaces.enforcements.insert(enforcement.name.clone(), (at, formerly.unwrap_or(Asked::Open)));
        }
        surfaces.guard(declarations, report);
        surfaces.judge_opt_ins(declarations, report);
        surfaces
    }

    fn faults(
        &self,
        enforcement: &Enforcement,
        declarations: &Declarations,
        catalog: &Catalog,
        settings: &Settings,
    ) -> Vec<&'static str> {
        let mut codes = repeated(&enforcement.facts);
        if enforcement.guards.iter().any(|surface| self.find(surface).is_empty()) {
            codes.push("unknown-surface");
        }
        if enforcement.after.iter().any(|after| !declarations.backfills.iter().any(|backfill| backfill.name == *after)) {
            codes.push("unknown-backfill");
        }
        codes.extend(enforcement.formerly.iter().flat_map(|formerly| faults(formerly, catalog)));
        let is_listed = |(region, _): &(String, String)| settings.regions.is_empty() || settings.regions.contains(region);
        if !enforcement.regions.iter().all(is_listed) {
            codes.push("unknown-region");
        }
        codes
    }

    /// Tells each surface what guards it: the first enforcement that names it, in order of their names.
    fn guard(&mut self, declarations: &Declarations, report: &mut Report) {
        for (at, _) in self.enforcements.values() {
            let enforcement = &declarations.later.enforcements[*at];
            let guarded: BTreeSet<usize> = enforcement.guards.iter().flat_map(|surface| self.find(surface)).collect();
            for surface in guarded {
                let guard = &mut self.list[surface].guard;
                if guard.is_some() {
                    report.tell("guarded-twice", About::Item(enforcement.item));
                    self.faulty.insert(*at);
                }
                guard.get_or_insert(*at);
            }
        }
    }

    /// What the manifest opts in to must have a grace period.
    fn judge_opt_ins(&self, declarations: &Declarations, report: &mut Report) {
        for name in self.opt_ins.keys() {
            let Some((at, _)) = self.enforcements.get(name) else {
                report.tell("opt-in-without-grace", About::Project);
                continue;
            };
            let enforcement = &declarations.later.enforcements[*at];
            if enforcement.grace.is_none() && !self.faulty.contains(at) {
                report.tell("opt-in-without-grace", About::Item(enforcement.item));
            }
        }
    }

    /// The surfaces of a name, real or a template; all of a kind without a name.
    pub(crate) fn find(&self, wanted: &SurfaceName) -> Vec<usize> {
        let of_kind = (0..self.list.len()).filter(|at| self.list[*at].kind == wanted.kind);
        let Some(name) = &wanted.name else { return of_kind.collect() };
        let exact = of_kind.clone().find(|at| self.list[*at].name == *name);
        let separator = if wanted.kind == "topic" { '.' } else { '/' };
        let parts = |name: &str| name.split(separator).map(str::to_owned).collect::<Vec<_>>();
        let fits = |at: &usize| {
            let (template, real) = (parts(&self.list[*at].name), parts(name));
            let part_fits = |(part, real): (&String, &String)| part == real || (part.starts_with('{') && !real.is_empty());
            wanted.kind != "view" && template.len() == real.len() && template.iter().zip(&real).all(part_fits)
        };
        // The leftmost segment that is written out decides.
        let parameters = |at: &usize| parts(&self.list[*at].name).iter().map(|part| part.starts_with('{')).collect::<Vec<_>>();
        exact.or_else(|| of_kind.filter(fits).min_by_key(parameters)).into_iter().collect()
    }

    /// Whether the enforcement that guards a surface, if one does, is without error.
    pub(crate) fn is_sound(&self, surface: usize) -> bool {
        self.list[surface].guard.is_none_or(|guard| !self.faulty.contains(&guard))
    }

    /// What a surface asks for once nothing keeps it open.
    pub(crate) fn own(&self, surface: usize) -> &Asked {
        &self.list[surface].asked
    }

    /// The surfaces that an enforcement guards.
    pub(crate) fn guarded_by(&self, enforcement: usize) -> Vec<usize> {
        (0..self.list.len()).filter(|at| self.list[*at].guard == Some(enforcement)).collect()
    }

    /// What a surface asks for in a calendar on a day.
    pub(crate) fn asked(&self, declarations: &Declarations, surface: usize, calendar: &str, at: &str) -> &Asked {
        let Surface { asked, guard, .. } = &self.list[surface];
        let Some(guard) = guard else { return asked };
        let enforcement = &declarations.later.enforcements[*guard];
        if self.start(declarations, enforcement, calendar).is_some_and(|start| *start <= *at) {
            return asked;
        }
        &self.enforcements[&enforcement.name].1
    }

    /// The day from which on the organisation has opted in to an enforcement, where that is earlier than what is written.
    pub(crate) fn opted(&self, enforcement: &Enforcement, calendar: &str) -> Option<String> {
        let wanted = self.opt_ins.get(&enforcement.name)?.max(enforcement.grace.as_ref()?);
        let own = enforcement.regions.iter().find(|(region, _)| region == calendar).map(|(_, day)| day);
        let written = own.or(enforcement.from.as_ref());
        written.is_none_or(|day| wanted < day).then(|| wanted.clone())
    }

    /// The day from which on an enforcement holds in a calendar, if one is known.
    pub(crate) fn start(&self, declarations: &Declarations, enforcement: &Enforcement, calendar: &str) -> Option<String> {
        self.opted(enforcement, calendar).or_else(|| start(declarations, enforcement, calendar))
    }
}

/// The day from which on an enforcement holds in a calendar for whoever has not opted in, if one is known.
fn start(declarations: &Declarations, enforcement: &Enforcement, calendar: &str) -> Option<String> {
    let of_region = |days: &[(String, String)]| days.iter().find(|(region, _)| region == calendar).map(|(_, day)| day.clone());
    let own = of_region(&enforcement.regions);
    let after =
        enforcement.after.as_ref().and_then(|after| declarations.backfills.iter().find(|backfill| backfill.name == *after));
    // A region with a day of the backfill's own and none of the enforcement's: on the later of the two.
    let announced = after.and_then(|backfill| of_region(&backfill.regions));
    own.or_else(|| [announced, enforcement.from.clone()].into_iter().flatten().max())
}

/// What a requirement asks for, or that something in it is not known.
fn resolve(requirement: &Requirement, catalog: &Catalog) -> Result<Asked, &'static str> {
    Ok(match requirement {
        Requirement::Any(selectors) => {
            Asked::Any(selectors.iter().map(|selector| catalog.one_permission(selector)).collect::<Result<_, _>>()?)
        }
        Requirement::All(selectors) => {
            Asked::All(selectors.iter().map(|selector| catalog.one_permission(selector)).collect::<Result<_, _>>()?)
        }
        Requirement::Open => Asked::Open,
        Requirement::Unstated => Asked::Unstated,
    })
}

fn faults(requirement: &Requirement, catalog: &Catalog) -> Vec<&'static str> {
    let (Requirement::Any(selectors) | Requirement::All(selectors)) = requirement else { return Vec::new() };
    selectors.iter().filter_map(|selector| catalog.one_permission(selector).err()).collect()
}

fn incomplete(enforcement: &Enforcement) -> Vec<&'static str> {
    let mut codes = Vec::new();
    if enforcement.guards.is_empty() {
        codes.push("enforcement-without-guard");
    }
    if enforcement.from.is_none() && enforcement.regions.is_empty() && enforcement.after.is_none() {
        codes.push("enforcement-without-date");
    }
    codes
}

/// A template with its parameters' names taken out.
fn shape(kind: &str, name: &str) -> String {
    let separator = if kind == "topic" { '.' } else { '/' };
    let part = |part: &str| if part.starts_with('{') && kind != "view" { "{}".to_owned() } else { part.to_owned() };
    name.split(separator).map(part).collect::<Vec<_>>().join("/")
}
