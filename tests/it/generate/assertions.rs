//! What must hold: lines of all forms, true or not.

use crate::generate::backfills::{DATES, Timing};
use crate::generate::catalog::{Catalog, VARIABLES};
use crate::generate::licenses;
use crate::generate::node::Node;
use crate::generate::objects::Objects;
use crate::generate::rng::Rng;
use crate::generate::roles::{Divisions, Role};
use crate::generate::selectors;
use crate::generate::subjects::Subjects;

/// What assertions can name.
pub(crate) struct Named<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) divisions: &'a Divisions,
    pub(crate) roles: &'a [Role],
    pub(crate) subjects: &'a Subjects,
    pub(crate) objects: &'a Objects,
    /// The regions that the project knows.
    pub(crate) regions: Vec<&'a str>,
}

/// The regions of a project: those listed, or those that some line of a backfill or an enforcement names.
pub(crate) fn known_regions<'t>(timing: &'t Timing, nodes: &[Node]) -> Vec<&'t str> {
    let lines = || nodes.iter().filter_map(|node| node.body.as_ref()).flatten();
    let is_named = |region: &&String| lines().any(|line| line.head.starts_with(&format!("region {region} ")));
    timing.regions.iter().filter(|region| timing.are_listed || is_named(region)).map(String::as_str).collect()
}

/// One or two `never`, some `assert`, and two or three tests.
pub(crate) fn assertions(rng: &mut Rng, named: &Named<'_>) -> Vec<Node> {
    let mut nodes = Vec::new();
    for at in 0..rng.between(1, 2) {
        let title = if rng.chance(60) { format!("\"rule {at}\" ") } else { String::new() };
        let more = *rng.pick(&[1, 1, 2]);
        let mut selectors: Vec<String> = (0..=more).map(|_| selectors::full(rng, named.catalog)).collect();
        if rng.chance(40) {
            selectors[0] = selectors::any(rng, named.catalog);
        }
        nodes.push(Node::line(format!("never {title}{}", selectors.join(" with "))));
    }
    for _ in 0..rng.between(3, 7) {
        let line = assert(rng, named);
        nodes.push(Node::line(line));
    }
    for at in 0..rng.between(2, 3) {
        let mut lines = Vec::new();
        for _ in 0..rng.between(2, 3) {
            lines.push(asking(rng, named));
            for _ in 0..rng.between(2, 3) {
                lines.push(expectation(rng, named));
            }
        }
        nodes.push(Node::block(format!("test \"what {at} \\\\ may\""), lines.into_iter().map(Node::line).collect()));
    }
    nodes
}

fn holder(rng: &mut Rng, named: &Named<'_>) -> String {
    match rng.below(3) {
        0 => format!("role {}", rng.pick(named.roles).name),
        1 => format!("group {}", rng.pick(&named.subjects.groups)),
        _ => format!("user {}", rng.pick(&named.subjects.users)),
    }
}

fn assert(rng: &mut Rng, named: &Named<'_>) -> String {
    let holder = holder(rng, named);
    if rng.chance(25) {
        return format!("assert {holder} license <= {}{}", rng.pick(licenses::NAMES), moment(rng, named, " "));
    }
    let can = if rng.chance(50) { "can" } else { "cannot" };
    let (target, scope) = (target(rng, named), scope(rng, named));
    format!("assert {holder} {can} {target}{scope}{}", moment(rng, named, " "))
}

fn asking(rng: &mut Rng, named: &Named<'_>) -> String {
    match rng.below(4) {
        0 => format!("as {}", rng.pick(named.roles).name),
        1 => format!("as {} in {}", rng.pick(named.roles).name, named.divisions.scope(rng)),
        2 => format!("as group {}", rng.pick(&named.subjects.groups)),
        _ => format!("as user {}", rng.pick(&named.subjects.users)),
    }
}

fn expectation(rng: &mut Rng, named: &Named<'_>) -> String {
    let moment = moment(rng, named, "");
    let blank = if moment.is_empty() { "" } else { " " };
    let allow = if rng.chance(50) { "allow" } else { "deny" };
    let (target, scope, given) = (target(rng, named), scope(rng, named), given(rng));
    format!("{moment}{blank}{allow} {target}{scope}{given}")
}

fn target(rng: &mut Rng, named: &Named<'_>) -> String {
    match rng.below(10) {
        0..=4 => selectors::full(rng, named.catalog),
        5 => selectors::any(rng, named.catalog),
        6 => format!("object {}", rng.pick(&named.objects.paths)),
        _ => {
            let surface = rng.pick(&named.catalog.surfaces).clone();
            // A real path or topic instead of its template.
            if rng.chance(50) {
                surface.replace("{thingId}", rng.pick::<&str>(&["4-2", "mine"])).replace("{id}", "own")
            } else {
                surface
            }
        }
    }
}

fn scope(rng: &mut Rng, named: &Named<'_>) -> String {
    if rng.chance(35) { format!(" in {}", named.divisions.scope(rng)) } else { String::new() }
}

fn moment(rng: &mut Rng, named: &Named<'_>, before: &str) -> String {
    let mut words = Vec::new();
    if rng.chance(25) {
        words.push(format!("at {}", rng.pick(DATES)));
    }
    if rng.chance(25) && !named.regions.is_empty() {
        words.push(format!("region {}", rng.pick(&named.regions)));
    }
    if words.is_empty() { String::new() } else { format!("{before}{}", words.join(" ")) }
}

fn given(rng: &mut Rng) -> String {
    if !rng.chance(35) {
        return String::new();
    }
    let count = rng.between(1, 3);
    let mut names: Vec<(&str, bool)> = rng.sample(VARIABLES, count);
    if rng.chance(40) {
        names.push(*rng.pick(&[("User.id", false), ("User.age", true), ("User.queue", false), ("User.level", true)]));
    }
    let values = names.into_iter().map(|(name, is_number)| {
        let values: &[&str] = if is_number { &["5", "30", "-2", "0.5", "5.0"] } else { &["\"Sales EMEA\"", "\"voice\""] };
        format!("{name} = {}", rng.pick(values))
    });
    format!(" with {}", values.collect::<Vec<_>>().join(", "))
}
