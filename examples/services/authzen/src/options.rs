//! The command line.

use std::path::PathBuf;
use std::time::Duration;

/// What the command line takes.
pub const USAGE: &str = "\
usage: rolec-example-authzen --bundle FILE [--key FILE] [--project NAME] [--at-least VERSION] [--region NAME]
                             [--listen ADDRESS] [--url URL] [--every SECONDS] [--overrides]

  --bundle FILE       the bundle, as `rolec build` writes it for the target `mapped`
  --key FILE          a public key: only bundles that it signed are loaded
  --project NAME      only bundles of this project are loaded
  --at-least VERSION  no bundle of an older version is loaded
  --region NAME       the region that the service answers for
  --listen ADDRESS    where to listen; 127.0.0.1:8180 otherwise
  --url URL           how others reach the service, for its metadata
  --every SECONDS     how often to look at the file; every 2 seconds otherwise
  --overrides         a request may say for which day and region it asks: for plans and tests, and never where an
                      answer lets somebody in";

/// What to load, and for what.
#[derive(Debug, Clone)]
pub struct Loading {
    /// The file of the bundle.
    pub bundle: PathBuf,
    /// The file of the public key.
    pub key: Option<PathBuf>,
    /// The project.
    pub project: Option<String>,
    /// The version that is taken at least.
    pub at_least: Option<String>,
    /// The region that is answered for.
    pub region: Option<String>,
    /// How often to look at the file.
    pub every: Duration,
}

/// What the command line said.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to load.
    pub loading: Loading,
    /// Where to listen.
    pub listen: String,
    /// How others reach the service.
    pub url: Option<String>,
    /// Whether requests may say for which day and region they ask.
    pub overrides: bool,
}

impl Options {
    /// Reads the arguments after the name of the program; `None` if they ask for help.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let every = Duration::from_secs(2);
        let loading = Loading { bundle: PathBuf::new(), key: None, project: None, at_least: None, region: None, every };
        let mut options = Self { loading, listen: "127.0.0.1:8180".to_owned(), url: None, overrides: false };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--help" | "-h" => return Ok(None),
                "--overrides" => options.overrides = true,
                _ => options.set(&name, arguments.next())?,
            }
        }
        if options.loading.bundle.as_os_str().is_empty() {
            return Err("--bundle FILE is missing".to_owned());
        }
        Ok(Some(options))
    }

    fn set(&mut self, name: &str, value: Option<String>) -> Result<(), String> {
        let known = ["--bundle", "--key", "--project", "--at-least", "--region", "--listen", "--url", "--every"];
        if !known.contains(&name) {
            return Err(format!("`{name}` is not known"));
        }
        let value = value.ok_or_else(|| format!("{name} needs a value"))?;
        match name {
            "--bundle" => self.loading.bundle = value.into(),
            "--key" => self.loading.key = Some(value.into()),
            "--project" => self.loading.project = Some(value),
            "--at-least" => self.loading.at_least = Some(value),
            "--region" => self.loading.region = Some(value),
            "--listen" => self.listen = value,
            "--url" => self.url = Some(value.trim_end_matches('/').to_owned()),
            _ => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0);
                let seconds = seconds.ok_or_else(|| format!("--every needs a number of seconds, and not `{value}`"))?;
                self.loading.every = Duration::from_secs(seconds);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_command_line() {
        let options = parse("--bundle b.rbundle --region us-east-1 --every 5 --url https://pdp.example/");
        let options = options.ok().flatten();
        let region = options.as_ref().and_then(|options| options.loading.region.as_deref());
        assert_eq!(region, Some("us-east-1"));
        assert_eq!(options.as_ref().map(|options| options.loading.every.as_secs()), Some(5));
        assert_eq!(options.as_ref().and_then(|options| options.url.as_deref()), Some("https://pdp.example"));
        assert_eq!(options.map(|options| options.overrides), Some(false));
        assert!(matches!(parse("--help"), Ok(None)));
        for (line, wrong) in [
            ("", "--bundle FILE is missing"),
            ("--bundle", "--bundle needs a value"),
            ("--bundle b --every 0", "--every needs a number of seconds, and not `0`"),
            ("--bundel b", "`--bundel` is not known"),
        ] {
            assert_eq!(parse(line).err().as_deref(), Some(wrong));
        }
    }
}
