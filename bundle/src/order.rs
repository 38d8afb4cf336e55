//! Which of two bundles is the older one: by the versions of the project, and by the days that they were made for.

use std::cmp::Ordering;

use crate::About;

/// The order of two bundles of a project; `None` if nothing tells it.
///
/// Versions decide. Of one version, the one made for an earlier day is older (`--as-of`). Otherwise neither is.
pub(crate) fn order(a: &About<'_>, b: &About<'_>) -> Option<Ordering> {
    let days = a.as_of.zip(b.as_of).map_or(Ordering::Equal, |(a, b)| a.cmp(&b));
    versions(a.version, b.version).map(|order| order.then(days))
}

/// The order of two versions: numbers between dots, and what semantic versioning says of `-` and `+`. `1.4` is `1.4.0`, and a
/// number may have zeros before it, so that days do as versions too.
pub(crate) fn versions(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    Some(Version::parse(a)?.compare(&Version::parse(b)?))
}

/// A version in its parts.
struct Version<'v> {
    numbers: Vec<&'v str>,
    /// What stands after `-`; it comes before the version without.
    before: Option<Vec<&'v str>>,
}

impl<'v> Version<'v> {
    fn parse(text: &'v str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (numbers, before) = text.split_once('-').map_or((text, None), |(numbers, before)| (numbers, Some(before)));
        let numbers: Vec<&str> = numbers.split('.').collect();
        let before: Option<Vec<&str>> = before.map(|before| before.split('.').collect());
        let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let sound = numbers.iter().all(|part| is_number(part)) && before.iter().flatten().all(is_word);
        sound.then_some(Self { numbers, before })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let at = |own: &Self, at: usize| own.numbers.get(at).copied().unwrap_or("0");
        let numbers = (0..length).map(|place| number(at(self, place), at(other, place)));
        numbers.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| match (&self.before, &other.before) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(own), Some(other)) => {
                let words = own.iter().zip(other).map(|(own, other)| word(own, other));
                words.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| own.len().cmp(&other.len()))
            }
        })
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Numbers of any length.
fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Words after `-`: numbers come before letters.
fn word(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => number(a, b),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::versions;

    #[test]
    fn versions_are_in_order() {
        let ascending = [
            "0.9",
            "1.0.0-1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1",
            "1.0.1",
            "v1.2",
            "1.10.0",
            "1.10.0.1",
            "2026.02.16",
            "2026.10.1",
            "99999999999999999999999.0",
        ];
        for (at, a) in ascending.iter().enumerate() {
            for (other, b) in ascending.iter().enumerate() {
                assert_eq!(versions(a, b), Some(at.cmp(&other)), "{a} {b}");
            }
        }
        for (a, b) in [("1.4", "1.4.0"), ("v1", "1"), ("1.0.0+a", "1.0.0+b"), ("2026.02.01", "2026.2.1"), ("what", "what")] {
            assert_eq!(versions(a, b), Some(Ordering::Equal), "{a} {b}");
        }
        for (a, b) in [("1.0", "one"), ("", "1"), ("1.", "1"), ("1.0-", "1.0"), ("1..2", "1"), ("1.x", "1.y"), ("-1", "1")] {
            assert_eq!(versions(a, b), None, "{a} {b}");
        }
    }
}
