//! Which constructs of the language a parsed project has: seen in the trees, whatever the generator meant.

mod later;

use std::collections::{BTreeMap, BTreeSet};

use rolec::source::Source;
use rolec::syntax::ast;

macro_rules! constructs {
    ($($name:ident),+ $(,)?) => {
        /// The constructs of the language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Construct { $($name),+ }

        /// All of them.
        pub(crate) const ALL: &[Construct] = &[$(Construct::$name),+];
    };
}

constructs! {
    Comment, Documentation, Escape,
    Domain, ReopenedDomain, DomainTitle, DomainAware, DomainUnaware, CorrectDomain, DomainAllowFinding,
    Entity, EntityTitle, EntityAware, EntityUnaware, BareAction, Action, ActionTitle, ActionAware, ActionUnaware,
    Deprecated, DeprecatedSince, DeprecatedUse, DeprecatedSinceUse, SinceAttribute,
    ConditionsAny, ConditionsString, ConditionsNumber, ConditionsSeveral, Requires, RequiresSeveral,
    Legacy, LegacyTitle, Pair,
    Endpoint, Topic, View, AnyOf, AllOf, Open, Unstated, OrSelf,
    Division, DivisionTitle, HomeDivision, DivisionSet, SetOfSets,
    CustomRole, DefaultRole, Override, OverrideWithin, OverrideAllow, OverrideExcept, RoleTitle, Copies, CopiesAndExtends, Extends, ExtendsSeveral, Diamond,
    Allow, Except, ExceptWildcard, Within, WithinAll, WithinSeveral, In, InAll, InSeveral, Where, AllowSince, InWhere, InSince, WhereSince,
    SelectAll, SelectLegacy, SelectOne, SelectDomain, SelectEntity, SelectAnyEntity, SelectAnyDomain, SelectSet, SelectTwoSets,
    SelectSetAny, SetEndsInComma, ExceptOne, ExceptSet,
    Equal, AtLeast, Above, AtMost, Below, OneOf, OneOfOne, And, Or, Mixed, StringValue, NumberValue, VariableValue,
    Created, RequiresRole, RequiresLicense, AssignedToAll, AssignedToCreator, Irremovable, FormerlyOne, FormerlySeveral,
    AvailableFrom, AvailableAfter, Owner, RoleAllowFinding,
    Backfill, BackfillTitle, When, WhenAll, WhenAny, WhenExplicitly, WhenAnyExplicitly, NoWhen, RolesDefault, RolesCustom, RolesNamed, NoRoles,
    AddOne, AddSeveral, AddWildcard, OnDay, Window, NoSoonerThan, RegionDay, RegionWindow, RegionNoSoonerThan, RegionAlone, Optional, Done, See, BackfillAllowFinding,
    Enforcement, EnforcementTitle, GuardEndpoint, GuardTopic, GuardView, GuardEveryTopic, GuardEveryView, GuardsSeveral, AfterBackfill,
    AfterBackfillAlone, FormerlyAny, FormerlyAll, FormerlyOpen, FromDay, FromRegion, Grace, EnforcementSee, EnforcementAllowFinding,
    LicenseOrder, LicenseTitle, LicenseNeeds, LicenseUnwanted, LicenseAllowFinding, AddonLicense, AddonNeeds,
    Group, GroupTitle, GroupMember, GroupRequires, User, UserTitle, UserCreator, UserMember,
    AssignToGroup, AssignToUser, AssignToSeveral, AssignAtHome, AssignIn, AssignInAll, SubjectAllowFinding,
    Application, ApplicationTitle, OwnsSeveral, FullAccess, OldOption,
    Folder, FolderInFolder, Object, ObjectInFolder, Propagate, ObjectGuards, ReadGroups, ReadAll, ReadAllExcept, ObjectAllowFinding,
    Never, NeverTitle, NeverWithSeveral,
    AssertCan, AssertCannot, AssertLicense, AssertOfRole, AssertOfGroup, AssertOfUser, AssertIn, AssertAt, AssertRegion,
    Test, AsRole, AsRoleIn, AsGroup, AsUser, ExpectAllow, ExpectDeny, ExpectIn, ExpectWith, ExpectAt, ExpectRegion, ExpectAtRegion,
    TargetPermission, TargetWildcard, TargetEndpoint, TargetTopic, TargetView, TargetObject,
}

/// The constructs in the files of a project.
pub(crate) fn constructs(files: &[(&Source, ast::File)]) -> BTreeSet<Construct> {
    let mut found = shapes(files);
    for (source, file) in files {
        let mut finder = Finder { source, found: BTreeSet::new() };
        for comment in &file.comments {
            let text = source.slice(*comment);
            let is_documentation = text.starts_with("///") && !text.starts_with("////");
            finder.mark(if is_documentation { Construct::Documentation } else { Construct::Comment }, true);
        }
        for item in &file.items {
            finder.item(&item.kind);
        }
        found.extend(finder.found);
    }
    found
}

/// What only several declarations together show.
fn shapes(files: &[(&Source, ast::File)]) -> BTreeSet<Construct> {
    let mut found = BTreeSet::new();
    let mut domains = BTreeSet::new();
    let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut sets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let items = files.iter().flat_map(|(source, file)| file.items.iter().map(move |item| (*source, &item.kind)));
    for (source, item) in items {
        match item {
            ast::ItemKind::Domain(domain) if !domain.correct && !domains.insert(domain.name.text(source)) => {
                found.insert(Construct::ReopenedDomain);
            }
            ast::ItemKind::Role(role) if role.kind != ast::RoleKind::Override => {
                let above = role.copies.iter().chain(&role.extends).map(|name| name.text(source));
                parents.insert(role.name.text(source), above.collect());
            }
            ast::ItemKind::DivisionSet(set) => {
                sets.insert(set.name.text(source), set.members.names.iter().map(|name| name.text(source)).collect());
            }
            _ => {}
        }
    }
    if sets.values().flatten().any(|member| sets.contains_key(member)) {
        found.insert(Construct::SetOfSets);
    }
    if parents.keys().any(|role| has_two_ways_up(role, &parents)) {
        found.insert(Construct::Diamond);
    }
    found
}

/// Whether some ancestor of a role is reached through two of its parents.
fn has_two_ways_up(role: &str, parents: &BTreeMap<&str, Vec<&str>>) -> bool {
    let mut met = BTreeSet::new();
    parents[role].iter().any(|parent| {
        let mut reached = BTreeSet::from([*parent]);
        let mut open = vec![*parent];
        while let Some(next) = open.pop() {
            open.extend(parents.get(next).into_iter().flatten().filter(|name| reached.insert(name)));
        }
        let is_joined = !met.is_disjoint(&reached);
        met.extend(reached);
        is_joined
    })
}

struct Finder<'s> {
    source: &'s Source,
    found: BTreeSet<Construct>,
}

impl Finder<'_> {
    fn mark(&mut self, construct: Construct, is_there: bool) {
        if is_there {
            self.found.insert(construct);
        }
    }

    fn title(&mut self, title: Option<ast::Text>, construct: Construct) {
        if let Some(title) = title {
            self.mark(construct, true);
            self.mark(Construct::Escape, self.source.slice(title.span).contains('\\'));
        }
    }

    fn item(&mut self, item: &ast::ItemKind) {
        match item {
            ast::ItemKind::Role(role) => self.role(role),
            ast::ItemKind::Domain(domain) => self.domain(domain),
            ast::ItemKind::Legacy(legacy) => {
                self.mark(Construct::Legacy, true);
                self.title(legacy.title, Construct::LegacyTitle);
            }
            ast::ItemKind::Pair(_) => self.mark(Construct::Pair, true),
            ast::ItemKind::Surface(surface) => self.surface(surface),
            ast::ItemKind::Division(division) => {
                self.mark(Construct::Division, true);
                self.mark(Construct::HomeDivision, division.home);
                self.title(division.title, Construct::DivisionTitle);
            }
            ast::ItemKind::DivisionSet(_) => self.mark(Construct::DivisionSet, true),
            ast::ItemKind::Backfill(backfill) => self.backfill(backfill),
            _ => self.later(item),
        }
    }

    fn domain(&mut self, domain: &ast::Domain) {
        self.mark(if domain.correct { Construct::CorrectDomain } else { Construct::Domain }, true);
        self.title(domain.title, Construct::DomainTitle);
        self.attributes(&domain.attributes, [Construct::DomainAware, Construct::DomainUnaware]);
        self.mark(Construct::DomainAllowFinding, !domain.allowed_findings.is_empty());
        for entity in &domain.entities {
            self.mark(Construct::Entity, true);
            self.title(entity.title, Construct::EntityTitle);
            self.attributes(&entity.attributes, [Construct::EntityAware, Construct::EntityUnaware]);
            for action in &entity.actions {
                self.mark(if action.bare { Construct::BareAction } else { Construct::Action }, true);
                self.title(action.title, Construct::ActionTitle);
                self.attributes(&action.attributes, [Construct::ActionAware, Construct::ActionUnaware]);
            }
        }
    }

    fn attributes(&mut self, attributes: &[ast::Attribute], awareness: [Construct; 2]) {
        for attribute in attributes {
            let construct = match &attribute.kind {
                ast::AttributeKind::Aware => awareness[0],
                ast::AttributeKind::Unaware => awareness[1],
                ast::AttributeKind::Deprecated { since, replacement } => match (since, replacement) {
                    (None, None) => Construct::Deprecated,
                    (Some(_), None) => Construct::DeprecatedSince,
                    (None, Some(_)) => Construct::DeprecatedUse,
                    (Some(_), Some(_)) => Construct::DeprecatedSinceUse,
                },
                ast::AttributeKind::Since(_) => Construct::SinceAttribute,
                ast::AttributeKind::AnyConditions => Construct::ConditionsAny,
                ast::AttributeKind::Conditions(variables) => {
                    self.mark(
                        Construct::ConditionsString,
                        variables.iter().any(|variable| variable.value_type == ast::ValueType::String),
                    );
                    self.mark(
                        Construct::ConditionsNumber,
                        variables.iter().any(|variable| variable.value_type == ast::ValueType::Number),
                    );
                    self.mark(Construct::ConditionsSeveral, variables.len() > 1);
                    continue;
                }
                ast::AttributeKind::Requires(selector) => match selector.parts(self.source) {
                    ast::Parts::Legacy(_) | ast::Parts::Full(ast::Part::One(_), ast::Part::One(_), ast::Part::One(_)) => {
                        Construct::Requires
                    }
                    _ => Construct::RequiresSeveral,
                },
            };
            self.mark(construct, true);
        }
    }

    fn surface(&mut self, surface: &ast::Surface) {
        let kind = match surface.kind {
            ast::SurfaceKind::Endpoint { .. } => Construct::Endpoint,
            ast::SurfaceKind::Topic => Construct::Topic,
            ast::SurfaceKind::View => Construct::View,
        };
        let requirement = match surface.requirement {
            ast::Requirement::Any(_) => Construct::AnyOf,
            ast::Requirement::All(_) => Construct::AllOf,
            ast::Requirement::Open => Construct::Open,
            ast::Requirement::Unstated => Construct::Unstated,
        };
        self.mark(kind, true);
        self.mark(requirement, true);
        self.mark(Construct::OrSelf, surface.or_self);
    }

    fn role(&mut self, role: &ast::Role) {
        let kind = match role.kind {
            ast::RoleKind::Custom => Construct::CustomRole,
            ast::RoleKind::Default => Construct::DefaultRole,
            ast::RoleKind::Override => Construct::Override,
        };
        self.mark(kind, true);
        self.title(role.title, Construct::RoleTitle);
        self.mark(Construct::Copies, role.copies.is_some());
        self.mark(Construct::CopiesAndExtends, role.copies.is_some() && !role.extends.is_empty());
        self.mark(Construct::Extends, !role.extends.is_empty());
        self.mark(Construct::ExtendsSeveral, role.extends.len() > 1);
        for clause in &role.clauses {
            self.clause(&clause.kind);
            if role.kind == ast::RoleKind::Override {
                self.override_clause(&clause.kind);
            }
        }
    }

    fn override_clause(&mut self, clause: &ast::ClauseKind) {
        match clause {
            ast::ClauseKind::Within(_) => self.mark(Construct::OverrideWithin, true),
            ast::ClauseKind::Allow(_) => self.mark(Construct::OverrideAllow, true),
            ast::ClauseKind::Except(_) => self.mark(Construct::OverrideExcept, true),
            _ => {}
        }
    }

    fn clause(&mut self, clause: &ast::ClauseKind) {
        let construct = match clause {
            ast::ClauseKind::Allow(allow) => return self.allow(allow),
            ast::ClauseKind::Except(selector) => {
                self.selector(*selector);
                let (is_wildcard, has_set) = (selector.is_wildcard(self.source), selector.text(self.source).contains('{'));
                self.mark(Construct::ExceptWildcard, is_wildcard);
                self.mark(Construct::ExceptSet, has_set);
                self.mark(Construct::ExceptOne, !is_wildcard && !has_set);
                Construct::Except
            }
            ast::ClauseKind::Within(scope) => {
                self.mark(Construct::WithinSeveral, scope.names.len() > 1);
                let is_all = scope.names.iter().any(|name| name.text(self.source) == "all");
                if is_all { Construct::WithinAll } else { Construct::Within }
            }
            ast::ClauseKind::Created(_) => Construct::Created,
            ast::ClauseKind::RequiresRole(_) => Construct::RequiresRole,
            ast::ClauseKind::RequiresLicense(_) => Construct::RequiresLicense,
            ast::ClauseKind::AutoAssigned { to_all: true } => Construct::AssignedToAll,
            ast::ClauseKind::AutoAssigned { to_all: false } => Construct::AssignedToCreator,
            ast::ClauseKind::Irremovable => Construct::Irremovable,
            ast::ClauseKind::Formerly(names) if names.len() == 1 => Construct::FormerlyOne,
            ast::ClauseKind::Formerly(_) => Construct::FormerlySeveral,
            ast::ClauseKind::Available { after: false, .. } => Construct::AvailableFrom,
            ast::ClauseKind::Available { after: true, .. } => Construct::AvailableAfter,
            ast::ClauseKind::Owner(_) => Construct::Owner,
            ast::ClauseKind::AllowFinding(_) => Construct::RoleAllowFinding,
        };
        self.mark(construct, true);
    }

    fn allow(&mut self, allow: &ast::Allow) {
        self.selector(allow.selector);
        self.mark(Construct::Allow, true);
        if let Some(scope) = &allow.scope {
            let is_all = scope.names.iter().any(|name| name.text(self.source) == "all");
            self.mark(if is_all { Construct::InAll } else { Construct::In }, true);
            self.mark(Construct::InSeveral, scope.names.len() > 1);
        }
        if let Some(condition) = &allow.condition {
            self.mark(Construct::Where, true);
            self.condition(condition);
        }
        let (scope, condition, since) = (allow.scope.is_some(), allow.condition.is_some(), allow.since.is_some());
        self.mark(Construct::AllowSince, since);
        self.mark(Construct::InWhere, scope && condition);
        self.mark(Construct::InSince, scope && since);
        self.mark(Construct::WhereSince, condition && since);
    }

    fn selector(&mut self, selector: ast::Selector) {
        use ast::Part::{Any, One, Set};
        let is_comma_last = |part: &str| part.trim_end().ends_with(',');
        self.mark(Construct::SetEndsInComma, selector.text(self.source).split('}').any(is_comma_last));
        let construct = match selector.parts(self.source) {
            ast::Parts::All => Construct::SelectAll,
            ast::Parts::Legacy(_) => Construct::SelectLegacy,
            ast::Parts::Full(One(_), One(_), One(_)) => Construct::SelectOne,
            ast::Parts::Full(One(_), Any, Any) => Construct::SelectDomain,
            ast::Parts::Full(One(_), One(_), Any) => Construct::SelectEntity,
            ast::Parts::Full(One(_), Any, One(_)) => Construct::SelectAnyEntity,
            ast::Parts::Full(Any, _, _) => Construct::SelectAnyDomain,
            ast::Parts::Full(_, Set(_), Set(_)) => Construct::SelectTwoSets,
            ast::Parts::Full(_, Set(_), Any) => Construct::SelectSetAny,
            ast::Parts::Full(..) | ast::Parts::Short => Construct::SelectSet,
        };
        self.mark(construct, true);
    }

    fn condition(&mut self, condition: &ast::Condition) {
        match &condition.kind {
            ast::ConditionKind::And(operands) | ast::ConditionKind::Or(operands) => {
                let is_and = matches!(condition.kind, ast::ConditionKind::And(_));
                self.mark(if is_and { Construct::And } else { Construct::Or }, true);
                for operand in operands {
                    let is_or = matches!(operand.kind, ast::ConditionKind::Or(_));
                    let is_other = if is_and { is_or } else { matches!(operand.kind, ast::ConditionKind::And(_)) };
                    self.mark(Construct::Mixed, is_other);
                    self.condition(operand);
                }
            }
            ast::ConditionKind::Compare { operator, value, .. } => {
                let construct = match operator {
                    ast::Operator::Equal => Construct::Equal,
                    ast::Operator::AtLeast => Construct::AtLeast,
                    ast::Operator::Above => Construct::Above,
                    ast::Operator::AtMost => Construct::AtMost,
                    ast::Operator::Below => Construct::Below,
                };
                self.mark(construct, true);
                self.value(*value);
            }
            ast::ConditionKind::In { values, .. } => {
                self.mark(if values.len() == 1 { Construct::OneOfOne } else { Construct::OneOf }, true);
                for value in values {
                    self.value(*value);
                }
            }
        }
    }

    fn value(&mut self, value: ast::Value) {
        let construct = match value {
            ast::Value::String(_) => Construct::StringValue,
            ast::Value::Number(_) => Construct::NumberValue,
            ast::Value::Variable(_) => Construct::VariableValue,
        };
        self.mark(construct, true);
    }

    fn backfill(&mut self, backfill: &ast::Backfill) {
        self.mark(Construct::Backfill, true);
        self.title(backfill.title, Construct::BackfillTitle);
        let has = |test: fn(&ast::BackfillClauseKind) -> bool| backfill.clauses.iter().any(|clause| test(&clause.kind));
        let has_when = has(|clause| matches!(clause, ast::BackfillClauseKind::When { .. }));
        let has_roles = has(|clause| matches!(clause, ast::BackfillClauseKind::Roles(_)));
        let has_region = has(|clause| matches!(clause, ast::BackfillClauseKind::Region { .. }));
        let has_on = has(|clause| matches!(clause, ast::BackfillClauseKind::On(_)));
        self.mark(Construct::NoWhen, !has_when);
        self.mark(Construct::NoRoles, !has_roles);
        self.mark(Construct::RegionAlone, has_region && !has_on);
        for clause in &backfill.clauses {
            self.backfill_clause(&clause.kind);
        }
    }

    fn backfill_clause(&mut self, clause: &ast::BackfillClauseKind) {
        let construct = match clause {
            ast::BackfillClauseKind::When { any, explicitly, triggers } => {
                self.mark(Construct::WhenExplicitly, *explicitly);
                self.mark(Construct::WhenAnyExplicitly, *any && *explicitly);
                match (any, triggers.len()) {
                    (true, _) => Construct::WhenAny,
                    (false, 1) => Construct::When,
                    (false, _) => Construct::WhenAll,
                }
            }
            ast::BackfillClauseKind::Roles(names) => match names.first().map(|name| name.text(self.source)) {
                Some("default") => Construct::RolesDefault,
                Some("custom") => Construct::RolesCustom,
                _ => Construct::RolesNamed,
            },
            ast::BackfillClauseKind::Add(selector) => match selector.parts(self.source) {
                _ if selector.is_wildcard(self.source) => Construct::AddWildcard,
                ast::Parts::Legacy(_) | ast::Parts::Full(ast::Part::One(_), ast::Part::One(_), ast::Part::One(_)) => {
                    Construct::AddOne
                }
                _ => Construct::AddSeveral,
            },
            ast::BackfillClauseKind::On(day) => {
                self.day(*day);
                Construct::OnDay
            }
            ast::BackfillClauseKind::Region { day, .. } => {
                self.day(*day);
                self.mark(Construct::RegionWindow, day.last.is_some());
                self.mark(Construct::RegionNoSoonerThan, day.estimated);
                Construct::RegionDay
            }
            ast::BackfillClauseKind::Optional => Construct::Optional,
            ast::BackfillClauseKind::Done => Construct::Done,
            ast::BackfillClauseKind::See(_) => Construct::See,
            ast::BackfillClauseKind::AllowFinding(_) => Construct::BackfillAllowFinding,
        };
        self.mark(construct, true);
    }

    fn day(&mut self, day: ast::Day) {
        self.mark(Construct::Window, day.last.is_some());
        self.mark(Construct::NoSoonerThan, day.estimated);
    }
}
