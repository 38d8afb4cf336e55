//! Licences, subjects and objects.

use std::io::{self, Write};

use super::Tree;
use crate::syntax::ast::{
    AllowFinding, Application, Assignment, Group, License, LicenseFact, Object, OldOption, Readers, ReadersKind, Recipients, User,
};

impl<W: Write> Tree<'_, W> {
    fn allowed(&mut self, findings: &[AllowFinding]) -> io::Result<()> {
        findings.iter().try_for_each(|allowed| self.allow_finding(*allowed))
    }

    pub(super) fn license(&mut self, faulty: &str, license: &License) -> io::Result<()> {
        let addon = if license.addon { "addon " } else { "" };
        let text = format!("{faulty}{addon}license {}", self.text(license.name));
        self.node(&text, |tree| {
            match &license.fact {
                LicenseFact::Exists(title) => tree.title(*title)?,
                LicenseFact::Dearer(names) => tree.each("dearer", names)?,
                LicenseFact::Needs(selectors) => tree.selectors("needs", selectors)?,
                LicenseFact::Unwanted(kind) => tree.line(&format!("unwanted in {}", tree.text(*kind)))?,
            }
            tree.allowed(&license.allowed_findings)
        })
    }

    pub(super) fn group(&mut self, faulty: &str, group: &Group) -> io::Result<()> {
        let text = format!("{faulty}group {}", self.text(group.name));
        self.node(&text, |tree| {
            tree.title(group.title)?;
            tree.each("member of", &group.member_of)?;
            tree.each("requires role", &group.requires)?;
            tree.allowed(&group.allowed_findings)
        })
    }

    pub(super) fn user(&mut self, faulty: &str, user: &User) -> io::Result<()> {
        let text = format!("{faulty}user {}", self.literal(user.name));
        self.node(&text, |tree| {
            tree.title(user.title)?;
            if user.creator {
                tree.line("creator")?;
            }
            tree.each("member of", &user.member_of)?;
            tree.allowed(&user.allowed_findings)
        })
    }

    pub(super) fn assignment(&mut self, faulty: &str, assignment: &Assignment) -> io::Result<()> {
        let text = format!("{faulty}assign {}", self.text(assignment.role));
        self.node(&text, |tree| {
            match &assignment.to {
                Recipients::Groups(groups) => tree.each("to group", groups)?,
                Recipients::Users(users) => {
                    users.iter().try_for_each(|user| tree.line(&format!("to user {}", tree.literal(*user))))?;
                }
            }
            assignment.scope.iter().try_for_each(|scope| tree.scope("in", scope))?;
            tree.allowed(&assignment.allowed_findings)
        })
    }

    pub(super) fn application(&mut self, faulty: &str, application: &Application) -> io::Result<()> {
        let text = format!("{faulty}application {}", self.text(application.name));
        self.node(&text, |tree| {
            tree.title(application.title)?;
            tree.selectors("owns", &application.owns)?;
            if application.full_access {
                tree.line("unconfigured full-access")?;
            }
            tree.allowed(&application.allowed_findings)
        })
    }

    pub(super) fn old_option(&mut self, faulty: &str, old: &OldOption) -> io::Result<()> {
        let (role, application) = (self.text(old.role), self.text(old.application));
        let text = format!("{faulty}old option role {role} on user {} in {application}", self.literal(old.user));
        self.node(&text, |tree| tree.allowed(&old.allowed_findings))
    }

    /// Folders are bounded in depth where they are parsed.
    pub(super) fn object(&mut self, faulty: &str, object: &Object) -> io::Result<()> {
        let (word, propagate) =
            (if object.folder { "folder" } else { "object" }, if object.propagate { " propagate" } else { "" });
        let text = format!("{faulty}{word} {}{propagate}", self.literal(object.name));
        self.node(&text, |tree| {
            tree.selectors("guards", &object.guards)?;
            object.readers.iter().try_for_each(|readers| tree.readers(readers))?;
            object.inside.iter().try_for_each(|inside| tree.object("", inside))?;
            tree.allowed(&object.allowed_findings)
        })
    }

    fn readers(&mut self, readers: &Readers) -> io::Result<()> {
        match &readers.kind {
            ReadersKind::Groups(groups) => self.line(&format!("read {}", self.names(groups))),
            ReadersKind::AllExcept(groups) if groups.is_empty() => self.line("read all"),
            ReadersKind::AllExcept(groups) => self.line(&format!("read all except {}", self.names(groups))),
        }
    }
}
