//! May somebody do or open something: yes, with what gives it, or no, with what is lacking.

use crate::access::{self, Access, Given, Way};
use crate::assertions::{self, Contradiction};
use crate::check::assertions::{derivation, taken_away};
use crate::conditions::Operand;
use crate::model::{Holder, Reach, Requirement, Target};
use crate::scopes::ScopeId;
use crate::sets::PermissionId;
use crate::span::Span;
use crate::timeline::Moment;

/// What is asked.
#[derive(Debug)]
pub struct Question {
    /// Who asks.
    pub holder: Holder,
    /// For what.
    pub target: Target,
    /// In which divisions; anywhere without.
    pub scope: Option<ScopeId>,
    /// The attributes of the request; comparisons with others do not hold.
    pub given: Vec<(Box<str>, Operand)>,
    /// Where and when.
    pub moment: Moment,
}

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// What speaks against it; nothing, if the answer is yes.
    pub against: Option<Contradiction>,
    /// Where, and under which conditions, it is held or reached at all.
    pub ways: Vec<Way>,
    /// Which permissions give it.
    pub through: Vec<PermissionId>,
    /// The places that lead to what gives it, or to what takes it away.
    pub steps: Vec<(Span, String)>,
}

/// Answers a question.
#[must_use]
pub fn can(access: &mut Access<'_>, question: Question) -> Answer {
    let Question { holder, target, scope, given, moment } = question;
    let reach = Reach { can: true, target, scope, given: Some(given) };
    let against = assertions::contradiction(access, holder, &reach, moment);
    let roles = access::of(access.program, holder);
    let asked = match target {
        Target::Permissions(set) => Requirement::All(access.program.sets.iter(set).collect()),
        Target::Surface(surface) => access.program.asked(surface, moment.region, moment.at).clone(),
        Target::Object(_) => Requirement::Unstated,
    };
    let ways = access.reached(holder, &roles, &asked, moment);
    let (Requirement::Any(permissions) | Requirement::All(permissions)) = &asked else {
        return Answer { against, ways, through: Vec::new(), steps: Vec::new() };
    };
    let givers: Vec<(PermissionId, Given)> = permissions
        .iter()
        .filter_map(|permission| Some((*permission, assertions::giver(access, holder, *permission, moment)?)))
        .collect();
    let mut steps: Vec<(Span, String)> = Vec::new();
    for (permission, given) in &givers {
        for step in derivation(access, *given, *permission, moment) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    for permission in permissions.iter().filter(|permission| !givers.iter().any(|(held, _)| held == *permission)) {
        let owner = access
            .program
            .subjects
            .applications
            .iter()
            .find(|application| application.full_access && access.program.sets.contains(application.owns, *permission));
        let step = owner.map(|owner| (owner.span, "whoever has no role in it has all of it".to_owned()));
        steps.extend(step.filter(|step| !ways.is_empty() && !steps.contains(step)));
    }
    if against.is_some() {
        let missing = permissions.iter().filter(|permission| !givers.iter().any(|(held, _)| held == *permission));
        steps.extend(missing.filter_map(|permission| taken_away(access, holder, *permission)));
    }
    Answer { against, ways, through: givers.into_iter().map(|(permission, _)| permission).collect(), steps }
}
