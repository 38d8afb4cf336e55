//! The tests, assertions and `never`s of a project as a suite: which hold, and which grants none of them looks at.

use rustc_hash::FxHashSet;

use crate::access;
use crate::assertions;
use crate::diagnostic::{Code, Diagnostic};
use crate::flatten::Flat;
use crate::model::{Assertion, Program, RoleId, RoleKind};
use crate::sets::PermissionId;
use crate::source::Sources;
use crate::span::Span;
use crate::syntax::ast::Text;

/// What a member of the suite is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `test`.
    Test,
    /// `assert`.
    Assert,
    /// `never`.
    Never,
}

impl Kind {
    /// The word that declares it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Assert => "assert",
            Self::Never => "never",
        }
    }
}

/// How a member of the suite fared.
#[derive(Debug)]
pub struct Outcome {
    /// What it is.
    pub kind: Kind,
    /// Its name; of an assertion, what it says.
    pub name: String,
    /// Its declaration.
    pub span: Span,
    /// How many things it expects.
    pub expectations: usize,
    /// What it expects and is not so.
    pub failures: Vec<Diagnostic>,
    /// How many of its expectations can't be judged, for errors in the roles.
    pub unjudged: usize,
}

impl Outcome {
    /// Whether all of it holds.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.unjudged == 0
    }
}

/// How much of a role the suite looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The role.
    pub role: RoleId,
    /// How many permissions it holds.
    pub held: usize,
    /// Those of them that nothing looks at.
    pub untouched: Vec<PermissionId>,
}

/// A compiled project and what was found in it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'c> {
    /// The texts.
    pub sources: &'c Sources,
    /// The project.
    pub program: &'c Program,
    /// Its effective grants.
    pub flat: &'c Flat,
    /// What the compiler found.
    pub findings: &'c [Diagnostic],
}

/// The suite's members whose names contain a text, in the order of the sources.
#[must_use]
pub fn run(judged: Judged<'_>, filter: &str) -> Vec<Outcome> {
    let program = judged.program;
    let nevers = program.nevers.iter().map(|never| {
        let name = never.title.as_deref().map_or_else(|| on_one_line(judged, never.span, "never"), Text::literal);
        (Kind::Never, name, never.span, &[][..])
    });
    let asserts = program.assertions.iter().map(|asserted| {
        let name = on_one_line(judged, asserted.span, "assert");
        (Kind::Assert, name, asserted.span, std::slice::from_ref(asserted))
    });
    let tests = program.tests.iter().map(|test| (Kind::Test, Text::literal(&test.name), test.span, test.assertions.as_slice()));
    let members = nevers.chain(asserts).chain(tests).filter(|(_, name, ..)| name.contains(filter));
    let mut outcomes: Vec<Outcome> =
        members.map(|(kind, name, span, expected)| outcome(judged, kind, (name, span), expected)).collect();
    outcomes.sort_by_key(|outcome| outcome.span);
    outcomes
}

/// A declaration on one line, without the word that it begins with.
fn on_one_line(judged: Judged<'_>, span: Span, word: &str) -> String {
    let text = judged.sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
    text.strip_prefix(word).unwrap_or(&text).trim_start().to_owned()
}

fn outcome(judged: Judged<'_>, kind: Kind, (name, span): (String, Span), expected: &[Assertion]) -> Outcome {
    let code = match kind {
        Kind::Test => Code::TestFailed,
        Kind::Assert => Code::AssertionFailed,
        Kind::Never => Code::NeverBroken,
    };
    let concerns = |finding: &&Diagnostic| match kind {
        Kind::Never => finding.labels.iter().any(|label| label.span == span),
        Kind::Test | Kind::Assert => finding.primary().is_some_and(|place| span.contains(place)),
    };
    let failures = judged.findings.iter().filter(|finding| finding.code == code).filter(concerns).cloned().collect();
    let unjudged = expected.iter().filter(|assertion| !assertions::is_judged(judged.program, judged.flat, assertion)).count();
    Outcome { kind, name, span, expectations: expected.len().max(1), failures, unjudged }
}

/// How much of each of the organisation's own roles the tests and assertions look at, in order of the roles' names.
#[must_use]
pub fn coverage(program: &Program, flat: &Flat) -> Vec<Coverage> {
    let mut touched: FxHashSet<(RoleId, PermissionId)> = FxHashSet::default();
    for assertion in program.tests.iter().flat_map(|test| &test.assertions).chain(&program.assertions) {
        let looked_at = assertions::looked_at(program, assertion);
        for given in access::of(program, assertion.holder) {
            touched.extend(looked_at.iter().map(|permission| (given.role, *permission)));
        }
    }
    let mut roles = program.named_roles();
    roles.retain(|role| flat.is_flat(*role) && program.role(*role).kind == RoleKind::Custom);
    let of_role = |role| {
        let mut held: Vec<PermissionId> = flat.grants(program, role).into_iter().map(|grant| grant.permission).collect();
        held.dedup();
        let untouched = held.iter().copied().filter(|permission| !touched.contains(&(role, *permission))).collect();
        Coverage { role, held: held.len(), untouched }
    };
    roles.into_iter().map(of_role).collect()
}
