//! Why a role holds a permission, or why it does not: the clauses, parents and backfills that give it, or what
//! keeps it away and who has it instead. Only for roles that were flattened.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fixedbitset::FixedBitSet;
use jiff::civil::Date;

use crate::conditions::Conditions;
use crate::flatten::Flat;
use crate::graph::Order;
use crate::limits;
use crate::model::{Day, Program, RegionId, RoleId};
use crate::provenance::{self, Derivation, Derivations, Filter, Step, Traces};
use crate::sets::PermissionId;
use crate::span::Span;
use crate::timeline::{self, Epochs, Gain, Moment};

/// Why does this role have that permission, there and then?
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The role.
    pub role: RoleId,
    /// The permission.
    pub permission: PermissionId,
    /// Where and when.
    pub moment: Moment,
}

/// What there is to say.
#[derive(Debug)]
pub struct Answer {
    /// Whether the role has the permission, with the reasons.
    pub verdict: Verdict,
    /// By the day since which the role has it, if it has: the regions. Empty where no region differs from what was asked about.
    pub regions: BTreeMap<Option<Date>, Vec<RegionId>>,
}

/// Whether a role has a permission.
#[derive(Debug)]
pub enum Verdict {
    /// It does.
    Held {
        /// Through which clauses.
        derivations: Derivations,
        /// Through which backfills, in order of time.
        gains: Vec<Gain>,
    },
    /// It does not.
    Missing {
        /// What takes it away, nearest first, up to [`limits::DERIVATIONS`]. Empty if nothing on the way grants it.
        obstacles: Vec<Obstacle>,
        /// Backfills that add it, and what keeps them from adding it to this role.
        backfills: Vec<(usize, Withheld)>,
        /// The nearest role that has it.
        nearest: Option<Nearest>,
    },
}

/// Something that keeps a permission from a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// From the role asked about to the one where the permission is lost.
    pub path: Vec<Step>,
    /// Where it is lost.
    pub role: RoleId,
    /// How.
    pub kind: ObstacleKind,
    /// What would have given it, from the role where it is lost.
    pub lost: Option<Derivation>,
}

/// How a role loses a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// This `except` takes it away.
    Except(Span),
    /// This `within` leaves nothing of where it is granted.
    Within(Span),
    /// This wildcard matches it now, and the lock file pins the wildcard without it.
    PinnedWildcard(Span),
    /// The role that is copied here has it now, and the lock file pins the copy without it.
    PinnedCopy(Span),
}

/// Why a backfill does not give a role what it adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withheld {
    /// It will, after the day asked about.
    Later(Day),
    /// It has no day there.
    NoDay,
    /// It is optional, and the organisation has switched such backfills off.
    SwitchedOff,
    /// It is marked as done: the sources say what it added.
    Done(Span),
    /// It does not consider this role.
    NotConsidered,
    /// The role is created after its day.
    CreatedTooLate(Day, (Date, Span)),
    /// The role does not hold the trigger.
    NoTrigger,
    /// The role holds the trigger through wildcards alone.
    NotExplicit,
    /// The role's clauses say that it holds the trigger since a later day.
    HeldTooLate(Day),
    /// The role's own `except` forbids it.
    Excepted(Day),
    /// Nothing is left where the role holds the trigger.
    Nowhere,
}

/// A role that has the permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// The role.
    pub role: RoleId,
    /// Steps of inheritance, in either direction; `None` if the roles are not related.
    pub steps: Option<usize>,
    /// How many permissions it has.
    pub permissions: usize,
}

/// The stages that questions are put to.
#[derive(Debug)]
pub struct Compiled<'c> {
    /// The resolved project.
    pub program: &'c mut Program,
    /// Parents before children.
    pub order: &'c Order,
    /// Effective grants.
    pub flat: &'c Flat,
    /// What backfills change.
    pub epochs: &'c Epochs,
}

/// Answers a question.
#[must_use]
pub fn why(compiled: &mut Compiled<'_>, question: Question) -> Answer {
    let Question { role, permission, moment } = question;
    let gains: Vec<Gain> =
        compiled.epochs.gains(role, moment.region, moment.at).filter(|gain| gain.permission == permission).copied().collect();
    let regions = compiled.regions(question);
    let verdict = if gains.is_empty() && !compiled.flat.holds(compiled.program, role, permission) {
        Verdict::Missing {
            obstacles: compiled.obstacles(role, permission),
            backfills: compiled.backfills(question),
            nearest: compiled.nearest(question),
        }
    } else {
        let derivations = provenance::derivations(compiled.program, compiled.flat, role, permission);
        Verdict::Held { derivations, gains }
    };
    Answer { verdict, regions }
}

impl Compiled<'_> {
    fn has(&self, role: RoleId, Question { permission, moment, .. }: Question) -> bool {
        self.flat.holds(self.program, role, permission) || self.epochs.gained(role, permission, moment).is_some()
    }

    /// Since when the role has the permission in each region, if not the same everywhere.
    fn regions(&self, Question { role, permission, moment }: Question) -> BTreeMap<Option<Date>, Vec<RegionId>> {
        let mut regions: BTreeMap<Option<Date>, Vec<RegionId>> = BTreeMap::new();
        if moment.region.is_some() || self.flat.holds(self.program, role, permission) {
            return regions;
        }
        let since = |moment| self.epochs.gained(role, permission, moment).map(|gain| gain.date);
        for region in (0..self.program.regions.len()).map(RegionId::new) {
            let there = Moment { region: Some(region), ..moment };
            regions.entry(since(there)).or_default().push(region);
        }
        let default = since(moment);
        if regions.keys().all(|there| *there == default) { BTreeMap::new() } else { regions }
    }

    /// What takes a permission away on its way to a role that does not have it.
    fn obstacles(&self, asked: RoleId, permission: PermissionId) -> Vec<Obstacle> {
        let (mut found, mut steps) = (Vec::new(), 0);
        let mut reached: BTreeMap<RoleId, Option<Step>> = BTreeMap::from([(asked, None)]);
        let mut queue = VecDeque::from([asked]);
        while let Some(role) = queue.pop_front() {
            for (kind, lost) in self.losses(role, permission, role == asked) {
                let path = path_to(role, &reached);
                steps += path.len();
                found.push(Obstacle { path, role, kind, lost });
            }
            if found.len() >= limits::DERIVATIONS || steps > limits::DERIVATION_STEPS {
                break;
            }
            for at in self.program.role(role).parents.clone() {
                let parent = self.program.parents[at as usize];
                let has = self.flat.holds(self.program, parent.role, permission);
                if !has && self.program.pinned_copy(role, at).is_none() && !reached.contains_key(&parent.role) {
                    reached.insert(parent.role, Some(Step { role, kind: parent.kind, span: parent.span }));
                    queue.push_back(parent.role);
                }
            }
        }
        found
    }

    /// How one role loses a permission that its clauses or parents give.
    fn losses(&self, role: RoleId, permission: PermissionId, asked: bool) -> Vec<(ObstacleKind, Option<Derivation>)> {
        let Self { program, flat, .. } = self;
        let mut losses = Vec::new();
        let (given, lost) = self.incoming(role, permission);
        let except = program.excepts(role).iter().find(|except| program.sets.contains(except.set, permission));
        match (except, program.role(role).within) {
            (Some(except), _) if given || asked => losses.push((ObstacleKind::Except(except.span), lost)),
            (None, Some((_, within))) if given => losses.push((ObstacleKind::Within(within), lost)),
            _ => {}
        }
        let pinned_out = program.allows(role).iter().filter(|allow| !program.sets.contains(allow.set, permission));
        let wildcards = pinned_out
            .filter(|allow| allow.pin.is_some_and(|id| program.sets.contains(program.wildcards[id.index()].now, permission)));
        losses.extend(wildcards.map(|allow| (ObstacleKind::PinnedWildcard(allow.span), None)));
        let copy = program.pinned_copies.get(&role).map(|copy| copy.parent);
        if let Some(at) = copy.filter(|at| !self.gives(role, *at, permission)) {
            let parent = program.parents[at as usize];
            let lost = provenance::nearest(program, flat, parent.role, permission);
            losses.extend(lost.map(|lost| (ObstacleKind::PinnedCopy(parent.span), Some(lost))));
        }
        losses
    }

    fn gives(&self, role: RoleId, parent: u32, permission: PermissionId) -> bool {
        let mut groups = provenance::given(self.program, self.flat, role, parent).iter();
        groups.any(|group| self.program.sets.contains(group.set, permission))
    }

    /// Whether a role's clauses or parents give a permission before its own `within` and `except`, and the nearest that does.
    fn incoming(&self, role: RoleId, permission: PermissionId) -> (bool, Option<Derivation>) {
        let Self { program, flat, .. } = self;
        let grants = |at: &u32| program.sets.contains(program.allows[*at as usize].set, permission);
        if let Some(clause) = program.role(role).allows.clone().find(grants) {
            let allow = clause as usize;
            let scope = program.scope_for(permission, program.allows[allow].scope);
            return (true, Some(Derivation { path: Vec::new(), more: 0, role, allow, scope }));
        }
        let Some(at) = program.role(role).parents.clone().find(|at| self.gives(role, *at, permission)) else {
            return (false, None);
        };
        let parent = program.parents[at as usize];
        let lost = provenance::nearest(program, flat, parent.role, permission).map(|mut lost| {
            lost.path.insert(0, Step { role, kind: parent.kind, span: parent.span });
            lost
        });
        (true, lost)
    }

    /// The backfills that add a permission, and why they don't give it to a role.
    fn backfills(&mut self, question: Question) -> Vec<(usize, Withheld)> {
        let adds = |at: &usize| {
            let backfill = &self.program.backfills[*at];
            !backfill.faulty && self.program.sets.contains(backfill.additions, question.permission)
        };
        let adding: Vec<usize> = (0..self.program.backfills.len()).filter(adds).take(limits::DERIVATIONS).collect();
        adding.into_iter().map(|at| (at, self.withheld(at, question))).collect()
    }

    fn withheld(&mut self, at: usize, Question { role, permission, moment }: Question) -> Withheld {
        let backfill = &self.program.backfills[at];
        if backfill.optional && !self.program.organisation.role_backfill {
            return Withheld::SwitchedOff;
        }
        if let Some(done) = backfill.done {
            return Withheld::Done(done);
        }
        if !timeline::considers(self.program, at, role) {
            return Withheld::NotConsidered;
        }
        let Some(day) = backfill.day(moment.region) else { return Withheld::NoDay };
        if let Some(reason) = self.untriggered(at, role, (day, moment.region)) {
            return reason;
        }
        let created = self.program.role(role).facts.as_ref().and_then(|facts| facts.created);
        match created.filter(|(created, _)| *created > day.date) {
            Some(created) => Withheld::CreatedTooLate(day, created),
            None if self.program.is_excepted(role, permission) => Withheld::Excepted(day),
            None if moment.at.is_some_and(|at| day.date > at) => Withheld::Later(day),
            None => Withheld::Nowhere,
        }
    }

    /// Why a role does not hold a backfill's trigger on its day; `None` if it does somewhere.
    fn untriggered(&mut self, at: usize, role: RoleId, (day, region): (Day, Option<RegionId>)) -> Option<Withheld> {
        let trigger = self.program.backfills[at].trigger.clone()?;
        let held = |compiled: &mut Self, filter: Option<Filter>| {
            let by_clauses = |compiled: &mut Self, permission| match filter {
                None => compiled.flat.holds(compiled.program, role, permission),
                Some(filter) => {
                    let scope = Traces::default().scope(compiled.program, compiled.flat, role, permission, filter);
                    scope != crate::scopes::Scopes::empty()
                }
            };
            let mut each = trigger.permissions.iter().map(|permission| {
                let moment = Moment { region, at: Some(day.date) };
                compiled.epochs.gained(role, *permission, moment).is_some() || by_clauses(compiled, *permission)
            });
            if trigger.any { each.any(|held| held) } else { each.all(|held| held) }
        };
        let explicitly = trigger.explicitly;
        if !held(self, None) {
            Some(Withheld::NoTrigger)
        } else if !held(self, Some(Filter { explicitly, held_on: None })) {
            Some(Withheld::NotExplicit)
        } else if !held(self, Some(Filter { explicitly, held_on: Some(day.date) })) {
            Some(Withheld::HeldTooLate(day))
        } else {
            None
        }
    }

    /// The role with the permission that is fewest steps of inheritance away; else the one with the fewest permissions.
    fn nearest(&self, question: Question) -> Option<Nearest> {
        let named = |role: &RoleId| self.program.role(*role).overridden_by.is_none() && self.has(*role, question);
        let best = |roles: &mut dyn Iterator<Item = RoleId>, steps| {
            let holders = roles.filter(named).map(|role| (self.count(role, question.moment), role));
            let best = holders.min_by_key(|(permissions, role)| (*permissions, &self.program.role(*role).name));
            best.map(|(permissions, role)| Nearest { role, steps, permissions })
        };
        let mut children: Vec<Vec<RoleId>> = vec![Vec::new(); self.program.roles.len()];
        for child in self.program.role_ids() {
            self.program.parents(child).iter().for_each(|parent| children[parent.role.index()].push(child));
        }
        let mut seen = BTreeSet::from([question.role]);
        let mut ring = vec![question.role];
        for steps in 0.. {
            if ring.is_empty() {
                break;
            }
            if let Some(found) = best(&mut ring.iter().copied(), Some(steps)) {
                return Some(found);
            }
            let parents = ring.iter().flat_map(|role| self.program.parents(*role)).map(|parent| parent.role);
            let next: BTreeSet<RoleId> =
                parents.chain(ring.iter().flat_map(|role| children[role.index()].iter().copied())).collect();
            ring = next.into_iter().filter(|role| seen.insert(*role)).collect();
        }
        best(&mut self.program.role_ids(), None)
    }

    /// How many permissions a role has.
    fn count(&self, role: RoleId, moment: Moment) -> usize {
        let groups = self.flat.groups(role).unwrap_or_default();
        let gained: BTreeSet<PermissionId> = self
            .epochs
            .gains(role, moment.region, moment.at)
            .map(|gain| gain.permission)
            .filter(|permission| !self.flat.holds(self.program, role, *permission))
            .collect();
        if groups.iter().all(|group| group.condition == Conditions::always()) {
            return groups.iter().map(|group| self.program.sets.len(group.set)).sum::<usize>() + gained.len();
        }
        let mut held = FixedBitSet::with_capacity(self.program.catalog.len());
        for group in groups {
            self.program.sets.for_each(group.set, |at| held.insert(at));
        }
        held.count_ones(..) + gained.len()
    }
}

/// The steps by which a role was reached.
fn path_to(role: RoleId, reached: &BTreeMap<RoleId, Option<Step>>) -> Vec<Step> {
    let mut path = Vec::new();
    let mut at = role;
    while let Some(Some(step)) = reached.get(&at) {
        path.push(*step);
        at = step.role;
    }
    path.reverse();
    path
}
