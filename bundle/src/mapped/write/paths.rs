//! The trees of templates: one for each method, one for topics, one for views.

use std::collections::BTreeMap;

use zerocopy::little_endian::U32;

use super::surfaces::kind_number;
use super::{Writer, number, optional};
use crate::document::{Surface, SurfaceKind};
use crate::mapped::layout::{Branch, Edge, Root};
use crate::{Error, paths};

/// A place in a tree.
#[derive(Default)]
struct Place<'d> {
    literals: BTreeMap<&'d str, usize>,
    /// Patterns, and their shapes: those of one shape are one.
    patterns: Vec<(&'d str, String, usize)>,
    surface: Option<u32>,
}

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    let mut places: Vec<Place<'_>> = Vec::new();
    let mut roots: BTreeMap<(SurfaceKind, Option<&str>), usize> = BTreeMap::new();
    for (surface, id) in writer.document.surfaces.iter().zip(0_u32..) {
        let root = *roots.entry((surface.kind, surface.method.as_deref())).or_insert_with(|| new_place(&mut places));
        let end = paths::segments(surface.kind, &surface.name).fold(root, |at, segment| step(&mut places, at, surface, segment));
        places[end].surface.get_or_insert(id);
    }
    for place in &places {
        branch(writer, place)?;
    }
    for ((kind, method), branch) in roots {
        let method = method.map_or(Ok(optional(None)), |method| writer.string(method))?;
        writer.content.roots.push(Root { kind: U32::new(kind_number(kind)), method, branch: number(branch)? });
    }
    Ok(())
}

fn new_place(places: &mut Vec<Place<'_>>) -> usize {
    places.push(Place::default());
    places.len() - 1
}

fn step<'d>(places: &mut Vec<Place<'d>>, at: usize, surface: &Surface, segment: &'d str) -> usize {
    if !paths::is_pattern(surface.kind, segment) {
        let known = places[at].literals.get(segment).copied();
        return known.unwrap_or_else(|| {
            let next = new_place(places);
            places[at].literals.insert(segment, next);
            next
        });
    }
    let shape = paths::shape(segment);
    if let Some((_, _, known)) = places[at].patterns.iter().find(|(_, known, _)| *known == shape) {
        return *known;
    }
    let next = new_place(places);
    places[at].patterns.push((segment, shape, next));
    next
}

fn branch<'d>(writer: &mut Writer<'d>, place: &Place<'d>) -> Result<(), Error> {
    let edges = number(writer.content.edges.len())?;
    let literals = place.literals.iter().map(|(segment, next)| (*segment, *next));
    for (segment, next) in literals.chain(place.patterns.iter().map(|(segment, _, next)| (*segment, *next))) {
        let segment = writer.string(segment)?;
        writer.content.edges.push(Edge { segment, branch: number(next)? });
    }
    let (literals, patterns) = (number(place.literals.len())?, number(place.patterns.len())?);
    writer.content.branches.push(Branch { edges, literals, patterns, surface: optional(place.surface) });
    Ok(())
}
