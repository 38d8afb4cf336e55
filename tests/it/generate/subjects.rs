//! Groups, users, what they are given, and applications.

use crate::generate::catalog::{Catalog, title};
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::roles::{Divisions, Kind, Role};
use crate::generate::selectors;

/// Whom others can name.
pub(crate) struct Subjects {
    pub(crate) groups: Vec<&'static str>,
    /// As string literals.
    pub(crate) users: Vec<&'static str>,
    pub(crate) nodes: Vec<Node>,
}

const GROUPS: &[&str] = &["acme_admins", "sales", "sales.leads", "night-shift", "user"];
const USERS: &[&str] =
    &["\"alice@acme.example\"", "\"bob@acme.example\"", "\"Carol \\\"CC\\\" Ng\"", "\"d\u{f6}rte@acme.example\""];

impl Subjects {
    /// Two to five groups, two to four users, and what they have.
    pub(crate) fn new(rng: &mut Rng, catalog: &Catalog, divisions: &Divisions, roles: &[Role]) -> Self {
        let names: Vec<&str> = roles.iter().filter(|role| role.kind != Kind::Override).map(|role| role.name).collect();
        let (groups, users) = (rng.between(2, 5), rng.between(2, 4));
        let mut subjects = Self { groups: rng.sample(GROUPS, groups), users: rng.sample(USERS, users), nodes: Vec::new() };
        subjects.declare(rng, &names);
        for _ in 0..rng.between(3, 7) {
            let assignment = subjects.assignment(rng, divisions, &names);
            subjects.nodes.push(assignment);
        }
        subjects.applications(rng, catalog, &names);
        subjects
    }

    fn declare(&mut self, rng: &mut Rng, roles: &[&str]) {
        for (at, name) in self.groups.clone().into_iter().enumerate() {
            let mut head = format!("group {name}{}", title(rng, 30));
            if at > 0 && rng.chance(55) {
                let count = rng.between(1, 2);
                head.push_str(&format!(" member of {}", rng.sample(&self.groups[..at], count).join(", ")));
            }
            if rng.chance(25) {
                let count = rng.between(1, 2);
                head.push_str(&format!(" requires role {}", rng.sample(roles, count).join(", ")));
            }
            self.nodes.push(maybe_silent(rng, head));
        }
        for (at, name) in self.users.clone().into_iter().enumerate() {
            let mut head = format!("user {name}{}", title(rng, 30));
            if at == 0 && rng.chance(60) {
                head.push_str(" creator");
            }
            if rng.chance(75) {
                let count = rng.between(1, 2);
                head.push_str(&format!(" member of {}", rng.sample(&self.groups, count).join(", ")));
            }
            self.nodes.push(maybe_silent(rng, head));
        }
    }

    fn assignment(&self, rng: &mut Rng, divisions: &Divisions, roles: &[&str]) -> Node {
        let mut head = format!("assign {} to ", rng.pick(roles));
        let count = *rng.pick(&[1, 1, 2]);
        if rng.chance(50) {
            head.push_str(&format!("group {}", rng.sample(&self.groups, count).join(", ")));
        } else {
            head.push_str(&format!("user {}", rng.sample(&self.users, count).join(", ")));
        }
        // Without a home division, something must be said; it is left out now and then all the same.
        if !rng.chance(if divisions.has_home { 35 } else { 2 }) {
            head.push_str(&format!(" in {}", divisions.scope(rng)));
        }
        maybe_silent(rng, head)
    }

    fn applications(&mut self, rng: &mut Rng, catalog: &Catalog, roles: &[&str]) {
        let count = rng.between(1, 2);
        let names = rng.sample(&["callback", "scripter"], count);
        for name in &names {
            let count = rng.between(1, 2);
            let owned: Vec<String> = (0..count).map(|_| selectors::wildcard(rng, catalog)).collect();
            let full = if rng.chance(50) { " unconfigured full-access" } else { "" };
            let head = format!("application {name}{} owns {}{full}", title(rng, 40), owned.join(", "));
            self.nodes.push(maybe_silent(rng, head));
        }
        for user in self.users.clone() {
            if rng.chance(25) {
                let head = format!("old option role {} on user {user} in {}", rng.pick(roles), rng.pick(&names));
                self.nodes.push(maybe_silent(rng, head));
            }
        }
    }
}

/// A declaration of one line, now and then with an `allow-finding`.
fn maybe_silent(rng: &mut Rng, head: String) -> Node {
    if rng.chance(10) {
        let code = rng.pick(&["never-broken", "never-broken", "no-effect"]);
        return Node::block(head, vec![Node::line(format!("allow-finding {code} \"as the board agreed\""))]);
    }
    Node::line(head)
}
