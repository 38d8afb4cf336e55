//! Objects and the folders they lie in: who may read them.

use super::{AllowFinding, Name, Selector, Text};
use crate::span::Span;

/// `folder "NAME" … { … }`, or `object "NAME" …`.
#[derive(Debug)]
pub struct Object {
    /// From the keyword to its end.
    pub span: Span,
    /// Whether it is a folder.
    pub folder: bool,
    /// Its name; of what lies in a folder, from there on.
    pub name: Text,
    /// Whether what lies in it inherits its readers.
    pub propagate: bool,
    /// On it, and on all in it, these permissions count only for readers.
    pub guards: Vec<Selector>,
    /// `read …`, as often as it is written.
    pub readers: Vec<Readers>,
    /// What lies in it.
    pub inside: Vec<Object>,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// `read …`.
#[derive(Debug)]
pub struct Readers {
    /// Where it stands.
    pub span: Span,
    /// Who may read.
    pub kind: ReadersKind,
}

/// Who may read.
#[derive(Debug)]
pub enum ReadersKind {
    /// These groups.
    Groups(Vec<Name>),
    /// All groups but these.
    AllExcept(Vec<Name>),
}
