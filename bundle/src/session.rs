//! What one subject may do, worked out once: for those who ask often for the same subject.

use crate::conditions;
use crate::decide::Asked;
use crate::decision::{Because, Decision, Granted, Through};
use crate::held::Given;
use crate::limits::{SESSION_WAYS, STEPS};
use crate::mapped::Corrupt;
use crate::mapped::layout::{KindId, NONE, Terms, flag};
use crate::mapped::sets::Bit;
use crate::question::{ApplicationId, BackfillId, ConditionId, OnObject, PermissionId, Place, RoleId, ScopeId, SubjectId};
use crate::state::State;
use crate::steps::Steps;

/// A subject in a state, with all that it holds in a table by permission. Making it takes microseconds and some
/// kilobytes; each decision afterwards takes a few nanoseconds and allocates nothing.
#[derive(Debug, Clone)]
pub struct Session<'s, 'b> {
    state: &'s State<'b>,
    subject: SubjectId,
    /// By permission: where its ways begin.
    first: Vec<u32>,
    /// By permission: in which ways it is held.
    ways: Vec<Way>,
    /// What ways come from.
    sources: Vec<Source>,
}

/// A way in which a permission is held.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// Where the role is assigned, and where it grants: scopes, or `NONE` for everywhere.
    assigned: u32,
    granted: u32,
    condition: u32,
    source: u32,
}

/// What a way comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Role { role: u32, through: Through, scope: u32, backfill: Option<u32> },
    Unconfigured(u32),
}

impl<'b> State<'b> {
    /// Works out what a subject holds.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt, or the subject holds more than any should.
    pub fn session(&self, subject: SubjectId) -> Result<Session<'_, 'b>, crate::Error> {
        let mut builder = Builder { state: self, held: Vec::new(), sources: Vec::new(), steps: Steps::new(STEPS) };
        builder.roles(subject)?;
        builder.unconfigured(subject)?;
        Ok(builder.session(subject))
    }
}

struct Builder<'s, 'b> {
    state: &'s State<'b>,
    held: Vec<(u32, Way)>,
    sources: Vec<Source>,
    steps: Steps,
}

impl<'s, 'b> Builder<'s, 'b> {
    fn roles(&mut self, subject: SubjectId) -> Result<(), Corrupt> {
        let state = self.state;
        let options = match subject {
            SubjectId::User(user) => {
                let row = state.tables.users.get(user.0 as usize).ok_or(Corrupt)?;
                let shared = state.tables.memberships.get(row.membership.get() as usize).ok_or(Corrupt)?;
                state.options_of(user.0, shared.flags)
            }
            _ => &[],
        };
        let counts = |through: Through, permission: u32| {
            let bit = Bit::new(permission, state.permissions);
            match through {
                Through::Group(_) if !options.is_empty() => state.replaced(options, bit).map(|replaced| !replaced),
                Through::OldOption(application) => state.owns(application.0, bit),
                _ => Ok(true),
            }
        };
        state.roles_of(subject, None, |held| {
            self.steps.take(1)?;
            for grant in state.all_given_by(held.role)? {
                let (set, Given { terms, backfill }) = grant?;
                self.steps.take(1)?;
                let source = Source::Role { role: held.role, through: held.through, scope: terms.scope.get(), backfill };
                self.grant(set, (held.scope, terms), source, |permission| counts(held.through, permission))?;
            }
            Ok(false)
        })?;
        Ok(())
    }

    /// Adds the permissions of a set that count.
    fn grant(
        &mut self,
        set: u32,
        (assigned, terms): (u32, &Terms),
        source: Source,
        counts: impl Fn(u32) -> Result<bool, Corrupt>,
    ) -> Result<(), Corrupt> {
        let state = self.state;
        let everywhere = |scope: u32| if state.covers(scope, None)? { Ok::<_, Corrupt>(NONE) } else { Ok(scope) };
        let (assigned, granted) = (everywhere(assigned)?, everywhere(terms.scope.get())?);
        let number = u32::try_from(self.sources.len()).map_err(|_| Corrupt)?;
        self.sources.push(source);
        for permission in state.tables.set(set, state.permissions)? {
            if self.held.len() >= SESSION_WAYS {
                return Err(Corrupt);
            }
            if counts(permission)? {
                let assigned = if state.is_unaware(PermissionId(permission))? { NONE } else { assigned };
                let way = Way { assigned, granted, condition: terms.condition.get(), source: number };
                self.held.push((permission, way));
            }
        }
        Ok(())
    }

    /// Adds what applications let a user do who holds nothing in them.
    fn unconfigured(&mut self, subject: SubjectId) -> Result<(), Corrupt> {
        let state = self.state;
        let applications = state.tables.applications.iter().zip(0_u32..);
        let mut open = applications.filter(|(row, _)| row.flags.get() & flag::APPLICATION_OPEN != 0).peekable();
        if !matches!(subject, SubjectId::User(_)) || open.peek().is_none() {
            return Ok(());
        }
        let mut held: Vec<u32> = self.held.iter().map(|(permission, _)| *permission).collect();
        held.sort_unstable();
        for (row, application) in open {
            let mut owned = state.tables.set(row.owns.get(), state.permissions)?;
            if owned.clone().any(|permission| held.binary_search(&permission).is_ok()) {
                continue;
            }
            let source = u32::try_from(self.sources.len()).map_err(|_| Corrupt)?;
            self.sources.push(Source::Unconfigured(application));
            owned.try_for_each(|permission| {
                self.steps.take(1)?;
                self.held.push((permission, Way { assigned: NONE, granted: NONE, condition: NONE, source }));
                Ok(())
            })?;
        }
        Ok(())
    }

    fn session(mut self, subject: SubjectId) -> Session<'s, 'b> {
        let everywhere = |way: &Way| way.assigned == NONE && way.granted == NONE && way.condition == NONE;
        self.held.sort_by_key(|(permission, way)| (*permission, !everywhere(way)));
        let count = self.state.tables.count(KindId::Permission) as usize;
        // A corrupt bundle may count more permissions than it has.
        let count = count.min(self.state.tables.awareness.len());
        let mut first = Vec::with_capacity(count + 1);
        let mut at = 0;
        for permission in 0..=count {
            while self.held.get(at).is_some_and(|(own, _)| (*own as usize) < permission) {
                at += 1;
            }
            first.push(u32::try_from(at).unwrap_or(NONE));
        }
        let ways = self.held.into_iter().map(|(_, way)| way).collect();
        Session { state: self.state, subject, first, ways, sources: self.sources }
    }
}

impl<'b> Session<'_, 'b> {
    /// The subject.
    pub fn subject(&self) -> SubjectId {
        self.subject
    }

    /// Decides as [`State::decide_known`] does.
    #[inline]
    pub fn decide(&self, permission: PermissionId, place: &Place<'_>) -> Decision<'b> {
        Decision::new(self.state.bundle, self.judge(permission, place).unwrap_or(Because::Corrupt))
    }

    #[inline]
    fn judge(&self, permission: PermissionId, place: &Place<'_>) -> Result<Because, Corrupt> {
        let at = permission.0 as usize;
        let [first, end] = *self.first.get(at..at + 2).ok_or(Corrupt)? else { return Err(Corrupt) };
        if first == end {
            return Ok(Because::NotGranted);
        }
        self.judge_ways(self.ways.get(first as usize..end as usize).ok_or(Corrupt)?, permission, place)
    }

    fn judge_ways(&self, ways: &[Way], permission: PermissionId, place: &Place<'_>) -> Result<Because, Corrupt> {
        let asked = Asked {
            permission: self.state.permission_bit(permission),
            unaware: false,
            division: place.division,
            attributes: place.attributes,
        };
        let mut steps = Steps::new(STEPS);
        let mut because = Because::NotGranted;
        for way in ways {
            steps.take(1)?;
            let found = self.weigh(way, asked, &mut steps)?;
            if !found.allows() {
                because = because.nearer(found);
            } else if place.object == OnObject::None {
                return Ok(found);
            } else {
                return self.state.guarded(self.subject, asked.permission, place.object, found);
            }
        }
        Ok(because)
    }

    #[inline]
    fn weigh(&self, way: &Way, asked: Asked<'_>, steps: &mut Steps) -> Result<Because, Corrupt> {
        let source = *self.sources.get(way.source as usize).ok_or(Corrupt)?;
        let Source::Role { role, through, scope, backfill } = source else {
            let Source::Unconfigured(application) = source else { return Err(Corrupt) };
            return Ok(Because::Unconfigured(ApplicationId(application)));
        };
        let (role, state) = (RoleId(role), self.state);
        if !state.covers(way.assigned, asked.division)? || !state.covers(way.granted, asked.division)? {
            return Ok(Because::OtherDivisions { role });
        }
        let condition = (way.condition != NONE).then_some(ConditionId(way.condition));
        if let Some(condition) = condition {
            let truth = conditions::truth(&state.tables, condition.0, asked.attributes, steps)?;
            if !truth.holds {
                return Ok(Because::ConditionFailed { role, condition, missing: truth.missing });
            }
        }
        Ok(Because::Granted(Granted { role, through, scope: ScopeId(scope), condition, backfill: backfill.map(BackfillId) }))
    }
}
