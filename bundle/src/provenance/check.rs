//! What a map must keep to beyond the shape of its values, so that whoever follows it need not look.

use super::form::{Map, Role};
use crate::document::{Document, Grant, Scope, all_within, within};
use crate::{Error, document};

type Checked = Result<(), Error>;

/// Checks that every id is one of its list, and that no role is made of itself.
pub(super) fn check(map: &Map, document: &Document) -> Checked {
    let lists = Lists { map, document };
    if map.roles.len() < document.roles.len() {
        return Err(Error::invalid("roles", "the bundle has more"));
    }
    for (at, backfill) in map.backfills.iter().enumerate() {
        within(backfill.file, document.sources.len(), || format!("backfills[{at}]"), "sources")?;
    }
    for (at, set) in map.sets.iter().enumerate() {
        all_within(set, document.permissions.len(), || format!("sets[{at}]"), "permissions")?;
    }
    for (at, scope) in map.scopes.iter().enumerate() {
        if let Scope::Divisions(ids) = scope {
            all_within(ids, document.divisions.len(), || format!("scopes[{at}]"), "divisions")?;
        }
    }
    for (at, condition) in map.conditions.iter().enumerate() {
        document::check_condition(condition).map_err(|reason| Error::invalid(format!("conditions[{at}]"), reason))?;
    }
    for (at, role) in map.roles.iter().enumerate() {
        lists.role(role, at)?;
    }
    rings(map)
}

struct Lists<'m> {
    map: &'m Map,
    document: &'m Document,
}

impl Lists<'_> {
    fn role(&self, role: &Role, at: usize) -> Checked {
        let Self { map, document } = self;
        let place = || format!("roles[{at}]");
        within(role.file, document.sources.len(), place, "sources")?;
        if role.name.is_none() && at >= document.roles.len() {
            return Err(Error::invalid(place(), "neither the bundle nor the map names it"));
        }
        role.except.map_or(Ok(()), |set| within(set, map.sets.len(), place, "sets"))?;
        role.within.map_or(Ok(()), |scope| within(scope, map.scopes.len(), place, "scopes"))?;
        for clause in &role.clauses {
            self.grant(clause.grant, place)?;
        }
        for gain in &role.gains {
            within(gain.0, map.backfills.len(), place, "backfills")?;
            self.grant(Grant { set: gain.1, scope: gain.2, condition: None }, place)?;
        }
        for parent in &role.parents {
            let what = || Error::invalid(place(), "a parent is one of `copies`, `edits` and `extends`");
            within(parent.role().ok_or_else(what)?, map.roles.len(), place, "roles")?;
            if parent.pinned.is_some() && parent.copies.is_none() {
                return Err(Error::invalid(place(), "only copies are pinned"));
            }
            parent.pinned.iter().flatten().try_for_each(|grant| self.grant(*grant, place))?;
        }
        Ok(())
    }

    fn grant(&self, grant: Grant, place: impl Fn() -> String) -> Checked {
        within(grant.set, self.map.sets.len(), &place, "sets")?;
        within(grant.scope, self.map.scopes.len(), &place, "scopes")?;
        grant.condition.map_or(Ok(()), |id| within(id, self.map.conditions.len(), &place, "conditions"))
    }
}

/// Takes away roles whose parents are all taken away, until none is left but those of rings and their heirs.
fn rings(map: &Map) -> Checked {
    let mut heirs: Vec<Vec<usize>> = vec![Vec::new(); map.roles.len()];
    let mut left: Vec<usize> = vec![0; map.roles.len()];
    for (at, role) in map.roles.iter().enumerate() {
        for parent in role.parents.iter().filter_map(super::form::Parent::role) {
            heirs[parent as usize].push(at);
            left[at] += 1;
        }
    }
    let mut ready: Vec<usize> = (0..left.len()).filter(|at| left[*at] == 0).collect();
    let mut taken = 0;
    while let Some(at) = ready.pop() {
        taken += 1;
        for heir in &heirs[at] {
            left[*heir] -= 1;
            if left[*heir] == 0 {
                ready.push(*heir);
            }
        }
    }
    match left.iter().position(|left| *left > 0) {
        Some(at) if taken < map.roles.len() => Err(Error::invalid(format!("roles[{at}]"), "it is made of itself")),
        _ => Ok(()),
    }
}
