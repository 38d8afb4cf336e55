//! One semantic fault planted into a project.

use crate::generate::backfills::Timing;
use crate::generate::catalog::{Catalog, VARIABLES, Variables};
use crate::generate::later_faults::{self, Later};
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::selectors;

/// What is wrong with a project on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    UnknownPermission,
    EmptySelector,
    NotOnePermission,
    UnknownRole,
    UnknownDivision,
    UnknownRegion,
    UnknownCode,
    FindingNotAllowable,
    ConflictingFacts,
    PairAwareness,
    SecondHome,
    DivisionCycle,
    InheritanceCycle,
    ConditionNotAllowed,
    ConditionType,
    SecondOverride,
    NotAVendorRole,
    FactInOverride,
    RepeatedFact,
    Duplicate,
    ReservedName,
    IncompleteBackfill,
    Later(Later),
}

const FAULTS: &[Fault] = &[
    Fault::UnknownPermission,
    Fault::UnknownPermission,
    Fault::EmptySelector,
    Fault::NotOnePermission,
    Fault::UnknownRole,
    Fault::UnknownRole,
    Fault::UnknownDivision,
    Fault::UnknownRegion,
    Fault::UnknownCode,
    Fault::FindingNotAllowable,
    Fault::ConflictingFacts,
    Fault::PairAwareness,
    Fault::SecondHome,
    Fault::DivisionCycle,
    Fault::InheritanceCycle,
    Fault::InheritanceCycle,
    Fault::ConditionNotAllowed,
    Fault::ConditionType,
    Fault::SecondOverride,
    Fault::NotAVendorRole,
    Fault::FactInOverride,
    Fault::RepeatedFact,
    Fault::Duplicate,
    Fault::ReservedName,
    Fault::IncompleteBackfill,
];

/// Plants a fault among declarations.
pub(crate) fn plant(rng: &mut Rng, nodes: &mut Vec<Node>, catalog: &Catalog, timing: &Timing) -> Fault {
    if rng.chance(35) {
        return Fault::Later(later_faults::plant(rng, nodes, catalog, timing));
    }
    let mut fault = *rng.pick(FAULTS);
    if fault == Fault::UnknownRegion && !timing.are_listed {
        fault = Fault::UnknownRole;
    }
    let mut bed = Bed { permission: selectors::full(rng, catalog), catalog, rng, nodes };
    match fault {
        Fault::UnknownPermission => bed.unknown_permission(),
        Fault::EmptySelector => bed.empty_selector(),
        Fault::NotOnePermission => bed.not_one_permission(),
        Fault::UnknownRole => bed.unknown_role(),
        Fault::UnknownDivision => bed.unknown_division(),
        Fault::UnknownRegion => bed.backfill("broken", &["region af-south-9 on 2026-02-16"]),
        Fault::UnknownCode => bed.allow_finding("no-such-finding"),
        Fault::FindingNotAllowable => bed.allow_finding("empty-scope"),
        Fault::ConflictingFacts => bed.conflicting_facts(),
        Fault::PairAwareness => bed.pair_awareness(),
        Fault::SecondHome => bed.second_home(),
        Fault::DivisionCycle => bed.division_cycle(),
        Fault::InheritanceCycle => bed.inheritance_cycle(),
        Fault::ConditionNotAllowed => bed.condition("No.such == \"a\""),
        Fault::ConditionType => bed.condition_type(),
        Fault::SecondOverride | Fault::FactInOverride => bed.overrides(fault),
        Fault::NotAVendorRole => bed.not_a_vendor_role(),
        Fault::RepeatedFact => bed.repeated_fact(),
        Fault::Duplicate => bed.duplicate(),
        Fault::ReservedName => bed.reserved_name(),
        Fault::IncompleteBackfill => bed.incomplete_backfill(),
        Fault::Later(_) => {}
    }
    fault
}

/// Where a fault is planted.
struct Bed<'a> {
    catalog: &'a Catalog,
    rng: &'a mut Rng,
    nodes: &'a mut Vec<Node>,
    /// One that exists.
    permission: String,
}

impl Bed<'_> {
    fn declare(&mut self, head: &str, lines: &[&str]) {
        self.nodes.push(Node::block(head, lines.iter().map(|line| Node::line(*line)).collect()));
    }

    fn say(&mut self, line: impl Into<String>) {
        self.nodes.push(Node::line(line));
    }

    /// A backfill that is complete but for the lines given.
    fn backfill(&mut self, name: &str, lines: &[&str]) {
        let (when, add) = (format!("when {}", self.permission), format!("add {}", self.permission));
        let mut all = vec![when.as_str(), add.as_str()];
        all.extend(lines);
        self.declare(&format!("backfill {name}"), &all);
    }

    /// The places of the declarations whose head begins so.
    fn places(&self, beginnings: &[&str]) -> Vec<usize> {
        let begins = |at: &usize| beginnings.iter().any(|beginning| self.nodes[*at].head.starts_with(beginning));
        (0..self.nodes.len()).filter(begins).collect()
    }

    /// Puts a line into a role that is there, or into a new one with a child.
    fn say_in_role(&mut self, line: &str) {
        let places = self.places(&["role ", "default role ", "override "]);
        if self.rng.chance(60) {
            let at = *self.rng.pick(&places);
            if let Some(body) = &mut self.nodes[at].body {
                body.push(Node::line(line));
            }
        } else {
            let allow = format!("allow {}", self.permission);
            self.declare("role broken", &[&allow, line]);
            self.declare("role below_broken extends broken", &[&allow]);
        }
    }

    fn unknown_permission(&mut self) {
        let (domain, entity, action) = {
            let domain = self.rng.pick(&self.catalog.domains);
            let entity = self.rng.pick(&domain.entities);
            (domain.name, entity.name, self.rng.pick(&entity.actions).name)
        };
        let unknown = match self.rng.below(8) {
            0 => format!("{domain}:{entity}:nothing"),
            1 => format!("{domain}:nothing:{action}"),
            2 => format!("nothing:{entity}:{action}"),
            3 => "nothing".to_owned(),
            4 => format!("{domain}:{{{entity}, nothing}}:*"),
            5 => format!("{domain}:{entity}:{{{action}, nothing}}"),
            6 => "*:*:nothing".to_owned(),
            _ => "nothing:*".to_owned(),
        };
        let one = format!("{domain}:{entity}:nothing");
        match self.rng.below(7) {
            0 | 1 => self.say_in_role(&format!("allow {unknown}")),
            2 => self.say_in_role(&format!("except {unknown}")),
            3 => self.backfill("broken", &["on 2026-02-16", &format!("add {unknown}")]),
            4 => self.declare(
                "backfill broken",
                &[&format!("when {one}"), &format!("add {}", self.permission.clone()), "on 2026-02-16"],
            ),
            5 => self.say(format!("view \"Broken\" all {one}")),
            _ => self.say(format!("pair {one} -> {}", self.permission)),
        }
    }

    fn empty_selector(&mut self) {
        let domain = self.catalog.domains[0].name;
        let entities = [("one", "look"), ("other", "touch")];
        let entities = entities.map(|(entity, action)| Node::block(format!("entity {entity}"), vec![Node::line(action)]));
        self.nodes.push(Node::block(format!("domain {domain}"), entities.to_vec()));
        let what = self.rng.pick(&["allow", "except"]);
        self.say_in_role(&format!("{what} {domain}:{{one, other}}:look"));
    }

    fn not_one_permission(&mut self) {
        let many = selectors::wildcard(self.rng, self.catalog);
        match self.rng.below(4) {
            0 => self.say(format!("view \"Broken\" any {many}, {}", self.permission)),
            1 => self.say(format!("topic \"broken\" all {many} or self")),
            2 => self.say(format!("pair {} -> {many}", self.permission)),
            _ => self.declare(
                "backfill broken",
                &[&format!("when {many}"), &format!("add {}", self.permission.clone()), "on 2026-02-16"],
            ),
        }
    }

    fn unknown_role(&mut self) {
        match self.rng.below(5) {
            0 => self.declare("role broken extends nobody", &["allow *"]),
            1 => self.declare("role broken copies nobody", &["allow *"]),
            2 => self.declare("override nobody", &["within apac", "allow * in main"]),
            3 => self.say_in_role("requires role nobody"),
            _ => self.backfill("broken", &["on 2026-02-16", "roles nobody"]),
        }
    }

    fn unknown_division(&mut self) {
        if self.rng.chance(30) {
            return self.say("divisions broken = apac, nowhere");
        }
        let line = format!("allow {} in main, nowhere", self.permission);
        self.say_in_role(&line);
    }

    fn allow_finding(&mut self, code: &str) {
        let line = format!("allow-finding {code} \"as agreed\"");
        match self.rng.below(4) {
            0 => self.backfill("broken", &["on 2026-02-16", &line]),
            1 => self.declare(&format!("domain {}", self.catalog.domains[0].name), &[&line]),
            _ => self.say_in_role(&line),
        }
    }

    fn conflicting_facts(&mut self) {
        let (domain, entity, action) = {
            let domain = self.rng.pick(&self.catalog.domains);
            let entity = self.rng.pick(&domain.entities);
            (domain.name, entity.name, self.rng.pick(&entity.actions).name)
        };
        let facts = *self.rng.pick(&[
            ["division-aware", "division-unaware"],
            ["since 2020-01-01", "since 2020-01-02"],
            ["conditions A: string", "conditions any"],
            ["conditions A: string", "conditions A: number"],
            ["deprecated", "deprecated since 2020-01-01"],
            ["\"One\"", "\"Two\""],
        ]);
        let at_entity = self.rng.chance(50);
        for fact in facts {
            let entity = if at_entity {
                Node::block(format!("entity {entity} {fact}"), Vec::new())
            } else {
                Node::block(format!("entity {entity}"), vec![Node::line(format!("action {action} {fact}"))])
            };
            self.nodes.push(Node::block(format!("domain {domain}"), vec![entity]));
        }
    }

    fn pair_awareness(&mut self) {
        let permissions = self.catalog.permissions();
        let of = |awareness| permissions.iter().find(|permission| self.catalog.stated(permission) == Some(awareness)).cloned();
        let (unaware, aware) = (of(false), of(true));
        let other = self.permission.clone();
        if self.rng.chance(20) {
            return self.say(format!("pair {other} -> {other}"));
        }
        match (unaware, aware) {
            (_, Some(aware)) if aware != other => self.say(format!("pair {aware} -> {other}")),
            (Some(unaware), _) if unaware != other => self.say(format!("pair {other} -> {unaware}")),
            _ => self.unknown_division(),
        }
    }

    fn second_home(&mut self) {
        self.say("home division second_home");
        self.say("home division first_home");
        let line = format!("allow {} in first_home, second_home", self.permission);
        self.declare("role of_homes", &[&line]);
    }

    fn division_cycle(&mut self) {
        let rings: &[&[&str]] = &[
            &["ring_a = apac, ring_a"],
            &["ring_a = main, ring_b", "ring_b = ring_c, apac", "ring_c = ring_a"],
            // A set that is on no ring leads into the second of one.
            &["ring_a = ring_c", "ring_b = ring_c", "ring_c = ring_b"],
            // Two rings that share a set, and two of which one leads into the other.
            &["ring_a = ring_b", "ring_b = ring_c, ring_a", "ring_c = ring_b"],
            &["ring_a = ring_b", "ring_b = ring_c, ring_a", "ring_c = ring_d", "ring_d = ring_c, main"],
        ];
        for set in *self.rng.pick(rings) {
            self.say(format!("divisions {set}"));
        }
        if self.rng.chance(40) {
            let line = format!("allow {} in ring_a", self.permission);
            self.say_in_role(&line);
        }
    }

    fn inheritance_cycle(&mut self) {
        let allow = format!("allow {}", self.permission);
        match self.rng.below(3) {
            0 => self.declare("role ring_a extends ring_a", &[&allow]),
            1 => {
                self.declare("role ring_a extends ring_b", &[&allow]);
                self.declare("default role ring_b extends ring_c", &[&allow]);
                self.declare("role ring_c extends ring_a", &[&allow]);
            }
            _ => self.close_ring(),
        }
        self.declare("role below_ring extends ring_a", &[&allow]);
        if self.places(&["role ring_a"]).is_empty() {
            self.declare("role ring_a", &[&allow]);
        }
    }

    /// Makes a role that is a parent of another one inherit from that.
    fn close_ring(&mut self) {
        let role_name = |head: &str| head.trim_start_matches("default ").split(' ').nth(1).unwrap_or_default().to_owned();
        let places = self.places(&["role ", "default role "]);
        let children: Vec<usize> = places.iter().copied().filter(|at| self.nodes[*at].head.contains(" extends ")).collect();
        let Some(child) = children.first().copied() else { return };
        let child_name = role_name(&self.nodes[child].head);
        let parent = self.nodes[child]
            .head
            .rsplit(", ")
            .next()
            .and_then(|last| last.split(' ').next_back())
            .unwrap_or_default()
            .to_owned();
        let Some(at) = places.into_iter().find(|at| role_name(&self.nodes[*at].head) == parent) else { return };
        let head = &mut self.nodes[at].head;
        let joint = if head.contains(" extends ") { ", " } else { " extends " };
        head.push_str(&format!("{joint}{child_name}"));
    }

    fn condition(&mut self, condition: &str) {
        let allow = format!("allow {} where {condition}", self.catalog.domains[0].entities[0].actions[0].permission);
        let variables = &self.catalog.domains[0].entities[0].actions[0].variables;
        if *variables == Variables::Any {
            return self.allow_finding("no-such-finding");
        }
        self.declare("role broken", &[&allow]);
        self.declare("role below_broken extends broken", &[]);
    }

    fn condition_type(&mut self) {
        let actions = self.catalog.entities().flat_map(|(_, entity)| &entity.actions);
        let typed = actions.filter_map(|action| match &action.variables {
            Variables::These(these) => Some((action.permission.clone(), these[0])),
            _ => None,
        });
        let typed: Vec<(String, usize)> = typed.collect();
        if typed.is_empty() {
            return self.unknown_role();
        }
        let (permission, variable) = self.rng.pick(&typed).clone();
        let (name, is_number) = VARIABLES[variable];
        let values = if is_number { ["\"5\"", "7", "User.age"] } else { ["5", "\"7\"", "User.id"] };
        let condition = match self.rng.below(3) {
            0 => format!("{name} == {}", values[0]),
            1 => format!("{name} in [{}]", values.join(", ")),
            _ => format!("{name} == {} or ({name} < {} and {name} > {})", values[1], values[0], values[2]),
        };
        self.declare("role broken", &[&format!("allow {permission} where {condition}")]);
    }

    fn overrides(&mut self, fault: Fault) {
        let allow = format!("allow {}", self.permission);
        self.declare("default role edited", &["created 2026-02-16", &allow]);
        self.declare("role below_edited extends edited", &[&allow]);
        let fact = *self.rng.pick(&["created 2026-01-01", "irremovable", "requires license cx1", "formerly \"Old\""]);
        self.declare("override edited", if fault == Fault::FactInOverride { vec![fact] } else { vec!["except *"] }.as_slice());
        if fault == Fault::SecondOverride {
            self.declare("override edited", &[&allow]);
        }
    }

    fn not_a_vendor_role(&mut self) {
        let allow = format!("allow {}", self.permission);
        self.declare("role own", &[&allow]);
        self.declare("override own", &["within main", "allow * in apac", "except *"]);
        self.declare("role below_own extends own", &["except *:*:view"]);
    }

    fn repeated_fact(&mut self) {
        let facts = [
            ["owner \"a\"", "owner \"b\""],
            ["within main", "within apac"],
            ["allow-finding no-effect \"a\"", "allow-finding no-effect \"b\""],
            ["created 2026-01-01", "created 2026-01-02"],
            ["requires license cx1", "requires license cx1"],
            ["irremovable", "irremovable"],
            ["formerly \"a\"", "formerly \"b\""],
            ["auto-assigned to all", "auto-assigned to creator"],
            ["available when organisation created from 2026-01-01", "available when organisation created after 2026-01-01"],
        ];
        let of_backfills = [
            ["on 2026-02-16", "on 2026-02-17"],
            ["roles default", "roles custom"],
            ["allow-finding region-without-date \"a\"", "allow-finding region-without-date \"b\""],
        ];
        if self.rng.chance(30) {
            let mut lines = vec!["on 2026-02-16"];
            lines.extend(self.rng.pick(&of_backfills));
            return self.backfill("broken", &lines);
        }
        let mut lines = self.rng.pick(&facts).to_vec();
        let allow = format!("allow {}", self.permission);
        lines.push(&allow);
        self.declare("role broken", &lines);
        self.declare("role below_broken copies broken", &[]);
    }

    fn duplicate(&mut self) {
        let allow = format!("allow {}", self.permission);
        match self.rng.below(4) {
            0 => self.say("division apac \"Again\""),
            1 => self.say("divisions apac = main"),
            2 => {
                self.declare("backfill twice", &[&format!("when {}", self.permission.clone()), "add *:*:view", "on 2026-02-16"]);
                self.declare("backfill twice", &["roles custom", "add *:*:view", "on 2026-02-16"]);
            }
            _ => {
                let kind = *self.rng.pick(&["role", "default role"]);
                self.declare(&format!("{kind} twice"), &[&allow]);
                self.declare("role twice", &["within main", "allow *:*:view in apac"]);
                self.declare("role below_twice extends twice", &[]);
            }
        }
    }

    fn reserved_name(&mut self) {
        let name = *self.rng.pick(&["all", "any", "home", "open"]);
        if self.rng.chance(30) {
            return self.backfill(name, &["on 2026-02-16"]);
        }
        let allow = format!("allow {}", self.permission);
        self.declare(&format!("role {name}"), &[&allow]);
    }

    fn incomplete_backfill(&mut self) {
        let (when, add) = (format!("when {}", self.permission), format!("add {}", self.permission));
        let mut lines = vec!["on 2026-02-16", &when, &add, "see \"PURE-1\""];
        lines.remove(self.rng.below(3));
        self.declare("backfill broken", &lines);
    }
}
