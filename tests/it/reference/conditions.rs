//! Conditions and their canonical form.
//!
//! Canonical: no operator directly inside the same operator, operands and values sorted and without repetition, one operand stands
//! for itself, `x in [v]` is `x == v`. The text of *true* is `true`; of a comparison `x op v`; of `in` `x in [v, w]`; operands are
//! joined by ` and ` or ` or `, an operand that is itself joined stands in parentheses. Sorting is by canonical text.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A condition. Values and variables are as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// Always.
    True,
    /// All of these.
    And(Vec<Condition>),
    /// Any of these.
    Or(Vec<Condition>),
    /// Variable, operator, value.
    Compare(String, &'static str, Value),
    /// Variable, values.
    In(String, Vec<Value>),
}

/// What a variable is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// The string, without quotes.
    String(String),
    /// The number as written.
    Number(String),
    /// The variable's name.
    Variable(String),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::String(value) => format!("{value:?}"),
            Self::Number(value) | Self::Variable(value) => value.clone(),
        }
    }

    /// Whether a comparison of two values holds. Texts and numbers differ, and only numbers have an order.
    fn compares(&self, operator: &str, right: &Self) -> bool {
        match (self, right) {
            (Self::String(left), Self::String(right)) => operator == "==" && left == right,
            (Self::Number(left), Self::Number(right)) => {
                let [left, right] = [left, right].map(|number| number.parse::<f64>().unwrap_or(f64::NAN));
                match operator {
                    ">=" => left >= right,
                    ">" => left > right,
                    "<=" => left <= right,
                    "<" => left < right,
                    _ => left.partial_cmp(&right).is_some_and(Ordering::is_eq),
                }
            }
            _ => false,
        }
    }
}

impl Condition {
    /// The canonical form.
    pub(crate) fn canonical(&self) -> Self {
        match self {
            Self::True | Self::Compare(..) => self.clone(),
            Self::In(variable, values) => {
                let mut values = values.clone();
                values.sort_by_key(Value::text);
                values.dedup();
                match values.as_slice() {
                    [value] => Self::Compare(variable.clone(), "==", value.clone()),
                    _ => Self::In(variable.clone(), values),
                }
            }
            Self::And(operands) => Self::joined(operands, |condition| match condition {
                Self::And(inner) => Ok(inner),
                other => Err(other),
            })
            .unwrap_or_else(Self::And),
            Self::Or(operands) => Self::joined(operands, |condition| match condition {
                Self::Or(inner) => Ok(inner),
                other => Err(other),
            })
            .unwrap_or_else(Self::Or),
        }
    }

    /// The single operand that is left, or all of them; `open` takes apart what has the same operator.
    fn joined(operands: &[Self], open: impl Fn(Self) -> Result<Vec<Self>, Self>) -> Result<Self, Vec<Self>> {
        let mut flat = Vec::new();
        for operand in operands {
            match open(operand.canonical()) {
                Ok(inner) => flat.extend(inner),
                Err(other) => flat.push(other),
            }
        }
        flat.sort_by_key(Self::print);
        flat.dedup();
        if flat.len() == 1 { Ok(flat.remove(0)) } else { Err(flat) }
    }

    /// The text of a condition in canonical form.
    fn print(&self) -> String {
        let join = |operands: &[Self], word: &str| {
            let operands = operands.iter().map(|operand| match operand {
                Self::And(_) | Self::Or(_) => format!("({})", operand.print()),
                _ => operand.print(),
            });
            operands.collect::<Vec<_>>().join(word)
        };
        match self {
            Self::True => "true".to_owned(),
            Self::And(operands) => join(operands, " and "),
            Self::Or(operands) => join(operands, " or "),
            Self::Compare(variable, operator, value) => format!("{variable} {operator} {}", value.text()),
            Self::In(variable, values) => {
                format!("{variable} in [{}]", values.iter().map(Value::text).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The canonical text.
    pub(crate) fn text(&self) -> String {
        self.canonical().print()
    }

    /// Whether it holds wherever `other` does, as far as the rules see: it is *true*, equal, or a choice of more values.
    pub(crate) fn is_weaker_or_equal(&self, other: &Self) -> bool {
        let (weak, strong) = (self.canonical(), other.canonical());
        weak == Self::True
            || weak == strong
            || match (weak.choice(), strong.choice()) {
                (Some((a, more)), Some((b, fewer))) => a == b && fewer.is_subset(&more),
                _ => false,
            }
    }

    /// The variable and the values that it may equal.
    fn choice(&self) -> Option<(&str, BTreeSet<String>)> {
        match self {
            Self::Compare(variable, "==", value) => Some((variable, [value.text()].into())),
            Self::In(variable, values) => Some((variable, values.iter().map(Value::text).collect())),
            _ => None,
        }
    }

    /// Whether it holds of a request with these attributes; a comparison with one that is missing does not.
    pub(crate) fn holds(&self, given: &[(String, Value)]) -> bool {
        let attribute = |name: &str| given.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        let compares = |variable: &str, operator: &str, value: &Value| {
            let right = if let Value::Variable(name) = value { attribute(name) } else { Some(value) };
            attribute(variable).zip(right).is_some_and(|(left, right)| left.compares(operator, right))
        };
        match self {
            Self::True => true,
            Self::And(operands) => operands.iter().all(|operand| operand.holds(given)),
            Self::Or(operands) => operands.iter().any(|operand| operand.holds(given)),
            Self::Compare(variable, operator, value) => compares(variable, operator, value),
            Self::In(variable, values) => values.iter().any(|value| compares(variable, "==", value)),
        }
    }

    /// Each comparison in it.
    pub(crate) fn comparisons(&self) -> Vec<Comparison<'_>> {
        match self {
            Self::True => Vec::new(),
            Self::And(operands) | Self::Or(operands) => operands.iter().flat_map(Self::comparisons).collect(),
            Self::Compare(variable, operator, value) => {
                vec![Comparison { variable, values: vec![value], by_order: *operator != "==" }]
            }
            Self::In(variable, values) => vec![Comparison { variable, values: values.iter().collect(), by_order: false }],
        }
    }
}

/// A variable and the values that it is compared with.
pub(crate) struct Comparison<'c> {
    pub(crate) variable: &'c str,
    pub(crate) values: Vec<&'c Value>,
    /// Whether by `<` and the like, which texts can't be.
    pub(crate) by_order: bool,
}

impl Comparison<'_> {
    /// Whether a string is among the values.
    pub(crate) fn has_string(&self) -> bool {
        self.values.iter().any(|value| matches!(value, Value::String(_)))
    }
}
