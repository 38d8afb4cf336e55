//! What everybody has, joined over all their roles: worked out once for each assignment and each group, so that a user costs
//! no more than the groups and assignments that it has itself.

use rustc_hash::FxHashMap;

use crate::model::{GroupId, Licenses, Program, RoleId, UserId};

/// What can be joined, in any order.
pub(super) trait Join: Copy + Default {
    /// What both are together.
    fn join(self, other: Self) -> Self;
}

impl Join for u64 {
    fn join(self, other: Self) -> Self {
        self | other
    }
}

impl Join for Licenses {
    fn join(self, other: Self) -> Self {
        self.union(other)
    }
}

impl<A: Join, B: Join> Join for (A, B) {
    fn join(self, other: Self) -> Self {
        (self.0.join(other.0), self.1.join(other.1))
    }
}

/// What everybody has.
pub(super) struct Joined<T> {
    by_assignment: Vec<T>,
    /// Of a group, with the groups that it is in.
    by_group: Vec<T>,
    /// What comes by itself: to everybody, and to the organisation's creator.
    automatic: [T; 2],
    /// By user that has old options: what these give.
    old: FxHashMap<UserId, T>,
}

impl<T: Join> Joined<T> {
    /// Joins what roles have, which may depend on whether they are assigned in divisions.
    pub(super) fn new(program: &Program, of_role: impl Fn(RoleId, bool) -> T) -> Self {
        let subjects = &program.subjects;
        let assignments = subjects.assignments.iter();
        let by_assignment: Vec<T> = assignments.map(|assignment| of_role(assignment.role, assignment.confined)).collect();
        let mut automatic = [T::default(); 2];
        for role in &subjects.automatic {
            let has = of_role(role.role, false);
            automatic[1] = automatic[1].join(has);
            if role.to_all {
                automatic[0] = automatic[0].join(has);
            }
        }
        let mut old: FxHashMap<UserId, T> = FxHashMap::default();
        for option in &subjects.old_options {
            let has = old.entry(option.user).or_default();
            *has = has.join(of_role(option.role, false));
        }
        let by_group = by_group(program, &by_assignment);
        Self { by_assignment, by_group, automatic, old }
    }

    /// What the members of a group have through it.
    pub(super) fn of_group(&self, group: GroupId) -> T {
        self.by_group[group.index()]
    }

    /// What a user has.
    pub(super) fn of_user(&self, program: &Program, user: UserId) -> T {
        let subjects = &program.subjects;
        let own = subjects.given_to(user).iter().map(|at| self.by_assignment[*at as usize]);
        let groups = subjects.groups_of(user).iter().map(|group| self.of_group(*group));
        let old = if self.old.is_empty() { None } else { self.old.get(&user).copied() };
        let automatic = self.automatic[usize::from(subjects.user(user).creator)];
        own.chain(groups).chain(old).fold(automatic, T::join)
    }
}

/// What groups give, those around them first: whoever is in fewer groups comes before its members.
fn by_group<T: Join>(program: &Program, by_assignment: &[T]) -> Vec<T> {
    let groups = &program.subjects.groups;
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|at| groups[*at].lineage.len());
    let mut joined = vec![T::default(); groups.len()];
    for at in order {
        let own = groups[at].given.iter().map(|given| by_assignment[*given as usize]);
        // In a ring nobody is a member of anything.
        let around = if groups[at].lineage.len() > 1 { groups[at].member_of.as_slice() } else { &[] };
        joined[at] = own.chain(around.iter().map(|group| joined[group.index()])).fold(T::default(), T::join);
    }
    joined
}

/// The ids of all users, in order of their names.
pub(super) fn users(program: &Program) -> impl Iterator<Item = UserId> + use<> {
    (0..program.subjects.users.len()).map(UserId::new)
}

/// By role: whether somebody, or some group, has it.
pub(super) fn assigned(program: &Program) -> Vec<bool> {
    let mut assigned = vec![false; program.roles.len()];
    let subjects = &program.subjects;
    let by_group = subjects.groups.iter().flat_map(|group| &group.given);
    let given = by_group.chain(&subjects.given).map(|at| subjects.assignments[*at as usize].role);
    let automatic = subjects.automatic.iter().map(|automatic| automatic.role);
    let old = subjects.old_options.iter().map(|option| option.role);
    for role in given.chain(automatic).chain(old) {
        assigned[role.index()] = true;
    }
    assigned
}
