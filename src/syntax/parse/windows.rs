//! Where a long text is cut: into windows that end between declarations, and long bodies between lines.
//!
//! A cut that falls into a declaration costs time and changes nothing: what does not parse to the end of its window
//! is read again by itself.

use super::fault::DECLARATIONS;
use crate::limits;

/// Bytes after which a window ends at the next declaration.
pub(super) const WINDOW: usize = 64 << 10;

/// How far past that a declaration in column 0 is looked for; past it any other end will do.
const FAR: usize = 256 << 10;

/// The longest line for which the fast lane is tried.
const LINE: usize = 8 << 10;

/// Where the window from `at` ends: before a declaration in column 0; in a text without those, after a closing brace or
/// comment, or before an indented declaration, outside all braces; or with the text. One of more than
/// [`limits::DECLARATION_BYTES`] holds nothing but the declaration that makes it so long.
pub(super) fn end(text: &str, at: usize) -> usize {
    if text.len() - at <= WINDOW {
        return text.len();
    }
    let far = boundary(text, at + WINDOW + FAR);
    if let Some(next) = next_declaration(&text[..far], at + WINDOW) {
        return next;
    }
    if far == text.len() { far } else { outside_braces(text, at).unwrap_or(text.len()) }
}

/// The first place, a window from `at`, outside all braces at which nothing is under way; where that is too far off for one
/// declaration, the last such place before.
fn outside_braces(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut expected, mut last) = (0_usize, at, at);
    for (place, byte) in solid_bytes(&text[at..]).map(|(place, byte)| (at + place, byte)) {
        // What was skipped was a comment or a string.
        let after_comment = place > expected && byte == b'\n';
        expected = place + 1;
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if last > at && place - at > limits::DECLARATION_BYTES {
            return Some(last);
        }
        if depth > 0 {
            continue;
        }
        let begins = || byte.is_ascii_lowercase() && place > at && bytes[place - 1].is_ascii_whitespace();
        if byte == b'}' || after_comment {
            last = place + 1;
        } else if begins() && begins_with(&text[place..], DECLARATIONS) {
            last = place;
        } else {
            continue;
        }
        if place >= at + WINDOW {
            return Some(last);
        }
    }
    (last > at && text.len() - at > limits::DECLARATION_BYTES).then_some(last)
}

/// How much of a window comes before the declaration in which parentheses or folders stand too deep inside one another.
pub(super) fn without_deep_nesting(window: &str) -> usize {
    let Some(deep) = deepest(window) else { return window.len() };
    let before = &window[..deep];
    let mut line = before.len();
    while let Some(start) = memchr::memrchr(b'\n', &before.as_bytes()[..line]) {
        if begins_with(&window[start + 1..], DECLARATIONS) {
            return start + 1;
        }
        line = start;
    }
    0
}

/// Whether some line is so long that looking ahead to its end again and again takes too long.
pub(super) fn has_long_lines(window: &str) -> bool {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', window.as_bytes()) {
        if end - start > LINE {
            return true;
        }
        start = end;
    }
    window.len() - start > LINE
}

/// The next place, from `at` on, between two characters.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The start of the next line, at or after `from`, that begins with a declaration in column 0.
pub(super) fn next_declaration(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(length) = memchr::memchr(b'\n', &text.as_bytes()[at..]) {
        at += length + 1;
        if begins_with(&text[at..], DECLARATIONS) {
            return Some(at);
        }
    }
    None
}

/// Whether a text begins with one of these words and a blank.
pub(super) fn begins_with(text: &str, keywords: &[&str]) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && keywords.iter().any(|keyword| text.strip_prefix(keyword).is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r'])))
}

/// Where parentheses, or the braces of folders, outside strings and comments, first exceed the limit.
pub(super) fn deepest(text: &str) -> Option<usize> {
    let folders = memchr::memmem::find(text.as_bytes(), b"folder").is_some();
    let may_exceed = |byte| memchr::memchr_iter(byte, text.as_bytes()).nth(limits::NESTING).is_some();
    if !(may_exceed(b'(') || folders && may_exceed(b'{')) {
        return None;
    }
    let (mut parentheses, mut braces) = (0_usize, 0_usize);
    for (at, byte) in solid_bytes(text) {
        match byte {
            b'(' => parentheses += 1,
            b')' => parentheses = parentheses.saturating_sub(1),
            b'{' => braces += 1,
            b'}' => (parentheses, braces) = (0, braces.saturating_sub(1)),
            _ => {}
        }
        if parentheses > limits::NESTING || folders && braces > limits::NESTING {
            return Some(at);
        }
    }
    None
}

/// The bytes of a text outside strings and comments, with their places.
pub(super) fn solid_bytes(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            match bytes[at] {
                b'"' => at = string_end(bytes, at),
                b'/' if bytes.get(at + 1) == Some(&b'/') => {
                    at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
                }
                byte => {
                    at += 1;
                    return Some((start, byte));
                }
            }
        }
        None
    })
}

/// Where the string that begins at `at` ends: after its quote, or before its line's end.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}
