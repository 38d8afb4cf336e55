//! `rolec import`: a vendor's documents → a `.role` file, or standard output.

use std::io::Write as _;
use std::process::ExitCode;

use camino::{Utf8Path, Utf8PathBuf};
use miette::{Context as _, IntoDiagnostic as _};

use super::{file, output};
use crate::import::{self, Document, ImportError, Imported};
use crate::limits;

/// Make a catalog of what a vendor publishes.
///
/// The catalog goes to standard output or to a file; what it can't say, and what was counted, to standard error.
///
/// Exits with 0 if the catalog was written, and 2 if a document could not be read or is not what it should be.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  rolec import openapi publicapi-v2.json -o catalog/api.role")]
pub struct Import {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, clap::Subcommand)]
enum Kind {
    #[command(about = "Permissions and endpoints from OpenAPI 3 or Swagger 2.0 documents with `x-inin-requires-permissions`")]
    Openapi(Files),
    /// Permissions with titles, awareness and conditions from pages of GET /api/v2/authorization/permissions.
    Permissions(Files),
    /// Topics from GET /api/v2/notifications/availabletopics, or from a table of two columns with a tab between them.
    Topics(File),
}

#[derive(Debug, clap::Args)]
struct Files {
    /// The documents, in any order.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Utf8PathBuf>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
struct File {
    /// The document.
    file: Utf8PathBuf,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
struct Target {
    /// The file to write; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

/// Imports, writes the text, and says on standard error what the text can't say.
///
/// # Errors
/// When a document can't be read or imported, or the text can't be written. The target is then as it was.
pub fn run(arguments: &Import) -> miette::Result<ExitCode> {
    let (imported, target) = match &arguments.kind {
        Kind::Openapi(files) => (many(files, import::openapi)?, &files.target),
        Kind::Permissions(files) => (many(files, import::permissions)?, &files.target),
        Kind::Topics(file) => (import::topics(&read(&file.file)?).into_diagnostic()?, &file.target),
    };
    match &target.output {
        Some(path) => file::replace_text(path.as_std_path(), &imported.text)?,
        None => output::print(&imported.text)?,
    }
    let mut messages = anstream::stderr().lock();
    for note in &imported.notes {
        writeln!(messages, "note: {note}").into_diagnostic()?;
    }
    writeln!(messages, "imported {}", imported.counts).into_diagnostic()?;
    Ok(ExitCode::SUCCESS)
}

fn many(files: &Files, import: impl Fn(&[Document]) -> Result<Imported, ImportError>) -> miette::Result<Imported> {
    let documents = files.files.iter().map(|path| read(path)).collect::<miette::Result<Vec<_>>>()?;
    import(&documents).into_diagnostic()
}

fn read(path: &Utf8Path) -> miette::Result<Document> {
    let bytes = std::fs::metadata(path).map_or(0, |about| about.len());
    if bytes > limits::DOCUMENT_BYTES as u64 {
        return Err(miette::miette!("`{path}` has {bytes} bytes, more than {}", limits::DOCUMENT_BYTES));
    }
    let text = std::fs::read_to_string(path).into_diagnostic().wrap_err_with(|| format!("can't read `{path}`"))?;
    Ok(Document { name: path.to_string(), text })
}
