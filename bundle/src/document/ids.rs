//! Id lists: ascending ids, in which three or more that follow on one another are written as a pair.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ascending list of ids, kept as the longest runs that follow on one another.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdList {
    /// First and last ids, ascending, with at least one id missing between two of them.
    runs: Vec<(u32, u32)>,
}

impl IdList {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many ids it has.
    pub fn len(&self) -> u64 {
        self.runs.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Its greatest id.
    pub fn last(&self) -> Option<u32> {
        self.runs.last().map(|(_, last)| *last)
    }

    /// Its ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.runs.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// Whether it has an id.
    pub fn contains(&self, id: u32) -> bool {
        let at = self.runs.partition_point(|(_, last)| *last < id);
        self.runs.get(at).is_some_and(|(first, _)| *first <= id)
    }

    /// A list of ids that ascend; `None` if they don't.
    pub(crate) fn from_ascending(mut ids: impl Iterator<Item = u32>) -> Option<Self> {
        let mut list = Self::default();
        ids.try_for_each(|id| list.add(id, id))?;
        Some(list)
    }

    /// Appends a run that stands after all others; `None` if it does not.
    fn add(&mut self, first: u32, last: u32) -> Option<()> {
        match self.runs.last_mut() {
            _ if first > last => return None,
            Some((_, before)) if *before >= first => return None,
            Some((_, before)) if *before + 1 == first => *before = last,
            _ => self.runs.push((first, last)),
        }
        Some(())
    }
}

impl FromIterator<u32> for IdList {
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        let mut sorted: Vec<u32> = ids.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut list = Self::default();
        for id in sorted {
            list.add(id, id);
        }
        list
    }
}

impl Serialize for IdList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (first, last) in &self.runs {
            match last - first {
                0 => list.serialize_element(first)?,
                1 => {
                    list.serialize_element(first)?;
                    list.serialize_element(last)?;
                }
                _ => list.serialize_element(&(first, last))?,
            }
        }
        list.end()
    }
}

/// An element: an id, or the first and the last of a run.
struct Element(u32, u32);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ElementVisitor;
        impl<'de> Visitor<'de> for ElementVisitor {
            type Value = Element;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an id, or the first and the last of a run")
            }

            fn visit_u64<E: serde::de::Error>(self, id: u64) -> Result<Element, E> {
                let id = u32::try_from(id).map_err(|_| E::custom(format!("id {id} is out of range")))?;
                Ok(Element(id, id))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut run: A) -> Result<Element, A::Error> {
                match (run.next_element()?, run.next_element()?, run.next_element::<u32>()?) {
                    (Some(first), Some(last), None) if first < last => Ok(Element(first, last)),
                    _ => Err(A::Error::custom("a run is its first and its last id")),
                }
            }
        }
        deserializer.deserialize_any(ElementVisitor)
    }
}

impl<'de> Deserialize<'de> for IdList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;
        impl<'de> Visitor<'de> for ListVisitor {
            type Value = IdList;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an id list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<IdList, A::Error> {
                let mut list = IdList::default();
                while let Some(Element(first, last)) = elements.next_element()? {
                    list.add(first, last).ok_or_else(|| A::Error::custom("an id list must be ascending"))?;
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(ListVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::IdList;

    #[test]
    fn runs_of_three_and_more_are_pairs() {
        let list: IdList = serde_json::from_str("[0,4,5,[7,9]]").expect("an id list");
        assert_eq!(list.iter().collect::<Vec<_>>(), [0, 4, 5, 7, 8, 9]);
        assert_eq!(list.len(), 6);
        assert_eq!(serde_json::to_string(&list).expect("text"), "[0,4,5,[7,9]]");
        assert_eq!(list, [9, 8, 7, 5, 4, 0].into_iter().collect());
        for id in 0..12 {
            assert_eq!(list.contains(id), list.iter().any(|own| own == id), "{id}");
        }
        for bad in
            ["[1,1]", "[2,1]", "[[1,1]]", "[[3,2]]", "[[1,3],3]", "[[1,2,3]]", "[-1]", "[1.5]", "[4294967296]", "{}", "[[1]]"]
        {
            assert!(serde_json::from_str::<IdList>(bad).is_err(), "{bad}");
        }
        let wide: IdList = serde_json::from_str("[[0,4294967295]]").expect("a run takes no room");
        assert_eq!(wide.len(), 1 << 32);
    }
}
