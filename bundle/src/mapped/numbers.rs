//! Numbers that are read one after another: varints, as LEB128 and Protocol Buffers have them, one byte for those below
//! 128. What lies in such lists is found by where a list begins and ends, and never by counting rows.

use unsigned_varint::{decode, encode};

use super::Corrupt;

/// A list of numbers that has not been read yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Numbers<'b>(&'b [u8]);

impl<'b> Numbers<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes that have not been read yet.
    pub(crate) fn bytes(self) -> &'b [u8] {
        self.0
    }

    /// The next number.
    #[inline]
    pub(crate) fn read(&mut self) -> Result<u32, Corrupt> {
        // Nearly all are short, and these two take no loop.
        let (number, rest) = match self.0 {
            [only @ 0..0x80, rest @ ..] => (u32::from(*only), rest),
            [first, last @ 1..0x80, rest @ ..] => (u32::from(first & 0x7f) | u32::from(*last) << 7, rest),
            bytes => long(bytes)?,
        };
        self.0 = rest;
        Ok(number)
    }

    /// So many bytes.
    pub(crate) fn take(&mut self, count: u32) -> Result<&'b [u8], Corrupt> {
        let (taken, rest) = self.0.split_at_checked(count as usize).ok_or(Corrupt)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The numbers, so many at a time. After something corrupt there are no more.
    #[inline]
    pub(crate) fn rows<const N: usize>(mut self) -> impl Iterator<Item = Result<[u32; N], Corrupt>> + Clone + use<'b, N> {
        std::iter::from_fn(move || {
            if self.0.is_empty() {
                return None;
            }
            let row = self.row();
            if row.is_err() {
                self.0 = &[];
            }
            Some(row)
        })
    }

    #[inline]
    fn row<const N: usize>(&mut self) -> Result<[u32; N], Corrupt> {
        let mut row = [0; N];
        for number in &mut row {
            *number = self.read()?;
        }
        Ok(row)
    }
}

/// A number, and the bytes after it.
#[inline(never)]
fn long(bytes: &[u8]) -> Result<(u32, &[u8]), Corrupt> {
    decode::u32(bytes).map_err(|_| Corrupt)
}

/// Writes numbers at the end of a list.
pub(super) fn push(bytes: &mut Vec<u8>, numbers: &[u32]) {
    for number in numbers {
        bytes.extend_from_slice(encode::u32(*number, &mut encode::u32_buffer()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Numbers, push};

    proptest! {
        #[test]
        fn what_was_written_is_read(rows in prop::collection::vec(any::<[u32; 2]>(), 0..9), small in 0..128_u32) {
            let mut bytes = Vec::new();
            push(&mut bytes, rows.as_flattened());
            let read: Vec<[u32; 2]> = Numbers::new(&bytes).rows().collect::<Result<_, _>>().expect("whole");
            prop_assert_eq!(&read, &rows);
            let length = bytes.len();
            push(&mut bytes, &[small]);
            prop_assert_eq!(bytes.len(), length + 1);
            let odd: Vec<_> = Numbers::new(&bytes).rows::<2>().collect();
            prop_assert!(odd.len() == rows.len() + 1 && odd.last().is_some_and(Result::is_err));
        }
    }

    #[test]
    fn what_is_no_number_is_corrupt() {
        for bytes in [&[][..], &[0x80], &[0x80, 0], &[0x80; 6]] {
            assert!(Numbers::new(bytes).read().is_err(), "{bytes:?}");
        }
        assert!(Numbers::new(&[1, 2]).take(3).is_err());
    }
}
