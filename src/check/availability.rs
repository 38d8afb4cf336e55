//! Vendor roles that an organisation of this age does not have.

use jiff::civil::Date;

use super::Stages;
use super::licenses::facts;
use crate::diagnostic::{Sink, words};
use crate::model::{ParentKind, Program, RoleId, RoleKind};

pub(super) fn check(stages: Stages<'_>, sink: &mut Sink) {
    let program = stages.program;
    let Some(created) = program.organisation.created else { return };
    let missing: Vec<Option<String>> = program.role_ids().map(|role| needs(program, role, created)).collect();
    if missing.iter().all(Option::is_none) {
        return;
    }
    let created = created.to_string();
    let report = |role: RoleId, use_of_it, about, sink: &mut Sink| {
        let Some(needs) = &missing[role.index()] else { return };
        let own = program.role(role);
        let finding = words::roles::not_available((&own.name, own.name_span), use_of_it, needs, &created);
        sink.report(finding.about(about));
    };
    // What the vendor makes its own roles of is the vendor's affair.
    for child in stages.flat_roles().into_iter().filter(|id| program.role(*id).kind != RoleKind::Default) {
        for parent in program.parents(child) {
            let what = match parent.kind {
                ParentKind::Extends => "extended here",
                ParentKind::Copies => "copied here",
                ParentKind::Overrides => "edited here",
            };
            report(parent.role, (what, parent.span), program.role(child).span, sink);
        }
    }
    let mut told = vec![false; program.roles.len()];
    for assignment in &program.subjects.assignments {
        // Who made one such assignment made them all: the first one is enough.
        if !std::mem::replace(&mut told[assignment.role.index()], true) {
            report(assignment.role, ("assigned here", assignment.role_span), assignment.span, sink);
        }
    }
}

/// Which organisations have a role, in words, if one created on a day does not.
fn needs(program: &Program, role: RoleId, created: Date) -> Option<String> {
    let (after, date) = facts(program, role)?.available?;
    let exists = if after { created > date } else { created >= date };
    (!exists).then(|| format!("{} {date}", if after { "after" } else { "from" }))
}
