//! A document -> the bytes of its mapped form. The same document gives the same bytes on any machine.

mod conditions;
mod paths;
mod roles;
mod subjects;
mod surfaces;
mod times;

use std::collections::{BTreeMap, HashMap};

use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, IntoBytes};

use super::digest;
use super::layout::{ALIGNMENT, CONTENT_FROM, Content, Head, Header, Kind, KindId, MAGIC, NONE, Section, Span, fact, flag};
use super::names::Table;
use super::numbers;
use super::sets::{self, Shape};
use crate::document::{Awareness, IdList, Scope};
use crate::{Document, Error, FORMAT};

/// Writes the mapped form of a document.
///
/// # Errors
///
/// If the document says what can't be, or a list in it is longer than the form can hold: 4,294,967,294 things.
pub fn write(document: &Document) -> Result<Vec<u8>, Error> {
    document.check()?;
    let mut writer = Writer::new(document);
    writer.names()?;
    writer.sets_and_scopes()?;
    conditions::write(&mut writer)?;
    roles::write(&mut writer)?;
    times::write(&mut writer)?;
    subjects::write(&mut writer)?;
    surfaces::write(&mut writer)?;
    writer.small_facts()?;
    writer.head()?;
    writer.end()
}

/// A number of the form; the greatest one means none.
pub(super) fn number(length: usize) -> Result<U32, Error> {
    u32::try_from(length)
        .ok()
        .filter(|number| *number != NONE)
        .map(U32::new)
        .ok_or(Error::TooLarge { what: "a list that the mapped form can't hold" })
}

/// From one place to another.
fn span(start: usize, end: usize) -> Result<Span, Error> {
    Ok(Span { start: number(start)?, count: number(end - start)? })
}

/// A number that may be none.
fn optional(number: Option<u32>) -> U32 {
    U32::new(number.unwrap_or(NONE))
}

/// What has been written so far.
struct Writer<'d> {
    document: &'d Document,
    content: Content,
    strings: HashMap<&'d str, U32>,
    lists: HashMap<Vec<u32>, Span>,
    terms: HashMap<(u32, u32), U32>,
    permissions: Shape,
    /// Sets of permissions that are there already.
    sets: HashMap<Vec<u8>, U32>,
    /// Facts by kind and id.
    facts: BTreeMap<(usize, usize), Vec<u8>>,
}

impl<'d> Writer<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            content: Content::default(),
            strings: HashMap::new(),
            lists: HashMap::new(),
            terms: HashMap::new(),
            permissions: Shape::new(document.permissions.len()),
            sets: HashMap::new(),
            facts: BTreeMap::new(),
        }
    }

    /// The names of all things, which are the first strings, and the tables of those that are looked up.
    fn names(&mut self) -> Result<(), Error> {
        let d = self.document;
        self.kind(d.permissions.iter().map(|own| &*own.name), true)?;
        self.kind(d.roles.iter().map(|own| &*own.name), true)?;
        self.kind(d.divisions.iter().map(|own| &*own.name), true)?;
        self.kind(d.groups.iter().map(|own| &*own.name), true)?;
        self.kind(d.users.iter().map(|own| &*own.name), true)?;
        self.kind(d.applications.iter().map(|own| &*own.name), false)?;
        self.kind(d.objects.iter().map(|own| &*own.name), true)?;
        self.kind(d.regions.iter().map(|own| &*own.name), true)?;
        self.kind(d.surfaces.iter().map(|own| &*own.name), false)?;
        self.kind(d.licenses.iter().map(|own| &*own.name), false)?;
        self.kind(d.backfills.iter().map(|own| &*own.name), false)?;
        self.kind(d.enforcements.iter().map(|own| &*own.name), false)?;
        self.kind(d.sources.iter().map(|own| &*own.name), false)?;
        let awareness = d.permissions.iter().map(|permission| match permission.awareness {
            Awareness::DivisionUnaware => flag::AWARENESS_UNAWARE,
            Awareness::DivisionAware => flag::AWARENESS_AWARE,
            Awareness::Unstated => flag::AWARENESS_UNSTATED,
        });
        self.content.awareness = awareness.collect();
        Ok(())
    }

    fn kind(&mut self, names: impl ExactSizeIterator<Item = &'d str> + Clone, found: bool) -> Result<(), Error> {
        let first = number(self.content.strings.len())?;
        for name in names.clone() {
            let string = self.new_string(name)?;
            self.strings.entry(name).or_insert(string);
        }
        let count = number(names.len())?;
        let table = if found { Table::new(names)? } else { Table::default() };
        self.content.kinds.push(Kind {
            first,
            count,
            facts: U32::new(NONE),
            seed: U32::new(table.seed),
            pilots: number(self.content.pilots.len())?,
            pilots_count: number(table.pilots.len())?,
            slots: number(self.content.slots.len())?,
            slots_count: number(table.slots.len())?,
        });
        self.content.pilots.extend(table.pilots);
        self.content.slots.extend(table.slots);
        Ok(())
    }

    fn new_string(&mut self, text: &str) -> Result<U32, Error> {
        let string = number(self.content.strings.len())?;
        self.content.strings.push(number(self.content.text.len())?);
        self.content.text.extend_from_slice(text.as_bytes());
        Ok(string)
    }

    /// A string, written once.
    fn string(&mut self, text: &'d str) -> Result<U32, Error> {
        if let Some(string) = self.strings.get(text) {
            return Ok(*string);
        }
        let string = self.new_string(text)?;
        self.strings.insert(text, string);
        Ok(string)
    }

    fn strings(&mut self, texts: &'d [String]) -> Result<Vec<u32>, Error> {
        texts.iter().map(|text| self.string(text).map(U32::get)).collect()
    }

    /// A list of ids, written once.
    fn list(&mut self, ids: Vec<u32>) -> Result<Span, Error> {
        if let Some(span) = self.lists.get(&ids) {
            return Ok(*span);
        }
        let span = self.own_list(ids.iter().copied())?;
        self.lists.insert(ids, span);
        Ok(span)
    }

    /// A list of ids that is written however often it is there.
    fn own_list(&mut self, ids: impl Iterator<Item = u32>) -> Result<Span, Error> {
        let start = self.content.lists.len();
        self.content.lists.extend(ids.map(U32::new));
        span(start, self.content.lists.len())
    }

    fn sets_and_scopes(&mut self) -> Result<(), Error> {
        // The sets of a role lie beside each other, since who asks for one goes on to the next.
        let document = self.document;
        for grant in document.roles.iter().flat_map(|role| &role.grants) {
            self.set(document.sets[grant.set as usize].iter())?;
        }
        for set in &document.sets {
            let start = self.set(set.iter())?;
            self.content.sets.push(start);
        }
        let shape = Shape::new(self.document.divisions.len());
        for scope in &self.document.scopes {
            let start = match scope {
                Scope::All => U32::new(NONE),
                Scope::Divisions(ids) => self.bits(&sets::bytes(ids.iter(), shape))?,
            };
            self.content.scopes.push(start);
        }
        Ok(())
    }

    /// A set of permissions, written once; gives where it begins.
    fn set(&mut self, ids: impl Iterator<Item = u32> + Clone) -> Result<U32, Error> {
        let bytes = sets::bytes(ids, self.permissions);
        if let Some(start) = self.sets.get(&bytes) {
            return Ok(*start);
        }
        let start = self.bits(&bytes)?;
        self.sets.insert(bytes, start);
        Ok(start)
    }

    fn bits(&mut self, bytes: &[u8]) -> Result<U32, Error> {
        let start = number(self.content.bits.len())?;
        self.content.bits.extend_from_slice(bytes);
        Ok(start)
    }

    /// Says a fact of a thing, as numbers.
    fn fact(&mut self, kind: KindId, id: usize, key: u32, numbers: &[u32]) -> Result<(), Error> {
        let mut said = Vec::new();
        numbers::push(&mut said, numbers);
        self.say(kind, id, key, &said)
    }

    fn say(&mut self, kind: KindId, id: usize, key: u32, said: &[u8]) -> Result<(), Error> {
        let length = number(said.len())?.get();
        let facts = self.facts.entry((kind as usize, id)).or_default();
        numbers::push(facts, &[key, length]);
        facts.extend_from_slice(said);
        Ok(())
    }

    /// Says a fact of a thing unless there is nothing to say.
    fn fact_list(&mut self, kind: KindId, id: usize, key: u32, numbers: &[u32]) -> Result<(), Error> {
        if numbers.is_empty() { Ok(()) } else { self.fact(kind, id, key, numbers) }
    }

    /// A fact that is a text of the thing's own.
    fn fact_text(&mut self, kind: KindId, id: usize, key: u32, text: Option<&String>) -> Result<(), Error> {
        text.map_or(Ok(()), |text| self.say(kind, id, key, text.as_bytes()))
    }

    /// A fact that is a string which many things may share.
    fn fact_string(&mut self, kind: KindId, id: usize, key: u32, text: Option<&'d String>) -> Result<(), Error> {
        let Some(text) = text else { return Ok(()) };
        let string = self.string(text)?.get();
        self.fact(kind, id, key, &[string])
    }

    fn fact_flag(&mut self, kind: KindId, id: usize, key: u32, flag: bool) -> Result<(), Error> {
        if flag { self.fact(kind, id, key, &[]) } else { Ok(()) }
    }

    /// Facts of things that have nothing but facts.
    fn small_facts(&mut self) -> Result<(), Error> {
        let d = self.document;
        for (at, own) in d.divisions.iter().enumerate() {
            self.fact_text(KindId::Division, at, fact::TITLE, own.title.as_ref())?;
            self.fact_flag(KindId::Division, at, fact::HOME, own.home)?;
        }
        for (at, own) in d.licenses.iter().enumerate() {
            self.fact_text(KindId::License, at, fact::TITLE, own.title.as_ref())?;
            self.fact_flag(KindId::License, at, fact::ADDON, own.addon)?;
            self.fact_list(KindId::License, at, fact::INCLUDES, &own.includes)?;
        }
        for (at, own) in d.backfills.iter().enumerate() {
            self.fact_text(KindId::Backfill, at, fact::TITLE, own.title.as_ref())?;
        }
        for (at, own) in d.sources.iter().enumerate() {
            self.fact_text(KindId::Source, at, fact::DIGEST, Some(&own.digest))?;
        }
        Ok(())
    }

    fn head(&mut self) -> Result<(), Error> {
        let d = self.document;
        let guarded: IdList =
            d.objects.iter().flat_map(|object| object.guards.iter()).flat_map(|set| d.sets[set as usize].iter()).collect();
        let head = Head {
            project: self.string(&d.project.name)?,
            version: self.string(&d.project.version)?,
            compiler: self.string(&d.compiler)?,
            catalog: self.string(&d.catalog)?,
            region: d.region.as_deref().map_or(Ok(U32::new(NONE)), |region| self.string(region))?,
            as_of: optional(d.as_of.map(crate::Day::number)),
            guarded: self.set(guarded.iter())?,
            minor: U32::new(d.format.minor),
        };
        self.content.head.push(head);
        Ok(())
    }

    /// Facts, and the ends of lists that are told by where the next one begins.
    fn end(mut self) -> Result<Vec<u8>, Error> {
        for (kind, row) in self.content.kinds.iter_mut().enumerate() {
            if self.facts.range((kind, 0)..(kind + 1, 0)).next().is_none() {
                continue;
            }
            row.facts = number(self.content.facts.len())?;
            for id in 0..row.count.get() as usize {
                self.content.facts.push(number(self.content.said.len())?);
                self.content.said.extend(self.facts.remove(&(kind, id)).unwrap_or_default());
            }
        }
        self.content.facts.push(number(self.content.said.len())?);
        self.content.strings.push(number(self.content.text.len())?);
        Ok(assemble(&self.content, self.document.format.minor))
    }
}

/// Header, table and sections, with the digests.
fn assemble(content: &Content, minor: u32) -> Vec<u8> {
    let sections = content.sections();
    let aligned = |length: usize| length.next_multiple_of(ALIGNMENT);
    let mut offset = aligned(CONTENT_FROM + 2 * size_of::<U32>() + sections.len() * size_of::<Section>());
    let count = u32::try_from(sections.len()).unwrap_or(NONE);
    let mut body: Vec<u8> = [U32::new(count), U32::new(0)].as_bytes().to_vec();
    for (id, row, bytes) in &sections {
        let row = U32::new(u32::try_from(*row).unwrap_or(NONE));
        let section = Section { id: U32::new(*id), row, offset: U64::new(offset as u64), length: U64::new(bytes.len() as u64) };
        body.extend_from_slice(section.as_bytes());
        offset = aligned(offset + bytes.len());
    }
    for (_, _, bytes) in &sections {
        body.resize(aligned(CONTENT_FROM + body.len()) - CONTENT_FROM, 0);
        body.extend_from_slice(bytes);
    }
    let mut file = Header {
        magic: MAGIC,
        major: U32::new(FORMAT.0),
        minor: U32::new(minor),
        length: U64::new((CONTENT_FROM + body.len()) as u64),
        fast: U64::new(0),
        sha256: [0; 32],
    }
    .as_bytes()
    .to_vec();
    file.extend(body);
    seal(&mut file);
    file
}

/// Writes the digests of a file into its header.
fn seal(file: &mut [u8]) {
    let sha256 = digest::sha256(file);
    if let Ok((header, _)) = Header::mut_from_prefix(file) {
        header.sha256 = sha256;
    }
    let fast = digest::fast(file);
    if let Ok((header, _)) = Header::mut_from_prefix(file) {
        header.fast = U64::new(fast);
    }
}
