//! `why`, `show` and `lock` against what the compiler says that roles hold, on generated projects with and without lock files.

use std::collections::{BTreeMap, BTreeSet};

use rolec::access::{Access, Way};
use rolec::compile::{Compilation, Input, compile};
use rolec::diagnostic::Code;
use rolec::flatten::{Grant, is_subsumed};
use rolec::lock;
use rolec::model::{Program, RegionId, Requirement, RoleId};
use rolec::pins::Pins;
use rolec::provenance::Derivations;
use rolec::scopes::{DivisionId, ScopeId};
use rolec::sets::PermissionId;
use rolec::show::{Giver, Shown, show};
use rolec::source::Sources;
use rolec::timeline::{Gain, Moment};
use rolec::who::{Target, who};
use rolec::why::{Compiled, Question, Verdict, why};

use crate::adapter::organisation;
use crate::generate::Project;

const PROJECTS: u64 = 150;

pub(crate) fn compiled(generated: &Project, pins: Option<Pins>) -> Compilation {
    let texts = generated.texts().into_iter().map(|(name, text)| (name, text, false)).collect();
    let organisation = organisation(&generated.settings);
    compile(Input { sources: Sources::new(texts), organisation, pins, ..Input::default() })
}

/// Every role, at a few moments.
fn for_states(compilation: &mut Compilation, mut judge: impl FnMut(&mut Compilation, RoleId, Moment)) {
    let roles: Vec<RoleId> = compilation.program.named_roles();
    let regions = compilation.program.regions.len().min(2);
    let dates: BTreeSet<_> = compilation.epochs.calendars.iter().flat_map(rolec::timeline::Calendar::dates).collect();
    let first = dates.into_iter().next();
    for role in roles.into_iter().filter(|role| compilation.flat.is_flat(*role)).collect::<Vec<_>>() {
        for region in std::iter::once(None).chain((0..regions).map(|at| Some(RegionId::new(at)))) {
            for at in std::iter::once(None).chain(first.map(Some)) {
                judge(compilation, role, Moment { region, at });
            }
        }
    }
}

/// The normal form of what derivations and gains give.
fn normal(program: &mut Program, permission: PermissionId, derivations: &Derivations, gains: &[Gain]) -> BTreeSet<Grant> {
    let mut scopes: BTreeMap<_, _> = BTreeMap::new();
    let clauses = derivations.clauses.iter().map(|one| (program.allows[one.allow].condition, one.scope));
    let pinned = derivations.pinned.iter().map(|one| (one.condition, one.scope));
    let gained = gains.iter().map(|gain| (rolec::conditions::Conditions::always(), gain.scope));
    for (condition, scope) in clauses.chain(pinned).chain(gained).collect::<Vec<_>>() {
        let all = scopes.entry(condition).or_insert_with(rolec::scopes::Scopes::empty);
        *all = program.scopes.union(*all, scope);
    }
    let grants: Vec<Grant> = scopes.into_iter().map(|(condition, scope)| Grant { permission, condition, scope }).collect();
    let is_needed = |grant: &&Grant| !grants.iter().any(|other| other != *grant && is_subsumed(program, **grant, *other));
    grants.iter().filter(is_needed).copied().collect()
}

fn ensure_why_agrees(compilation: &mut Compilation, role: RoleId, moment: Moment, shown: &Shown) {
    for permission in compilation.program.catalog.ids() {
        let question = Question { role, permission, moment };
        let Compilation { program, order, flat, epochs, .. } = compilation;
        let held: BTreeSet<Grant> =
            shown.grants.iter().map(|held| held.grant).filter(|grant| grant.permission == permission).collect();
        match why(&mut Compiled { program, order, flat, epochs }, question).verdict {
            Verdict::Held { derivations, .. } if derivations.more => {}
            Verdict::Held { derivations, gains } => assert_eq!(normal(program, permission, &derivations, &gains), held),
            Verdict::Missing { nearest, .. } => {
                assert!(held.is_empty());
                let has =
                    |role: RoleId| flat.holds(program, role, permission) || epochs.gained(role, permission, moment).is_some();
                assert_eq!(nearest.is_some(), program.named_roles().into_iter().any(has));
                assert!(nearest.is_none_or(|nearest| has(nearest.role)));
            }
        }
    }
}

fn ensure_origins(compilation: &Compilation, shown: &Shown) {
    for held in &shown.grants {
        assert!(!held.origins.is_empty(), "{held:?}");
        for origin in held.origins.iter().map(|at| &shown.origins[*at]) {
            let Giver::Clause(role, clause) = origin.giver else { continue };
            let allow = &compilation.program.allows[clause];
            assert!(compilation.program.sets.contains(allow.set, held.grant.permission));
            assert_eq!(allow.condition, held.grant.condition);
            assert!(compilation.program.allows(role).iter().any(|own| own.span == allow.span));
        }
    }
}

fn ensure_answers_agree(mut compilation: Compilation) {
    for_states(&mut compilation, |compilation, role, moment| {
        let shown = show(&mut compilation.program, &compilation.flat, &compilation.epochs, role, moment);
        ensure_origins(compilation, &shown);
        ensure_why_agrees(compilation, role, moment, &shown);
    });
}

/// What `who` says of every permission and surface is what `show` says of every role.
fn ensure_who_agrees(compilation: &mut Compilation) {
    let Compilation { program, flat, epochs, .. } = compilation;
    let roles: Vec<RoleId> = program.named_roles().into_iter().filter(|role| flat.is_flat(*role)).collect();
    let moment = Moment::default();
    let shown: Vec<_> = roles.iter().map(|role| show(program, flat, epochs, *role, moment)).collect();
    for permission in program.catalog.ids().collect::<Vec<_>>() {
        let holders = who(&mut Access::new(program, flat, epochs), Target::Permission(permission), None, moment);
        for (role, shown) in roles.iter().zip(&shown) {
            let held = shown.grants.iter().filter(|held| held.grant.permission == permission);
            let held: BTreeSet<Way> = held.map(|held| Way { scope: held.grant.scope, condition: held.grant.condition }).collect();
            let found = holders.iter().find(|holder| holder.role == *role);
            let ways: BTreeSet<Way> = found.into_iter().flat_map(|holder| holder.ways.iter().copied()).collect();
            assert_eq!(ways, held);
        }
    }
    for at in 0..program.surfaces.len() {
        let (permissions, all) = match program.asked(at, None, None).clone() {
            Requirement::Any(permissions) => (permissions, false),
            Requirement::All(permissions) => (permissions, true),
            Requirement::Open | Requirement::Unstated => (Vec::new(), false),
        };
        let holders = who(&mut Access::new(program, flat, epochs), Target::Surface(at), None, moment);
        for (role, shown) in roles.iter().zip(&shown) {
            // Division by division, whatever the condition.
            for division in std::iter::once(None).chain((0..program.divisions.len()).map(|at| Some(DivisionId::new(at)))) {
                let covers = |scope: ScopeId| match (program.scopes.divisions(scope), division) {
                    (None, _) => true,
                    (Some(divisions), Some(division)) => divisions.contains(&division),
                    (Some(_), None) => false,
                };
                let has = |permission: &PermissionId| {
                    shown.grants.iter().any(|held| held.grant.permission == *permission && covers(held.grant.scope))
                };
                let expected =
                    !permissions.is_empty() && if all { permissions.iter().all(has) } else { permissions.iter().any(has) };
                let found = holders.iter().find(|holder| holder.role == *role);
                assert_eq!(found.is_some_and(|holder| holder.ways.iter().any(|way| covers(way.scope))), expected);
            }
        }
    }
}

#[test]
fn who_agrees_with_what_roles_hold() {
    for seed in 0..PROJECTS {
        ensure_who_agrees(&mut compiled(&Project::new(seed, 10), None));
    }
}

/// Pins that lack every third permission, as if the catalog had grown since, and have one that is gone.
pub(crate) fn mutilated(pins: &Pins) -> Pins {
    let mut pins = pins.clone();
    for (at, names) in pins.wildcards.values_mut().chain(pins.copies.values_mut()).enumerate() {
        let mut place = at;
        names.retain(|_| {
            place += 1;
            place % 3 != 0
        });
        names.push("gone:entity:action".to_owned());
    }
    pins
}

fn grants(compilation: &Compilation) -> BTreeMap<String, Vec<Grant>> {
    let program = &compilation.program;
    let flat = program.named_roles().into_iter().filter(|role| compilation.flat.is_flat(*role));
    flat.map(|role| (program.role(role).name.to_string(), compilation.flat.grants(program, role))).collect()
}

fn lock_findings(compilation: &Compilation) -> Vec<Code> {
    let own = [Code::NoLock, Code::LockDrift, Code::LockOutdated];
    compilation.findings.iter().map(|finding| finding.code).filter(|code| own.contains(code)).collect()
}

#[test]
fn answers_agree_with_what_roles_hold() {
    for seed in 0..PROJECTS {
        ensure_answers_agree(compiled(&Project::new(seed, 10), None));
    }
}

#[test]
fn answers_agree_with_what_pinned_roles_hold() {
    for seed in 0..PROJECTS {
        let generated = Project::new(seed, 0);
        let free = compiled(&generated, None);
        let pins = lock::pins(&free.program, &free.flat);
        ensure_answers_agree(compiled(&generated, Some(mutilated(&pins))));
    }
}

#[test]
fn a_lock_file_of_now_changes_nothing() {
    for seed in 0..PROJECTS {
        let generated = Project::new(seed, 0);
        let free = compiled(&generated, None);
        let pins = lock::pins(&free.program, &free.flat);
        let read = lock::read(&lock::write(&pins)).unwrap();
        assert_eq!(read, pins);
        let pinned = compiled(&generated, Some(read));
        assert_eq!(lock_findings(&pinned), []);
        assert_eq!(texts(&pinned), texts(&free), "seed {seed}");
        assert_eq!(lock::pins(&pinned.program, &pinned.flat), pins);
    }
}

#[test]
fn drift_is_what_a_new_lock_file_would_change() {
    for seed in 0..PROJECTS {
        let generated = Project::new(seed, 0);
        let free = compiled(&generated, None);
        let mut pins = mutilated(&lock::pins(&free.program, &free.flat));
        for names in pins.wildcards.values_mut().chain(pins.copies.values_mut()) {
            names.pop();
        }
        let pinned = compiled(&generated, Some(pins));
        let drifted = pinned.findings.iter().filter(|finding| finding.code == Code::LockDrift);
        let names: BTreeSet<&str> = drifted.filter_map(|finding| finding.message.split('`').nth(1)).collect();
        let (before, after) = (texts(&pinned), texts(&free));
        let changed: BTreeSet<&str> =
            after.iter().filter(|(role, grants)| before[*role] != **grants).map(|(role, _)| role.as_str()).collect();
        assert_eq!(names, changed, "seed {seed}");
    }
}

/// Grants as texts: two compilations number scopes and conditions differently.
fn texts(compilation: &Compilation) -> BTreeMap<String, BTreeSet<String>> {
    let program = &compilation.program;
    let text = |grant: &Grant| {
        let when = program.conditions.get(grant.condition).map(ToString::to_string);
        format!("{} {} {when:?}", program.catalog.name(grant.permission), program.scope_text(grant.scope))
    };
    grants(compilation).into_iter().map(|(role, grants)| (role, grants.iter().map(text).collect())).collect()
}
