//! The questions to a document: every subject; permissions in its grants and next to them; divisions in, out and unknown; days
//! before, at and after each change; attributes that meet, fail and miss each condition; objects.
//!
//! All of them together are more than anybody waits for. So each subject gets a share, taken from all of its questions by
//! steps that hit every value of every part.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::Document;
use rolec_bundle::document::{Condition, Grant, Operator, Scope, Value};

use crate::engine::{Attribute, Kind, Request};
use crate::naive::{self, Subject};

/// What can be asked about one subject, part by part.
struct Parts {
    subject: (Kind, String),
    permissions: Vec<String>,
    divisions: Vec<Option<String>>,
    objects: Vec<Option<String>>,
    attributes: Vec<BTreeMap<String, Attribute>>,
    times: Vec<(Option<String>, Option<String>)>,
}

impl Parts {
    /// How many values each part has.
    fn sizes(&self) -> [usize; 5] {
        [self.permissions.len(), self.divisions.len(), self.attributes.len(), self.times.len(), self.objects.len()]
    }

    /// One value of each part.
    fn request(&self, [permission, division, attributes, time, object]: [usize; 5]) -> Request {
        let (region, day) = self.times[time].clone();
        Request {
            subject: self.subject.clone(),
            permission: self.permissions[permission].clone(),
            division: self.divisions[division].clone(),
            object: self.objects[object].clone(),
            attributes: self.attributes[attributes].clone(),
            region,
            day,
        }
    }

    /// All requests, or as many as `share` of them.
    fn requests(&self, share: usize) -> Vec<Request> {
        let sizes = self.sizes();
        let all: usize = sizes.iter().product();
        let request = |index: usize| {
            let mut left = index;
            self.request(sizes.map(|size| (left % size, left /= size).0))
        };
        if all <= share {
            return (0..all).map(request).collect();
        }
        // A fixed walk that is as good as random.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 11).unwrap_or(0) % all
        };
        let mut chosen: BTreeSet<usize> = BTreeSet::new();
        while chosen.len() < share {
            chosen.insert(next());
        }
        chosen.into_iter().map(request).collect()
    }
}

/// The questions to a document, at most about `share` for each subject.
pub fn covering(document: &Document, share: usize) -> Vec<Request> {
    let mut subjects: Vec<(Kind, &str)> = Vec::new();
    subjects.extend(document.roles.iter().map(|own| (Kind::Role, &*own.name)));
    subjects.extend(document.groups.iter().map(|own| (Kind::Group, &*own.name)));
    subjects.extend(document.users.iter().map(|own| (Kind::User, &*own.name)));
    subjects.extend([(Kind::Role, "nobody"), (Kind::Group, "nobody"), (Kind::User, "nobody")]);
    let times = times(document);
    let requests = subjects.into_iter().flat_map(|(kind, name)| parts(document, kind, name, times.clone()).requests(share));
    requests.collect()
}

fn parts(document: &Document, kind: Kind, name: &str, times: Vec<(Option<String>, Option<String>)>) -> Parts {
    let all: Vec<u32> = naive::subject(document, kind, name).map_or_else(Vec::new, |subject| roles(document, subject));
    let grants: BTreeSet<&Grant> = all
        .iter()
        .flat_map(|role| document.calendars.iter().flat_map(move |calendar| naive::grants(document, calendar, *role)))
        .collect();
    Parts {
        subject: (kind, name.to_owned()),
        permissions: permissions(document, &grants),
        divisions: divisions(document, kind, name, &grants),
        objects: objects(document),
        attributes: attributes(document, &grants),
        times,
    }
}

/// All roles that somebody may have for some permission.
fn roles(document: &Document, subject: Subject) -> Vec<u32> {
    let every = (0..).zip(&document.permissions).map(|(id, _)| id);
    let options = document.old_options.iter().map(|option| option.role);
    let held = every.flat_map(|id| naive::roles_for(document, subject, id)).map(|(role, _)| role);
    held.chain(options).collect::<BTreeSet<u32>>().into_iter().collect()
}

/// Days around all changes, by calendar, and what no calendar has.
fn times(document: &Document) -> Vec<(Option<String>, Option<String>)> {
    let mut times = vec![(None, None), (Some("nowhere".to_owned()), None), (None, Some("2026-02-30".to_owned()))];
    let mut seen = BTreeSet::new();
    let regions = document.regions.iter().map(|region| (Some(&region.name), region.calendar));
    for (region, calendar) in std::iter::once((None, 0)).chain(regions) {
        if !seen.insert((region.is_none(), calendar)) {
            continue;
        }
        let edges = document.calendars[calendar as usize].iter().flat_map(|epoch| [epoch.from, epoch.until]);
        let edges: BTreeSet<u32> = edges.flatten().map(rolec_bundle::Day::number).collect();
        // One more or less is a day in nine cases of ten, and no day in the tenth, which is a case too.
        let days = edges.into_iter().flat_map(|day| [day - 1, day, day + 1]);
        let text = |day: u32| format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100);
        times.push((region.cloned(), None));
        times.extend(days.map(|day| (region.cloned(), Some(text(day)))));
    }
    times
}

/// Of each set the first and the last, and what stands beside them; of each application something; and one that nobody knows.
fn permissions(document: &Document, grants: &BTreeSet<&Grant>) -> Vec<String> {
    let mut ids: BTreeSet<u32> = BTreeSet::new();
    let granted = grants.iter().map(|grant| grant.set);
    let owned = document.applications.iter().map(|own| own.owns);
    let guarded = document.objects.iter().flat_map(|own| own.guards.iter());
    for set in granted.chain(owned).chain(guarded) {
        let set = &document.sets[set as usize];
        for id in set.iter().next().into_iter().chain(set.last()) {
            ids.extend([id.saturating_sub(1), id, id + 1]);
        }
    }
    let known = ids.into_iter().filter_map(|id| document.permissions.get(id as usize)).map(|own| own.name.clone());
    let mut names: Vec<String> = known.collect();
    names.push("no:such:permission".to_owned());
    names
}

/// Of each scope one division in it and one beside it; none; and one that nobody knows.
fn divisions(document: &Document, kind: Kind, name: &str, grants: &BTreeSet<&Grant>) -> Vec<Option<String>> {
    let mut scopes: BTreeSet<u32> = grants.iter().map(|grant| grant.scope).collect();
    let groups = naive::subject(document, kind, name).map(|subject| naive::lineage(document, subject)).unwrap_or_default();
    scopes.extend(groups.iter().flat_map(|id| &document.groups[*id as usize].assigned).map(|own| own.1));
    let user = document.users.iter().find(|own| kind == Kind::User && own.name == name);
    scopes.extend(user.into_iter().flat_map(|own| &own.assigned).map(|own| own.1));
    let mut ids: BTreeSet<u32> = BTreeSet::new();
    for scope in scopes {
        if let Scope::Divisions(list) = &document.scopes[scope as usize] {
            ids.extend(list.iter().next().into_iter().chain(list.last()));
            ids.extend((0..).zip(&document.divisions).map(|(id, _)| id).find(|id| !list.contains(*id)));
        }
    }
    let mut divisions: Vec<Option<String>> = ids.iter().map(|id| Some(document.divisions[*id as usize].name.clone())).collect();
    divisions.extend([None, Some("nowhere".to_owned())]);
    divisions
}

/// Of objects that differ in what they guard and who reads them one each; none; and one that nobody knows.
fn objects(document: &Document) -> Vec<Option<String>> {
    let mut kinds: Vec<(&rolec_bundle::document::IdList, &rolec_bundle::document::Readers)> = Vec::new();
    let mut objects = vec![None];
    for object in &document.objects {
        if !kinds.contains(&(&object.guards, &object.readers)) {
            kinds.push((&object.guards, &object.readers));
            objects.push(Some(object.name.clone()));
        }
    }
    objects.push(Some("Nowhere/nothing".to_owned()));
    objects
}

/// Nothing at all, and for each condition what meets it, and that with one value changed, or missing.
fn attributes(document: &Document, grants: &BTreeSet<&Grant>) -> Vec<BTreeMap<String, Attribute>> {
    let mut all = vec![BTreeMap::new()];
    let conditions: BTreeSet<u32> = grants.iter().filter_map(|grant| grant.condition).collect();
    for condition in conditions {
        let mut meeting = BTreeMap::new();
        meet(&document.conditions[condition as usize], &mut meeting);
        for name in meeting.keys() {
            let mut less = meeting.clone();
            less.remove(name);
            all.push(less);
            for value in others(&meeting[name]) {
                let mut changed = meeting.clone();
                changed.insert(name.clone(), value);
                all.push(changed);
            }
        }
        all.push(meeting);
    }
    all
}

/// Values beside a value, and one of another type.
fn others(value: &Attribute) -> Vec<Attribute> {
    match value {
        Attribute::Number(number) => {
            vec![Attribute::Number(number - 1.0), Attribute::Number(number + 1.0), Attribute::String(number.to_string())]
        }
        Attribute::String(text) => vec![Attribute::String(format!("{text}x")), Attribute::Number(0.0)],
    }
}

/// Puts there what a condition asks for, as far as one value can.
fn meet(condition: &Condition, attributes: &mut BTreeMap<String, Attribute>) {
    match condition {
        Condition::And(parts) => parts.iter().for_each(|part| meet(part, attributes)),
        Condition::Or(parts) => parts.iter().take(1).for_each(|part| meet(part, attributes)),
        Condition::In { values, variable } => {
            if let Some(value) = values.last() {
                meet_one(Operator::Equal, variable, value, attributes);
            }
        }
        Condition::Compare { operator, value, variable } => meet_one(*operator, variable, value, attributes),
    }
}

fn meet_one(operator: Operator, variable: &str, value: &Value, attributes: &mut BTreeMap<String, Attribute>) {
    let wanted = match value {
        Value::String(text) => Attribute::String(text.clone()),
        Value::Number(number) => Attribute::Number(*number),
        Value::Variable(name) => attributes.entry(name.clone()).or_insert(Attribute::Number(7.0)).clone(),
    };
    let value = match (operator, wanted) {
        (Operator::Less, Attribute::Number(number)) => Attribute::Number(number - 1.0),
        (Operator::Greater, Attribute::Number(number)) => Attribute::Number(number + 1.0),
        (_, wanted) => wanted,
    };
    attributes.insert(variable.to_owned(), value);
}
