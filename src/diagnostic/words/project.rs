//! Findings about the project: silenced findings and the lock file.

use super::{count, some_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// An `allow-finding` of a finding that can't be silenced.
#[must_use]
pub fn not_allowable(code: Code, span: Span) -> Diagnostic {
    Diagnostic::new(Code::FindingNotAllowable, format!("`{}` can't be silenced", code.name()))
        .at(span, "not a matter of judgement")
        .help("mend what it reports; only judgements can be allowed")
}

/// An `allow-finding` that silences nothing.
#[must_use]
pub fn unneeded(code: Code, span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnneededAllowFinding, format!("there is no `{}` here to allow", code.name()))
        .at(span, "silences nothing")
        .help("remove the line")
}

/// Nothing is pinned.
#[must_use]
pub fn no_lock(wildcards: usize, copies: usize) -> Diagnostic {
    let mut what = Vec::new();
    if wildcards > 0 {
        what.push(count(wildcards, "wildcard"));
    }
    if copies > 0 {
        what.push(if copies == 1 { "1 copy".to_owned() } else { format!("{copies} copies") });
    }
    let message = match what.as_slice() {
        [] => "there is no lock file".to_owned(),
        what => format!("no lock file pins {}", super::all_of(what)),
    };
    Diagnostic::new(Code::NoLock, message).help("`rolec lock` writes one: then a changed catalog can't change a role unseen")
}

/// What a role gains and loses against the lock file; `has_changed` where it does so already, as the vendor's do.
#[must_use]
pub fn drift((role, span): (&str, Span), gains: &[String], losses: &[String], has_changed: bool) -> Diagnostic {
    let mut parts = Vec::new();
    if !gains.is_empty() {
        parts.push(format!("gains {}", some_of(gains, 5)));
    }
    if !losses.is_empty() {
        parts.push(format!("loses {}", some_of(losses, 5)));
    }
    let changes = super::all_of(&parts);
    Diagnostic::new(Code::LockDrift, format!("`{role}` has changed since the lock file was written: it {changes}"))
        .at(span, format!("{} gained, {} lost", gains.len(), losses.len()))
        .help(if has_changed {
            "wildcards of the vendor's roles follow the catalog, so the role has changed already; `rolec lock` accepts it"
        } else {
            "the role keeps what is pinned until `rolec lock` accepts the change"
        })
}

/// What the sources have and the lock file does not, or the other way round.
#[must_use]
pub fn outdated(missing: &[String], stale: &[String], span: Option<Span>) -> Diagnostic {
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("does not pin {}", some_of(missing, 5)));
    }
    if !stale.is_empty() {
        parts.push(format!("pins {}, which nothing uses", some_of(stale, 5)));
    }
    let finding = Diagnostic::new(Code::LockOutdated, format!("the lock file {}", super::all_of(&parts)))
        .help("`rolec lock` writes it anew");
    match span {
        Some(span) => finding.at(span, "not pinned"),
        None => finding,
    }
}
