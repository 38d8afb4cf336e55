//! Tables of names: open addressing by XXH3, so that finding a name takes a slot and a comparison.

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::little_endian::U32;

use super::layout::{KindId, NONE, Slot, Tables};

/// Where a name's search begins, as a number, and the tag that its slot bears.
fn key(name: &[u8]) -> (usize, u32) {
    let hash = xxh3_64(name);
    #[expect(clippy::cast_possible_truncation, reason = "halves of the hash")]
    (hash as u32 as usize, (hash >> 32) as u32)
}

/// The slots of names: a power of two, at least a third of them free.
pub(super) fn slots<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Vec<Slot> {
    let length = (names.len() + names.len() / 2 + 1).next_power_of_two();
    let empty = Slot { tag: U32::new(0), id: U32::new(NONE) };
    let mut slots = vec![empty; length];
    for (name, id) in names.zip(0_u32..) {
        let (mut at, tag) = key(name.as_bytes());
        at &= length - 1;
        while slots[at].id.get() != NONE {
            at = (at + 1) & (length - 1);
        }
        slots[at] = Slot { tag: U32::new(tag), id: U32::new(id) };
    }
    slots
}

impl<'b> Tables<'b> {
    /// The thing of a kind and a name.
    #[inline]
    pub(crate) fn find(&self, kind: KindId, name: &str) -> Option<u32> {
        let row = self.kinds.get(kind as usize)?;
        let start = row.slots.get() as usize;
        let slots = self.slots.get(start..start.checked_add(row.slots_count.get() as usize)?)?;
        let mask = slots.len().checked_sub(1).filter(|_| slots.len().is_power_of_two())?;
        let (first, tag) = key(name.as_bytes());
        let names = row.first.get();
        (0..slots.len()).map(|step| &slots[(first + step) & mask]).take_while(|slot| slot.id.get() != NONE).find_map(|slot| {
            let id = slot.id.get();
            let is_it = slot.tag.get() == tag
                && id < row.count.get()
                && names.checked_add(id).and_then(|string| self.string_bytes(string)) == Some(name.as_bytes());
            is_it.then_some(id)
        })
    }

    /// How many things of a kind there are.
    pub(crate) fn count(&self, kind: KindId) -> u32 {
        self.kinds.get(kind as usize).map_or(0, |row| row.count.get())
    }

    /// The number among all things of a thing of a kind, by which it has its name and its facts.
    pub(crate) fn thing(&self, kind: KindId, id: u32) -> Option<u32> {
        let row = self.kinds.get(kind as usize)?;
        if id < row.count.get() { row.first.get().checked_add(id) } else { None }
    }

    /// The name of a thing.
    pub(crate) fn name(&self, kind: KindId, id: u32) -> Option<&'b str> {
        self.string(self.thing(kind, id)?)
    }

    /// The bytes of a string.
    #[inline]
    pub(crate) fn string_bytes(&self, string: u32) -> Option<&'b [u8]> {
        let (start, end) = (self.strings.get(string as usize)?, self.strings.get(string as usize + 1)?);
        self.text.get(start.get() as usize..end.get() as usize)
    }

    /// A string, if it is one.
    pub(crate) fn string(&self, string: u32) -> Option<&'b str> {
        std::str::from_utf8(self.string_bytes(string)?).ok()
    }
}
