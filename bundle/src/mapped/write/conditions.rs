//! Conditions, as nodes: each before what is in it, and each with the place after its last one.

use zerocopy::little_endian::U32;

use super::{Writer, number};
use crate::Error;
use crate::document::{Condition, Operator, Value};
use crate::mapped::layout::{Node, Span, node};

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    for condition in &writer.document.conditions {
        let start = writer.content.nodes.len();
        condition_nodes(writer, condition)?;
        let count = number(writer.content.nodes.len() - start)?;
        writer.content.conditions.push(Span { start: number(start)?, count });
    }
    Ok(())
}

/// Adds a node; its end is not known yet.
fn open(writer: &mut Writer<'_>, kind: u32, (low, high): (u32, u32)) -> usize {
    let (kind, low, high) = (U32::new(kind), U32::new(low), U32::new(high));
    writer.content.nodes.push(Node { kind, end: U32::new(0), low, high });
    writer.content.nodes.len() - 1
}

fn close(writer: &mut Writer<'_>, at: usize) -> Result<(), Error> {
    writer.content.nodes[at].end = number(writer.content.nodes.len())?;
    Ok(())
}

fn condition_nodes<'d>(writer: &mut Writer<'d>, condition: &'d Condition) -> Result<(), Error> {
    let at = match condition {
        Condition::And(inner) | Condition::Or(inner) => {
            let kind = if matches!(condition, Condition::And(_)) { node::AND } else { node::OR };
            let at = open(writer, kind, (0, 0));
            inner.iter().try_for_each(|inner| condition_nodes(writer, inner))?;
            at
        }
        Condition::In { values, variable } => {
            let variable = writer.string(variable)?.get();
            let at = open(writer, node::IN, (variable, 0));
            values.iter().try_for_each(|value| value_node(writer, value))?;
            at
        }
        Condition::Compare { operator, value, variable } => {
            let kind = match operator {
                Operator::Equal => node::EQUAL,
                Operator::Less => node::LESS,
                Operator::LessOrEqual => node::LESS_OR_EQUAL,
                Operator::Greater => node::GREATER,
                Operator::GreaterOrEqual => node::GREATER_OR_EQUAL,
            };
            let variable = writer.string(variable)?.get();
            let at = open(writer, kind, (variable, 0));
            value_node(writer, value)?;
            at
        }
    };
    close(writer, at)
}

fn value_node<'d>(writer: &mut Writer<'d>, value: &'d Value) -> Result<(), Error> {
    #[expect(clippy::cast_possible_truncation, reason = "halves of the bits")]
    let at = match value {
        Value::String(text) => {
            let string = writer.string(text)?.get();
            open(writer, node::STRING, (string, 0))
        }
        Value::Number(number) => {
            let bits = number.to_bits();
            open(writer, node::NUMBER, (bits as u32, (bits >> 32) as u32))
        }
        Value::Variable(name) => {
            let string = writer.string(name)?.get();
            open(writer, node::VARIABLE, (string, 0))
        }
    };
    close(writer, at)
}
