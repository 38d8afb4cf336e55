//! Seeds → whole projects as texts, most of them without error, and a strategy whose cases shrink line by line.
//!
//! Invariant: a seed gives the same project for ever, on every machine; a fault is planted on purpose or not at all.

#![expect(clippy::format_push_string, reason = "lines are built word by word; speed does not matter")]

use std::collections::BTreeMap;

mod assertions;
mod backfills;
mod catalog;
pub(crate) mod constructs;
mod enforcements;
mod faults;
mod later_faults;
mod licenses;
mod node;
mod objects;
mod rng;
mod roles;
mod selectors;
pub(crate) mod shrink;
mod subjects;

use assertions::Named;
use backfills::{DATES, Timing};
use catalog::Catalog;
use faults::Fault;
use node::Node;
use objects::Objects;
use rng::Rng;
use roles::{Divisions, Role};
use subjects::Subjects;

use crate::reference::Settings;

/// How many projects in a hundred have a fault planted in them, or several, where nothing else is asked for.
pub(crate) const FAULTY_PERCENT: usize = 15;

/// A generated project.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// What the manifest says.
    pub(crate) settings: Settings,
    /// The faults that were planted.
    pub(crate) faults: Vec<Fault>,
    /// Whether texts put several facts on one line.
    dense: bool,
    files: Vec<(String, Vec<Node>)>,
}

impl Project {
    /// The project of a seed; so many in a hundred have a fault planted in them.
    pub(crate) fn new(seed: u64, faulty_percent: usize) -> Self {
        let mut rng = Rng::new(seed);
        let mut catalog = Catalog::new(&mut rng);
        let divisions = Divisions::new(&mut rng);
        let roles = roles::roles(&mut rng, &catalog, &divisions);
        let timing = Timing::new(&mut rng);
        let backfills = backfills::backfills(&mut rng, &catalog, &roles, &timing);
        // A generator of their own, so that what they are changes nothing about the rest.
        let of_others = &mut Rng::new(seed ^ 0x6A09_E667_F3BC_C908);
        catalog.rival_surfaces(of_others);
        let others = others(of_others, (&catalog, &divisions, &timing), &roles, &backfills);
        let mut nodes: Vec<Node> = catalog.nodes.iter().chain(&divisions.nodes).cloned().collect();
        nodes.extend(roles.into_iter().map(|role| role.node));
        nodes.extend(backfills.into_iter().chain(others));
        let mut faults = Vec::new();
        if rng.chance(faulty_percent) {
            let count = *rng.pick(&[1, 1, 1, 2, 3]);
            faults.extend((0..count).map(|_| faults::plant(&mut rng, &mut nodes, &catalog, &timing)));
        }
        // A role that no fault touches has a wildcard, so that there is something to pin.
        nodes.push(Node::block("role pinned", vec![Node::line(format!("allow {}:*", catalog.domains[0].name))]));
        let is_ragged = rng.chance(15);
        for node in &mut nodes {
            node.comment(&mut rng, is_ragged);
        }
        let role_backfill = rng.chance(70);
        let regions = if timing.are_listed { timing.regions } else { Vec::new() };
        Self {
            settings: Settings { regions, role_backfill, ..organisation(of_others, &nodes) },
            faults,
            dense: rng.chance(25),
            files: distributed(&mut rng, nodes),
        }
    }

    /// Its files: (name, text).
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let text = |nodes: &[Node]| node::text(nodes, self.dense);
        self.files.iter().map(|(name, nodes)| (name.clone(), text(nodes))).collect()
    }
}

/// Enforcements, licences, subjects, objects, and what must hold of them.
fn others(
    rng: &mut Rng,
    (catalog, divisions, timing): (&Catalog, &Divisions, &Timing),
    roles: &[Role],
    backfills: &[Node],
) -> Vec<Node> {
    let mut nodes = enforcements::enforcements(rng, catalog, backfills, timing);
    let regions = assertions::known_regions(timing, &[backfills, &nodes].concat());
    nodes.extend(licenses::licenses(rng, catalog));
    let subjects = Subjects::new(rng, catalog, divisions, roles);
    let objects = Objects::new(rng, catalog, &subjects.groups);
    let named = Named { catalog, divisions, roles, subjects: &subjects, objects: &objects, regions };
    let assertions = assertions::assertions(rng, &named);
    nodes.extend(subjects.nodes.into_iter().chain(objects.nodes).chain(assertions));
    nodes
}

/// When the organisation was created, of what kind it is, and what it opts in to.
fn organisation(rng: &mut Rng, nodes: &[Node]) -> Settings {
    let created = rng.chance(60).then(|| (*rng.pick(DATES)).to_owned());
    let kind = rng.chance(70).then(|| (*rng.pick(&["digital-only", "digital-only", "contact-centre"])).to_owned());
    let graceful = nodes.iter().filter(|node| {
        let mut lines = node.body.iter().flatten();
        node.head.starts_with("enforcement") && lines.any(|line| line.head.starts_with("grace"))
    });
    let names = graceful.filter_map(|node| node.head.split_whitespace().nth(1)).map(str::to_owned);
    let mut opt_ins: BTreeMap<String, String> = names.map(|name| (name, (*rng.pick(DATES)).to_owned())).collect();
    opt_ins.retain(|_, _| rng.chance(50));
    if rng.chance(1) {
        opt_ins.insert((*rng.pick(&["stage-2", "nothing"])).to_owned(), "2026-02-16".to_owned());
    }
    Settings { created, kind, opt_ins, ..Settings::default() }
}

/// The files of the project of a seed.
pub(crate) fn project(seed: u64) -> Vec<(String, String)> {
    Project::new(seed, FAULTY_PERCENT).texts()
}

/// Declarations dealt out to two to four files in any order.
fn distributed(rng: &mut Rng, mut nodes: Vec<Node>) -> Vec<(String, Vec<Node>)> {
    let names = ["catalog.role", "divisions.role", "roles/custom.role", "roles/vendor.role"];
    let mut files: Vec<(String, Vec<Node>)> =
        names[..rng.between(2, 4)].iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    if rng.chance(70) {
        rng.shuffle(&mut nodes);
    }
    for node in nodes {
        let file = rng.below(files.len());
        files[file].1.push(node);
    }
    files
}
