//! Declarations as heads and bodies: what shrinking takes apart, and what is printed as text.

use crate::generate::rng::Rng;

/// A declaration or one line in it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Comments and documentation on lines of their own before it.
    comments: Vec<&'static str>,
    /// What stands before the brace, or the whole line.
    pub(crate) head: String,
    /// What stands between braces.
    pub(crate) body: Option<Vec<Node>>,
    /// A comment on its last line.
    tail: Option<&'static str>,
}

const DOCS: &[&str] = &["/// Runs what the team runs.", "/// See the runbook; `outbound:*` is not meant here.", "///"];
const COMMENTS: &[&str] =
    &["// moved here from the old console", "// \"quoted\", {braced}, allow *", "//", "//// not documentation"];
const TAILS: &[&str] = &["// for now", "// outbound:*/*", "//"];

impl Node {
    /// A line.
    pub(crate) fn line(head: impl Into<String>) -> Self {
        Self { comments: Vec::new(), head: head.into(), body: None, tail: None }
    }

    /// A declaration with a body.
    pub(crate) fn block(head: impl Into<String>, body: Vec<Self>) -> Self {
        Self { body: Some(body), ..Self::line(head) }
    }

    /// Puts comments on it and on what is in it; with `ragged`, breaks its lines as well.
    pub(crate) fn comment(&mut self, rng: &mut Rng, ragged: bool) {
        if ragged {
            self.head = broken(rng, &self.head);
        }
        if rng.chance(5) {
            self.comments.push(*rng.pick(COMMENTS));
        }
        if rng.chance(6) {
            self.comments.push(*rng.pick(DOCS));
        }
        if rng.chance(4) {
            self.tail = Some(*rng.pick(TAILS));
        }
        for node in self.body.iter_mut().flatten() {
            node.comment(rng, ragged);
        }
    }

    fn print(&self, text: &mut String, depth: usize, dense: bool) {
        let indent = "    ".repeat(depth);
        if !self.comments.is_empty() && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for comment in &self.comments {
            text.push_str(&format!("{indent}{comment}\n"));
        }
        text.push_str(&format!("{indent}{}", self.head));
        if let Some(body) = &self.body {
            text.push_str(" {");
            text.push_str(if body.is_empty() { "" } else { "\n" });
            for node in body {
                node.print(text, depth + 1, dense);
            }
            text.push_str(&if body.is_empty() { "}".to_owned() } else { format!("{indent}}}") });
        }
        if let Some(tail) = self.tail {
            text.push_str(&format!("  {tail}"));
        }
        text.push_str(if dense && depth > 0 && self.tail.is_none() { "  " } else { "\n" });
    }

    /// How many nodes there are in it, itself included.
    pub(crate) fn count(&self) -> usize {
        1 + self.body.iter().flatten().map(Self::count).sum::<usize>()
    }
}

/// A line with some blanks outside strings replaced by line breaks and comments.
fn broken(rng: &mut Rng, line: &str) -> String {
    let mut broken = String::new();
    let (mut in_string, mut is_escaped) = (false, false);
    for char in line.chars() {
        match (char, rng.below(100)) {
            (' ', 0..=7) if !in_string => broken.push_str("\n            "),
            (' ', 8..=9) if !in_string => broken.push_str(&format!(" {}\n        ", rng.pick(TAILS))),
            (' ', 10..=14) if !in_string => broken.push_str(" \t "),
            _ => broken.push(char),
        }
        in_string ^= char == '"' && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
    }
    broken
}

/// The text of declarations; `dense` puts several facts on one line.
pub(crate) fn text(nodes: &[Node], dense: bool) -> String {
    let mut text = String::new();
    for node in nodes {
        node.print(&mut text, 0, dense);
    }
    text
}

/// Takes out the node with a number, counted as the text is read; says whether there was one.
pub(crate) fn remove(nodes: &mut Vec<Node>, number: usize) -> bool {
    let mut left = number;
    for at in 0..nodes.len() {
        if left == 0 {
            nodes.remove(at);
            return true;
        }
        let count = nodes[at].count();
        if left < count {
            return nodes[at].body.as_mut().is_some_and(|body| remove(body, left - 1));
        }
        left -= count;
    }
    false
}
