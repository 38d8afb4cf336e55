//! `rolec-equiv PATH…`: decides by every form, and fails if two of them differ.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use rolec_equiv::cedar::{self, Cedar};
use rolec_equiv::mapped::Mapped;
use rolec_equiv::opa::{Opa, Regorus};
use rolec_equiv::openfga::Openfga;
use rolec_equiv::project;
use rolec_equiv::{Agreement, Engine, compare, requests};

/// Decide the same requests by every form of a bundle, and tell where they differ.
#[derive(Debug, Parser)]
#[command(name = "rolec-equiv", version)]
struct Arguments {
    /// Projects, or bundles as `bundle.json`.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How many requests for each subject, about.
    #[arg(long, default_value_t = 60)]
    share: usize,
    /// An OPA to ask too, by its path or its name.
    #[arg(long, value_name = "PROGRAM")]
    opa: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut code = ExitCode::SUCCESS;
    for path in &arguments.paths {
        match check(path, &arguments) {
            Ok(true) => {}
            Ok(false) => code = ExitCode::from(1),
            Err(error) => {
                say(&format!("{}: {error}", path.display()));
                return ExitCode::from(2);
            }
        }
    }
    code
}

fn say(line: &str) {
    // Whoever closed the pipe does not want to know.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Decides by all engines.
fn check(path: &Path, arguments: &Arguments) -> Result<bool, String> {
    let document = project::document(path)?;
    let requests = requests::covering(&document, arguments.share);
    say(&format!("{}: {} requests", path.display(), requests.len()));
    let (mut mapped, mut regorus) = (Mapped::new(&document)?, Regorus::new(&document)?);
    let mut opa = arguments.opa.as_ref().map(|program| Opa::new(&document, program)).transpose()?;
    let (mut cedar, mut openfga) = (Cedar::new(&document, false), Openfga::new(&document));
    let mut engines: Vec<&mut dyn Engine> = vec![&mut mapped, &mut regorus];
    engines.extend(opa.iter_mut().map(|opa| opa as &mut dyn Engine));
    engines.push(&mut openfga);
    let refused = cedar::refuses(&document);
    if refused.is_none() {
        engines.push(&mut cedar);
    }
    let mut equal = true;
    for engine in engines {
        let agreement = compare(&document, &requests, engine)?;
        tell(&agreement);
        equal &= agreement.differences.is_empty();
    }
    for reason in refused.iter().flat_map(|reasons| reasons.lines()) {
        say(&format!("  cedar    has no words for it: {reason}"));
    }
    Ok(equal)
}

fn tell(agreement: &Agreement) {
    let Agreement { engine, asked, allowed, skipped, differences } = agreement;
    let differ = differences.len();
    say(&format!("  {engine:<8} {asked:>7} decided, {allowed:>6} allowed, {skipped:>6} can't be asked, {differ:>3} differ"));
    for request in differences.iter().take(3) {
        say(&format!("      {request:?}"));
    }
}
