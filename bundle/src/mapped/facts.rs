//! What is rarely asked of a thing: facts, each a key and some numbers. Keys that a reader does not know are skipped.

use zerocopy::little_endian::U32;

use super::layout::{KindId, Tables};
use super::{Corrupt, between, row_and_next};

/// Numbers of a fact, at most: its first word has the key below and the count above.
pub(super) const FACT_NUMBERS: usize = (1 << 24) - 1;

/// The first word of a fact.
pub(super) fn head(key: u32, count: u32) -> u32 {
    key | count << 8
}

impl<'b> Tables<'b> {
    /// All facts of a thing.
    pub(crate) fn facts_of(&self, kind: KindId, id: u32) -> Result<&'b [U32], Corrupt> {
        let [start, end] = row_and_next(self.facts, self.thing(kind, id).ok_or(Corrupt)?)?;
        between(self.fact_words, *start, *end)
    }

    /// The numbers of a fact of a thing; `None` if nothing is said.
    pub(crate) fn fact(&self, kind: KindId, id: u32, key: u32) -> Result<Option<&'b [U32]>, Corrupt> {
        let mut words = self.facts_of(kind, id)?;
        while let Some((head, rest)) = words.split_first() {
            let (own, count) = (head.get() & 0xff, head.get() >> 8);
            let (numbers, after) = rest.split_at_checked(count as usize).ok_or(Corrupt)?;
            if own == key {
                return Ok(Some(numbers));
            }
            words = after;
        }
        Ok(None)
    }
}
