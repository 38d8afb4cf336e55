//! Enforcements, assertions and tests.

use std::io::{self, Write};

use super::{Tree, day};
use crate::syntax::ast::{
    Assert, Claim, Enforcement, EnforcementClauseKind, Expect, Holder, Moment, Never, SurfaceRef, SurfaceRefKind, Target, Test,
    TestClauseKind,
};

impl<W: Write> Tree<'_, W> {
    pub(super) fn enforcement(&mut self, faulty: &str, enforcement: &Enforcement) -> io::Result<()> {
        let text = format!("{faulty}enforcement {}", self.text(enforcement.name));
        self.node(&text, |tree| {
            tree.title(enforcement.title)?;
            enforcement.clauses.iter().try_for_each(|clause| tree.enforcement_clause(&clause.kind))
        })
    }

    fn enforcement_clause(&mut self, clause: &EnforcementClauseKind) -> io::Result<()> {
        match clause {
            EnforcementClauseKind::Guards(surfaces) => {
                surfaces.iter().try_for_each(|surface| self.line(&format!("guards {}", self.surface_ref(*surface))))
            }
            EnforcementClauseKind::After(backfill) => self.line(&format!("after backfill {}", self.text(*backfill))),
            EnforcementClauseKind::Formerly(requirement) => self.node("formerly", |tree| tree.requirement(requirement)),
            EnforcementClauseKind::From(from) => self.line(&format!("from {}", day(*from))),
            EnforcementClauseKind::Region { region, day: from } => {
                self.line(&format!("region {} from {}", self.text(*region), day(*from)))
            }
            EnforcementClauseKind::Grace { from, until } => {
                self.line(&format!("grace from {} until {}", day(*from), day(*until)))
            }
            EnforcementClauseKind::See(text) => self.line(&format!("see {}", self.literal(*text))),
            EnforcementClauseKind::AllowFinding(allowed) => self.allow_finding(*allowed),
        }
    }

    fn surface_ref(&self, surface: SurfaceRef) -> String {
        match surface.kind {
            SurfaceRefKind::Endpoint { method, path } => format!("{} {}", self.text(method), self.literal(path)),
            SurfaceRefKind::Topic(name) => format!("topic {}", self.literal(name)),
            SurfaceRefKind::EveryTopic => "topic *".to_owned(),
            SurfaceRefKind::View(name) => format!("view {}", self.literal(name)),
            SurfaceRefKind::EveryView => "view *".to_owned(),
        }
    }

    pub(super) fn never(&mut self, faulty: &str, never: &Never) -> io::Result<()> {
        self.node(&format!("{faulty}never"), |tree| {
            tree.title(never.title)?;
            tree.selectors("holds", &never.selectors)
        })
    }

    pub(super) fn assertion(&mut self, faulty: &str, assert: &Assert) -> io::Result<()> {
        let (holder, moment) = (self.holder(assert.holder), self.moment(assert.moment));
        match &assert.claim {
            Claim::License(license) => self.line(&format!("{faulty}assert {holder} license <= {}{moment}", self.text(*license))),
            Claim::Reach { can, target, scope } => {
                let can = if *can { "can" } else { "cannot" };
                self.node(&format!("{faulty}assert {holder} {can} {}{moment}", self.target(*target)), |tree| {
                    scope.iter().try_for_each(|scope| tree.scope("in", scope))
                })
            }
        }
    }

    fn holder(&self, holder: Holder) -> String {
        match holder {
            Holder::Role(name) => format!("role {}", self.text(name)),
            Holder::Group(name) => format!("group {}", self.text(name)),
            Holder::User(name) => format!("user {}", self.literal(name)),
        }
    }

    fn target(&self, target: Target) -> String {
        match target {
            Target::Permissions(selector) => self.selector(selector),
            Target::Surface(surface) => self.surface_ref(surface),
            Target::Object(name) => format!("object {}", self.literal(name)),
        }
    }

    fn moment(&self, moment: Moment) -> String {
        let at = moment.at.map(|at| format!(" at {}", at.day)).unwrap_or_default();
        let region = moment.region.map(|region| format!(" region {}", self.text(region))).unwrap_or_default();
        at + &region
    }

    pub(super) fn test(&mut self, faulty: &str, test: &Test) -> io::Result<()> {
        let head = format!("{faulty}test {}", self.literal(test.name));
        self.node(&head, |tree| {
            test.clauses.iter().try_for_each(|clause| match &clause.kind {
                TestClauseKind::As { holder, scope } => tree.node(&format!("as {}", tree.holder(*holder)), |tree| {
                    scope.iter().try_for_each(|scope| tree.scope("in", scope))
                }),
                TestClauseKind::Expect(expect) => tree.expectation(expect),
            })
        })
    }

    fn expectation(&mut self, expect: &Expect) -> io::Result<()> {
        let word = if expect.allow { "allow" } else { "deny" };
        let text = format!("{word} {}{}", self.target(expect.target), self.moment(expect.moment));
        self.node(&text, |tree| {
            expect.scope.iter().try_for_each(|scope| tree.scope("in", scope))?;
            let given = &expect.given;
            given.iter().try_for_each(|(name, value)| tree.line(&format!("with {} = {}", tree.text(*name), tree.value(*value))))
        })
    }
}
