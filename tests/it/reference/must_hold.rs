//! Assertions and tests: whether each line holds, in every region and on every day.

use std::collections::BTreeSet;

use crate::reference::access::{Holder, given, held, is_live, permissions, reached};
use crate::reference::conditions::Condition;
use crate::reference::grants::Held;
use crate::reference::read_later::{self, Claim, Line, Target, Test};
use crate::reference::scopes::Scope;
use crate::reference::surfaces::Asked;
use crate::reference::{About, Report, World};

/// What a line is about, with every name in it known.
enum Wanted {
    License(String),
    Permissions(BTreeSet<String>),
    Surface(usize),
    Object(String),
}

/// Judges every assertion and every line of every test.
pub(crate) fn judge(world: &World, report: &mut Report) {
    for assert in &world.declarations.later.asserts {
        let about = About::Named(assert.claim.text.clone());
        let holder = resolve_holder(world, &assert.holder).map_err(|code| report.tell(code, about)).ok();
        judge_claim(world, holder.as_ref(), &assert.claim, ("assertion-failed", report));
    }
    let mut names = BTreeSet::new();
    for test in &world.declarations.later.tests {
        if names.insert(&test.name) {
            judge_test(world, test, report);
        } else {
            report.tell("duplicate-declaration", About::Named(test.name.clone()));
        }
    }
}

fn judge_test(world: &World, test: &Test, report: &mut Report) {
    if test.lines.iter().all(|line| matches!(line, Line::As { .. })) {
        report.tell("empty-test", About::Named(test.name.clone()));
    }
    // Nobody yet; somebody who is not known; or somebody.
    let mut asks: Option<Option<Holder>> = None;
    let mut is_told = false;
    for line in &test.lines {
        match line {
            Line::As { text, holder, scope } => {
                let about = About::Named(text.clone());
                let mut tell = |code: Option<&'static str>| code.into_iter().for_each(|code| report.tell(code, about.clone()));
                let found = resolve_holder(world, holder).map_err(|code| tell(Some(code))).ok();
                let divisions = scope.as_ref().map(|names| world.names.sound_scope(names).map_err(&mut tell).ok());
                asks = Some(match (found, divisions) {
                    (Some(Holder::Role(role, _)), Some(Some(scope))) => Some(Holder::Role(role, scope)),
                    (Some(_), Some(Some(_))) => {
                        tell(Some("subject-in-divisions"));
                        None
                    }
                    (found, None) => found,
                    (_, Some(None)) | (None, _) => None,
                });
            }
            Line::Expect(claim) => match &asks {
                Some(holder) => judge_claim(world, holder.as_ref(), claim, ("test-failed", report)),
                None if !is_told => {
                    is_told = true;
                    report.tell("nobody-asks", About::Named(claim.text.clone()));
                }
                None => {}
            },
        }
    }
}

fn resolve_holder(world: &World, holder: &read_later::Holder) -> Result<Holder, &'static str> {
    let subjects = &world.society.subjects;
    match holder {
        read_later::Holder::Role(name) => world.names.role(name).map(|role| Holder::Role(role, Scope::All)).ok_or("unknown-role"),
        read_later::Holder::Group(name) => {
            subjects.groups.contains_key(name).then(|| Holder::Group(name.clone())).ok_or("unknown-group")
        }
        read_later::Holder::User(name) => {
            subjects.users.contains_key(name).then(|| Holder::User(name.clone())).ok_or("unknown-user")
        }
    }
}

fn resolve_target(world: &World, target: &Target) -> Result<Wanted, &'static str> {
    match target {
        Target::License(name) => {
            let is_known = world.society.licenses.names.contains(name);
            is_known.then(|| Wanted::License(name.clone())).ok_or("unknown-license")
        }
        Target::Permissions(selector) => world.catalog.resolve(selector).map(Wanted::Permissions),
        Target::Surface(surface) => {
            world.society.surfaces.find(surface).first().map(|at| Wanted::Surface(*at)).ok_or("unknown-surface")
        }
        Target::Object(path) => {
            let is_known = world.society.objects.paths().any(|known| known == path);
            is_known.then(|| Wanted::Object(path.clone())).ok_or("unknown-object")
        }
    }
}

/// Reports the names in a claim that are not known, or that it does not hold.
fn judge_claim(world: &World, holder: Option<&Holder>, claim: &Claim, (code, report): (&'static str, &mut Report)) {
    let about = About::Named(claim.text.clone());
    let target = resolve_target(world, &claim.target).map_err(|code| report.tell(code, about.clone())).ok();
    let scope = claim.scope.as_ref().map(|names| world.names.sound_scope(names));
    if let Some(Err(Some(code))) = scope {
        report.tell(code, about.clone());
    }
    let is_region = |region: &String| world.calendars.names.contains(region);
    if !claim.region.iter().all(is_region) {
        report.tell("unknown-region", about);
        return;
    }
    let (Some(holder), Some(wanted), Some(scope)) =
        (holder, target, scope.map(Result::ok).map_or(Some(None), |scope| scope.map(Some)))
    else {
        return;
    };
    let is_judged = given(world, holder).iter().all(|given| is_live(world, given.role));
    let is_true = |(calendar, at): &(String, String)| {
        let judged = Judged { world, claim, scope: scope.as_ref(), calendar, at };
        judged.holds(holder, &wanted)
    };
    if is_judged && !moments(world, claim).iter().all(is_true) {
        report.tell(code, about);
    }
}

/// The calendars and days of a claim: in each calendar before everything, and each day on which something may change.
fn moments(world: &World, claim: &Claim) -> Vec<(String, String)> {
    let calendars =
        world.calendars.names.iter().filter(|calendar| claim.region.as_ref().is_none_or(|region| region == *calendar));
    let days = |calendar: &String| match &claim.at {
        Some(at) => [at.clone()].into(),
        None => days(world, calendar),
    };
    calendars.flat_map(|calendar| days(calendar).into_iter().map(|day| (calendar.clone(), day))).collect()
}

/// The days of a calendar on which something may change, and one before them all.
pub(crate) fn days(world: &World, calendar: &str) -> BTreeSet<String> {
    let courses = world.courses.iter().filter(|((_, of), _)| of == calendar);
    let gains = courses.flat_map(|(_, course)| course.states.iter().map(|(date, _)| date.clone()));
    let enforcements = world.society.surfaces.enforcements.values();
    let enforcements = enforcements.map(|(at, _)| &world.declarations.later.enforcements[*at]);
    let starts = enforcements.filter_map(|enforcement| world.society.surfaces.start(world.declarations, enforcement, calendar));
    gains.chain(starts).chain([String::new()]).collect()
}

/// A claim at a moment.
struct Judged<'a> {
    world: &'a World<'a>,
    claim: &'a Claim,
    scope: Option<&'a Scope>,
    calendar: &'a str,
    at: &'a str,
}

impl Judged<'_> {
    fn holds(&self, holder: &Holder, wanted: &Wanted) -> bool {
        let Self { world, calendar, at, .. } = *self;
        let can = self.claim.can.unwrap_or_default();
        match wanted {
            Wanted::License(bound) => world.society.licenses.is_enough(bound, &permissions(world, holder, calendar, at)),
            Wanted::Permissions(wanted) => {
                let held = held(world, holder, calendar, at);
                let ways = |permission: &String| held.iter().filter(|held| held.permission == *permission).cloned().collect();
                wanted.iter().all(|permission| self.is_as_claimed(ways(permission)))
            }
            Wanted::Surface(surface) => match world.society.surfaces.asked(world.declarations, *surface, calendar, at) {
                Asked::Open => can,
                Asked::Unstated => false,
                asked => self.is_as_claimed(reached(&held(world, holder, calendar, at), asked)),
            },
            Wanted::Object(path) => {
                let subjects = &world.society.subjects;
                let lineage = match holder {
                    Holder::Role(..) => BTreeSet::new(),
                    Holder::Group(group) => subjects.lineage(group).clone(),
                    Holder::User(user) => subjects.groups_of(world.declarations, user),
                };
                world.society.objects.admits(path, &lineage) == Some(can)
            }
        }
    }

    /// Whether what is held or reached is as claimed. Of a request without attributes nothing is known: what is allowed
    /// must be so on no condition, and what is denied on none at all.
    fn is_as_claimed(&self, ways: Vec<Held>) -> bool {
        let can = self.claim.can.unwrap_or_default();
        let is_met = |held: &Held| match self.claim.given.as_slice() {
            [] => held.condition == Condition::True || !can,
            given => held.condition.holds(given),
        };
        let met = ways.into_iter().filter(is_met);
        let scope = met.fold(Scope::nowhere(), |scope, held| scope.or(&held.scope));
        match (can, self.scope) {
            (true, None) => !scope.is_empty(),
            (true, Some(wanted)) => wanted.within(&scope),
            (false, None) => scope.is_empty(),
            (false, Some(wanted)) => wanted.and(&scope).is_empty(),
        }
    }
}
