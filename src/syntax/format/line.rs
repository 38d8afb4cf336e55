//! One node → the words and lists of its line.

mod assertions;
mod enforcement;
mod objects;
mod subjects;

use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

use super::piece::{self, Brackets, List, Piece, Word};

/// Words and lists, gathered from left to right.
pub(super) struct Line<'s> {
    source: &'s Source,
    pieces: Vec<Piece<'s>>,
    glue: bool,
}

impl<'s> Line<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, pieces: Vec::new(), glue: false }
    }

    pub(super) fn pieces(&self) -> &[Piece<'s>] {
        &self.pieces
    }

    /// Columns of the line unbroken.
    pub(super) fn width(&self) -> usize {
        piece::width(&self.pieces).saturating_sub(1)
    }

    // ------------------------------------------------------------------------------------- words

    fn push(mut self, text: &'s str, span: Option<Span>) -> Self {
        let glued = std::mem::take(&mut self.glue);
        self.pieces.push(Piece::Word(Word { text, span, glued }));
        self
    }

    /// A keyword or a sign.
    pub(super) fn word(self, text: &'static str) -> Self {
        self.push(text, None)
    }

    /// A keyword that may be absent.
    pub(super) fn word_if(self, present: bool, text: &'static str) -> Self {
        if present { self.word(text) } else { self }
    }

    /// Leaves no blank before what comes next.
    fn glue(mut self) -> Self {
        self.glue = true;
        self
    }

    /// Text of the source as it stands.
    fn text(self, span: Span) -> Self {
        let text = self.source.slice(span);
        self.push(text, Some(span))
    }

    pub(super) fn name(self, name: ast::Name) -> Self {
        self.text(name.span)
    }

    pub(super) fn title(self, title: Option<ast::Text>) -> Self {
        title.into_iter().fold(self, |line, title| line.text(title.span))
    }

    fn date(self, keyword: &'static str, date: Option<ast::Date>) -> Self {
        date.into_iter().fold(self, |line, date| line.word(keyword).text(date.span))
    }

    // ------------------------------------------------------------------------------------- lists

    fn list(mut self, brackets: Brackets, elements: Vec<Self>, end: u32) -> Self {
        let elements = elements.into_iter().map(|element| element.pieces).collect();
        self.pieces.push(Piece::List(List { brackets, elements, end }));
        self.glue = false;
        self
    }

    fn list_of<T: Copy>(self, items: &[T], span: impl Fn(T) -> Span, element: impl Fn(Self, T) -> Self) -> Self {
        let end = items.last().map_or(0, |item| span(*item).end);
        let elements = items.iter().map(|item| element(Self::new(self.source), *item)).collect();
        self.list(Brackets::None, elements, end)
    }

    pub(super) fn names(self, names: &[ast::Name]) -> Self {
        self.list_of(names, |name| name.span, Self::name)
    }

    pub(super) fn scope(self, scope: &ast::Scope) -> Self {
        self.names(&scope.names)
    }

    fn in_scope(self, scope: Option<&ast::Scope>) -> Self {
        scope.into_iter().fold(self, |line, scope| line.word("in").scope(scope))
    }

    fn selectors(self, selectors: &[ast::Selector]) -> Self {
        self.list_of(selectors, |selector| selector.span, Self::selector)
    }

    /// A selector with `a:*` for `a:*:*`.
    pub(super) fn selector(self, selector: ast::Selector) -> Self {
        let text = selector.text(self.source);
        if !text.contains('{') {
            let short = text.strip_suffix(":*").filter(|short| short.ends_with(":*"));
            return self.push(short.unwrap_or(text), Some(selector.span));
        }
        match selector.parts(self.source) {
            ast::Parts::Full(domain, entity, action) => {
                let line = self.part(&domain).glue().word(":").glue().part(&entity);
                line.glue().word(":").glue().part(&action)
            }
            ast::Parts::All | ast::Parts::Legacy(_) | ast::Parts::Short => self.text(selector.span),
        }
    }

    fn part(self, part: &ast::Part) -> Self {
        match part {
            ast::Part::Any => self.word("*"),
            ast::Part::One(name) => self.name(*name),
            ast::Part::Set(names) => {
                let end = names.last().map_or(0, |name| name.span.end);
                let elements = names.iter().map(|name| Self::new(self.source).name(*name)).collect();
                self.list(Brackets::Set, elements, end)
            }
        }
    }

    // ----------------------------------------------------------------------------------- catalog

    pub(super) fn attributes(self, attributes: &[ast::Attribute]) -> Self {
        attributes.iter().fold(self, |line, attribute| match &attribute.kind {
            ast::AttributeKind::Aware => line.word("division-aware"),
            ast::AttributeKind::Unaware => line.word("division-unaware"),
            ast::AttributeKind::Deprecated { since, replacement } => {
                let line = line.word("deprecated").date("since", *since);
                replacement.iter().fold(line, |line, selector| line.word("use").selector(*selector))
            }
            ast::AttributeKind::Since(date) => line.date("since", Some(*date)),
            ast::AttributeKind::AnyConditions => line.word("conditions").word("any"),
            ast::AttributeKind::Conditions(variables) => line.word("conditions").list_of(
                variables,
                |variable| variable.name.span,
                |line, variable| line.name(variable.name).glue().word(":").word(variable.value_type.name()),
            ),
            ast::AttributeKind::Requires(selector) => line.word("requires").selector(*selector),
        })
    }

    pub(super) fn surface(self, surface: &ast::Surface) -> Self {
        let line = match surface.kind {
            ast::SurfaceKind::Endpoint { method } => self.word("endpoint").name(method),
            ast::SurfaceKind::Topic => self.word("topic"),
            ast::SurfaceKind::View => self.word("view"),
        };
        let line = line.text(surface.name.span);
        let line = line.requirement(&surface.requirement);
        if surface.or_self { line.word("or").word("self") } else { line }
    }

    fn requirement(self, requirement: &ast::Requirement) -> Self {
        match requirement {
            ast::Requirement::Any(permissions) => self.word("any").selectors(permissions),
            ast::Requirement::All(permissions) => self.word("all").selectors(permissions),
            ast::Requirement::Open => self.word("open"),
            ast::Requirement::Unstated => self.word("unstated"),
        }
    }

    pub(super) fn allow_finding(self, finding: &ast::AllowFinding) -> Self {
        self.word("allow-finding").name(finding.code).text(finding.reason.span)
    }

    // ------------------------------------------------------------------------------------- roles

    pub(super) fn clause(self, clause: &ast::Clause) -> Self {
        match &clause.kind {
            ast::ClauseKind::Allow(allow) => self.allow(allow),
            ast::ClauseKind::Except(selector) => self.word("except").selector(*selector),
            ast::ClauseKind::Within(scope) => self.word("within").scope(scope),
            ast::ClauseKind::Created(date) => self.date("created", Some(*date)),
            ast::ClauseKind::RequiresRole(name) => self.word("requires").word("role").name(*name),
            ast::ClauseKind::RequiresLicense(name) => self.word("requires").word("license").name(*name),
            ast::ClauseKind::AutoAssigned { to_all } => {
                self.word("auto-assigned").word("to").word(if *to_all { "all" } else { "creator" })
            }
            ast::ClauseKind::Irremovable => self.word("irremovable"),
            ast::ClauseKind::Formerly(texts) => {
                self.word("formerly").list_of(texts, |text| text.span, |line, text| line.text(text.span))
            }
            ast::ClauseKind::Available { after, date } => {
                let line = self.word("available").word("when").word("organisation").word("created");
                line.date(if *after { "after" } else { "from" }, Some(*date))
            }
            ast::ClauseKind::Owner(text) => self.word("owner").text(text.span),
            ast::ClauseKind::AllowFinding(finding) => self.allow_finding(finding),
        }
    }

    fn allow(self, allow: &ast::Allow) -> Self {
        let line = self.word("allow").selector(allow.selector);
        let line = line.in_scope(allow.scope.as_ref());
        let line = allow.condition.iter().fold(line, |line, condition| line.word("where").condition(condition));
        line.date("since", allow.since)
    }

    fn condition(self, condition: &ast::Condition) -> Self {
        match &condition.kind {
            ast::ConditionKind::And(operands) => self.operands("and", operands),
            ast::ConditionKind::Or(operands) => self.operands("or", operands),
            ast::ConditionKind::Compare { variable, operator, value } => {
                self.name(*variable).word(operator.symbol()).text(value.span())
            }
            ast::ConditionKind::In { variable, values } => {
                let end = values.last().map_or(0, |value| value.span().end);
                let elements = values.iter().map(|value| Self::new(self.source).text(value.span())).collect();
                self.name(*variable).word("in").list(Brackets::Values, elements, end)
            }
        }
    }

    /// Operands around one operator; those that are no comparison keep their parentheses.
    fn operands(self, operator: &'static str, operands: &[ast::Condition]) -> Self {
        operands.iter().enumerate().fold(self, |line, (at, operand)| {
            let line = line.word_if(at > 0, operator);
            match operand.kind {
                ast::ConditionKind::And(_) | ast::ConditionKind::Or(_) => {
                    line.word("(").glue().condition(operand).glue().word(")")
                }
                _ => line.condition(operand),
            }
        })
    }

    // --------------------------------------------------------------------------------- backfills

    pub(super) fn backfill_clause(self, clause: &ast::BackfillClause) -> Self {
        match &clause.kind {
            ast::BackfillClauseKind::When { any, explicitly, triggers } => {
                self.word("when").word_if(*any, "any").word_if(*explicitly, "explicitly").selectors(triggers)
            }
            ast::BackfillClauseKind::Roles(names) => self.word("roles").names(names),
            ast::BackfillClauseKind::Add(selector) => self.word("add").selector(*selector),
            ast::BackfillClauseKind::On(day) => self.word("on").day(day),
            ast::BackfillClauseKind::Region { region, day } => self.word("region").name(*region).word("on").day(day),
            ast::BackfillClauseKind::Optional => self.word("optional"),
            ast::BackfillClauseKind::Done => self.word("done"),
            ast::BackfillClauseKind::See(text) => self.word("see").text(text.span),
            ast::BackfillClauseKind::AllowFinding(finding) => self.allow_finding(finding),
        }
    }

    fn day(self, day: &ast::Day) -> Self {
        let line = if day.estimated { self.word("no").word("sooner").word("than") } else { self };
        let line = line.text(day.first.span);
        day.last.iter().fold(line, |line, last| line.glue().word("..").glue().text(last.span))
    }
}
