//! The reader of the mapped form and the naive one agree on every question.

use proptest::prelude::*;
use rolec_bundle::document::{Document, SurfaceKind, SurfaceRequires};
use rolec_bundle::{
    Because, Bundle, Call, Day, Decision, OnObject, Outcome, Place, Request, State, Subject, Target, Through, Value,
};

use crate::bundles;
use crate::generate::{self, Random};
use crate::naive::{Answer, By, Naive, Way};

/// What a document has to ask of.
struct Questions<'d> {
    document: &'d Document,
    subjects: Vec<Subject<'d>>,
    /// By subject: permissions that one of its roles has.
    attributes: Vec<(&'d str, Value<'d>)>,
}

impl<'d> Questions<'d> {
    fn new(document: &'d Document) -> Self {
        let mut subjects: Vec<Subject<'d>> = document.users.iter().map(|own| Subject::User(&own.name)).collect();
        subjects.extend(document.groups.iter().map(|own| Subject::Group(&own.name)));
        subjects.extend(document.roles.iter().map(|own| Subject::Role(&own.name)));
        subjects.extend([Subject::User("nobody"), Subject::Group("none"), Subject::Role("")]);
        Self { document, subjects, attributes: constants(document) }
    }

    /// A request, mostly for something that some role has.
    fn request(&self, random: &mut Random, naive: &Naive<'d>) -> Request<'d> {
        let d = self.document;
        let subject = *random.pick(&self.subjects);
        let some = || (0..d.permissions.len()).collect::<Vec<_>>();
        let held: Vec<usize> = if random.once_in(3) {
            some()
        } else {
            let all = some();
            let start = random.below(all.len());
            let near = all.iter().cycle().skip(start).take(40.min(all.len()));
            near.copied().filter(|at| !naive.ways(subject, u32::try_from(*at).unwrap()).is_empty()).collect()
        };
        let permission =
            if held.is_empty() || random.once_in(20) { "no:such:permission" } else { &d.permissions[*random.pick(&held)].name };
        let mut request = Request::new(subject, permission);
        if !d.divisions.is_empty() && !random.once_in(4) {
            request.division = Some(&random.pick(&d.divisions).name);
        } else if random.once_in(2) {
            request.division = Some("no division");
        }
        if random.once_in(3) && !d.objects.is_empty() {
            request.object = Some(if random.once_in(5) { "no object" } else { &random.pick(&d.objects).name });
        }
        request
    }
}

/// Variables of conditions, each with a constant that it is compared with.
fn constants(document: &Document) -> Vec<(&str, Value<'_>)> {
    use rolec_bundle::document::{Condition, Value as Constant};
    let mut found = Vec::new();
    let mut left: Vec<&Condition> = document.conditions.iter().collect();
    while let Some(condition) = left.pop() {
        let (variable, values) = match condition {
            Condition::And(inner) | Condition::Or(inner) => {
                left.extend(inner);
                continue;
            }
            Condition::In { values, variable } => (variable, &values[..]),
            Condition::Compare { value, variable, .. } => (variable, std::slice::from_ref(value)),
        };
        for value in values {
            match value {
                Constant::String(text) => found.push((&**variable, Value::String(text))),
                Constant::Number(number) => {
                    found.extend([0.0, 1.0, -1.0].map(|more| (&**variable, Value::Number(number + more))));
                }
                Constant::Variable(other) => found.extend([(&**variable, Value::String("x")), (&**other, Value::String("x"))]),
            }
        }
    }
    found
}

/// Regions and days worth asking of.
fn moments(document: &Document) -> Vec<(Option<&str>, Option<Day>)> {
    let epochs = document.calendars.iter().flatten().flat_map(|epoch| [epoch.from, epoch.until]);
    let starts = document.enforcements.iter().flat_map(|own| {
        own.regions.iter().map(|begins| Some(begins.from)).chain([own.default.map(|start| start.from)]).collect::<Vec<_>>()
    });
    let mut days: Vec<Option<Day>> = epochs.chain(starts).flatten().map(Some).collect();
    days.extend(days.clone().iter().flatten().map(|day| Day::from_number(day.number() - 1)));
    days.extend([None, "1999-01-01".parse().ok(), "2099-01-01".parse().ok()]);
    days.sort_unstable();
    days.dedup();
    let regions = document.regions.iter().map(|own| Some(&*own.name)).chain([None, Some("nowhere")]);
    regions.flat_map(|region| days.clone().into_iter().map(move |day| (region, day))).collect()
}

fn by(through: Through) -> By {
    match through {
        Through::Itself => By::Itself,
        Through::Assignment => By::Assignment,
        Through::Group(group) => By::Group(group.position() as usize),
        Through::Automatic => By::Automatic,
        Through::OldOption(application) => By::Option(application.position() as usize),
    }
}

/// The decision is the naive one, and the reason that it gives is one of those that the naive one has.
fn same(decision: &Decision<'_>, answer: &Answer, told: &dyn Fn() -> String) {
    assert_eq!(decision.allowed, answer.allowed(), "{} but {answer:?}: {}", decision, told());
    let class = match decision.because {
        Because::Granted(granted) => {
            let Answer::Granted(ways) = answer else { panic!("{decision} but {answer:?}: {}", told()) };
            let is = |way: &&Way| {
                way.role == granted.role.position() as usize
                    && way.by == by(granted.through)
                    && way.scope == granted.scope.position() as usize
                    && way.condition == granted.condition.map(|id| id.position() as usize)
                    && way.backfill == granted.backfill.map(|id| id.position() as usize)
            };
            assert!(ways.iter().any(|way| is(&way)), "{decision} is none of {ways:?}: {}", told());
            return;
        }
        Because::Unconfigured(application) => {
            let Answer::Unconfigured(all) = answer else { panic!("{decision} but {answer:?}: {}", told()) };
            assert!(all.contains(&(application.position() as usize)));
            return;
        }
        Because::UnknownSubject => "unknown subject",
        Because::UnknownPermission => "unknown permission",
        Because::UnknownObject => "unknown object",
        Because::NotGranted => "not granted",
        Because::OtherDivisions { .. } => "other divisions",
        Because::ConditionFailed { .. } => "condition",
        Because::NotReader { .. } => "not a reader",
        other => panic!("{other:?}: {}", told()),
    };
    assert_eq!(&Answer::Denied(class), answer, "{decision}: {}", told());
}

/// Asks a document some questions in each of its moments; gives how many were allowed.
fn compare(name: &str, document: &Document, random: &mut Random, each: usize) -> usize {
    let bundle = Bundle::from_document(document).expect(name);
    let questions = Questions::new(document);
    let mut allowed = 0;
    for (region, day) in moments(document) {
        let naive = Naive::new(document, region, day);
        let state = bundle.at(region, day);
        assert_eq!(naive.is_some(), state.is_ok(), "{name}: {region:?} {day:?}: {state:?}");
        let (Some(naive), Ok(state)) = (naive, state) else { continue };
        for _ in 0..each {
            let mut request = questions.request(random, &naive);
            let own = if questions.attributes.is_empty() || random.once_in(4) {
                generate::attributes(random)
            } else {
                (0..2).map(|_| *random.pick(&questions.attributes)).collect()
            };
            request.attributes = &own;
            let decision = state.decide(&request);
            let answer = naive.decide(&request);
            allowed += usize::from(decision.allowed);
            let told = || format!("{name}: {region:?} {day:?} {request:?}");
            same(&decision, &answer, &told);
            assert!(!decision.to_string().contains('?') || name.contains("no"), "{decision}");
            if let (Some(subject), Some(permission)) = (state.subject(request.subject), state.permission(request.permission)) {
                let session = state.session(subject).expect(name);
                let object =
                    request.object.map_or(OnObject::None, |path| state.object(path).map_or(OnObject::Unknown, OnObject::Known));
                let division = request.division.and_then(|own| state.division(own));
                let place = Place { division, object, attributes: &own };
                same(&session.decide(permission, &place), &answer, &told);
                same(&state.decide_known(subject, permission, &place), &answer, &told);
            }
        }
        many(name, &state, &naive, &questions, random);
        surfaces(name, &state, &naive, &questions, random);
    }
    allowed
}

/// Questions about many.
fn many(name: &str, state: &State<'_>, naive: &Naive<'_>, questions: &Questions<'_>, random: &mut Random) {
    let d = naive.document;
    for _ in 0..4 {
        let subject = *random.pick(&questions.subjects);
        let permission = random.id(d.permissions.len());
        let id = state.permission(&d.permissions[permission as usize].name).expect(name);
        let Some(own) = state.subject(subject) else { continue };
        let permitted = state.divisions_permitted(own, id).expect(name);
        let expected = |least: u8| -> (bool, Vec<u32>) {
            let is = |division| naive.held(subject, permission, division) == least;
            (is(None), (0..u32::try_from(d.divisions.len()).unwrap()).filter(|at| is(Some(*at))).collect())
        };
        for (found, least) in [(&permitted.always, 2), (&permitted.conditionally, 1)] {
            let found = (found.everywhere, found.listed.iter().map(|id| id.position()).collect());
            assert_eq!(found, expected(least), "{name}: {subject:?} {permission} {least}");
        }
        let division = (!d.divisions.is_empty() && random.once_in(2)).then(|| random.id(d.divisions.len()));
        let division_id = division.and_then(|at| state.division(&d.divisions[at as usize].name));
        let found = state.subjects_with(id, division_id).expect(name);
        for subject in questions.subjects.iter().filter(|subject| !matches!(subject, Subject::Role(_))) {
            let Some(own) = state.subject(*subject) else { continue };
            let holder = found.iter().find(|holder| holder.subject == own);
            let found = holder.map_or(0, |holder| if holder.conditionally { 1 } else { 2 });
            assert_eq!(found, naive.held(*subject, permission, division), "{name}: {subject:?} {permission} {division:?}");
        }
        let found = state.licenses(own).expect(name);
        let expected = naive.licenses(subject);
        assert_eq!(found.len(), expected.len(), "{name}: {subject:?}");
        for needed in found {
            let causes = &expected[&needed.license.position()];
            let cause = (needed.permission.position(), needed.role.position() as usize);
            assert_eq!(causes.first(), Some(&cause), "{name}: {subject:?}");
        }
    }
    for (at, object) in d.objects.iter().enumerate() {
        let readers = state.readers(state.object(&object.name).expect(name)).expect(name);
        assert_eq!(readers.everybody, object.readers == rolec_bundle::document::Readers::All);
        let users: Vec<u32> = readers.users.iter().map(|id| id.position()).collect();
        let reads = |subject| naive.reads(subject, at);
        let expected = (0..).zip(&d.users).filter(|(_, own)| reads(Subject::User(&own.name))).map(|(id, _)| id);
        assert_eq!(users, expected.collect::<Vec<u32>>(), "{name}: {}", object.name);
        let groups: Vec<u32> = readers.groups.iter().map(|id| id.position()).collect();
        let expected = (0..).zip(&d.groups).filter(|(_, own)| reads(Subject::Group(&own.name))).map(|(id, _)| id);
        assert_eq!(groups, expected.collect::<Vec<u32>>(), "{name}: {}", object.name);
    }
}

/// Calls of surfaces that there are, and of some that there aren't.
fn surfaces(name: &str, state: &State<'_>, naive: &Naive<'_>, questions: &Questions<'_>, random: &mut Random) {
    let d = naive.document;
    for _ in 0..if d.surfaces.is_empty() { 0 } else { 20 } {
        let surface = random.pick(&d.surfaces);
        let real = generate::target(random, &surface.name);
        let real = if random.once_in(10) { format!("{real}/more") } else { real };
        let method = surface.method.as_deref().unwrap_or_default();
        let target = match surface.kind {
            SurfaceKind::Endpoint => Target::Endpoint(method, &real),
            SurfaceKind::Topic => Target::Topic(&real),
            SurfaceKind::View => Target::View(&real),
        };
        let mut call = Call::new(*random.pick(&questions.subjects), target);
        call.division = (!d.divisions.is_empty() && random.once_in(2)).then(|| &*random.pick(&d.divisions).name);
        call.attributes = &questions.attributes[..questions.attributes.len().min(2)];
        let reach = state.reach(&call);
        let told = || format!("{name}: {call:?}: {reach:?}");
        let Some((at, requires)) = naive.asks(target) else {
            assert!(matches!(reach.outcome, Outcome::NoSuchSurface) && reach.surface.is_none(), "{}", told());
            continue;
        };
        assert_eq!(reach.surface.map(|id| id.position() as usize), Some(at), "{}", told());
        let may = |id: u32| {
            let mut request = Request::new(call.subject, &d.permissions[id as usize].name);
            (request.division, request.attributes) = (call.division, call.attributes);
            naive.decide(&request).allowed()
        };
        match (requires, &reach.outcome) {
            (SurfaceRequires::Open, Outcome::Open) => assert!(reach.allowed()),
            (SurfaceRequires::Unstated, Outcome::Unstated) => assert!(!reach.allowed()),
            (SurfaceRequires::Any(ids), Outcome::Allowed(found)) => {
                assert!(found.len() == 1 && ids.contains(found[0].0.position()) && may(found[0].0.position()), "{}", told());
            }
            (SurfaceRequires::All(ids), Outcome::Allowed(found)) => {
                let found: Vec<u32> = found.iter().map(|(id, _)| id.position()).collect();
                assert!(found == ids.iter().collect::<Vec<_>>() && found.into_iter().all(may), "{}", told());
            }
            (SurfaceRequires::Any(ids) | SurfaceRequires::All(ids), Outcome::Missing { permissions, own_objects }) => {
                let missing: Vec<u32> = permissions.iter().map(|(id, _)| id.position()).collect();
                assert_eq!(missing, ids.iter().filter(|id| !may(*id)).collect::<Vec<_>>(), "{}", told());
                assert!(!missing.is_empty() && *own_objects == d.surfaces[at].or_self && !reach.allowed(), "{}", told());
                assert!(matches!(requires, SurfaceRequires::All(_)) || missing.len() == ids.iter().count(), "{}", told());
            }
            _ => panic!("{requires:?} but {}", told()),
        }
    }
}

#[test]
fn on_the_bundles() {
    for (name, document) in bundles::documents() {
        let allowed = compare(&name, &document, &mut Random::new(1), 400);
        assert!(allowed > 10, "{name}: only {allowed} requests were allowed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 5000 }))]
    #[test]
    fn on_generated_documents(seed in any::<u64>()) {
        let mut document = generate::document(seed);
        // So much of groups that it is not written beside each user.
        for group in document.groups.iter_mut().filter(|_| seed % 2 == 1) {
            group.assigned = group.assigned.repeat(20);
        }
        compare("generated", &document, &mut Random::new(!seed), 20);
    }
}
