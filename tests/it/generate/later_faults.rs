//! One fault planted into enforcements, licences, subjects, objects, assertions or tests.

use crate::generate::backfills::Timing;
use crate::generate::catalog::Catalog;
use crate::generate::node::Node;
use crate::generate::rng::Rng;
use crate::generate::selectors;

/// What is wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Later {
    UnknownName,
    UnknownRegion,
    UnknownInEnforcement,
    RepeatedInEnforcement,
    GuardedTwice,
    EnforcementWithoutGuard,
    EnforcementWithoutDate,
    LicenseCycle,
    GroupCycle,
    RepeatedOldOption,
    RepeatedRead,
    Duplicate,
    NobodyAsks,
    EmptyTest,
    SubjectInDivisions,
    NotAllowable,
}

const FAULTS: &[Later] = &[
    Later::UnknownName,
    Later::UnknownName,
    Later::UnknownName,
    Later::UnknownName,
    Later::UnknownName,
    Later::UnknownRegion,
    Later::UnknownInEnforcement,
    Later::UnknownInEnforcement,
    Later::RepeatedInEnforcement,
    Later::GuardedTwice,
    Later::EnforcementWithoutGuard,
    Later::EnforcementWithoutDate,
    Later::LicenseCycle,
    Later::GroupCycle,
    Later::RepeatedOldOption,
    Later::RepeatedRead,
    Later::Duplicate,
    Later::Duplicate,
    Later::NobodyAsks,
    Later::EmptyTest,
    Later::SubjectInDivisions,
    Later::NotAllowable,
];

/// Lines in which one name is not declared; `$p` stands for a permission.
const UNKNOWN: &[&str] = &[
    "group of_nobodies member of nobodies",
    "group of_roles requires role nobody",
    "user \"zoe@acme.example\" member of nobodies",
    "assign pinned to group nobodies in all",
    "assign pinned to user \"nobody@acme.example\" in all",
    "assign nobody to user \"zoe@acme.example\" in all",
    "assign pinned to group nobodies in nowhere, apac",
    "application broken owns $p, nothing:*",
    "old option role pinned on user \"nobody@acme.example\" in callback",
    "old option role nobody on user \"nobody@acme.example\" in nothing",
    "object \"Broken\" guards nothing:*",
    "license nothing needs $p",
    "license cx1 needs $p, nothing:*",
    "role broken { requires license nothing  allow $p }",
    "never $p with nothing:*",
    "assert role nobody can $p",
    "assert group nobodies cannot $p",
    "assert user \"nobody@acme.example\" can $p in nowhere",
    "assert role pinned can nothing:*",
    "assert role pinned license <= nothing",
    "assert role pinned can object \"Nothing\"",
    "assert role pinned can endpoint GET \"/api/v2/nothing\"",
    "assert role pinned cannot topic \"v2.nothing\"",
    "assert role pinned cannot view \"Nothing\" in nowhere",
];

/// The same of lines in a test.
const UNKNOWN_IN_TESTS: &[&str] = &[
    "as nobody in nowhere",
    "as user \"nobody@acme.example\"",
    "allow nothing:*",
    "deny object \"Nothing\"",
    "deny $p in nowhere",
];

/// Plants a fault among declarations.
pub(crate) fn plant(rng: &mut Rng, nodes: &mut Vec<Node>, catalog: &Catalog, timing: &Timing) -> Later {
    let permission = selectors::full(rng, catalog);
    let mut fault = *rng.pick(FAULTS);
    if fault == Later::UnknownRegion && !timing.are_listed {
        fault = Later::UnknownName;
    }
    let planted = match fault {
        Later::UnknownName => unknown_name(rng, &permission),
        Later::UnknownRegion => unknown_region(rng, &permission),
        Later::UnknownInEnforcement
        | Later::RepeatedInEnforcement
        | Later::EnforcementWithoutGuard
        | Later::EnforcementWithoutDate => in_enforcement(rng, fault, &permission),
        Later::GuardedTwice => guarded_twice(rng, catalog),
        Later::LicenseCycle => lines(&[*rng.pick(&["license ring_a < ring_b < ring_a", "license cx3 < ring_a < collaborate"])]),
        Later::GroupCycle => group_cycle(rng),
        Later::RepeatedOldOption => {
            let old = "old option role pinned on user \"zoe@acme.example\" in callback";
            lines(&["user \"zoe@acme.example\"", old, old])
        }
        Later::RepeatedRead => {
            let list = *rng.pick(&["read all except hidden", "read all", "read nobodies"]);
            let body = lines(&["read hidden", list, "object \"inside\""]);
            vec![Node::line("group hidden"), Node::block("folder \"Broken\" propagate", body)]
        }
        Later::Duplicate => duplicate(rng, &permission),
        Later::NobodyAsks | Later::EmptyTest | Later::SubjectInDivisions => in_test(rng, fault, &permission),
        Later::NotAllowable => not_allowable(rng, &permission),
    };
    nodes.extend(planted);
    fault
}

fn unknown_region(rng: &mut Rng, permission: &str) -> Vec<Node> {
    let text = *rng.pick(&[
        "assert role pinned can $p at 2026-02-16 region af-south-9",
        "test \"broken\" {|as pinned|region af-south-9 allow $p|}",
        "enforcement zz-broken {|guards view \"Late\"|region af-south-9 from 2026-02-16|}",
    ]);
    with_view(&text.replace("$p", permission), permission)
}

fn in_enforcement(rng: &mut Rng, fault: Later, permission: &str) -> Vec<Node> {
    let unknown: &[&[&str]] = &[
        &["after backfill nothing"],
        &["guards view \"Nothing\""],
        &["formerly any nothing:a:b"],
        &["formerly all $p, nothing:*"],
        &["guards GET \"/api/v2/nothing\", topic \"v2.nothing\""],
    ];
    let repeated: &[&[&str]] = &[
        &["grace from 2026-01-01 until 2026-03-01"],
        &["formerly open", "formerly any $p"],
        &["from 2026-02-17"],
        &["formerly any $p", "formerly any nothing:a:b"],
    ];
    let mut body = vec!["guards view \"Late\"", "from 2026-02-16"];
    match fault {
        Later::UnknownInEnforcement => body.extend(*rng.pick(unknown)),
        Later::RepeatedInEnforcement => body.extend(*rng.pick(repeated)),
        Later::EnforcementWithoutGuard => body.truncate(0),
        _ => body.truncate(1),
    }
    if fault == Later::EnforcementWithoutGuard {
        body.push("from 2026-02-16");
    }
    let body: Vec<String> = body.iter().map(|line| line.replace("$p", permission)).collect();
    let body: Vec<&str> = body.iter().map(String::as_str).collect();
    vec![Node::line(format!("view \"Late\" all {permission}")), Node::block("enforcement zz-broken", lines(&body))]
}

fn in_test(rng: &mut Rng, fault: Later, permission: &str) -> Vec<Node> {
    let allow = format!("allow {permission}");
    match fault {
        Later::NobodyAsks => test(&[&allow, "deny nothing:*", "as pinned", &allow]),
        Later::EmptyTest => test(rng.pick::<&[&str]>(&[&[][..], &["as pinned", "as user \"nobody@acme.example\""]])),
        _ => {
            let mut planted = test(&["as user \"zoe@acme.example\" in apac", &allow, "as group hidden in main", &allow]);
            planted.extend(lines(&["user \"zoe@acme.example\"", "group hidden"]));
            planted
        }
    }
}

fn lines(lines: &[&str]) -> Vec<Node> {
    lines.iter().map(|line| Node::line(*line)).collect()
}

fn test(body: &[&str]) -> Vec<Node> {
    vec![Node::block("test \"broken\"", lines(body))]
}

/// A declaration whose lines are written between bars, and a surface for it.
fn with_view(text: &str, permission: &str) -> Vec<Node> {
    let node = match text.split_once(" {|") {
        Some((head, body)) => Node::block(head, lines(&body.trim_end_matches("|}").split('|').collect::<Vec<_>>())),
        None => Node::line(text),
    };
    vec![node, Node::line(format!("view \"Late\" all {permission}"))]
}

fn unknown_name(rng: &mut Rng, permission: &str) -> Vec<Node> {
    if rng.chance(25) {
        let line = rng.pick(UNKNOWN_IN_TESTS).replace("$p", permission);
        return test(&["as pinned", &line, &format!("allow {permission}")]);
    }
    vec![Node::line(rng.pick(UNKNOWN).replace("$p", permission))]
}

/// The second of two, in order of their names, is told and does not guard.
fn guarded_twice(rng: &mut Rng, catalog: &Catalog) -> Vec<Node> {
    let surface = rng.pick(&catalog.surfaces).trim_start_matches("endpoint ").to_owned();
    let guards = format!("guards {surface}, {surface}");
    let body = || lines(&[&guards, "from 2026-02-16"]);
    vec![Node::block("enforcement zz-first", body()), Node::block("enforcement zz-second", body())]
}

fn group_cycle(rng: &mut Rng) -> Vec<Node> {
    let rings: &[&[&str]] = &[
        &["group ring_a member of ring_a"],
        &["group ring_a member of ring_b, sales", "group ring_b member of ring_c", "group ring_c member of ring_a"],
        &["group ring_a member of ring_b", "group ring_b member of ring_c, ring_a", "group ring_c member of ring_b"],
    ];
    let mut nodes = lines(rng.pick::<&[&str]>(rings));
    nodes.extend(lines(&[
        "group sales",
        "group below_ring member of ring_a",
        "user \"zoe@acme.example\" member of below_ring",
        "assign pinned to group ring_a, sales in all",
    ]));
    nodes
}

fn duplicate(rng: &mut Rng, permission: &str) -> Vec<Node> {
    let twice: &[&str] = match rng.below(6) {
        0 => &["group twice", "group twice member of hidden", "group hidden", "assign pinned to group hidden in all"],
        1 => &["user \"zoe@acme.example\"", "user \"zoe@acme.example\" \"Zoe\" creator"],
        2 => &["object \"Twice\"", "folder \"Twice\" guards nothing:* { read nobodies object \"inside\" }"],
        3 if rng.chance(30) => &["topic \"v2.twice.{id}\" all $p, no:such:thing", "topic \"v2.twice.{other}\" any $p"],
        3 => &["topic \"v2.twice.{id}\" any $p", "topic \"v2.twice.{other}\" open"],
        4 => &["application twice owns $p", "application twice owns * unconfigured full-access"],
        _ => &["test \"twice\" { as pinned allow $p }", "test \"twice\" { allow nothing:* }"],
    };
    twice.iter().map(|line| Node::line(line.replace("$p", permission))).collect()
}

fn not_allowable(rng: &mut Rng, permission: &str) -> Vec<Node> {
    let heads = [
        "group broken",
        "user \"zoe@acme.example\"",
        "license broken \"Broken\"",
        "application broken owns $p",
        "assign pinned to group broken in all",
        "object \"Broken\"",
        "enforcement zz-broken",
    ];
    let mut body = lines(&[*rng.pick(&[
        "allow-finding assertion-failed \"never\"",
        "allow-finding no-such-finding \"never\"",
        "allow-finding never-broken \"once\"",
    ])]);
    if rng.chance(50) {
        body.push(body[0].clone());
    }
    let head = rng.pick(&heads).replace("$p", permission);
    if head.starts_with("enforcement") {
        body.extend(lines(&["guards view \"Late\"", "from 2026-02-16"]));
        return with_view("group broken", permission).into_iter().chain([Node::block(head, body)]).collect();
    }
    vec![Node::block(head, body), Node::line("group broken")]
}
