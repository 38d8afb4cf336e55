//! `[[target]]` → what `rolec build` makes beside `bundle.json`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rolec_targets::{LeftOut, Target as Kind};
use serde::Deserialize;

use super::{Fault, day};
use crate::diagnostic::nearest;

/// A form that the bundle is written in too, for another engine or a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which form.
    pub kind: Kind,
    /// The folder for its files, below that of the output.
    pub folder: String,
    /// For this region alone; without one, for the default dates and every region.
    pub region: Option<String>,
    /// For this day alone.
    pub as_of: Option<Date>,
    /// What it has no words for, and need not say.
    pub left_out: LeftOut,
}

impl Target {
    /// A target of which the manifest says nothing.
    #[must_use]
    pub fn plain(kind: Kind) -> Self {
        Self { kind, folder: kind.name().to_owned(), region: None, as_of: None, left_out: LeftOut::default() }
    }
}

/// The targets to make, and what their bundles are called.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The project's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The targets.
    pub targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawTarget {
    kind: toml::Spanned<String>,
    folder: Option<toml::Spanned<String>>,
    region: Option<toml::Spanned<String>>,
    as_of: Option<toml::Spanned<toml::value::Datetime>>,
    #[serde(default)]
    without: Vec<toml::Spanned<String>>,
}

/// Reads the targets; no two of them write to one folder.
pub(super) fn targets(raw: Vec<RawTarget>, regions: &[String]) -> Result<Vec<Target>, Fault> {
    let mut targets: Vec<Target> = Vec::with_capacity(raw.len());
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    for raw in raw {
        let span = raw.folder.as_ref().map_or_else(|| raw.kind.span(), toml::Spanned::span);
        let target = target(raw, regions)?;
        if let Some(other) = folders.insert(target.folder.clone(), target.kind.name().to_owned()) {
            return Err(Fault {
                message: format!("two targets write to `{}`: `{other}` and `{}`", target.folder, target.kind.name()),
                span: Some(span),
                help: Some("give one of them another `folder = \"…\"`".to_owned()),
            });
        }
        targets.push(target);
    }
    Ok(targets)
}

fn target(raw: RawTarget, regions: &[String]) -> Result<Target, Fault> {
    let kind = kind(&raw.kind)?;
    let mut left_out = LeftOut::default();
    for part in &raw.without {
        match part.get_ref().as_str() {
            "objects" => left_out.objects = true,
            "old-options" => left_out.old_options = true,
            other => {
                return Err(Fault {
                    message: format!("`{other}` can't be left out"),
                    span: Some(part.span()),
                    help: Some("what can is `objects` and `old-options`".to_owned()),
                });
            }
        }
    }
    if let Some(region) = raw.region.as_ref().filter(|region| !regions.contains(region.get_ref())) {
        let meant = nearest::name(region.get_ref(), regions.iter().map(String::as_str));
        return Err(Fault {
            message: format!("no region is named `{}`", region.get_ref()),
            span: Some(region.span()),
            help: Some(meant.map_or_else(
                || "list the regions under `[organisation]`, as in `regions = [\"us-east-1\"]`".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            )),
        });
    }
    Ok(Target {
        kind,
        folder: folder(raw.folder, kind)?,
        region: raw.region.map(toml::Spanned::into_inner),
        as_of: raw.as_of.as_ref().map(day).transpose()?,
        left_out,
    })
}

/// The target of a name.
fn kind(written: &toml::Spanned<String>) -> Result<Kind, Fault> {
    let name = written.get_ref();
    Kind::of(name).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let meant = nearest::name(name, names.iter().copied());
        let known = format!("there are {}", crate::diagnostic::words::all_of(&names));
        Fault {
            message: format!("no target is named `{name}`"),
            span: Some(written.span()),
            help: Some(meant.map_or(known, |meant| format!("did you mean `{meant}`?"))),
        }
    })
}

/// A folder below the output's: not that itself, and not outside of it.
fn folder(written: Option<toml::Spanned<String>>, kind: Kind) -> Result<String, Fault> {
    let Some(written) = written else { return Ok(kind.name().to_owned()) };
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    if written.get_ref().split('/').all(is_plain) {
        return Ok(written.into_inner());
    }
    Err(Fault {
        message: format!("`{}` is no folder below the output", written.get_ref()),
        span: Some(written.span()),
        help: Some("write a relative path, such as `terraform/us`".to_owned()),
    })
}
