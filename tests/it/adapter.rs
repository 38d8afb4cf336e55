//! The compiler's results in the form that the reference evaluator gives its own.

mod outcome;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rolec::compile::{Compilation, Input, compile as compile_input};
use rolec::conditions::ConditionId;
use rolec::diagnostic::{Code, Diagnostic, Sink};
use rolec::flatten::Grant;
use rolec::model::{Organisation, Program, RegionId, RoleId};
use rolec::scopes::ScopeId;
use rolec::source::{Source, Sources};
use rolec::span::Span;
use rolec::syntax::{ast, parse};
use rolec::timeline;

pub(crate) use crate::reference::Meaning as Observed;
use crate::reference::names::{FIXED, JUDGEMENTS};
use crate::reference::{NormalForm, Scope, Settings, States};

/// Compiles texts and says what came out.
pub(crate) fn compile(files: &[(String, String)], settings: &Settings) -> Observed {
    let texts = || files.iter().map(|(name, text)| (name.clone(), text.clone(), false)).collect();
    let organisation = organisation(settings);
    let mut compilation = compile_input(Input { sources: Sources::new(texts()), organisation, ..Input::default() });
    let declarations = declarations(&compilation.sources);
    let known = compilation.findings.iter().filter(|finding| is_known(finding.code.name()));
    let findings = known.map(|finding| (finding.code.name().to_owned(), about(finding, &declarations))).collect();
    Observed { roles: roles(&mut compilation), outcomes: outcome::outcomes(&mut compilation), findings }
}

/// What the manifest says, as the compiler has it.
pub(crate) fn organisation(settings: &Settings) -> Organisation {
    let day = |day: &String| day.parse::<Date>().unwrap_or_default();
    Organisation {
        created: settings.created.as_ref().map(day),
        regions: settings.regions.clone(),
        role_backfill: settings.role_backfill,
        kind: settings.kind.clone(),
        opt_ins: settings.opt_ins.iter().map(|(name, wanted)| (name.clone(), day(wanted))).collect(),
    }
}

/// Whether the reference has the rule of a code.
fn is_known(code: &str) -> bool {
    JUDGEMENTS.contains(&code) || FIXED.contains(&code)
}

/// Every declaration's place and name; the lines of tests, which stand for themselves, before their test.
fn declarations(sources: &Sources) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for source in sources.files() {
        let tree = parse::parse(source, &mut Sink::default());
        for item in &tree.items {
            if let ast::ItemKind::Test(test) = &item.kind {
                found.extend(test.clauses.iter().map(|line| (line.span, source.slice(line.span).to_owned())));
            }
            found.push((item.span, name(source, item)));
        }
    }
    found
}

fn name(source: &Source, item: &ast::Item) -> String {
    match &item.kind {
        ast::ItemKind::Role(role) => role.name.text(source).to_owned(),
        ast::ItemKind::Domain(domain) => domain.name.text(source).to_owned(),
        ast::ItemKind::Legacy(legacy) => legacy.name.text(source).to_owned(),
        ast::ItemKind::Pair(pair) => pair.unaware.text(source).to_owned(),
        ast::ItemKind::Surface(surface) => surface.name.value(source).into_owned(),
        ast::ItemKind::Division(division) => division.name.text(source).to_owned(),
        ast::ItemKind::DivisionSet(set) => set.name.text(source).to_owned(),
        ast::ItemKind::Backfill(backfill) => backfill.name.text(source).to_owned(),
        ast::ItemKind::Enforcement(enforcement) => enforcement.name.text(source).to_owned(),
        ast::ItemKind::License(license) => license.name.text(source).to_owned(),
        ast::ItemKind::Group(group) => group.name.text(source).to_owned(),
        ast::ItemKind::User(user) => user.name.value(source).into_owned(),
        ast::ItemKind::Assignment(assignment) => assignment.role.text(source).to_owned(),
        ast::ItemKind::Application(application) => application.name.text(source).to_owned(),
        ast::ItemKind::OldOption(old) => old.role.text(source).to_owned(),
        ast::ItemKind::Object(object) => object.name.value(source).into_owned(),
        ast::ItemKind::Never(never) => never.selectors[0].text(source).to_owned(),
        ast::ItemKind::Assert(_) => source.slice(item.span).to_owned(),
        ast::ItemKind::Test(test) => test.name.value(source).into_owned(),
    }
}

fn about(finding: &Diagnostic, declarations: &[(Span, String)]) -> String {
    // Which of a ring's declarations is told first is not compared.
    let place = finding.about.or_else(|| finding.primary()).filter(|_| finding.code != Code::LicenseCycle);
    let Some(place) = place else { return String::new() };
    declarations.iter().find(|(span, _)| span.contains(place)).map(|(_, name)| name.clone()).unwrap_or_default()
}

fn roles(compilation: &mut Compilation) -> BTreeMap<String, BTreeMap<String, States>> {
    let named = compilation.program.named_roles();
    let regions: Vec<String> = compilation.program.regions.iter().map(ToString::to_string).collect();
    let mut roles = BTreeMap::new();
    for role in named.into_iter().filter(|role| compilation.flat.is_flat(*role)).collect::<Vec<_>>() {
        let mut calendars = BTreeMap::from([(String::new(), states(compilation, role, None))]);
        for (at, region) in regions.iter().enumerate() {
            calendars.insert(region.clone(), states(compilation, role, Some(RegionId::new(at))));
        }
        roles.insert(compilation.program.role(role).name.to_string(), calendars);
    }
    roles
}

/// The states of a role: as the sources say it, then after each of its own gains.
fn states(compilation: &mut Compilation, role: RoleId, region: Option<RegionId>) -> States {
    let Compilation { program, flat, epochs, .. } = compilation;
    let gains: Vec<_> = epochs.gains(role, region, None).copied().collect();
    let dates: BTreeSet<_> = gains.iter().map(|gain| gain.date).collect();
    let mut states = vec![(None, normal(program, &flat.grants(program, role)))];
    for date in dates {
        let grants = timeline::grants_with(program, flat, role, gains.iter().filter(|gain| gain.date <= date));
        states.push((Some(date.to_string()), normal(program, &grants)));
    }
    states
}

fn normal(program: &Program, grants: &[Grant]) -> NormalForm {
    let form = |grant: &Grant| {
        let (scope, condition) = way(program, grant.scope, grant.condition);
        (program.catalog.name(grant.permission).to_owned(), scope, condition)
    };
    grants.iter().map(form).collect()
}

/// A scope and a condition as the reference has them.
fn way(program: &Program, scope: ScopeId, condition: ConditionId) -> (Scope, String) {
    let scope = match program.scopes.divisions(scope) {
        None => Scope::All,
        Some(divisions) => Scope::In(divisions.iter().map(|id| program.division(*id).name.to_string()).collect()),
    };
    (scope, program.conditions.get(condition).map_or_else(|| "true".to_owned(), ToString::to_string))
}
