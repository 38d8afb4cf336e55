//! pest's pairs → tree.
//!
//! What the grammar leaves open is judged here: dates that no calendar has, escapes, numbers, `and` beside
//! `or`. A faulty line is reported and left out, and its declaration marked.

mod assertions;
mod enforcement;
mod objects;
mod subjects;

use jiff::civil;
use pest::iterators::{Pair, Pairs};

use super::{Rule, line, rule};
use crate::diagnostic::{Sink, words};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

/// Builds the tree of one file.
pub(super) struct Lower<'s> {
    pub(super) source: &'s Source,
    pub(super) sink: &'s mut Sink,
    pub(super) file: ast::File,
    /// Syntax errors reported so far.
    pub(super) faults: usize,
    /// From where, and where to, the next declaration in column 0 was looked for last.
    pub(super) next_declaration: Option<(usize, Option<usize>)>,
    /// Where the text being lowered begins in the concatenated sources.
    base: u32,
    /// Whether something was reported in the declaration being lowered.
    faulty: bool,
    /// Whether the fast lane took a line that is no clause or head by itself.
    misled: bool,
}

/// The parts of a pair, comments aside.
fn parts(pair: Pair<'_, Rule>) -> impl DoubleEndedIterator<Item = Pair<'_, Rule>> {
    pair.into_inner().filter(|part| part.as_rule() != Rule::comment)
}

/// The parts of a pair that are of one rule.
fn parts_of(pair: Pair<'_, Rule>, rule: Rule) -> impl Iterator<Item = Pair<'_, Rule>> {
    pair.into_inner().filter(move |part| part.as_rule() == rule)
}

/// The end of a pair without the blanks that its rule ate.
fn solid_end(pair: &Pair<'_, Rule>) -> usize {
    if let Some(last) = parts(pair.clone()).next_back() {
        return solid_end(&last);
    }
    // Only words and comments: the end of the last word, past which every comment stands.
    let (start, text) = (pair.as_span().start(), pair.as_str());
    pair.clone().into_inner().rev().fold(start + text.trim_end().len(), |end, comment| {
        let comment = comment.as_span();
        if comment.end() < end { end } else { start + text[..comment.start() - start].trim_end().len() }
    })
}

impl<'s> Lower<'s> {
    pub(super) fn new(source: &'s Source, sink: &'s mut Sink) -> Self {
        Self {
            source,
            sink,
            file: ast::File::default(),
            faults: 0,
            next_declaration: None,
            base: 0,
            faulty: false,
            misled: false,
        }
    }

    /// Says where in the file the text of the next pairs begins.
    pub(super) fn start_at(&mut self, offset: usize) {
        self.base = self.source.base + u32::try_from(offset).unwrap_or(u32::MAX - self.source.base);
        self.faulty = false;
    }

    fn offset(&self, at: usize) -> u32 {
        self.base + u32::try_from(at).unwrap_or(0)
    }

    fn span_of(&self, pair: &Pair<'_, Rule>) -> Span {
        Span::new(self.offset(pair.as_span().start()), self.offset(pair.as_span().end()))
    }

    /// The span of a pair without the blanks that its rule ate.
    fn solid_span(&self, pair: &Pair<'_, Rule>) -> Span {
        Span::new(self.offset(pair.as_span().start()), self.offset(solid_end(pair)))
    }

    /// Keeps the comments anywhere below these pairs.
    pub(super) fn comments(&mut self, pairs: &Pairs<'_, Rule>) {
        if pairs.as_str().contains("//") {
            for pair in pairs.clone().flatten().filter(|pair| pair.as_rule() == Rule::comment) {
                let start = self.offset(pair.as_span().start());
                let length = u32::try_from(pair.as_str().trim_end().len()).unwrap_or(0);
                self.file.comments.push(Span::new(start, start + length));
            }
        }
    }

    /// Lowers the declarations of a text that begins at `offset`.
    ///
    /// Takes nothing and says `false` where the fast lane took something for a permission that is none: the text
    /// is to be read without it.
    pub(super) fn items(&mut self, pairs: Pairs<'_, Rule>, offset: usize) -> bool {
        self.start_at(offset);
        let (items, comments) = (self.file.items.len(), self.file.comments.len());
        self.comments(&pairs);
        for pair in pairs.flat_map(parts) {
            self.faulty = false;
            let quick = pair.as_rule() == Rule::quick_subject;
            let (span, kind) = if quick { self.quick_subject(pair) } else { (self.solid_span(&pair), self.item(pair)) };
            if let Some(kind) = kind {
                let faulty = self.faulty;
                self.file.items.push(ast::Item { span, faulty, kind });
            }
            if self.misled {
                self.misled = false;
                self.file.items.truncate(items);
                self.file.comments.truncate(comments);
                return false;
            }
        }
        true
    }

    fn item(&mut self, pair: Pair<'_, Rule>) -> Option<ast::ItemKind> {
        Some(match pair.as_rule() {
            Rule::role | Rule::override_role | Rule::strict_role | Rule::strict_override => ast::ItemKind::Role(self.role(pair)?),
            Rule::domain => ast::ItemKind::Domain(self.domain(pair)?),
            Rule::endpoint | Rule::topic | Rule::view => ast::ItemKind::Surface(self.surface(pair)?),
            Rule::pair => ast::ItemKind::Pair(self.pair(pair)?),
            Rule::division => ast::ItemKind::Division(self.division(pair)?),
            Rule::divisions => ast::ItemKind::DivisionSet(self.division_set(pair)?),
            Rule::backfill => ast::ItemKind::Backfill(self.backfill(pair)?),
            Rule::legacy => ast::ItemKind::Legacy(self.legacy(pair)?),
            Rule::enforcement => ast::ItemKind::Enforcement(self.enforcement(pair)?),
            Rule::license => ast::ItemKind::License(self.license(pair)?),
            Rule::folder | Rule::object => ast::ItemKind::Object(Box::new(self.object(pair)?)),
            Rule::never => ast::ItemKind::Never(self.never(pair)?),
            Rule::assert => ast::ItemKind::Assert(Box::new(self.assertion(pair)?)),
            Rule::test => ast::ItemKind::Test(self.test(pair)?),
            _ => return self.subject(pair),
        })
    }

    // ------------------------------------------------------------------------------------- words

    fn name(&mut self, pair: &Pair<'_, Rule>) -> ast::Name {
        let span = self.span_of(pair);
        self.check_word(pair.as_str(), span);
        if pair.as_rule() == Rule::name && pair.as_str().parse::<civil::Date>().is_ok() {
            self.report(words::syntax::date_for_name(span, pair.as_str()));
        }
        ast::Name { span }
    }

    /// The grammar takes any character beyond ASCII for a letter; only letters and digits are.
    fn check_word(&mut self, text: &str, span: Span) {
        if !text.is_ascii()
            && let Some(odd) = text.chars().find(|char| !char.is_ascii() && !char.is_alphanumeric())
        {
            self.report(words::syntax::odd_character(span, odd));
        }
    }

    fn report(&mut self, finding: crate::diagnostic::Diagnostic) {
        self.sink.report(finding);
        self.faulty = true;
    }

    fn text(&mut self, pair: &Pair<'_, Rule>) -> ast::Text {
        let span = self.span_of(pair);
        let literal = pair.as_str();
        let mut escaped = false;
        for (at, char) in literal.char_indices().skip(1) {
            if escaped && !matches!(char, '"' | '\\' | 'n' | 't') {
                let start = span.start + u32::try_from(at - 1).unwrap_or(0);
                self.report(words::syntax::bad_escape(
                    Span::new(start, start + 1 + u32::try_from(char.len_utf8()).unwrap_or(1)),
                    char,
                ));
            }
            escaped = !escaped && char == '\\';
        }
        ast::Text { span }
    }

    /// The string of a `title`, or of any rule with one string in it.
    fn only_text(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Text> {
        parts_of(pair, Rule::string).next().map(|string| self.text(&string))
    }

    fn only_name(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Name> {
        parts_of(pair, Rule::name).next().map(|name| self.name(&name))
    }

    fn names(&mut self, pair: Pair<'_, Rule>) -> Vec<ast::Name> {
        parts_of(pair, Rule::name).map(|name| self.name(&name)).collect()
    }

    fn only_date(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Date> {
        let date = parts_of(pair, Rule::date).next()?;
        self.date(&date)
    }

    fn date(&mut self, pair: &Pair<'_, Rule>) -> Option<ast::Date> {
        let span = self.span_of(pair);
        let day = pair.as_str().parse::<civil::Date>().ok();
        if day.is_none() {
            self.report(words::syntax::invalid_date(span, pair.as_str()));
        }
        day.map(|day| ast::Date { span, day })
    }

    fn selector(&mut self, pair: &Pair<'_, Rule>) -> ast::Selector {
        let span = self.span_of(pair);
        self.check_word(pair.as_str(), span);
        ast::Selector { span }
    }

    fn only_selector(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Selector> {
        parts_of(pair, Rule::selector).next().map(|selector| self.selector(&selector))
    }

    fn selectors(&mut self, pair: Pair<'_, Rule>) -> Vec<ast::Selector> {
        parts_of(pair, Rule::selector).map(|selector| self.selector(&selector)).collect()
    }

    fn scope(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Scope> {
        let names: Box<[ast::Name]> = parts_of(pair, Rule::name).map(|name| self.name(&name)).collect();
        let span = names.first()?.span.to(names.last()?.span);
        Some(ast::Scope { span, names })
    }

    // ----------------------------------------------------------------------------------- catalog

    fn domain(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Domain> {
        let mut inner = parts(pair);
        let mut domain = self.domain_head(inner.next()?)?;
        self.domain_entries(inner, &mut domain);
        Some(domain)
    }

    pub(super) fn domain_head(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Domain> {
        let correct = parts_of(pair.clone(), Rule::correct).next().is_some();
        let (name, title, attributes) = self.described(pair)?;
        Some(ast::Domain { correct, name, title, attributes, entities: Vec::new(), allowed_findings: Vec::new() })
    }

    pub(super) fn domain_entries<'p>(&mut self, pairs: impl Iterator<Item = Pair<'p, Rule>>, domain: &mut ast::Domain) {
        for part in pairs {
            match part.as_rule() {
                Rule::entity => domain.entities.extend(self.entity(part)),
                Rule::allow_finding => domain.allowed_findings.extend(self.allow_finding(part)),
                _ => {}
            }
        }
    }

    fn entity(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Entity> {
        let span = self.solid_span(&pair);
        let mut inner = parts(pair);
        let (name, title, attributes) = self.described(inner.next()?)?;
        let actions = inner.filter_map(|part| self.action(part)).collect();
        Some(ast::Entity { span, name, title, attributes, actions })
    }

    fn action(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Action> {
        let bare = match pair.as_rule() {
            Rule::action => false,
            Rule::bare_action => true,
            _ => return None,
        };
        let span = self.solid_span(&pair);
        let (name, title, attributes) = self.described(pair)?;
        Some(ast::Action { span, name, bare, title, attributes })
    }

    /// The name, title and attributes that a domain, an entity and an action share.
    fn described(&mut self, pair: Pair<'_, Rule>) -> Option<(ast::Name, Option<ast::Text>, Vec<ast::Attribute>)> {
        let (mut name, mut title, mut attributes) = (None, None, Vec::new());
        for part in parts(pair) {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::title => title = self.only_text(part),
                Rule::correct => {}
                _ => attributes.extend(self.attribute(part)),
            }
        }
        Some((name?, title, attributes))
    }

    fn attribute(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Attribute> {
        let span = self.solid_span(&pair);
        let kind = match pair.as_rule() {
            Rule::aware => ast::AttributeKind::Aware,
            Rule::unaware => ast::AttributeKind::Unaware,
            Rule::deprecated => self.deprecated(pair),
            Rule::since => ast::AttributeKind::Since(self.only_date(pair)?),
            Rule::conditions => self.conditions(pair),
            Rule::requires => ast::AttributeKind::Requires(self.only_selector(pair)?),
            _ => return None,
        };
        Some(ast::Attribute { span, kind })
    }

    fn deprecated(&mut self, pair: Pair<'_, Rule>) -> ast::AttributeKind {
        let (mut since, mut replacement) = (None, None);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::deprecated_since => since = self.only_date(part),
                _ => replacement = self.only_selector(part),
            }
        }
        ast::AttributeKind::Deprecated { since, replacement }
    }

    fn conditions(&mut self, pair: Pair<'_, Rule>) -> ast::AttributeKind {
        let mut variables = Vec::new();
        for part in parts(pair) {
            match part.as_rule() {
                Rule::any_variable => return ast::AttributeKind::AnyConditions,
                Rule::typed_variable => {
                    let number = parts_of(part.clone(), Rule::value_type).any(|value| value.as_str() == "number");
                    let value_type = if number { ast::ValueType::Number } else { ast::ValueType::String };
                    variables.extend(self.only_name(part).map(|name| ast::Variable { name, value_type }));
                }
                _ => {}
            }
        }
        ast::AttributeKind::Conditions(variables)
    }

    fn legacy(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Legacy> {
        let (name, title, _) = self.described(pair)?;
        Some(ast::Legacy { name, title })
    }

    fn pair(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Pair> {
        let mut halves = self.selectors(pair).into_iter();
        Some(ast::Pair { unaware: halves.next()?, aware: halves.next()? })
    }

    fn surface(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Surface> {
        let mut kind = if pair.as_rule() == Rule::topic { ast::SurfaceKind::Topic } else { ast::SurfaceKind::View };
        let (mut name, mut requirement, mut or_self) = (None, None, false);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::method => kind = ast::SurfaceKind::Endpoint { method: ast::Name { span: self.span_of(&part) } },
                Rule::string => name = Some(self.text(&part)),
                Rule::or_self => or_self = true,
                _ => requirement = requirement.or(self.requirement(part)),
            }
        }
        Some(ast::Surface { kind, name: name?, requirement: requirement?, or_self })
    }

    fn requirement(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Requirement> {
        Some(match pair.as_rule() {
            Rule::any_of => ast::Requirement::Any(self.selectors(pair)),
            Rule::all_of => ast::Requirement::All(self.selectors(pair)),
            Rule::open => ast::Requirement::Open,
            Rule::unstated => ast::Requirement::Unstated,
            _ => return None,
        })
    }

    // --------------------------------------------------------------------------------- divisions

    fn division(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Division> {
        let (mut home, mut name, mut title) = (false, None, None);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::home => home = true,
                Rule::name => name = Some(self.name(&part)),
                _ => title = self.only_text(part),
            }
        }
        Some(ast::Division { home, name: name?, title })
    }

    fn division_set(&mut self, pair: Pair<'_, Rule>) -> Option<ast::DivisionSet> {
        let name = self.only_name(pair.clone())?;
        let members = parts_of(pair, Rule::scope).next().and_then(|scope| self.scope(scope))?;
        Some(ast::DivisionSet { name, members })
    }

    // ------------------------------------------------------------------------------------- roles

    fn role(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Role> {
        let mut inner = parts(pair);
        let head = inner.next()?;
        let mut role = if head.as_rule() == Rule::quick_head { self.quick_head(&head) } else { self.role_head(head) }?;
        self.role_clauses(inner, &mut role);
        // Of a role of one clause, most of what a vector sets aside at first would lie idle, and there may be millions.
        if role.clauses.len() <= role.clauses.capacity() / 2 {
            role.clauses.shrink_to_fit();
        }
        Some(role)
    }

    pub(super) fn role_head(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Role> {
        let is_override = pair.as_rule() == Rule::override_head;
        let mut kind = if is_override { ast::RoleKind::Override } else { ast::RoleKind::Custom };
        let (mut name, mut title, mut copies, mut extends) = (None, None, None, Vec::new());
        for part in parts(pair) {
            match part.as_rule() {
                Rule::default => kind = ast::RoleKind::Default,
                Rule::name => name = Some(self.name(&part)),
                Rule::title => title = self.only_text(part),
                Rule::copies => copies = self.only_name(part),
                _ => extends = self.names(part),
            }
        }
        Some(ast::Role { kind, name: name?, title, copies, extends, clauses: Vec::new() })
    }

    pub(super) fn role_clauses<'p>(&mut self, pairs: impl Iterator<Item = Pair<'p, Rule>>, role: &mut ast::Role) {
        for part in pairs {
            let start = self.offset(part.as_span().start());
            let clause = match part.as_rule() {
                Rule::quick_clause => {
                    self.quick_clause(&part, role);
                    None
                }
                Rule::allow => self.allow(part).map(|(allow, end)| {
                    let span = Span::new(start, end);
                    ast::Clause { span, kind: ast::ClauseKind::Allow(allow) }
                }),
                _ => {
                    let span = self.solid_span(&part);
                    self.clause(part).map(|kind| ast::Clause { span, kind })
                }
            };
            role.clauses.extend(clause);
        }
    }

    /// Takes a line of the fast lane apart, or parses it by itself.
    fn quick_clause(&mut self, pair: &Pair<'_, Rule>, role: &mut ast::Role) {
        let (text, start) = (pair.as_str(), self.offset(pair.as_span().start()));
        match line::clause(text, start) {
            Some(clause) => role.clauses.push(clause),
            None => self.alone(Rule::role_lines, text, start, |lower, pair| lower.role_clauses(pair.into_inner(), role)),
        }
    }

    /// The head of a role that the fast lane took.
    fn quick_head(&mut self, pair: &Pair<'_, Rule>) -> Option<ast::Role> {
        let (text, start) = (pair.as_str(), self.offset(pair.as_span().start()));
        let plain = line::role_head(text, start);
        if plain.is_some() {
            return plain;
        }
        let mut role = None;
        let Some(head) = text.trim_end().strip_suffix('{') else {
            self.misled = true;
            return None;
        };
        self.alone(Rule::role_head, head, start, |lower, pair| role = lower.role_head(pair));
        role
    }

    /// Parses a text by itself, which must be used up; else the fast lane should not have taken it.
    fn alone(&mut self, whole: Rule, text: &str, start: u32, take: impl FnOnce(&mut Self, Pair<'_, Rule>)) {
        let parsed = rule(whole, text).ok().filter(|pairs| pairs.as_str().len() == text.len());
        let Some(mut pairs) = parsed else {
            self.misled = true;
            return;
        };
        let base = std::mem::replace(&mut self.base, start);
        self.comments(&pairs);
        if let Some(pair) = pairs.next() {
            take(self, pair);
        }
        self.base = base;
    }

    /// The commonest line by far, so its end is known without a second walk.
    fn allow(&mut self, pair: Pair<'_, Rule>) -> Option<(ast::Allow, u32)> {
        let (mut selector, mut scope, mut condition, mut since, mut end) = (None, None, None, None, 0);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::selector => {
                    let found = self.selector(&part);
                    end = found.span.end;
                    selector = Some(found);
                }
                Rule::in_scope => {
                    let found = parts(part).next().and_then(|scope| self.scope(scope))?;
                    end = found.span.end;
                    scope = Some(found);
                }
                Rule::where_holds => {
                    end = self.offset(solid_end(&part));
                    condition = Some(Box::new(parts(part).next().and_then(|condition| self.condition(condition))?));
                }
                _ => {
                    let date = self.only_date(part)?;
                    end = date.span.end;
                    since = Some(date);
                }
            }
        }
        Some((ast::Allow { selector: selector?, scope, condition, since }, end))
    }

    fn clause(&mut self, pair: Pair<'_, Rule>) -> Option<ast::ClauseKind> {
        Some(match pair.as_rule() {
            Rule::except => ast::ClauseKind::Except(self.only_selector(pair)?),
            Rule::within => ast::ClauseKind::Within(parts(pair).next().and_then(|scope| self.scope(scope))?),
            Rule::created => ast::ClauseKind::Created(self.only_date(pair)?),
            Rule::requires_role => ast::ClauseKind::RequiresRole(self.only_name(pair)?),
            Rule::requires_license => ast::ClauseKind::RequiresLicense(self.only_name(pair)?),
            Rule::auto_assigned => ast::ClauseKind::AutoAssigned { to_all: parts(pair).any(|part| part.as_str() == "all") },
            Rule::irremovable => ast::ClauseKind::Irremovable,
            Rule::formerly => ast::ClauseKind::Formerly(parts_of(pair, Rule::string).map(|string| self.text(&string)).collect()),
            Rule::available => {
                let after = parts_of(pair.clone(), Rule::bound).any(|bound| bound.as_str() == "after");
                ast::ClauseKind::Available { after, date: self.only_date(pair)? }
            }
            Rule::owner => ast::ClauseKind::Owner(self.only_text(pair)?),
            Rule::allow_finding => ast::ClauseKind::AllowFinding(self.allow_finding(pair)?),
            _ => return None,
        })
    }

    fn allow_finding(&mut self, pair: Pair<'_, Rule>) -> Option<ast::AllowFinding> {
        let span = self.solid_span(&pair);
        let code = self.only_name(pair.clone())?;
        let reason = self.only_text(pair)?;
        Some(ast::AllowFinding { span, code, reason })
    }

    // -------------------------------------------------------------------------------- conditions

    /// Recursion is bounded: the driver has measured the depth of parentheses.
    fn condition(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Condition> {
        let span = self.solid_span(&pair);
        let (mut operands, mut and, mut or) = (Vec::new(), false, false);
        for part in parts(pair) {
            match part.as_rule() {
                Rule::and => and = true,
                Rule::or => or = true,
                Rule::comparison => operands.push(self.comparison(part)?),
                Rule::condition => operands.push(self.condition(part)?),
                _ => {}
            }
        }
        if and && or {
            self.report(words::syntax::mixed_operators(span));
            return None;
        }
        if operands.len() == 1 {
            return operands.pop();
        }
        let kind = if and { ast::ConditionKind::And(operands) } else { ast::ConditionKind::Or(operands) };
        Some(ast::Condition { span, kind })
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Condition> {
        let span = self.solid_span(&pair);
        let mut inner = parts(pair);
        let variable = self.name(&inner.next()?);
        let next = inner.next()?;
        let kind = if next.as_rule() == Rule::one_of {
            let values = parts_of(next, Rule::value).map(|value| self.value(value)).collect::<Option<_>>()?;
            ast::ConditionKind::In { variable, values }
        } else {
            let operator = match next.as_str() {
                "==" => ast::Operator::Equal,
                ">=" => ast::Operator::AtLeast,
                ">" => ast::Operator::Above,
                "<=" => ast::Operator::AtMost,
                _ => ast::Operator::Below,
            };
            ast::ConditionKind::Compare { variable, operator, value: self.value(inner.next()?)? }
        };
        Some(ast::Condition { span, kind })
    }

    fn value(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Value> {
        let inner = parts(pair).next()?;
        Some(match inner.as_rule() {
            Rule::string => ast::Value::String(self.text(&inner)),
            Rule::number => self.number(&inner),
            _ => ast::Value::Variable(self.name(&inner)),
        })
    }

    fn number(&mut self, pair: &Pair<'_, Rule>) -> ast::Value {
        let span = self.span_of(pair);
        if pair.as_str().bytes().filter(u8::is_ascii_digit).count() > 15 {
            self.report(words::syntax::invalid_number(span, pair.as_str()));
        }
        ast::Value::Number(span)
    }

    // --------------------------------------------------------------------------------- backfills

    fn backfill(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Backfill> {
        let mut inner = parts(pair);
        let mut backfill = self.backfill_head(inner.next()?)?;
        self.backfill_clauses(inner, &mut backfill);
        Some(backfill)
    }

    pub(super) fn backfill_head(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Backfill> {
        let (name, title, _) = self.described(pair)?;
        Some(ast::Backfill { name, title, clauses: Vec::new() })
    }

    pub(super) fn backfill_clauses<'p>(&mut self, pairs: impl Iterator<Item = Pair<'p, Rule>>, backfill: &mut ast::Backfill) {
        for part in pairs {
            let span = self.solid_span(&part);
            backfill.clauses.extend(self.backfill_clause(part).map(|kind| ast::BackfillClause { span, kind }));
        }
    }

    fn backfill_clause(&mut self, pair: Pair<'_, Rule>) -> Option<ast::BackfillClauseKind> {
        Some(match pair.as_rule() {
            Rule::when => {
                let has = |rule| parts_of(pair.clone(), rule).next().is_some();
                let (any, explicitly) = (has(Rule::any), has(Rule::explicitly));
                ast::BackfillClauseKind::When { any, explicitly, triggers: self.selectors(pair) }
            }
            Rule::for_roles => ast::BackfillClauseKind::Roles(self.names(pair)),
            Rule::add => ast::BackfillClauseKind::Add(self.only_selector(pair)?),
            Rule::on => ast::BackfillClauseKind::On(parts(pair).next().and_then(|day| self.day(day))?),
            Rule::region => {
                let region = self.only_name(pair.clone())?;
                let day = parts_of(pair, Rule::day).next().and_then(|day| self.day(day))?;
                ast::BackfillClauseKind::Region { region, day }
            }
            Rule::optional => ast::BackfillClauseKind::Optional,
            Rule::done => ast::BackfillClauseKind::Done,
            Rule::see => ast::BackfillClauseKind::See(self.only_text(pair)?),
            Rule::allow_finding => ast::BackfillClauseKind::AllowFinding(self.allow_finding(pair)?),
            _ => return None,
        })
    }

    fn day(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Day> {
        let span = self.solid_span(&pair);
        let estimated = parts_of(pair.clone(), Rule::estimated).next().is_some();
        let mut dates = parts_of(pair, Rule::date).collect::<Vec<_>>().into_iter();
        let first = self.date(&dates.next()?)?;
        let last = match dates.next() {
            Some(date) => Some(self.date(&date)?),
            None => None,
        };
        if last.is_some_and(|last| last.day < first.day) {
            self.report(words::syntax::backward_window(span));
            return None;
        }
        Some(ast::Day { span, estimated, first, last })
    }
}
