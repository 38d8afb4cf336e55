//! Conditions as people read them.

use std::fmt::Write as _;

use rolec_bundle::document::{Condition, Operator, Value};

/// A condition as it is written in the language.
pub(crate) fn text(condition: &Condition) -> String {
    let mut out = String::new();
    write(condition, false, &mut out);
    out
}

/// The sign of a comparison.
pub(crate) const fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
    }
}

fn write(condition: &Condition, inside: bool, out: &mut String) {
    match condition {
        Condition::Compare { operator, value, variable } => {
            // Writing to a string does not fail, here and below.
            let _ = write!(out, "{variable} {} ", sign(*operator));
            write_value(value, out);
        }
        Condition::In { values, variable } => {
            let _ = write!(out, "{variable} in [");
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_value(value, out);
            }
            out.push(']');
        }
        Condition::And(parts) => join(parts, " and ", inside, out),
        Condition::Or(parts) => join(parts, " or ", inside, out),
    }
}

fn join(parts: &[Condition], between: &str, inside: bool, out: &mut String) {
    out.push_str(if inside { "(" } else { "" });
    for (at, part) in parts.iter().enumerate() {
        out.push_str(if at > 0 { between } else { "" });
        write(part, true, out);
    }
    out.push_str(if inside { ")" } else { "" });
}

fn write_value(value: &Value, out: &mut String) {
    let _ = match value {
        Value::String(text) => write!(out, "{text:?}"),
        Value::Number(number) => write!(out, "{number}"),
        Value::Variable(name) => write!(out, "{name}"),
    };
}

/// A string of a language that escapes quotes and backslashes by a backslash, and control characters in its own way.
pub(crate) fn quoted(text: &str, escaped: impl Fn(u32) -> String) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter.is_control() => out.push_str(&escaped(u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A number as an integer, if it is whole and none that a float has to round.
pub(crate) fn whole(number: f64) -> Option<i64> {
    const GREATEST: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    let whole = number as i64;
    (number.fract() == 0.0 && number.abs() <= GREATEST).then_some(whole)
}

/// The variables of a condition.
pub(crate) fn variables(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::Compare { value, variable, .. } => std::iter::once(&**variable).chain(variable_of(value)).collect(),
        Condition::In { values, variable } => std::iter::once(&**variable).chain(values.iter().filter_map(variable_of)).collect(),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().flat_map(variables).collect(),
    }
}

/// The variable that a value stands for, if it does.
pub(crate) fn variable_of(value: &Value) -> Option<&str> {
    if let Value::Variable(name) = value { Some(name) } else { None }
}
