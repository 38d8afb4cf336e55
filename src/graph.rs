//! Which role before which: parents first. The only file that names petgraph.

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::diagnostic::{Sink, words};
use crate::model::{Program, RoleId};
use crate::span::Span;

/// The roles in an order in which parents stand before children.
#[derive(Debug)]
pub struct Order {
    /// Every role that is sound and whose ancestors are, parents first; among equals, as declared.
    pub roles: Vec<RoleId>,
    /// By role: whether an error in it or in an ancestor keeps it from being flattened.
    pub tainted: Vec<bool>,
}

/// Orders the roles; cycles go to the sink, one finding a ring, and taint all that inherit from them.
#[must_use]
pub fn order(program: &Program, sink: &mut Sink) -> Order {
    let edges: usize = program.parents.len();
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(program.roles.len(), edges);
    for _ in &program.roles {
        graph.add_node(());
    }
    for id in program.role_ids() {
        for parent in program.parents(id) {
            graph.add_edge(NodeIndex::new(id.index()), NodeIndex::new(parent.role.index()), ());
        }
    }
    let mut tainted: Vec<bool> = program.roles.iter().map(|role| role.faulty).collect();
    let mut roles = Vec::with_capacity(program.roles.len());
    // Components come in reverse topological order of the edges child → parent: parents first.
    for component in kosaraju_scc(&graph) {
        let first = component[0];
        if component.len() > 1 || graph.contains_edge(first, first) {
            let mut members: Vec<RoleId> = component.iter().map(|node| RoleId::new(node.index())).collect();
            members.sort();
            sink.report(words::roles::inheritance_cycle(&ring(program, &members)));
            for id in &members {
                tainted[id.index()] = true;
            }
            continue;
        }
        let id = RoleId::new(first.index());
        let inherited = graph.neighbors_directed(first, Direction::Outgoing).any(|parent| tainted[parent.index()]);
        tainted[id.index()] |= inherited;
        if !tainted[id.index()] {
            roles.push(id);
        }
    }
    Order { roles, tainted }
}

/// A shortest ring through the first, in the sources, of roles that all reach one another, each with the place of its parent's name.
fn ring(program: &Program, members: &[RoleId]) -> Vec<(String, Span)> {
    let Some(start) = members.iter().copied().min_by_key(|id| program.role(*id).span) else { return Vec::new() };
    let mut came_from: Vec<Option<(RoleId, Span)>> = vec![None; members.len()];
    let place = |id: RoleId| members.binary_search(&id).ok();
    let mut queue = std::collections::VecDeque::from([start]);
    'search: while let Some(id) = queue.pop_front() {
        for parent in program.parents(id) {
            let Some(at) = place(parent.role) else { continue };
            if came_from[at].is_none() {
                came_from[at] = Some((id, parent.span));
                if parent.role == start {
                    break 'search;
                }
                queue.push_back(parent.role);
            }
        }
    }
    let mut ring = Vec::new();
    let mut at = start;
    while let Some((child, span)) = place(at).and_then(|at| came_from[at]) {
        ring.push((program.role(child).name.to_string(), span));
        at = child;
        if at == start {
            break;
        }
    }
    ring.reverse();
    ring
}
