//! Who may use endpoints, topics and views: by the page on the format, and which calls to try.

use rolec_bundle::document::{Surface, SurfaceKind, SurfaceRequires};
use rolec_bundle::{Day, Document};

use crate::engine::{Request, Used};
use crate::naive;

/// Whether somebody may use a surface. Of the request the permission does not count.
pub fn reach(document: &Document, used: &Used, request: &Request) -> bool {
    if naive::epochs(document, request.region.as_deref(), request.day.as_deref()).is_none() {
        return false;
    }
    let Some(surface) = find(document, used) else { return false };
    let may = |id: u32| {
        let permission = document.permissions[id as usize].name.clone();
        naive::decide(document, &Request { permission, ..request.clone() })
    };
    match required(document, surface, request) {
        SurfaceRequires::All(ids) => !ids.is_empty() && ids.iter().all(may),
        SurfaceRequires::Any(ids) => ids.iter().any(may),
        SurfaceRequires::Open => true,
        SurfaceRequires::Unstated => false,
    }
}

/// What a surface asks for in a region on a day.
fn required<'d>(document: &'d Document, surface: &'d Surface, request: &Request) -> &'d SurfaceRequires {
    let Some(id) = surface.enforcement else { return &surface.requires };
    let enforcement = &document.enforcements[id as usize];
    let from = match &request.region {
        None => enforcement.default.map(|own| own.from),
        Some(region) => {
            enforcement.regions.iter().find(|own| document.regions[own.region as usize].name == *region).map(|own| own.from)
        }
    };
    let day: Option<Day> = request.day.as_ref().and_then(|day| day.parse().ok());
    if from.is_some_and(|from| day.is_none_or(|day| from <= day)) { &surface.requires } else { &enforcement.formerly }
}

/// The surface whose template fits best: literal at the first segment in which two differ.
fn find<'d>(document: &'d Document, used: &Used) -> Option<&'d Surface> {
    let (kind, method, name) = match used {
        Used::Endpoint(method, path) => (SurfaceKind::Endpoint, Some(method), path.split(['?', '#']).next().unwrap_or(path)),
        Used::Topic(topic) => (SurfaceKind::Topic, None, &**topic),
        Used::View(title) => (SurfaceKind::View, None, &**title),
    };
    let mut of_kind = document.surfaces.iter().filter(|own| own.kind == kind && own.method.as_ref() == method);
    if kind == SurfaceKind::View {
        return of_kind.find(|own| own.name == name);
    }
    let separator = if kind == SurfaceKind::Endpoint { '/' } else { '.' };
    let parameters = |own: &&Surface| own.name.split(separator).map(|segment| segment.contains('{')).collect::<Vec<bool>>();
    let fits = |own: &&Surface| {
        let (template, real): (Vec<_>, Vec<_>) = (own.name.split(separator).collect(), name.split(separator).collect());
        template.len() == real.len() && template.iter().zip(real).all(|(template, real)| segment_fits(template, real))
    };
    of_kind.filter(fits).min_by_key(parameters)
}

/// Whether a segment of a template stands for a real one: each parameter for any text that is not empty.
fn segment_fits(template: &str, real: &str) -> bool {
    let Some((before, rest)) = template.split_once('{') else { return template == real };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    let Some(left) = real.strip_prefix(before) else { return false };
    let mut ends = left.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.any(|end| segment_fits(after, &left[end..]))
}

/// Real ones for each template: with a parameter's place filled with something, and with a literal of another template.
pub fn calls(document: &Document) -> Vec<Used> {
    let mut calls = vec![Used::View("no such view".to_owned()), Used::Endpoint("GET".to_owned(), String::new())];
    for surface in &document.surfaces {
        let separator = if surface.kind == SurfaceKind::Topic { '.' } else { '/' };
        let literals = document.surfaces.iter().flat_map(|own| own.name.split(separator)).filter(|own| !own.contains('{'));
        for filling in ["7", "a.b", ""].into_iter().chain(literals.take(40)) {
            let name: Vec<String> = surface.name.split(separator).map(|segment| filled(segment, filling)).collect();
            let name = name.join(&separator.to_string());
            calls.push(match (surface.kind, &surface.method) {
                (SurfaceKind::Endpoint, Some(method)) => Used::Endpoint(method.clone(), format!("{name}?page=1")),
                (SurfaceKind::Topic, _) => Used::Topic(name),
                _ => Used::View(surface.name.clone()),
            });
        }
    }
    calls.dedup();
    calls
}

/// A segment of a template, with each parameter filled.
fn filled(segment: &str, filling: &str) -> String {
    match segment.split_once('{') {
        None => segment.to_owned(),
        Some((before, rest)) => {
            format!("{before}{filling}{}", filled(rest.split_once('}').map_or("", |(_, after)| after), filling))
        }
    }
}
