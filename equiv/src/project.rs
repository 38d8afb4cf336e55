//! A project, compiled → its bundle.

use std::path::Path;

use rolec::cli::project;
use rolec::compile::{self, Compilation};
use rolec::emit::bundle::{Bundle, Extent, Parts};
use rolec_bundle::Document;

/// Reads a bundle, or compiles the project in a folder.
///
/// # Errors
///
/// If it can't be read, is no bundle, or does not compile.
pub fn document(path: &Path) -> Result<Document, String> {
    let bytes = if path.is_dir() { compiled(path)? } else { std::fs::read(path).map_err(|error| error.to_string())? };
    Document::read(&bytes).map_err(|error| error.to_string())
}

fn compiled(folder: &Path) -> Result<Vec<u8>, String> {
    let project = project::load(folder).map_err(|failure| failure.to_string())?;
    let mut compilation = compile::compile(project.input);
    if !compilation.is_sound() {
        return Err("it has errors, which `rolec check` tells".to_owned());
    }
    let Compilation { sources, program, flat, epochs, .. } = &mut compilation;
    let parts = Parts { name: &project.manifest.name, version: &project.manifest.version, sources, program, flat, epochs };
    let mut bytes = Vec::new();
    Bundle::new(parts, Extent::default()).write(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
