//! Whether conditions hold.

use std::fmt::Write;

use crate::limits::{NESTING, WORDS};
use crate::mapped::Corrupt;
use crate::mapped::layout::{Node, Tables, node};
use crate::question::{Attributes, Value};
use crate::steps::Steps;

/// Whether a condition holds; `missing` if a variable that was looked at has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) holds: bool,
    pub(crate) missing: bool,
}

/// A side of a comparison.
#[derive(Clone, Copy)]
enum Side<'e> {
    String(&'e [u8]),
    Number(f64),
}

/// What conditions are evaluated with.
struct Evaluation<'e, 'b> {
    tables: &'e Tables<'b>,
    attributes: Attributes<'e>,
    steps: &'e mut Steps,
}

/// Whether a condition holds with these attributes. A comparison is false if a variable has no value, or if its sides
/// are not of one type.
pub(crate) fn truth(
    tables: &Tables<'_>,
    condition: u32,
    attributes: Attributes<'_>,
    steps: &mut Steps,
) -> Result<Truth, Corrupt> {
    let span = tables.conditions.get(condition as usize).ok_or(Corrupt)?;
    let start = span.start.get() as usize;
    let end = start.checked_add(span.count.get() as usize).ok_or(Corrupt)?;
    let mut evaluation = Evaluation { tables, attributes, steps };
    evaluation.truth(start, end, 0)
}

/// The node at a place, and where it ends. Nodes lie within those around them, so that each is looked at once.
fn node_at<'b>(tables: &Tables<'b>, at: usize, limit: usize) -> Result<(&'b Node, usize), Corrupt> {
    let node = tables.nodes.get(at).ok_or(Corrupt)?;
    let end = node.end.get() as usize;
    if at < end && end <= limit { Ok((node, end)) } else { Err(Corrupt) }
}

impl<'e, 'b: 'e> Evaluation<'e, 'b> {
    fn truth(&mut self, at: usize, limit: usize, depth: usize) -> Result<Truth, Corrupt> {
        let (own, end) = node_at(self.tables, at, limit)?;
        self.steps.take(1)?;
        match own.kind.get() {
            kind @ (node::AND | node::OR) if depth < NESTING => {
                let all = kind == node::AND;
                let mut whole = Truth { holds: all, missing: false };
                let mut next = at + 1;
                while next < end && whole.holds == all {
                    let inner = self.truth(next, end, depth + 1)?;
                    whole = Truth { holds: inner.holds, missing: whole.missing || inner.missing };
                    next = node_at(self.tables, next, end)?.1;
                }
                Ok(whole)
            }
            kind @ node::IN..=node::GREATER_OR_EQUAL => self.comparison(kind, own, at + 1, end),
            _ => Err(Corrupt),
        }
    }

    /// A variable, and one value or several, any of which is enough.
    fn comparison(&mut self, kind: u32, own: &Node, from: usize, end: usize) -> Result<Truth, Corrupt> {
        let left = self.variable(own.low.get())?;
        let mut missing = left.is_none();
        for at in from..end {
            self.steps.take(1)?;
            let right = self.value(at)?;
            missing |= right.is_none();
            if Option::zip(left, right).is_some_and(|(left, right)| compares(kind, left, right)) {
                return Ok(Truth { holds: true, missing: false });
            }
        }
        Ok(Truth { holds: false, missing })
    }

    /// What a variable has.
    fn variable(&self, name: u32) -> Result<Option<Side<'e>>, Corrupt> {
        let name = self.tables.string_bytes(name).ok_or(Corrupt)?;
        let own = self.attributes.iter().find(|(own, _)| own.as_bytes() == name);
        Ok(own.map(|(_, value)| match value {
            Value::String(text) => Side::String(text.as_bytes()),
            Value::Number(number) => Side::Number(*number),
        }))
    }

    fn value(&self, at: usize) -> Result<Option<Side<'e>>, Corrupt> {
        let node = self.tables.nodes.get(at).ok_or(Corrupt)?;
        match node.kind.get() {
            node::STRING => Ok(Some(Side::String(self.tables.string_bytes(node.low.get()).ok_or(Corrupt)?))),
            node::NUMBER => Ok(Some(Side::Number(number(node)))),
            node::VARIABLE => self.variable(node.low.get()),
            _ => Err(Corrupt),
        }
    }
}

fn number(node: &Node) -> f64 {
    f64::from_bits(u64::from(node.low.get()) | u64::from(node.high.get()) << 32)
}

fn compares(kind: u32, left: Side<'_>, right: Side<'_>) -> bool {
    match (left, right) {
        (Side::String(left), Side::String(right)) => matches!(kind, node::IN | node::EQUAL) && left == right,
        (Side::Number(left), Side::Number(right)) => match kind {
            #[expect(clippy::float_cmp, reason = "what a condition asks for")]
            node::IN | node::EQUAL => left == right,
            node::LESS => left < right,
            node::LESS_OR_EQUAL => left <= right,
            node::GREATER => left > right,
            _ => left >= right,
        },
        _ => false,
    }
}

/// A condition as it is written in the language.
pub(crate) fn text(tables: &Tables<'_>, condition: u32) -> Result<String, Corrupt> {
    let span = tables.conditions.get(condition as usize).ok_or(Corrupt)?;
    let start = span.start.get() as usize;
    let mut out = String::new();
    part_text(tables, (start, start.saturating_add(span.count.get() as usize)), 0, &mut out)?;
    Ok(out)
}

fn part_text(tables: &Tables<'_>, (at, limit): (usize, usize), depth: usize, out: &mut String) -> Result<(), Corrupt> {
    if out.len() > WORDS {
        return Err(Corrupt);
    }
    let (own, end) = node_at(tables, at, limit)?;
    let kind = own.kind.get();
    if matches!(kind, node::AND | node::OR) && depth < NESTING {
        let inside = depth > 0;
        out.push_str(if inside { "(" } else { "" });
        let mut next = at + 1;
        while next < end {
            if next > at + 1 {
                out.push_str(if kind == node::AND { " and " } else { " or " });
            }
            part_text(tables, (next, end), depth + 1, out)?;
            next = node_at(tables, next, end)?.1;
        }
        out.push_str(if inside { ")" } else { "" });
        return Ok(());
    }
    let operator = match kind {
        node::IN => " in [",
        node::EQUAL => " == ",
        node::LESS => " < ",
        node::LESS_OR_EQUAL => " <= ",
        node::GREATER => " > ",
        node::GREATER_OR_EQUAL => " >= ",
        _ => return Err(Corrupt),
    };
    out.push_str(tables.string(own.low.get()).ok_or(Corrupt)?);
    out.push_str(operator);
    for place in at + 1..end {
        let node = tables.nodes.get(place).filter(|_| out.len() <= WORDS).ok_or(Corrupt)?;
        out.push_str(if place > at + 1 { ", " } else { "" });
        value_text(tables, node, out)?;
    }
    out.push_str(if kind == node::IN { "]" } else { "" });
    Ok(())
}

fn value_text(tables: &Tables<'_>, node: &Node, out: &mut String) -> Result<(), Corrupt> {
    let string = || tables.string(node.low.get()).ok_or(Corrupt);
    let written = match node.kind.get() {
        node::STRING => write!(out, "{:?}", string()?),
        node::VARIABLE => write!(out, "{}", string()?),
        node::NUMBER => write!(out, "{}", number(node)),
        _ => return Err(Corrupt),
    };
    written.map_err(|_| Corrupt)
}
