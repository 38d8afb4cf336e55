//! Seeds → whole projects as texts, most of them without error, and a strategy whose cases shrink line by line.
//!
//! Invariant: a seed gives the same project for ever, on every machine; a fault is planted on purpose or not at all.

#![expect(clippy::format_push_string, reason = "lines are built word by word; speed does not matter")]

mod backfills;
mod catalog;
pub(crate) mod constructs;
mod faults;
mod node;
mod rng;
mod roles;
mod selectors;
pub(crate) mod shrink;

use backfills::Timing;
use catalog::Catalog;
use faults::Fault;
use node::Node;
use rng::Rng;
use roles::Divisions;

/// How many projects in a hundred have a fault planted in them, or several, where nothing else is asked for.
pub(crate) const FAULTY_PERCENT: usize = 15;

/// A generated project.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// The regions of the manifest; empty where it lists none.
    pub(crate) regions: Vec<String>,
    /// The organisation's role-backfill switch.
    pub(crate) role_backfill: bool,
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
        let catalog = Catalog::new(&mut rng);
        let divisions = Divisions::new(&mut rng);
        let roles = roles::roles(&mut rng, &catalog, &divisions);
        let timing = Timing::new(&mut rng);
        let backfills = backfills::backfills(&mut rng, &catalog, &roles, &timing);
        let mut nodes: Vec<Node> = catalog.nodes.iter().chain(&divisions.nodes).cloned().collect();
        nodes.extend(roles.into_iter().map(|role| role.node));
        nodes.extend(backfills);
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
        Self {
            regions: if timing.are_listed { timing.regions } else { Vec::new() },
            role_backfill: rng.chance(70),
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
