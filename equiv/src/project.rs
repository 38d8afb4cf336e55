//! A project, compiled → its bundle.

use std::path::Path;

use rolec::cli::project;
use rolec::compile;
use rolec::emit::bundle::Extent;
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
    let bundle = compilation.bundle(&project.manifest.name, &project.manifest.version, Extent::default());
    let mut bytes = Vec::new();
    bundle.write(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
