//! The strategy: a seed, then fewer and fewer declarations and lines.

use proptest::prelude::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::generate::{Project, node};

/// Generates [`Project`]s.
#[derive(Debug)]
pub(crate) struct Projects {
    /// How many in a hundred have a fault planted in them.
    pub(crate) faulty_percent: usize,
}

impl Strategy for Projects {
    type Tree = Shrinking;
    type Value = Project;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = any::<u64>().new_tree(runner)?.current();
        Ok(Shrinking::new(Project::new(seed, self.faulty_percent)))
    }
}

/// A project that loses one node after another, as long as it fails.
#[derive(Debug)]
pub(crate) struct Shrinking {
    current: Project,
    /// The project before the last removal.
    before: Option<Project>,
    /// The node to be removed next.
    next: usize,
    /// Whether a removal stood since the nodes were gone through from the start.
    has_shrunk: bool,
}

impl Shrinking {
    /// A project that nothing was taken from yet.
    pub(crate) const fn new(current: Project) -> Self {
        Self { current, before: None, next: 0, has_shrunk: false }
    }

    fn remove_next(&mut self) -> bool {
        let mut smaller = self.current.clone();
        if !smaller.remove(self.next) {
            if !self.has_shrunk {
                return false;
            }
            (self.next, self.has_shrunk) = (0, false);
            return self.remove_next();
        }
        self.before = Some(std::mem::replace(&mut self.current, smaller));
        true
    }
}

impl ValueTree for Shrinking {
    type Value = Project;

    fn current(&self) -> Project {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.has_shrunk |= self.before.take().is_some();
        self.remove_next()
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else { return false };
        self.current = before;
        self.next += 1;
        self.remove_next()
    }
}

impl Project {
    /// Takes out one node of some file; says whether there was one.
    fn remove(&mut self, number: usize) -> bool {
        let mut left = number;
        for (_, nodes) in &mut self.files {
            let count: usize = nodes.iter().map(node::Node::count).sum();
            if left < count {
                return node::remove(nodes, left);
            }
            left -= count;
        }
        false
    }
}
