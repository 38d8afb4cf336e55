//! The bytes of `bundle.json`: JSON in the canonical form of RFC 8785. That keys are sorted is up to the types, which
//! declare their fields in order.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// Compact JSON with numbers as ECMAScript writes them.
struct Canonical;

impl Formatter for Canonical {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(ryu_js::Buffer::new().format(value).as_bytes())
    }
}

/// A value in canonical form.
pub(crate) fn bytes(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Canonical))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_written_as_ecmascript_does() {
        for (value, text) in
            [(50.0, "50"), (-0.0, "0"), (0.5, "0.5"), (1e-7, "1e-7"), (1e21, "1e+21"), (1e20, "100000000000000000000")]
        {
            assert_eq!(super::bytes(&value).expect("text"), text.as_bytes());
        }
    }
}
