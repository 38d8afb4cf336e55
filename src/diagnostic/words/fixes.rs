//! The titles of fixes: what applying them does, as imperatives.

use super::some_of;

/// A line goes.
pub const REMOVE_LINE: &str = "remove the line";
/// The divisions of a clause go.
pub const REMOVE_IN: &str = "remove the divisions";
/// A pair is declared.
pub const DECLARE_PAIR: &str = "declare the pair";

/// What goes from a confined role and what comes, as selectors; surfaces as people name them.
#[derive(Debug)]
pub struct Swap {
    /// Unaware halves of pairs.
    pub removed: Vec<String>,
    /// Their aware halves that the role did not have.
    pub replacements: Vec<String>,
    /// Aware permissions that keep surfaces open.
    pub aware: Vec<String>,
    /// Unaware permissions that do.
    pub unconfined: Vec<String>,
    /// Permissions of unstated awareness that do.
    pub unstated: Vec<String>,
    /// Surfaces that the role did not reach before.
    pub opened: Vec<String>,
    /// Surfaces that nothing can keep open.
    pub lost: Vec<String>,
}

/// The title of a fix of pair conflicts.
#[must_use]
pub fn swap_title(swap: &Swap) -> String {
    let every = |selectors: &[String]| some_of(selectors, usize::MAX);
    let mut parts = vec![if swap.replacements.is_empty() {
        format!("take {} away", every(&swap.removed))
    } else {
        format!("replace {} by {}", every(&swap.removed), every(&swap.replacements))
    }];
    for (added, remark) in [
        (&swap.aware, ""),
        (&swap.unstated, ", of which no source says whether it respects divisions"),
        (&swap.unconfined, ", which no division confines"),
    ] {
        if !added.is_empty() {
            parts.push(format!("allow {}{remark}", every(added)));
        }
    }
    if !swap.opened.is_empty() {
        parts.push(format!("this opens {}", some_of(&swap.opened, 3)));
    }
    if !swap.lost.is_empty() {
        parts.push(format!("this closes {}", some_of(&swap.lost, 3)));
    }
    parts.join("; ")
}

/// The title of a fix that grants selectors instead of others.
#[must_use]
pub fn instead_of(new: &[String], old: &[String]) -> String {
    format!("allow {} instead of {}", some_of(new, usize::MAX), some_of(old, usize::MAX))
}

/// The title of a fix that grants selectors in addition.
#[must_use]
pub fn allow_as_well(selectors: &[String]) -> String {
    format!("allow {} as well", some_of(selectors, usize::MAX))
}
