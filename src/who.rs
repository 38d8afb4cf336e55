//! Who may: the roles that hold a permission, or reach what permissions open, with where and under which condition.
//!
//! A surface that asks for *any* of some permissions is reached where one of them is held; one that asks for *all*,
//! where all are, under all their conditions.

use jiff::civil::Date;

use crate::conditions::{Condition, ConditionId, Conditions};
use crate::flatten::Flat;
use crate::limits;
use crate::model::{Program, Requirement, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::timeline::{Epochs, Moment};

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A permission.
    Permission(PermissionId),
    /// A surface, by its place in the program.
    Surface(usize),
}

/// Where and under which condition something is held or reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// Where.
    pub scope: ScopeId,
    /// When.
    pub condition: ConditionId,
}

/// A role that holds or reaches what was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The role.
    pub role: RoleId,
    /// In normal form: none says less than another. Never empty.
    pub ways: Vec<Way>,
    /// Which of the permissions asked for it holds, in order.
    pub through: Vec<PermissionId>,
    /// Since when it does so in all these ways, if not from the start; and whether that day is only the earliest possible one.
    pub since: Option<(Date, bool)>,
    /// Whether there are more ways than were worked out.
    pub more: bool,
}

/// A compiled project.
#[derive(Debug)]
pub struct Compiled<'c> {
    /// The project; scopes and conditions may be added to it.
    pub program: &'c mut Program,
    /// Its effective grants.
    pub flat: &'c Flat,
    /// What changes with time.
    pub epochs: &'c Epochs,
}

/// The roles that hold or reach something, in order of their names. Of what is open, or unstated, they are none.
#[must_use]
pub fn who(compiled: &mut Compiled<'_>, target: Target, moment: Moment) -> Vec<Holder> {
    let requirement = match target {
        Target::Permission(permission) => Requirement::Any(vec![permission]),
        Target::Surface(at) => compiled.program.surfaces[at].requirement.clone(),
    };
    let mut roles = compiled.program.named_roles();
    roles.retain(|role| compiled.flat.is_flat(*role));
    roles.into_iter().filter_map(|role| compiled.since(role, &requirement, moment)).collect()
}

impl Compiled<'_> {
    /// A role with the day since which it holds what it does.
    fn since(&mut self, role: RoleId, requirement: &Requirement, moment: Moment) -> Option<Holder> {
        let mut holder = self.holder(role, requirement, moment)?;
        let gains = self.epochs.gains(role, moment.region, moment.at).filter(|gain| match requirement {
            Requirement::Any(permissions) | Requirement::All(permissions) => permissions.contains(&gain.permission),
            Requirement::Open | Requirement::Unstated => false,
        });
        let days: Vec<(Date, bool)> = gains.map(|gain| (gain.date, gain.estimated)).collect();
        // From the last day back, as long as the day before does not have it all.
        for (day, estimated) in days.into_iter().rev() {
            let before = day.yesterday().ok().map(|at| Moment { at: Some(at), ..moment });
            let earlier = before.and_then(|before| self.holder(role, requirement, before));
            if earlier.is_none_or(|earlier| earlier.ways != holder.ways) {
                holder.since = Some((day, estimated));
                break;
            }
        }
        Some(holder)
    }

    fn holder(&mut self, role: RoleId, requirement: &Requirement, moment: Moment) -> Option<Holder> {
        let (permissions, all) = match requirement {
            Requirement::Any(permissions) => (permissions, false),
            Requirement::All(permissions) => (permissions, true),
            Requirement::Open | Requirement::Unstated => return None,
        };
        let mut ways: Option<Vec<Way>> = None;
        let (mut through, mut more) = (Vec::new(), false);
        for permission in permissions.iter().copied() {
            let held = self.held(role, permission, moment);
            if !held.is_empty() {
                through.push(permission);
            }
            let mut joined = match ways {
                None => held,
                Some(ways) if all => self.both(&ways, &held),
                Some(mut ways) => {
                    ways.extend(held);
                    ways
                }
            };
            self.normalise(&mut joined);
            more |= joined.len() > limits::WAYS;
            joined.truncate(limits::WAYS);
            ways = Some(joined);
        }
        let ways = ways.filter(|ways| !ways.is_empty())?;
        Some(Holder { role, ways, through, since: None, more })
    }

    /// Where a role holds a permission, with what backfills gave it by then.
    fn held(&mut self, role: RoleId, permission: PermissionId, moment: Moment) -> Vec<Way> {
        let own = self.flat.grants_of(self.program, role, permission);
        let mut ways: Vec<Way> = own.map(|grant| Way { scope: grant.scope, condition: grant.condition }).collect();
        let gains = self.epochs.gains(role, moment.region, moment.at).filter(|gain| gain.permission == permission);
        ways.extend(gains.map(|gain| Way { scope: gain.scope, condition: Conditions::always() }));
        self.normalise(&mut ways);
        ways
    }

    /// Each of some ways with each of others.
    fn both(&mut self, some: &[Way], others: &[Way]) -> Vec<Way> {
        let mut both = Vec::with_capacity(some.len() * others.len());
        for a in some {
            for b in others {
                let scope = self.program.scopes.intersection(a.scope, b.scope);
                if scope != Scopes::empty() {
                    both.push(Way { scope, condition: self.under_both(a.condition, b.condition) });
                }
            }
        }
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
    }
}
