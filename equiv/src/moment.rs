//! A document of one moment: what has been gained by then is among the grants, as `--as-of` builds it.

use rolec_bundle::Document;
use rolec_bundle::document::Epoch;

use crate::naive;

/// The document of a region on a day; nothing if it has no such region, or no epoch that has the day.
pub fn at_moment(document: &Document, region: Option<&str>, day: Option<&str>) -> Option<Document> {
    let epochs = naive::epochs(document, region, day)?;
    let last = epochs.last()?;
    let mut moment = document.clone();
    for (role, id) in moment.roles.iter_mut().zip(0..) {
        role.grants = naive::grants(document, epochs, id).copied().collect();
    }
    moment.calendars = vec![vec![Epoch { changes: Vec::new(), from: last.from, until: last.until }]];
    moment.regions.clear();
    moment.enforcements.clear();
    moment.surfaces.clear();
    Some(moment)
}
