//! Words and lists → lines: where a line breaks, and where each comment goes.
//!
//! Every word is found again in the source, so a comment comes out between the words it stood between. None is
//! lost, whatever became of the line around it.

use crate::source::Source;
use crate::span::Span;

use super::piece::{Brackets, List, Piece, STEP, WIDTH, Word, width_to_break};

/// What separates words: commas are written anew.
const BLANKS: [char; 5] = [' ', '\t', '\r', '\n', ','];
/// The same, and parentheses that the canonical text does without.
const PARENTHESES: [char; 7] = [' ', '\t', '\r', '\n', ',', '(', ')'];

/// A line that has yet to begin.
#[derive(Clone, Copy)]
struct Pending {
    indent: usize,
    /// Nothing stands before it in its body, so no blank line may.
    first: bool,
}

/// What stood before a part of the file.
pub(super) struct Opening {
    /// A blank line right before the part and its comments.
    blank_first: bool,
    /// A blank line anywhere between the part before and this one.
    blank_any: bool,
    /// Where the part begins in the text, after its comments.
    start: usize,
}

/// Writes lines and, between their words, the comments.
pub(super) struct Writer<'s> {
    source: &'s Source,
    comments: &'s [Span],
    /// Parts that are complete but for a comment at the end of the last line.
    done: String,
    /// The part being written.
    out: String,
    column: usize,
    /// Up to where the source has been written.
    cursor: usize,
    pending: Option<Pending>,
    ends_in_comment: bool,
}

impl<'s> Writer<'s> {
    pub(super) fn new(source: &'s Source, comments: &'s [Span]) -> Self {
        let (done, out) = (String::with_capacity(source.text.len()), String::new());
        Self { source, comments, done, out, column: 0, cursor: 0, pending: None, ends_in_comment: false }
    }

    /// The whole text.
    pub(super) fn finish(mut self) -> String {
        self.start(0, false);
        self.comments_before(usize::MAX, 0);
        self.done.push_str(&self.out);
        if !self.done.is_empty() {
            self.done.push('\n');
        }
        self.done
    }

    /// The offset in the text where a span of the source begins.
    pub(super) fn offset(&self, at: u32) -> usize {
        (at - self.source.base) as usize
    }

    // ------------------------------------------------------------------------------------- parts

    /// Begins a part of the file that stands at an offset: its comments are written.
    pub(super) fn begin_part(&mut self, at: usize) -> Opening {
        while let Some(comment) = self.next_comment(at)
            && self.is_trailing(comment)
            && !self.out.is_empty()
            && !self.ends_in_comment
        {
            self.comment(comment, 0);
        }
        let own_lines = self.comments.iter().map(|comment| self.offset(comment.start)).take_while(|start| *start < at);
        let mut blanks = own_lines.chain([at]).map(|start| self.blank_before(start));
        let blank_first = blanks.next().unwrap_or(false);
        let blank_any = blank_first || blanks.any(|blank| blank);
        self.done.push_str(&self.out);
        self.out.clear();
        self.ends_in_comment = false;
        self.start(0, false);
        self.comments_before(at, 0);
        Opening { blank_first, blank_any, start: self.out.len() }
    }

    /// Whether the part written since stands on one line, its comments aside.
    pub(super) fn is_one_line(&self, opening: &Opening) -> bool {
        !self.out[opening.start..].trim_start().contains('\n')
    }

    /// Ends a part; `apart` asks for a blank line before it.
    pub(super) fn end_part(&mut self, opening: &Opening, apart: bool) {
        if !self.done.is_empty() {
            let blank = opening.blank_first || apart && !opening.blank_any;
            self.done.push_str(if blank { "\n\n" } else { "\n" });
        }
    }

    /// Writes the source as it stands.
    pub(super) fn verbatim(&mut self, text: &'s str, span: Span) {
        self.word(Word { text, span: Some(span), glued: false }, 0);
    }

    // ------------------------------------------------------------------------------------- lines

    /// What is written next begins a line.
    pub(super) fn start(&mut self, indent: usize, first: bool) {
        self.pending = Some(Pending { indent, first });
    }

    /// Writes pieces; `indent` is that of their line, `tail` what will be glued to the last of them.
    pub(super) fn pieces(&mut self, pieces: &[Piece<'s>], indent: usize, tail: usize) {
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Word(word) => self.word(*word, indent + STEP),
                Piece::List(list) if self.fits(list, &pieces[at + 1..], indent, tail) => self.flat(list, indent),
                Piece::List(list) => self.broken(list, indent),
            }
        }
    }

    /// Writes `{` at the end of a line of that indentation.
    pub(super) fn open(&mut self, indent: usize) {
        if let Some(pending) = &mut self.pending {
            pending.indent = indent;
        }
        self.word(Word { text: "{", span: None, glued: false }, indent);
    }

    /// Ends a body; `empty` says that nothing was written in it.
    pub(super) fn close(&mut self, indent: usize, empty: bool) {
        let end = self.ahead("}");
        if empty && end.is_none_or(|end| self.next_comment(end).is_none()) {
            return self.word(Word { text: "}", span: None, glued: true }, indent);
        }
        self.start(indent + STEP, empty);
        self.close_with("}", indent);
    }

    fn close_with(&mut self, bracket: &'static str, indent: usize) {
        if let Some(end) = self.ahead(bracket) {
            self.comments_before(end, indent + STEP);
        }
        self.start(indent, true);
        self.word(Word { text: bracket, span: None, glued: false }, indent);
    }

    /// Whether a list stays on the line: it holds no comment, and fits with what can't be parted from it.
    fn fits(&self, list: &List<'_>, after: &[Piece<'_>], indent: usize, tail: usize) -> bool {
        let end = self.offset(list.end);
        let end = if list.brackets == Brackets::None { end } else { self.skip_blanks(end) };
        if self.next_comment(end).is_some() {
            return false;
        }
        let after = match list.brackets {
            Brackets::Set => width_to_break(after, tail),
            Brackets::None if list.elements.len() > 1 => width_to_break(after, tail),
            // One element is no list, and a condition around values breaks nowhere else.
            Brackets::None => return true,
            Brackets::Values => 0,
        };
        let column = self.pending.map_or(self.column, |pending| pending.indent.max(indent));
        column + list.width() + after <= WIDTH
    }

    fn flat(&mut self, list: &List<'s>, indent: usize) {
        let brackets = list.brackets.pair();
        if let Some((open, _)) = brackets {
            self.word(Word { text: open, span: None, glued: list.brackets == Brackets::Set }, indent + STEP);
        }
        for (at, element) in list.elements.iter().enumerate() {
            self.comma(at > 0);
            for (at_element, piece) in element.iter().enumerate() {
                match piece {
                    Piece::Word(word) if at == 0 && at_element == 0 && brackets.is_some() => {
                        self.word(Word { glued: true, ..*word }, indent + STEP);
                    }
                    Piece::Word(word) => self.word(*word, indent + STEP),
                    Piece::List(list) => self.flat(list, indent),
                }
            }
        }
        if let Some((_, close)) = brackets {
            self.word(Word { text: close, span: None, glued: true }, indent + STEP);
        }
    }

    fn broken(&mut self, list: &List<'s>, indent: usize) {
        let brackets = list.brackets.pair();
        if let Some((open, _)) = brackets {
            self.word(Word { text: open, span: None, glued: list.brackets == Brackets::Set }, indent + STEP);
        }
        for (at, element) in list.elements.iter().enumerate() {
            self.start(indent + STEP, true);
            self.pieces(element, indent + STEP, 1);
            self.comma(list.brackets == Brackets::Set || at + 1 < list.elements.len());
        }
        self.start(indent + STEP, true);
        if let Some((_, close)) = brackets {
            self.close_with(close, indent);
        }
    }

    /// Commas are written where the canonical text has them, wherever the source has them.
    fn comma(&mut self, wanted: bool) {
        if wanted {
            self.out.push(',');
            self.column += 1;
        }
    }

    // ------------------------------------------------------------------------------------- words

    /// Writes a word where the line is, with the comments before it; `indent` is for a line that a comment ended.
    pub(super) fn word(&mut self, word: Word<'s>, indent: usize) {
        let at = word.span.map(|span| self.offset(span.start)).or_else(|| self.ahead(word.text));
        if let Some(at) = at {
            self.comments_before(at, indent);
        }
        match self.pending.take() {
            Some(line) => {
                let blank = !line.first && at.is_some_and(|at| self.blank_before(at));
                self.newline(line.indent, blank);
            }
            None if self.ends_in_comment => self.newline(indent, false),
            None if !word.glued && !self.out.is_empty() => {
                self.out.push(' ');
                self.column += 1;
            }
            None => {}
        }
        self.ends_in_comment = false;
        self.out.push_str(word.text);
        self.column += word.text.chars().count();
        if let Some(end) = word.span.map(|span| self.offset(span.end)).or_else(|| at.map(|at| at + word.text.len())) {
            self.cursor = self.cursor.max(end);
            while self.next_comment(end).is_some() {
                self.comments = &self.comments[1..];
            }
        }
    }

    /// Whether one more word of that width fits on the line as it is.
    pub(super) fn has_room(&self, width: usize) -> bool {
        !self.ends_in_comment && self.pending.is_none() && self.column + width <= WIDTH
    }

    fn newline(&mut self, indent: usize, blank: bool) {
        self.column = indent;
        if !self.out.is_empty() {
            self.out.push_str(if blank { "\n\n" } else { "\n" });
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }

    // ---------------------------------------------------------------------------------- comments

    /// Writes the comments that stand before an offset: at the end of the line, or on lines of their own.
    pub(super) fn comments_before(&mut self, at: usize, indent: usize) {
        while let Some(comment) = self.next_comment(at) {
            self.comment(comment, indent);
        }
    }

    fn comment(&mut self, comment: Span, indent: usize) {
        if self.is_trailing(comment) && !self.ends_in_comment && !self.out.is_empty() {
            self.out.push(' ');
        } else if let Some(line) = &mut self.pending {
            let (indent, first) = (line.indent, std::mem::take(&mut line.first));
            let blank = !first && self.blank_before(self.offset(comment.start));
            self.newline(indent, blank);
        } else {
            self.newline(indent, false);
        }
        self.out.push_str(self.source.slice(comment).trim_end());
        self.ends_in_comment = true;
        self.cursor = self.cursor.max(self.offset(comment.end));
        self.comments = &self.comments[1..];
    }

    /// The next comment, if it stands before an offset.
    pub(super) fn next_comment(&self, before: usize) -> Option<Span> {
        self.comments.first().copied().filter(|comment| self.offset(comment.start) < before)
    }

    /// Whether something else stands before a comment on its line.
    fn is_trailing(&self, comment: Span) -> bool {
        let before = &self.source.text[..self.offset(comment.start)];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        !before[line..].trim().is_empty()
    }

    /// Whether the author left a blank line before what stands at an offset.
    pub(super) fn blank_before(&self, at: usize) -> bool {
        let before = &self.source.text[..at];
        let blanks = &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..];
        blanks.bytes().filter(|byte| *byte == b'\n').count() > 1
    }

    /// Where the next word of the source begins, if it is this one; parentheses may be left out before it.
    fn ahead(&self, text: &str) -> Option<usize> {
        let is_here = |at: &usize| self.source.text[*at..].starts_with(text);
        let at = self.skip(self.cursor, &BLANKS);
        Some(at).filter(is_here).or_else(|| Some(self.skip(at, &PARENTHESES)).filter(is_here))
    }

    /// The offset of the next word at or after another, beyond blanks, comments and commas.
    fn skip_blanks(&self, at: usize) -> usize {
        self.skip(at, &BLANKS)
    }

    fn skip(&self, mut at: usize, what: &[char]) -> usize {
        let text = self.source.text.as_str();
        loop {
            at = text.len() - text[at..].trim_start_matches(what).len();
            if !text[at..].starts_with("//") {
                return at;
            }
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        }
    }
}
