//! Going on after a fault: declaration by declaration, line by line.
//!
//! After a fault inside a body the parser resumes at the next line that begins with a keyword of that body;
//! after any other, at the matching brace or at the next declaration in column 0.

use super::fault::{self, BACKFILL_LINES, DECLARATIONS, DOMAIN_LINES, ENFORCEMENT_LINES, ROLE_LINES, TEST_LINES};
use super::lower::Lower;
use super::windows::{self, WINDOW, begins_with, deepest, solid_bytes};
use super::{Rule, rule};
use pest::iterators::Pairs;

use crate::diagnostic::{Code, nearest, words};
use crate::limits;
use crate::span::Span;
use crate::syntax::ast;

/// How far a matching brace is looked for past a declaration in column 0, which usually means it is missing.
const BALANCE: usize = 1 << 20;

/// Where the blanks and comments from `at` on end.
fn skip_blanks(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        at += blanks;
        if !text[at..].starts_with("//") {
            return at;
        }
        at += text[at..].find('\n').unwrap_or(text.len() - at);
    }
}

/// A body and how its lines are read.
struct Body {
    /// The rule for as many lines as parse.
    lines: Rule,
    /// The rule for all lines and the closing brace.
    rest: Rule,
    /// Words that begin a line.
    keywords: &'static [&'static str],
}

const ROLE: Body = Body { lines: Rule::role_lines, rest: Rule::role_rest, keywords: ROLE_LINES };
const DOMAIN: Body = Body { lines: Rule::domain_lines, rest: Rule::domain_rest, keywords: DOMAIN_LINES };
const BACKFILL: Body = Body { lines: Rule::backfill_lines, rest: Rule::backfill_rest, keywords: BACKFILL_LINES };
const ENFORCEMENT: Body = Body { lines: Rule::enforcement_lines, rest: Rule::enforcement_rest, keywords: ENFORCEMENT_LINES };
const TEST: Body = Body { lines: Rule::test_lines, rest: Rule::test_rest, keywords: TEST_LINES };
/// First words of declarations that have a body.
const BRACED: &[&str] = &["role", "default", "override", "domain", "correct", "backfill", "enforcement", "test", "folder"];

/// Reads one declaration that the fast way did not take.
pub(super) struct Recover<'l, 's> {
    lower: &'l mut Lower<'s>,
    text: &'s str,
}

impl<'l, 's> Recover<'l, 's> {
    pub(super) fn new(lower: &'l mut Lower<'s>) -> Self {
        let text = lower.source.text.as_str();
        Self { lower, text }
    }

    /// Reads the declaration at `at`, in the window that ends at `window`, and says where to go on; `None` when the file has
    /// too many faults.
    pub(super) fn declaration(&mut self, at: usize, window: usize) -> Option<usize> {
        let start = skip_blanks(self.text, at);
        self.keep_comments(at, start);
        if start == self.text.len() {
            return Some(start);
        }
        let (end, balanced) = self.extent(start);
        let known = balanced.unwrap_or(end.min(window));
        if known - start.min(known) > limits::DECLARATION_BYTES && begins_with(&self.text[start..], DECLARATIONS) {
            let word = self.text[start..].bytes().take_while(u8::is_ascii_lowercase).count();
            let bytes = self.text[start..known].trim_end().len();
            let place = self.span(start, start + word);
            self.report(words::limits::declaration_too_large(place, bytes, limits::DECLARATION_BYTES))?;
            self.name_of_faulty(start, end);
            return Some(known);
        }
        if let Some(deep) = deepest(&self.text[start..end]) {
            let place = self.span(start + deep, start + deep + 1);
            self.report(words::limits::nested_too_deeply(place, self.text.as_bytes()[start + deep] == b'{', limits::NESTING))?;
            self.name_of_faulty(start, end);
            return Some(end);
        }
        if let Some(next) = self.whole(start, balanced.unwrap_or(end)) {
            return Some(next);
        }
        self.faulty(start, end)
    }

    /// Where the declaration at `start` ends as far as a reader can tell, and where its braces balance.
    fn extent(&mut self, start: usize) -> (usize, Option<usize>) {
        let next = self.next_declaration(start);
        let horizon = next.unwrap_or(self.text.len()).saturating_add(BALANCE).min(self.text.len());
        let horizon = windows::boundary(self.text, horizon);
        let end = next.unwrap_or(self.text.len());
        if !self.has_body(start) {
            return (self.misspelt_declaration(start, end).unwrap_or(end), None);
        }
        let balanced = self.closing_brace(start, 0, horizon);
        (balanced.map_or(end, |brace| brace.min(end)), balanced)
    }

    /// Whether the declaration at `start` is one with a body in braces.
    fn has_body(&self, start: usize) -> bool {
        begins_with(&self.text[start..], BRACED)
    }

    /// The next line in column 0, outside all braces, that begins with nearly a word that begins a declaration.
    fn misspelt_declaration(&self, start: usize, end: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, byte) in solid_bytes(&self.text[start..end]) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                b'\n' if depth == 0 => {
                    let line = &self.text[start + at + 1..end];
                    let word = &line[..line.bytes().take_while(u8::is_ascii_lowercase).count()];
                    let followed = line[word.len()..].starts_with([' ', '\t']);
                    if word.len() > 2 && followed && nearest::name(word, DECLARATIONS.iter().copied()).is_some() {
                        return Some(start + at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The next declaration in column 0; looked for once, as long as it stays the next one.
    fn next_declaration(&mut self, start: usize) -> Option<usize> {
        match self.lower.next_declaration {
            Some((from, found)) if from <= start && found.is_none_or(|found| found > start) => found,
            _ => {
                let found = windows::next_declaration(self.text, start);
                self.lower.next_declaration = Some((start, found));
                found
            }
        }
    }

    /// The end of the body that opens after `start`, or is open there already; sets of names open right after a colon.
    fn closing_brace(&self, start: usize, open: usize, horizon: usize) -> Option<usize> {
        let (mut depth, mut before) = (open, b' ');
        for (at, byte) in solid_bytes(self.text.get(start..horizon)?) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 && before != b':' => return Some(start + at + 1),
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            before = byte;
        }
        None
    }

    /// Takes the declaration if it has no fault after all: the window may have ended inside it.
    fn whole(&mut self, start: usize, end: usize) -> Option<usize> {
        let pairs = rule(Rule::strict_items, &self.text[start..end]).ok()?;
        let parsed = pairs.as_str().len();
        if parsed == 0 {
            return None;
        }
        self.lower.items(pairs, start);
        Some(start + parsed)
    }

    /// Reports what is wrong with the declaration at `start`, keeps what is sound of it and says where to go on.
    fn faulty(&mut self, start: usize, mut end: usize) -> Option<usize> {
        let text = &self.text[start..end];
        let head = text.trim_start_matches("correct").trim_start_matches("default").trim_start();
        let (head_rule, body) = if head.starts_with("role") && begins_with(head, &["role"]) {
            (Rule::role_head, ROLE)
        } else if begins_with(text, &["override"]) {
            (Rule::override_head, ROLE)
        } else if begins_with(head, &["domain"]) {
            (Rule::domain_head, DOMAIN)
        } else if begins_with(text, &["backfill"]) {
            (Rule::backfill_head, BACKFILL)
        } else if begins_with(text, &["enforcement"]) {
            (Rule::enforcement_head, ENFORCEMENT)
        } else if begins_with(text, &["test"]) {
            (Rule::test_head, TEST)
        } else {
            self.report_at(Rule::strict_item, start, end)?;
            return Some(end);
        };
        let Ok(mut pairs) = rule(head_rule, text) else {
            self.report_at(Rule::strict_item, start, end)?;
            self.name_of_faulty(start, end);
            return Some(end);
        };
        let after_head = start + pairs.as_str().len();
        self.lower.start_at(start);
        self.lower.comments(&pairs);
        let mut kind = pairs.next().and_then(|pair| match head_rule {
            Rule::domain_head => self.lower.domain_head(pair).map(ast::ItemKind::Domain),
            Rule::backfill_head => self.lower.backfill_head(pair).map(ast::ItemKind::Backfill),
            Rule::enforcement_head => self.lower.enforcement_head(pair).map(ast::ItemKind::Enforcement),
            Rule::test_head => self.lower.test_head(pair).map(ast::ItemKind::Test),
            _ => self.lower.role_head(pair).map(ast::ItemKind::Role),
        })?;
        let rest = &self.text[after_head..end];
        if rest.starts_with('{') {
            self.body(&body, after_head + 1, end, &mut kind)?;
        } else {
            self.report_at(Rule::strict_item, start, end)?;
            if begins_with(rest, body.keywords) {
                let next = self.next_declaration(start).unwrap_or(self.text.len());
                let horizon = windows::boundary(self.text, next.min(start + BALANCE));
                end = self.closing_brace(after_head, 1, horizon).unwrap_or(end);
                self.body(&body, after_head, end, &mut kind)?;
            }
        }
        let span = self.span(start, start + self.text[start..end].trim_end().len());
        self.lower.file.items.push(ast::Item { span, faulty: true, kind });
        Some(end)
    }

    /// Reads a body line by line, reporting each faulty one.
    fn body(&mut self, body: &Body, start: usize, end: usize, kind: &mut ast::ItemKind) -> Option<()> {
        let mut at = skip_blanks(self.text, start).min(end);
        self.keep_comments(start, at);
        let mut stop = self.cut(body, (at, at), end);
        loop {
            let lines = rule(body.lines, &self.text[at..stop]);
            let after = at + lines.as_ref().map_or(0, |pairs| pairs.as_str().len());
            if after == stop && stop < end {
                self.lines(lines.ok(), at, kind);
                at = stop;
                stop = self.cut(body, (at, at), end);
                continue;
            }
            let further = self.cut(body, (at, stop), end);
            let rest = rule(body.rest, &self.text[at..further]);
            let place = rest.as_ref().err().map_or(after, |error| (at + fault::position(error)).max(after));
            if rest.is_err() && place >= further && further < end {
                // The cut fell into a line.
                stop = further;
                continue;
            }
            let unfinished = rest.as_ref().err().and_then(|error| self.unfinished(body, at, at + fault::position(error)));
            at = if let Some(next) = unfinished {
                self.lines(rule(body.lines, &self.text[at..next]).ok(), at, kind);
                let Err(error) = rule(body.rest, &self.text[at..next]) else { return Some(()) };
                self.fault(&error, at + fault::position(&error), kind)?;
                next
            } else {
                self.lines(lines.ok(), at, kind);
                let Err(error) = rest else { return Some(()) };
                self.fault(&error, place, kind)?;
                let Some(next) = self.next_line(body, place, end) else { return Some(()) };
                next
            };
            stop = self.cut(body, (at, at), end);
        }
    }

    /// Reports a fault in a body, and forgets the grant that it cut off.
    fn fault(&mut self, error: &pest::error::Error<Rule>, place: usize, kind: &mut ast::ItemKind) -> Option<()> {
        self.drop_cut_grant(kind);
        self.report(fault::finding(self.lower.source, error, place))
    }

    /// Where the line of a fault begins, if it is the line before that is at fault: that one lacks its end, and took
    /// this one's keyword for it.
    fn unfinished(&self, body: &Body, at: usize, place: usize) -> Option<usize> {
        let start =
            self.text[at..place].rfind('\n').map(|end| skip_blanks(self.text, at + end + 1)).filter(|start| *start < place)?;
        let before = &self.text[at..start];
        let is_whole = || rule(body.lines, before).is_ok_and(|pairs| pairs.as_str().len() == before.len());
        (begins_with(&self.text[start..], body.keywords) && !is_whole()).then_some(start)
    }

    /// Leaves out a grant at the end that something follows on its line: what it means was not understood.
    fn drop_cut_grant(&self, kind: &mut ast::ItemKind) {
        let ast::ItemKind::Role(role) = kind else { return };
        let is_cut = |clause: &ast::Clause| {
            let rest = self.text.get((clause.span.end - self.lower.source.base) as usize..).unwrap_or("");
            let rest = rest.lines().next().unwrap_or("").trim_start();
            !rest.is_empty() && !rest.starts_with("//")
        };
        let grants = |clause: &ast::Clause| matches!(clause.kind, ast::ClauseKind::Allow(_) | ast::ClauseKind::Except(_));
        if role.clauses.last().is_some_and(|last| grants(last) && is_cut(last)) {
            role.clauses.pop();
        }
    }

    /// Keeps lines of a body that begin at a place.
    fn lines(&mut self, pairs: Option<Pairs<'_, Rule>>, at: usize, kind: &mut ast::ItemKind) {
        let Some(mut pairs) = pairs else { return };
        self.lower.start_at(at);
        self.lower.comments(&pairs);
        let lines = pairs.next().into_iter().flat_map(pest::iterators::Pair::into_inner);
        match kind {
            ast::ItemKind::Role(role) => self.lower.role_clauses(lines, role),
            ast::ItemKind::Domain(domain) => self.lower.domain_entries(lines, domain),
            ast::ItemKind::Backfill(backfill) => self.lower.backfill_clauses(lines, backfill),
            ast::ItemKind::Enforcement(enforcement) => self.lower.enforcement_clauses(lines, enforcement),
            ast::ItemKind::Test(test) => self.lower.test_clauses(lines, test),
            _ => {}
        }
    }

    /// Where to cut a body that is read from `at` and was cut at `last`: before a line that begins with a keyword, a window
    /// or twice what was read before further on; else where the body ends. A parse costs time for all the text it is given.
    fn cut(&self, body: &Body, (at, last): (usize, usize), end: usize) -> usize {
        let mut from = last.saturating_add(WINDOW.max(last - at));
        while from < end {
            let Some(length) = memchr::memchr(b'\n', &self.text.as_bytes()[from..end]) else { break };
            from += length + 1;
            if begins_with(self.text[from..end].trim_start_matches([' ', '\t']), body.keywords) {
                return from;
            }
        }
        end
    }

    /// The next line of a body, after `from`, that begins with one of its keywords or nearly so.
    fn next_line(&self, body: &Body, from: usize, end: usize) -> Option<usize> {
        let mut at = from;
        while let Some(length) = self.text[at..end].find('\n') {
            at += length + 1;
            let line = self.text[at..end].trim_start_matches([' ', '\t']);
            let word = line.split([' ', '\t', '\r', '\n', '}']).next().unwrap_or("");
            let near = || nearest::name(word, body.keywords.iter().copied()).is_some();
            if body.keywords.contains(&word) || line.starts_with("/*") || (word.len() > 2 && near()) {
                return Some(at + self.text[at..end].len() - line.len());
            }
        }
        None
    }

    /// Keeps the name of a role or backfill whose head is faulty, so that its uses are not reported as well.
    fn name_of_faulty(&mut self, start: usize, end: usize) {
        let mut at = start;
        let mut kind = ast::RoleKind::Custom;
        for word in self.text[start..end].split_inclusive([' ', '\t', '\n', '\r', '{']) {
            let name = word.trim_end_matches([' ', '\t', '\n', '\r', '{']);
            match name {
                "default" => kind = ast::RoleKind::Default,
                "role" => {}
                "" if at > start => {}
                _ if at > start && self.text[start..at].trim_end().ends_with("role") => {
                    let name = ast::Name { span: self.span(at, at + name.len()) };
                    let role = ast::Role { kind, name, title: None, copies: None, extends: Vec::new(), clauses: Vec::new() };
                    let span = self.span(start, start + self.text[start..end].trim_end().len());
                    self.lower.file.items.push(ast::Item { span, faulty: true, kind: ast::ItemKind::Role(role) });
                    return;
                }
                _ => return,
            }
            at += word.len();
        }
    }

    fn keep_comments(&mut self, from: usize, to: usize) {
        let mut at = from;
        while let Some(length) = self.text[at..to].find("//") {
            let start = at + length;
            let end = self.text[start..to].find('\n').map_or(to, |line| start + line);
            let comment = self.span(start, start + self.text[start..end].trim_end().len());
            self.lower.file.comments.push(comment);
            at = end;
        }
    }

    fn report_at(&mut self, wanted: Rule, start: usize, end: usize) -> Option<()> {
        match rule(wanted, &self.text[start..end]) {
            Err(error) => {
                let place = start + fault::position(&error);
                self.report(fault::finding(self.lower.source, &error, place))
            }
            Ok(pairs) => {
                let at = start + pairs.as_str().len();
                let place = self.span(at, end);
                self.report(words::syntax::unexpected(place, self.text[at..end].trim(), &[], false))
            }
        }
    }

    /// Reports, up to the limit of findings a file.
    fn report(&mut self, finding: crate::diagnostic::Diagnostic) -> Option<()> {
        self.lower.faults += 1;
        if self.lower.faults > limits::SYNTAX_ERRORS {
            let place = finding.primary().unwrap_or_default();
            self.lower.sink.report(words::limits::exceeded(
                Code::TooManySyntaxErrors,
                Some(place),
                limits::SYNTAX_ERRORS,
                "syntax errors in one file",
            ));
            return None;
        }
        self.lower.sink.report(finding);
        Some(())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| self.lower.source.base + u32::try_from(at).unwrap_or(0);
        Span::new(offset(start), offset(end))
    }
}
