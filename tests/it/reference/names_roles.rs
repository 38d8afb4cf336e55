//! The names in roles → parents and taints.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::{Catalog, Fact, Type};
use crate::reference::conditions::{Comparison, Value};
use crate::reference::names::{Names, check_allowed, check_reserved, repeated};
use crate::reference::read::{Allow, Declarations, Kind, Role};
use crate::reference::rings::{reach, rings};
use crate::reference::{About, Report};

/// Finds the roles' declarations, their parents and their faults.
pub(crate) fn take_roles(names: &mut Names, declarations: &Declarations, catalog: &Catalog, report: &mut Report) {
    take_declarations(names, declarations, report);
    let kept: BTreeSet<usize> = names.roles.values().chain(names.overrides.values()).copied().collect();
    names.parents = vec![Vec::new(); declarations.roles.len()];
    for at in kept {
        let role = &declarations.roles[at];
        let codes = faults(names, role, catalog, declarations);
        let is_reserved = role.kind != Kind::Override && check_reserved(&role.name, About::Role(at), report);
        let mut scopes = role.allows.iter().filter_map(|allow| allow.scope.as_ref()).chain(&role.withins);
        let is_ringed = scopes.any(|scope| names.is_ringed(scope));
        if !codes.is_empty()
            | is_ringed
            | is_reserved
            | check_allowed(&role.allowed_findings, &About::Role(at), report)
            | role.faulty
        {
            names.tainted.insert(at);
        }
        for code in codes {
            report.tell(code, About::Role(at));
        }
        let base = if role.kind == Kind::Override { names.roles.get(&role.name).copied() } else { None };
        let written = role.copies.iter().chain(&role.extends);
        names.parents[at] = base.into_iter().chain(written.filter_map(|parent| names.role(parent))).collect();
    }
    let parents = |at: usize| names.parents[at].clone();
    for ring in rings(declarations.roles.len(), &parents) {
        report.tell("inheritance-cycle", About::Role(ring.first().copied().unwrap_or_default()));
        names.tainted.extend(ring);
    }
    let below_tainted = |at: &usize| !reach(*at, &parents).is_disjoint(&names.tainted);
    let below: Vec<usize> = (0..declarations.roles.len()).filter(below_tainted).collect();
    names.tainted.extend(below);
}

/// First the roles themselves, then the overrides: these may stand before what they edit.
fn take_declarations(names: &mut Names, declarations: &Declarations, report: &mut Report) {
    for (at, role) in declarations.roles.iter().enumerate().filter(|(_, role)| role.kind != Kind::Override) {
        if names.roles.contains_key(&role.name) {
            report.tell("duplicate-declaration", About::Role(at));
        } else {
            names.roles.insert(role.name.clone(), at);
        }
    }
    for (at, role) in declarations.roles.iter().enumerate().filter(|(_, role)| role.kind == Kind::Override) {
        let edited = names.roles.get(&role.name).map(|at| declarations.roles[*at].kind);
        match edited {
            None => report.tell("unknown-role", About::Role(at)),
            Some(Kind::Custom) => report.tell("not-a-vendor-role", About::Role(at)),
            Some(_) if names.overrides.contains_key(&role.name) => report.tell("second-override", About::Role(at)),
            Some(_) => {
                names.overrides.insert(role.name.clone(), at);
            }
        }
    }
}

fn faults(names: &Names, role: &Role, catalog: &Catalog, declarations: &Declarations) -> Vec<&'static str> {
    let mut codes = repeated(&role.facts);
    // An override can't require a role at all.
    let required = role.required_roles.iter().filter(|_| role.kind != Kind::Override);
    let mentioned = role.copies.iter().chain(&role.extends).chain(required);
    if mentioned.into_iter().any(|name| names.role(name).is_none()) {
        codes.push("unknown-role");
    }
    let declares = |name: &String| {
        let mut licenses = declarations.later.licenses.iter().filter(|license| license.declares);
        licenses.any(|license| license.name == *name || license.dearer.contains(name))
    };
    if role.kind != Kind::Override && !role.required_licenses.iter().all(declares) {
        codes.push("unknown-license");
    }
    let parents = role.copies.iter().chain(&role.extends).filter(|name| names.role(name).is_some());
    codes.extend(repeated(&parents.cloned().collect::<Vec<_>>()));
    let selectors = role.allows.iter().map(|allow| &allow.selector).chain(&role.excepts);
    codes.extend(selectors.filter_map(|selector| catalog.resolve(selector).err()));
    let scopes = role.allows.iter().filter_map(|allow| allow.scope.as_ref()).chain(&role.withins);
    codes.extend(scopes.filter_map(|scope| names.scope(scope).err()));
    codes.extend(role.allows.iter().flat_map(|allow| condition_faults(role, allow, catalog)));
    if role.kind == Kind::Override && role.vendor_fact {
        codes.push("fact-in-override");
    }
    codes
}

/// The permissions that an own allow grants: those matched, minus those that own excepts match.
pub(crate) fn granted(role: &Role, allow: &Allow, catalog: &Catalog) -> BTreeSet<String> {
    let matched = catalog.resolve(&allow.selector).unwrap_or_default();
    matched.into_iter().filter(|permission| !role.excepts.iter().any(|except| except.matches(permission))).collect()
}

fn condition_faults(role: &Role, allow: &Allow, catalog: &Catalog) -> Vec<&'static str> {
    let mut codes = Vec::new();
    if allow.condition.comparisons().iter().any(|comparison| comparison.by_order && comparison.has_string()) {
        codes.push("condition-type");
    }
    for permission in granted(role, allow, catalog) {
        let allowed = match catalog.conditions(&permission) {
            Some(Fact::AnyConditions) => continue,
            Some(Fact::Conditions(variables)) => variables.clone(),
            _ => BTreeMap::new(),
        };
        for Comparison { variable, values, by_order } in allow.condition.comparisons() {
            let Some(expected) = allowed.get(variable) else {
                codes.push("condition-not-allowed");
                continue;
            };
            if by_order && *expected == Type::String {
                codes.push("condition-type");
            }
            for value in values {
                let found = match value {
                    Value::String(_) => Some(&Type::String),
                    Value::Number(_) => Some(&Type::Number),
                    Value::Variable(name) => {
                        let found = allowed.get(name);
                        if found.is_none() && !name.starts_with("User.") {
                            codes.push("condition-not-allowed");
                        }
                        found
                    }
                };
                if found.is_some_and(|found| found != expected) {
                    codes.push("condition-type");
                }
            }
        }
    }
    codes
}
