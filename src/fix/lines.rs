//! Where edits stand in a text: whole lines where a clause has its lines to itself, else beside the clause.

use crate::diagnostic::Edit;
use crate::source::Source;
use crate::span::Span;

/// Lines as one text, each between the same.
fn each(lines: &[String], before: &str, after: &str) -> String {
    lines.iter().flat_map(|line| [before, line, after]).collect()
}

/// A clause in its source.
pub(super) struct Place<'s> {
    source: &'s Source,
    /// Offsets within the source's text.
    start: usize,
    end: usize,
}

impl<'s> Place<'s> {
    pub(super) fn new(source: &'s Source, span: Span) -> Self {
        let offset = |at: u32| (at.saturating_sub(source.base) as usize).min(source.text.len());
        Self { source, start: offset(span.start), end: offset(span.end) }
    }

    fn text(&self) -> &'s str {
        &self.source.text
    }

    fn edit(&self, start: usize, end: usize, text: String) -> Edit {
        let offset = |at: usize| self.source.base + u32::try_from(at).unwrap_or(0);
        Edit { span: Span::new(offset(start), offset(end)), text }
    }

    /// Where the clause's first line begins.
    fn line_start(&self) -> usize {
        self.text()[..self.start].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Where the line after the clause's last one begins, or the text ends.
    fn next_line(&self) -> usize {
        self.text()[self.end..].find('\n').map_or(self.text().len(), |length| self.end + length + 1)
    }

    /// The blanks before the clause; `None` where it does not begin its line.
    fn indentation(&self) -> Option<&'s str> {
        let before = &self.text()[self.line_start()..self.start];
        before.trim().is_empty().then_some(before)
    }

    /// Whether only a comment follows on the clause's last line.
    fn ends_its_line(&self) -> bool {
        let after = self.text()[self.end..self.next_line()].trim();
        after.is_empty() || after.starts_with("//")
    }

    /// The line break that the source uses.
    fn line_break(&self) -> &'static str {
        if self.text()[..self.next_line()].ends_with("\r\n") { "\r\n" } else { "\n" }
    }

    /// Removes the clause with its lines and the comment that ends them; where it shares a line, the clause alone.
    pub(super) fn remove(&self) -> Edit {
        match (self.indentation(), self.ends_its_line()) {
            (Some(_), true) => self.edit(self.line_start(), self.next_line(), String::new()),
            (Some(_), false) => {
                let blanks = self.text()[self.end..].len() - self.text()[self.end..].trim_start().len();
                self.edit(self.start, self.end + blanks, String::new())
            }
            (None, _) => self.edit(self.text()[..self.start].trim_end().len(), self.end, String::new()),
        }
    }

    /// Writes lines instead of the clause; the comment behind it stays.
    pub(super) fn replace(&self, lines: &[String]) -> Edit {
        let between = self.indentation().map_or_else(|| " ".to_owned(), |blanks| format!("{}{blanks}", self.line_break()));
        self.edit(self.start, self.end, lines.join(&between))
    }

    /// Writes lines after the clause, indented as it is.
    pub(super) fn insert_after(&self, lines: &[String]) -> Edit {
        match (self.indentation(), self.ends_its_line()) {
            (Some(blanks), true) => {
                let at = self.next_line();
                // Only a text's last line can be without a line break.
                let first = if self.text()[..at].ends_with('\n') { "" } else { self.line_break() };
                let text = each(lines, blanks, self.line_break());
                self.edit(at, at, format!("{first}{text}"))
            }
            _ => self.edit(self.end, self.end, each(lines, " ", "")),
        }
    }

    /// Writes lines at the end of this declaration's body.
    pub(super) fn insert_at_end(&self, lines: &[String]) -> Edit {
        let outer = self.text()[self.line_start()..].split(|char: char| !char.is_whitespace()).next().unwrap_or("");
        let line_break = self.line_break();
        let text = each(lines, &format!("{outer}    "), line_break);
        let brace = self.end.saturating_sub(1);
        let before = self.text()[..brace].trim_end_matches([' ', '\t']);
        if before.ends_with('\n') {
            return self.edit(before.len(), before.len(), text);
        }
        if before.ends_with('{') {
            return self.edit(before.len(), brace, format!("{line_break}{text}{outer}"));
        }
        self.edit(before.len(), before.len(), each(lines, " ", ""))
    }

    /// Writes a declaration after this one, with blank lines around it.
    pub(super) fn declare_after(&self, line: &str) -> Edit {
        let (at, line_break) = (self.next_line(), self.line_break());
        let first = if self.text()[..at].ends_with('\n') { "" } else { line_break };
        let rest = &self.text()[at..];
        let blank_follows = rest.is_empty() || rest.starts_with(['\n', '\r']);
        let last = if blank_follows { "" } else { line_break };
        self.edit(at, at, format!("{first}{line_break}{line}{line_break}{last}"))
    }
}
