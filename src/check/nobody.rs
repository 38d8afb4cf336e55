//! Roles that nobody has, and objects that nobody closed.

use super::joined;
use crate::diagnostic::{Sink, words};
use crate::model::{Program, RoleKind};

pub(super) fn check(program: &Program, sink: &mut Sink) {
    if !program.subjects.is_empty() {
        unassigned(program, sink);
    }
    unlisted(program, sink);
}

/// The organisation's own roles that nobody has, and that no other role is made from.
fn unassigned(program: &Program, sink: &mut Sink) {
    let mut used = joined::assigned(program);
    for parent in &program.parents {
        used[parent.role.index()] = true;
    }
    let own = |role: &crate::model::RoleId| program.role(*role).kind != RoleKind::Default && !used[role.index()];
    let names: Vec<&str> = program.named_roles().into_iter().filter(own).map(|role| &*program.role(role).name).collect();
    if !names.is_empty() {
        sink.report(words::subjects::unassigned(&names));
    }
}

/// Objects without readers of their own, in no folder that has some for all in it.
fn unlisted(program: &Program, sink: &mut Sink) {
    let is_open = |at: &usize| {
        let object = &program.objects[*at];
        !object.folder && object.written.is_none() && !program.around(*at).skip(1).any(|folder| folder.propagate)
    };
    let paths: Vec<&str> = (0..program.objects.len()).filter(is_open).map(|at| &*program.objects[at].path).collect();
    if !paths.is_empty() {
        sink.report(words::subjects::unlisted_readers(&paths));
    }
}
