//! Backfills that roles miss, refuse, or have had.

use super::Stages;
use crate::diagnostic::{Edit, Fix, Sink, words};
use crate::model::RoleId;
use crate::sets::PermissionId;
use crate::span::Span;

pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let Stages { program, epochs, .. } = stages;
    for (at, role) in &epochs.too_late {
        too_late(stages, *at, *role, sink);
    }
    for ((at, role), permissions) in &epochs.refused {
        let permission = permissions.iter().next().copied();
        let except =
            program.excepts(*role).iter().find(|except| permission.is_some_and(|id| program.sets.contains(except.set, id)));
        let backfill = &program.backfills[*at];
        let place = except.map_or(Span::default(), |except| except.span);
        let added = names(stages, permissions.iter().copied());
        sink.report(words::backfills::except_beats(
            &program.role(*role).name,
            place,
            (&backfill.name, backfill.name_span),
            &added,
        ));
    }
    done(stages, sink);
    let mut is_fired = vec![false; program.backfills.len()];
    for at in epochs.fired.values().flat_map(|backfills| backfills.iter()) {
        is_fired[*at as usize] = true;
    }
    for (at, backfill) in program.backfills.iter().enumerate().filter(|(_, backfill)| !backfill.faulty && backfill.done.is_none())
    {
        let performed = !backfill.optional || program.organisation.role_backfill;
        if !is_fired[at] && performed {
            sink.report(words::backfills::without_effect(&backfill.name, backfill.name_span));
        }
        let dated = |region: usize| backfill.region_days.iter().any(|(dated, _)| dated.index() == region);
        let undated: Vec<String> =
            program.regions.iter().enumerate().filter(|(at, _)| !dated(*at)).map(|(_, name)| name.to_string()).collect();
        if backfill.default_day.is_none() && !undated.is_empty() && performed {
            sink.report(words::backfills::undated_regions(&backfill.name, backfill.name_span, &undated));
        }
    }
}

fn names(stages: Stages<'_>, permissions: impl Iterator<Item = PermissionId>) -> Vec<String> {
    permissions.map(|id| stages.program.catalog.name(id).to_owned()).collect()
}

fn too_late(stages: Stages<'_>, at: usize, role: RoleId, sink: &mut Sink) {
    let Stages { program, flat, .. } = stages;
    let (backfill, own) = (&program.backfills[at], program.role(role));
    let missing =
        program.sets.iter(backfill.additions).filter(|id| !flat.holds(program, role, *id) && !program.is_excepted(role, *id));
    let missing = names(stages, missing);
    if let (Some((_, span)), false) = (program.created(role), missing.is_empty()) {
        let finding = words::backfills::created_too_late(&own.name, span, (&backfill.name, backfill.name_span), &missing);
        sink.report(finding.about(own.span));
    }
}

/// What backfills marked as done added and the roles do not say; the fix writes it out.
fn done(stages: Stages<'_>, sink: &mut Sink) {
    let Stages { program, epochs, .. } = stages;
    for ((at, role), grants) in &epochs.done {
        let (backfill, own) = (&program.backfills[*at], program.role(*role));
        let added = names(stages, grants.iter().map(|grant| grant.permission));
        let place = backfill.done.unwrap_or(backfill.name_span);
        let mut finding = words::backfills::done(&own.name, own.name_span, (&backfill.name, place), &added);
        let lines = grants.iter().map(|grant| {
            let scope = program.scope_text(program.scope_for(grant.permission, grant.scope));
            let scope = if scope == "all" { String::new() } else { format!(" in {scope}") };
            format!("    allow {}{scope}\n", program.catalog.name(grant.permission))
        });
        let text: String = lines.collect();
        let end = Span::new(own.span.end.saturating_sub(1), own.span.end.saturating_sub(1));
        let edits = vec![Edit { span: end, text }];
        finding.fix = Some(Fix { title: "write what it added as `allow` lines".to_owned(), automatic: true, edits });
        sink.report(finding);
    }
}
