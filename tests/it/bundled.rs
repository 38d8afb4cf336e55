//! Questions to a built bundle are answered as those to the project that it was built of.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rolec::access::{Access, Way};
use rolec::bundled;
use rolec::cli::project;
use rolec::compile::{Compilation, compile};
use rolec::conditions::Conditions;
use rolec::emit::bundle::Extent;
use rolec::model::{Holder, Program};
use rolec::scopes::{ScopeId, Scopes};
use rolec::timeline::Moment;
use rolec::who::{self, Target};
use rolec_bundle::{Asks, Document, State, SubjectId};

use crate::folder::Folder;

/// Where somebody may: everywhere, or in these divisions; and whether only under a condition in part of it.
type Where = (bool, Vec<String>, bool);

/// Those who may, by kind and name.
type Everybody = BTreeMap<String, Where>;

fn of_ways(access: &mut Access<'_>, ways: &[Way]) -> Where {
    let always: Vec<Way> = ways.iter().filter(|way| way.condition == Conditions::always()).copied().collect();
    let joined = |access: &mut Access<'_>, ways: &[Way]| -> ScopeId {
        ways.iter().fold(Scopes::empty(), |all, way| access.program.scopes.union(all, way.scope))
    };
    let (at_all, always) = (joined(access, ways), joined(access, &always));
    let program = &*access.program;
    let divisions = program.scopes.divisions(at_all);
    let is_all = divisions.is_none();
    let names = divisions.into_iter().flatten().map(|id| program.division(id).name.to_string()).collect();
    (is_all, names, at_all != always)
}

fn name(program: &Program, holder: Holder) -> String {
    match holder {
        Holder::Role(role, _) => format!("role {}", program.role(role).name),
        Holder::Group(group) => format!("group {}", program.subjects.group(group).name),
        Holder::User(user) => format!("user {}", program.subjects.user(user).name),
    }
}

fn of_project(access: &mut Access<'_>, target: Target, moment: Moment) -> Everybody {
    let asked = who::asked(access.program, target, moment);
    let roles = who::who(access, target, None, moment).into_iter();
    let mut found: Vec<(Holder, Vec<Way>)> = roles.map(|own| (Holder::Role(own.role, Scopes::all()), own.ways)).collect();
    found.extend(who::subjects::subjects(access, &asked, None, moment).into_iter().map(|own| (own.holder, own.ways)));
    found.into_iter().map(|(holder, ways)| (name(access.program, holder), of_ways(access, &ways))).collect()
}

fn of_bundle(state: &State<'_>, asks: &Asks) -> Everybody {
    let title = |subject| {
        let kind = match subject {
            SubjectId::Role(_) => "role",
            SubjectId::Group(_) => "group",
            SubjectId::User(_) => "user",
        };
        format!("{kind} {}", state.subject_name(subject).unwrap())
    };
    let holders = bundled::who(state, asks, None).unwrap();
    let form = |holder: bundled::Holder| {
        let listed = if holder.at_all.everywhere { &[][..] } else { &holder.at_all.listed };
        let divisions = listed.iter().map(|division| state.division_name(*division).unwrap().to_owned()).collect();
        (title(holder.subject), (holder.at_all.everywhere, divisions, holder.conditionally))
    };
    holders.into_iter().map(form).collect()
}

fn ensure_alike(folder: &Path) {
    let mut compilation = compile(project::load(folder).unwrap().input);
    let mut text = Vec::new();
    compilation.bundle("it", "1", Extent::default()).write(&mut text).unwrap();
    let Compilation { mut program, flat, epochs, .. } = compilation;
    let document = Document::read(&text).unwrap();
    assert_eq!(document.to_json().unwrap(), text, "the compiler writes what the bundle's own crate does");
    let bundle = rolec_bundle::Bundle::from_document(&document).unwrap();
    let mut places: Vec<_> = program.regions.iter().map(|name| Some(name.to_string())).collect();
    places.push(None);
    for place in places {
        let state = bundle.at(place.as_deref(), None).unwrap();
        let region = place.as_deref().and_then(|name| program.find_region(name));
        let moment = Moment { region, at: None };
        let mut access = Access::new(&mut program, &flat, &epochs);
        for permission in &document.permissions {
            let id = access.program.catalog.find(&permission.name).unwrap();
            let asks = Asks::Any(vec![state.permission(&permission.name).unwrap()]);
            let expected = of_project(&mut access, Target::Permission(id), moment);
            assert_eq!(of_bundle(&state, &asks), expected, "{}: {}", folder.display(), permission.name);
        }
    }
}

#[test]
fn bundles_answer_as_projects_do() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for example in ["callback/configured", "callback/as-shipped", "digital-only/corrected", "outbound-divisions/confined"] {
        ensure_alike(&examples.join(example));
    }
}

/// A bundle of either form, asked by the program.
#[test]
fn the_program_asks_a_file() {
    let roles = "domain desk {
    entity seat division-aware { edit view }
    entity plan division-unaware { view }
}
home division main
division east
endpoint GET \"/seats/{id}\" all desk:seat:view, desk:plan:view
endpoint GET \"/doors\" open
endpoint GET \"/walls\" unstated
role keeper {
    allow desk:seat:* in east
    allow desk:plan:view
}
role viewer { allow desk:seat:view }
backfill later { when desk:plan:view add desk:seat:view on 2026-03-01 }
group movers
user \"ann\" member of movers
assign keeper to group movers in all
object \"plans\" { read movers }
";
    let folder = Folder::with(&[("rolec.toml", "[project]\nname = \"office\"\nversion = \"1.0.0\"\n"), ("a.role", roles)]);
    assert_eq!(folder.run(&["build"]).code, 0);
    let mut text = String::new();
    for arguments in [
        &["who", "desk:seat:view"][..],
        &["who", "desk:seat:view", "--at", "2026-02-01"],
        &["who", "desk:seat:view", "--at", "2026-02-01", "--in", "east,main"],
        &["who", "GET /seats/7", "--format", "json"],
        &["who", "GET /doors"],
        &["who", "GET /walls"],
        &["who", "plans"],
        &["who", "plans", "--format", "json"],
        &["can", "ann", "desk:seat:view", "--at", "2026-02-01"],
        &["can", "ann", "desk:seat:view", "--at", "2026-02-01", "--in", "main"],
        &["can", "viewer", "GET /seats/7", "--format", "json"],
        &["can", "ann", "plans"],
        &["can", "viewer", "plans", "--format", "json"],
        &["can", "bob", "desk:seat:view"],
        &["can", "ann", "desk:seat:move"],
        &["can", "ann", "desk:seat:view", "--in", "west"],
        &["can", "ann", "desk:seat:view", "--region", "north"],
    ] {
        let asked = [arguments, &["--bundle", "build/bundle.json"]].concat();
        writeln!(text, "$ rolec {}\n{}\n", asked.join(" "), folder.run(&asked)).unwrap();
    }
    crate::folder::snapshot("bundled", "asked", &text);
    folder.write("build/bundle.json", "{\"format\":{\"major\":2,\"minor\":0}}");
    let refused = folder.run(&["who", "desk:seat:view", "--bundle", "build/bundle.json"]);
    crate::folder::snapshot("bundled", "refused", &refused.to_string());
}

/// `and` and `or` in turn, so many levels deep.
fn nested(levels: usize) -> String {
    let mut condition = "Seat.floor == 0".to_owned();
    for level in 1..=levels {
        let word = if level % 2 == 0 { "or" } else { "and" };
        condition = format!("Seat.floor < {level} {word} ({condition})");
    }
    format!(
        "domain desk {{\n entity seat division-unaware conditions Seat.floor: number {{ view }}\n}}\n\
         role keeper {{\n allow desk:seat:view where {condition}\n}}\n"
    )
}

/// Whatever is built is read: a condition that a reader would not follow is refused where it stands.
#[test]
fn the_deepest_conditions_are_read_again() {
    let manifest = ("rolec.toml", "[project]\nname = \"office\"\nversion = \"1.0.0\"\n");
    let folder = Folder::with(&[manifest, ("a.role", &nested(rolec::limits::CONDITION_LEVELS))]);
    let built = folder.run(&["build", "--target", "mapped"]);
    assert_eq!(built.code, 0, "{built}");
    for file in ["build/bundle.json", "build/mapped/bundle.rbundle"] {
        let map = ["--map", "build/bundle.map"];
        let asked = [&["can", "keeper", "desk:seat:view", "--with", "Seat.floor=0", "--bundle", file][..], &map].concat();
        let answer = folder.run(&asked);
        assert!(answer.code == 0 && answer.out.contains("a.role:5  keeper  allows it"), "{answer}");
    }
    folder.write("a.role", &nested(rolec::limits::CONDITION_LEVELS + 1));
    let refused = folder.run(&["check", "--format", "short"]);
    assert!(refused.code == 1 && (refused.out + &refused.err).contains("nested-too-deeply"));
}
