//! `allow-finding`: what it silences, and where it silences nothing.

use std::collections::BTreeSet;

use crate::reference::names::{FIXED, JUDGEMENTS};
use crate::reference::{About, Findings, Report, World};

/// The findings that are left, each with the name of what it is about.
pub(crate) fn silence(world: &World, mut report: Report) -> Findings {
    if is_unpinned(world) {
        report.tell("no-lock", About::Project);
    }
    let mut left = report.findings.clone();
    for Allowed { about, codes, is_sound } in allowed(world) {
        let is_silent = |code: &String, finding: &(&'static str, About)| finding.1 == about && finding.0 == code;
        for code in codes.iter().filter(|code| JUDGEMENTS.contains(&code.as_str())) {
            left.retain(|finding| !is_silent(code, finding));
            let is_needed = report.findings.iter().any(|finding| is_silent(code, finding));
            // Of a role that an override replaces, not everything is judged.
            let is_replaced = matches!(&about, About::Role(at) if !world.names.live().contains(at));
            if is_sound && !is_needed && !is_replaced && !codes.contains(&"unneeded-allow-finding".to_owned()) {
                left.insert(("unneeded-allow-finding", about.clone()));
            }
        }
    }
    left.into_iter().map(|(code, about)| (code.to_owned(), name(world, about))).collect()
}

/// What a declaration silences.
struct Allowed<'w> {
    about: About,
    codes: &'w Vec<String>,
    /// Whether it is without error: of what else would stand in it nothing is known.
    is_sound: bool,
}

/// What declarations silence.
fn allowed<'w>(world: &World<'w>) -> Vec<Allowed<'w>> {
    let declarations = world.declarations;
    let roles = world.names.live_and_replaced().into_iter().map(|at| (About::Role(at), &declarations.roles[at].allowed_findings));
    let backfills = world.names.backfills.iter().map(|at| (About::Backfill(*at), &declarations.backfills[*at].allowed_findings));
    let domains = declarations.domains.iter().enumerate().filter(|(at, _)| !world.names.tainted_domains.contains(at));
    let domains = domains.map(|(at, domain)| (About::Domain(at), &domain.allowed_findings));
    let sound = roles.chain(backfills).chain(domains).map(|(about, codes)| Allowed { about, codes, is_sound: true });
    let items = declarations.later.items.iter().enumerate().map(|(at, item)| {
        let is_sound = !world.society.tainted.contains(&at);
        Allowed { about: About::Item(at), codes: &item.allowed_findings, is_sound }
    });
    sound.chain(items).collect()
}

/// Whether something stands in the project that a lock file would pin: a wildcard that is not the vendor's, or a copy.
fn is_unpinned(world: &World) -> bool {
    let roles = world.names.live_and_replaced().into_iter().map(|at| &world.declarations.roles[at]);
    let mut custom = roles.filter(|role| role.kind != crate::reference::read::Kind::Default);
    custom.any(|role| role.copies.is_some() || role.allows.iter().any(|allow| allow.selector.is_wildcard()))
}

fn name(world: &World, about: About) -> String {
    match about {
        About::Role(at) => world.declarations.roles[at].name.clone(),
        About::Backfill(at) => world.declarations.backfills[at].name.clone(),
        About::Domain(at) => world.declarations.domains[at].name.clone(),
        About::Item(at) => world.declarations.later.items[at].name.clone(),
        About::Named(name) => name,
        About::Project => String::new(),
    }
}

/// Every code that can come out of this evaluator.
pub(crate) fn codes() -> BTreeSet<&'static str> {
    let elsewhere = ["directory-loop", "lock-drift", "lock-outdated"];
    let of_text = ["syntax-error", "too-many-syntax-errors", "not-utf8", "nested-too-deeply", "invalid-path"];
    let of_values = ["invalid-date", "invalid-string", "invalid-number"];
    let of_size = [
        "file-too-large",
        "project-too-large",
        "declaration-too-large",
        "too-many-findings",
        "catalog-too-large",
        "too-many-divisions",
        "flat-too-large",
        "too-many-epochs",
        "too-many-licenses",
        "groups-too-deep",
    ];
    let not_here: BTreeSet<&str> = [&elsewhere[..], &of_text, &of_values, &of_size].concat().into_iter().collect();
    JUDGEMENTS.iter().chain(FIXED).copied().filter(|code| !not_here.contains(code)).collect()
}
