//! Applications that are open to whoever has no role in them, and options that stand for what groups give.

use rustc_hash::FxHashSet;

use super::Stages;
use super::joined::{self, Joined};
use super::together::Bits;
use crate::access::{self, Given};
use crate::diagnostic::{Sink, words};
use crate::model::{Application, OldOption, UserId};

pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let program = stages.program;
    let open: Vec<(usize, &Application)> =
        program.subjects.applications.iter().enumerate().filter(|(_, application)| application.full_access).collect();
    for open in open.chunks(64) {
        unconfigured(stages, open, sink);
    }
    for old in &program.subjects.old_options {
        old_option(stages, old, sink);
    }
}

/// Users without any permission of an application that gives all of it to such users.
fn unconfigured(stages: Stages<'_>, open: &[(usize, &Application)], sink: &mut Sink) {
    let Stages { program, flat, .. } = stages;
    let owned = open
        .iter()
        .enumerate()
        .flat_map(|(at, (_, application))| program.sets.iter(application.owns).map(move |permission| (permission, 1_u64 << at)));
    let mut bits = Bits::new(owned);
    let of_role = |role| flat.groups(role).unwrap_or_default().iter().fold(0, |all, group| all | bits.of(program, group.set));
    let by_role: Vec<u64> = program.role_ids().map(of_role).collect();
    let joined = Joined::new(program, |role, _| by_role[role.index()]);
    let optional: FxHashSet<UserId> = program.subjects.old_options.iter().map(|old| old.user).collect();
    let mut lacking: Vec<Option<(UserId, usize)>> = vec![None; open.len()];
    for user in joined::users(program) {
        let mut has = joined.of_user(program, user);
        if optional.contains(&user) {
            has = counting(stages, user, open);
        }
        for (at, lacking) in lacking.iter_mut().enumerate().filter(|(at, _)| has & (1 << at) == 0) {
            if !program.sets.is_empty(open[at].1.owns) {
                *lacking = Some(lacking.map_or((user, 0), |(first, more)| (first, more + 1)));
            }
        }
    }
    for ((_, application), (user, more)) in open.iter().zip(lacking).filter_map(|(open, lacking)| Some((open, lacking?))) {
        let user = program.subjects.user(user);
        let named = (&*application.name, application.name_span);
        sink.report(words::subjects::unconfigured(named, (&user.name, user.name_span), more));
    }
}

/// The applications of which a user with old options has something that counts, permission by permission: applications may
/// own the same ones, and an old option counts for no other application's.
fn counting(stages: Stages<'_>, user: UserId, open: &[(usize, &Application)]) -> u64 {
    let Stages { program, flat, .. } = stages;
    let given: Vec<Given> = access::of_user(program, user).collect();
    let has = |application: &Application| {
        program.sets.iter(application.owns).any(|permission| {
            let holds = |given: &Given| flat.holds(program, given.role, permission);
            given.iter().any(|given| holds(given) && access::counts(program, user, given.through, permission))
        })
    };
    open.iter().enumerate().filter(|(_, (_, application))| has(application)).fold(0, |all, (at, _)| all | 1 << at)
}

/// What an old option replaces.
fn old_option(stages: Stages<'_>, old: &OldOption, sink: &mut Sink) {
    let Stages { program, flat, .. } = stages;
    let subjects = &program.subjects;
    let application = &subjects.applications[old.application];
    let lineage = subjects.lineage(old.user);
    let given = lineage.iter().flat_map(|group| &subjects.group(*group).given);
    let mut roles: Vec<_> = given.map(|at| subjects.assignments[*at as usize].role).collect();
    roles.sort_unstable();
    roles.dedup();
    let holds = |role| {
        let groups = flat.groups(role).unwrap_or_default().iter();
        groups.into_iter().any(|group| program.sets.iter(application.owns).any(|id| program.sets.contains(group.set, id)))
    };
    let mut replaced: Vec<&str> = roles.into_iter().filter(|role| holds(*role)).map(|role| &*program.role(role).name).collect();
    replaced.sort_unstable();
    let user = &subjects.user(old.user).name;
    sink.report(words::subjects::old_option(&program.role(old.role).name, (user, &application.name), old.span, &replaced));
}
