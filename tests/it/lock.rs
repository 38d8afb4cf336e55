//! `rolec lock`, and what a lock file does to a project whose catalog or vendor roles change.

use std::collections::BTreeSet;

use crate::folder::Folder;

const MANIFEST: &str = "[project]\nname = \"library\"\nversion = \"1.0.0\"\n";

const CATALOG: &str = "domain desk {
    entity seat division-aware { edit view }
    entity plan division-unaware { view }
}
domain post {
    entity letter division-aware { read }
}
";

const ROLES: &str = "default role clerk {
    allow post:*
}

role keeper {
    allow desk:seat:*
}

role reader {
    allow desk:*:view
}

role east_clerk copies clerk {
    allow desk:plan:view
}

role deputy extends keeper {
    allow post:letter:read
}
";

fn library() -> Folder {
    Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", CATALOG), ("roles.role", ROLES)])
}

fn locked() -> Folder {
    let folder = library();
    assert_eq!(folder.run(&["lock"]).code, 0);
    folder
}

/// The findings about the lock file: level, code and message.
fn lock_findings(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let outcome = folder.run(&[&["check", "--format", "json"], arguments].concat());
    let report: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    let text = |finding: &serde_json::Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let own = findings.filter(|finding| text(finding, "code").contains("lock"));
    own.map(|finding| format!("{} {}: {}", text(finding, "level"), text(finding, "code"), text(finding, "message"))).collect()
}

/// The permissions that `show` finds in a role.
fn held(folder: &Folder, role: &str) -> BTreeSet<String> {
    let outcome = folder.run(&["show", role, "--format", "json"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let shown: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    shown["grants"].as_array().unwrap().iter().map(|grant| grant["permission"].as_str().unwrap().to_owned()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn lock_writes_a_sorted_file_and_leaves_an_equal_one_alone() {
    let folder = library();
    let first = folder.run(&["lock"]);
    assert_eq!((first.code, &*first.out), (0, "wrote rolec.lock: 2 wildcards, 1 vendor wildcard, 1 copy\n"), "{}", first.err);
    crate::folder::snapshot("lock", "rolec-lock", &folder.read("rolec.lock"));
    let written = std::fs::metadata(folder.path("rolec.lock")).unwrap().modified().unwrap();
    let second = folder.run(&["lock"]);
    assert_eq!((second.code, &*second.out), (0, "rolec.lock is up to date: 2 wildcards, 1 vendor wildcard, 1 copy\n"));
    assert_eq!(std::fs::metadata(folder.path("rolec.lock")).unwrap().modified().unwrap(), written);
    let files: BTreeSet<_> = std::fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files.len(), 4, "nothing else is left behind: {files:?}");
    let checked = folder.run(&["lock", "--check"]);
    assert_eq!((checked.code, &*checked.out), (0, "rolec.lock is up to date\n"));
    assert_eq!(lock_findings(&folder, &["--locked"]), [""; 0]);
}

#[test]
fn a_project_without_a_lock_file_says_so() {
    let folder = library();
    let message = "no-lock: no lock file pins 2 wildcards and 1 copy";
    assert_eq!(lock_findings(&folder, &[]), [format!("hint {message}")]);
    assert_eq!(lock_findings(&folder, &["--locked"]), [format!("error {message}")]);
    assert_eq!(lock_findings(&folder, &["--locked", "roles.role"]), [format!("error {message}")]);
    assert_eq!((folder.run(&["check"]).code, folder.run(&["check", "--locked"]).code), (0, 1));
    let checked = folder.run(&["lock", "--check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("error[no-lock]"), "{}", checked.out);
    assert!(!folder.path("rolec.lock").exists());
}

#[test]
fn locked_asks_for_a_lock_file_even_where_nothing_needs_one() {
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", CATALOG)]);
    assert_eq!(lock_findings(&folder, &[]), [""; 0]);
    assert_eq!(lock_findings(&folder, &["--locked"]), ["error no-lock: there is no lock file"]);
    let off = format!("{MANIFEST}[levels]\nno-lock = \"off\"\n");
    folder.write("rolec.toml", &off);
    assert_eq!(folder.run(&["check", "--locked"]).code, 1);
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(folder.run(&["check", "--locked"]).code, 0);
}

#[test]
fn a_new_permission_is_drift_until_it_is_accepted() {
    let folder = locked();
    folder.write("catalog.role", &CATALOG.replace("edit view", "edit sell view"));
    let drift = [
        "lock-drift: `keeper` has changed since the lock file was written: it gains `desk:seat:sell`",
        "lock-drift: `deputy` has changed since the lock file was written: it gains `desk:seat:sell`",
    ];
    assert_eq!(lock_findings(&folder, &[]), drift.map(|drift| format!("warning {drift}")));
    assert_eq!(lock_findings(&folder, &["--locked"]), drift.map(|drift| format!("error {drift}")));
    assert_eq!((folder.run(&["check"]).code, folder.run(&["check", "--locked"]).code), (0, 1));
    assert_eq!(held(&folder, "keeper"), names(&["desk:seat:edit", "desk:seat:view"]));
    let why = folder.run(&["why", "deputy", "desk:seat:sell"]);
    assert_eq!(why.code, 1);
    crate::folder::snapshot("lock", "why-not-a-pinned-wildcard", &why.to_string());
    let checked = folder.run(&["lock", "--check"]);
    assert_eq!(checked.code, 1);
    crate::folder::snapshot("lock", "check-drift", &checked.to_string());
    let accepted = folder.run(&["lock"]);
    assert_eq!((accepted.code, &*accepted.out), (0, "wrote rolec.lock: 2 wildcards, 1 vendor wildcard, 1 copy\n"));
    assert_eq!(held(&folder, "keeper"), names(&["desk:seat:edit", "desk:seat:sell", "desk:seat:view"]));
    assert_eq!(lock_findings(&folder, &["--locked"]), [""; 0]);
}

#[test]
fn wildcards_with_equal_pins_drift_each_by_itself() {
    let roles = "role a {\n    allow desk:seat:*\n}\nrole b {\n    allow desk:*:{edit, view}\n    except desk:plan:*\n}\n";
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("roles.role", roles)]);
    // Both wildcards match the same two permissions of this catalog.
    let small = "domain desk {\n    entity seat { edit view }\n    entity plan { draw }\n}\n";
    folder.write("catalog.role", small);
    assert_eq!(folder.run(&["lock"]).code, 0);
    folder.write("catalog.role", &small.replace("edit view", "edit sell view"));
    let drift =
        |role, what| format!("warning lock-drift: `{role}` has changed since the lock file was written: it gains `{what}`");
    assert_eq!(lock_findings(&folder, &[]), [drift("a", "desk:seat:sell")]);
    folder.write("catalog.role", &small.replace("entity plan", "entity chair { view }\n    entity plan"));
    assert_eq!(lock_findings(&folder, &[]), [drift("b", "desk:chair:view")]);
}

#[test]
fn a_permission_that_has_gone_is_drift() {
    let folder = locked();
    folder.write("catalog.role", &CATALOG.replace("edit view", "view"));
    assert_eq!(
        lock_findings(&folder, &[]),
        ["warning lock-drift: `keeper` has changed since the lock file was written: it loses `desk:seat:edit`"]
    );
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(lock_findings(&folder, &[]), [""; 0]);
    assert!(!folder.read("rolec.lock").contains("desk:seat:edit"));
}

#[test]
fn a_copy_keeps_what_it_started_from() {
    let folder = locked();
    let catalog = CATALOG.replace("{ read }", "{ read send }");
    folder.write("catalog.role", &catalog);
    // The vendor's own role follows the catalog.
    assert_eq!(held(&folder, "clerk"), names(&["post:letter:read", "post:letter:send"]));
    assert_eq!(held(&folder, "east_clerk"), names(&["desk:plan:view", "post:letter:read"]));
    let changed = "lock-drift: `east_clerk` has changed since the lock file was written: it";
    let vendors = "warning lock-drift: `clerk` has changed since the lock file was written: it gains `post:letter:send`";
    assert_eq!(lock_findings(&folder, &[]), [vendors.to_owned(), format!("warning {changed} gains `post:letter:send`")]);
    crate::folder::snapshot("lock", "why-not-a-pinned-copy", &folder.run(&["why", "east_clerk", "post:letter:send"]).to_string());
    // The vendor takes a permission away: the copy has it still.
    folder.write("roles.role", &ROLES.replace("allow post:*", "allow post:letter:send"));
    assert_eq!(held(&folder, "east_clerk"), names(&["desk:plan:view", "post:letter:read"]));
    let outdated = "warning lock-outdated: the lock file pins `post:*`, which nothing uses".to_owned();
    let both = format!("warning {changed} gains `post:letter:send` and loses `post:letter:read`");
    assert_eq!(lock_findings(&folder, &[]), [both, outdated]);
    let why = folder.run(&["why", "east_clerk", "post:letter:read"]);
    assert_eq!(why.code, 0);
    crate::folder::snapshot("lock", "why-pinned", &why.to_string());
    crate::folder::snapshot("lock", "show-pinned", &folder.run(&["show", "east_clerk"]).to_string());
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(held(&folder, "east_clerk"), names(&["desk:plan:view", "post:letter:send"]));
}

#[test]
fn a_vendor_role_follows_the_catalog_and_that_is_told() {
    let roles = format!("{ROLES}role postmaster extends clerk {{\n    allow desk:plan:view\n}}\n")
        .replace("role east_clerk copies", "role aide copies");
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", CATALOG), ("roles.role", &roles)]);
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert!(folder.read("rolec.lock").contains("[followed]\n\"post:*\" = [\n    \"post:letter:read\",\n]\n"));
    folder.write("catalog.role", &CATALOG.replace("{ read }", "{ scan send }"));
    assert_eq!(held(&folder, "clerk"), names(&["post:letter:scan", "post:letter:send"]));
    // What has gone from the catalog is told once, at the role that had it.
    let gains = "has changed since the lock file was written: it gains `post:letter:scan` and `post:letter:send`";
    let losses = ["clerk", "aide"].map(|role| format!("lock-drift: `{role}` {gains} and loses `post:letter:read`"));
    let drift = [losses.to_vec(), vec![format!("lock-drift: `postmaster` {gains}")]].concat();
    // The role that names what has gone is at fault, and so is not judged.
    let sound =
        roles.replace("post:letter:read", "desk:plan:view").replace("role deputy extends keeper", "role deputy extends reader");
    folder.write("roles.role", &sound);
    let at = |level: &str| drift.iter().map(|drift| format!("{level} {drift}")).collect::<Vec<_>>();
    assert_eq!(lock_findings(&folder, &[]), at("warning"));
    assert_eq!(lock_findings(&folder, &["--locked"]), at("error"));
    let human = folder.run(&["check"]).out;
    assert_eq!(human.matches("so the role has changed already").count(), 2, "{human}");
    assert_eq!(human.matches("the role keeps what is pinned").count(), 1, "{human}");
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(lock_findings(&folder, &["--locked"]), [""; 0]);
}

#[test]
fn a_copy_is_pinned_with_scopes_and_conditions() {
    let catalog = "domain desk conditions Desk.floor: string {\n    entity seat division-aware { edit view }\n}\n\
                   division east\ndivision west\n";
    let roles = "default role clerk {\n    allow desk:seat:view in east, west\n    \
                 allow desk:seat:edit where Desk.floor == \"1 \\\"a\\\"\"\n}\nrole mine copies clerk {\n    owner \"me\"\n}\n";
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", catalog), ("roles.role", roles)]);
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(lock_findings(&folder, &["--locked"]), [""; 0]);
    let before = folder.run(&["show", "mine", "--format", "json"]).out;
    folder.write("roles.role", &roles.replace("east, west", "east").replace("\\\"a\\\"", ""));
    assert_eq!(folder.run(&["show", "mine", "--format", "json"]).out, before);
    assert_eq!(
        lock_findings(&folder, &[]),
        ["warning lock-drift: `mine` has changed since the lock file was written: it gains `desk:seat:edit where Desk.floor == \
          \"1 \"` and loses `desk:seat:edit where Desk.floor == \"1 \\\"a\\\"\"` and `desk:seat:view in east, west`"]
    );
    // A division has gone, and with it a grant of the copy.
    folder.write("catalog.role", &catalog.replace("division west\n", ""));
    folder.write("roles.role", &roles.replace("east, west", "east"));
    assert_eq!(
        lock_findings(&folder, &[]),
        ["warning lock-drift: `mine` has changed since the lock file was written: it gains `desk:seat:view in east` and loses \
          `desk:seat:view in east, west`"]
    );
}

#[test]
fn a_condition_need_not_suit_what_the_lock_file_keeps_out() {
    let catalog = "domain desk {\n    entity seat conditions Desk.floor: string { edit view }\n}\n";
    let roles = "role keeper {\n    allow desk:seat:* where Desk.floor == \"1\"\n}\n";
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", catalog), ("roles.role", roles)]);
    assert_eq!(folder.run(&["lock"]).code, 0);
    folder.write(
        "catalog.role",
        "domain desk {\n    entity seat {\n        action edit conditions Desk.floor: string\n        \
                                  action sell\n        action view conditions Desk.floor: string\n    }\n}\n",
    );
    assert_eq!(folder.run(&["check"]).code, 0);
    // Accepting the new permission is another matter.
    let refused = folder.run(&["lock"]);
    assert_eq!(refused.code, 1);
    assert!(refused.out.contains("condition-not-allowed"), "{}", refused.out);
}

#[test]
fn what_the_lock_file_does_not_cover_is_reported() {
    let folder = locked();
    let roles = ROLES.replace("allow desk:*:view", "allow desk:plan:*") + "role copy copies clerk {\n    owner \"me\"\n}\n";
    folder.write("roles.role", &roles);
    assert_eq!(
        lock_findings(&folder, &[]),
        ["warning lock-outdated: the lock file does not pin `desk:plan:*` and `copy` and pins `desk:*:view`, which nothing uses"]
    );
    assert_eq!(folder.run(&["check", "--locked"]).code, 1);
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(lock_findings(&folder, &["--locked"]), [""; 0]);
}

#[test]
fn a_change_of_the_catalog_that_no_role_sees_is_out_of_date_all_the_same() {
    let folder = locked();
    folder.write("catalog.role", &format!("{CATALOG}domain garden {{\n    entity tree {{ water }}\n}}\n"));
    assert_eq!(lock_findings(&folder, &["--locked"]), [""; 0]);
    let checked = folder.run(&["lock", "--check"]);
    assert_eq!(
        (checked.code, &*checked.out),
        (1, "rolec.lock is out of date, though no role changes; `rolec lock` writes it anew\n")
    );
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(folder.run(&["lock", "--check"]).code, 0);
}

#[test]
fn a_project_with_errors_is_not_locked() {
    let folder = locked();
    let before = folder.read("rolec.lock");
    folder.write("more.role", "role broken extends nobody {\n    allow desk:*\n}\n");
    for arguments in [&["lock"][..], &["lock", "--check"]] {
        let refused = folder.run(arguments);
        assert_eq!(refused.code, 1);
        assert!(refused.out.contains("error[unknown-role]"), "{}", refused.out);
        assert!(!refused.out.contains("lock-outdated"), "{}", refused.out);
    }
    assert_eq!(folder.read("rolec.lock"), before);
}

#[test]
fn a_faulty_lock_file_is_written_anew() {
    let folder = locked();
    let before = folder.read("rolec.lock");
    folder.write("rolec.lock", &format!("<<<<<<< ours\n{before}"));
    let checked = folder.run(&["check"]);
    assert_eq!(checked.code, 2);
    assert!(checked.err.contains("the lock file is faulty"), "{}", checked.err);
    assert_eq!(folder.run(&["lock", "--check"]).code, 2);
    assert_eq!(folder.run(&["lock"]).code, 0);
    assert_eq!(folder.read("rolec.lock"), before);
    folder.write("rolec.lock", &before.replace("version = 1", "version = 2"));
    let newer = folder.run(&["check"]);
    assert_eq!(newer.code, 2);
    assert!(newer.err.contains("version 2 is not known"), "{}", newer.err);
}

#[test]
fn a_lock_file_belongs_to_a_project() {
    let folder = Folder::with(&[("catalog.role", CATALOG), ("roles.role", ROLES)]);
    let refused = folder.run(&["lock"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("there is no manifest"), "{}", refused.err);
    assert_eq!(folder.run(&["lock", "nowhere"]).code, 2);
    let project = library();
    assert_eq!(project.run(&["lock", "roles.role"]).code, 0);
    assert!(project.path("rolec.lock").exists());
}
