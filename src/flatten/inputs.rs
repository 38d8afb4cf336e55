//! What roles are made of, so that those made of the same are worked out once.

use rustc_hash::FxHashMap;

use super::Flat;
use crate::model::{Program, RoleId};

/// Permissions for each word of a role's inputs from which on it is worth while to look whether they are known.
const WORTH: usize = 16;

/// The inputs of roles that have been worked out.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    known: FxHashMap<Box<[u32]>, (u32, u32)>,
    /// Those of the role at hand.
    words: Vec<u32>,
}

impl Inputs {
    /// Gathers the inputs of a role, and says what was made of the same before; `None` where it has to be worked out.
    pub(super) fn find(&mut self, program: &Program, flat: &Flat, id: RoleId) -> Option<(u32, u32)> {
        self.words.clear();
        // What the lock file pins of a copy is no other role's.
        if program.pinned_copies.contains_key(&id) {
            return None;
        }
        let role = program.role(id);
        let mut weight = 0;
        for parent in program.parents(id) {
            let (start, end) = flat.range(parent.role)?;
            weight += flat.held(parent.role);
            self.words.extend([start, end]);
        }
        let within = role.within.map_or(u32::MAX, |(within, _)| within.raw());
        // Ranges come in twos, the middle in threes, so that lists of other lengths differ in their ends.
        self.words.extend([u32::MAX, role.excepted.raw(), within]);
        for allow in program.allows(id) {
            weight += program.sets.len(allow.set);
            self.words.extend([allow.set.raw(), allow.scope.raw(), allow.condition.raw()]);
        }
        if weight < WORTH * self.words.len() {
            self.words.clear();
        }
        self.known.get(self.words.as_slice()).copied()
    }

    /// Remembers what was made of the inputs that were gathered last.
    pub(super) fn remember(&mut self, range: (u32, u32)) {
        if !self.words.is_empty() {
            self.known.insert(self.words.as_slice().into(), range);
        }
    }
}
