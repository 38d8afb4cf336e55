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
        let mut open: Option<(u32, u32)> = None;
        let mut add = |first: u32, last: u32| match &mut open {
            Some((_, end)) if *end + 1 == first => *end = last,
            _ => {
                if let Some((first, last)) = open.replace((first, last)) {
                    visit(first, last);
                }
            }
        };
        if entry.dense {
            for (base, word) in (0..).step_by(32).zip(words) {
                let mut rest = *word;
                while rest != 0 {
                    let start = rest.trailing_zeros();
                    let end = start + (rest >> start).trailing_ones();
                    add(base + start, base + end - 1);
                    rest &= u32::MAX.checked_shl(end).unwrap_or(0);
                }
            }
        } else {
            words.iter().for_each(|id| add(*id, *id));
        }
        if let Some((first, last)) = open {
            visit(first, last);
        }
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
