//! `rolec who`: which roles have a permission or reach a surface.

use crate::folder::{Folder, snapshot};

const MANIFEST: &str = "[project]\nname = \"office\"\nversion = \"1.0.0\"\n\n[organisation]\nregions = [\"island\", \"north\"]\n";

const CATALOG: &str = "domain desk {
    entity seat division-aware conditions Desk.floor: string { edit view }
    entity plan division-unaware { edit view }
}
division east
division west
home division main

endpoint GET \"/seats/{seatId}\" any desk:seat:view, desk:plan:view
endpoint GET \"/seats/all\" all desk:seat:view, desk:plan:view or self
endpoint GET \"/plans\" any desk:plan:view
endpoint PUT \"/seats/{seatId}\" all desk:seat:edit, desk:seat:view
topic \"seats.{seatId}.moves\" any desk:seat:view
topic \"weather\" open
view \"Floor plan\" unstated

backfill plans {
    when desk:seat:edit
    add desk:plan:view
    on 2026-02-01
    region north on no sooner than 2026-03-01
}

enforcement plan_checks {
    guards GET \"/plans\"
    after backfill plans
    formerly any desk:seat:edit
    from 2026-02-10
}
";

const ROLES: &str = "role keeper {
    allow desk:seat:*
}
role east_keeper {
    within east
    allow desk:seat:view where Desk.floor == \"1\"
    allow desk:seat:edit where Desk.floor in [\"1\", \"2\"]
    allow desk:seat:view in west
}
role planner {
    allow desk:plan:*
    except desk:plan:view
}
role broken extends nobody {
    allow desk:*
}
";

fn office() -> Folder {
    // The scope of one line lies outside `within`, and one parent is unknown: what else there is can be asked about.
    let roles = ROLES.replace("    allow desk:seat:view in west\n", "");
    Folder::with(&[("rolec.toml", MANIFEST), ("catalog.role", CATALOG), ("roles.role", &roles)])
}

#[test]
fn permissions_and_surfaces() {
    let office = office();
    for (name, arguments) in [
        ("permission", &["desk:seat:edit"][..]),
        ("gained-permission", &["desk:plan:view"]),
        ("gained-later-in-a-region", &["desk:plan:view", "--region", "north", "--at", "2026-02-15"]),
        ("estimated", &["desk:plan:view", "--region", "north"]),
        ("any", &["GET /seats/42"]),
        ("literal-segment-and-all", &["GET /seats/all"]),
        ("all-under-conditions", &["PUT /seats/{seatId}"]),
        ("topic", &["seats.42.moves"]),
        ("open", &["weather"]),
        ("view", &["Floor plan"]),
        ("nobody", &["desk:plan:view", "--at", "2026-01-01"]),
        ("guarded-before", &["GET /plans", "--at", "2026-02-09"]),
        ("guarded", &["GET /plans", "--at", "2026-02-10"]),
        ("guarded-not-announced", &["GET /plans", "--region", "north", "--at", "2026-02-20"]),
        ("guarded-json", &["GET /plans", "--region", "north", "--format", "json"]),
        ("json", &["PUT /seats/42", "--format", "json"]),
        ("unknown-endpoint", &["DELETE /seats/42"]),
        ("unknown-permission", &["desk:seat:edti"]),
        ("beginning", &["desk"]),
        ("selector", &["desk:*"]),
        ("path-without-method", &["/seats/42"]),
        ("unknown-name", &["wether"]),
    ] {
        let arguments = [&["who"], arguments].concat();
        snapshot("who", name, &format!("$ rolec {}\n{}", arguments.join(" "), office.run(&arguments)));
    }
}
