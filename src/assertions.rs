//! Whether what is asserted holds: tests and assertions against what somebody holds, in every epoch and region.
//!
//! Without attributes nothing is known of a request: what must be allowed must be so whatever they are, and what must be
//! denied as well.

mod giving;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use giving::Giving;

use crate::access::{self, Access, Given, Through, Way};
use crate::flatten::Flat;
use crate::model::{Assertion, Claim, Holder, LicenseId, Licenses, Program, Reach, RegionId, Requirement, Target};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::PermissionId;
use crate::timeline::Moment;

/// An assertion that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In which region; by the default dates without.
    pub region: Option<RegionId>,
    /// On which day, or from which day on; always without.
    pub from: Option<Date>,
    /// What contradicts it.
    pub why: Contradiction,
}

/// What contradicts an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// A permission is held that must not be, through a role.
    Held {
        /// The permission.
        permission: PermissionId,
        /// The role, and by way of what.
        given: Option<Given>,
        /// Where, and under which conditions.
        ways: Vec<Way>,
    },
    /// A permission is not held as it must be.
    Lacks {
        /// The permission.
        permission: PermissionId,
        /// Where, and under which conditions, it is held.
        ways: Vec<Way>,
    },
    /// A surface is open to anybody.
    Open,
    /// Nobody says who may use a surface.
    Unstated,
    /// A surface is reached that must not be, through these permissions.
    Reached {
        /// Those of the permissions asked for that are held.
        through: Vec<PermissionId>,
        /// Where, and under which conditions.
        ways: Vec<Way>,
    },
    /// A surface is not reached as it must be.
    NotReached {
        /// The permissions asked for that are not held.
        missing: Vec<PermissionId>,
        /// Whether any one of them would do.
        any: bool,
        /// Where, and under which conditions, it is reached.
        ways: Vec<Way>,
    },
    /// An object may be read.
    Reads,
    /// An object may not be read.
    ReadsNot,
    /// A licence is needed that is not within the bound.
    Needs {
        /// The licence.
        license: LicenseId,
        /// A permission that needs it.
        permission: PermissionId,
    },
}

/// Whether it can be said if an assertion holds: errors in a role keep it from being judged.
#[must_use]
pub fn is_judged(program: &Program, flat: &Flat, assertion: &Assertion) -> bool {
    access::of(program, assertion.holder).iter().all(|given| flat.is_flat(given.role))
}

/// What contradicts that somebody reaches something at a moment, or does not.
#[must_use]
pub fn contradiction(access: &mut Access<'_>, holder: Holder, reach: &Reach, moment: Moment) -> Option<Contradiction> {
    Judge::new(access, holder, 1).against(reach, moment)
}

/// The first role through which somebody holds a permission.
#[must_use]
pub fn giver(access: &Access<'_>, holder: Holder, permission: PermissionId, moment: Moment) -> Option<Given> {
    first_giver(access, (holder, &access::of(access.program, holder)), permission, moment)
}

fn first_giver(
    access: &Access<'_>,
    (holder, given): (Holder, &[Given]),
    permission: PermissionId,
    moment: Moment,
) -> Option<Given> {
    let holds = |given: &&Given| {
        let counts = match holder {
            Holder::User(user) => access::counts(access.program, user, given.through, permission),
            Holder::Role(..) | Holder::Group(_) => true,
        };
        counts
            && (access.flat.holds(access.program, given.role, permission)
                || access.epochs.gained(given.role, permission, moment).is_some())
    };
    given.iter().find(holds).copied()
}

/// Judges claims about one holder.
#[derive(Debug)]
pub struct Judge<'a, 'c> {
    /// The project that is asked.
    pub access: &'a mut Access<'c>,
    holder: Holder,
    given: Vec<Given>,
    giving: Giving,
    /// By calendar: the days on which the holder gains something, once they are asked for.
    days: BTreeMap<usize, BTreeSet<Date>>,
}

impl<'a, 'c> Judge<'a, 'c> {
    /// Judges so many claims about a holder.
    #[must_use]
    pub fn new(access: &'a mut Access<'c>, holder: Holder, claims: usize) -> Self {
        let given = access::of(access.program, holder);
        let giving = Giving::new(access, &given, claims);
        Self { access, holder, given, giving, days: BTreeMap::new() }
    }

    /// Whether it can be said if claims hold: errors in a role keep them from being judged.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.given.iter().all(|given| self.access.flat.is_flat(given.role))
    }

    /// How an assertion about this holder fails first, if it does.
    #[must_use]
    pub fn failure(&mut self, assertion: &Assertion) -> Option<Failure> {
        for (region, dates) in self.moments(assertion) {
            for from in dates {
                // Before everything: the day before the first one that changes something is as good as any.
                let at = from.or(Some(Date::MIN));
                if let Some(why) = self.contradiction(&assertion.claim, Moment { region, at }) {
                    return Some(Failure { region, from, why });
                }
            }
        }
        None
    }

    /// Where and how the holder holds a permission.
    fn held(&mut self, permission: PermissionId, moment: Moment) -> Vec<Way> {
        let some = self.giving.some(&self.given, permission);
        self.access.held_by_some(self.holder, (&self.given, &some), permission, moment)
    }

    /// The regions, and in each the days, on which something that matters begins; no day stands for before all of them.
    fn moments(&mut self, assertion: &Assertion) -> Vec<(Option<RegionId>, Vec<Option<Date>>)> {
        let program = &*self.access.program;
        let regions = match assertion.region {
            Some(region) => vec![Some(region)],
            None => std::iter::once(None).chain((0..program.regions.len()).map(RegionId::new).map(Some)).collect(),
        };
        let mut known = BTreeSet::new();
        let mut moments = Vec::new();
        for region in regions {
            let guard = match &assertion.claim {
                Claim::Reach(Reach { target: Target::Surface(surface), .. }) => program.guard(*surface),
                _ => None,
            };
            let start = guard.and_then(|guard| program.start(guard, region)).map(|start| start.date);
            let calendar = region.and_then(|region| self.access.epochs.of_region.get(region.index()).copied()).unwrap_or(0);
            if !known.insert((calendar, start)) && assertion.region.is_none() {
                continue;
            }
            let dates = if let Some(at) = assertion.at {
                vec![Some(at)]
            } else {
                let mut days = self
                    .days
                    .entry(calendar)
                    .or_insert_with(|| {
                        let gains = self.given.iter().flat_map(|given| self.access.epochs.gains(given.role, region, None));
                        gains.map(|gain| gain.date).collect()
                    })
                    .clone();
                days.extend(start);
                std::iter::once(None).chain(days.into_iter().map(Some)).collect()
            };
            moments.push((region, dates));
        }
        moments
    }

    /// What contradicts a claim at a moment.
    fn contradiction(&mut self, claim: &Claim, moment: Moment) -> Option<Contradiction> {
        match claim {
            Claim::License(bound) => self.beyond(*bound, moment),
            Claim::Reach(reach) => self.against(reach, moment),
        }
    }

    fn against(&mut self, reach: &Reach, moment: Moment) -> Option<Contradiction> {
        match reach.target {
            Target::Permissions(set) => {
                let permissions: Vec<PermissionId> = self.access.program.sets.iter(set).collect();
                permissions.into_iter().find_map(|permission| self.of_permission(reach, permission, moment))
            }
            Target::Surface(surface) => self.of_surface(reach, surface, moment),
            Target::Object(object) => self.of_object(reach.can, object),
        }
    }

    fn of_permission(&mut self, reach: &Reach, permission: PermissionId, moment: Moment) -> Option<Contradiction> {
        let ways = self.held(permission, moment);
        if self.agrees(reach, &ways) {
            return None;
        }
        Some(if reach.can {
            Contradiction::Lacks { permission, ways }
        } else {
            Contradiction::Held { permission, given: self.giver(permission, moment), ways }
        })
    }

    fn giver(&self, permission: PermissionId, moment: Moment) -> Option<Given> {
        first_giver(self.access, (self.holder, &self.giving.some(&self.given, permission)), permission, moment)
    }

    fn of_surface(&mut self, reach: &Reach, surface: usize, moment: Moment) -> Option<Contradiction> {
        let asked = self.access.program.asked(surface, moment.region, moment.at).clone();
        let Self { access, holder, given, giving, .. } = self;
        let ways = access.reached_by(&asked, |access, permission| {
            access.held_by_some(*holder, (given, &giving.some(given, permission)), permission, moment)
        });
        let (permissions, any) = match asked {
            Requirement::Open if reach.can => return None,
            Requirement::Open => return Some(Contradiction::Open),
            Requirement::Unstated => return Some(Contradiction::Unstated),
            Requirement::Any(permissions) => (permissions, true),
            Requirement::All(permissions) => (permissions, false),
        };
        if self.agrees(reach, &ways) {
            return None;
        }
        let (through, missing) = permissions.into_iter().partition(|permission| self.giver(*permission, moment).is_some());
        Some(if reach.can { Contradiction::NotReached { missing, any, ways } } else { Contradiction::Reached { through, ways } })
    }

    fn of_object(&self, can: bool, object: usize) -> Option<Contradiction> {
        let program = &*self.access.program;
        let lineage = match self.holder {
            Holder::Role(..) => Cow::default(),
            Holder::Group(group) => Cow::Borrowed(program.subjects.group(group).lineage.as_slice()),
            Holder::User(user) => program.subjects.lineage(user),
        };
        let reads = program.objects[object].readers.admit(&lineage);
        (reads != can).then_some(if reads { Contradiction::Reads } else { Contradiction::ReadsNot })
    }

    /// Whether what is held or reached is as it must be.
    fn agrees(&mut self, reach: &Reach, ways: &[Way]) -> bool {
        let conditions = &self.access.program.conditions;
        let is_met = |way: &&Way| match (&reach.given, conditions.get(way.condition)) {
            (_, None) => true,
            (Some(given), Some(condition)) => condition.holds(given),
            // Whatever the attributes are: certainly not allowed, and not certainly denied.
            (None, Some(_)) => !reach.can,
        };
        let scopes: Vec<ScopeId> = ways.iter().filter(is_met).map(|way| way.scope).collect();
        let scope = scopes.into_iter().fold(Scopes::empty(), |all, scope| self.access.program.scopes.union(all, scope));
        let scopes = &self.access.program.scopes;
        match (reach.can, reach.scope) {
            (true, None) => scope != Scopes::empty(),
            (true, Some(wanted)) => scopes.is_within(wanted, scope),
            (false, None) => scope == Scopes::empty(),
            (false, Some(wanted)) => scopes.are_disjoint(wanted, scope),
        }
    }

    /// A licence that is needed and not within a bound. Add-ons have no place in the order.
    fn beyond(&self, bound: LicenseId, moment: Moment) -> Option<Contradiction> {
        let program = &*self.access.program;
        let within = program.license(bound).cheaper.with(bound);
        let all = (0..program.licenses.len()).map(LicenseId::new).filter(|license| !program.license(*license).addon);
        let beyond = all.fold(Licenses::default(), Licenses::with).without(within);
        beyond.iter().find_map(|license| {
            let mut needing = program.sets.iter(program.license(license).needs);
            let permission = needing.find(|permission| self.giver(*permission, moment).is_some())?;
            Some(Contradiction::Needs { license, permission })
        })
    }
}

/// The permissions that an assertion looks at in the roles of its holder.
#[must_use]
pub fn looked_at(program: &Program, assertion: &Assertion) -> Vec<PermissionId> {
    let Claim::Reach(reach) = &assertion.claim else { return Vec::new() };
    match reach.target {
        Target::Permissions(set) => program.sets.iter(set).collect(),
        Target::Surface(surface) => match &program.surfaces[surface].requirement {
            Requirement::Any(permissions) | Requirement::All(permissions) => permissions.clone(),
            Requirement::Open | Requirement::Unstated => Vec::new(),
        },
        Target::Object(_) => Vec::new(),
    }
}

/// How somebody comes to a role, in words.
#[must_use]
pub fn by_way_of(program: &Program, through: Through) -> Option<String> {
    match through {
        Through::Own(_) => None,
        Through::Group(group, _) => Some(format!("through the group `{}`", program.subjects.group(group).name)),
        Through::Automatic => Some("which comes by itself".to_owned()),
        Through::OldOption(_) => Some("through an old option".to_owned()),
    }
}

/// A way in words: the divisions, and the condition if there is one.
#[must_use]
pub fn way_text(program: &Program, way: Way) -> String {
    let everywhere = way.scope == Scopes::all();
    let scope = if everywhere { "everywhere".to_owned() } else { format!("in {}", program.scope_text(way.scope)) };
    match program.conditions.get(way.condition) {
        Some(condition) => format!("{scope} where {condition}"),
        None => scope,
    }
}
