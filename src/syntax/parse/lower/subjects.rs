//! Groups, users, assignments, applications and old options.

use pest::iterators::Pair;

use super::{Lower, parts, parts_of};
use crate::span::Span;
use crate::syntax::ast;
use crate::syntax::parse::{Rule, line};

impl Lower<'_> {
    /// The declaration of a line that the fast lane took, which is taken apart or parsed by itself.
    pub(super) fn quick_subject(&mut self, pair: Pair<'_, Rule>) -> (Span, Option<ast::ItemKind>) {
        let Some(pair) = parts(pair).next() else { return (Span::default(), None) };
        let (text, start) = (pair.as_str(), self.offset(pair.as_span().start()));
        if let Some(item) = line::subject(text, start) {
            return item;
        }
        let wanted = match text.as_bytes().first() {
            Some(b'u') => Rule::user,
            Some(b'g') => Rule::group,
            _ => Rule::assign,
        };
        let mut taken = (Span::default(), None);
        self.alone(wanted, text, start, |lower, pair| taken = (lower.solid_span(&pair), lower.subject(pair)));
        taken
    }

    pub(super) fn subject(&mut self, pair: Pair<'_, Rule>) -> Option<ast::ItemKind> {
        Some(match pair.as_rule() {
            Rule::group => ast::ItemKind::Group(self.group(pair)?),
            Rule::user => ast::ItemKind::User(self.user(pair)?),
            Rule::assign => ast::ItemKind::Assignment(self.assignment(pair)?),
            Rule::application => ast::ItemKind::Application(self.application(pair)?),
            Rule::old_option => ast::ItemKind::OldOption(self.old_option(pair)?),
            _ => return None,
        })
    }

    /// Those that stand right in a declaration.
    pub(super) fn allowed_findings(&mut self, pair: &Pair<'_, Rule>) -> Vec<ast::AllowFinding> {
        parts_of(pair.clone(), Rule::allow_finding).filter_map(|finding| self.allow_finding(finding)).collect()
    }

    fn group(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Group> {
        let allowed_findings = self.allowed_findings(&pair);
        let name = self.only_name(pair.clone())?;
        let (mut title, mut member_of, mut requires) = (None, Vec::new(), Vec::new());
        for part in parts(pair) {
            match part.as_rule() {
                Rule::title => title = self.only_text(part),
                Rule::member_of => member_of = self.names(part),
                Rule::requires_roles => requires = self.names(part),
                _ => {}
            }
        }
        Some(ast::Group { name, title, member_of, requires, allowed_findings })
    }

    fn user(&mut self, pair: Pair<'_, Rule>) -> Option<ast::User> {
        let allowed_findings = self.allowed_findings(&pair);
        let name = self.only_text(pair.clone())?;
        let (mut title, mut creator, mut member_of) = (None, false, Vec::new());
        for part in parts(pair) {
            match part.as_rule() {
                Rule::title => title = self.only_text(part),
                Rule::creator => creator = true,
                Rule::member_of => member_of = self.names(part),
                _ => {}
            }
        }
        Some(ast::User { name, title, creator, member_of, allowed_findings })
    }

    fn assignment(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Assignment> {
        let allowed_findings = self.allowed_findings(&pair);
        let role = self.only_name(pair.clone())?;
        let (mut to, mut scope) = (None, None);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::to_groups => to = Some(ast::Recipients::Groups(self.names(part))),
                Rule::to_users => {
                    let users = parts_of(part, Rule::string).map(|user| self.text(&user)).collect();
                    to = Some(ast::Recipients::Users(users));
                }
                Rule::in_scope => scope = parts(part).next().and_then(|scope| self.scope(scope)),
                _ => {}
            }
        }
        Some(ast::Assignment { role, to: to?, scope, allowed_findings })
    }

    fn application(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Application> {
        let allowed_findings = self.allowed_findings(&pair);
        let name = self.only_name(pair.clone())?;
        let (mut title, mut owns, mut full_access) = (None, Vec::new(), false);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::title => title = self.only_text(part),
                Rule::owns => owns = self.selectors(part),
                Rule::full_access => full_access = true,
                _ => {}
            }
        }
        Some(ast::Application { name, title, owns, full_access, allowed_findings })
    }

    fn old_option(&mut self, pair: Pair<'_, Rule>) -> Option<ast::OldOption> {
        let allowed_findings = self.allowed_findings(&pair);
        let user = self.only_text(pair.clone())?;
        let mut names = self.names(pair).into_iter();
        Some(ast::OldOption { role: names.next()?, user, application: names.next()?, allowed_findings })
    }
}
