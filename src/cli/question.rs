//! What questions about roles have in common: the project, where and when, and names → ids.

pub mod subjects;

use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use miette::IntoDiagnostic as _;

use super::progress::Progress;
use super::project;
use crate::compile::{self, Compilation};
use crate::diagnostic::words::{self, count};
use crate::diagnostic::{Code, Diagnostic, Level, nearest};
use crate::model::{Program, RegionId, RoleId, Surface, surfaces};
use crate::sets::PermissionId;
use crate::span::Span;
use crate::timeline::Moment;
use crate::who::Target;

/// Where and when a question is asked.
#[derive(Debug, Args)]
pub struct Asked {
    /// The region to answer for; the default dates count without it.
    #[arg(long)]
    region: Option<String>,
    /// The day to answer for, such as 2026-02-16; after everything that is known without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    at: Option<Date>,
    /// The project to ask: its folder, or a folder or file in it.
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

/// A built bundle to ask instead of a project.
#[derive(Debug, Args)]
pub struct FromBundle {
    /// The built bundle to ask, rather than a project: a `bundle.json` or a `bundle.rbundle`.
    #[arg(long, value_name = "FILE", conflicts_with = "project")]
    pub bundle: Option<PathBuf>,
}

impl Asked {
    /// The region and the day.
    pub(super) fn moment(&self) -> (Option<&str>, Option<Date>) {
        (self.region.as_deref(), self.at)
    }

    /// About a project in all of time.
    pub(super) fn whole(region: Option<String>, project: PathBuf) -> Self {
        Self { region, at: None, project }
    }
}

/// Known names that are listed for an unknown one.
const KNOWN: usize = 8;

/// A day as the language writes it.
pub(super) fn day(text: &str) -> Result<Date, String> {
    let digits = text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let date = if digits && text.len() == 10 { text.parse().ok() } else { None };
    date.ok_or_else(|| "no day of the calendar; write it as 2026-02-16".to_owned())
}

/// A compiled project to which questions can be put.
#[derive(Debug)]
pub struct Asking {
    /// The project.
    pub compilation: Compilation,
    /// Where and when.
    pub moment: Moment,
}

/// Reads and compiles the project.
///
/// # Errors
///
/// What kept the project from being read, a region that it does not have, or too many dates.
pub fn ask(asked: &Asked) -> miette::Result<Asking> {
    let progress = Progress::start(format!("reading {}", asked.project.display()));
    let compilation = compile::compile(project::load(&asked.project)?.input);
    drop(progress);
    if let Some(finding) = compilation.findings.iter().find(|finding| finding.code == Code::TooManyEpochs) {
        return Err(miette::miette!("can't be answered: {}", finding.message));
    }
    let region = asked.region.as_deref().map(|name| region(&compilation.program, name)).transpose()?;
    Ok(Asking { moment: Moment { region, at: asked.at }, compilation })
}

/// Reads a project and compiles it, for questions about all of it; with its name.
///
/// # Errors
///
/// The project could not be read.
pub fn ask_all(path: &Path) -> miette::Result<(String, Asking)> {
    let progress = Progress::start(format!("reading {}", path.display()));
    let project = project::load(path)?;
    let compilation = compile::compile(project.input);
    drop(progress);
    Ok((project.manifest.name, Asking { compilation, moment: Moment::default() }))
}

fn unknown(what: &str, name: &str, meant: Option<&str>, otherwise: Option<String>) -> miette::Report {
    let help = meant.map(|meant| {
        let case = if meant.eq_ignore_ascii_case(name) { " (names are case-sensitive)" } else { "" };
        format!("did you mean `{meant}`?{case}")
    });
    match help.or(otherwise) {
        Some(help) => miette::miette!(help = help, "{what} `{name}`"),
        None => miette::miette!("{what} `{name}`"),
    }
}

/// The region of a name.
///
/// # Errors
///
/// The project has no such region.
pub(super) fn region(program: &Program, name: &str) -> miette::Result<RegionId> {
    program.find_region(name).ok_or_else(|| {
        let regions = &program.regions;
        let meant = nearest::name(name, regions.iter().map(AsRef::as_ref));
        let known = match regions.as_slice() {
            [] => "the project has none: list them in the manifest".to_owned(),
            regions => format!("the project has {}", words::some_of(regions, KNOWN)),
        };
        unknown("no region is named", name, meant, Some(known))
    })
}

impl Asking {
    /// The role of a name, if an answer about it can be given.
    ///
    /// # Errors
    ///
    /// No role has the name, or an error in the role or in an ancestor keeps it from having a meaning.
    pub fn role(&self, name: &str) -> miette::Result<RoleId> {
        let program = &self.compilation.program;
        let Some(role) = program.find_role(name) else {
            let titled = program.roles.iter().find(|role| role.title.as_deref() == Some(name)).map(|role| &*role.name);
            let mut names: Vec<&str> = program.roles.iter().map(|role| &*role.name).collect();
            names.sort_unstable();
            names.dedup();
            let meant = titled.or_else(|| nearest::name(name, names.iter().copied()));
            let known = || (!names.is_empty()).then(|| format!("the project has {}", words::some_of(&names, KNOWN)));
            return Err(unknown("no role is named", name, meant, self.unread().or_else(known)));
        };
        if self.compilation.flat.is_flat(role) {
            return Ok(role);
        }
        Err(self.untold(role))
    }

    /// Why a name may be missing: parts of the sources were not understood.
    fn unread(&self) -> Option<String> {
        let unread = |code| {
            let text = matches!(code, Code::SyntaxError | Code::TooManySyntaxErrors | Code::NotUtf8);
            text || matches!(code, Code::FileTooLarge | Code::ProjectTooLarge | Code::DeclarationTooLarge)
        };
        let found = self.compilation.findings.iter().find(|finding| unread(finding.code))?;
        let place = found.primary().map(|span| self.compilation.sources.line(span));
        Some(format!(
            "not all of the sources could be read ({}); `rolec check` says why",
            place.as_deref().unwrap_or("too large")
        ))
    }

    /// Says which error keeps a role from having a meaning.
    fn untold(&self, asked: RoleId) -> miette::Report {
        let Compilation { program, order, findings, sources, .. } = &self.compilation;
        let errors = findings.iter().filter(|finding| !finding.code.is_judgement());
        let mut faults: Vec<(Span, &Diagnostic)> =
            errors.flat_map(|finding| finding.labels.iter().map(move |label| (label.span, finding))).collect();
        faults.sort_by_key(|(span, _)| *span);
        let (mut seen, mut queue) = (BTreeSet::from([asked]), VecDeque::from([asked]));
        while let Some(role) = queue.pop_front() {
            let own = program.role(role);
            let after = &faults[faults.partition_point(|(span, _)| span.start < own.span.start)..];
            let mut inside = after.iter().take_while(|(span, _)| own.span.contains(*span));
            if let Some((span, finding)) = inside.find(|(_, finding)| own.faulty || finding.code == Code::InheritanceCycle) {
                let whose =
                    if role == asked { String::new() } else { format!(", from which `{}` inherits", program.role(asked).name) };
                let message = format!("there is an error in `{}`{whose}: {}", own.name, finding.message);
                return miette::miette!(help = format!("it is in {}; `rolec check` shows it", sources.line(*span)), "{message}");
            }
            let parents = program.parents(role).iter().map(|parent| parent.role);
            queue.extend(parents.filter(|parent| order.tainted[parent.index()] && seen.insert(*parent)));
        }
        let name = &program.role(asked).name;
        miette::miette!(help = "`rolec check` shows the errors of the project", "what `{name}` holds could not be worked out")
    }

    /// The permission of a name.
    ///
    /// # Errors
    ///
    /// The catalog has no such permission, or the name is a selector for several.
    pub fn permission(&self, name: &str) -> miette::Result<PermissionId> {
        let catalog = &self.compilation.program.catalog;
        if let Some(found) = catalog.find(name) {
            return Ok(found);
        }
        if name.contains(['*', '{']) {
            let help = "ask about one permission by its full name; `rolec show` lists all that a role has";
            return Err(miette::miette!(help = help, "`{name}` is a selector, not one permission"));
        }
        let domain = name.split_once(':').map_or(name, |(domain, _)| domain);
        let near = catalog.with_prefix(&format!("{domain}:")).map(|at| catalog.name(PermissionId::new(at)));
        let meant = nearest::name(name, near).or_else(|| nearest::name(name, catalog.names()));
        let begun: Vec<&str> = catalog.with_prefix(&format!("{name}:")).map(|at| catalog.name(PermissionId::new(at))).collect();
        if !begun.is_empty() {
            let help = format!("name one of them: {}", words::some_of(&begun, KNOWN));
            return Err(miette::miette!(help = help, "`{name}` is the beginning of {}", count(begun.len(), "permission")));
        }
        Err(unknown("no permission is named", name, meant, self.unread()))
    }

    /// The permission or surface of a name.
    ///
    /// # Errors
    ///
    /// The project has nothing of that name, or the name is a selector for several permissions.
    pub fn target(&self, name: &str) -> miette::Result<Target> {
        let program = &self.compilation.program;
        if let Some((method, path)) = name.split_once(' ')
            && path.starts_with('/')
        {
            let found = surfaces::endpoint(program, method, path).map(Target::Surface);
            return found.ok_or_else(|| self.no_surface("no endpoint takes", name));
        }
        let surface = surfaces::topic(program, name).or_else(|| surfaces::view(program, name));
        match (program.catalog.find(name), surface) {
            (Some(permission), _) => Ok(Target::Permission(permission)),
            (None, Some(surface)) => Ok(Target::Surface(surface)),
            (None, None) if name.starts_with('/') => {
                Err(miette::miette!(help = "name the method too: `GET /path`", "`{name}` is a path, not an endpoint"))
            }
            (None, None) if name.contains([':', '*']) || !program.catalog.with_prefix(&format!("{name}:")).is_empty() => {
                self.permission(name).map(Target::Permission)
            }
            (None, None) => Err(self.no_surface("no permission, topic or view is named", name)),
        }
    }

    fn no_surface(&self, what: &str, name: &str) -> miette::Report {
        let program = &self.compilation.program;
        let titles: Vec<String> = program.surfaces.iter().map(Surface::title).collect();
        let meant = nearest::name(name, titles.iter().map(String::as_str).chain(program.catalog.names()));
        unknown(what, name, meant, self.unread())
    }

    /// Says on standard error what may make an answer incomplete.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn caution(&self) -> miette::Result<()> {
        self.caution_but(|_| false)
    }

    /// The same, some findings aside that the answer tells itself.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn caution_but(&self, told: impl Fn(Code) -> bool) -> miette::Result<()> {
        let Compilation { program, sources, .. } = &self.compilation;
        let mut messages = anstream::stderr().lock();
        for backfill in program.backfills.iter().filter(|backfill| backfill.faulty) {
            let place = sources.line(backfill.name_span);
            writeln!(messages, "note: the backfill `{}` ({place}) has an error in it and is left out", backfill.name)
                .into_diagnostic()?;
        }
        for enforcement in program.enforcements.iter().filter(|enforcement| enforcement.faulty) {
            let place = sources.line(enforcement.name_span);
            writeln!(messages, "note: the enforcement `{}` ({place}) has an error in it", enforcement.name).into_diagnostic()?;
        }
        let is_error = |finding: &&Diagnostic| finding.level == Level::Error && !told(finding.code);
        let errors = self.compilation.findings.iter().filter(is_error).count();
        if errors > 0 {
            let them = if errors == 1 { "it" } else { "them" };
            writeln!(messages, "note: the project has {}; `rolec check` shows {them}", count(errors, "error"))
                .into_diagnostic()?;
        }
        Ok(())
    }

    /// Says on standard error which roles an answer about all roles can't speak of.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn left_out(&self) -> miette::Result<()> {
        let Compilation { program, flat, .. } = &self.compilation;
        let names: Vec<&str> =
            program.named_roles().into_iter().filter(|role| !flat.is_flat(*role)).map(|role| &*program.role(role).name).collect();
        let mut messages = anstream::stderr().lock();
        match names.as_slice() {
            [] => Ok(()),
            [name] => writeln!(messages, "note: the role `{name}` is left out: it, or one it inherits from, has an error"),
            names => {
                let (number, names) = (names.len(), words::some_of(names, 5));
                writeln!(messages, "note: {number} roles are left out, since they inherit from an error or have one: {names}")
            }
        }
        .into_diagnostic()
    }

    /// The enforcement of a name, by its place in the program.
    ///
    /// # Errors
    ///
    /// The project has no such enforcement.
    pub fn enforcement(&self, name: &str) -> miette::Result<usize> {
        let enforcements = &self.compilation.program.enforcements;
        enforcements.iter().position(|enforcement| &*enforcement.name == name).ok_or_else(|| {
            let names: Vec<&str> = enforcements.iter().map(|enforcement| &*enforcement.name).collect();
            let meant = nearest::name(name, names.iter().copied());
            let known = match names.as_slice() {
                [] => "the project has none".to_owned(),
                names => format!("the project has {}", words::some_of(names, KNOWN)),
            };
            unknown("no enforcement is named", name, meant, self.unread().or(Some(known)))
        })
    }
}
