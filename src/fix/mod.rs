//! Findings → text edits that mend them, worked out when somebody asks: some of them are costly.
//!
//! Pure: nothing is written here. All pair conflicts of one role carry one and the same fix, which mends them all:
//! edits of several findings then coincide instead of getting in each other's way.

mod apply;
mod clauses;
mod lines;
mod pairs;
mod plan;
mod selectors;
mod stands;

pub use apply::{apply, together};

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::flatten::Flat;
use crate::model::{Program, RoleId};
use crate::sets::PermissionId;
use crate::source::Sources;
use crate::span::Span;

/// What the fixes of a project's findings are worked out from.
#[derive(Debug)]
pub struct Fixes<'p> {
    program: &'p mut Program,
    flat: &'p Flat,
    sources: &'p Sources,
    /// The roles' declarations in the order they stand.
    declarations: Vec<(Span, RoleId)>,
    /// By role: the permissions of its pair conflicts, in ascending order.
    conflicts: BTreeMap<RoleId, Vec<PermissionId>>,
    /// Fixes of pair conflicts that were asked for before.
    known: BTreeMap<RoleId, Option<Fix>>,
    stands: stands::Stands,
    /// By permission: the surfaces that ask for it.
    surfaces: Vec<Vec<usize>>,
}

/// The role whose declaration holds a place, among declarations in the order they stand.
fn role_at(declarations: &[(Span, RoleId)], place: Span) -> Option<RoleId> {
    let after = declarations.partition_point(|(span, _)| span.start <= place.start);
    let (span, role) = declarations[..after].last()?;
    span.contains(place).then_some(*role)
}

impl<'p> Fixes<'p> {
    /// For a project with all of its findings: which of them were not silenced says what is to be mended.
    #[must_use]
    pub fn new(program: &'p mut Program, flat: &'p Flat, sources: &'p Sources, findings: &[Diagnostic]) -> Self {
        let mut declarations: Vec<(Span, RoleId)> = program.role_ids().map(|id| (program.role(id).span, id)).collect();
        declarations.sort_unstable();
        let mut conflicts: BTreeMap<RoleId, Vec<PermissionId>> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| is_pair_conflict(finding.code)) {
            if let Some(role) = finding.about.and_then(|about| role_at(&declarations, about)) {
                let permissions = finding.permissions.iter().map(|id| PermissionId::new(*id as usize));
                conflicts.entry(role).or_default().extend(permissions);
            }
        }
        for permissions in conflicts.values_mut() {
            permissions.sort_unstable();
            permissions.dedup();
        }
        let surfaces = plan::surfaces_of(program);
        let (known, stands) = (BTreeMap::new(), stands::Stands::default());
        Self { program, flat, sources, declarations, conflicts, known, stands, surfaces }
    }

    /// The fix of a finding, if it has one.
    pub fn of(&mut self, finding: &Diagnostic) -> Option<Fix> {
        let place = finding.about.or_else(|| finding.primary());
        let role = place.and_then(|place| role_at(&self.declarations, place));
        let (code, span) = (finding.code, finding.primary());
        match (code, span, role) {
            (code, _, Some(role)) if is_pair_conflict(code) => self.pair_conflicts(role),
            (Code::UnwantedLicense, _, Some(role)) => pairs::removal(self, role, finding),
            (Code::NoEffect, Some(span), Some(role)) => clauses::no_effect(self, role, span),
            (Code::RedundantWithParent, _, Some(role)) => clauses::redundant(self, role, finding),
            (Code::DeprecatedPermission, Some(span), Some(role)) => clauses::deprecated(self, role, span),
            (Code::MissingRequiredPermission, _, Some(role)) => clauses::missing_required(self, role, finding),
            (Code::AllowAndExcept, Some(span), Some(_)) => clauses::remove(self, span, false),
            (Code::UnneededAllowFinding, Some(span), _) => clauses::remove(self, span, true),
            (Code::PairCandidate, Some(span), _) => clauses::pair_candidate(self, span),
            _ => finding.fix.clone(),
        }
    }

    fn pair_conflicts(&mut self, role: RoleId) -> Option<Fix> {
        if let Some(known) = self.known.get(&role) {
            return known.clone();
        }
        let removed = self.conflicts.get(&role).cloned().unwrap_or_default();
        let fix = pairs::fix(self, role, removed);
        self.known.insert(role, fix.clone());
        fix
    }
}

/// Whether a code is about the unaware half of a pair in a confined role.
fn is_pair_conflict(code: Code) -> bool {
    matches!(code, Code::WildcardDefeatsConfinement | Code::ConfinementDefeated | Code::UnawareHalf)
}
