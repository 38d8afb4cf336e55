//! Sets of ids, as words: a summary of 64 blocks, then the bits of each block that has any. Whether an id is in a set
//! takes two loads, however large the set is.

use zerocopy::little_endian::{U32, U64};

use super::Corrupt;

/// The words of a summary, which come first.
const SUMMARY_WORDS: usize = 2;

/// How many ids a block has, as a power of two: so many that 64 blocks have all ids.
pub(crate) fn shift(count: usize) -> u32 {
    (5..usize::BITS - 6).find(|shift| count <= 64_usize << shift).unwrap_or(usize::BITS - 7)
}

/// An id as sets have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bit {
    /// The block's bit in a summary; none for an id that no set can have.
    block: u64,
    /// The word in the block.
    word: u32,
    /// The bit in the word.
    mask: u32,
    /// Words of a block, as a power of two.
    width: u32,
}

impl Bit {
    pub(crate) fn new(id: u32, shift: u32) -> Self {
        let block = 1_u64.checked_shl(id >> shift).unwrap_or(0);
        Self { block, word: (id >> 5) & ((1 << (shift - 5)) - 1), mask: 1 << (id & 31), width: shift - 5 }
    }

    /// Whether a set with this summary, whose words begin at a place, has the id. Random ids are as likely as not in a block
    /// that the set has, so that its word is looked at in any case: a load costs less than a wrong guess.
    #[inline]
    pub(crate) fn is_in_summed(self, summary: U64, words: &[U32], start: u32) -> Result<bool, Corrupt> {
        let summary = summary.get();
        let before = (summary & self.block.wrapping_sub(1)).count_ones();
        let at = start as usize + SUMMARY_WORDS + ((before << self.width) + self.word) as usize;
        let word = words.get(at).map_or(0, |word| word.get());
        let has = summary & self.block != 0;
        let bits = if has { self.mask } else { 0 };
        if has && at >= words.len() { Err(Corrupt) } else { Ok(word & bits != 0) }
    }

    /// Whether a set whose words begin at a place has the id.
    #[inline]
    pub(crate) fn is_in(self, words: &[U32], start: u32) -> Result<bool, Corrupt> {
        let start = start as usize;
        let summary = summary(words, start)?;
        if summary & self.block == 0 {
            return Ok(false);
        }
        let before = (summary & (self.block - 1)).count_ones();
        let at = start + SUMMARY_WORDS + ((before << self.width) + self.word) as usize;
        Ok(words.get(at).ok_or(Corrupt)?.get() & self.mask != 0)
    }
}

fn summary(words: &[U32], start: usize) -> Result<u64, Corrupt> {
    let low = words.get(start).ok_or(Corrupt)?.get();
    let high = words.get(start + 1).ok_or(Corrupt)?.get();
    Ok(u64::from(low) | u64::from(high) << 32)
}

/// The ids of a set whose words begin at a place, ascending.
pub(crate) fn ids(words: &[U32], start: u32, shift: u32) -> Result<impl Iterator<Item = u32> + Clone + '_, Corrupt> {
    let start = start as usize;
    let summary = summary(words, start)?;
    let width = 1_usize << (shift - 5);
    let length = summary.count_ones() as usize * width;
    let bits = words.get(start + SUMMARY_WORDS..start + SUMMARY_WORDS + length).ok_or(Corrupt)?;
    let blocks = (0..64_u32).filter(move |block| summary >> block & 1 == 1);
    Ok(blocks.zip(bits.chunks(width)).flat_map(move |(block, words)| {
        words.iter().zip(0_u32..).flat_map(move |(word, at)| {
            let word = word.get();
            (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| (block << shift) + at * 32 + bit)
        })
    }))
}

/// The words of a set; ids ascend. Gives the summary too.
pub(super) fn words(ids: impl Iterator<Item = u32>, shift: u32) -> (u64, Vec<U32>) {
    let width = 1_usize << (shift - 5);
    let (mut summary, mut bits) = (0_u64, Vec::<u32>::new());
    for id in ids {
        let block = 1_u64 << (id >> shift);
        if summary & block == 0 {
            summary |= block;
            bits.resize(bits.len() + width, 0);
        }
        let at = bits.len() - width + ((id >> 5) as usize & (width - 1));
        bits[at] |= 1 << (id & 31);
    }
    let halves = [U64::new(summary)].map(|summary| {
        let bytes: [u8; 8] = summary.into();
        let half = |at: usize| U32::from_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        [half(0), half(4)]
    });
    (summary, halves.concat().into_iter().chain(bits.into_iter().map(U32::new)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bit, ids, shift, words};

    proptest! {
        #[test]
        fn sets_have_what_they_were_given(count in 1_usize..20_000, picks in prop::collection::vec(any::<prop::sample::Index>(), 0..80)) {
            let mut set: Vec<u32> = picks.iter().map(|pick| u32::try_from(pick.index(count)).expect("small")).collect();
            set.sort_unstable();
            set.dedup();
            let shift = shift(count);
            let (summary, mut made) = words(set.iter().copied(), shift);
            made.insert(0, 7.into());
            prop_assert_eq!(ids(&made, 1, shift).expect("whole").collect::<Vec<_>>(), &set[..]);
            for id in set.iter().flat_map(|id| [id.saturating_sub(1), *id, id + 1]).chain([0, 31, 32, u32::MAX]) {
                let bit = Bit::new(id, shift);
                prop_assert_eq!(bit.is_in(&made, 1).expect("whole"), set.contains(&id), "{}", id);
                prop_assert_eq!(bit.is_in_summed(summary.into(), &made, 1).expect("whole"), set.contains(&id), "{}", id);
            }
            if let Some(last) = set.last() {
                let cut = made.len() - 1;
                prop_assert!(ids(&made[..cut], 1, shift).is_err());
                prop_assert!(shift > 5 || Bit::new(*last, shift).is_in(&made[..cut], 1).is_err());
                prop_assert!(shift > 5 || Bit::new(*last, shift).is_in_summed(summary.into(), &made[..cut], 1).is_err());
            }
        }
    }
}
