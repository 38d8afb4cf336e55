//! The command line.

use std::path::PathBuf;
use std::time::Duration;

/// What the command line takes.
pub const USAGE: &str = "\
usage: rolec-example-opa-bundles --folder FOLDER [--listen ADDRESS] [--every SECONDS]

  --folder FOLDER   the folder of the target `opa`, with `bundle.tar.gz` in it
  --listen ADDRESS  where to listen; 127.0.0.1:8282 otherwise
  --every SECONDS   how often to look at the file; every second otherwise";

/// What the command line said.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder with the bundle.
    pub folder: PathBuf,
    /// Where to listen.
    pub listen: String,
    /// How often to look at the file.
    pub every: Duration,
}

impl Options {
    /// Reads the arguments after the name of the program; `None` if they ask for help.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let listen = "127.0.0.1:8282".to_owned();
        let mut options = Self { folder: PathBuf::new(), listen, every: Duration::from_secs(1) };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            if matches!(name.as_str(), "--help" | "-h") {
                return Ok(None);
            }
            if !["--folder", "--listen", "--every"].contains(&name.as_str()) {
                return Err(format!("`{name}` is not known"));
            }
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--folder" => options.folder = value.into(),
                "--listen" => options.listen = value,
                _ => {
                    let seconds = value.parse().ok().filter(|seconds| *seconds > 0);
                    let seconds = seconds.ok_or_else(|| format!("--every needs a number of seconds, and not `{value}`"))?;
                    options.every = Duration::from_secs(seconds);
                }
            }
        }
        if options.folder.as_os_str().is_empty() {
            return Err("--folder FOLDER is missing".to_owned());
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn the_command_line() {
        let parse = |line: &str| Options::parse(line.split_whitespace().map(str::to_owned));
        let options = parse("--folder out/opa --every 5").ok().flatten();
        assert_eq!(options.as_ref().map(|options| options.every.as_secs()), Some(5));
        assert_eq!(options.map(|options| options.folder), Some("out/opa".into()));
        assert!(matches!(parse("-h"), Ok(None)));
        for (line, wrong) in [
            ("", "--folder FOLDER is missing"),
            ("--folder", "--folder needs a value"),
            ("--folder a --every soon", "--every needs a number of seconds, and not `soon`"),
            ("--fodler a", "`--fodler` is not known"),
        ] {
            assert_eq!(parse(line).err().as_deref(), Some(wrong));
        }
    }
}
