//! Questions about many: where may somebody, who may, who reads, who calls for which licences.

use std::collections::BTreeMap;

use crate::Error;
use crate::held::{Given, Held};
use crate::limits::{QUERY_STEPS, STEPS};
use crate::mapped::layout::{KindId, NONE, fact};
use crate::mapped::numbers::Numbers;
use crate::mapped::{Corrupt, part, sets, some};
use crate::question::{DivisionId, GroupId, LicenseId, ObjectId, PermissionId, Place, RoleId, SubjectId, UserId};
use crate::state::State;
use crate::steps::Steps;

/// Where something is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Divisions {
    /// In every division, and on objects that are in none.
    pub everywhere: bool,
    /// The divisions that the bundle knows in which it is allowed, in order.
    pub listed: Vec<DivisionId>,
}

/// Where somebody may do something, whatever the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permitted {
    /// Where always.
    pub always: Divisions,
    /// Where under some condition, and not always.
    pub conditionally: Divisions,
}

/// Somebody who may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// Who.
    pub subject: SubjectId,
    /// Whether only under some condition.
    pub conditionally: bool,
}

/// Who reads an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readers {
    /// Whether everybody does.
    pub everybody: bool,
    /// The groups whose members all do.
    pub groups: Vec<GroupId>,
    /// The users who do.
    pub users: Vec<UserId>,
}

/// A licence that somebody calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// The licence.
    pub license: LicenseId,
    /// The permission that calls for it.
    pub permission: PermissionId,
    /// The role that has the permission.
    pub role: RoleId,
}

/// How far something is allowed in a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Not,
    Conditionally,
    Always,
}

impl<'b> State<'b> {
    /// Where somebody may do something. Objects that keep permissions for their readers are left out of account.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt.
    pub fn divisions_permitted(&self, subject: SubjectId, permission: PermissionId) -> Result<Permitted, Error> {
        let mut steps = Steps::new(STEPS);
        let mut everywhere = Hold::Not;
        let mut holds = vec![Hold::Not; (self.tables.count(KindId::Division) as usize).min(self.tables.strings.len())];
        self.each_way(subject, permission, &mut steps, |assigned, given, steps| {
            let hold = if given.terms.condition.get() == NONE { Hold::Always } else { Hold::Conditionally };
            let granted = given.terms.scope.get();
            match (self.covers(assigned, None)?, self.covers(granted, None)?) {
                (true, true) => everywhere = everywhere.max(hold),
                (true, false) => self.raise(&mut holds, granted, None, hold, steps)?,
                (false, true) => self.raise(&mut holds, assigned, None, hold, steps)?,
                (false, false) => self.raise(&mut holds, assigned, Some(granted), hold, steps)?,
            }
            Ok(())
        })?;
        let at_least = |least: Hold| Divisions {
            everywhere: everywhere >= least,
            listed: (0..).zip(&holds).filter(|(_, hold)| everywhere.max(**hold) >= least).map(|(id, _)| DivisionId(id)).collect(),
        };
        let (always, mut conditionally) = (at_least(Hold::Always), at_least(Hold::Conditionally));
        conditionally.everywhere &= !always.everywhere;
        conditionally.listed.retain(|division| always.listed.binary_search(division).is_err());
        Ok(Permitted { always, conditionally })
    }

    /// Raises the divisions of a scope, as far as another one has them.
    fn raise(&self, holds: &mut [Hold], scope: u32, other: Option<u32>, hold: Hold, steps: &mut Steps) -> Result<(), Corrupt> {
        let start = self.tables.scopes.get(scope as usize).ok_or(Corrupt)?.get();
        for division in sets::ids(self.tables.bits, start, self.divisions)? {
            steps.take(1)?;
            if other.map_or(Ok(true), |other| self.covers(other, Some(DivisionId(division))))? {
                let own = holds.get_mut(division as usize).ok_or(Corrupt)?;
                *own = (*own).max(hold);
            }
        }
        Ok(())
    }

    /// Visits the ways in which a subject holds a permission: where its role is assigned, and what the role gives.
    fn each_way(
        &self,
        subject: SubjectId,
        permission: PermissionId,
        steps: &mut Steps,
        mut visit: impl FnMut(u32, Given<'b>, &mut Steps) -> Result<(), Corrupt>,
    ) -> Result<(), Corrupt> {
        let asked = self.asked(permission, &Place::default())?;
        let mut held_at_all = false;
        self.roles_of(subject, Some(asked.permission), |Held { role, scope, .. }| {
            self.given_by(role, asked.permission, steps, |given, steps| {
                held_at_all = true;
                visit(if asked.unaware { NONE } else { scope }, given, steps)?;
                Ok(false)
            })
        })?;
        if !held_at_all && matches!(subject, SubjectId::User(_)) && self.unconfigured(subject, asked.permission, steps)?.is_some()
        {
            visit(NONE, Given { terms: &EVERYWHERE, backfill: None }, steps)?;
        }
        Ok(())
    }

    /// The users and groups who may do something in a division; without one, on objects that are in none. Objects that
    /// keep permissions for their readers are left out of account.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt.
    pub fn subjects_with(&self, permission: PermissionId, division: Option<DivisionId>) -> Result<Vec<Holder>, Error> {
        let mut steps = Steps::new(QUERY_STEPS);
        let mut found = Vec::new();
        for subject in self.subjects() {
            let mut hold = Hold::Not;
            self.each_way(subject, permission, &mut steps, |assigned, given, _| {
                if self.covers(assigned, division)? && self.covers(given.terms.scope.get(), division)? {
                    hold = hold.max(if given.terms.condition.get() == NONE { Hold::Always } else { Hold::Conditionally });
                }
                Ok(())
            })?;
            if hold != Hold::Not {
                found.push(Holder { subject, conditionally: hold == Hold::Conditionally });
            }
        }
        Ok(found)
    }

    /// All users and groups.
    fn subjects(&self) -> impl Iterator<Item = SubjectId> + use<'b> {
        let groups = (0..).zip(self.tables.groups).map(|(id, _)| SubjectId::Group(GroupId(id)));
        let users = self.tables.users.len().saturating_sub(1);
        (0..).take(users).map(|id| SubjectId::User(UserId(id))).chain(groups)
    }

    /// Who reads an object.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt.
    pub fn readers(&self, object: ObjectId) -> Result<Readers, Error> {
        let mut readers = Readers { everybody: self.reads(SubjectId::Role(RoleId(NONE)), object)?, ..Readers::default() };
        let mut steps = Steps::new(QUERY_STEPS);
        for subject in self.subjects() {
            steps.take(1 + self.groups_of(subject)?.1.len())?;
            if self.reads(subject, object)? {
                match subject {
                    SubjectId::User(user) => readers.users.push(user),
                    SubjectId::Group(group) => readers.groups.push(group),
                    SubjectId::Role(_) => {}
                }
            }
        }
        Ok(readers)
    }

    /// The licences that a subject calls for, in order; without those that another one of them includes.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt.
    pub fn licenses(&self, subject: SubjectId) -> Result<Vec<Needed>, Error> {
        let mut steps = Steps::new(STEPS);
        let mut called: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        self.roles_of(subject, None, |held| {
            for pair in self.called_by(held.role, &mut steps)?.rows() {
                steps.take(1)?;
                let [license, permission] = pair?;
                let cause = (permission, held.role);
                called.entry(license).and_modify(|own| *own = cause.min(*own)).or_insert(cause);
            }
            Ok(false)
        })?;
        let mut included = Vec::new();
        for license in called.keys() {
            let cheaper = self.tables.fact(KindId::License, *license, fact::INCLUDES)?.unwrap_or_default();
            steps.take(cheaper.bytes().len())?;
            for own in cheaper.rows() {
                let [own] = own?;
                included.push(own);
            }
        }
        included.sort_unstable();
        let paid = called.into_iter().filter(|(license, _)| included.binary_search(license).is_err());
        Ok(paid
            .map(|(license, (permission, role))| Needed {
                license: LicenseId(license),
                permission: PermissionId(permission),
                role: RoleId(role),
            })
            .collect())
    }

    /// The licences that a role calls for by now, each followed by the permission that calls for it.
    fn called_by(&self, role: u32, steps: &mut Steps) -> Result<Numbers<'b>, Corrupt> {
        let mut changed = None;
        for change in self.changes_of(role) {
            steps.take(1)?;
            changed = some(change.licenses).map(|_| change).or(changed);
        }
        steps.take(1 + self.tables.facts_of(KindId::Role, role)?.bytes().len())?;
        match changed {
            Some(change) => part(self.tables.said, change.licenses, change.licenses_count).map(Numbers::new),
            None => Ok(self.tables.fact(KindId::Role, role, fact::LICENSES)?.unwrap_or_default()),
        }
    }
}

/// The terms of what applications let users do who hold nothing in them.
static EVERYWHERE: crate::mapped::layout::Terms = crate::mapped::layout::Terms {
    scope: zerocopy::little_endian::U32::new(NONE),
    condition: zerocopy::little_endian::U32::new(NONE),
};
