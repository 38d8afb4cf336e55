//! `never`, `assert` and the lines of tests.

use super::Line;
use crate::syntax::ast;

impl Line<'_> {
    pub(in crate::syntax::format) fn never(self, never: &ast::Never) -> Self {
        never
            .selectors
            .iter()
            .enumerate()
            .fold(self.word("never").title(never.title), |line, (at, selector)| line.word_if(at > 0, "with").selector(*selector))
    }

    pub(in crate::syntax::format) fn assertion(self, assert: &ast::Assert) -> Self {
        let line = self.word("assert").holder(assert.holder, true);
        let line = match &assert.claim {
            ast::Claim::License(license) => line.word("license").word("<=").name(*license),
            ast::Claim::Reach { can, target, scope } => {
                line.word(if *can { "can" } else { "cannot" }).target(*target).in_scope(scope.as_ref())
            }
        };
        line.moment(assert.moment)
    }

    fn holder(self, holder: ast::Holder, with_keyword: bool) -> Self {
        match holder {
            ast::Holder::Role(name) => self.word_if(with_keyword, "role").name(name),
            ast::Holder::Group(name) => self.word("group").name(name),
            ast::Holder::User(name) => self.word("user").text(name.span),
        }
    }

    fn target(self, target: ast::Target) -> Self {
        match target {
            ast::Target::Permissions(selector) => self.selector(selector),
            ast::Target::Surface(surface) => {
                let operation = matches!(surface.kind, ast::SurfaceRefKind::Endpoint { .. });
                self.word_if(operation, "endpoint").surface_ref(surface)
            }
            ast::Target::Object(name) => self.word("object").text(name.span),
        }
    }

    fn moment(self, moment: ast::Moment) -> Self {
        let line = self.date("at", moment.at);
        moment.region.into_iter().fold(line, |line, region| line.word("region").name(region))
    }

    pub(in crate::syntax::format) fn test_clause(self, clause: &ast::TestClause) -> Self {
        match &clause.kind {
            ast::TestClauseKind::As { holder, scope } => self.word("as").holder(*holder, false).in_scope(scope.as_ref()),
            ast::TestClauseKind::Expect(expect) => {
                let line = self.moment(expect.moment).word(if expect.allow { "allow" } else { "deny" });
                let line = line.target(expect.target).in_scope(expect.scope.as_ref());
                if expect.given.is_empty() {
                    return line;
                }
                line.word("with").list_of(
                    &expect.given,
                    |(_, value)| value.span(),
                    |line, (name, value)| line.name(name).word("=").text(value.span()),
                )
            }
        }
    }
}
