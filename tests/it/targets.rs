//! `[[target]]` and `rolec build --target`: what is written where, and what is refused.

use crate::folder::{Folder, snapshot};

const HEAD: &str = "[project]\nname = \"office\"\nversion = \"1.0.0\"\n
[organisation]\nregions = [\"north\", \"south\"]\n";

const ROLES: &str = "domain desk {
    entity seat division-aware conditions Seat.floor: number, Seat.name: string { edit view }
    entity plan division-unaware { view }
}
legacy visitor

home division main \"Head Office\"
division east \"East\"
division west

default role porter \"Porter\" {
    allow desk:seat:view
}
/// Keeps the seats.
role keeper \"Keeper\" {
    owner \"facilities\"
    allow desk:plan:view
    allow desk:seat:edit in east
    allow desk:seat:view
    allow visitor
}
role floor_keeper {
    allow desk:seat:edit where Seat.floor <= 2 and Seat.name in [\"a\", \"b\"]
}

group movers \"Movers\"
user \"ann@office.example\" member of movers
user \"bob@office.example\"

assign keeper to group movers in east, west
assign floor_keeper to user \"bob@office.example\" in all
assign porter to user \"bob@office.example\" in west
";

fn office(targets: &str, roles: &str) -> Folder {
    Folder::with(&[("rolec.toml", &format!("{HEAD}{targets}")), ("roles.role", &format!("{ROLES}{roles}"))])
}

/// The files below a folder, in order, with their texts.
fn files(folder: &Folder, below: &str) -> Vec<(String, String)> {
    let root = folder.path(below);
    let walk = ignore::WalkBuilder::new(&root).standard_filters(false).sort_by_file_name(Ord::cmp).build();
    let files = walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let name = |entry: &ignore::DirEntry| entry.path().strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
    files.map(|entry| (name(&entry), std::fs::read_to_string(entry.path()).unwrap_or_default())).collect()
}

#[test]
fn each_target_has_its_folder() {
    for kind in ["terraform", "genesys"] {
        let office = office(&format!("\n[[target]]\nkind = \"{kind}\"\n"), "");
        let built = office.run(&["build"]);
        assert_eq!(built.code, 0, "{built}");
        let texts: Vec<String> =
            files(&office, &format!("build/{kind}")).iter().map(|(path, text)| format!("# {path}\n{text}")).collect();
        snapshot("targets", kind, &texts.join("\n"));
    }
}

#[test]
fn the_command_line_names_targets_of_the_manifest_and_others() {
    let two = "\n[[target]]\nkind = \"terraform\"\nfolder = \"tf/north\"\nregion = \"north\"\n\n[[target]]\nkind = \"genesys\"\n";
    for (arguments, folders) in [
        (&["build"][..], &["build/genesys", "build/tf/north"][..]),
        (&["build", "--target", "tf/north"], &["build/tf/north"]),
        (&["build", "--target", "genesys"], &["build/genesys"]),
        (&["build", "--target", "terraform", "-o", "out"], &["out/tf/north"]),
    ] {
        let office = office(two, "");
        let built = office.run(arguments);
        assert_eq!(built.code, 0, "{built}");
        for folder in ["build/genesys", "build/tf/north", "out/tf/north"] {
            assert_eq!(office.path(folder).exists(), folders.contains(&folder), "{arguments:?}: {folder}\n{built}");
        }
    }
    let plain = office("", "");
    assert_eq!(plain.run(&["build", "--target", "terraform"]).code, 0);
    assert!(plain.path("build/terraform/roles.tf.json").exists());
    let unknown = plain.run(&["build", "--target", "teraform"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    assert!(unknown.err.contains("no target is named `teraform`"), "{unknown}");
}

#[test]
fn only_files_of_an_earlier_build_are_removed() {
    let office = office("\n[[target]]\nkind = \"genesys\"\n", "");
    let listed = |office: &Folder| -> Vec<String> { files(office, "build/genesys").into_iter().map(|(path, _)| path).collect() };
    assert_eq!(office.run(&["build"]).code, 0);
    let first = listed(&office);
    office.write("build/genesys/theirs.json", "{}");
    office.write("elsewhere.json", "{}");
    let list = office.read("build/genesys/.rolec-files");
    office.write("build/genesys/gone.json", "{}");
    office.write("build/genesys/.rolec-files", &format!("{list}gone.json\n../../elsewhere.json\n"));
    assert_eq!(office.run(&["build"]).code, 0);
    let mut expected = first;
    expected.push("theirs.json".to_owned());
    expected.sort();
    assert_eq!(listed(&office), expected);
    assert_eq!(office.read("elsewhere.json"), "{}", "nothing outside of the folder is touched");
}

#[test]
fn what_can_not_be_said_is_an_error_and_nothing_is_written() {
    let later = "backfill seats {
    when explicitly desk:seat:view
    add desk:seat:edit
    on 2026-03-01
}
role nested {
    allow desk:seat:view where Seat.floor < 2 or (Seat.floor > 4 and Seat.name == \"c\")
}
role west_keeper {
    within west
    allow desk:plan:view
    allow desk:seat:view
}
assign west_keeper to user \"bob@office.example\" in east
object \"plans\" { read movers }
application desks owns desk:*
old option role keeper on user \"ann@office.example\" in desks
";
    let office = office(
        "\n[[target]]\nkind = \"terraform\"\n\n[[target]]\nkind = \"genesys\"\nwithout = [\"objects\", \"old-options\"]\n",
        later,
    );
    let checked = office.run(&["check", "--format", "short"]);
    snapshot("targets", "inexpressible", &format!("$ rolec check --format short\n{checked}"));
    let built = office.run(&["build"]);
    assert_eq!(built.code, 1, "{built}");
    assert!(!office.path("build").exists());
}

#[test]
fn faulty_targets_are_told_with_their_place() {
    for (name, target) in [
        ("unknown-kind", "kind = \"teraform\""),
        ("unknown-region", "kind = \"terraform\"\nregion = \"nroth\""),
        ("no-day", "kind = \"terraform\"\nas-of = 2026-01-01T10:00:00Z"),
        ("outside", "kind = \"terraform\"\nfolder = \"../elsewhere\""),
        ("not-left-out", "kind = \"terraform\"\nwithout = [\"dates\"]"),
        ("twice", "kind = \"terraform\"\n\n[[target]]\nkind = \"genesys\"\nfolder = \"terraform\""),
    ] {
        let office = office(&format!("\n[[target]]\n{target}\n"), "");
        snapshot("targets", &format!("faulty-{name}"), &office.run(&["check"]).to_string());
    }
}
