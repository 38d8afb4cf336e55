//! Sets of permissions, each stored once.
//!
//! A set is a list of ids where it is small and a bit for each permission where it is large; equal sets have
//! equal ids.

use rustc_hash::FxHashMap;

use crate::id::Id;

/// Marks ids of permissions.
#[derive(Debug)]
pub enum PermissionTag {}
/// Names a permission of the catalog; ids order as the names do.
pub type PermissionId = Id<PermissionTag>;

/// Marks ids of sets.
#[derive(Debug)]
pub enum SetTag {}
/// Names a set of permissions.
pub type SetId = Id<SetTag>;

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    words: u32,
    len: u32,
    dense: bool,
    /// The next set with the same hash.
    next: u32,
}

const NONE: u32 = u32::MAX;

/// All sets.
#[derive(Debug)]
pub struct Sets {
    permissions: usize,
    entries: Vec<Entry>,
    words: Vec<u32>,
    heads: FxHashMap<u64, u32>,
    /// Permissions in all sets together.
    total: usize,
}

impl Sets {
    /// No sets but the empty one, over a catalog of so many permissions.
    #[must_use]
    pub fn new(permissions: usize) -> Self {
        let mut sets = Self { permissions, entries: Vec::new(), words: Vec::new(), heads: FxHashMap::default(), total: 0 };
        sets.intern(&[]);
        sets
    }

    /// The empty set.
    #[must_use]
    pub fn empty() -> SetId {
        SetId::new(0)
    }

    /// The set of these permissions, which stand in ascending order, each once.
    pub fn intern(&mut self, ids: &[u32]) -> SetId {
        let hash = ids
            .iter()
            .fold(ids.len() as u64, |hash, id| (hash.rotate_left(5) ^ u64::from(*id)).wrapping_mul(0x517c_c1b7_2722_0a95));
        let head = self.heads.get(&hash).copied().unwrap_or(NONE);
        let mut candidate = head;
        while candidate != NONE {
            let id = SetId::new(candidate as usize);
            if self.len(id) == ids.len() && self.iter(id).map(Id::raw).eq(ids.iter().copied()) {
                return id;
            }
            candidate = self.entries[candidate as usize].next;
        }
        let start = u32::try_from(self.words.len()).unwrap_or(NONE);
        let dense = ids.len() > self.permissions / 32;
        if dense {
            self.words.resize(self.words.len() + self.permissions.div_ceil(32), 0);
            for id in ids {
                self.words[start as usize + *id as usize / 32] |= 1 << (id % 32);
            }
        } else {
            self.words.extend_from_slice(ids);
        }
        let words = u32::try_from(self.words.len()).unwrap_or(NONE) - start;
        self.total += ids.len();
        let id = SetId::new(self.entries.len());
        self.entries.push(Entry { start, words, len: u32::try_from(ids.len()).unwrap_or(NONE), dense, next: head });
        self.heads.insert(hash, id.raw());
        id
    }

    fn slice(&self, entry: Entry) -> &[u32] {
        &self.words[entry.start as usize..(entry.start + entry.words) as usize]
    }

    /// The permissions of a set in ascending order.
    pub fn iter(&self, set: SetId) -> impl Iterator<Item = PermissionId> + '_ {
        let entry = self.entries[set.index()];
        let words = self.slice(entry);
        let (list, bits) = if entry.dense { (&[][..], words) } else { (words, &[][..]) };
        list.iter().map(|id| PermissionId::new(*id as usize)).chain(bits.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(PermissionId::new(at * 32 + bit))
            })
        }))
    }

    /// Calls for each permission of a set, in ascending order: the same as [`Sets::iter`], quicker in the hottest loops.
    #[inline]
    pub fn for_each(&self, set: SetId, mut visit: impl FnMut(usize)) {
        let entry = self.entries[set.index()];
        let words = self.slice(entry);
        if !entry.dense {
            for id in words {
                visit(*id as usize);
            }
            return;
        }
        for (at, word) in words.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                visit(at * 32 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    /// Calls for each run of ids that follow on one another, with the first and the last, in ascending order.
    pub fn for_each_run(&self, set: SetId, mut visit: impl FnMut(u32, u32)) {
        let entry = self.entries[set.index()];
        let words = self.slice(entry);
        if entry.dense {
            return runs_of_bits(words, visit);
        }
        let mut run: Option<(u32, u32)> = None;
        for id in words {
            match &mut run {
                Some((_, last)) if *last + 1 == *id => *last = *id,
                _ => {
                    if let Some((first, last)) = run.replace((*id, *id)) {
                        visit(first, last);
                    }
                }
            }
        }
        if let Some((first, last)) = run {
            visit(first, last);
        }
    }

    /// What some sets hold together, as a bit for each permission.
    #[must_use]
    pub fn union(&self, sets: &[SetId]) -> Vec<u32> {
        let mut bits = vec![0; self.permissions.div_ceil(32)];
        for set in sets {
            let entry = self.entries[set.index()];
            let words = self.slice(entry);
            if entry.dense {
                bits.iter_mut().zip(words).for_each(|(bits, word)| *bits |= word);
            } else {
                for id in words {
                    bits[*id as usize / 32] |= 1 << (id % 32);
                }
            }
        }
        bits
    }

    /// How many permissions a set has.
    #[must_use]
    pub fn len(&self, set: SetId) -> usize {
        self.entries[set.index()].len as usize
    }

    /// Whether a set has no permissions.
    #[must_use]
    pub fn is_empty(&self, set: SetId) -> bool {
        self.len(set) == 0
    }

    /// Whether a permission is in a set.
    #[must_use]
    pub fn contains(&self, set: SetId, permission: PermissionId) -> bool {
        let entry = self.entries[set.index()];
        let words = self.slice(entry);
        if entry.dense {
            return words[permission.index() / 32] & (1 << (permission.index() % 32)) != 0;
        }
        words.binary_search(&permission.raw()).is_ok()
    }

    /// Whether every permission of `inner` is in `outer`.
    #[must_use]
    pub fn is_subset(&self, inner: SetId, outer: SetId) -> bool {
        inner == outer
            || (self.len(inner) <= self.len(outer) && self.iter(inner).all(|permission| self.contains(outer, permission)))
    }

    /// Bytes that the sets take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.words.len() * size_of::<u32>()
    }

    /// How many permissions all sets have together.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many sets there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len()
    }
}

/// Calls for each run of set bits, with its first and its last.
fn runs_of_bits(words: &[u32], mut visit: impl FnMut(u32, u32)) {
    // The run that reaches into the two words at hand, by its first bit.
    let mut open: Option<u32> = None;
    for (at, pair) in words.chunks(2).enumerate() {
        let word = pair.iter().rev().fold(0, |word, half| word << 32 | u64::from(*half));
        let base = u32::try_from(at * 64).unwrap_or(u32::MAX);
        let goes_on = words.get(at * 2 + 2).map_or(0, |next| u64::from(*next) << 63);
        let mut starts = word & !((word << 1) | u64::from(open.is_some()));
        let mut ends = word & !((word >> 1) | goes_on);
        if let (Some(first), true) = (open, ends != 0) {
            visit(first, base + ends.trailing_zeros());
            ends &= ends - 1;
            open = None;
        }
        while ends != 0 {
            visit(base + starts.trailing_zeros(), base + ends.trailing_zeros());
            starts &= starts - 1;
            ends &= ends - 1;
        }
        if starts != 0 {
            open = Some(base + starts.trailing_zeros());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sets;

    #[test]
    fn a_union_has_what_is_in_lists_and_in_bits() {
        let mut sets = Sets::new(100);
        let (few, many) = (sets.intern(&[0, 31, 99]), sets.intern(&[2, 31, 32, 64, 65]));
        assert_eq!(sets.union(&[few, many]), [1 | 1 << 2 | 1 << 31, 1, 0b11, 1 << 3]);
        assert_eq!(sets.union(&[]), [0; 4]);
    }

    #[test]
    fn runs_are_those_of_the_ids() {
        let mut sets = Sets::new(100);
        for ids in [&[][..], &[0], &[99], &[0, 1, 2, 31, 32, 33, 63, 64], &[5, 7, 8, 40, 41, 95, 96, 97, 98, 99]] {
            let all: Vec<u32> = (20..90).collect();
            for ids in
                [ids.to_vec(), ids.iter().copied().chain(all).collect::<std::collections::BTreeSet<_>>().into_iter().collect()]
            {
                let set = sets.intern(&ids);
                let mut seen: Vec<(u32, u32)> = Vec::new();
                sets.for_each_run(set, |first, last| seen.push((first, last)));
                assert!(seen.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{seen:?} are not apart");
                assert_eq!(seen.into_iter().flat_map(|(first, last)| first..=last).collect::<Vec<_>>(), ids);
            }
        }
    }
}
