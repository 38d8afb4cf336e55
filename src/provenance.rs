//! Where a grant comes from: through which clauses and parents, worked out when somebody asks.

mod nearest;
mod traces;

use jiff::civil::Date;

use crate::conditions::ConditionId;
use crate::flatten::Flat;
use crate::limits;
use crate::model::{Allow, Group, ParentKind, Program, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::span::Span;

pub use nearest::{Nearest, nearest};
pub use traces::Traces;

/// Which clauses count when a permission is traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Filter {
    /// Only clauses whose selector has no `*`.
    pub explicitly: bool,
    /// Only clauses without `since`, or with one not after this day.
    pub held_on: Option<Date>,
}

impl Filter {
    fn counts(self, allow: &Allow) -> bool {
        !(self.explicitly && allow.wildcard) && self.held_on.is_none_or(|day| allow.since.is_none_or(|since| since <= day))
    }
}

/// One way in which a role comes to hold a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// From the role asked about to the one whose clause grants: each step's role, how it is related and the place that names the parent.
    pub path: Vec<Step>,
    /// How many more steps there are than the path says.
    pub more: usize,
    /// The role whose clause grants.
    pub role: RoleId,
    /// The clause among all `allow` clauses.
    pub allow: usize,
    /// Where the grant still holds after every `within` on the way.
    pub scope: ScopeId,
}

/// One step from a role to a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The child.
    pub role: RoleId,
    /// How the parent is related.
    pub kind: ParentKind,
    /// The parent's name in the child's declaration.
    pub span: Span,
}

/// One way in which a role comes to hold a permission through a copy that the lock file pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedDerivation {
    /// From the role asked about to the copy; the last step is the one that copies.
    pub path: Vec<Step>,
    /// The role that is copied.
    pub base: RoleId,
    /// When the copy grants it.
    pub condition: ConditionId,
    /// Where the grant still holds after every `within` on the way.
    pub scope: ScopeId,
    /// How the copied role comes to hold the permission now, if it does.
    pub now: Option<Derivation>,
}

/// Every way in which a role comes to hold a permission, nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derivations {
    /// Through clauses.
    pub clauses: Vec<Derivation>,
    /// Through pinned copies.
    pub pinned: Vec<PinnedDerivation>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// The derivations of a permission in a role, up to [`limits::DERIVATIONS`] of them.
#[must_use]
pub fn derivations(program: &mut Program, flat: &Flat, role: RoleId, permission: PermissionId) -> Derivations {
    let mut search = Search { program, flat, permission, found: Derivations::default(), steps: 0 };
    if search.flat.holds(search.program, role, permission) {
        search.visit(role);
    }
    let mut found = search.found;
    found.clauses.sort_by_key(|derivation| derivation.path.len());
    found.pinned.sort_by_key(|derivation| derivation.path.len());
    found
}

/// The groups that a role takes from one of its parents: as the lock file pins them, else all that the parent has.
#[must_use]
pub fn given<'p>(program: &'p Program, flat: &'p Flat, role: RoleId, parent: u32) -> &'p [Group] {
    match program.pinned_copy(role, parent) {
        Some(copy) => &copy.groups,
        None => flat.groups(program.parents[parent as usize].role).unwrap_or_default(),
    }
}

/// A depth-first search; its stack is its own, so a chain of any length is followed.
struct Search<'p> {
    program: &'p mut Program,
    flat: &'p Flat,
    permission: PermissionId,
    found: Derivations,
    steps: usize,
}

/// A role on the way: how many of its parents have been followed, and the scope that every `within` so far leaves.
struct Visit {
    role: RoleId,
    next: u32,
    scope: ScopeId,
}

impl Search<'_> {
    fn visit(&mut self, role: RoleId) {
        let mut path = Vec::new();
        let mut stack: Vec<Visit> = self.enter(role, Scopes::all(), &path).into_iter().collect();
        while let Some(Visit { role, next, scope }) = stack.pop() {
            path.truncate(stack.len());
            if self.is_enough() {
                return;
            }
            if next == self.program.role(role).parents.end {
                continue;
            }
            stack.push(Visit { role, next: next + 1, scope });
            let parent = self.program.parents[next as usize];
            path.push(Step { role, kind: parent.kind, span: parent.span });
            let reached = given(self.program, self.flat, role, next)
                .iter()
                .filter(|group| self.program.sets.contains(group.set, self.permission))
                .filter(|group| !self.program.scopes.are_disjoint(group.scope, scope))
                .copied()
                .collect::<Vec<_>>();
            if self.program.pinned_copy(role, next).is_some() {
                for group in reached {
                    let scope = self.program.scopes.intersection(group.scope, scope);
                    let (path, base, condition) = (path.clone(), parent.role, group.condition);
                    let holds = self.flat.holds(self.program, base, self.permission);
                    let now = if holds { nearest(self.program, self.flat, base, self.permission) } else { None };
                    self.effort(path.len());
                    self.found.pinned.push(PinnedDerivation { path, base, condition, scope, now });
                }
            } else if !reached.is_empty() {
                stack.extend(self.enter(parent.role, scope, &path));
            }
        }
    }

    /// Counts the effort that is spent once something has been found.
    fn effort(&mut self, steps: usize) {
        if !self.found.clauses.is_empty() || !self.found.pinned.is_empty() {
            self.steps += steps;
        }
    }

    /// Whether no more is looked for.
    fn is_enough(&mut self) -> bool {
        let found = self.found.clauses.len() + self.found.pinned.len();
        self.found.more = found > limits::DERIVATIONS || self.steps > limits::DERIVATION_STEPS;
        if self.found.more {
            self.found.pinned.truncate(limits::DERIVATIONS);
            self.found.clauses.truncate(limits::DERIVATIONS - self.found.pinned.len());
        }
        self.found.more
    }

    /// Takes what a role's own clauses give and says where its parents go on; `None` where it takes the permission away.
    fn enter(&mut self, role: RoleId, outer: ScopeId, path: &[Step]) -> Option<Visit> {
        if self.program.is_excepted(role, self.permission) {
            return None;
        }
        self.effort(1);
        let scope = match self.program.role(role).within {
            Some((within, _)) if !self.program.catalog.is_unaware(self.permission) => {
                self.program.scopes.intersection(outer, within)
            }
            _ => outer,
        };
        for clause in self.program.role(role).allows.clone() {
            let allow = &self.program.allows[clause as usize];
            if self.program.sets.contains(allow.set, self.permission) {
                let own = self.program.scope_for(self.permission, allow.scope);
                let scope = self.program.scopes.intersection(own, scope);
                if scope != Scopes::empty() {
                    self.effort(path.len());
                    self.found.clauses.push(Derivation { path: path.to_vec(), more: 0, role, allow: clause as usize, scope });
                    if self.is_enough() {
                        return None;
                    }
                }
            }
        }
        Some(Visit { role, next: self.program.role(role).parents.start, scope })
    }
}

/// The places that lead from a role to the clause that grants, as labels for a finding.
#[must_use]
pub fn chain(program: &Program, derivation: &Derivation) -> Vec<(Span, String)> {
    let steps = &derivation.path;
    let shown = steps.len().min(limits::CHAIN_LABELS);
    let mut labels: Vec<(Span, String)> = Vec::with_capacity(shown);
    for (at, step) in steps.iter().enumerate().take(shown) {
        let parent = steps.get(at + 1).map_or(derivation.role, |next| next.role);
        let (child, parent) = (&program.role(step.role).name, &program.role(parent).name);
        let verb = match step.kind {
            ParentKind::Extends => "inherits from",
            ParentKind::Copies => "copies",
            ParentKind::Overrides => "edits the vendor's",
        };
        labels.push((step.span, format!("`{child}` {verb} `{parent}`")));
    }
    if let (Some(last), true) = (labels.last_mut(), steps.len() + derivation.more > shown) {
        let more = steps.len() + derivation.more - shown;
        last.1 = format!("{}, and so on through {more} more", last.1);
    }
    labels
}
