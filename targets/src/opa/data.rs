//! The data that the policy reads: everything by name, so that a decision looks things up and scans nothing.

use std::collections::BTreeMap;

use rolec_bundle::document::{
    Assignment, AutoAssigned, Awareness, Grant, Group, IdList, Readers, Scope, Unconfigured, User, Value,
};
use rolec_bundle::{Day, Document};
use serde::{Serialize, Serializer};

use super::jumps::Jumps;
use super::surfaces::{self, Enforcement, Surfaces};
use crate::conditions::whole;
use crate::moment::lineage;

/// A set, as Rego looks it up: its members with something that is not false.
type Set<K> = BTreeMap<K, bool>;

/// All of it.
#[derive(Serialize)]
pub(super) struct Data<'d> {
    applications: BTreeMap<&'d str, Application<'d>>,
    automatic: Automatic<'d>,
    /// By their numbers, as texts.
    calendars: BTreeMap<String, Vec<Epoch>>,
    conditions: Vec<Jumps<'d>>,
    enforcements: BTreeMap<&'d str, Enforcement<'d>>,
    groups: BTreeMap<&'d str, GroupData<'d>>,
    objects: BTreeMap<&'d str, Object<'d>>,
    permissions: BTreeMap<&'d str, Permission<'d>>,
    /// The numbers of their calendars.
    regions: BTreeMap<&'d str, String>,
    roles: BTreeMap<&'d str, Role<'d>>,
    /// Divisions by name; nothing is everywhere.
    scopes: Vec<Option<Set<&'d str>>>,
    /// Permissions by their numbers, as texts.
    sets: Vec<Set<String>>,
    surfaces: Surfaces<'d>,
    users: BTreeMap<&'d str, UserData<'d>>,
}

#[derive(Serialize)]
struct Application<'d> {
    /// Its permissions, if anybody has to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owns: Vec<&'d str>,
    /// The sets that have some permission of it, by their numbers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    touching: Set<String>,
    unconfigured: bool,
}

#[derive(Serialize)]
struct Automatic<'d> {
    all: Vec<&'d str>,
    creator: Vec<&'d str>,
}

#[derive(Serialize)]
struct Epoch {
    from: Option<Day>,
    until: Option<Day>,
}

#[derive(Serialize)]
struct Permission<'d> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    applications: Set<&'d str>,
    /// Whether some object keeps it for its readers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guarded: bool,
    id: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unaware: bool,
}

/// A role and the number of its scope.
type Assigned<'d> = (&'d str, u32);

#[derive(Serialize)]
struct UserData<'d> {
    assigned: Vec<Assigned<'d>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    creator: bool,
    /// All groups, by however many steps.
    groups: Vec<&'d str>,
    /// Applications and roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<(&'d str, &'d str)>,
}

#[derive(Serialize)]
struct GroupData<'d> {
    assigned: Vec<Assigned<'d>>,
    /// All groups around it.
    groups: Vec<&'d str>,
}

#[derive(Serialize)]
struct Role<'d> {
    /// By the numbers of calendars: set, scope, backfill, number of the epoch.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    gains: BTreeMap<String, Vec<(u32, u32, &'d str, usize)>>,
    /// Set, scope, condition, and no backfill.
    grants: Vec<(u32, u32, Option<u32>, ())>,
}

#[derive(Serialize)]
struct Object<'d> {
    guards: Vec<u32>,
    readers: ReadersData<'d>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ReadersData<'d> {
    All,
    AllExcept(Set<&'d str>),
    Groups(Set<&'d str>),
}

/// A string or a number of a condition.
#[derive(Debug, Clone, Copy)]
pub(super) enum Plain<'d> {
    Number(f64),
    String(&'d str),
}

impl<'d> Plain<'d> {
    /// The value, unless it is what some other variable has.
    pub(super) fn of(value: &'d Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::Number(*number)),
            Value::String(text) => Some(Self::String(text)),
            Value::Variable(_) => None,
        }
    }
}

impl Serialize for Plain<'_> {
    /// Whole numbers are written without a fraction, as people write them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::String(text) => serializer.serialize_str(text),
            Self::Number(number) => match whole(number) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(number),
            },
        }
    }
}

impl<'d> Data<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let Document { conditions, groups, objects, regions, users, .. } = document;
        let names = Names { document };
        let group = |group: &'d Group| {
            (&*group.name, GroupData { assigned: names.assigned(&group.assigned), groups: names.groups(group.member_of.iter()) })
        };
        let object = |object: &'d rolec_bundle::document::Object| {
            (&*object.name, Object { guards: object.guards.iter().collect(), readers: names.readers(&object.readers) })
        };
        Self {
            applications: names.applications(),
            automatic: Automatic { all: names.automatic(AutoAssigned::All), creator: names.automatic(AutoAssigned::Creator) },
            calendars: calendars(document),
            conditions: conditions.iter().map(Jumps::new).collect(),
            enforcements: surfaces::enforcements(document),
            groups: groups.iter().map(group).collect(),
            objects: objects.iter().map(object).collect(),
            permissions: names.permissions(),
            regions: regions.iter().map(|region| (&*region.name, region.calendar.to_string())).collect(),
            roles: names.roles(),
            scopes: document.scopes.iter().map(|scope| names.scope(scope)).collect(),
            sets: document.sets.iter().map(|set| set.iter().map(|id| (id.to_string(), true)).collect()).collect(),
            surfaces: Surfaces::new(document),
            users: names.users(users),
        }
    }
}

fn calendars(document: &Document) -> BTreeMap<String, Vec<Epoch>> {
    let epochs = |calendar: &Vec<rolec_bundle::document::Epoch>| {
        calendar.iter().map(|epoch| Epoch { from: epoch.from, until: epoch.until }).collect()
    };
    document.calendars.iter().enumerate().map(|(number, calendar)| (number.to_string(), epochs(calendar))).collect()
}

/// Looks names up.
struct Names<'d> {
    document: &'d Document,
}

impl<'d> Names<'d> {
    fn role(&self, id: u32) -> &'d str {
        &self.document.roles[id as usize].name
    }

    fn groups(&self, ids: impl Iterator<Item = u32>) -> Vec<&'d str> {
        ids.map(|id| &*self.document.groups[id as usize].name).collect()
    }

    fn assigned(&self, assigned: &[Assignment]) -> Vec<Assigned<'d>> {
        assigned.iter().map(|Assignment(role, scope)| (self.role(*role), *scope)).collect()
    }

    fn automatic(&self, wanted: AutoAssigned) -> Vec<&'d str> {
        let roles = self.document.roles.iter();
        roles.filter(|role| role.auto_assigned == Some(wanted)).map(|role| &*role.name).collect()
    }

    fn scope(&self, scope: &Scope) -> Option<Set<&'d str>> {
        match scope {
            Scope::All => None,
            Scope::Divisions(ids) => Some(ids.iter().map(|id| (&*self.document.divisions[id as usize].name, true)).collect()),
        }
    }

    fn readers(&self, readers: &Readers) -> ReadersData<'d> {
        let set = |ids: &IdList| self.groups(ids.iter()).into_iter().map(|name| (name, true)).collect();
        match readers {
            Readers::All => ReadersData::All,
            Readers::AllExcept(ids) => ReadersData::AllExcept(set(ids)),
            Readers::Groups(ids) => ReadersData::Groups(set(ids)),
        }
    }

    fn applications(&self) -> BTreeMap<&'d str, Application<'d>> {
        let Document { applications, permissions, sets, .. } = self.document;
        let form = |application: &'d rolec_bundle::document::Application| {
            let unconfigured = application.unconfigured == Some(Unconfigured::FullAccess);
            let owns = &sets[application.owns as usize];
            let (mut owned, mut touching) = (Vec::new(), Set::new());
            if unconfigured {
                owned.extend(owns.iter().map(|id| &*permissions[id as usize].name));
                let touches = |set: &IdList| set.iter().any(|id| owns.contains(id));
                let numbers = sets.iter().enumerate().filter(|(_, set)| touches(set));
                touching.extend(numbers.map(|(number, _)| (number.to_string(), true)));
            }
            (&*application.name, Application { owns: owned, touching, unconfigured })
        };
        applications.iter().map(form).collect()
    }

    fn permissions(&self) -> BTreeMap<&'d str, Permission<'d>> {
        let Document { applications, objects, permissions, sets, .. } = self.document;
        let mut guarded = vec![false; permissions.len()];
        for guard in objects.iter().flat_map(|object| object.guards.iter()).collect::<IdList>().iter() {
            sets[guard as usize].iter().for_each(|id| guarded[id as usize] = true);
        }
        let owners = |id: u32| {
            let owners = applications.iter().filter(|application| sets[application.owns as usize].contains(id));
            owners.map(|application| (&*application.name, true)).collect()
        };
        let form = |(permission, id): (&'d rolec_bundle::document::Permission, u32)| {
            let unaware = permission.awareness == Awareness::DivisionUnaware;
            (
                &*permission.name,
                Permission { applications: owners(id), guarded: guarded[id as usize], id: id.to_string(), unaware },
            )
        };
        permissions.iter().zip(0..).map(form).collect()
    }

    fn roles(&self) -> BTreeMap<&'d str, Role<'d>> {
        let Document { backfills, calendars, roles, .. } = self.document;
        let grant = |grant: &Grant| (grant.set, grant.scope, grant.condition, ());
        let form = |role: &'d rolec_bundle::document::Role| {
            (&*role.name, Role { gains: BTreeMap::new(), grants: role.grants.iter().map(grant).collect() })
        };
        let mut all: BTreeMap<&'d str, Role<'d>> = roles.iter().map(form).collect();
        for (number, calendar) in calendars.iter().enumerate() {
            for (epoch, change) in
                calendar.iter().enumerate().flat_map(|(at, epoch)| epoch.changes.iter().map(move |own| (at, own)))
            {
                let Some(role) = all.get_mut(self.role(change.role)) else { continue };
                let backfill = &*backfills[change.backfill as usize].name;
                let gains = change.gains.iter().map(|gain| (gain.set, gain.scope, backfill, epoch));
                role.gains.entry(number.to_string()).or_default().extend(gains);
            }
        }
        all
    }

    fn users(&self, users: &'d [User]) -> BTreeMap<&'d str, UserData<'d>> {
        let Document { applications, old_options, .. } = self.document;
        let mut options: BTreeMap<u32, Vec<(&'d str, &'d str)>> = BTreeMap::new();
        for option in old_options {
            let application = &*applications[option.application as usize].name;
            options.entry(option.user).or_default().push((application, self.role(option.role)));
        }
        let form = |(user, id): (&'d User, u32)| {
            let data = UserData {
                assigned: self.assigned(&user.assigned),
                creator: user.creator,
                groups: self.groups(lineage(self.document, &user.member_of).iter()),
                options: options.get(&id).cloned().unwrap_or_default(),
            };
            (&*user.name, data)
        };
        users.iter().zip(0..).map(form).collect()
    }
}
