//! Levels of the manifest and findings that declarations allow.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Levels, words};
use crate::model::AllowedFinding;
use crate::span::Span;

/// Drops what declarations allow, sets the manifest's levels, and reports what is allowed without need.
#[must_use]
pub fn apply(findings: Vec<Diagnostic>, allowed: &[AllowedFinding], levels: &Levels) -> Vec<Diagnostic> {
    let mut by_code: BTreeMap<Code, Vec<AllowedFinding>> = BTreeMap::new();
    for one in allowed {
        by_code.entry(one.code).or_default().push(*one);
    }
    for list in by_code.values_mut() {
        list.sort_by_key(|one| one.declaration);
    }
    let mut needed: BTreeSet<Span> = BTreeSet::new();
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    for finding in findings {
        match by_code.get(&finding.code).and_then(|list| silencer(&finding, list)) {
            Some(silencer) => {
                needed.insert(silencer);
            }
            None => kept.push(finding),
        }
    }
    let patient: BTreeSet<Span> =
        by_code.get(&Code::UnneededAllowFinding).into_iter().flatten().map(|one| one.declaration).collect();
    for one in allowed.iter().filter(|one| !one.faulty && !needed.contains(&one.span)) {
        if !patient.contains(&one.declaration) {
            kept.push(words::project::unneeded(one.code, one.span));
        }
    }
    kept.retain_mut(|finding| match levels.get(&finding.code) {
        Some(Some(level)) => {
            finding.level = *level;
            true
        }
        Some(None) => false,
        None => true,
    });
    kept
}

/// The line that silences a finding: its declaration holds the finding's place, or is what the finding is about.
fn silencer(finding: &Diagnostic, list: &[AllowedFinding]) -> Option<Span> {
    let place = finding.about.or_else(|| finding.primary())?;
    let after = list.partition_point(|one| one.declaration.start <= place.start);
    let one = list[..after].last()?;
    one.declaration.contains(place).then_some(one.span)
}
