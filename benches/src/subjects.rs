//! Subjects: groups within groups, users, and the roles that both are given, without errors and without findings.
//!
//! Every fourth role is for groups, each for one at most, and the others for users, so nobody gets a role twice. A
//! role that holds less than everything everywhere is assigned `in all`, and only one without unaware permissions in
//! a division: no assignment is idle.

use std::fmt::Write as _;

use crate::project::{File, REGIONS};
use crate::random::Random;

/// Users in one file.
const USERS_A_FILE: usize = 5_000;
/// Users for each group.
const USERS_A_GROUP: usize = 300;

const FIRST: [&str; 12] = ["ada", "bela", "chen", "dana", "emil", "femi", "gita", "hugo", "ines", "jonas", "kofi", "lena"];
const LAST: [&str; 12] =
    ["abe", "berg", "costa", "diaz", "evans", "fischer", "gupta", "haddad", "ito", "jansen", "kaya", "lopez"];

/// Where a role can be assigned without being held nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In any division.
    Anywhere,
    /// Without a division.
    Home,
    /// Only `in all`.
    All,
}

/// A role that can be assigned.
#[derive(Debug)]
pub(crate) struct Assignable {
    pub(crate) name: String,
    pub(crate) place: Place,
}

struct Generator<'r> {
    roles: &'r [Assignable],
    random: Random,
    groups: usize,
}

/// The files that hold so many users with their groups.
pub(crate) fn files(count: usize, roles: &[Assignable], seed: u64) -> Vec<File> {
    if count == 0 {
        return Vec::new();
    }
    let groups = (count / USERS_A_GROUP).max(9);
    let mut generator = Generator { roles, random: Random::new(seed), groups };
    let mut files = vec![File { path: "subjects/groups.role".to_owned(), text: generator.groups() }];
    let users: Vec<usize> = (0..count).collect();
    for (at, users) in users.chunks(USERS_A_FILE).enumerate() {
        let mut text = String::new();
        for user in users {
            generator.user(*user, &mut text);
        }
        files.push(File { path: format!("subjects/users/{at:04}.role"), text });
    }
    files
}

/// The name of a group: a tenth of all are departments, three tenths units in them, and the rest teams in units.
fn group_name(at: usize, groups: usize) -> String {
    match at {
        _ if at < groups / 10 => format!("department_{at}"),
        _ if at < groups * 4 / 10 => format!("unit_{at}"),
        _ => format!("team_{at}"),
    }
}

impl Generator<'_> {
    fn groups(&mut self) -> String {
        let (mut text, groups) = (String::new(), self.groups);
        let departments = groups / 10;
        for at in 0..groups {
            let above = match at {
                _ if at < departments => 0..0,
                _ if at < groups * 4 / 10 => 0..departments,
                _ => departments..groups * 4 / 10,
            };
            let name = group_name(at, groups);
            let _ = write!(text, "group {name} \"Group {at}\"");
            if !above.is_empty() {
                let parent = group_name(above.start + self.random.below(above.len()), groups);
                let _ = write!(text, " member of {parent}");
            }
            text.push('\n');
            if let Some(role) = self.roles.get(at * 4) {
                let _ = writeln!(text, "assign {} to group {name}{}", role.name, self.scope(role.place));
            }
        }
        text
    }

    fn user(&mut self, number: usize, text: &mut String) {
        let first = self.random.pick(&FIRST).copied().unwrap_or("ada");
        let last = self.random.pick(&LAST).copied().unwrap_or("abe");
        let name = format!("{first}.{last}.{number}@acme.example");
        let title = if self.random.percent(20) { format!(" \"{first} {last}\"") } else { String::new() };
        let _ = write!(text, "user \"{name}\"{title}");
        let (one, other) = (self.random.below(self.groups), self.random.below(self.groups));
        let _ = match self.random.below(3) {
            0 => writeln!(text),
            2 if one != other => {
                writeln!(text, " member of {}, {}", group_name(one, self.groups), group_name(other, self.groups))
            }
            _ => writeln!(text, " member of {}", group_name(one, self.groups)),
        };
        let (wanted, start) = (1 + self.random.below(4), self.random.below(self.roles.len()));
        for nth in 0..wanted {
            // Far apart, so that no role comes twice, and none that groups have.
            let at = (start + nth * (self.roles.len() / 4)) % self.roles.len();
            let at = if at.is_multiple_of(4) { at + 1 } else { at };
            if let Some(role) = self.roles.get(at) {
                let _ = writeln!(text, "assign {} to user \"{name}\"{}", role.name, self.scope(role.place));
            }
        }
    }

    /// What follows an assignment: `in` and a division in a fifth of all where that is possible.
    fn scope(&mut self, place: Place) -> String {
        match place {
            Place::All => " in all".to_owned(),
            Place::Anywhere if self.random.percent(40) => {
                let (_, divisions) = &REGIONS[self.random.below(REGIONS.len())];
                format!(" in {}", divisions[self.random.below(divisions.len())])
            }
            Place::Anywhere | Place::Home => String::new(),
        }
    }
}
