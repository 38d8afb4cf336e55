//! A document of one moment: what has been gained by then is among the grants, as `--as-of` builds it. And what engines make
//! of the moments of a document, where a target is of one moment alone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rolec_bundle::Document;
use rolec_bundle::document::Epoch;
use rolec_targets::{LeftOut, Target};

use crate::engine::Request;
use crate::files::Files;
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

/// What an engine makes of a target's files, moment by moment. Moments whose files are the same share it.
pub(crate) struct Moments<'d, M> {
    document: &'d Document,
    target: Target,
    left_out: LeftOut,
    load: fn(&Files) -> Result<M, String>,
    /// By region and day: which of them; none where no bundle is made for it.
    places: BTreeMap<(Option<String>, Option<String>), Option<usize>>,
    loaded: Vec<(Files, M)>,
}

impl<'d, M> Moments<'d, M> {
    /// Nothing is made until somebody asks.
    pub(crate) fn new(document: &'d Document, target: Target, left_out: LeftOut, load: fn(&Files) -> Result<M, String>) -> Self {
        Self { document, target, left_out, load, places: BTreeMap::new(), loaded: Vec::new() }
    }

    /// That of a request's region and day, if a bundle is made for them.
    pub(crate) fn of(&mut self, request: &Request) -> Result<Option<&mut M>, String> {
        let place = match self.places.entry((request.region.clone(), request.day.clone())) {
            Entry::Occupied(own) => *own.get(),
            Entry::Vacant(own) => {
                let Self { document, target, left_out, load, loaded, .. } = self;
                let document = at_moment(document, request.region.as_deref(), request.day.as_deref());
                let files = document.map(|document| Files::new(&document, *target, *left_out)).transpose()?;
                *own.insert(files.map(|files| place(files, loaded, *load)).transpose()?)
            }
        };
        Ok(place.map(|place| &mut self.loaded[place].1))
    }
}

/// Where files are loaded, now or earlier.
fn place<M>(files: Files, loaded: &mut Vec<(Files, M)>, load: fn(&Files) -> Result<M, String>) -> Result<usize, String> {
    if let Some(place) = loaded.iter().position(|(own, _)| *own == files) {
        return Ok(place);
    }
    let own = load(&files)?;
    loaded.push((files, own));
    Ok(loaded.len() - 1)
}
