//! Conditions → canonical form, checked against what the catalog allows on the permissions they guard.

use super::Resolver;
use crate::catalog::AllowedConditions;
use crate::conditions::{Condition, ConditionId, Operand};
use crate::diagnostic::words;
use crate::sets::SetId;
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

impl Resolver<'_> {
    /// A condition on grants of a set of permissions; `None` after a report.
    pub(super) fn condition(
        &mut self,
        source: &Source,
        condition: &ast::Condition,
        set: SetId,
        clause: Span,
    ) -> Option<ConditionId> {
        let mut found = Vec::new();
        comparisons(condition, &mut found);
        let sound = found.iter().all(|comparison| self.is_allowed(source, comparison, set, clause));
        sound.then(|| self.program.conditions.intern(canonical(source, condition)))
    }

    fn is_allowed(&mut self, source: &Source, comparison: &Comparison, set: SetId, clause: Span) -> bool {
        let catalog = &self.program.catalog;
        let variable = comparison.variable.text(source);
        let allowed = |permission, variable: &str| match &catalog.facts(permission).conditions {
            None => None,
            Some(AllowedConditions::Any) => Some(None),
            Some(AllowedConditions::Variables(list)) => {
                list.iter().find(|(name, _)| **name == *variable).map(|(_, value)| Some(*value))
            }
        };
        let permissions: Vec<_> = self.program.sets.iter(set).collect();
        let without = |variable: &str| -> Vec<String> {
            permissions.iter().filter(|id| allowed(**id, variable).is_none()).map(|id| catalog.name(*id).to_owned()).collect()
        };
        let refused = without(variable);
        if !refused.is_empty() {
            self.sink.report(words::roles::condition_not_allowed(variable, comparison.variable.span, clause, &refused));
            return false;
        }
        let left = permissions.iter().find_map(|id| allowed(*id, variable).flatten());
        for value in &comparison.values {
            let right = match value {
                ast::Value::String(_) => Some(ValueType::String),
                ast::Value::Number(_) => Some(ValueType::Number),
                ast::Value::Variable(name) => {
                    let other = name.text(source);
                    let refused = without(other);
                    if !other.starts_with("User.") && !refused.is_empty() {
                        self.sink.report(words::roles::condition_not_allowed(other, name.span, clause, &refused));
                        return false;
                    }
                    permissions.iter().find_map(|id| allowed(*id, other).flatten())
                }
            };
            let mismatch = left.zip(right).is_some_and(|(left, right)| left != right);
            let unordered = comparison.ordered && [left, right].contains(&Some(ValueType::String));
            if mismatch || unordered {
                let span = value.span();
                let kind = left.map_or("a value", ValueType::described);
                self.sink.report(words::roles::condition_type(variable, span, kind, unordered && !mismatch));
                return false;
            }
        }
        true
    }
}
