//! Which of the known names somebody probably meant.

use crate::limits;

/// The known name nearest to a written one; `None` when none is near.
///
/// A name that differs in case alone is nearest of all. Else the Damerau–Levenshtein distance decides, up to a
/// third of the longer name's length, and the first in order among equals. For a very long name only case counts.
pub fn name<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        if candidate == written {
            continue;
        }
        let longer = written.len().max(candidate.len());
        if longer - written.len().min(candidate.len()) > longer / 3 {
            continue;
        }
        let distance = match candidate.eq_ignore_ascii_case(written) {
            true => 0,
            false if longer > limits::NEAR_BYTES => continue,
            false => strsim::damerau_levenshtein(written, candidate).max(1),
        };
        if distance <= longer / 3 && best.is_none_or(|(least, first)| (distance, candidate) < (least, first)) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
