//! Every hostile case, small: it comes to the end that it should, however it is shown.

use std::path::Path;

use rolec::cli::project;
use rolec::compile;
use rolec::diagnostic::{Code, Level};
use rolec::import::{self, Document};
use rolec::render::{frames, json};
use rolec_benches::hostile::{self, Case, Command, DOCUMENT, Outcome};

/// So large a part of the full size that every case has its least size.
const SMALL: usize = usize::MAX;

#[test]
fn every_case_comes_to_its_end() -> std::io::Result<()> {
    let mut faults = Vec::new();
    for case in hostile::all() {
        let folder = tempfile::tempdir()?;
        case.write(folder.path(), SMALL)?;
        faults.extend(fault(case, folder.path()).map(|fault| format!("{}: {fault}", case.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[test]
fn names_of_cases_are_their_own() {
    let mut names: Vec<&str> = hostile::all().map(|case| case.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// What is wrong with the outcome of a case.
fn fault(case: &Case, folder: &Path) -> Option<String> {
    match case.command {
        Command::Check => checked(case.outcome, folder),
        Command::Import => imported(case.outcome, &folder.join(DOCUMENT)),
    }
}

fn checked(outcome: Outcome, folder: &Path) -> Option<String> {
    let project = match (project::load(folder), outcome) {
        (Err(_), Outcome::Refused) => return None,
        (Err(failure), _) => return Some(format!("{failure:?}")),
        (Ok(_), Outcome::Refused) => return Some("the project can be read".to_owned()),
        (Ok(project), _) => project,
    };
    let compilation = compile::compile(project.input);
    for finding in &compilation.findings {
        for form in [frames::Form::Line, frames::Form::Frames] {
            if frames::render(&compilation.sources, finding, form, false).is_empty() {
                return Some(format!("{finding:?} is not shown"));
            }
        }
    }
    if let Err(error) = json::report(&compilation.sources, &compilation.findings) {
        return Some(error.to_string());
    }
    let found: Vec<Code> = compilation.findings.iter().map(|finding| finding.code).collect();
    let fits = match outcome {
        Outcome::Finds(code) => found.contains(&code),
        _ => compilation.count(Level::Error) == 0,
    };
    let mut found: Vec<&str> = found.into_iter().map(Code::name).collect();
    found.dedup();
    (!fits).then(|| format!("{outcome:?} was expected, and these were found: {found:?}"))
}

fn imported(outcome: Outcome, path: &Path) -> Option<String> {
    let read = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let imported =
        read.and_then(|text| import::openapi(&[Document { name: DOCUMENT.to_owned(), text }]).map_err(|error| error.to_string()));
    match (imported, outcome) {
        (Ok(_), Outcome::Sound) | (Err(_), Outcome::Refused) => None,
        (found, _) => Some(format!("{outcome:?} was expected, and this came: {:?}", found.map(|imported| imported.counts))),
    }
}
