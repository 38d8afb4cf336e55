//! Sets of ids: a bit for each block of ids, in lanes of 64, then the bits of each block that has any. Whether an id is in a
//! set takes two looks that lie beside each other, however large the set is.

use zerocopy::IntoBytes;
use zerocopy::little_endian::U64;

use super::Corrupt;
use super::layout::{LANES, Tables};

/// How many bytes a lane has.
const LANE: u32 = 8;

/// How sets of some kind of things are laid out, which follows from how many things there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// How many ids a block has, as a power of two, at least three: a block is whole bytes.
    shift: u32,
    /// How many lanes a set has.
    lanes: u32,
}

impl Shape {
    /// The smallest blocks that so many lanes can tell of.
    pub(crate) fn new(count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let shift = (3..25).find(|shift| count <= (64 * LANES) << shift).unwrap_or(25);
        Self { shift, lanes: count.div_ceil(64 << shift).clamp(1, LANES) }
    }

    /// How many bytes a block has.
    fn width(self) -> usize {
        1 << (self.shift - 3)
    }

    /// How many bytes stand before the blocks: lanes, and for each lane but the first how many blocks those before it have.
    fn head(self) -> u32 {
        self.lanes * (LANE + 1) - 1
    }
}

/// An id as sets have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bit {
    /// The bit of the block in its lane; none for an id that no set can have.
    block: u64,
    /// The lane, and where its count is, from the beginning of the set; the first lane's is masked out.
    lane: u32,
    count: u32,
    count_mask: u8,
    /// Where the blocks are, and in a block the byte.
    byte: u32,
    /// The bit in the byte.
    mask: u8,
    /// Bytes of a block, as a power of two.
    width: u8,
}

impl Bit {
    #[inline]
    pub(crate) fn new(id: u32, shape: Shape) -> Self {
        let number = id >> shape.shift;
        let lane = number >> 6;
        let block = if lane < shape.lanes { 1 << (number & 63) } else { 0 };
        let lane = lane.min(shape.lanes - 1);
        let width = shape.shift - 3;
        let byte = (id >> 3) & ((1 << width) - 1);
        #[expect(clippy::cast_possible_truncation, reason = "less than 32")]
        let width = width as u8;
        let (count, count_mask) = if lane == 0 { (0, 0) } else { (shape.lanes * LANE + lane - 1, u8::MAX) };
        Self { block, lane, count, count_mask, byte: shape.head() + byte, mask: 1 << (id & 7), width }
    }

    /// Whether lanes have the block of the id, so that a set with these lanes may have the id.
    #[inline]
    pub(crate) fn may_be_in(self, lanes: &[U64]) -> bool {
        lanes.get(self.lane as usize).is_some_and(|lane| lane.get() & self.block != 0)
    }

    /// Whether a set that begins at a place has the id.
    #[inline]
    pub(crate) fn is_in(self, bytes: &[u8], start: u32) -> Result<bool, Corrupt> {
        let set = bytes.get(start as usize..).ok_or(Corrupt)?;
        let lane = u64::from_le_bytes(*set.get((self.lane * LANE) as usize..).and_then(<[u8]>::first_chunk).ok_or(Corrupt)?);
        if lane & self.block == 0 {
            return Ok(false);
        }
        let count = *set.get(self.count as usize).ok_or(Corrupt)? & self.count_mask;
        let before = (lane & (self.block - 1)).count_ones() + u32::from(count);
        let byte = set.get(((before as usize) << self.width) + self.byte as usize).ok_or(Corrupt)?;
        Ok(byte & self.mask != 0)
    }
}

impl<'b> Tables<'b> {
    /// Whether a set of permissions has one.
    #[inline]
    pub(crate) fn set_has(&self, set: u32, permission: Bit) -> Result<bool, Corrupt> {
        permission.is_in(self.bits, self.sets.get(set as usize).ok_or(Corrupt)?.get())
    }

    /// The permissions of a set, ascending.
    pub(crate) fn set(&self, set: u32, shape: Shape) -> Result<impl Iterator<Item = u32> + Clone + use<'b>, Corrupt> {
        ids(self.bits, self.sets.get(set as usize).ok_or(Corrupt)?.get(), shape)
    }
}

/// The ids of a set that begins at a place, ascending.
pub(crate) fn ids(bytes: &[u8], start: u32, shape: Shape) -> Result<impl Iterator<Item = u32> + Clone + '_, Corrupt> {
    let set = bytes.get(start as usize..).ok_or(Corrupt)?;
    let (head, blocks) = set.split_at_checked(shape.head() as usize).ok_or(Corrupt)?;
    let lanes = &head.as_chunks::<{ LANE as usize }>().0[..shape.lanes as usize];
    let count: usize = lanes.iter().map(|lane| u64::from_le_bytes(*lane).count_ones() as usize).sum();
    let blocks = blocks.get(..count * shape.width()).ok_or(Corrupt)?;
    let numbers = (0_u32..).zip(lanes).flat_map(|(at, lane)| {
        let lane = u64::from_le_bytes(*lane);
        (0..64).filter(move |bit| lane >> bit & 1 == 1).map(move |bit| 64 * at + bit)
    });
    Ok(numbers.zip(blocks.chunks(shape.width())).flat_map(move |(number, block)| {
        block.iter().zip(0_u32..).flat_map(move |(byte, at)| {
            (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| (number << shape.shift) + 8 * at + bit)
        })
    }))
}

/// The lanes of a set, with those that it does not need.
pub(super) fn lanes(ids: impl Iterator<Item = u32>, shape: Shape) -> [U64; LANES as usize] {
    let mut lanes = [0_u64; LANES as usize];
    for id in ids {
        let number = id >> shape.shift;
        lanes[(number / 64) as usize] |= 1 << (number % 64);
    }
    lanes.map(U64::new)
}

/// The bytes of a set; ids ascend.
pub(super) fn bytes(ids: impl Iterator<Item = u32> + Clone, shape: Shape) -> Vec<u8> {
    let lanes = &lanes(ids.clone(), shape)[..shape.lanes as usize];
    let counts = lanes.iter().scan(0_u32, |before, lane| {
        let count = *before;
        *before += lane.get().count_ones();
        u8::try_from(count).ok()
    });
    let mut blocks: Vec<u8> = Vec::new();
    let mut last = None;
    for id in ids {
        if last.replace(id >> shape.shift) != Some(id >> shape.shift) {
            blocks.resize(blocks.len() + shape.width(), 0);
        }
        let at = blocks.len() - shape.width() + ((id >> 3) as usize & (shape.width() - 1));
        blocks[at] |= 1 << (id & 7);
    }
    lanes.as_bytes().iter().copied().chain(counts.skip(1)).chain(blocks).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bit, Shape, bytes, ids};

    #[test]
    fn shapes() {
        let shape = |count| {
            let Shape { shift, lanes } = Shape::new(count);
            (shift, lanes)
        };
        assert_eq!(shape(0), (3, 1));
        assert_eq!(shape(512), (3, 1));
        assert_eq!(shape(513), (3, 2));
        assert_eq!(shape(1458), (3, 3));
        assert_eq!(shape(1536), (3, 3));
        assert_eq!(shape(1537), (4, 2));
        assert_eq!(shape(4_000_000_000), (25, 2));
    }

    proptest! {
        #[test]
        fn sets_have_what_they_were_given(count in 1_usize..20_000, picks in prop::collection::vec(any::<prop::sample::Index>(), 0..80)) {
            let mut set: Vec<u32> = picks.iter().map(|pick| u32::try_from(pick.index(count)).expect("small")).collect();
            set.sort_unstable();
            set.dedup();
            let shape = Shape::new(count);
            let mut made = bytes(set.iter().copied(), shape);
            made.insert(0, 7);
            prop_assert_eq!(ids(&made, 1, shape).expect("whole").collect::<Vec<_>>(), &set[..]);
            for id in set.iter().flat_map(|id| [id.saturating_sub(1), *id, id + 1]).chain([0, 31, 32, u32::MAX]) {
                prop_assert_eq!(Bit::new(id, shape).is_in(&made, 1).expect("whole"), set.contains(&id), "{}", id);
            }
            if let Some(last) = set.last() {
                let cut = made.len() - shape.width();
                prop_assert!(ids(&made[..cut], 1, shape).is_err());
                prop_assert!(shape.width() > 1 || Bit::new(*last, shape).is_in(&made[..cut], 1).is_err());
            }
            prop_assert!(ids(&made[..4], 1, shape).is_err());
            prop_assert!(Bit::new(0, shape).is_in(&made, u32::MAX).is_err());
        }
    }
}
