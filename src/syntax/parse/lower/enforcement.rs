//! Enforcements and licences.

use pest::iterators::Pair;

use super::{Lower, parts, parts_of};
use crate::syntax::ast::{self, EnforcementClauseKind as Kind};
use crate::syntax::parse::Rule;

impl Lower<'_> {
    pub(super) fn enforcement(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Enforcement> {
        let mut inner = parts(pair);
        let mut enforcement = self.enforcement_head(inner.next()?)?;
        self.enforcement_clauses(inner, &mut enforcement);
        Some(enforcement)
    }

    pub(in crate::syntax::parse) fn enforcement_head(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Enforcement> {
        let (name, title, _) = self.described(pair)?;
        Some(ast::Enforcement { name, title, clauses: Vec::new() })
    }

    pub(in crate::syntax::parse) fn enforcement_clauses<'p>(
        &mut self,
        pairs: impl Iterator<Item = Pair<'p, Rule>>,
        enforcement: &mut ast::Enforcement,
    ) {
        for part in pairs {
            let span = self.solid_span(&part);
            let kind = self.enforcement_clause(part);
            enforcement.clauses.extend(kind.map(|kind| ast::EnforcementClause { span, kind }));
        }
    }

    fn enforcement_clause(&mut self, pair: Pair<'_, Rule>) -> Option<Kind> {
        Some(match pair.as_rule() {
            Rule::guards => Kind::Guards(parts(pair).filter_map(|part| self.surface_ref(&part)).collect()),
            Rule::after_backfill => Kind::After(self.only_name(pair)?),
            Rule::opened_by => Kind::Formerly(parts(pair).next().and_then(|part| self.requirement(part))?),
            Rule::enforced_from => Kind::From(parts(pair).next().and_then(|day| self.day(day))?),
            Rule::enforced_region => {
                let region = self.only_name(pair.clone())?;
                Kind::Region { region, day: parts_of(pair, Rule::day).next().and_then(|day| self.day(day))? }
            }
            Rule::grace => {
                let mut inner = parts(pair);
                let from = inner.next().and_then(|day| self.day(day))?;
                Kind::Grace { from, until: parts(inner.next()?).next().and_then(|day| self.day(day))? }
            }
            Rule::see => Kind::See(self.only_text(pair)?),
            Rule::allow_finding => Kind::AllowFinding(self.allow_finding(pair)?),
            _ => return None,
        })
    }

    /// `GET "…"`, `topic "…"` and the like; `None` for the commas between them.
    pub(super) fn surface_ref(&mut self, pair: &Pair<'_, Rule>) -> Option<ast::SurfaceRef> {
        let span = self.solid_span(pair);
        let name = |lower: &mut Self| lower.only_text(pair.clone());
        let kind = match pair.as_rule() {
            Rule::operation => {
                let method = parts_of(pair.clone(), Rule::method).next().map(|method| self.span_of(&method))?;
                ast::SurfaceRefKind::Endpoint { method: ast::Name { span: method }, path: name(self)? }
            }
            Rule::topics => name(self).map_or(ast::SurfaceRefKind::EveryTopic, ast::SurfaceRefKind::Topic),
            Rule::views => name(self).map_or(ast::SurfaceRefKind::EveryView, ast::SurfaceRefKind::View),
            Rule::topic_target => ast::SurfaceRefKind::Topic(name(self)?),
            Rule::view_target => ast::SurfaceRefKind::View(name(self)?),
            _ => return None,
        };
        Some(ast::SurfaceRef { span, kind })
    }

    pub(super) fn license(&mut self, pair: Pair<'_, Rule>) -> Option<ast::License> {
        let addon = parts_of(pair.clone(), Rule::addon).next().is_some();
        let name = self.only_name(pair.clone())?;
        let mut license = ast::License { addon, name, fact: ast::LicenseFact::Exists(None), allowed_findings: Vec::new() };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::title => license.fact = ast::LicenseFact::Exists(self.only_text(part)),
                Rule::dearer => license.fact = ast::LicenseFact::Dearer(self.names(part)),
                Rule::needs => license.fact = ast::LicenseFact::Needs(self.selectors(part)),
                Rule::unwanted => license.fact = ast::LicenseFact::Unwanted(self.only_name(part)?),
                Rule::allow_finding => license.allowed_findings.extend(self.allow_finding(part)),
                _ => {}
            }
        }
        Some(license)
    }
}
