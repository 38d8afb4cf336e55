//! Questions to a built bundle: what it was built of is not needed.
//!
//! They mean what the same questions to a project mean: without divisions, it is enough to be allowed somewhere.

use rolec_bundle::{
    Asks, Attributes, Because, Decision, DivisionId, Divisions, Error, ObjectId, OnObject, PermissionId, Permitted, Place, State,
    SubjectId,
};

/// Where something is asked: in all of these divisions, or anywhere.
pub type Where<'w> = Option<&'w [DivisionId]>;

/// Whether somebody may, and why.
#[derive(Debug)]
pub struct Answer<'b> {
    /// Whether.
    pub allowed: bool,
    /// Where that was decided; nowhere in particular without.
    pub division: Option<DivisionId>,
    /// What was decided of each permission that is asked for, as far as that was needed.
    pub decisions: Vec<(PermissionId, Decision<'b>)>,
}

/// Whether somebody may what asks for permissions.
#[must_use]
pub fn can<'b>(state: &State<'b>, subject: SubjectId, asks: &Asks, (places, given): (Where<'_>, Attributes<'_>)) -> Answer<'b> {
    let at = |division| decide(state, subject, asks, (division, given));
    let Some(divisions) = places else {
        let nowhere = at(None);
        let elsewhere = |(_, decision): &(PermissionId, Decision<'_>)| {
            decision.allowed || matches!(decision.because, Because::OtherDivisions { .. } | Because::ConditionFailed { .. })
        };
        if nowhere.allowed || !nowhere.decisions.iter().any(elsewhere) {
            return nowhere;
        }
        return state.divisions().map(|division| at(Some(division))).find(|answer| answer.allowed).unwrap_or(nowhere);
    };
    let mut answers: Vec<Answer<'b>> = divisions.iter().map(|division| at(Some(*division))).collect();
    let told = answers.iter().position(|answer| !answer.allowed).unwrap_or(0);
    if answers.is_empty() { at(None) } else { answers.swap_remove(told) }
}

fn decide<'b>(
    state: &State<'b>,
    subject: SubjectId,
    asks: &Asks,
    (division, attributes): (Option<DivisionId>, Attributes<'_>),
) -> Answer<'b> {
    let place = Place { division, object: OnObject::None, attributes };
    let (permissions, all) = match asks {
        Asks::Any(permissions) => (permissions.as_slice(), false),
        Asks::All(permissions) => (permissions.as_slice(), true),
        Asks::Open => return Answer { allowed: true, division, decisions: Vec::new() },
        Asks::Unstated => return Answer { allowed: false, division, decisions: Vec::new() },
    };
    let mut decisions = Vec::with_capacity(permissions.len());
    for permission in permissions {
        let decision = state.decide_known(subject, *permission, &place);
        if decision.allowed && !all {
            return Answer { allowed: true, division, decisions: vec![(*permission, decision)] };
        }
        decisions.push((*permission, decision));
    }
    Answer { allowed: all && decisions.iter().all(|(_, decision)| decision.allowed), division, decisions }
}

/// Somebody who may, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub subject: SubjectId,
    /// Where, under whatever condition.
    pub at_all: Divisions,
    /// Whether only under a condition, in part of it at least.
    pub conditionally: bool,
}

/// The roles, groups and users who may what asks for permissions, in this order and that of their names; in places, only those
/// who may in all of them.
///
/// # Errors
///
/// If the bundle is corrupt.
pub fn who(state: &State<'_>, asks: &Asks, places: Where<'_>) -> Result<Vec<Holder>, Error> {
    let mut holders = Vec::new();
    for subject in state.roles().chain(state.groups()).chain(state.users()) {
        let Some((at_all, always)) = reached(state, subject, asks)? else { continue };
        let covers = |division: &DivisionId| at_all.everywhere || at_all.listed.binary_search(division).is_ok();
        if is_somewhere(&at_all) && places.is_none_or(|places| places.iter().all(covers)) {
            let conditionally = at_all != always;
            holders.push(Holder { subject, at_all, conditionally });
        }
    }
    Ok(holders)
}

fn is_somewhere(divisions: &Divisions) -> bool {
    divisions.everywhere || !divisions.listed.is_empty()
}

/// Where somebody reaches what asks for permissions: under whatever condition, and always. Nothing of what is open or unstated.
fn reached(state: &State<'_>, subject: SubjectId, asks: &Asks) -> Result<Option<(Divisions, Divisions)>, Error> {
    let (permissions, join): (_, fn(&Divisions, &Divisions) -> Divisions) = match asks {
        Asks::Any(permissions) => (permissions, either),
        Asks::All(permissions) => (permissions, both),
        Asks::Open | Asks::Unstated => return Ok(None),
    };
    let mut reached: Option<(Divisions, Divisions)> = None;
    for permission in permissions {
        let Permitted { always, conditionally } = state.divisions_permitted(subject, *permission)?;
        let at_all = either(&always, &conditionally);
        reached = Some(match reached {
            None => (at_all, always),
            Some((before, before_always)) => (join(&before, &at_all), join(&before_always, &always)),
        });
    }
    Ok(reached)
}

fn either(a: &Divisions, b: &Divisions) -> Divisions {
    let everywhere = a.everywhere || b.everywhere;
    let mut listed: Vec<DivisionId> = a.listed.iter().chain(&b.listed).copied().collect();
    listed.sort_unstable();
    listed.dedup();
    Divisions { everywhere, listed }
}

fn both(a: &Divisions, b: &Divisions) -> Divisions {
    let has = |own: &Divisions, division: &DivisionId| own.everywhere || own.listed.binary_search(division).is_ok();
    let Divisions { listed, .. } = either(a, b);
    let listed = listed.into_iter().filter(|division| has(a, division) && has(b, division)).collect();
    Divisions { everywhere: a.everywhere && b.everywhere, listed }
}

/// Whether somebody reads an object; a role by itself does where everybody does.
///
/// # Errors
///
/// If the bundle is corrupt.
pub fn reads(state: &State<'_>, subject: SubjectId, object: ObjectId) -> Result<bool, Error> {
    let readers = state.readers(object)?;
    Ok(readers.everybody
        || match subject {
            SubjectId::User(user) => readers.users.binary_search(&user).is_ok(),
            SubjectId::Group(group) => readers.groups.binary_search(&group).is_ok(),
            SubjectId::Role(_) => false,
        })
}
