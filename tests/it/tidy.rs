//! Tidiness: who may import whom, who may name which crate, and how long things get.

use std::fs;
use std::path::Path;

/// The floors of the compiler, lowest first. A file imports only from lower floors, and on its own floor only from
/// what stands before it. A folder stands for all files in it, and those may import one another.
const FLOORS: &[(&str, &[&str])] = &[
    ("places and numbers", &["span", "id", "limits", "source"]),
    ("findings", &["diagnostic"]),
    ("trees and values", &["syntax/ast", "sets", "scopes", "conditions", "catalog", "model", "pins", "manifest", "catalogs"]),
    ("text and trees", &["syntax/parse", "syntax/format"]),
    ("order", &["graph"]),
    ("names", &["resolve"]),
    ("effective grants", &["flatten", "provenance", "timeline", "access", "assertions", "licenses"]),
    ("judgements", &["check"]),
    (
        "questions",
        &["lock", "why", "show", "who", "can", "bundled", "inspect", "reach", "suite", "impact", "agenda", "diff", "fix"],
    ),
    ("outputs", &["emit"]),
    ("the spine", &["compile"]),
    ("pictures and documents", &["render", "import"]),
    ("commands", &["cli"]),
];

/// Files that only list modules, and the program.
const ROOTS: &[&str] = &["lib", "main", "syntax"];

/// What only some files may name.
const CONFINED: &[(&str, &[&str])] = &[
    ("pest", &["syntax/parse"]),
    ("pest_derive", &["syntax/parse"]),
    ("codespan_reporting", &["render/frames"]),
    ("petgraph", &["graph"]),
    ("clap", &["cli", "main"]),
    ("miette", &["cli"]),
    ("std::fs", &["cli"]),
    ("std::env", &["cli"]),
    ("std::net", &[]),
    ("std::time", &["cli"]),
];

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 70;

/// A Rust file of the repository.
struct File {
    /// Its path below the repository.
    path: String,
    /// Its module: the path below `src` without `.rs` and `/mod`.
    module: String,
    /// Its text.
    text: String,
    /// Its text, with blanks for comments and what is in quotes; lines are where they were.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder, in order; nothing where there is no such folder.
fn files(folder: &str) -> Vec<File> {
    let mut paths: Vec<_> = ignore::WalkBuilder::new(root().join(folder))
        .build()
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    let file = |path: &Path| {
        let text = fs::read_to_string(path).expect("a source is text");
        let path = path.strip_prefix(root()).expect("below the root").to_str().expect("a plain path").replace('\\', "/");
        let module = path.split_once("src/").map_or("", |(_, module)| module).trim_end_matches(".rs").trim_end_matches("/mod");
        File { module: module.to_owned(), code: without_words(&text), path, text }
    };
    paths.iter().map(|path| file(path)).collect()
}

/// Blanks out comments, strings and characters, so that braces and names are only those of the code.
fn without_words(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = words_length(rest, code.chars().next_back());
        if skipped > 0 {
            code.extend(rest[..skipped].chars().map(|char| if char == '\n' { '\n' } else { ' ' }));
            rest = &rest[skipped..];
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

/// The length of the comment, string or character that a text begins with; 0 if it begins with none.
fn words_length(text: &str, before: Option<char>) -> usize {
    let inside_word = before.is_some_and(|char| char.is_alphanumeric() || char == '_');
    let to = |end: Option<usize>, mark: usize| end.map_or(text.len(), |at| at + mark);
    if text.starts_with("//") {
        return to(text.find('\n'), 0);
    }
    if text.starts_with("/*") {
        return to(text.find("*/"), 2);
    }
    let hashes = text.strip_prefix('r').map_or(0, |rest| rest.len() - rest.trim_start_matches('#').len());
    if !inside_word && text.starts_with('r') && text[1 + hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let body = 2 + hashes;
        return to(text[body..].find(&end).map(|at| at + body), end.len());
    }
    if text.starts_with('"') {
        return escaped_length(text, '"');
    }
    // A character, not a lifetime: `'a'` or `'\n'`.
    let mut chars = text.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some('\''), Some('\\'), _) => escaped_length(text, '\''),
        (Some('\''), Some(char), Some('\'')) => char.len_utf8() + 2,
        _ => 0,
    }
}

/// The length of what stands between two quotation marks, with them.
fn escaped_length(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if char == mark => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The code before its unit tests.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]").next().unwrap_or(code)
}

/// Whether a module is a room of the house, or in it.
fn is_in(module: &str, room: &str) -> bool {
    module == room || module.strip_prefix(room).is_some_and(|rest| rest.starts_with('/'))
}

/// Floor, place on it and name of the room that a module is in.
fn room(module: &str) -> Option<(usize, usize, &'static str)> {
    let rooms = FLOORS
        .iter()
        .enumerate()
        .flat_map(|(floor, (_, rooms))| rooms.iter().enumerate().map(move |(place, room)| (floor, place, *room)));
    rooms.into_iter().find(|(_, _, room)| is_in(module, room))
}

/// The modules that code names after `crate::`, and after `super::` as it stands in a module.
fn imports(module: &str, code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        found.extend(paths(&code[at + "crate::".len()..]));
    }
    let (folder, _) = module.rsplit_once('/').unwrap_or(("", module));
    for (at, _) in code.match_indices("super::") {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        found.extend(paths(&code[at + "super::".len()..]).into_iter().map(|path| format!("{prefix}{path}")));
    }
    found
}

/// The first two names of a path, or of each path in braces, as `first/second`.
fn paths(code: &str) -> Vec<String> {
    if let Some(group) = code.strip_prefix('{') {
        let group = group.split('}').next().unwrap_or(group);
        return group.split(',').flat_map(|path| paths(path.trim_start())).collect();
    }
    let end = code.find(|char: char| !(char.is_alphanumeric() || char == '_' || char == ':')).unwrap_or(code.len());
    let names: Vec<&str> = code[..end].split("::").filter(|name| !name.is_empty()).take(2).collect();
    if names.is_empty() { Vec::new() } else { vec![names.join("/")] }
}

/// The first lines and lengths of the functions in some code.
fn functions(code: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let begins_word = !code[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_');
        let Some(body) = code[at..].find(['{', ';']).map(|body| at + body) else { continue };
        if !begins_word || code[body..].starts_with(';') {
            continue;
        }
        let mut depth = 0;
        let end = code[body..].char_indices().find_map(|(end, char)| {
            depth += i32::from(char == '{') - i32::from(char == '}');
            (depth == 0).then_some(body + end)
        });
        let lines = code[at..end.unwrap_or(code.len())].matches('\n').count() + 1;
        found.push((code[..at].matches('\n').count() + 1, lines));
    }
    found
}

#[track_caller]
fn assert_tidy(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn files_import_from_lower_floors() {
    let mut faults = Vec::new();
    for File { path, module, code, .. } in files("src").iter().filter(|file| !ROOTS.contains(&file.module.as_str())) {
        let Some((floor, place, own)) = room(module) else {
            faults.push(format!("{path} stands on no floor: give it a place in `FLOORS`"));
            continue;
        };
        for import in imports(module, without_tests(code)) {
            let Some((other_floor, other_place, other)) = room(&import) else { continue };
            if other != own && (other_floor, other_place) > (floor, place) {
                let (from, to) = (FLOORS[floor].0, FLOORS[other_floor].0);
                faults.push(format!("{path} ({from}) imports {} ({to})", import.replace('/', "::")));
            }
        }
    }
    assert_tidy(&faults);
}

#[test]
fn crates_stay_where_they_belong() {
    let mut faults = Vec::new();
    for File { path, module, code, .. } in &files("src") {
        for (name, rooms) in CONFINED {
            let starts = |at: usize| !code[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == ':');
            let names_it = code.match_indices(&format!("{name}::")).any(|(at, _)| starts(at));
            if names_it && !rooms.iter().any(|room| is_in(module, room)) {
                faults.push(format!("{path} names {name}, which is a matter of {rooms:?}"));
            }
        }
    }
    assert_tidy(&faults);
}

#[test]
fn files_and_functions_stay_short() {
    let mut faults = Vec::new();
    for folder in ["src", "bundle/src", "targets/src", "equiv/src", "benches/src"] {
        for File { path, text, code, .. } in files(folder) {
            let lines = text.lines().count();
            if lines > FILE_LINES {
                faults.push(format!("{path} has {lines} lines, more than {FILE_LINES}"));
            }
            let long = functions(&code).into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES);
            faults
                .extend(long.map(|(at, lines)| format!("{path}:{at}: a function of {lines} lines, more than {FUNCTION_LINES}")));
        }
    }
    assert_tidy(&faults);
}

#[test]
fn files_say_what_they_are() {
    let all = ["src", "bundle/src", "targets/src", "equiv/src", "tests", "bundle/tests", "targets/tests", "equiv/tests"]
        .into_iter()
        .flat_map(files);
    let silent = all.filter(|file| !file.text.starts_with("//! "));
    assert_tidy(&silent.map(|file| format!("{} does not begin with `//!`", file.path)).collect::<Vec<_>>());
}

#[test]
fn nothing_gives_up_or_waits_to_be_written() {
    let mut faults = Vec::new();
    for File { path, code, .. } in ["src", "bundle/src", "targets/src", "equiv/src"].into_iter().flat_map(files) {
        for word in [".unwrap()", ".expect(", "panic!(", "unreachable!(", "unimplemented!("] {
            for (at, _) in without_tests(&code).match_indices(word) {
                faults.push(format!("{path}:{}: {word}", code[..at].matches('\n').count() + 1));
            }
        }
    }
    let marks = ["TO", "FIX", "XX"].map(|start| {
        start.to_owned()
            + if start == "TO" {
                "DO"
            } else if start == "FIX" {
                "ME"
            } else {
                "X"
            }
    });
    for entry in ignore::WalkBuilder::new(root()).build().filter_map(Result::ok) {
        let Ok(text) = fs::read_to_string(entry.path()) else { continue };
        let marked = marks.iter().filter(|mark| text.contains(mark.as_str()));
        faults.extend(marked.map(|mark| format!("{} has a {mark}", entry.path().display())));
    }
    assert_tidy(&faults);
}

#[test]
fn words_are_blanked_out() {
    let code = without_words("a \"{\\\"\" b '{' 'x: r#\"}\"# // {\nc /* { */ for_r\"}\"");
    assert_eq!(code, "a       b     'x:            \nc         for_r   ");
    assert_eq!(functions("fn a() {\n  {}\n}\nfn b();\nfn c() { }"), [(1, 3), (5, 1)]);
    assert_eq!(imports("a/b", "use crate::{c::d::E, f}; super::g::h()"), ["c/d", "f", "a/g/h"]);
}
