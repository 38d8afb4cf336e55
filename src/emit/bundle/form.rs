//! The form of `bundle.json`: what is written for each thing. Keys and fields stand in order of their names.

use std::io::{self, Write};

use jiff::civil::Date;
use rayon::prelude::*;
use serde::ser::SerializeTuple;
use serde::{Serialize, Serializer};

use super::ids::Ids;
use super::surfaces::{self, Surface};
use super::tables::{Numbered, Tables};
use super::times::Epoch;
use super::{Bundle, FORMAT, subjects};
use crate::conditions::{self, Operand};
use crate::emit::canonical::{self, Object};
use crate::id::Id;
use crate::licenses::Called;
use crate::lock;
use crate::model::{self, ParentKind, Program, RegionId, RoleId, RoleKind};
use crate::scopes::ScopeId;
use crate::sets::{PermissionId, SetId};

/// Writes a bundle.
pub(super) fn write(bundle: &Bundle<'_>, out: impl Write + Send) -> io::Result<()> {
    let Bundle { program, tables, times, roles, .. } = bundle;
    let region_name = |region: RegionId| &*program.regions[region.index()];
    let regions = times.regions.iter().map(|(region, calendar)| Region { calendar: *calendar, name: region_name(*region) });
    let backfills = program.backfills.iter().zip(&tables.backfills).filter(|(_, number)| number.is_some()).map(|(own, _)| own);
    let mut document = Object::new(out);
    subjects::applications(bundle, &mut document)?;
    if let Some(day) = bundle.extent.as_of {
        document.field("as_of", &Day(day))?;
    }
    document.field("backfills", &backfills.map(Titled::backfill).collect::<Vec<_>>())?;
    document.list("calendars", times.calendars.len(), |at, text| {
        canonical::append(text, &times.calendars[at].iter().map(|epoch| EpochForm::new(tables, epoch)).collect::<Vec<_>>())
    })?;
    document.field("catalog", &lock::catalog_digest(program))?;
    document.field("compiler", &concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))?;
    document.list("conditions", tables.conditions.len(), |at, text| condition(program, tables.conditions.listed[at], text))?;
    document.field("divisions", &program.divisions.iter().map(Titled::division).collect::<Vec<_>>())?;
    let guards = surfaces::enforcements(bundle);
    if !guards.is_empty() {
        document.field("enforcements", &guards)?;
    }
    document.field("format", &Format { major: FORMAT.0, minor: FORMAT.1 })?;
    subjects::groups(bundle, &mut document)?;
    if !program.licenses.is_empty() {
        document.field("licenses", &program.licenses.iter().map(License::new).collect::<Vec<_>>())?;
    }
    subjects::objects(bundle, &mut document)?;
    subjects::old_options(bundle, &mut document)?;
    document
        .list("permissions", tables.permissions.len(), |at, text| permission(program, tables.permissions.listed[at], text))?;
    document.field("project", &Project { name: bundle.name, version: bundle.version })?;
    if let Some(region) = bundle.extent.region {
        document.field("region", &region_name(region))?;
    }
    document.field("regions", &regions.collect::<Vec<_>>())?;
    document.list("roles", roles.len(), |at, text| {
        let licenses = called(tables, &times.licenses[at]);
        canonical::append(text, &Role { licenses, ..Role::new(program, roles[at], tables.grants(at)) })
    })?;
    document.list("scopes", tables.scopes.len(), |at, text| scope(program, tables.scopes.listed[at], text))?;
    document.list("sets", tables.sets.len(), |at, text| {
        set(bundle, tables.sets.listed[at], text);
        Ok(())
    })?;
    document.field("sources", &sources(bundle))?;
    document.list("surfaces", tables.surfaces.len(), |at, text| {
        canonical::append(text, &Surface::new(bundle, tables.surfaces[at]))
    })?;
    subjects::users(bundle, &mut document)?;
    document.end()
}

#[derive(Serialize)]
pub(super) struct Format {
    pub(super) major: u32,
    pub(super) minor: u32,
}

#[derive(Serialize)]
struct Project<'b> {
    name: &'b str,
    version: &'b str,
}

#[derive(Serialize)]
struct Source<'b> {
    digest: String,
    name: &'b str,
}

/// The sources with digests of their texts, which are worked out side by side.
fn sources<'b>(bundle: &'b Bundle<'_>) -> Vec<Source<'b>> {
    let files = bundle.sources.files().par_iter();
    let mut sources: Vec<_> = files.map(|file| Source { digest: lock::digest_text(file.digest()), name: &file.name }).collect();
    sources.sort_by_key(|source| source.name);
    sources
}

#[derive(Serialize)]
struct License<'b> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    addon: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    includes: Vec<u32>,
    name: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'b str>,
}

impl<'b> License<'b> {
    fn new(license: &'b model::License) -> Self {
        let includes = license.cheaper.iter().map(Id::raw).collect();
        Self { addon: license.addon, includes, name: &license.name, title: license.title.as_deref() }
    }
}

/// Licences with the permissions that call for them, by their ids.
fn called(tables: &Tables, called: &Called) -> Vec<(u32, u32)> {
    called.iter().map(|(license, cause)| (license.raw(), tables.permissions.of(cause.permission))).collect()
}

#[derive(Serialize)]
struct Region<'b> {
    calendar: usize,
    name: &'b str,
}

/// A division or a backfill.
#[derive(Serialize)]
struct Titled<'b> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    home: bool,
    name: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'b str>,
}

impl<'b> Titled<'b> {
    fn backfill(backfill: &'b model::Backfill) -> Self {
        Self { home: false, name: &backfill.name, title: backfill.title.as_deref() }
    }

    fn division(division: &'b model::Division) -> Self {
        Self { home: division.home, name: &division.name, title: division.title.as_deref() }
    }
}

/// A calendar day, as `2026-02-16`.
#[derive(Clone, Copy)]
pub(super) struct Day(pub(super) Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn set(bundle: &Bundle<'_>, set: SetId, text: &mut Vec<u8>) {
    // All that is in a set is in use, so that a run of the compiler's ids is one of the bundle's.
    let number = |id: u32| bundle.tables.permissions.of(Id::new(id as usize));
    let mut list = bundle.tables.permission_texts.list(text);
    bundle.program.sets.for_each_run(set, |first, last| list.add(number(first), number(last)));
    list.end();
}

pub(super) fn scope(program: &Program, scope: ScopeId, text: &mut Vec<u8>) -> io::Result<()> {
    match program.scopes.divisions(scope) {
        None => canonical::append(text, &"all"),
        Some(divisions) => canonical::append(text, &Ids::new(divisions.into_iter().map(Id::raw))),
    }
}

fn permission(program: &Program, id: PermissionId, text: &mut Vec<u8>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Permission<'b> {
        awareness: &'static str,
        name: &'b str,
    }
    let awareness = program.catalog.facts(id).awareness.name();
    canonical::append(text, &Permission { awareness, name: program.catalog.name(id) })
}

pub(super) fn condition(program: &Program, id: conditions::ConditionId, text: &mut Vec<u8>) -> io::Result<()> {
    canonical::append(text, &program.conditions.get(id).map(Condition::of))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Condition<'b> {
    Compare { operator: &'static str, value: Value<'b>, variable: &'b str },
    In { r#in: Vec<Value<'b>>, variable: &'b str },
    And { and: Vec<Condition<'b>> },
    Or { or: Vec<Condition<'b>> },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'b> {
    String(&'b str),
    Number(f64),
    Variable { variable: &'b str },
}

impl<'b> Condition<'b> {
    fn of(condition: &'b conditions::Condition) -> Self {
        let value = |operand: &'b Operand| match operand {
            Operand::String(text) => Value::String(text),
            Operand::Number(decimal) => decimal.parse().map_or(Value::String(decimal), Value::Number),
            Operand::Variable(variable) => Value::Variable { variable },
        };
        match condition {
            conditions::Condition::Compare(variable, operator, operand) => {
                Self::Compare { operator: operator.symbol(), value: value(operand), variable }
            }
            conditions::Condition::In(variable, values) => Self::In { r#in: values.iter().map(value).collect(), variable },
            conditions::Condition::And(operands) => Self::And { and: operands.iter().map(Self::of).collect() },
            conditions::Condition::Or(operands) => Self::Or { or: operands.iter().map(Self::of).collect() },
        }
    }
}

/// `[set, scope]`, or `[set, scope, condition]`.
impl Serialize for Numbered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut numbers = serializer.serialize_tuple(2 + usize::from(self.condition.is_some()))?;
        numbers.serialize_element(&self.set)?;
        numbers.serialize_element(&self.scope)?;
        if let Some(condition) = self.condition {
            numbers.serialize_element(&condition)?;
        }
        numbers.end()
    }
}

#[derive(Serialize)]
struct Role<'b> {
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_assigned: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<Available>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Day>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    edited: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extends: Vec<&'b str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formerly: Vec<&'b str>,
    grants: &'b [Numbered],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    irremovable: bool,
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<(u32, u32)>,
    name: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'b str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requires_licenses: Vec<&'b str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requires_roles: Vec<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'b str>,
}

/// The organisations in which a role exists.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Available {
    After(Day),
    From(Day),
}

impl<'b> Role<'b> {
    fn new(program: &'b Program, id: RoleId, grants: &'b [Numbered]) -> Self {
        let role = program.role(id);
        let edited = role.kind == RoleKind::Override;
        // An override says nothing of the vendor's role but its owner: all else is as the vendor declares it.
        let vendors = program.parents(id).iter().find(|parent| parent.kind == ParentKind::Overrides).map(|parent| parent.role);
        let declared = vendors.unwrap_or(id);
        let facts = program.role(declared).facts.as_deref();
        let own = role.facts.as_deref();
        let parents = program.parents(declared).iter();
        let named =
            |kind| parents.clone().filter(move |parent| parent.kind == kind).map(|parent| &*program.role(parent.role).name);
        Self {
            auto_assigned: facts.and_then(|facts| facts.auto_assigned).map(|to_all| if to_all { "all" } else { "creator" }),
            available: facts.and_then(|facts| facts.available).map(|(after, date)| {
                let day = Day(date);
                if after { Available::After(day) } else { Available::From(day) }
            }),
            copies: named(ParentKind::Copies).next(),
            created: facts.and_then(|facts| facts.created).map(|(date, _)| Day(date)),
            edited,
            extends: sorted(named(ParentKind::Extends)),
            formerly: sorted(facts.into_iter().flat_map(|facts| &facts.formerly).map(AsRef::as_ref)),
            grants,
            irremovable: facts.is_some_and(|facts| facts.irremovable),
            kind: if role.kind == RoleKind::Custom { "custom" } else { "default" },
            licenses: Vec::new(),
            name: &role.name,
            owner: own.and_then(|own| own.owner.as_deref()).or_else(|| facts.and_then(|facts| facts.owner.as_deref())),
            requires_licenses: sorted(
                facts.into_iter().flat_map(|facts| &facts.requires_licenses).map(|(license, _)| &*program.license(*license).name),
            ),
            requires_roles: sorted(
                facts.into_iter().flat_map(|facts| &facts.requires_roles).map(|(role, _)| &*program.role(*role).name),
            ),
            title: role.title.as_deref(),
        }
    }
}

fn sorted<'b>(names: impl Iterator<Item = &'b str>) -> Vec<&'b str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[derive(Serialize)]
struct EpochForm {
    changes: Vec<ChangeForm>,
    from: Option<Day>,
    until: Option<Day>,
}

#[derive(Serialize)]
struct ChangeForm {
    backfill: Option<usize>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
    gains: Vec<Numbered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licenses: Option<Vec<(u32, u32)>>,
    role: usize,
}

impl EpochForm {
    fn new(tables: &Tables, epoch: &Epoch) -> Self {
        let changes = epoch.changes.iter().map(|change| ChangeForm {
            backfill: tables.backfills[change.backfill],
            estimated: change.estimated,
            gains: tables.gains(&change.gains),
            licenses: change.licenses.as_ref().map(|licenses| called(tables, licenses)),
            role: change.role,
        });
        Self { changes: changes.collect(), from: epoch.from.map(Day), until: epoch.until.map(Day) }
    }
}
