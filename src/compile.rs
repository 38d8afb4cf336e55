//! The spine: the passes in their order.
//!
//! `Sources → ast::File → Program → Order → Flat → Epochs`, then the judgements. Pure: texts in, values out.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::access::Access;
use crate::check::{self, Stages, silence, unread};
use crate::diagnostic::{Code, Diagnostic, Level, Levels, Sink};
use crate::emit::bundle::{Bundle, Extent, Parts};
use crate::emit::targets::{self, Made};
use crate::flatten::{self, Flat};
use crate::graph::{self, Order};
use crate::lock;
use crate::manifest::Wanted;
use crate::model::{Organisation, Program};
use crate::pins::Pins;
use crate::resolve;
use crate::source::Sources;
use crate::span::Span;
use crate::syntax::{ast, parse};
use crate::timeline::{self, Epochs};

/// All that a compilation reads.
#[derive(Debug, Default)]
pub struct Input {
    /// The texts, those of catalogs included.
    pub sources: Sources,
    /// What was wrong with files before they could be compiled.
    pub unreadable: Vec<Diagnostic>,
    /// What the manifest says of the organisation.
    pub organisation: Organisation,
    /// What the manifest makes of findings.
    pub levels: Levels,
    /// What the lock file pins.
    pub pins: Option<Pins>,
    /// Whether drift from the lock file is an error.
    pub locked: bool,
    /// Whether a bundle will be made of it: what that needs is worked out as soon as a processor has time.
    pub bundled: bool,
    /// What to make of the project besides, if it has no errors.
    pub wanted: Wanted,
}

/// Everything that is known of a project.
#[derive(Debug)]
pub struct Compilation {
    /// The texts.
    pub sources: Sources,
    /// The resolved project.
    pub program: Program,
    /// Parents before children.
    pub order: Order,
    /// Effective grants.
    pub flat: Flat,
    /// What backfills change.
    pub epochs: Epochs,
    /// The findings in the order a reader meets them.
    pub findings: Vec<Diagnostic>,
    /// The targets, each if it has words for all that it must say; none of a project with errors.
    pub made: Vec<Made>,
}

impl Compilation {
    /// How many findings there are of a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// Whether a bundle may be written.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.count(Level::Error) == 0
    }

    /// The bundle of a project without errors, by the project's name and version.
    #[must_use]
    pub fn bundle<'c>(&'c mut self, name: &'c str, version: &'c str, extent: Extent) -> Bundle<'c> {
        let Self { sources, program, flat, epochs, .. } = self;
        Bundle::new(Parts { name, version, sources, program, flat, epochs }, extent)
    }
}

/// Compiles a project. Always runs to the end; what is wrong is among the findings.
#[must_use]
pub fn compile(input: Input) -> Compilation {
    compile_watched(input, &mut |_| {})
}

/// Compiles a project, and names each pass to a watch when it is done: for those who measure.
pub fn compile_watched(input: Input, done: &mut dyn FnMut(&'static str)) -> Compilation {
    let Input { sources, unreadable, organisation, mut levels, pins, locked, bundled, wanted } = input;
    let mut sink = Sink::from(unreadable);
    let files = parse_all(&sources, &mut sink);
    done("parse");
    let resolve = || resolve::resolve(files, &sources, organisation, pins.as_ref(), &mut sink);
    let mut program = beside(bundled, || sources.digest(), resolve);
    done("resolve");
    let order = beside(bundled, || drop(program.named_roles()), || graph::order(&program, &mut sink));
    forgive_tainted(&mut program, &order);
    done("order");
    let flat = flatten::flatten(&mut program, &order, &mut sink);
    done("flatten");
    let epochs = timeline::timeline(&mut program, &order, &flat, &mut sink);
    done("timeline");
    check::check(Stages { program: &program, order: &order, flat: &flat, epochs: &epochs }, &mut sink);
    check::assertions::check(&mut Access::new(&mut program, &flat, &epochs), &mut sink);
    done("check");
    lock::check(&mut program, &order, &flat, (pins.as_ref(), locked), &mut sink);
    done("lock");
    if locked {
        levels.extend([Code::NoLock, Code::LockDrift, Code::LockOutdated].map(|code| (code, Some(Level::Error))));
    }
    let findings = silence::apply(sink.into_findings(), &program.allowed_findings, &levels);
    let findings = unread::hold_back(Sink::from(findings).into_sorted(), &sources);
    done("silence");
    let mut compilation = Compilation { sources, program, order, flat, epochs, findings, made: Vec::new() };
    make(&mut compilation, &wanted);
    compilation
}

/// Makes the targets of a project without errors.
fn make(compilation: &mut Compilation, wanted: &Wanted) {
    if wanted.targets.is_empty() || !compilation.is_sound() {
        return;
    }
    let Compilation { sources, program, flat, epochs, findings, made, .. } = compilation;
    let parts = Parts { name: &wanted.name, version: &wanted.version, sources, program, flat, epochs };
    let mut sink = Sink::from(std::mem::take(findings));
    *made = targets::make(parts, &wanted.targets, &mut sink);
    *findings = sink.into_sorted();
}

/// Does something, and meanwhile another thing that is wanted later: the passes that do only one thing leave processors idle.
fn beside<T>(wanted: bool, other: impl FnOnce() + Send, work: impl FnOnce() -> T) -> T {
    rayon::in_place_scope(|scope| {
        if wanted {
            scope.spawn(|_| other());
        }
        work()
    })
}

/// Findings are missing of a role that is not judged, or that an override replaces, so what it allows is not called unneeded.
fn forgive_tainted(program: &mut Program, order: &Order) {
    let tainted = program.role_ids().filter(|id| order.tainted[id.index()] || program.role(*id).overridden_by.is_some());
    let declarations: BTreeSet<Span> = tainted.map(|id| program.role(id).span).collect();
    for allowed in &mut program.allowed_findings {
        allowed.faulty |= declarations.contains(&allowed.declaration);
    }
}

/// Parses all sources, side by side; trees and findings come in the sources' order.
fn parse_all(sources: &Sources, sink: &mut Sink) -> Vec<ast::File> {
    let parsed: Vec<(ast::File, Sink)> = sources
        .files()
        .par_iter()
        .map(|source| {
            let mut sink = Sink::default();
            (parse::parse(source, &mut sink), sink)
        })
        .collect();
    let mut files = Vec::with_capacity(parsed.len());
    for (file, part) in parsed {
        files.push(file);
        sink.absorb(part);
    }
    files
}
