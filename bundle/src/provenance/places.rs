//! Where something holds, as sets of divisions that can be joined and cut.

use crate::document::Scope;

/// Everywhere, or in some divisions, by their ids in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Places {
    Everywhere,
    In(Vec<u32>),
}

impl Places {
    pub(super) const NOWHERE: Self = Self::In(Vec::new());

    pub(super) fn of(scope: &Scope) -> Self {
        match scope {
            Scope::All => Self::Everywhere,
            Scope::Divisions(list) => Self::In(list.iter().collect()),
        }
    }

    pub(super) fn scope(&self) -> Scope {
        match self {
            Self::Everywhere => Scope::All,
            Self::In(list) => Scope::Divisions(list.iter().copied().collect()),
        }
    }

    pub(super) fn is_nowhere(&self) -> bool {
        *self == Self::NOWHERE
    }

    pub(super) fn or(self, other: &Self) -> Self {
        match (self, other) {
            (Self::In(mut list), Self::In(other)) => {
                list.extend(other);
                list.sort_unstable();
                list.dedup();
                Self::In(list)
            }
            _ => Self::Everywhere,
        }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everywhere, places) | (places, Self::Everywhere) => places.clone(),
            (Self::In(list), Self::In(other)) => {
                Self::In(list.iter().filter(|id| other.binary_search(id).is_ok()).copied().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places::{Everywhere, In};

    #[test]
    fn places_are_joined_and_cut() {
        let (some, others) = (In(vec![1, 3]), In(vec![2, 3]));
        assert_eq!(some.clone().or(&others), In(vec![1, 2, 3]));
        assert_eq!(some.and(&others), In(vec![3]));
        assert_eq!(some.clone().or(&Everywhere), Everywhere);
        assert_eq!(Everywhere.and(&some), some);
        assert!(In(vec![0]).and(&some).is_nowhere() && !some.is_nowhere() && !Everywhere.is_nowhere());
    }
}
