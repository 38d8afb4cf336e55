//! What is rarely asked of a thing: facts, each a key and so many bytes. Keys that a reader does not know are skipped.

use super::layout::{KindId, Tables};
use super::numbers::Numbers;
use super::{Corrupt, between, row_and_next, some};

impl<'b> Tables<'b> {
    /// All facts of a thing.
    pub(crate) fn facts_of(&self, kind: KindId, id: u32) -> Result<Numbers<'b>, Corrupt> {
        let row = self.kinds.get(kind as usize).filter(|row| id < row.count.get()).ok_or(Corrupt)?;
        let Some(facts) = some(row.facts) else { return Ok(Numbers::default()) };
        let [start, end] = row_and_next(self.facts, facts.checked_add(id).ok_or(Corrupt)?)?;
        between(self.said, *start, *end).map(Numbers::new)
    }

    /// A fact of a thing; `None` if nothing is said.
    pub(crate) fn fact(&self, kind: KindId, id: u32, key: u32) -> Result<Option<Numbers<'b>>, Corrupt> {
        let mut facts = self.facts_of(kind, id)?;
        while !facts.bytes().is_empty() {
            let (own, length) = (facts.read()?, facts.read()?);
            let said = facts.take(length)?;
            if own == key {
                return Ok(Some(Numbers::new(said)));
            }
        }
        Ok(None)
    }
}
