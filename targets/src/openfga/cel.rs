//! Conditions in CEL, over a map of attributes. A comparison of what is not there, or of two types, is false.

use rolec_bundle::document::{Condition, Operator, Value};

use crate::conditions;

/// A condition as CEL.
pub(super) fn text(condition: &Condition) -> String {
    match condition {
        Condition::Compare { operator, value, variable } => comparison(*operator, variable, value),
        Condition::In { values, variable } => {
            let parts: Vec<String> = values.iter().map(|value| comparison(Operator::Equal, variable, value)).collect();
            if parts.is_empty() { "false".to_owned() } else { parts.join(" || ") }
        }
        Condition::And(parts) => join(parts, " && ", "true"),
        Condition::Or(parts) => join(parts, " || ", "false"),
    }
}

fn join(parts: &[Condition], between: &str, of_none: &str) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("({})", text(part))).collect();
    if parts.is_empty() { of_none.to_owned() } else { parts.join(between) }
}

fn quoted(text: &str) -> String {
    conditions::quoted(text, |control| format!("\\u{control:04x}"))
}

fn comparison(operator: Operator, variable: &str, value: &Value) -> String {
    let (name, sign) = (quoted(variable), conditions::sign(operator));
    let left = format!("attributes[{name}]");
    let of_type = |kind: &str, right: &str| format!("{name} in attributes && type({left}) == {kind} && {left} {sign} {right}");
    match value {
        Value::String(text) if operator == Operator::Equal => of_type("string", &quoted(text)),
        Value::String(_) => "false".to_owned(),
        // With a point or an exponent, so that it is a double as the attributes are.
        Value::Number(number) => of_type("double", &format!("{number:?}")),
        Value::Variable(other) => {
            let other = quoted(other);
            let right = format!("attributes[{other}]");
            let both =
                |kind: &str| format!("({} && type({right}) == {kind} && {left} {sign} {right})", of_type_only(&name, kind));
            let numbers = format!("{other} in attributes && {}", both("double"));
            let strings = format!("{other} in attributes && {}", both("string"));
            if operator == Operator::Equal { format!("({strings} || {numbers})") } else { numbers }
        }
    }
}

fn of_type_only(name: &str, kind: &str) -> String {
    format!("{name} in attributes && type(attributes[{name}]) == {kind}")
}
