//! May somebody do something?

use zerocopy::little_endian::U32;

use crate::conditions;
use crate::decision::{Because, Decision, Granted};
use crate::held::{Given, Held};
use crate::limits::STEPS;
use crate::mapped::layout::flag;
use crate::mapped::sets::Bit;
use crate::mapped::{Corrupt, part, some};
use crate::question::{
    ApplicationId, BackfillId, ConditionId, DivisionId, ObjectId, OnObject, PermissionId, Place, Request, RoleId, ScopeId,
    SubjectId,
};
use crate::state::State;
use crate::steps::Steps;

/// What is asked of each grant.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'r> {
    pub(crate) permission: Bit,
    pub(crate) unaware: bool,
    pub(crate) division: Option<DivisionId>,
    pub(crate) attributes: crate::question::Attributes<'r>,
}

impl<'b> State<'b> {
    /// Decides a request by names. What the bundle does not know is a denial, and a division that it does not know is
    /// covered by grants for all divisions alone.
    pub fn decide(&self, request: &Request<'_>) -> Decision<'b> {
        let Some(subject) = self.subject(request.subject) else {
            return Decision::new(self.bundle, Because::UnknownSubject);
        };
        let Some(permission) = self.permission(request.permission) else {
            return Decision::new(self.bundle, Because::UnknownPermission);
        };
        let division = request.division.and_then(|division| self.division(division));
        let place = Place { division, object: self.on(request.object), attributes: request.attributes };
        self.decide_known(subject, permission, &place)
    }

    /// Decides what was found in the bundle already.
    #[inline]
    pub fn decide_known(&self, subject: SubjectId, permission: PermissionId, place: &Place<'_>) -> Decision<'b> {
        let mut steps = Steps::new(STEPS);
        Decision::new(self.bundle, self.judge(subject, permission, place, &mut steps).unwrap_or(Because::Corrupt))
    }

    pub(crate) fn asked<'r>(&self, permission: PermissionId, place: &Place<'r>) -> Result<Asked<'r>, Corrupt> {
        Ok(Asked {
            permission: self.permission_bit(permission),
            unaware: self.is_unaware(permission)?,
            division: place.division,
            attributes: place.attributes,
        })
    }

    pub(crate) fn judge(
        &self,
        subject: SubjectId,
        permission: PermissionId,
        place: &Place<'_>,
        steps: &mut Steps,
    ) -> Result<Because, Corrupt> {
        if let SubjectId::User(user) = subject
            && !self.opens
            && self.holds_nothing(user.0, self.permission_bit(permission))?
        {
            return Ok(Because::NotGranted);
        }
        let asked = self.asked(permission, place)?;
        let mut because = Because::NotGranted;
        self.roles_of(subject, Some(asked.permission), |held| {
            self.given_by(held.role, asked.permission, steps, |given, steps| {
                let found = self.weigh(held, given, asked, steps)?;
                because = if found.allows() { found } else { because.nearer(found) };
                Ok(found.allows())
            })
        })?;
        if because == Because::NotGranted
            && let SubjectId::User(_) = subject
            && let Some(application) = self.unconfigured(subject, asked.permission, steps)?
        {
            because = Because::Unconfigured(application);
        }
        if because.allows() { self.guarded(subject, asked.permission, place.object, because) } else { Ok(because) }
    }

    /// Whether a grant of a role that somebody has allows what is asked.
    #[inline]
    fn weigh(&self, held: Held, given: Given<'b>, asked: Asked<'_>, steps: &mut Steps) -> Result<Because, Corrupt> {
        let terms = given.terms;
        let role = RoleId(held.role);
        let assigned_here = asked.unaware || self.covers(held.scope, asked.division)?;
        if !assigned_here || !self.covers(terms.scope.get(), asked.division)? {
            return Ok(Because::OtherDivisions { role });
        }
        let condition = some(terms.condition).map(ConditionId);
        if let Some(condition) = condition {
            let truth = conditions::truth(&self.tables, condition.0, asked.attributes, steps)?;
            if !truth.holds {
                return Ok(Because::ConditionFailed { role, condition, missing: truth.missing });
            }
        }
        let scope = ScopeId(terms.scope.get());
        let backfill = given.backfill.map(BackfillId);
        Ok(Because::Granted(Granted { role, through: held.through, scope, condition, backfill }))
    }

    /// The application that owns the permission and lets such users do everything, if this user holds nothing in it.
    pub(crate) fn unconfigured(
        &self,
        user: SubjectId,
        permission: Bit,
        steps: &mut Steps,
    ) -> Result<Option<ApplicationId>, Corrupt> {
        for (row, id) in self.tables.applications.iter().zip(0..) {
            if row.flags.get() & flag::APPLICATION_OPEN != 0
                && self.tables.set_has(row.owns.get(), permission)?
                && !self.holds_any(user, row.owns.get(), steps)?
            {
                return Ok(Some(ApplicationId(id)));
            }
        }
        Ok(None)
    }

    /// Whether some role of a subject has one of some permissions, wherever and under whatever condition.
    fn holds_any(&self, subject: SubjectId, set: u32, steps: &mut Steps) -> Result<bool, Corrupt> {
        for permission in self.tables.set(set, self.permissions)? {
            let bit = Bit::new(permission, self.permissions);
            if self.roles_of(subject, Some(bit), |held| self.given_by(held.role, bit, steps, |_, _| Ok(true)))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What an object makes of what is allowed otherwise.
    pub(crate) fn guarded(
        &self,
        subject: SubjectId,
        permission: Bit,
        object: OnObject,
        because: Because,
    ) -> Result<Because, Corrupt> {
        match object {
            OnObject::None => Ok(because),
            OnObject::Unknown => {
                let guarded = self.tables.head.first().ok_or(Corrupt)?.guarded.get();
                Ok(if permission.is_in(self.tables.bits, guarded)? { Because::UnknownObject } else { because })
            }
            OnObject::Known(object) => {
                let row = self.tables.objects.get(object.0 as usize).ok_or(Corrupt)?;
                for guard in part(self.tables.lists, row.guards, row.guards_count)? {
                    if self.tables.set_has(guard.get(), permission)? {
                        let reads = self.reads(subject, object)?;
                        return Ok(if reads { because } else { Because::NotReader { object } });
                    }
                }
                Ok(because)
            }
        }
    }

    /// Whether a subject is a reader of an object. A role by itself is in no group.
    pub(crate) fn reads(&self, subject: SubjectId, object: ObjectId) -> Result<bool, Corrupt> {
        let row = self.tables.objects.get(object.0 as usize).ok_or(Corrupt)?;
        let listed = part(self.tables.lists, row.readers, row.readers_count)?;
        let lists = |group: u32| listed.binary_search_by_key(&group, |own| own.get()).is_ok();
        let wanted = match row.flags.get() & flag::READERS {
            flag::READERS_ALL => return Ok(true),
            flag::READERS_GROUPS => true,
            flag::READERS_ALL_EXCEPT => false,
            _ => return Err(Corrupt),
        };
        let (own, around) = self.groups_of(subject)?;
        Ok(own.is_some_and(|own| lists(own) == wanted) || around.iter().any(|group| lists(group.get()) == wanted))
    }

    /// The groups that a subject is in, by however many steps, and which group it is itself.
    pub(crate) fn groups_of(&self, subject: SubjectId) -> Result<(Option<u32>, &'b [U32]), Corrupt> {
        match subject {
            SubjectId::Role(_) => Ok((None, &[])),
            SubjectId::Group(group) => {
                let row = self.tables.groups.get(group.0 as usize).ok_or(Corrupt)?;
                Ok((Some(group.0), part(self.tables.lists, row.above, row.above_count)?))
            }
            SubjectId::User(user) => {
                let row = self.tables.users.get(user.0 as usize).ok_or(Corrupt)?;
                let groups = self.tables.memberships.get(row.membership.get() as usize).ok_or(Corrupt)?;
                Ok((None, part(self.tables.lists, groups.groups, groups.groups_count)?))
            }
        }
    }
}
