//! `rolec bundle keygen`: a new pair of keys.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use rolec_bundle::sign::SecretKey;

use super::super::output;
use super::super::project::{self, FileFailure};

/// Make a pair of keys: NAME.key to sign with, and NAME.pub to check with.
///
/// The secret key has no password: whoever can read it can sign. It can be read by its owner only; keep it out of the
/// project. No file that exists is touched.
///
/// Exits with 0, and with 2 if there is no pair.
#[derive(Debug, Args)]
pub(super) struct Keygen {
    /// What the two files are named.
    name: PathBuf,
}

pub(super) fn run(command: &Keygen) -> miette::Result<ExitCode> {
    let [secret_path, public_path] = ["key", "pub"].map(|extension| with(&command.name, extension));
    let in_the_way: Vec<String> = [&secret_path, &public_path]
        .into_iter()
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", project::shown(path).display()))
        .collect();
    if !in_the_way.is_empty() {
        let help = "no key is ever overwritten, since nobody could make it again: take another name";
        let (are, names) = (if in_the_way.len() == 1 { "is" } else { "are" }, in_the_way.join(" and "));
        return Err(miette::miette!(help = help, "{names} {are} there already"));
    }
    let secret = SecretKey::generate().map_err(|error| miette::miette!("there is no randomness for a key: {error}"))?;
    write(&secret_path, &secret.to_text(), true)?;
    if let Err(failure) = write(&public_path, &secret.public_key().to_text(), false) {
        // Half a pair is none; where this fails too, the first failure is the one to tell.
        let _ = fs::remove_file(&secret_path);
        return Err(failure);
    }
    let shown = |path| project::shown(path).display().to_string();
    let (secret_path, public_path) = (shown(&secret_path), shown(&public_path));
    output::print(&format!(
        "{secret_path}: the secret key, without a password: whoever reads it can sign\n{public_path}: the public key\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn with(name: &Path, extension: &str) -> PathBuf {
    let mut path = name.as_os_str().to_owned();
    path.push(".");
    path.push(extension);
    path.into()
}

/// Writes a file where there is none, a secret one for nobody else's eyes.
fn write(path: &Path, text: &str, is_secret: bool) -> miette::Result<()> {
    let shown = project::shown(path);
    let failure = |error| miette::Report::new(FileFailure::new("write", &shown, error));
    let mut file = create(path, is_secret).map_err(failure)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // What is written in part is no key.
        let _ = fs::remove_file(path);
        failure(error)
    })
}

fn create(path: &Path, is_secret: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = is_secret;
    options.open(path)
}
