//! The compiler's results in the form that the reference evaluator gives its own.

use std::collections::{BTreeMap, BTreeSet};

use rolec::compile::{Compilation, Input, compile as compile_input};
use rolec::diagnostic::{Diagnostic, Sink};
use rolec::flatten::Grant;
use rolec::model::{Organisation, RegionId, RoleId};
use rolec::source::{Source, Sources};
use rolec::span::Span;
use rolec::syntax::{ast, parse};
use rolec::timeline;

pub(crate) use crate::reference::Meaning as Observed;
use crate::reference::{NormalForm, Scope, States};

/// Compiles texts and says what came out.
pub(crate) fn compile(files: &[(String, String)], regions: &[String], role_backfill: bool) -> Observed {
    let texts = || files.iter().map(|(name, text)| (name.clone(), text.clone(), false)).collect();
    let organisation = Organisation { regions: regions.to_vec(), role_backfill, ..Organisation::default() };
    let mut compilation = compile_input(Input { sources: Sources::new(texts()), organisation, ..Input::default() });
    let declarations = declarations(&compilation.sources);
    let findings =
        compilation.findings.iter().map(|finding| (finding.code.name().to_owned(), about(finding, &declarations))).collect();
    Observed { roles: roles(&mut compilation), findings }
}

/// Every declaration's place and name.
fn declarations(sources: &Sources) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for source in sources.files() {
        let tree = parse::parse(source, &mut Sink::default());
        found.extend(tree.items.iter().map(|item| (item.span, name(source, &item.kind))));
    }
    found
}

fn name(source: &Source, kind: &ast::ItemKind) -> String {
    match kind {
        ast::ItemKind::Role(role) => role.name.text(source).to_owned(),
        ast::ItemKind::Domain(domain) => domain.name.text(source).to_owned(),
        ast::ItemKind::Legacy(legacy) => legacy.name.text(source).to_owned(),
        ast::ItemKind::Pair(pair) => pair.unaware.text(source).to_owned(),
        ast::ItemKind::Surface(surface) => surface.name.value(source).into_owned(),
        ast::ItemKind::Division(division) => division.name.text(source).to_owned(),
        ast::ItemKind::DivisionSet(set) => set.name.text(source).to_owned(),
        ast::ItemKind::Backfill(backfill) => backfill.name.text(source).to_owned(),
        _ => String::new(),
    }
}

fn about(finding: &Diagnostic, declarations: &[(Span, String)]) -> String {
    let Some(place) = finding.about.or_else(|| finding.primary()) else { return String::new() };
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

fn normal(program: &rolec::model::Program, grants: &[Grant]) -> NormalForm {
    let form = |grant: &Grant| {
        let scope = match program.scopes.divisions(grant.scope) {
            None => Scope::All,
            Some(divisions) => Scope::In(divisions.iter().map(|id| program.division(*id).name.to_string()).collect()),
        };
        let condition = program.conditions.get(grant.condition).map_or_else(|| "true".to_owned(), ToString::to_string);
        (program.catalog.name(grant.permission).to_owned(), scope, condition)
    };
    grants.iter().map(form).collect()
}
