//! A bundle's roles → `bundle.map`: on which lines of the sources they get what they grant.
//!
//! Roles are written as the sources have them, each with its own clauses and the roles it is made of, so that a map is
//! as long as the sources are and no longer. Nothing is worked out for it that the compiler does not have already.

use std::io::{self, Write};

use serde::Serialize;

use super::form::{self, Format};
use super::tables::{self, Numbered, Numbers};
use super::{Bundle, FORMAT};
use crate::conditions::{ConditionTag, Conditions};
use crate::emit::canonical::{self, Object};
use crate::model::{self, Group, ParentKind, PinnedCopy, Program, RoleId};
use crate::scopes::ScopeTag;
use crate::sets::{SetId, SetTag, Sets};
use crate::span::Span;

/// Stands for no number.
const NONE: u32 = u32::MAX;

/// Writes the map of a bundle whose `bundle.json` has this digest.
pub(super) fn write(bundle: &Bundle<'_>, digest: &str, out: impl Write + Send) -> io::Result<()> {
    let map = Map::new(bundle);
    let mut document = Object::new(out);
    if !map.backfills.is_empty() {
        document.field("backfills", &map.backfills.iter().map(|at| map.backfill(*at)).collect::<Vec<_>>())?;
    }
    document.field("bundle", &digest)?;
    if map.conditions.len() > 0 {
        document.list("conditions", map.conditions.len(), |at, text| {
            form::condition(bundle.program, map.conditions.listed[at], text)
        })?;
    }
    document.field("format", &Format { major: FORMAT.0, minor: FORMAT.1 })?;
    document.list("roles", map.roles.len(), |at, text| canonical::append(text, &map.role(at)))?;
    if map.scopes.len() > 0 {
        document.list("scopes", map.scopes.len(), |at, text| form::scope(bundle.program, map.scopes.listed[at], text))?;
    }
    if map.sets.len() > 0 {
        document.list("sets", map.sets.len(), |at, text| {
            map.set(map.sets.listed[at], text);
            Ok(())
        })?;
    }
    document.end()
}

/// What a map numbers: sets, scopes and conditions as the sources have them, by where they stand first.
struct Map<'m> {
    bundle: &'m Bundle<'m>,
    /// The bundle's roles in its order, then those that these are made of.
    roles: Vec<RoleId>,
    /// By role of the program: its place among these, or `NONE`.
    place_of: Vec<u32>,
    /// By source of the program: its number in the bundle.
    files: Vec<u32>,
    /// Backfills by their places in the program.
    backfills: Vec<usize>,
    sets: Numbers<SetTag>,
    scopes: Numbers<ScopeTag>,
    conditions: Numbers<ConditionTag>,
}

impl<'m> Map<'m> {
    fn new(bundle: &'m Bundle<'_>) -> Self {
        let program = bundle.program;
        let (roles, place_of) = roles(program, &bundle.roles);
        let mut map = Self {
            bundle,
            roles,
            place_of,
            files: files(bundle),
            backfills: backfills(bundle),
            sets: Numbers::new(program.sets.count()),
            scopes: Numbers::new(program.scopes.count()),
            conditions: Numbers::new(program.conditions.count()),
        };
        for at in 0..map.roles.len() {
            map.number(map.roles[at]);
        }
        map
    }

    /// Numbers what a role's clauses name.
    fn number(&mut self, id: RoleId) {
        let program = self.bundle.program;
        let role = program.role(id);
        for allow in program.allows(id) {
            self.sets.add(allow.set);
            self.scopes.add(allow.scope);
            if allow.condition != Conditions::always() {
                self.conditions.add(allow.condition);
            }
        }
        if role.excepted != Sets::empty() {
            self.sets.add(role.excepted);
        }
        if let Some((scope, _)) = role.within {
            self.scopes.add(scope);
        }
        for group in program.pinned_copies.get(&id).into_iter().flat_map(|copy| pinned(program, copy)) {
            self.sets.add(group.set);
            self.scopes.add(group.scope);
            if group.condition != Conditions::always() {
                self.conditions.add(group.condition);
            }
        }
        for (_, set, scope) in self.bundle.times.gained.get(&id).into_iter().flatten() {
            self.sets.add(*set);
            self.scopes.add(*scope);
        }
    }

    /// The number of a file, and a line of it.
    fn line(&self, span: Span) -> (u32, u32) {
        let sources = self.bundle.sources;
        let Some(id) = sources.id_of(span) else { return (0, 0) };
        let line = sources.files()[id.index()].line_of(span.start) + 1;
        (self.files[id.index()], u32::try_from(line).unwrap_or(u32::MAX))
    }

    fn backfill(&self, at: usize) -> Backfill<'m> {
        let backfill = &self.bundle.program.backfills[at];
        let (file, line) = self.line(backfill.name_span);
        Backfill { file, line, name: &backfill.name }
    }

    fn role(&self, at: usize) -> Role<'m> {
        let (program, id) = (self.bundle.program, self.roles[at]);
        let role = program.role(id);
        let (file, line) = self.line(role.name_span);
        let clause = |allow: &model::Allow| {
            let group = Group { condition: allow.condition, scope: allow.scope, set: allow.set };
            Clause(self.line(allow.span).1, self.numbered(&group))
        };
        let gained = self.bundle.times.gained.get(&id).into_iter().flatten();
        let backfill = |at: &usize| self.backfills.binary_search(at).unwrap_or_default();
        Role {
            clauses: program.allows(id).iter().map(clause).collect(),
            except: (role.excepted != Sets::empty()).then(|| self.sets.of(role.excepted)),
            file,
            gains: gained.map(|(at, set, scope)| (backfill(at), self.sets.of(*set), self.scopes.of(*scope))).collect(),
            line,
            name: (at >= self.bundle.roles.len()).then_some(&*role.name),
            parents: role.parents.clone().map(|at| self.parent(id, at)).collect(),
            within: role.within.map(|(scope, _)| self.scopes.of(scope)),
        }
    }

    fn parent(&self, id: RoleId, at: u32) -> Parent {
        let program = self.bundle.program;
        let parent = program.parents[at as usize];
        let role = |kind| (parent.kind == kind).then(|| self.place_of[parent.role.index()]);
        Parent {
            copies: role(ParentKind::Copies),
            edits: role(ParentKind::Overrides),
            extends: role(ParentKind::Extends),
            line: self.line(parent.span).1,
            pinned: program
                .pinned_copy(id, at)
                .map(|copy| pinned(program, copy).iter().map(|group| self.numbered(group)).collect()),
        }
    }

    fn numbered(&self, group: &Group) -> Numbered {
        let condition = (group.condition != Conditions::always()).then(|| self.conditions.of(group.condition));
        Numbered { condition, scope: self.scopes.of(group.scope), set: self.sets.of(group.set) }
    }

    /// Those permissions of a set that the bundle has.
    fn set(&self, set: SetId, text: &mut Vec<u8>) {
        let permissions = &self.bundle.tables.permissions;
        let mut list = self.bundle.tables.permission_texts.list(text);
        self.bundle.program.sets.for_each(set, |id| {
            let number = permissions.of(crate::id::Id::new(id));
            if number != NONE {
                list.add(number, number);
            }
        });
        list.end();
    }
}

/// What a copy has, in an order that no id of the compiler decides.
fn pinned(program: &Program, copy: &PinnedCopy) -> Vec<Group> {
    let mut groups = copy.groups.clone();
    groups.sort_by_cached_key(|group| {
        let condition = (group.condition != Conditions::always()).then(|| program.conditions.get(group.condition));
        (condition, tables::scope_key(program, group.scope))
    });
    groups
}

/// Some roles, and those that they are made of in order of where they are declared; with the place of each.
fn roles(program: &Program, named: &[RoleId]) -> (Vec<RoleId>, Vec<u32>) {
    let mut known = vec![false; program.roles.len()];
    for role in named {
        known[role.index()] = true;
    }
    let (mut open, mut further) = (named.to_vec(), Vec::new());
    while let Some(role) = open.pop() {
        for parent in program.parents(role) {
            if !std::mem::replace(&mut known[parent.role.index()], true) {
                open.push(parent.role);
                further.push(parent.role);
            }
        }
    }
    further.sort_by_key(|role| program.role(*role).name_span);
    let roles = [named, &further].concat();
    let mut place_of = vec![NONE; program.roles.len()];
    for (place, role) in (0..).zip(&roles) {
        place_of[role.index()] = place;
    }
    (roles, place_of)
}

/// By source of the program: its number in the bundle, which has them in order of their names.
fn files(bundle: &Bundle<'_>) -> Vec<u32> {
    let files = bundle.sources.files();
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|at| &files[*at].name);
    let mut numbers = vec![0; files.len()];
    for (number, at) in (0..).zip(order) {
        numbers[at] = number;
    }
    numbers
}

/// The backfills that change something, in the calendars or by the bundle's day.
fn backfills(bundle: &Bundle<'_>) -> Vec<usize> {
    let mut used: Vec<bool> = bundle.tables.backfills.iter().map(Option::is_some).collect();
    for (at, _, _) in bundle.times.gained.values().flatten() {
        used[*at] = true;
    }
    (0..used.len()).filter(|at| used[*at]).collect()
}

#[derive(Serialize)]
struct Backfill<'m> {
    file: u32,
    line: u32,
    name: &'m str,
}

#[derive(Serialize)]
struct Role<'m> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clauses: Vec<Clause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    except: Option<u32>,
    file: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gains: Vec<(usize, u32, u32)>,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'m str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parents: Vec<Parent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<u32>,
}

/// `[line, set, scope]`, or `[line, set, scope, condition]`.
struct Clause(u32, Numbered);

impl Serialize for Clause {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(line, Numbered { condition, scope, set }) = self;
        match condition {
            None => (line, set, scope).serialize(serializer),
            Some(condition) => (line, set, scope, condition).serialize(serializer),
        }
    }
}

#[derive(Serialize)]
struct Parent {
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extends: Option<u32>,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<Vec<Numbered>>,
}
