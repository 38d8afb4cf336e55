//! Conditions of grants.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::present;

/// When a grant counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Raw")]
pub enum Condition {
    /// A variable compares with a value.
    Compare {
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
        /// The variable.
        variable: String,
    },
    /// A variable equals one of some values.
    In {
        /// The values.
        values: Vec<Value>,
        /// The variable.
        variable: String,
    },
    /// All of these hold.
    And(Vec<Condition>),
    /// Any of these holds.
    Or(Vec<Condition>),
}

/// How a variable is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// It is equal.
    #[serde(rename = "==")]
    Equal,
    /// It is less.
    #[serde(rename = "<")]
    Less,
    /// It is less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
    /// It is greater.
    #[serde(rename = ">")]
    Greater,
    /// It is greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

/// What a variable is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string.
    String(String),
    /// A number.
    Number(f64),
    /// What another variable has.
    Variable(String),
}

/// All keys that a condition can have.
#[derive(Deserialize)]
struct Raw {
    #[serde(default, deserialize_with = "present")]
    and: Option<Vec<Condition>>,
    #[serde(default, deserialize_with = "present")]
    r#in: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "present")]
    operator: Option<Operator>,
    #[serde(default, deserialize_with = "present")]
    or: Option<Vec<Condition>>,
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    variable: Option<String>,
}

impl TryFrom<Raw> for Condition {
    type Error = &'static str;

    fn try_from(raw: Raw) -> Result<Self, &'static str> {
        match raw {
            Raw { and: Some(all), r#in: None, operator: None, or: None, value: None, variable: None } => Ok(Self::And(all)),
            Raw { and: None, r#in: None, operator: None, or: Some(any), value: None, variable: None } => Ok(Self::Or(any)),
            Raw { and: None, r#in: Some(values), operator: None, or: None, value: None, variable: Some(variable) } => {
                Ok(Self::In { values, variable })
            }
            Raw { and: None, r#in: None, operator: Some(operator), or: None, value: Some(value), variable: Some(variable) } => {
                Ok(Self::Compare { operator, value, variable })
            }
            _ => Err("a condition is `and`, `or`, `in` with `variable`, or `operator` with `value` and `variable`"),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Compare { operator, value, variable } => {
                map.serialize_entry("operator", operator)?;
                map.serialize_entry("value", value)?;
                map.serialize_entry("variable", variable)?;
            }
            Self::In { values, variable } => {
                map.serialize_entry("in", values)?;
                map.serialize_entry("variable", variable)?;
            }
            Self::And(all) => map.serialize_entry("and", all)?,
            Self::Or(any) => map.serialize_entry("or", any)?,
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::String(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Variable(name) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("variable", name)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Variable {
            variable: String,
        }
        struct ValueVisitor;
        #[expect(clippy::cast_precision_loss, reason = "numbers of JSON are doubles")]
        impl<'de> serde::de::Visitor<'de> for ValueVisitor {
            type Value = Value;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a string, a number or a variable")
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::String(text.to_owned()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                let Variable { variable } = Variable::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Value::Variable(variable))
            }
        }
        deserializer.deserialize_any(ValueVisitor)
    }
}
