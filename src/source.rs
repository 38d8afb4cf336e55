//! Source texts laid end to end, with lines, columns and digests on demand.
//!
//! Invariant: sources stand in order of their names, so every span orders as a reader would read the project.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::id::Id;
use crate::span::Span;

/// One source file's text and its place among all.
#[derive(Debug)]
pub struct Source {
    /// The path as shown to people: relative to the project, `/` between parts.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
    /// Offset of the text's first byte in the concatenated sources.
    pub base: u32,
    /// Whether the text comes from a catalog the project depends on, not from the project itself.
    pub dependency: bool,
    lines: OnceLock<Vec<u32>>,
    /// How many characters stand before each [`STRIDE`] of the text.
    marks: OnceLock<Vec<u32>>,
    digest: OnceLock<[u8; 32]>,
}

/// Bytes of a line from which on its characters are not counted anew for each place in it.
const STRIDE: usize = 1 << 12;

/// Marks ids of [`Source`]s.
#[derive(Debug)]
pub enum SourceTag {}
/// Names a source of a project.
pub type SourceId = Id<SourceTag>;

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// The text that a span of this source covers; empty where the span lies outside it.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        let start = span.start.wrapping_sub(self.base) as usize;
        let end = span.end.wrapping_sub(self.base) as usize;
        self.text.get(start..end).unwrap_or("")
    }

    /// The SHA-256 of the text.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        self.digest.get_or_init(|| Sha256::digest(self.text.as_bytes()).into())
    }

    /// The span of the whole text.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + u32::try_from(self.text.len()).unwrap_or(u32::MAX - self.base))
    }

    /// Offsets, within the text, at which its lines begin.
    #[must_use]
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX))).collect()
        })
    }

    /// The line (from 0) that holds an offset of the concatenated sources.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|start| *start <= offset - self.base) - 1
    }

    /// Line and column of an offset of the concatenated sources.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_of(offset);
        let (start, end) = (self.line_starts()[line] as usize, (offset - self.base) as usize);
        let before = if end - start <= STRIDE { self.characters(start, end) } else { self.before(end) - self.before(start) };
        Position { line: line + 1, column: before + 1 }
    }

    /// How many characters begin in a part of the text.
    fn characters(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes().get(start..end.min(self.text.len())).unwrap_or_default();
        bytes.iter().filter(|byte| (**byte).cast_signed() >= -0x40).count()
    }

    /// How many characters begin before a place in the text.
    fn before(&self, at: usize) -> usize {
        let marks = self.marks.get_or_init(|| {
            let strides = (0..self.text.len()).step_by(STRIDE).scan(0, |sum, start| {
                let before = *sum;
                *sum += u32::try_from(self.characters(start, start + STRIDE)).unwrap_or(0);
                Some(before)
            });
            strides.collect()
        });
        let mark = (at / STRIDE).min(marks.len().saturating_sub(1));
        marks.get(mark).map_or(0, |before| *before as usize) + self.characters(mark * STRIDE, at)
    }
}

/// All source texts of a compilation.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Lays texts end to end in order of their names, dependencies first.
    ///
    /// The caller bounds their sum by [`crate::limits::PROJECT_BYTES`]; what would not fit is left out.
    #[must_use]
    pub fn new(mut texts: Vec<(String, String, bool)>) -> Self {
        texts.sort_by(|a, b| (!a.2, &a.0).cmp(&(!b.2, &b.0)));
        let mut base = 0_u32;
        let mut files = Vec::with_capacity(texts.len());
        for (name, text, dependency) in texts {
            // One byte between sources keeps an empty span at a file's end inside that file.
            let Some(next) = u32::try_from(text.len() + 1).ok().and_then(|len| base.checked_add(len)) else { break };
            files.push(Source {
                name,
                text,
                base,
                dependency,
                lines: OnceLock::new(),
                marks: OnceLock::new(),
                digest: OnceLock::new(),
            });
            base = next;
        }
        Self { files }
    }

    /// The sources in order of their places.
    #[must_use]
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// Works out the digests of all texts before somebody asks for them.
    pub fn digest(&self) {
        for file in &self.files {
            let _ = file.digest();
        }
    }

    /// Which source a span lies in; `None` only where there are no sources.
    #[must_use]
    pub fn id_of(&self, span: Span) -> Option<SourceId> {
        self.files.partition_point(|file| file.base <= span.start).checked_sub(1).map(SourceId::new)
    }

    /// The source that a span lies in; `None` only where there are no sources.
    #[must_use]
    pub fn file_of(&self, span: Span) -> Option<&Source> {
        self.id_of(span).map(|id| &self.files[id.index()])
    }

    /// The text that a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.file_of(span).map_or("", |file| file.slice(span))
    }

    /// `name:line` of a span's start, as people cite a line.
    #[must_use]
    pub fn line(&self, span: Span) -> String {
        self.file_of(span).map_or_else(String::new, |file| format!("{}:{}", file.name, file.line_of(span.start) + 1))
    }

    /// `name:line:column` of a span's start, as editors and terminals link it.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        self.file_of(span).map_or_else(String::new, |file| {
            let at = file.position(span.start);
            format!("{}:{}:{}", file.name, at.line, at.column)
        })
    }
}
