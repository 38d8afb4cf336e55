//! pest's errors → findings: what was found, what was expected, in human words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::{Rule, windows};
use crate::diagnostic::{Diagnostic, nearest, words};
use crate::source::Source;
use crate::span::Span;

/// Bytes of a line that are looked at for a help.
const LINE: usize = 1 << 10;

/// Keywords that begin a declaration.
pub(super) const DECLARATIONS: &[&str] = &[
    "role",
    "default",
    "override",
    "domain",
    "correct",
    "division",
    "divisions",
    "home",
    "pair",
    "endpoint",
    "topic",
    "view",
    "backfill",
    "legacy",
];
/// Keywords that begin a line of a role.
pub(super) const ROLE_LINES: &[&str] = &[
    "allow",
    "except",
    "within",
    "created",
    "requires",
    "auto-assigned",
    "irremovable",
    "formerly",
    "available",
    "owner",
    "allow-finding",
];
/// Keywords that begin a line of a backfill.
pub(super) const BACKFILL_LINES: &[&str] = &["when", "roles", "add", "on", "region", "optional", "done", "see", "allow-finding"];
/// Keywords that begin a line of a domain.
pub(super) const DOMAIN_LINES: &[&str] = &["entity", "allow-finding"];

/// Where in the parsed text an error stands.
pub(super) fn position(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// Words an error of pest; `at` is its place in the source's text.
pub(super) fn finding(source: &Source, error: &Error<Rule>, at: usize) -> Diagnostic {
    let text = source.text.as_str();
    let found = found(text, at);
    let expected = expected(error);
    // What is missing at the end of a line is shown there, not at the next line's first word.
    let before = text[..at].trim_end_matches([' ', '\t', '\r', '\n']);
    let begins_line = rules(error).iter().any(|rule| matches!(rule, Rule::strict_role | Rule::allow | Rule::add | Rule::entity));
    let at_line_end = found.is_empty() || (!begins_line && text[before.len()..at].contains('\n'));
    let (start, length) = if at_line_end && !before.is_empty() { (before.len(), 0) } else { (at, found.len()) };
    let offset = |at: usize| source.base + u32::try_from(at).unwrap_or(0);
    let span = Span::new(offset(start), offset(start + length));
    let mut finding = words::syntax::unexpected(span, found, &expected, at_line_end);
    if let Some(help) = help(text, at, found) {
        finding = finding.help(help);
    } else if let Some(keyword) = nearest::name(found, candidates(error)) {
        finding = words::suggest(finding, Span::new(offset(at), offset(at + found.len())), found, keyword);
    }
    finding
}

/// The word, string start or character that stands at a place; empty at the end of the text.
fn found(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':');
    match rest.chars().next() {
        None => "",
        Some(first) if word(first) => &rest[..rest.find(|char| !word(char)).unwrap_or(rest.len())],
        Some('"') => &rest[..rest.find('\n').unwrap_or(rest.len()).min(rest.len())],
        Some(first) => &rest[..first.len_utf8()],
    }
}

fn rules(error: &Error<Rule>) -> &[Rule] {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
}

/// The human names of what would have fitted, each once, in the grammar's order.
fn expected(error: &Error<Rule>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in rules(error).iter().filter_map(|rule| human(*rule)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The keywords that would have fitted.
fn candidates(error: &Error<Rule>) -> impl Iterator<Item = &'static str> {
    let fits = |list: &'static [&'static str], sign: Rule| rules(error).contains(&sign).then_some(list).into_iter().flatten();
    fits(DECLARATIONS, Rule::strict_role)
        .chain(fits(ROLE_LINES, Rule::allow))
        .chain(fits(BACKFILL_LINES, Rule::add))
        .chain(fits(DOMAIN_LINES, Rule::entity))
        .chain(fits(&["extends"], Rule::extends))
        .chain(fits(&["copies"], Rule::copies))
        .chain(fits(&["where"], Rule::where_holds))
        .chain(fits(&["in"], Rule::in_scope))
        .chain(fits(&["division-aware", "division-unaware", "deprecated", "conditions"], Rule::aware))
        .copied()
}

/// What a rule is called in a message; `None` for what never helps a reader.
fn human(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::comment => return None,
        Rule::role
        | Rule::override_role
        | Rule::role_head
        | Rule::override_head
        | Rule::default
        | Rule::domain
        | Rule::domain_head
        | Rule::correct
        | Rule::endpoint
        | Rule::topic
        | Rule::view
        | Rule::pair
        | Rule::division
        | Rule::divisions
        | Rule::home
        | Rule::backfill
        | Rule::backfill_head
        | Rule::legacy => "a declaration (`role`, `domain`, `division`, `backfill`, …)",
        Rule::allow
        | Rule::except
        | Rule::within
        | Rule::created
        | Rule::requires_role
        | Rule::requires_license
        | Rule::auto_assigned
        | Rule::irremovable
        | Rule::formerly
        | Rule::available
        | Rule::owner => "a line of the role (`allow`, `except`, `within`, …)",
        Rule::when | Rule::for_roles | Rule::add | Rule::on | Rule::region | Rule::optional | Rule::done | Rule::see => {
            "a line of the backfill (`when`, `add`, `on`, `region`, …)"
        }
        Rule::entity | Rule::entity_head => "`entity`",
        Rule::action | Rule::bare_action => "an action",
        Rule::aware | Rule::unaware | Rule::deprecated | Rule::since | Rule::conditions | Rule::requires => {
            "an attribute (`division-aware`, `deprecated`, …)"
        }
        Rule::any_of | Rule::all_of | Rule::open | Rule::unstated => "`any`, `all`, `open` or `unstated`",
        _ => return word(rule),
    })
}

/// The names of words, signs and small parts.
fn word(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name => "a name",
        Rule::string | Rule::title => "a string in double quotes",
        Rule::number | Rule::value => "a string, a number or a variable",
        Rule::date => "a date such as `2026-02-16`",
        Rule::day | Rule::estimated => "a date, or `no sooner than` a date",
        Rule::selector => "a permission such as `outbound:campaign:view`",
        Rule::scope => "a division",
        Rule::condition | Rule::comparison => "a condition such as `Conversation.queue in [\"Sales\"]`",
        Rule::operator | Rule::one_of => "`==`, `in`, `>=`, `>`, `<=` or `<`",
        Rule::and | Rule::or => "`and` or `or`",
        Rule::open_brace => "`{`",
        Rule::close_brace => "`}`",
        Rule::open_bracket => "`[`",
        Rule::close_bracket => "`]`",
        Rule::close_paren => "`)`",
        Rule::comma => "`,`",
        Rule::equals => "`=`",
        Rule::arrow => "`->`",
        Rule::method => "a method such as `GET`",
        Rule::assignee => "`all` or `creator`",
        Rule::bound => "`from` or `after`",
        Rule::value_type => "`string` or `number`",
        Rule::typed_variable | Rule::any_variable => "`any`, or a variable and its type such as `Conversation.queue: string`",
        Rule::in_scope => "`in`",
        Rule::where_holds => "`where`",
        Rule::allow_since | Rule::deprecated_since => "`since`",
        Rule::deprecated_use => "`use`",
        Rule::or_self => "`or self`",
        Rule::copies => "`copies`",
        Rule::extends => "`extends`",
        Rule::allow_finding => "`allow-finding`",
        _ => return None,
    })
}

/// What stands before a place on its line, as far as that is not very long.
fn line_before(text: &str, at: usize) -> &str {
    let from = windows::boundary(text, at.saturating_sub(LINE)).min(at);
    let line = text[from..at].rfind('\n').map_or(from, |line| from + line);
    &text[line..at]
}

/// What people who know other languages write, and what to write here.
fn help(text: &str, at: usize, found: &str) -> Option<&'static str> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    Some(match found {
        "*" if before.is_some_and(char::is_alphanumeric) => {
            "there are no partial globs: name the permissions in a set, as in `outbound:{campaign, contactList}:view`"
        }
        "/" if rest.starts_with("/*") => "comments are `//` to the end of the line",
        "#" => "comments are `//` to the end of the line",
        ";" => "nothing ends a line but its end: remove the semicolon",
        "'" => "strings stand in double quotes",
        "!" => "there is no negation: take permissions away with `except`",
        "=" if !rest.starts_with("==") && before != Some('=') => "equality is `==`",
        "deny" | "forbid" | "revoke" => "there is no deny: `except` takes permissions away from this role",
        "," if line_before(text, at).trim_start().starts_with("allow ") => {
            "one permission or set a line: write another `allow`, or a set such as `outbound:{campaign, contactList}:view`"
        }
        "enforcement" | "license" | "group" | "user" | "assign" | "application" | "folder" | "object" | "never" | "assert"
        | "test" => "this version of the language has no such declaration yet",
        _ if found.starts_with('"') && !rest[1..].lines().next().unwrap_or("").contains('"') => {
            "a string ends on the line it begins on"
        }
        _ => return None,
    })
}
