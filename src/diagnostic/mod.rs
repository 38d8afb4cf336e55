//! A finding: what is wrong or worth knowing, where, why, and what to write instead.
//!
//! Only values and words: nothing here prints, and nothing here knows the model.

pub mod code;
pub mod nearest;
pub mod words;

pub use code::{Code, Level, Levels};

use crate::limits;
use crate::span::Span;

/// One finding.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// What it is about.
    pub code: Code,
    /// How grave it is here: the table's level unless the manifest says otherwise.
    pub level: Level,
    /// One sentence, lower case, no full stop; user text in backticks.
    pub message: String,
    /// Where, the first primary label first. Empty where no source text is at fault.
    pub labels: Vec<Label>,
    /// What to write or do.
    pub help: Option<String>,
    /// Text edits that mend it, as far as the words alone know them; `fix` works out the rest.
    pub fix: Option<Fix>,
    /// The declaration that is judged, where it is not the one that holds the primary label.
    pub about: Option<Span>,
    /// The permissions that its fix takes away or adds, as the catalog numbers them; the message may name but some.
    pub permissions: Vec<u32>,
}

/// A place and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
    /// Whether the fault is here; else it is context.
    pub primary: bool,
}

/// Edits that mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What applying it does, as an imperative.
    pub title: String,
    /// Whether it may be applied unasked; else it is only offered.
    pub automatic: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// Replaces a span by a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there then.
    pub text: String,
}

impl Diagnostic {
    /// A finding at its code's own level, without a place yet.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level(),
            message: message.into(),
            labels: Vec::new(),
            help: None,
            fix: None,
            about: None,
            permissions: Vec::new(),
        }
    }

    /// Adds the place of the fault.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: true });
        self
    }

    /// Adds a place that explains the fault.
    #[must_use]
    pub fn with(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    /// Adds several places that explain the fault.
    #[must_use]
    pub fn with_all(mut self, labels: impl IntoIterator<Item = (Span, String)>) -> Self {
        self.labels.extend(labels.into_iter().map(|(span, text)| Label { span, text, primary: false }));
        self
    }

    /// Says what to write or do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers one replacement as the fix, safe to apply unasked.
    #[must_use]
    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        let title = if text.is_empty() { "remove it".to_owned() } else { format!("write `{}`", text.trim()) };
        self.fix = Some(Fix { title, automatic: true, edits: vec![Edit { span, text }] });
        self
    }

    /// Says which declaration is judged, where the fault stands in another one.
    #[must_use]
    pub fn about(mut self, declaration: Span) -> Self {
        self.about = Some(declaration);
        self
    }

    /// Says which permissions a fix takes away or adds.
    #[must_use]
    pub fn concerning(mut self, permissions: impl IntoIterator<Item = u32>) -> Self {
        self.permissions = permissions.into_iter().collect();
        self
    }

    /// The place of the fault; `None` for findings without one.
    #[must_use]
    pub fn primary(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).map(|label| label.span)
    }
}

/// Where findings go.
#[derive(Debug, Default)]
pub struct Sink {
    findings: Vec<Diagnostic>,
    /// How many more there were than are kept.
    dropped: usize,
}

impl From<Vec<Diagnostic>> for Sink {
    fn from(findings: Vec<Diagnostic>) -> Self {
        Self { findings, dropped: 0 }
    }
}

impl Sink {
    /// Takes a finding, if there is one.
    pub fn report_any(&mut self, finding: Option<Diagnostic>) {
        if let Some(finding) = finding {
            self.report(finding);
        }
    }

    /// Takes a finding; past [`limits::FINDINGS`] it is only counted.
    pub fn report(&mut self, finding: Diagnostic) {
        if self.findings.len() < limits::FINDINGS {
            self.findings.push(finding);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.dropped == 0
    }

    /// Takes all that another sink took.
    pub fn absorb(&mut self, other: Self) {
        self.dropped += other.dropped;
        if self.findings.is_empty() {
            self.findings = other.findings;
        } else {
            other.findings.into_iter().for_each(|finding| self.report(finding));
        }
    }

    /// The findings in the order they came, the last of all that there were more.
    #[must_use]
    pub fn into_findings(mut self) -> Vec<Diagnostic> {
        if self.dropped > 0 {
            self.findings.push(words::limits::too_many_findings(limits::FINDINGS, self.dropped));
        }
        self.findings
    }

    /// The findings in the order a reader meets them, those without a place last; equal ones once.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.findings.sort_by(|a, b| {
            let key =
                |finding: &Diagnostic| (finding.primary().map_or((u32::MAX, u32::MAX), |at| (at.start, at.end)), finding.code);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.findings.dedup_by(|a, b| a.code == b.code && a.message == b.message && a.labels == b.labels);
        self.findings
    }
}
