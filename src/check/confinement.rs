//! What confinement really means: division-unaware permissions in confined roles.
//!
//! Each unaware permission of a confined role is in exactly one finding: a wildcard brought it, both halves of its
//! pair are held, it is held alone though it has a counterpart, or it has none.

use std::collections::BTreeMap;

use super::Stages;
use crate::catalog::Awareness;
use crate::diagnostic::words::confinement::{Confined, Half};
use crate::diagnostic::{Sink, words};
use crate::model::{Requirement, RoleId, RoleKind};
use crate::provenance::{self, Derivation, Nearest};
use crate::scopes::Scopes;
use crate::sets::PermissionId;
use crate::span::Span;

/// What all roles are judged against.
pub(super) struct Confinement<'p> {
    stages: Stages<'p>,
    /// The unaware halves of pairs in order, each with its counterparts.
    pairs: Vec<(PermissionId, Vec<(PermissionId, Span)>)>,
    /// By role: itself or the nearest ancestor that says `within`, by the first parents that are confined.
    confiners: Vec<Option<RoleId>>,
    /// By role: the first assignment in divisions.
    assigned: Vec<Option<u32>>,
    /// By role and pair, 64 pairs a word: whether a clause without `*` gives the unaware half.
    explicit: Vec<u64>,
    /// By unaware permission without counterpart: surfaces that an aware one opens too.
    shared: BTreeMap<PermissionId, Vec<(usize, Vec<PermissionId>)>>,
}

impl<'p> Confinement<'p> {
    pub(super) fn new(stages: Stages<'p>) -> Self {
        let program = stages.program;
        let mut pairs: Vec<(PermissionId, Vec<(PermissionId, Span)>)> = Vec::new();
        for pair in &program.pairs {
            match pairs.last_mut().filter(|(unaware, _)| *unaware == pair.unaware) {
                Some((_, counterparts)) => counterparts.push((pair.aware, pair.span)),
                None => pairs.push((pair.unaware, vec![(pair.aware, pair.span)])),
            }
        }
        let explicit = explicit(stages, &pairs);
        let mut shared: BTreeMap<PermissionId, Vec<(usize, Vec<PermissionId>)>> = BTreeMap::new();
        for (at, surface) in program.surfaces.iter().enumerate() {
            let Requirement::Any(permissions) = &surface.requirement else { continue };
            let is = |wanted| move |id: &&PermissionId| program.catalog.facts(**id).awareness == wanted;
            let aware: Vec<PermissionId> = permissions.iter().filter(is(Awareness::Aware)).copied().collect();
            if !aware.is_empty() {
                for unaware in permissions.iter().filter(is(Awareness::Unaware)) {
                    shared.entry(*unaware).or_default().push((at, aware.clone()));
                }
            }
        }
        Self { stages, pairs, confiners: confiners(stages), assigned: assigned(stages), explicit, shared }
    }

    pub(super) fn check(&self, role: RoleId, nearest: &mut Nearest, sink: &mut Sink) {
        let Stages { program, flat, .. } = self.stages;
        let own = program.role(role);
        if own.overridden_by.is_some() {
            return;
        }
        if !self.is_confined(role) {
            self.transition(role, sink);
            return;
        }
        let (mut unaware, mut unstated) = (Vec::new(), Vec::new());
        for group in flat.groups(role).unwrap_or_default() {
            for permission in program.sets.iter(group.set) {
                match program.catalog.facts(permission).awareness {
                    Awareness::Unaware => unaware.push(permission),
                    Awareness::Unstated => unstated.push(permission),
                    Awareness::Aware => {}
                }
            }
        }
        if unaware.is_empty() && unstated.is_empty() {
            return;
        }
        unaware.sort_unstable();
        unaware.dedup();
        unstated.sort_unstable();
        unstated.dedup();
        let confined = self.confined(role);
        let (halves, lone): (Vec<_>, Vec<_>) = unaware.into_iter().partition(|id| self.pair_of(*id).is_some());
        self.halves((role, &confined), &halves, nearest, sink);
        if !lone.is_empty() {
            let names = self.names(&lone);
            let chain = nearest.of(program, flat, role, lone[0]);
            sink.report(words::confinement::unconfinable(&confined, &names, &self.chain(chain.as_ref(), &names[0])));
        }
        if !unstated.is_empty() {
            sink.report(words::confinement::unstated(&confined, &self.names(&unstated)));
        }
        for permission in lone {
            self.shared_surfaces((role, &confined), permission, nearest, sink);
        }
    }

    fn names(&self, permissions: &[PermissionId]) -> Vec<String> {
        permissions.iter().map(|id| self.stages.program.catalog.name(*id).to_owned()).collect()
    }

    fn pair_of(&self, unaware: PermissionId) -> Option<usize> {
        self.pairs.binary_search_by_key(&unaware, |(unaware, _)| *unaware).ok()
    }

    /// Whether a role is confined, by itself or where it is assigned.
    fn is_confined(&self, role: RoleId) -> bool {
        self.stages.flat.confined[role.index()] || self.assigned[role.index()].is_some()
    }

    /// How findings speak of a confined role. A vendor's role that is confined by an assignment is judged there: nobody here
    /// can mend the role itself.
    fn confined(&self, role: RoleId) -> Confined<'p> {
        let program = self.stages.program;
        let own = program.role(role);
        let assignment = self.assigned[role.index()].filter(|_| !self.stages.flat.confined[role.index()]);
        let assignment = assignment.map(|at| &program.subjects.assignments[at as usize]);
        let within = assignment.map(|assignment| (assignment.scope_span, program.scope_text(assignment.scope)));
        let judged_there = assignment.filter(|_| own.kind == RoleKind::Default);
        Confined {
            name: &own.name,
            name_span: own.name_span,
            declaration: judged_there.map_or(own.span, |assignment| assignment.span),
            within: within.or_else(|| self.confined_by(role)),
        }
    }

    /// Where the role, or the nearest ancestor that does, says `within`.
    fn confined_by(&self, role: RoleId) -> Option<(Span, String)> {
        let program = self.stages.program;
        let (scope, span) = program.role(self.confiners[role.index()]?).within?;
        Some((span, program.scope_text(scope)))
    }

    /// The places that lead to a derivation, its clause last.
    fn chain(&self, derivation: Option<&Derivation>, permission: &str) -> Vec<(Span, String)> {
        let Some(derivation) = derivation else { return Vec::new() };
        let mut labels = provenance::chain(self.stages.program, derivation);
        let allow = &self.stages.program.allows[derivation.allow];
        labels
            .push((allow.span, if allow.wildcard { format!("brings `{permission}`") } else { format!("gives `{permission}`") }));
        labels
    }

    fn is_explicit(&self, role: RoleId, pair: usize) -> bool {
        let stride = self.pairs.len().div_ceil(64);
        self.explicit[role.index() * stride + pair / 64] & (1 << (pair % 64)) != 0
    }

    /// Reports the unaware halves of pairs.
    fn halves(&self, (role, confined): (RoleId, &Confined<'_>), held: &[PermissionId], nearest: &mut Nearest, sink: &mut Sink) {
        let Stages { program, flat, .. } = self.stages;
        let mut brought: BTreeMap<usize, (Derivation, Vec<PermissionId>)> = BTreeMap::new();
        for permission in held.iter().copied() {
            let Some(pair) = self.pair_of(permission) else { continue };
            let derivation = nearest.of(program, flat, role, permission);
            if let (Some(derivation), false) = (&derivation, self.is_explicit(role, pair)) {
                brought.entry(derivation.allow).or_insert_with(|| (derivation.clone(), Vec::new())).1.push(permission);
                continue;
            }
            let counterparts = &self.pairs[pair].1;
            let name = program.catalog.name(permission);
            let (aware, span) =
                *counterparts.iter().find(|(aware, _)| flat.holds(program, role, *aware)).unwrap_or(&counterparts[0]);
            let aware_name = program.catalog.name(aware);
            let half = Half { unaware: name, aware: aware_name, pair: span, chain: self.chain(derivation.as_ref(), name) };
            let finding = if flat.holds(program, role, aware) {
                let other = nearest.of(program, flat, role, aware);
                words::confinement::defeated(confined, &half, &self.chain(other.as_ref(), aware_name))
            } else {
                words::confinement::half(confined, &half)
            };
            sink.report(finding.concerning([permission.raw()]));
        }
        for (derivation, permissions) in brought.into_values() {
            let names = self.names(&permissions);
            let pair = self.pair_of(permissions[0]).and_then(|at| self.pairs[at].1.first());
            let chain = self.chain(Some(&derivation), &names[0]);
            let (aware, pair) = pair.map_or(("", Span::default()), |(aware, span)| (program.catalog.name(*aware), *span));
            let half = Half { unaware: &names[0], aware, pair, chain };
            let finding = words::confinement::wildcard(confined, &half, &names);
            sink.report(finding.concerning(permissions.iter().map(|id| id.raw())));
        }
    }

    /// A role that is not confined and holds both halves of pairs.
    fn transition(&self, role: RoleId, sink: &mut Sink) {
        let Stages { program, flat, .. } = self.stages;
        let both: Vec<String> = self
            .pairs
            .iter()
            .filter(|(unaware, counterparts)| {
                flat.holds(program, role, *unaware) && counterparts.iter().any(|(aware, _)| flat.holds(program, role, *aware))
            })
            .map(|(unaware, _)| program.catalog.name(*unaware).to_owned())
            .collect();
        if !both.is_empty() {
            let own = program.role(role);
            sink.report(words::confinement::transition(&own.name, own.name_span, &both));
        }
    }

    /// Surfaces that a confined permission of the role and this unaware one both open.
    fn shared_surfaces(
        &self,
        (role, confined): (RoleId, &Confined<'_>),
        permission: PermissionId,
        nearest: &mut Nearest,
        sink: &mut Sink,
    ) {
        let Stages { program, flat, .. } = self.stages;
        let is_confined = |id: &PermissionId| {
            let mut grants = flat.grants_of(program, role, *id).peekable();
            grants.peek().is_some() && (self.assigned[role.index()].is_some() || grants.all(|grant| grant.scope != Scopes::all()))
        };
        let surfaces = self.shared.get(&permission).into_iter().flatten();
        let both: Vec<String> =
            surfaces.filter(|(_, aware)| aware.iter().any(is_confined)).map(|(at, _)| program.surfaces[*at].title()).collect();
        if !both.is_empty() {
            let name = program.catalog.name(permission);
            let chain = nearest.of(program, flat, role, permission);
            sink.report(words::confinement::surface(confined, name, &both, &self.chain(chain.as_ref(), name)));
        }
    }
}

/// By role: the first assignment in divisions.
fn assigned(stages: Stages<'_>) -> Vec<Option<u32>> {
    let mut assigned = vec![None; stages.program.roles.len()];
    for (at, assignment) in (0..).zip(&stages.program.subjects.assignments).filter(|(_, assignment)| assignment.confined) {
        assigned[assignment.role.index()].get_or_insert(at);
    }
    assigned
}

/// By role: itself or the nearest ancestor that says `within`.
fn confiners(stages: Stages<'_>) -> Vec<Option<RoleId>> {
    let Stages { program, order, flat, .. } = stages;
    let mut confiners = vec![None; program.roles.len()];
    for role in order.roles.iter().copied() {
        let own = program.role(role).within.filter(|(scope, _)| *scope != Scopes::all()).map(|_| role);
        let parent = || program.parents(role).iter().map(|parent| parent.role).find(|parent| flat.confined[parent.index()]);
        confiners[role.index()] = own.or_else(|| confiners[parent()?.index()]);
    }
    confiners
}

/// By role and pair: whether the unaware half comes from some clause without `*`, own or inherited.
fn explicit(stages: Stages<'_>, pairs: &[(PermissionId, Vec<(PermissionId, Span)>)]) -> Vec<u64> {
    let program = stages.program;
    let stride = pairs.len().div_ceil(64);
    let mut masks = vec![0_u64; program.roles.len() * stride];
    if pairs.is_empty() {
        return masks;
    }
    for role in stages.order.roles.iter().copied() {
        let mut mask = vec![0_u64; stride];
        for parent in program.parents(role) {
            let start = parent.role.index() * stride;
            mask.iter_mut().zip(&masks[start..start + stride]).for_each(|(mine, theirs)| *mine |= theirs);
        }
        for allow in program.allows(role).iter().filter(|allow| !allow.wildcard) {
            for permission in program.sets.iter(allow.set) {
                if let Ok(pair) = pairs.binary_search_by_key(&permission, |(unaware, _)| *unaware) {
                    mask[pair / 64] |= 1 << (pair % 64);
                }
            }
        }
        if mask.iter().any(|word| *word != 0) {
            for (pair, (unaware, _)) in pairs.iter().enumerate() {
                if mask[pair / 64] & (1 << (pair % 64)) != 0 && program.is_excepted(role, *unaware) {
                    mask[pair / 64] &= !(1 << (pair % 64));
                }
            }
            masks[role.index() * stride..(role.index() + 1) * stride].copy_from_slice(&mask);
        }
    }
    masks
}
