//! Objects and folders, with those who may read them.

use super::{GroupId, Program};
use crate::sets::{PermissionId, SetId};
use crate::span::Span;

/// A folder or an object.
#[derive(Debug)]
pub struct Object {
    /// Its name with those of the folders around it, joined by `/`.
    pub path: Box<str>,
    /// Whether it is a folder.
    pub folder: bool,
    /// The folder that it lies in, by its place in the program.
    pub parent: Option<usize>,
    /// Whether what lies in it inherits its readers.
    pub propagate: bool,
    /// On it, and on all in it, these permissions count only for readers.
    pub guards: Vec<SetId>,
    /// Who may read, if that is written here.
    pub written: Option<Readers>,
    /// Who may read.
    pub readers: Readers,
    /// Its name in the declaration.
    pub name_span: Span,
    /// The declaration.
    pub span: Span,
}

/// Who may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    /// These groups, ascending.
    Groups(Vec<GroupId>),
    /// All groups but these, ascending; those created later included.
    AllExcept(Vec<GroupId>),
}

impl Default for Readers {
    fn default() -> Self {
        Self::AllExcept(Vec::new())
    }
}

impl Readers {
    /// Whether somebody may read who is in these groups, by steps.
    ///
    /// Who is in several groups may read if one of them may; who is in none, if nobody is left out.
    #[must_use]
    pub fn admit(&self, lineage: &[GroupId]) -> bool {
        match self {
            Self::Groups(groups) => lineage.iter().any(|group| groups.binary_search(group).is_ok()),
            Self::AllExcept(groups) if groups.is_empty() => true,
            Self::AllExcept(groups) => lineage.iter().any(|group| groups.binary_search(group).is_err()),
        }
    }
}

impl Program {
    /// The object, or folder, of a path.
    #[must_use]
    pub fn find_object(&self, path: &str) -> Option<usize> {
        self.objects.binary_search_by(|object| (*object.path).cmp(path)).ok()
    }

    /// An object and the folders around it, from the inside out.
    pub fn around(&self, object: usize) -> impl Iterator<Item = &Object> {
        std::iter::successors(Some(&self.objects[object]), |object| object.parent.map(|parent| &self.objects[parent]))
    }

    /// Whether a permission counts on an object only for its readers.
    #[must_use]
    pub fn is_guarded(&self, object: usize, permission: PermissionId) -> bool {
        self.around(object).flat_map(|object| &object.guards).any(|set| self.sets.contains(*set, permission))
    }
}
