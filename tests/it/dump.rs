//! A tree → a text without places: two files that say the same in the same order have the same dump.

use rolec::source::Source;
use rolec::syntax::ast;

/// The declarations of a file, one node a line, then its comments.
pub(crate) fn dump(source: &Source, file: &ast::File) -> String {
    let mut dumper = Dumper { source, text: String::new() };
    for item in &file.items {
        dumper.line(0, &format!("{}{}", if item.faulty { "faulty " } else { "" }, dumper.head(&item.kind)));
        dumper.body(item);
    }
    for comment in &file.comments {
        dumper.line(0, &format!("comment {}", source.slice(*comment).trim_end()));
    }
    dumper.text
}

struct Dumper<'s> {
    source: &'s Source,
    text: String,
}

impl Dumper<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn names(&self, names: &[ast::Name]) -> String {
        names.iter().map(|name| name.text(self.source)).collect::<Vec<_>>().join(", ")
    }

    fn texts(&self, texts: &[ast::Text]) -> String {
        texts.iter().map(|text| format!("{:?}", text.value(self.source))).collect::<Vec<_>>().join(", ")
    }

    fn title(&self, title: Option<ast::Text>) -> String {
        title.map_or_else(String::new, |title| format!(" titled {:?}", title.value(self.source)))
    }

    /// A selector by its parts, so that blanks inside braces do not count.
    fn selector(&self, selector: ast::Selector) -> String {
        let part = |part: &ast::Part| match part {
            ast::Part::Any => "*".to_owned(),
            ast::Part::One(name) => name.text(self.source).to_owned(),
            ast::Part::Set(names) => format!("{{{}}}", self.names(names)),
        };
        match selector.parts(self.source) {
            ast::Parts::All => "*".to_owned(),
            ast::Parts::Legacy(name) => name.text(self.source).to_owned(),
            ast::Parts::Full(domain, entity, action) => format!("{}:{}:{}", part(&domain), part(&entity), part(&action)),
            ast::Parts::Short => format!("short {}", selector.text(self.source)),
        }
    }

    fn selectors(&self, selectors: &[ast::Selector]) -> String {
        selectors.iter().map(|selector| self.selector(*selector)).collect::<Vec<_>>().join(", ")
    }

    fn head(&self, item: &ast::ItemKind) -> String {
        let name = |name: ast::Name| name.text(self.source).to_owned();
        match item {
            ast::ItemKind::Role(role) => {
                let copies = role.copies.map_or_else(String::new, |base| format!(" copies {}", name(base)));
                let extends = self.names(&role.extends);
                format!("role {:?} {}{}{copies} extends [{extends}]", role.kind, name(role.name), self.title(role.title))
            }
            ast::ItemKind::Domain(domain) => {
                let attributes = self.attributes(&domain.attributes);
                let correct = if domain.correct { "correct " } else { "" };
                format!("{correct}domain {}{}{attributes}", name(domain.name), self.title(domain.title))
            }
            ast::ItemKind::Legacy(legacy) => format!("legacy {}{}", name(legacy.name), self.title(legacy.title)),
            ast::ItemKind::Pair(pair) => format!("pair {} -> {}", self.selector(pair.unaware), self.selector(pair.aware)),
            ast::ItemKind::Surface(surface) => self.surface(surface),
            ast::ItemKind::Division(division) => {
                let home = if division.home { "home " } else { "" };
                format!("{home}division {}{}", name(division.name), self.title(division.title))
            }
            ast::ItemKind::DivisionSet(set) => format!("divisions {} = {}", name(set.name), self.names(&set.members.names)),
            ast::ItemKind::Backfill(backfill) => format!("backfill {}{}", name(backfill.name), self.title(backfill.title)),
            _ => "as the stage shows it".to_owned(),
        }
    }

    fn surface(&self, surface: &ast::Surface) -> String {
        let kind = match surface.kind {
            ast::SurfaceKind::Endpoint { method } => format!("endpoint {}", method.text(self.source)),
            ast::SurfaceKind::Topic => "topic".to_owned(),
            ast::SurfaceKind::View => "view".to_owned(),
        };
        let requirement = match &surface.requirement {
            ast::Requirement::Any(selectors) => format!("any {}", self.selectors(selectors)),
            ast::Requirement::All(selectors) => format!("all {}", self.selectors(selectors)),
            ast::Requirement::Open => "open".to_owned(),
            ast::Requirement::Unstated => "unstated".to_owned(),
        };
        let or_self = if surface.or_self { " or self" } else { "" };
        format!("{kind} {:?} {requirement}{or_self}", surface.name.value(self.source))
    }

    fn body(&mut self, item: &ast::Item) {
        match &item.kind {
            ast::ItemKind::Role(role) => {
                for clause in &role.clauses {
                    let line = self.clause(&clause.kind);
                    self.line(1, &line);
                }
            }
            ast::ItemKind::Backfill(backfill) => {
                for clause in &backfill.clauses {
                    let line = self.backfill_clause(&clause.kind);
                    self.line(1, &line);
                }
            }
            ast::ItemKind::Domain(domain) => self.entities(domain),
            ast::ItemKind::Legacy(_)
            | ast::ItemKind::Pair(_)
            | ast::ItemKind::Surface(_)
            | ast::ItemKind::Division(_)
            | ast::ItemKind::DivisionSet(_) => {}
            _ => {
                let mut tree = Vec::new();
                rolec::emit::stages::item(self.source, item, &mut tree).expect("a vector takes all");
                self.text.push_str(&String::from_utf8(tree).expect("a dump is text"));
            }
        }
    }

    fn entities(&mut self, domain: &ast::Domain) {
        for entity in &domain.entities {
            let name = entity.name.text(self.source);
            let line = format!("entity {name}{}{}", self.title(entity.title), self.attributes(&entity.attributes));
            self.line(1, &line);
            for action in &entity.actions {
                let (word, name) = (if action.bare { "bare" } else { "action" }, action.name.text(self.source));
                let line = format!("{word} {name}{}{}", self.title(action.title), self.attributes(&action.attributes));
                self.line(2, &line);
            }
        }
        for allow in &domain.allowed_findings {
            let line = self.allow_finding(*allow);
            self.line(1, &line);
        }
    }

    fn attributes(&self, attributes: &[ast::Attribute]) -> String {
        attributes.iter().map(|attribute| format!(" {}", self.attribute(&attribute.kind))).collect::<Vec<_>>().concat()
    }

    fn attribute(&self, attribute: &ast::AttributeKind) -> String {
        match attribute {
            ast::AttributeKind::Aware => "aware".to_owned(),
            ast::AttributeKind::Unaware => "unaware".to_owned(),
            ast::AttributeKind::Deprecated { since, replacement } => {
                let since = since.map_or_else(String::new, |date| format!(" since {}", date.day));
                let replacement = replacement.map_or_else(String::new, |selector| format!(" use {}", self.selector(selector)));
                format!("deprecated({since}{replacement} )")
            }
            ast::AttributeKind::Since(date) => format!("since {}", date.day),
            ast::AttributeKind::AnyConditions => "conditions any".to_owned(),
            ast::AttributeKind::Conditions(variables) => {
                let variable =
                    |variable: &ast::Variable| format!(" {}: {:?}", variable.name.text(self.source), variable.value_type);
                format!("conditions({} )", variables.iter().map(variable).collect::<String>())
            }
            ast::AttributeKind::Requires(selector) => format!("requires {}", self.selector(*selector)),
        }
    }

    fn allow_finding(&self, allow: ast::AllowFinding) -> String {
        format!("allow-finding {} {:?}", allow.code.text(self.source), allow.reason.value(self.source))
    }

    fn clause(&self, clause: &ast::ClauseKind) -> String {
        match clause {
            ast::ClauseKind::Allow(allow) => {
                let scope = allow.scope.as_ref().map_or_else(String::new, |scope| format!(" in {}", self.names(&scope.names)));
                let condition = allow
                    .condition
                    .as_ref()
                    .map_or_else(String::new, |condition| format!(" where {}", self.condition(condition)));
                let since = allow.since.map_or_else(String::new, |date| format!(" since {}", date.day));
                format!("allow {}{scope}{condition}{since}", self.selector(allow.selector))
            }
            ast::ClauseKind::Except(selector) => format!("except {}", self.selector(*selector)),
            ast::ClauseKind::Within(scope) => format!("within {}", self.names(&scope.names)),
            ast::ClauseKind::Created(date) => format!("created {}", date.day),
            ast::ClauseKind::RequiresRole(name) => format!("requires role {}", name.text(self.source)),
            ast::ClauseKind::RequiresLicense(name) => format!("requires license {}", name.text(self.source)),
            ast::ClauseKind::AutoAssigned { to_all } => format!("auto-assigned {to_all}"),
            ast::ClauseKind::Irremovable => "irremovable".to_owned(),
            ast::ClauseKind::Formerly(texts) => format!("formerly {}", self.texts(texts)),
            ast::ClauseKind::Available { after, date } => format!("available {after} {}", date.day),
            ast::ClauseKind::Owner(text) => format!("owner {}", self.texts(&[*text])),
            ast::ClauseKind::AllowFinding(allow) => self.allow_finding(*allow),
        }
    }

    /// A condition with parentheses around everything that is joined.
    fn condition(&self, condition: &ast::Condition) -> String {
        let join = |operands: &[ast::Condition], word: &str| {
            format!("({})", operands.iter().map(|operand| self.condition(operand)).collect::<Vec<_>>().join(word))
        };
        match &condition.kind {
            ast::ConditionKind::And(operands) => join(operands, " and "),
            ast::ConditionKind::Or(operands) => join(operands, " or "),
            ast::ConditionKind::Compare { variable, operator, value } => {
                format!("{} {} {}", variable.text(self.source), operator.symbol(), self.value(*value))
            }
            ast::ConditionKind::In { variable, values } => {
                let values: Vec<String> = values.iter().map(|value| self.value(*value)).collect();
                format!("{} in [{}]", variable.text(self.source), values.join(", "))
            }
        }
    }

    fn value(&self, value: ast::Value) -> String {
        match value {
            ast::Value::String(text) => format!("{:?}", text.value(self.source)),
            ast::Value::Number(span) => format!("number {}", self.source.slice(span)),
            ast::Value::Variable(name) => name.text(self.source).to_owned(),
        }
    }

    fn backfill_clause(&self, clause: &ast::BackfillClauseKind) -> String {
        match clause {
            ast::BackfillClauseKind::When { any, explicitly, triggers } => {
                format!("when any={any} explicitly={explicitly} {}", self.selectors(triggers))
            }
            ast::BackfillClauseKind::Roles(names) => format!("roles {}", self.names(names)),
            ast::BackfillClauseKind::Add(selector) => format!("add {}", self.selector(*selector)),
            ast::BackfillClauseKind::On(day) => format!("on {}", day_text(*day)),
            ast::BackfillClauseKind::Region { region, day } => format!("region {} {}", region.text(self.source), day_text(*day)),
            ast::BackfillClauseKind::Optional => "optional".to_owned(),
            ast::BackfillClauseKind::Done => "done".to_owned(),
            ast::BackfillClauseKind::See(text) => format!("see {}", self.texts(&[*text])),
            ast::BackfillClauseKind::AllowFinding(allow) => self.allow_finding(*allow),
        }
    }
}

fn day_text(day: ast::Day) -> String {
    let last = day.last.map_or_else(String::new, |last| format!("..{}", last.day));
    format!("estimated={} {}{last}", day.estimated, day.first.day)
}
