//! The stages of a compilation → text for people and tests: one fact a line, nested by indentation.
//!
//! Where ids are internal, lines stand in order of names. Nothing shows an id or an offset.

mod program;
mod results;
mod trees;

use std::fmt::Display;
use std::io::{self, Write};

pub use program::program;
pub use results::{epochs, flat, order};
pub use trees::{ast, item};

use crate::model::{Program, RoleId, RoleKind};
use crate::syntax::ast::Text;

/// Lines, indented by how deep they are nested.
struct Dump<W> {
    out: W,
    depth: usize,
}

impl<W: Write> Dump<W> {
    fn new(out: W) -> Self {
        Self { out, depth: 0 }
    }

    fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{:width$}{text}", "", width = self.depth * 4)
    }

    /// A word and what it is said of, if that is said.
    fn fact(&mut self, word: &str, value: Option<impl Display>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.line(format_args!("{word} {value}")))
    }

    /// A line and what belongs to it.
    fn node(&mut self, text: impl Display, inside: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.line(text)?;
        self.depth += 1;
        let done = inside(self);
        self.depth -= 1;
        done
    }
}

/// A name and, if there is one, the title after it.
fn titled(name: &str, title: Option<&str>) -> String {
    title.map_or_else(|| name.to_owned(), |title| format!("{name} {}", Text::literal(title)))
}

/// A role as it is declared: an override has the name of the role it edits.
fn declared(program: &Program, id: RoleId) -> String {
    let role = program.role(id);
    format!("{} {}", keyword(role.kind), role.name)
}

/// The words that declare a role.
const fn keyword(kind: RoleKind) -> &'static str {
    match kind {
        RoleKind::Custom => "role",
        RoleKind::Default => "default role",
        RoleKind::Override => "override",
    }
}

/// All roles in order of their names, the vendor's own definition before what overrides it.
fn by_name(program: &Program) -> Vec<RoleId> {
    let mut roles: Vec<RoleId> = program.role_ids().collect();
    roles.sort_by_key(|id| (&program.role(*id).name, program.role(*id).overridden_by.is_none()));
    roles
}

/// Names with a comma between them.
fn joined<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
