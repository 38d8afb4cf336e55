//! What is judged of licences, vendor roles and assignments: each rule by an example that would fail without it.

use rolec::compile::{Input, compile};
use rolec::diagnostic::{Code, Diagnostic};
use rolec::flatten::Flat;
use rolec::licenses::{self, Demands};
use rolec::model::Organisation;
use rolec::source::Sources;
use rolec::timeline::Moment;

const CATALOG: &str = "
domain outbound {
    entity campaign division-aware { view edit schedule }
    entity schedule division-unaware { view }
}
domain callback division-aware { entity record { view cancel } }
domain desk division-unaware { entity plan { view } }
pair outbound:schedule:view -> outbound:campaign:schedule
license basic < plus < extra
license basic needs outbound:campaign:view
license plus needs outbound:campaign:edit, desk:plan:view
license extra needs callback:*
home division main
division emea
division apac
";

fn compiled(text: &str, organisation: Organisation) -> rolec::compile::Compilation {
    let sources = Sources::new(vec![("project.role".to_owned(), format!("{CATALOG}{text}"), false)]);
    compile(Input { sources, organisation, ..Input::default() })
}

/// The findings of some codes, in their order.
fn findings(text: &str, codes: &[Code]) -> Vec<Diagnostic> {
    let mut findings = compiled(text, Organisation::default()).findings;
    findings.retain(|finding| codes.contains(&finding.code));
    findings
}

#[track_caller]
fn assert_found(text: &str, code: Code, expected: &[&str]) {
    let messages: Vec<String> = findings(text, &[code]).into_iter().map(|finding| finding.message).collect();
    assert_eq!(messages, expected);
}

#[test]
fn the_dearest_licences_are_called_for_by_the_first_permission_that_did() {
    let text = "
        role agent { allow outbound:campaign:{edit, view} }
        role idle { allow outbound:schedule:view }
        backfill desks { when outbound:campaign:view add desk:plan:view on 2026-02-01 }
        backfill calls { when desk:plan:view add callback:record:{cancel, view} on 2026-03-01 }
    ";
    let mut compilation = compiled(text, Organisation::default());
    let (program, flat, epochs) = (&mut compilation.program, &compilation.flat, &compilation.epochs);
    let at = |program: &rolec::model::Program, flat: &Flat, role: &str, day: &str| -> Vec<String> {
        let moment = Moment { region: None, at: Some(day.parse().expect("a day")) };
        let role = program.find_role(role).expect("a role");
        let called = Demands::new(program).of_role((program, flat, epochs), role, moment);
        let words = licenses::dearest(program, called).into_iter().map(|(license, cause)| {
            let since = cause.gained.map(|(_, date, _)| format!(" since {date}")).unwrap_or_default();
            format!("{} for {}{since}", program.license(license).name, program.catalog.name(cause.permission))
        });
        words.collect()
    };
    assert_eq!(at(program, flat, "agent", "2026-01-01"), ["plus for outbound:campaign:edit"]);
    assert_eq!(at(program, flat, "agent", "2026-02-01"), ["plus for outbound:campaign:edit"]);
    assert_eq!(at(program, flat, "agent", "2026-03-01"), ["extra for callback:record:cancel since 2026-03-01"]);
    assert_eq!(at(program, flat, "idle", "2026-03-01"), Vec::<String>::new());
}

#[test]
fn unwanted_licenses_are_those_of_roles_that_somebody_has() {
    let text = "
        license extra unwanted in small
        role caller { allow callback:* }
        role other { allow callback:record:view }
        role later { allow outbound:campaign:view }
        backfill calls { roles later add callback:record:view on 2026-03-01 }
        group callers
        assign caller to group callers in all
        assign later to group callers in all
    ";
    let organisation = |kind: &str| Organisation { kind: Some(kind.to_owned()), ..Organisation::default() };
    let of_kind = |kind: &str| {
        let mut findings = compiled(text, organisation(kind)).findings;
        findings.retain(|finding| finding.code == Code::UnwantedLicense);
        findings.iter().map(|finding| finding.labels.iter().map(|label| label.text.clone()).collect()).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(
        of_kind("small"),
        [
            vec!["2 permissions call for it", "unwanted here", "brings `callback:record:cancel`"],
            vec!["1 permission calls for it", "unwanted here", "adds `callback:record:view` on 2026-03-01"]
        ]
    );
    assert!(of_kind("large").is_empty());
}

#[test]
fn a_missing_license_is_graver_once_a_user_lacks_it() {
    let role = "role planner { requires license plus allow outbound:campaign:view }";
    let levels = |text: &str| {
        let findings = findings(&format!("{role} role desk {{ allow desk:* }} {text}"), &[Code::MissingLicense]);
        findings.into_iter().map(|finding| (finding.level.name(), finding.message)).collect::<Vec<_>>()
    };
    let alone = "`planner` needs the licence `plus`, and none of its permissions calls for it".to_owned();
    assert_eq!(levels(""), [("hint", alone.clone())]);
    let both = "user \"a\" assign planner to user \"a\" in all assign desk to user \"a\" in all";
    assert_eq!(levels(both), [("hint", alone)]);
    let lacking = "the user `b` has `planner` and calls for no licence `plus`, which it needs".to_owned();
    assert_eq!(levels(&format!("{both} user \"b\" assign planner to user \"b\" in all")), [("warning", lacking)]);
}

#[test]
fn vendor_roles_are_there_for_organisations_of_their_age() {
    let text = "
        default role young { available when organisation created after 2022-06-01 allow callback:record:view }
        default role younger extends young { allow desk:* }
        override young { except callback:record:view }
        role copy copies young { allow desk:* }
        group g
        user \"a\"
        assign young to group g in all
        assign young to user \"a\" in all
    ";
    let uses = |created: &str| {
        let organisation = Organisation { created: Some(created.parse().expect("a day")), ..Organisation::default() };
        let mut findings = compiled(text, organisation).findings;
        findings.retain(|finding| finding.code == Code::RoleNotAvailable);
        findings.iter().map(|finding| finding.labels[0].text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(uses("2022-06-01"), ["edited here", "copied here", "assigned here"]);
    assert!(uses("2022-06-02").is_empty());
}

#[test]
fn former_names_lead_to_present_ones() {
    let text = "default role user { formerly \"Engage User\", \"PureCloud User\" } role a extends engage_user { owner \"x\" }";
    let found = findings(text, &[Code::UnknownRole]);
    assert_eq!(found[0].message, "no role is named `engage_user`: it is the former name of `user`");
    assert_eq!(found[0].fix.as_ref().expect("a fix").edits[0].text, "user");
}

#[test]
fn an_edited_role_says_what_restoring_it_does() {
    let text = "
        default role clerk { allow callback:* }
        override clerk { allow desk:plan:view except callback:record:cancel }
    ";
    let found = findings(text, &[Code::EditedVendorRole]);
    let help = found[0].help.as_deref().expect("a help");
    assert!(help.contains("restoring the role drops `desk:plan:view` and brings `callback:record:cancel` back"), "{help}");
}

#[test]
fn assignments_give_something_where_a_grant_holds() {
    let roles = "
        role leader { within emea allow callback:* }
        role mixed { allow callback:record:view in apac allow callback:record:cancel }
        role planner { within emea allow desk:plan:view allow callback:* }
        group g
    ";
    let empty = |text: &str| {
        let codes = [Code::EmptyAssignment, Code::PartlyEmptyAssignment];
        findings(&format!("{roles}{text}"), &codes).into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(empty("assign leader to group g"), ["`leader` grants nothing in the home division, main"]);
    assert_eq!(empty("assign leader to group g in apac"), ["`leader` grants nothing in apac"]);
    assert_eq!(empty("assign mixed to group g in emea"), ["`mixed` grants nothing of `callback:record:view` in emea"]);
    assert_eq!(
        empty("assign planner to group g in apac"),
        ["`planner` grants nothing of `callback:record:cancel` and `callback:record:view` in apac"]
    );
    assert!(empty("assign leader to group g in all assign mixed to group g in emea, apac").is_empty());
}

#[test]
fn an_assignment_in_divisions_confines_a_role() {
    let codes = [Code::WildcardDefeatsConfinement, Code::ConfinementDefeated, Code::UnawareHalf, Code::Unconfinable];
    let roles = "group g
        role planner { allow outbound:campaign:schedule allow outbound:schedule:view allow desk:plan:view }";
    let found = |text: &str| findings(&format!("{roles} {text}"), &codes);
    assert!(found("assign planner to group g assign planner to group g in all").is_empty());
    let confined = found("assign planner to group g in emea assign planner to group g in apac");
    assert_eq!(confined.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::Unconfinable, Code::ConfinementDefeated]);
    assert!(confined.iter().all(|finding| finding.labels.iter().any(|label| label.text == "confined to emea")));
}

#[test]
fn one_role_defeats_another() {
    let roles = "
        role planner { allow outbound:campaign:schedule }
        role reader { allow outbound:schedule:view }
        group g
        user \"a\" member of g
        user \"b\" member of g
    ";
    let found = |text: &str, expected: &[&str]| assert_found(&format!("{roles}{text}"), Code::CrossRoleConfinement, expected);
    found(
        "assign planner to group g in emea assign reader to user \"a\", \"b\"",
        &["the user `a` and 1 other have `reader` beside `planner`, and it defeats that role's confinement"],
    );
    found(
        "assign planner to group g in emea assign reader to group g",
        &["the group `g` and 2 others have `reader` beside `planner`, and it defeats that role's confinement"],
    );
    found("assign planner to group g in all assign reader to group g in emea", &[]);
    found("assign planner to group g assign reader to group g", &[]);
    // In its application an old option stands for what groups give.
    found(
        "application x owns outbound:*
         role nothing { allow desk:plan:view }
         old option role nothing on user \"a\" in x
         assign planner to group g in emea
         assign reader to user \"a\", \"b\"",
        &["the user `b` has `reader` beside `planner`, and it defeats that role's confinement"],
    );
}

#[test]
fn required_roles_may_come_in_any_way() {
    let roles = "
        default role everybody { auto-assigned to all allow desk:plan:view }
        role base { allow outbound:campaign:view }
        role heir extends base { allow outbound:campaign:edit }
        role needy { requires role base, everybody allow callback:record:view }
        group outer requires role base
        group inner member of outer
        user \"a\" member of inner
        user \"b\" member of inner
    ";
    let roles = roles.replace("requires role base, everybody", "requires role base requires role everybody");
    let found = |text: &str, expected: &[&str]| assert_found(&format!("{roles}{text}"), Code::MissingRequiredRole, expected);
    found("assign base to group outer", &[]);
    found("assign heir to group inner assign needy to user \"a\"", &[]);
    found(
        "assign base to user \"b\" assign needy to user \"a\"",
        &[
            "the user `a` has `needy` and lacks `base`, which that needs",
            "the user `a` is in the group `outer` and lacks `base`, which that needs",
        ],
    );
    found("", &["the user `a` and 1 other are in the group `outer` and lack `base`, which that needs"]);
}

#[test]
fn what_is_there_already_need_not_be_assigned() {
    let roles = "
        default role everybody { auto-assigned to all allow desk:plan:view }
        role caller { allow callback:* }
        group outer
        group inner member of outer
        user \"a\" member of inner
    ";
    let found = |text: &str, expected: &[&str]| assert_found(&format!("{roles}{text}"), Code::RedundantAssignment, expected);
    found("assign everybody to user \"a\"", &["the user `a` has `everybody` already"]);
    found("assign caller to group outer in all assign caller to user \"a\" in emea", &["the user `a` has `caller` already"]);
    found("assign caller to group outer in all assign caller to group inner", &["the group `inner` has `caller` already"]);
    found("assign caller to user \"a\" in emea assign caller to user \"a\" in emea", &["the user `a` has `caller` already"]);
    found("assign caller to group outer in emea assign caller to user \"a\" in all", &[]);
    found("assign caller to user \"a\" in emea assign caller to user \"a\" in apac", &[]);
}

#[test]
fn nobody_has_roles_that_nobody_is_given() {
    let text = "
        default role vendors { allow desk:plan:view }
        role base { allow desk:plan:view }
        role caller extends base { allow callback:* }
        role forgotten { allow callback:record:view }
        group g
        assign caller to group g in all
    ";
    assert_found(text, Code::UnassignedRoles, &["nobody has 1 role: `forgotten`"]);
    assert_found("role forgotten { allow callback:record:view }", Code::UnassignedRoles, &[]);
}

#[test]
fn an_application_is_open_to_whoever_has_no_role_in_it() {
    let text = "
        application x owns callback:* unconfigured full-access
        role caller { allow callback:record:view }
        role other { allow desk:* }
        group g
        user \"a\" member of g
        user \"b\"
        user \"c\" member of g
        assign caller to group g
        old option role other on user \"c\" in x
    ";
    assert_found(text, Code::UnconfiguredFullAccess, &["2 users have all of `x`, having no role in it"]);
    assert_found(text, Code::OldOption, &["an old option gives `other` to the user `c` in `x`"]);
    let closed = text.replace("unconfigured full-access", "");
    assert_found(&closed, Code::UnconfiguredFullAccess, &[]);
}

#[test]
fn objects_are_listed_somewhere() {
    let text = "
        group g
        folder \"A\" { read g object \"1\" object \"2\" { read all } folder \"B\" propagate { object \"3\" } }
        object \"4\"
    ";
    assert_found(text, Code::UnlistedReaders, &["2 objects have no list of readers, so everybody may read: `4` and `A/1`"]);
}
