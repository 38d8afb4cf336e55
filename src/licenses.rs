//! Licences: which of them what a role holds calls for, and which permission is the cause.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::flatten::Flat;
use crate::model::{Group, LicenseId, Licenses, Program, RoleId};
use crate::sets::{PermissionId, SetId};
use crate::timeline::{Epochs, Gain, Moment};

/// Why a licence is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The first permission, by name, of those that call for it from the start; else of those that did so first.
    pub permission: PermissionId,
    /// The backfill that brought it, by its place in the program, with its day and whether that is only the earliest possible one.
    pub gained: Option<(usize, Date, bool)>,
}

/// A project, its effective grants, and what changes with time.
pub type Compiled<'c> = (&'c Program, &'c Flat, &'c Epochs);

/// Licences that are called for, each with its cause.
pub type Called = BTreeMap<LicenseId, Cause>;

/// Which licences sets of permissions call for; each set is looked through once.
#[derive(Debug, Default)]
pub struct Demands {
    /// By permission; empty where no permission calls for a licence.
    by_permission: Vec<Licenses>,
    by_set: FxHashMap<SetId, Vec<(LicenseId, PermissionId)>>,
}

impl Demands {
    /// What the permissions of a project call for.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let mut demands = Self::default();
        for (at, license) in program.licenses.iter().enumerate() {
            for permission in program.sets.iter(license.needs) {
                demands.by_permission.resize(program.catalog.len(), Licenses::default());
                let slot = &mut demands.by_permission[permission.index()];
                *slot = slot.with(LicenseId::new(at));
            }
        }
        demands
    }

    /// Whether no permission calls for a licence.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_permission.is_empty()
    }

    /// What a permission calls for.
    #[must_use]
    pub fn of_permission(&self, permission: PermissionId) -> Licenses {
        self.by_permission.get(permission.index()).copied().unwrap_or_default()
    }

    /// What grants call for.
    pub fn of_groups(&mut self, program: &Program, groups: &[Group]) -> Called {
        let mut called = Called::new();
        if self.is_empty() {
            return called;
        }
        for group in groups {
            let by_permission = &self.by_permission;
            let of_set = self.by_set.entry(group.set).or_insert_with(|| of_set(program, by_permission, group.set));
            for (license, permission) in of_set.iter().copied() {
                let cause = called.entry(license).or_insert(Cause { permission, gained: None });
                cause.permission = cause.permission.min(permission);
            }
        }
        called
    }

    /// Adds what gains, which stand in order of time, call for.
    pub fn gain<'g>(&self, called: &mut Called, gains: impl IntoIterator<Item = &'g Gain>) {
        if self.is_empty() {
            return;
        }
        for gain in gains {
            for license in self.of_permission(gain.permission).iter() {
                let new = Cause { permission: gain.permission, gained: Some((gain.backfill, gain.date, gain.estimated)) };
                let cause = called.entry(license).or_insert(new);
                if cause.gained.is_some_and(|(_, date, _)| date == gain.date) && gain.permission < cause.permission {
                    *cause = new;
                }
            }
        }
    }

    /// What a role calls for at a moment.
    pub fn of_role(&mut self, (program, flat, epochs): Compiled<'_>, role: RoleId, moment: Moment) -> Called {
        let mut called = self.of_groups(program, flat.groups(role).unwrap_or_default());
        self.gain(&mut called, epochs.gains(role, moment.region, moment.at));
        called
    }

    /// What a role calls for at some time in some region.
    pub fn ever(&mut self, (program, flat, epochs): Compiled<'_>, role: RoleId) -> Called {
        let mut called = self.of_groups(program, flat.groups(role).unwrap_or_default());
        for calendar in &epochs.calendars {
            self.gain(&mut called, calendar.gains_of(role));
        }
        called
    }
}

/// What the permissions of a set call for, with the first that does for each licence.
fn of_set(program: &Program, by_permission: &[Licenses], set: SetId) -> Vec<(LicenseId, PermissionId)> {
    let (mut seen, mut found) = (Licenses::default(), Vec::new());
    for permission in program.sets.iter(set) {
        let called = by_permission[permission.index()];
        found.extend(called.without(seen).iter().map(|license| (license, permission)));
        seen = seen.union(called);
    }
    found
}

/// All the licences of causes.
#[must_use]
pub fn all(called: &Called) -> Licenses {
    called.keys().copied().fold(Licenses::default(), Licenses::with)
}

/// Only those that no dearer one among them includes: what is paid.
#[must_use]
pub fn dearest(program: &Program, called: Called) -> Called {
    let kept = program.dearest(all(&called));
    called.into_iter().filter(|(license, _)| kept.has(*license)).collect()
}
