//! Licences, users, groups, assignments and applications.

use super::Line;
use crate::syntax::ast;

impl Line<'_> {
    pub(in crate::syntax::format) fn license(self, license: &ast::License) -> Self {
        let line = self.word_if(license.addon, "addon").word("license").name(license.name);
        match &license.fact {
            ast::LicenseFact::Exists(title) => line.title(*title),
            ast::LicenseFact::Dearer(names) => names.iter().fold(line, |line, name| line.word("<").name(*name)),
            ast::LicenseFact::Needs(selectors) => line.word("needs").selectors(selectors),
            ast::LicenseFact::Unwanted(kind) => line.word("unwanted").word("in").name(*kind),
        }
    }

    fn member_of(self, groups: &[ast::Name]) -> Self {
        if groups.is_empty() { self } else { self.word("member").word("of").names(groups) }
    }

    pub(in crate::syntax::format) fn group(self, group: &ast::Group) -> Self {
        let line = self.word("group").name(group.name).title(group.title).member_of(&group.member_of);
        if group.requires.is_empty() { line } else { line.word("requires").word("role").names(&group.requires) }
    }

    pub(in crate::syntax::format) fn user(self, user: &ast::User) -> Self {
        let line = self.word("user").text(user.name.span).title(user.title).word_if(user.creator, "creator");
        line.member_of(&user.member_of)
    }

    pub(in crate::syntax::format) fn assignment(self, assignment: &ast::Assignment) -> Self {
        let line = self.word("assign").name(assignment.role).word("to");
        let line = match &assignment.to {
            ast::Recipients::Groups(groups) => line.word("group").names(groups),
            ast::Recipients::Users(users) => {
                line.word("user").list_of(users, |user| user.span, |line, user| line.text(user.span))
            }
        };
        line.in_scope(assignment.scope.as_ref())
    }

    pub(in crate::syntax::format) fn application(self, application: &ast::Application) -> Self {
        let line = self.word("application").name(application.name).title(application.title);
        let line = line.word("owns").selectors(&application.owns);
        if application.full_access { line.word("unconfigured").word("full-access") } else { line }
    }

    pub(in crate::syntax::format) fn old_option(self, old: &ast::OldOption) -> Self {
        let line = self.word("old").word("option").word("role").name(old.role);
        line.word("on").word("user").text(old.user.span).word("in").name(old.application)
    }
}
