//! What a line is made of, and how wide it is.

use crate::span::Span;

/// Columns after which lists break.
pub(super) const WIDTH: usize = 100;
/// Columns of one level of indentation.
pub(super) const STEP: usize = 4;

/// A word or a list.
pub(super) enum Piece<'s> {
    /// What never breaks.
    Word(Word<'s>),
    /// What breaks between its elements where the line is too long.
    List(List<'s>),
}

/// What never breaks.
#[derive(Clone, Copy)]
pub(super) struct Word<'s> {
    /// What is written.
    pub(super) text: &'s str,
    /// Where it stands in the source; keywords are looked for.
    pub(super) span: Option<Span>,
    /// Whether no blank stands before it.
    pub(super) glued: bool,
}

/// Elements between commas.
pub(super) struct List<'s> {
    /// What stands around them.
    pub(super) brackets: Brackets,
    /// The elements.
    pub(super) elements: Vec<Vec<Piece<'s>>>,
    /// Where the last element ends in the source.
    pub(super) end: u32,
}

/// What stands around a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    /// `{…}` right after what stands before; a comma follows the last element when broken.
    Set,
    /// `[…]` after a blank.
    Values,
    /// Nothing.
    None,
}

impl Brackets {
    pub(super) const fn pair(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Set => Some(("{", "}")),
            Self::Values => Some(("[", "]")),
            Self::None => None,
        }
    }

    /// Columns that can't be parted from what stands before.
    const fn opening_width(self) -> usize {
        match self {
            Self::Set => "{".len(),
            Self::Values => " [".len(),
            Self::None => 0,
        }
    }
}

impl Piece<'_> {
    /// Columns on one line, with the blank before it.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Word(word) => word.width(),
            Self::List(list) => list.width(),
        }
    }
}

impl Word<'_> {
    pub(super) fn width(&self) -> usize {
        self.text.chars().count() + usize::from(!self.glued)
    }
}

impl List<'_> {
    pub(super) fn width(&self) -> usize {
        let inside: usize = self.elements.iter().map(|element| width(element) + 1).sum();
        match self.brackets {
            Brackets::Set => inside,
            Brackets::Values => inside + 1,
            Brackets::None => inside - 1,
        }
    }
}

/// Columns of pieces on one line, each with the blank before it.
pub(super) fn width(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(Piece::width).sum()
}

/// Columns up to where the line can break next.
pub(super) fn width_to_break(pieces: &[Piece<'_>], tail: usize) -> usize {
    let mut width = 0;
    for piece in pieces {
        match piece {
            Piece::Word(word) => width += word.width(),
            Piece::List(list) => return width + list.brackets.opening_width(),
        }
    }
    width + tail
}
