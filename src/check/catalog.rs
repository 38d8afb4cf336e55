//! Surfaces that look as if they wanted a pair, and surfaces open to anybody.

use crate::catalog::Awareness;
use crate::diagnostic::{Sink, words};
use crate::model::{Program, Requirement};

pub(super) fn check(program: &Program, sink: &mut Sink) {
    for surface in &program.surfaces {
        let Requirement::Any(permissions) = &surface.requirement else { continue };
        let [a, b] = permissions.as_slice() else { continue };
        let awareness = |id| program.catalog.facts(id).awareness;
        let (unaware, aware) = match (awareness(*a), awareness(*b)) {
            (Awareness::Unaware, Awareness::Aware) => (*a, *b),
            (Awareness::Aware, Awareness::Unaware) => (*b, *a),
            _ => continue,
        };
        // Pairs stand in order of their halves.
        if program.pairs.binary_search_by_key(&(unaware, aware), |pair| (pair.unaware, pair.aware)).is_err() {
            let (unaware, aware) = (program.catalog.name(unaware), program.catalog.name(aware));
            sink.report(words::catalog::pair_candidate(surface.span, &surface.title(), unaware, aware));
        }
    }
    let count = |wanted: &Requirement| program.surfaces.iter().filter(|surface| surface.requirement == *wanted).count();
    let (open, unstated) = (count(&Requirement::Open), count(&Requirement::Unstated));
    if open + unstated > 0 {
        sink.report(words::catalog::exposure(open, unstated, program.surfaces.len()));
    }
}
