//! The judgements: one rule, or one family of rules, a file.
//!
//! Checks read the compiled stages and report; none of them changes anything.

mod applications;
pub mod assertions;
mod assignments;
mod availability;
mod backfills;
mod catalog;
mod clauses;
mod confinement;
mod divisions;
mod enforcement;
mod inheritance;
mod joined;
mod licenses;
mod nevers;
mod nobody;
mod requirements;
pub mod silence;
mod together;
pub mod unread;

use rayon::prelude::*;

use crate::diagnostic::Sink;
use crate::flatten::Flat;
use crate::graph::Order;
use crate::model::{Program, RoleId};
use crate::provenance::Nearest;
use crate::timeline::Epochs;

/// What is judged: the stages of a compilation.
#[derive(Debug, Clone, Copy)]
pub struct Stages<'p> {
    /// The resolved project.
    pub program: &'p Program,
    /// Parents before children.
    pub order: &'p Order,
    /// Effective grants.
    pub flat: &'p Flat,
    /// What backfills change.
    pub epochs: &'p Epochs,
}

impl Stages<'_> {
    /// The roles that were flattened, as declared.
    fn flat_roles(&self) -> Vec<RoleId> {
        self.program.role_ids().filter(|id| self.flat.is_flat(*id)).collect()
    }
}

/// Judges everything.
pub fn check(stages: Stages<'_>, sink: &mut Sink) {
    catalog::check(stages.program, sink);
    divisions::check(stages.program, sink);
    let clauses = clauses::Clauses::new(stages);
    let confinement = confinement::Confinement::new(stages);
    let requirements = requirements::Requirements::new(stages);
    let roles = stages.flat_roles();
    let sinks: Vec<Sink> = roles
        .par_chunks(1024)
        .map(|roles| {
            let mut sink = Sink::default();
            let (mut nearest, mut unmet) = (Nearest::default(), requirements::Known::default());
            for role in roles {
                clauses.check(*role, &mut sink);
                inheritance::check(stages, *role, &mut sink);
                requirements.check(*role, &mut unmet, &mut sink);
                confinement.check(*role, &mut nearest, &mut sink);
            }
            sink
        })
        .collect();
    for part in sinks {
        sink.absorb(part);
    }
    backfills::check(stages, sink);
    licenses::check(stages, sink);
    availability::check(stages, sink);
    assignments::check(stages, sink);
    together::check(stages, sink);
    applications::check(stages, sink);
    nobody::check(stages.program, sink);
    enforcement::check(stages, sink);
    enforcement::Watching::new(stages).check(&roles, sink);
    nevers::check(stages, sink);
}
