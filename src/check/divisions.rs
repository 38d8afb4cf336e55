//! Divisions and sets of them that no scope names.

use crate::diagnostic::{Sink, words};
use crate::model::Program;

pub(super) fn check(program: &Program, sink: &mut Sink) {
    // A misspelt name may be meant for any of them, and its fault has been told.
    if program.names_unknown_division {
        return;
    }
    for division in program.divisions.iter().filter(|division| !division.used && !division.home) {
        sink.report(words::places::unused("division", &division.name, division.span));
    }
    for set in program.division_sets.iter().filter(|set| !set.used) {
        sink.report(words::places::unused("division set", &set.name, set.span));
    }
}
