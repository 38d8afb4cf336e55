//! The constructs of enforcements, licences, subjects, objects, assertions and tests.

use rolec::syntax::ast;

use super::{Construct, Finder};

impl Finder<'_> {
    pub(super) fn later(&mut self, item: &ast::ItemKind) {
        match item {
            ast::ItemKind::Enforcement(enforcement) => self.enforcement(enforcement),
            ast::ItemKind::License(license) => self.license(license),
            ast::ItemKind::Object(object) => self.object(object, false),
            ast::ItemKind::Never(never) => {
                self.mark(Construct::Never, true);
                self.title(never.title, Construct::NeverTitle);
                self.mark(Construct::NeverWithSeveral, never.selectors.len() > 2);
            }
            ast::ItemKind::Assert(assert) => self.assert(assert),
            ast::ItemKind::Test(test) => {
                self.mark(Construct::Test, true);
                for clause in &test.clauses {
                    self.test_line(&clause.kind);
                }
            }
            _ => self.subject(item),
        }
    }

    fn enforcement(&mut self, enforcement: &ast::Enforcement) {
        use ast::EnforcementClauseKind as Kind;
        self.mark(Construct::Enforcement, true);
        self.title(enforcement.title, Construct::EnforcementTitle);
        let has = |test: fn(&Kind) -> bool| enforcement.clauses.iter().any(|clause| test(&clause.kind));
        let is_dated = has(|clause| matches!(clause, Kind::From(_) | Kind::Grace { .. } | Kind::Region { .. }));
        self.mark(Construct::AfterBackfillAlone, !is_dated);
        for clause in &enforcement.clauses {
            let construct = match &clause.kind {
                Kind::Guards(surfaces) => {
                    for surface in surfaces {
                        self.guard(*surface);
                    }
                    self.mark(Construct::GuardsSeveral, surfaces.len() > 1);
                    continue;
                }
                Kind::After(_) => Construct::AfterBackfill,
                Kind::Formerly(ast::Requirement::Any(_)) => Construct::FormerlyAny,
                Kind::Formerly(ast::Requirement::All(_)) => Construct::FormerlyAll,
                Kind::Formerly(_) => Construct::FormerlyOpen,
                Kind::From(_) => Construct::FromDay,
                Kind::Region { .. } => Construct::FromRegion,
                Kind::Grace { .. } => Construct::Grace,
                Kind::See(_) => Construct::EnforcementSee,
                Kind::AllowFinding(_) => Construct::EnforcementAllowFinding,
            };
            self.mark(construct, true);
        }
    }

    fn guard(&mut self, surface: ast::SurfaceRef) {
        let construct = match surface.kind {
            ast::SurfaceRefKind::Endpoint { .. } => Construct::GuardEndpoint,
            ast::SurfaceRefKind::Topic(_) => Construct::GuardTopic,
            ast::SurfaceRefKind::EveryTopic => Construct::GuardEveryTopic,
            ast::SurfaceRefKind::View(_) => Construct::GuardView,
            ast::SurfaceRefKind::EveryView => Construct::GuardEveryView,
        };
        self.mark(construct, true);
    }

    fn license(&mut self, license: &ast::License) {
        self.mark(Construct::AddonLicense, license.addon);
        self.mark(Construct::LicenseAllowFinding, !license.allowed_findings.is_empty());
        match &license.fact {
            ast::LicenseFact::Exists(title) => self.title(*title, Construct::LicenseTitle),
            ast::LicenseFact::Dearer(_) => self.mark(Construct::LicenseOrder, true),
            ast::LicenseFact::Needs(_) => {
                self.mark(if license.addon { Construct::AddonNeeds } else { Construct::LicenseNeeds }, true);
            }
            ast::LicenseFact::Unwanted(_) => self.mark(Construct::LicenseUnwanted, true),
        }
    }

    fn subject(&mut self, item: &ast::ItemKind) {
        let allowed = match item {
            ast::ItemKind::Group(group) => {
                self.mark(Construct::Group, true);
                self.title(group.title, Construct::GroupTitle);
                self.mark(Construct::GroupMember, !group.member_of.is_empty());
                self.mark(Construct::GroupRequires, !group.requires.is_empty());
                &group.allowed_findings
            }
            ast::ItemKind::User(user) => {
                self.mark(Construct::User, true);
                self.title(user.title, Construct::UserTitle);
                self.mark(Construct::UserCreator, user.creator);
                self.mark(Construct::UserMember, !user.member_of.is_empty());
                &user.allowed_findings
            }
            ast::ItemKind::Assignment(assignment) => {
                self.assignment(assignment);
                &assignment.allowed_findings
            }
            ast::ItemKind::Application(application) => {
                self.mark(Construct::Application, true);
                self.title(application.title, Construct::ApplicationTitle);
                self.mark(Construct::OwnsSeveral, application.owns.len() > 1);
                self.mark(Construct::FullAccess, application.full_access);
                &application.allowed_findings
            }
            ast::ItemKind::OldOption(old) => {
                self.mark(Construct::OldOption, true);
                &old.allowed_findings
            }
            _ => return,
        };
        self.mark(Construct::SubjectAllowFinding, !allowed.is_empty());
    }

    fn assignment(&mut self, assignment: &ast::Assignment) {
        let (construct, count) = match &assignment.to {
            ast::Recipients::Groups(names) => (Construct::AssignToGroup, names.len()),
            ast::Recipients::Users(names) => (Construct::AssignToUser, names.len()),
        };
        self.mark(construct, true);
        self.mark(Construct::AssignToSeveral, count > 1);
        let construct = match &assignment.scope {
            None => Construct::AssignAtHome,
            Some(scope) if scope.names.iter().any(|name| name.text(self.source) == "all") => Construct::AssignInAll,
            Some(_) => Construct::AssignIn,
        };
        self.mark(construct, true);
    }

    fn object(&mut self, object: &ast::Object, is_inside: bool) {
        self.mark(if object.folder { Construct::Folder } else { Construct::Object }, true);
        self.mark(if object.folder { Construct::FolderInFolder } else { Construct::ObjectInFolder }, is_inside);
        self.mark(Construct::Propagate, object.propagate);
        self.mark(Construct::ObjectGuards, !object.guards.is_empty());
        self.mark(Construct::ObjectAllowFinding, !object.allowed_findings.is_empty());
        for readers in &object.readers {
            let construct = match &readers.kind {
                ast::ReadersKind::Groups(_) => Construct::ReadGroups,
                ast::ReadersKind::AllExcept(names) if names.is_empty() => Construct::ReadAll,
                ast::ReadersKind::AllExcept(_) => Construct::ReadAllExcept,
            };
            self.mark(construct, true);
        }
        for inside in &object.inside {
            self.object(inside, true);
        }
    }

    fn assert(&mut self, assert: &ast::Assert) {
        let holder = match assert.holder {
            ast::Holder::Role(_) => Construct::AssertOfRole,
            ast::Holder::Group(_) => Construct::AssertOfGroup,
            ast::Holder::User(_) => Construct::AssertOfUser,
        };
        self.mark(holder, true);
        self.mark(Construct::AssertAt, assert.moment.at.is_some());
        self.mark(Construct::AssertRegion, assert.moment.region.is_some());
        match &assert.claim {
            ast::Claim::License(_) => self.mark(Construct::AssertLicense, true),
            ast::Claim::Reach { can, target, scope } => {
                self.mark(if *can { Construct::AssertCan } else { Construct::AssertCannot }, true);
                self.mark(Construct::AssertIn, scope.is_some());
                self.target(*target);
            }
        }
    }

    fn test_line(&mut self, line: &ast::TestClauseKind) {
        match line {
            ast::TestClauseKind::As { holder, scope } => {
                let construct = match holder {
                    ast::Holder::Role(_) if scope.is_some() => Construct::AsRoleIn,
                    ast::Holder::Role(_) => Construct::AsRole,
                    ast::Holder::Group(_) => Construct::AsGroup,
                    ast::Holder::User(_) => Construct::AsUser,
                };
                self.mark(construct, true);
            }
            ast::TestClauseKind::Expect(expect) => {
                self.mark(if expect.allow { Construct::ExpectAllow } else { Construct::ExpectDeny }, true);
                self.mark(Construct::ExpectIn, expect.scope.is_some());
                self.mark(Construct::ExpectWith, !expect.given.is_empty());
                let (at, region) = (expect.moment.at.is_some(), expect.moment.region.is_some());
                self.mark(Construct::ExpectAt, at);
                self.mark(Construct::ExpectRegion, region);
                self.mark(Construct::ExpectAtRegion, at && region);
                self.target(expect.target);
            }
        }
    }

    fn target(&mut self, target: ast::Target) {
        let construct = match target {
            ast::Target::Permissions(selector) if selector.is_wildcard(self.source) => Construct::TargetWildcard,
            ast::Target::Permissions(_) => Construct::TargetPermission,
            ast::Target::Object(_) => Construct::TargetObject,
            ast::Target::Surface(surface) => match surface.kind {
                ast::SurfaceRefKind::Endpoint { .. } => Construct::TargetEndpoint,
                ast::SurfaceRefKind::Topic(_) | ast::SurfaceRefKind::EveryTopic => Construct::TargetTopic,
                ast::SurfaceRefKind::View(_) | ast::SurfaceRefKind::EveryView => Construct::TargetView,
            },
        };
        self.mark(construct, true);
    }
}
