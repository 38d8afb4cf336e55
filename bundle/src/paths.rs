//! Path templates and topics: which segments there are, and which real ones they stand for.

use crate::document::SurfaceKind;
use crate::limits::SEGMENTS;

/// What stands between the segments of the names of such surfaces; a view's title is one segment.
pub(crate) fn separator(kind: SurfaceKind) -> Option<char> {
    match kind {
        SurfaceKind::Endpoint => Some('/'),
        SurfaceKind::Topic => Some('.'),
        SurfaceKind::View => None,
    }
}

/// The segments of a name.
pub(crate) fn segments(kind: SurfaceKind, name: &str) -> impl Iterator<Item = &str> {
    let separator = separator(kind);
    name.split(move |char| Some(char) == separator)
}

/// Whether a name is short enough to be looked up.
pub(crate) fn is_template(kind: SurfaceKind, name: &str) -> bool {
    segments(kind, name).take(SEGMENTS + 1).count() <= SEGMENTS
}

/// Whether a segment of a template stands for several real ones.
pub(crate) fn is_pattern(kind: SurfaceKind, segment: &str) -> bool {
    kind != SurfaceKind::View && segment.contains('{')
}

/// A pattern without the names of its parameters: what no real segment can tell apart.
pub(crate) fn shape(pattern: &str) -> String {
    let mut shape = String::new();
    let mut inside = false;
    for char in pattern.chars() {
        inside = (inside || char == '{') && char != '}';
        if !inside || char == '{' {
            shape.push(char);
        }
    }
    shape
}

/// Whether a pattern stands for a segment: a parameter for at least one character, what is between parameters for itself.
pub(crate) fn fits(pattern: &str, segment: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else { return pattern == segment };
    let Some(mut left) = segment.strip_prefix(before) else { return false };
    let mut literals = rest.split('{').map(|piece| piece.split_once('}').map_or("", |(_, literal)| literal)).peekable();
    while let Some(literal) = literals.next() {
        let Some(first) = left.chars().next().map(char::len_utf8) else { return false };
        // The last literal ends the segment; of the others, the first place counts.
        let found = if literals.peek().is_none() {
            left.strip_suffix(literal).map(str::len)
        } else {
            left[first..].find(literal).map(|at| at + first)
        };
        match found {
            Some(at) if at >= first => left = &left[at + literal.len()..],
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{fits, shape};

    #[test]
    fn patterns_and_segments() {
        for (pattern, segment) in
            [("{id}", "42"), ("{id}.{format}", "7.5.csv"), ("a{x}b", "a1b"), ("{a}:{b}", "1:2"), ("x", "x"), ("{", "1")]
        {
            assert!(fits(pattern, segment), "{segment} is of {pattern}");
            assert!(fits(&shape(pattern), segment), "{segment} is of {pattern} without names");
        }
        for (pattern, segment) in
            [("{id}", ""), ("{id}.{format}", "7"), ("a{x}b", "ab"), ("a{x}b", "aéc"), ("x", "y"), ("{a}:{b}", ":2")]
        {
            assert!(!fits(pattern, segment), "{segment} is not of {pattern}");
        }
        assert_eq!(shape("{id}.{format}"), "{}.{}");
    }
}
