//! The evaluator itself, on projects small enough to be judged by hand.

use std::collections::BTreeSet;

use crate::reference::{Meaning, Scope, Settings, meaning_of_texts};

/// Aware, unaware and unstated entities, a pair, divisions.
const BASE: &str = r"
domain d {
    entity a division-aware { view edit action old deprecated action needs requires d:a:view action var conditions V: string, N: number }
    entity u division-unaware { view half }
    entity x { view }
}
legacy admin
pair d:u:half -> d:a:view
home division main
division north
division south
divisions both = north, south
role uses_all { allow d:a:view in north, both  allow d:a:edit in north }
role lockable { allow d:x:* }
";

fn meaning(text: &str) -> Meaning {
    let settings = Settings { role_backfill: true, ..Settings::default() };
    meaning_of_texts(&[("base.role".to_owned(), BASE.to_owned()), ("case.role".to_owned(), text.to_owned())], &settings)
}

/// Checks the findings that a text adds, written `code name`.
fn check(text: &str, expected: &[&str]) {
    let found: BTreeSet<String> = meaning(text).findings.iter().map(|(code, name)| format!("{code} {name}")).collect();
    let expected: BTreeSet<String> = expected.iter().map(|line| (*line).to_owned()).chain(["no-lock ".to_owned()]).collect();
    assert_eq!(found, expected, "{text}");
}

/// Checks what role `r` holds at last in the default calendar: permission, scope, condition.
fn check_grants(text: &str, expected: &[&str]) {
    let meaning = meaning(text);
    let last = meaning.roles.get("r").and_then(|calendars| calendars.get("")).and_then(|states| states.last());
    let scope = |scope: &Scope| match scope {
        Scope::All => "all".to_owned(),
        Scope::In(divisions) => divisions.iter().cloned().collect::<Vec<_>>().join("+"),
    };
    let line = |(permission, within, condition): &(String, Scope, String)| format!("{permission} {} {condition}", scope(within));
    let found: Vec<String> = last.iter().flat_map(|(_, grants)| grants).map(line).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_plain_role() {
    check("role r { allow d:a:view }", &[]);
    check_grants(
        "role r { allow d:a:view in both  allow d:u:view in north }",
        &["d:a:view north+south true", "d:u:view all true"],
    );
}

#[test]
fn conditions_are_canonical() {
    check_grants(
        r#"role r { allow d:a:var where N > 5 and (V in ["b", "a", "b"] or V in ["c"]) }"#,
        &[r#"d:a:var all N > 5 and (V == "c" or V in ["a", "b"])"#],
    );
    check_grants(
        r#"role r { allow d:a:var where V == "a"  allow d:a:var in north where V in ["a", "b"]  allow d:a:var in south where V in ["b", "a"] }"#,
        &[r#"d:a:var all V == "a""#, r#"d:a:var north+south V in ["a", "b"]"#],
    );
}

#[test]
fn own_clauses() {
    check("role r { allow d:a:view  except d:a:* }", &["allow-and-except r"]);
    check("role r { allow d:a:{view}  except d:a:* }", &["no-effect r"]);
    check("role r { allow d:a:view  except d:a:edit }", &["no-effect r"]);
    check("role r { allow d:a:*  except d:a:{edit, old}  except d:a:old }", &["no-effect r"]);
    check("role r { allow d:a:view  allow d:a:view in north }", &["no-effect r"]);
    check("role r { allow d:a:view since 2026-01-01  allow d:a:view since 2026-01-02 }", &["no-effect r"]);
    check("role r { allow d:u:view in north }", &["no-effect r"]);
    check("role r { within all  allow d:a:view }", &["no-effect r"]);
    check("role r { within south  allow d:a:view in north }", &["empty-scope r"]);
    check("role r { within south  allow d:{a, x}:view in north  allow d:a:edit }", &["empty-scope r"]);
    check("role r { allow d:a:{old, view} }", &["deprecated-permission r"]);
    check("role r { allow d:a:needs }", &["missing-required-permission r"]);
    check("role r { requires role uses_all }", &["required-role r"]);
}

#[test]
fn parents() {
    check("role p { allow d:a:view in north } role r extends p { allow d:a:view in north }", &["redundant-with-parent r"]);
    check("role p { allow d:a:view in north } role r extends p { within south }", &["empty-scope r"]);
    check("role p { allow d:a:view in north  allow d:a:edit } role r extends p { within south }", &["partly-empty-scope r"]);
    check_grants("role p { allow d:a:view } role r extends p { within north  except d:a:edit }", &["d:a:view north true"]);
    check("role p extends r { allow d:a:nothing } role r extends p {}", &["inheritance-cycle p", "unknown-permission p"]);
    check(
        "default role p { allow d:a:* } override p { except d:a:old } role r extends p { allow d:a:edit }",
        &["edited-vendor-role p", "redundant-with-parent r"],
    );
}

#[test]
fn confinement() {
    check("role r { within north  allow d:a:edit  allow d:u:view }", &["unconfinable r"]);
    check("role r { within north  allow d:a:edit  allow d:u:half }", &["unaware-half r"]);
    check("role r { within north  allow d:a:view  allow d:u:half }", &["confinement-defeated r"]);
    check("role r { within north  allow d:a:edit  allow d:*:half }", &["wildcard-defeats-confinement r"]);
    check(
        "role p { within north  allow d:a:edit } role r extends p { allow d:x:view  allow-finding unstated-awareness \"so\" }",
        &[],
    );
    check("role r { allow d:a:view  allow d:u:half }", &["pair-transition r"]);
    check(
        "role r { within north  allow admin  allow-finding no-effect \"so\" }",
        &["unneeded-allow-finding r", "unstated-awareness r"],
    );
    check(
        "role r { within north  allow d:u:view  allow d:a:edit } view \"v\" any d:a:edit, d:u:view, admin",
        &["surface-unconfined r", "unconfinable r"],
    );
    check("view \"v\" any d:a:edit, d:u:view", &["pair-candidate v"]);
}

#[test]
fn backfills() {
    let fill = "backfill b { when d:a:edit  add d:a:var  add d:u:view  on 2026-02-16 }";
    check_grants(
        &format!("role r {{ within north  allow d:a:edit }} {fill}"),
        &["d:a:edit north true", "d:a:var north true", "d:u:view all true"],
    );
    check(&format!("role r {{ allow d:a:edit  created 2026-02-17 }} {fill}"), &["created-too-late r"]);
    check(&format!("role r {{ allow d:a:edit  except d:u:* }} {fill}"), &["except-beats-backfill r"]);
    check_grants(&format!("role r {{ allow d:a:edit since 2026-02-17 }} {fill}"), &["d:a:edit all true"]);
    check("backfill b { when d:a:needs  add d:a:var  on 2026-02-16 }", &["backfill-without-effect b"]);
    check("backfill b { when d:a:view  add d:a:var  done  on 2026-02-16 }", &["done-backfill uses_all"]);
    check_grants(
        "role r { allow d:a:* except d:a:{old, var, needs, view} } backfill b { when explicitly d:a:edit  add d:u:view  on 2026-02-16 }",
        &["d:a:edit all true"],
    );
    check_grants(
        "role r { allow d:a:view in both  allow d:a:edit in north } backfill b { when d:a:edit, d:a:view  add d:a:var  on 2026-02-16 }
         backfill c { when explicitly d:a:var  add d:a:needs  on 2026-02-16 }",
        &["d:a:edit north true", "d:a:needs north true", "d:a:var north true", "d:a:view north+south true"],
    );
}

#[test]
fn divisions_and_names() {
    check("division spare", &["unused-division spare"]);
    check("divisions ring = ring", &["division-cycle ring"]);
    check("home division second divisions s = second role r { allow d:a:view in s }", &["second-home-division second"]);
    check("role r { allow d:a:var where N == \"a\" }", &["condition-type r"]);
    check("role r { allow d:a:var where V == Other }", &["condition-not-allowed r"]);
    check("role r { allow d:a:view where V == \"a\" }", &["condition-not-allowed r"]);
    check("correct domain d { entity u division-aware {} }", &["catalog-corrected d", "pair-awareness d:u:half"]);
}

#[test]
fn a_parent_gives_what_it_has_in_normal_form() {
    let roles = "role plain { within north  allow d:a:var }
         role both extends plain, queue { within north }
         role queue { allow d:a:var where V == \"x\" }
         role elsewhere extends queue { within south }
         role r extends elsewhere, both { }";
    check_grants(roles, &["d:a:var north true", "d:a:var south V == \"x\""]);
}
