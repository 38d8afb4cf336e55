//! The lines of enforcements.

use super::Line;
use crate::syntax::ast::{self, EnforcementClauseKind as Kind};

impl Line<'_> {
    pub(in crate::syntax::format) fn enforcement_clause(self, clause: &ast::EnforcementClause) -> Self {
        match &clause.kind {
            Kind::Guards(surfaces) => self.word("guards").list_of(surfaces, |surface| surface.span, Self::surface_ref),
            Kind::After(backfill) => self.word("after").word("backfill").name(*backfill),
            Kind::Formerly(requirement) => self.word("formerly").requirement(requirement),
            Kind::From(day) => self.word("from").day(day),
            Kind::Region { region, day } => self.word("region").name(*region).word("from").day(day),
            Kind::Grace { from, until } => self.word("grace").word("from").day(from).word("until").day(until),
            Kind::See(text) => self.word("see").text(text.span),
            Kind::AllowFinding(finding) => self.allow_finding(finding),
        }
    }

    pub(super) fn surface_ref(self, surface: ast::SurfaceRef) -> Self {
        match surface.kind {
            ast::SurfaceRefKind::Endpoint { method, path } => self.name(method).text(path.span),
            ast::SurfaceRefKind::Topic(name) => self.word("topic").text(name.span),
            ast::SurfaceRefKind::EveryTopic => self.word("topic").word("*"),
            ast::SurfaceRefKind::View(name) => self.word("view").text(name.span),
            ast::SurfaceRefKind::EveryView => self.word("view").word("*"),
        }
    }
}
