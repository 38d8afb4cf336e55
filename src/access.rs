//! What roles and subjects hold: by way of assignments, of groups, and of themselves.
//!
//! Somebody's access is the union over all roles that they have, so the role that allows the most wins. An unaware
//! permission holds everywhere, whatever divisions its role is assigned in.

use crate::conditions::{Condition, ConditionId, Conditions};
use crate::flatten::Flat;
use crate::limits;
use crate::model::{GroupId, Holder, Program, Requirement, RoleId, UserId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::timeline::{Epochs, Moment};

/// Where and under which condition something is held or reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// Where.
    pub scope: ScopeId,
    /// When.
    pub condition: ConditionId,
}

impl Way {
    /// Everywhere and always.
    #[must_use]
    pub fn open() -> Self {
        Self { scope: Scopes::all(), condition: Conditions::always() }
    }
}

/// A role that somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The role.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Whether divisions are written: the home division confines nobody.
    pub confined: bool,
    /// By way of what.
    pub through: Through,
}

/// By way of what somebody has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// An assignment of its own, by its place among all.
    Own(u32),
    /// An assignment of a group that it is in, by its place among all.
    Group(GroupId, u32),
    /// The vendor's rule that everybody, or the organisation's creator, has it.
    Automatic,
    /// An old option, by its place among all: it counts in that application alone.
    OldOption(usize),
}

fn assigned(program: &Program, at: u32, through: Through) -> Given {
    let assignment = &program.subjects.assignments[at as usize];
    Given { role: assignment.role, scope: assignment.scope, confined: assignment.confined, through }
}

/// The roles that a user has: its own, those of its groups, those that come by themselves, those of old options.
pub fn of_user(program: &Program, user: UserId) -> impl Iterator<Item = Given> + '_ {
    let subjects = &program.subjects;
    let own = subjects.given_to(user).iter().map(|at| assigned(program, *at, Through::Own(*at)));
    let lineage = subjects.lineage(user);
    let groups = (0..lineage.len()).flat_map(move |at| {
        let group = lineage[at];
        subjects.group(group).given.iter().map(move |at| assigned(program, *at, Through::Group(group, *at)))
    });
    let creator = subjects.user(user).creator;
    let automatic = subjects.automatic.iter().filter(move |automatic| automatic.to_all || creator).map(|automatic| Given {
        role: automatic.role,
        scope: Scopes::all(),
        confined: false,
        through: Through::Automatic,
    });
    let old = subjects.options_of(user).iter().map(|at| Given {
        role: subjects.old_options[*at as usize].role,
        scope: Scopes::all(),
        confined: false,
        through: Through::OldOption(*at as usize),
    });
    own.chain(groups).chain(automatic).chain(old)
}

/// The roles that the members of a group have through it and the groups it is in.
pub fn of_group(program: &Program, group: GroupId) -> impl Iterator<Item = Given> + '_ {
    let subjects = &program.subjects;
    subjects.group(group).lineage.iter().flat_map(move |group| {
        subjects.group(*group).given.iter().map(move |at| assigned(program, *at, Through::Group(*group, *at)))
    })
}

/// The roles that somebody has; of a role, itself.
#[must_use]
pub fn of(program: &Program, holder: Holder) -> Vec<Given> {
    match holder {
        Holder::Role(role, scope) => {
            vec![Given { role, scope, confined: scope != Scopes::all(), through: Through::Automatic }]
        }
        Holder::Group(group) => of_group(program, group).collect(),
        Holder::User(user) => of_user(program, user).collect(),
    }
}

/// Whether what a user has in one way counts for a permission: an old option stands, in its application, for all that
/// groups give, and nowhere else.
#[must_use]
pub fn counts(program: &Program, user: UserId, through: Through, permission: PermissionId) -> bool {
    let subjects = &program.subjects;
    let owned = |application: usize| program.sets.contains(subjects.applications[application].owns, permission);
    match through {
        Through::Own(_) | Through::Automatic => true,
        Through::Group(..) => !subjects.options_of(user).iter().any(|at| owned(subjects.old_options[*at as usize].application)),
        Through::OldOption(at) => owned(subjects.old_options[at].application),
    }
}

/// A compiled project that is asked who holds what.
#[derive(Debug)]
pub struct Access<'c> {
    /// The project; scopes and conditions may be added to it.
    pub program: &'c mut Program,
    /// Its effective grants.
    pub flat: &'c Flat,
    /// What changes with time.
    pub epochs: &'c Epochs,
    /// Whether there were more ways than were worked out.
    pub more: bool,
}

impl<'c> Access<'c> {
    /// Asks this project.
    #[must_use]
    pub fn new(program: &'c mut Program, flat: &'c Flat, epochs: &'c Epochs) -> Self {
        Self { program, flat, epochs, more: false }
    }

    /// Where a role itself holds a permission, with what backfills gave it by then; in normal form.
    #[must_use]
    pub fn of_role(&mut self, role: RoleId, permission: PermissionId, moment: Moment) -> Vec<Way> {
        let own = self.flat.grants_of(self.program, role, permission);
        let mut ways: Vec<Way> = own.map(|grant| Way { scope: grant.scope, condition: grant.condition }).collect();
        let gains = self.epochs.gains(role, moment.region, moment.at).filter(|gain| gain.permission == permission);
        ways.extend(gains.map(|gain| Way { scope: gain.scope, condition: Conditions::always() }));
        self.normalise(&mut ways);
        ways
    }

    /// Where somebody holds a permission who has these roles; in normal form.
    #[must_use]
    pub fn held(&mut self, holder: Holder, given: &[Given], permission: PermissionId, moment: Moment) -> Vec<Way> {
        self.held_by_some(holder, (given, given), permission, moment)
    }

    /// The same, where it is known that no others than some of these roles have the permission.
    #[must_use]
    pub fn held_by_some(
        &mut self,
        holder: Holder,
        (given, some): (&[Given], &[Given]),
        permission: PermissionId,
        moment: Moment,
    ) -> Vec<Way> {
        let mut ways = Vec::new();
        for given in some {
            if let Holder::User(user) = holder
                && !counts(self.program, user, given.through, permission)
            {
                continue;
            }
            for way in self.of_role(given.role, permission, moment) {
                let scope = self.program.scopes.intersection(way.scope, given.scope);
                let scope = if self.program.catalog.is_unaware(permission) { way.scope } else { scope };
                if scope != Scopes::empty() {
                    ways.push(Way { scope, ..way });
                }
            }
        }
        if ways.is_empty() && self.is_unconfigured(holder, given, permission, moment) {
            ways.push(Way::open());
        }
        self.normalise(&mut ways);
        ways
    }

    /// Whether somebody holds nothing in an application that lets such people do everything, and owns the permission.
    fn is_unconfigured(&self, holder: Holder, given: &[Given], permission: PermissionId, moment: Moment) -> bool {
        let Holder::User(user) = holder else { return false };
        let program = &*self.program;
        let open = program.subjects.applications.iter().filter(|application| application.full_access);
        open.into_iter().any(|application| {
            let owned = |permission| program.sets.contains(application.owns, permission);
            let holds = |given: &Given, permission| {
                counts(program, user, given.through, permission)
                    && (self.flat.holds(program, given.role, permission)
                        || self.epochs.gained(given.role, permission, moment).is_some())
            };
            owned(permission)
                && !program.sets.iter(application.owns).any(|permission| given.iter().any(|given| holds(given, permission)))
        })
    }

    /// Where somebody reaches what asks for some permissions; in normal form. Of what is unstated nothing is known.
    #[must_use]
    pub fn reached(&mut self, holder: Holder, given: &[Given], asked: &Requirement, moment: Moment) -> Vec<Way> {
        self.reached_by(asked, |access, permission| access.held(holder, given, permission, moment))
    }

    /// The same, where something else says how a permission is held.
    #[must_use]
    pub fn reached_by(&mut self, asked: &Requirement, mut held: impl FnMut(&mut Self, PermissionId) -> Vec<Way>) -> Vec<Way> {
        let (permissions, all) = match asked {
            Requirement::Any(permissions) => (permissions, false),
            Requirement::All(permissions) => (permissions, true),
            Requirement::Open => return vec![Way::open()],
            Requirement::Unstated => return Vec::new(),
        };
        let mut ways: Option<Vec<Way>> = None;
        for permission in permissions.iter().copied() {
            let held = held(self, permission);
            ways = Some(match ways {
                None => held,
                Some(ways) if all => self.both(&ways, &held),
                Some(ways) => self.either(ways, held),
            });
        }
        ways.unwrap_or_default()
    }

    /// Whether ways together cover a scope, whatever their conditions.
    pub fn covers(&mut self, ways: &[Way], scope: ScopeId) -> bool {
        let scopes = &mut self.program.scopes;
        let all = ways.iter().fold(Scopes::empty(), |all, way| scopes.union(all, way.scope));
        scopes.is_within(scope, all)
    }

    /// One of some ways or one of others.
    #[must_use]
    pub fn either(&mut self, mut some: Vec<Way>, others: Vec<Way>) -> Vec<Way> {
        some.extend(others);
        self.normalise(&mut some);
        some
    }

    /// Each of some ways with each of others.
    #[must_use]
    pub fn both(&mut self, some: &[Way], others: &[Way]) -> Vec<Way> {
        let mut both = Vec::with_capacity(some.len() * others.len());
        for a in some {
            for b in others {
                let scope = self.program.scopes.intersection(a.scope, b.scope);
                if scope != Scopes::empty() {
                    both.push(Way { scope, condition: self.under_both(a.condition, b.condition) });
                }
            }
        }
        self.normalise(&mut both);
        both
    }

    fn under_both(&mut self, a: ConditionId, b: ConditionId) -> ConditionId {
        let conditions = &mut self.program.conditions;
        if conditions.is_weaker(a, b) {
            return b;
        }
        if conditions.is_weaker(b, a) {
            return a;
        }
        let both: Vec<Condition> = [a, b].into_iter().filter_map(|id| conditions.get(id).cloned()).collect();
        conditions.intern(Condition::all(both))
    }

    /// Joins the scopes of ways with equal conditions, and drops ways that say less than another.
    fn normalise(&mut self, ways: &mut Vec<Way>) {
        ways.sort_by_key(|way| way.condition);
        let mut joined: Vec<Way> = Vec::with_capacity(ways.len());
        for way in ways.drain(..) {
            match joined.last_mut().filter(|last| last.condition == way.condition) {
                Some(last) => last.scope = self.program.scopes.union(last.scope, way.scope),
                None => joined.push(way),
            }
        }
        let Program { scopes, conditions, .. } = &*self.program;
        let says_less = |way: &Way, other: &Way| {
            way != other && scopes.is_within(way.scope, other.scope) && conditions.is_weaker(other.condition, way.condition)
        };
        ways.extend(joined.iter().filter(|way| !joined.iter().any(|other| says_less(way, other))));
        self.more |= ways.len() > limits::WAYS;
        ways.truncate(limits::WAYS);
    }
}
