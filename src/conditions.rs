//! When grants hold: conditions in canonical form, each stored once.
//!
//! Canonical: operators inside an equal operator are flattened, operands sorted by their text and each there once, a
//! list of one value is `==`. Equal conditions have equal ids.

use rustc_hash::FxHashMap;

use crate::id::Id;
use crate::syntax::ast::{Operator, Text};

/// A condition in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// A variable against one value.
    Compare(Box<str>, Operator, Operand),
    /// A variable among two or more values.
    In(Box<str>, Box<[Operand]>),
    /// All of two or more.
    And(Box<[Condition]>),
    /// Any of two or more.
    Or(Box<[Condition]>),
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operand {
    /// Text.
    String(Box<str>),
    /// A number, as its shortest decimal.
    Number(Box<str>),
    /// Another variable.
    Variable(Box<str>),
}

impl Operand {
    /// The number that a decimal of at most 15 digits stands for.
    #[must_use]
    pub fn number(decimal: &str) -> Self {
        Self::Number(decimal.parse::<f64>().map_or_else(|_| decimal.into(), |number| (number + 0.0).to_string().into()))
    }
}

impl Operand {
    /// Whether a comparison of two values holds. Only numbers have an order.
    fn compares(&self, operator: Operator, right: &Self) -> bool {
        let number = |value: &Self| match value {
            Self::Number(text) => text.parse::<f64>().ok(),
            Self::String(_) | Self::Variable(_) => None,
        };
        let order = number(self).zip(number(right)).and_then(|(left, right)| left.partial_cmp(&right));
        match operator {
            Operator::Equal => self == right,
            Operator::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
            Operator::Above => order.is_some_and(std::cmp::Ordering::is_gt),
            Operator::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Operator::Below => order.is_some_and(std::cmp::Ordering::is_lt),
        }
    }
}

impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::String(text) => f.write_str(&Text::literal(text)),
            Self::Number(text) | Self::Variable(text) => f.write_str(text),
        }
    }
}

impl Condition {
    /// Among these values.
    #[must_use]
    pub fn one_of(variable: &str, mut values: Vec<Operand>) -> Self {
        values.sort_by_cached_key(ToString::to_string);
        values.dedup();
        match values.len() {
            1 => Self::Compare(variable.into(), Operator::Equal, values.swap_remove(0)),
            _ => Self::In(variable.into(), values.into()),
        }
    }

    /// All of these.
    #[must_use]
    pub fn all(operands: Vec<Self>) -> Self {
        Self::joined(operands, |operand| if let Self::And(inner) = operand { Ok(inner) } else { Err(operand) }, Self::And)
    }

    /// Any of these.
    #[must_use]
    pub fn any(operands: Vec<Self>) -> Self {
        Self::joined(operands, |operand| if let Self::Or(inner) = operand { Ok(inner) } else { Err(operand) }, Self::Or)
    }

    fn joined(operands: Vec<Self>, open: fn(Self) -> Result<Box<[Self]>, Self>, join: fn(Box<[Self]>) -> Self) -> Self {
        let mut flat = Vec::with_capacity(operands.len());
        for operand in operands {
            match open(operand) {
                Ok(inner) => flat.extend(inner),
                Err(operand) => flat.push(operand),
            }
        }
        flat.sort_by_cached_key(ToString::to_string);
        flat.dedup();
        if flat.len() == 1 { flat.swap_remove(0) } else { join(flat.into()) }
    }

    /// Whether it holds of a request with these attributes; a comparison with one that is missing does not.
    #[must_use]
    pub fn holds(&self, given: &[(Box<str>, Operand)]) -> bool {
        let attribute = |name: &str| given.iter().find(|(own, _)| **own == *name).map(|(_, value)| value);
        let value = |operand: &Operand| match operand {
            Operand::Variable(name) => attribute(name).cloned(),
            Operand::String(_) | Operand::Number(_) => Some(operand.clone()),
        };
        match self {
            Self::Compare(variable, operator, right) => {
                attribute(variable).zip(value(right)).is_some_and(|(left, right)| left.compares(*operator, &right))
            }
            Self::In(variable, values) => {
                attribute(variable).is_some_and(|left| values.iter().filter_map(value).any(|right| *left == right))
            }
            Self::And(operands) => operands.iter().all(|operand| operand.holds(given)),
            Self::Or(operands) => operands.iter().any(|operand| operand.holds(given)),
        }
    }

    /// The variable and the values of a condition that is a list of them.
    fn list(&self) -> Option<(&str, &[Operand])> {
        match self {
            Self::Compare(variable, Operator::Equal, value) => Some((variable, std::slice::from_ref(value))),
            Self::In(variable, values) => Some((variable, values)),
            _ => None,
        }
    }

    fn write(&self, f: &mut std::fmt::Formatter<'_>, inside: bool) -> std::fmt::Result {
        match self {
            Self::Compare(variable, operator, value) => write!(f, "{variable} {} {value}", operator.symbol()),
            Self::In(variable, values) => {
                write!(f, "{variable} in [")?;
                for (at, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::And(operands) | Self::Or(operands) => {
                let word = if matches!(self, Self::And(_)) { " and " } else { " or " };
                f.write_str(if inside { "(" } else { "" })?;
                for (at, operand) in operands.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { word })?;
                    operand.write(f, true)?;
                }
                f.write_str(if inside { ")" } else { "" })
            }
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f, false)
    }
}

/// Marks ids of conditions.
#[derive(Debug)]
pub enum ConditionTag {}
/// Names a condition.
pub type ConditionId = Id<ConditionTag>;

/// All conditions; the first one is *true*.
#[derive(Debug, Default)]
pub struct Conditions {
    list: Vec<Condition>,
    ids: FxHashMap<Condition, u32>,
    /// By condition that is a list: its values, as numbers in ascending order.
    values: Vec<Option<Box<[u32]>>>,
    operands: FxHashMap<Operand, u32>,
}

impl Conditions {
    /// Always.
    #[must_use]
    pub fn always() -> ConditionId {
        ConditionId::new(0)
    }

    /// The id of a condition.
    pub fn intern(&mut self, condition: Condition) -> ConditionId {
        if let Some(id) = self.ids.get(&condition) {
            return ConditionId::new(*id as usize);
        }
        let operands = &mut self.operands;
        let values = condition.list().map(|(_, values)| {
            let mut numbers: Vec<u32> = values.iter().map(|value| number_of(operands, value)).collect();
            numbers.sort_unstable();
            numbers.into()
        });
        self.list.push(condition.clone());
        self.values.push(values);
        let id = ConditionId::new(self.list.len());
        self.ids.insert(condition, id.raw());
        id
    }

    /// The condition; `None` for *true*.
    #[must_use]
    pub fn get(&self, id: ConditionId) -> Option<&Condition> {
        id.index().checked_sub(1).and_then(|at| self.list.get(at))
    }

    /// Whether `weak` holds wherever `strong` does: it is *true*, equal, or lists more values of the same variable.
    #[must_use]
    pub fn is_weaker(&self, weak: ConditionId, strong: ConditionId) -> bool {
        weak == Self::always()
            || weak == strong
            || (self.variable(weak).is_some()
                && self.variable(weak) == self.variable(strong)
                && is_subset(self.values_of(strong), self.values_of(weak)))
    }

    /// The variable of a condition that is a list of values.
    #[must_use]
    pub fn variable(&self, id: ConditionId) -> Option<&str> {
        self.get(id)?.list().map(|(variable, _)| variable)
    }

    /// Of some conditions, the places of those that are lists, by their variables. A single one is left out.
    pub fn lists(&self, conditions: impl ExactSizeIterator<Item = ConditionId>) -> FxHashMap<&str, Vec<usize>> {
        let mut lists: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        if conditions.len() > 1 {
            for (at, condition) in conditions.enumerate() {
                if let Some(variable) = self.variable(condition) {
                    lists.entry(variable).or_default().push(at);
                }
            }
        }
        lists
    }

    fn values_of(&self, id: ConditionId) -> &[u32] {
        id.index().checked_sub(1).and_then(|at| self.values.get(at)?.as_deref()).unwrap_or_default()
    }

    /// How many conditions there are, *true* included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + 1
    }
}

/// The number of a value, a new one if need be.
fn number_of(operands: &mut FxHashMap<Operand, u32>, value: &Operand) -> u32 {
    if let Some(known) = operands.get(value) {
        return *known;
    }
    let number = u32::try_from(operands.len()).unwrap_or(u32::MAX);
    operands.insert(value.clone(), number);
    number
}

/// Whether a list has all that another one has; both ascend.
fn is_subset(inner: &[u32], outer: &[u32]) -> bool {
    let mut outer = outer.iter();
    inner.len() <= outer.len() && inner.iter().all(|wanted| outer.find(|found| *found >= wanted) == Some(wanted))
}
