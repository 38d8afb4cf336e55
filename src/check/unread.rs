//! While a part of the sources could not be read, what that part may settle is not told: it would be told twice.

use crate::diagnostic::{Code, Diagnostic, words};
use crate::source::{Source, Sources};
use crate::span::Span;

/// Something that was not read, so that what it declares is not known.
const UNREAD: &[Code] = &[Code::NotUtf8, Code::FileTooLarge, Code::DeclarationTooLarge];

/// What a declaration elsewhere may settle.
const SETTLED_ELSEWHERE: &[Code] = &[
    Code::UnknownRole,
    Code::UnknownDivision,
    Code::UnknownPermission,
    Code::EmptySelector,
    Code::ConditionNotAllowed,
    Code::UnstatedAwareness,
    Code::UnusedDivision,
    Code::BackfillWithoutEffect,
    Code::MissingLicense,
    Code::MissingRequiredRole,
    Code::UnassignedRoles,
    Code::UnconfiguredFullAccess,
    Code::UnneededAllowFinding,
    Code::LockDrift,
    Code::LockOutdated,
];

/// Holds back what may come of something unread, and in a file that is not UTF-8 everything else; says how much that is.
#[must_use]
pub fn hold_back(mut findings: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    if !findings.iter().any(|finding| UNREAD.contains(&finding.code)) {
        return findings;
    }
    let garbled = findings.iter().filter(|finding| finding.code == Code::NotUtf8).filter_map(Diagnostic::primary);
    let mut garbled: Vec<Span> = garbled.filter_map(|at| sources.file_of(at)).map(Source::span).collect();
    garbled.sort_unstable();
    let is_garbled = |at: Span| {
        let after = garbled.partition_point(|file| file.start <= at.start);
        garbled[..after].last().is_some_and(|file| file.contains(at))
    };
    let all = findings.len();
    findings.retain(|finding| {
        let settled = SETTLED_ELSEWHERE.contains(&finding.code) || finding.primary().is_some_and(is_garbled);
        UNREAD.contains(&finding.code) || !settled
    });
    let held = all - findings.len();
    if let (Some(first), true) = (findings.iter_mut().find(|finding| UNREAD.contains(&finding.code)), held > 0) {
        words::limits::held_back(first, held);
    }
    findings
}
