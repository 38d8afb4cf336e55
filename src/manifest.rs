//! `rolec.toml` → settings. The words of its faults are the program's own failures, with their place in the TOML.

mod targets;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use crate::diagnostic::{Code, Level, Levels, nearest};
use crate::model::Organisation;
use targets::RawTarget;
pub use targets::{Target, Wanted};

/// A project's manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The project's name.
    pub name: String,
    /// The project's version.
    pub version: String,
    /// Patterns of source files; every `*.role` below the manifest if absent.
    pub sources: Option<Vec<String>>,
    /// Catalogs that the project builds on, by name.
    pub dependencies: BTreeMap<String, Dependency>,
    /// What findings are made of.
    pub levels: Levels,
    /// What is said of the organisation.
    pub organisation: Organisation,
    /// What is made beside `bundle.json`.
    pub targets: Vec<Target>,
}

impl Manifest {
    /// All of its targets.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted { name: self.name.clone(), version: self.version.clone(), targets: self.targets.clone() }
    }
}

/// Where a catalog comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependency {
    /// It comes with the program.
    Shipped,
    /// Every `*.role` below a folder, relative to the manifest.
    Path(String),
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The reason, without a full stop.
    pub message: String,
    /// Where, in bytes of the manifest.
    pub span: Option<std::ops::Range<usize>>,
    /// What to write.
    pub help: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    project: RawProject,
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Spanned<RawDependency>>,
    #[serde(default)]
    levels: BTreeMap<toml::Spanned<String>, toml::Spanned<String>>,
    #[serde(default)]
    organisation: RawOrganisation,
    #[serde(default)]
    target: Vec<RawTarget>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProject {
    name: toml::Spanned<String>,
    version: String,
    sources: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawDependency {
    Word(String),
    Table(RawPath),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPath {
    path: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawOrganisation {
    created: Option<toml::Spanned<toml::value::Datetime>>,
    #[serde(default)]
    regions: Vec<String>,
    role_backfill: Option<bool>,
    kind: Option<String>,
    #[serde(default)]
    opt_in: BTreeMap<String, toml::Spanned<toml::value::Datetime>>,
}

/// Reads a manifest.
///
/// # Errors
///
/// The first thing that is wrong with it, with its place.
pub fn read(text: &str) -> Result<Manifest, Fault> {
    let raw: Raw = toml::from_str(text).map_err(|error| fault(&error))?;
    if raw.project.name.get_ref().is_empty() {
        return Err(Fault { message: "the project's name is empty".to_owned(), span: Some(raw.project.name.span()), help: None });
    }
    let dependencies = raw.dependencies.into_iter().map(|(name, value)| dependency(&name, value).map(|value| (name, value)));
    let levels = raw.levels.into_iter().map(|(code, level)| self::level(&code, &level));
    let organisation = organisation(raw.organisation)?;
    let targets = targets::targets(raw.target, &organisation.regions)?;
    Ok(Manifest {
        name: raw.project.name.into_inner(),
        version: raw.project.version,
        sources: raw.project.sources,
        dependencies: dependencies.collect::<Result<_, _>>()?,
        levels: levels.collect::<Result<_, _>>()?,
        organisation,
        targets,
    })
}

/// Words a fault of the TOML, or of its shape.
fn fault(error: &toml::de::Error) -> Fault {
    let message = error.message().to_owned();
    let help = if message.starts_with("unknown field") {
        let mut names = message.split('`').skip(1).step_by(2);
        names.next().and_then(|written| match written {
            "created" | "regions" | "role-backfill" | "kind" | "opt-in" => {
                Some(format!("`{written}` stands under `[organisation]`"))
            }
            _ => nearest::name(written, names).map(|meant| format!("did you mean `{meant}`?")),
        })
    } else if message.contains("missing field") {
        Some("a manifest has at least `[project]`, and under it `name = \"…\"` and `version = \"…\"`".to_owned())
    } else {
        message.ends_with("expected a TOML datetime").then(|| "write the day without quotes, such as 2020-05-01".to_owned())
    };
    Fault { message, span: error.span(), help }
}

fn dependency(name: &str, value: toml::Spanned<RawDependency>) -> Result<Dependency, Fault> {
    let span = value.span();
    match value.into_inner() {
        RawDependency::Word(word) if word == "shipped" => Ok(Dependency::Shipped),
        RawDependency::Word(word) => Err(Fault {
            message: format!("`{word}` is no place of a catalog"),
            span: Some(span),
            help: Some(format!(
                "write `{name} = \"shipped\"` for one that comes with rolec, or `{name} = {{ path = \"{word}\" }}`"
            )),
        }),
        RawDependency::Table(table) => Ok(Dependency::Path(table.path)),
        RawDependency::Other(_) => Err(Fault {
            message: format!("`{name}` does not say where the catalog is"),
            span: Some(span),
            help: Some(format!("write `{name} = \"shipped\"` for one that comes with rolec, or `{name} = {{ path = \"…\" }}`")),
        }),
    }
}

fn level(code: &toml::Spanned<String>, level: &toml::Spanned<String>) -> Result<(Code, Option<Level>), Fault> {
    let name = code.get_ref();
    let Ok(known) = name.parse::<Code>() else {
        let meant = nearest::name(name, Code::ALL.iter().map(|code| code.name()));
        return Err(Fault {
            message: format!("no finding has the code `{name}`"),
            span: Some(code.span()),
            help: meant.map(|meant| format!("did you mean `{meant}`?")),
        });
    };
    if !known.is_judgement() {
        let message = format!("the level of `{name}` can't be set: without it the project has no meaning");
        return Err(Fault { message, span: Some(code.span()), help: None });
    }
    let value = match level.get_ref().as_str() {
        "error" => Some(Level::Error),
        "warning" => Some(Level::Warning),
        "hint" => Some(Level::Hint),
        "off" => None,
        other => {
            return Err(Fault {
                message: format!("`{other}` is no level"),
                span: Some(level.span()),
                help: Some("a level is `error`, `warning`, `hint` or `off`".to_owned()),
            });
        }
    };
    Ok((known, value))
}

/// A day without a time.
fn day(date: &toml::Spanned<toml::value::Datetime>) -> Result<Date, Fault> {
    let text = date.get_ref().to_string();
    text.parse().map_err(|_| Fault {
        message: format!("`{text}` is no day"),
        span: Some(date.span()),
        help: Some("write a date alone, such as 2020-05-01".to_owned()),
    })
}

fn organisation(raw: RawOrganisation) -> Result<Organisation, Fault> {
    let opt_ins = raw.opt_in.iter().map(|(name, date)| day(date).map(|day| (name.clone(), day)));
    Ok(Organisation {
        created: raw.created.as_ref().map(day).transpose()?,
        regions: raw.regions,
        role_backfill: raw.role_backfill.unwrap_or(true),
        kind: raw.kind,
        opt_ins: opt_ins.collect::<Result<_, _>>()?,
    })
}
