//! Assignments that give nothing, or nothing of part of a role, or nothing new.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Stages;
use super::joined::{self, Joined};
use crate::diagnostic::words::subjects::{Assigned, Who};
use crate::diagnostic::{Sink, words};
use crate::limits;
use crate::model::{Assignment, GroupId, Program, RoleId, UserId};
use crate::scopes::{ScopeId, Scopes};
use crate::span::Span;

/// Judges every assignment by itself and beside the others of those who have it.
pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let mut lost = FxHashMap::default();
    for assignment in &stages.program.subjects.assignments {
        if assignment.scope != Scopes::all() {
            let lost = lost.entry((assignment.role, assignment.scope)).or_insert_with(|| lost_of(stages, assignment));
            emptied(stages.program, assignment, lost, sink);
        }
    }
    Redundant::new(stages.program).check(sink);
}

/// How a finding names an assignment.
pub(super) fn named<'p>(program: &'p Program, assignment: &Assignment) -> Assigned<'p> {
    let at_home = assignment.scope_span == Span::default();
    Assigned {
        role: &program.role(assignment.role).name,
        place: if at_home { assignment.role_span } else { assignment.scope_span },
        divisions: program.scope_text(assignment.scope),
        at_home,
    }
}

/// What a role does not grant in the divisions of an assignment.
enum Lost {
    Nothing,
    All,
    Part(Vec<String>),
}

fn lost_of(stages: Stages<'_>, assignment: &Assignment) -> Lost {
    let Stages { program, flat, .. } = stages;
    let groups = flat.groups(assignment.role).unwrap_or_default();
    // What no division confines is granted everywhere, and then so is its group.
    let is_lost = |scope: ScopeId| scope != Scopes::all() && program.scopes.are_disjoint(scope, assignment.scope);
    let mut lost = Vec::new();
    for group in groups.iter().filter(|group| is_lost(group.scope)) {
        lost.extend(program.sets.iter(group.set));
    }
    if lost.is_empty() {
        return Lost::Nothing;
    }
    if groups.iter().all(|group| is_lost(group.scope)) {
        return Lost::All;
    }
    lost.sort_unstable();
    lost.dedup();
    Lost::Part(lost.into_iter().map(|id| program.catalog.name(id).to_owned()).collect())
}

/// An assignment in divisions in which the role grants nothing, or not all that it grants elsewhere.
fn emptied(program: &Program, assignment: &Assignment, lost: &Lost, sink: &mut Sink) {
    let part = match lost {
        Lost::Nothing => return,
        Lost::All => None,
        Lost::Part(part) => Some(part.as_slice()),
    };
    let role = program.role(assignment.role);
    let within = role.within.map(|(scope, span)| (span, format!("within {}", program.scope_text(scope))));
    let because = within.unwrap_or_else(|| (role.name_span, "grants in other divisions".to_owned()));
    let finding = words::subjects::empty_assignment(&named(program, assignment), part, because);
    sink.report(finding.about(assignment.span));
}

/// What makes an assignment needless.
#[derive(Clone, Copy)]
enum Reason {
    /// Another assignment, by its place among all.
    Other(u32),
    /// The role comes by itself.
    Automatic,
}

/// An assignment that is needless for somebody, and for how many more.
struct Needless {
    who: Who,
    more: usize,
    reason: Reason,
}

/// Looks for assignments that give what is there already.
struct Redundant<'p> {
    program: &'p Program,
    /// Where groups give a role, by role.
    by_role: FxHashMap<RoleId, Vec<(GroupId, u32)>>,
    /// Roles that come by themselves, and whether to everybody.
    automatic: FxHashMap<RoleId, bool>,
    /// A bit for some of the roles that somebody has through groups: what is not set there is not given there.
    hints: Joined<u64>,
    found: BTreeMap<u32, Needless>,
}

impl<'p> Redundant<'p> {
    fn new(program: &'p Program) -> Self {
        let mut by_role: FxHashMap<RoleId, Vec<(GroupId, u32)>> = FxHashMap::default();
        for (at, group) in program.subjects.groups.iter().enumerate() {
            for given in &group.given {
                let role = program.subjects.assignments[*given as usize].role;
                by_role.entry(role).or_default().push((GroupId::new(at), *given));
            }
        }
        let hints = Joined::new(program, |role, _| hint(role));
        let automatic = program.subjects.automatic.iter().map(|automatic| (automatic.role, automatic.to_all)).collect();
        Self { program, by_role, automatic, hints, found: BTreeMap::new() }
    }

    fn check(mut self, sink: &mut Sink) {
        let subjects = &self.program.subjects;
        for at in 0..subjects.groups.len() {
            let group = subjects.group(GroupId::new(at));
            let hints = group.member_of.iter().fold(0, |all, group| all | self.hints.of_group(*group));
            let around: Vec<GroupId> = group.lineage.iter().copied().filter(|other| other.index() != at).collect();
            self.judge(&group.given, (&around, hints), false, || Who::Group(group.name.to_string()));
        }
        for user in joined::users(self.program) {
            let own = subjects.given_to(user);
            let hints = subjects.groups_of(user).iter().fold(0, |all, group| all | self.hints.of_group(*group));
            let meet = own.iter().any(|at| hints & hint(subjects.assignments[*at as usize].role) != 0);
            let around = if meet { subjects.lineage(user) } else { Cow::default() };
            self.judge(own, (&around, hints), subjects.user(user).creator, || self::who(self.program, user));
        }
        for (at, needless) in self.found {
            let assignment = &self.program.subjects.assignments[at as usize];
            let because = match needless.reason {
                Reason::Other(other) => (self.program.subjects.assignments[other as usize].span, "given here already"),
                Reason::Automatic => (self.program.role(assignment.role).name_span, "comes by itself"),
            };
            let role = &self.program.role(assignment.role).name;
            let finding =
                words::subjects::redundant_assignment(role, assignment.role_span, (&needless.who, needless.more), because);
            sink.report(finding.about(assignment.span));
        }
    }

    /// Judges the own assignments of somebody who is in some groups.
    fn judge(&mut self, own: &[u32], around: (&[GroupId], u64), creator: bool, who: impl Fn() -> Who) {
        for (place, at) in own.iter().copied().enumerate() {
            let reason = self.reason((own, place), around, creator);
            if let Some(reason) = reason {
                let new = || Needless { who: who(), more: 0, reason };
                self.found.entry(at).and_modify(|known| known.more += 1).or_insert_with(new);
            }
        }
    }

    fn reason(&self, (own, place): (&[u32], usize), (around, hints): (&[GroupId], u64), creator: bool) -> Option<Reason> {
        let subjects = &self.program.subjects;
        let assignment = |at: u32| &subjects.assignments[at as usize];
        let mine = assignment(own[place]);
        if self.automatic.get(&mine.role).is_some_and(|to_all| *to_all || creator) {
            return Some(Reason::Automatic);
        }
        let is_wider = |at: u32| {
            let other = assignment(at);
            other.role == mine.role && self.program.scopes.is_within(mine.scope, other.scope)
        };
        // Of two that give the same the later one is needless.
        let others = own.iter().copied().enumerate().filter(|(other, _)| *other != place).take(limits::COMPARED_CLAUSES);
        let mut others = others.filter(|(other, at)| is_wider(*at) && (*other < place || assignment(*at).scope != mine.scope));
        if let Some((_, at)) = others.next() {
            return Some(Reason::Other(at));
        }
        if hints & hint(mine.role) == 0 {
            return None;
        }
        let given = self.by_role.get(&mine.role).map_or(&[][..], Vec::as_slice);
        // The shorter list is walked: a role may be given by all groups, and somebody be in all.
        let other = if given.len() < around.len() {
            given.iter().find(|(group, at)| is_wider(*at) && around.binary_search(group).is_ok())
        } else {
            around.iter().find_map(|around| {
                let from = given.partition_point(|(group, _)| group < around);
                given[from..].iter().take_while(|(group, _)| group == around).find(|(_, at)| is_wider(*at))
            })
        };
        other.map(|(_, at)| Reason::Other(*at))
    }
}

/// One bit of 64, as different as possible for roles that stand side by side.
fn hint(role: RoleId) -> u64 {
    1 << (role.index() % 64)
}

/// How a finding names a user.
pub(super) fn who(program: &Program, user: UserId) -> Who {
    Who::User(program.subjects.user(user).name.to_string())
}
