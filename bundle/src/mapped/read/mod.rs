//! The mapped form -> the document that it was written of.

mod roles;
mod subjects;
mod surfaces;

use std::cell::Cell;

use zerocopy::little_endian::U32;

use super::layout::{KindId, Span, Tables, fact, flag, node};
use super::numbers::Numbers;
use super::sets::{self, Shape};
use super::{Corrupt, part, some};
use crate::document::{
    Awareness, Backfill, Condition, Division, Document, Format, IdList, License, Operator, Permission, Project, Region, Scope,
    SourceFile, Value,
};
use crate::limits::NESTING;
use crate::{Day, Error, FORMAT};

/// How much more a document may take than its mapped form, in which what is said often is written once.
const EXPANSION: usize = 64;

/// Reads the document; whatever the tables say, it takes no more room than a multiple of the file.
pub(super) fn document(tables: &Tables<'_>, length: usize) -> Result<Document, Error> {
    let reader = Reader { tables, left: Cell::new(Some(length.saturating_mul(EXPANSION))) };
    let document = reader.document().map_err(|corrupt| match reader.left.get() {
        Some(_) => corrupt.into(),
        None => Error::TooLarge { what: "a document of more than 64 times the room of its mapped form" },
    })?;
    document.check()?;
    Ok(document)
}

type Read<T> = Result<T, Corrupt>;

struct Reader<'t, 'b> {
    tables: &'t Tables<'b>,
    /// Bytes that may still be taken; none once there were too few.
    left: Cell<Option<usize>>,
}

impl<'b> Reader<'_, 'b> {
    fn document(&self) -> Read<Document> {
        let head = self.tables.head.first().ok_or(Corrupt)?;
        Ok(Document {
            applications: self.each(KindId::Application, |id| self.application(id))?,
            as_of: some(head.as_of).map(day).transpose()?,
            backfills: self.each(KindId::Backfill, |id| {
                Ok(Backfill { name: self.name(KindId::Backfill, id)?, title: self.text(KindId::Backfill, id, fact::TITLE)? })
            })?,
            calendars: self.calendars()?,
            catalog: self.string(head.catalog)?,
            compiler: self.string(head.compiler)?,
            conditions: self.tables.conditions.iter().map(|span| self.condition(*span)).collect::<Read<_>>()?,
            divisions: self.each(KindId::Division, |id| self.division(id))?,
            enforcements: self.each(KindId::Enforcement, |id| self.enforcement(id))?,
            format: Format { major: FORMAT.0, minor: self.minor() },
            groups: self.each(KindId::Group, |id| self.group(id))?,
            licenses: self.each(KindId::License, |id| self.license(id))?,
            objects: self.each(KindId::Object, |id| self.object(id))?,
            old_options: self.old_options(),
            permissions: self.each(KindId::Permission, |id| self.permission(id))?,
            project: Project { name: self.string(head.project)?, version: self.string(head.version)? },
            region: some(head.region).map(|region| self.string(U32::new(region))).transpose()?,
            regions: self.each(KindId::Region, |id| self.region(id))?,
            roles: self.each(KindId::Role, |id| self.role(id))?,
            scopes: self.scopes()?,
            sets: self.sets()?,
            sources: self.each(KindId::Source, |id| {
                let digest = self.text(KindId::Source, id, fact::DIGEST)?.ok_or(Corrupt)?;
                Ok(SourceFile { digest, name: self.name(KindId::Source, id)? })
            })?,
            surfaces: self.each(KindId::Surface, |id| self.surface(id))?,
            users: self.each(KindId::User, |id| self.user(id))?,
        })
    }

    /// All things of a kind. Each has a name, so there are no more than strings.
    fn each<T>(&self, kind: KindId, one: impl Fn(u32) -> Read<T>) -> Read<Vec<T>> {
        (0..self.tables.count(kind)).map(one).collect()
    }

    /// Takes some bytes of what may be taken.
    fn take(&self, bytes: usize) -> Read<()> {
        let left = self.left.get().and_then(|left| left.checked_sub(bytes));
        self.left.set(left);
        left.map(drop).ok_or(Corrupt)
    }

    fn string(&self, string: U32) -> Read<String> {
        let text = self.tables.string(string.get()).ok_or(Corrupt)?;
        self.take(text.len() + size_of::<u32>())?;
        Ok(text.to_owned())
    }

    fn name(&self, kind: KindId, id: u32) -> Read<String> {
        self.string(U32::new(self.tables.thing(kind, id).ok_or(Corrupt)?))
    }

    /// A fact; looking for it counts too.
    fn fact(&self, kind: KindId, id: u32, key: u32) -> Read<Option<Numbers<'b>>> {
        self.take(self.tables.facts_of(kind, id)?.bytes().len())?;
        self.tables.fact(kind, id, key)
    }

    fn number(&self, kind: KindId, id: u32, key: u32) -> Read<Option<u32>> {
        let Some(said) = self.fact(kind, id, key)? else { return Ok(None) };
        match self.rows(said, |[number]| Ok(number))?[..] {
            [number] => Ok(Some(number)),
            _ => Err(Corrupt),
        }
    }

    fn text(&self, kind: KindId, id: u32, key: u32) -> Read<Option<String>> {
        let Some(said) = self.fact(kind, id, key)? else { return Ok(None) };
        let text = str::from_utf8(said.bytes()).map_err(|_| Corrupt)?;
        Ok(Some(text.to_owned()))
    }

    fn shared_text(&self, kind: KindId, id: u32, key: u32) -> Read<Option<String>> {
        self.number(kind, id, key)?.map(|string| self.string(U32::new(string))).transpose()
    }

    fn is(&self, kind: KindId, id: u32, key: u32) -> Read<bool> {
        Ok(self.fact(kind, id, key)?.is_some())
    }

    fn numbers(&self, kind: KindId, id: u32, key: u32) -> Read<Vec<u32>> {
        self.rows(self.fact(kind, id, key)?.unwrap_or_default(), |[number]| Ok(number))
    }

    /// What a list of numbers says, so many for each.
    fn rows<const N: usize, T>(&self, numbers: Numbers<'_>, row: impl Fn([u32; N]) -> Read<T>) -> Read<Vec<T>> {
        self.take(size_of::<T>() * numbers.bytes().len() / N)?;
        numbers.rows().map(|numbers| row(numbers?)).collect()
    }

    fn names(&self, kind: KindId, id: u32, key: u32) -> Read<Vec<String>> {
        self.numbers(kind, id, key)?.into_iter().map(|string| self.string(U32::new(string))).collect()
    }

    /// An id list, which ascends.
    fn ids(&self, start: U32, count: U32) -> Read<IdList> {
        let ids = part(self.tables.lists, start, count)?;
        self.take(size_of_val(ids))?;
        ascending(ids.iter().map(|id| id.get()))
    }

    fn minor(&self) -> u32 {
        self.tables.head.first().map_or(0, |head| head.minor.get())
    }

    fn permission(&self, id: u32) -> Read<Permission> {
        let awareness = match *self.tables.awareness.get(id as usize).ok_or(Corrupt)? {
            flag::AWARENESS_UNAWARE => Awareness::DivisionUnaware,
            flag::AWARENESS_AWARE => Awareness::DivisionAware,
            flag::AWARENESS_UNSTATED => Awareness::Unstated,
            _ => return Err(Corrupt),
        };
        Ok(Permission { awareness, name: self.name(KindId::Permission, id)? })
    }

    fn division(&self, id: u32) -> Read<Division> {
        let kind = KindId::Division;
        Ok(Division {
            home: self.is(kind, id, fact::HOME)?,
            name: self.name(kind, id)?,
            title: self.text(kind, id, fact::TITLE)?,
        })
    }

    fn license(&self, id: u32) -> Read<License> {
        let kind = KindId::License;
        Ok(License {
            addon: self.is(kind, id, fact::ADDON)?,
            includes: self.numbers(kind, id, fact::INCLUDES)?,
            name: self.name(kind, id)?,
            title: self.text(kind, id, fact::TITLE)?,
        })
    }

    fn region(&self, id: u32) -> Read<Region> {
        let calendar = self.tables.regions.get(id as usize).ok_or(Corrupt)?.get();
        Ok(Region { calendar, name: self.name(KindId::Region, id)? })
    }

    fn sets(&self) -> Read<Vec<IdList>> {
        let shape = Shape::new(self.tables.count(KindId::Permission) as usize);
        (0..).zip(self.tables.sets).map(|(set, _)| self.set(self.tables.set(set, shape)?)).collect()
    }

    fn scopes(&self) -> Read<Vec<Scope>> {
        let shape = Shape::new(self.tables.count(KindId::Division) as usize);
        let scope = |start: &U32| match some(*start) {
            None => Ok(Scope::All),
            Some(start) => self.set(sets::ids(self.tables.bits, start, shape)?).map(Scope::Divisions),
        };
        self.tables.scopes.iter().map(scope).collect()
    }

    fn set(&self, ids: impl Iterator<Item = u32> + Clone) -> Read<IdList> {
        self.take(ids.clone().count() * size_of::<u32>() / 2)?;
        ascending(ids)
    }

    fn condition(&self, span: Span) -> Read<Condition> {
        let start = span.start.get() as usize;
        let end = start.checked_add(span.count.get() as usize).ok_or(Corrupt)?;
        let (condition, after) = self.condition_at(start, end, 0)?;
        if after == end { Ok(condition) } else { Err(Corrupt) }
    }

    /// The condition whose node is at a place, and the place after it.
    fn condition_at(&self, at: usize, limit: usize, depth: usize) -> Read<(Condition, usize)> {
        let node = self.tables.nodes.get(at).ok_or(Corrupt)?;
        let end = node.end.get() as usize;
        if depth > NESTING || end <= at || end > limit {
            return Err(Corrupt);
        }
        let condition = match node.kind.get() {
            kind @ (node::AND | node::OR) => {
                let mut inner = Vec::new();
                let mut next = at + 1;
                while next < end {
                    let (condition, after) = self.condition_at(next, end, depth + 1)?;
                    inner.push(condition);
                    next = after;
                }
                if kind == node::AND { Condition::And(inner) } else { Condition::Or(inner) }
            }
            node::IN => {
                let values = (at + 1..end).map(|at| self.value(at)).collect::<Read<_>>()?;
                Condition::In { values, variable: self.string(node.low)? }
            }
            kind => {
                let operator = operator(kind)?;
                if end != at + 2 {
                    return Err(Corrupt);
                }
                Condition::Compare { operator, value: self.value(at + 1)?, variable: self.string(node.low)? }
            }
        };
        self.take(size_of::<Condition>())?;
        Ok((condition, end))
    }

    fn value(&self, at: usize) -> Read<Value> {
        let node = self.tables.nodes.get(at).ok_or(Corrupt)?;
        self.take(size_of::<Value>())?;
        match node.kind.get() {
            node::STRING => Ok(Value::String(self.string(node.low)?)),
            node::VARIABLE => Ok(Value::Variable(self.string(node.low)?)),
            node::NUMBER => Ok(Value::Number(f64::from_bits(u64::from(node.low.get()) | u64::from(node.high.get()) << 32))),
            _ => Err(Corrupt),
        }
    }
}

fn operator(kind: u32) -> Read<Operator> {
    match kind {
        node::EQUAL => Ok(Operator::Equal),
        node::LESS => Ok(Operator::Less),
        node::LESS_OR_EQUAL => Ok(Operator::LessOrEqual),
        node::GREATER => Ok(Operator::Greater),
        node::GREATER_OR_EQUAL => Ok(Operator::GreaterOrEqual),
        _ => Err(Corrupt),
    }
}

/// An id list of ids that ascend; others are corrupt.
fn ascending(ids: impl Iterator<Item = u32>) -> Read<IdList> {
    IdList::from_ascending(ids).ok_or(Corrupt)
}

fn day(number: u32) -> Read<Day> {
    Day::from_number(number).ok_or(Corrupt)
}
