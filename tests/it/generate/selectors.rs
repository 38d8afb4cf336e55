//! Selectors that match something, every name in them included; and conditions that the catalog allows on them.

use crate::generate::catalog::{Action, Catalog, Domain, Entity, VARIABLES, Variables};
use crate::generate::rng::Rng;

/// One full name.
pub(crate) fn full(rng: &mut Rng, catalog: &Catalog) -> String {
    rng.pick(&catalog.permissions()).clone()
}

/// A selector of any form.
pub(crate) fn any(rng: &mut Rng, catalog: &Catalog) -> String {
    if rng.chance(4) && !catalog.legacies.is_empty() {
        return rng.pick(&catalog.legacies).clone();
    }
    match rng.below(100) {
        0..=39 => full(rng, catalog),
        40..=59 => with_sets(rng, catalog),
        _ => wildcard(rng, catalog),
    }
}

/// A selector with a `*`.
pub(crate) fn wildcard(rng: &mut Rng, catalog: &Catalog) -> String {
    let domain = rng.pick(&catalog.domains);
    let entity = rng.pick(&domain.entities);
    let action = rng.pick(&entity.actions).name;
    match rng.below(100) {
        0..=4 => "*".to_owned(),
        5..=34 => format!("{}:*", domain.name),
        35..=64 => format!("{}:{}:*", domain.name, entity.name),
        65..=74 => format!("{}:*:{action}", domain.name),
        75..=84 => format!("{}:{}:*", domain.name, entity_set(rng, domain)),
        85..=89 => format!("*:{}:*", entity.name),
        _ => format!("*:*:{action}"),
    }
}

/// A selector with braces and without `*`.
fn with_sets(rng: &mut Rng, catalog: &Catalog) -> String {
    let domain = rng.pick(&catalog.domains);
    let entity = rng.pick(&domain.entities);
    if rng.chance(50) {
        return format!("{}:{}:{}", domain.name, entity.name, action_set(rng, &entity.actions));
    }
    let count = rng.between(1, 3);
    let chosen = rng.sample(&domain.entities.iter().collect::<Vec<_>>(), count);
    let entities = braces(rng, &chosen.iter().map(|entity| entity.name).collect::<Vec<_>>());
    // Every entity has a `view`, so each name in the first set matches something.
    if rng.chance(40) {
        return format!("{}:{entities}:view", domain.name);
    }
    let mut actions: Vec<&str> = vec!["view"];
    actions.extend(chosen.iter().map(|entity| rng.pick(&entity.actions).name));
    actions.sort_unstable();
    actions.dedup();
    format!("{}:{entities}:{}", domain.name, braces(rng, &actions))
}

fn entity_set(rng: &mut Rng, domain: &Domain) -> String {
    let count = rng.between(1, 3);
    let names: Vec<&str> = domain.entities.iter().map(|entity| entity.name).collect();
    let names = rng.sample(&names, count);
    braces(rng, &names)
}

fn action_set(rng: &mut Rng, actions: &[Action]) -> String {
    let count = rng.between(1, 3);
    let names: Vec<&str> = actions.iter().map(|action| action.name).collect();
    let names = rng.sample(&names, count);
    braces(rng, &names)
}

/// Names in braces, with blanks as authors put them.
fn braces(rng: &mut Rng, names: &[&str]) -> String {
    match rng.below(5) {
        0 => format!("{{{}}}", names.join(",")),
        1 => format!("{{ {}, }}", names.join(" , ")),
        _ => format!("{{{}}}", names.join(", ")),
    }
}

/// A selector and a condition that the catalog allows on all that it matches; nothing if the catalog has no variables.
pub(crate) fn conditional(rng: &mut Rng, catalog: &Catalog) -> Option<(String, String)> {
    let has_variables = |entity: &Entity| entity.actions.iter().any(|action| action.variables != Variables::None);
    let entities: Vec<(&Domain, &Entity)> = catalog.entities().filter(|(_, entity)| has_variables(entity)).collect();
    if entities.is_empty() {
        return None;
    }
    let (domain, entity) = *rng.pick(&entities);
    let with_variables: Vec<&Action> = entity.actions.iter().filter(|action| action.variables != Variables::None).collect();
    let chosen = rng.pick(&with_variables);
    let alike: Vec<&str> =
        entity.actions.iter().filter(|action| action.variables == chosen.variables).map(|action| action.name).collect();
    let condition = condition(rng, &chosen.variables, 2);
    let selector = match rng.below(3) {
        0 if alike.len() == entity.actions.len() => format!("{}:{}:*", domain.name, entity.name),
        1 => format!("{}:{}:{}", domain.name, entity.name, braces(rng, &alike)),
        _ => chosen.permission.clone(),
    };
    Some((selector, condition))
}

/// A condition over variables, joined at most `depth` times.
fn condition(rng: &mut Rng, variables: &Variables, depth: usize) -> String {
    if depth == 0 || rng.chance(55) {
        return comparison(rng, variables);
    }
    let (word, other) = if rng.chance(50) { (" and ", " or ") } else { (" or ", " and ") };
    let operands: Vec<String> = (0..rng.between(2, 3))
        .map(|_| {
            let operand = condition(rng, variables, depth - 1);
            if operand.contains(other) || (operand.contains(word) && rng.chance(50)) || rng.chance(5) {
                format!("({operand})")
            } else {
                operand
            }
        })
        .collect();
    operands.join(word)
}

fn comparison(rng: &mut Rng, variables: &Variables) -> String {
    let everything: Vec<usize> = (0..VARIABLES.len()).collect();
    let these = if let Variables::These(these) = variables { these } else { &everything };
    let (name, is_number) = VARIABLES[*rng.pick(these)];
    match rng.below(10) {
        0..=3 => format!("{name} == {}", value(rng, is_number)),
        4..=6 => {
            let count = rng.between(1, 3);
            let values: Vec<String> = (0..count).map(|_| value(rng, is_number)).collect();
            format!("{name} in [{}]", values.join(", "))
        }
        _ if !is_number => format!("{name} == {}", value(rng, is_number)),
        _ => format!("{name} {} {}", rng.pick(&[">=", ">", "<=", "<"]), value(rng, is_number)),
    }
}

fn value(rng: &mut Rng, is_number: bool) -> String {
    if rng.chance(15) {
        return (*rng.pick(if is_number { &["User.level", "User.age"] } else { &["User.id", "User.queue"] })).to_owned();
    }
    let values: &[&str] = if is_number { &["5", "30", "-2", "0.5"] } else { &["\"Sales EMEA\"", "\"voice\"", "\"a \\\"b\\\"\""] };
    (*rng.pick(values)).to_owned()
}
