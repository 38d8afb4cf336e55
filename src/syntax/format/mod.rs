//! Tree → canonical text: one fact a line, four columns a level, every comment where it stood.
//!
//! Formatting what was formatted changes nothing, and what is parsed from the result is the tree it was made
//! of. What has a syntax error is written as it stands.

mod layout;
mod line;
mod piece;

use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast;

use layout::Writer;
use line::Line;
use piece::{STEP, WIDTH, Word};

/// Words that an action's name must not be mistaken for after another action.
pub(crate) const ATTRIBUTE_WORDS: [&str; 8] =
    ["action", "conditions", "deprecated", "division-aware", "division-unaware", "requires", "since", "use"];

/// Prints a parsed source as canonical text.
#[must_use]
pub fn format(source: &Source, file: &ast::File) -> String {
    let mut printer = Printer { source, writer: Writer::new(source, &file.comments) };
    let mut before = None;
    for part in parts(source, file) {
        let at = printer.writer.offset(part.span().start);
        let opening = printer.writer.begin_part(at);
        printer.part(&part);
        let now = (part.kind(), printer.writer.is_one_line(&opening));
        let apart = before.is_some_and(|before| before != now || !now.1);
        printer.writer.end_part(&opening, apart);
        before = Some(now);
    }
    printer.writer.finish()
}

/// What stands at the top level of a file.
enum Part<'f> {
    Item(&'f ast::Item),
    /// Text that no declaration was made of.
    Text(Span),
}

impl Part<'_> {
    fn span(&self) -> Span {
        match self {
            Self::Item(item) => item.span,
            Self::Text(span) => *span,
        }
    }

    /// One-line declarations of one kind may stand without a blank line between them.
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "",
            Self::Item(item) => match &item.kind {
                ast::ItemKind::Role(_) => "role",
                ast::ItemKind::Domain(_) => "domain",
                ast::ItemKind::Legacy(_) => "legacy",
                ast::ItemKind::Pair(_) => "pair",
                ast::ItemKind::Surface(surface) => match surface.kind {
                    ast::SurfaceKind::Endpoint { .. } => "endpoint",
                    ast::SurfaceKind::Topic => "topic",
                    ast::SurfaceKind::View => "view",
                },
                ast::ItemKind::Division(_) | ast::ItemKind::DivisionSet(_) => "division",
                ast::ItemKind::Backfill(_) => "backfill",
                ast::ItemKind::Enforcement(_) => "enforcement",
                ast::ItemKind::License(_) => "license",
                ast::ItemKind::Group(_) => "group",
                ast::ItemKind::User(_) => "user",
                ast::ItemKind::Assignment(_) => "assign",
                ast::ItemKind::Application(_) => "application",
                ast::ItemKind::OldOption(_) => "old option",
                ast::ItemKind::Object(_) => "object",
                ast::ItemKind::Never(_) => "never",
                ast::ItemKind::Assert(_) => "assert",
                ast::ItemKind::Test(_) => "test",
            },
        }
    }
}

/// What stands in a folder or object.
enum ObjectPart<'f> {
    Readers(&'f ast::Readers),
    Inside(&'f ast::Object),
    Finding(&'f ast::AllowFinding),
}

/// The declarations of a file and the texts between them that are none.
fn parts<'f>(source: &Source, file: &'f ast::File) -> Vec<Part<'f>> {
    let mut parts = Vec::with_capacity(file.items.len());
    let mut comments = file.comments.as_slice();
    let mut at = source.base;
    let end = source.span().end;
    for item in file.items.iter().map(Some).chain([None]) {
        let next = item.map_or(end, |item| item.span.start);
        if let Some(text) = solid_text(source, &mut comments, Span::new(at, next)) {
            parts.push(Part::Text(text));
        }
        parts.extend(item.map(Part::Item));
        at = item.map_or(end, |item| item.span.end);
    }
    parts
}

/// From the first to the last character within a span that is neither a blank nor in a comment.
fn solid_text(source: &Source, comments: &mut &[Span], within: Span) -> Option<Span> {
    let mut found: Option<Span> = None;
    let mut at = within.start;
    while at < within.end {
        while comments.first().is_some_and(|comment| comment.start < at) {
            *comments = &comments[1..];
        }
        let next = comments.first().map_or(within.end, |comment| comment.start.min(within.end));
        let text = source.slice(Span::new(at, next));
        let solid = text.trim();
        if !solid.is_empty() {
            let length = |text: &str| u32::try_from(text.len()).unwrap_or(0);
            let start = at + length(text) - length(text.trim_start());
            let span = Span::new(start, start + length(solid));
            found = Some(found.map_or(span, |found| found.to(span)));
        }
        at = comments.first().filter(|comment| comment.start == next).map_or(within.end, |comment| comment.end);
    }
    found
}

/// Writes the nodes of one file.
struct Printer<'s> {
    source: &'s Source,
    writer: Writer<'s>,
}

impl<'s> Printer<'s> {
    fn new_line(&self) -> Line<'s> {
        Line::new(self.source)
    }

    fn part(&mut self, part: &Part<'_>) {
        match part {
            Part::Item(item) if !item.faulty => self.item(item),
            part => self.writer.verbatim(self.source.slice(part.span()), part.span()),
        }
    }

    fn item(&mut self, item: &ast::Item) {
        let line = self.new_line();
        match &item.kind {
            ast::ItemKind::Role(role) => self.role(role),
            ast::ItemKind::Domain(domain) => self.domain(domain),
            ast::ItemKind::Backfill(backfill) => self.backfill(backfill),
            ast::ItemKind::Legacy(legacy) => self.write(&line.word("legacy").name(legacy.name).title(legacy.title), 0),
            ast::ItemKind::Pair(pair) => {
                self.write(&line.word("pair").selector(pair.unaware).word("->").selector(pair.aware), 0);
            }
            ast::ItemKind::Surface(surface) => self.write(&line.surface(surface), 0),
            ast::ItemKind::Division(division) => {
                let line = line.word_if(division.home, "home").word("division");
                self.write(&line.name(division.name).title(division.title), 0);
            }
            ast::ItemKind::DivisionSet(set) => {
                self.write(&line.word("divisions").name(set.name).word("=").scope(&set.members), 0);
            }
            ast::ItemKind::Enforcement(enforcement) => {
                self.write(&line.word("enforcement").name(enforcement.name).title(enforcement.title), 0);
                let source = self.source;
                self.body(enforcement.clauses.iter().map(|clause| Line::new(source).enforcement_clause(clause)));
            }
            ast::ItemKind::License(license) => self.one_line(&line.license(license), &license.allowed_findings),
            ast::ItemKind::Group(group) => self.one_line(&line.group(group), &group.allowed_findings),
            ast::ItemKind::User(user) => self.one_line(&line.user(user), &user.allowed_findings),
            ast::ItemKind::Assignment(given) => self.one_line(&line.assignment(given), &given.allowed_findings),
            ast::ItemKind::Application(owner) => self.one_line(&line.application(owner), &owner.allowed_findings),
            ast::ItemKind::OldOption(old) => self.one_line(&line.old_option(old), &old.allowed_findings),
            ast::ItemKind::Object(object) => self.object(object, 0),
            ast::ItemKind::Never(never) => self.write(&line.never(never), 0),
            ast::ItemKind::Assert(assert) => self.write(&line.assertion(assert), 0),
            ast::ItemKind::Test(test) => {
                self.write(&line.word("test").title(Some(test.name)), 0);
                let source = self.source;
                self.body(test.clauses.iter().map(|clause| Line::new(source).test_clause(clause)));
            }
        }
    }

    /// Writes a declaration of one line, with what it silences in a body.
    fn one_line(&mut self, line: &Line<'s>, silenced: &[ast::AllowFinding]) {
        self.write(line, 0);
        if !silenced.is_empty() {
            let source = self.source;
            self.body(silenced.iter().map(|finding| Line::new(source).allow_finding(finding)));
        }
    }

    /// Writes a folder or object, whose lines and contents stay in the author's order.
    fn object(&mut self, object: &ast::Object, indent: usize) {
        self.write(&self.new_line().object(object), indent);
        let mut parts: Vec<(Span, ObjectPart<'_>)> = Vec::new();
        parts.extend(object.readers.iter().map(|readers| (readers.span, ObjectPart::Readers(readers))));
        parts.extend(object.inside.iter().map(|inside| (inside.span, ObjectPart::Inside(inside))));
        parts.extend(object.allowed_findings.iter().map(|finding| (finding.span, ObjectPart::Finding(finding))));
        parts.sort_by_key(|(span, _)| *span);
        if parts.is_empty() && !object.folder {
            return;
        }
        self.writer.open(indent);
        for (at, (_, part)) in parts.iter().enumerate() {
            self.writer.start(indent + STEP, at == 0);
            match part {
                ObjectPart::Readers(readers) => self.write(&self.new_line().readers(readers), indent + STEP),
                ObjectPart::Finding(finding) => self.write(&self.new_line().allow_finding(finding), indent + STEP),
                ObjectPart::Inside(inside) => self.object(inside, indent + STEP),
            }
        }
        self.writer.close(indent, parts.is_empty());
    }

    /// Writes what stands on a line that has begun.
    fn write(&mut self, line: &Line<'s>, indent: usize) {
        self.writer.pieces(line.pieces(), indent, 0);
    }

    /// Writes a body, a line for each of the given ones.
    fn body(&mut self, lines: impl Iterator<Item = Line<'s>>) {
        self.writer.open(0);
        let mut empty = true;
        for line in lines {
            self.writer.start(STEP, empty);
            self.write(&line, STEP);
            empty = false;
        }
        self.writer.close(0, empty);
    }

    fn role(&mut self, role: &ast::Role) {
        let line = match role.kind {
            ast::RoleKind::Custom => self.new_line().word("role"),
            ast::RoleKind::Default => self.new_line().word("default").word("role"),
            ast::RoleKind::Override => self.new_line().word("override"),
        };
        let line = line.name(role.name).title(role.title);
        let line = role.copies.iter().fold(line, |line, base| line.word("copies").name(*base));
        let line = if role.extends.is_empty() { line } else { line.word("extends").names(&role.extends) };
        self.write(&line, 0);
        let source = self.source;
        self.body(role.clauses.iter().map(|clause| Line::new(source).clause(clause)));
    }

    fn backfill(&mut self, backfill: &ast::Backfill) {
        let line = self.new_line().word("backfill").name(backfill.name).title(backfill.title);
        self.write(&line, 0);
        let source = self.source;
        self.body(backfill.clauses.iter().map(|clause| Line::new(source).backfill_clause(clause)));
    }

    // ----------------------------------------------------------------------------------- catalog

    fn domain(&mut self, domain: &ast::Domain) {
        let line = self.new_line().word_if(domain.correct, "correct").word("domain");
        self.write(&line.name(domain.name).title(domain.title).attributes(&domain.attributes), 0);
        self.writer.open(0);
        let mut entities = domain.entities.iter().peekable();
        let mut findings = domain.allowed_findings.iter().peekable();
        let mut empty = true;
        while entities.peek().is_some() || findings.peek().is_some() {
            self.writer.start(STEP, empty);
            empty = false;
            let entity = entities.next_if(|entity| findings.peek().is_none_or(|finding| entity.span < finding.span));
            if let Some(entity) = entity {
                self.entity(entity);
            } else if let Some(finding) = findings.next() {
                self.write(&self.new_line().allow_finding(finding), STEP);
            }
        }
        self.writer.close(0, empty);
    }

    fn entity(&mut self, entity: &ast::Entity) {
        let line = self.new_line().word("entity").name(entity.name).title(entity.title).attributes(&entity.attributes);
        self.write(&line, STEP);
        let one_line = self.stands_on_one_line(entity, STEP + line.width());
        self.writer.open(STEP);
        if one_line {
            for action in &entity.actions {
                self.bare_action(action);
            }
            return self.writer.word(Word { text: "}", span: None, glued: entity.actions.is_empty() }, STEP);
        }
        let indent = STEP + STEP;
        let mut before_bare = false;
        for (at, action) in entity.actions.iter().enumerate() {
            let bare = self.is_bare(action);
            let start = self.writer.offset(action.span.start);
            let width = action.name.text(self.source).chars().count() + 1;
            let commented = self.writer.next_comment(start).is_some();
            if !(bare && before_bare && !commented && self.writer.has_room(width) && !self.writer.blank_before(start)) {
                self.writer.start(indent, at == 0);
            }
            if bare {
                self.bare_action(action);
            } else {
                let line = self.new_line().word("action").name(action.name).title(action.title);
                self.write(&line.attributes(&action.attributes), indent);
            }
            before_bare = bare;
        }
        self.writer.close(STEP, entity.actions.is_empty());
    }

    fn bare_action(&mut self, action: &ast::Action) {
        let text = action.name.text(self.source);
        self.writer.word(Word { text, span: Some(action.name.span), glued: false }, STEP + STEP);
    }

    fn is_bare(&self, action: &ast::Action) -> bool {
        action.bare && !ATTRIBUTE_WORDS.contains(&action.name.text(self.source))
    }

    /// Whether an entity, with a head of that width, has only bare actions and all of them fit beside the head.
    fn stands_on_one_line(&self, entity: &ast::Entity, head: usize) -> bool {
        let names = entity.actions.iter().map(|action| action.name.text(self.source).chars().count() + 1).sum::<usize>();
        let start = |action: &ast::Action| self.writer.offset(action.span.start);
        (entity.actions.is_empty() || head + names + " { }".len() <= WIDTH)
            && self.writer.next_comment(self.writer.offset(entity.span.end)).is_none()
            && entity.actions.iter().all(|action| self.is_bare(action))
            && entity.actions.iter().skip(1).all(|action| !self.writer.blank_before(start(action)))
    }
}
