//! What a document must keep to beyond the shape of its values, so that nobody has to check it again.

use super::{Called, Condition, Document, Grant, IdList, Readers, Scope, SurfaceKind, SurfaceRequires, Value};
use crate::limits::NESTING;
use crate::{Error, paths};

type Checked = Result<(), Error>;

/// How many things of each kind there are.
struct Counts<'d> {
    document: &'d Document,
}

pub(super) fn check(document: &Document) -> Checked {
    let counts = Counts { document };
    names(document)?;
    if document.calendars.is_empty() {
        return Err(Error::invalid("calendars", "there is no calendar"));
    }
    counts.permissions_and_places()?;
    counts.roles()?;
    counts.times()?;
    counts.surfaces()?;
    counts.subjects()
}

/// No two things of a kind have one name.
fn names(document: &Document) -> Checked {
    unique("applications", document.applications.iter().map(|own| &own.name))?;
    unique("backfills", document.backfills.iter().map(|own| &own.name))?;
    unique("divisions", document.divisions.iter().map(|own| &own.name))?;
    unique("enforcements", document.enforcements.iter().map(|own| &own.name))?;
    unique("groups", document.groups.iter().map(|own| &own.name))?;
    unique("licenses", document.licenses.iter().map(|own| &own.name))?;
    unique("objects", document.objects.iter().map(|own| &own.name))?;
    unique("permissions", document.permissions.iter().map(|own| &own.name))?;
    unique("regions", document.regions.iter().map(|own| &own.name))?;
    unique("roles", document.roles.iter().map(|own| &own.name))?;
    unique("sources", document.sources.iter().map(|own| &own.name))?;
    unique("users", document.users.iter().map(|own| &own.name))
}

fn unique<'d>(list: &str, names: impl Iterator<Item = &'d String>) -> Checked {
    let mut sorted: Vec<(&String, usize)> = names.zip(0..).collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(Error::invalid(format!("{list}[{}]", pair[1].1), format!("there are two of the name `{}`", pair[1].0))),
        None => Ok(()),
    }
}

/// An id is one of its list.
pub(crate) fn within(id: u32, length: usize, place: impl FnOnce() -> String, list: &str) -> Checked {
    if (id as usize) < length {
        return Ok(());
    }
    Err(Error::invalid(place(), format!("id {id} is none of the {length} in `{list}`")))
}

/// The ids of a list are all of their list.
pub(crate) fn all_within(ids: &IdList, length: usize, place: impl FnOnce() -> String, list: &str) -> Checked {
    ids.last().map_or(Ok(()), |last| within(last, length, place, list))
}

impl Counts<'_> {
    fn permissions_and_places(&self) -> Checked {
        let Document { permissions, divisions, sets, scopes, conditions, regions, calendars, licenses, .. } = self.document;
        for (at, set) in sets.iter().enumerate() {
            all_within(set, permissions.len(), || format!("sets[{at}]"), "permissions")?;
        }
        for (at, scope) in scopes.iter().enumerate() {
            if let Scope::Divisions(ids) = scope {
                all_within(ids, divisions.len(), || format!("scopes[{at}]"), "divisions")?;
            }
        }
        for (at, condition) in conditions.iter().enumerate() {
            self::condition(condition).map_err(|reason| Error::invalid(format!("conditions[{at}]"), reason))?;
        }
        for (at, region) in regions.iter().enumerate() {
            within(region.calendar, calendars.len(), || format!("regions[{at}].calendar"), "calendars")?;
        }
        for (at, license) in licenses.iter().enumerate() {
            for id in &license.includes {
                within(*id, licenses.len(), || format!("licenses[{at}].includes"), "licenses")?;
            }
        }
        Ok(())
    }

    fn roles(&self) -> Checked {
        for (at, role) in self.document.roles.iter().enumerate() {
            for (number, grant) in role.grants.iter().enumerate() {
                self.grant(grant, || format!("roles[{at}].grants[{number}]"))?;
            }
            self.called(&role.licenses, || format!("roles[{at}].licenses"))?;
        }
        Ok(())
    }

    fn grant(&self, grant: &Grant, place: impl Fn() -> String) -> Checked {
        within(grant.set, self.document.sets.len(), &place, "sets")?;
        within(grant.scope, self.document.scopes.len(), &place, "scopes")?;
        grant.condition.map_or(Ok(()), |id| within(id, self.document.conditions.len(), &place, "conditions"))
    }

    fn called(&self, called: &[Called], place: impl Fn() -> String) -> Checked {
        called.iter().try_for_each(|Called(license, permission)| {
            within(*license, self.document.licenses.len(), &place, "licenses")?;
            within(*permission, self.document.permissions.len(), &place, "permissions")
        })
    }

    fn times(&self) -> Checked {
        for (at, calendar) in self.document.calendars.iter().enumerate() {
            if calendar.is_empty() {
                return Err(Error::invalid(format!("calendars[{at}]"), "the calendar has no epoch"));
            }
            let begins_after = |pair: &[super::Epoch]| pair[0].until.is_some() && pair[0].until <= pair[1].from;
            if let Some(number) = calendar.windows(2).position(|pair| !begins_after(pair)) {
                let place = format!("calendars[{at}][{}].from", number + 1);
                return Err(Error::invalid(place, "the epoch begins before the one before it ends"));
            }
            for (number, epoch) in calendar.iter().enumerate() {
                let place = || format!("calendars[{at}][{number}]");
                if epoch.from.zip(epoch.until).is_some_and(|(from, until)| from >= until) {
                    return Err(Error::invalid(place(), "the epoch ends before it begins"));
                }
                for change in &epoch.changes {
                    self.change(change, place)?;
                }
            }
        }
        Ok(())
    }

    fn change(&self, change: &super::Change, place: impl Fn() -> String) -> Checked {
        within(change.role, self.document.roles.len(), &place, "roles")?;
        within(change.backfill, self.document.backfills.len(), &place, "backfills")?;
        for gain in &change.gains {
            self.grant(gain, &place)?;
            if gain.condition.is_some() {
                return Err(Error::invalid(place(), "a gain has no condition"));
            }
        }
        change.licenses.as_ref().map_or(Ok(()), |called| self.called(called, &place))
    }

    fn surfaces(&self) -> Checked {
        let Document { surfaces, enforcements, regions, .. } = self.document;
        for (at, enforcement) in enforcements.iter().enumerate() {
            self.required(&enforcement.formerly, || format!("enforcements[{at}].formerly"))?;
            let mut listed: Vec<u32> = enforcement.regions.iter().map(|begins| begins.region).collect();
            listed.sort_unstable();
            let place = || format!("enforcements[{at}].regions");
            listed.iter().try_for_each(|region| within(*region, regions.len(), place, "regions"))?;
            if listed.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(Error::invalid(place(), "a region is there twice"));
            }
        }
        for (at, surface) in surfaces.iter().enumerate() {
            let place = || format!("surfaces[{at}]");
            self.required(&surface.requires, || format!("surfaces[{at}].requires"))?;
            if let Some(id) = surface.enforcement {
                within(id, enforcements.len(), place, "enforcements")?;
            }
            if (surface.kind == SurfaceKind::Endpoint) != surface.method.is_some() {
                return Err(Error::invalid(place(), "endpoints, and only they, have a method"));
            }
            if !paths::is_template(surface.kind, &surface.name) {
                return Err(Error::invalid(format!("surfaces[{at}].name"), "the template has too many segments"));
            }
        }
        let mut keys: Vec<_> = surfaces.iter().map(|own| (own.kind, &own.method, &own.name)).zip(0..).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(Error::invalid(format!("surfaces[{}]", pair[1].1), format!("`{}` is there twice", pair[1].0.2))),
            None => Ok(()),
        }
    }

    fn required(&self, requires: &SurfaceRequires, place: impl FnOnce() -> String) -> Checked {
        match requires {
            SurfaceRequires::All(ids) | SurfaceRequires::Any(ids) if ids.is_empty() => {
                Err(Error::invalid(place(), "no permission is listed"))
            }
            SurfaceRequires::All(ids) | SurfaceRequires::Any(ids) => {
                all_within(ids, self.document.permissions.len(), place, "permissions")
            }
            SurfaceRequires::Open | SurfaceRequires::Unstated => Ok(()),
        }
    }

    fn subjects(&self) -> Checked {
        let Document { users, groups, roles, applications, old_options, objects, sets, .. } = self.document;
        for (at, user) in users.iter().enumerate() {
            self.assigned(&user.assigned, || format!("users[{at}].assigned"))?;
            all_within(&user.member_of, groups.len(), || format!("users[{at}].member_of"), "groups")?;
        }
        for (at, group) in groups.iter().enumerate() {
            self.assigned(&group.assigned, || format!("groups[{at}].assigned"))?;
            all_within(&group.member_of, groups.len(), || format!("groups[{at}].member_of"), "groups")?;
            all_within(&group.requires_roles, roles.len(), || format!("groups[{at}].requires_roles"), "roles")?;
        }
        for (at, application) in applications.iter().enumerate() {
            within(application.owns, sets.len(), || format!("applications[{at}].owns"), "sets")?;
        }
        for (at, option) in old_options.iter().enumerate() {
            within(option.application, applications.len(), || format!("old_options[{at}].application"), "applications")?;
            within(option.role, roles.len(), || format!("old_options[{at}].role"), "roles")?;
            within(option.user, users.len(), || format!("old_options[{at}].user"), "users")?;
        }
        for (at, object) in objects.iter().enumerate() {
            all_within(&object.guards, sets.len(), || format!("objects[{at}].guards"), "sets")?;
            if let Readers::AllExcept(ids) | Readers::Groups(ids) = &object.readers {
                all_within(ids, groups.len(), || format!("objects[{at}].readers"), "groups")?;
            }
        }
        Ok(())
    }

    fn assigned(&self, assigned: &[super::Assignment], place: impl Fn() -> String) -> Checked {
        assigned.iter().try_for_each(|super::Assignment(role, scope)| {
            within(*role, self.document.roles.len(), &place, "roles")?;
            within(*scope, self.document.scopes.len(), &place, "scopes")
        })
    }
}

/// A condition is not nested too deeply, and its numbers are numbers.
pub(crate) fn condition(condition: &Condition) -> Result<(), &'static str> {
    nesting(condition, 0)
}

fn nesting(condition: &Condition, depth: usize) -> Result<(), &'static str> {
    let finite = |value: &Value| {
        if matches!(value, Value::Number(number) if !number.is_finite()) { Err("a number is none") } else { Ok(()) }
    };
    match condition {
        _ if depth > NESTING => Err("conditions are nested too deeply"),
        Condition::And(inner) | Condition::Or(inner) => inner.iter().try_for_each(|inner| nesting(inner, depth + 1)),
        Condition::In { values, .. } => values.iter().try_for_each(finite),
        Condition::Compare { value, .. } => finite(value),
    }
}
