//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{StringValueParser, TypedValueParser as _};
use clap::{Args, Parser};

use crate::running::seconds;

/// Decides by a bundle for whoever asks by the Authorization API 1.0 of OpenID AuthZEN.
#[derive(Debug, Clone, Parser)]
#[command(version)]
#[expect(clippy::doc_markdown, reason = "the help shows it")]
pub struct Options {
    #[command(flatten)]
    #[expect(missing_docs, reason = "the help would show it as its own")]
    pub loading: Loading,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8180")]
    pub listen: String,
    /// How others reach the service, for its metadata.
    #[arg(long, value_parser = StringValueParser::new().map(|url| url.trim_end_matches('/').to_owned()))]
    pub url: Option<String>,
    /// A request may say for which day and region it asks: for plans and tests, and never where an answer lets somebody in.
    #[arg(long)]
    pub overrides: bool,
}

/// What to load, and for what.
#[derive(Debug, Clone, Args)]
pub struct Loading {
    /// The bundle, as `rolec build` writes it for the target `mapped`.
    #[arg(long, value_name = "FILE")]
    pub bundle: PathBuf,
    /// A public key: only bundles that it signed are loaded.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Only bundles of this project are loaded.
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// No bundle of an older version is loaded.
    #[arg(long, value_name = "VERSION")]
    pub at_least: Option<String>,
    /// The region that the service answers for.
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// How often to look at the file.
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
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
        let options = parse("--bundle b.rbundle --region us-east-1 --every 5 --url https://pdp.example/")?;
        assert_eq!(options.loading.region.as_deref(), Some("us-east-1"));
        assert_eq!(options.loading.every.as_secs(), 5);
        assert_eq!(options.url.as_deref(), Some("https://pdp.example"));
        assert!(!options.overrides);
        for line in ["", "--bundle", "--bundle b --every 0", "--bundel b"] {
            assert!(parse(line).is_err_and(|error| error.exit_code() == 2), "{line}");
        }
        Ok(())
    }
}
