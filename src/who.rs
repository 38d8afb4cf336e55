//! Who may: the roles that hold a permission, or reach what permissions open, with where and under which condition.
//!
//! A surface that asks for *any* of some permissions is reached where one of them is held; one that asks for *all*,
//! where all are, under all their conditions.

pub mod subjects;

use jiff::civil::Date;

use crate::access::{self, Access, Way};
use crate::model::{self, Program, Requirement, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::timeline::Moment;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A permission.
    Permission(PermissionId),
    /// A surface, by its place in the program.
    Surface(usize),
}

/// A role that holds or reaches what was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The role.
    pub role: RoleId,
    /// In normal form: none says less than another. Never empty.
    pub ways: Vec<Way>,
    /// Which of the permissions asked for it holds, in order.
    pub through: Vec<PermissionId>,
    /// Since when it does so in all these ways, if not from the start; and whether that day is only the earliest possible one.
    pub since: Option<(Date, bool)>,
    /// Whether there are more ways than were worked out.
    pub more: bool,
}

/// What is asked of whoever is to have something: of a surface that is guarded, what it asks for there and then.
#[must_use]
pub fn asked(program: &Program, target: Target, moment: Moment) -> Requirement {
    match target {
        Target::Permission(permission) => Requirement::Any(vec![permission]),
        Target::Surface(at) => program.asked(at, moment.region, moment.at).clone(),
    }
}

/// The roles that hold or reach something, in order of their names; with `scope`, only those that do so in all of it. Of
/// what is open, or unstated, they are none.
#[must_use]
pub fn who(access: &mut Access<'_>, target: Target, scope: Option<ScopeId>, moment: Moment) -> Vec<Holder> {
    let requirement = asked(access.program, target, moment);
    let mut roles = access.program.named_roles();
    roles.retain(|role| access.flat.is_flat(*role));
    let mut holders: Vec<Holder> = roles.into_iter().filter_map(|role| since(access, role, &requirement, moment)).collect();
    holders.retain(|holder| scope.is_none_or(|scope| access.covers(&holder.ways, scope)));
    holders
}

/// A role with the day since which it holds what it does.
fn since(access: &mut Access<'_>, role: RoleId, requirement: &Requirement, moment: Moment) -> Option<Holder> {
    let mut found = holder(access, role, requirement, moment)?;
    let gains = access.epochs.gains(role, moment.region, moment.at).filter(|gain| match requirement {
        Requirement::Any(permissions) | Requirement::All(permissions) => permissions.contains(&gain.permission),
        Requirement::Open | Requirement::Unstated => false,
    });
    let days: Vec<(Date, bool)> = gains.map(|gain| (gain.date, gain.estimated)).collect();
    // From the last day back, as long as the day before does not have it all.
    for (day, estimated) in days.into_iter().rev() {
        let before = day.yesterday().ok().map(|at| Moment { at: Some(at), ..moment });
        let earlier = before.and_then(|before| holder(access, role, requirement, before));
        if earlier.is_none_or(|earlier| earlier.ways != found.ways) {
            found.since = Some((day, estimated));
            break;
        }
    }
    Some(found)
}

fn holder(access: &mut Access<'_>, role: RoleId, requirement: &Requirement, moment: Moment) -> Option<Holder> {
    let permissions = match requirement {
        Requirement::Any(permissions) | Requirement::All(permissions) => permissions,
        Requirement::Open | Requirement::Unstated => return None,
    };
    access.more = false;
    let whole = model::Holder::Role(role, Scopes::all());
    let given = access::of(access.program, whole);
    let ways = access.reached(whole, &given, requirement, moment);
    if ways.is_empty() {
        return None;
    }
    let holds = |permission: &PermissionId| {
        access.flat.holds(access.program, role, *permission) || access.epochs.gained(role, *permission, moment).is_some()
    };
    let through = permissions.iter().copied().filter(holds).collect();
    Some(Holder { role, ways, through, since: None, more: access.more })
}
