//! Enforcements, licences, subjects, objects and what must hold, in plain strings.
//!
//! Invariant: as in `read`, nothing is judged and nothing dropped but a second saying of what is said once.

use rolec::syntax::ast;

use crate::reference::conditions::Value;
use crate::reference::read::{Reader, Requirement};
use crate::reference::selectors::Selector;

/// What the files declare of these chapters.
#[derive(Debug, Default)]
pub(crate) struct Later {
    pub(crate) enforcements: Vec<Enforcement>,
    pub(crate) licenses: Vec<License>,
    pub(crate) groups: Vec<Group>,
    pub(crate) users: Vec<User>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) applications: Vec<Application>,
    pub(crate) old_options: Vec<OldOption>,
    pub(crate) objects: Vec<Object>,
    pub(crate) nevers: Vec<Never>,
    pub(crate) asserts: Vec<Assert>,
    pub(crate) tests: Vec<Test>,
    /// What all of these but assertions are as declarations that may allow findings.
    pub(crate) items: Vec<Item>,
}

/// A declaration that may allow findings.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) faulty: bool,
    pub(crate) allowed_findings: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Enforcement {
    pub(crate) item: usize,
    pub(crate) name: String,
    pub(crate) guards: Vec<SurfaceName>,
    pub(crate) after: Option<String>,
    pub(crate) formerly: Option<Requirement>,
    /// The default day; of a grace period, its end.
    pub(crate) from: Option<String>,
    /// The first day of the grace period.
    pub(crate) grace: Option<String>,
    pub(crate) regions: Vec<(String, String)>,
    /// What may stand once; `region` with the region.
    pub(crate) facts: Vec<String>,
}

/// A surface as it is referred to; without a name, all of its kind.
#[derive(Debug)]
pub(crate) struct SurfaceName {
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
}

#[derive(Debug)]
pub(crate) struct License {
    pub(crate) item: usize,
    pub(crate) addon: bool,
    pub(crate) name: String,
    /// Those that follow after `<`.
    pub(crate) dearer: Vec<String>,
    pub(crate) needs: Vec<Selector>,
    /// The kind of organisations that don't want it.
    pub(crate) unwanted: Option<String>,
    /// Whether the line declares what it names.
    pub(crate) declares: bool,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) item: usize,
    pub(crate) name: String,
    pub(crate) member_of: Vec<String>,
    pub(crate) requires: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) item: usize,
    pub(crate) name: String,
    pub(crate) creator: bool,
    pub(crate) member_of: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) item: usize,
    pub(crate) role: String,
    pub(crate) groups: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) scope: Option<Vec<String>>,
}

#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) item: usize,
    pub(crate) name: String,
    pub(crate) owns: Vec<Selector>,
    pub(crate) full_access: bool,
}

#[derive(Debug)]
pub(crate) struct OldOption {
    pub(crate) item: usize,
    pub(crate) role: String,
    pub(crate) user: String,
    pub(crate) application: String,
}

#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) item: usize,
    pub(crate) name: String,
    pub(crate) folder: bool,
    pub(crate) propagate: bool,
    pub(crate) guards: Vec<Selector>,
    pub(crate) readers: Vec<Readers>,
    pub(crate) inside: Vec<Object>,
}

#[derive(Debug, Clone)]
pub(crate) enum Readers {
    Groups(Vec<String>),
    AllExcept(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct Never {
    pub(crate) name: String,
    pub(crate) selectors: Vec<Selector>,
}

/// An assertion, or an expectation of a test, without the one that it is about.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Its text, by which findings name it.
    pub(crate) text: String,
    /// Absent for `license <=`.
    pub(crate) can: Option<bool>,
    pub(crate) target: Target,
    pub(crate) scope: Option<Vec<String>>,
    pub(crate) at: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) given: Vec<(String, Value)>,
}

#[derive(Debug)]
pub(crate) enum Target {
    License(String),
    Permissions(Selector),
    Surface(SurfaceName),
    Object(String),
}

#[derive(Debug)]
pub(crate) enum Holder {
    Role(String),
    Group(String),
    User(String),
}

#[derive(Debug)]
pub(crate) struct Assert {
    pub(crate) holder: Holder,
    pub(crate) claim: Claim,
}

#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug)]
pub(crate) enum Line {
    As { text: String, holder: Holder, scope: Option<Vec<String>> },
    Expect(Claim),
}

impl Later {
    /// Takes in a declaration of these chapters.
    pub(crate) fn read(&mut self, reader: &Reader<'_>, item: &ast::Item) {
        let text = || reader.source.slice(item.span).to_owned();
        match &item.kind {
            ast::ItemKind::Enforcement(enforcement) => self.enforcement(reader, enforcement, item.faulty),
            ast::ItemKind::License(license) => self.license(reader, license, item.faulty),
            ast::ItemKind::Object(object) => {
                let name = reader.text(object.name);
                let read = self.object(reader, object, (&name, item.faulty));
                self.objects.push(read);
            }
            ast::ItemKind::Never(never) => self.nevers.push(Never {
                name: reader.source.slice(never.selectors[0].span).to_owned(),
                selectors: reader.selectors(&never.selectors),
            }),
            ast::ItemKind::Assert(assert) => {
                let holder = holder(reader, assert.holder);
                self.asserts.push(Assert { holder, claim: asserted(reader, assert, text()) });
            }
            ast::ItemKind::Test(tested) => self.tests.push(read_test(reader, tested)),
            _ => self.subject(reader, item),
        }
    }

    /// Every scope in which divisions are named, be it without meaning; what nobody asks for in a test does not count.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &Vec<String>> {
        let in_asserts = self.asserts.iter().filter_map(|assert| assert.claim.scope.as_ref());
        let in_tests =
            self.tests.iter().enumerate().filter(|(at, test)| !self.tests[..*at].iter().any(|first| first.name == test.name));
        let in_tests = in_tests.flat_map(|(_, test)| {
            let asked = test.lines.iter().skip_while(|line| matches!(line, Line::Expect(_)));
            asked.filter_map(|line| match line {
                Line::As { scope, .. } => scope.as_ref(),
                Line::Expect(claim) => claim.scope.as_ref(),
            })
        });
        self.assignments.iter().filter_map(|assignment| assignment.scope.as_ref()).chain(in_asserts).chain(in_tests)
    }

    fn item(&mut self, reader: &Reader<'_>, name: &str, faulty: bool, allowed: &[ast::AllowFinding]) -> usize {
        let allowed_findings = allowed.iter().map(|allow| reader.name(allow.code)).collect();
        self.items.push(Item { name: name.to_owned(), faulty, allowed_findings });
        self.items.len() - 1
    }

    fn subject(&mut self, reader: &Reader<'_>, item: &ast::Item) {
        match &item.kind {
            ast::ItemKind::Group(group) => {
                let name = reader.name(group.name);
                let item = self.item(reader, &name, item.faulty, &group.allowed_findings);
                let (member_of, requires) = (reader.names(&group.member_of), reader.names(&group.requires));
                self.groups.push(Group { item, name, member_of, requires });
            }
            ast::ItemKind::User(user) => {
                let name = reader.text(user.name);
                let item = self.item(reader, &name, item.faulty, &user.allowed_findings);
                self.users.push(User { item, name, creator: user.creator, member_of: reader.names(&user.member_of) });
            }
            ast::ItemKind::Assignment(assignment) => {
                let role = reader.name(assignment.role);
                let item = self.item(reader, &role, item.faulty, &assignment.allowed_findings);
                let (groups, users) = match &assignment.to {
                    ast::Recipients::Groups(names) => (reader.names(names), Vec::new()),
                    ast::Recipients::Users(names) => (Vec::new(), names.iter().map(|name| reader.text(*name)).collect()),
                };
                let scope = assignment.scope.as_ref().map(|scope| reader.names(&scope.names));
                self.assignments.push(Assignment { item, role, groups, users, scope });
            }
            ast::ItemKind::Application(application) => {
                let name = reader.name(application.name);
                let item = self.item(reader, &name, item.faulty, &application.allowed_findings);
                let owns = reader.selectors(&application.owns);
                self.applications.push(Application { item, name, owns, full_access: application.full_access });
            }
            ast::ItemKind::OldOption(old) => {
                let role = reader.name(old.role);
                let item = self.item(reader, &role, item.faulty, &old.allowed_findings);
                let (user, application) = (reader.text(old.user), reader.name(old.application));
                self.old_options.push(OldOption { item, role, user, application });
            }
            _ => {}
        }
    }

    fn enforcement(&mut self, reader: &Reader<'_>, enforcement: &ast::Enforcement, faulty: bool) {
        let name = reader.name(enforcement.name);
        let mut read = Enforcement {
            item: 0,
            name,
            guards: Vec::new(),
            after: None,
            formerly: None,
            from: None,
            grace: None,
            regions: Vec::new(),
            facts: Vec::new(),
        };
        let mut allowed = Vec::new();
        for clause in &enforcement.clauses {
            let fact = match &clause.kind {
                ast::EnforcementClauseKind::Guards(surfaces) => {
                    read.guards.extend(surfaces.iter().map(|surface| surface_name(reader, *surface)));
                    continue;
                }
                ast::EnforcementClauseKind::After(backfill) => {
                    read.after.get_or_insert(reader.name(*backfill));
                    "after".to_owned()
                }
                ast::EnforcementClauseKind::Formerly(requirement) => {
                    read.formerly.get_or_insert(reader.requirement(requirement));
                    "formerly".to_owned()
                }
                ast::EnforcementClauseKind::From(day) => {
                    read.from.get_or_insert(day.effective().to_string());
                    "from".to_owned()
                }
                ast::EnforcementClauseKind::Grace { from, until } => {
                    read.from.get_or_insert(until.effective().to_string());
                    read.grace.get_or_insert(from.effective().to_string());
                    "from".to_owned()
                }
                ast::EnforcementClauseKind::Region { region, day } => {
                    read.regions.push((reader.name(*region), day.effective().to_string()));
                    format!("region {}", reader.name(*region))
                }
                ast::EnforcementClauseKind::See(_) => continue,
                ast::EnforcementClauseKind::AllowFinding(allow) => {
                    allowed.push(*allow);
                    continue;
                }
            };
            read.facts.push(fact);
        }
        read.item = self.item(reader, &read.name, faulty, &allowed);
        self.enforcements.push(read);
    }

    fn license(&mut self, reader: &Reader<'_>, license: &ast::License, faulty: bool) {
        let name = reader.name(license.name);
        let item = self.item(reader, &name, faulty, &license.allowed_findings);
        let mut read =
            License { item, addon: license.addon, name, dearer: Vec::new(), needs: Vec::new(), unwanted: None, declares: true };
        match &license.fact {
            ast::LicenseFact::Exists(_) => {}
            ast::LicenseFact::Dearer(names) => read.dearer = reader.names(names),
            ast::LicenseFact::Needs(selectors) => {
                read.needs = reader.selectors(selectors);
                read.declares = license.addon;
            }
            ast::LicenseFact::Unwanted(kind) => {
                read.unwanted = Some(reader.name(*kind));
                read.declares = license.addon;
            }
        }
        self.licenses.push(read);
    }

    fn object(&mut self, reader: &Reader<'_>, object: &ast::Object, (outermost, faulty): (&str, bool)) -> Object {
        let readers = |readers: &ast::Readers| match &readers.kind {
            ast::ReadersKind::Groups(names) => Readers::Groups(reader.names(names)),
            ast::ReadersKind::AllExcept(names) => Readers::AllExcept(reader.names(names)),
        };
        Object {
            item: self.item(reader, outermost, faulty, &object.allowed_findings),
            name: reader.text(object.name),
            folder: object.folder,
            propagate: object.propagate,
            guards: reader.selectors(&object.guards),
            readers: object.readers.iter().map(readers).collect(),
            inside: object.inside.iter().map(|inside| self.object(reader, inside, (outermost, faulty))).collect(),
        }
    }
}

fn surface_name(reader: &Reader<'_>, surface: ast::SurfaceRef) -> SurfaceName {
    let (kind, name) = match surface.kind {
        ast::SurfaceRefKind::Endpoint { method, path } => (reader.name(method), Some(reader.text(path))),
        ast::SurfaceRefKind::Topic(name) => ("topic".to_owned(), Some(reader.text(name))),
        ast::SurfaceRefKind::EveryTopic => ("topic".to_owned(), None),
        ast::SurfaceRefKind::View(name) => ("view".to_owned(), Some(reader.text(name))),
        ast::SurfaceRefKind::EveryView => ("view".to_owned(), None),
    };
    SurfaceName { kind, name }
}

fn holder(reader: &Reader<'_>, holder: ast::Holder) -> Holder {
    match holder {
        ast::Holder::Role(name) => Holder::Role(reader.name(name)),
        ast::Holder::Group(name) => Holder::Group(reader.name(name)),
        ast::Holder::User(name) => Holder::User(reader.text(name)),
    }
}

fn target(reader: &Reader<'_>, target: ast::Target) -> Target {
    match target {
        ast::Target::Permissions(selector) => Target::Permissions(reader.selector(selector)),
        ast::Target::Surface(surface) => Target::Surface(surface_name(reader, surface)),
        ast::Target::Object(name) => Target::Object(reader.text(name)),
    }
}

fn asserted(reader: &Reader<'_>, assert: &ast::Assert, text: String) -> Claim {
    let (can, target, scope) = match &assert.claim {
        ast::Claim::License(license) => (None, Target::License(reader.name(*license)), None),
        ast::Claim::Reach { can, target: of, scope } => (Some(*can), target(reader, *of), scope.as_ref()),
    };
    Claim {
        text,
        can,
        target,
        scope: scope.map(|scope| reader.names(&scope.names)),
        given: Vec::new(),
        ..moment(reader, assert.moment)
    }
}

/// A claim of nothing but a moment.
fn moment(reader: &Reader<'_>, moment: ast::Moment) -> Claim {
    Claim {
        text: String::new(),
        can: None,
        target: Target::Object(String::new()),
        scope: None,
        at: moment.at.map(|at| at.day.to_string()),
        region: moment.region.map(|region| reader.name(region)),
        given: Vec::new(),
    }
}

fn read_test(reader: &Reader<'_>, tested: &ast::Test) -> Test {
    let names = |scope: &ast::Scope| reader.names(&scope.names);
    let line = |clause: &ast::TestClause| {
        let text = reader.source.slice(clause.span).to_owned();
        match &clause.kind {
            ast::TestClauseKind::As { holder: who, scope } => {
                Line::As { text, holder: holder(reader, *who), scope: scope.as_ref().map(names) }
            }
            ast::TestClauseKind::Expect(expect) => Line::Expect(Claim {
                text,
                can: Some(expect.allow),
                target: target(reader, expect.target),
                scope: expect.scope.as_ref().map(names),
                given: expect.given.iter().map(|(name, value)| (reader.name(*name), reader.value(*value))).collect(),
                ..moment(reader, expect.moment)
            }),
        }
    };
    Test { name: reader.text(tested.name), lines: tested.clauses.iter().map(line).collect() }
}
