//! Tables of names: perfect hashing by XXH3 and pilots. The hash of a name picks a bucket, the bucket's pilot and the hash a
//! slot, and the slot has the one thing that may be it: no search, and nothing that depends on what else is there.

use xxhash_rust::xxh3::xxh3_64_with_seed;
use zerocopy::little_endian::{U16, U32};

use super::layout::{KindId, NONE, Tables};
use super::{between, row_and_next};
use crate::Error;

/// Names that share a bucket, on average: more make pilots fewer and harder to find.
const BUCKET: usize = 3;
/// One slot of so many is left free, without which the last pilots would be sought for long.
const SPARE: usize = 32;
/// How many seeds are tried: one, unless somebody has made names that have the same hash.
const SEEDS: u32 = 16;

/// The slots of names, and what picks one.
#[derive(Default)]
pub(super) struct Table {
    pub(super) seed: u32,
    pub(super) pilots: Vec<U16>,
    pub(super) slots: Vec<U32>,
}

/// A number below an end, by the upper half of a hash.
#[inline]
fn below(hash: u64, end: usize) -> usize {
    (((hash >> 32) * end as u64) >> 32) as usize
}

/// The slot of a name in a bucket that has a pilot.
#[inline]
fn slot(hash: u64, pilot: u16, slots: usize) -> usize {
    let pilot = (u64::from(pilot) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    below((hash ^ pilot).wrapping_mul(0xd6e8_feb8_6659_fd93), slots)
}

impl Table {
    /// A table of names, whose ids are their places.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Result<Self, Error> {
        let names: Vec<&str> = names.collect();
        let found = (0..SEEDS).find_map(|seed| {
            let hashes: Vec<u64> = names.iter().map(|name| xxh3_64_with_seed(name.as_bytes(), u64::from(seed))).collect();
            Self::of(seed, &hashes)
        });
        found.ok_or(Error::TooLarge { what: "names that no table holds" })
    }

    /// A table of hashes, the fullest buckets first: `None` if some bucket finds no pilot.
    fn of(seed: u32, hashes: &[u64]) -> Option<Self> {
        let mut slots = vec![U32::new(NONE); hashes.len() + hashes.len().div_ceil(SPARE)];
        let mut pilots = vec![U16::new(0); hashes.len().div_ceil(BUCKET)];
        let mut buckets: Vec<Vec<(u64, u32)>> = vec![Vec::new(); pilots.len()];
        for (hash, id) in hashes.iter().zip(0..) {
            buckets[below(*hash, pilots.len())].push((*hash, id));
        }
        let mut order: Vec<usize> = (0..buckets.len()).collect();
        order.sort_by_key(|bucket| std::cmp::Reverse(buckets[*bucket].len()));
        let mut taken = Vec::new();
        for bucket in order {
            let pilot = (0..=u16::MAX).find(|pilot| {
                taken.clear();
                buckets[bucket].iter().all(|(hash, _)| {
                    let at = slot(*hash, *pilot, slots.len());
                    let free = slots[at].get() == NONE && !taken.contains(&at);
                    taken.push(at);
                    free
                })
            })?;
            pilots[bucket] = U16::new(pilot);
            for (at, (_, id)) in taken.iter().zip(&buckets[bucket]) {
                slots[*at] = U32::new(*id);
            }
        }
        Some(Self { seed, pilots, slots })
    }
}

impl<'b> Tables<'b> {
    /// The thing of a kind and a name.
    #[inline]
    pub(crate) fn find(&self, kind: KindId, name: &str) -> Option<u32> {
        let row = self.kinds.get(kind as usize)?;
        let hash = xxh3_64_with_seed(name.as_bytes(), u64::from(row.seed.get()));
        let bucket = below(hash, row.pilots_count.get() as usize);
        let pilot = self.pilots.get(row.pilots.get() as usize + bucket)?.get();
        let at = slot(hash, pilot, row.slots_count.get() as usize);
        let id = self.slots.get(row.slots.get() as usize + at)?.get();
        let is_it = id < row.count.get() && self.string_bytes(row.first.get().checked_add(id)?)? == name.as_bytes();
        is_it.then_some(id)
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
        let [start, end] = row_and_next(self.strings, string).ok()?;
        between(self.text, *start, *end).ok()
    }

    /// A string, if it is one.
    pub(crate) fn string(&self, string: u32) -> Option<&'b str> {
        std::str::from_utf8(self.string_bytes(string)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{NONE, Table, below, slot};

    /// The id of a hash in a table, as a reader finds it.
    fn find(table: &Table, hash: u64) -> u32 {
        let pilot = table.pilots[below(hash, table.pilots.len())].get();
        table.slots[slot(hash, pilot, table.slots.len())].get()
    }

    #[test]
    fn each_name_has_a_slot() {
        for count in [1_u64, 2, 3, 31, 32, 33, 1000, 20_000] {
            let hashes: Vec<u64> = (1..=count).map(|at| xxhash_rust::xxh3::xxh3_64(&at.to_le_bytes())).collect();
            let table = Table::of(7, &hashes).expect("a table");
            assert!(hashes.iter().zip(0..).all(|(hash, id)| find(&table, *hash) == id), "{count}");
            assert_eq!(table.slots.iter().filter(|id| id.get() != NONE).count(), hashes.len(), "{count}");
        }
    }

    #[test]
    fn nothing_is_in_an_empty_table() {
        let table = Table::new(std::iter::empty()).expect("a table");
        assert!(table.pilots.is_empty() && table.slots.is_empty());
    }

    #[test]
    fn names_of_one_hash_have_no_table() {
        assert!(Table::of(0, &[5, 6, 5]).is_none());
    }
}
