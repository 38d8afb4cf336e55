//! Documents for `rolec import openapi`.

use std::io::{self, Write};
use std::path::Path;

use super::{Case, DOCUMENT, Outcome, file};

pub(super) const CASES: &[Case] = &[
    Case::import("openapi-long", (100_000_000, 10_000), Outcome::Sound, |folder, size| {
        document(folder, |out| long(out, size, "}}"))
    }),
    Case::import("openapi-truncated", (100_000_000, 10_000), Outcome::Refused, |folder, size| {
        document(folder, |out| long(out, size, ""))
    }),
    Case::import("openapi-deep-arrays", (10_000_000, 500), Outcome::Refused, |folder, size| {
        document(folder, |out| write!(out, "{{\"openapi\": \"3.0.0\", \"x\": {}", "[".repeat(size)))
    }),
    Case::import("openapi-deep-objects", (10_000_000, 500), Outcome::Refused, |folder, size| {
        document(folder, |out| {
            let (open, close) = ("{\"a\":".repeat(size), "}".repeat(size));
            write!(out, "{{\"openapi\": \"3.0.0\", \"paths\": {{\"/a\": {{\"get\": {open}1{close}}}}}}}")
        })
    }),
    Case::import("openapi-deep-permissions", (1_000_000, 500), Outcome::Refused, |folder, size| {
        document(folder, |out| {
            let deep = format!("{}{}", "[".repeat(size), "]".repeat(size));
            write!(
                out,
                "{{\"openapi\": \"3.0.0\", \"paths\": {{\"/a\": {{\"get\": {{\"x-inin-requires-permissions\": {deep}}}}}}}}}"
            )
        })
    }),
    Case::import("openapi-types", (1, 1), Outcome::Refused, |folder, _| {
        document(folder, |out| write!(out, "{{\"openapi\": 3, \"paths\": [[{{\"get\": \"x\"}}], null, true, 1e999]}}"))
    }),
    Case::import("openapi-one-string", (100_000_000, 10_000), Outcome::Refused, |folder, size| {
        document(folder, |out| write!(out, "{{\"openapi\": \"{}\"", "a".repeat(size)))
    }),
    Case::import("openapi-empty", (1, 1), Outcome::Refused, |folder, _| document(folder, |_| Ok(()))),
    Case::import("openapi-binary", (1_000_000, 100), Outcome::Refused, |folder, size| {
        document(folder, |out| (0..size).try_for_each(|at| out.write_all(&[at.to_le_bytes()[0] ^ 0xa5])))
    }),
];

fn document(folder: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    file(folder, DOCUMENT, fill)
}

/// A document of so many bytes, with a path and a permission of its own every 120 of them.
fn long(out: &mut dyn Write, bytes: usize, end: &str) -> io::Result<()> {
    write!(out, "{{\"openapi\": \"3.0.0\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{")?;
    for at in 0..bytes / 120 {
        let permissions = format!("{{\"type\": \"ANY\", \"permissions\": [\"x:y:p{at}\"]}}");
        write!(
            out,
            "{}\n\"/p/{at}\": {{\"get\": {{\"x-inin-requires-permissions\": {permissions}}}}}",
            if at == 0 { "" } else { "," }
        )?;
    }
    write!(out, "{end}")
}
