//! What permissions open, and which of it a request meets.

use super::Program;
use crate::sets::PermissionId;
use crate::span::Span;

/// What permissions open.
#[derive(Debug)]
pub struct Surface {
    /// What it is.
    pub kind: SurfaceKind,
    /// The path template, topic or title.
    pub name: Box<str>,
    /// Who may use it.
    pub requirement: Requirement,
    /// Whether a subject may at its own objects.
    pub or_self: bool,
    /// The enforcement that guards it, by its place in the program.
    pub guard: Option<usize>,
    /// The declaration.
    pub span: Span,
}

/// The kinds of surfaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SurfaceKind {
    /// An operation, by its method.
    Endpoint(Box<str>),
    /// A notification topic.
    Topic,
    /// A view of the user interface.
    View,
}

impl Surface {
    /// The surface as people name it: `GET /path`, or the topic's or view's name.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.kind {
            SurfaceKind::Endpoint(method) => format!("{method} {}", self.name),
            SurfaceKind::Topic | SurfaceKind::View => self.name.to_string(),
        }
    }
}

/// Who may use a surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// Holders of any of these.
    Any(Vec<PermissionId>),
    /// Holders of all of these.
    All(Vec<PermissionId>),
    /// Anybody.
    Open,
    /// No source says.
    Unstated,
}

/// The endpoint that a request meets, by its method and its real path or template.
///
/// Of several templates, the one whose leftmost differing segment is written out takes the request.
#[must_use]
pub fn endpoint(program: &Program, method: &str, path: &str) -> Option<usize> {
    let kind = SurfaceKind::Endpoint(method.into());
    best(program, |surface| surface.kind == kind, path, '/')
}

/// The topic of a name, real or template.
#[must_use]
pub fn topic(program: &Program, name: &str) -> Option<usize> {
    best(program, |surface| surface.kind == SurfaceKind::Topic, name, '.')
}

/// The view of a title.
#[must_use]
pub fn view(program: &Program, title: &str) -> Option<usize> {
    program.surfaces.iter().position(|surface| surface.kind == SurfaceKind::View && &*surface.name == title)
}

fn best(program: &Program, wanted: impl Fn(&Surface) -> bool, name: &str, separator: char) -> Option<usize> {
    let candidates = || program.surfaces.iter().enumerate().filter(|(_, surface)| wanted(surface));
    if let Some((at, _)) = candidates().find(|(_, surface)| &*surface.name == name) {
        return Some(at);
    }
    let fitting = candidates().filter(|(_, surface)| fits(&surface.name, name, separator));
    let parameters = |surface: &Surface| surface.name.split(separator).map(|part| part.contains('{')).collect::<Vec<_>>();
    fitting.min_by_key(|(_, surface)| parameters(surface)).map(|(at, _)| at)
}

/// Whether a real name is of a template: segment by segment, a parameter standing for at least one character.
fn fits(template: &str, name: &str, separator: char) -> bool {
    let (mut parts, mut segments) = (template.split(separator), name.split(separator));
    loop {
        match (parts.next(), segments.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if segment_fits(part, segment) => {}
            _ => return false,
        }
    }
}

/// One segment: what stands before, between and after parameters, in that order.
fn segment_fits(part: &str, segment: &str) -> bool {
    let Some((before, rest)) = part.split_once('{') else { return part == segment };
    let Some(mut left) = segment.strip_prefix(before) else { return false };
    let mut literals = rest.split('{').map(|piece| piece.split_once('}').map_or("", |(_, literal)| literal)).peekable();
    while let Some(literal) = literals.next() {
        let first = left.chars().next().map_or(0, char::len_utf8);
        let end = if literals.peek().is_none() {
            left.len().checked_sub(literal.len()).filter(|end| left.is_char_boundary(*end) && &left[*end..] == literal)
        } else {
            left.get(first..).and_then(|rest| rest.find(literal)).map(|at| at + first)
        };
        match end {
            Some(end) if end >= first && first > 0 => left = &left[end + literal.len()..],
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn templates_and_real_names() {
        for (template, name) in [
            ("/users/{id}", "/users/42"),
            ("/users/{id}/station", "/users/a-b/station"),
            ("/reports/{id}.{format}", "/reports/7.5.csv"),
            ("/a{x}b", "/a1b"),
        ] {
            assert!(fits(template, name, '/'), "{name} is of {template}");
        }
        for (template, name) in [
            ("/users/{id}", "/users/"),
            ("/users/{id}", "/users/42/station"),
            ("/users/{id}", "/groups/42"),
            ("/reports/{id}.{format}", "/reports/7"),
            ("/a{x}b", "/ab"),
            ("/a{x}b", "/aéc"),
        ] {
            assert!(!fits(template, name, '/'), "{name} is not of {template}");
        }
        assert!(fits("v2.users.{id}.presence", "v2.users.42.presence", '.'));
    }
}
