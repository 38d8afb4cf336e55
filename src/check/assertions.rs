//! Assertions and tests that do not hold, each with what contradicts it.

use crate::access::{Access, Given, Through, Way};
use crate::assertions::{self, Contradiction, Failure, Judge};
use crate::diagnostic::{Code, Diagnostic, Sink, words};
use crate::model::{Assertion, Claim, Holder, Program, RoleId, Target};
use crate::provenance;
use crate::sets::PermissionId;
use crate::span::Span;
use crate::timeline::Moment;

/// Judges every assertion and every line of every test; what is said of one holder, all at once.
pub fn check(access: &mut Access<'_>, sink: &mut Sink) {
    let (asserted, tests) = (std::mem::take(&mut access.program.assertions), std::mem::take(&mut access.program.tests));
    let tested = tests.iter().flat_map(|test| &test.assertions).map(|assertion| (assertion, Code::TestFailed));
    let mut all: Vec<(&Assertion, Code)> =
        asserted.iter().map(|assertion| (assertion, Code::AssertionFailed)).chain(tested).collect();
    all.sort_by_key(|(assertion, _)| assertion.holder);
    for same in all.chunk_by(|(a, _), (b, _)| a.holder == b.holder) {
        let mut judge = Judge::new(access, same[0].0.holder, same.len());
        if !judge.is_judged() {
            continue;
        }
        for (assertion, code) in same {
            if let Some(failure) = judge.failure(assertion) {
                sink.report(describe(judge.access, assertion, &failure, *code));
            }
        }
    }
    (access.program.assertions, access.program.tests) = (asserted, tests);
}

fn describe(access: &mut Access<'_>, assertion: &Assertion, failure: &Failure, code: Code) -> Diagnostic {
    let program = &*access.program;
    let who = name(program, assertion.holder);
    let what = match &assertion.claim {
        Claim::Reach(reach) => target(program, reach.target),
        Claim::License(license) => program.license(*license).name.to_string(),
    };
    let message = message(program, &who, &what, &failure.why) + &when(program, failure);
    let label = match &assertion.claim {
        Claim::Reach(reach) if reach.can => "expected to be allowed",
        Claim::Reach(_) => "expected to be denied",
        Claim::License(_) => "expected to be enough",
    };
    let mut finding = words::assertions::failed(code, message, (assertion.span, label));
    let moment = Moment { region: failure.region, at: failure.from };
    match &failure.why {
        Contradiction::Held { permission, given, .. } => {
            finding = finding.with_all(given.iter().flat_map(|given| derivation(access, *given, *permission, moment)));
        }
        Contradiction::Reached { through, .. } => {
            let given = through
                .first()
                .and_then(|permission| Some((assertions::giver(access, assertion.holder, *permission, moment)?, *permission)));
            finding =
                finding.with_all(given.into_iter().flat_map(|(given, permission)| derivation(access, given, permission, moment)));
        }
        Contradiction::Needs { permission, .. } => {
            let given = assertions::giver(access, assertion.holder, *permission, moment);
            finding = finding.with_all(given.into_iter().flat_map(|given| derivation(access, given, *permission, moment)));
        }
        Contradiction::Lacks { permission, .. } => finding = finding.with_all(taken_away(access, assertion.holder, *permission)),
        Contradiction::NotReached { missing, .. } => {
            let first = missing.first().copied();
            finding =
                finding.with_all(first.into_iter().filter_map(|permission| taken_away(access, assertion.holder, permission)));
        }
        Contradiction::Open | Contradiction::Unstated => {
            if let Claim::Reach(crate::model::Reach { target: Target::Surface(surface), .. }) = &assertion.claim {
                finding = finding.with(access.program.surfaces[*surface].span, "declared here");
            }
        }
        Contradiction::Reads | Contradiction::ReadsNot => {
            if let Claim::Reach(crate::model::Reach { target: Target::Object(object), .. }) = &assertion.claim {
                finding = finding.with(access.program.objects[*object].name_span, "declared here");
            }
        }
    }
    finding
}

/// A holder as people name it.
#[must_use]
pub fn name(program: &Program, holder: Holder) -> String {
    match holder {
        Holder::Role(role, _) => format!("`{}`", program.role(role).name),
        Holder::Group(group) => format!("the group `{}`", program.subjects.group(group).name),
        Holder::User(user) => format!("the user `{}`", program.subjects.user(user).name),
    }
}

/// A target as people name it.
#[must_use]
pub fn target(program: &Program, target: Target) -> String {
    match target {
        Target::Permissions(set) => program.sets.iter(set).map(|id| program.catalog.name(id)).collect::<Vec<_>>().join(", "),
        Target::Surface(surface) => program.surfaces[surface].title(),
        Target::Object(object) => program.objects[object].path.to_string(),
    }
}

/// What contradicts a claim, in words.
#[must_use]
pub fn message(program: &Program, who: &str, what: &str, why: &Contradiction) -> String {
    let permission = |id: &PermissionId| program.catalog.name(*id);
    let ways = |ways: &[Way]| {
        let texts: Vec<String> = ways.iter().map(|way| assertions::way_text(program, *way)).collect();
        words::all_of(&texts)
    };
    let names = |ids: &[PermissionId]| ids.iter().map(|id| format!("`{}`", program.catalog.name(*id))).collect::<Vec<_>>();
    match why {
        Contradiction::Held { permission: id, ways: held, .. } => format!("{who} holds `{}` {}", permission(id), ways(held)),
        Contradiction::Lacks { permission: id, ways: held } if held.is_empty() => {
            format!("{who} does not hold `{}`", permission(id))
        }
        Contradiction::Lacks { permission: id, ways: held } => {
            format!("{who} holds `{}` only {}", permission(id), ways(held))
        }
        Contradiction::Open => format!("`{what}` is open to anybody"),
        Contradiction::Unstated => format!("no source says who may use `{what}`"),
        Contradiction::Reached { through, ways: reached } => {
            format!("{who} reaches `{what}` through {}, {}", words::all_of(&names(through)), ways(reached))
        }
        Contradiction::NotReached { ways: reached, .. } if !reached.is_empty() => {
            format!("{who} reaches `{what}` only {}", ways(reached))
        }
        Contradiction::NotReached { missing, any: true, .. } => {
            format!("{who} does not reach `{what}`, which asks for {}", words::one_of(&names(missing)))
        }
        Contradiction::NotReached { missing, any: false, .. } => {
            format!("{who} does not reach `{what}`, which also asks for {}", words::all_of(&names(missing)))
        }
        Contradiction::Reads => format!("{who} may read `{what}`"),
        Contradiction::ReadsNot => format!("{who} may not read `{what}`"),
        Contradiction::Needs { license, permission: id } => {
            format!("{who} needs the licence `{}`, because of `{}`", program.license(*license).name, permission(id))
        }
    }
}

/// Since when, and in which region.
fn when(program: &Program, failure: &Failure) -> String {
    let region = failure.region.map(|region| format!(" in {}", program.regions[region.index()])).unwrap_or_default();
    failure.from.map(|from| format!(", from {from} on")).unwrap_or_default() + &region
}

/// The places that make somebody hold a permission: the assignment, the chain of parents, the clause, or the backfill.
#[must_use]
pub fn derivation(access: &Access<'_>, given: Given, permission: PermissionId, moment: Moment) -> Vec<(Span, String)> {
    let program = &*access.program;
    let mut labels = Vec::new();
    match given.through {
        Through::Own(at) | Through::Group(_, at) => {
            let by = assertions::by_way_of(program, given.through).map(|by| format!(", {by}")).unwrap_or_default();
            let role = &program.role(given.role).name;
            labels.push((program.subjects.assignments[at as usize].span, format!("`{role}` is assigned here{by}")));
        }
        Through::OldOption(at) => labels.push((program.subjects.old_options[at].span, "an old option".to_owned())),
        Through::Automatic => {}
    }
    if let Some(derivation) = provenance::nearest(program, access.flat, given.role, permission) {
        labels.extend(provenance::chain(program, &derivation));
        labels.push((program.allows[derivation.allow].span, "granted here".to_owned()));
    } else if let Some(gain) = access.epochs.gained(given.role, permission, moment) {
        let backfill = &program.backfills[gain.backfill];
        labels.push((backfill.name_span, format!("added by this backfill on {}", gain.date)));
    }
    labels
}

/// Where a role takes a permission away itself, which may be why it is missing.
#[must_use]
pub fn taken_away(access: &Access<'_>, holder: Holder, permission: PermissionId) -> Option<(Span, String)> {
    let Holder::Role(role, _) = holder else { return None };
    let program = &*access.program;
    let except = except_of(program, role, permission)?;
    Some((except, "taken away here".to_owned()))
}

fn except_of(program: &Program, role: RoleId, permission: PermissionId) -> Option<Span> {
    let except = program.excepts(role).iter().find(|except| program.sets.contains(except.set, permission))?;
    Some(except.span)
}
