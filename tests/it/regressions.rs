//! Faults that were found once: a source, and in comments beside its lines the findings expected there.
//!
//! `//^ code` expects a finding whose place is on that line. Hints are left out of account, but for those of a test about one.

use std::collections::BTreeSet;

use rolec::compile::{Input, compile};
use rolec::diagnostic::{Diagnostic, Level};
use rolec::model::Organisation;
use rolec::source::Sources;

use crate::folder::run;
use crate::scratch::Scratch;

const CATALOG: &str = "
domain d {
    entity e division-aware { view edit }
    entity typed conditions Age: number, Name: string { view }
    entity plain { view touch }
}
division a
division b
";

/// Compiles a source after the catalog above and compares its errors and warnings with the comments.
fn check(source: &str) {
    check_those(source, |finding| finding.level != Level::Hint);
}

/// Compiles a source and compares its findings of one code with the comments.
fn check_only(code: &str, source: &str) {
    check_those(source, |finding| finding.code.name() == code);
}

fn check_those(source: &str, counts: impl Fn(&Diagnostic) -> bool) {
    check_in(Organisation::default(), source, counts);
}

fn check_in(organisation: Organisation, source: &str, counts: impl Fn(&Diagnostic) -> bool) {
    let text = format!("{CATALOG}{source}");
    let expected = text.lines().enumerate().filter_map(|(at, line)| line.split_once("//^ ").map(|(_, codes)| (at, codes)));
    let expected: BTreeSet<(usize, String)> =
        expected.flat_map(|(at, codes)| codes.split_whitespace().map(move |code| (at, code.to_owned()))).collect();
    let sources = Sources::new(vec![("text.role".to_owned(), text.clone(), false)]);
    let compilation = compile(Input { sources, organisation, ..Input::default() });
    let file = &compilation.sources.files()[0];
    let counted = compilation.findings.iter().filter(|finding| counts(finding));
    let line = |finding: &Diagnostic| finding.primary().map_or(0, |place| file.line_of(place.start));
    let found: BTreeSet<(usize, String)> = counted.map(|finding| (line(finding), finding.code.name().to_owned())).collect();
    assert_eq!(found, expected, "{text}");
}

/// The line of each error, from 1, its message and its help.
fn told(source: &str) -> Vec<(usize, String, String)> {
    let sources = Sources::new(vec![("text.role".to_owned(), format!("{source}{CATALOG}"), false)]);
    let compilation = compile(Input { sources, ..Input::default() });
    let file = &compilation.sources.files()[0];
    let errors = compilation.findings.iter().filter(|finding| finding.level == Level::Error);
    let line = |finding: &Diagnostic| finding.primary().map_or(0, |place| file.line_of(place.start) + 1);
    errors.map(|finding| (line(finding), finding.message.clone(), finding.help.clone().unwrap_or_default())).collect()
}

/// One mistake is one finding, on its line, with a help that has certain words in it.
fn check_help(source: &str, line: usize, help: &str) {
    let told = told(source);
    assert!(matches!(told.as_slice(), [(at, _, said)] if *at == line && said.contains(help)), "{source}: {told:#?}");
}

#[test]
fn a_misspelt_keyword_is_shown_where_it_stands() {
    check_help("role r {\n alow d:e:view\n}\n", 2, "did you mean `allow`?");
    check_help("role r {\n allow d:e:view\n alloww d:e:edit\n}\n", 3, "did you mean `allow`?");
    check_help("role r {}\n\nrol s {}\n", 3, "did you mean `role`?");
    check_help("backfill b {\n wen d:e:view\n add d:e:edit\n on 2026-01-01\n}\n", 2, "did you mean `when`?");
    check_help("domain x {\n entitty y { view }\n}\n", 2, "did you mean `entity`?");
}

/// Every misspelt declaration is told in one run, and what stands between is kept.
#[test]
fn misspelt_declarations_are_all_told() {
    let source = "rol a {\n allow d:e:view\n}\n\ndvision x\ndivison y\n\nrole b {\n allow d:e:view\n}\n\npair x\nendpont GET \"/a\" open\ndomin q {\n entity z { view }\n}\n";
    let told = told(source);
    let helps: Vec<(usize, &str)> = told.iter().map(|(line, _, help)| (*line, help.as_str())).collect();
    let meant = |line: usize, word: &str| (line, format!("did you mean `{word}`?"));
    for (line, help) in [meant(1, "role"), meant(5, "division"), meant(6, "division"), meant(13, "endpoint"), meant(14, "domain")]
    {
        assert!(helps.contains(&(line, help.as_str())), "{line} {help}: {told:#?}");
    }
    assert_eq!(told.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [1, 5, 6, 12, 13, 14], "{told:#?}");
}

#[test]
fn a_missing_brace_after_a_head_is_one_fault() {
    check_help("role r\n allow d:e:view\n}\n", 1, "write `{` after its head");
    check_help("role r extends s\n owner \"me\"\n}\nrole s {}\n", 1, "write `{` after its head");
    check_help("role r allow d:e:view }\n", 1, "write `{` after its head");
    check_help("role r\n\nrole s {}\n", 1, "write `{` after its head");
    check_help("domain x\n entity y { view }\n}\nrole r {\n allow x:y:view\n}\n", 1, "write `{` after its head");
    check_help("backfill b\n when d:e:view\n add d:e:edit\n on 2026-01-01\n}\n", 1, "write `{` after its head");
    // What stands in the body is judged all the same.
    assert_eq!(told("role r\n allow d:e:nothing\n}\n").iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_permission_without_colons_is_one_fault() {
    for written in ["d e:view", "d:e view", "d/e/view", "d e view"] {
        check_help(&format!("role r {{\n allow {written}\n}}\n"), 2, "write `d:e:view`");
    }
    check_help("role r {\n allow d.e.view\n}\n", 2, "did you mean `d:e:view`?");
    check_help("role r {\n allow \"d:e:view\"\n}\n", 2, "without quotes");
    check_help("role r {\n allow d:e:{view edit}\n}\n", 2, "between commas");
    check_help("role r {\n allow d::view\n}\n", 2, "between the colons");
}

#[test]
fn habits_of_other_languages_are_told() {
    let cases = [
        ("allow: d:e:view", "no colon stands after a keyword"),
        ("allow d:e:view in [a]", "without brackets"),
        ("allow d:e:view if Age > 3", "begins with `where`"),
        ("allow d:typed:view where Age > 3 in a", "`in` comes before `where`"),
        ("allow d:typed:view where Age > 3 && Age < 9", "joined by `and`"),
        ("owner ‘team’", "plain double quotes"),
    ];
    for (line, help) in cases {
        check_help(&format!("role r {{\n {line}\n}}\n"), 2, help);
    }
    check_help("role s {}\nrole r extends s copies s {}\n", 2, "`copies` comes before `extends`");
    check_help("role s {}\nrole r {\n extends s\n}\n", 3, "before the `{`, as in `role b extends a {`");
    check_help("role r {\n allow d:e:view where X.y < 3\n}\n", 2, "conditions X.y: number }");
    check_help("role r {\n allow d:e:view where X.y == \"a\"\n}\n", 2, "conditions X.y: string }");
    check_help("home division main\nrole r {\n allow d:e:view in home\n}\n", 3, "did you mean `main`?");
    check_help("domain x {\n entity y { view, edit }\n}\n", 2, "without commas");
    check_help("backfill b {\n when d:e:view\n add d:e:edit\n region us 2026-01-01\n}\n", 4, "with its day");
}

#[test]
fn a_line_without_its_end_leaves_the_next_one_alone() {
    check_help("role r {\n allow\n allow d:e:view\n}\n", 2, "");
    check_help("role r {\n allow d:typed:view where\n allow d:e:view\n}\n", 2, "");
    check_help("role r {\n within\n // Why.\n owner \"x\"\n}\n", 2, "");
}

#[test]
fn an_open_brace_is_told() {
    check_help("role r {\n allow d:e:view\n\nrole s {\n allow d:e:edit\n}\n", 4, "still open");
    check_help("role r {\n allow d:e:{view, edit\n owner \"x\"\n}\n", 2, "the set is still open");
    check_help("role r Title {\n allow d:e:view\n}\n", 1, "a title stands in double quotes");
}

#[test]
fn a_condition_fits_what_is_left_after_excepts() {
    check("role r {\n allow d:{typed, plain}:view where Age > 5\n except d:plain:view\n}");
    check("role r {\n allow d:{typed, plain}:view where Age > 5 //^ condition-not-allowed\n}");
}

#[test]
fn strings_have_no_order() {
    check("role r {\n allow d:typed:view where Name < \"x\" //^ condition-type\n}");
}

#[test]
fn every_name_in_braces_matches_something() {
    check("role r {\n allow d:{e, plain}:touch //^ empty-selector\n}");
    check("role r {\n allow d:{e, nothing}:* //^ unknown-permission\n}");
}

#[test]
fn what_mends_a_contradiction_is_told() {
    check_help("role r {}\nrole r {}\n", 2, "rename one of them");
    check_help("role r {\n within a\n allow d:e:view in b\n}\n", 3, "name divisions of it after `in`");
    check_help("role r {\n allow d:e:view in b\n}\nrole s extends r {\n within a\n}\n", 5, "drop the parent `r`");
    let pair = "domain p {\n entity u division-unaware { x y }\n entity w division-aware { x y }\n}\n";
    check_help(&format!("{pair}pair p:u:x -> p:u:y\n"), 5, "correct what is stated");
    check_help(&format!("{pair}pair p:u:x -> p:u:x\n"), 5, "its successor on the right");
    let swapped = told(&format!("{pair}pair p:w:x -> p:u:x\n"));
    assert!(
        swapped.iter().all(|(_, _, help)| help.contains("write `pair p:u:x -> p:w:x`")) && swapped.len() == 2,
        "{swapped:#?}"
    );
}

/// What a file that can't be read may declare is not called unknown elsewhere; what has nothing to do with it is told.
#[test]
fn a_file_that_is_not_utf8_is_told_once() {
    let scratch = Scratch::project();
    scratch.write("base.role", b"role b\xe4r {\n allow nothing:at:all\n");
    scratch
        .write("roles.role", "role child extends b\u{e4}r {}\nrole other {\n requires role b\u{e4}r\n created 2026-02-30\n}\n");
    let findings = scratch.compile().findings;
    let found: Vec<&str> = findings.iter().map(|finding| finding.code.name()).collect();
    assert_eq!(found, ["not-utf8", "invalid-date"]);
    assert!(findings[0].help.as_ref().is_some_and(|help| help.ends_with("findings that may come of it are told then")));
}

/// The formatter does not write what stands for the bytes of such a file.
#[test]
fn a_file_that_is_not_utf8_is_not_formatted() {
    let scratch = Scratch::project();
    let bytes = b"role   r \"B\xfcro\" {}\n";
    scratch.write("a.role", bytes);
    let outcome = run(scratch.root(), &["fmt"]);
    assert!(outcome.code == 1 && outcome.err.contains("not-utf8"), "{outcome}");
    assert_eq!(std::fs::read(scratch.place("a.role")).expect("the file is there"), bytes);
}

/// The number of near names that are looked up is bounded; whether a name exists is not.
#[test]
fn an_unknown_name_is_found_after_many_sound_selectors() {
    let blanks = |count: usize| " ".repeat(count);
    let sound = (0..600).map(|at| format!(" allow d:e:{{view{}}}\n", blanks(at))).collect::<Vec<_>>().concat();
    check(&format!(
        "role many {{\n allow-finding no-effect \"many\"\n{sound}}}\nrole r {{\n allow d:e:{{view, nothing}} //^ unknown-permission\n}}"
    ));
}

#[test]
fn a_correction_names_what_is_declared() {
    check("correct domain d { entity nothing division-aware {} } //^ unknown-permission");
    check("correct domain d { entity e division-aware {} } //^ no-effect");
}

#[test]
fn what_an_error_taints_is_not_called_unneeded() {
    check(
        "role r {\n allow-finding no-effect \"x\"\n allow-finding empty-scope \"x\" //^ finding-not-allowable\n allow d:e:view\n}",
    );
}

#[test]
fn the_first_home_division_in_the_sources_is_kept() {
    check("home division z\nhome division y //^ second-home-division");
}

#[test]
fn an_empty_scope_is_told_beside_a_line_without_effect() {
    check("role r {\n within a\n allow d:e:*\n allow d:e:view in b //^ empty-scope no-effect\n}");
}

#[test]
fn a_pair_that_is_wrong_states_nothing() {
    check(
        "pair d:e:view -> d:plain:view //^ pair-awareness
role r { //^ unstated-awareness\n within a\n allow d:plain:view\n}",
    );
    check("pair d:plain:view -> d:plain:view //^ pair-awareness");
}

#[test]
fn every_ring_of_division_sets_is_told_where_it_begins() {
    check("divisions u = y\ndivisions x = y //^ division-cycle\ndivisions y = x");
    check(
        "divisions p = q //^ division-cycle\ndivisions q = s, p\ndivisions s = t //^ division-cycle\ndivisions t = s\ndivisions v = a, p",
    );
}

#[test]
fn nobody_is_confined_to_a_ring_of_division_sets() {
    let sets = "divisions x = a, y //^ division-cycle\ndivisions y = x\n";
    check(&format!("{sets}role r {{\n within x\n allow d:e:view\n except d:plain:view\n}}"));
    check(&format!(
        "{sets}role r {{\n allow d:e:view in b, y\n except d:plain:view\n}}\nrole s extends r {{\n except d:plain:view\n}}"
    ));
    check(&format!("{sets}role r {{\n within a\n allow d:e:view in b //^ empty-scope\n}}"));
}

#[test]
fn a_division_that_a_dropped_declaration_names_is_used() {
    let role = "role r {\n allow d:e:view\n}\n";
    let scopes = "within a\n allow d:e:view in b";
    check_only("unused-division", &format!("{role}override r {{\n {scopes}\n}}"));
    check_only("unused-division", &format!("{role}override nobody {{\n {scopes}\n}}"));
    check_only("unused-division", &format!("{role}role r {{\n {scopes}\n}}"));
    check_only("unused-division", "role r {\n within a\n within b\n}");
    check_only("unused-division", "division c //^ unused-division\ndivisions x = a, y\ndivisions y = b, x\n");
}

#[test]
fn a_division_whose_name_is_misspelt_is_not_called_unused() {
    let missing = "role r {\n allow d:e:view in aa //^ unknown-division\n}";
    check(&format!("division aaa\n{missing}"));
    check(&format!("division aaa\ndivisions both = aaa, b\n{missing}"));
    check_only("unused-division", "division aaa //^ unused-division\nrole r {\n within a, b\n}");
}

#[test]
fn of_a_division_and_a_set_of_one_name_the_first_is_kept() {
    let role = "role r {\n within b\n allow d:e:view in c";
    check(&format!("divisions c = b\ndivision c //^ duplicate-declaration\n{role}\n}}"));
    check(&format!("division c\ndivisions c = b //^ duplicate-declaration\n{role} //^ empty-scope\n}}"));
    let used = "role r {\n within b\n}\n";
    check_only("unused-division", &format!("{used}divisions c = b //^ unused-division\ndivisions c = a"));
}

#[test]
fn an_override_answers_for_what_the_role_it_edits_holds() {
    let needy = "domain n { entity x { view action edit requires n:x:view } }\n";
    let edit = "override v { //^ edited-vendor-role missing-required-permission\n owner \"us\"\n}";
    check(&format!("{needy}default role v {{\n allow n:x:edit\n}}\n{edit}"));
    let inherited = "role p { //^ missing-required-permission\n allow n:x:edit\n}\ndefault role v extends p {}\n";
    check(&format!("{needy}{inherited}override v {{ //^ edited-vendor-role\n owner \"us\"\n}}"));
}

#[test]
fn an_override_was_created_when_the_role_was_that_it_edits() {
    let backfill = "backfill f {\n when d:e:view\n add d:plain:view\n on 2026-02-01\n}\n";
    let role = |fact: &str| format!("default role v {{\n {fact}\n allow d:e:view\n}}\n");
    let edit = "override v { //^ edited-vendor-role\n owner \"us\"\n}";
    check(&format!("{backfill}{}{edit}", role("created 2026-03-01 //^ created-too-late")));
    check(&format!("{backfill}{}{edit}", role("created 2026-02-01")));
    check(&format!("{}override v {{\n created 2026-01-01 //^ fact-in-override\n}}", role("irremovable")));
}

#[test]
fn an_addition_is_held_explicitly() {
    let role = "role r {\n allow d:e:*\n}\n";
    let explicit = "{\n when explicitly d:e:view\n add d:plain:touch\n on 2026-02-01\n}\n";
    let addition = |day: &str| format!("backfill f {{\n roles r\n add d:e:view\n on {day}\n}}\n");
    let code = "backfill-without-effect";
    check_only(code, &format!("{role}backfill g {explicit}{}", addition("2026-01-01")));
    check_only(code, &format!("{role}backfill g {explicit}{}", addition("2026-02-01")));
    check_only(code, &format!("{role}backfill g //^ {code}\n{explicit}{}", addition("2026-03-01")));
}

#[test]
fn what_a_done_backfill_added_is_held_where_the_trigger_is() {
    let backfill = "backfill f {\n when d:e:view\n add d:typed:view\n on 2026-02-01\n done\n}\n";
    let role = |head: &str, line: &str| format!("{backfill}role r {{{head}\n allow d:e:view in a\n{line}\n}}");
    let missing = " //^ done-backfill";
    check_only("done-backfill", &role(missing, ""));
    check_only("done-backfill", &role(missing, " allow d:typed:view in b"));
    check_only("done-backfill", &role(missing, " allow d:typed:view where Age > 5"));
    check_only("done-backfill", &role("", " allow d:typed:view in a"));
    check_only("done-backfill", &role("", " allow d:typed:view"));
    check_only("done-backfill", &role("", " except d:typed:view"));
}

#[test]
fn an_old_option_counts_in_its_application_alone() {
    let text = |head: &str, owned: &str| {
        format!(
            "home division home_of_all
             role r {{ allow d:e:view }}
             role other {{ allow d:e:edit }}
             group g
             user \"u\" member of g
             assign r to group g in all
             assign other to group g in all
             {head}
             application scripter owns {owned}
             old option role r on user \"u\" in scripter
            "
        )
    };
    let code = "unconfigured-full-access";
    // What the group gives does not count, though it is another application's too; nor does the option, which is not its own.
    let open = |mark: &str| format!("application callback owns d:e:view unconfigured full-access{mark}");
    check_only(code, &text(&open(&format!(" //^ {code}")), "d:e:view, d:e:edit").replace("role r on", "role other on"));
    check_only(code, &text(&open(""), "d:e:view, d:e:edit"));
    check_only(code, &text(&open(""), "d:e:edit"));
    let alone = text(&open(&format!(" //^ {code}")), "d:e:edit").replace("assign r to group g in all", "");
    check_only(code, &alone);
}

#[test]
fn what_an_old_option_replaces_breaks_no_never() {
    let text = |owned: &str, marks: [&str; 2]| {
        format!(
            "home division home_of_all
             role viewer {{ allow d:e:view }}
             role editor {{ allow d:e:edit }}
             role both {{ allow d:e:{{view, edit}}  allow-finding never-broken \"of old\" }}
             group g
             user \"u\" member of g
             assign viewer to user \"u\" in all{}
             assign editor to group g in all
             assign both to user \"other\" in all
             user \"other\"
             application scripter owns {owned}
             old option role editor on user \"u\" in scripter{}
             never d:e:view with d:e:edit
            ",
            marks[0], marks[1]
        )
    };
    let told = " //^ never-broken";
    let check = |text: String| check_only("never-broken", &text);
    // The option's role counts in its application alone, and what the group gives counts everywhere else.
    check(
        text("d:e:view", ["", ""]).replace("assign editor to group g in all", "assign editor to group g in all //^ never-broken"),
    );
    check(text("d:e:edit", [told, ""]).replace("assign editor to group g in all", ""));
    check(text("d:e:edit", ["", ""]).replace("old option role editor", "old option role viewer"));
    check(text("d:e:edit", ["", ""]).replace("old option role editor", "old option role viewer").replace("editor to", "both to"));
}

#[test]
fn a_role_with_an_error_in_it_is_not_judged_beside_others() {
    let text = |parent: &str| {
        format!(
            "role needed {{}}
             role base {{ {parent} }}
             role needing extends base {{ requires role needed }}
             user \"u\"
             assign needing to user \"u\" in all
            "
        )
    };
    let code = "missing-required-role";
    check_only(
        code,
        &text("allow d:e:view").replace("requires role needed }", "requires role needed } //^ missing-required-role"),
    );
    check_only(code, &text("allow d:e:view  allow d:e:nothing"));
    // Nor does anybody lack what such a role may inherit.
    check_only(
        code,
        &text("allow d:e:view")
            .replace("user \"u\"", "user \"u\" role odd extends needed { allow d:e:nothing } assign odd to user \"u\" in all"),
    );
    let text = |copied: &str| {
        format!(
            "default role late {{ available when organisation created from 2026-01-01 }}
             role copy copies late {{ {copied}
            "
        )
    };
    let check = |source: &str| {
        let organisation = Organisation { created: "2025-01-01".parse().ok(), ..Organisation::default() };
        check_in(organisation, source, |finding| finding.code.name() == "role-not-available");
    };
    check(&text("} //^ role-not-available"));
    check(&text("allow d:e:nothing }"));
}

#[test]
fn an_opt_in_waits_for_the_backfill() {
    let text = |early: bool| {
        format!(
            "view \"V\" any d:e:edit
             backfill b {{ when d:e:view add d:e:edit on 2026-02-01 region north on 2026-03-01 region south on 2026-01-10 }}
             enforcement x {{{}
                 guards view \"V\"
                 after backfill b
                 grace from 2026-01-01 until 2026-06-01
             }}
            ",
            if early { " //^ enforced-before-backfill" } else { "" }
        )
    };
    let check = |day: &str, regions: &[&str], early: bool| {
        let opt_ins = day.parse().map(|day| ("x".to_owned(), day)).into_iter().collect();
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        let organisation = Organisation { opt_ins, regions, ..Organisation::default() };
        check_in(organisation, &text(early), |finding| finding.code.name() == "enforced-before-backfill");
    };
    check("2026-02-28", &["north", "south"], true);
    check("2026-03-01", &["north", "south"], false);
    // Without a list of regions there may be others, where the default day is the day.
    check("2026-01-31", &[], true);
    check("2026-03-01", &[], false);
    // After the end of the grace the wish says nothing.
    check("2026-06-02", &["north", "south"], false);
}
