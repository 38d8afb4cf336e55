//! `never`, `assert` and `test`.

use pest::iterators::Pair;

use super::{Lower, parts, parts_of};
use crate::syntax::ast;
use crate::syntax::parse::Rule;

impl Lower<'_> {
    pub(super) fn never(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Never> {
        let (mut title, mut selectors) = (None, Vec::new());
        for part in parts(pair) {
            match part.as_rule() {
                Rule::title => title = self.only_text(part),
                Rule::selector => selectors.push(self.selector(&part)),
                _ => selectors.push(self.only_selector(part)?),
            }
        }
        Some(ast::Never { title, selectors })
    }

    pub(super) fn assertion(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Assert> {
        let mut inner = parts(pair);
        let holder = self.holder(inner.next()?)?;
        let said = inner.next()?;
        let moment = self.moment(&said);
        let claim = if said.as_rule() == Rule::license_bound {
            ast::Claim::License(self.only_name(said)?)
        } else {
            let can = parts_of(said.clone(), Rule::can).next().is_some();
            ast::Claim::Reach { can, target: self.target(said.clone())?, scope: self.in_scope(said) }
        };
        Some(ast::Assert { holder, claim, moment })
    }

    fn holder(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Holder> {
        Some(match pair.as_rule() {
            Rule::user_holder => ast::Holder::User(self.only_text(pair)?),
            Rule::group_holder | Rule::as_group => ast::Holder::Group(self.only_name(pair)?),
            Rule::role_holder | Rule::as_role => ast::Holder::Role(self.only_name(pair)?),
            _ => return None,
        })
    }

    /// The target among the parts of a line.
    fn target(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Target> {
        parts(pair).find_map(|part| match part.as_rule() {
            Rule::selector => Some(ast::Target::Permissions(self.selector(&part))),
            Rule::endpoint_target => {
                parts(part).next().and_then(|operation| self.surface_ref(&operation)).map(ast::Target::Surface)
            }
            Rule::topic_target | Rule::view_target => self.surface_ref(&part).map(ast::Target::Surface),
            Rule::object_target => self.only_text(part).map(ast::Target::Object),
            _ => None,
        })
    }

    fn in_scope(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Scope> {
        parts_of(pair, Rule::in_scope).next().and_then(|scope| parts(scope).next()).and_then(|scope| self.scope(scope))
    }

    fn moment(&mut self, pair: &Pair<'_, Rule>) -> ast::Moment {
        let mut moment = ast::Moment::default();
        for part in parts_of(pair.clone(), Rule::moment).flat_map(parts) {
            match part.as_rule() {
                Rule::at_date => moment.at = self.only_date(part),
                _ => moment.region = self.only_name(part),
            }
        }
        moment
    }

    pub(super) fn test(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Test> {
        let mut inner = parts(pair);
        let mut test = self.test_head(inner.next()?)?;
        self.test_clauses(inner, &mut test);
        Some(test)
    }

    pub(in crate::syntax::parse) fn test_head(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Test> {
        Some(ast::Test { name: self.only_text(pair)?, clauses: Vec::new() })
    }

    pub(in crate::syntax::parse) fn test_clauses<'p>(
        &mut self,
        pairs: impl Iterator<Item = Pair<'p, Rule>>,
        test: &mut ast::Test,
    ) {
        for part in pairs {
            let span = self.solid_span(&part);
            let kind = self.test_clause(part);
            test.clauses.extend(kind.map(|kind| ast::TestClause { span, kind }));
        }
    }

    fn test_clause(&mut self, pair: Pair<'_, Rule>) -> Option<ast::TestClauseKind> {
        match pair.as_rule() {
            Rule::as_holder => {
                let holder = parts(pair.clone()).next().and_then(|holder| self.holder(holder))?;
                Some(ast::TestClauseKind::As { holder, scope: self.in_scope(pair) })
            }
            Rule::expect => {
                let given = parts_of(pair.clone(), Rule::with_values).flat_map(|values| parts_of(values, Rule::given));
                let expect = ast::Expect {
                    moment: self.moment(&pair),
                    allow: parts_of(pair.clone(), Rule::allowed).next().is_some(),
                    target: self.target(pair.clone())?,
                    scope: self.in_scope(pair.clone()),
                    given: given.filter_map(|given| self.given(given)).collect(),
                };
                Some(ast::TestClauseKind::Expect(Box::new(expect)))
            }
            _ => None,
        }
    }

    fn given(&mut self, pair: Pair<'_, Rule>) -> Option<(ast::Name, ast::Value)> {
        let variable = self.only_name(pair.clone())?;
        let value = parts(pair).find_map(|part| match part.as_rule() {
            Rule::string => Some(ast::Value::String(self.text(&part))),
            Rule::number => Some(self.number(&part)),
            _ => None,
        })?;
        Some((variable, value))
    }
}
