//! A compiled project → the targets that its manifest names: its bundle, for each target's region and day, in other words.

use rolec_bundle::Document;
use rolec_targets::{About, Output, Refusal};

use super::bundle::{Bundle, Extent, Parts};
use crate::diagnostic::words::targets::inexpressible;
use crate::diagnostic::{Diagnostic, Sink};
use crate::flatten::Flat;
use crate::manifest::Target;
use crate::model::Program;
use crate::provenance;
use crate::span::Span;

/// A target's files.
#[derive(Debug)]
pub struct Made {
    /// The folder for them, below that of the output.
    pub folder: String,
    /// The files.
    pub outputs: Vec<Output>,
}

/// Makes every target that can be made; what another one can't say goes to the sink.
#[must_use]
pub fn make(parts: Parts<'_>, targets: &[Target], sink: &mut Sink) -> Vec<Made> {
    let Parts { name, version, sources, program, flat, epochs } = parts;
    let mut made = Vec::with_capacity(targets.len());
    for target in targets {
        let region = target.region.as_deref().and_then(|region| program.find_region(region));
        let extent = Extent { region, as_of: target.as_of };
        let bundle = Bundle::new(Parts { name, version, sources, program: &mut *program, flat, epochs }, extent);
        match document(&bundle) {
            Ok(document) => match rolec_targets::emit(&document, target.kind, target.left_out) {
                Ok(outputs) => made.push(Made { folder: target.folder.clone(), outputs }),
                Err(refusals) => {
                    let mut placing = Placing { document: &document, program, flat };
                    for refusal in &refusals {
                        sink.report(placing.finding(target, refusal));
                    }
                }
            },
            Err(error) => sink.report(inexpressible(target.kind.name(), &error.to_string(), None)),
        }
    }
    made
}

/// A bundle as its readers see it.
fn document(bundle: &Bundle<'_>) -> Result<Document, rolec_bundle::Error> {
    let mut text = Vec::new();
    bundle.write(&mut text).map_err(rolec_bundle::Error::Io)?;
    Document::read(&text)
}

/// Finds what a refusal is about.
struct Placing<'p> {
    document: &'p Document,
    program: &'p mut Program,
    flat: &'p Flat,
}

impl Placing<'_> {
    fn finding(&mut self, target: &Target, refusal: &Refusal) -> Diagnostic {
        let place = self.place(refusal.about);
        let finding = inexpressible(target.kind.name(), &refusal.reason, place).help(refusal.help);
        match self.other(refusal.about) {
            Some((span, label)) => finding.with(span, label),
            None => finding,
        }
    }

    fn place(&mut self, about: About) -> Option<(Span, &'static str)> {
        match about {
            About::Document => None,
            About::Grant { role, permission } => {
                let role = self.program.find_role(&self.document.roles[role as usize].name)?;
                let permission = self.program.catalog.find(&self.document.permissions[permission as usize].name)?;
                let found = provenance::derivations(self.program, self.flat, role, permission);
                let clause = found.clauses.first().map(|derivation| self.program.allows[derivation.allow].span);
                Some((clause.unwrap_or(self.program.role(role).name_span), "granted here"))
            }
            About::Gain { role, .. } => Some((self.role(role)?, "gains permissions")),
            About::Assignment { role, scope } => {
                let id = self.program.find_role(&self.document.roles[role as usize].name)?;
                let divisions = self.divisions(scope);
                let is_it = |scope| {
                    let own = self
                        .program
                        .scopes
                        .divisions(scope)
                        .map(|own| own.iter().map(|id| &*self.program.division(*id).name).collect::<Vec<_>>());
                    own == divisions
                };
                let mut assignments = self.program.subjects.assignments.iter();
                let found = assignments.find(|assignment| assignment.role == id && is_it(assignment.scope));
                found.map(|assignment| (assignment.span, "assigned here"))
            }
            About::Object(at) => {
                let object = self.program.find_object(&self.document.objects[at as usize].name)?;
                Some((self.program.objects[object].name_span, "has readers"))
            }
            About::OldOption(at) => {
                let user = self.document.old_options.get(at as usize)?.user;
                let user = self.program.subjects.find_user(&self.document.users[user as usize].name)?;
                let option = self.program.subjects.options_of(user).first()?;
                Some((self.program.subjects.old_options[*option as usize].span, "stands for what groups give"))
            }
        }
    }

    /// What has to do with it.
    fn other(&self, about: About) -> Option<(Span, &'static str)> {
        match about {
            About::Gain { backfill, .. } => {
                let name = &self.document.backfills[backfill as usize].name;
                let own = self.program.backfills.iter().find(|own| *own.name == **name);
                own.map(|own| (own.name_span, "by this backfill"))
            }
            About::Assignment { role, .. } => self.role(role).map(|span| (span, "the role")),
            About::Grant { role, .. } => self.role(role).map(|span| (span, "to this role")),
            About::Document | About::Object(_) | About::OldOption(_) => None,
        }
    }

    fn role(&self, role: u32) -> Option<Span> {
        let role = self.program.find_role(&self.document.roles[role as usize].name)?;
        Some(self.program.role(role).name_span)
    }

    fn divisions(&self, scope: u32) -> Option<Vec<&str>> {
        match &self.document.scopes[scope as usize] {
            rolec_bundle::document::Scope::All => None,
            rolec_bundle::document::Scope::Divisions(list) => {
                Some(list.iter().map(|at| self.document.divisions[at as usize].name.as_str()).collect())
            }
        }
    }
}
