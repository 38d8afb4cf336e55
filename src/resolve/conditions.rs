//! Conditions → canonical form, checked against what the catalog allows on the permissions they guard.

use super::Resolver;
use crate::catalog::AllowedConditions;
use crate::conditions::{Condition, ConditionId, Operand};
use crate::diagnostic::words;
use crate::limits;
use crate::sets::PermissionId;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, ValueType};

/// A variable that a condition compares, with what it is compared to.
struct Comparison {
    variable: ast::Name,
    ordered: bool,
    values: Vec<ast::Value>,
}

fn comparisons(condition: &ast::Condition, found: &mut Vec<Comparison>) {
    match &condition.kind {
        ast::ConditionKind::And(operands) | ast::ConditionKind::Or(operands) => {
            for operand in operands {
                comparisons(operand, found);
            }
        }
        ast::ConditionKind::Compare { variable, operator, value } => {
            found.push(Comparison { variable: *variable, ordered: *operator != ast::Operator::Equal, values: vec![*value] });
        }
        ast::ConditionKind::In { variable, values } => {
            found.push(Comparison { variable: *variable, ordered: false, values: values.clone() });
        }
    }
}

/// The canonical form; recursion is bounded by the parser.
fn canonical(source: &Source, condition: &ast::Condition) -> Condition {
    let operand = |value: &ast::Value| match value {
        ast::Value::String(text) => Operand::String(text.value(source).into()),
        ast::Value::Number(span) => Operand::number(source.slice(*span)),
        ast::Value::Variable(name) => Operand::Variable(name.text(source).into()),
    };
    let each = |operands: &[ast::Condition]| operands.iter().map(|operand| canonical(source, operand)).collect();
    match &condition.kind {
        ast::ConditionKind::And(operands) => Condition::all(each(operands)),
        ast::ConditionKind::Or(operands) => Condition::any(each(operands)),
        ast::ConditionKind::Compare { variable, operator, value } => {
            Condition::Compare(variable.text(source).into(), *operator, operand(value))
        }
        ast::ConditionKind::In { variable, values } => {
            Condition::one_of(variable.text(source), values.iter().map(operand).collect())
        }
    }
}

/// How deep `and` and `or` lie inside one another; recursion is bounded by the parser.
fn levels(condition: &Condition) -> usize {
    match condition {
        Condition::And(inner) | Condition::Or(inner) => 1 + inner.iter().map(levels).max().unwrap_or(0),
        Condition::Compare(..) | Condition::In(..) => 0,
    }
}

impl Resolver<'_> {
    /// A condition on grants of some permissions; `None` after a report.
    pub(super) fn condition(
        &mut self,
        source: &Source,
        condition: &ast::Condition,
        permissions: &[PermissionId],
        clause: Span,
    ) -> Option<ConditionId> {
        let mut found = Vec::new();
        comparisons(condition, &mut found);
        let mut sound = true;
        for comparison in &found {
            sound &= self.is_allowed(source, comparison, permissions, clause);
        }
        let canonical = canonical(source, condition);
        if levels(&canonical) > limits::CONDITION_LEVELS {
            self.sink.report(words::limits::condition_too_deep(condition.span, limits::CONDITION_LEVELS));
            sound = false;
        }
        sound.then(|| self.program.conditions.intern(canonical))
    }

    fn is_allowed(&mut self, source: &Source, comparison: &Comparison, permissions: &[PermissionId], clause: Span) -> bool {
        let variable = comparison.variable.text(source);
        let (allowing, refusing): (Vec<_>, Vec<_>) =
            permissions.iter().copied().partition(|id| self.allowed(*id, variable) != Allowed::No);
        let mut sound = refusing.is_empty();
        let is_number = comparison.ordered || comparison.values.iter().any(|value| matches!(value, ast::Value::Number(_)));
        let kind = if is_number { ValueType::Number } else { ValueType::String };
        if !sound {
            self.refuse((comparison.variable, kind), source, clause, &refusing);
        }
        for value in &comparison.values {
            if let ast::Value::Variable(name) = value
                && !name.text(source).starts_with("User.")
            {
                let refuses = |id: &&PermissionId| self.allowed(**id, name.text(source)) == Allowed::No;
                let refusing: Vec<_> = allowing.iter().filter(refuses).copied().collect();
                if !refusing.is_empty() {
                    self.refuse((*name, kind), source, clause, &refusing);
                    sound = false;
                }
            }
            sound &= self.fits(source, comparison, *value, &allowing);
        }
        sound
    }

    /// Whether a value has the variable's type on all of some permissions, and an order if it is compared by one.
    fn fits(&mut self, source: &Source, comparison: &Comparison, value: ast::Value, permissions: &[PermissionId]) -> bool {
        let variable = comparison.variable.text(source);
        let right = |id| match value {
            ast::Value::String(_) => Allowed::Of(ValueType::String),
            ast::Value::Number(_) => Allowed::Of(ValueType::Number),
            ast::Value::Variable(name) => self.allowed(id, name.text(source)),
        };
        let text = Allowed::Of(ValueType::String);
        // A string as such has no order, even where nothing is granted.
        let mut wrong = (comparison.ordered && matches!(value, ast::Value::String(_))).then_some((None, true));
        for id in permissions.iter().copied() {
            let (left, right) = (self.allowed(id, variable), right(id));
            if let (Allowed::Of(expected), Allowed::Of(found)) = (left, right)
                && expected != found
            {
                wrong = Some((Some(expected), false));
                break;
            }
            if comparison.ordered && [left, right].contains(&text) {
                wrong = Some((None, true));
            }
        }
        if let Some((expected, unordered)) = wrong {
            let kind = expected.map_or("a value", ValueType::described);
            self.sink.report(words::roles::condition_type(variable, value.span(), kind, unordered));
        }
        wrong.is_none()
    }

    /// What the catalog says of a variable in conditions on a permission.
    fn allowed(&self, permission: PermissionId, variable: &str) -> Allowed {
        match &self.program.catalog.facts(permission).conditions {
            None => Allowed::No,
            Some(AllowedConditions::Any) => Allowed::OfAnyType,
            Some(AllowedConditions::Variables(list)) => {
                list.iter().find(|(name, _)| **name == *variable).map_or(Allowed::No, |(_, value)| Allowed::Of(*value))
            }
        }
    }

    fn refuse(&mut self, (variable, kind): (ast::Name, ValueType), source: &Source, clause: Span, permissions: &[PermissionId]) {
        let names: Vec<String> = permissions.iter().map(|id| self.program.catalog.name(*id).to_owned()).collect();
        self.sink.report(words::roles::condition_not_allowed(
            (variable.text(source), kind.name()),
            variable.span,
            clause,
            &names,
        ));
    }
}

/// Whether a condition may compare a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    No,
    OfAnyType,
    Of(ValueType),
}
