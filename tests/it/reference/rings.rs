//! Rings in a graph, the slow way.

use std::collections::BTreeSet;

/// All that can be reached from a node in one step or more.
pub(crate) fn reach(from: usize, next: &impl Fn(usize) -> Vec<usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = next(from);
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(next(node));
        }
    }
    reached
}

/// The groups of nodes that reach one another and themselves, each in ascending order.
pub(crate) fn rings(nodes: usize, next: &impl Fn(usize) -> Vec<usize>) -> BTreeSet<BTreeSet<usize>> {
    let reached: Vec<BTreeSet<usize>> = (0..nodes).map(|node| reach(node, next)).collect();
    let on_ring = (0..nodes).filter(|node| reached[*node].contains(node));
    on_ring.map(|node| reached[node].iter().copied().filter(|other| reached[*other].contains(&node)).collect()).collect()
}
