//! The policies: one for each holder and right, and those by which objects keep permissions for their readers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rolec_bundle::document::{Condition, Operator, Value};

use super::{GUARD, Names, OBJECTS, SCOPE};
use crate::conditions::{self, whole};
use crate::moment::{Holder, Right};

pub(super) fn text(names: &Names<'_>) -> String {
    let mut out = String::new();
    for (holder, rights) in &names.moment.rights {
        for right in rights {
            permit(names, *holder, right, &mut out);
        }
    }
    forbid(names, &mut out);
    out
}

/// A string of Cedar.
fn quoted(text: &str) -> String {
    conditions::quoted(text, |control| format!("\\u{{{control:x}}}"))
}

fn permit(names: &Names<'_>, holder: Holder, right: &Right, out: &mut String) {
    let document = names.document();
    if let Some(role) = right.role {
        let _ = writeln!(out, "@role({})", quoted(&document.roles[role as usize].name));
    }
    let (kind, name) = names.holder(holder);
    let relation = if matches!(holder, Holder::Apart(_)) { "==" } else { "in" };
    let set = quoted(&names.set(right.set));
    let scope = right.scope.map_or_else(String::new, |scope| format!(" in {SCOPE}::\"{scope}\""));
    let _ = write!(out, "permit (principal {relation} {kind}::{}, action in Action::{set}, resource{scope})", quoted(&name));
    if let Some(condition) = right.condition {
        out.push_str("\nwhen { ");
        write(&document.conditions[condition as usize], out);
        out.push_str(" }");
    }
    out.push_str(";\n");
}

/// What objects keep for their readers, and what nobody may do on an object that the bundle does not know.
fn forbid(names: &Names<'_>, out: &mut String) {
    let objects = &names.document().objects;
    let guards: BTreeSet<u32> = objects.iter().flat_map(|object| object.guards.iter()).collect();
    for guard in &guards {
        let group = quoted(&names.guard(*guard));
        let _ = writeln!(out, "forbid (principal, action in Action::{group}, resource)");
        let _ = writeln!(out, "when {{ context has object && context.object in {GUARD}::\"{guard}\" }}");
        out.push_str("unless { principal in context.object.readers };\n");
    }
    if !guards.is_empty() {
        let _ = writeln!(out, "forbid (principal, action in Action::{}, resource)", quoted(&names.guarded()));
        let _ = writeln!(out, "when {{ context has object && !(context.object in {}::\"{}\") }};", OBJECTS.0, OBJECTS.1);
    }
}

/// A condition. Attributes are strings or numbers, and stand by their type, so a comparison of two types is false here too.
fn write(condition: &Condition, out: &mut String) {
    match condition {
        Condition::Compare { operator, value, variable } => match value {
            Value::String(text) if *operator == Operator::Equal => constant("strings", variable, "==", &quoted(text), out),
            Value::String(_) => out.push_str("false"),
            Value::Number(number) => {
                let number = whole(*number).unwrap_or_default().to_string();
                constant("numbers", variable, conditions::sign(*operator), &number, out);
            }
            Value::Variable(other) => variables(*operator, variable, other, out),
        },
        Condition::In { values, variable } => any(values, variable, out),
        Condition::And(parts) => join(parts, " && ", "true", out),
        Condition::Or(parts) => join(parts, " || ", "false", out),
    }
}

fn join(parts: &[Condition], between: &str, of_none: &str, out: &mut String) {
    if parts.is_empty() {
        out.push_str(of_none);
    }
    for (at, part) in parts.iter().enumerate() {
        out.push_str(if at > 0 { between } else { "" });
        out.push('(');
        write(part, out);
        out.push(')');
    }
}

fn constant(kind: &str, variable: &str, sign: &str, value: &str, out: &mut String) {
    let name = quoted(variable);
    let _ = write!(out, "context.{kind} has {name} && context.{kind}[{name}] {sign} {value}");
}

fn variables(operator: Operator, left: &str, right: &str, out: &mut String) {
    let (left, right, sign) = (quoted(left), quoted(right), conditions::sign(operator));
    let one = |kind: &str| {
        let has = format!("context.{kind} has {left} && context.{kind} has {right}");
        format!("({has} && context.{kind}[{left}] {sign} context.{kind}[{right}])")
    };
    if operator == Operator::Equal {
        let _ = write!(out, "{} || ", one("strings"));
    }
    out.push_str(&one("numbers"));
}

fn any(values: &[Value], variable: &str, out: &mut String) {
    let name = quoted(variable);
    let list = |kind: &str, all: Vec<String>| {
        let list = all.join(", ");
        (!all.is_empty()).then(|| format!("(context.{kind} has {name} && [{list}].contains(context.{kind}[{name}]))"))
    };
    let string = |value: &Value| if let Value::String(text) = value { Some(quoted(text)) } else { None };
    let number =
        |value: &Value| if let Value::Number(number) = value { whole(*number).map(|number| number.to_string()) } else { None };
    let strings = list("strings", values.iter().filter_map(string).collect());
    let numbers = list("numbers", values.iter().filter_map(number).collect());
    let others = values.iter().filter_map(conditions::variable_of).map(|other| {
        let mut part = String::new();
        variables(Operator::Equal, variable, other, &mut part);
        part
    });
    let parts: Vec<String> = strings.into_iter().chain(numbers).chain(others).collect();
    out.push_str(if parts.is_empty() { "false" } else { "" });
    out.push_str(&parts.join(" || "));
}
