//! Folders and objects, with those who may read them.

use crate::generate::catalog::Catalog;
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::selectors;

/// Folders and objects of a project.
pub(crate) struct Objects {
    /// As string literals.
    pub(crate) paths: Vec<String>,
    pub(crate) nodes: Vec<Node>,
}

impl Objects {
    /// One or two folders of up to three levels, and an object beside them.
    pub(crate) fn new(rng: &mut Rng, catalog: &Catalog, groups: &[&str]) -> Self {
        let mut objects = Self { paths: Vec::new(), nodes: Vec::new() };
        let count = rng.between(1, 2);
        for name in rng.sample(&["Scripts", "Reports/Daily"], count) {
            let node = objects.folder(rng, (catalog, groups), (name, name), 2);
            objects.nodes.push(node);
        }
        if rng.chance(50) {
            let node = objects.object(rng, (catalog, groups), ("Prompt \\\"one\\\"", "Prompt \\\"one\\\""));
            objects.nodes.push(node);
        }
        objects
    }

    fn folder(&mut self, rng: &mut Rng, of: (&Catalog, &[&str]), (name, path): (&str, &str), depth: usize) -> Node {
        self.paths.push(format!("\"{path}\""));
        let propagate = if rng.chance(55) { " propagate" } else { "" };
        let head = format!("folder \"{name}\"{propagate}{}", guards(rng, of.0));
        let mut body = readers(rng, of.1, 55);
        if depth > 0 && rng.chance(75) {
            body.push(self.folder(rng, of, ("Sales", &format!("{path}/Sales")), depth - 1));
        }
        for name in ["ges_Service_VQ", "Ansage \u{fc}ber"] {
            if rng.chance(55) {
                body.push(self.object(rng, of, (name, &format!("{path}/{name}"))));
            }
        }
        if rng.chance(15) {
            body.push(Node::line("allow-finding never-broken \"objects are read, not held\""));
        }
        rng.shuffle(&mut body);
        Node::block(head, body)
    }

    fn object(&mut self, rng: &mut Rng, (catalog, groups): (&Catalog, &[&str]), (name, path): (&str, &str)) -> Node {
        self.paths.push(format!("\"{path}\""));
        let head = format!("object \"{name}\"{}", guards(rng, catalog));
        if rng.chance(35) { Node::line(head) } else { Node::block(head, readers(rng, groups, 75)) }
    }
}

fn guards(rng: &mut Rng, catalog: &Catalog) -> String {
    if rng.chance(30) { format!(" guards {}", selectors::any(rng, catalog)) } else { String::new() }
}

fn readers(rng: &mut Rng, groups: &[&str], percent: usize) -> Vec<Node> {
    if !rng.chance(percent) {
        return Vec::new();
    }
    let count = rng.between(1, 2);
    let some = rng.sample(groups, count).join(", ");
    vec![Node::line(match rng.below(4) {
        0 => "read all".to_owned(),
        1 => format!("read all except {some}"),
        _ => format!("read {some}"),
    })]
}
