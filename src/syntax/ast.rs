//! What a `.role` file says, as written: nothing is resolved, nothing is judged.
//!
//! Nodes hold spans rather than text; [`Name::text`] and kin read it back from the source. A declaration
//! with a syntax error in it is kept, marked [`Item::faulty`], so that its name is known.

mod assertions;
mod enforcement;
mod licenses;
mod objects;
mod subjects;

use std::borrow::Cow;

use jiff::civil;

use crate::source::Source;
use crate::span::Span;

pub use assertions::{Assert, Claim, Expect, Holder, Moment, Never, Target, Test, TestClause, TestClauseKind};
pub use enforcement::{Enforcement, EnforcementClause, EnforcementClauseKind, SurfaceRef, SurfaceRefKind};
pub use licenses::{License, LicenseFact};
pub use objects::{Object, Readers, ReadersKind};
pub use subjects::{Application, Assignment, Group, OldOption, Recipients, User};

/// One source file.
#[derive(Debug, Default)]
pub struct File {
    /// The declarations in the order they stand.
    pub items: Vec<Item>,
    /// Every comment, `///` documentation included, in the order they stand.
    pub comments: Vec<Span>,
}

/// One declaration.
#[derive(Debug)]
pub struct Item {
    /// From the first keyword to the last character.
    pub span: Span,
    /// Whether a syntax error was reported in it; what could be read is there.
    pub faulty: bool,
    /// What is declared.
    pub kind: ItemKind,
}

/// The kinds of declarations.
#[derive(Debug)]
pub enum ItemKind {
    /// `role`, `default role` and `override`.
    Role(Role),
    /// `domain` and `correct domain`.
    Domain(Domain),
    /// `legacy NAME`.
    Legacy(Legacy),
    /// `pair L -> R`.
    Pair(Pair),
    /// `endpoint`, `topic` and `view`.
    Surface(Surface),
    /// `division` and `home division`.
    Division(Division),
    /// `divisions SET = …`.
    DivisionSet(DivisionSet),
    /// `backfill`.
    Backfill(Backfill),
    /// `enforcement`.
    Enforcement(Enforcement),
    /// `license` and `addon license`.
    License(License),
    /// `group`.
    Group(Group),
    /// `user`.
    User(User),
    /// `assign`.
    Assignment(Assignment),
    /// `application`.
    Application(Application),
    /// `old option`.
    OldOption(OldOption),
    /// `folder` and `object`.
    Object(Box<Object>),
    /// `never`.
    Never(Never),
    /// `assert`.
    Assert(Box<Assert>),
    /// `test`.
    Test(Test),
}

impl ItemKind {
    /// Whether it is a group, a user or an assignment: of these there may be many more than of all the others.
    #[must_use]
    pub const fn is_subject(&self) -> bool {
        matches!(self, Self::Group(_) | Self::User(_) | Self::Assignment(_))
    }
}

/// A name or one segment of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// The name itself.
    #[must_use]
    pub fn text(self, source: &Source) -> &str {
        source.slice(self.span)
    }
}

/// A string literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Text {
    /// The value of the literal: without quotes, escapes undone.
    #[must_use]
    pub fn value(self, source: &Source) -> Cow<'_, str> {
        let literal = source.slice(self.span);
        let inner = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(literal);
        if !inner.contains('\\') {
            return Cow::Borrowed(inner);
        }
        let mut value = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(char) = chars.next() {
            match if char == '\\' { chars.next() } else { None } {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(escaped) => value.push(escaped),
                None => value.push(char),
            }
        }
        Cow::Owned(value)
    }

    /// The literal that stands for a value.
    #[must_use]
    pub fn literal(value: &str) -> String {
        let mut literal = String::with_capacity(value.len() + 2);
        literal.push('"');
        for char in value.chars() {
            match char {
                '"' | '\\' => literal.extend(['\\', char]),
                '\n' => literal.push_str("\\n"),
                '\t' => literal.push_str("\\t"),
                '\r' => literal.push(' '),
                _ => literal.push(char),
            }
        }
        literal.push('"');
        literal
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Where it stands.
    pub span: Span,
    /// The day.
    pub day: civil::Date,
}

/// A selector of permissions, split into its parts on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector {
    /// Where it stands.
    pub span: Span,
}

/// One of the up to three parts of a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// `*`, or a part that is not written out.
    Any,
    /// One name.
    One(Name),
    /// A set of names in braces, in the order they stand.
    Set(Vec<Name>),
}

/// A selector's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    /// `*`: every permission.
    All,
    /// One name without a colon: a one-word permission.
    Legacy(Name),
    /// `domain:entity:action`; `domain:*` stands for `domain:*:*`.
    Full(Part, Part, Part),
    /// `domain:entity` with an entity that is not `*`: one part is missing.
    Short,
}

impl Selector {
    /// The selector as written.
    #[must_use]
    pub fn text(self, source: &Source) -> &str {
        source.slice(self.span)
    }

    /// Whether it has a `*`, so that what it matches follows the catalog.
    #[must_use]
    pub fn is_wildcard(self, source: &Source) -> bool {
        match self.parts(source) {
            Parts::All => true,
            Parts::Full(domain, entity, action) => [domain, entity, action].contains(&Part::Any),
            Parts::Legacy(_) | Parts::Short => false,
        }
    }

    /// The selector in normal form: without blanks but one after each comma, `domain:*` for `domain:*:*`.
    #[must_use]
    pub fn normal(self, source: &Source) -> String {
        let part = |part: &Part| match part {
            Part::Any => "*".to_owned(),
            Part::One(name) => name.text(source).to_owned(),
            Part::Set(names) => {
                let names: Vec<&str> = names.iter().map(|name| name.text(source)).collect();
                format!("{{{}}}", names.join(", "))
            }
        };
        match self.parts(source) {
            Parts::All => "*".to_owned(),
            Parts::Legacy(name) => name.text(source).to_owned(),
            Parts::Full(domain, Part::Any, Part::Any) if domain != Part::Any => format!("{}:*", part(&domain)),
            Parts::Full(domain, entity, action) => format!("{}:{}:{}", part(&domain), part(&entity), part(&action)),
            Parts::Short => self.text(source).to_owned(),
        }
    }

    /// The selector's parts.
    #[must_use]
    pub fn parts(self, source: &Source) -> Parts {
        let text = self.text(source);
        let mut parts = SplitParts { text, base: self.span.start, at: 0 };
        match (parts.next(), parts.next(), parts.next()) {
            (Some(Part::Any), None, _) => Parts::All,
            (Some(Part::One(name)), None, _) => Parts::Legacy(name),
            (Some(domain), Some(Part::Any), None) => Parts::Full(domain, Part::Any, Part::Any),
            (Some(domain), Some(entity), Some(action)) => Parts::Full(domain, entity, action),
            _ => Parts::Short,
        }
    }
}

/// Splits a selector's text at colons outside braces.
struct SplitParts<'t> {
    text: &'t str,
    base: u32,
    at: usize,
}

impl SplitParts<'_> {
    fn name(&self, start: usize, end: usize) -> Name {
        let offset = |at: usize| self.base + u32::try_from(at).unwrap_or(0);
        Name { span: Span::new(offset(start), offset(end)) }
    }

    /// Names between braces; blanks and comments separate them no less than commas do.
    fn set(&self, mut at: usize) -> (Vec<Name>, usize) {
        let bytes = self.text.as_bytes();
        let mut names = Vec::new();
        while at < bytes.len() && bytes[at] != b'}' {
            if self.text[at..].starts_with("//") {
                at += self.text[at..].find('\n').unwrap_or(bytes.len() - at);
            } else if bytes[at] == b',' || bytes[at].is_ascii_whitespace() {
                at += 1;
            } else {
                let end = bytes[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b'/') || byte.is_ascii_whitespace());
                let end = end.map_or(bytes.len(), |length| at + length.max(1));
                names.push(self.name(at, end));
                at = end;
            }
        }
        (names, (at + 1).min(bytes.len()))
    }
}

impl Iterator for SplitParts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        if self.text[start..].starts_with('{') {
            let (names, end) = self.set(start + 1);
            self.at = end + 1;
            return Some(Part::Set(names));
        }
        let end = self.text[start..].find(':').map_or(self.text.len(), |length| start + length);
        self.at = end + 1;
        Some(if &self.text[start..end] == "*" { Part::Any } else { Part::One(self.name(start, end)) })
    }
}

/// A comma list of divisions and sets of divisions, or `all`.
#[derive(Debug)]
pub struct Scope {
    /// From the first name to the last.
    pub span: Span,
    /// The names in the order they stand.
    pub names: Box<[Name]>,
}

/// `domain NAME { … }`.
#[derive(Debug)]
pub struct Domain {
    /// Whether it overrules an imported catalog.
    pub correct: bool,
    /// The first part of its permissions.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// What is said of all of its permissions.
    pub attributes: Vec<Attribute>,
    /// Its entities.
    pub entities: Vec<Entity>,
    /// Findings silenced in it.
    pub allowed_findings: Vec<AllowFinding>,
}

/// `entity NAME { … }`.
#[derive(Debug)]
pub struct Entity {
    /// From the keyword to the closing brace.
    pub span: Span,
    /// The second part of its permissions.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// What is said of all of its permissions.
    pub attributes: Vec<Attribute>,
    /// Its actions, bare ones and those with attributes.
    pub actions: Vec<Action>,
}

/// One action of an entity: a bare name, or `action NAME …`.
#[derive(Debug)]
pub struct Action {
    /// From its first character to its last.
    pub span: Span,
    /// The third part of the permission.
    pub name: Name,
    /// Whether only its name is written, without `action`.
    pub bare: bool,
    /// What people call it.
    pub title: Option<Text>,
    /// What is said of this permission alone.
    pub attributes: Vec<Attribute>,
}

/// Something said of permissions.
#[derive(Debug)]
pub struct Attribute {
    /// Where it stands.
    pub span: Span,
    /// What is said.
    pub kind: AttributeKind,
}

/// What can be said of permissions.
#[derive(Debug)]
pub enum AttributeKind {
    /// `division-aware`.
    Aware,
    /// `division-unaware`.
    Unaware,
    /// `deprecated [since D] [use SELECTOR]`.
    Deprecated {
        /// Since when.
        since: Option<Date>,
        /// What to use instead.
        replacement: Option<Selector>,
    },
    /// `since D`.
    Since(Date),
    /// `conditions any`.
    AnyConditions,
    /// `conditions VAR: string|number, …`.
    Conditions(Vec<Variable>),
    /// `requires SELECTOR`.
    Requires(Selector),
}

/// A variable that conditions may compare.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name, dots included.
    pub name: Name,
    /// The type of its values.
    pub value_type: ValueType,
}

/// The types of values in conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Text.
    String,
    /// A number.
    Number,
}

impl ValueType {
    /// The type as the language writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
        }
    }

    /// One value of the type, in words.
    #[must_use]
    pub const fn described(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
        }
    }
}

/// `legacy NAME`.
#[derive(Debug)]
pub struct Legacy {
    /// The one-word permission.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
}

/// `pair L -> R`.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The division-unaware permission.
    pub unaware: Selector,
    /// The division-aware permission that took over from it.
    pub aware: Selector,
}

/// What permissions open.
#[derive(Debug)]
pub struct Surface {
    /// An endpoint, a topic or a view.
    pub kind: SurfaceKind,
    /// Path, topic or title.
    pub name: Text,
    /// Who may use it.
    pub requirement: Requirement,
    /// `or self`: a subject may at its own objects.
    pub or_self: bool,
}

/// The kinds of surfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurfaceKind {
    /// An operation of an API, by method and path template.
    Endpoint {
        /// The method in capitals.
        method: Name,
    },
    /// A notification topic.
    Topic,
    /// A view of the user interface.
    View,
}

/// Who may use a surface.
#[derive(Debug)]
pub enum Requirement {
    /// Holders of any one of these.
    Any(Vec<Selector>),
    /// Holders of all of these.
    All(Vec<Selector>),
    /// Anybody, as a source says.
    Open,
    /// The source does not say.
    Unstated,
}

/// `division NAME`.
#[derive(Debug)]
pub struct Division {
    /// Whether it is the organisation's home division.
    pub home: bool,
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
}

/// `divisions SET = …`.
#[derive(Debug)]
pub struct DivisionSet {
    /// The set's name.
    pub name: Name,
    /// The divisions and sets in it.
    pub members: Scope,
}

/// `role`, `default role` or `override`.
#[derive(Debug)]
pub struct Role {
    /// Which of the three.
    pub kind: RoleKind,
    /// Its name; of an override, the name of the role it edits.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// The role it starts from as a pinned copy.
    pub copies: Option<Name>,
    /// Its parents.
    pub extends: Vec<Name>,
    /// What stands in its body.
    pub clauses: Vec<Clause>,
}

/// Whose a role is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleKind {
    /// `role`: the organisation's own.
    Custom,
    /// `default role`: the vendor's.
    Default,
    /// `override`: the vendor's, edited in place.
    Override,
}

/// One line of a role.
#[derive(Debug)]
pub struct Clause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// What a line of a role can say.
#[derive(Debug)]
pub enum ClauseKind {
    /// `allow …`.
    Allow(Allow),
    /// `except SELECTOR`.
    Except(Selector),
    /// `within SCOPE`.
    Within(Scope),
    /// `created DATE`.
    Created(Date),
    /// `requires role R`.
    RequiresRole(Name),
    /// `requires license L`.
    RequiresLicense(Name),
    /// `auto-assigned to all`, or to the `creator` of the organisation.
    AutoAssigned {
        /// To every user rather than to the creator.
        to_all: bool,
    },
    /// `irremovable`.
    Irremovable,
    /// `formerly "…", "…"`.
    Formerly(Vec<Text>),
    /// `available when organisation created from | after DATE`.
    Available {
        /// `after`: the day itself is not included.
        after: bool,
        /// The day.
        date: Date,
    },
    /// `owner "team"`.
    Owner(Text),
    /// `allow-finding CODE "reason"`.
    AllowFinding(AllowFinding),
}

/// `allow SELECTOR [in SCOPE] [where CONDITION] [since DATE]`.
#[derive(Debug)]
pub struct Allow {
    /// What is granted.
    pub selector: Selector,
    /// Where; everywhere if absent.
    pub scope: Option<Scope>,
    /// When; always if absent.
    pub condition: Option<Box<Condition>>,
    /// Since when the role holds it; always if absent.
    pub since: Option<Date>,
}

/// `allow-finding CODE "reason"`.
#[derive(Debug, Clone, Copy)]
pub struct AllowFinding {
    /// Where the whole line stands.
    pub span: Span,
    /// The finding's code.
    pub code: Name,
    /// Why it is all right here.
    pub reason: Text,
}

/// What must hold of a request for a grant to count.
#[derive(Debug)]
pub struct Condition {
    /// Where it stands, without parentheses around it.
    pub span: Span,
    /// What it says.
    pub kind: ConditionKind,
}

/// The forms of conditions.
#[derive(Debug)]
pub enum ConditionKind {
    /// All of these.
    And(Vec<Condition>),
    /// Any of these.
    Or(Vec<Condition>),
    /// A variable against one value.
    Compare {
        /// The variable on the left.
        variable: Name,
        /// How they are compared.
        operator: Operator,
        /// The value on the right.
        value: Value,
    },
    /// A variable among values.
    In {
        /// The variable on the left.
        variable: Name,
        /// The values in brackets.
        values: Vec<Value>,
    },
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `==`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Operator {
    /// The operator as written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }
}

/// A value in a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A string literal.
    String(Text),
    /// A number; its text is the span's.
    Number(Span),
    /// Another variable.
    Variable(Name),
}

impl Value {
    /// Where it stands.
    #[must_use]
    pub const fn span(self) -> Span {
        match self {
            Self::String(text) => text.span,
            Self::Number(span) => span,
            Self::Variable(name) => name.span,
        }
    }
}

/// `backfill NAME { … }`.
#[derive(Debug)]
pub struct Backfill {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// What stands in its body.
    pub clauses: Vec<BackfillClause>,
}

/// One line of a backfill.
#[derive(Debug)]
pub struct BackfillClause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: BackfillClauseKind,
}

/// What a line of a backfill can say.
#[derive(Debug)]
pub enum BackfillClauseKind {
    /// `when [any] [explicitly] P, …`.
    When {
        /// One of the triggers is enough.
        any: bool,
        /// Only what a selector without `*`, or an earlier addition, gave counts.
        explicitly: bool,
        /// The triggers.
        triggers: Vec<Selector>,
    },
    /// `roles default | custom | R, …`.
    Roles(Vec<Name>),
    /// `add SELECTOR`.
    Add(Selector),
    /// `on DAY`: in every region without a day of its own.
    On(Day),
    /// `region R on DAY`.
    Region {
        /// The region.
        region: Name,
        /// Its day.
        day: Day,
    },
    /// `optional`: obeys the organisation's switch.
    Optional,
    /// `done`: adds nothing more.
    Done,
    /// `see "…"`.
    See(Text),
    /// `allow-finding CODE "reason"`.
    AllowFinding(AllowFinding),
}

/// A day, a window of days, or `no sooner than` a day.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// Where it stands.
    pub span: Span,
    /// Whether the day is the earliest possible one, not an announced one.
    pub estimated: bool,
    /// The day, or the first of the window.
    pub first: Date,
    /// The last day of a window.
    pub last: Option<Date>,
}

impl Day {
    /// The day that counts: a window counts from its end.
    #[must_use]
    pub fn effective(self) -> civil::Date {
        self.last.unwrap_or(self.first).day
    }
}
