//! How much is done, counted and never timed: what is the same is worked out once.

use std::fmt::Write as _;

use rolec::compile::{Compilation, Input, compile};
use rolec::source::Sources;

/// A catalog of so many permissions, `x:y:p0`, `x:y:p1`, …, and what is declared beside it.
fn compiled(permissions: usize, rest: &str) -> Compilation {
    let mut text = "domain x division-aware { entity y {".to_owned();
    (0..permissions).for_each(|at| write!(text, " p{at}").unwrap_or_default());
    text += " } }\n";
    text += rest;
    compile(Input { sources: Sources::new(vec![("text.role".to_owned(), text, false)]), ..Input::default() })
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|at| line(at) + "\n").collect()
}

#[test]
fn roles_made_of_the_same_are_worked_out_once() {
    let roles = lines(100, |at| format!("role r{at} {{\n    allow *\n    except x:y:p{}\n}}", at % 2));
    let compilation = compiled(200, &roles);
    assert_eq!(compilation.flat.worked_out, 2);
    for (at, id) in compilation.program.role_ids().enumerate() {
        let held = compilation.flat.grants(&compilation.program, id).into_iter();
        let names: Vec<&str> = held.map(|grant| compilation.program.catalog.name(grant.permission)).collect();
        assert_eq!(names.len(), 199);
        assert!(!names.contains(&["x:y:p0", "x:y:p1"][at % 2]), "r{at} holds what it takes away");
    }
}

/// A few clauses of which the parent has each as wide, or wider, are nothing new.
#[test]
fn roles_that_add_nothing_are_not_worked_out() {
    let parent = "division a\nrole parent { allow * }\nrole narrow { allow * in a }\n".to_owned();
    let children = lines(50, |at| format!("role c{at} extends parent {{ allow x:y:p{at} in a }}"));
    let others = lines(50, |at| format!("role d{at} extends narrow {{ allow x:y:p{at} }}"));
    let compilation = compiled(200, &(parent + &children + &others));
    assert_eq!(compilation.flat.worked_out, 52);
    let program = &compilation.program;
    for at in 0..50 {
        let [plain, wider] = ["c", "d"].map(|role| program.find_role(&format!("{role}{at}")).map(|id| compilation.flat.held(id)));
        assert_eq!((plain, wider), (Some(200), Some(200)));
        let everywhere = program.find_role(&format!("d{at}")).into_iter().flat_map(|id| compilation.flat.grants(program, id));
        let everywhere: Vec<_> = everywhere.filter(|grant| program.scope_text(grant.scope) == "all").collect();
        assert_eq!(everywhere.len(), 1, "d{at}");
    }
}

/// Divisions, conditions, `within` and parents make a difference, if nothing else does.
#[test]
fn roles_made_of_something_else_are_worked_out_each() {
    let roles = "division a
role plain { allow * }
role in_a { allow * in a }
role within_a {
    within a
    allow *
}
role once { allow x:y:{p0, p1} }
role child extends plain { allow x:y:p0 in a }
role other extends in_a { allow x:y:p0 }
role less extends plain { except x:y:p0 }
";
    let compilation = compiled(200, roles);
    assert_eq!(compilation.flat.worked_out, 6);
    let scope = |role: &str, permission: &str| {
        let program = &compilation.program;
        let id = program.find_role(role)?;
        let permission = program.catalog.find(permission)?;
        let grants: Vec<_> = compilation.flat.grants_of(program, id, permission).collect();
        grants.first().map(|grant| program.scope_text(grant.scope))
    };
    for (role, first, second) in [
        ("plain", Some("all"), Some("all")),
        ("in_a", Some("a"), Some("a")),
        ("within_a", Some("a"), Some("a")),
        ("child", Some("all"), Some("all")),
        ("other", Some("all"), Some("a")),
        ("less", None, Some("all")),
    ] {
        assert_eq!((scope(role, "x:y:p0").as_deref(), scope(role, "x:y:p9").as_deref()), (first, second), "{role}");
    }
}
