//! Fixes of random projects: they mend, keep access, add nothing that is not needed, and come to an end.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use rolec::compile::Compilation;
use rolec::diagnostic::{Code, Diagnostic, Fix, Level};
use rolec::fix;
use rolec::flatten::Grant;
use rolec::model::RoleId;

use super::{PAIR_CONFLICTS, compiled, held, input, mended, reached};

/// Permissions of the random projects: `u` are left sides of pairs, `w` right sides, `x` neither and unaware, `y` unstated.
const NAMES: [&str; 12] =
    ["d:u1:a", "d:u1:b", "d:u2:a", "d:u2:b", "d:w1:a", "d:w1:b", "d:w1:c", "d:w2:a", "d:w2:b", "d:x:a", "d:y:a", "d:y:b"];

const SELECTORS: [&str; 14] = [
    "d:*",
    "*:*:a",
    "d:u1:*",
    "d:{u1, w1}:*",
    "d:{u1, u2}:{a, b}",
    "d:{u2, x}:a",
    "d:u1:{a, b}",
    "d:u1:a",
    "d:u2:b",
    "d:w1:{a, b}",
    "d:w2:a",
    "d:x:a",
    "d:y:a",
    "d:{u1, w2, y}:a",
];

const SCOPES: [&str; 4] = ["n", "s", "n, s", "e"];

fn pick<'t>(from: &[&'t str], at: usize) -> &'t str {
    from[at % from.len()]
}

#[derive(Debug, Clone)]
struct RandomRole {
    parents: Vec<usize>,
    within: Option<usize>,
    allows: Vec<(usize, Option<usize>, bool)>,
    excepts: Vec<usize>,
}

fn random_role() -> impl Strategy<Value = RandomRole> {
    let number = || 0_usize..100;
    let allow = (number(), prop::option::weighted(0.3, number()), prop::bool::weighted(0.2));
    (
        prop::collection::vec(number(), 0..3),
        prop::option::weighted(0.6, number()),
        prop::collection::vec(allow, 0..4),
        prop::collection::vec(number(), 0..2),
    )
        .prop_map(|(parents, within, allows, excepts)| RandomRole { parents, within, allows, excepts })
}

/// A small project: pairs, surfaces and roles at random over one catalog.
fn random_project() -> impl Strategy<Value = String> {
    let pairs = prop::collection::vec((0_usize..4, 4_usize..9), 1..6);
    let surfaces = prop::collection::vec((prop::bool::weighted(0.25), prop::collection::btree_set(0..NAMES.len(), 1..5)), 0..8);
    let conditions = prop::collection::vec(prop::bool::ANY, 4);
    let roles = prop::collection::vec(random_role(), 1..5);
    (pairs, surfaces, conditions, roles).prop_map(|(pairs, surfaces, conditions, roles)| {
        let any = |at: usize| if conditions[at] { " conditions any" } else { "" };
        let mut text = format!(
            "domain d {{\n entity u1 division-unaware{} {{ a b }}\n entity u2 division-unaware{} {{ a b }}\n entity w1 division-aware{} {{ a b c }}\n entity w2 division-aware{} {{ a b }}\n entity x division-unaware conditions any {{ a }}\n entity y {{ a b }}\n}}\ndivision n\ndivision s\ndivision e\ndivisions ns = n, s\n",
            any(0), any(1), any(2), any(3),
        );
        for (left, right) in pairs {
            writeln!(text, "pair {} -> {}", NAMES[left], NAMES[right]).expect("a string takes text");
        }
        for (at, (all, permissions)) in surfaces.into_iter().enumerate() {
            let list: Vec<&str> = permissions.into_iter().map(|id| NAMES[id]).collect();
            writeln!(text, "topic \"t{at}\" {} {}", if all { "all" } else { "any" }, list.join(", ")).expect("a string takes text");
        }
        for (at, role) in roles.iter().enumerate() {
            let parents: BTreeSet<String> = role.parents.iter().filter(|_| at > 0).map(|id| format!("r{}", id % at.max(1))).collect();
            let parents: Vec<String> = parents.into_iter().collect();
            writeln!(text, "role r{at}{}{} {{", if parents.is_empty() { "" } else { " extends " }, parents.join(", ")).expect("a string takes text");
            if let Some(scope) = role.within {
                writeln!(text, "    within {}", pick(&SCOPES, scope)).expect("a string takes text");
            }
            for (selector, scope, conditional) in &role.allows {
                let scope = scope.map(|scope| format!(" in {}", pick(&SCOPES, scope))).unwrap_or_default();
                let condition = if *conditional { " where V == \"1\"" } else { "" };
                writeln!(text, "    allow {}{scope}{condition}", pick(&SELECTORS, *selector)).expect("a string takes text");
            }
            for selector in &role.excepts {
                writeln!(text, "    except {}", pick(&SELECTORS, *selector)).expect("a string takes text");
            }
            text.push_str("}\n");
        }
        text
    })
}

/// Checks the fix of one role's conflicts, applied alone.
fn check_fix(before: &Compilation, finding: &Diagnostic) {
    let (fix, about) = (finding.fix.as_ref().expect("a fix"), finding.about.expect("a declaration"));
    let text = fix::apply(&before.sources, &[fix]).into_values().next().expect("a changed text");
    let after = compiled(input(&text));
    let old = before.program.role_ids().find(|id| before.program.role(*id).span == about).expect("a role");
    let new = after.program.find_role(&before.program.role(old).name).expect("the role is still there");
    let declaration = after.program.role(new).span;
    let left =
        after.findings.iter().filter(|finding| finding.about == Some(declaration) && PAIR_CONFLICTS.contains(&finding.code));
    assert_eq!(left.count(), 0, "{}\n{text}", fix.title);
    assert!(after.flat.is_flat(new), "{text}");
    // What an unaware half alone kept from being empty is empty without it.
    let inside = |compilation: &Compilation, role: RoleId, codes: &[Code]| {
        let span = compilation.program.role(role).span;
        let findings = compilation.findings.iter().filter(|finding| codes.contains(&finding.code));
        findings.filter(|finding| finding.primary().is_some_and(|place| span.contains(place))).count()
    };
    let errors: Vec<Code> =
        after.findings.iter().filter(|finding| finding.level == Level::Error).map(|finding| finding.code).collect();
    for code in errors.into_iter().filter(|code| !PAIR_CONFLICTS.contains(code)) {
        let partly = if code == Code::EmptyScope { Code::PartlyEmptyScope } else { code };
        assert!(inside(&after, new, &[code]) <= inside(before, old, &[code, partly]), "{}\n{text}", code.name());
    }
    check_access((before, old), (&after, new), fix, &text);
}

fn check_access((before, old): (&Compilation, RoleId), (after, new): (&Compilation, RoleId), fix: &Fix, text: &str) {
    let (had, has) = (held(before, old), held(after, new));
    let (reached_before, reached_after) = (reached(before, &had), reached(after, &has));
    assert_eq!(fix.title.contains("; this closes "), !reached_before.is_subset(&reached_after), "{}\n{text}", fix.title);
    assert_eq!(fix.title.contains("; this opens "), !reached_after.is_subset(&reached_before), "{}\n{text}", fix.title);
    let catalog = &before.program.catalog;
    let added: Vec<&String> = has.keys().filter(|name| !had.contains_key(*name)).collect();
    let is_right = |name: &str| before.program.pairs.iter().any(|pair| catalog.name(pair.aware) == name);
    for name in &added {
        let mut without = has.clone();
        without.remove(*name);
        let needed = reached_before.intersection(&reached_after).any(|surface| !reached(after, &without).contains(surface));
        assert!(needed || is_right(name), "{name} is not needed\n{text}");
        assert!(!fix.automatic || catalog.find(name).is_some_and(|id| !catalog.is_unaware(id)), "{name} unasked\n{text}");
    }
    let removed: Vec<&String> = had.keys().filter(|name| !has.contains_key(*name)).collect();
    for name in &removed {
        let left = before.program.pairs.iter().any(|pair| catalog.name(pair.unaware) == **name);
        assert!(left, "{name} was taken away\n{text}");
    }
    // What stays is held as widely as before; scopes are numbered alike only by their divisions.
    let grants = |compilation: &Compilation, role: RoleId| compilation.flat.grants(&compilation.program, role);
    let wide = |compilation: &Compilation, grant: &Grant| {
        let condition = compilation.program.conditions.get(grant.condition).map(ToString::to_string);
        (
            compilation.program.catalog.name(grant.permission).to_owned(),
            condition,
            compilation.program.scopes.divisions(grant.scope),
        )
    };
    let now: Vec<_> = grants(after, new).iter().map(|grant| wide(after, grant)).collect();
    for grant in grants(before, old).iter().map(|grant| wide(before, grant)).filter(|(name, ..)| !removed.contains(&name)) {
        let covered = now.iter().any(|(name, condition, divisions)| {
            let weaker = condition.is_none() || *condition == grant.1;
            let within = divisions
                .as_ref()
                .is_none_or(|outer| grant.2.as_ref().is_some_and(|inner| inner.iter().all(|id| outer.contains(id))));
            *name == grant.0 && weaker && within
        });
        assert!(covered, "{grant:?} got lost\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fixes_keep_access(text in random_project()) {
        let before = compiled(input(&text));
        for finding in before.findings.iter().filter(|finding| PAIR_CONFLICTS.contains(&finding.code)) {
            check_fix(&before, finding);
        }
    }

    #[test]
    fn fixing_everything_comes_to_an_end(text in random_project()) {
        let mut now = text.clone();
        for _ in 0..24 {
            let next = mended(&compiled(input(&now)), |_| true).remove(0).1;
            if next == now {
                let left = compiled(input(&now));
                prop_assert!(!left.findings.iter().any(|finding| PAIR_CONFLICTS.contains(&finding.code)), "{text}\n{now}");
                return Ok(());
            }
            now = next;
        }
        prop_assert!(false, "no end:\n{text}\n{now}");
    }
}
