//! A request and a bundle become an answer. Nothing here reads, waits or counts, and only [`Answer::of`] makes a `decision`
//! true: where the bundle does.

use std::collections::BTreeMap;

use rolec_bundle::{Because, Bundle, Day, Decision, Error, OnObject, Place, State, Subject, SubjectId, Through};
use serde::Serialize;

use crate::requests::{self, Context, EVALUATIONS, Evaluation, Evaluations, Fault, Resource, Semantic, Whole};

/// For where and when the service answers.
#[derive(Debug, Clone, Copy)]
pub struct Now<'n> {
    /// The region.
    pub region: Option<&'n str>,
    /// The day.
    pub day: Day,
    /// Whether a request may say otherwise.
    pub overrides: bool,
}

/// The answer to an evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Whether it is allowed.
    pub decision: bool,
    /// Why, or why not.
    pub context: Why,
}

/// Why something is allowed, or why not.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Why {
    /// One of [`REASONS`].
    pub reason: &'static str,
    /// The role that allows it, or nearly did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// By way of what the subject has the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<&'static str>,
    /// The group, if that is the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Where the role grants it: `["all"]`, or divisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// The condition that held, or that did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The backfill that added the grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backfill: Option<String>,
    /// The reason in words, for those who look after the roles.
    pub reason_admin: BTreeMap<&'static str, String>,
    /// The reason in words, for whoever asked: it tells nothing of the roles.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reason_user: BTreeMap<&'static str, String>,
}

/// All reasons that there are. The first two allow.
pub const REASONS: [&str; 15] = [
    "granted",
    "unconfigured",
    "unknown_subject",
    "unknown_subject_type",
    "unknown_permission",
    "unknown_object",
    "unknown_region",
    "no_epoch",
    "not_granted",
    "other_divisions",
    "condition_failed",
    "attribute_missing",
    "not_reader",
    "corrupt",
    "other",
];

fn reason(because: Because) -> &'static str {
    match because {
        Because::Granted(_) => "granted",
        Because::Unconfigured(_) => "unconfigured",
        Because::UnknownSubject => "unknown_subject",
        Because::UnknownPermission => "unknown_permission",
        Because::UnknownObject => "unknown_object",
        Because::NotGranted => "not_granted",
        Because::OtherDivisions { .. } => "other_divisions",
        Because::ConditionFailed { missing: false, .. } => "condition_failed",
        Because::ConditionFailed { missing: true, .. } => "attribute_missing",
        Because::NotReader { .. } => "not_reader",
        Because::Corrupt => "corrupt",
        _ => "other",
    }
}

impl Answer {
    /// What the bundle decided.
    pub fn of(decision: &Decision<'_>) -> Self {
        let granted = match decision.because {
            Because::Granted(granted) => Some(granted),
            _ => None,
        };
        let through = granted.map(|granted| match granted.through {
            Through::Itself => "itself",
            Through::Assignment => "assignment",
            Through::Group(_) => "group",
            Through::Automatic => "automatic",
            Through::OldOption(_) => "old-option",
        });
        let everywhere = || vec!["all".to_owned()];
        let divisions = || decision.divisions().map(|names| names.into_iter().map(str::to_owned).collect());
        let context = Why {
            role: decision.role().map(str::to_owned),
            through,
            group: decision.group().map(str::to_owned),
            scope: granted.map(|_| divisions().unwrap_or_else(everywhere)),
            condition: decision.condition(),
            backfill: decision.backfill().map(str::to_owned),
            ..Why::new(decision.allowed, reason(decision.because), decision.to_string())
        };
        Self { decision: decision.allowed, context }
    }

    /// A denial of what the bundle is not even asked.
    pub fn denied(reason: &'static str, words: String) -> Self {
        Self { decision: false, context: Why::new(false, reason, words) }
    }
}

impl Why {
    fn new(allowed: bool, reason: &'static str, words: String) -> Self {
        let status = if allowed { "200" } else { "403" };
        let mut why = Self { reason, reason_admin: BTreeMap::from([(status, words)]), ..Self::default() };
        if !allowed {
            why.reason_user.insert(status, "You may not do this here.".to_owned());
        }
        why
    }
}

/// Answers one evaluation.
///
/// # Errors
///
/// If it is no request, or the service can't answer anything today.
pub fn evaluation(bundle: &Bundle, now: &Now<'_>, request: &Evaluation) -> Result<Answer, Fault> {
    decide(bundle, now, &request.whole(request)?)
}

/// Answers several evaluations, in their order. All of them are read before the first one is decided.
///
/// # Errors
///
/// If one of them is no request, or the service can't answer anything today.
pub fn evaluations(bundle: &Bundle, now: &Now<'_>, request: &Evaluations) -> Result<Vec<Answer>, Fault> {
    if request.evaluations.len() > EVALUATIONS {
        return Err(Fault::malformed(format!("more than {EVALUATIONS} evaluations in one request")));
    }
    let mut all = Vec::with_capacity(request.evaluations.len());
    for (at, evaluation) in request.evaluations.iter().enumerate() {
        let placed = |fault: Fault| Fault::new(fault.status, format!("`evaluations[{at}]`: {}", fault.message));
        let whole = evaluation.whole(&request.defaults).map_err(placed)?;
        check(now, &whole).map_err(placed)?;
        all.push(whole);
    }
    let last = match request.options.evaluations_semantic {
        Semantic::ExecuteAll => None,
        Semantic::DenyOnFirstDeny => Some(false),
        Semantic::PermitOnFirstPermit => Some(true),
    };
    let mut answers = Vec::with_capacity(all.len());
    for whole in &all {
        let answer = decide(bundle, now, whole)?;
        let ends = last == Some(answer.decision);
        answers.push(answer);
        if ends {
            break;
        }
    }
    Ok(answers)
}

/// Whether it is a request.
fn check(now: &Now<'_>, whole: &Whole<'_>) -> Result<(), Fault> {
    requests::division(whole.resource.properties.as_ref())?;
    permitted(now, &Context::read(whole.context)?)
}

fn decide(bundle: &Bundle, now: &Now<'_>, whole: &Whole<'_>) -> Result<Answer, Fault> {
    let context = Context::read(whole.context)?;
    let place = On::read(whole.resource)?;
    let state = match state(bundle, now, &context)? {
        Ok(state) => state,
        Err(denial) => return Ok(denial),
    };
    let Some(subject) = subject(&whole.subject.kind, &whole.subject.id) else {
        let words = format!("denied: a subject of type `{}`, and not user, group or role", whole.subject.kind);
        return Ok(Answer::denied("unknown_subject_type", words));
    };
    let request = rolec_bundle::Request {
        subject,
        permission: &whole.action.name,
        division: place.division,
        object: place.object,
        attributes: context.attributes(),
    };
    Ok(Answer::of(&state.decide(&request)))
}

/// The subject of a type and a name.
pub(crate) fn subject<'r>(kind: &str, id: &'r str) -> Option<Subject<'r>> {
    match kind {
        "user" => Some(Subject::User(id)),
        "group" => Some(Subject::Group(id)),
        "role" => Some(Subject::Role(id)),
        _ => None,
    }
}

/// Where something is done, by names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct On<'r> {
    pub(crate) division: Option<&'r str>,
    pub(crate) object: Option<&'r str>,
}

impl<'r> On<'r> {
    /// What a resource says: a division is itself, an object is a path in a division, and all else may be in a division.
    pub(crate) fn read(resource: &'r Resource) -> Result<Self, Fault> {
        let division = requests::division(resource.properties.as_ref())?;
        Ok(match resource.kind.as_str() {
            "division" => Self { division: Some(&resource.id), object: None },
            "object" => Self { division, object: Some(&resource.id) },
            _ => Self { division, object: None },
        })
    }

    /// The same, found in the bundle. A division that it does not know is none, which only grants for all divisions cover.
    pub(crate) fn find<'p>(&self, state: &State<'_>, context: &'p Context<'_>) -> Place<'p> {
        Place {
            division: self.division.and_then(|name| state.division(name)),
            object: self.object.map_or(OnObject::None, |path| state.object(path).map_or(OnObject::Unknown, OnObject::Known)),
            attributes: context.attributes(),
        }
    }
}

/// Whether a request may ask for its day and region: they are the service's own, or it was told to take others.
fn permitted(now: &Now<'_>, context: &Context<'_>) -> Result<(), Fault> {
    let other_day = context.day.is_some_and(|day| day != now.day);
    let other_region = context.region.is_some() && context.region != now.region;
    if now.overrides || !(other_day || other_region) {
        return Ok(());
    }
    Err(Fault::malformed("`context.day` and `context.region` are others than this service answers for"))
}

/// The bundle in the region on the day that a request asks for: a few look-ups, so it is made for each request, and nothing
/// has to be renewed at midnight. What the request asks for may not be there, which is a denial; what the service answers
/// for has to be.
pub(crate) fn state<'b>(bundle: &'b Bundle, now: &Now<'_>, context: &Context<'_>) -> Result<Result<State<'b>, Answer>, Fault> {
    permitted(now, context)?;
    let own = context.day.is_none() && context.region.is_none();
    match bundle.at(context.region.or(now.region), Some(context.day.unwrap_or(now.day))) {
        Ok(state) => Ok(Ok(state)),
        Err(Error::UnknownRegion { region }) if !own => {
            Ok(Err(Answer::denied("unknown_region", format!("denied: the bundle has no region `{region}`"))))
        }
        Err(error @ Error::NoEpoch { .. }) if !own => Ok(Err(Answer::denied("no_epoch", format!("denied: {error}")))),
        Err(error) => Err(Fault::new(503, error.to_string())),
    }
}

/// The subject of a type and a name, found in the bundle.
pub(crate) fn found(state: &State<'_>, subject: &requests::Subject) -> Option<SubjectId> {
    self::subject(&subject.kind, &subject.id).and_then(|named| state.subject(named))
}
