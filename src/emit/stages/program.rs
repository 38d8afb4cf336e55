//! The resolved project as text: what names turned out to mean.

use std::io::{self, Write};

use super::{Dump, by_name, declared, joined, titled};
use crate::catalog::AllowedConditions;
use crate::model::{Backfill, Day, ParentKind, Program, Requirement, RoleFacts, RoleFilter, RoleId, SurfaceKind};
use crate::scopes::{ScopeId, Scopes};
use crate::sets::{PermissionId, SetId};
use crate::source::Sources;
use crate::span::Span;
use crate::syntax::ast::{Selector, Text, ValueType};

/// Writes the resolved project.
///
/// # Errors
///
/// Those of `out`.
pub fn program(sources: &Sources, program: &Program, out: impl Write) -> io::Result<()> {
    let mut view = View { sources, program, dump: Dump::new(out) };
    program.catalog.ids().try_for_each(|permission| view.permission(permission))?;
    let pair = |pair: &crate::model::Pair| format!("pair {} -> {}", view.name(pair.unaware), view.name(pair.aware));
    let mut pairs: Vec<String> = program.pairs.iter().map(pair).collect();
    pairs.sort_unstable();
    pairs.iter().try_for_each(|pair| view.dump.line(pair))?;
    view.surfaces()?;
    view.places()?;
    by_name(program).into_iter().try_for_each(|role| view.role(role))?;
    program.backfills.iter().try_for_each(|backfill| view.backfill(backfill))?;
    let mut wildcards: Vec<_> = program.wildcards.iter().filter(|wildcard| !wildcard.follows).collect();
    wildcards.sort_by(|a, b| a.text.cmp(&b.text));
    for wildcard in wildcards {
        let text = &wildcard.text;
        let pinned = if wildcard.is_pinned { " (pinned)" } else { "" };
        view.dump.node(format_args!("wildcard {text}{pinned}"), |dump| {
            program.sets.iter(wildcard.pinned).try_for_each(|permission| dump.line(program.catalog.name(permission)))
        })?;
    }
    Ok(())
}

struct View<'p, W> {
    sources: &'p Sources,
    program: &'p Program,
    dump: Dump<W>,
}

impl<'p, W: Write> View<'p, W> {
    fn name(&self, permission: PermissionId) -> &'p str {
        self.program.catalog.name(permission)
    }

    fn set(&self, set: SetId) -> impl Iterator<Item = &'p str> + use<'p, W> {
        let program = self.program;
        program.sets.iter(set).map(|permission| program.catalog.name(permission))
    }

    /// The selector that stands at a place, in normal form; a clause may end in one.
    fn selector(&self, span: Span) -> String {
        self.sources.file_of(span).map_or_else(String::new, |source| Selector { span }.normal(source))
    }

    fn permission(&mut self, permission: PermissionId) -> io::Result<()> {
        let facts = self.program.catalog.facts(permission);
        self.dump.node(format_args!("permission {}", titled(self.name(permission), facts.title.as_deref())), |dump| {
            dump.line(facts.awareness.name())?;
            if let Some(deprecated) = &facts.deprecated {
                let since = deprecated.since.map(|date| format!(" since {date}")).unwrap_or_default();
                let replacement = deprecated.replacement.as_ref().map(|text| format!(" use {text}")).unwrap_or_default();
                dump.line(format_args!("deprecated{since}{replacement}"))?;
            }
            match &facts.conditions {
                Some(AllowedConditions::Any) => dump.line("conditions any")?,
                Some(AllowedConditions::Variables(variables)) => variables.iter().try_for_each(|(name, value_type)| {
                    let value_type = if *value_type == ValueType::String { "string" } else { "number" };
                    dump.line(format_args!("conditions {name}: {value_type}"))
                })?,
                None => {}
            }
            let mut requires: Vec<&str> = facts.requires.iter().map(|requirement| &*requirement.text).collect();
            requires.sort_unstable();
            requires.iter().try_for_each(|text| dump.line(format_args!("requires {text}")))
        })
    }

    fn surfaces(&mut self) -> io::Result<()> {
        let mut surfaces: Vec<_> = self.program.surfaces.iter().collect();
        surfaces.sort_by_key(|surface| (&surface.kind, &surface.name));
        for surface in surfaces {
            let kind = match &surface.kind {
                SurfaceKind::Endpoint(method) => format!("endpoint {method}"),
                SurfaceKind::Topic => "topic".to_owned(),
                SurfaceKind::View => "view".to_owned(),
            };
            let catalog = &self.program.catalog;
            let names = |ids: &[PermissionId]| joined(ids.iter().map(|id| catalog.name(*id)));
            let requirement = match &surface.requirement {
                Requirement::Any(ids) => format!("any {}", names(ids)),
                Requirement::All(ids) => format!("all {}", names(ids)),
                Requirement::Open => "open".to_owned(),
                Requirement::Unstated => "unstated".to_owned(),
            };
            let or_self = if surface.or_self { " or self" } else { "" };
            self.dump.line(format_args!("{kind} {} {requirement}{or_self}", Text::literal(&surface.name)))?;
        }
        Ok(())
    }

    fn places(&mut self) -> io::Result<()> {
        for division in &self.program.divisions {
            let home = if division.home { "home " } else { "" };
            let text = titled(&division.name, division.title.as_deref());
            self.dump.line(format_args!("{home}division {text}"))?;
        }
        let mut sets: Vec<_> = self.program.division_sets.iter().collect();
        sets.sort_by_key(|set| &set.name);
        for set in sets {
            self.dump.line(format_args!("divisions {} = {}", set.name, self.program.scope_text(set.scope)))?;
        }
        self.program.regions.iter().try_for_each(|region| self.dump.line(format_args!("region {region}")))
    }

    fn role(&mut self, id: RoleId) -> io::Result<()> {
        let role = self.program.role(id);
        let faulty = if role.faulty { "faulty " } else { "" };
        let title = role.title.as_deref().map(|title| format!(" {}", Text::literal(title))).unwrap_or_default();
        self.dump.line(format_args!("{faulty}{}{title}", declared(self.program, id)))?;
        self.dump.depth += 1;
        let done = self.role_body(id);
        self.dump.depth -= 1;
        done
    }

    fn role_body(&mut self, id: RoleId) -> io::Result<()> {
        let program = self.program;
        for parent in program.parents(id) {
            let verb = match parent.kind {
                ParentKind::Extends => "extends",
                ParentKind::Copies => "copies",
                ParentKind::Overrides => "edits",
            };
            self.dump.line(format_args!("{verb} {}", declared(program, parent.role)))?;
        }
        let role = program.role(id);
        self.dump.fact("within", role.within.map(|(scope, _)| program.scope_text(scope)))?;
        for allow in program.allows(id) {
            let condition = program.conditions.get(allow.condition).map(|condition| format!(" where {condition}"));
            let since = allow.since.map(|date| format!(" since {date}")).unwrap_or_default();
            let (selector, scope) = (self.selector(allow.selector_span), scope_words(program, allow.scope));
            let condition = condition.unwrap_or_default();
            self.allowed(format!("allow {selector}{scope}{condition}{since}"), allow.single.is_none().then_some(allow.set))?;
        }
        for except in program.excepts(id) {
            let mut names: Vec<&str> = self.set(except.set).collect();
            names.sort_unstable();
            self.dump.line(format_args!("except {}", joined(names.into_iter())))?;
        }
        role.facts.as_ref().map_or(Ok(()), |facts| self.facts(facts))
    }

    /// A clause, with how many permissions its selector stands for if it is not one full name.
    fn allowed(&mut self, text: String, set: Option<SetId>) -> io::Result<()> {
        match set {
            Some(set) => self.dump.line(format_args!("{text} (permissions: {})", self.program.sets.len(set))),
            None => self.dump.line(text),
        }
    }

    fn facts(&mut self, facts: &RoleFacts) -> io::Result<()> {
        let program = self.program;
        self.dump.fact("created", facts.created.map(|(date, _)| date))?;
        let mut roles: Vec<&str> = facts.requires_roles.iter().map(|(role, _)| &*program.role(*role).name).collect();
        roles.sort_unstable();
        roles.iter().try_for_each(|role| self.dump.line(format_args!("requires role {role}")))?;
        let licenses = facts.requires_licenses.iter().map(|(license, _)| &program.license(*license).name);
        licenses.into_iter().try_for_each(|license| self.dump.line(format_args!("requires license {license}")))?;
        self.dump.fact("auto-assigned to", facts.auto_assigned.map(|to_all| if to_all { "all" } else { "creator" }))?;
        if facts.irremovable {
            self.dump.line("irremovable")?;
        }
        facts.formerly.iter().try_for_each(|name| self.dump.line(format_args!("formerly {}", Text::literal(name))))?;
        let available = facts.available.map(|(after, date)| format!("{} {date}", if after { "after" } else { "from" }));
        self.dump.fact("available when organisation created", available)?;
        self.dump.fact("owner", facts.owner.as_deref().map(Text::literal))
    }

    fn backfill(&mut self, backfill: &Backfill) -> io::Result<()> {
        let faulty = if backfill.faulty { "faulty " } else { "" };
        self.dump.line(format_args!("{faulty}backfill {}", titled(&backfill.name, backfill.title.as_deref())))?;
        self.dump.depth += 1;
        let done = self.backfill_body(backfill);
        self.dump.depth -= 1;
        done
    }

    fn backfill_body(&mut self, backfill: &Backfill) -> io::Result<()> {
        let program = self.program;
        if let Some(trigger) = &backfill.trigger {
            let any = if trigger.any { " any" } else { "" };
            let explicitly = if trigger.explicitly { " explicitly" } else { "" };
            let names = joined(trigger.permissions.iter().map(|id| program.catalog.name(*id)));
            self.dump.line(format_args!("when{any}{explicitly} {names}"))?;
        }
        match &backfill.filter {
            RoleFilter::All => {}
            RoleFilter::Default => self.dump.line("roles default")?,
            RoleFilter::Custom => self.dump.line("roles custom")?,
            RoleFilter::Named(roles) => {
                let mut names: Vec<&str> = roles.iter().map(|role| &*program.role(*role).name).collect();
                names.sort_unstable();
                self.dump.line(format_args!("roles {}", joined(names.into_iter())))?;
            }
        }
        self.set(backfill.additions).try_for_each(|name| self.dump.line(format_args!("add {name}")))?;
        self.dump.fact("on", backfill.default_day.map(day))?;
        for (region, on) in &backfill.region_days {
            self.dump.line(format_args!("region {} on {}", program.regions[region.index()], day(*on)))?;
        }
        let marks = [(backfill.optional, "optional"), (backfill.done.is_some(), "done")];
        marks.into_iter().filter(|(marked, _)| *marked).try_for_each(|(_, word)| self.dump.line(word))
    }
}

/// ` in` and the divisions of a scope; nothing for `all`.
fn scope_words(program: &Program, scope: ScopeId) -> String {
    if scope == Scopes::all() { String::new() } else { format!(" in {}", program.scope_text(scope)) }
}

/// A day, and whether it is the earliest possible one.
fn day(day: Day) -> String {
    format!("{}{}", if day.estimated { "no sooner than " } else { "" }, day.date)
}
