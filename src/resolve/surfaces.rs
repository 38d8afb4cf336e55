//! Pairs, endpoints, topics and views.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Resolver, Trees};
use crate::catalog::Awareness;
use crate::diagnostic::words::{self, catalog::PairHelp};
use crate::model::{Pair, Requirement, Surface, SurfaceKind};
use crate::sets::PermissionId;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// What no request can tell apart: a template with its parameters' names taken out.
fn shape(kind: &SurfaceKind, name: &str) -> String {
    let mut shape = match kind {
        SurfaceKind::Endpoint(method) => format!("{method} "),
        SurfaceKind::Topic => "topic ".to_owned(),
        SurfaceKind::View => return format!("view {name}"),
    };
    let mut inside = false;
    for char in name.chars() {
        inside = (inside || char == '{') && char != '}';
        if !inside || char == '{' {
            shape.push(char);
        }
    }
    shape
}

/// Why a path is none.
fn path_fault(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("it does not begin with `/`");
    }
    if path.contains(['?', '#', ' ', '\t', '\n']) {
        return Some("queries, fragments and blanks are no part of a path");
    }
    let mut open = false;
    for char in path.chars() {
        match char {
            '{' if open => return Some("a parameter opens inside another"),
            '}' if !open => return Some("a parameter closes that never opened"),
            '/' if open => return Some("a parameter is never closed"),
            '{' => open = true,
            '}' => open = false,
            _ => {}
        }
    }
    open.then_some("a parameter is never closed")
}

impl Resolver<'_> {
    /// Resolves pairs, which also state the awareness of their halves.
    pub(super) fn pairs(&mut self, trees: &Trees<'_>) {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut known: FxHashSet<(PermissionId, PermissionId)> = FxHashSet::default();
        for (source, item) in trees.items() {
            if let ast::ItemKind::Pair(pair) = &item.kind {
                let unaware = self.permission(source, pair.unaware);
                let aware = self.permission(source, pair.aware);
                if let (Some(unaware), Some(aware)) = (unaware, aware) {
                    let pair = Pair { unaware, aware, span: item.span };
                    if self.state_halves(&pair) && known.insert((unaware, aware)) {
                        pairs.push(pair);
                    }
                }
            }
        }
        pairs.sort();
        self.program.pairs = pairs;
    }

    /// States the awareness of both halves of a pair; `false` after a report of what is said against it. A pair that is
    /// wrong states nothing, of its sound half neither.
    fn state_halves(&mut self, pair: &Pair) -> bool {
        let sides = [(pair.unaware, Awareness::Unaware), (pair.aware, Awareness::Aware)];
        if pair.unaware == pair.aware {
            self.contradict(pair, pair.aware, (Awareness::Unaware, None), Awareness::Aware, PairHelp::Two);
            return false;
        }
        let said = |permission: PermissionId| self.program.catalog.facts(permission).awareness;
        let swapped = said(pair.unaware) != Awareness::Unaware && said(pair.aware) != Awareness::Aware;
        let names = [pair.aware, pair.unaware].map(|permission| self.program.catalog.name(permission).to_owned());
        let help = if swapped { PairHelp::Swap(&names[0], &names[1]) } else { PairHelp::Correct };
        let mut sound = true;
        for (permission, needed) in sides {
            let facts = self.program.catalog.facts(permission);
            let (said, at) = (facts.awareness, facts.awareness_at);
            if said != needed && said != Awareness::Unstated {
                self.contradict(pair, permission, (said, at), needed, help);
                sound = false;
            }
        }
        for (permission, needed) in sides.into_iter().filter(|_| sound) {
            let facts = self.program.catalog.facts_mut(permission);
            facts.awareness = needed;
            facts.awareness_at.get_or_insert(pair.span);
        }
        sound
    }

    fn contradict(
        &mut self,
        pair: &Pair,
        permission: PermissionId,
        (said, at): (Awareness, Option<Span>),
        needed: Awareness,
        help: PairHelp<'_>,
    ) {
        let name = self.program.catalog.name(permission);
        self.sink.report(words::catalog::pair_awareness(pair.span, (name, needed.name()), (said.name(), at), help));
    }

    /// Resolves what permissions open.
    pub(super) fn surfaces(&mut self, trees: &Trees<'_>) {
        let mut shapes: FxHashMap<String, Span> = FxHashMap::default();
        for (source, item) in trees.items() {
            let ast::ItemKind::Surface(declared) = &item.kind else { continue };
            let Some(surface) = self.surface(source, declared, item.span) else { continue };
            match shapes.entry(shape(&surface.kind, &surface.name)) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    self.sink.report(words::catalog::duplicate_surface(&surface.title(), declared.name.span, *first.get()));
                }
                std::collections::hash_map::Entry::Vacant(slot) => {
                    slot.insert(declared.name.span);
                    self.program.surfaces.push(surface);
                }
            }
        }
        self.program.surfaces.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
    }

    fn surface(&mut self, source: &Source, declared: &ast::Surface, span: Span) -> Option<Surface> {
        let name: Box<str> = declared.name.value(source).into();
        let kind = match declared.kind {
            ast::SurfaceKind::Endpoint { method } => SurfaceKind::Endpoint(method.text(source).into()),
            ast::SurfaceKind::Topic => SurfaceKind::Topic,
            ast::SurfaceKind::View => SurfaceKind::View,
        };
        if let (SurfaceKind::Endpoint(_), Some(reason)) = (&kind, path_fault(&name)) {
            self.sink.report(words::catalog::invalid_path(declared.name.span, &name, reason));
            return None;
        }
        let requirement = self.requirement(source, &declared.requirement)?;
        Some(Surface { kind, name, requirement, or_self: declared.or_self, guard: None, span })
    }

    /// Who may use a surface; `None` after a report.
    pub(super) fn requirement(&mut self, source: &Source, requirement: &ast::Requirement) -> Option<Requirement> {
        Some(match requirement {
            ast::Requirement::Any(selectors) => Requirement::Any(self.permissions(source, selectors)?),
            ast::Requirement::All(selectors) => Requirement::All(self.permissions(source, selectors)?),
            ast::Requirement::Open => Requirement::Open,
            ast::Requirement::Unstated => Requirement::Unstated,
        })
    }

    /// The permissions that selectors name, in order, each once; `None` after a report of all that are at fault.
    pub(super) fn permissions(&mut self, source: &Source, selectors: &[ast::Selector]) -> Option<Vec<PermissionId>> {
        let found: Vec<_> = selectors.iter().map(|selector| self.permission(source, *selector)).collect();
        let mut permissions = found.into_iter().collect::<Option<Vec<_>>>()?;
        permissions.sort();
        permissions.dedup();
        Some(permissions)
    }
}
