//! What the compiler says of enforcements, licences, subjects and objects, in the reference's form.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rolec::access::{self, Access, Given};
use rolec::compile::Compilation;
use rolec::flatten::Grant;
use rolec::model::{GroupId, Holder, Licenses, Program, RegionId, Requirement, SurfaceKind, UserId};
use rolec::sets::PermissionId;
use rolec::timeline::Moment;

use super::{normal, way};
use crate::reference::outcome::{Outcomes, Reach};
use crate::reference::{NormalForm, States};

/// The regions with their names, and the default calendar.
fn calendars(program: &Program) -> Vec<(Option<RegionId>, String)> {
    let regions = program.regions.iter().enumerate();
    let regions = regions.map(|(at, name)| (Some(RegionId::new(at)), name.to_string()));
    std::iter::once((None, String::new())).chain(regions).collect()
}

/// The groups and users, and the roles without error.
fn holders(compilation: &Compilation) -> Vec<(String, Holder)> {
    let program = &compilation.program;
    let roles = program.named_roles().into_iter().filter(|role| compilation.flat.is_flat(*role));
    let whole = |role| Holder::Role(role, rolec::scopes::Scopes::all());
    let roles = roles.map(|role| (format!("role {}", program.role(role).name), whole(role)));
    let groups = program.subjects.groups.iter().enumerate();
    let groups = groups.map(|(at, group)| (format!("group {}", group.name), Holder::Group(GroupId::new(at))));
    let users = program.subjects.users.iter().enumerate();
    let users = users.map(|(at, user)| (format!("user {}", user.name), Holder::User(UserId::new(at))));
    roles.chain(groups).chain(users).collect()
}

/// Everything at once.
pub(super) fn outcomes(compilation: &mut Compilation) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let calendars = calendars(&compilation.program);
    for enforcement in compilation.program.enforcements.iter().filter(|enforcement| !enforcement.faulty) {
        for (region, calendar) in &calendars {
            let start = compilation.program.start(enforcement, *region);
            let key = || (enforcement.name.to_string(), calendar.clone());
            outcomes.starts.extend(start.map(|start| (key(), start.date.to_string())));
        }
    }
    for (name, holder) in holders(compilation) {
        let given = access::of(&compilation.program, holder);
        for (region, calendar) in &calendars {
            let (states, reaches) = in_calendar(compilation, (holder, &given), *region);
            if !matches!(holder, Holder::Role(..)) {
                outcomes.held.entry(name.clone()).or_default().insert(calendar.clone(), states);
            }
            outcomes.reached.entry(name.clone()).or_default().insert(calendar.clone(), reaches);
        }
        outcomes.licenses.insert(name.clone(), licenses(compilation, holder, &given));
        let program = &compilation.program;
        let lineage = match holder {
            Holder::Role(..) => continue,
            Holder::Group(group) => program.subjects.group(group).lineage.clone(),
            Holder::User(user) => program.subjects.lineage(user).into_owned(),
        };
        let read = program.objects.iter().filter(|object| object.readers.admit(&lineage));
        outcomes.readers.extend(read.map(|object| (object.path.to_string(), name.clone())));
    }
    outcomes
}

/// The licences that the permissions of somebody's roles call for after everything.
fn licenses(compilation: &Compilation, holder: Holder, given: &[Given]) -> BTreeSet<String> {
    let Compilation { program, flat, epochs, .. } = compilation;
    let holds = |permission: &PermissionId| {
        given.iter().any(|given| {
            let counts = match holder {
                Holder::User(user) => access::counts(program, user, given.through, *permission),
                Holder::Role(..) | Holder::Group(_) => true,
            };
            counts
                && (flat.holds(program, given.role, *permission)
                    || epochs.gained(given.role, *permission, Moment::default()).is_some())
        })
    };
    let needed = program.catalog.ids().filter(holds).map(|permission| program.licenses_of(permission));
    program.license_names(program.dearest(needed.fold(Licenses::default(), Licenses::union))).into_iter().collect()
}

/// What somebody holds and reaches in one region, day by day.
fn in_calendar(
    compilation: &mut Compilation,
    (holder, given): (Holder, &[Given]),
    region: Option<RegionId>,
) -> (States, Vec<(String, Reach)>) {
    let Compilation { program, flat, epochs, .. } = compilation;
    let (mut states, mut reaches): (States, Vec<(String, Reach)>) = (Vec::new(), Vec::new());
    let gains = epochs.calendar(region).map(rolec::timeline::Calendar::dates).unwrap_or_default();
    let starts = program.enforcements.iter().filter_map(|enforcement| program.start(enforcement, region));
    let days: BTreeSet<Date> = gains.into_iter().chain(starts.map(|start| start.date)).chain([Date::MIN]).collect();
    for day in days {
        let mut access = Access::new(program, flat, epochs);
        let moment = Moment { region, at: Some(day) };
        let day = if day == Date::MIN { String::new() } else { day.to_string() };
        if !matches!(holder, Holder::Role(..)) {
            let form = held(&mut access, (holder, given), moment);
            if states.last().is_none_or(|(_, last)| *last != form) {
                states.push(((!day.is_empty()).then(|| day.clone()), form));
            }
        }
        let reach = reached(&mut access, (holder, given), moment);
        if reaches.last().is_none_or(|(_, last)| *last != reach) {
            reaches.push((day, reach));
        }
    }
    (states, reaches)
}

fn held(access: &mut Access<'_>, (holder, given): (Holder, &[Given]), moment: Moment) -> NormalForm {
    let mut form = NormalForm::new();
    for permission in access.program.catalog.ids().collect::<Vec<_>>() {
        let ways = access.held(holder, given, permission, moment);
        let grants: Vec<Grant> =
            ways.iter().map(|way| Grant { permission, condition: way.condition, scope: way.scope }).collect();
        form.extend(normal(access.program, &grants));
    }
    form
}

fn reached(access: &mut Access<'_>, (holder, given): (Holder, &[Given]), moment: Moment) -> Reach {
    let mut reach = Reach::new();
    for surface in 0..access.program.surfaces.len() {
        if access.program.guard(surface).is_some_and(|guard| guard.faulty) {
            continue;
        }
        let asked = access.program.asked(surface, moment.region, moment.at).clone();
        if asked == Requirement::Open {
            continue;
        }
        let ways = access.reached(holder, given, &asked, moment);
        let surface = &access.program.surfaces[surface];
        let kind = match &surface.kind {
            SurfaceKind::Endpoint(method) => method,
            SurfaceKind::Topic => "topic",
            SurfaceKind::View => "view",
        };
        let title = format!("{kind} {}", surface.name);
        reach.extend(
            ways.iter()
                .map(|of| way(access.program, of.scope, of.condition))
                .map(|(scope, condition)| (title.clone(), scope, condition)),
        );
    }
    reach
}
