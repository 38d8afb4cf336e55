//! Surfaces as Rego finds them: without walking all templates, and without walking a tree.
//!
//! Templates of one method with as many segments, of which the same ones are literal, have one shape. Shapes stand in order of
//! who goes first, and in a shape the literal segments are a key. So a path is looked up once for each shape of its length.

use std::collections::BTreeMap;

use rolec_bundle::Day;
use rolec_bundle::Document;
use rolec_bundle::document::{IdList, Start, Surface, SurfaceKind, SurfaceRequires};
use serde::Serialize;

/// Endpoints, topics and views.
#[derive(Serialize)]
pub(super) struct Surfaces<'d> {
    /// By method and number of segments.
    endpoint: BTreeMap<&'d str, Shapes<'d>>,
    topic: Shapes<'d>,
    /// By title.
    view: BTreeMap<&'d str, Entry<'d>>,
}

/// By number of segments, as text, in order of who goes first.
type Shapes<'d> = BTreeMap<String, Vec<Shape<'d>>>;

/// Templates with literals in the same places.
#[derive(Serialize)]
struct Shape<'d> {
    /// A digit for each segment: 1 is no literal. The first shape of a list goes first.
    #[serde(skip)]
    order: String,
    /// Where the literals are.
    literals: Vec<usize>,
    /// By the literals, with what separates them.
    table: BTreeMap<String, Vec<Entry<'d>>>,
}

#[derive(Serialize)]
struct Entry<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    enforcement: Option<&'d str>,
    name: &'d str,
    /// The places of segments that are anything but empty.
    parameters: Vec<usize>,
    /// Segments that are more than a literal and less than anything: their places, and regular expressions.
    patterns: Vec<(usize, String)>,
    requires: Requires<'d>,
    #[serde(rename = "self", skip_serializing_if = "std::ops::Not::not")]
    or_self: bool,
}

/// What is asked for.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Requires<'d> {
    All(Vec<&'d str>),
    Any(Vec<&'d str>),
    Open,
    Unstated,
}

/// From when on surfaces ask for what they say, and for what before.
#[derive(Serialize)]
pub(super) struct Enforcement<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Day>,
    formerly: Requires<'d>,
    regions: BTreeMap<&'d str, Day>,
}

fn requires<'d>(document: &'d Document, requires: &SurfaceRequires) -> Requires<'d> {
    let names = |ids: &IdList| ids.iter().map(|id| &*document.permissions[id as usize].name).collect();
    match requires {
        SurfaceRequires::All(ids) => Requires::All(names(ids)),
        SurfaceRequires::Any(ids) => Requires::Any(names(ids)),
        SurfaceRequires::Open => Requires::Open,
        SurfaceRequires::Unstated => Requires::Unstated,
    }
}

/// The enforcements, by name.
pub(super) fn enforcements(document: &Document) -> BTreeMap<&str, Enforcement<'_>> {
    let form = |own: &rolec_bundle::document::Enforcement| Enforcement {
        default: own.default.map(|Start { from, .. }| from),
        formerly: requires(document, &own.formerly),
        regions: own.regions.iter().map(|begins| (&*document.regions[begins.region as usize].name, begins.from)).collect(),
    };
    document.enforcements.iter().map(|own| (&*own.name, form(own))).collect()
}

impl<'d> Surfaces<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let mut surfaces = Self { endpoint: BTreeMap::new(), topic: Shapes::new(), view: BTreeMap::new() };
        for surface in &document.surfaces {
            let entry = Entry {
                enforcement: surface.enforcement.map(|id| &*document.enforcements[id as usize].name),
                name: &surface.name,
                parameters: Vec::new(),
                patterns: Vec::new(),
                requires: requires(document, &surface.requires),
                or_self: surface.or_self,
            };
            match surface.kind {
                SurfaceKind::View => drop(surfaces.view.insert(&surface.name, entry)),
                SurfaceKind::Topic => add(&mut surfaces.topic, surface, '.', entry),
                SurfaceKind::Endpoint => {
                    let method = surface.method.as_deref().unwrap_or_default();
                    add(surfaces.endpoint.entry(method).or_default(), surface, '/', entry);
                }
            }
        }
        let all = surfaces.endpoint.values_mut().chain([&mut surfaces.topic]).flat_map(BTreeMap::values_mut);
        all.for_each(|shapes| shapes.sort_by(|a, b| a.order.cmp(&b.order)));
        surfaces
    }
}

fn add<'d>(shapes: &mut Shapes<'d>, surface: &'d Surface, separator: char, mut entry: Entry<'d>) {
    let segments: Vec<&str> = surface.name.split(separator).collect();
    let is_literal = |segment: &str| !segment.contains('{');
    let order: String = segments.iter().map(|segment| if is_literal(segment) { '0' } else { '1' }).collect();
    let (literal, other): (Vec<_>, Vec<_>) = segments.iter().enumerate().partition(|(_, segment)| is_literal(segment));
    let (whole, part): (Vec<_>, Vec<_>) = other.into_iter().partition(|(_, segment)| is_parameter(segment));
    entry.parameters = whole.into_iter().map(|(place, _)| place).collect();
    entry.patterns = part.into_iter().map(|(place, segment)| (place, expression(segment))).collect();
    let literals: Vec<usize> = literal.iter().map(|(place, _)| *place).collect();
    let key = literal.iter().map(|(_, segment)| **segment).collect::<Vec<_>>().join(&separator.to_string());
    let list = shapes.entry(segments.len().to_string()).or_default();
    let at = list.iter().position(|shape| shape.order == order).unwrap_or_else(|| {
        list.push(Shape { order, literals, table: BTreeMap::new() });
        list.len() - 1
    });
    list[at].table.entry(key).or_default().push(entry);
}

/// Whether a segment is one parameter and nothing else.
fn is_parameter(segment: &str) -> bool {
    segment.matches('{').count() == 1 && segment.starts_with('{') && segment.find('}') == Some(segment.len() - 1)
}

/// A segment as a regular expression: a parameter is at least one character.
fn expression(segment: &str) -> String {
    let mut expression = String::from("(?s)^");
    let mut inside = false;
    for letter in segment.chars() {
        match (letter, inside) {
            ('{', _) => {
                expression.push_str(".+");
                inside = true;
            }
            ('}', true) => inside = false,
            (_, true) => {}
            (_, false) if letter.is_ascii_punctuation() => expression.extend(['\\', letter]),
            (_, false) => expression.push(letter),
        }
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::{expression, is_parameter};

    #[test]
    fn parameters_are_anything() {
        assert!(is_parameter("{id}"));
        for part in ["{id}.{format}", "{id}:all", "a{id}", "{open"] {
            assert!(!is_parameter(part), "{part}");
        }
        assert_eq!(expression("{id}.{format}:all"), "(?s)^.+\\..+\\:all$");
        assert_eq!(expression("{open"), "(?s)^.+$");
    }
}
