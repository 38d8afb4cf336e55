//! The groups and users that `who` finds → lines for people, or JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::WayView;
use crate::diagnostic::words::{self, count};
use crate::model::{Holder, Program};
use crate::render::phrases;
use crate::render::style::{faint, narrow, padded};
use crate::who::subjects::Subject;

/// Groups and users that are listed for people.
const LISTED: usize = 50;

fn name(program: &Program, holder: Holder) -> (&'static str, &str) {
    match holder {
        Holder::Role(role, _) => ("role", &program.role(role).name),
        Holder::Group(group) => ("group", &program.subjects.group(group).name),
        Holder::User(user) => ("user", &program.subjects.user(user).name),
    }
}

/// The groups and users, a line each, with a line before that counts them; nothing for a project that declares nobody.
#[must_use]
pub(super) fn lines(program: &Program, subjects: &[Subject], verb: &str) -> String {
    let known = &program.subjects;
    if known.is_empty() {
        return String::new();
    }
    let of = |number: usize, all: usize, what: &str| format!("{} of {all}", count(number, what));
    let groups = subjects.iter().filter(|subject| matches!(subject.holder, Holder::Group(_))).count();
    let users = subjects.len() - groups;
    let mut text = String::new();
    let _ =
        writeln!(text, "\n{} and {} {verb} it", of(groups, known.groups.len(), "group"), of(users, known.users.len(), "user"));
    let shown = &subjects[..subjects.len().min(LISTED)];
    if !shown.is_empty() {
        text.push('\n');
    }
    let titles: Vec<String> = shown
        .iter()
        .map(|subject| {
            let (kind, name) = name(program, subject.holder);
            format!("{kind} {name}")
        })
        .collect();
    let width = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0);
    for (subject, title) in shown.iter().zip(&titles) {
        let ways: Vec<String> = subject.ways.iter().map(|way| narrow(&phrases::way(program, *way))).collect();
        let roles: Vec<String> = subject.roles.iter().map(|role| program.role(*role).name.to_string()).collect();
        let by = if roles.is_empty() { String::new() } else { faint(&format!("  by {}", words::some_of(&roles, 3))) };
        let _ = writeln!(text, "{}  {}{by}", padded(title, width, str::to_owned), ways.join("; "));
    }
    if subjects.len() > LISTED {
        let _ = writeln!(text, "… and {} more; `--format json` lists them all", subjects.len() - LISTED);
    }
    text
}

/// A group or a user in JSON.
#[derive(Debug, Serialize)]
pub(super) struct SubjectView<'s> {
    kind: &'static str,
    name: &'s str,
    ways: Vec<WayView<'s>>,
    roles: Vec<&'s str>,
}

/// All of them in JSON.
pub(super) fn views<'s>(program: &'s Program, subjects: &[Subject]) -> Vec<SubjectView<'s>> {
    let view = |subject: &Subject| {
        let (kind, name) = name(program, subject.holder);
        SubjectView {
            kind,
            name,
            ways: subject.ways.iter().map(|way| WayView::new(program, *way)).collect(),
            roles: subject.roles.iter().map(|role| &*program.role(*role).name).collect(),
        }
    };
    subjects.iter().map(view).collect()
}

/// Who reads an object, as text.
#[must_use]
pub fn readers(program: &Program, object: usize, subjects: &[Subject]) -> String {
    let object = &program.objects[object];
    let kind = if object.folder { "folder" } else { "object" };
    format!("{kind} {}\n{}", object.path, lines(program, subjects, "read"))
}

#[derive(Debug, Serialize)]
struct ReadersView<'s> {
    target: &'s str,
    subjects: Vec<SubjectView<'s>>,
}

/// Who reads an object, as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn readers_json(program: &Program, object: usize, subjects: &[Subject]) -> serde_json::Result<String> {
    let target = &program.objects[object].path;
    serde_json::to_string_pretty(&ReadersView { target, subjects: views(program, subjects) })
}
