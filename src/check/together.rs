//! Roles that somebody has together, or must have: another role that opens a confined one's doors everywhere, and roles that
//! need others beside them.
//!
//! Roles are looked at 64 bits at a time: a bit for each pair of permissions, or for each role that is needed.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Stages;
use super::assignments::{named, who};
use super::joined::{self, Joined};
use super::licenses::facts;
use crate::access::{self, Given, Through};
use crate::diagnostic::words::subjects::{Beside, Who};
use crate::diagnostic::{Sink, words};
use crate::limits;
use crate::model::{Group, GroupId, Pair, Program, RoleId, UserId};
use crate::scopes::Scopes;
use crate::sets::{PermissionId, SetId};
use crate::span::Span;

/// Judges what everybody has together.
pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    if stages.program.subjects.is_empty() {
        return;
    }
    let mut found = BTreeMap::new();
    for (at, pairs) in stages.program.pairs.chunks(64).enumerate() {
        Pairs::new(stages, pairs).check(at * 64, &mut found);
    }
    for ((confined, open), met) in found {
        report(stages.program, (confined, open), &met, sink);
    }
    required(stages, sink);
}

/// Bits for permissions, and for sets of them.
pub(super) struct Bits {
    by_permission: FxHashMap<PermissionId, u64>,
    by_set: FxHashMap<SetId, u64>,
}

impl Bits {
    pub(super) fn new(marked: impl IntoIterator<Item = (PermissionId, u64)>) -> Self {
        let mut by_permission: FxHashMap<PermissionId, u64> = FxHashMap::default();
        for (permission, bits) in marked {
            *by_permission.entry(permission).or_default() |= bits;
        }
        Self { by_permission, by_set: FxHashMap::default() }
    }

    /// The bits of all that is in a set, which is looked through once.
    pub(super) fn of(&mut self, program: &Program, set: SetId) -> u64 {
        let by_permission = &self.by_permission;
        *self.by_set.entry(set).or_insert_with(|| {
            if by_permission.len() < program.sets.len(set) {
                let held = by_permission.iter().filter(|(permission, _)| program.sets.contains(set, **permission));
                return held.fold(0, |all, (_, bits)| all | bits);
            }
            program.sets.iter(set).fold(0, |all, permission| all | by_permission.get(&permission).copied().unwrap_or(0))
        })
    }
}

/// Two roles that somebody has together.
struct Met {
    /// The first pair whose halves they hold.
    pair: usize,
    who: Who,
    /// How many more users.
    more: usize,
    confined: Given,
    open: Given,
}

type AllMet = BTreeMap<(RoleId, RoleId), Met>;

/// What roles hold of up to 64 pairs.
struct Pairs<'p> {
    program: &'p Program,
    here: &'p [Pair],
    /// By role: the pairs whose division-unaware half it holds.
    unaware: Vec<u64>,
    /// By role: the pairs whose division-aware half it holds, and those of which it does so in divisions only.
    aware: Vec<[u64; 2]>,
}

impl<'p> Pairs<'p> {
    fn new(stages: Stages<'p>, here: &'p [Pair]) -> Self {
        let program = stages.program;
        let mut left = Bits::new(here.iter().enumerate().map(|(at, pair)| (pair.unaware, 1 << at)));
        let mut right = Bits::new(here.iter().enumerate().map(|(at, pair)| (pair.aware, 1 << at)));
        let groups = |role| stages.flat.groups(role).unwrap_or_default();
        let unaware = program.role_ids().map(|role| groups(role).iter().fold(0, |all, group| all | left.of(program, group.set)));
        let unaware = unaware.collect();
        let mut aware_in =
            |groups: &mut dyn Iterator<Item = &Group>| groups.fold(0, |all, group| all | right.of(program, group.set));
        let aware = program.role_ids().map(|role| {
            let everywhere = aware_in(&mut groups(role).iter().filter(|group| group.scope == Scopes::all()));
            let all = aware_in(&mut groups(role).iter());
            [all, all & !everywhere]
        });
        let aware = aware.collect();
        Self { program, here, unaware, aware }
    }

    /// The pairs of which a role that is assigned so holds the aware half in divisions only.
    fn confined(&self, role: RoleId, assigned_in_divisions: bool) -> u64 {
        self.aware[role.index()][usize::from(!assigned_in_divisions)]
    }

    fn check(&self, first: usize, found: &mut AllMet) {
        let joined = Joined::new(self.program, |role, confined| (self.confined(role, confined), self.unaware[role.index()]));
        let mut given = Vec::new();
        let meet = |(confined, open): (u64, u64)| confined & open != 0;
        for at in 0..self.program.subjects.groups.len() {
            let group = GroupId::new(at);
            if meet(joined.of_group(group)) {
                given.clear();
                given.extend(access::of_group(self.program, group));
                let who = || Who::Group(self.program.subjects.group(group).name.to_string());
                self.meet((&given, first), None, who, found);
            }
        }
        for user in joined::users(self.program) {
            if meet(joined.of_user(self.program, user)) {
                given.clear();
                given.extend(access::of_user(self.program, user));
                self.meet((&given, first), Some(user), || who(self.program, user), found);
            }
        }
    }

    /// Notes every two roles of somebody of which one opens everywhere what the other confines.
    fn meet(&self, (given, first): (&[Given], usize), user: Option<UserId>, who: impl Fn() -> Who, found: &mut AllMet) {
        let confined = given.iter().filter(|given| self.confined(given.role, given.confined) != 0);
        let mut told: Vec<(RoleId, RoleId)> = Vec::new();
        for confined in confined.take(limits::ROLES_TOGETHER) {
            let mine = self.confined(confined.role, confined.confined);
            let others = given.iter().filter(|other| other.role != confined.role && self.unaware[other.role.index()] & mine != 0);
            for open in others.take(limits::ROLES_TOGETHER) {
                let both = mine & self.unaware[open.role.index()];
                let roles = (confined.role, open.role);
                let Some(pair) = self.first(both, user, (confined, open)) else { continue };
                if told.contains(&roles) {
                    continue;
                }
                told.push(roles);
                let new = || Met { pair: first + pair, who: who(), more: 0, confined: *confined, open: *open };
                found.entry(roles).and_modify(|known| known.more += 1).or_insert_with(new);
            }
        }
    }

    /// The first of some pairs of which both halves count for a user: beside an old option not everything does.
    fn first(&self, pairs: u64, user: Option<UserId>, (confined, open): (&Given, &Given)) -> Option<usize> {
        let counts =
            |given: &Given, permission| user.is_none_or(|user| access::counts(self.program, user, given.through, permission));
        let mut pairs = (0..self.here.len()).filter(|at| pairs & (1 << at) != 0);
        pairs.find(|at| counts(confined, self.here[*at].aware) && counts(open, self.here[*at].unaware))
    }
}

/// The assignment through which somebody has a role.
fn assignment(program: &Program, given: Given) -> Option<&crate::model::Assignment> {
    match given.through {
        Through::Own(at) | Through::Group(_, at) => program.subjects.assignments.get(at as usize),
        Through::Automatic | Through::OldOption(_) => None,
    }
}

/// Where somebody gets a role: the assignment, the old option, or the role that comes by itself.
fn place(program: &Program, given: Given) -> Span {
    match (assignment(program, given), given.through) {
        (Some(assignment), _) => assignment.role_span,
        (None, Through::OldOption(at)) => program.subjects.old_options[at].span,
        (None, _) => program.role(given.role).name_span,
    }
}

fn report(program: &Program, (confined, open): (RoleId, RoleId), met: &Met, sink: &mut Sink) {
    let pair = &program.pairs[met.pair];
    // The assignment that opens is at fault; where there is none, the one that was meant to confine.
    let judged = assignment(program, met.open).or_else(|| assignment(program, met.confined));
    let divisions = assignment(program, met.confined).filter(|assignment| assignment.confined);
    let divisions = divisions.map(|assignment| named(program, assignment)).map(|assigned| (assigned.place, assigned.divisions));
    let within = program.role(confined).within.map(|(scope, span)| (span, program.scope_text(scope)));
    let beside = Beside {
        confined: (&program.role(confined).name, place(program, met.confined)),
        open: (&program.role(open).name, place(program, met.open)),
        aware: program.catalog.name(pair.aware),
        unaware: program.catalog.name(pair.unaware),
        divisions: divisions.or(within),
        open_first: assignment(program, met.open).is_some(),
    };
    let finding = words::subjects::cross_role(&beside, (&met.who, met.more)).with(pair.span, "the pair");
    sink.report(match judged {
        Some(assignment) => finding.about(assignment.span),
        None => finding,
    });
}

/// What needs a role beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needing {
    Role(RoleId),
    Group(GroupId),
}

/// A place that says that a role is needed: by what, which role, and where.
type Need = (Needing, RoleId, Span);

/// Roles that users must have beside others, or as members of groups.
fn required(stages: Stages<'_>, sink: &mut Sink) {
    let program = stages.program;
    let mut needs: Vec<Need> = Vec::new();
    for role in program.named_roles().into_iter().filter(|role| stages.flat.is_flat(*role)) {
        let own = facts(program, role).into_iter().flat_map(|facts| &facts.requires_roles);
        needs.extend(own.map(|(other, span)| (Needing::Role(role), *other, *span)));
    }
    for (at, group) in program.subjects.groups.iter().enumerate() {
        needs.extend(group.requires.iter().map(|(role, span)| (Needing::Group(GroupId::new(at)), *role, *span)));
    }
    let mut wanted: Vec<RoleId> = needs.iter().map(|(_, role, _)| *role).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for wanted in wanted.chunks(64) {
        let here: Vec<Need> = needs.iter().filter(|(_, role, _)| wanted.binary_search(role).is_ok()).copied().collect();
        Required::new(stages, wanted, &here).check(&here, sink);
    }
}

/// Up to 64 roles that something needs.
struct Required<'p> {
    program: &'p Program,
    wanted: &'p [RoleId],
    /// By role: which of them it is, or inherits from.
    gives: Vec<u64>,
    by_role: FxHashMap<RoleId, u64>,
    by_group: FxHashMap<GroupId, u64>,
}

impl<'p> Required<'p> {
    fn new(stages: Stages<'p>, wanted: &'p [RoleId], needs: &[Need]) -> Self {
        let program = stages.program;
        let mut gives = vec![0_u64; program.roles.len()];
        for (at, role) in wanted.iter().enumerate() {
            gives[role.index()] |= 1 << at;
        }
        for role in stages.order.roles.iter().copied() {
            let inherited = program.parents(role).iter().fold(0, |all, parent| all | gives[parent.role.index()]);
            gives[role.index()] |= inherited;
        }
        // What a role with an error in it inherits is not known: whoever has it is not said to lack anything.
        for (gives, _) in gives.iter_mut().zip(&stages.order.tainted).filter(|(_, tainted)| **tainted) {
            *gives = u64::MAX;
        }
        let (mut by_role, mut by_group) = (FxHashMap::default(), FxHashMap::default());
        for (needing, role, _) in needs {
            let bit = wanted.binary_search(role).map_or(0, |at| 1 << at);
            match needing {
                Needing::Role(role) => *by_role.entry(*role).or_default() |= bit,
                Needing::Group(group) => *by_group.entry(*group).or_default() |= bit,
            }
        }
        Self { program, wanted, gives, by_role, by_group }
    }

    fn needs(&self, role: RoleId) -> u64 {
        // What a role inherits from it brings along.
        self.by_role.get(&role).map_or(0, |needs| needs & !self.gives[role.index()])
    }

    fn check(&self, needs: &[Need], sink: &mut Sink) {
        let joined = Joined::new(self.program, |role, _| (self.gives[role.index()], self.needs(role)));
        let mut lacking: BTreeMap<(Needing, RoleId), (UserId, usize)> = BTreeMap::new();
        let subjects = &self.program.subjects;
        let of_group = |group: GroupId| self.by_group.get(&group).copied().unwrap_or(0);
        let of_lineage = |group: &GroupId| subjects.group(*group).lineage.iter().fold(0, |all, group| all | of_group(*group));
        let grouped: Vec<u64> = if self.by_group.is_empty() {
            Vec::new()
        } else {
            (0..subjects.groups.len()).map(|at| of_lineage(&GroupId::new(at))).collect()
        };
        for user in joined::users(self.program) {
            let (gives, by_role) = joined.of_user(self.program, user);
            let by_group = subjects.groups_of(user).iter();
            let by_group = by_group.fold(0, |all, group| all | grouped.get(group.index()).copied().unwrap_or(0));
            if (by_role | by_group) & !gives != 0 {
                self.note((user, gives), &mut lacking);
            }
        }
        for (needing, role, span) in needs {
            if let Some((user, more)) = lacking.get(&(*needing, *role)) {
                self.report((*needing, *role, *span), (*user, *more), sink);
            }
        }
    }

    /// Notes what a user lacks, and because of what.
    fn note(&self, (user, gives): (UserId, u64), lacking: &mut BTreeMap<(Needing, RoleId), (UserId, usize)>) {
        let roles = access::of_user(self.program, user).map(|given| (Needing::Role(given.role), self.needs(given.role)));
        let lineage = self.program.subjects.lineage(user);
        let groups = lineage.iter().map(|group| (Needing::Group(*group), self.by_group.get(group).copied().unwrap_or(0)));
        let mut needs: Vec<(Needing, u64)> = roles.chain(groups).filter(|(_, needs)| needs & !gives != 0).collect();
        needs.sort_unstable();
        needs.dedup();
        for (needing, needs) in needs {
            for at in (0..self.wanted.len()).filter(|at| needs & !gives & (1 << at) != 0) {
                lacking.entry((needing, self.wanted[at])).and_modify(|(_, more)| *more += 1).or_insert((user, 0));
            }
        }
    }

    fn report(&self, (needing, role, span): Need, (user, more): (UserId, usize), sink: &mut Sink) {
        let program = self.program;
        let other = &program.role(role).name;
        let (because, declaration) = match needing {
            Needing::Role(role) => (format!("has `{}`", program.role(role).name), program.role(role).span),
            Needing::Group(group) => {
                let group = program.subjects.group(group);
                (format!("is in the group `{}`", group.name), group.span)
            }
        };
        let finding = words::subjects::missing_required_role((&who(program, user), more), &because, other, span)
            .with(program.subjects.user(user).name_span, format!("{because}, and not `{other}`"));
        sink.report(finding.about(declaration));
    }
}
