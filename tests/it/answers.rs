//! `rolec why` and `rolec show`: what they answer, and that their answers agree with what roles hold.

#![expect(clippy::format_push_string, reason = "texts are built piece by piece; speed does not matter")]

use std::path::Path;

use crate::folder::{Folder, run, snapshot};

const MANIFEST: &str = "[project]
name = \"office\"
version = \"1.0.0\"

[organisation]
role-backfill = false
regions = [\"island\", \"north\", \"south\"]
";

const CATALOG: &str = "domain desk {
    entity seat division-aware conditions Desk.floor: string { add edit view }
    entity plan division-unaware { edit view }
    entity badge conditions Desk.floor: string, Desk.level: number { issue revoke }
}
domain post {
    entity letter division-aware { read send }
    entity stamp { buy }
    entity phone { dial }
}
legacy admin
division east
division west
divisions coast = east, west
home division main
";

const ROLES: &str = "default role clerk \"Clerk\" {
    allow desk:*
    allow post:letter:read
}
default role courier {
    allow post:*
}
override courier {
    except post:stamp:*
}
role east_clerk \"Clerk of the East\" copies clerk {
    within east
    except desk:seat:edit
}
role junior extends east_clerk {
    allow desk:badge:issue where Desk.floor in [\"1\", \"2\"]
    allow desk:seat:add in coast since 2025-05-01
}
role senior extends junior, courier {
    allow desk:seat:edit in west
}
role west_clerk extends east_clerk {
    within coast
    allow desk:seat:view in west where Desk.floor == \"1\"
    allow-finding unstated-awareness \"the test is about other things\"
}
role temp {
    created 2026-03-05
    allow post:letter:read
}
role newcomer {
    created 2026-12-01
    allow post:letter:read
}
role boss {
    allow admin
    allow post:{letter, stamp}:*
}
role lobby extends clerk {
    within west
    except post:letter:read
}
role north_lobby extends lobby {
    allow desk:plan:view
}
role visitor {
    owner \"reception\"
}
";

const BACKFILLS: &str = "backfill phones {
    when post:letter:read
    add post:phone:dial
    on 2026-02-16
    region north on 2026-03-01..2026-03-07
    region south on no sooner than 2026-05-01
}
backfill stamps {
    when explicitly post:letter:read
    roles custom
    add post:stamp:buy
    region north on 2026-04-01
}
backfill plans {
    optional
    when any post:letter:read, post:letter:send
    add desk:plan:edit
    on 2026-01-01
}
backfill letters {
    done
    roles temp
    add post:letter:send
    on 2025-01-01
}
backfill seats {
    when post:letter:read, admin
    add desk:seat:add
    on 2026-06-01
}
backfill clerks {
    when desk:plan:edit
    add desk:seat:edit
    on 2026-06-01
}
";

fn office() -> Folder {
    let files = [("rolec.toml", MANIFEST), ("catalog.role", CATALOG), ("roles.role", ROLES), ("backfills.role", BACKFILLS)];
    Folder::with(&files)
}

/// Asks and compares all that is printed with a snapshot.
#[track_caller]
fn ask(folder: &Folder, name: &str, questions: &[&str]) {
    let mut text = String::new();
    for question in questions {
        let words: Vec<&str> = question.split(' ').collect();
        text += &format!("$ rolec {question}\n{}\n\n", folder.run(&words));
    }
    snapshot("answers", name, text.trim_end());
}

#[test]
fn the_office_has_no_errors() {
    let outcome = office().run(&["check", "--format", "short"]);
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn why_through_lines_and_parents() {
    ask(
        &office(),
        "why-lines",
        &[
            "why boss admin",
            "why boss post:letter:send",
            "why junior desk:seat:add",
            "why junior desk:badge:issue",
            "why senior post:letter:read",
            "why courier post:letter:send",
            "why west_clerk desk:plan:view",
        ],
    );
}

#[test]
fn why_not_because_of_what_takes_it_away() {
    ask(
        &office(),
        "why-not-lines",
        &[
            "why east_clerk desk:seat:edit",
            "why junior desk:seat:edit",
            "why courier post:stamp:buy",
            "why west_clerk desk:badge:revoke",
            "why north_lobby post:letter:read",
            "why visitor desk:seat:view",
            "why visitor admin",
        ],
    );
}

#[test]
fn why_through_backfills() {
    ask(
        &office(),
        "why-backfills",
        &[
            "why boss post:phone:dial",
            "why boss post:phone:dial --region north",
            "why boss post:phone:dial --region south",
            "why boss post:phone:dial --at 2026-02-15",
            "why boss post:phone:dial --at 2026-03-01",
            "why east_clerk post:phone:dial --region island",
        ],
    );
}

#[test]
fn why_not_through_backfills() {
    ask(
        &office(),
        "why-not-backfills",
        &[
            "why temp post:phone:dial",
            "why newcomer post:phone:dial --region south",
            "why temp post:stamp:buy",
            "why temp post:stamp:buy --region north --at 2026-03-31",
            "why junior post:stamp:buy --region north",
            "why temp desk:plan:edit",
            "why temp post:letter:send",
            "why visitor post:phone:dial",
            "why temp desk:seat:add",
            "why east_clerk desk:seat:edit",
        ],
    );
}

#[test]
fn show_roles() {
    ask(
        &office(),
        "show",
        &[
            "show boss",
            "show east_clerk",
            "show junior --region south",
            "show senior --at 2026-02-16",
            "show west_clerk",
            "show courier",
            "show visitor",
            "show boss --at 2026-02-01 --region north",
        ],
    );
}

#[test]
fn show_as_json() {
    let folder = office();
    ask(
        &folder,
        "show-json",
        &["show junior --format json", "show temp --region north --format json", "show visitor --format json"],
    );
}

#[test]
fn what_cannot_be_answered() {
    let folder = office();
    ask(
        &folder,
        "unanswered",
        &[
            "why bos admin",
            "why BOSS admin",
            "why nobody_like_that admin",
            "show Clerk",
            "why boss post:letter:sent",
            "why boss Post:letter:send",
            "why boss garden:tree:water",
            "why boss post:*",
            "why boss post",
            "why boss admin --region nort",
            "why boss admin --region mars",
            "show boss --at 2026-02-30",
            "show boss --at 2026-2-3",
            "show boss --project nowhere",
        ],
    );
}

#[test]
fn errors_matter_to_the_roles_that_they_touch() {
    let folder = office();
    folder.write(
        "broken.role",
        "role broken {\n    allow desk:sofa:view\n}\nrole heir extends broken {\n    allow admin\n}\n\
         role a extends b {\n    allow admin\n}\nrole b extends a {\n    allow admin\n}\nrole c extends b {\n    allow admin\n}\n\
         backfill faulty {\n    when desk:sofa:view\n    add admin\n    on 2026-01-01\n}\n",
    );
    ask(&folder, "errors", &["why broken admin", "why heir admin", "show a", "show c", "why visitor admin", "why boss admin"]);
    folder.write("unread.role", "role unread {\n    allow ]\n}\nrol x {}\n");
    ask(&folder, "errors-unread", &["why x admin", "show unread"]);
}

#[test]
fn nothing_is_coloured_but_for_terminals() {
    let folder = office();
    for arguments in [&["why", "boss", "admin"][..], &["why", "visitor", "admin"], &["show", "boss"]] {
        assert!(!folder.run(arguments).out.contains('\u{1b}'));
    }
}

#[test]
fn a_chain_and_a_lattice_are_bounded() {
    let mut roles = String::from("domain d {\n    entity e division-aware { a b }\n}\nrole r0 {\n    allow d:e:a\n}\n");
    for at in 1..=3000 {
        roles += &format!("role r{at} extends r{} {{\n    owner \"x\"\n}}\n", at - 1);
    }
    // Two ways at each step: more derivations than anybody could list.
    roles += "role l0 {\n    allow d:e:a\n}\nrole m0 {\n    allow d:e:a\n}\n";
    for at in 1..=40 {
        for name in ["l", "m"] {
            roles += &format!("role {name}{at} extends l{0}, m{0} {{\n    owner \"x\"\n}}\n", at - 1);
        }
    }
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("roles.role", &roles)]);
    ask(&folder, "bounded-chain", &["why r3000 d:e:a", "why r3000 d:e:b", "show r3000"]);
    let lattice = folder.run(&["why", "l40", "d:e:a"]);
    assert_eq!(lattice.code, 0);
    assert!(lattice.out.contains("\n256. everywhere\n") && !lattice.out.contains("\n257. "));
    assert!(lattice.out.ends_with("There are more ways than these: no more than 256 are listed.\n"), "{lattice}");
    assert_eq!(folder.run(&["why", "l40", "d:e:b"]).code, 1);
    ask(&folder, "bounded-lattice", &["show l40"]);
}

#[test]
fn examples() {
    let example = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let questions = [
        ("user-station-backfill", "show hot_desk_user"),
        ("user-station-backfill", "why sales_dial_out telephony:station:disassociate"),
        ("user-station-backfill", "why weekend_desk telephony:station:disassociate"),
        ("user-station-backfill", "why hot_desk_user telephony:otherStationAssociation:edit"),
        ("outbound-divisions/confined", "show campaign_manager_sales"),
        ("outbound-divisions/confined", "why outbound_admin_emea outbound:campaign:view"),
        ("outbound-divisions/confined", "why outbound_admin_emea outbound:schedule:view"),
        ("contact-center", "show sales_agent"),
    ];
    let mut text = String::new();
    for (folder, question) in questions {
        let words: Vec<&str> = question.split(' ').collect();
        text += &format!("{folder}$ rolec {question}\n{}\n\n", run(&example(folder), &words));
    }
    snapshot("answers", "examples", text.trim_end());
}
