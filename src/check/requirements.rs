//! Permissions that are useless without others, and roles that need others beside them.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Stages;
use crate::diagnostic::{Sink, words};
use crate::id::Id;
use crate::limits;
use crate::model::RoleId;
use crate::sets::PermissionId;

/// An unmet requirement: the permission, and the requirement by its place.
type Need = (PermissionId, usize);

/// Unmet requirements that are remembered at most; where there are more, all of them are forgotten.
const REMEMBERED: usize = 1 << 20;

/// The unmet requirements of what roles hold, remembered: many roles hold the same, and all have parents.
#[derive(Debug, Default)]
pub(super) struct Known {
    unmet: FxHashMap<Option<(u32, u32)>, Rc<[Need]>>,
    needs: usize,
}

/// What all roles are judged against.
pub(super) struct Requirements<'p> {
    stages: Stages<'p>,
    /// The permissions that need others, in order.
    needy: Vec<PermissionId>,
}

impl<'p> Requirements<'p> {
    pub(super) fn new(stages: Stages<'p>) -> Self {
        let catalog = &stages.program.catalog;
        Self { stages, needy: catalog.ids().filter(|id| !catalog.facts(*id).requires.is_empty()).collect() }
    }

    pub(super) fn check(&self, role: RoleId, known: &mut Known, sink: &mut Sink) {
        let program = self.stages.program;
        let own = program.role(role);
        if own.overridden_by.is_none() && !self.needy.is_empty() {
            self.permissions(role, known, sink);
        }
        for (other, span) in own.facts.iter().flat_map(|facts| &facts.requires_roles) {
            if !is_ancestor(self.stages, role, *other) {
                sink.report(words::roles::required_role(&own.name, &program.role(*other).name, *span));
            }
        }
    }

    /// The unmet requirements of a role in order, remembered for roles that hold the same.
    fn unmet(&self, role: RoleId, known: &mut Known) -> Rc<[Need]> {
        let range = self.stages.flat.range(role);
        if let Some(unmet) = known.unmet.get(&range) {
            return Rc::clone(unmet);
        }
        let unmet: Rc<[Need]> = self.work_out(role).into();
        known.needs += unmet.len();
        if known.needs > REMEMBERED {
            (known.needs, known.unmet) = (unmet.len(), FxHashMap::default());
        }
        known.unmet.insert(range, Rc::clone(&unmet));
        unmet
    }

    fn work_out(&self, role: RoleId) -> Vec<Need> {
        let Stages { program, flat, .. } = self.stages;
        let mut unmet = Vec::new();
        for permission in self.needy_of(role) {
            for (at, need) in program.catalog.facts(permission).requires.iter().enumerate() {
                let holds = |id| flat.holds(program, role, id);
                let mut needed = program.sets.iter(need.set);
                if !(if need.any { needed.any(holds) } else { needed.all(holds) }) {
                    unmet.push((permission, at));
                }
            }
        }
        unmet
    }

    /// The permissions of a role that need others, in order.
    fn needy_of(&self, role: RoleId) -> Vec<PermissionId> {
        let Stages { program, flat, .. } = self.stages;
        if flat.held(role) >= self.needy.len() {
            return self.needy.iter().copied().filter(|id| flat.holds(program, role, *id)).collect();
        }
        let held = flat.groups(role).unwrap_or_default().iter().flat_map(|group| program.sets.iter(group.set));
        let mut needy: Vec<PermissionId> = held.filter(|id| !program.catalog.facts(*id).requires.is_empty()).collect();
        needy.sort_unstable();
        needy.dedup();
        needy
    }

    /// The parents at which a fault is told: of an override those of the role that it edits, which is not judged itself.
    fn judged_parents(&self, role: RoleId) -> Vec<RoleId> {
        let program = self.stages.program;
        let parents = program.parents(role).iter().map(|parent| parent.role);
        parents
            .flat_map(|parent| match program.role(parent).overridden_by {
                Some(_) => program.parents(parent).iter().map(|parent| parent.role).collect(),
                None => vec![parent],
            })
            .collect()
    }

    fn permissions(&self, role: RoleId, known: &mut Known, sink: &mut Sink) {
        let program = self.stages.program;
        let missing = self.unmet(role, known);
        let Some((permission, at)) = missing.first().copied() else { return };
        let inherited: Vec<Rc<[Need]>> = self.judged_parents(role).into_iter().map(|parent| self.unmet(parent, known)).collect();
        if missing.iter().all(|need| inherited.iter().any(|needs| needs.binary_search(need).is_ok())) {
            return;
        }
        let need = &program.catalog.facts(permission).requires[at];
        let (own, first) = (program.role(role), (program.catalog.name(permission), &*need.text, need.any));
        let finding = words::roles::missing_required(&own.name, own.name_span, first, missing.len());
        sink.report(finding.concerning(self.needed(role, &missing)));
    }

    /// What would meet requirements; of those that any one of several meets, the choice is nobody's but the author's.
    fn needed(&self, role: RoleId, unmet: &[Need]) -> Vec<u32> {
        let Stages { program, flat, .. } = self.stages;
        let needs = unmet.iter().map(|(permission, at)| &program.catalog.facts(*permission).requires[*at]);
        let needed = needs.filter(|need| !need.any).flat_map(|need| program.sets.iter(need.set));
        let mut needed: Vec<u32> = needed.filter(|id| !flat.holds(program, role, *id)).map(Id::raw).collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }
}

/// Whether a role is another one or among what it inherits from; with very many of those it is taken to be.
fn is_ancestor(stages: Stages<'_>, role: RoleId, other: RoleId) -> bool {
    let mut seen = FxHashSet::default();
    let mut open = vec![role];
    while let Some(at) = open.pop() {
        if at == other {
            return true;
        }
        if seen.len() > limits::ANCESTORS {
            return true;
        }
        if seen.insert(at) {
            open.extend(stages.program.parents(at).iter().map(|parent| parent.role));
        }
    }
    false
}
