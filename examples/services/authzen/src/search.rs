//! Who may, where, and what: every candidate of the bundle is decided as an evaluation would be, so what is found is what
//! evaluations permit. Candidates come in order of their names, page by page.

use rolec_bundle::{Bundle, OnObject, State, SubjectId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::answer::{self, Now, On};
use crate::requests::{self, ActionSearch, Context, Fault, ResourceSearch, SubjectSearch};

/// How many a page has, unless somebody says how many.
const LIMIT: u64 = 100;
/// How many a page has at most.
const MOST: u64 = 1000;

/// What is found.
#[derive(Debug, Clone, Serialize)]
pub struct Found<T> {
    /// Which part of it.
    pub page: FoundPage,
    /// What.
    pub results: Vec<T>,
}

impl<T> Found<T> {
    fn nothing() -> Self {
        Self { page: FoundPage { next_token: String::new(), count: 0 }, results: Vec::new() }
    }
}

/// Which part of what is found.
#[derive(Debug, Clone, Serialize)]
pub struct FoundPage {
    /// The token of the next page; empty if this is the last one.
    pub next_token: String,
    /// How many there are in this one.
    pub count: usize,
}

/// A subject or a resource that is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub id: String,
}

/// A permission that is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundAction {
    /// Its name.
    pub name: String,
}

/// Finds the users, groups or roles that may do something.
///
/// # Errors
///
/// If it is no request, or the service can't answer anything today.
pub fn subjects(bundle: &Bundle, now: &Now<'_>, request: &SubjectSearch) -> Result<Found<Entity>, Fault> {
    let page = Page::read(request.page.as_ref(), "subject", request)?;
    let context = Context::read(request.context.as_ref())?;
    let on = On::read(&request.resource)?;
    let Ok(state) = answer::state(bundle, now, &context)? else { return Ok(Found::nothing()) };
    let Some(permission) = state.permission(&request.action.name) else { return Ok(Found::nothing()) };
    let place = on.find(&state, &context);
    let candidates: Box<dyn Iterator<Item = SubjectId>> = match request.subject.kind.as_str() {
        "user" => Box::new(state.users()),
        "group" => Box::new(state.groups()),
        "role" => Box::new(state.roles()),
        _ => return Ok(Found::nothing()),
    };
    let candidates = candidates.map_while(|id| Some((state.subject_name(id)?, id)));
    let found = page.take(candidates, |id| state.decide_known(id, permission, &place).allowed);
    Ok(found.named(|name| Entity { kind: request.subject.kind.clone(), id: name.to_owned() }))
}

/// Finds the divisions, or the objects, where somebody may do something. What of other types there is, the bundle does not
/// know.
///
/// # Errors
///
/// If it is no request, or the service can't answer anything today.
pub fn resources(bundle: &Bundle, now: &Now<'_>, request: &ResourceSearch) -> Result<Found<Entity>, Fault> {
    let page = Page::read(request.page.as_ref(), "resource", request)?;
    let context = Context::read(request.context.as_ref())?;
    let division = requests::division(request.resource.properties.as_ref())?;
    let Ok(state) = answer::state(bundle, now, &context)? else { return Ok(Found::nothing()) };
    let subject = answer::found(&state, &request.subject);
    let Some((subject, permission)) = subject.zip(state.permission(&request.action.name)) else { return Ok(Found::nothing()) };
    let place = On { division, object: None }.find(&state, &context);
    let may = |place| state.decide_known(subject, permission, &place).allowed;
    let found = match request.resource.kind.as_str() {
        "division" => {
            let candidates = state.divisions().map_while(|id| Some((state.division_name(id)?, id)));
            page.take(candidates, |id| may(rolec_bundle::Place { division: Some(id), ..place }))
        }
        "object" => {
            let candidates = state.objects().map_while(|id| Some((state.object_name(id)?, id)));
            page.take(candidates, |id| may(rolec_bundle::Place { object: OnObject::Known(id), ..place }))
        }
        _ => return Ok(Found::nothing()),
    };
    Ok(found.named(|name| Entity { kind: request.resource.kind.clone(), id: name.to_owned() }))
}

/// Finds the permissions that somebody has on something.
///
/// # Errors
///
/// If it is no request, or the service can't answer anything today.
pub fn actions(bundle: &Bundle, now: &Now<'_>, request: &ActionSearch) -> Result<Found<FoundAction>, Fault> {
    let page = Page::read(request.page.as_ref(), "action", request)?;
    let context = Context::read(request.context.as_ref())?;
    let on = On::read(&request.resource)?;
    let Ok(state) = answer::state(bundle, now, &context)? else { return Ok(Found::nothing()) };
    let Some(subject) = answer::found(&state, &request.subject) else { return Ok(Found::nothing()) };
    let place = on.find(&state, &context);
    let found = page.take(permissions(&state), |id| state.decide_known(subject, id, &place).allowed);
    Ok(found.named(|name| FoundAction { name: name.to_owned() }))
}

fn permissions<'s>(state: &'s State<'_>) -> impl Iterator<Item = (&'s str, rolec_bundle::PermissionId)> {
    state.permissions().map_while(|id| Some((state.permission_name(id)?, id)))
}

/// Which part of what is found is asked for.
#[derive(Debug)]
struct Page {
    /// What tells this search from another.
    search: String,
    limit: u64,
    /// The name that the page before ended with. The next one begins with what comes after, even if another bundle was
    /// loaded meanwhile.
    after: Option<String>,
}

impl Page {
    /// Reads a page. Its token holds a digest of the search, the limit, and the last name.
    fn read(page: Option<&requests::Page>, kind: &str, request: &impl Serialize) -> Result<Self, Fault> {
        let text = serde_json::to_vec(request).map_err(|error| Fault::malformed(error.to_string()))?;
        let digest = Sha256::new().chain_update(kind).chain_update(text).finalize();
        let search = digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        let search = format!("{search:016x}");
        let own = page.and_then(|page| page.limit);
        let Some(token) = page.and_then(|page| page.token.as_deref()).filter(|token| !token.is_empty()) else {
            return Ok(Self { search, limit: own.unwrap_or(LIMIT).min(MOST), after: None });
        };
        let wrong = || Fault::malformed("`page.token` is none that this service gave");
        let (of, rest) = token.split_once('.').ok_or_else(wrong)?;
        let (limit, after) = rest.split_once('.').ok_or_else(wrong)?;
        let limit = limit.parse::<u64>().ok().filter(|limit| *limit <= MOST).ok_or_else(wrong)?;
        if of != search || own.is_some_and(|own| own.min(MOST) != limit) {
            return Err(Fault::malformed("`page.token` is of another search: only the token may change from page to page"));
        }
        Ok(Self { search, limit, after: Some(after.to_owned()).filter(|after| !after.is_empty()) })
    }

    /// Goes through candidates, from where the page begins to where it is full and one more was found.
    fn take<'c, I>(&self, candidates: impl Iterator<Item = (&'c str, I)>, may: impl Fn(I) -> bool) -> Taken<'c> {
        let mut taken = Taken { names: Vec::new(), next_token: String::new() };
        for (name, id) in candidates {
            if self.after.as_deref().is_some_and(|after| name <= after) || !may(id) {
                continue;
            }
            if taken.names.len() as u64 == self.limit {
                let last = taken.names.last().copied().or(self.after.as_deref()).unwrap_or_default();
                taken.next_token = format!("{}.{}.{last}", self.search, self.limit);
                break;
            }
            taken.names.push(name);
        }
        taken
    }
}

/// The names of a page.
struct Taken<'c> {
    names: Vec<&'c str>,
    next_token: String,
}

impl Taken<'_> {
    fn named<T>(self, entity: impl Fn(&str) -> T) -> Found<T> {
        let results: Vec<T> = self.names.into_iter().map(entity).collect();
        Found { page: FoundPage { next_token: self.next_token, count: results.len() }, results }
    }
}
