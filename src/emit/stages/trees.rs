//! Syntax trees as text: what was read, without places.

mod assertions;
mod subjects;

use std::io::{self, Write};

use super::{Dump, keyword};
use crate::diagnostic::Sink;
use crate::source::{Source, Sources};
use crate::syntax::ast::{
    Action, AllowFinding, Attribute, AttributeKind, Backfill, BackfillClauseKind, ClauseKind, Condition, ConditionKind, Day,
    Domain, Entity, Item, ItemKind, Name, Requirement, Role, Scope, Selector, Surface, SurfaceKind, Text, Value,
};
use crate::syntax::parse;

/// Writes the syntax trees of all sources, parsed anew.
///
/// # Errors
///
/// Those of `out`.
pub fn ast(sources: &Sources, out: impl Write) -> io::Result<()> {
    let mut dump = Dump::new(out);
    for source in sources.files() {
        let file = parse::parse(source, &mut Sink::default());
        dump.node(format_args!("file {}", source.name), |dump| {
            let mut tree = Tree { source, dump };
            file.items.iter().try_for_each(|item| tree.item(item))?;
            file.comments
                .iter()
                .try_for_each(|comment| tree.dump.line(format_args!("comment {}", source.slice(*comment).trim_end())))
        })?;
    }
    Ok(())
}

/// Writes the syntax tree of one declaration.
///
/// # Errors
///
/// Those of `out`.
pub fn item(source: &Source, item: &Item, out: impl Write) -> io::Result<()> {
    Tree { source, dump: &mut Dump::new(out) }.item(item)
}

/// One file's tree.
struct Tree<'t, W> {
    source: &'t Source,
    dump: &'t mut Dump<W>,
}

impl<'t, W: Write> Tree<'t, W> {
    /// A line and what belongs to it.
    fn node(&mut self, text: &str, inside: impl FnOnce(&mut Tree<'_, W>) -> io::Result<()>) -> io::Result<()> {
        let source = self.source;
        self.dump.node(text, |dump| inside(&mut Tree { source, dump }))
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.dump.line(text)
    }

    fn text(&self, name: Name) -> &'t str {
        name.text(self.source)
    }

    fn title(&mut self, title: Option<Text>) -> io::Result<()> {
        title.map_or(Ok(()), |title| self.line(&format!("title {}", self.literal(title))))
    }

    fn literal(&self, text: Text) -> String {
        Text::literal(&text.value(self.source))
    }

    fn selector(&self, selector: Selector) -> String {
        selector.normal(self.source)
    }

    fn selectors(&mut self, word: &str, selectors: &[Selector]) -> io::Result<()> {
        selectors.iter().try_for_each(|selector| self.line(&format!("{word} {}", self.selector(*selector))))
    }

    fn names(&self, names: &[Name]) -> String {
        super::joined(names.iter().map(|name| self.text(*name)))
    }

    fn item(&mut self, item: &Item) -> io::Result<()> {
        let faulty = if item.faulty { "faulty " } else { "" };
        match &item.kind {
            ItemKind::Role(role) => self.role(faulty, role),
            ItemKind::Domain(domain) => self.domain(faulty, domain),
            ItemKind::Legacy(legacy) => {
                let text = format!("{faulty}legacy {}", self.text(legacy.name));
                self.node(&text, |tree| tree.title(legacy.title))
            }
            ItemKind::Pair(pair) => {
                let (unaware, aware) = (self.selector(pair.unaware), self.selector(pair.aware));
                self.line(&format!("{faulty}pair {unaware} -> {aware}"))
            }
            ItemKind::Surface(surface) => self.surface(faulty, surface),
            ItemKind::Division(division) => {
                let home = if division.home { "home " } else { "" };
                let text = format!("{faulty}{home}division {}", self.text(division.name));
                self.node(&text, |tree| tree.title(division.title))
            }
            ItemKind::DivisionSet(set) => {
                let text = format!("{faulty}divisions {}", self.text(set.name));
                self.node(&text, |tree| tree.scope("member", &set.members))
            }
            ItemKind::Backfill(backfill) => self.backfill(faulty, backfill),
            ItemKind::Enforcement(enforcement) => self.enforcement(faulty, enforcement),
            ItemKind::License(license) => self.license(faulty, license),
            ItemKind::Group(group) => self.group(faulty, group),
            ItemKind::User(user) => self.user(faulty, user),
            ItemKind::Assignment(assignment) => self.assignment(faulty, assignment),
            ItemKind::Application(application) => self.application(faulty, application),
            ItemKind::OldOption(old) => self.old_option(faulty, old),
            ItemKind::Object(object) => self.object(faulty, object),
            ItemKind::Never(never) => self.never(faulty, never),
            ItemKind::Assert(assert) => self.assertion(faulty, assert),
            ItemKind::Test(test) => self.test(faulty, test),
        }
    }

    fn each(&mut self, word: &str, names: &[Name]) -> io::Result<()> {
        names.iter().try_for_each(|name| self.line(&format!("{word} {}", self.text(*name))))
    }

    fn scope(&mut self, word: &str, scope: &Scope) -> io::Result<()> {
        scope.names.iter().try_for_each(|name| self.line(&format!("{word} {}", self.text(*name))))
    }

    fn domain(&mut self, faulty: &str, domain: &Domain) -> io::Result<()> {
        let word = if domain.correct { "correct domain" } else { "domain" };
        let text = format!("{faulty}{word} {}", self.text(domain.name));
        self.node(&text, |tree| {
            tree.title(domain.title)?;
            domain.attributes.iter().try_for_each(|attribute| tree.attribute(attribute))?;
            domain.entities.iter().try_for_each(|entity| tree.entity(entity))?;
            domain.allowed_findings.iter().try_for_each(|allowed| tree.allow_finding(*allowed))
        })
    }

    fn entity(&mut self, entity: &Entity) -> io::Result<()> {
        let text = format!("entity {}", self.text(entity.name));
        self.node(&text, |tree| {
            tree.title(entity.title)?;
            entity.attributes.iter().try_for_each(|attribute| tree.attribute(attribute))?;
            entity.actions.iter().try_for_each(|action| tree.action(action))
        })
    }

    fn action(&mut self, action: &Action) -> io::Result<()> {
        let text = format!("action {}{}", self.text(action.name), if action.bare { " bare" } else { "" });
        self.node(&text, |tree| {
            tree.title(action.title)?;
            action.attributes.iter().try_for_each(|attribute| tree.attribute(attribute))
        })
    }

    fn attribute(&mut self, attribute: &Attribute) -> io::Result<()> {
        match &attribute.kind {
            AttributeKind::Aware => self.line("division-aware"),
            AttributeKind::Unaware => self.line("division-unaware"),
            AttributeKind::Deprecated { since, replacement } => self.node("deprecated", |tree| {
                tree.dump.fact("since", since.map(|date| date.day))?;
                tree.dump.fact("use", replacement.map(|selector| selector.normal(tree.source)))
            }),
            AttributeKind::Since(date) => self.line(&format!("since {}", date.day)),
            AttributeKind::AnyConditions => self.line("conditions any"),
            AttributeKind::Conditions(variables) => self.node("conditions", |tree| {
                variables
                    .iter()
                    .try_for_each(|variable| tree.line(&format!("{} {}", variable.value_type.name(), tree.text(variable.name))))
            }),
            AttributeKind::Requires(selector) => self.selectors("requires", &[*selector]),
        }
    }

    fn surface(&mut self, faulty: &str, surface: &Surface) -> io::Result<()> {
        let kind = match surface.kind {
            SurfaceKind::Endpoint { method } => format!("endpoint {}", self.text(method)),
            SurfaceKind::Topic => "topic".to_owned(),
            SurfaceKind::View => "view".to_owned(),
        };
        let text = format!("{faulty}{kind} {}", self.literal(surface.name));
        self.node(&text, |tree| {
            tree.requirement(&surface.requirement)?;
            if surface.or_self { tree.line("or self") } else { Ok(()) }
        })
    }

    fn requirement(&mut self, requirement: &Requirement) -> io::Result<()> {
        match requirement {
            Requirement::Any(selectors) => self.selectors("any", selectors),
            Requirement::All(selectors) => self.selectors("all", selectors),
            Requirement::Open => self.line("open"),
            Requirement::Unstated => self.line("unstated"),
        }
    }

    fn role(&mut self, faulty: &str, role: &Role) -> io::Result<()> {
        let text = format!("{faulty}{} {}", keyword(role.kind), self.text(role.name));
        self.node(&text, |tree| {
            tree.title(role.title)?;
            tree.dump.fact("copies", role.copies.map(|name| name.text(tree.source)))?;
            role.extends.iter().try_for_each(|name| tree.line(&format!("extends {}", tree.text(*name))))?;
            role.clauses.iter().try_for_each(|clause| tree.clause(&clause.kind))
        })
    }

    fn clause(&mut self, clause: &ClauseKind) -> io::Result<()> {
        match clause {
            ClauseKind::Allow(allow) => {
                let text = format!("allow {}", self.selector(allow.selector));
                self.node(&text, |tree| {
                    allow.scope.as_ref().map_or(Ok(()), |scope| tree.scope("in", scope))?;
                    if let Some(condition) = &allow.condition {
                        tree.node("where", |tree| tree.condition(condition))?;
                    }
                    tree.dump.fact("since", allow.since.map(|date| date.day))
                })
            }
            ClauseKind::Except(selector) => self.selectors("except", &[*selector]),
            ClauseKind::Within(scope) => self.node("within", |tree| tree.scope("in", scope)),
            ClauseKind::Created(date) => self.line(&format!("created {}", date.day)),
            ClauseKind::RequiresRole(name) => self.line(&format!("requires role {}", self.text(*name))),
            ClauseKind::RequiresLicense(name) => self.line(&format!("requires license {}", self.text(*name))),
            ClauseKind::AutoAssigned { to_all } => {
                self.line(if *to_all { "auto-assigned to all" } else { "auto-assigned to creator" })
            }
            ClauseKind::Irremovable => self.line("irremovable"),
            ClauseKind::Formerly(names) => {
                names.iter().try_for_each(|name| self.line(&format!("formerly {}", self.literal(*name))))
            }
            ClauseKind::Available { after, date } => {
                self.line(&format!("available {} {}", if *after { "after" } else { "from" }, date.day))
            }
            ClauseKind::Owner(owner) => self.line(&format!("owner {}", self.literal(*owner))),
            ClauseKind::AllowFinding(allowed) => self.allow_finding(*allowed),
        }
    }

    fn allow_finding(&mut self, allowed: AllowFinding) -> io::Result<()> {
        self.line(&format!("allow-finding {} {}", self.text(allowed.code), self.literal(allowed.reason)))
    }

    /// Conditions are bounded in depth where they are parsed.
    fn condition(&mut self, condition: &Condition) -> io::Result<()> {
        match &condition.kind {
            ConditionKind::And(operands) => {
                self.node("and", |tree| operands.iter().try_for_each(|operand| tree.condition(operand)))
            }
            ConditionKind::Or(operands) => {
                self.node("or", |tree| operands.iter().try_for_each(|operand| tree.condition(operand)))
            }
            ConditionKind::Compare { variable, operator, value } => {
                self.line(&format!("{} {} {}", self.text(*variable), operator.symbol(), self.value(*value)))
            }
            ConditionKind::In { variable, values } => {
                let text = format!("{} in", self.text(*variable));
                self.node(&text, |tree| values.iter().try_for_each(|value| tree.line(&tree.value(*value))))
            }
        }
    }

    fn value(&self, value: Value) -> String {
        match value {
            Value::String(text) => self.literal(text),
            Value::Number(span) => self.source.slice(span).to_owned(),
            Value::Variable(name) => self.text(name).to_owned(),
        }
    }

    fn backfill(&mut self, faulty: &str, backfill: &Backfill) -> io::Result<()> {
        let text = format!("{faulty}backfill {}", self.text(backfill.name));
        self.node(&text, |tree| {
            tree.title(backfill.title)?;
            backfill.clauses.iter().try_for_each(|clause| tree.backfill_clause(&clause.kind))
        })
    }

    fn backfill_clause(&mut self, clause: &BackfillClauseKind) -> io::Result<()> {
        match clause {
            BackfillClauseKind::When { any, explicitly, triggers } => {
                let (any, explicitly) = (if *any { " any" } else { "" }, if *explicitly { " explicitly" } else { "" });
                self.node(&format!("when{any}{explicitly}"), |tree| tree.selectors("holds", triggers))
            }
            BackfillClauseKind::Roles(names) => self.line(&format!("roles {}", self.names(names))),
            BackfillClauseKind::Add(selector) => self.selectors("add", &[*selector]),
            BackfillClauseKind::On(on) => self.line(&format!("on {}", day(*on))),
            BackfillClauseKind::Region { region, day: on } => {
                self.line(&format!("region {} on {}", self.text(*region), day(*on)))
            }
            BackfillClauseKind::Optional => self.line("optional"),
            BackfillClauseKind::Done => self.line("done"),
            BackfillClauseKind::See(text) => self.line(&format!("see {}", self.literal(*text))),
            BackfillClauseKind::AllowFinding(allowed) => self.allow_finding(*allowed),
        }
    }
}

/// A day as written.
fn day(day: Day) -> String {
    let estimated = if day.estimated { "no sooner than " } else { "" };
    let last = day.last.map(|last| format!("..{}", last.day)).unwrap_or_default();
    format!("{estimated}{}{last}", day.first.day)
}
