//! Fixes → texts with their edits made.

use std::collections::{BTreeMap, BTreeSet};

use super::is_pair_conflict;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::graph::Order;
use crate::model::Program;
use crate::source::{SourceId, Sources};
use crate::span::Span;

/// Of these findings' fixes, those that can be applied at one time, in the findings' order; equal ones once.
///
/// A fix that gets in the way of an earlier one is left out, and so is that of a role that inherits from one with
/// pair conflicts of its own: what is then left to do shows when the result is compiled.
#[must_use]
pub fn together<'f>(program: &Program, order: &Order, findings: &[&'f Diagnostic]) -> Vec<&'f Fix> {
    let waiting = below_conflicts(program, order, findings);
    let mut taken: Vec<&Fix> = Vec::new();
    let mut edits: BTreeSet<(Span, &str)> = BTreeSet::new();
    for finding in findings {
        let Some(fix) = &finding.fix else { continue };
        let waits = is_pair_conflict(finding.code) && finding.about.is_some_and(|about| waiting.contains(&about));
        let new: Vec<(Span, &str)> = fix.edits.iter().map(|edit| (edit.span, &*edit.text)).collect();
        if waits || new.iter().all(|edit| edits.contains(edit)) || !new.iter().all(|edit| fits(&edits, *edit)) {
            continue;
        }
        edits.extend(new);
        taken.push(fix);
    }
    taken
}

/// Whether an edit is among others, or leaves their text alone. The others do the same among themselves.
fn fits(edits: &BTreeSet<(Span, &str)>, edit: (Span, &str)) -> bool {
    let first = (edit.0, "");
    let apart_before = edits.range(..first).next_back().is_none_or(|(before, _)| before.end <= edit.0.start);
    let apart_after = edits.range(first..).next().is_none_or(|(after, _)| edit.0.end <= after.start);
    edits.contains(&edit) || apart_before && apart_after
}

/// The declarations of roles that inherit from a role with a pair conflict.
fn below_conflicts(program: &Program, order: &Order, findings: &[&Diagnostic]) -> BTreeSet<Span> {
    let conflicts = findings.iter().filter(|finding| finding.fix.is_some() && is_pair_conflict(finding.code));
    let conflicts: BTreeSet<Span> = conflicts.filter_map(|finding| finding.about).collect();
    let mut marked = vec![false; program.roles.len()];
    let mut below = BTreeSet::new();
    for role in order.roles.iter().copied().filter(|_| !conflicts.is_empty()) {
        let span = program.role(role).span;
        let inherited = program.parents(role).iter().any(|parent| marked[parent.role.index()]);
        marked[role.index()] = inherited || conflicts.contains(&span);
        if inherited {
            below.insert(span);
        }
    }
    below
}

/// The texts that change, by source, with the edits of fixes that can be applied together.
#[must_use]
pub fn apply(sources: &Sources, fixes: &[&Fix]) -> BTreeMap<SourceId, String> {
    let mut edits: Vec<&Edit> = Vec::new();
    let mut seen: BTreeSet<(Span, &str)> = BTreeSet::new();
    for edit in fixes.iter().flat_map(|fix| &fix.edits) {
        if seen.insert((edit.span, &*edit.text)) {
            edits.push(edit);
        }
    }
    edits.sort_by_key(|edit| edit.span);
    let mut texts: BTreeMap<SourceId, (String, usize)> = BTreeMap::new();
    for edit in edits {
        let (Some(id), Some(source)) = (sources.id_of(edit.span), sources.file_of(edit.span)) else { continue };
        let (text, done) = texts.entry(id).or_default();
        let offset = |at: u32| (at.saturating_sub(source.base) as usize).min(source.text.len());
        text.push_str(source.text.get(*done..offset(edit.span.start)).unwrap_or(""));
        text.push_str(&edit.text);
        *done = offset(edit.span.end);
    }
    let rest = |(id, (mut text, done)): (SourceId, (String, usize))| {
        text.push_str(sources.files()[id.index()].text.get(done..).unwrap_or(""));
        (id, text)
    };
    texts.into_iter().map(rest).collect()
}
