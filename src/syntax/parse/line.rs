//! The fast lane: what stands alone on its line, which in a large project nearly all clauses and heads of roles do.
//!
//! The grammar takes such a line whole, and here it is taken apart if it is plain: ASCII names, single blanks,
//! no condition, no date, no comment. Everything else says `None` and is parsed by the grammar's own rules.

use crate::span::Span;
use crate::syntax::ast;

/// A line being read, from its keyword on.
struct Line<'t> {
    text: &'t [u8],
    /// Where the line begins in the concatenated sources.
    start: u32,
    at: usize,
}

/// The clause that a plain line is.
pub(super) fn clause(text: &str, start: u32) -> Option<ast::Clause> {
    let mut line = Line::new(text, start);
    let kind = if line.eat(b"allow ") {
        let selector = ast::Selector { span: line.selector()? };
        let scope = if line.eat(b" in ") { Some(line.scope()?) } else { None };
        ast::ClauseKind::Allow(ast::Allow { selector, scope, condition: None, since: None })
    } else if line.eat(b"except ") {
        ast::ClauseKind::Except(ast::Selector { span: line.selector()? })
    } else if line.eat(b"within ") {
        ast::ClauseKind::Within(line.scope()?)
    } else if line.eat(b"owner ") {
        ast::ClauseKind::Owner(line.string()?)
    } else {
        return None;
    };
    line.is_at_end().then(|| ast::Clause { span: line.span(0), kind })
}

/// The head of a role, up to its opening brace, that a plain line is.
pub(super) fn role_head(text: &str, start: u32) -> Option<ast::Role> {
    let mut line = Line::new(text, start);
    if !line.eat(b"role ") {
        return None;
    }
    let name = line.name()?;
    let title = if line.eat(b" \"") { Some(line.rest_of_string(line.at - 1)?) } else { None };
    let copies = if line.eat(b" copies ") { Some(line.name()?) } else { None };
    let extends = if line.eat(b" extends ") { line.names()? } else { Vec::new() };
    let plain = line.eat(b" {") && line.is_at_end();
    plain.then(|| ast::Role { kind: ast::RoleKind::Custom, name, title, copies, extends, clauses: Vec::new() })
}

/// The group, user or assignment that a plain line is, and where it stands.
pub(super) fn subject(text: &str, start: u32) -> Option<(Span, Option<ast::ItemKind>)> {
    let mut line = Line::new(text, start);
    let kind = if line.eat(b"assign ") {
        ast::ItemKind::Assignment(line.assignment()?)
    } else if line.eat(b"user ") {
        ast::ItemKind::User(line.user()?)
    } else if line.eat(b"group ") {
        ast::ItemKind::Group(line.group()?)
    } else {
        return None;
    };
    line.is_at_end().then(|| (line.span(0), Some(kind)))
}

impl<'t> Line<'t> {
    fn new(text: &'t str, start: u32) -> Self {
        // Other blanks than these are none to the grammar.
        Self { text: text.trim_end_matches([' ', '\t', '\r', '\n']).as_bytes(), start, at: 0 }
    }

    fn assignment(&mut self) -> Option<ast::Assignment> {
        let role = self.name()?;
        let to = if self.eat(b" to user ") {
            ast::Recipients::Users(self.strings()?)
        } else if self.eat(b" to group ") {
            ast::Recipients::Groups(self.names()?)
        } else {
            return None;
        };
        let scope = if self.eat(b" in ") { Some(self.scope()?) } else { None };
        Some(ast::Assignment { role, to, scope, allowed_findings: Vec::new() })
    }

    fn user(&mut self) -> Option<ast::User> {
        let name = self.string()?;
        let title = if self.eat(b" \"") { Some(self.rest_of_string(self.at - 1)?) } else { None };
        let creator = self.eat(b" creator");
        let member_of = self.member_of()?;
        Some(ast::User { name, title, creator, member_of, allowed_findings: Vec::new() })
    }

    fn group(&mut self) -> Option<ast::Group> {
        let name = self.name()?;
        let title = if self.eat(b" \"") { Some(self.rest_of_string(self.at - 1)?) } else { None };
        let member_of = self.member_of()?;
        let requires = if self.eat(b" requires role ") { self.names()? } else { Vec::new() };
        Some(ast::Group { name, title, member_of, requires, allowed_findings: Vec::new() })
    }

    fn member_of(&mut self) -> Option<Vec<ast::Name>> {
        if self.eat(b" member of ") { self.names() } else { Some(Vec::new()) }
    }

    fn strings(&mut self) -> Option<Vec<ast::Text>> {
        let mut strings = vec![self.string()?];
        while self.eat(b", ") {
            strings.push(self.string()?);
        }
        Some(strings)
    }

    fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, wanted: &[u8]) -> bool {
        let found = self.text[self.at..].starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// From a place in the line to where the reading is.
    fn span(&self, from: usize) -> Span {
        let offset = |at: usize| self.start + u32::try_from(at).unwrap_or(0);
        Span::new(offset(from), offset(self.at))
    }

    /// A word: `-` and `.` stand between other characters.
    fn word(&mut self) -> Option<Span> {
        let from = self.at;
        let mut joint = true;
        while let Some(byte) = self.next() {
            joint = match byte {
                b'_' => false,
                b'-' | b'.' if !joint => true,
                byte if byte.is_ascii_alphanumeric() => false,
                _ => break,
            };
            self.at += 1;
        }
        (!joint).then(|| self.span(from))
    }

    /// A word that can't be a date.
    fn name(&mut self) -> Option<ast::Name> {
        let from = self.at;
        let span = self.word()?;
        let like_a_date = self.at - from == 10 && self.text[from + 4] == b'-';
        (!like_a_date).then_some(ast::Name { span })
    }

    fn names(&mut self) -> Option<Vec<ast::Name>> {
        let mut names = vec![self.name()?];
        while self.eat(b", ") {
            names.push(self.name()?);
        }
        Some(names)
    }

    fn scope(&mut self) -> Option<ast::Scope> {
        let from = self.at;
        let names = self.names()?.into_boxed_slice();
        Some(ast::Scope { span: self.span(from), names })
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<ast::Text> {
        let from = self.at;
        if self.eat(b"\"") { self.rest_of_string(from) } else { None }
    }

    fn rest_of_string(&mut self, from: usize) -> Option<ast::Text> {
        let length = memchr::memchr2(b'"', b'\\', &self.text[self.at..])?;
        self.at += length;
        if self.eat(b"\"") { Some(ast::Text { span: self.span(from) }) } else { None }
    }

    /// One to three parts joined by colons: words, stars and, but for the first, sets of words.
    fn selector(&mut self) -> Option<Span> {
        let from = self.at;
        self.part()?;
        for _ in 0..2 {
            if !self.eat(b":") {
                break;
            }
            if self.eat(b"{") {
                self.set()?;
            } else {
                self.part()?;
            }
        }
        Some(self.span(from))
    }

    fn part(&mut self) -> Option<()> {
        if self.eat(b"*") { Some(()) } else { self.word().map(|_| ()) }
    }

    fn set(&mut self) -> Option<()> {
        self.word()?;
        while self.eat(b", ") {
            self.word()?;
        }
        self.eat(b"}").then_some(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test that can't go on has failed")]

    use proptest::prelude::*;

    use super::super::lower::Lower;
    use super::super::{Rule, rule};
    use crate::diagnostic::Sink;
    use crate::source::Sources;
    use crate::syntax::ast;

    /// What the grammar's own rules make of a text, if they use it up and nothing is wrong with it.
    fn by_grammar(wanted: Rule, text: &str) -> Option<ast::Role> {
        let sources = Sources::new(vec![("a.role".to_owned(), text.to_owned(), false)]);
        let mut sink = Sink::default();
        let mut lower = Lower::new(sources.files().first()?, &mut sink);
        lower.start_at(0);
        let mut pairs = rule(wanted, text).ok().filter(|pairs| pairs.as_str().len() == text.len())?;
        let pair = pairs.next()?;
        let role = if wanted == Rule::role_head {
            lower.role_head(pair)?
        } else {
            let mut role = lower.role_head(rule(Rule::role_head, "role a ").ok()?.next()?)?;
            lower.role_clauses(pair.into_inner(), &mut role);
            role
        };
        sink.is_empty().then_some(role)
    }

    /// Texts of the bits of which lines consist, in any order.
    fn bits(first: &'static [&'static str]) -> impl Strategy<Value = String> {
        let bits: &[&str] = &[
            "a",
            "b-c",
            "x.y",
            "_",
            "9",
            "all",
            "*",
            "*",
            ":",
            ":",
            ":{",
            "{",
            "}",
            ", ",
            ",",
            " in ",
            " extends ",
            " copies ",
            " \"T\"",
            "\"",
            "\\",
            " ",
            "-",
            ".",
            "2026-01-01",
            "2026-01-011",
            "é",
            " {",
            " // c",
            " where ",
            "\t",
            "\r",
            "\u{a0}",
        ];
        let rest = prop::collection::vec(prop::sample::select(bits), 0..9);
        (prop::sample::select(first), rest).prop_map(|(first, rest)| first.to_owned() + &rest.concat())
    }

    /// What one of the two lanes makes of declarations: how much it takes, as what, and what it reports.
    fn declarations(lane: Rule, text: &str) -> Option<String> {
        let sources = Sources::new(vec![("a.role".to_owned(), text.to_owned(), false)]);
        let mut sink = Sink::default();
        let mut lower = Lower::new(sources.files().first()?, &mut sink);
        let pairs = rule(lane, text).ok()?;
        let taken = pairs.as_str().len();
        let sound = lower.items(pairs, 0);
        lower.file.comments.sort_unstable();
        let file = std::mem::take(&mut lower.file);
        sound.then(|| format!("{taken} {file:?} {sink:?}"))
    }

    /// Lines of the bits of which the declarations of subjects consist, in any order.
    fn subjects() -> impl Strategy<Value = String> {
        let first: &[&str] =
            &["assign r to user \"u\"", "assign r to group g", "user \"u\"", "group g", "assign ", "user ", "group ", ""];
        let bits: &[&str] = &[
            " to user \"u\"",
            " to group g",
            " in a",
            " in ",
            " member of g",
            " creator",
            " requires role r",
            " \"T\"",
            "\"u\"",
            "\"e\\\"\"",
            "\"b\\q\"",
            ", ",
            ",",
            " ",
            "\n",
            "\n\n",
            "\t",
            "\r",
            " // c",
            "g",
            "in",
            "to",
            "2026-01-01",
            "é",
            "\u{a0}",
            " {",
            "}",
            " { allow-finding wide-wildcard \"R\" }",
            "allow-finding wide-wildcard \"R\"",
            "division d",
        ];
        let line = (prop::sample::select(first), prop::collection::vec(prop::sample::select(bits), 0..5))
            .prop_map(|(first, rest)| first.to_owned() + &rest.concat());
        prop::collection::vec(line, 1..4).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_plain_line_is_what_the_grammar_says(text in bits(&["allow ", "except ", "within ", "owner ", "owner \"", "allow a:"])) {
            if let Some(clause) = super::clause(&text, 0) {
                let role = by_grammar(Rule::role_lines, &text);
                prop_assert_eq!(format!("{:?}", role.map(|role| role.clauses)), format!("{:?}", Some([clause])));
            }
        }

        #[test]
        fn lines_of_subjects_are_what_the_grammar_says(text in subjects()) {
            // What the lane leaves is read without it.
            let whole = format!("{} ", text.len());
            if let Some(quick) = declarations(Rule::items, &text).filter(|quick| quick.starts_with(&whole)) {
                prop_assert_eq!(declarations(Rule::strict_items, &text), Some(quick));
            }
        }

        #[test]
        fn a_plain_head_is_what_the_grammar_says(text in bits(&["role ", "role a", "role a \"T\"", "role a extends "])) {
            let text = text + " {";
            if let Some(role) = super::role_head(&text, 0) {
                let expected = by_grammar(Rule::role_head, text.strip_suffix('{').expect("it ends so"));
                prop_assert_eq!(format!("{expected:?}"), format!("{:?}", Some(role)));
            }
        }
    }

    #[test]
    fn lines_that_are_plain() {
        for text in [
            "allow outbound:campaign:view",
            "allow *",
            "allow outbound:*",
            "allow *:*:view in emea, apac",
            "allow a:{b, c}:{d, e} in all\r",
            "allow admin",
            "except a:b-c:d.e",
            "within emea",
            "owner \"the team\"",
        ] {
            assert!(super::clause(text, 0).is_some(), "{text}");
        }
        for text in [
            "group g",
            "group a-1 \"An A\" member of b, c requires role d, e",
            "user \"a@b.c\" \"A\" creator member of d, e\r",
            "assign a to user \"b\", \"c\" in d, e",
            "assign a to group b, c",
        ] {
            assert!(super::subject(text, 0).is_some(), "{text}");
        }
        assert!(super::role_head("role a-1 \"An A {\" copies b extends c, d {", 0).is_some());
    }
}
