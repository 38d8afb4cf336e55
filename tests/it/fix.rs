//! Fixes: what applying them writes, that it mends the finding, keeps access, and leaves nothing more to do.

mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rolec::cli::project;
use rolec::compile::{Compilation, Input, compile};
use rolec::diagnostic::{Code, Diagnostic, Fix, Level};
use rolec::fix::{self, Fixes};
use rolec::model::{Requirement, RoleId};
use rolec::sets::PermissionId;
use rolec::source::Sources;

const PAIR_CONFLICTS: [Code; 3] = [Code::WildcardDefeatsConfinement, Code::ConfinementDefeated, Code::UnawareHalf];

fn input(text: &str) -> Input {
    Input { sources: Sources::new(vec![("test.role".to_owned(), text.to_owned(), false)]), ..Input::default() }
}

/// A compilation whose findings carry their fixes.
fn compiled(input: Input) -> Compilation {
    let mut compilation = compile(input);
    let Compilation { sources, program, flat, findings, .. } = &mut compilation;
    let mut fixes = Fixes::new(program, flat, sources, findings);
    let worked_out: Vec<Option<Fix>> = findings.iter().map(|finding| fixes.of(finding)).collect();
    for (finding, fix) in findings.iter_mut().zip(worked_out) {
        finding.fix = fix;
    }
    compilation
}

/// The sources after the fixes of some findings, as far as they can be applied together.
fn mended(compilation: &Compilation, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<(String, String, bool)> {
    let findings: Vec<&Diagnostic> = compilation.findings.iter().filter(|finding| wanted(finding)).collect();
    let fixes = fix::together(&compilation.program, &compilation.order, &findings);
    let mut texts = fix::apply(&compilation.sources, &fixes);
    let sources = compilation.sources.files().iter();
    sources
        .map(|file| {
            let new = compilation.sources.id_of(file.span()).and_then(|id| texts.remove(&id));
            (file.name.clone(), new.unwrap_or_else(|| file.text.clone()), file.dependency)
        })
        .collect()
}

/// The text of a one-file project after all fixes of a code.
fn fixed(text: &str, code: Code) -> String {
    mended(&compiled(input(text)), |finding| finding.code == code).remove(0).1
}

/// The first fix of a code.
#[track_caller]
fn fix_of(text: &str, code: Code) -> Fix {
    let compilation = compiled(input(text));
    let finding = compilation.findings.into_iter().find(|finding| finding.code == code);
    finding.and_then(|finding| finding.fix).unwrap_or_else(|| panic!("no fix of {}", code.name()))
}

/// What stands before the roles that are checked.
const CATALOG: &str = "domain outbound {
    entity campaign division-aware conditions any { view viewSchedule editSchedule }
    entity emailCampaign division-aware { view viewSchedule }
    entity schedule division-unaware conditions any { view edit }
    entity emailCampaignSchedule division-unaware { view }
    entity sequence division-unaware { view edit }
}
pair outbound:schedule:view -> outbound:campaign:viewSchedule
pair outbound:schedule:edit -> outbound:campaign:editSchedule
pair outbound:emailCampaignSchedule:view -> outbound:emailCampaign:viewSchedule
home division main
division north
division south
divisions both = north, south
";

/// Checks what the fixes of all pair conflicts make of roles, and that nothing more is to do then.
#[track_caller]
fn check(roles: &str, expected: &str) {
    check_with("", roles, expected);
}

#[track_caller]
fn check_with(surfaces: &str, roles: &str, expected: &str) {
    let start = format!("{CATALOG}{surfaces}");
    let before = compiled(input(&format!("{start}{roles}")));
    let pair = |finding: &Diagnostic| PAIR_CONFLICTS.contains(&finding.code);
    assert!(before.findings.iter().any(pair), "nothing to mend: {:?}", before.findings);
    let text = mended(&before, pair).remove(0).1;
    assert_eq!(text.strip_prefix(&start), Some(expected));
    let after = compiled(input(&text));
    let wrong: Vec<&Diagnostic> =
        after.findings.iter().filter(|finding| pair(finding) || finding.level == Level::Error).collect();
    assert!(wrong.is_empty(), "still wrong: {wrong:?}");
}

#[test]
fn a_wildcard_stays_and_gets_an_except() {
    check(
        "role r {\n    within north\n    allow outbound:*\n}\n",
        "role r {\n    within north\n    allow outbound:*\n    except outbound:emailCampaignSchedule:view\n    except outbound:schedule:*\n}\n",
    );
}

#[test]
fn a_wildcard_over_braces_loses_names() {
    check(
        "role r {\n    within north\n    allow outbound:{campaign, schedule}:*\n}\n",
        "role r {\n    within north\n    allow outbound:campaign:*\n}\n",
    );
}

#[test]
fn a_wildcard_of_nothing_else_is_replaced() {
    check(
        "role r {\n    within north\n    allow outbound:schedule:* in both\n}\n",
        "role r {\n    within north\n    allow outbound:campaign:{editSchedule, viewSchedule} in both\n}\n",
    );
}

#[test]
fn a_wildcard_without_counterparts_gets_them() {
    check(
        "role r {\n    within north\n    allow *:*:view\n}\n",
        "role r {\n    within north\n    allow *:*:view\n    allow outbound:{campaign, emailCampaign}:viewSchedule\n    except outbound:{emailCampaignSchedule, schedule}:view\n}\n",
    );
}

#[test]
fn explicit_clauses_are_rewritten_in_place() {
    check(
        "role r {\n    within both\n    allow outbound:schedule:view in north // calendar\n    allow outbound:sequence:view\n}\n",
        "role r {\n    within both\n    allow outbound:campaign:viewSchedule in north // calendar\n    allow outbound:sequence:view\n}\n",
    );
    check(
        "role r {\n    within north\n    allow outbound:{campaign, schedule}:view where Campaign.id == \"1\"\n}\n",
        "role r {\n    within north\n    allow outbound:campaign:view where Campaign.id == \"1\"\n    allow outbound:campaign:viewSchedule where Campaign.id == \"1\"\n}\n",
    );
    check(
        "role r {\n    within north\n    allow outbound:{sequence, schedule}:{view, edit}\n    except outbound:schedule:edit\n}\n",
        "role r {\n    within north\n    allow outbound:sequence:{view, edit}\n    allow outbound:campaign:viewSchedule\n    except outbound:schedule:edit\n}\n",
    );
}

#[test]
fn lines_of_nothing_else_go_with_their_comment() {
    check(
        "role r {\n    within north\n    allow outbound:campaign:{view, viewSchedule}\n    // The calendar.\n    allow outbound:schedule:view // old\n}\n",
        "role r {\n    within north\n    allow outbound:campaign:{view, viewSchedule}\n    // The calendar.\n}\n",
    );
}

#[test]
fn what_a_parent_brings_is_excepted() {
    check(
        "role base {\n    allow outbound:schedule:view in north\n    allow outbound:campaign:view\n}\nrole r extends base {\n    owner \"x\"\n    within both\n    // end\n}\n",
        "role base {\n    allow outbound:schedule:view in north\n    allow outbound:campaign:view\n}\nrole r extends base {\n    owner \"x\"\n    within both\n    allow outbound:campaign:viewSchedule in north\n    except outbound:schedule:view\n    // end\n}\n",
    );
}

#[test]
fn a_body_without_clauses_gets_some() {
    let base = "role base {\n    within both\n    allow outbound:campaign:view\n    allow-finding unaware-half \"x\"\n    allow outbound:schedule:view\n}\n";
    for (before, after) in [
        ("{}", "{\n    allow outbound:campaign:viewSchedule in both\n    except outbound:schedule:view\n}"),
        (
            "{\n    owner \"x\" // y\n}",
            "{\n    owner \"x\" // y\n    allow outbound:campaign:viewSchedule in both\n    except outbound:schedule:view\n}",
        ),
        ("{ owner \"x\" }", "{ owner \"x\" allow outbound:campaign:viewSchedule in both except outbound:schedule:view }"),
        (
            "{ allow outbound:sequence:view }",
            "{ allow outbound:sequence:view allow outbound:campaign:viewSchedule in both except outbound:schedule:view }",
        ),
    ] {
        let role = "role r extends base ";
        check(&format!("{base}{role}{before}\n"), &format!("{base}{role}{after}\n"));
    }
}

#[test]
fn only_what_is_missing_is_added() {
    check(
        "role r {\n    within both\n    allow outbound:campaign:viewSchedule in north\n    allow outbound:schedule:view\n}\n",
        "role r {\n    within both\n    allow outbound:campaign:viewSchedule in north\n    allow outbound:campaign:viewSchedule in south\n}\n",
    );
}

#[test]
fn an_override_is_edited_itself() {
    check(
        "default role r {\n    allow outbound:*\n}\noverride r {\n    within north\n}\n",
        "default role r {\n    allow outbound:*\n}\noverride r {\n    within north\n    except outbound:emailCampaignSchedule:view\n    except outbound:schedule:*\n}\n",
    );
}

#[test]
fn silenced_conflicts_are_left_alone() {
    check(
        "role r {\n    within north\n    allow outbound:campaign:viewSchedule\n    allow outbound:schedule:{view, edit}\n    allow-finding confinement-defeated \"agreed\"\n}\n",
        "role r {\n    within north\n    allow outbound:campaign:viewSchedule\n    allow outbound:schedule:view\n    allow outbound:campaign:editSchedule\n    allow-finding confinement-defeated \"agreed\"\n}\n",
    );
}

const SEQUENCES: &str = "endpoint GET \"/sequences\" any outbound:schedule:view, outbound:sequence:view, outbound:campaign:view
endpoint GET \"/campaigns\" any outbound:schedule:view, outbound:campaign:viewSchedule
endpoint GET \"/others\" any outbound:campaign:view
";

#[test]
fn a_lost_surface_is_kept_open_by_what_opens_least() {
    let role = "role r {\n    within north\n    allow outbound:schedule:view\n}\n";
    check_with(
        SEQUENCES,
        role,
        "role r {\n    within north\n    allow outbound:campaign:viewSchedule\n    allow outbound:sequence:view\n}\n",
    );
    let fix = fix_of(&format!("{CATALOG}{SEQUENCES}{role}"), Code::UnawareHalf);
    let title = "replace `outbound:schedule:view` by `outbound:campaign:viewSchedule`; allow `outbound:sequence:view`, which no division confines";
    assert_eq!((&*fix.title, fix.automatic), (title, false));
    // With nothing new to open, the aware one is the better one.
    let fewer = SEQUENCES.replace("endpoint GET \"/others\" any outbound:campaign:view\n", "");
    let fix = fix_of(&format!("{CATALOG}{fewer}{role}"), Code::UnawareHalf);
    let title = "replace `outbound:schedule:view` by `outbound:campaign:viewSchedule`; allow `outbound:campaign:view`";
    assert_eq!((&*fix.title, fix.automatic), (title, true));
}

#[test]
fn a_swap_that_keeps_everything_is_automatic() {
    let role = "role r {\n    within north\n    allow outbound:schedule:view\n    allow outbound:campaign:view\n}\n";
    assert!(fix_of(&format!("{CATALOG}{SEQUENCES}{role}"), Code::UnawareHalf).automatic);
}

#[test]
fn opened_and_closed_surfaces_are_named() {
    let surfaces = "topic \"new\" all outbound:campaign:viewSchedule\ntopic \"gone\" all outbound:schedule:view\n";
    let role = "role r {\n    within north\n    allow outbound:schedule:view\n}\n";
    let fix = fix_of(&format!("{CATALOG}{surfaces}{role}"), Code::UnawareHalf);
    let title = "replace `outbound:schedule:view` by `outbound:campaign:viewSchedule`; this opens `new`; this closes `gone`";
    assert_eq!((&*fix.title, fix.automatic), (title, false));
}

#[test]
fn a_condition_that_the_counterpart_does_not_take_is_not_widened() {
    let role = "role r {\n    within north\n    allow outbound:schedule:view where Campaign.id == \"1\"\n}\n";
    let text = format!("{CATALOG}{SEQUENCES}{role}").replace("campaign division-aware conditions any", "campaign division-aware");
    let fix = fix_of(&text, Code::UnawareHalf);
    let title = "take `outbound:schedule:view` away; this closes `GET /campaigns` and `GET /sequences`";
    assert_eq!((&*fix.title, fix.automatic), (title, false));
    assert!(fixed(&text, Code::UnawareHalf).ends_with("role r {\n    within north\n}\n"));
}

#[test]
fn a_chain_is_mended_from_its_top() {
    let roles = "role a {\n    within both\n    allow outbound:schedule:view\n}\nrole b extends a {\n    within north\n    allow outbound:campaign:view\n}\n";
    check(roles, &roles.replace("outbound:schedule:view", "outbound:campaign:viewSchedule"));
}

#[test]
fn lines_without_effect_go() {
    let catalog = "domain a { entity b { c d } }\n";
    for (before, after, automatic) in [
        ("    allow a:b:c\n    allow a:b:{c, d}\n", "    allow a:b:{c, d}\n", true),
        ("    allow a:b:* /\n    except a:b:* / // none\n", "    except a:b:*\n", true),
        ("    allow a:b:c\n    except a:b:d // not held\n", "    allow a:b:c\n", true),
        ("    within all\n    allow a:b:c\n", "    allow a:b:c\n", true),
        ("    allow a:b:c   except a:b:d\n", "    allow a:b:c\n", true),
        ("    except a:b:d  allow a:b:c\n", "    allow a:b:c\n", true),
    ] {
        let before = before.replace(" /\n", "\n").replace(" / //", " //");
        let text = format!("{catalog}role r {{\n{before}}}\n");
        assert_eq!(fix_of(&text, Code::NoEffect).automatic, automatic);
        let after = after.replace("except a:b:*\n", "except a:b:* // none\n");
        assert_eq!(fixed(&text, Code::NoEffect), format!("{catalog}role r {{\n{after}}}\n"));
    }
    let text = "domain a { entity b division-unaware { c } }\ndivision n\nrole r {\n    allow a:b:c in n\n}\n";
    assert_eq!(fixed(text, Code::NoEffect), text.replace(" in n", ""));
    let text = "domain a { entity b division-unaware { c } }\ndivision n\nrole r {\n    within n\n    allow a:b:c\n}\n";
    assert!(!fix_of(text, Code::NoEffect).automatic);
    let text = "domain a { entity b { c d } }\nrole r { allow a:b:* allow a:b:c }\n";
    assert_eq!(fixed(text, Code::NoEffect), text.replace(" allow a:b:c", ""));
    let crlf = "domain a { entity b { c d } }\r\nrole r {\r\n    allow a:b:*\r\n    allow a:b:c\r\n}\r\n";
    assert_eq!(fixed(crlf, Code::NoEffect), crlf.replace("    allow a:b:c\r\n", ""));
}

#[test]
fn what_a_backfill_asks_for_is_not_removed_unasked() {
    let text = "domain a { entity b { c d } }\nrole r {\n    allow a:b:*\n    allow a:b:c\n}\nbackfill f {\n    when explicitly a:b:c\n    add a:b:d\n    on 2026-01-01\n}\n";
    assert!(!fix_of(text, Code::NoEffect).automatic);
}

#[test]
fn redundant_lines_go() {
    let text = "domain a { entity b { c } }\nrole p {\n    allow a:b:c\n}\nrole r extends p {\n    allow a:b:c\n}\n";
    assert!(fix_of(text, Code::RedundantWithParent).automatic);
    assert!(fixed(text, Code::RedundantWithParent).ends_with("role r extends p {\n}\n"));
    assert!(!fix_of(&text.replace("role p", "default role p"), Code::RedundantWithParent).automatic);
}

#[test]
fn deprecated_permissions_are_swapped() {
    let text = "domain a { entity b { c action d deprecated use a:b:e action f deprecated use a:b:e e } }\nrole r {\n    allow a:b:{c, d, f}\n    allow a:b:d\n}\n";
    let fix = fix_of(text, Code::DeprecatedPermission);
    assert_eq!((&*fix.title, fix.automatic), ("allow `a:b:e` instead of `a:b:{d, f}`", false));
    assert!(fixed(text, Code::DeprecatedPermission).ends_with("{\n    allow a:b:c\n    allow a:b:e\n    allow a:b:e\n}\n"));
    let without = text.replace(" use a:b:e action f", " action f");
    assert!(
        compiled(input(&without))
            .findings
            .iter()
            .all(|finding| finding.fix.is_none() || finding.code != Code::DeprecatedPermission)
    );
}

#[test]
fn other_findings_have_fixes_too() {
    let text = "domain a { entity b { c action d requires a:b:c } }\nrole r {\n    allow a:b:d\n}\n";
    assert_eq!(fixed(text, Code::MissingRequiredPermission), text.replace("d\n}", "d\n    allow a:b:c\n}"));
    let text = "domain a { entity b { c d } }\nrole r {\n    allow a:b:c\n    allow a:b:d\n    except a:b:c\n}\n";
    assert_eq!(fixed(text, Code::AllowAndExcept), text.replace("    allow a:b:c\n", ""));
    let text = "domain a { entity b { c } }\nrole r {\n    allow-finding unconfinable \"x\" // y\n    allow a:b:c\n}\n";
    assert_eq!(fixed(text, Code::UnneededAllowFinding), text.replace("    allow-finding unconfinable \"x\" // y\n", ""));
}

#[test]
fn one_line_declares_a_pair_for_all_its_surfaces() {
    let start =
        "domain a {\n    entity b division-aware { c }\n    entity d division-unaware { e }\n}\ntopic \"x\" any a:b:c, a:d:e\n";
    let end = "topic \"y\" any a:d:e, a:b:c";
    let pair = "\npair a:d:e -> a:b:c\n\n";
    assert_eq!(fixed(&format!("{start}{end}\n"), Code::PairCandidate), format!("{start}{pair}{end}\n"));
    let alone = start.trim_end();
    assert_eq!(fixed(alone, Code::PairCandidate), format!("{alone}\n\npair a:d:e -> a:b:c\n"));
}

/// The texts in a page between the lines that fence a language block, after a heading.
fn example<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("## {heading}\n"))?;
    let (_, rest) = rest.split_once("```role\n")?;
    rest.split_once("```").map(|(text, _)| text)
}

#[test]
fn every_page_with_a_fix_is_mended_by_it() {
    let codes = [
        Code::WildcardDefeatsConfinement,
        Code::ConfinementDefeated,
        Code::UnawareHalf,
        Code::NoEffect,
        Code::RedundantWithParent,
        Code::AllowAndExcept,
        Code::DeprecatedPermission,
        Code::UnneededAllowFinding,
        Code::PairCandidate,
        Code::MissingRequiredPermission,
    ];
    for code in codes {
        let text = example(code.page(), "Fails").expect("an example");
        assert!(!fix_of(text, code).edits.is_empty(), "{}", code.name());
        let after = fixed(text, code);
        assert_ne!(after, text, "{}", code.name());
        let left: Vec<Code> = compiled(input(&after)).findings.iter().map(|finding| finding.code).collect();
        assert!(!left.contains(&code), "{}: {after}", code.name());
        assert_eq!(fixed(&after, code), after, "{}: not idempotent", code.name());
    }
    for code in [Code::WildcardDefeatsConfinement, Code::ConfinementDefeated, Code::UnawareHalf, Code::DeprecatedPermission] {
        let fails = example(code.page(), "Fails").expect("an example");
        assert_eq!(Some(&*fixed(fails, code)), example(code.page(), "Passes"), "{}", code.name());
    }
}

/// A project from disk.
fn load(path: &str) -> Input {
    project::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the example can be read").input
}

fn with_texts(path: &str, texts: Vec<(String, String, bool)>) -> Input {
    Input { sources: Sources::new(texts), ..load(path) }
}

#[test]
fn the_naive_example_is_mended() {
    let path = "examples/outbound-divisions/confined-naive";
    let before = compiled(load(path));
    let pair = |finding: &Diagnostic| PAIR_CONFLICTS.contains(&finding.code);
    assert_eq!(before.findings.iter().filter(|finding| pair(finding)).count(), 10);
    let texts = mended(&before, pair);
    let custom: String =
        texts.iter().filter(|(name, ..)| name == "roles/custom.role").map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(custom, NAIVE_MENDED);
    let after = compiled(with_texts(path, texts));
    assert_eq!(after.count(Level::Error), 0, "{:?}", after.findings);
    assert_eq!(mended(&after, pair), mended(&after, |_| false), "not idempotent");
    for role in before.program.named_roles() {
        let new = after.program.find_role(&before.program.role(role).name).expect("the role is still there");
        let (old, new) = (reached(&before, &held(&before, role)), reached(&after, &held(&after, new)));
        let lost: Vec<&str> = old.difference(&new).map(String::as_str).collect();
        // These topics ask for the old permission and nothing else.
        assert!(
            lost.is_empty() || lost == ["v2.outbound.schedules.campaigns.{id}", "v2.outbound.schedules.sequences.{id}"],
            "{lost:?}"
        );
        assert!(new.is_subset(&old), "{:?}", new.difference(&old));
    }
}

const NAIVE_MENDED: &str = r#"// Each of these roles looks confined to EMEA, and none of them is.

/// A copy of the stock role for EMEA. The wildcard it copies brings the division-unaware schedule permissions with it.
role outbound_admin_emea "Outbound Admin EMEA" copies outbound_admin {
    owner "outbound operations"
    within emea
    except outbound:{emailCampaignSchedule, messagingCampaignSchedule, schedule, whatsAppCampaignSchedule}:*
}

/// The new permissions were added and the old ones left in, to be safe: the old ones open every calendar.
role campaign_scheduler_emea "Campaign Scheduler EMEA" {
    owner "outbound operations"
    within emea
    allow outbound:campaign:{search, view}
    allow outbound:campaign:{deleteSchedule, editSchedule, viewSchedule}
    allow outbound:campaignSequence:view
    allow outbound:campaignSequenceSchedule:{delete, edit, view}
}

/// The old role with a division on it, and nothing else changed.
role message_scheduler_emea "Message Scheduler EMEA" {
    owner "outbound operations"
    within emea
    allow outbound:messagingCampaign:{search, view}
    allow outbound:whatsAppCampaign:{search, view}
    allow outbound:messagingCampaign:{editSchedule, viewSchedule}
    allow outbound:whatsAppCampaign:{editSchedule, viewSchedule}
}

/// Half of a pair brought by a wildcard, half of another written out: each is reported where it stands.
role campaign_manager_sales "Campaign Manager EMEA Sales" {
    owner "EMEA sales"
    within emea_sales
    allow outbound:emailCampaign:*
    allow outbound:campaign:{edit, search, start, stop, view, viewSchedule}
    allow outbound:campaignSequenceSchedule:view
}
"#;

/// Divisions by their numbers; `None` for all.
type Scope = Option<BTreeSet<usize>>;

/// What a role holds, and where, whatever the condition.
fn held(compilation: &Compilation, role: RoleId) -> BTreeMap<String, Scope> {
    let Compilation { program, flat, .. } = compilation;
    let mut held: BTreeMap<String, Scope> = BTreeMap::new();
    for grant in flat.grants(program, role) {
        let divisions = program.scopes.divisions(grant.scope);
        let scope = divisions.map(|divisions| divisions.iter().map(|id| id.index()).collect());
        let before = held.entry(program.catalog.name(grant.permission).to_owned()).or_insert(Some(BTreeSet::new()));
        *before = before.take().zip(scope).map(|(a, b): (BTreeSet<usize>, BTreeSet<usize>)| &a | &b);
    }
    held
}

/// Where all of some permissions are held; nowhere for none.
fn overlap<'h>(scopes: impl Iterator<Item = Option<&'h Scope>>) -> Scope {
    let nowhere = Some(BTreeSet::new());
    scopes
        .map(|scope| scope.unwrap_or(&nowhere).clone())
        .reduce(|a, b| match (a, b) {
            (Some(a), Some(b)) => Some(&a & &b),
            (a, b) => a.or(b),
        })
        .unwrap_or(nowhere)
}

/// The surfaces that holders of these permissions reach.
fn reached(compilation: &Compilation, held: &BTreeMap<String, Scope>) -> BTreeSet<String> {
    let program = &compilation.program;
    let scope = |id: &PermissionId| held.get(program.catalog.name(*id));
    let surfaces = program.surfaces.iter().filter(|surface| match &surface.requirement {
        Requirement::Any(permissions) => permissions.iter().any(|id| scope(id).is_some()),
        Requirement::All(permissions) => overlap(permissions.iter().map(scope)).is_none_or(|divisions| !divisions.is_empty()),
        Requirement::Open | Requirement::Unstated => true,
    });
    surfaces.map(rolec::model::Surface::title).collect()
}
