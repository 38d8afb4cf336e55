//! What somebody opens: every surface that a role or a subject reaches, with where and under which condition.

use crate::access::{self, Access, Way};
use crate::model::{Holder, Requirement};
use crate::timeline::Moment;

/// A surface that is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The surface, by its place in the program.
    pub surface: usize,
    /// Where, and under which conditions; in normal form.
    pub ways: Vec<Way>,
}

/// Everything that somebody reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// What permissions open, in the order of the program's surfaces.
    pub opened: Vec<Opened>,
    /// How many surfaces are open to anybody then.
    pub open: usize,
    /// Of how many surfaces no source says who may use them.
    pub unstated: usize,
}

/// All that a role or a subject reaches at a moment.
#[must_use]
pub fn reach(access: &mut Access<'_>, holder: Holder, moment: Moment) -> Reached {
    let given = access::of(access.program, holder);
    let mut reached = Reached::default();
    for surface in 0..access.program.surfaces.len() {
        let asked = access.program.asked(surface, moment.region, moment.at).clone();
        match &asked {
            Requirement::Open => reached.open += 1,
            Requirement::Unstated => reached.unstated += 1,
            Requirement::Any(_) | Requirement::All(_) => {
                let ways = access.reached(holder, &given, &asked, moment);
                if !ways.is_empty() {
                    reached.opened.push(Opened { surface, ways });
                }
            }
        }
    }
    reached
}
