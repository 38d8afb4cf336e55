//! Dense ids into vectors, one type for each kind of thing.

use std::marker::PhantomData;

/// An index into the vector of things tagged `T`. Four bytes.
pub struct Id<T> {
    raw: u32,
    tag: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The id of the thing at `index`. Tables are bounded by [`crate::limits`], far below `u32::MAX`.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self { raw: u32::try_from(index).unwrap_or(u32::MAX), tag: PhantomData }
    }

    /// The index that this id stands for.
    #[must_use]
    pub const fn index(self) -> usize {
        self.raw as usize
    }

    /// The id as a number, for output.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.raw
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.raw)
    }
}
