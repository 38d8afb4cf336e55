//! Text → tree: the only place, with its two rooms, that names pest.
//!
//! A file is parsed in windows ([`windows`]) that end where a declaration does, which bounds memory. A
//! window that does not parse is read again, declaration by declaration and line by line
//! ([`recover`]), so that one fault hides no other and what is sound is kept.

mod fault;
mod line;
mod lower;
mod recover;
mod windows;

use pest::Parser as _;
use pest::iterators::Pairs;

use crate::diagnostic::Sink;
use crate::limits;
use crate::source::Source;
use crate::syntax::ast;

use grammar::{Grammar, Rule};
use lower::Lower;
use recover::Recover;

/// The generated parser. Its rules never leave this folder.
mod grammar {
    #![allow(missing_docs, unreachable_pub, reason = "pest writes this, and the grammar says what each rule is")]

    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/role.pest"]
    pub(super) struct Grammar;
}

/// Parses one source. Faults go to the sink; declarations without fault, and the names of those with one, are kept.
#[must_use]
pub fn parse(source: &Source, sink: &mut Sink) -> ast::File {
    let text = source.text.as_str();
    let mut lower = Lower::new(source, sink);
    let mut at = 0;
    while at < text.len() {
        let end = windows::end(text, at);
        let small = end - at <= limits::DECLARATION_BYTES;
        let sound = if small { windows::without_deep_nesting(&text[at..end]) } else { 0 };
        if sound > 0 {
            let taken = quick_or_strict(&mut lower, &text[at..at + sound], at);
            at += taken;
            if taken == sound {
                continue;
            }
        }
        match Recover::new(&mut lower).declaration(at, end) {
            Some(next) => at = next,
            None => break,
        }
    }
    // Those of lines that were parsed by themselves came late.
    lower.file.comments.sort_unstable();
    lower.file
}

/// Takes the declarations at the start of a window; how many bytes of it they are.
///
/// What the fast lane does not take, or takes for what it is not, is read without it.
fn quick_or_strict(lower: &mut Lower<'_>, window: &str, at: usize) -> usize {
    let mut done = 0;
    // The lane looks ahead to a line's end, which in one very long line is too far.
    let lanes = if windows::has_long_lines(window) { &[Rule::strict_items][..] } else { &[Rule::items, Rule::strict_items] };
    for grammar in lanes.iter().copied() {
        let rest = &window[done..];
        if let Ok(pairs) = rule(grammar, rest) {
            let parsed = pairs.as_str().len();
            if lower.items(pairs, at + done) {
                done += parsed;
            }
        }
        if done == window.len() {
            break;
        }
    }
    done
}

/// Runs one rule on a text's start.
fn rule(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<pest::error::Error<Rule>>> {
    Grammar::parse(rule, text).map_err(Box::new)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::diagnostic::Sink;
    use crate::source::Sources;
    use crate::syntax::ast;

    /// There may be millions of roles of one clause, so that whatever lies idle in each of them adds up.
    #[test]
    fn a_tree_sets_aside_at_most_twice_what_it_holds() {
        let lines = |count: usize| "    allow a:b:c\n".repeat(count);
        let role = |count: usize| format!("role r{count} {{\n{}}}\nrole s{count} {{ {} }}\n", lines(count), lines(count));
        let text: String = (1..20).map(role).collect();
        let sources = Sources::new(vec![("a.role".to_owned(), text, false)]);
        let mut sink = Sink::default();
        let files: Vec<ast::File> = sources.files().iter().map(|source| parse(source, &mut sink)).collect();
        let roles = files.iter().flat_map(|file| &file.items).filter_map(|item| match &item.kind {
            ast::ItemKind::Role(role) => Some(&role.clauses),
            _ => None,
        });
        let idle: Vec<usize> = roles.clone().filter(|clauses| clauses.capacity() > 2 * clauses.len() - 1).map(Vec::len).collect();
        assert_eq!((roles.count(), idle), (38, vec![]));
    }
}
