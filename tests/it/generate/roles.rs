//! Divisions, and roles of all kinds over a catalog.

use crate::generate::catalog::{Catalog, title};
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::selectors;

/// The divisions and sets of a project.
pub(crate) struct Divisions {
    /// All that a scope can name.
    names: Vec<&'static str>,
    /// Whether one of them is the home division.
    pub(crate) has_home: bool,
    pub(crate) nodes: Vec<Node>,
}

/// A role as far as others refer to it.
pub(crate) struct Role {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) node: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Custom,
    Default,
    Override,
}

/// Dates of the roles' facts, around those of the backfills.
pub(crate) const DATES: &[&str] = &["2024-05-01", "2026-01-15", "2026-02-16", "2026-03-29", "2026-05-05", "2027-01-01"];
const NAMES: &[&str] = &[
    "agent",
    "supervisor",
    "outbound_admin",
    "night-shift",
    "emea.admin",
    "auditor",
    "role",
    "user",
    "default-agent",
    "custom_1",
    "within",
    "planner",
    "qa",
    "trainer",
];
/// Findings about roles that a project may silence.
const SILENCED: &[&str] = &[
    "unconfinable",
    "unstated-awareness",
    "no-effect",
    "redundant-with-parent",
    "deprecated-permission",
    "missing-required-permission",
    "edited-vendor-role",
    "wildcard-defeats-confinement",
    "confinement-defeated",
    "unaware-half",
    "surface-unconfined",
    "pair-transition",
    "partly-empty-scope",
    "except-beats-backfill",
    "created-too-late",
    "done-backfill",
    "required-role",
];

impl Divisions {
    /// Four to six divisions, some sets of them and sets of sets.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let mut names = vec!["main", "emea_sales", "emea_service", "apac", "emea.north", "lab-1"];
        names.truncate(rng.between(4, 6));
        let has_home = rng.chance(75);
        let division = |rng: &mut Rng, name: &str| {
            let home = if name == "main" && has_home { "home " } else { "" };
            let title = title(rng, 40);
            Node::line(format!("{home}division {name}{title}"))
        };
        let mut nodes: Vec<Node> = names.iter().map(|name| division(rng, name)).collect();
        nodes.push(Node::line("license collaborate < cx1 < cx3"));
        if rng.chance(85) {
            nodes.push(Node::line("divisions emea = emea_sales, emea_service"));
            names.push("emea");
            if rng.chance(65) {
                let other = rng.pick(&["main", "apac"]);
                nodes.push(Node::line(format!("divisions world = emea, {other}")));
                names.push("world");
            }
        }
        Self { names, has_home, nodes }
    }

    /// Some divisions and sets, or `all`.
    pub(crate) fn scope(&self, rng: &mut Rng) -> String {
        if rng.chance(16) {
            return "all".to_owned();
        }
        let count = rng.between(1, 3);
        rng.sample(&self.names, count).join(", ")
    }
}

/// Six to fourteen roles, parents before children; files put them into any order.
pub(crate) fn roles(rng: &mut Rng, catalog: &Catalog, divisions: &Divisions) -> Vec<Role> {
    let count = rng.between(5, 11);
    let mut roles: Vec<Role> = Vec::new();
    for name in rng.sample(NAMES, count) {
        let kind = if rng.chance(35) { Kind::Default } else { Kind::Custom };
        let head = head(rng, name, kind, &roles);
        let mut body = body(rng, catalog, divisions, kind);
        if rng.chance(12) && !roles.is_empty() {
            body.push(Node::line(format!("requires role {}", rng.pick(&roles).name)));
        }
        roles.push(Role { name, kind, node: Node::block(head, body) });
    }
    let vendors: Vec<&'static str> = roles.iter().filter(|role| role.kind == Kind::Default).map(|role| role.name).collect();
    let edited = *rng.pick(&[0, 1, 1, 2]);
    for name in rng.sample(&vendors, edited) {
        let body = body(rng, catalog, divisions, Kind::Override);
        roles.push(Role { name, kind: Kind::Override, node: Node::block(format!("override {name}"), body) });
    }
    roles
}

fn head(rng: &mut Rng, name: &str, kind: Kind, earlier: &[Role]) -> String {
    let default = if kind == Kind::Default { "default " } else { "" };
    let mut head = format!("{default}role {name}{}", title(rng, 30));
    let parents = [0, 1, 1, 1, 2, 2, 3][rng.below(7)];
    let mut parents: Vec<&str> = rng.sample(&earlier.iter().map(|role| role.name).collect::<Vec<_>>(), parents);
    if kind == Kind::Custom && !parents.is_empty() && rng.chance(25) {
        head.push_str(&format!(" copies {}", parents.remove(0)));
    }
    if !parents.is_empty() {
        head.push_str(&format!(" extends {}", parents.join(", ")));
    }
    head
}

fn body(rng: &mut Rng, catalog: &Catalog, divisions: &Divisions, kind: Kind) -> Vec<Node> {
    let mut lines = Vec::new();
    if rng.chance(37) {
        lines.push(format!("within {}", divisions.scope(rng)));
    }
    for _ in 0..rng.between(1, 4) {
        lines.push(allow(rng, catalog, divisions));
    }
    // Now and then one line in other words, or the same again.
    if rng.chance(12) {
        let again = rng.pick(&lines).clone();
        lines.extend(again.starts_with("allow").then_some(again));
    }
    if rng.chance(40) {
        for _ in 0..rng.between(1, 2) {
            lines.push(format!("except {}", selectors::any(rng, catalog)));
        }
    }
    if rng.chance(15) {
        lines.push("owner \"team \\\"north\\\"\"".to_owned());
    }
    if rng.chance(20) {
        let count = rng.between(1, 2);
        let codes = rng.sample(SILENCED, count);
        lines.extend(codes.iter().map(|code| format!("allow-finding {code} \"agreed, see the board's minutes\"")));
    }
    if kind != Kind::Override {
        facts(rng, &mut lines);
    }
    rng.shuffle(&mut lines);
    lines.into_iter().map(Node::line).collect()
}

fn allow(rng: &mut Rng, catalog: &Catalog, divisions: &Divisions) -> String {
    let conditional = if rng.chance(22) { selectors::conditional(rng, catalog) } else { None };
    let mut line = match &conditional {
        Some((selector, _)) => format!("allow {selector}"),
        None => format!("allow {}", selectors::any(rng, catalog)),
    };
    if rng.chance(30) {
        line.push_str(&format!(" in {}", divisions.scope(rng)));
    }
    if let Some((_, condition)) = conditional {
        line.push_str(&format!(" where {condition}"));
    }
    if rng.chance(14) {
        line.push_str(&format!(" since {}", rng.pick(DATES)));
    }
    line
}

fn facts(rng: &mut Rng, lines: &mut Vec<String>) {
    if rng.chance(30) {
        lines.push(format!("created {}", rng.pick(DATES)));
    }
    if rng.chance(14) {
        let count = rng.between(1, 2);
        let licenses = rng.sample(&["cx1", "cx3", "collaborate"], count);
        lines.extend(licenses.iter().map(|license| format!("requires license {license}")));
    }
    if rng.chance(18) {
        lines.push(format!("auto-assigned to {}", rng.pick(&["all", "creator"])));
    }
    if rng.chance(12) {
        lines.push("irremovable".to_owned());
    }
    if rng.chance(18) {
        lines.push((*rng.pick(&["formerly \"Agent\"", "formerly \"Agent 1\", \"Agent \\\"2\\\"\""])).to_owned());
    }
    if rng.chance(18) {
        let bound = rng.pick(&["from", "after"]);
        lines.push(format!("available when organisation created {bound} {}", rng.pick(DATES)));
    }
}
