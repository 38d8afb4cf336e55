//! The syntax tree → the same declarations in plain strings, those of one kind in one list.
//!
//! Invariant: nothing is judged and nothing dropped; declarations stand in source order.

use rolec::source::Source;
use rolec::syntax::ast;

use crate::reference::catalog::{Fact, Type};
use crate::reference::conditions::{Condition, Value};
use crate::reference::read_later::Later;
use crate::reference::selectors::{Part, Selector};

/// Everything that the files declare.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    pub(crate) roles: Vec<Role>,
    pub(crate) backfills: Vec<Backfill>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) legacies: Vec<String>,
    pub(crate) pairs: Vec<(Selector, Selector)>,
    pub(crate) surfaces: Vec<Surface>,
    pub(crate) divisions: Vec<Division>,
    /// Enforcements, licences, subjects, objects and what must hold.
    pub(crate) later: Later,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Custom,
    Default,
    Override,
}

#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) faulty: bool,
    pub(crate) copies: Option<String>,
    pub(crate) extends: Vec<String>,
    pub(crate) allows: Vec<Allow>,
    pub(crate) excepts: Vec<Selector>,
    pub(crate) withins: Vec<Vec<String>>,
    pub(crate) created: Option<String>,
    pub(crate) required_roles: Vec<String>,
    pub(crate) required_licenses: Vec<String>,
    /// To everybody rather than to the creator, if it comes by itself.
    pub(crate) auto_assigned: Option<bool>,
    /// Only organisations created from this day on have it; with `true`, only those created after it.
    pub(crate) available: Option<(bool, String)>,
    /// What may stand once, by the word that says it; `requires` with what it requires.
    pub(crate) facts: Vec<String>,
    /// Whether a fact stands in it that an override can't state.
    pub(crate) vendor_fact: bool,
    pub(crate) allowed_findings: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Allow {
    pub(crate) selector: Selector,
    pub(crate) scope: Option<Vec<String>>,
    pub(crate) condition: Condition,
    pub(crate) since: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Backfill {
    pub(crate) name: String,
    pub(crate) faulty: bool,
    pub(crate) when: Option<When>,
    /// Absent: every role.
    pub(crate) roles: Option<Vec<String>>,
    pub(crate) additions: Vec<Selector>,
    pub(crate) on: Option<String>,
    pub(crate) regions: Vec<(String, String)>,
    pub(crate) optional: bool,
    pub(crate) done: bool,
    /// What may stand once; `region` with the region.
    pub(crate) facts: Vec<String>,
    pub(crate) allowed_findings: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct When {
    pub(crate) any: bool,
    pub(crate) explicitly: bool,
    pub(crate) triggers: Vec<Selector>,
}

#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) faulty: bool,
    pub(crate) correct: bool,
    /// (level, fact): the level is `domain`, `domain:entity` or the full permission.
    pub(crate) facts: Vec<(String, Fact)>,
    /// `domain:entity` of each entity in it.
    pub(crate) entities: Vec<String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) allowed_findings: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Surface {
    /// `topic`, `view`, or the method.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) requirement: Requirement,
}

#[derive(Debug)]
pub(crate) enum Requirement {
    Any(Vec<Selector>),
    All(Vec<Selector>),
    Open,
    Unstated,
}

/// A division or a set of divisions: they share one space of names.
#[derive(Debug)]
pub(crate) struct Division {
    pub(crate) name: String,
    pub(crate) home: bool,
    /// The members of a set; absent for a division.
    pub(crate) members: Option<Vec<String>>,
}

/// Reads nodes of one file.
pub(crate) struct Reader<'s> {
    pub(crate) source: &'s Source,
}

impl Declarations {
    /// Takes in the declarations of one file.
    pub(crate) fn read(&mut self, source: &Source, file: &ast::File) {
        let reader = Reader { source };
        for item in &file.items {
            match &item.kind {
                ast::ItemKind::Role(role) => self.roles.push(reader.role(role, item.faulty)),
                ast::ItemKind::Domain(domain) => self.domains.push(reader.domain(domain, item.faulty)),
                ast::ItemKind::Legacy(legacy) => self.legacies.push(reader.name(legacy.name)),
                ast::ItemKind::Pair(pair) => self.pairs.push((reader.selector(pair.unaware), reader.selector(pair.aware))),
                ast::ItemKind::Surface(surface) => self.surfaces.push(reader.surface(surface)),
                ast::ItemKind::Division(division) => {
                    self.divisions.push(Division { name: reader.name(division.name), home: division.home, members: None });
                }
                ast::ItemKind::DivisionSet(set) => self.divisions.push(Division {
                    name: reader.name(set.name),
                    home: false,
                    members: Some(reader.names(&set.members.names)),
                }),
                ast::ItemKind::Backfill(backfill) => self.backfills.push(reader.backfill(backfill, item.faulty)),
                _ => self.later.read(&reader, item),
            }
        }
    }
}

impl Reader<'_> {
    pub(crate) fn name(&self, name: ast::Name) -> String {
        name.text(self.source).to_owned()
    }

    pub(crate) fn names(&self, names: &[ast::Name]) -> Vec<String> {
        names.iter().map(|name| self.name(*name)).collect()
    }

    pub(crate) fn text(&self, text: ast::Text) -> String {
        text.value(self.source).into_owned()
    }

    pub(crate) fn selector(&self, selector: ast::Selector) -> Selector {
        let part = |part| match part {
            ast::Part::Any => Part::Any,
            ast::Part::One(name) => Part::One(self.name(name)),
            ast::Part::Set(names) => Part::Set(self.names(&names)),
        };
        match selector.parts(self.source) {
            ast::Parts::All => Selector::All,
            ast::Parts::Legacy(name) => Selector::Word(self.name(name)),
            ast::Parts::Full(domain, entity, action) => Selector::Parts([part(domain), part(entity), part(action)]),
            ast::Parts::Short => Selector::Broken,
        }
    }

    pub(crate) fn selectors(&self, selectors: &[ast::Selector]) -> Vec<Selector> {
        selectors.iter().map(|selector| self.selector(*selector)).collect()
    }

    fn role(&self, role: &ast::Role, faulty: bool) -> Role {
        let mut read = Role {
            kind: match role.kind {
                ast::RoleKind::Custom => Kind::Custom,
                ast::RoleKind::Default => Kind::Default,
                ast::RoleKind::Override => Kind::Override,
            },
            name: self.name(role.name),
            faulty,
            copies: role.copies.map(|base| self.name(base)),
            extends: self.names(&role.extends),
            allows: Vec::new(),
            excepts: Vec::new(),
            withins: Vec::new(),
            created: None,
            required_roles: Vec::new(),
            required_licenses: Vec::new(),
            auto_assigned: None,
            available: None,
            facts: Vec::new(),
            vendor_fact: false,
            allowed_findings: Vec::new(),
        };
        for clause in &role.clauses {
            self.clause(&clause.kind, &mut read);
        }
        read
    }

    fn clause(&self, clause: &ast::ClauseKind, role: &mut Role) {
        let fact = match clause {
            ast::ClauseKind::Allow(allow) => return role.allows.push(self.allow(allow)),
            ast::ClauseKind::Except(selector) => return role.excepts.push(self.selector(*selector)),
            ast::ClauseKind::AllowFinding(allow) => return role.allowed_findings.push(self.name(allow.code)),
            ast::ClauseKind::Within(scope) => {
                role.withins.push(self.names(&scope.names));
                return role.facts.push("within".to_owned());
            }
            ast::ClauseKind::Owner(_) => return role.facts.push("owner".to_owned()),
            ast::ClauseKind::Created(date) => {
                role.created.get_or_insert(date.day.to_string());
                "created".to_owned()
            }
            ast::ClauseKind::RequiresRole(name) => {
                role.required_roles.push(self.name(*name));
                format!("requires role {}", self.name(*name))
            }
            ast::ClauseKind::RequiresLicense(name) => {
                role.required_licenses.push(self.name(*name));
                format!("requires license {}", self.name(*name))
            }
            ast::ClauseKind::AutoAssigned { to_all } => {
                role.auto_assigned.get_or_insert(*to_all);
                "auto-assigned".to_owned()
            }
            ast::ClauseKind::Irremovable => "irremovable".to_owned(),
            ast::ClauseKind::Formerly(_) => "formerly".to_owned(),
            ast::ClauseKind::Available { after, date } => {
                role.available.get_or_insert((*after, date.day.to_string()));
                "available".to_owned()
            }
        };
        role.facts.push(fact);
        role.vendor_fact = true;
    }

    fn allow(&self, allow: &ast::Allow) -> Allow {
        Allow {
            selector: self.selector(allow.selector),
            scope: allow.scope.as_ref().map(|scope| self.names(&scope.names)),
            condition: allow.condition.as_ref().map_or(Condition::True, |condition| self.condition(condition)),
            since: allow.since.map(|date| date.day.to_string()),
        }
    }

    fn condition(&self, condition: &ast::Condition) -> Condition {
        match &condition.kind {
            ast::ConditionKind::And(operands) => Condition::And(operands.iter().map(|operand| self.condition(operand)).collect()),
            ast::ConditionKind::Or(operands) => Condition::Or(operands.iter().map(|operand| self.condition(operand)).collect()),
            ast::ConditionKind::Compare { variable, operator, value } => {
                Condition::Compare(self.name(*variable), operator.symbol(), self.value(*value))
            }
            ast::ConditionKind::In { variable, values } => {
                Condition::In(self.name(*variable), values.iter().map(|value| self.value(*value)).collect())
            }
        }
    }

    pub(crate) fn value(&self, value: ast::Value) -> Value {
        match value {
            ast::Value::String(text) => Value::String(self.text(text)),
            ast::Value::Number(span) => Value::Number(self.source.slice(span).to_owned()),
            ast::Value::Variable(name) => Value::Variable(self.name(name)),
        }
    }

    fn domain(&self, domain: &ast::Domain, faulty: bool) -> Domain {
        let name = self.name(domain.name);
        let mut facts = self.facts(&name, domain.title, &domain.attributes);
        let (mut entities, mut permissions) = (Vec::new(), Vec::new());
        for entity in &domain.entities {
            let entity_level = format!("{name}:{}", self.name(entity.name));
            facts.extend(self.facts(&entity_level, entity.title, &entity.attributes));
            for action in &entity.actions {
                let permission = format!("{entity_level}:{}", self.name(action.name));
                facts.extend(self.facts(&permission, action.title, &action.attributes));
                permissions.push(permission);
            }
            entities.push(entity_level);
        }
        let allowed_findings = domain.allowed_findings.iter().map(|allow| self.name(allow.code)).collect();
        Domain { name, faulty, correct: domain.correct, facts, entities, permissions, allowed_findings }
    }

    fn facts(&self, level: &str, title: Option<ast::Text>, attributes: &[ast::Attribute]) -> Vec<(String, Fact)> {
        let title = title.map(|title| Fact::Title(self.text(title)));
        let attributes = attributes.iter().map(|attribute| match &attribute.kind {
            ast::AttributeKind::Aware => Fact::Aware(true),
            ast::AttributeKind::Unaware => Fact::Aware(false),
            ast::AttributeKind::Deprecated { since, replacement } => {
                Fact::Deprecated(since.map(|date| date.day.to_string()), replacement.map(|selector| self.selector(selector)))
            }
            ast::AttributeKind::Since(date) => Fact::Since(date.day.to_string()),
            ast::AttributeKind::AnyConditions => Fact::AnyConditions,
            ast::AttributeKind::Conditions(variables) => Fact::Conditions(
                variables.iter().map(|variable| (self.name(variable.name), Type::of(variable.value_type))).collect(),
            ),
            ast::AttributeKind::Requires(selector) => Fact::Requires(self.selector(*selector)),
        });
        title.into_iter().chain(attributes).map(|fact| (level.to_owned(), fact)).collect()
    }

    fn surface(&self, surface: &ast::Surface) -> Surface {
        let kind = match surface.kind {
            ast::SurfaceKind::Endpoint { method } => self.name(method),
            ast::SurfaceKind::Topic => "topic".to_owned(),
            ast::SurfaceKind::View => "view".to_owned(),
        };
        Surface { kind, name: self.text(surface.name), requirement: self.requirement(&surface.requirement) }
    }

    pub(crate) fn requirement(&self, requirement: &ast::Requirement) -> Requirement {
        match requirement {
            ast::Requirement::Any(selectors) => Requirement::Any(self.selectors(selectors)),
            ast::Requirement::All(selectors) => Requirement::All(self.selectors(selectors)),
            ast::Requirement::Open => Requirement::Open,
            ast::Requirement::Unstated => Requirement::Unstated,
        }
    }

    fn backfill(&self, backfill: &ast::Backfill, faulty: bool) -> Backfill {
        let mut read = Backfill {
            name: self.name(backfill.name),
            faulty,
            when: None,
            roles: None,
            additions: Vec::new(),
            on: None,
            regions: Vec::new(),
            optional: false,
            done: false,
            facts: Vec::new(),
            allowed_findings: Vec::new(),
        };
        for clause in &backfill.clauses {
            self.backfill_clause(&clause.kind, &mut read);
        }
        read
    }

    fn backfill_clause(&self, clause: &ast::BackfillClauseKind, backfill: &mut Backfill) {
        match clause {
            ast::BackfillClauseKind::When { any, explicitly, triggers } => {
                backfill.facts.push("when".to_owned());
                let triggers = self.selectors(triggers);
                backfill.when.get_or_insert(When { any: *any, explicitly: *explicitly, triggers });
            }
            ast::BackfillClauseKind::Roles(names) => {
                backfill.facts.push("roles".to_owned());
                backfill.roles.get_or_insert(self.names(names));
            }
            ast::BackfillClauseKind::Add(selector) => backfill.additions.push(self.selector(*selector)),
            ast::BackfillClauseKind::On(day) => {
                backfill.facts.push("on".to_owned());
                backfill.on.get_or_insert(day.effective().to_string());
            }
            ast::BackfillClauseKind::Region { region, day } => {
                let region = self.name(*region);
                backfill.facts.push(format!("region {region}"));
                backfill.regions.push((region, day.effective().to_string()));
            }
            ast::BackfillClauseKind::Optional => backfill.optional = true,
            ast::BackfillClauseKind::Done => backfill.done = true,
            ast::BackfillClauseKind::See(_) => {}
            ast::BackfillClauseKind::AllowFinding(allow) => backfill.allowed_findings.push(self.name(allow.code)),
        }
    }
}
