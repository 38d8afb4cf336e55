//! What needs the licences of a project, beside their order.

use crate::generate::catalog::Catalog;
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::selectors;

/// Licences that assertions can name.
pub(crate) const NAMES: &[&str] = &["collaborate", "cx1", "cx3"];

/// Lines about licences; `collaborate < cx1 < cx3` stands elsewhere.
pub(crate) fn licenses(rng: &mut Rng, catalog: &Catalog) -> Vec<Node> {
    let mut lines = Vec::new();
    for name in NAMES {
        if rng.chance(70) {
            let count = rng.between(1, 2);
            let needed: Vec<String> = (0..count).map(|_| selectors::any(rng, catalog)).collect();
            lines.push(format!("license {name} needs {}", needed.join(", ")));
        }
    }
    if rng.chance(45) {
        lines.push("license collaborate < communicate < cx3".to_owned());
        lines.push(format!("license communicate needs {}", selectors::any(rng, catalog)));
    }
    if rng.chance(50) {
        lines.push("license cx1 \"Cloud CX 1\"".to_owned());
    }
    if rng.chance(45) {
        lines.push((*rng.pick(&["addon license outbound", "addon license outbound \"Outbound\""])).to_owned());
    }
    if rng.chance(55) {
        lines.push(format!("addon license wem needs {}", selectors::any(rng, catalog)));
    }
    if rng.chance(45) {
        lines.push(format!("license {} unwanted in digital-only", rng.pick(NAMES)));
    }
    let mut nodes: Vec<Node> = lines.into_iter().map(Node::line).collect();
    if rng.chance(40) {
        let allowed = Node::line("allow-finding never-broken \"has nothing to do with it\"");
        nodes.push(Node::block("license cx3 \"CX \\\"3\\\"\"", vec![allowed]));
    }
    nodes
}
