//! The lock file: what wildcards and copies meant when somebody last agreed to it, and what changed since.

use std::collections::{BTreeMap, BTreeSet};
// Writing to a string does not fail, so the results are dropped throughout.
use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Sink, words};
use crate::flatten::{self, Flat, Grant};
use crate::graph::Order;
use crate::model::{Allow, ParentKind, Program, RoleId, RoleKind, Wildcard, WildcardId};
use crate::pins::Pins;
use crate::scopes::Scopes;
use crate::sets::SetId;
use crate::span::Span;

/// The version of the form on disk.
const VERSION: u32 = 1;

/// The form on disk.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    catalog: String,
    #[serde(default)]
    wildcards: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    followed: BTreeMap<String, Vec<String>>,
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
    let File { catalog, wildcards, followed, copies, .. } = file;
    Ok(Pins { catalog, wildcards, followed, copies })
}

/// The text of a lock file: sorted, one permission a line whatever their number.
#[must_use]
pub fn write(pins: &Pins) -> String {
    let mut text = format!(
        "# Written by `rolec lock`. Commit it: a review of this file is a review of what wildcards mean.\n\
         version = {VERSION}\ncatalog = {}\n",
        quoted(&pins.catalog)
    );
    for (table, entries) in [("wildcards", &pins.wildcards), ("followed", &pins.followed), ("copies", &pins.copies)] {
        if !entries.is_empty() {
            let _ = writeln!(text, "\n[{table}]");
        }
        for (name, lines) in entries {
            let _ = writeln!(text, "{} = [", quoted(name));
            for line in lines {
                let _ = writeln!(text, "    {},", quoted(line));
            }
            text.push_str("]\n");
        }
    }
    text
}

/// A string as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A digest of the permissions, their awareness and the pairs, in hexadecimal.
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
    bytes.iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a lock file written now would pin: the meaning that the project has without one.
#[must_use]
pub fn pins(program: &Program, flat: &Flat) -> Pins {
    let names = |set| program.sets.iter(set).map(|id| program.catalog.name(id).to_owned()).collect();
    let wildcards = |follows| {
        let wanted = program.wildcards.iter().filter(move |wildcard| wildcard.follows == follows);
        wanted.map(|wildcard| (wildcard.text.to_string(), names(wildcard.now))).collect()
    };
    let copies = copies(program).map(|(role, base)| {
        let lines = flat.grants(program, base).into_iter().map(|grant| grant_line(program, grant));
        (program.role(role).name.to_string(), lines.collect())
    });
    Pins { catalog: catalog_digest(program), copies: copies.collect(), wildcards: wildcards(false), followed: wildcards(true) }
}

/// The organisation's own roles that copy another one, with that one.
fn copies(program: &Program) -> impl Iterator<Item = (RoleId, RoleId)> + '_ {
    let own = program.role_ids().filter(|role| program.role(*role).kind != RoleKind::Default);
    own.filter_map(|role| {
        let base = program.parents(role).iter().find(|parent| parent.kind == ParentKind::Copies)?;
        Some((role, base.role))
    })
}

/// A grant as it would stand after `allow`.
fn grant_line(program: &Program, grant: Grant) -> String {
    let scope = program.scope_text(grant.scope);
    let scope = if grant.scope == Scopes::all() { String::new() } else { format!(" in {scope}") };
    let when = program.conditions.get(grant.condition).map(|condition| format!(" where {condition}")).unwrap_or_default();
    format!("{}{scope}{when}", program.catalog.name(grant.permission))
}

/// Compares the project with what the lock file pins; `locked` asks for a lock file even where nothing needs one.
pub fn check(program: &mut Program, order: &Order, flat: &Flat, (pinned, locked): (Option<&Pins>, bool), sink: &mut Sink) {
    if let Some(pinned) = pinned {
        coverage(program, pinned, sink);
        drift(program, order, flat, sink);
        return;
    }
    let sound = |id: &RoleId| !order.tainted[id.index()];
    let pins = |id: RoleId| program.allows(id).iter().filter(|allow| allow.pin.is_some()).count();
    let wildcards: usize = program.role_ids().filter(sound).map(pins).sum();
    let copies = copies(program).filter(|(role, _)| sound(role)).count();
    if locked || wildcards + copies > 0 {
        sink.report(words::project::no_lock(wildcards, copies));
    }
}

/// What the sources have and the lock file does not, and the other way round.
fn coverage(program: &Program, pinned: &Pins, sink: &mut Sink) {
    let mut unpinned: BTreeMap<WildcardId, Span> = BTreeMap::new();
    for (id, span) in program.allows.iter().filter_map(|allow| Some((allow.pin.or(allow.followed)?, allow.span))) {
        if !program.wildcards[id.index()].is_pinned {
            unpinned.entry(id).or_insert(span);
        }
    }
    let mut missing: Vec<(&str, Span)> =
        unpinned.into_iter().map(|(id, span)| (&*program.wildcards[id.index()].text, span)).collect();
    let copies: BTreeMap<&str, Span> =
        copies(program).map(|(role, _)| program.role(role)).map(|role| (&*role.name, role.name_span)).collect();
    missing.extend(copies.iter().filter(|(name, _)| !pinned.copies.contains_key(**name)).map(|(name, span)| (*name, *span)));
    missing.sort_by_key(|(_, span)| *span);
    let wildcards: BTreeSet<(bool, &str)> =
        program.wildcards.iter().map(|wildcard| (wildcard.follows, &*wildcard.text)).collect();
    let of = |follows, table: &'_ BTreeMap<String, Vec<String>>| {
        table.keys().filter(|text| !wildcards.contains(&(follows, text.as_str()))).cloned().collect::<BTreeSet<_>>()
    };
    let stale: BTreeSet<String> = &of(false, &pinned.wildcards) | &of(true, &pinned.followed);
    let stale_copies = pinned.copies.keys().map(String::as_str).filter(|name| !copies.contains_key(name));
    let stale: Vec<String> = stale.into_iter().chain(stale_copies.map(str::to_owned)).collect();
    if !missing.is_empty() || !stale.is_empty() {
        let first = missing.first().map(|(_, span)| *span);
        let missing: Vec<String> = missing.into_iter().map(|(name, _)| name.to_owned()).collect();
        sink.report(words::project::outdated(&missing, &stale, first));
    }
}

/// What each role would gain and lose if the lock were written anew.
fn drift(program: &mut Program, order: &Order, flat: &Flat, sink: &mut Sink) {
    let moved = |wildcard: &Wildcard| wildcard.now != wildcard.pinned || !wildcard.gone.is_empty();
    if !program.wildcards.iter().any(moved) && program.pinned_copies.is_empty() {
        return;
    }
    // The vendor's wildcards follow the catalog already; the organisation's own are pinned.
    let follower_moved = program.wildcards.iter().any(|wildcard| wildcard.follows && moved(wildcard));
    let then = follower_moved
        .then(|| flatten_with(program, order, sink, |allow, wildcards| Some(wildcards[allow.followed?.index()].pinned)));
    let then = then.as_ref().unwrap_or(flat);
    let copies = std::mem::take(&mut program.pinned_copies);
    let now = flatten_with(program, order, sink, |allow, wildcards| Some(wildcards[allow.pin?.index()].now));
    program.pinned_copies = copies;
    for role in program.named_roles() {
        let (before, after) = (then.groups(role), now.groups(role));
        // Where either is missing, the role is at fault and has been reported.
        if before.is_none() || after.is_none() {
            continue;
        }
        let (gains, losses) = if before == after {
            (Vec::new(), Vec::new())
        } else {
            (lacking(program, role, &now, then), lacking(program, role, then, &now))
        };
        report_drift(program, role, (&gains, losses), flat.groups(role) != before, sink);
    }
}

/// The effective grants of all roles if wildcards meant something else.
fn flatten_with(
    program: &mut Program,
    order: &Order,
    sink: &mut Sink,
    meaning: impl Fn(&Allow, &[Wildcard]) -> Option<SetId>,
) -> Flat {
    let meant: Vec<SetId> = program.allows.iter().map(|allow| allow.set).collect();
    for allow in &mut program.allows {
        allow.set = meaning(allow, &program.wildcards).unwrap_or(allow.set);
    }
    let flat = flatten::flatten(program, order, sink);
    program.allows.iter_mut().zip(meant).for_each(|(allow, set)| allow.set = set);
    flat
}

/// The grants of a role in one state that it does not have in the other one.
fn lacking(program: &Program, role: RoleId, there: &Flat, here: &Flat) -> Vec<String> {
    let grants = there.grants(program, role).into_iter().filter(|grant| !here.subsumes(program, role, *grant));
    grants.map(|grant| grant_line(program, grant)).collect()
}

fn report_drift(
    program: &Program,
    role: RoleId,
    (gains, mut losses): (&[String], Vec<String>),
    has_changed: bool,
    sink: &mut Sink,
) {
    let own = program.allows(role).iter().filter_map(|allow| allow.pin.or(allow.followed));
    let has_changed = has_changed || program.role(role).kind == RoleKind::Default;
    let wildcards = own.map(|id| &program.wildcards[id.index()].gone);
    losses.extend(wildcards.flatten().cloned());
    losses.extend(program.pinned_copies.get(&role).into_iter().flat_map(|copy| copy.gone.iter().cloned()));
    losses.sort_unstable();
    losses.dedup();
    if !gains.is_empty() || !losses.is_empty() {
        let own = program.role(role);
        sink.report(words::project::drift((&own.name, own.name_span), gains, &losses, has_changed));
    }
}
