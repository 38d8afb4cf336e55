//! The pages of the findings: what a page says fails does fail, with its code and no other error, and what it
//! says passes does pass. The same for what the manual shows.

use std::fmt::Write as _;
use std::fs;

use rolec::compile::Compilation;
use rolec::diagnostic::{Code, Diagnostic, Level, Sink};
use rolec::limits;
use rolec::span::Span;
use rolec::syntax::parse;

use crate::scratch::{Scratch, listed};

/// A fence: the words after its mark, and the text in it.
#[derive(Debug, Clone, Copy)]
struct Fence<'p> {
    info: &'p str,
    text: &'p str,
}

/// The sections of a page that begin with `## `, with their fences.
fn sections(page: &str) -> Vec<(&str, Vec<Fence<'_>>)> {
    let mut sections = Vec::new();
    for section in page.split("\n## ").skip(1) {
        let (heading, mut rest) = section.split_once('\n').expect("a heading ends");
        let mut fences = Vec::new();
        while let Some((_, fence)) = rest.split_once("\n```") {
            let (info, body) = fence.split_once('\n').expect("a fence has text");
            let end = body.find("\n```").expect("a fence ends");
            fences.push(Fence { info, text: &body[..=end] });
            rest = &body[end + "\n```".len()..];
        }
        sections.push((heading, fences));
    }
    sections
}

/// Writes the files that some fences hold. A fence without a path is `project.role`.
fn write(scratch: &Scratch, fences: &[Fence<'_>]) {
    for Fence { info, text } in fences {
        match info.split_once(' ') {
            Some(("generated", code)) => generate(code, scratch),
            Some((_, path)) => scratch.write(path, text),
            None => scratch.write("project.role", text),
        }
    }
}

/// Makes what is too large or too strange for a page.
fn generate(code: &str, scratch: &Scratch) {
    let role = |text: String| scratch.write("project.role", text);
    match code {
        "catalog-too-large" => role(catalog(1025, 1024)),
        "declaration-too-large" => role(format!("{}role r {{\n{}}}\n", catalog(1, 1), "allow d:e0:a0\n".repeat(1_500_000))),
        "directory-loop" => {
            scratch.write("roles/agent.role", "role agent {\n    owner \"service desk\"\n}\n");
            #[cfg(unix)]
            std::os::unix::fs::symlink(scratch.place("roles"), scratch.place("roles/again")).expect("a link");
        }
        "flat-too-large" => role(chain(20_000)),
        "file-too-large" => scratch.sparse("project.role", limits::FILE_BYTES + 1),
        "project-too-large" => {
            for number in 0..=limits::PROJECT_BYTES / limits::FILE_BYTES {
                scratch.sparse(&format!("{number}.role"), limits::FILE_BYTES);
            }
        }
        "nested-too-deeply" => role(nested(limits::NESTING + 1)),
        "not-utf8" => scratch.write("project.role", b"role berater \"Berater f\xfcr R\xfcckrufe\" {\n}\n"),
        "too-many-findings" => {
            role(format!("{}role r {{\n{}}}\n", catalog(1, 1), "allow d:e0:a0\n".repeat(limits::FINDINGS + 2)));
        }
        "groups-too-deep" => role(lines(0..=limits::GROUPS_AROUND + 1, |number| match number {
            0 => "group g0".to_owned(),
            _ => format!("group g{number} member of g{}", number - 1),
        })),
        "too-many-divisions" => role(lines(0..=limits::DIVISIONS, |number| format!("division d{number}"))),
        "too-many-licenses" => role(lines(0..=limits::LICENSES, |number| format!("license l{number}"))),
        "too-many-epochs" => role(backfills(limits::EPOCHS + 1)),
        "too-many-syntax-errors" => {
            role(lines(0..=limits::SYNTAX_ERRORS, |number| format!("role r{number} {{\n    allows a:b:c\n}}")));
        }
        other => panic!("no generator for {other}"),
    }
}

fn lines(numbers: impl Iterator<Item = usize>, line: impl Fn(usize) -> String) -> String {
    numbers.map(|number| line(number) + "\n").collect::<Vec<_>>().concat()
}

fn catalog(entities: usize, actions: usize) -> String {
    let actions = lines(0..actions, |number| format!("a{number}"));
    format!("domain d {{\n{}}}\n", lines(0..entities, |number| format!("entity e{number} {{\n{actions}}}")))
}

/// Roles each of which adds a permission to those of the one before.
fn chain(roles: usize) -> String {
    let role = |number: usize| format!("role r{number} extends r{} {{\n    allow d:e0:a{number}\n}}", number - 1);
    catalog(1, roles) + "role r0 {\n    allow d:e0:a0\n}\n" + &lines(1..roles, role)
}

fn nested(depth: usize) -> String {
    let (open, close) = ("(".repeat(depth), ")".repeat(depth));
    format!("domain d {{ entity e conditions any {{ a }} }}\nrole r {{\n    allow d:e:a where {open}X == \"x\"{close}\n}}\n")
}

fn backfills(number: usize) -> String {
    let mut text = format!("{}role r {{\n    owner \"service desk\"\n}}\n", catalog(1, number));
    let mut day = jiff::civil::date(2026, 1, 1);
    for number in 0..number {
        writeln!(text, "backfill b{number} {{ roles r add d:e0:a{number} on {day} }}").expect("text grows");
        day = day.tomorrow().expect("time goes on");
    }
    text
}

/// The codes whose examples can't but yield another error too.
fn accompanies(code: Code) -> Option<Code> {
    (code == Code::TooManySyntaxErrors).then_some(Code::SyntaxError)
}

#[track_caller]
fn examples(code: Code) -> (Vec<Fence<'static>>, Vec<Fence<'static>>) {
    let (mut fails, mut passes) = (Vec::new(), Vec::new());
    for (heading, fences) in sections(code.page()) {
        match heading {
            "Fails" => fails = fences,
            "Passes" => passes = fences,
            _ => assert!(fences.is_empty(), "{}: a fence in `## {heading}`", code.name()),
        }
    }
    assert!(!fails.is_empty() && !passes.is_empty(), "{}: no example that fails, or none that passes", code.name());
    (fails, passes)
}

#[test]
fn what_fails_fails_for_one_reason() {
    let mut faults = Vec::new();
    for code in Code::ALL.iter().copied() {
        let scratch = Scratch::project();
        write(&scratch, &examples(code).0);
        let findings = scratch.compile().findings;
        if !findings.iter().any(|finding| finding.code == code) {
            faults.push(format!("{} does not fail:\n{}", code.name(), listed(&findings)));
        }
        let other = |found: Code| found != code && Some(found) != accompanies(code);
        if findings.iter().any(|finding| finding.level == Level::Error && other(finding.code)) {
            faults.push(format!("{} fails for another reason too:\n{}", code.name(), listed(&findings)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_passes_passes() {
    let mut faults = Vec::new();
    for code in Code::ALL.iter().copied() {
        let scratch = Scratch::project();
        write(&scratch, &examples(code).1);
        let findings = scratch.compile().findings;
        if findings.iter().any(|finding| finding.level == Level::Error || finding.code == code) {
            faults.push(format!("{} does not pass:\n{}", code.name(), listed(&findings)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_page_says_its_code_its_level_and_its_kind() {
    let index = include_str!("../../docs/findings/README.md");
    for code in Code::ALL {
        let name = code.name();
        let kind = match (code.is_judgement(), NEVER_SILENCED.contains(code)) {
            (true, false) => "its level can be set, and `allow-finding` silences it",
            (true, true) => "its level can be set, but no `allow-finding` silences it",
            (false, _) => "can't be silenced",
        };
        let start = format!("# `{name}`\n\n*{}* · {kind}\n\n", code.level().name());
        assert!(code.page().starts_with(&start), "the page of {name} does not begin with:\n{start}");
        let row = format!("| [`{name}`]({name}.md) | {} | {} |\n", code.level().name(), code.summary());
        assert!(index.contains(&row), "the index has no row:\n{row}");
    }
    let rows = index.lines().filter(|line| line.starts_with("| [`")).count();
    assert_eq!(rows, Code::ALL.len(), "the index has a row too many");
}

/// Judgements about what has no body (the project, its files, surfaces and divisions), and the one about silencing.
const NEVER_SILENCED: &[Code] = &[
    Code::DirectoryLoop,
    Code::Exposure,
    Code::NoLock,
    Code::PairCandidate,
    Code::UnassignedRoles,
    Code::UnlistedReaders,
    Code::UnusedDivision,
    Code::UnneededAllowFinding,
];

/// `allow-finding`, put into the declaration that a finding is about, silences it where the page says so.
#[test]
fn what_can_be_silenced_is_silenced() {
    let mut faults = Vec::new();
    let held = |code: &Code| code.is_judgement() && !NEVER_SILENCED.contains(code);
    for code in Code::ALL.iter().copied().filter(held) {
        let scratch = Scratch::project();
        write(&scratch, &examples(code).0);
        let compilation = scratch.compile();
        let mut sources: Vec<(String, String)> =
            compilation.sources.files().iter().map(|file| (file.name.clone(), file.text.clone())).collect();
        let mut places: Vec<Span> =
            compilation.findings.iter().filter(|finding| finding.code == code).filter_map(place).collect();
        places.sort_unstable();
        for place in places.into_iter().rev() {
            let file = compilation.sources.id_of(place).expect("a place is in a file").index();
            let end = declaration_end(&compilation, place);
            let line = format!("    allow-finding {} \"known\"\n", code.name());
            // What takes a line has no body yet.
            let has_body = sources[file].1[..end].ends_with('}');
            let (at, text) = if has_body { (end - 1, line) } else { (end, format!(" {{\n{line}}}")) };
            sources[file].1.insert_str(at, &text);
        }
        for (name, text) in sources {
            scratch.write(&name, text);
        }
        let findings = scratch.compile().findings;
        let silent = findings.iter().all(|finding| finding.code != code && finding.code != Code::UnneededAllowFinding);
        if !silent {
            faults.push(format!("{} is not silenced:\n{}", code.name(), listed(&findings)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a finding is about.
fn place(finding: &Diagnostic) -> Option<Span> {
    finding.about.or_else(|| finding.primary())
}

/// Where the declaration around a place ends, in its file.
#[track_caller]
fn declaration_end(compilation: &Compilation, place: Span) -> usize {
    let source = compilation.sources.file_of(place).expect("a place is in a file");
    let items = parse::parse(source, &mut Sink::default()).items;
    let item = items.into_iter().find(|item| item.span.contains(place)).expect("a place is in a declaration");
    (item.span.end - source.base) as usize
}

/// Links from page to page lead somewhere.
#[test]
fn links_between_pages_lead_somewhere() {
    let folder = format!("{}/docs/findings", env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(folder).expect("the pages") {
        let path = entry.expect("a page").path();
        let text = fs::read_to_string(&path).expect("a page is text");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap_or_default();
            assert!(file.is_empty() || path.with_file_name(file).exists(), "{} links to {link}", path.display());
        }
    }
}

/// Each chapter of the manual is a project without errors; a fence marked `ignore` shows no whole declaration.
#[test]
fn what_the_manual_shows_is_sound() {
    let manual = include_str!("../../docs/language.md");
    let mut shown = 0;
    for (heading, fences) in sections(manual) {
        let fences: Vec<Fence<'_>> = fences.into_iter().filter(|fence| fence.info == "role").collect();
        let scratch = Scratch::project();
        for (number, fence) in fences.iter().enumerate() {
            scratch.write(&format!("{number}.role"), fence.text);
        }
        let compilation = scratch.compile();
        let wrong = compilation.findings.iter().any(|finding| finding.level < Level::Hint);
        assert!(!wrong, "`{heading}` has faults:\n{}", listed(&compilation.findings));
        shown += fences.len();
    }
    assert!(shown > 10, "the manual shows too little: {shown}");
}
