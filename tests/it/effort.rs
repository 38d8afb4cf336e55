//! How much is done, counted and never timed: what is the same is worked out once.

use std::fmt::Write as _;

use rolec::compile::{Compilation, Input, compile};
use rolec::source::Sources;

/// A catalog of so many permissions, `x:y:p0`, `x:y:p1`, …, and what is declared beside it.
fn compiled(permissions: usize, rest: &str) -> Compilation {
    let mut text = "domain x division-aware { entity y {".to_owned();
    (0..permissions).for_each(|at| write!(text, " p{at}").unwrap_or_default());
    text += " } }\n";
    text += rest;
    compile(Input { sources: Sources::new(vec![("text.role".to_owned(), text, false)]), ..Input::default() })
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|at| line(at) + "\n").collect()
}

/// What a role gains by default, in order of time.
fn gains(compilation: &Compilation, role: &str) -> Vec<String> {
    let id = compilation.program.find_role(role).map(|id| compilation.epochs.gains(id, None, None));
    let program = &compilation.program;
    let words = |gain: &rolec::timeline::Gain| {
        let (name, scope) = (program.catalog.name(gain.permission), program.scope_text(gain.scope));
        format!("{name} in {scope} by {} on {}", program.backfills[gain.backfill].name, gain.date)
    };
    id.into_iter().flatten().map(words).collect()
}

#[test]
fn roles_made_of_the_same_are_worked_out_once() {
    let roles = lines(100, |at| format!("role r{at} {{\n    allow *\n    except x:y:p{}\n}}", at % 2));
    let compilation = compiled(200, &roles);
    assert_eq!(compilation.flat.worked_out, 2);
    for (at, id) in compilation.program.role_ids().enumerate() {
        let held = compilation.flat.grants(&compilation.program, id).into_iter();
        let names: Vec<&str> = held.map(|grant| compilation.program.catalog.name(grant.permission)).collect();
        assert_eq!(names.len(), 199);
        assert!(!names.contains(&["x:y:p0", "x:y:p1"][at % 2]), "r{at} holds what it takes away");
    }
}

/// A few clauses of which the parent has each as wide, or wider, are nothing new.
#[test]
fn roles_that_add_nothing_are_not_worked_out() {
    let parent = "division a\nrole parent { allow * }\nrole narrow { allow * in a }\n".to_owned();
    let children = lines(50, |at| format!("role c{at} extends parent {{ allow x:y:p{at} in a }}"));
    let others = lines(50, |at| format!("role d{at} extends narrow {{ allow x:y:p{at} }}"));
    let compilation = compiled(200, &(parent + &children + &others));
    assert_eq!(compilation.flat.worked_out, 52);
    let program = &compilation.program;
    for at in 0..50 {
        let [plain, wider] = ["c", "d"].map(|role| program.find_role(&format!("{role}{at}")).map(|id| compilation.flat.held(id)));
        assert_eq!((plain, wider), (Some(200), Some(200)));
        let everywhere = program.find_role(&format!("d{at}")).into_iter().flat_map(|id| compilation.flat.grants(program, id));
        let everywhere: Vec<_> = everywhere.filter(|grant| program.scope_text(grant.scope) == "all").collect();
        assert_eq!(everywhere.len(), 1, "d{at}");
    }
}

/// Divisions, conditions, `within` and parents make a difference, if nothing else does.
#[test]
fn roles_made_of_something_else_are_worked_out_each() {
    let roles = "division a
role plain { allow * }
role in_a { allow * in a }
role within_a {
    within a
    allow *
}
role once { allow x:y:{p0, p1} }
role child extends plain { allow x:y:p0 in a }
role other extends in_a { allow x:y:p0 }
role less extends plain { except x:y:p0 }
";
    let compilation = compiled(200, roles);
    assert_eq!(compilation.flat.worked_out, 6);
    let scope = |role: &str, permission: &str| {
        let program = &compilation.program;
        let id = program.find_role(role)?;
        let permission = program.catalog.find(permission)?;
        let grants: Vec<_> = compilation.flat.grants_of(program, id, permission).collect();
        grants.first().map(|grant| program.scope_text(grant.scope))
    };
    for (role, first, second) in [
        ("plain", Some("all"), Some("all")),
        ("in_a", Some("a"), Some("a")),
        ("within_a", Some("a"), Some("a")),
        ("child", Some("all"), Some("all")),
        ("other", Some("all"), Some("a")),
        ("less", None, Some("all")),
    ] {
        assert_eq!((scope(role, "x:y:p0").as_deref(), scope(role, "x:y:p9").as_deref()), (first, second), "{role}");
    }
}

/// A chain in which each role inherits triggers that it depends on single clauses whether they are held.
#[test]
fn backfills_run_once_on_roles_that_fare_alike() {
    let triggers = 5;
    let mut text = lines(triggers, |at| {
        format!("backfill b{at} {{\n    when x:y:p{at}\n    add x:y:p{}\n    on 2020-01-0{}\n}}", at + triggers, at + 1)
    });
    text += &lines(300, |at| {
        let parent = if at == 0 { String::new() } else { format!(" extends r{}", at - 1) };
        let own = if at < triggers { format!("allow x:y:p{at} since 2020-01-0{}", 2 * at + 1) } else { String::new() };
        format!("role r{at}{parent} {{\n    allow x:y:p{}\n    {own}\n}}", at + 2 * triggers)
    });
    let compilation = compiled(400, &text);
    assert_eq!(compilation.epochs.runs, triggers);
    // Of all triggers, only the first is held early enough.
    let expected = ["x:y:p5 in all by b0 on 2020-01-01"];
    assert_eq!(gains(&compilation, "r0"), expected);
    assert_eq!(gains(&compilation, "r299"), expected);
}

/// What decides: own exclusions, divisions, when a role was created, whose it is, and whether a backfill names it.
#[test]
fn backfills_run_on_roles_that_may_fare_otherwise() {
    let text = "division a
role parent { allow x:y:p0 }
role child extends parent { allow x:y:p8 }
role sibling extends parent { allow x:y:p9 }
role refusing extends parent { except x:y:p1 }
role heir extends refusing {
    allow x:y:p9
}
role confined extends parent {
    within a
}
role heir_of_confined extends confined { allow x:y:p8 }
role late extends parent {
    created 2021-01-01
}
role named extends parent {
}
default role vendors extends parent {
}
backfill first {
    when x:y:p0
    roles custom
    add x:y:p1
    on 2020-01-01
}
backfill second {
    roles named
    add x:y:p2
    on 2020-01-02
}
backfill third {
    when explicitly x:y:p1
    add x:y:p3
    on 2022-01-01
}
";
    let compilation = compiled(400, text);
    let first = "x:y:p1 in all by first on 2020-01-01";
    let third = "x:y:p3 in all by third on 2022-01-01";
    let second = "x:y:p2 in all by second on 2020-01-02";
    let (first_in_a, third_in_a) = (first.replace("all", "a"), third.replace("all", "a"));
    assert_eq!(gains(&compilation, "child"), [first, third]);
    assert_eq!(gains(&compilation, "sibling"), [first, third]);
    assert_eq!(gains(&compilation, "refusing"), [""; 0]);
    assert_eq!(gains(&compilation, "heir"), [first, third]);
    assert_eq!(gains(&compilation, "confined"), [first_in_a.as_str(), &third_in_a]);
    assert_eq!(gains(&compilation, "heir_of_confined"), [first_in_a.as_str(), &third_in_a]);
    assert_eq!(gains(&compilation, "late"), [""; 0]);
    assert_eq!(gains(&compilation, "named"), [first, second, third]);
    assert_eq!(gains(&compilation, "vendors"), [""; 0]);
}

/// Of many claims about one holder of many roles, each finds those roles that matter.
#[test]
fn claims_about_holders_of_many_roles_are_judged_by_the_roles_that_matter() {
    let mut text = "user \"u\"\ngroup g\ndivision a\nrole wide { allow x:y:{p95, p96, p97, p98} }\n".to_owned();
    text += "assign wide to user \"u\" in a\n";
    text += &lines(90, |at| format!("role r{at} {{ allow x:y:p{at} }}\nassign r{at} to user \"u\" in a"));
    text += "backfill b {\n    when x:y:p7\n    add x:y:p94\n    on 2026-01-01\n}\n";
    text += &lines(89, |at| format!("assert user \"u\" can x:y:p{at} in a"));
    text += "assert user \"u\" can x:y:p94 in a at 2026-01-01\n";
    let sound = compiled(100, &text);
    assert!(sound.is_sound(), "{:#?}", sound.findings);
    text += "assert user \"u\" cannot x:y:p89\nassert user \"u\" can x:y:p99\nassert user \"u\" can x:y:p94 in a\n";
    let failed = compiled(100, &text);
    let told: Vec<&str> = failed
        .findings
        .iter()
        .filter(|finding| finding.code.name() == "assertion-failed")
        .map(|finding| &*finding.message)
        .collect();
    assert_eq!(
        told,
        ["the user `u` holds `x:y:p89` in a", "the user `u` does not hold `x:y:p99`", "the user `u` does not hold `x:y:p94`",]
    );
    let giver = failed.findings.iter().flat_map(|finding| &finding.labels).find(|label| label.text.contains("r89"));
    assert!(giver.is_some(), "the role that gives `x:y:p89` is shown");
}

/// Roles with more permissions than it is worth while to note are asked each time.
#[test]
fn claims_about_holders_of_large_roles_are_judged() {
    let mut text = "user \"u\"\ndivision a\nrole all_of_it {\n    allow *\n    except x:y:p9\n}\n".to_owned();
    text += "assign all_of_it to user \"u\" in a\n";
    text += &lines(20, |at| format!("role r{at} {{ allow x:y:p{} }}\nassign r{at} to user \"u\" in a", at % 5));
    text += &lines(20, |at| format!("assert user \"u\" can x:y:p{}", 5 * at));
    let sound = compiled(2_000, &text);
    assert!(sound.is_sound(), "{:#?}", sound.findings);
    let failed = compiled(2_000, &(text + "assert user \"u\" can x:y:p9\nassert user \"u\" cannot x:y:p1999\n"));
    let told = failed.findings.iter().filter(|finding| finding.code.name() == "assertion-failed");
    let told: Vec<&str> = told.map(|finding| &*finding.message).collect();
    assert_eq!(told, ["the user `u` does not hold `x:y:p9`", "the user `u` holds `x:y:p1999` in a"]);
}

/// A fault is told where it begins, of roles that hold the same as of those that hold something else.
#[test]
fn unmet_requirements_are_told_where_they_begin() {
    let text = "domain r division-aware {
    entity y {
        action a requires x:y:p0
        action b requires x:y:p1
    }
}
role first { allow r:y:{a, b} }
role same extends first { allow r:y:a }
role twin { allow r:y:{a, b} }
role better extends first { allow x:y:p0 }
role worse extends better { allow r:y:b }
role other { allow r:y:a }
role both extends other { allow r:y:b }
role joined extends first, other { allow r:y:b }
role sound { allow r:y:a
    allow x:y:p0
}
";
    let compilation = compiled(2, text);
    let unmet = compilation.findings.iter().filter(|finding| finding.code.name() == "missing-required-permission");
    let told: Vec<&str> = unmet.map(|finding| &*finding.message).collect();
    let both = "has `r:y:a`, which is useless without `x:y:p0`, and 1 more like it";
    assert_eq!(
        told,
        [
            format!("`first` {both}"),
            format!("`twin` {both}"),
            "`other` has `r:y:a`, which is useless without `x:y:p0`".to_owned(),
            format!("`both` {both}"),
        ]
    );
}
