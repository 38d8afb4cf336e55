//! The lock file: what wildcards and copies meant when somebody last agreed to it, and what changed since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Sink, words};
use crate::flatten::{self, Flat};
use crate::graph::Order;
use crate::model::{ParentKind, Program, RoleId, RoleKind};
use crate::pins::Pins;
use crate::sets::PermissionId;

/// The version of the form on disk.
const VERSION: u32 = 1;

/// The form on disk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    catalog: String,
    #[serde(default)]
    wildcards: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    copies: BTreeMap<String, Vec<String>>,
}

/// Reads a lock file.
///
/// # Errors
///
/// The TOML error, or what is wrong with the version.
pub fn read(text: &str) -> Result<Pins, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    if file.version != VERSION {
        return Err(serde::de::Error::custom(format!(
            "lock file version {} is not known: this rolec writes version {VERSION}",
            file.version
        )));
    }
    Ok(Pins { catalog: file.catalog, wildcards: file.wildcards, copies: file.copies })
}

/// The text of a lock file: sorted, one permission a line.
///
/// # Errors
///
/// None in practice: the form has nothing that TOML can't say.
pub fn write(pins: &Pins) -> Result<String, toml::ser::Error> {
    let file =
        File { version: VERSION, catalog: pins.catalog.clone(), wildcards: pins.wildcards.clone(), copies: pins.copies.clone() };
    let body = toml::to_string_pretty(&file)?;
    Ok(format!("# Written by `rolec lock`. Commit it: a review of this file is a review of what wildcards mean.\n{body}"))
}

/// A digest of all that the catalog says, in hexadecimal.
#[must_use]
pub fn catalog_digest(program: &Program) -> String {
    let mut hash = Sha256::new();
    for id in program.catalog.ids() {
        hash.update(program.catalog.name(id));
        hash.update(" ");
        hash.update(program.catalog.facts(id).awareness.name());
        hash.update("\n");
    }
    for pair in &program.pairs {
        hash.update(format!("{} -> {}\n", program.catalog.name(pair.unaware), program.catalog.name(pair.aware)));
    }
    digest_text(&hash.finalize())
}

/// `sha256:` and the digest in hexadecimal.
#[must_use]
pub fn digest_text(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold("sha256:".to_owned(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a lock file written now would pin.
#[must_use]
pub fn pins(program: &Program, flat: &Flat) -> Pins {
    let names = |set| program.sets.iter(set).map(|id| program.catalog.name(id).to_owned()).collect();
    let wildcards = program.wildcards.iter().map(|(text, wildcard)| (text.to_string(), names(wildcard.now))).collect();
    let copies =
        copies(program).map(|(role, base)| (program.role(role).name.to_string(), grant_lines(program, flat, base))).collect();
    Pins { catalog: catalog_digest(program), wildcards, copies }
}

/// The organisation's own roles that copy another one, with that one.
fn copies(program: &Program) -> impl Iterator<Item = (RoleId, RoleId)> + '_ {
    let own = program.role_ids().filter(|role| program.role(*role).kind != RoleKind::Default);
    own.filter_map(|role| {
        let base = program.parents(role).iter().find(|parent| parent.kind == ParentKind::Copies)?;
        Some((role, base.role))
    })
}

/// The grants of a role as they would stand after `allow`, in order.
fn grant_lines(program: &Program, flat: &Flat, role: RoleId) -> Vec<String> {
    let line = |grant: flatten::Grant| {
        let scope = program.scope_text(grant.scope);
        let scope = if scope == "all" { String::new() } else { format!(" in {scope}") };
        let when = program.conditions.get(grant.condition).map(|condition| format!(" where {condition}")).unwrap_or_default();
        format!("{}{scope}{when}", program.catalog.name(grant.permission))
    };
    flat.grants(program, role).into_iter().map(line).collect()
}

/// Compares the project with what the lock file pins.
pub fn check(program: &mut Program, order: &Order, flat: &Flat, pinned: Option<&Pins>, sink: &mut Sink) {
    let Some(pinned) = pinned else {
        let sound = |id: &RoleId| !order.tainted[id.index()];
        let own = program.role_ids().filter(|id| program.role(*id).kind != RoleKind::Default).filter(sound);
        let wildcards: usize = own.map(|id| program.allows(id).iter().filter(|allow| allow.wildcard).count()).sum();
        let copies = copies(program).filter(|(role, _)| sound(role)).count();
        if wildcards + copies > 0 {
            sink.report(words::project::no_lock(wildcards, copies));
        }
        return;
    };
    coverage(program, pinned, sink);
    drift(program, order, flat, sink);
}

/// What the sources have and the lock file does not, and the other way round.
fn coverage(program: &Program, pinned: &Pins, sink: &mut Sink) {
    let mut missing: Vec<String> =
        program.wildcards.iter().filter(|(_, wildcard)| !wildcard.is_pinned).map(|(text, _)| text.to_string()).collect();
    let copies: BTreeSet<&str> = copies(program).map(|(role, _)| &*program.role(role).name).collect();
    missing.extend(copies.iter().filter(|name| !pinned.copies.contains_key(**name)).map(|name| (*name).to_owned()));
    let stale = pinned.wildcards.keys().filter(|text| !program.wildcards.contains_key(text.as_str()));
    let stale: Vec<String> = stale.chain(pinned.copies.keys().filter(|name| !copies.contains(name.as_str()))).cloned().collect();
    if !missing.is_empty() || !stale.is_empty() {
        let first = missing.first().and_then(|name| place_of(program, name));
        sink.report(words::project::outdated(&missing, &stale, first));
    }
}

/// Where a wildcard or copy that is not pinned stands first.
fn place_of(program: &Program, name: &str) -> Option<crate::span::Span> {
    if let Some(role) = program.find_role(name) {
        return Some(program.role(role).name_span);
    }
    let wildcard = program.wildcards.get(name)?;
    let roles = program.role_ids().filter(|id| program.role(*id).kind != RoleKind::Default);
    let mut clauses = roles.flat_map(|id| program.allows(id));
    clauses.find(|allow| allow.wildcard && allow.set == wildcard.pinned).map(|allow| allow.span)
}

/// What each role would gain and lose if the lock were written anew.
fn drift(program: &mut Program, order: &Order, flat: &Flat, sink: &mut Sink) {
    let changed: BTreeMap<_, _> =
        program.wildcards.values().filter(|wildcard| wildcard.now != wildcard.pinned).map(|one| (one.pinned, one.now)).collect();
    let gone: Vec<(crate::sets::SetId, Vec<String>)> =
        program.wildcards.values().filter(|one| !one.gone.is_empty()).map(|one| (one.pinned, one.gone.clone())).collect();
    if changed.is_empty() && gone.is_empty() && program.pinned_copies.is_empty() {
        return;
    }
    let own: Vec<usize> = program
        .role_ids()
        .filter(|id| program.role(*id).kind != RoleKind::Default)
        .flat_map(|id| program.role(id).allows.clone())
        .map(|at| at as usize)
        .filter(|at| program.allows[*at].wildcard)
        .collect();
    let sets: Vec<_> = own.iter().map(|at| program.allows[*at].set).collect();
    for at in &own {
        let allow = &mut program.allows[*at];
        allow.set = changed.get(&allow.set).copied().unwrap_or(allow.set);
    }
    let copies = std::mem::take(&mut program.pinned_copies);
    let now = flatten::flatten(program, order, &mut Sink::default());
    program.pinned_copies = copies;
    for (at, set) in own.iter().zip(sets) {
        program.allows[*at].set = set;
    }
    for role in program.named_roles() {
        report_drift(program, (flat, &now), role, &gone, sink);
    }
}

fn report_drift(
    program: &Program,
    (pinned, now): (&Flat, &Flat),
    role: RoleId,
    gone: &[(crate::sets::SetId, Vec<String>)],
    sink: &mut Sink,
) {
    let held = |flat: &Flat| -> BTreeSet<PermissionId> {
        flat.grants(program, role).into_iter().map(|grant| grant.permission).collect()
    };
    let (before, after) = (held(pinned), held(now));
    let names =
        |ids: Vec<&PermissionId>| -> Vec<String> { ids.into_iter().map(|id| program.catalog.name(*id).to_owned()).collect() };
    let gains = names(after.difference(&before).collect());
    let mut losses = names(before.difference(&after).collect());
    let wildcards = program.allows(role).iter().filter(|allow| allow.wildcard && program.role(role).kind != RoleKind::Default);
    for allow in wildcards {
        losses.extend(gone.iter().filter(|(set, _)| *set == allow.set).flat_map(|(_, names)| names.iter().cloned()));
    }
    losses.sort_unstable();
    losses.dedup();
    if !gains.is_empty() || !losses.is_empty() {
        let own = program.role(role);
        sink.report(words::project::drift(&own.name, own.name_span, &gains, &losses));
    }
}
