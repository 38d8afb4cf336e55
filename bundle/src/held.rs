//! The roles that a subject has, and the grants of a role that have a permission: what all decisions are made of.

use zerocopy::little_endian::U32;

use crate::decision::Through;
use crate::mapped::layout::{Change, NONE, OldOption, Terms, flag};
use crate::mapped::numbers::Numbers;
use crate::mapped::sets::Bit;
use crate::mapped::{Corrupt, between, part, row_and_next};
use crate::question::{ApplicationId, DivisionId, GroupId, SubjectId};
use crate::state::State;
use crate::steps::Steps;

/// Whether to stop looking.
pub(crate) type Visit = Result<bool, Corrupt>;

/// A role that somebody has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) role: u32,
    /// Where: a scope, or `NONE` for everywhere.
    pub(crate) scope: u32,
    pub(crate) through: Through,
}

/// What a role gives: where and when, and the backfill that added it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'b> {
    pub(crate) terms: &'b Terms,
    pub(crate) backfill: Option<u32>,
}

impl<'b> State<'b> {
    /// Visits the roles that a subject has, as far as they count for a permission; without one, all of them.
    #[inline]
    pub(crate) fn roles_of(&self, subject: SubjectId, permission: Option<Bit>, mut visit: impl FnMut(Held) -> Visit) -> Visit {
        match subject {
            SubjectId::Role(role) => visit(Held { role: role.0, scope: NONE, through: Through::Itself }),
            SubjectId::Group(group) => {
                let row = self.tables.groups.get(group.0 as usize).ok_or(Corrupt)?;
                let above = part(self.tables.lists, row.above, row.above_count)?;
                Ok(self.roles_of_group(group.0, &mut visit)? || self.roles_of_groups(above, &mut visit)?)
            }
            SubjectId::User(user) => self.roles_of_user(user.0, permission, &mut visit),
        }
    }

    /// Whether no role of a user holds a permission at any time, as far as two looks can tell: true of most that is asked.
    #[inline]
    pub(crate) fn holds_nothing(&self, user: u32, permission: Bit) -> Result<bool, Corrupt> {
        let row = self.tables.users.get(user as usize).ok_or(Corrupt)?;
        let by_itself = permission.is_in(self.tables.bits, row.held.get())?;
        let by_membership = permission.is_in(self.tables.bits, row.inherited.get())?;
        Ok(!(by_itself | by_membership))
    }

    #[inline]
    fn roles_of_user(&self, user: u32, permission: Option<Bit>, visit: &mut impl FnMut(Held) -> Visit) -> Visit {
        let [row, next] = row_and_next(self.tables.users, user)?;
        let shared = self.tables.memberships.get(row.membership.get() as usize).ok_or(Corrupt)?;
        let may_hold = |held: U32| permission.map_or(Ok(true), |bit| bit.is_in(self.tables.bits, held.get()));
        let (by_itself, by_membership) = (may_hold(row.held)?, may_hold(row.inherited)?);
        let options = self.options_of(user, shared.flags);
        if by_itself && assigned(between(self.tables.assignments, row.assigned, next.assigned)?, Through::Assignment, visit)? {
            return Ok(true);
        }
        if by_membership {
            let replaced = !options.is_empty() && permission.map_or(Ok(false), |bit| self.replaced(options, bit))?;
            let inherited = part(self.tables.inherited, shared.inherited, shared.inherited_count)?;
            for row in Numbers::new(inherited).rows().filter(|_| !replaced) {
                let [role, scope, group] = row?;
                if visit(Held { role, scope, through: Through::Group(GroupId(group)) })? {
                    return Ok(true);
                }
            }
            let creator = shared.flags.get() & flag::MEMBER_CREATOR != 0;
            for automatic in self.tables.automatic.iter().filter(|automatic| creator || automatic.creator.get() == 0) {
                if visit(Held { role: automatic.role.get(), scope: NONE, through: Through::Automatic })? {
                    return Ok(true);
                }
            }
        }
        self.roles_of_options(options, permission, visit)
    }

    fn roles_of_options(&self, options: &[OldOption], permission: Option<Bit>, visit: &mut impl FnMut(Held) -> Visit) -> Visit {
        for option in options {
            let application = option.application.get();
            if permission.map_or(Ok(true), |bit| self.owns(application, bit))? {
                let through = Through::OldOption(ApplicationId(application));
                if visit(Held { role: option.role.get(), scope: NONE, through })? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn roles_of_groups(&self, groups: &[U32], visit: &mut impl FnMut(Held) -> Visit) -> Visit {
        for group in groups {
            if self.roles_of_group(group.get(), visit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn roles_of_group(&self, group: u32, visit: &mut impl FnMut(Held) -> Visit) -> Visit {
        let row = self.tables.groups.get(group as usize).ok_or(Corrupt)?;
        assigned(part(self.tables.assignments, row.assigned, row.assigned_count)?, Through::Group(GroupId(group)), visit)
    }

    /// The old options of a user.
    pub(crate) fn options_of(&self, user: u32, flags: U32) -> &'b [OldOption] {
        if flags.get() & flag::MEMBER_OPTIONS == 0 {
            return &[];
        }
        let options = self.tables.options;
        let start = options.partition_point(|option| option.user.get() < user);
        let count = options[start..].iter().take_while(|option| option.user.get() == user).count();
        &options[start..start + count]
    }

    /// Whether an option stands for what groups give of a permission.
    pub(crate) fn replaced(&self, options: &[OldOption], permission: Bit) -> Result<bool, Corrupt> {
        for option in options {
            if self.owns(option.application.get(), permission)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an application has a permission.
    pub(crate) fn owns(&self, application: u32, permission: Bit) -> Result<bool, Corrupt> {
        let application = self.tables.applications.get(application as usize).ok_or(Corrupt)?;
        self.tables.set_has(application.owns.get(), permission)
    }

    /// Visits what a role grants and has gained by now of a permission.
    #[inline]
    pub(crate) fn given_by(
        &self,
        role: u32,
        permission: Bit,
        steps: &mut Steps,
        mut visit: impl FnMut(Given<'b>, &mut Steps) -> Visit,
    ) -> Visit {
        let [row, next] = row_and_next(self.tables.roles, role)?;
        steps.take(1)?;
        if !permission.may_be_in(&row.blocks) {
            return Ok(false);
        }
        if self.given(between(self.tables.grants, row.grants, next.grants)?, None, permission, steps, &mut visit)? {
            return Ok(true);
        }
        if row.calendars.get() & self.calendar_bit == 0 {
            return Ok(false);
        }
        for change in self.changes_of(role) {
            steps.take(1)?;
            let gains = part(self.tables.grants, change.gains, change.gains_count)?;
            if self.given(gains, Some(change.backfill.get()), permission, steps, &mut visit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Visits those of some grants or gains that have a permission.
    #[inline]
    fn given(
        &self,
        grants: &[u8],
        backfill: Option<u32>,
        permission: Bit,
        steps: &mut Steps,
        visit: &mut impl FnMut(Given<'b>, &mut Steps) -> Visit,
    ) -> Visit {
        for grant in Numbers::new(grants).rows() {
            let [set, terms] = grant?;
            steps.take(1)?;
            if self.tables.set_has(set, permission)? {
                let terms = self.tables.terms.get(terms as usize).ok_or(Corrupt)?;
                if visit(Given { terms, backfill }, steps)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// All grants of a role, and what it has gained by now, each with its set.
    pub(crate) fn all_given_by(&self, role: u32) -> Result<impl Iterator<Item = Result<(u32, Given<'b>), Corrupt>>, Corrupt> {
        let [row, next] = row_and_next(self.tables.roles, role)?;
        let tables = self.tables;
        let given = move |grants: &'b [u8], backfill: Option<u32>| {
            Numbers::new(grants).rows().map(move |grant| {
                let [set, terms] = grant?;
                let terms = tables.terms.get(terms as usize).ok_or(Corrupt)?;
                Ok((set, Given { terms, backfill }))
            })
        };
        let gains = self.changes_of(role).flat_map(move |change| {
            let gains = part(tables.grants, change.gains, change.gains_count);
            let (gains, fault) = gains.map_or((&[][..], Some(Err(Corrupt))), |gains| (gains, None));
            given(gains, Some(change.backfill.get())).chain(fault)
        });
        Ok(given(between(tables.grants, row.grants, next.grants)?, None).chain(gains))
    }

    /// What a role has gained by now.
    pub(crate) fn changes_of(&self, role: u32) -> impl Iterator<Item = &'b Change> + use<'b> {
        let start = self.changes.partition_point(|change| change.role.get() < role);
        let epoch = self.epoch;
        self.changes[start..].iter().take_while(move |change| change.role.get() == role && change.epoch.get() <= epoch)
    }

    /// Whether a scope covers a division; without a division, whether it is everywhere.
    #[inline]
    pub(crate) fn covers(&self, scope: u32, division: Option<DivisionId>) -> Result<bool, Corrupt> {
        if scope == NONE {
            return Ok(true);
        }
        let start = self.tables.scopes.get(scope as usize).ok_or(Corrupt)?.get();
        if start == NONE {
            return Ok(true);
        }
        division.map_or(Ok(false), |division| Bit::new(division.0, self.divisions).is_in(self.tables.bits, start))
    }
}

fn assigned(bytes: &[u8], through: Through, visit: &mut impl FnMut(Held) -> Visit) -> Visit {
    for row in Numbers::new(bytes).rows() {
        let [role, scope] = row?;
        if visit(Held { role, scope, through })? {
            return Ok(true);
        }
    }
    Ok(false)
}
