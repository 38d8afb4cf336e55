//! Text → tree: the only place, with its two rooms, that names pest.
//!
//! A file is parsed in windows that end where a declaration begins in column 0, which bounds memory. A
//! window that does not parse is read again, declaration by declaration and line by line
//! ([`recover`]), so that one fault hides no other and what is sound is kept.

mod fault;
mod line;
mod lower;
mod recover;

use pest::Parser as _;
use pest::iterators::Pairs;

use crate::diagnostic::Sink;
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

/// Bytes after which a window ends at the next declaration.
const WINDOW: usize = 64 << 10;

/// Parses one source. Faults go to the sink; declarations without fault, and the names of those with one, are kept.
#[must_use]
pub fn parse(source: &Source, sink: &mut Sink) -> ast::File {
    let text = source.text.as_str();
    let mut lower = Lower::new(source, sink);
    let mut at = 0;
    while at < text.len() {
        let end = window_end(text, at);
        let window = &text[at..end];
        if !recover::nests_too_deeply(window) {
            at += quick_or_strict(&mut lower, window, at);
            if at == end {
                continue;
            }
        }
        match Recover::new(&mut lower).declaration(at) {
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
    for grammar in [Rule::items, Rule::strict_items] {
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

/// Where the window from `at` ends: before a declaration in column 0, or with the text.
fn window_end(text: &str, at: usize) -> usize {
    match text.len() - at {
        0..=WINDOW => text.len(),
        _ => recover::next_declaration(text, at + WINDOW).unwrap_or(text.len()),
    }
}

/// Runs one rule on a text's start.
fn rule(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<pest::error::Error<Rule>>> {
    Grammar::parse(rule, text).map_err(Box::new)
}
