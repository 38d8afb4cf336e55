//! What a project says once every name is resolved: tables with dense ids.
//!
//! What was reported is absent here: an unknown parent is dropped, and a role with an error in it is marked
//! [`Role::faulty`], so that nothing further is said of it.

mod assertions;
mod enforcement;
mod licenses;
mod objects;
mod subjects;
pub mod surfaces;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::catalog::Catalog;
use crate::conditions::{ConditionId, Conditions};
use crate::diagnostic::Code;
use crate::id::Id;
use crate::scopes::{DivisionId, ScopeId, Scopes};
use crate::sets::{PermissionId, SetId, Sets};
use crate::span::Span;
pub use crate::syntax::ast::RoleKind;
pub use assertions::{Assertion, Claim, Holder, Never, Reach, Target, Test};
pub use enforcement::{Certainty, Enforcement, Start};
pub use licenses::{License, LicenseId, Licenses};
pub use objects::{Object, Readers};
pub use subjects::{Application, Assignment, Automatic, GroupId, OldOption, Subjects, User, UserGroup, UserId, UserTag};
pub use surfaces::{Requirement, Surface, SurfaceKind};

/// Permissions that are granted in the same scope under the same condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// When they hold.
    pub condition: ConditionId,
    /// Where they hold.
    pub scope: ScopeId,
    /// Which they are.
    pub set: SetId,
}

/// Marks ids of roles.
#[derive(Debug)]
pub enum RoleTag {}
/// Names a role, or the override of one.
pub type RoleId = Id<RoleTag>;

/// Marks ids of regions.
#[derive(Debug)]
pub enum RegionTag {}
/// Names a region; ids order as the names do.
pub type RegionId = Id<RegionTag>;

/// Marks ids of wildcards.
#[derive(Debug)]
pub enum WildcardTag {}
/// Names a wildcard of the organisation's own roles.
pub type WildcardId = Id<WildcardTag>;

/// A resolved project.
#[derive(Debug)]
pub struct Program {
    /// The permissions.
    pub catalog: Catalog,
    /// Sets of them.
    pub sets: Sets,
    /// Sets of divisions.
    pub scopes: Scopes,
    /// Conditions.
    pub conditions: Conditions,
    /// The divisions in order of their names.
    pub divisions: Vec<Division>,
    /// Named sets of divisions.
    pub division_sets: Vec<DivisionSet>,
    /// Whether some scope names a division that there is not: it may stand for one that nothing else names.
    pub names_unknown_division: bool,
    /// The regions in order of their names.
    pub regions: Vec<Box<str>>,
    /// The roles in the order they are declared.
    pub roles: Vec<Role>,
    /// What a role's name means: of an overridden role, the override.
    pub role_names: FxHashMap<Box<str>, RoleId>,
    /// The roles that names stand for, in order of their names, once somebody has asked.
    pub named_roles: OnceLock<Vec<RoleId>>,
    /// The parents of all roles, each role's side by side.
    pub parents: Vec<Parent>,
    /// The grants of all roles, each role's side by side.
    pub allows: Vec<Allow>,
    /// The exclusions of all roles, each role's side by side.
    pub excepts: Vec<Except>,
    /// Of copies that the lock file pins: what they started from.
    pub pinned_copies: FxHashMap<RoleId, PinnedCopy>,
    /// What permissions open.
    pub surfaces: Vec<Surface>,
    /// Which division-aware permission took over from which division-unaware one.
    pub pairs: Vec<Pair>,
    /// The backfills in order of their names.
    pub backfills: Vec<Backfill>,
    /// The enforcements in order of their names.
    pub enforcements: Vec<Enforcement>,
    /// The licences in order of their names.
    pub licenses: Vec<License>,
    /// Users and groups, and what they are given.
    pub subjects: Subjects,
    /// Folders and objects in order of their paths.
    pub objects: Vec<Object>,
    /// Permissions that nobody may hold together, in the order of the sources.
    pub nevers: Vec<Never>,
    /// What must hold, in the order of the sources.
    pub assertions: Vec<Assertion>,
    /// Tests in the order of the sources.
    pub tests: Vec<Test>,
    /// The wildcards of the organisation's own roles, and those of the vendor's, each once.
    pub wildcards: Vec<Wildcard>,
    /// Findings that declarations silence.
    pub allowed_findings: Vec<AllowedFinding>,
    /// What the manifest says of the organisation.
    pub organisation: Organisation,
}

/// What a project's manifest says of the organisation.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// The day it was created.
    pub created: Option<Date>,
    /// Its regions; those that the sources name if none are listed.
    pub regions: Vec<String>,
    /// Whether optional backfills are performed.
    pub role_backfill: bool,
    /// What kind it is of, such as `digital-only`.
    pub kind: Option<String>,
    /// By enforcement: the day from which on it is enforced for this organisation, in its grace period.
    pub opt_ins: BTreeMap<String, Date>,
}

impl Default for Organisation {
    fn default() -> Self {
        Self { created: None, regions: Vec::new(), role_backfill: true, kind: None, opt_ins: BTreeMap::new() }
    }
}

/// A division.
#[derive(Debug)]
pub struct Division {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// Whether it is the home division.
    pub home: bool,
    /// Whether a scope or set names it.
    pub used: bool,
    /// Its name in the declaration.
    pub span: Span,
}

/// A named set of divisions.
#[derive(Debug)]
pub struct DivisionSet {
    /// Its name.
    pub name: Box<str>,
    /// The divisions in it.
    pub scope: ScopeId,
    /// Whether a scope or set names it.
    pub used: bool,
    /// Whether it contains itself, or a set that does: then it means nothing.
    pub ringed: bool,
    /// Its name in the declaration.
    pub span: Span,
}

/// A role, or the override of one.
#[derive(Debug)]
pub struct Role {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// Whose it is.
    pub kind: RoleKind,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
    /// Its parents among all: first the one it copies or overrides, then those it extends.
    pub parents: Range<u32>,
    /// Its grants among all.
    pub allows: Range<u32>,
    /// Its exclusions among all.
    pub excepts: Range<u32>,
    /// What its exclusions take away, all together.
    pub excepted: SetId,
    /// Its `within`: scope and place.
    pub within: Option<(ScopeId, Span)>,
    /// What else is said of it.
    pub facts: Option<Box<RoleFacts>>,
    /// Whether an error was reported in it.
    pub faulty: bool,
    /// The override that stands for it everywhere.
    pub overridden_by: Option<RoleId>,
}

/// How a role relates to a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentKind {
    /// `extends`.
    Extends,
    /// `copies`.
    Copies,
    /// `override`: the vendor's own definition.
    Overrides,
}

/// A parent of a role.
#[derive(Debug, Clone, Copy)]
pub struct Parent {
    /// The parent.
    pub role: RoleId,
    /// How they relate.
    pub kind: ParentKind,
    /// Its name in the child's declaration.
    pub span: Span,
}

/// Facts of a role that change no grant.
#[derive(Debug, Default, Clone)]
pub struct RoleFacts {
    /// The day it was created, and where that is said.
    pub created: Option<(Date, Span)>,
    /// Roles that a subject must have beside it.
    pub requires_roles: Vec<(RoleId, Span)>,
    /// Licences that a subject must have.
    pub requires_licenses: Vec<(LicenseId, Span)>,
    /// Assigned by itself to every user (`true`) or to the organisation's creator.
    pub auto_assigned: Option<bool>,
    /// Can't be taken from a user.
    pub irremovable: bool,
    /// Former names.
    pub formerly: Vec<Box<str>>,
    /// Exists in organisations created from (`false`) or after (`true`) a day.
    pub available: Option<(bool, Date)>,
    /// Who keeps it.
    pub owner: Option<Box<str>>,
}

/// `allow …`.
#[derive(Debug)]
pub struct Allow {
    /// What it grants.
    pub set: SetId,
    /// Where, `within` aside.
    pub scope: ScopeId,
    /// When.
    pub condition: ConditionId,
    /// Since when the role holds it.
    pub since: Option<Date>,
    /// Whether its selector has a `*`.
    pub wildcard: bool,
    /// Which of the organisation's own wildcards it is: the lock file pins those.
    pub pin: Option<WildcardId>,
    /// Which of the vendor's wildcards it is: the lock file remembers those.
    pub followed: Option<WildcardId>,
    /// The permission, if the selector is one full name.
    pub single: Option<PermissionId>,
    /// The clause.
    pub span: Span,
    /// The selector.
    pub selector_span: Span,
    /// The divisions written after `in`; empty without.
    pub scope_span: Span,
}

/// A wildcard of the `allow` clauses.
#[derive(Debug, Clone)]
pub struct Wildcard {
    /// The selector in normal form.
    pub text: Box<str>,
    /// What it matches in the catalog as it is.
    pub now: SetId,
    /// What it meant when the lock file was written; what it matches now where the lock file does not have it.
    pub pinned: SetId,
    /// Permissions in the lock file that the catalog has no more.
    pub gone: Vec<String>,
    /// Whether the lock file has it.
    pub is_pinned: bool,
    /// Whether it is of a vendor's role: then it means what the catalog says, and the lock file only remembers it.
    pub follows: bool,
}

/// What a copied role granted when the lock file was written.
#[derive(Debug, Clone)]
pub struct PinnedCopy {
    /// Which of all parents is copied.
    pub parent: u32,
    /// The grants as pinned.
    pub groups: Vec<Group>,
    /// Pinned grants, as written in the lock file, that the project can't have any more.
    pub gone: Vec<String>,
}

/// `except …`.
#[derive(Debug)]
pub struct Except {
    /// What it takes away.
    pub set: SetId,
    /// The clause.
    pub span: Span,
}

/// `pair L -> R`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The division-unaware half.
    pub unaware: PermissionId,
    /// The division-aware half.
    pub aware: PermissionId,
    /// The declaration.
    pub span: Span,
}

/// Which roles a backfill considers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleFilter {
    /// All roles.
    All,
    /// The vendor's.
    Default,
    /// The organisation's own.
    Custom,
    /// These.
    Named(Vec<RoleId>),
}

/// What makes a role gain a backfill's additions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// One of the permissions is enough.
    pub any: bool,
    /// Only what a selector without `*`, or an addition, gave counts.
    pub explicitly: bool,
    /// The permissions.
    pub permissions: Vec<PermissionId>,
}

/// The day of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The day that counts.
    pub date: Date,
    /// Whether it is the earliest possible day rather than an announced one.
    pub estimated: bool,
}

/// An event that adds permissions to roles.
#[derive(Debug)]
pub struct Backfill {
    /// Its name.
    pub name: Box<str>,
    /// What people call it.
    pub title: Option<Box<str>>,
    /// What makes a role gain; named roles gain outright without.
    pub trigger: Option<Trigger>,
    /// Which roles it considers.
    pub filter: RoleFilter,
    /// What it adds.
    pub additions: SetId,
    /// Its day where a region has none of its own.
    pub default_day: Option<Day>,
    /// The days of regions.
    pub region_days: Vec<(RegionId, Day)>,
    /// Where its days are written: the default one's, or its name without one, then those of regions in their order.
    pub day_spans: Vec<Span>,
    /// Whether it obeys the organisation's switch.
    pub optional: bool,
    /// Where it is marked as done, if it is: it adds nothing more.
    pub done: Option<Span>,
    /// Whether an error was reported in it.
    pub faulty: bool,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}

impl Backfill {
    /// Its day in a region, or by default.
    #[must_use]
    pub fn day(&self, region: Option<RegionId>) -> Option<Day> {
        let own = region.and_then(|region| self.region_days.iter().find(|(own, _)| *own == region));
        own.map(|(_, day)| *day).or(self.default_day)
    }

    /// Where its day in a region, or by default, is written.
    #[must_use]
    pub fn day_span(&self, region: Option<RegionId>) -> Span {
        let own = region.and_then(|region| self.region_days.iter().position(|(own, _)| *own == region));
        self.day_spans[own.map_or(0, |at| at + 1)]
    }
}

/// `allow-finding CODE "reason"`.
#[derive(Debug, Clone, Copy)]
pub struct AllowedFinding {
    /// The finding's code.
    pub code: Code,
    /// The declaration in which it is silenced.
    pub declaration: Span,
    /// The line that silences it.
    pub span: Span,
    /// Whether an error was reported in that declaration, so that findings may be missing.
    pub faulty: bool,
}

/// The first bytes of a text as a number; two of them order as their texts do, unless they are equal.
fn beginning(text: &str) -> u128 {
    let mut bytes = [0; size_of::<u128>()];
    bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    u128::from_be_bytes(bytes)
}

impl Program {
    /// A project that says nothing beside its catalog.
    #[must_use]
    pub fn new(catalog: Catalog, organisation: Organisation) -> Self {
        Self {
            sets: Sets::new(catalog.len()),
            scopes: Scopes::new(0),
            conditions: Conditions::default(),
            divisions: Vec::new(),
            division_sets: Vec::new(),
            names_unknown_division: false,
            regions: Vec::new(),
            roles: Vec::new(),
            role_names: FxHashMap::default(),
            named_roles: std::sync::OnceLock::new(),
            parents: Vec::new(),
            allows: Vec::new(),
            excepts: Vec::new(),
            pinned_copies: FxHashMap::default(),
            surfaces: Vec::new(),
            pairs: Vec::new(),
            backfills: Vec::new(),
            enforcements: Vec::new(),
            licenses: Vec::new(),
            subjects: Subjects::default(),
            objects: Vec::new(),
            nevers: Vec::new(),
            assertions: Vec::new(),
            tests: Vec::new(),
            wildcards: Vec::new(),
            allowed_findings: Vec::new(),
            organisation,
            catalog,
        }
    }

    /// A role.
    #[must_use]
    pub fn role(&self, id: RoleId) -> &Role {
        &self.roles[id.index()]
    }

    /// The ids of all roles, overridden ones included.
    pub fn role_ids(&self) -> impl Iterator<Item = RoleId> + use<> {
        (0..self.roles.len()).map(RoleId::new)
    }

    /// The roles that names stand for, in order of their names. Not to be asked before all roles are known.
    #[must_use]
    pub fn named_roles(&self) -> Vec<RoleId> {
        let roles = self.named_roles.get_or_init(|| {
            let named = self.roles.par_iter().enumerate().filter(|(_, role)| role.overridden_by.is_none());
            // The names are far apart in memory, so most comparisons do with what stands in the list itself.
            let mut roles: Vec<(u128, &str, RoleId)> =
                named.map(|(at, role)| (beginning(&role.name), &*role.name, RoleId::new(at))).collect();
            roles.par_sort_unstable();
            roles.into_iter().map(|(_, _, role)| role).collect()
        });
        roles.clone()
    }

    /// The region of a name.
    #[must_use]
    pub fn find_region(&self, name: &str) -> Option<RegionId> {
        self.regions.binary_search_by(|known| (**known).cmp(name)).ok().map(RegionId::new)
    }

    /// The role that a name stands for.
    #[must_use]
    pub fn find_role(&self, name: &str) -> Option<RoleId> {
        self.role_names.get(name).copied()
    }

    /// The parents of a role.
    #[must_use]
    pub fn parents(&self, id: RoleId) -> &[Parent] {
        &self.parents[range(&self.role(id).parents)]
    }

    /// The grants of a role itself.
    #[must_use]
    pub fn allows(&self, id: RoleId) -> &[Allow] {
        &self.allows[range(&self.role(id).allows)]
    }

    /// What the lock file pins of a parent: the grants of a copied role, where one of all parents is copied.
    #[must_use]
    pub fn pinned_copy(&self, id: RoleId, parent: u32) -> Option<&PinnedCopy> {
        self.pinned_copies.get(&id).filter(|copy| copy.parent == parent)
    }

    /// The exclusions of a role itself.
    #[must_use]
    pub fn excepts(&self, id: RoleId) -> &[Except] {
        &self.excepts[range(&self.role(id).excepts)]
    }

    /// The day on which a role was created and where that is said; of an override, the vendor role's.
    #[must_use]
    pub fn created(&self, id: RoleId) -> Option<(Date, Span)> {
        let base = self.parents(id).iter().find(|parent| parent.kind == ParentKind::Overrides);
        self.role(base.map_or(id, |base| base.role)).facts.as_ref()?.created
    }

    /// Whether a role existed on a day, as far as is known.
    #[must_use]
    pub fn existed(&self, id: RoleId, on: Date) -> bool {
        self.created(id).is_none_or(|(created, _)| created <= on)
    }

    /// Whether an `except` of the role itself takes a permission away.
    #[must_use]
    pub fn is_excepted(&self, id: RoleId, permission: PermissionId) -> bool {
        self.sets.contains(self.role(id).excepted, permission)
    }

    /// The scope of a grant of a permission: unaware ones hold everywhere.
    #[must_use]
    pub fn scope_for(&self, permission: PermissionId, scope: ScopeId) -> ScopeId {
        if self.catalog.is_unaware(permission) { Scopes::all() } else { scope }
    }

    /// A scope as written: `all`, or the names of its divisions.
    #[must_use]
    pub fn scope_text(&self, scope: ScopeId) -> String {
        self.scopes.divisions(scope).map_or_else(
            || "all".to_owned(),
            |divisions| divisions.iter().map(|id| &*self.division(*id).name).collect::<Vec<_>>().join(", "),
        )
    }

    /// A division.
    #[must_use]
    pub fn division(&self, id: DivisionId) -> &Division {
        &self.divisions[id.index()]
    }
}

fn range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
