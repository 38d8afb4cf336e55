//! Documents made of a tape of numbers: each choice takes the next one, and an empty tape chooses the first. So a tape that
//! shrinks gives a document that does.

use rolec_bundle::Document;
use serde_json::{Value, json};

/// What is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wishes {
    /// Gains on days.
    pub(crate) gains: bool,
    /// Applications with old options and full access, and objects with readers.
    pub(crate) beyond_roles: bool,
    /// Conditions within conditions.
    pub(crate) nested: bool,
}

/// Numbers to choose by.
struct Tape<'t>(std::slice::Iter<'t, u16>);

impl Tape<'_> {
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % count.max(1)
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    fn one<'o>(&mut self, of: &[&'o str]) -> &'o str {
        of[self.below(of.len())]
    }

    /// Some of the numbers below `count`, at least one.
    fn some(&mut self, count: usize) -> Vec<usize> {
        let some: Vec<usize> = (0..count).filter(|_| self.flip()).collect();
        if some.is_empty() { vec![self.below(count)] } else { some }
    }

    fn list<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| make(self)).collect()
    }
}

const PERMISSIONS: [&str; 9] = ["a:b:c", "a:b:d", "a:e:c", "admin", "f:g:add", "f:g:edit", "f:h:view", "i:j:view", "i:k:view"];
const DIVISIONS: [&str; 4] = ["east", "main", "north", "south"];
const STRINGS: [&str; 4] = ["x", "a \"quoted\" \\ text", "50", "ö\n"];
const VARIABLES: [&str; 4] = ["Queue.name", "Queue.size", "User.level", "odd \"name\""];

/// A document that is as the reader wants it.
pub(crate) fn document(tape: &[u16], wishes: Wishes) -> Document {
    let mut tape = Tape(tape.iter());
    let scopes = scopes(&mut tape);
    let sets: Vec<Value> = (0..5).map(|_| json!(tape.some(PERMISSIONS.len()))).collect();
    let conditions: Vec<Value> = (0..3).map(|_| condition(&mut tape, if wishes.nested { 3 } else { 0 })).collect();
    let roles = roles(&mut tape, scopes.len());
    let groups = groups(&mut tape, roles.len(), scopes.len());
    let users = users(&mut tape, roles.len(), scopes.len());
    let mut whole = json!({
        "backfills": [{ "name": "first" }, { "name": "second" }],
        "calendars": [[{ "changes": [], "from": null, "until": null }]],
        "catalog": "sha256:0", "compiler": "none",
        "conditions": conditions,
        "divisions": DIVISIONS.map(|name| json!({ "name": name })),
        "format": { "major": 1, "minor": 0 },
        "groups": groups,
        "permissions": PERMISSIONS.iter().map(|name| json!({ "awareness": awareness(&mut tape, name), "name": name })).collect::<Vec<_>>(),
        "project": { "name": "made", "version": "1" },
        "regions": [], "roles": roles, "scopes": scopes, "sets": sets, "sources": [], "surfaces": [], "users": users,
    });
    if wishes.gains {
        gains(&mut tape, &mut whole);
    }
    if wishes.beyond_roles {
        applications(&mut tape, &mut whole);
        objects(&mut tape, &mut whole);
        surfaces(&mut tape, &mut whole);
    }
    let bytes = serde_json::to_vec(&whole).expect("JSON");
    Document::read(&bytes).expect("a document")
}

fn scopes(tape: &mut Tape<'_>) -> Vec<Value> {
    let mut scopes = vec![json!("all")];
    scopes.extend((0..4).map(|_| json!(tape.some(DIVISIONS.len()))));
    // A scope has no place of its own: `all` may stand anywhere.
    let at = tape.below(scopes.len());
    scopes.swap(0, at);
    scopes
}

/// Permissions that know nothing of divisions are those of one domain, so that some sets have both.
fn awareness(tape: &mut Tape<'_>, name: &str) -> &'static str {
    match name.split(':').next() {
        Some("i") => "division-unaware",
        Some("f") if tape.flip() => "unstated",
        _ => "division-aware",
    }
}

fn condition(tape: &mut Tape<'_>, depth: usize) -> Value {
    let parts = |tape: &mut Tape<'_>| (0..=tape.below(3)).map(|_| condition(tape, depth.saturating_sub(1))).collect::<Vec<_>>();
    match if depth == 0 { tape.below(2) } else { tape.below(4) } {
        0 => {
            json!({ "variable": tape.one(&VARIABLES), "operator": tape.one(&["==", "<", "<=", ">", ">="]), "value": value(tape) })
        }
        1 => {
            let count = tape.below(3) + 1;
            json!({ "variable": tape.one(&VARIABLES), "in": (0..count).map(|_| value(tape)).collect::<Vec<_>>() })
        }
        2 => json!({ "and": parts(tape) }),
        _ => json!({ "or": parts(tape) }),
    }
}

fn value(tape: &mut Tape<'_>) -> Value {
    match tape.below(3) {
        0 => json!(tape.below(60)),
        1 => json!(tape.one(&STRINGS)),
        _ => json!({ "variable": tape.one(&VARIABLES) }),
    }
}

fn roles(tape: &mut Tape<'_>, scopes: usize) -> Vec<Value> {
    let mut roles = Vec::new();
    for at in 0..4 {
        let grants = tape.list(3, |tape| {
            let (set, scope) = (tape.below(5), tape.below(scopes));
            if tape.flip() { json!([set, scope, tape.below(3)]) } else { json!([set, scope]) }
        });
        let mut role = json!({ "grants": grants, "kind": "custom", "name": format!("role{at}") });
        match tape.below(6) {
            4 => role["auto_assigned"] = json!("all"),
            5 => role["auto_assigned"] = json!("creator"),
            _ => {}
        }
        roles.push(role);
    }
    roles
}

fn assigned(tape: &mut Tape<'_>, roles: usize, scopes: usize) -> Vec<Value> {
    tape.list(2, |tape| json!([tape.below(roles), tape.below(scopes)]))
}

/// Groups, each of which may be in the first of those after it, and in all that this is in.
fn groups(tape: &mut Tape<'_>, roles: usize, scopes: usize) -> Vec<Value> {
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); 3];
    for at in [1, 0] {
        if tape.flip() {
            above[at] = std::iter::once(at + 1).chain(above[at + 1].clone()).collect();
        }
    }
    let group = |(at, above): (usize, Vec<usize>)| json!({ "assigned": assigned(tape, roles, scopes), "member_of": above, "name": format!("group{at}") });
    above.into_iter().enumerate().map(group).collect()
}

fn users(tape: &mut Tape<'_>, roles: usize, scopes: usize) -> Vec<Value> {
    let mut user = |at: usize| {
        let member_of: Vec<usize> = (0..3).filter(|_| tape.flip()).collect();
        json!({ "assigned": assigned(tape, roles, scopes), "creator": at == 0, "member_of": member_of, "name": format!("user{at}@made.example") })
    };
    (0..3).map(&mut user).collect()
}

/// Two calendars, one of which begins and ends, and two regions.
fn gains(tape: &mut Tape<'_>, whole: &mut Value) {
    let mut epoch = |from: Value, until: Value| {
        let changes = tape.list(2, |tape| {
            let gains = tape.list(2, |tape| json!([tape.below(5), tape.below(5)]));
            json!({ "backfill": tape.below(2), "gains": gains, "role": tape.below(4) })
        });
        json!({ "changes": changes, "from": from, "until": until })
    };
    let open = [
        epoch(Value::Null, json!("2026-02-16")),
        epoch(json!("2026-02-16"), json!("2026-03-01")),
        epoch(json!("2026-03-01"), Value::Null),
    ];
    let bounded = [epoch(json!("2024-02-29"), json!("2026-02-20")), epoch(json!("2026-02-20"), json!("2027-01-01"))];
    whole["calendars"] = json!([open, bounded]);
    whole["regions"] = json!([{ "calendar": 0, "name": "eu" }, { "calendar": 1, "name": "us" }]);
}

fn applications(tape: &mut Tape<'_>, whole: &mut Value) {
    let mut application = |name: &str| {
        let mut own = json!({ "name": name, "owns": tape.below(5) });
        if tape.flip() {
            own["unconfigured"] = json!("full-access");
        }
        own
    };
    whole["applications"] = json!([application("one"), application("two")]);
    let options = tape.list(2, |tape| json!({ "application": tape.below(2), "role": tape.below(4), "user": tape.below(3) }));
    whole["old_options"] = json!(options);
}

/// Surfaces whose templates are in one another's way, some of them guarded.
fn surfaces(tape: &mut Tape<'_>, whole: &mut Value) {
    let mut requires = |all: bool| match tape.below(4) {
        0 => json!("open"),
        1 => json!("unstated"),
        2 if all => json!({ "all": tape.some(PERMISSIONS.len()) }),
        _ => json!({ "any": tape.some(PERMISSIONS.len()) }),
    };
    let templates = ["/a/b", "/a/{x}", "/{x}/b", "/a/{x}.{y}", "/a/{x}/c", "/a/b/{x}", "/{x}/b/c", "/{x}"];
    let mut all: Vec<Value> = templates
        .iter()
        .map(|name| json!({ "kind": "endpoint", "method": "GET", "name": name, "requires": requires(true) }))
        .collect();
    for name in ["a.b", "a.{x}", "{x}.b"] {
        all.push(json!({ "kind": "topic", "name": name, "requires": requires(true) }));
    }
    all.push(json!({ "kind": "view", "name": "A View", "requires": requires(true), "self": true }));
    let formerly = requires(false);
    let mut enforcement = json!({ "formerly": formerly, "name": "guard", "regions": [] });
    if tape.flip() {
        enforcement["default"] = json!({ "from": "2026-02-20" });
    }
    if whole["regions"].as_array().is_some_and(|regions| regions.len() > 1) {
        enforcement["regions"] = json!([{ "region": 1, "from": "2026-02-21" }]);
    }
    whole["enforcements"] = json!([enforcement]);
    for surface in &mut all {
        if tape.flip() {
            surface["enforcement"] = json!(0);
        }
    }
    whole["surfaces"] = json!(all);
}

fn objects(tape: &mut Tape<'_>, whole: &mut Value) {
    let mut object = |at: usize| {
        let groups: Vec<usize> = (0..3).filter(|_| tape.flip()).collect();
        let readers = match tape.below(3) {
            0 => json!("all"),
            1 => json!({ "groups": groups }),
            _ => json!({ "all_except": groups }),
        };
        let guards: Vec<usize> = (0..5).filter(|_| tape.flip()).collect();
        json!({ "guards": guards, "name": format!("Folder {at}/thing"), "readers": readers })
    };
    let all: Vec<Value> = (0..3).map(&mut object).collect();
    let kept = tape.below(4);
    whole["objects"] = json!(all[..kept.min(all.len())].to_vec());
}
