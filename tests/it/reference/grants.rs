//! What each role holds: the formula of the language, one derivation at a time.
//!
//! Invariant: tainted roles hold nothing here, and no scope of a derivation is empty.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::Catalog;
use crate::reference::conditions::Condition;
use crate::reference::names::Names;
use crate::reference::names_roles::granted;
use crate::reference::read::{Allow, Declarations};
use crate::reference::rings::reach;
use crate::reference::scopes::Scope;
use crate::reference::{NormalForm, names};

/// One way in which a role holds a permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Derivation {
    pub(crate) held: Held,
    /// Since when, if the allow says so.
    pub(crate) since: Option<String>,
    /// Whether the allow's selector has no `*`.
    pub(crate) explicit: bool,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Held {
    pub(crate) permission: String,
    pub(crate) scope: Scope,
    /// In canonical form.
    pub(crate) condition: Condition,
}

/// What all roles hold, by place.
#[derive(Debug, Default)]
pub(crate) struct Effective {
    derivations: BTreeMap<usize, BTreeSet<Derivation>>,
    /// The derivations' grants in normal form.
    grants: BTreeMap<usize, Vec<Held>>,
    permissions: BTreeMap<usize, BTreeSet<String>>,
    /// The scope of each role's `within`.
    within: BTreeMap<usize, Scope>,
    /// Roles that have a `within` other than `all`, or an ancestor that has one.
    confined: BTreeSet<usize>,
}

impl Effective {
    /// Flattens the roles that mean something.
    pub(crate) fn new(declarations: &Declarations, names: &Names, catalog: &Catalog) -> Self {
        let mut effective = Self::default();
        for at in names.live_and_replaced() {
            effective.within.insert(at, names.scope_or_all(declarations.roles[at].withins.first()));
        }
        for at in names.live_and_replaced() {
            effective.derive(at, declarations, names, catalog);
            let above = reach(at, &|at| names.parents[at].clone());
            if above.iter().chain([&at]).any(|at| effective.within[at] != Scope::All) {
                effective.confined.insert(at);
            }
        }
        effective
    }

    fn derive(&mut self, at: usize, declarations: &Declarations, names: &Names, catalog: &Catalog) {
        if self.derivations.contains_key(&at) {
            return;
        }
        let role = &declarations.roles[at];
        let mut derivations = BTreeSet::new();
        for allow in &role.allows {
            for permission in granted(role, allow, catalog) {
                let held =
                    Held { permission, scope: names.scope_or_all(allow.scope.as_ref()), condition: allow.condition.canonical() };
                derivations.insert(Derivation { held, since: allow.since.clone(), explicit: !allow.selector.is_wildcard() });
            }
        }
        let mut grants: Vec<Held> = derivations.iter().map(|derivation| derivation.held.clone()).collect();
        for parent in &names.parents[at] {
            self.derive(*parent, declarations, names, catalog);
            let is_excepted = |permission: &str| role.excepts.iter().any(|except| except.matches(permission));
            let inherited = self.derivations[parent].iter().filter(|derivation| !is_excepted(&derivation.held.permission));
            derivations.extend(inherited.cloned());
            // A parent gives what it has in normal form.
            grants.extend(self.grants[parent].iter().filter(|held| !is_excepted(&held.permission)).cloned());
        }
        let confined = derivations
            .into_iter()
            .map(|derivation| Derivation { held: self.confine(at, derivation.held, catalog), ..derivation });
        let derivations: BTreeSet<Derivation> = confined.filter(|derivation| !derivation.held.scope.is_empty()).collect();
        let grants = grants.into_iter().map(|held| self.confine(at, held, catalog)).filter(|held| !held.scope.is_empty());
        self.grants.insert(at, normal_form(grants));
        self.permissions.insert(at, derivations.iter().map(|derivation| derivation.held.permission.clone()).collect());
        self.derivations.insert(at, derivations);
    }

    /// A grant within the role's `within`: `all` if the permission is division-unaware.
    pub(crate) fn confine(&self, at: usize, held: Held, catalog: &Catalog) -> Held {
        let scope = if catalog.is_unaware(&held.permission) { Scope::All } else { held.scope.and(&self.within[&at]) };
        Held { scope, ..held }
    }

    /// All ways in which a role holds what it holds.
    pub(crate) fn derivations(&self, at: usize) -> &BTreeSet<Derivation> {
        &self.derivations[&at]
    }

    /// What a role holds, in normal form.
    pub(crate) fn grants(&self, at: usize) -> &[Held] {
        &self.grants[&at]
    }

    /// The permissions that a role holds.
    pub(crate) fn permissions(&self, at: usize) -> &BTreeSet<String> {
        &self.permissions[&at]
    }

    /// The scope of a role's own `within`.
    pub(crate) fn within(&self, at: usize) -> &Scope {
        &self.within[&at]
    }

    /// Whether a role is confined.
    pub(crate) fn is_confined(&self, at: usize) -> bool {
        self.confined.contains(&at)
    }
}

impl Held {
    /// Whether another grant gives all that this one gives.
    pub(crate) fn is_subsumed_by(&self, other: &Self) -> bool {
        self.permission == other.permission
            && self.scope.within(&other.scope)
            && other.condition.is_weaker_or_equal(&self.condition)
    }
}

/// Grants of one permission and condition as one; those that another one subsumes dropped.
pub(crate) fn normal_form(grants: impl IntoIterator<Item = Held>) -> Vec<Held> {
    let mut united: BTreeMap<(String, Condition), Scope> = BTreeMap::new();
    for held in grants {
        let scope = united.entry((held.permission, held.condition.canonical())).or_insert_with(Scope::nowhere);
        *scope = scope.or(&held.scope);
    }
    let all: Vec<Held> =
        united.into_iter().map(|((permission, condition), scope)| Held { permission, scope, condition }).collect();
    all.iter().filter(|held| !all.iter().any(|other| other != *held && held.is_subsumed_by(other))).cloned().collect()
}

/// Grants as they are compared with the compiler's.
pub(crate) fn printed(grants: &[Held]) -> NormalForm {
    grants.iter().map(|held| (held.permission.clone(), held.scope.clone(), held.condition.text())).collect()
}

/// Whether two own allows, of which the first grants `granted`, are such that the second makes the first needless.
pub(crate) fn is_needless(
    first: &Allow,
    granted: &BTreeSet<String>,
    second: &Allow,
    names: &names::Names,
    catalog: &Catalog,
) -> bool {
    let (narrow, wide) = (names.scope_or_all(first.scope.as_ref()), names.scope_or_all(second.scope.as_ref()));
    let is_in_time = match (&first.since, &second.since) {
        (_, None) => true,
        (Some(first), Some(second)) => second <= first,
        (None, Some(_)) => false,
    };
    is_in_time
        && second.condition.is_weaker_or_equal(&first.condition)
        && granted
            .iter()
            .all(|permission| second.selector.matches(permission) && (catalog.is_unaware(permission) || narrow.within(&wide)))
}
