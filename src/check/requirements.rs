//! Permissions that are useless without others, and roles that need others beside them.

use rustc_hash::FxHashSet;

use super::Stages;
use crate::diagnostic::{Sink, words};
use crate::id::Id;
use crate::limits;
use crate::model::RoleId;
use crate::sets::PermissionId;

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

    pub(super) fn check(&self, role: RoleId, sink: &mut Sink) {
        let program = self.stages.program;
        let own = program.role(role);
        if own.overridden_by.is_none() && !self.needy.is_empty() {
            self.permissions(role, sink);
        }
        for (other, span) in own.facts.iter().flat_map(|facts| &facts.requires_roles) {
            if !is_ancestor(self.stages, role, *other) {
                sink.report(words::roles::required_role(&own.name, &program.role(*other).name, *span));
            }
        }
    }

    /// The unmet requirements of a role: the permission, and the requirement by its place.
    fn unmet(&self, role: RoleId) -> Vec<(PermissionId, usize)> {
        let Stages { program, flat, .. } = self.stages;
        let mut unmet = Vec::new();
        for permission in self.needy.iter().copied().filter(|id| flat.holds(program, role, *id)) {
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

    fn permissions(&self, role: RoleId, sink: &mut Sink) {
        let program = self.stages.program;
        let missing = self.unmet(role);
        if missing.is_empty() {
            return;
        }
        let inherited: Vec<_> = self.judged_parents(role).into_iter().flat_map(|parent| self.unmet(parent)).collect();
        if missing.iter().all(|need| inherited.contains(need)) {
            return;
        }
        let shown = missing.iter().map(|(permission, at)| {
            let need = &program.catalog.facts(*permission).requires[*at];
            (program.catalog.name(*permission).to_owned(), need.text.to_string(), need.any)
        });
        let own = program.role(role);
        let finding = words::roles::missing_required(&own.name, own.name_span, &shown.collect::<Vec<_>>());
        sink.report(finding.concerning(self.needed(role, &missing)));
    }

    /// What would meet requirements; of those that any one of several meets, the choice is nobody's but the author's.
    fn needed(&self, role: RoleId, unmet: &[(PermissionId, usize)]) -> Vec<u32> {
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
