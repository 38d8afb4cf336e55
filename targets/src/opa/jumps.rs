//! Conditions as lists of tests that name the next one: Rego has no recursion, and a list needs none.

use rolec_bundle::document::{Condition, Operator, Value};
use serde::Serialize;

use super::data::Plain;
use crate::conditions;

/// A condition.
#[derive(Debug, Serialize)]
pub(super) struct Jumps<'d> {
    /// Where it begins.
    start: Next,
    /// The tests, by their numbers.
    tests: Vec<Test<'d>>,
    /// What people read.
    text: String,
}

/// Where to go on: at a test, or nowhere, since it holds or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Next {
    End(bool),
    Test(usize),
}

#[derive(Debug, Serialize)]
struct Test<'d> {
    operator: &'static str,
    otherwise: Next,
    then: Next,
    values: Vec<Plain<'d>>,
    variable: &'d str,
    variables: Vec<&'d str>,
}

impl<'d> Jumps<'d> {
    pub(super) fn new(condition: &'d Condition) -> Self {
        let mut tests = Vec::new();
        let start = add(condition, Next::End(true), Next::End(false), &mut tests);
        Self { start, tests, text: conditions::text(condition) }
    }
}

/// Adds the tests of a condition that goes on at `then` if it holds and at `otherwise` if not, and says where it begins.
fn add<'d>(condition: &'d Condition, then: Next, otherwise: Next, tests: &mut Vec<Test<'d>>) -> Next {
    match condition {
        Condition::Compare { operator, value, variable } => {
            test(*operator, variable, std::slice::from_ref(value), (then, otherwise), tests)
        }
        Condition::In { values, variable } => test(Operator::Equal, variable, values, (then, otherwise), tests),
        Condition::And(parts) => parts.iter().rev().fold(then, |next, part| add(part, next, otherwise, tests)),
        Condition::Or(parts) => parts.iter().rev().fold(otherwise, |next, part| add(part, then, next, tests)),
    }
}

fn test<'d>(
    operator: Operator,
    variable: &'d str,
    operands: &'d [Value],
    (then, otherwise): (Next, Next),
    tests: &mut Vec<Test<'d>>,
) -> Next {
    let variables = operands.iter().filter_map(|value| if let Value::Variable(name) = value { Some(&**name) } else { None });
    tests.push(Test {
        operator: conditions::sign(operator),
        otherwise,
        then,
        values: operands.iter().filter_map(Plain::of).collect(),
        variable,
        variables: variables.collect(),
    });
    Next::Test(tests.len() - 1)
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that can't go on has failed")]
mod tests {
    use rolec_bundle::document::Condition;

    use super::{Jumps, Next};

    /// Whether a condition holds, if exactly these variables pass their tests.
    fn holds(jumps: &Jumps<'_>, passing: &[&str]) -> bool {
        let mut next = jumps.start;
        loop {
            match next {
                Next::End(end) => return end,
                Next::Test(number) => {
                    let test = &jumps.tests[number];
                    next = if passing.contains(&test.variable) { test.then } else { test.otherwise };
                }
            }
        }
    }

    #[test]
    fn every_nesting_is_a_list() {
        let leaf = |name: &str| format!(r#"{{"operator":"==","value":1,"variable":"{name}"}}"#);
        let (a, b, c, d) = (leaf("a"), leaf("b"), leaf("c"), leaf("d"));
        let text = format!(r#"{{"and":[{{"or":[{a},{{"and":[{b},{c}]}}]}},{{"or":[{c},{d}]}}]}}"#);
        let condition: Condition = serde_json::from_str(&text).expect("a condition");
        let jumps = Jumps::new(&condition);
        for bits in 0..16_u32 {
            let has = |at: u32| bits & 1 << at != 0;
            let passing: Vec<&str> =
                ["a", "b", "c", "d"].into_iter().zip(0..).filter(|(_, at)| has(*at)).map(|(name, _)| name).collect();
            let wanted = (has(0) || (has(1) && has(2))) && (has(2) || has(3));
            assert_eq!(holds(&jumps, &passing), wanted, "{passing:?}");
        }
        assert_eq!(jumps.text, "(a == 1 or (b == 1 and c == 1)) and (c == 1 or d == 1)");
    }

    #[test]
    fn nothing_at_all() {
        assert_eq!(Jumps::new(&Condition::And(Vec::new())).start, Next::End(true));
        assert_eq!(Jumps::new(&Condition::Or(Vec::new())).start, Next::End(false));
    }
}
