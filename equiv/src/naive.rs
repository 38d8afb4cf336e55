//! The measure: what the page on the format says, step by step, and as slowly as it takes.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::document::{
    AutoAssigned, Awareness, Condition, Epoch, Grant, Object, Operator, Readers, Scope, Unconfigured, Value,
};
use rolec_bundle::{Day, Document};

use crate::engine::{Attribute, Kind, Request};

/// Where a role is assigned: the id of a scope, or everywhere.
type Where = Option<u32>;

/// Whether a request is allowed.
pub fn decide(document: &Document, request: &Request) -> bool {
    let Some(epochs) = epochs(document, request.region.as_deref(), request.day.as_deref()) else { return false };
    let Some(subject) = subject(document, request.subject.0, &request.subject.1) else { return false };
    let Some(permission) = position(&document.permissions, |own| own.name == request.permission) else { return false };
    let question = Question { document, epochs, request, subject, permission };
    question.is_allowed()
}

/// The epochs that have begun, if region and day are known.
pub(crate) fn epochs<'d>(document: &'d Document, region: Option<&str>, day: Option<&str>) -> Option<&'d [Epoch]> {
    let calendar = match region {
        None => 0,
        Some(name) => document.regions.iter().find(|own| own.name == name)?.calendar,
    };
    let calendar = &document.calendars[calendar as usize];
    let Some(day) = day else { return Some(calendar) };
    let day: Day = day.parse().ok()?;
    let at =
        calendar.iter().position(|own| own.from.is_none_or(|from| from <= day) && own.until.is_none_or(|until| day < until))?;
    Some(&calendar[..=at])
}

fn position<T>(list: &[T], is: impl Fn(&T) -> bool) -> Option<u32> {
    u32::try_from(list.iter().position(is)?).ok()
}

/// Somebody, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Group(u32),
    Role(u32),
    User(u32),
}

pub(crate) fn subject(document: &Document, kind: Kind, name: &str) -> Option<Subject> {
    Some(match kind {
        Kind::Group => Subject::Group(position(&document.groups, |own| own.name == name)?),
        Kind::Role => Subject::Role(position(&document.roles, |own| own.name == name)?),
        Kind::User => Subject::User(position(&document.users, |own| own.name == name)?),
    })
}

/// The groups that somebody is or is in, by however many steps.
pub(crate) fn lineage(document: &Document, subject: Subject) -> BTreeSet<u32> {
    let direct: Vec<u32> = match subject {
        Subject::Group(id) => vec![id],
        Subject::Role(_) => Vec::new(),
        Subject::User(id) => document.users[id as usize].member_of.iter().collect(),
    };
    let above = direct.iter().flat_map(|id| document.groups[*id as usize].member_of.iter());
    direct.iter().copied().chain(above).collect()
}

struct Question<'q> {
    document: &'q Document,
    epochs: &'q [Epoch],
    request: &'q Request,
    subject: Subject,
    permission: u32,
}

impl Question<'_> {
    fn is_allowed(&self) -> bool {
        let by_role = roles_for(self.document, self.subject, self.permission).into_iter().any(|held| self.role_allows(held));
        (by_role || self.is_unconfigured()) && self.object_lets()
    }

    /// Whether a role that somebody has allows it here.
    fn role_allows(&self, (role, assigned): (u32, Where)) -> bool {
        let unaware = self.document.permissions[self.permission as usize].awareness == Awareness::DivisionUnaware;
        (unaware || assigned.is_none_or(|scope| self.covers(scope)))
            && self.grants(role).any(|grant| {
                self.document.sets[grant.set as usize].contains(self.permission)
                    && self.covers(grant.scope)
                    && grant.condition.is_none_or(|id| holds(&self.document.conditions[id as usize], &self.request.attributes))
            })
    }

    /// What a role grants by now.
    fn grants(&self, role: u32) -> impl Iterator<Item = &Grant> {
        grants(self.document, self.epochs, role)
    }

    fn covers(&self, scope: u32) -> bool {
        match &self.document.scopes[scope as usize] {
            Scope::All => true,
            Scope::Divisions(ids) => {
                let names: Vec<&str> = ids.iter().map(|id| &*self.document.divisions[id as usize].name).collect();
                self.request.division.as_deref().is_some_and(|division| names.contains(&division))
            }
        }
    }

    /// Whether an application lets somebody do it who holds nothing of it.
    fn is_unconfigured(&self) -> bool {
        let holds_nothing = |set: u32| {
            self.document.sets[set as usize].iter().all(|permission| {
                let roles = roles_for(self.document, self.subject, permission);
                roles
                    .iter()
                    .all(|(role, _)| self.grants(*role).all(|grant| !self.document.sets[grant.set as usize].contains(permission)))
            })
        };
        matches!(self.subject, Subject::User(_))
            && self.document.applications.iter().any(|own| {
                own.unconfigured == Some(Unconfigured::FullAccess)
                    && self.document.sets[own.owns as usize].contains(self.permission)
                    && holds_nothing(own.owns)
            })
    }

    /// Whether the object does not keep the permission for others. Of an object that nobody knows nobody knows the readers.
    fn object_lets(&self) -> bool {
        let Some(name) = &self.request.object else { return true };
        let keeps = |object: &Object| object.guards.iter().any(|set| self.document.sets[set as usize].contains(self.permission));
        match self.document.objects.iter().find(|own| own.name == *name) {
            Some(object) => !keeps(object) || self.reads(&object.readers),
            None => !self.document.objects.iter().any(keeps),
        }
    }

    fn reads(&self, readers: &Readers) -> bool {
        let mut lineage = lineage(self.document, self.subject).into_iter();
        match readers {
            Readers::All => true,
            Readers::AllExcept(except) => lineage.any(|group| !except.contains(group)),
            Readers::Groups(groups) => lineage.any(|group| groups.contains(group)),
        }
    }
}

/// What a role grants, and what it has gained in some epochs.
pub(crate) fn grants<'d>(document: &'d Document, epochs: &'d [Epoch], role: u32) -> impl Iterator<Item = &'d Grant> {
    let changes = epochs.iter().flat_map(|epoch| &epoch.changes).filter(move |change| change.role == role);
    document.roles[role as usize].grants.iter().chain(changes.flat_map(|change| &change.gains))
}

/// The roles that count for a permission, and where they are assigned.
pub(crate) fn roles_for(document: &Document, subject: Subject, permission: u32) -> Vec<(u32, Where)> {
    let user = match subject {
        Subject::Role(role) => return vec![(role, None)],
        Subject::Group(_) => return of_groups(document, subject),
        Subject::User(user) => user,
    };
    let own = &document.users[user as usize];
    let mut roles: Vec<(u32, Where)> = own.assigned.iter().map(|own| (own.0, Some(own.1))).collect();
    for (role, id) in document.roles.iter().zip(0..) {
        if role.auto_assigned == Some(AutoAssigned::All) || (role.auto_assigned == Some(AutoAssigned::Creator) && own.creator) {
            roles.push((id, None));
        }
    }
    let owned_by = |id: u32| document.sets[document.applications[id as usize].owns as usize].contains(permission);
    let options: Vec<u32> =
        document.old_options.iter().filter(|own| own.user == user && owned_by(own.application)).map(|own| own.role).collect();
    if options.is_empty() {
        roles.extend(of_groups(document, subject));
    }
    roles.extend(options.into_iter().map(|role| (role, None)));
    roles
}

/// The roles that are assigned to the groups of somebody.
fn of_groups(document: &Document, subject: Subject) -> Vec<(u32, Where)> {
    let mut roles = Vec::new();
    for group in lineage(document, subject) {
        roles.extend(document.groups[group as usize].assigned.iter().map(|own| (own.0, Some(own.1))));
    }
    roles
}

/// Whether a condition holds.
pub fn holds(condition: &Condition, attributes: &BTreeMap<String, Attribute>) -> bool {
    match condition {
        Condition::And(all) => all.iter().all(|part| holds(part, attributes)),
        Condition::Or(any) => any.iter().any(|part| holds(part, attributes)),
        Condition::In { values, variable } => values.iter().any(|value| compares(Operator::Equal, variable, value, attributes)),
        Condition::Compare { operator, value, variable } => compares(*operator, variable, value, attributes),
    }
}

#[expect(clippy::float_cmp, reason = "what a condition asks for")]
fn compares(operator: Operator, variable: &str, value: &Value, attributes: &BTreeMap<String, Attribute>) -> bool {
    let right = match value {
        Value::String(text) => Some(Attribute::String(text.clone())),
        Value::Number(number) => Some(Attribute::Number(*number)),
        Value::Variable(name) => attributes.get(name).cloned(),
    };
    match (attributes.get(variable), right) {
        (Some(Attribute::String(left)), Some(Attribute::String(right))) => operator == Operator::Equal && *left == right,
        (Some(Attribute::Number(left)), Some(Attribute::Number(right))) => match operator {
            Operator::Equal => *left == right,
            Operator::Less => *left < right,
            Operator::LessOrEqual => *left <= right,
            Operator::Greater => *left > right,
            Operator::GreaterOrEqual => *left >= right,
        },
        _ => false,
    }
}
