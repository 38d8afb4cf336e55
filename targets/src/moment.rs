//! What a document says of one moment, for engines that know no days: who holds what where, with nothing left to join.
//!
//! Engines put people into groups, and give to groups. So a role is such a group, and so is a role that is assigned in some
//! divisions only: a [`Holder`]. Where a role's scope and an assignment's scope meet is worked out here, once for each
//! such pair, and so is what old options and applications make of a user's roles.

use std::collections::{BTreeMap, BTreeSet};

use rolec_bundle::Document;
use rolec_bundle::document::{Assignment, AutoAssigned, Awareness, IdList, OldOption, Scope, Unconfigured};

use crate::refusal::{About, Refusal};

/// Whoever rights are given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holder {
    /// A role, wherever it grants something.
    Role(u32),
    /// A role that is assigned in some divisions, by the id of the scope.
    Assigned(u32, u32),
    /// An application, for those who hold nothing of it.
    Unconfigured(u32),
    /// A user of whose roles old options leave a part.
    Apart(u32),
}

/// Permissions in divisions, under a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    /// The permissions, by their place in [`Moment::sets`].
    pub(crate) set: usize,
    /// The divisions, by their place in [`Moment::scopes`]; none is everywhere.
    pub(crate) scope: Option<usize>,
    /// The condition, by its id.
    pub(crate) condition: Option<u32>,
    /// The role that grants them, if one does.
    pub(crate) role: Option<u32>,
}

/// A user.
#[derive(Debug, Default)]
pub(crate) struct Member {
    /// What it holds itself.
    pub(crate) holders: BTreeSet<Holder>,
    /// The groups that it is in itself.
    pub(crate) groups: IdList,
    /// All groups that it is in, if its groups are only for reading objects: old options took the rest.
    pub(crate) reads_as: Option<IdList>,
}

/// All that holds at the moment.
#[derive(Debug)]
pub(crate) struct Moment<'d> {
    pub(crate) document: &'d Document,
    /// Sets of permissions.
    pub(crate) sets: Interned,
    /// Sets of divisions.
    pub(crate) scopes: Interned,
    /// Who may what.
    pub(crate) rights: BTreeMap<Holder, BTreeSet<Right>>,
    /// By group: what it holds itself.
    pub(crate) groups: Vec<BTreeSet<Holder>>,
    /// By user.
    pub(crate) users: Vec<Member>,
}

/// Id lists, each once, in the order in which they were met.
#[derive(Debug, Default)]
pub(crate) struct Interned {
    places: BTreeMap<IdList, usize>,
    lists: Vec<IdList>,
}

impl Interned {
    /// The place of a list.
    pub(crate) fn place(&mut self, list: &IdList) -> usize {
        if let Some(place) = self.places.get(list) {
            return *place;
        }
        self.places.insert(list.clone(), self.lists.len());
        self.lists.push(list.clone());
        self.lists.len() - 1
    }

    /// The lists, by place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &IdList> {
        self.lists.iter()
    }

    /// The list of a place.
    pub(crate) fn list(&self, place: usize) -> &IdList {
        &self.lists[place]
    }
}

/// What roles gain on days: a moment has none.
pub(crate) fn refusals(document: &Document) -> Vec<Refusal> {
    let mut gains: BTreeSet<(u32, u32)> = BTreeSet::new();
    gains.extend(document.calendars.iter().flatten().flat_map(|epoch| &epoch.changes).map(|own| (own.role, own.backfill)));
    let refusal = |(role, backfill): (u32, u32)| {
        let (name, by) = (&document.roles[role as usize].name, &document.backfills[backfill as usize].name);
        Refusal {
            about: About::Gain { role, backfill },
            reason: format!("`{name}` gains permissions by the backfill `{by}` on a day, and there are no days here"),
            help: "write it for one day with `as-of`",
        }
    };
    gains.into_iter().map(refusal).collect()
}

/// The first grant of each role under a condition that `fault` finds something about: role, permission, fault.
pub(crate) fn faulty_conditions<T>(document: &Document, fault: impl Fn(u32) -> Option<T>) -> Vec<(u32, u32, T)> {
    let mut found = Vec::new();
    for (role, own) in (0..).zip(&document.roles) {
        let conditional = own.grants.iter().filter_map(|grant| Some((grant, grant.condition?)));
        for (grant, condition) in conditional {
            let permission = document.sets[grant.set as usize].iter().next();
            if let (Some(permission), Some(fault)) = (permission, fault(condition)) {
                found.push((role, permission, fault));
            }
        }
    }
    found
}

impl<'d> Moment<'d> {
    /// Works it out. What roles gain on days must have been refused before.
    pub(crate) fn new(document: &'d Document) -> Self {
        let groups = document.groups.iter().map(|group| holders(document, &group.assigned)).collect();
        let mut moment = Self {
            document,
            sets: Interned::default(),
            scopes: Interned::default(),
            rights: BTreeMap::new(),
            groups,
            users: Vec::new(),
        };
        moment.users = (0..).zip(&document.users).map(|(at, _)| moment.member(at)).collect();
        for role in (0..).zip(&document.roles).map(|(at, _)| at) {
            moment.give(Holder::Role(role), role, &Limits::default());
        }
        let members = moment.users.iter().map(|user| &user.holders);
        let all: BTreeSet<Holder> = members.chain(&moment.groups).flatten().copied().collect();
        for holder in all {
            match holder {
                Holder::Assigned(role, scope) => moment.give(holder, role, &Limits { scope: Some(scope), ..Limits::default() }),
                Holder::Unconfigured(application) => moment.give_all(holder, application),
                Holder::Apart(user) => moment.give_apart(user),
                Holder::Role(_) => {}
            }
        }
        moment
    }

    fn member(&self, id: u32) -> Member {
        let document = self.document;
        let user = &document.users[id as usize];
        let mut member = Member { holders: holders(document, &user.assigned), groups: user.member_of.clone(), reads_as: None };
        let automatic = |wanted: AutoAssigned| {
            let roles = (0..).zip(&document.roles).filter(move |(_, role)| role.auto_assigned == Some(wanted));
            roles.map(|(role, _)| Holder::Role(role))
        };
        member.holders.extend(automatic(AutoAssigned::All));
        if user.creator {
            member.holders.extend(automatic(AutoAssigned::Creator));
        }
        if document.old_options.iter().any(|option| option.user == id) {
            member.holders.insert(Holder::Apart(id));
            member.reads_as = Some(lineage(document, &member.groups));
            member.groups = IdList::default();
        }
        for (application, own) in (0..).zip(&document.applications) {
            if own.unconfigured == Some(Unconfigured::FullAccess) && !self.holds_any(id, &document.sets[own.owns as usize]) {
                member.holders.insert(Holder::Unconfigured(application));
            }
        }
        member
    }

    /// Whether a user has any role that has any of these permissions, wherever and under whatever condition.
    fn holds_any(&self, user: u32, set: &IdList) -> bool {
        let document = self.document;
        let own = &document.users[user as usize];
        let options = || document.old_options.iter().filter(|option| option.user == user);
        let in_option = |option: &OldOption, id| {
            let owns = document.applications[option.application as usize].owns;
            document.sets[owns as usize].contains(id)
        };
        let grants = |role: u32, id| {
            document.roles[role as usize].grants.iter().any(|grant| document.sets[grant.set as usize].contains(id))
        };
        let automatic = |(role, id): (u32, u32)| match document.roles[role as usize].auto_assigned {
            Some(AutoAssigned::All) => grants(role, id),
            Some(AutoAssigned::Creator) => own.creator && grants(role, id),
            None => false,
        };
        let of_groups: Vec<u32> = lineage(document, &own.member_of).iter().collect();
        let assigned = |all: &[Assignment], id| all.iter().any(|Assignment(role, _)| grants(*role, id));
        set.iter().any(|id| {
            let replaced = options().any(|option| in_option(option, id));
            assigned(&own.assigned, id)
                || (0..).zip(&document.roles).any(|(role, _)| automatic((role, id)))
                || options().any(|option| in_option(option, id) && grants(option.role, id))
                || (!replaced && of_groups.iter().any(|group| assigned(&document.groups[*group as usize].assigned, id)))
        })
    }

    /// Gives what a role grants, within limits.
    fn give(&mut self, holder: Holder, role: u32, limits: &Limits) {
        let document = self.document;
        let mut rights = self.rights.remove(&holder).unwrap_or_default();
        for grant in &document.roles[role as usize].grants {
            let (unaware, aware): (Vec<u32>, Vec<u32>) = document.sets[grant.set as usize]
                .iter()
                .filter(|id| limits.keeps(*id))
                .partition(|id| limits.scope.is_none() || is_unaware(document, *id));
            let wide = divisions(document, grant.scope);
            let narrow =
                limits.scope.map_or_else(|| wide.clone(), |scope| both(wide.as_ref(), divisions(document, scope).as_ref()));
            let same = wide == narrow;
            let parts = if same {
                vec![(unaware.into_iter().chain(aware).collect(), wide)]
            } else {
                vec![(unaware, wide), (aware, narrow)]
            };
            for (ids, scope) in parts {
                let set: IdList = ids.into_iter().collect();
                if !set.is_empty() && scope.as_ref().is_none_or(|scope| !scope.is_empty()) {
                    let (set, scope) = (self.sets.place(&set), scope.map(|scope| self.scopes.place(&scope)));
                    rights.insert(Right { set, scope, condition: grant.condition, role: Some(role) });
                }
            }
        }
        self.rights.insert(holder, rights);
    }

    /// Gives all that an application owns.
    fn give_all(&mut self, holder: Holder, application: u32) {
        let owns = &self.document.sets[self.document.applications[application as usize].owns as usize];
        if !owns.is_empty() {
            let right = Right { set: self.sets.place(owns), scope: None, condition: None, role: None };
            self.rights.insert(holder, BTreeSet::from([right]));
        }
    }

    /// Gives a user with old options what its groups give of other applications, and what the options give of theirs.
    fn give_apart(&mut self, user: u32) {
        let document = self.document;
        let options: Vec<OldOption> = document.old_options.iter().filter(|option| option.user == user).copied().collect();
        let owns = |option: &OldOption| &document.sets[document.applications[option.application as usize].owns as usize];
        let replaced: IdList = options.iter().flat_map(|option| owns(option).iter()).collect();
        let holder = Holder::Apart(user);
        for group in lineage(document, &document.users[user as usize].member_of).iter() {
            for Assignment(role, scope) in &document.groups[group as usize].assigned {
                let scope = divisions(document, *scope).is_some().then_some(*scope);
                self.give(holder, *role, &Limits { scope, without: replaced.clone(), within: None });
            }
        }
        for option in &options {
            self.give(holder, option.role, &Limits { within: Some(owns(option).clone()), ..Limits::default() });
        }
    }
}

/// What counts of a role.
#[derive(Debug, Default)]
struct Limits {
    /// Where it is assigned.
    scope: Option<u32>,
    without: IdList,
    within: Option<IdList>,
}

impl Limits {
    fn keeps(&self, id: u32) -> bool {
        !self.without.contains(id) && self.within.as_ref().is_none_or(|within| within.contains(id))
    }
}

fn holders(document: &Document, assigned: &[Assignment]) -> BTreeSet<Holder> {
    let holder = |Assignment(role, scope): &Assignment| match document.scopes[*scope as usize] {
        Scope::All => Holder::Role(*role),
        Scope::Divisions(_) => Holder::Assigned(*role, *scope),
    };
    assigned.iter().map(holder).collect()
}

/// Groups, and all groups around them.
pub(crate) fn lineage(document: &Document, groups: &IdList) -> IdList {
    let above = groups.iter().flat_map(|group| document.groups[group as usize].member_of.iter());
    groups.iter().chain(above).collect()
}

fn is_unaware(document: &Document, permission: u32) -> bool {
    document.permissions[permission as usize].awareness == Awareness::DivisionUnaware
}

/// The divisions of a scope; none is all of them.
fn divisions(document: &Document, scope: u32) -> Option<IdList> {
    match &document.scopes[scope as usize] {
        Scope::All => None,
        Scope::Divisions(list) => Some(list.clone()),
    }
}

fn both(a: Option<&IdList>, b: Option<&IdList>) -> Option<IdList> {
    match (a, b) {
        (None, other) | (other, None) => other.cloned(),
        (Some(a), Some(b)) => Some(a.iter().filter(|id| b.contains(*id)).collect()),
    }
}
