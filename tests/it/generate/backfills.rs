//! Backfills whose dates meet those of the roles, and whose triggers are now and then what another one adds.

use crate::generate::catalog::{Catalog, title};
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::roles::Role;
use crate::generate::selectors;

/// The regions of a project.
pub(crate) struct Timing {
    pub(crate) regions: Vec<String>,
    /// Whether the manifest lists them.
    pub(crate) are_listed: bool,
}

const NAMES: &[&str] = &["user_station", "callbacks", "queue.split", "seed-000"];
pub(crate) const DATES: &[&str] = &["2026-01-15", "2026-02-16", "2026-03-29", "2026-06-01"];

impl Timing {
    /// One to three regions, listed or not.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let count = rng.between(1, 3);
        let regions = rng.sample(&["us-east-1", "eu-west-1", "ap-south-1"], count);
        Self { regions: regions.into_iter().map(str::to_owned).collect(), are_listed: rng.chance(50) }
    }
}

/// One to four backfills.
pub(crate) fn backfills(rng: &mut Rng, catalog: &Catalog, roles: &[Role], timing: &Timing) -> Vec<Node> {
    let count = *rng.pick(&[1, 2, 2, 3, 3, 3, 4, 4, 4, 4]);
    let names = rng.sample(NAMES, count);
    let mut added: Vec<String> = Vec::new();
    let mut nodes = Vec::new();
    for name in names {
        let mut lines = Vec::new();
        target(rng, catalog, roles, &added, &mut lines);
        for _ in 0..rng.between(1, 2) {
            let addition = if rng.chance(45) { selectors::full(rng, catalog) } else { selectors::any(rng, catalog) };
            if catalog.permissions().contains(&addition) {
                added.push(addition.clone());
            }
            lines.push(format!("add {addition}"));
        }
        dates(rng, timing, &mut lines);
        marks(rng, &mut lines);
        rng.shuffle(&mut lines);
        let title = title(rng, 40);
        nodes.push(Node::block(format!("backfill {name}{title}"), lines.into_iter().map(Node::line).collect()));
    }
    nodes
}

fn target(rng: &mut Rng, catalog: &Catalog, roles: &[Role], added: &[String], lines: &mut Vec<String>) {
    let has_trigger = rng.chance(78);
    if has_trigger {
        let trigger = |rng: &mut Rng| match added {
            [] => selectors::full(rng, catalog),
            _ if rng.chance(60) => selectors::full(rng, catalog),
            _ => rng.pick(added).clone(),
        };
        let mut triggers: Vec<String> = (0..rng.between(1, 3)).map(|_| trigger(rng)).collect();
        triggers.sort();
        triggers.dedup();
        let any = if rng.chance(48) { "any " } else { "" };
        let explicitly = if rng.chance(42) { "explicitly " } else { "" };
        lines.push(format!("when {any}{explicitly}{}", triggers.join(", ")));
    }
    if !has_trigger || rng.chance(50) {
        let names: Vec<&str> = roles.iter().map(|role| role.name).collect();
        let mut count = rng.between(1, 4);
        let mut names = rng.sample(&names, count);
        names.sort_unstable();
        names.dedup();
        count = rng.below(3);
        lines.push(match count {
            0 => "roles default".to_owned(),
            1 => "roles custom".to_owned(),
            _ => format!("roles {}", names.join(", ")),
        });
    }
}

/// A day, a window or an estimate.
pub(crate) fn day(rng: &mut Rng) -> String {
    let at = rng.below(DATES.len());
    let estimated = if rng.chance(20) { "no sooner than " } else { "" };
    if rng.chance(22) && at + 1 < DATES.len() {
        let dots = rng.pick(&["..", " .. "]);
        return format!("{estimated}{}{dots}{}", DATES[at], DATES[rng.between(at + 1, DATES.len() - 1)]);
    }
    format!("{estimated}{}", DATES[at])
}

fn dates(rng: &mut Rng, timing: &Timing, lines: &mut Vec<String>) {
    let has_default = rng.chance(80);
    if has_default {
        lines.push(format!("on {}", day(rng)));
    }
    if !has_default || rng.chance(45) {
        let count = rng.between(1, timing.regions.len());
        for region in rng.sample(&timing.regions, count) {
            let day = day(rng);
            lines.push(format!("region {region} on {day}"));
        }
    }
}

fn marks(rng: &mut Rng, lines: &mut Vec<String>) {
    match rng.below(100) {
        0..=21 => lines.push("optional".to_owned()),
        22..=43 => lines.push("done".to_owned()),
        _ => {}
    }
    if rng.chance(20) {
        lines.push("see \"PURE-6104\"".to_owned());
    }
    if rng.chance(20) {
        let code = rng.pick(&["backfill-without-effect", "region-without-date"]);
        lines.push(format!("allow-finding {code} \"a region to come\""));
    }
}
