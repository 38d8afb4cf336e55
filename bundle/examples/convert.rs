//! Turns `bundle.json` into its mapped form, and back: `convert bundle.json bundle.rbundle`.

use std::error::Error;
use std::fs;
use std::path::Path;

use rolec_bundle::{Bundle, Document, mapped};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = &arguments[..] else { return Err("expected two files".into()) };
    let written = if Path::new(from).extension().is_some_and(|extension| extension == "json") {
        mapped::write(&Document::read(&fs::read(from)?)?)?
    } else {
        Bundle::open(from)?.to_document()?.to_json()?
    };
    // A bundle that somebody has mapped stays as it was: the new one takes its name, not its place.
    let beside = format!("{to}.new");
    fs::write(&beside, written)?;
    Ok(fs::rename(beside, to)?)
}
