//! What is wrong with a role's own clauses.

use std::collections::BTreeSet;

use crate::reference::grants::{Held, is_needless};
use crate::reference::names_roles::granted;
use crate::reference::read::{Allow, Kind, Role};
use crate::reference::rings::reach;
use crate::reference::scopes::Scope;
use crate::reference::{About, Report, World};

/// One role under judgement.
struct Case<'a> {
    world: World<'a>,
    at: usize,
    role: &'a Role,
    /// What each own allow matches.
    matched: Vec<BTreeSet<String>>,
    /// What each own allow grants: matched, not excepted.
    granted: Vec<BTreeSet<String>>,
    /// The grants of the parents in normal form, parent by parent.
    inherited: Vec<&'a [Held]>,
}

/// Judges the clauses of every role that means something.
pub(crate) fn judge(world: &World<'_>, report: &mut Report) {
    for at in world.names.live_and_replaced() {
        let role = &world.declarations.roles[at];
        let case = Case {
            world: *world,
            at,
            role,
            matched: role.allows.iter().map(|allow| world.catalog.resolve(&allow.selector).unwrap_or_default()).collect(),
            granted: role.allows.iter().map(|allow| granted(role, allow, world.catalog)).collect(),
            inherited: world.names.parents[at].iter().map(|parent| world.effective.grants(*parent)).collect(),
        };
        for code in case.codes() {
            report.tell(code, About::Role(at));
        }
    }
}

impl Case<'_> {
    fn codes(&self) -> Vec<&'static str> {
        let mut codes = Vec::new();
        for clause in 0..self.role.allows.len() {
            let found = self.allow_codes(clause);
            if found.is_empty() && self.is_redundant(clause) {
                codes.push("redundant-with-parent");
            }
            codes.extend(found);
            let is_by_name = !self.role.allows[clause].selector.is_wildcard();
            if is_by_name && self.granted[clause].iter().any(|permission| self.world.catalog.is_deprecated(permission)) {
                codes.push("deprecated-permission");
            }
        }
        if (0..self.role.excepts.len()).any(|clause| self.is_idle_except(clause)) || self.is_idle_within() {
            codes.push("no-effect");
        }
        codes.extend(self.inherited.iter().filter_map(|grants| self.emptied(grants)));
        if self.role.kind == Kind::Override {
            codes.push("edited-vendor-role");
        }
        if self.lacks_role() {
            codes.push("required-role");
        }
        codes
    }

    fn own_within(&self) -> &Scope {
        self.world.effective.within(self.at)
    }

    fn scope(&self, allow: &Allow) -> Scope {
        self.world.names.scope_or_all(allow.scope.as_ref())
    }

    fn is_unaware(&self, permission: &str) -> bool {
        self.world.catalog.is_unaware(permission)
    }

    fn is_excepted(&self, permission: &str) -> bool {
        self.role.excepts.iter().any(|except| except.matches(permission))
    }

    /// What is wrong with an own allow, seen with the role's other clauses.
    fn allow_codes(&self, clause: usize) -> Vec<&'static str> {
        let (allow, granted) = (&self.role.allows[clause], &self.granted[clause]);
        if granted.is_empty() {
            return vec![if allow.selector.is_one_name() { "allow-and-except" } else { "no-effect" }];
        }
        let mut codes = Vec::new();
        let all_unaware = granted.iter().all(|permission| self.is_unaware(permission));
        let idle_scope = all_unaware && self.scope(allow) != Scope::All;
        if self.is_repeated(clause) || idle_scope {
            codes.push("no-effect");
        }
        if self.scope(allow).and(self.own_within()).is_empty() && !all_unaware {
            let some_unaware = granted.iter().any(|permission| self.is_unaware(permission));
            codes.push(if some_unaware { "partly-empty-scope" } else { "empty-scope" });
        }
        codes
    }

    /// Whether one other own allow gives all that this one gives; of two that give the same, the later is needless.
    fn is_repeated(&self, clause: usize) -> bool {
        let needless = |first: usize, second: usize| {
            let allow = |clause: usize| &self.role.allows[clause];
            is_needless(allow(first), &self.granted[first], allow(second), self.world.names, self.world.catalog)
        };
        (0..self.role.allows.len()).filter(|other| *other != clause).any(|other| {
            let is_mutual = !self.granted[other].is_empty() && needless(other, clause);
            needless(clause, other) && (!is_mutual || other < clause)
        })
    }

    /// Whether of all that an own allow gives each permission comes, as wide, from some parent.
    fn is_redundant(&self, clause: usize) -> bool {
        let (allow, granted) = (&self.role.allows[clause], &self.granted[clause]);
        if granted.is_empty() || self.scope(allow).and(self.own_within()).is_empty() {
            return false;
        }
        let (effective, catalog) = (self.world.effective, self.world.catalog);
        let confine = |held: Held| effective.confine(self.at, held, catalog);
        let inherited: Vec<Held> = self.inherited.iter().copied().flatten().cloned().map(confine).collect();
        granted.iter().all(|permission| {
            let own = Held { permission: permission.clone(), scope: self.scope(allow), condition: allow.condition.canonical() };
            let own = confine(own);
            inherited.iter().any(|held| own.is_subsumed_by(held))
        })
    }

    /// Permissions that an except could take away: own allows', the parents', and what backfills add.
    fn exceptable(&self) -> BTreeSet<String> {
        let own = self.matched.iter().flatten().cloned();
        let inherited = self.inherited.iter().copied().flatten().map(|held| held.permission.clone());
        let backfills = self.world.names.backfills.iter().chain(&self.world.names.tainted_backfills);
        let backfills = backfills.map(|at| &self.world.declarations.backfills[*at]);
        let additions = backfills.filter(|backfill| !backfill.done).flat_map(|backfill| &backfill.additions);
        let added = additions.flat_map(|selector| self.world.catalog.resolve(selector).unwrap_or_default());
        own.chain(inherited).chain(added).collect()
    }

    /// Whether an own except takes nothing away, or nothing that one other own except does not.
    fn is_idle_except(&self, clause: usize) -> bool {
        let exceptable = self.exceptable();
        let taken = |clause: usize| -> BTreeSet<&String> {
            exceptable.iter().filter(|permission| self.role.excepts[clause].matches(permission)).collect()
        };
        let here = taken(clause);
        here.is_empty()
            || (0..self.role.excepts.len()).filter(|other| *other != clause).any(|other| {
                let there = taken(other);
                here.is_subset(&there) && (here != there || other < clause)
            })
    }

    /// Whether the `within` is `all`, or nothing comes in that it could confine.
    fn is_idle_within(&self) -> bool {
        if self.role.withins.is_empty() {
            return false;
        }
        let inherited = self.inherited.iter().copied().flatten().map(|held| &held.permission);
        let inherited = inherited.filter(|permission| !self.is_excepted(permission));
        let mut incoming = self.granted.iter().flatten().chain(inherited);
        *self.own_within() == Scope::All || incoming.all(|permission| self.is_unaware(permission))
    }

    /// Whether the `within` empties all, or some, of what one parent gives.
    fn emptied(&self, grants: &[Held]) -> Option<&'static str> {
        let incoming: Vec<&Held> = grants.iter().filter(|held| !self.is_excepted(&held.permission)).collect();
        let is_emptied = |held: &&&Held| !self.is_unaware(&held.permission) && held.scope.and(self.own_within()).is_empty();
        match incoming.iter().filter(is_emptied).count() {
            0 => None,
            emptied if emptied == incoming.len() => Some("empty-scope"),
            _ => Some("partly-empty-scope"),
        }
    }

    /// Whether a role is required beside this one that this one does not inherit from.
    fn lacks_role(&self) -> bool {
        let above = reach(self.at, &|at| self.world.names.parents[at].clone());
        self.role.required_roles.iter().any(|required| {
            let role = self.world.names.role(required);
            *required != self.role.name && role.is_some_and(|role| !above.contains(&role))
        })
    }
}
