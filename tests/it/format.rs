//! Formatting: what canonical text looks like, that it stays as it is, and that nothing gets lost.

use rolec::catalogs;
use rolec::diagnostic::Sink;
use rolec::source::Sources;
use rolec::syntax::{format, parse};

/// The canonical text of a source.
fn format(text: &str) -> String {
    let sources = Sources::new(vec![("test.role".to_owned(), text.to_owned(), false)]);
    let mut sink = Sink::default();
    sources.files().iter().map(|source| format::format(source, &parse::parse(source, &mut sink))).collect()
}

/// Checks what a text becomes, and that it then stays so.
#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(format(text), expected);
    assert_eq!(format(expected), expected, "the canonical text changes when formatted again");
}

/// Checks that a text is canonical.
#[track_caller]
fn stays(text: &str) {
    assert_eq!(format(text), text);
}

#[test]
fn nothing_stays_nothing() {
    check("", "");
    check(" \n\r\n\t", "");
}

#[test]
fn one_fact_a_line() {
    check(
        "role a \"A\" copies b extends c,d{owner \"x\"\tallow x:y:z in e,f where A==\"1\" since 2020-01-01 except x:*}",
        "role a \"A\" copies b extends c, d {\n    owner \"x\"\n    allow x:y:z in e, f where A == \"1\" since 2020-01-01\n    except x:*\n}\n",
    );
    check(
        "backfill b{when any explicitly x:y:z,x:y:w roles default,r add a:*:* on no sooner than 2026-01-01 .. 2026-02-01 region e on 2026-03-01 optional done see \"S\"}",
        "backfill b {\n    when any explicitly x:y:z, x:y:w\n    roles default, r\n    add a:*\n    on no sooner than 2026-01-01..2026-02-01\n    region e on 2026-03-01\n    optional\n    done\n    see \"S\"\n}\n",
    );
    check("default   role r{}override\nr{}", "default role r {}\noverride r {}\n");
}

#[test]
fn every_clause_of_a_role() {
    stays(
        "role a {
    created 2020-01-01
    requires role b
    requires license cx1
    auto-assigned to creator
    irremovable
    formerly \"x\", \"y\"
    available when organisation created after 2020-01-01
    owner \"o\"
    within all
    allow-finding unconfinable \"because\"
}
",
    );
}

#[test]
fn selectors_have_one_form() {
    check(
        "role a { allow x:*:* except *:*:view allow *:*:* allow x:{ b ,a, }:* allow * }",
        "role a {\n    allow x:*\n    except *:*:view\n    allow *:*\n    allow x:{b, a}:*\n    allow *\n}\n",
    );
}

#[test]
fn conditions_keep_the_parentheses_they_need() {
    check(
        "role a { allow x:y:z where ((A==\"1\") and (B in[\"x\",-2.5,User.id] or C>=3)) }",
        "role a {\n    allow x:y:z where A == \"1\" and (B in [\"x\", -2.5, User.id] or C >= 3)\n}\n",
    );
}

#[test]
fn long_lists_break() {
    check(
        "role a { allow outbound:{campaign, contactList}:{view, edit, delete, viewSchedule, editSchedule, deleteSchedule} in emea }",
        "role a {
    allow outbound:{campaign, contactList}:{
        view,
        edit,
        delete,
        viewSchedule,
        editSchedule,
        deleteSchedule,
    } in emea
}
",
    );
    check(
        "endpoint GET \"/api/v2/outbound/schedules/emailcampaigns\" any outbound:schedule:view, outbound:campaign:view or self",
        "endpoint GET \"/api/v2/outbound/schedules/emailcampaigns\" any
    outbound:schedule:view,
    outbound:campaign:view
    or self
",
    );
    stays("endpoint DELETE \"/api/v2/a/path/that/is/long/enough/to/fill/a/line/nearly/alone/{id}\" any outbound:schedule:view\n");
}

#[test]
fn bare_actions_share_a_line() {
    check("domain d { entity e { a b\nc } entity f{} }", "domain d {\n    entity e { a b c }\n    entity f {}\n}\n");
    check(
        "domain d { entity e division-aware { a\n\nb action c \"C\" since 2020-01-01 deprecated since 2021-01-01 use x:y:z d } }",
        "domain d {
    entity e division-aware {
        a

        b
        action c \"C\" since 2020-01-01 deprecated since 2021-01-01 use x:y:z
        d
    }
}
",
    );
    let names = ["aaaaaaaaaaaaaaaaaaaaaaaaaaa"; 4].join(" ");
    let line = ["aaaaaaaaaaaaaaaaaaaaaaaaaaa"; 3].join(" ");
    check(
        &format!("domain d {{ entity e {{ {names} }} }}"),
        &format!("domain d {{\n    entity e {{\n        {line}\n        aaaaaaaaaaaaaaaaaaaaaaaaaaa\n    }}\n}}\n"),
    );
}

#[test]
fn actions_named_like_attributes_say_so() {
    check(
        "domain d { entity e { since requires } }",
        "domain d {\n    entity e {\n        action since\n        action requires\n    }\n}\n",
    );
    stays("domain d {\n    entity e {\n        action x deprecated\n        action use\n        a b\n    }\n}\n");
}

#[test]
fn attributes_and_titles() {
    stays(
        "correct domain d \"D\" division-unaware conditions A.b: string, C: number {
    entity e \"E\" conditions any requires x:y:z {}
    allow-finding pair-candidate \"because\"
    entity f { a }
}
",
    );
}

#[test]
fn blank_lines() {
    check(
        "division a division b\n\n\ndivision c divisions s=a,b\nlegacy admin\npair a:b:c->d:e:f role r {\n\n\nowner \"x\"\n\n\n// why\nirremovable\n\n}\nrole s {}",
        "division a
division b

division c
divisions s = a, b

legacy admin

pair a:b:c -> d:e:f

role r {
    owner \"x\"

    // why
    irremovable
}

role s {}
",
    );
}

#[test]
fn comments_stay() {
    check(
        "// head


/// doc
role a { // of the brace
// own
owner \"x\"   // trailing
  // last
} // after
// of b
role b { }
role c { // only
}

// end",
        "// head

/// doc
role a { // of the brace
    // own
    owner \"x\" // trailing
    // last
} // after

// of b
role b {}

role c { // only
}

// end
",
    );
}

#[test]
fn empty_bodies() {
    stays("domain d division-aware {}\ndomain e {}\n\noverride r {}\n\nbackfill b {}\n");
    check("domain d {\n// why\n}", "domain d {\n    // why\n}\n");
    check("domain d { entity e {\n// why\n} }", "domain d {\n    entity e {\n        // why\n    }\n}\n");
}

#[test]
fn comments_inside_a_fact_stay() {
    check(
        "role a extends b, // first\n c { allow x:{ // open\n y, // y\n // own\n z }:w // mid\n in d }",
        "role a extends
    b, // first
    c
{
    allow x:{ // open
        y, // y
        // own
        z,
    }:w // mid
        in d
}
",
    );
}

#[test]
fn line_ends_of_any_kind() {
    check("role a {\r\n  // c\r\n\r\n  owner \"x\" // d\r\n}\r\n", "role a {\n    // c\n\n    owner \"x\" // d\n}\n");
}

#[test]
fn every_source_of_a_project() {
    let text = "// a\nrole a {\n    owner \"x\" // b\n}\n";
    let sources = Sources::new(["a.role", "b.role"].map(|name| (name.to_owned(), text.to_owned(), false)).to_vec());
    for source in sources.files() {
        assert_eq!(format::format(source, &parse::parse(source, &mut Sink::default())), text);
    }
}

#[test]
fn what_is_faulty_stays_as_it_is() {
    check("role a {\n  allow\tx:y:z\n   allow ??\n}\ndivision   b", "role a {\n  allow\tx:y:z\n   allow ??\n}\n\ndivision b\n");
    check("what  is this // no\n\ndivision   b", "what  is this // no\n\ndivision b\n");
}

#[test]
fn shipped_catalogs_are_canonical() {
    for (name, text) in catalogs::ALL.iter().flat_map(|catalog| catalog.files) {
        assert!(format(text) == *text, "{name} is not canonical");
    }
}

// -------------------------------------------------------------------------------------- properties

/// Every construct, with a blank wherever one may stand.
const SAMPLE: &str = r#"
domain d "D" division-aware conditions A.b : string , C : number { entity e requires x:y:z { a b action c "C" deprecated
since 2020-01-01 use x:{ y , z }:* d } allow-finding some-code "r" entity f { } }
correct domain d { entity e division-unaware { a } } legacy admin pair a:b:c -> d:e:f
endpoint GET "/x/{id}" any a:b:c , d:e:f or self endpoint PUT "//" open topic "t" all a:b:c , d:e:f view "v" unstated
home division h "H" division i divisions s = h , i
role r "R" copies c extends p , q { within h , i allow x:{ y , z }:{ v , w , } in h , s where A == "//" and ( B in [ "x" , -2.5 ]
or C >= User.id ) since 2020-01-01 except * created 2020-01-01 requires role o requires license l auto-assigned to all irremovable
formerly "x" , "y" available when organisation created from 2020-01-01 owner "o" allow-finding c "r" }
override v { allow a:b:c } default role w { }
backfill b "B" { when any explicitly a:b:c , d:e:{ f , g } roles default , r add a:b:* on no sooner than 2020-01-01 .. 2020-02-01
region e on 2020-01-01 optional done see "s" }
"#;

/// A text without what the formatter may add, leave out or move: blanks and commas.
fn essence(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && *char != ',').collect()
}

/// The parts of the sample between its blanks, those within strings aside.
fn chunks() -> Vec<&'static str> {
    SAMPLE.split_ascii_whitespace().collect()
}

#[test]
fn the_sample_is_sound_and_keeps_its_words() {
    let sources = Sources::new(vec![("sample.role".to_owned(), SAMPLE.to_owned(), false)]);
    let mut sink = Sink::default();
    let items: usize = sources.files().iter().map(|source| parse::parse(source, &mut sink).items.len()).sum();
    assert_eq!((items, sink.into_sorted().len()), (15, 0));
    let once = format(SAMPLE);
    assert_eq!(essence(&once), essence(SAMPLE));
    assert_eq!(format(&once), once);
}

#[test]
fn a_comment_anywhere_stays_where_it_is() {
    let chunks = chunks();
    for blank in [" // here\n", "\n// here\n", "\n\n// here\n\n// there\n"] {
        for at in 0..=chunks.len() {
            let text = format!("{}{blank}{}", chunks[..at].join(" "), chunks[at..].join(" "));
            let once = format(&text);
            assert_eq!(essence(&once), essence(&text), "from {text}");
            assert_eq!(format(&once), once, "from {text}");
        }
        let everywhere = chunks.join(blank);
        let once = format(&everywhere);
        assert_eq!(essence(&once), essence(&everywhere));
        assert_eq!(format(&once), once);
    }
}

#[test]
fn faults_lose_nothing() {
    let chunks = chunks();
    let intruders: [&[&str]; 6] = [&["{"], &["}"], &["\""], &["role", "z"], &["?"], &["(", "("]];
    for (separator, step) in [("\n", 1), (" // c\n", 5)] {
        for at in (0..chunks.len()).step_by(step) {
            for intruder in [&[], intruders[at % intruders.len()]] {
                let text = [&chunks[..at], intruder, &chunks[at + 1..]].concat().join(separator);
                let once = format(&text);
                assert_eq!(essence(&once), essence(&text), "from {text}");
                assert_eq!(format(&once), once, "from {text}");
            }
        }
    }
}
