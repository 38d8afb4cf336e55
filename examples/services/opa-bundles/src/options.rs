//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::running::seconds;

/// Gives the bundle of a folder to a fleet of OPAs.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Options {
    /// The folder of the target `opa`, with `bundle.tar.gz` in it.
    #[arg(long)]
    pub folder: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8282")]
    pub listen: String,
    /// How often to look at the file.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub every: Duration,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::Options;

    #[test]
    fn the_command_line() -> Result<(), clap::Error> {
        Options::command().debug_assert();
        let parse = |line: &str| Options::try_parse_from(std::iter::once("service").chain(line.split_whitespace()));
        let options = parse("--folder out/opa --every 5")?;
        assert_eq!((options.every.as_secs(), options.folder), (5, "out/opa".into()));
        for line in ["", "--folder", "--folder a --every soon", "--fodler a"] {
            assert!(parse(line).is_err_and(|error| error.exit_code() == 2), "{line}");
        }
        Ok(())
    }
}
