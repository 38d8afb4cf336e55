//! `never`, `assert` and `test`.

use std::collections::HashMap;

use super::{Resolver, Trees};
use crate::conditions::Operand;
use crate::diagnostic::{Code, nearest, words};
use crate::model::{Assertion, Claim, Holder, Never, Reach, Target, Test};
use crate::scopes::{ScopeId, Scopes};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, ItemKind, TestClauseKind};

/// What is written means nothing, which was reported.
#[derive(Debug, Clone, Copy)]
struct Reported;

impl Resolver<'_> {
    /// Resolves what must hold, in the order of the sources.
    pub(super) fn assertions(&mut self, trees: &Trees<'_>) {
        let mut tests: HashMap<String, Span> = HashMap::default();
        for (source, item) in trees.items() {
            match &item.kind {
                ItemKind::Never(never) => self.never(source, never, item.span),
                ItemKind::Assert(assert) => {
                    let assertion = self.assertion(source, assert, item.span);
                    self.program.assertions.extend(assertion);
                }
                ItemKind::Test(test) => {
                    let name = test.name.value(source).into_owned();
                    if let Some(first) = tests.get(&name) {
                        self.sink.report(words::names::duplicate("test", &name, test.name.span, *first));
                        continue;
                    }
                    tests.insert(name.clone(), test.name.span);
                    let assertions = self.test(source, test);
                    let name = name.into();
                    self.program.tests.push(Test { name, assertions, name_span: test.name.span, span: item.span });
                }
                _ => {}
            }
        }
    }

    fn never(&mut self, source: &Source, never: &ast::Never, span: Span) {
        let found: Vec<_> = never.selectors.iter().map(|selector| self.selector(source, *selector)).collect();
        if let Some(found) = found.into_iter().collect::<Option<Vec<_>>>() {
            let sets = found.into_iter().map(|found| found.set).collect();
            let title = never.title.map(|title| title.value(source).into());
            self.program.nevers.push(Never { title, sets, span });
        }
    }

    fn assertion(&mut self, source: &Source, assert: &ast::Assert, span: Span) -> Option<Assertion> {
        let holder = self.holder(source, assert.holder);
        let moment = self.moment(source, assert.moment);
        let claim = match &assert.claim {
            ast::Claim::License(license) => self.license_named(source, *license).map(Claim::License),
            ast::Claim::Reach { can, target, scope } => {
                let target = self.target(source, *target);
                let scope = self.where_(source, scope.as_ref());
                let both = target.zip(scope.ok());
                both.map(|(target, scope)| Claim::Reach(Reach { can: *can, target, scope, given: None }))
            }
        };
        let (at, region) = moment?;
        Some(Assertion { holder: holder?, claim: claim?, at, region, span })
    }

    fn holder(&mut self, source: &Source, holder: ast::Holder) -> Option<Holder> {
        match holder {
            ast::Holder::Role(name) => self.role_named(source, name).map(|role| Holder::Role(role, Scopes::all())),
            ast::Holder::Group(name) => self.group_named(source, name).map(Holder::Group),
            ast::Holder::User(name) => self.user_named(source, name).map(Holder::User),
        }
    }

    /// The divisions that are written, if any.
    fn where_(&mut self, source: &Source, scope: Option<&ast::Scope>) -> Result<Option<ScopeId>, Reported> {
        scope.map(|scope| self.scope(source, scope).ok_or(Reported)).transpose()
    }

    /// The day and region that are written; `None` after a report.
    fn moment(
        &mut self,
        source: &Source,
        moment: ast::Moment,
    ) -> Option<(Option<jiff::civil::Date>, Option<crate::model::RegionId>)> {
        let region = match moment.region {
            Some(region) => Some(self.region(source, region)?),
            None => None,
        };
        Some((moment.at.map(|at| at.day), region))
    }

    fn target(&mut self, source: &Source, target: ast::Target) -> Option<Target> {
        match target {
            ast::Target::Permissions(selector) => self.selector(source, selector).map(|found| Target::Permissions(found.set)),
            ast::Target::Surface(surface) => self.surface_refs(source, surface)?.first().map(|surface| Target::Surface(*surface)),
            ast::Target::Object(name) => {
                let path = name.value(source);
                let found = self.program.find_object(&path);
                if found.is_none() {
                    let most = self.comparable(self.program.objects.len());
                    let known = self.program.objects.iter().map(|object| &*object.path).take(most);
                    let meant = nearest::name(&path, known).map(ast::Text::literal);
                    let finding = words::names::unknown(Code::UnknownObject, "object", &path, name.span, meant.as_deref());
                    self.sink.report(finding);
                }
                found.map(Target::Object)
            }
        }
    }

    /// The expectations of a test that are sound; a line without anybody who asks is reported.
    fn test(&mut self, source: &Source, test: &ast::Test) -> Vec<Assertion> {
        let mut assertions = Vec::new();
        let mut asks: Option<Result<Holder, Reported>> = None;
        let mut told = false;
        for clause in &test.clauses {
            match &clause.kind {
                TestClauseKind::As { holder, scope } => {
                    let found = self.holder(source, *holder);
                    let scope = self.where_(source, scope.as_ref());
                    asks = Some(self.asking(found.ok_or(Reported), scope, clause.span));
                }
                TestClauseKind::Expect(expect) => match asks {
                    None if !told => {
                        told = true;
                        self.sink.report(words::assertions::nobody_asks(clause.span, test.name.span));
                    }
                    None => {}
                    Some(holder) => assertions.extend(self.expectation(source, expect, holder.ok(), clause.span)),
                },
            }
        }
        if test.clauses.iter().all(|clause| matches!(clause.kind, TestClauseKind::As { .. })) {
            self.sink.report(words::assertions::empty_test(&test.name.value(source), test.name.span));
        }
        assertions
    }

    /// A role may be looked at as assigned in divisions; who has a name of its own has its assignments already.
    fn asking(
        &mut self,
        holder: Result<Holder, Reported>,
        scope: Result<Option<ScopeId>, Reported>,
        span: Span,
    ) -> Result<Holder, Reported> {
        match (holder?, scope?) {
            (Holder::Role(role, _), Some(scope)) => Ok(Holder::Role(role, scope)),
            (Holder::Group(_) | Holder::User(_), Some(_)) => {
                self.sink.report(words::assertions::subject_in_divisions(span));
                Err(Reported)
            }
            (holder, None) => Ok(holder),
        }
    }

    fn expectation(&mut self, source: &Source, expect: &ast::Expect, holder: Option<Holder>, span: Span) -> Option<Assertion> {
        let moment = self.moment(source, expect.moment);
        let target = self.target(source, expect.target);
        let scope = self.where_(source, expect.scope.as_ref());
        let given = expect.given.iter().map(|(name, value)| {
            let value = match value {
                ast::Value::Number(span) => Operand::number(source.slice(*span)),
                ast::Value::String(text) => Operand::String(text.value(source).into()),
                ast::Value::Variable(name) => Operand::Variable(name.text(source).into()),
            };
            (name.text(source).into(), value)
        });
        let given: Vec<(Box<str>, Operand)> = given.collect();
        let given = (!given.is_empty()).then_some(given);
        let ((at, region), target, scope) = (moment?, target?, scope.ok()?);
        let claim = Claim::Reach(Reach { can: expect.allow, target, scope, given });
        Some(Assertion { holder: holder?, claim, at, region, span })
    }
}
