//! The commands as a user meets them: what they write, print and exit with.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rolec::diagnostic::{Code, Level};

use crate::scratch::{Scratch, listed};

fn rolec(here: &Path, arguments: &[&str]) -> Output {
    program(here, arguments).output().expect("the program runs")
}

fn program(here: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolec"));
    command.args(arguments).current_dir(here).env_remove("CLICOLOR_FORCE");
    command
}

#[track_caller]
fn assert_exit(output: &Output, code: i32, words: &str) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(words), "no `{words}` in:\n{text}");
}

/// The files of a folder with their texts, in order.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).sort_by_file_name(Ord::cmp).build();
    let files = walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let read = |entry: ignore::DirEntry| {
        let path = entry.path().strip_prefix(folder).expect("below the folder").display().to_string();
        (path, fs::read_to_string(entry.path()).expect("a text"))
    };
    files.map(read).collect()
}

#[test]
fn a_new_project_checks_clean() {
    for (arguments, hints) in [(&["init"][..], &[][..]), (&["init", ".", "--catalog", "genesys-cloud"], &[Code::Exposure])] {
        let scratch = Scratch::empty();
        assert_exit(&rolec(scratch.root(), arguments), 0, "created rolec.toml");
        let findings = scratch.compile().findings;
        let expected = findings.iter().all(|finding| finding.level == Level::Hint && hints.contains(&finding.code));
        assert!(expected, "{}", listed(&findings));
        assert_exit(&rolec(scratch.root(), &["fmt", "--check"]), 0, "");
        assert!(contents(scratch.root()).contains(&(".gitignore".to_owned(), "/build/\n".to_owned())));
    }
}

#[test]
fn a_path_without_sources_is_told() {
    let scratch = Scratch::empty();
    assert_exit(&rolec(scratch.root(), &["check", "nowhere"]), 2, "no such file or folder");
    assert_exit(&rolec(scratch.root(), &["check"]), 2, "no `.role` file");
    scratch.write("rolec.toml", "[project]\nname = \"acme\"\nversion = \"1.0.0\"\n");
    scratch.write("a.role", "role a extends nobody {}\n");
    scratch.write("notes/README.md", "Nothing.\n");
    for command in ["check", "fmt"] {
        assert_exit(&rolec(scratch.root(), &[command, "notes"]), 2, "`notes` is no source of the project");
        assert_exit(&rolec(scratch.root(), &[command, "notes/README.md"]), 2, "is no source of the project");
    }
    // The manifest stands for all of the project.
    assert_exit(&rolec(scratch.root(), &["check", "rolec.toml"]), 1, "unknown-role");
}

#[test]
fn a_faulty_manifest_says_what_to_write() {
    let project = "[project]\nname = \"acme\"\nversion = \"1.0.0\"\n";
    let cases = [
        ("", "a manifest has at least"),
        ("[dependancies]\n", "did you mean `dependencies`?"),
        ("role-backfill = true\n", "stands under `[organisation]`"),
        ("[organization]\n", "did you mean `organisation`?"),
        ("[organisation]\ncreated = \"2020-05-01\"\n", "without quotes"),
        ("[dependencies]\ng = { pth = \"x\" }\n", "write `g = \"shipped\"`"),
        ("[dependencies]\ng = { path = \"x\" }\n", "can't find the catalog `x`"),
    ];
    for (text, help) in cases {
        let scratch = Scratch::empty();
        scratch.write("rolec.toml", &if text.is_empty() { String::new() } else { format!("{project}{text}") });
        assert_exit(&rolec(scratch.root(), &["check"]), 2, help);
    }
}

#[test]
fn init_overwrites_nothing() {
    let scratch = Scratch::empty();
    scratch.write("acme/divisions.role", "// mine\n");
    scratch.write("acme/.gitignore", "/target\n");
    let before = contents(scratch.root());
    let output = rolec(scratch.root(), &["init", "acme"]);
    assert_exit(&output, 2, "1 file in the way:\n  │ acme/divisions.role");
    assert_eq!(contents(scratch.root()), before);

    fs::remove_file(scratch.place("acme/divisions.role")).expect("the file is there");
    let output = rolec(scratch.root(), &["init", "acme"]);
    assert_exit(&output, 0, "kept acme/.gitignore; `/build/` belongs in it");
    assert!(contents(scratch.root()).contains(&("acme/.gitignore".to_owned(), "/target\n".to_owned())));
}

#[test]
fn init_leaves_nothing_behind_when_it_fails() {
    let scratch = Scratch::empty();
    scratch.write("acme/roles", "a file where a folder should be\n");
    let before = contents(scratch.root());
    assert_exit(&rolec(scratch.root(), &["init", "acme"]), 2, "can't write");
    assert_eq!(contents(scratch.root()), before);
    assert_exit(&rolec(scratch.root(), &["init", "new/project", "--catalog", "genesis"]), 2, "genesys-cloud");
    assert_eq!(contents(scratch.root()), before);
}

#[test]
fn a_name_that_is_no_plain_word_is_quoted() {
    let scratch = Scratch::empty();
    assert_exit(&rolec(scratch.root(), &["init", "say \"cheese\""]), 0, "created");
    assert_exit(&rolec(scratch.root(), &["check", "say \"cheese\""]), 0, "0 errors");
}

#[test]
fn explain_prints_the_page() {
    let here = Path::new(".");
    for code in Code::ALL {
        let output = rolec(here, &["explain", code.name()]);
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout), code.page());
    }
    assert_exit(&rolec(here, &["explain", "unawre-half"]), 2, "did you mean `unaware-half`?");
    assert_exit(&rolec(here, &["explain", "qqq"]), 2, "`rolec explain` lists all codes");
    let list = rolec(here, &["explain"]);
    assert_eq!(String::from_utf8_lossy(&list.stdout).lines().count(), Code::ALL.len());
}

#[test]
fn every_shell_is_completed() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert_exit(&rolec(Path::new("."), &["completions", shell]), 0, "rolec");
    }
    assert_exit(&rolec(Path::new("."), &["completions", "csh"]), 2, "invalid value 'csh'");
}

#[test]
fn faulty_arguments_and_missing_files_are_not_findings() {
    let scratch = Scratch::empty();
    assert_exit(&rolec(scratch.root(), &["check", "--formt", "short"]), 2, "'--format'");
    assert_exit(&rolec(scratch.root(), &["chekc"]), 2, "'check'");
    assert_exit(&rolec(scratch.root(), &[]), 2, "Usage: rolec");
    assert_exit(&rolec(scratch.root(), &["check", "nowhere"]), 2, "can't find `nowhere`");
    scratch.write("rolec.toml", "[project]\nname = \"acme\"\n");
    assert_exit(&rolec(scratch.root(), &["check"]), 2, "missing field `version`");
}

#[test]
fn help_tells_about_exit_codes_and_shows_an_example() {
    for command in ["init", "check", "explain", "fmt", "import"] {
        let output = rolec(Path::new("."), &[command, "--help"]);
        assert_exit(&output, 0, &format!("\n  rolec {command}"));
        assert_exit(&output, 0, "Exits with 0");
    }
}

/// A reader that goes away ends the program without a word.
#[test]
#[cfg(unix)]
fn a_reader_that_has_gone_is_no_failure_to_speak_of() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/outbound-divisions/confined-naive");
    let openapi = Scratch::empty();
    openapi.write(
        "api.json",
        "{\"openapi\": \"3.0.0\", \"info\": {\"title\": \"t\", \"version\": \"1\"}, \"paths\": {\"/x\": {\"get\": {}}}}",
    );
    let commands: &[&[&str]] = &[
        &["check", example],
        &["check", example, "--format", "short"],
        &["check", example, "--format", "json"],
        &["explain"],
        &["explain", "unaware-half"],
        &["completions", "bash"],
        &["fmt", "--check", example],
        &["import", "openapi", "api.json"],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = program(openapi.root(), arguments).stdout(writer).output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((said.as_ref(), output.status.code()), ("", Some(141)), "{arguments:?}");
    }
}
