//! pest's errors → findings: what was found, what was expected, in human words.

use std::borrow::Cow;

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
    "enforcement",
    "license",
    "addon",
    "group",
    "user",
    "assign",
    "application",
    "old",
    "folder",
    "object",
    "never",
    "assert",
    "test",
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
/// Keywords that begin a line of an enforcement.
pub(super) const ENFORCEMENT_LINES: &[&str] = &["guards", "after", "formerly", "from", "region", "grace", "see", "allow-finding"];
/// Keywords that begin a line of a test.
pub(super) const TEST_LINES: &[&str] = &["as", "allow", "deny", "at", "region"];
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
    let (at, cut) = word_start(text, at);
    let found = found(text, at);
    // What is missing at the end of a line is shown there, not at the next line's first word.
    let before = without_comments(&text[..at]);
    let on_new_line = text[before.len()..at].contains('\n');
    let at_line_end = found.is_empty() || (on_new_line && !cut && !rules(error).iter().any(|rule| begins_line(*rule)));
    let expected = expected(error, on_new_line);
    let (start, length) = if at_line_end && !before.is_empty() { (before.len(), 0) } else { (at, found.len()) };
    let offset = |at: usize| source.base + u32::try_from(at).unwrap_or(0);
    let span = Span::new(offset(start), offset(start + length));
    let mut finding = words::syntax::unexpected(span, found, &expected, at_line_end);
    if let Some(help) = help(text, at, found).or_else(|| help_with(error, text, at, found)) {
        finding = finding.help(help);
    } else if let Some(keyword) = nearest::name(found, candidates(error, cut)) {
        finding = words::suggest(finding, Span::new(offset(at), offset(at + found.len())), found, keyword);
    }
    finding
}

/// A text without the blanks and the lines of comments at its end.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some(end) = text.rfind('\n').filter(|end| text[*end..].trim_start().starts_with("//")) {
        text = text[..end].trim_end();
    }
    text
}

/// Where the word begins that a place is in, and whether that is before the place: pest stops where a keyword that the
/// word begins with ends.
fn word_start(text: &str, at: usize) -> (usize, bool) {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if !text.as_bytes().get(at).is_some_and(letter) {
        return (at, false);
    }
    let length = text.as_bytes()[..at].iter().rev().take_while(|byte| letter(byte)).count();
    (at - length, length > 0)
}

/// The word, string start or character that stands at a place; empty at the end of the text.
fn found(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':');
    match rest.chars().next() {
        None => "",
        Some(first) if word(first) => &rest[..rest.find(|char| !word(char)).unwrap_or(rest.len())],
        Some('"') => {
            let line = rest.lines().next().unwrap_or("");
            line[1..].find('"').map_or(line, |quote| &line[..quote + 2])
        }
        Some(first) => &rest[..first.len_utf8()],
    }
}

fn rules(error: &Error<Rule>) -> &[Rule] {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
}

/// Whether a rule is one of those that begin a declaration, or a line of a body.
fn begins_line(rule: Rule) -> bool {
    human(rule).is_some_and(|name| LINES.contains(&name))
}

/// The human names of what would have fitted, each once, in the grammar's order and the closing brace last. What
/// could have gone on with the line before is no help where a new line begins.
fn expected(error: &Error<Rule>, on_new_line: bool) -> Vec<&'static str> {
    const BRACE: &str = "`}`";
    let mut names = Vec::new();
    for name in rules(error).iter().filter_map(|rule| human(*rule)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let closes = names.contains(&BRACE) || rules(error).iter().any(|rule| body_keywords(*rule).is_some());
    let in_body = names.iter().any(|name| LINES.contains(name));
    names.retain(|name| *name != BRACE && !(in_body && *name == ALLOW_FINDING));
    if in_body && on_new_line {
        names.retain(|name| LINES.contains(name));
    }
    if names.contains(&DECLARATION) {
        names.retain(|name| !["`folder`", "`object`"].contains(name));
    }
    names.extend(closes.then_some(BRACE));
    names
}

/// The words that begin the lines of a body, of the rule for what is left of it. pest names that rule alone where not
/// even its first line fits.
fn body_keywords(rule: Rule) -> Option<&'static [&'static str]> {
    match rule {
        Rule::role_rest => Some(ROLE_LINES),
        Rule::backfill_rest => Some(BACKFILL_LINES),
        Rule::domain_rest => Some(DOMAIN_LINES),
        Rule::enforcement_rest => Some(ENFORCEMENT_LINES),
        Rule::test_rest => Some(TEST_LINES),
        _ => None,
    }
}

/// The keywords that would have fitted; where one was written with something after it, all of them.
fn candidates(error: &Error<Rule>, cut: bool) -> impl Iterator<Item = &'static str> {
    let fits = |list: &'static [&'static str], sign: Rule| rules(error).contains(&sign).then_some(list).into_iter().flatten();
    let declares = rules(error).iter().any(|rule| human(*rule) == Some(DECLARATION));
    let bodies = rules(error).iter().filter_map(|rule| body_keywords(*rule)).flatten();
    let all =
        [ROLE_LINES, BACKFILL_LINES, ENFORCEMENT_LINES, DOMAIN_LINES, DECLARATIONS].into_iter().filter(move |_| cut).flatten();
    bodies
        .chain(all)
        .chain(declares.then_some(DECLARATIONS).into_iter().flatten())
        .chain(fits(ROLE_LINES, Rule::allow))
        .chain(fits(BACKFILL_LINES, Rule::add))
        .chain(fits(DOMAIN_LINES, Rule::entity))
        .chain(fits(ENFORCEMENT_LINES, Rule::guards))
        .chain(fits(TEST_LINES, Rule::as_holder))
        .chain(fits(&["extends"], Rule::extends))
        .chain(fits(&["copies"], Rule::copies))
        .chain(fits(&["where"], Rule::where_holds))
        .chain(fits(&["in"], Rule::in_scope))
        .chain(fits(&["division-aware", "division-unaware", "deprecated", "conditions"], Rule::aware))
        .copied()
}

const DECLARATION: &str = "a declaration (`role`, `domain`, `division`, `backfill`, …)";
const ROLE_LINE: &str = "a line of the role (`allow`, `except`, `within`, …)";
const BACKFILL_LINE: &str = "a line of the backfill (`when`, `add`, `on`, `region`, …)";
const ENFORCEMENT_LINE: &str = "a line of the enforcement (`guards`, `after backfill`, `formerly`, `from`, …)";
const TEST_LINE: &str = "a line of the test (`as`, `allow`, `deny`, `at`, …)";
const ENTITY: &str = "`entity`";
const ALLOW_FINDING: &str = "`allow-finding`";
/// What begins a line.
const LINES: &[&str] = &[DECLARATION, ROLE_LINE, BACKFILL_LINE, ENFORCEMENT_LINE, TEST_LINE, ENTITY];

/// Whether a rule begins a declaration.
fn declares(rule: Rule) -> bool {
    matches!(
        rule,
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
            | Rule::legacy
            | Rule::enforcement
            | Rule::enforcement_head
            | Rule::license
            | Rule::group
            | Rule::user
            | Rule::assign
            | Rule::application
            | Rule::old_option
            | Rule::never
            | Rule::assert
            | Rule::test
            | Rule::test_head
            | Rule::strict_role
            | Rule::strict_override
    )
}

/// What a rule is called in a message; `None` for what never helps a reader.
fn human(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::comment => return None,
        rule if declares(rule) => DECLARATION,
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
        | Rule::owner
        | Rule::role_rest => ROLE_LINE,
        Rule::when
        | Rule::for_roles
        | Rule::add
        | Rule::on
        | Rule::region
        | Rule::optional
        | Rule::done
        | Rule::see
        | Rule::backfill_rest => BACKFILL_LINE,
        Rule::guards
        | Rule::after_backfill
        | Rule::opened_by
        | Rule::enforced_from
        | Rule::enforced_region
        | Rule::grace
        | Rule::enforcement_rest => ENFORCEMENT_LINE,
        Rule::as_holder | Rule::expect | Rule::allowed | Rule::denied | Rule::test_rest => TEST_LINE,
        Rule::entity | Rule::entity_head | Rule::domain_rest => ENTITY,
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
        Rule::string => "a string in double quotes",
        Rule::title => "a title in double quotes",
        Rule::number | Rule::value => "a string, a number or a variable",
        Rule::date => "a date such as `2026-02-16`",
        Rule::day | Rule::estimated => "a date, or `no sooner than` a date",
        Rule::selector => "a permission such as `outbound:campaign:view`",
        Rule::scope => "a division",
        Rule::condition | Rule::comparison => "a condition such as `Conversation.queue in [\"Sales\"]`",
        Rule::operator | Rule::one_of => "`==`, `in`, `>=`, `>`, `<=` or `<`",
        Rule::and => "`and`",
        Rule::or => "`or`",
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
        Rule::allow_finding => ALLOW_FINDING,
        _ => return small(rule),
    })
}

/// The names of small parts of enforcements, licences, subjects, objects and assertions.
fn small(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::operation => "an endpoint such as `GET \"/api/v2/users\"`",
        Rule::topics => "`topic`",
        Rule::views => "`view`",
        Rule::every => "`*`",
        Rule::until => "`until`",
        Rule::less => "`<`",
        Rule::at_most => "`<=`",
        Rule::needs => "`needs`",
        Rule::unwanted => "`unwanted in`",
        Rule::member_of => "`member of`",
        Rule::creator => "`creator`",
        Rule::requires_roles => "`requires role`",
        Rule::to_groups => "`group`",
        Rule::to_users => "`user`",
        Rule::owns => "`owns`",
        Rule::full_access => "`unconfigured full-access`",
        Rule::propagate => "`propagate`",
        Rule::object_guards => "`guards`",
        Rule::folder | Rule::folder_head => "`folder`",
        Rule::object => "`object`",
        Rule::read => "`read`",
        Rule::all_readers => "`all`",
        Rule::all_but => "`except`",
        Rule::never_with | Rule::with_values => "`with`",
        Rule::user_holder | Rule::group_holder | Rule::role_holder => "`role`, `group` or `user`",
        Rule::as_role | Rule::as_group => "a role, `group` or `user`",
        Rule::license_bound | Rule::claim | Rule::can | Rule::cannot => "`can`, `cannot` or `license <=`",
        Rule::endpoint_target | Rule::topic_target | Rule::view_target | Rule::object_target => {
            "`endpoint`, `topic`, `view` or `object`"
        }
        Rule::moment | Rule::at_date => "`at`",
        Rule::in_region => "`region`",
        Rule::given => "a variable and its value such as `Conversation.queue = \"Sales\"`",
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
fn help(text: &str, at: usize, found: &str) -> Option<Cow<'static, str>> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let line = line_before(text, at);
    Some(Cow::Borrowed(match found {
        "*" if before.is_some_and(char::is_alphanumeric) => {
            "there are no partial globs: name the permissions in a set, as in `outbound:{campaign, contactList}:view`"
        }
        "/" if rest.starts_with("/*") => "comments are `//` to the end of the line",
        "#" => "comments are `//` to the end of the line",
        ";" => "nothing ends a line but its end: remove the semicolon",
        "'" | "“" | "”" | "„" | "‘" | "’" | "«" | "»" | "`" => "strings stand in plain double quotes: `\"…\"`",
        _ if found.starts_with("::") => "a part is missing between the colons; `*` stands for any",
        "&" => "conditions are joined by `and`",
        "|" => "conditions are joined by `or`",
        _ if line.trim_start().starts_with("region ") && !line.contains(" on ") => {
            "a region stands with its day, as in `region us-east-1 on 2026-03-29`"
        }
        ":" if ends_with_keyword(line) => "no colon stands after a keyword",
        "[" if line.ends_with(" in ") && !line.contains(" where ") => "divisions stand without brackets",
        "extends" | "copies" if line.trim().is_empty() => "parents stand before the `{`, as in `role b extends a {`",
        "copies" if line.contains(" extends ") => "`copies` comes before `extends`",
        "," if line.contains(" copies ") => "a role copies one role; it may extend several",
        "if" | "when" if line.trim_start().starts_with("allow ") => "a condition begins with `where`",
        "in" if line.contains(" where ") => "`in` comes before `where`",
        "!" => "there is no negation: take permissions away with `except`",
        "=" if !rest.starts_with("==") && before != Some('=') && line.contains(" where ") => "equality is `==`",
        "deny" | "forbid" | "revoke" => "there is no deny: `except` takes permissions away from this role",
        "," if line.trim_start().starts_with("allow ") => {
            "one permission or set a line: write another `allow`, or a set such as `outbound:{campaign, contactList}:view`"
        }
        _ if found.starts_with('"') && !rest[1..].lines().next().unwrap_or("").contains('"') => {
            "a string ends on the line it begins on"
        }
        _ => return with_colons(text, at).map(Cow::Owned),
    }))
}

/// The set of names that is still open at a place and began on its line or the one before.
fn open_set(text: &str, at: usize) -> Option<&str> {
    let line = text[..at].rfind('\n').unwrap_or(0);
    let start = if text[line..at].trim_start().is_empty() { text[..line].trim_end().rfind('\n').unwrap_or(0) } else { line };
    let set = &text[start + text[start..at].rfind(":{")?..at];
    (!set.contains('}')).then_some(set)
}

/// Whether the last word of a line is one that a name or permission follows.
fn ends_with_keyword(line: &str) -> bool {
    let word = line.split([' ', '\t']).next_back().unwrap_or("");
    [DECLARATIONS, ROLE_LINES, BACKFILL_LINES, DOMAIN_LINES, &["extends", "copies", "in"]].concat().contains(&word)
}

/// What helps where something certain was expected.
fn help_with(error: &Error<Rule>, text: &str, at: usize, found: &str) -> Option<Cow<'static, str>> {
    let wanted = |rule: Rule| rules(error).contains(&rule);
    let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1);
    let on_new_line = text[at - column..at].trim_start().is_empty();
    let begins = || [ROLE_LINES, BACKFILL_LINES, DOMAIN_LINES, DECLARATIONS].iter().any(|words| words.contains(&found));
    Some(Cow::Borrowed(if wanted(Rule::open_brace) && (found.is_empty() || found == "}" || begins()) {
        "what is declared here has a body: write `{` after its head, and `}` after its last line"
    } else if wanted(Rule::close_brace) && column == 0 && DECLARATIONS.contains(&found) {
        "the declaration above is still open: close it with `}`"
    } else if wanted(Rule::close_brace) && found.is_empty() {
        "the last declaration is still open: close it with `}`"
    } else if found.starts_with('"') && (wanted(Rule::name) || wanted(Rule::selector) || wanted(Rule::scope)) {
        "names and permissions stand without quotes"
    } else if found == "," && wanted(Rule::action) {
        "actions stand side by side, without commas"
    } else if let Some(set) = open_set(text, at) {
        if set.contains('\n') {
            "the set is still open: close it with `}`"
        } else {
            "the names of a set stand between commas, as in `outbound:{campaign, contactList}:view`"
        }
    } else if wanted(Rule::string) && wanted(Rule::copies) && found.starts_with(char::is_alphanumeric) && !on_new_line {
        "a title stands in double quotes"
    } else {
        return None;
    }))
}

/// The permission that a line was to name, if its parts are joined by anything but colons.
fn with_colons(text: &str, at: usize) -> Option<String> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next()?.trim_start();
    let (keyword, rest) = line.split_once([' ', '\t'])?;
    let written = text[start..at].trim_start().strip_prefix(keyword)?.trim();
    if !matches!(keyword, "allow" | "except" | "add") || written.is_empty() || written.matches(':').count() > 1 {
        return None;
    }
    let is_part = |part: &&str| part.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '*'));
    let mut parts = rest.split([':', '/', '.', ' ', '\t']).filter(|part| !part.is_empty());
    let three: Vec<&str> = parts.by_ref().take(3).take_while(is_part).collect();
    let keywords = ["in", "where", "since"];
    (three.len() == 3 && !three.iter().any(|part| keywords.contains(part)))
        .then(|| format!("write `{}`: the parts of a permission are joined by colons", three.join(":")))
}
