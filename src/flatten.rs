//! Effective grants: inheritance, wildcards, `within` and `except` worked out for every role.
//!
//! A role is a list of groups of permissions that share scope and condition, in normal form: unconditional groups
//! have no permission in common, and no grant is subsumed by another. Roles with equal groups share them.

mod inputs;

use rustc_hash::FxHashMap;

use crate::conditions::{ConditionId, Conditions};
use crate::diagnostic::{Sink, words};
use crate::graph::Order;
use crate::limits;
use crate::model::{Allow, Group, Program, RoleId};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::{PermissionId, SetId};

use inputs::Inputs;

/// One grant of one permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// What is granted.
    pub permission: PermissionId,
    /// When.
    pub condition: ConditionId,
    /// Where.
    pub scope: ScopeId,
}

/// The effective grants of all roles.
#[derive(Debug, Default)]
pub struct Flat {
    /// By role: its groups among all; `None` for roles that were not flattened.
    ranges: Vec<Option<(u32, u32)>>,
    groups: Vec<Group>,
    /// By role: how many permissions its groups have together.
    held: Vec<usize>,
    /// How many roles were worked out; each of the others is made of the same as one of these.
    pub worked_out: usize,
    /// By role: whether its own or an ancestor's `within` confines it.
    pub confined: Vec<bool>,
}

impl Flat {
    /// The groups of a role; `None` where an error keeps it from being flattened.
    #[must_use]
    pub fn groups(&self, role: RoleId) -> Option<&[Group]> {
        let (start, end) = self.range(role)?;
        self.groups.get(start as usize..end as usize)
    }

    /// The places of a role's groups among all: equal for roles that hold the same.
    #[must_use]
    pub fn range(&self, role: RoleId) -> Option<(u32, u32)> {
        self.ranges.get(role.index()).copied().flatten()
    }

    /// How many permissions the groups of a role have together.
    #[must_use]
    pub fn held(&self, role: RoleId) -> usize {
        self.held.get(role.index()).copied().unwrap_or_default()
    }

    /// Whether a role was flattened.
    #[must_use]
    pub fn is_flat(&self, role: RoleId) -> bool {
        self.ranges.get(role.index()).is_some_and(Option::is_some)
    }

    /// The grants of one permission in a role.
    pub fn grants_of<'f>(
        &'f self,
        program: &'f Program,
        role: RoleId,
        permission: PermissionId,
    ) -> impl Iterator<Item = Grant> + 'f {
        let groups = self.groups(role).unwrap_or_default().iter();
        groups.filter(move |group| program.sets.contains(group.set, permission)).map(move |group| Grant {
            permission,
            condition: group.condition,
            scope: group.scope,
        })
    }

    /// Whether a role holds a permission anywhere, under any condition.
    #[must_use]
    pub fn holds(&self, program: &Program, role: RoleId, permission: PermissionId) -> bool {
        self.groups(role).unwrap_or_default().iter().any(|group| program.sets.contains(group.set, permission))
    }

    /// Whether one grant of the role is at least as wide as another grant.
    #[must_use]
    pub fn subsumes(&self, program: &Program, role: RoleId, grant: Grant) -> bool {
        self.grants_of(program, role, grant.permission).any(|own| is_subsumed(program, grant, own))
    }

    /// Every grant of a role, in order of permission, condition and scope.
    #[must_use]
    pub fn grants(&self, program: &Program, role: RoleId) -> Vec<Grant> {
        grants(program, self.groups(role).unwrap_or_default())
    }

    /// How many groups all roles have together, shared ones once.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }
}

/// Every grant of some groups, in order of permission, condition and scope.
#[must_use]
pub fn grants(program: &Program, groups: &[Group]) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for Group { condition, scope, set } in groups.iter().copied() {
        grants.extend(program.sets.iter(set).map(|permission| Grant { permission, condition, scope }));
    }
    grants.sort_unstable();
    grants
}

/// Whether `wide` grants at least what `narrow` does.
#[must_use]
pub fn is_subsumed(program: &Program, narrow: Grant, wide: Grant) -> bool {
    narrow.permission == wide.permission
        && program.scopes.is_within(narrow.scope, wide.scope)
        && program.conditions.is_weaker(wide.condition, narrow.condition)
}

/// Works out the effective grants of all roles, parents first.
#[must_use]
pub fn flatten(program: &mut Program, order: &Order, sink: &mut Sink) -> Flat {
    let roles = program.roles.len();
    let mut flat = Flat { ranges: vec![None; roles], held: vec![0; roles], confined: vec![false; roles], ..Flat::default() };
    let (mut work, mut inputs) = (Work::new(program.catalog.len()), Inputs::default());
    let unaware: Vec<bool> = program.catalog.ids().map(|id| program.catalog.is_unaware(id)).collect();
    let mut held = 0;
    for id in order.roles.iter().copied() {
        let inherited = program.parents(id).iter().any(|parent| flat.confined[parent.role.index()]);
        flat.confined[id.index()] = inherited || program.role(id).within.is_some_and(|(scope, _)| scope != Scopes::all());
        let known = unchanged(program, &flat, id).or_else(|| inputs.find(program, &flat, id));
        let range = known.unwrap_or_else(|| {
            flat.worked_out += 1;
            work.gather(program, &flat, id, &unaware);
            work.narrow(program, id, &unaware);
            let range = work.emit(program, &mut flat.groups);
            inputs.remember(range);
            range
        });
        flat.ranges[id.index()] = Some(range);
        let own = flat.groups(id).unwrap_or_default().iter().map(|group| program.sets.len(group.set)).sum();
        flat.held[id.index()] = own;
        held += own;
        if let Some(excess) = excess(program, &flat, held) {
            let role = program.role(id);
            sink.report(words::roles::flat_too_large(&role.name, role.name_span, &excess));
            break;
        }
    }
    flat
}

/// What is too much of what was flattened, in words.
fn excess(program: &Program, flat: &Flat, held: usize) -> Option<String> {
    let (distinct, bytes) = (program.sets.total(), program.sets.bytes() + flat.groups.len() * size_of::<Group>());
    if distinct > limits::FLAT_GRANTS {
        return Some(format!("more than {} million distinct grants", limits::FLAT_GRANTS >> 20));
    }
    if bytes > limits::FLAT_BYTES {
        return Some(format!("sets of more than {} MiB", limits::FLAT_BYTES >> 20));
    }
    (held > limits::FLAT_HELD).then(|| format!("more than {} million grants", limits::FLAT_HELD >> 20))
}

/// The groups of the only parent of a role that takes nothing away, and adds nothing to what that parent grants.
fn unchanged(program: &Program, flat: &Flat, id: RoleId) -> Option<(u32, u32)> {
    let [parent] = program.parents(id) else { return None };
    if !program.excepts(id).is_empty() || program.role(id).within.is_some() || program.pinned_copies.contains_key(&id) {
        return None;
    }
    let allows = program.allows(id);
    let own: usize = allows.iter().map(|allow| program.sets.len(allow.set)).sum();
    // Of a few grants it is quickly said that they are nothing new; of many, working them out says it as well.
    if FEW * own > flat.held(parent.role) {
        return None;
    }
    let adds_nothing = |allow: &Allow| {
        program.sets.iter(allow.set).all(|permission| {
            let scope = program.scope_for(permission, allow.scope);
            flat.subsumes(program, parent.role, Grant { permission, condition: allow.condition, scope })
        })
    };
    if allows.iter().all(adds_nothing) { flat.range(parent.role) } else { None }
}

/// How many times as much a parent grants as a role's own few clauses.
const FEW: usize = 4;

/// What is known of the role being flattened; the vectors serve all roles in turn.
struct Work {
    /// By permission: where it is granted unconditionally.
    scopes: Vec<ScopeId>,
    /// A bit for each permission that is granted unconditionally.
    present: Vec<u64>,
    /// Grants under a condition.
    conditional: Vec<Grant>,
    /// By scope: its bucket, or `NONE`.
    bucket_of: Vec<u32>,
    buckets: Vec<(ScopeId, Vec<u32>)>,
    ranges: FxHashMap<Vec<Group>, (u32, u32)>,
    last: Vec<Group>,
}

const NONE: u32 = u32::MAX;

impl Work {
    fn new(permissions: usize) -> Self {
        Self {
            scopes: vec![Scopes::empty(); permissions],
            present: vec![0; permissions.div_ceil(64)],
            conditional: Vec::new(),
            bucket_of: Vec::new(),
            buckets: Vec::new(),
            ranges: FxHashMap::default(),
            last: Vec::new(),
        }
    }

    /// Takes what parents and own clauses grant.
    fn gather(&mut self, program: &mut Program, flat: &Flat, id: RoleId, unaware: &[bool]) {
        let (parents, allows) = (program.role(id).parents.clone(), program.role(id).allows.clone());
        for at in parents {
            let parent = program.parents[at as usize].role;
            let groups: &[Group] = match program.pinned_copy(id, at) {
                Some(copy) => &copy.groups.clone(),
                None => flat.groups(parent).unwrap_or_default(),
            };
            for group in groups {
                self.grant(program, group.set, group.scope, group.condition, None);
            }
        }
        for at in allows {
            let allow = &program.allows[at as usize];
            let (set, scope, condition) = (allow.set, allow.scope, allow.condition);
            self.grant(program, set, scope, condition, Some(unaware));
        }
    }

    /// Adds grants; `unaware` is given for scopes as written, which leave unaware permissions untouched.
    fn grant(&mut self, program: &mut Program, set: SetId, scope: ScopeId, condition: ConditionId, unaware: Option<&[bool]>) {
        let unaware = unaware.filter(|_| scope != Scopes::all());
        let Program { sets, scopes, .. } = program;
        let scope_for = |at: usize| if unaware.is_some_and(|unaware| unaware[at]) { Scopes::all() } else { scope };
        if condition != Conditions::always() {
            let grants = sets.iter(set).map(|permission| Grant { permission, condition, scope: scope_for(permission.index()) });
            self.conditional.extend(grants);
            return;
        }
        let mut union = Remembered::default();
        sets.for_each(set, |at| {
            let mine = scope_for(at);
            let slot = &mut self.scopes[at];
            if *slot == Scopes::empty() {
                *slot = mine;
                self.present[at / 64] |= 1 << (at % 64);
            } else if *slot != mine {
                *slot = union.get(*slot, mine, |a, b| scopes.union(a, b));
            }
        });
    }

    /// Applies the role's own `within` and `except`.
    fn narrow(&mut self, program: &mut Program, id: RoleId, unaware: &[bool]) {
        if let Some((within, _)) = program.role(id).within.filter(|(scope, _)| *scope != Scopes::all()) {
            let mut cut = Remembered::default();
            for (at, word) in self.present.iter_mut().enumerate() {
                let mut rest = *word;
                while rest != 0 {
                    let permission = at * 64 + rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    if !unaware[permission] {
                        let slot = &mut self.scopes[permission];
                        *slot = cut.get(*slot, within, |a, b| program.scopes.intersection(a, b));
                        if *slot == Scopes::empty() {
                            *word &= !(1 << (permission % 64));
                        }
                    }
                }
            }
            for grant in self.conditional.iter_mut().filter(|grant| !unaware[grant.permission.index()]) {
                grant.scope = program.scopes.intersection(grant.scope, within);
            }
            self.conditional.retain(|grant| grant.scope != Scopes::empty());
        }
        for except in program.excepts(id) {
            program.sets.for_each(except.set, |at| {
                self.scopes[at] = Scopes::empty();
                self.present[at / 64] &= !(1 << (at % 64));
            });
            self.conditional.retain(|grant| !program.sets.contains(except.set, grant.permission));
        }
    }

    /// Writes the role in normal form and leaves the vectors empty for the next one.
    fn emit(&mut self, program: &mut Program, groups: &mut Vec<Group>) -> (u32, u32) {
        self.last.clear();
        self.normalise_conditional(program);
        self.bucket_of.resize(program.scopes.count(), NONE);
        let mut used = 0;
        for (at, word) in self.present.iter_mut().enumerate() {
            while *word != 0 {
                let permission = at * 64 + word.trailing_zeros() as usize;
                *word &= *word - 1;
                let scope = std::mem::replace(&mut self.scopes[permission], Scopes::empty());
                let bucket = &mut self.bucket_of[scope.index()];
                if *bucket == NONE {
                    *bucket = u32::try_from(used).unwrap_or(NONE);
                    if used == self.buckets.len() {
                        self.buckets.push((scope, Vec::new()));
                    }
                    self.buckets[used].0 = scope;
                    used += 1;
                }
                self.buckets[*bucket as usize].1.push(u32::try_from(permission).unwrap_or(NONE));
            }
        }
        for (scope, ids) in &mut self.buckets[..used] {
            self.bucket_of[scope.index()] = NONE;
            let set = program.sets.intern(ids);
            ids.clear();
            self.last.push(Group { condition: Conditions::always(), scope: *scope, set });
        }
        self.last.sort_unstable();
        if let Some(range) = self.ranges.get(&self.last) {
            return *range;
        }
        let start = u32::try_from(groups.len()).unwrap_or(NONE);
        groups.extend_from_slice(&self.last);
        let range = (start, u32::try_from(groups.len()).unwrap_or(NONE));
        self.ranges.insert(self.last.clone(), range);
        range
    }

    /// Groups what is granted under conditions, without what is subsumed.
    fn normalise_conditional(&mut self, program: &mut Program) {
        if self.conditional.is_empty() {
            return;
        }
        self.conditional.sort_unstable();
        let mut grants: Vec<Grant> = Vec::with_capacity(self.conditional.len());
        for grant in self.conditional.drain(..) {
            match grants.last_mut() {
                Some(last) if (last.permission, last.condition) == (grant.permission, grant.condition) => {
                    last.scope = program.scopes.union(last.scope, grant.scope);
                }
                _ => grants.push(grant),
            }
        }
        let mut groups: std::collections::BTreeMap<(ConditionId, ScopeId), Vec<u32>> = std::collections::BTreeMap::new();
        for same in grants.chunk_by(|a, b| a.permission == b.permission) {
            let unconditional = self.scopes[same[0].permission.index()];
            let mut lists = program.conditions.lists(same.iter().map(|grant| grant.condition));
            lists.retain(|_, of_variable| of_variable.len() <= limits::COMPARED_LISTS);
            for (at, grant) in same.iter().enumerate() {
                let by_plain = program.scopes.is_within(grant.scope, unconditional);
                let mut others =
                    program.conditions.variable(grant.condition).and_then(|list| lists.get(list)).into_iter().flatten();
                let by_other = others.any(|other| *other != at && is_subsumed(program, *grant, same[*other]));
                if !by_plain && !by_other {
                    groups.entry((grant.condition, grant.scope)).or_default().push(grant.permission.raw());
                }
            }
        }
        for ((condition, scope), ids) in groups {
            self.last.push(Group { condition, scope, set: program.sets.intern(&ids) });
        }
    }
}

/// The last answer of a costly operation: neighbours usually ask the same.
#[derive(Default)]
struct Remembered(Option<((ScopeId, ScopeId), ScopeId)>);

impl Remembered {
    fn get(&mut self, a: ScopeId, b: ScopeId, work_out: impl FnOnce(ScopeId, ScopeId) -> ScopeId) -> ScopeId {
        match self.0 {
            Some((asked, answer)) if asked == (a, b) => answer,
            _ => {
                let answer = work_out(a, b);
                self.0 = Some(((a, b), answer));
                answer
            }
        }
    }
}
