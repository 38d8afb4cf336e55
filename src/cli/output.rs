//! Standard output: texts that go there, and what it means that nobody reads on.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use super::project::FileFailure;

/// Prints a text. Colours in it reach terminals only.
///
/// # Errors
///
/// A failure to write; [`is_closed`] tells whether it matters.
pub fn print(text: &str) -> miette::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failure)
}

/// Whether somebody looks at standard output, and wants colours.
#[must_use]
pub fn is_styled() -> bool {
    let out = io::stdout();
    out.is_terminal() && anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never
}

/// A failure to write to standard output.
#[must_use]
pub fn failure(error: io::Error) -> miette::Report {
    miette::Report::new(FileFailure::new("write to", Path::new("standard output"), error))
}

/// Whether a command failed only because its reader has gone, as `head` does.
#[must_use]
pub fn is_closed(failure: &miette::Report) -> bool {
    let errors = failure.chain().filter_map(|error| error.downcast_ref::<io::Error>());
    errors.into_iter().any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
