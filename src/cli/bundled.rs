//! Questions to a built bundle: the file, the names, the answer.

use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use jiff::civil::Date;
use miette::IntoDiagnostic as _;
use rolec_bundle::{
    Asks, Bundle, Day, DivisionId, Document, ObjectId, OnObject, Provenance, State, Subject, SubjectId, Target, Value,
};

use super::output;
use super::project::{self, FileFailure};
use super::show::Format;
use crate::bundled;
use crate::inspect::JSON;
use crate::render;

/// Where and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The region and the day.
    pub(super) moment: (Option<&'p str>, Option<Date>),
    /// Divisions between commas.
    pub(super) scope: Option<&'p str>,
}

/// One decision that is asked for, by names.
#[derive(Debug, Clone, Copy)]
pub(super) struct One<'o> {
    /// Who.
    pub(super) who: &'o str,
    /// What.
    pub(super) permission: &'o str,
    /// Where.
    pub(super) division: Option<&'o str>,
    /// On what.
    pub(super) object: Option<&'o str>,
    /// With which attributes.
    pub(super) with: &'o [(String, String)],
}

/// What makes bundles.
pub(super) const HELP: &str = "`rolec build` makes bundles: `bundle.json`, and `bundle.rbundle` with `--target mapped`";

/// How an answer is shown: in which form, and with which lines of the sources.
#[derive(Debug, Clone, Copy)]
pub(super) struct Showing<'s> {
    /// The form.
    pub(super) format: Format,
    /// The bundle's map, if there is one.
    pub(super) map: Option<&'s Provenance>,
}

/// A built bundle to which questions can be put.
#[derive(Debug)]
pub(super) struct Asking {
    bundle: Bundle,
}

/// What is asked about.
enum Wanted {
    /// Something that asks for permissions.
    Asks(Asks),
    /// An object, which somebody reads.
    Object(ObjectId),
}

fn failed(error: &rolec_bundle::Error) -> miette::Report {
    miette::miette!("{error}")
}

impl Asking {
    /// Opens a bundle of either form.
    ///
    /// # Errors
    ///
    /// It can't be read, or is no bundle.
    pub(super) fn open(path: &Path) -> miette::Result<Self> {
        let shown = project::shown(path);
        let opened = if is_json(path).map_err(|error| FileFailure::new("read", &shown, error))? {
            let bytes = std::fs::read(path).map_err(|error| FileFailure::new("read", &shown, error))?;
            Document::read(&bytes).and_then(|document| Bundle::from_document(&document))
        } else {
            Bundle::open(path)
        };
        match opened {
            Ok(bundle) => Ok(Self { bundle }),
            Err(rolec_bundle::Error::Io(error)) => Err(FileFailure::new("read", &shown, error).into()),
            Err(error) => Err(miette::miette!(help = HELP, "`{}` can't be used: {error}", shown.display())),
        }
    }

    /// The map of where the bundle's grants come from: the one that is named, or the one beside the bundle if there is one.
    ///
    /// # Errors
    ///
    /// The one that is named can't be read, or is no map of this bundle. Of the other that is only noted.
    pub(super) fn map(&self, bundle: &Path, named: Option<&Path>) -> miette::Result<Option<Provenance>> {
        let path = named.map_or_else(|| bundle.with_extension("map"), Path::to_owned);
        let shown = project::shown(&path);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FileFailure::new("read", &shown, error).into()),
        };
        let map = self.bundle.to_document().and_then(|document| Provenance::read(&bytes, &document));
        match map {
            Ok(map) => Ok(Some(map)),
            Err(error) if named.is_some() => Err(miette::miette!(
                help = "`rolec build` writes the map of a bundle beside it, as `bundle.map`",
                "`{}` can't be used: {error}",
                shown.display()
            )),
            Err(error) => {
                let note = format!("note: `{}` can't be used: {error}", shown.display());
                writeln!(anstream::stderr(), "{note}").into_diagnostic()?;
                Ok(None)
            }
        }
    }

    fn state(&self, (region, day): (Option<&str>, Option<Date>)) -> miette::Result<State<'_>> {
        let day: Option<Day> = day.map(|day| day.to_string().parse()).transpose().map_err(|error| failed(&error))?;
        self.bundle.at(region, day).map_err(|error| failed(&error))
    }

    /// Whether somebody may.
    pub(super) fn can(
        &self,
        (who, what): (&str, &str),
        place: Place<'_>,
        with: &[(String, String)],
        Showing { format, map }: Showing<'_>,
    ) -> miette::Result<ExitCode> {
        let state = self.state(place.moment)?;
        let subject = subject(&state, who)?;
        let asks = match wanted(&state, what)? {
            Wanted::Object(object) => {
                let reads = bundled::reads(&state, subject, object).map_err(|error| failed(&error))?;
                return said(&render::bundled::reads(reads, format == Format::Json), reads);
            }
            Wanted::Asks(asks) => asks,
        };
        let divisions = divisions(&state, place.scope)?;
        let given = attributes(with);
        let answer = bundled::can(&state, subject, &asks, (divisions.as_deref(), &given));
        let text = match format {
            Format::Human => render::bundled::can(&state, &asks, &answer, map),
            Format::Json => render::bundled::can_json(&state, &asks, &answer, map).into_diagnostic()? + "\n",
        };
        output::print(&text)?;
        Ok(match asks {
            Asks::Unstated => ExitCode::from(super::COULD_NOT_RUN),
            _ if answer.allowed => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }

    /// One decision, as a service gets it.
    pub(super) fn decide(
        &self,
        one: &One<'_>,
        moment: (Option<&str>, Option<Date>),
        Showing { format, map }: Showing<'_>,
    ) -> miette::Result<ExitCode> {
        let state = self.state(moment)?;
        let subject = subject(&state, one.who)?;
        let permission = state.permission(one.permission).ok_or_else(|| {
            let help = "a bundle has the permissions that some role can hold or some surface asks for";
            miette::miette!(help = help, "the bundle has no permission `{}`", one.permission)
        })?;
        let division = one.division.map(|name| division(&state, name)).transpose()?;
        // An object that the bundle does not have is one that nobody states readers of.
        let object = one.object.map_or(OnObject::None, |path| state.object(path).map_or(OnObject::Unknown, OnObject::Known));
        let attributes = attributes(one.with);
        let decision =
            state.decide_known(subject, permission, &rolec_bundle::Place { division, object, attributes: &attributes });
        let asks = Asks::Any(vec![permission]);
        let answer = bundled::Answer { allowed: decision.allowed, division, decisions: vec![(permission, decision)] };
        let text = match format {
            Format::Human => render::bundled::can(&state, &asks, &answer, map),
            Format::Json => render::bundled::can_json(&state, &asks, &answer, map).into_diagnostic()? + "\n",
        };
        said(&text, answer.allowed)
    }

    /// Everybody who may.
    pub(super) fn who(&self, what: &str, place: Place<'_>, format: Format) -> miette::Result<ExitCode> {
        let state = self.state(place.moment)?;
        let asks = match wanted(&state, what)? {
            Wanted::Object(object) => {
                let readers = state.readers(object).map_err(|error| failed(&error))?;
                let is_read = readers.everybody || !readers.groups.is_empty() || !readers.users.is_empty();
                let text = match format {
                    Format::Human => render::bundled::readers(&state, &readers),
                    Format::Json => render::bundled::readers_json(&state, &readers).into_diagnostic()? + "\n",
                };
                return said(&text, is_read);
            }
            Wanted::Asks(asks) => asks,
        };
        let divisions = divisions(&state, place.scope)?;
        let holders = bundled::who(&state, &asks, divisions.as_deref()).map_err(|error| failed(&error))?;
        let text = match format {
            Format::Human => render::bundled::who(&state, &asks, &holders),
            Format::Json => render::bundled::who_json(&state, &asks, &holders).into_diagnostic()? + "\n",
        };
        output::print(&text)?;
        Ok(match asks {
            Asks::Open => ExitCode::SUCCESS,
            Asks::Unstated => ExitCode::from(super::COULD_NOT_RUN),
            _ if holders.is_empty() => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        })
    }
}

fn said(text: &str, yes: bool) -> miette::Result<ExitCode> {
    output::print(text)?;
    Ok(if yes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether a file is `bundle.json`, by what it begins with.
fn is_json(path: &Path) -> std::io::Result<bool> {
    let mut first = [0];
    let read = std::fs::File::open(path)?.read(&mut first)?;
    Ok(read > 0 && first == [JSON])
}

/// The role, group or user of a name; `group NAME` and the like say which.
fn subject(state: &State<'_>, name: &str) -> miette::Result<SubjectId> {
    type Kind = (&'static str, fn(&str) -> Subject<'_>);
    let kinds: [Kind; 3] =
        [("role ", |name| Subject::Role(name)), ("group ", |name| Subject::Group(name)), ("user ", |name| Subject::User(name))];
    for (kind, of) in kinds {
        if let Some(found) = name.strip_prefix(kind).and_then(|name| state.subject(of(name))) {
            return Ok(found);
        }
    }
    let found: Vec<SubjectId> = kinds.iter().filter_map(|(_, of)| state.subject(of(name))).collect();
    match found.as_slice() {
        [found] => Ok(*found),
        [] => Err(miette::miette!("the bundle has no role, group or user `{name}`")),
        _ => {
            let help = format!("say which is meant: `\"role {name}\"`, `\"group {name}\"` or `\"user {name}\"`");
            Err(miette::miette!(help = help, "several are named `{name}`"))
        }
    }
}

/// The object, permission or surface of a name.
fn wanted(state: &State<'_>, name: &str) -> miette::Result<Wanted> {
    if let Some(object) = state.object(name.strip_prefix("object ").unwrap_or(name)) {
        return Ok(Wanted::Object(object));
    }
    if let Some(permission) = state.permission(name) {
        return Ok(Wanted::Asks(Asks::Any(vec![permission])));
    }
    let targets = match name.split_once(' ').filter(|(_, path)| path.starts_with('/')) {
        Some((method, path)) => vec![Target::Endpoint(method, path)],
        None => vec![Target::Topic(name), Target::View(name)],
    };
    for target in targets {
        if let Some(asks) = state.asks(target).map_err(|error| failed(&error))? {
            return Ok(Wanted::Asks(asks));
        }
    }
    let help = "a bundle has the permissions that some role can hold or some surface asks for; a project can be asked about all";
    Err(miette::miette!(help = help, "the bundle has no permission, endpoint, topic, view or object `{name}`"))
}

/// The divisions between commas; `None` for anywhere.
fn divisions(state: &State<'_>, scope: Option<&str>) -> miette::Result<Option<Vec<DivisionId>>> {
    let Some(scope) = scope else { return Ok(None) };
    let mut found = Vec::new();
    for name in scope.split(',').map(str::trim) {
        found.push(division(state, name)?);
    }
    Ok(Some(found))
}

/// The division of a name.
fn division(state: &State<'_>, name: &str) -> miette::Result<DivisionId> {
    state.division(name).ok_or_else(|| {
        miette::miette!(
            help = "sets of divisions are worked out in a bundle: name their divisions",
            "the bundle has no division `{name}`"
        )
    })
}

/// The attributes of a request: numbers where they are some, and else strings, with or without quotes.
fn attributes(given: &[(String, String)]) -> Vec<(&str, Value<'_>)> {
    let mut attributes = Vec::with_capacity(given.len());
    for (name, text) in given {
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let value = match (quoted, text.parse::<f64>()) {
            (None, Ok(number)) => Value::Number(number),
            (quoted, _) => Value::String(quoted.unwrap_or(text)),
        };
        attributes.push((name.as_str(), value));
    }
    attributes
}
