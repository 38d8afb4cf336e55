//! A small catalog: three domains, one-word permissions, pairs and surfaces.
//!
//! Invariant: what is recorded of a permission (awareness, variables) is what the printed nodes say, corrections included.

use crate::generate::node::Node;
use crate::generate::rng::Rng;

/// The universe that roles are generated over.
pub(crate) struct Catalog {
    pub(crate) domains: Vec<Domain>,
    pub(crate) legacies: Vec<String>,
    /// (unaware, aware).
    pub(crate) pairs: Vec<(String, String)>,
    /// As they are named, `endpoint GET "/…"` for one.
    pub(crate) surfaces: Vec<String>,
    pub(crate) nodes: Vec<Node>,
}

pub(crate) struct Domain {
    pub(crate) name: &'static str,
    pub(crate) entities: Vec<Entity>,
    aware: Option<bool>,
}

pub(crate) struct Entity {
    pub(crate) name: &'static str,
    pub(crate) actions: Vec<Action>,
    aware: Option<bool>,
    corrected: Option<bool>,
}

pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) variables: Variables,
    pub(crate) permission: String,
    aware: Option<bool>,
}

/// What conditions may compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Variables {
    None,
    Any,
    /// Places in [`VARIABLES`].
    These(Vec<usize>),
}

/// Names of variables, and whether their values are numbers.
pub(crate) const VARIABLES: &[(&str, bool)] = &[
    ("Conversation.queue", false),
    ("Conversation.mediaType", false),
    ("Conversation.duration", true),
    ("Contact.age", true),
    ("Interaction.priority", true),
    ("in-house", false),
];
/// Dates of the catalog's facts.
const DATES: &[&str] = &["2019-11-30", "2024-02-29", "2025-07-01"];
const DOMAINS: &[&str] = &["outbound", "routing", "quality", "conversation", "telephony", "analytics", "directory"];
const ENTITIES: &[&str] = &[
    "campaign",
    "schedule",
    "contact",
    "contactList",
    "queue",
    "evaluation",
    "user",
    "station",
    "group",
    "role",
    "topic",
    "test",
];
const ACTIONS: &[&str] =
    &["view", "add", "edit", "delete", "all", "export", "search", "viewSchedule", "user", "role", "group", "topic", "2fa"];
const TITLES: &[&str] =
    &["\"Seen by all\"", "\"Old \\\"and\\\" new\"", "\"Tab\\there, \\\\ there\"", "\"Übersicht → alles\"", "\"\""];

impl Catalog {
    /// A catalog of three domains.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let mut catalog =
            Self { domains: Vec::new(), legacies: Vec::new(), pairs: Vec::new(), surfaces: Vec::new(), nodes: Vec::new() };
        for name in rng.sample(DOMAINS, 3) {
            let entities = rng.between(2, 4);
            let entities = rng.sample(ENTITIES, entities).into_iter().map(|entity| bare_entity(rng, name, entity)).collect();
            catalog.domains.push(Domain { name, entities, aware: None });
        }
        if rng.chance(80) {
            let count = rng.between(1, 2);
            catalog.legacies = rng.sample(&["admin", "superuser", "old-console"], count).into_iter().map(str::to_owned).collect();
        }
        catalog.state_facts(rng);
        catalog.choose_pairs(rng);
        catalog.open_surfaces(rng);
        catalog
    }

    /// All permissions, one-word ones last.
    pub(crate) fn permissions(&self) -> Vec<String> {
        let actions = self.entities().flat_map(|(_, entity)| &entity.actions);
        actions.map(|action| action.permission.clone()).chain(self.legacies.iter().cloned()).collect()
    }

    /// Every entity with its domain.
    pub(crate) fn entities(&self) -> impl Iterator<Item = (&Domain, &Entity)> {
        self.domains.iter().flat_map(|domain| domain.entities.iter().map(move |entity| (domain, entity)))
    }

    /// What the catalog states of a permission's awareness, pairs aside.
    pub(crate) fn stated(&self, permission: &str) -> Option<bool> {
        self.entities().find_map(|(domain, entity)| {
            let action = entity.actions.iter().find(|action| action.permission == permission)?;
            action.aware.or(entity.corrected).or(entity.aware).or(domain.aware)
        })
    }

    /// What is known of a permission's awareness, pairs included.
    fn awareness(&self, permission: &str) -> Option<bool> {
        let in_pair = self
            .pairs
            .iter()
            .find_map(|(unaware, aware)| if unaware == permission { Some(false) } else { (aware == permission).then_some(true) });
        self.stated(permission).or(in_pair)
    }

    /// Says things of domains, entities and actions, and prints them.
    fn state_facts(&mut self, rng: &mut Rng) {
        let permissions = self.permissions();
        let mut domains = std::mem::take(&mut self.domains);
        for domain in &mut domains {
            let node = domain_node(rng, domain, &permissions);
            self.nodes.push(node);
            if rng.chance(40) {
                self.nodes.push(reopened(rng, domain));
            }
        }
        if rng.chance(65) {
            let domain = rng.below(domains.len());
            self.nodes.push(corrected(rng, &mut domains[domain]));
        }
        self.domains = domains;
        for name in &self.legacies {
            let title = title(rng, 60);
            self.nodes.push(Node::line(format!("legacy {name}{title}")));
        }
    }

    fn choose_pairs(&mut self, rng: &mut Rng) {
        for _ in 0..rng.between(2, 5) {
            let domain = rng.pick(&self.domains);
            let mut permissions: Vec<String> =
                domain.entities.iter().flat_map(|entity| &entity.actions).map(|action| action.permission.clone()).collect();
            if rng.chance(5) {
                permissions.extend(self.legacies.iter().cloned());
            }
            let (left, right) = (rng.pick(&permissions).clone(), rng.pick(&permissions).clone());
            let fits = self.awareness(&left) != Some(true) && self.awareness(&right) != Some(false) && left != right;
            if fits && !self.pairs.contains(&(left.clone(), right.clone())) {
                self.nodes.push(Node::line(format!("pair {left} -> {right}")));
                self.pairs.push((left, right));
            }
        }
    }

    fn open_surfaces(&mut self, rng: &mut Rng) {
        let permissions = self.permissions();
        let of = |awareness| -> Vec<String> {
            permissions.iter().filter(|permission| self.awareness(permission) == awareness).cloned().collect()
        };
        let (unaware, aware) = (of(Some(false)), of(Some(true)));
        for at in 0..rng.between(5, 9) {
            let what = match rng.below(4) {
                0 if at % 2 == 0 => format!("topic \"v2.users.{{id}}.changes{at}\""),
                0 => format!("topic \"v2.things.{{id}}.changes{at}\""),
                1 => format!("view \"Performance > Things {at} \\\\ {}\"", rng.below(10)),
                _ => format!(
                    "endpoint {} \"/api/v2/things{at}/{{thingId}}\"",
                    rng.pick(&["GET", "POST", "PUT", "PATCH", "DELETE"])
                ),
            };
            let count = rng.between(1, 3);
            let who = match rng.below(10) {
                0 => "open".to_owned(),
                1 => "unstated".to_owned(),
                2..=4 => format!("all {}", rng.sample(&permissions, count).join(", ")),
                5..=6 if !unaware.is_empty() && !aware.is_empty() => format!("any {}, {}", rng.pick(&unaware), rng.pick(&aware)),
                _ => format!("any {}", rng.sample(&permissions, count + 1).join(", ")),
            };
            self.surfaces.push(what.clone());
            let or_self = if rng.chance(20) { " or self" } else { "" };
            self.nodes.push(Node::line(format!("{what} {who}{or_self}")));
        }
    }

    /// Templates that take some requests from others, by a segment that is written out.
    pub(crate) fn rival_surfaces(&mut self, rng: &mut Rng) {
        let permissions = self.permissions();
        for surface in self.surfaces.clone() {
            if surface.contains("{thingId}") && rng.chance(30) {
                let rival = surface.replace("{thingId}", "mine");
                self.nodes.push(Node::line(format!("{rival} any {}", rng.sample(&permissions, 2).join(", "))));
                self.surfaces.push(rival);
            }
        }
    }
}

fn bare_entity(rng: &mut Rng, domain: &str, entity: &'static str) -> Entity {
    let count = rng.between(2, 5);
    let mut names = rng.sample(ACTIONS, count);
    if !names.contains(&"view") {
        names.push("view");
    }
    let action = |name: &'static str| Action {
        name,
        variables: Variables::None,
        permission: format!("{domain}:{entity}:{name}"),
        aware: None,
    };
    Entity { name: entity, actions: names.into_iter().map(action).collect(), aware: None, corrected: None }
}

/// A title, in so many of a hundred cases, with a blank before it.
pub(crate) fn title(rng: &mut Rng, percent: usize) -> String {
    if rng.chance(percent) { format!(" {}", rng.pick(TITLES)) } else { String::new() }
}

fn awareness_text(aware: Option<bool>) -> &'static str {
    match aware {
        Some(true) => " division-aware",
        Some(false) => " division-unaware",
        None => "",
    }
}

/// Awareness, in so many of a hundred cases.
fn maybe_aware(rng: &mut Rng, percent: usize) -> Option<bool> {
    rng.chance(percent).then(|| rng.chance(55))
}

fn variables(rng: &mut Rng, percent: usize) -> Option<(Variables, String)> {
    if !rng.chance(percent) {
        return None;
    }
    if rng.chance(20) {
        return Some((Variables::Any, " conditions any".to_owned()));
    }
    let count = rng.between(1, 3);
    let these = rng.sample(&(0..VARIABLES.len()).collect::<Vec<_>>(), count);
    let typed = |at: &usize| format!("{}: {}", VARIABLES[*at].0, if VARIABLES[*at].1 { "number" } else { "string" });
    let text = format!(" conditions {}", these.iter().map(typed).collect::<Vec<_>>().join(", "));
    Some((Variables::These(these), text))
}

/// Facts other than awareness and conditions. `deprecated` comes last, so that it does not take a `since` for its own.
fn other_facts(rng: &mut Rng, permissions: &[String], chances: [usize; 3]) -> String {
    let [since, requires, deprecated] = chances.map(|percent| rng.chance(percent));
    let mut text = String::new();
    if since {
        text.push_str(&format!(" since {}", rng.pick(DATES)));
    }
    if requires {
        let segments: Vec<&str> = rng.pick(permissions).split(':').collect();
        text.push_str(&match (rng.below(5), segments.as_slice()) {
            (0, [domain, entity, _]) => format!(" requires {domain}:{entity}:*"),
            (1, [domain, entity, action]) => format!(" requires {domain}:{{{entity}}}:{{{action}}}"),
            _ => format!(" requires {}", segments.join(":")),
        });
    }
    if deprecated {
        text.push_str(" deprecated");
        if rng.chance(60) {
            text.push_str(&format!(" since {}", rng.pick(DATES)));
        }
        if rng.chance(60) {
            text.push_str(&format!(" use {}", rng.pick(permissions)));
        }
    }
    text
}

/// The main block of a domain: most actions bare, all that is said of the others.
fn domain_node(rng: &mut Rng, domain: &mut Domain, permissions: &[String]) -> Node {
    domain.aware = maybe_aware(rng, 30);
    let of_domain = variables(rng, 15);
    let conditions = of_domain.as_ref().map_or("", |(_, text)| text);
    let others = other_facts(rng, permissions, [20, 6, 4]);
    let head = format!("domain {}{}{}{conditions}{others}", domain.name, title(rng, 50), awareness_text(domain.aware));
    let mut body = Vec::new();
    for entity in &mut domain.entities {
        entity.aware = maybe_aware(rng, 50);
        let of_entity = variables(rng, 35);
        let conditions = of_entity.as_ref().map_or("", |(_, text)| text);
        let others = other_facts(rng, permissions, [15, 12, 6]);
        let head = format!("entity {}{}{}{conditions}{others}", entity.name, title(rng, 30), awareness_text(entity.aware));
        let mut actions = Vec::new();
        for action in &mut entity.actions {
            let mut of_action = None;
            if rng.chance(35) {
                action.aware = maybe_aware(rng, 30);
                of_action = variables(rng, 30);
                let conditions = of_action.as_ref().map_or("", |(_, text)| text);
                let (aware, others) = (awareness_text(action.aware), other_facts(rng, permissions, [20, 25, 30]));
                actions.push(Node::line(format!("action {}{}{aware}{conditions}{others}", action.name, title(rng, 40))));
            } else {
                actions.push(Node::line(action.name));
            }
            let innermost = of_action.as_ref().or(of_entity.as_ref()).or(of_domain.as_ref());
            action.variables = innermost.map_or(Variables::None, |(variables, _)| variables.clone());
        }
        body.push(Node::block(head, actions));
    }
    Node::block(head, body)
}

/// A second block of a domain: it adds an action, and may say again what the first one says.
fn reopened(rng: &mut Rng, domain: &mut Domain) -> Node {
    let (name, awareness) = (domain.name, if rng.chance(50) { awareness_text(domain.aware) } else { "" });
    let at = rng.below(domain.entities.len());
    let entity = &mut domain.entities[at];
    let action = Action {
        name: "reopen",
        variables: Variables::None,
        permission: format!("{name}:{}:reopen", entity.name),
        aware: maybe_aware(rng, 40),
    };
    let lines = vec![Node::line(format!("action reopen{}", awareness_text(action.aware).to_owned() + " conditions any"))];
    entity.actions.push(Action { variables: Variables::Any, ..action });
    Node::block(format!("domain {name}{awareness}"), vec![Node::block(format!("entity {}", entity.name), lines)])
}

/// A block that overrules what is said of one entity.
fn corrected(rng: &mut Rng, domain: &mut Domain) -> Node {
    let at = rng.below(domain.entities.len());
    let entity = &mut domain.entities[at];
    entity.corrected = Some(rng.chance(50));
    let deprecated = if rng.chance(20) { " deprecated since 2025-07-01" } else { "" };
    let head = format!("entity {}{}{deprecated}", entity.name, awareness_text(entity.corrected));
    let mut actions = Vec::new();
    if rng.chance(30) {
        let at = rng.below(entity.actions.len());
        entity.actions[at].aware = Some(rng.chance(50));
        actions.push(Node::line(format!("action {}{}", entity.actions[at].name, awareness_text(entity.actions[at].aware))));
    }
    let mut body = vec![Node::block(head, actions)];
    if rng.chance(55) {
        body.push(Node::line("allow-finding catalog-corrected \"the vendor's list says so\""));
    }
    let title = title(rng, 30);
    Node::block(format!("correct domain {}{title}", domain.name), body)
}
