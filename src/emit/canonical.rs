//! JSON in the canonical form of RFC 8785, as far as a writer decides it: no blanks, and numbers as ECMAScript
//! writes them. Strings are escaped as the RFC asks by `serde_json` itself; that keys are sorted is up to the
//! types that are written.

use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::ser::Formatter;

/// Elements of a list that one thread renders at a time, at most.
const CHUNK: usize = 64;
/// Elements that are rendered before they are written: what bounds the memory that a list of any length takes.
const WINDOW: usize = 128 * CHUNK;
/// Bytes that an element usually takes.
const USUAL_BYTES: usize = 256;

/// Appends a value whose keys are declared in their order.
pub(super) fn append(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Canonical);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// An object that is written key by key, in their order.
pub(super) struct Object<W> {
    out: W,
    last_key: Option<&'static str>,
}

impl<W: Write + Send> Object<W> {
    /// Begins an object.
    pub(super) fn new(out: W) -> Self {
        Self { out, last_key: None }
    }

    fn key(&mut self, key: &'static str) -> io::Result<()> {
        debug_assert!(self.last_key < Some(key), "`{key}` is out of order");
        let before = if self.last_key.is_none() { "{" } else { "," };
        self.last_key = Some(key);
        write!(self.out, "{before}\"{key}\":")
    }

    /// Writes a key and its value.
    pub(super) fn field(&mut self, key: &'static str, value: &impl Serialize) -> io::Result<()> {
        self.key(key)?;
        let mut text = Vec::new();
        append(&mut text, value)?;
        self.out.write_all(&text)
    }

    /// Writes a key and a long list, whose elements are appended side by side and while earlier ones are written.
    pub(super) fn list(
        &mut self,
        key: &'static str,
        length: usize,
        element: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
    ) -> io::Result<()> {
        // The elements of a short list may be long, so it is spread all the same.
        let size = length.div_ceil(rayon::current_num_threads()).clamp(1, CHUNK);
        let chunk = |elements: Range<usize>| {
            let mut text = Vec::with_capacity(size * USUAL_BYTES);
            for at in elements {
                if at > 0 {
                    text.push(b',');
                }
                element(at, &mut text)?;
            }
            Ok(text)
        };
        let window = |start: usize| -> Vec<io::Result<Vec<u8>>> {
            let end = length.min(start + WINDOW);
            let chunks: Vec<Range<usize>> = (start..end).step_by(size).map(|at| at..end.min(at + size)).collect();
            chunks.into_par_iter().map(chunk).collect()
        };
        self.key(key)?;
        let mut ready = vec![Ok(b"[".to_vec())];
        for start in (0..length).step_by(WINDOW) {
            let (next, written) = rayon::join(|| window(start), || write_all(&mut self.out, ready));
            written?;
            ready = next;
        }
        write_all(&mut self.out, ready)?;
        self.out.write_all(b"]")
    }

    /// Ends the object, which has at least one key.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.out.write_all(b"}")?;
        self.out.flush()
    }
}

fn write_all(out: &mut impl Write, texts: Vec<io::Result<Vec<u8>>>) -> io::Result<()> {
    texts.into_iter().try_for_each(|text| out.write_all(&text?))
}

/// `serde_json`'s compact form but for numbers that are no integers.
struct Canonical;

impl Formatter for Canonical {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(number(value).as_bytes())
    }
}

/// A finite number as ECMAScript's `Number::toString` writes it.
fn number(value: f64) -> String {
    // The shortest digits that give the number back, as `d.ddde-7`.
    let shortest = format!("{:e}", value.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(|char| *char != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    match exponent {
        0..=20 if exponent + 1 >= length => format!("{sign}{digits}{}", zeros(exponent + 1 - length)),
        0..=20 => {
            let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(0));
            format!("{sign}{whole}.{fraction}")
        }
        -6..=-1 => format!("{sign}0.{}{digits}", zeros(-exponent - 1)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let plus = if exponent > 0 { "+" } else { "" };
            format!("{sign}{first}{point}{rest}e{plus}{exponent}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_written_as_ecmascript_does() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (5.0, "5"),
            (-12.5, "-12.5"),
            (0.5, "0.5"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (0.000_000_123, "1.23e-7"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (333_333_333.333_333_3, "333333333.3333333"),
        ] {
            assert_eq!(number(value), expected);
        }
    }
}
