//! Names → ids: syntax trees in, [`Program`] out.
//!
//! Invariant: what is in the program refers to what exists; whatever did not is reported and left out.

mod assertions;
mod backfills;
mod catalog;
mod conditions;
mod enforcements;
mod facts;
mod licenses;
mod objects;
mod pinned;
mod places;
mod roles;
mod selectors;
mod subjects;
mod surfaces;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::diagnostic::{Code, Sink, nearest, words};
use crate::limits;
use crate::model::{AllowedFinding, Organisation, Program, RoleId, WildcardId};
use crate::pins::Pins;
use crate::scopes::ScopeId;
use crate::sets::SetId;
use crate::source::{Source, Sources};
use crate::span::Span;
use crate::syntax::ast;

/// Resolves the trees of all sources, which stand in the sources' order.
#[must_use]
pub fn resolve(
    files: Vec<ast::File>,
    sources: &Sources,
    organisation: Organisation,
    pins: Option<&Pins>,
    sink: &mut Sink,
) -> Program {
    let trees = Trees::new(files, sources);
    let (catalog, faulty) = catalog::build(&trees, sink);
    let program = Program::new(catalog, organisation);
    let mut resolver = Resolver {
        program,
        sink,
        pins,
        selected: FxHashMap::default(),
        wildcard_ids: Default::default(),
        scope_texts: FxHashMap::default(),
        division_names: FxHashMap::default(),
        unions: FxHashMap::default(),
        overridden: FxHashMap::default(),
        former: FxHashMap::default(),
        suggestions: 0,
        compared: 0,
        homeless: false,
    };
    resolver.catalog_references(&trees, &faulty);
    resolver.pairs(&trees);
    resolver.divisions(&trees);
    resolver.regions(&trees);
    resolver.surfaces(&trees);
    let declared = resolver.declare_roles(&trees);
    resolver.backfills(&trees);
    resolver.enforcements(&trees);
    resolver.licenses(&trees);
    resolver.subjects(&trees);
    resolver.assignments(&trees);
    resolver.objects(&trees);
    resolver.assertions(&trees);
    resolver.role_bodies(trees, &declared);
    resolver.automatic_roles();
    resolver.pinned_copies();
    resolver.program
}

/// All syntax trees, each beside its source.
struct Trees<'s> {
    files: Vec<ast::File>,
    sources: &'s Sources,
    /// Of each tree, the declarations that are no groups, users or assignments: of these there may be millions, and most
    /// of what walks the trees looks for something else.
    others: Vec<Vec<u32>>,
}

impl<'s> Trees<'s> {
    fn new(files: Vec<ast::File>, sources: &'s Sources) -> Self {
        let others = files.par_iter().map(|file| {
            let others = file.items.iter().enumerate().filter(|(_, item)| !item.kind.is_subject());
            others.filter_map(|(at, _)| u32::try_from(at).ok()).collect()
        });
        Self { others: others.collect(), files, sources }
    }

    /// Every declaration but those of groups, users and assignments, with its source, in order.
    fn items(&self) -> impl Iterator<Item = (&'s Source, &ast::Item)> {
        let files = self.sources.files().iter().zip(&self.files).zip(&self.others);
        files.flat_map(|((source, file), others)| others.iter().map(move |at| (source, &file.items[*at as usize])))
    }

    /// The groups, users and assignments of each source, in order, with whatever else stands in it.
    fn peopled(&self) -> impl IndexedParallelIterator<Item = (&'s Source, &[ast::Item])> {
        self.sources.files().par_iter().zip(&self.files).zip(&self.others).map(|((source, file), others)| {
            let peopled = others.len() < file.items.len();
            (source, if peopled { file.items.as_slice() } else { &[] })
        })
    }
}

/// A division or a set of divisions, by its place in the program.
#[derive(Debug, Clone, Copy)]
enum Place {
    Division(usize),
    Set(usize),
}

/// What is known while names are resolved.
struct Resolver<'a> {
    program: Program,
    sink: &'a mut Sink,
    pins: Option<&'a Pins>,
    selected: selectors::Cache,
    /// Wildcards by their texts, in normal form and as written.
    /// By text: those of the organisation's own roles, and those of the vendor's.
    wildcard_ids: [FxHashMap<Box<str>, WildcardId>; 2],
    scope_texts: FxHashMap<Box<str>, ScopeId>,
    division_names: FxHashMap<Box<str>, Place>,
    /// Unions of sets by the sets.
    unions: FxHashMap<Vec<SetId>, SetId>,
    /// By override: the role that it edits.
    overridden: FxHashMap<RoleId, RoleId>,
    /// By former name, in letters and digits alone: the role.
    former: FxHashMap<String, RoleId>,
    suggestions: usize,
    /// Known names that unknown ones were compared with.
    compared: usize,
    /// Whether it was reported that there is no home division.
    homeless: bool,
}

impl Resolver<'_> {
    /// How many of so many known names may still be compared with an unknown one: all or none.
    fn comparable(&mut self, known: usize) -> usize {
        if self.may_suggest(known) { known } else { 0 }
    }

    /// Whether a near name may still be looked for among so many: with very many names that would take too long.
    fn may_suggest(&mut self, known: usize) -> bool {
        self.suggestions += 1;
        self.compared = self.compared.saturating_add(known);
        self.suggestions <= limits::SUGGESTIONS && self.compared <= limits::COMPARED_NAMES
    }

    /// Whether what matches in the catalog may still be looked for, which is quicker for each permission than a comparison.
    fn may_search(&mut self) -> bool {
        self.may_suggest(self.program.catalog.len() / 16)
    }

    /// Whether a name may be declared; reports those of the language.
    fn may_declare(&mut self, name: &str, span: Span) -> bool {
        let reserved = matches!(name, "all" | "any" | "home" | "open");
        if reserved {
            self.sink.report(words::names::reserved(name, span));
        }
        !reserved
    }

    /// Keeps an `allow-finding`; `false` after a report.
    fn allow_finding(&mut self, source: &Source, allowed: ast::AllowFinding, declaration: Span) -> bool {
        let name = allowed.code.text(source);
        let Ok(code) = name.parse::<Code>() else {
            let meant = nearest::name(name, Code::ALL.iter().map(|code| code.name()));
            self.sink.report(words::names::unknown_code(name, allowed.code.span, meant));
            return false;
        };
        if !code.is_judgement() {
            self.sink.report(words::project::not_allowable(code, allowed.code.span));
            return false;
        }
        let before = self.program.allowed_findings.iter().rev().take_while(|other| other.declaration == declaration);
        if let Some(first) = before.filter(|other| other.code == code).last() {
            self.sink.report(words::names::repeated(&format!("`allow-finding {name}`"), allowed.span, first.span));
            return false;
        }
        self.program.allowed_findings.push(AllowedFinding { code, declaration, span: allowed.span, faulty: false });
        true
    }

    /// Says of the findings that the last declaration allows whether an error stands in it.
    fn settle_allowed(&mut self, declaration: Span, faulty: bool) {
        let own = self.program.allowed_findings.iter_mut().rev().take_while(|allowed| allowed.declaration == declaration);
        own.for_each(|allowed| allowed.faulty |= faulty);
    }
}
