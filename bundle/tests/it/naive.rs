//! A second implementation of all decisions, straight from the document and the page on the format: slow, plain, and
//! with nothing in common with the reader of the mapped form.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::document::{
    AutoAssigned, Awareness, Called, Condition, Document, Operator, Readers, Scope, SurfaceKind, SurfaceRequires,
    Value as Constant,
};
use rolec_bundle::{Attributes, Day, Request, Subject, Target, Value};

/// A document in a region on a day.
pub(crate) struct Naive<'d> {
    pub(crate) document: &'d Document,
    calendar: usize,
    epoch: usize,
    region: Option<usize>,
    day: Option<Day>,
}

/// By way of what a role is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    Itself,
    Assignment,
    Group(usize),
    Automatic,
    Option(usize),
}

/// A way in which a permission is held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    pub(crate) role: usize,
    pub(crate) by: By,
    /// The divisions in which the role counts; none for everywhere.
    assigned: Option<usize>,
    pub(crate) scope: usize,
    pub(crate) condition: Option<usize>,
    pub(crate) backfill: Option<usize>,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// These are all the ways that allow it.
    Granted(Vec<Way>),
    /// These are all the applications that let it be done.
    Unconfigured(Vec<usize>),
    Denied(&'static str),
}

impl Answer {
    pub(crate) fn allowed(&self) -> bool {
        !matches!(self, Self::Denied(_))
    }
}

fn position<'n>(names: impl IntoIterator<Item = &'n String>, name: &str) -> Option<usize> {
    names.into_iter().position(|own| own == name)
}

impl<'d> Naive<'d> {
    /// The state in a region on a day; what is refused is nothing.
    pub(crate) fn new(document: &'d Document, region: Option<&str>, day: Option<Day>) -> Option<Self> {
        let region = match region {
            None => None,
            Some(name) => Some(position(document.regions.iter().map(|own| &own.name), name)?),
        };
        let calendar = region.map_or(0, |region| document.regions[region].calendar as usize);
        let epochs = &document.calendars[calendar];
        let epoch = match day {
            None => epochs.len() - 1,
            Some(day) => epochs
                .iter()
                .position(|epoch| epoch.from.is_none_or(|from| from <= day) && epoch.until.is_none_or(|until| day < until))?,
        };
        Some(Self { document, calendar, epoch, region, day })
    }

    fn permission(&self, name: &str) -> Option<u32> {
        position(self.document.permissions.iter().map(|own| &own.name), name).map(|at| u32::try_from(at).unwrap())
    }

    fn division(&self, name: &str) -> Option<u32> {
        position(self.document.divisions.iter().map(|own| &own.name), name).map(|at| u32::try_from(at).unwrap())
    }

    fn user(&self, subject: Subject<'_>) -> Option<usize> {
        match subject {
            Subject::User(name) => position(self.document.users.iter().map(|own| &own.name), name),
            _ => None,
        }
    }

    /// The groups that a subject is in, by however many steps, or is itself.
    fn groups(&self, subject: Subject<'_>) -> BTreeSet<usize> {
        let d = self.document;
        let above = |group: usize| d.groups[group].member_of.iter().map(|id| id as usize).chain([group]).collect::<Vec<_>>();
        match subject {
            Subject::Role(_) => BTreeSet::new(),
            Subject::Group(name) => {
                position(d.groups.iter().map(|own| &own.name), name).map(above).unwrap_or_default().into_iter().collect()
            }
            Subject::User(_) => {
                let direct = self.user(subject).map(|at| d.users[at].member_of.iter().collect::<Vec<_>>()).unwrap_or_default();
                direct.into_iter().flat_map(|group| above(group as usize)).collect()
            }
        }
    }

    fn exists(&self, subject: Subject<'_>) -> bool {
        let d = self.document;
        match subject {
            Subject::User(name) => d.users.iter().any(|own| own.name == name),
            Subject::Group(name) => d.groups.iter().any(|own| own.name == name),
            Subject::Role(name) => d.roles.iter().any(|own| own.name == name),
        }
    }

    /// All roles of a subject, with where they count.
    fn roles(&self, subject: Subject<'_>) -> Vec<(usize, By, Option<usize>)> {
        let d = self.document;
        let mut roles = Vec::new();
        if let Subject::Role(name) = subject {
            roles.extend(position(d.roles.iter().map(|own| &own.name), name).map(|role| (role, By::Itself, None)));
        }
        for group in self.groups(subject) {
            roles.extend(d.groups[group].assigned.iter().map(|own| (own.0 as usize, By::Group(group), Some(own.1 as usize))));
        }
        if let Some(user) = self.user(subject) {
            roles.extend(d.users[user].assigned.iter().map(|own| (own.0 as usize, By::Assignment, Some(own.1 as usize))));
            for (role, own) in d.roles.iter().enumerate() {
                let comes = match own.auto_assigned {
                    None => false,
                    Some(AutoAssigned::All) => true,
                    Some(AutoAssigned::Creator) => d.users[user].creator,
                };
                roles.extend(comes.then_some((role, By::Automatic, None)));
            }
            for option in d.old_options.iter().filter(|option| option.user as usize == user) {
                roles.push((option.role as usize, By::Option(option.application as usize), None));
            }
        }
        roles
    }

    /// Whether a role that a subject has in some way counts for a permission.
    fn counts(&self, subject: Subject<'_>, by: By, permission: u32) -> bool {
        let d = self.document;
        let owned = |application: usize| d.sets[d.applications[application].owns as usize].contains(permission);
        match by {
            By::Option(application) => owned(application),
            By::Group(_) => {
                let user = self.user(subject);
                !d.old_options.iter().any(|option| Some(option.user as usize) == user && owned(option.application as usize))
            }
            _ => true,
        }
    }

    /// All ways in which a subject holds a permission somewhere, under some condition.
    pub(crate) fn ways(&self, subject: Subject<'_>, permission: u32) -> Vec<Way> {
        let d = self.document;
        let mut ways = Vec::new();
        for (role, by, assigned) in self.roles(subject) {
            if !self.counts(subject, by, permission) {
                continue;
            }
            let own = d.roles[role].grants.iter().map(|grant| (grant, None));
            let changes = d.calendars[self.calendar][..=self.epoch].iter().flat_map(|epoch| &epoch.changes);
            let gained = changes
                .filter(|change| change.role as usize == role)
                .flat_map(|change| change.gains.iter().map(|grant| (grant, Some(change.backfill as usize))));
            for (grant, backfill) in own.chain(gained) {
                if d.sets[grant.set as usize].contains(permission) {
                    let condition = grant.condition.map(|id| id as usize);
                    ways.push(Way { role, by, assigned, scope: grant.scope as usize, condition, backfill });
                }
            }
        }
        ways
    }

    fn covers(&self, scope: usize, division: Option<u32>) -> bool {
        match &self.document.scopes[scope] {
            Scope::All => true,
            Scope::Divisions(ids) => division.is_some_and(|division| ids.contains(division)),
        }
    }

    fn is_here(&self, way: &Way, permission: u32, division: Option<u32>) -> bool {
        let unaware = self.document.permissions[permission as usize].awareness == Awareness::DivisionUnaware;
        let assigned_here = unaware || way.assigned.is_none_or(|scope| self.covers(scope, division));
        assigned_here && self.covers(way.scope, division)
    }

    /// The applications that let a user do something because the user holds nothing in them.
    fn unconfigured(&self, subject: Subject<'_>, permission: u32) -> Vec<usize> {
        let d = self.document;
        let owns = |at: usize| &d.sets[d.applications[at].owns as usize];
        let nothing = |at: &usize| owns(*at).iter().all(|own| self.ways(subject, own).is_empty());
        let open =
            (0..d.applications.len()).filter(|at| d.applications[*at].unconfigured.is_some() && owns(*at).contains(permission));
        if self.user(subject).is_some() { open.filter(nothing).collect() } else { Vec::new() }
    }

    pub(crate) fn decide(&self, request: &Request<'_>) -> Answer {
        if !self.exists(request.subject) {
            return Answer::Denied("unknown subject");
        }
        let Some(permission) = self.permission(request.permission) else { return Answer::Denied("unknown permission") };
        let division = request.division.and_then(|name| self.division(name));
        let ways = self.ways(request.subject, permission);
        let answer = if ways.is_empty() {
            let open = self.unconfigured(request.subject, permission);
            if open.is_empty() { Answer::Denied("not granted") } else { Answer::Unconfigured(open) }
        } else {
            let here: Vec<Way> = ways.into_iter().filter(|way| self.is_here(way, permission, division)).collect();
            let none_here = here.is_empty();
            let holds = |way: &Way| way.condition.is_none_or(|at| holds(&self.document.conditions[at], request.attributes));
            let granted: Vec<Way> = here.into_iter().filter(holds).collect();
            match () {
                () if none_here => Answer::Denied("other divisions"),
                () if granted.is_empty() => Answer::Denied("condition"),
                () => Answer::Granted(granted),
            }
        };
        if answer.allowed() { self.guard(request, permission).map_or(answer, Answer::Denied) } else { answer }
    }

    fn guard(&self, request: &Request<'_>, permission: u32) -> Option<&'static str> {
        let d = self.document;
        let guards = |at: usize| d.objects[at].guards.iter().any(|set| d.sets[set as usize].contains(permission));
        match position(d.objects.iter().map(|own| &own.name), request.object?) {
            None => (0..d.objects.len()).any(guards).then_some("unknown object"),
            Some(at) => (guards(at) && !self.reads(request.subject, at)).then_some("not a reader"),
        }
    }

    pub(crate) fn reads(&self, subject: Subject<'_>, object: usize) -> bool {
        let groups = self.groups(subject);
        let listed = |ids: &rolec_bundle::document::IdList, group: &usize| ids.iter().any(|id| id as usize == *group);
        match &self.document.objects[object].readers {
            Readers::All => true,
            Readers::Groups(ids) => groups.iter().any(|group| listed(ids, group)),
            Readers::AllExcept(ids) => groups.iter().any(|group| !listed(ids, group)),
        }
    }

    /// Whether a subject holds a permission in a division: 0 not, 1 under a condition, 2 always.
    pub(crate) fn held(&self, subject: Subject<'_>, permission: u32, division: Option<u32>) -> u8 {
        let ways = self.ways(subject, permission);
        if ways.is_empty() && !self.unconfigured(subject, permission).is_empty() {
            return 2;
        }
        let here = ways.iter().filter(|way| self.is_here(way, permission, division));
        here.map(|way| if way.condition.is_some() { 1 } else { 2 }).max().unwrap_or(0)
    }

    /// The licences that a subject calls for.
    pub(crate) fn licenses(&self, subject: Subject<'_>) -> BTreeMap<u32, BTreeSet<(u32, usize)>> {
        let d = self.document;
        let mut called: BTreeMap<u32, BTreeSet<(u32, usize)>> = BTreeMap::new();
        for (role, _, _) in self.roles(subject) {
            let mut own: &[Called] = &d.roles[role].licenses;
            for epoch in &d.calendars[self.calendar][..=self.epoch] {
                for change in epoch.changes.iter().filter(|change| change.role as usize == role) {
                    own = change.licenses.as_deref().unwrap_or(own);
                }
            }
            for Called(license, permission) in own {
                called.entry(*license).or_default().insert((*permission, role));
            }
        }
        let included: BTreeSet<u32> = called.keys().flat_map(|license| d.licenses[*license as usize].includes.clone()).collect();
        called.retain(|license, _| !included.contains(license));
        called
    }

    /// The surface that a target is, and what it asks for now.
    pub(crate) fn asks(&self, target: Target<'_>) -> Option<(usize, &'d SurfaceRequires)> {
        let d = self.document;
        let (kind, method, name, separator) = match target {
            Target::Endpoint(method, path) => (SurfaceKind::Endpoint, Some(method), path, Some('/')),
            Target::Topic(topic) => (SurfaceKind::Topic, None, topic, Some('.')),
            Target::View(title) => (SurfaceKind::View, None, title, None),
        };
        let split = |text: &str| -> Vec<String> { text.split(|char| Some(char) == separator).map(str::to_owned).collect() };
        let segments = split(name);
        let mut best: Option<(Vec<bool>, usize)> = None;
        for (at, surface) in d.surfaces.iter().enumerate() {
            if surface.kind != kind || surface.method.as_deref() != method {
                continue;
            }
            let parts = split(&surface.name);
            let parameter = |part: &String| kind != SurfaceKind::View && part.contains('{');
            let fits = parts.len() == segments.len()
                && parts
                    .iter()
                    .zip(&segments)
                    .all(|(part, segment)| if parameter(part) { glob(part, segment) } else { part == segment });
            let key: Vec<bool> = parts.iter().map(parameter).collect();
            if fits && best.as_ref().is_none_or(|(own, _)| key < *own) {
                best = Some((key, at));
            }
        }
        let (_, at) = best?;
        let surface = &d.surfaces[at];
        let Some(guard) = surface.enforcement.map(|id| &d.enforcements[id as usize]) else {
            return Some((at, &surface.requires));
        };
        let from = match self.region {
            None => guard.default.map(|start| start.from),
            Some(region) => guard.regions.iter().find(|own| own.region as usize == region).map(|own| own.from),
        };
        let enforced = from.is_some_and(|from| self.day.is_none_or(|day| day >= from));
        Some((at, if enforced { &surface.requires } else { &guard.formerly }))
    }
}

/// Whether a pattern with parameters in braces stands for a text: each parameter for at least one character.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('{') {
        None => pattern == text,
        Some((before, rest)) => {
            let Some(text) = text.strip_prefix(before) else { return false };
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            text.char_indices()
                .skip(1)
                .map(|(at, _)| at)
                .chain((!text.is_empty()).then_some(text.len()))
                .any(|at| glob(after, &text[at..]))
        }
    }
}

fn holds(condition: &Condition, attributes: Attributes<'_>) -> bool {
    let variable = |name: &str| attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let constant = |constant: &Constant| match constant {
        Constant::String(text) => Some(OwnedValue::String(text.clone())),
        Constant::Number(number) => Some(OwnedValue::Number(*number)),
        Constant::Variable(name) => variable(name).map(OwnedValue::from),
    };
    match condition {
        Condition::And(all) => all.iter().all(|inner| holds(inner, attributes)),
        Condition::Or(any) => any.iter().any(|inner| holds(inner, attributes)),
        Condition::In { values, variable: name } => {
            let left = variable(name).map(OwnedValue::from);
            left.is_some_and(|left| values.iter().any(|value| constant(value).is_some_and(|right| left.equals(&right))))
        }
        Condition::Compare { operator, value, variable: name } => {
            let (Some(left), Some(right)) = (variable(name).map(OwnedValue::from), constant(value)) else { return false };
            match (operator, &left, &right) {
                (Operator::Equal, _, _) => left.equals(&right),
                (Operator::Less, OwnedValue::Number(left), OwnedValue::Number(right)) => left < right,
                (Operator::LessOrEqual, OwnedValue::Number(left), OwnedValue::Number(right)) => left <= right,
                (Operator::Greater, OwnedValue::Number(left), OwnedValue::Number(right)) => left > right,
                (Operator::GreaterOrEqual, OwnedValue::Number(left), OwnedValue::Number(right)) => left >= right,
                _ => false,
            }
        }
    }
}

#[derive(PartialEq)]
enum OwnedValue {
    String(String),
    Number(f64),
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::String(text) => Self::String(text.to_owned()),
            Value::Number(number) => Self::Number(number),
        }
    }
}

impl OwnedValue {
    fn equals(&self, other: &Self) -> bool {
        self == other
    }
}
