//! Which role before which: parents first; and what goes round in rings. The only file that names petgraph.

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
    let place = |at: usize| program.role(RoleId::new(at)).span;
    let links =
        |at: usize| program.parents(RoleId::new(at)).iter().map(|parent| (parent.role.index(), parent.span)).collect::<Vec<_>>();
    let mut tainted: Vec<bool> = program.roles.iter().map(|role| role.faulty).collect();
    let mut roles = Vec::with_capacity(program.roles.len());
    // Components come in reverse topological order of the edges child → parent: parents first.
    for component in kosaraju_scc(&graph) {
        let first = component[0];
        if is_ring(&graph, &component) {
            let ring = ring(&component, place, links);
            let names = ring.into_iter().map(|(at, span)| (program.role(RoleId::new(at)).name.to_string(), span));
            sink.report(words::roles::inheritance_cycle(&names.collect::<Vec<_>>()));
            for node in component {
                tainted[node.index()] = true;
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

/// Of things at some places in the sources, each with links to others and the places of these: one ring for every group
/// of things that all reach one another, as the things in it, each with the place of its link to the next.
#[must_use]
pub fn rings(places: &[Span], links: &[Vec<(usize, Span)>]) -> Vec<Vec<(usize, Span)>> {
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(places.len(), links.iter().map(Vec::len).sum());
    for _ in places {
        graph.add_node(());
    }
    for (at, links) in links.iter().enumerate() {
        for (other, _) in links {
            graph.add_edge(NodeIndex::new(at), NodeIndex::new(*other), ());
        }
    }
    let components = kosaraju_scc(&graph).into_iter().filter(|component| is_ring(&graph, component));
    components.map(|component| ring(&component, |at| places[at], |at| links[at].clone())).collect()
}

/// Whether the things that all reach one another go round: several do, and one that links to itself.
fn is_ring(graph: &DiGraph<(), (), u32>, component: &[NodeIndex]) -> bool {
    component.len() > 1 || graph.contains_edge(component[0], component[0])
}

/// A shortest ring through the first, in the sources, of things that all reach one another.
fn ring(
    component: &[NodeIndex],
    place: impl Fn(usize) -> Span,
    links: impl Fn(usize) -> Vec<(usize, Span)>,
) -> Vec<(usize, Span)> {
    let mut members: Vec<usize> = component.iter().map(|node| node.index()).collect();
    members.sort_unstable();
    let Some(start) = members.iter().copied().min_by_key(|at| place(*at)) else { return Vec::new() };
    let mut came_from: Vec<Option<(usize, Span)>> = vec![None; members.len()];
    let member = |at: usize| members.binary_search(&at).ok();
    let mut queue = std::collections::VecDeque::from([start]);
    'search: while let Some(at) = queue.pop_front() {
        for (next, span) in links(at) {
            let Some(slot) = member(next) else { continue };
            if came_from[slot].is_none() {
                came_from[slot] = Some((at, span));
                if next == start {
                    break 'search;
                }
                queue.push_back(next);
            }
        }
    }
    let mut ring = Vec::new();
    let mut at = start;
    while let Some((before, span)) = member(at).and_then(|slot| came_from[slot]) {
        ring.push((before, span));
        at = before;
        if at == start {
            break;
        }
    }
    ring.reverse();
    ring
}
