//! Users, groups, objects and tests: each rule of the language by an example that would fail without it.

use rolec::compile::{Input, compile};
use rolec::source::Sources;

const CATALOG: &str = "
domain outbound {
    entity campaign division-aware conditions Conversation.queue: string, Conversation.age: number { view edit }
    entity schedule division-unaware { view }
}
domain callback { entity record { view cancel } }
endpoint GET \"/campaigns/{id}\" any outbound:campaign:view, outbound:schedule:view
endpoint PUT \"/campaigns/{id}\" all outbound:campaign:view, outbound:campaign:edit
topic \"v2.open\" open
view \"Unknown\" unstated
home division main
division emea
division apac
divisions abroad = emea, apac
";

/// The errors of a project, each as its code and message.
fn errors(text: &str) -> Vec<String> {
    let sources = Sources::new(vec![("project.role".to_owned(), format!("{CATALOG}{text}"), false)]);
    let compilation = compile(Input { sources, ..Input::default() });
    let errors = compilation.findings.iter().filter(|finding| finding.level == rolec::diagnostic::Level::Error);
    errors.map(|finding| format!("{}: {}", finding.code.name(), finding.message)).collect()
}

#[track_caller]
fn holds(text: &str) {
    assert_eq!(errors(text), Vec::<String>::new());
}

#[track_caller]
fn fails(text: &str, expected: &str) {
    assert_eq!(errors(text), [expected]);
}

#[test]
fn access_is_the_union_over_own_and_inherited_assignments() {
    holds(
        "role a { allow outbound:campaign:view }
         role b { allow callback:record:view }
         group inner member of outer
         group outer
         user \"u\" member of inner
         assign a to user \"u\" in emea
         assign b to group outer
         test \"t\" {
             as user \"u\"
             allow outbound:campaign:view in emea
             allow callback:record:view
             as group inner
             allow callback:record:view
             deny outbound:campaign:view
         }",
    );
}

#[test]
fn an_assignment_narrows_and_unaware_permissions_ignore_it() {
    holds(
        "role a { allow outbound:* in abroad }
         user \"u\"
         user \"home\"
         user \"everywhere\"
         assign a to user \"u\" in emea, main
         assign a to user \"everywhere\" in all
         test \"t\" {
             as user \"u\"
             allow outbound:campaign:view in emea
             deny outbound:campaign:view in apac, main
             allow outbound:schedule:view in all
             as user \"everywhere\"
             allow outbound:campaign:view in abroad
             as user \"home\"
             deny outbound:*
         }",
    );
}

#[test]
fn without_divisions_an_assignment_is_in_the_home_division() {
    holds(
        "role a { allow outbound:campaign:view }
         user \"u\"
         assign a to user \"u\"
         test \"t\" {
             as user \"u\"
             allow outbound:campaign:view in main
             deny outbound:campaign:view in abroad
         }",
    );
}

#[test]
fn what_must_be_allowed_must_be_so_in_all_of_the_divisions() {
    fails(
        "role a { allow outbound:campaign:view in emea }
         test \"t\" {
             as a
             allow outbound:campaign:view in abroad
         }",
        "test-failed: `a` holds `outbound:campaign:view` only in emea",
    );
}

#[test]
fn what_must_be_denied_must_be_so_in_every_one_of_the_divisions() {
    fails(
        "role a { allow outbound:campaign:view in emea }
         test \"t\" {
             as a
             deny outbound:campaign:view in apac
             deny outbound:campaign:view in abroad
         }",
        "test-failed: `a` holds `outbound:campaign:view` in emea",
    );
}

#[test]
fn attributes_decide_conditions() {
    holds(
        "role a {
             allow outbound:campaign:view where Conversation.queue in [\"Sales\", \"Service\"] and Conversation.age < 5.5
             allow outbound:campaign:edit where Conversation.queue == User.id
         }
         test \"t\" {
             as a
             allow outbound:campaign:view with Conversation.queue = \"Sales\", Conversation.age = 5
             deny outbound:campaign:view with Conversation.queue = \"Sales\", Conversation.age = 6
             deny outbound:campaign:view with Conversation.queue = \"Sales\"
             allow outbound:campaign:edit with Conversation.queue = \"7\", User.id = \"7\"
             deny outbound:campaign:edit with Conversation.queue = \"7\", User.id = \"8\"
             deny outbound:campaign:edit with Conversation.queue = \"7\"
         }",
    );
}

#[test]
fn without_attributes_a_condition_is_neither_enough_nor_nothing() {
    let role = "role a { allow outbound:campaign:view where Conversation.queue == \"Sales\" }";
    let held = "`outbound:campaign:view`";
    fails(
        &format!("{role} assert role a can outbound:campaign:view"),
        &format!("assertion-failed: `a` holds {held} only everywhere where Conversation.queue == \"Sales\""),
    );
    fails(
        &format!("{role} assert role a cannot outbound:campaign:view"),
        &format!("assertion-failed: `a` holds {held} everywhere where Conversation.queue == \"Sales\""),
    );
}

#[test]
fn surfaces_are_reached_by_any_or_by_all() {
    holds(
        "role a { allow outbound:campaign:view in emea }
         role b {
             allow outbound:campaign:view in emea
             allow outbound:campaign:edit in abroad
         }
         test \"t\" {
             as a
             allow endpoint GET \"/campaigns/42\" in emea
             deny endpoint GET \"/campaigns/42\" in apac
             deny endpoint PUT \"/campaigns/42\"
             as b
             allow endpoint PUT \"/campaigns/42\" in emea
             deny endpoint PUT \"/campaigns/42\" in apac
             allow topic \"v2.open\"
         }",
    );
    fails(
        "role a { allow outbound:campaign:view }
         assert role a cannot topic \"v2.open\"",
        "assertion-failed: `v2.open` is open to anybody",
    );
    fails(
        "role a { allow outbound:campaign:view }
         assert role a can view \"Unknown\"",
        "assertion-failed: no source says who may use `Unknown`",
    );
}

#[test]
fn roles_of_one_user_reach_together_what_asks_for_all() {
    holds(
        "role a { allow outbound:campaign:view }
         role b { allow outbound:campaign:edit }
         user \"u\"
         assign a to user \"u\" in emea
         assign b to user \"u\" in abroad
         test \"t\" {
             as user \"u\"
             allow endpoint PUT \"/campaigns/42\" in emea
             deny endpoint PUT \"/campaigns/42\" in apac
         }",
    );
}

#[test]
fn what_holds_must_hold_in_every_epoch_and_region() {
    let backfill = "role a { allow callback:record:view }
         backfill b {
             when callback:record:view
             add callback:record:cancel
             on 2026-02-16
             region late on 2026-03-16
         }";
    fails(
        &format!("{backfill} assert role a can callback:record:cancel"),
        "assertion-failed: `a` does not hold `callback:record:cancel`",
    );
    fails(
        &format!("{backfill} assert role a cannot callback:record:cancel"),
        "assertion-failed: `a` holds `callback:record:cancel` everywhere, from 2026-02-16 on",
    );
    fails(
        &format!("{backfill} assert role a can callback:record:cancel at 2026-03-01"),
        "assertion-failed: `a` does not hold `callback:record:cancel`, from 2026-03-01 on in late",
    );
    holds(&format!(
        "{backfill}
         assert role a cannot callback:record:cancel at 2026-02-15
         assert role a can callback:record:cancel at 2026-03-16
         assert role a cannot callback:record:cancel at 2026-03-15 region late"
    ));
}

#[test]
fn a_guarded_surface_asks_for_what_it_formerly_did_until_it_is_enforced() {
    holds(
        "role a { allow outbound:campaign:view }
         role b { allow callback:record:view }
         enforcement e {
             guards GET \"/campaigns/{id}\"
             formerly any callback:record:view
             from 2026-03-01
             region late from 2026-04-01
         }
         test \"t\" {
             as a
             at 2026-02-28 deny endpoint GET \"/campaigns/42\"
             at 2026-03-01 region late deny endpoint GET \"/campaigns/42\"
             at 2026-04-01 allow endpoint GET \"/campaigns/42\"
             as b
             at 2026-02-28 allow endpoint GET \"/campaigns/42\"
             at 2026-04-01 deny endpoint GET \"/campaigns/42\"
         }",
    );
}

#[test]
fn nobody_holds_what_never_says() {
    let never = "never \"two hands\" outbound:campaign:edit with callback:record:cancel";
    fails(
        &format!("role a {{ allow outbound:campaign:edit allow callback:* }} role child extends a {{ }} {never}"),
        "never-broken: `a` holds `outbound:campaign:edit` and `callback:record:cancel`; \"two hands\": what nobody may hold together",
    );
    fails(
        &format!(
            "role a {{ allow outbound:campaign:edit }} role b {{ allow callback:* }} group g user \"u\" member of g
             assign a to group g
             assign b to user \"u\" {never}"
        ),
        "never-broken: the user `u` has the roles `a` and `b`; \"two hands\": what nobody may hold together",
    );
    holds(&format!(
        "role a {{ allow outbound:campaign:edit }} role b {{ allow callback:record:view }} user \"u\"
         assign a to user \"u\"
         assign b to user \"u\" {never}"
    ));
}

#[test]
fn readers_are_inherited_from_folders_that_propagate() {
    holds(
        "group sales
         group service
         user \"s\" member of sales
         user \"nobody\"
         folder \"F\" propagate {
             read sales
             object \"inherits\"
             object \"own\" { read all except sales }
             folder \"inner\" { read service object \"passes\" }
         }
         folder \"G\" {
             read sales
             object \"all\"
         }
         test \"t\" {
             as user \"s\"
             allow object \"F/inherits\"
             deny object \"F/own\"
             allow object \"F/inner/passes\"
             allow object \"G/all\"
             as group service
             deny object \"F/inherits\"
             allow object \"F/own\"
             allow object \"F/inner\"
             allow object \"G/all\"
             as user \"nobody\"
             deny object \"F/inherits\"
             allow object \"G/all\"
         }",
    );
}

#[test]
fn an_old_option_stands_for_what_groups_give_in_its_application() {
    holds(
        "role view { allow callback:record:view allow outbound:campaign:view }
         role cancel { allow callback:record:cancel allow outbound:campaign:edit }
         group g
         user \"u\" member of g
         application callback owns callback:*
         assign view to group g in all
         old option role cancel on user \"u\" in callback { allow-finding old-option \"until June\" }
         test \"t\" {
             as user \"u\"
             deny callback:record:view
             allow callback:record:cancel
             allow outbound:campaign:view
             deny outbound:campaign:edit
         }",
    );
}

#[test]
fn licences_are_bounded_by_their_order() {
    let licenses = "license low < middle < high
         addon license extra
         license middle needs callback:record:view
         license high needs callback:record:cancel
         license extra needs callback:*
         role a { allow callback:record:view }
         role b { allow callback:* }";
    holds(&format!("{licenses} assert role a license <= middle assert role b license <= high"));
    fails(
        &format!("{licenses} assert role b license <= middle"),
        "assertion-failed: `b` needs the licence `high`, because of `callback:record:cancel`",
    );
}

#[test]
fn a_region_waits_for_its_backfill() {
    let project = |enforced: &str| {
        format!(
            "role a {{ allow callback:record:view }}
             backfill b {{
                 when callback:record:view
                 add outbound:campaign:view
                 on 2026-02-16
                 region late on 2026-03-29
             }}
             enforcement e {{
                 guards GET \"/campaigns/{{id}}\"
                 after backfill b
                 formerly any callback:record:cancel
                 from 2026-03-01
             }}
             test \"t\" {{
                 as a
                 at 2026-02-28 deny endpoint GET \"/campaigns/42\"
                 at {enforced} region late allow endpoint GET \"/campaigns/42\"
                 at 2026-03-28 region late deny endpoint GET \"/campaigns/42\"
             }}"
        )
    };
    holds(&project("2026-03-29"));
}

#[test]
fn the_stock_role_edited_in_place() {
    holds(
        "default role admin { allow outbound:* }
         override admin {
             except outbound:schedule:*
             allow-finding edited-vendor-role \"tried in an organisation for tests first\"
         }
         pair outbound:schedule:view -> outbound:campaign:view
         user \"u\"
         assign admin to user \"u\" in emea
         test \"t\" {
             as user \"u\"
             allow outbound:campaign:* in emea
             deny outbound:campaign:* in apac
             deny outbound:schedule:view
         }",
    );
}
