//! Which roles fare alike: what backfills do to one of them, they do to all.
//!
//! Of what a role holds, only triggers and additions matter. A role that touches none of these has all that matters from
//! its parent, by way of the same clauses.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::since::Sinces;
use super::triggers::Triggers;
use crate::flatten::Flat;
use crate::graph::Order;
use crate::model::{Program, RoleId, RoleKind};
use crate::scopes::ScopeId;
use crate::sets::{PermissionId, SetId, Sets};

/// What decides what backfills do to a role.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    held: Held,
    within: Option<ScopeId>,
    /// What it takes away, if that matters.
    excepted: SetId,
    /// How many days of backfills it does not exist on.
    unborn: usize,
    custom: bool,
    /// The backfills that name it.
    named: Vec<u32>,
}

/// What a role holds, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Held {
    /// The same as this role, by the same clauses.
    As(RoleId),
    /// The same as all roles with these groups, whatever the clauses.
    Groups(Option<(u32, u32)>),
}

/// Who fares as whom.
#[derive(Debug)]
pub(super) struct Alike {
    /// By role: the first one that it has all that matters from; itself if it touches what matters.
    origins: Vec<RoleId>,
    /// The days of all backfills, ascending.
    days: Vec<Date>,
    matters: Touching,
    /// Triggers that it depends on single clauses, or additions, whether a role holds.
    traced: Touching,
}

impl Alike {
    pub(super) fn new(program: &Program, order: &Order, flat: &Flat, (triggers, sinces): (&Triggers, &Sinces)) -> Self {
        let active = || triggers.backfills.iter().map(|at| &program.backfills[*at]);
        let mut days: Vec<Date> = active()
            .flat_map(|own| own.default_day.iter().chain(own.region_days.iter().map(|(_, day)| day)))
            .map(|day| day.date)
            .collect();
        days.sort_unstable();
        days.dedup();
        let mut matters = triggers.permissions.clone();
        let mut additions: Vec<SetId> = active().map(|own| own.additions).collect();
        additions.sort_unstable();
        additions.dedup();
        let added = program.sets.union(&additions);
        matters.extend(program.catalog.ids().filter(|id| added[id.index() / 32] & 1 << (id.index() % 32) != 0));
        let mut traced: Vec<PermissionId> =
            triggers.permissions.iter().copied().filter(|permission| sinces.concern(*permission)).collect();
        let explicit = active().filter_map(|own| own.trigger.as_ref()).filter(|trigger| trigger.explicitly);
        traced.extend(explicit.flat_map(|trigger| trigger.permissions.iter().copied()));
        let (matters, traced) = (Touching::new(matters), Touching::new(traced));
        let mut alike = Self { origins: program.role_ids().collect(), days, matters, traced };
        for role in order.roles.iter().copied().filter(|role| flat.is_flat(*role)) {
            if let Some(parent) = alike.passed_on(program, role) {
                alike.origins[role.index()] = alike.origins[parent.index()];
            }
        }
        alike
    }

    /// By role: the one that it has all that matters from, or itself.
    pub(super) fn origins(&self) -> &[RoleId] {
        &self.origins
    }

    /// Triggers that it depends on single clauses, or additions, whether a role holds; ascending.
    pub(super) fn traced(&self) -> &[PermissionId] {
        &self.traced.few
    }

    /// The parent that a role has all that matters from, if it is so.
    fn passed_on(&mut self, program: &Program, role: RoleId) -> Option<RoleId> {
        let [parent] = program.parents(role) else { return None };
        let own = program.role(role);
        if own.within.is_some() || program.pinned_copies.contains_key(&role) || self.matters.by(program, own.excepted) {
            return None;
        }
        let touches = program.allows(role).iter().any(|allow| self.matters.by(program, allow.set));
        (!touches).then_some(parent.role)
    }

    /// Roles with equal keys fare alike.
    pub(super) fn key(&mut self, program: &Program, flat: &Flat, triggers: &Triggers, role: RoleId) -> Key {
        let (own, origin) = (program.role(role), self.origins[role.index()]);
        let mut groups = flat.groups(origin).unwrap_or_default().iter();
        let traced = groups.any(|group| self.traced.by(program, group.set));
        let created = program.created(role).map(|(created, _)| created);
        Key {
            held: if traced { Held::As(origin) } else { Held::Groups(flat.range(origin)) },
            within: own.within.map(|(within, _)| within),
            excepted: if self.matters.by(program, own.excepted) { own.excepted } else { Sets::empty() },
            unborn: created.map_or(0, |created| self.days.partition_point(|day| *day < created)),
            custom: own.kind == RoleKind::Custom,
            named: triggers.naming(role).to_vec(),
        }
    }
}

/// Whether sets have some permission in common with a few, remembered.
#[derive(Debug)]
struct Touching {
    few: Vec<PermissionId>,
    known: FxHashMap<SetId, bool>,
}

impl Touching {
    fn new(mut few: Vec<PermissionId>) -> Self {
        few.sort_unstable();
        few.dedup();
        Self { few, known: FxHashMap::default() }
    }

    fn by(&mut self, program: &Program, set: SetId) -> bool {
        let (few, sets) = (&self.few, &program.sets);
        if few.is_empty() || sets.is_empty(set) {
            return false;
        }
        *self.known.entry(set).or_insert_with(|| {
            if sets.len(set) < few.len() {
                sets.iter(set).any(|permission| few.binary_search(&permission).is_ok())
            } else {
                few.iter().any(|permission| sets.contains(set, *permission))
            }
        })
    }
}
