//! `rolec impact` and `rolec timeline`: who loses what when, and what happens when.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rolec::access::{self, Access};
use rolec::cli::project;
use rolec::compile::{Compilation, compile};
use rolec::impact::{self, Question};
use rolec::model::{Holder, Requirement, RoleId};
use rolec::scopes::Scopes;
use rolec::timeline::Moment;
use rolec::who::{self, Target};

use crate::folder::{Folder, snapshot};

const MANIFEST: &str = "[project]\nname = \"office\"\nversion = \"1.0.0\"\n
[organisation]\nregions = [\"island\", \"moon\", \"north\", \"south\"]\n
[organisation.opt-in]\nmoves = 2026-01-15\n";

const CATALOG: &str = "domain desk {
    entity seat division-aware { edit view }
    entity plan division-unaware { edit view }
    entity key division-unaware { use }
}
division east
home division main

endpoint GET \"/seats\" any desk:seat:view
endpoint PUT \"/seats\" all desk:seat:edit, desk:plan:edit
endpoint GET \"/plans\" any desk:plan:view, desk:plan:edit
endpoint GET \"/doors\" open
endpoint GET \"/walls\" unstated
topic \"users.{id}.moves\" any desk:plan:view

backfill plans {
    when desk:seat:edit
    add desk:plan:view
    on 2026-02-01
    region north on no sooner than 2026-03-01
    region south on 2026-02-20
}

enforcement checks \"Desk checks\" {
    guards GET \"/seats\", PUT \"/seats\", GET \"/plans\", GET \"/doors\", GET \"/walls\"
    after backfill plans
    formerly any desk:key:use
    from 2026-02-10
    region moon from no sooner than 2026-02-10
    region south from 2026-02-15
}

enforcement moves {
    guards topic *
    grace from 2026-01-01 until 2026-06-30
}
";

const ROLES: &str = "role east_keeper {
    allow desk:key:use
    allow desk:plan:{edit, view}
    allow desk:seat:* in east
}
role keeper {
    allow desk:key:use
    allow desk:seat:*
}
role newcomer {
    created 2026-02-12
    allow desk:key:use
}
role porter {
    allow desk:key:use
}
role sitter {
    allow desk:seat:view
}
";

fn office() -> Folder {
    Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", CATALOG), ("roles.role", ROLES)])
}

/// The people of the office, some of whom hold by two roles what neither gives alone.
const PEOPLE: &str = "role planner {
    allow desk:plan:*
}
group floor
group garden member of floor
user \"ann\" member of floor
user \"ben\" member of garden
user \"cid\"
user \"dot\"
user \"eve\"
user \"fay\"
assign keeper to group floor in all
assign porter to user \"cid\", user \"dot\" in all
assign planner to user \"dot\" in all
assign newcomer to user \"eve\" in all
assign keeper to user \"fay\" in all
assign planner to user \"fay\" in all
";

fn staffed() -> Folder {
    Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", CATALOG), ("roles.role", ROLES), ("people.role", PEOPLE)])
}

#[test]
fn losses_of_people() {
    let staffed = staffed();
    for (name, arguments) in [
        ("people", &["checks", "--region", "south"][..]),
        ("people-of-a-role", &["checks", "--role", "keeper", "--region", "moon"]),
        ("people-json", &["checks", "--role", "keeper", "--region", "moon", "--format", "json"]),
    ] {
        let arguments = [&["impact"], arguments].concat();
        snapshot("impact", name, &format!("$ rolec {}\n{}", arguments.join(" "), staffed.run(&arguments)));
    }
}

#[test]
fn losses() {
    let office = office();
    for (name, arguments) in [
        ("all", &[][..]),
        ("one", &["checks"]),
        ("region", &["checks", "--region", "north"]),
        ("role", &["checks", "--role", "keeper"]),
        ("nobody", &["moves", "--role", "keeper"]),
        ("before", &["checks", "--at", "2026-02-09"]),
        ("given-back", &["checks", "--region", "south", "--at", "2026-02-20"]),
        ("json", &["checks", "--role", "keeper", "--format", "json"]),
        ("unknown-enforcement", &["check"]),
        ("unknown-role", &["checks", "--role", "keper"]),
    ] {
        let arguments = [&["impact"], arguments].concat();
        snapshot("impact", name, &format!("$ rolec {}\n{}", arguments.join(" "), office.run(&arguments)));
    }
    let empty = Folder::with(&[("rolec.toml", "[project]\nname = \"office\"\nversion = \"1.0.0\"\n"), ("roles.role", "")]);
    snapshot("impact", "no-enforcement", &format!("$ rolec impact\n{}", empty.run(&["impact"])));
}

#[test]
fn time_lines() {
    let office = office();
    for (name, arguments) in [
        ("default", &["."][..]),
        ("region", &["--region", "north"]),
        ("json", &["--format", "json"]),
        ("unknown-region", &["--region", "nroth"]),
    ] {
        let arguments = [&["timeline"], arguments].concat();
        snapshot("timeline", name, &format!("$ rolec {}\n{}", arguments.join(" "), office.run(&arguments)));
    }
}

#[test]
fn findings() {
    let text = office().run(&["check"]);
    snapshot("impact", "findings", &format!("$ rolec check\n{text}"));
}

/// Who reaches a surface; everybody where it is open.
fn reaching(access: &mut Access<'_>, surface: usize, moment: Moment) -> BTreeSet<Holder> {
    let target = Target::Surface(surface);
    let whole = |role| Holder::Role(role, Scopes::all());
    let asked = who::asked(access.program, target, moment);
    if asked == Requirement::Open {
        let roles = access.program.named_roles().into_iter().map(whole);
        return roles.chain(access.program.subjects.everybody()).collect();
    }
    let roles = who::who(access, target, None, moment).into_iter().map(|holder| whole(holder.role));
    let mut reaching: BTreeSet<Holder> = roles.collect();
    reaching.extend(who::subjects::subjects(access, &asked, None, moment).into_iter().map(|subject| subject.holder));
    reaching
}

/// What is lost is what `who` lists on the day before and not on the day itself.
#[test]
fn losses_are_what_who_says() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let staffed = staffed();
    for folder in [examples.join("notification-topics"), examples.join("user-station-backfill"), staffed.path("")] {
        let Compilation { mut program, flat, epochs, .. } = compile(project::load(&folder).expect("an example").input);
        let places = program.places();
        let mut access = Access::new(&mut program, &flat, &epochs);
        let mut holders = impact::roles(&access);
        holders.extend(access.program.subjects.everybody());
        let question = Question { enforcement: 0, places: &places, holders: &holders, at: None };
        let found = impact::impact(&mut access, question);
        assert!(found.is_loss());
        for wave in &found.waves {
            let start = wave.start.expect("every region has a day").date;
            let mut lost: BTreeMap<usize, BTreeSet<Holder>> = BTreeMap::new();
            for losing in &wave.outcome.losing {
                for surface in losing.what.iter().filter(|loss| loss.left.is_empty()).flat_map(|loss| &loss.surfaces) {
                    lost.entry(*surface).or_default().extend(&losing.holders);
                }
            }
            for place in &wave.places {
                let (on, eve) = (Some(start), start.yesterday().ok());
                for surface in access.program.enforcements[0].surfaces.clone() {
                    if access.program.surfaces[surface].requirement == Requirement::Unstated {
                        continue; // What is not known is not called lost.
                    }
                    let mut before = reaching(&mut access, surface, Moment { region: *place, at: eve });
                    let existed = |role: RoleId| eve.is_none_or(|eve| access.program.existed(role, eve));
                    // Whoever has only roles of later days has none then, which `who` does not ask.
                    before.retain(|holder| {
                        let given = access::of(access.program, *holder);
                        given.is_empty() || given.iter().any(|given| existed(given.role))
                    });
                    let after = reaching(&mut access, surface, Moment { region: *place, at: on });
                    let expected: BTreeSet<Holder> = before.difference(&after).copied().collect();
                    assert_eq!(
                        lost.get(&surface).cloned().unwrap_or_default(),
                        expected,
                        "{}, surface {surface}",
                        folder.display()
                    );
                }
            }
        }
    }
}
