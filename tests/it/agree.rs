//! The compiler against the reference evaluator, and what must not matter: the order and the names of files, the layout of texts.
//!
//! `ROLEC_CASES` sets the number of projects of each test.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{ProptestConfig, TestCaseError};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rolec::diagnostic::Sink;
use rolec::source::{Source, Sources};
use rolec::syntax::ast;
use rolec::syntax::format::format;
use rolec::syntax::parse::parse;

use crate::adapter;
use crate::dump::dump;
use crate::generate::constructs::{ALL, Construct, constructs};
use crate::generate::shrink::{Projects, Shrinking};
use crate::generate::{FAULTY_PERCENT, Project, project};
use crate::reference::{Findings, Outcomes, Roles, meaning_of_texts, silence};

/// Files by name, in any order.
type Texts = [(String, String)];
type Outcome = Result<(), TestCaseError>;

/// Codes that depend on which of two declarations stands first.
const OF_ORDER: &[&str] = &[
    "duplicate-declaration",
    "second-override",
    "second-home-division",
    "conflicting-facts",
    "inheritance-cycle",
    "division-cycle",
    "pair-awareness",
    "guarded-twice",
    "group-cycle",
    "no-home-division",
    "repeated-fact",
    "duplicate-surface",
];

/// The number of projects that is asked for.
fn cases<N: std::str::FromStr>() -> Option<N> {
    std::env::var("ROLEC_CASES").ok()?.parse().ok()
}

/// Runs a property over generated projects; a failing one is shown as it is after shrinking.
fn for_projects(default_cases: u32, faulty_percent: usize, property: impl Fn(&Project) -> Outcome) {
    let cases = cases().unwrap_or(default_cases);
    let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&Projects { faulty_percent }, |project| property(&project));
    let message = outcome.map_or_else(|error| error.to_string(), |()| String::new());
    assert!(message.is_empty(), "{message}");
}

/// The texts of a project, for a message.
fn shown(texts: &Texts) -> String {
    texts.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect::<Vec<_>>().concat()
}

fn ensure_equal<T: PartialEq + std::fmt::Debug>(what: &str, left: &T, right: &T, texts: &Texts) -> Outcome {
    if left == right {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{what}\n  left: {left:?}\n right: {right:?}\n{}", shown(texts))))
}

/// What only one of two sets has.
fn only<T: Ord + Clone>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> BTreeSet<T> {
    left - right
}

fn ensure_same_findings(what: &str, left: &Findings, right: &Findings, texts: &Texts) -> Outcome {
    ensure_equal(&format!("findings: {what}"), &only(left, right), &only(right, left), texts)
}

fn ensure_same_outcomes(what: &str, left: &Outcomes, right: &Outcomes, texts: &Texts) -> Outcome {
    ensure_equal(&format!("first days of enforcements: {what}"), &left.starts, &right.starts, texts)?;
    ensure_same_maps(&format!("what is held: {what}"), &left.held, &right.held, texts)?;
    ensure_same_maps(&format!("what is reached: {what}"), &left.reached, &right.reached, texts)?;
    ensure_same_maps(&format!("licences: {what}"), &left.licenses, &right.licenses, texts)?;
    let (only_left, only_right) = (only(&left.readers, &right.readers), only(&right.readers, &left.readers));
    ensure_equal(&format!("readers: {what}"), &only_left, &only_right, texts)
}

/// One holder at a time, so that a message stays short.
fn ensure_same_maps<T: PartialEq + std::fmt::Debug>(
    what: &str,
    left: &BTreeMap<String, T>,
    right: &BTreeMap<String, T>,
    texts: &Texts,
) -> Outcome {
    for name in left.keys().chain(right.keys()) {
        ensure_equal(&format!("`{name}`: {what}"), &left.get(name), &right.get(name), texts)?;
    }
    Ok(())
}

fn ensure_same_roles(what: &str, left: &Roles, right: &Roles, texts: &Texts) -> Outcome {
    let names = |roles: &Roles| roles.keys().cloned().collect::<BTreeSet<_>>();
    ensure_equal(&format!("roles: {what}"), &names(left), &names(right), texts)?;
    for (name, calendars) in left {
        for (calendar, states) in calendars {
            let what = format!("role `{name}` in calendar `{calendar}`: {what}");
            ensure_equal(&what, states, right[name].get(calendar).unwrap_or(&Vec::new()), texts)?;
        }
        ensure_equal(&format!("calendars of `{name}`: {what}"), &calendars.len(), &right[name].len(), texts)?;
    }
    Ok(())
}

/// What tells the compiler and the reference apart on a project.
struct Difference {
    /// The codes that only one of them reports, or that they disagree about roles: what must persist while a project shrinks.
    kind: BTreeSet<(&'static str, String)>,
    message: String,
}

fn difference(project: &Project) -> Option<Difference> {
    let texts = project.texts();
    let expected = meaning_of_texts(&texts, &project.settings);
    let observed = adapter::compile(&texts, &project.settings);
    let what = format!("compiler (left) and reference (right), planted {:?}, {:?}", project.faults, project.settings);
    let outcome = ensure_same_findings(&what, &observed.findings, &expected.findings, &texts)
        .and_then(|()| ensure_same_roles(&what, &observed.roles, &expected.roles, &texts))
        .and_then(|()| ensure_same_outcomes(&what, &observed.outcomes, &expected.outcomes, &texts));
    let message = outcome.err()?.to_string();
    let codes = |side, mine: &Findings, theirs: &Findings| -> Vec<(&str, String)> {
        only(mine, theirs).into_iter().map(|(code, _)| (side, code)).collect()
    };
    let (left, right) = (&observed.findings, &expected.findings);
    let kind = codes("compiler", left, right).into_iter().chain(codes("reference", right, left)).collect();
    Some(Difference { kind, message })
}

/// Differences by kind: how many projects show it, the first seed among these, and the project.
type Differences = BTreeMap<BTreeSet<(&'static str, String)>, (usize, u64, Project)>;

/// What tells the two apart on the projects of the first seeds, for each share of projects with faults. All processors work on it.
fn all_differences(seeds: u64, faulty_percents: &[usize]) -> Differences {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let of_worker = |worker: u64| {
        let mut found = Differences::new();
        for seed in (worker..seeds).step_by(usize::try_from(workers).unwrap_or(1)) {
            for project in faulty_percents.iter().map(|percent| Project::new(seed, *percent)) {
                if let Some(difference) = difference(&project) {
                    found.entry(difference.kind).or_insert_with(|| (0, seed, project)).0 += 1;
                }
            }
        }
        found
    };
    let of_worker = &of_worker;
    let parts: Vec<Differences> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || of_worker(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut all = Differences::new();
    for (kind, (count, seed, project)) in parts.into_iter().flatten() {
        let (counted, first, shown) = all.entry(kind).or_insert_with(|| (0, seed, project.clone()));
        *counted += count;
        if seed < *first {
            (*first, *shown) = (seed, project);
        }
    }
    all
}

/// A difference on the smallest project that still shows it.
fn shrunk(kind: &BTreeSet<(&'static str, String)>, project: Project) -> String {
    let mut shrinking = Shrinking::new(project);
    let mut is_smaller = shrinking.simplify();
    while is_smaller {
        let persists = difference(&shrinking.current()).is_some_and(|difference| difference.kind == *kind);
        is_smaller = if persists { shrinking.simplify() } else { shrinking.complicate() };
    }
    difference(&shrinking.current()).map_or_else(String::new, |difference| difference.message)
}

/// So many differences as text, those of the first seeds first.
fn listed(differences: Differences, at_most: usize) -> String {
    let mut differences: Vec<_> = differences.into_iter().collect();
    differences.sort_by_key(|(_, (_, seed, _))| *seed);
    let show =
        |(kind, (count, seed, project))| format!("===== {count}, first of seed {seed}: {kind:?}\n{}\n", shrunk(&kind, project));
    differences.into_iter().take(at_most).map(show).collect()
}

/// The first seeds and no random ones, so that nobody's change fails by another's fault.
fn ensure_agreement(default_cases: u64, faulty_percent: usize) {
    let differences = listed(all_differences(cases().unwrap_or(default_cases), &[faulty_percent]), 3);
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn the_compiler_agrees_with_the_reference() {
    ensure_agreement(700, FAULTY_PERCENT);
}

#[test]
fn the_compiler_agrees_with_the_reference_about_faults() {
    ensure_agreement(300, 100);
}

/// A list of all kinds of differences, each with a shrunk project: `cargo test --test it differences -- --ignored --nocapture`.
#[test]
#[ignore = "for debugging"]
#[expect(clippy::print_stdout, reason = "the list is what it is for")]
fn differences() {
    println!("{}", listed(all_differences(cases().unwrap_or(300), &[FAULTY_PERCENT, 100]), usize::MAX));
}

#[test]
fn the_order_of_files_is_irrelevant() {
    for_projects(300, FAULTY_PERCENT, |project| {
        let texts = project.texts();
        let reversed: Vec<(String, String)> = texts.iter().rev().cloned().collect();
        let first = adapter::compile(&texts, &project.settings);
        let second = adapter::compile(&reversed, &project.settings);
        ensure_same_findings("in order and reversed", &first.findings, &second.findings, &texts)?;
        ensure_same_roles("in order and reversed", &first.roles, &second.roles, &texts)?;
        ensure_same_outcomes("in order and reversed", &first.outcomes, &second.outcomes, &texts)
    });
}

#[test]
fn the_names_of_files_are_irrelevant() {
    for_projects(300, FAULTY_PERCENT, |project| {
        let texts = project.texts();
        // The new names sort the other way round, so what stands first is another declaration.
        let count = texts.len();
        let renamed: Vec<(String, String)> =
            texts.iter().enumerate().map(|(at, (_, text))| (format!("moved/{}.role", count - at), text.clone())).collect();
        let first = adapter::compile(&texts, &project.settings);
        if first.findings.iter().any(|(code, _)| OF_ORDER.contains(&code.as_str())) {
            return Ok(());
        }
        let second = adapter::compile(&renamed, &project.settings);
        // Of subjects with the same roles the first is told, at one of its assignments, where it may be allowed.
        let of_place = ["never-broken", "unneeded-allow-finding"];
        let placeless = |findings: &Findings| -> Findings {
            findings.iter().filter(|(code, _)| !of_place.contains(&code.as_str())).cloned().collect()
        };
        let (before, after) = (placeless(&first.findings), placeless(&second.findings));
        ensure_same_findings("before and after renaming", &before, &after, &texts)?;
        ensure_same_roles("before and after renaming", &first.roles, &second.roles, &texts)?;
        ensure_same_outcomes("before and after renaming", &first.outcomes, &second.outcomes, &texts)
    });
}

/// The one source of a text, and its tree; a syntax error is a failure, and so is a declaration marked faulty without one.
fn parsed(text: &str) -> Result<(Sources, ast::File), TestCaseError> {
    let sources = Sources::new(vec![("text.role".to_owned(), text.to_owned(), false)]);
    let mut sink = Sink::default();
    let file = parse(&sources.files()[0], &mut sink);
    let findings = sink.into_sorted();
    let unexpected = findings.iter().find(|finding| finding.code.name() != "reserved-name");
    let is_faulty = findings.is_empty() && file.items.iter().any(|item| item.faulty);
    match unexpected {
        Some(finding) => Err(TestCaseError::fail(format!("{finding:?}\n{text}"))),
        None if is_faulty => {
            Err(TestCaseError::fail(format!("faulty without a finding\n{}\n{text}", dump(&sources.files()[0], &file))))
        }
        None => Ok((sources, file)),
    }
}

#[test]
fn printing_and_parsing_again_changes_nothing() {
    for_projects(500, FAULTY_PERCENT, |project| {
        for (name, text) in project.texts() {
            let (sources, file) = parsed(&text)?;
            let source: &Source = &sources.files()[0];
            let printed = format(source, &file);
            let (sources_again, file_again) = parsed(&printed)?;
            let again = &sources_again.files()[0];
            let texts = [(name, text), ("printed".to_owned(), printed.clone())];
            ensure_equal("trees before and after printing", &dump(source, &file), &dump(again, &file_again), &texts)?;
            ensure_equal("printed once and twice", &printed, &format(again, &file_again), &texts)?;
        }
        Ok(())
    });
}

/// How many of so many projects have each construct.
fn frequencies(projects: u64) -> BTreeMap<Construct, usize> {
    let mut counts: BTreeMap<Construct, usize> = ALL.iter().map(|construct| (*construct, 0)).collect();
    for seed in 0..projects {
        let sources = Sources::new(project(seed).into_iter().map(|(name, text)| (name, text, false)).collect());
        let files = sources.files().iter().map(|source| (source, parse(source, &mut Sink::default())));
        for construct in constructs(&files.collect::<Vec<_>>()) {
            *counts.entry(construct).or_default() += 1;
        }
    }
    counts
}

#[test]
fn every_construct_is_common() {
    let rare: BTreeMap<Construct, usize> = frequencies(1_000).into_iter().filter(|(_, count)| *count < 300).collect();
    assert!(rare.is_empty(), "in fewer than 300 of 1,000 projects: {rare:?}");
}

#[test]
fn every_finding_occurs() {
    let mut counts: BTreeMap<String, usize> = silence::codes().into_iter().map(|code| (code.to_owned(), 0)).collect();
    for (faulty_percent, projects) in [(FAULTY_PERCENT, 500), (100, 500)] {
        for project in (0..projects).map(|seed| Project::new(seed, faulty_percent)) {
            let meaning = meaning_of_texts(&project.texts(), &project.settings);
            let codes: BTreeSet<String> = meaning.findings.into_iter().map(|(code, _)| code).collect();
            for code in codes {
                *counts.entry(code).or_default() += 1;
            }
        }
    }
    counts.retain(|_, count| *count < 3);
    assert!(counts.is_empty(), "in fewer than 3 of 1,000 projects: {counts:?}");
}

#[test]
fn generated_projects_parse() {
    for seed in 0..1_000 {
        for (name, text) in project(seed) {
            let message = parsed(&text).map_or_else(|error| error.to_string(), |_| String::new());
            assert!(message.is_empty(), "{name} of seed {seed}: {message}");
        }
    }
}
