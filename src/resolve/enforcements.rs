//! Enforcements: what they guard, and from when on.

use rustc_hash::FxHashMap;

use super::{
    Resolver, Trees,
    backfills::{day, sort_days},
};
use crate::diagnostic::{Code, words};
use crate::limits;
use crate::model::{Enforcement, Requirement, SurfaceKind, surfaces};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, EnforcementClauseKind as Kind, SurfaceRefKind};

impl Resolver<'_> {
    /// Resolves all enforcements, in order of their names, and tells surfaces what guards them.
    pub(super) fn enforcements(&mut self, trees: &Trees<'_>) {
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        for (source, item) in trees.items() {
            let ast::ItemKind::Enforcement(declared) = &item.kind else { continue };
            let (name, span) = (declared.name.text(source), declared.name.span);
            if let Some(first) = names.get(name) {
                self.sink.report(words::names::duplicate("enforcement", name, span, *first));
                continue;
            }
            names.insert(name, span);
            let sound = self.may_declare(name, span);
            let mut enforcement = self.enforcement(source, declared, item);
            enforcement.faulty |= !sound;
            self.settle_allowed(enforcement.span, enforcement.faulty);
            self.program.enforcements.push(enforcement);
        }
        self.program.enforcements.sort_by(|a, b| a.name.cmp(&b.name));
        self.guard_surfaces();
        self.check_opt_ins();
    }

    fn enforcement(&mut self, source: &Source, declared: &ast::Enforcement, item: &ast::Item) -> Enforcement {
        let mut enforcement = Enforcement {
            name: declared.name.text(source).into(),
            title: declared.title.map(|title| title.value(source).into()),
            surfaces: Vec::new(),
            after: None,
            formerly: Requirement::Open,
            default_day: None,
            region_days: Vec::new(),
            grace: None,
            day_spans: vec![declared.name.span],
            faulty: item.faulty,
            name_span: declared.name.span,
            span: item.span,
        };
        let mut once: FxHashMap<&str, Span> = FxHashMap::default();
        let mut guards = false;
        for clause in &declared.clauses {
            let what = match &clause.kind {
                Kind::After(_) => "`after backfill`",
                Kind::Formerly(_) => "`formerly`",
                Kind::From(_) | Kind::Grace { .. } => "the first day",
                Kind::Region { region, .. } => region.text(source),
                _ => "",
            };
            if !what.is_empty()
                && let Some(first) = once.insert(what, clause.span)
            {
                let region = matches!(clause.kind, Kind::Region { .. });
                let what = if region { format!("the day of region `{what}`") } else { what.to_owned() };
                self.sink.report(words::names::repeated(&what, clause.span, first));
                enforcement.faulty = true;
                continue;
            }
            guards |= matches!(clause.kind, Kind::Guards(_));
            let sound = self.enforcement_clause(source, clause, &mut enforcement);
            enforcement.faulty |= !sound;
        }
        enforcement.surfaces.sort_unstable();
        enforcement.surfaces.dedup();
        sort_days(&mut enforcement.region_days, &mut enforcement.day_spans);
        let dated =
            enforcement.default_day.is_some() || !enforcement.region_days.is_empty() || once.contains_key("`after backfill`");
        if !enforcement.faulty {
            for (missing, code) in [(!guards, Code::EnforcementWithoutGuard), (!dated, Code::EnforcementWithoutDate)] {
                if missing {
                    self.sink.report(words::enforcement::incomplete(code, &enforcement.name, enforcement.name_span));
                    enforcement.faulty = true;
                }
            }
        }
        enforcement
    }

    fn enforcement_clause(&mut self, source: &Source, clause: &ast::EnforcementClause, enforcement: &mut Enforcement) -> bool {
        match &clause.kind {
            Kind::Guards(surfaces) => surfaces.iter().fold(true, |sound, surface| {
                let found = self.surface_refs(source, *surface);
                enforcement.surfaces.extend(found.iter().flatten());
                sound & found.is_some()
            }),
            Kind::After(backfill) => {
                enforcement.after = self.backfill_named(source, *backfill);
                enforcement.after.is_some()
            }
            Kind::Formerly(requirement) => {
                let found = self.requirement(source, requirement);
                let sound = found.is_some();
                enforcement.formerly = found.unwrap_or(Requirement::Open);
                sound
            }
            Kind::From(on) => {
                enforcement.default_day = Some(day(*on));
                enforcement.day_spans[0] = on.span;
                true
            }
            Kind::Region { region, day: on } => {
                let region = self.region(source, *region);
                enforcement.region_days.extend(region.map(|region| (region, day(*on))));
                enforcement.day_spans.extend(region.map(|_| on.span));
                region.is_some()
            }
            Kind::Grace { from, until } => {
                enforcement.grace = Some(day(*from));
                enforcement.default_day = Some(day(*until));
                enforcement.day_spans[0] = until.span;
                let backward = until.effective() < from.effective();
                if backward {
                    self.sink.report(words::syntax::backward_window(clause.span));
                }
                !backward
            }
            Kind::See(_) => true,
            Kind::AllowFinding(allowed) => self.allow_finding(source, *allowed, enforcement.span),
        }
    }

    /// The backfill of a name; `None` after a report.
    fn backfill_named(&mut self, source: &Source, name: ast::Name) -> Option<usize> {
        let written = name.text(source);
        let found = self.program.backfills.binary_search_by(|backfill| (*backfill.name).cmp(written)).ok();
        if found.is_none() {
            let most = self.comparable(self.program.backfills.len());
            let known = self.program.backfills.iter().map(|backfill| &*backfill.name).take(most);
            let meant = crate::diagnostic::nearest::name(written, known);
            self.sink.report(words::names::unknown(Code::UnknownBackfill, "backfill", written, name.span, meant));
        }
        found
    }

    /// The surfaces that are named, in order; `None` after a report.
    pub(super) fn surface_refs(&mut self, source: &Source, surface: ast::SurfaceRef) -> Option<Vec<usize>> {
        let of_kind = |wanted: &SurfaceKind| {
            let surfaces = self.program.surfaces.iter().enumerate();
            surfaces.filter(|(_, surface)| surface.kind == *wanted).map(|(at, _)| at).collect::<Vec<_>>()
        };
        let (found, name) = match surface.kind {
            SurfaceRefKind::EveryTopic => (of_kind(&SurfaceKind::Topic), None),
            SurfaceRefKind::EveryView => (of_kind(&SurfaceKind::View), None),
            SurfaceRefKind::Endpoint { method, path } => {
                let found = surfaces::endpoint(&self.program, method.text(source), &path.value(source));
                (found.into_iter().collect(), Some(path))
            }
            SurfaceRefKind::Topic(name) => {
                (surfaces::topic(&self.program, &name.value(source)).into_iter().collect(), Some(name))
            }
            SurfaceRefKind::View(name) => (surfaces::view(&self.program, &name.value(source)).into_iter().collect(), Some(name)),
        };
        if !found.is_empty() {
            return Some(found);
        }
        let most = self.comparable(self.program.surfaces.len() / 16) * 16;
        let meant = name.and_then(|name| self.near_surface(source, surface.kind, name, most));
        let (written, place) = (source.slice(surface.span), name.map_or(surface.span, |name| name.span));
        self.sink.report(words::enforcement::unknown_surface(written, place, meant.as_deref()));
        None
    }

    /// What stands nearest to a surface's name among those of its kind.
    fn near_surface(&self, source: &Source, kind: SurfaceRefKind, name: ast::Text, most: usize) -> Option<String> {
        let fits = |surface: &SurfaceKind| match (kind, surface) {
            (SurfaceRefKind::Endpoint { method, .. }, SurfaceKind::Endpoint(own)) => **own == *method.text(source),
            (SurfaceRefKind::Topic(_), SurfaceKind::Topic) | (SurfaceRefKind::View(_), SurfaceKind::View) => true,
            _ => false,
        };
        let known = self.program.surfaces.iter().take(most).filter(|surface| fits(&surface.kind));
        let value = name.value(source);
        crate::diagnostic::nearest::name(&value, known.map(|surface| &*surface.name)).map(ast::Text::literal)
    }

    /// Tells each surface what guards it; a second guard is reported.
    fn guard_surfaces(&mut self) {
        for at in 0..self.program.enforcements.len() {
            for surface in std::mem::take(&mut self.program.enforcements[at].surfaces) {
                let guard = &mut self.program.surfaces[surface].guard;
                if let Some(first) = guard {
                    let (first, second) = (&self.program.enforcements[*first], &self.program.enforcements[at]);
                    let title = self.program.surfaces[surface].title();
                    self.sink.report(words::enforcement::guarded_twice(
                        &title,
                        (&second.name, second.name_span),
                        (&first.name, first.name_span),
                    ));
                    self.program.enforcements[at].faulty = true;
                } else {
                    *guard = Some(at);
                    self.program.enforcements[at].surfaces.push(surface);
                }
            }
        }
    }

    /// What the manifest opts in to must have a grace period.
    fn check_opt_ins(&mut self) {
        let mut unknown = Vec::new();
        for name in self.program.organisation.opt_ins.keys().take(limits::SUGGESTIONS) {
            let found = self.program.enforcements.iter().find(|enforcement| *enforcement.name == **name);
            if found.is_none_or(|enforcement| enforcement.grace.is_none() && !enforcement.faulty) {
                unknown.push((name.clone(), found.map(|enforcement| enforcement.name_span)));
            }
        }
        for (name, place) in unknown {
            self.sink.report(words::enforcement::opt_in_without_grace(&name, place));
        }
    }
}
