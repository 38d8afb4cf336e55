//! Documents of all sorts, from seeds.

use rolec_bundle::Day;
use rolec_bundle::document::{
    Application, Assignment, AutoAssigned, Available, Awareness, Backfill, Called, Certainty, Change, Condition, Division,
    Document, Enforcement, Epoch, Format, Grant, Group, IdList, InRegion, License, Object, OldOption, Operator, Permission,
    Project, Readers, Region, Role, RoleKind, Scope, SourceFile, Start, Surface, SurfaceKind, SurfaceRequires, Unconfigured,
    User, Value,
};

/// Numbers that look random, the same ones for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below another one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    pub(crate) fn id(&mut self, end: usize) -> u32 {
        u32::try_from(self.below(end)).unwrap()
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    fn ids(&mut self, end: usize, most: usize) -> IdList {
        if end == 0 {
            return IdList::default();
        }
        let mut ids = Vec::new();
        for _ in 0..self.below(most + 1) {
            let first = self.id(end);
            let length = if self.once_in(3) { self.id(6) } else { 0 };
            ids.extend((first..=first + length).filter(|id| (*id as usize) < end));
        }
        ids.into_iter().collect()
    }

    fn some_ids(&mut self, end: usize, most: usize) -> IdList {
        let ids = self.ids(end, most);
        if ids.is_empty() { [self.id(end)].into_iter().collect() } else { ids }
    }

    fn title(&mut self) -> Option<String> {
        (!self.once_in(3)).then(|| (*self.pick(&["A title", "Ünïcode \"quoted\"", "", "tab\tand\u{1}control"])).to_owned())
    }
}

/// How many things of each kind there are.
struct Sizes {
    permissions: usize,
    divisions: usize,
    sets: usize,
    scopes: usize,
    conditions: usize,
    roles: usize,
    groups: usize,
    users: usize,
    applications: usize,
    backfills: usize,
    licenses: usize,
    regions: usize,
    calendars: usize,
    enforcements: usize,
}

impl Sizes {
    fn new(random: &mut Random) -> Self {
        let calendars = if random.once_in(6) { 40 } else { 3 };
        Self {
            permissions: if random.once_in(4) { 1 + random.below(5000) } else { 1 + random.below(70) },
            divisions: if random.once_in(4) { random.below(3000) } else { random.below(9) },
            sets: 1 + random.below(12),
            scopes: 1 + random.below(5),
            conditions: random.below(5),
            roles: 1 + random.below(9),
            groups: random.below(5),
            users: random.below(7),
            applications: random.below(4),
            backfills: 1 + random.below(3),
            licenses: random.below(5),
            regions: random.below(4),
            calendars: 1 + random.below(calendars),
            enforcements: random.below(3),
        }
    }
}

fn name(kind: &str, at: usize) -> String {
    format!("{kind}_{at}")
}

/// The variables of conditions.
pub(crate) const VARIABLES: &[&str] = &["Queue.size", "Queue.name", "User.id", "Call.length"];
const TEXTS: &[&str] = &["Sales", "Service", "", "é"];
const NUMBERS: &[f64] = &[0.0, 1.0, -2.5, 50.0, 1e21, 1e-7];

/// The days on which things change.
pub(crate) fn days() -> Vec<Day> {
    ["2026-01-01", "2026-02-16", "2026-02-17", "2026-03-23", "2026-12-31"].iter().map(|day| day.parse().unwrap()).collect()
}

/// A document of a seed.
pub(crate) fn document(seed: u64) -> Document {
    let random = &mut Random::new(seed);
    let sizes = Sizes::new(random);
    let awareness = [Awareness::DivisionAware, Awareness::DivisionUnaware, Awareness::Unstated];
    let permission = |at: usize| format!("domain{}:entity:{}", at / 7, at % 7);
    Document {
        permissions: (0..sizes.permissions)
            .map(|at| Permission { awareness: *random.pick(&awareness), name: permission(at) })
            .collect(),
        divisions: (0..sizes.divisions)
            .map(|at| Division { home: at == 0, name: name("division", at), title: random.title() })
            .collect(),
        sets: (0..sizes.sets).map(|_| random.ids(sizes.permissions, 12)).collect(),
        scopes: (0..sizes.scopes).map(|at| scope(random, &sizes, at)).collect(),
        conditions: (0..sizes.conditions).map(|_| condition(random, 0)).collect(),
        roles: (0..sizes.roles).map(|at| role(random, &sizes, at)).collect(),
        calendars: (0..sizes.calendars).map(|_| calendar(random, &sizes)).collect(),
        backfills: (0..sizes.backfills).map(|at| Backfill { name: name("backfill", at), title: random.title() }).collect(),
        licenses: (0..sizes.licenses).map(|at| license(random, &sizes, at)).collect(),
        regions: (0..sizes.regions).map(|at| Region { calendar: random.id(sizes.calendars), name: name("region", at) }).collect(),
        groups: (0..sizes.groups).map(|at| group(random, &sizes, at)).collect(),
        users: (0..sizes.users).map(|at| user(random, &sizes, at)).collect(),
        applications: (0..sizes.applications).map(|at| application(random, &sizes, at)).collect(),
        old_options: old_options(random, &sizes),
        objects: (0..random.below(5)).map(|at| object(random, &sizes, at)).collect(),
        enforcements: (0..sizes.enforcements).map(|at| enforcement(random, &sizes, at)).collect(),
        surfaces: surfaces(random, &sizes),
        sources: (0..random.below(3)).map(|at| SourceFile { digest: name("sha256:", at), name: name("source", at) }).collect(),
        as_of: random.once_in(5).then(|| *random.pick(&days())),
        region: random.once_in(5).then(|| name("region", 0)),
        catalog: "sha256:00".to_owned(),
        compiler: "tests".to_owned(),
        format: Format { major: 1, minor: random.id(2) },
        project: Project { name: "generated".to_owned(), version: "1.0.0".to_owned() },
    }
}

fn scope(random: &mut Random, sizes: &Sizes, at: usize) -> Scope {
    if at == 0 || random.once_in(8) { Scope::All } else { Scope::Divisions(random.ids(sizes.divisions, 4)) }
}

fn condition(random: &mut Random, depth: usize) -> Condition {
    let variable = (*random.pick(VARIABLES)).to_owned();
    let inner = |random: &mut Random| (0..=random.below(3)).map(|_| condition(random, depth + 1)).collect();
    match random.below(if depth > 3 { 3 } else { 6 }) {
        0 => Condition::In { values: (0..random.below(4)).map(|_| value(random)).collect(), variable },
        1 | 2 => {
            let operators = [Operator::Equal, Operator::Less, Operator::LessOrEqual, Operator::Greater, Operator::GreaterOrEqual];
            Condition::Compare { operator: *random.pick(&operators), value: value(random), variable }
        }
        3 | 4 => Condition::And(inner(random)),
        _ => Condition::Or(inner(random)),
    }
}

fn value(random: &mut Random) -> Value {
    match random.below(3) {
        0 => Value::String((*random.pick(TEXTS)).to_owned()),
        1 => Value::Number(*random.pick(NUMBERS)),
        _ => Value::Variable((*random.pick(VARIABLES)).to_owned()),
    }
}

/// What variables may have.
pub(crate) fn attributes(random: &mut Random) -> Vec<(&'static str, rolec_bundle::Value<'static>)> {
    let mut attributes = Vec::new();
    for variable in VARIABLES {
        match random.below(3) {
            0 => attributes.push((*variable, rolec_bundle::Value::String(random.pick::<&'static str>(TEXTS)))),
            1 => attributes.push((*variable, rolec_bundle::Value::Number(*random.pick(NUMBERS)))),
            _ => {}
        }
    }
    attributes
}

fn grants(random: &mut Random, sizes: &Sizes, most: usize) -> Vec<Grant> {
    let mut grant = || Grant {
        set: random.id(sizes.sets),
        scope: random.id(sizes.scopes),
        condition: (sizes.conditions > 0 && random.once_in(3)).then(|| random.id(sizes.conditions)),
    };
    let all: Vec<Grant> = (0..most).map(|_| grant()).collect();
    let count = random.below(most + 1);
    all.into_iter().take(count).collect()
}

fn called(random: &mut Random, sizes: &Sizes) -> Vec<Called> {
    if sizes.licenses == 0 {
        return Vec::new();
    }
    (0..random.below(3)).map(|_| Called(random.id(sizes.licenses), random.id(sizes.permissions))).collect()
}

fn role(random: &mut Random, sizes: &Sizes, at: usize) -> Role {
    let days = days();
    let auto = [None, None, None, Some(AutoAssigned::All), Some(AutoAssigned::Creator)];
    let names = |random: &mut Random| (0..random.below(3)).map(|at| name("role", at)).collect::<Vec<_>>();
    Role {
        auto_assigned: *random.pick(&auto),
        available: random
            .once_in(5)
            .then(|| if random.once_in(2) { Available::After(days[0]) } else { Available::From(days[1]) }),
        copies: random.once_in(5).then(|| name("role", 0)),
        created: random.once_in(3).then(|| *random.pick(&days)),
        edited: random.once_in(4),
        extends: names(random),
        formerly: names(random),
        grants: grants(random, sizes, 5),
        irremovable: random.once_in(4),
        kind: if random.once_in(2) { RoleKind::Default } else { RoleKind::Custom },
        licenses: called(random, sizes),
        name: name("role", at),
        owner: random.title(),
        requires_licenses: names(random),
        requires_roles: names(random),
        title: random.title(),
    }
}

fn calendar(random: &mut Random, sizes: &Sizes) -> Vec<Epoch> {
    let days = days();
    let first = random.below(2);
    let bounds: Vec<Day> = days[first..].iter().copied().take(random.below(4)).collect();
    let open = random.once_in(8);
    let mut starts: Vec<Option<Day>> = bounds.iter().copied().map(Some).collect();
    if !open || starts.is_empty() {
        starts.insert(0, None);
    }
    let count = starts.len();
    let mut epochs = Vec::new();
    for at in 0..count {
        let until = if at + 1 < count { starts[at + 1] } else { None };
        let changes = if at == 0 { 0 } else { random.below(5) };
        epochs.push(Epoch { changes: (0..changes).map(|_| change(random, sizes)).collect(), from: starts[at], until });
    }
    epochs
}

fn change(random: &mut Random, sizes: &Sizes) -> Change {
    Change {
        backfill: random.id(sizes.backfills),
        estimated: random.once_in(2),
        gains: grants(random, sizes, 3).into_iter().map(|gain| Grant { condition: None, ..gain }).collect(),
        licenses: random.once_in(2).then(|| called(random, sizes)),
        role: random.id(sizes.roles),
    }
}

fn license(random: &mut Random, sizes: &Sizes, at: usize) -> License {
    let includes = random.ids(sizes.licenses, 1).iter().filter(|own| *own as usize != at).collect();
    License { addon: random.once_in(3), includes, name: name("license", at), title: random.title() }
}

fn assigned(random: &mut Random, sizes: &Sizes) -> Vec<Assignment> {
    (0..random.below(3)).map(|_| Assignment(random.id(sizes.roles), random.id(sizes.scopes))).collect()
}

fn group(random: &mut Random, sizes: &Sizes, at: usize) -> Group {
    Group {
        assigned: assigned(random, sizes),
        member_of: random.ids(at, 2),
        name: name("group", at),
        requires_roles: random.ids(sizes.roles, 1),
        title: random.title(),
    }
}

fn user(random: &mut Random, sizes: &Sizes, at: usize) -> User {
    // A group and a user may have one name.
    let name = if random.once_in(4) { name("group", at) } else { name("user", at) };
    User { assigned: assigned(random, sizes), creator: random.once_in(3), member_of: random.ids(sizes.groups, 2), name }
}

fn application(random: &mut Random, sizes: &Sizes, at: usize) -> Application {
    let unconfigured = random.once_in(2).then_some(Unconfigured::FullAccess);
    Application { name: name("application", at), owns: random.id(sizes.sets), title: random.title(), unconfigured }
}

fn old_options(random: &mut Random, sizes: &Sizes) -> Vec<OldOption> {
    if sizes.applications == 0 || sizes.users == 0 {
        return Vec::new();
    }
    let mut option =
        || OldOption { application: random.id(sizes.applications), role: random.id(sizes.roles), user: random.id(sizes.users) };
    let options: Vec<OldOption> = (0..4).map(|_| option()).collect();
    let count = random.below(5);
    options.into_iter().take(count).collect()
}

fn object(random: &mut Random, sizes: &Sizes, at: usize) -> Object {
    let readers = match random.below(3) {
        0 => Readers::All,
        1 => Readers::Groups(random.ids(sizes.groups, 2)),
        _ => Readers::AllExcept(random.ids(sizes.groups, 2)),
    };
    Object { folder: random.once_in(2), guards: random.ids(sizes.sets, 2), name: name("Folder/object", at), readers }
}

fn requires(random: &mut Random, sizes: &Sizes) -> SurfaceRequires {
    match random.below(6) {
        0 => SurfaceRequires::Open,
        1 => SurfaceRequires::Unstated,
        2 | 3 => SurfaceRequires::All(random.some_ids(sizes.permissions, 3)),
        _ => SurfaceRequires::Any(random.some_ids(sizes.permissions, 3)),
    }
}

fn enforcement(random: &mut Random, sizes: &Sizes, at: usize) -> Enforcement {
    let days = days();
    let certainties = [None, Some(Certainty::Estimated), Some(Certainty::NotAnnounced), Some(Certainty::OptedIn)];
    let default = (!random.once_in(3)).then(|| Start { certainty: *random.pick(&certainties), from: *random.pick(&days) });
    let regions: Vec<u32> = random.ids(sizes.regions, 2).iter().collect();
    let begins = |region| InRegion { certainty: *random.pick(&certainties), from: *random.pick(&days), region };
    let regions = regions.into_iter().map(begins).collect();
    Enforcement { default, formerly: requires(random, sizes), name: name("enforcement", at), regions, title: random.title() }
}

const SEGMENTS: &[&str] = &["users", "queues", "{id}", "{name}", "a{x}b", "{x}.{y}", "me", "", "{", "{a}{b}"];

fn surfaces(random: &mut Random, sizes: &Sizes) -> Vec<Surface> {
    let mut surfaces: Vec<Surface> = Vec::new();
    for _ in 0..random.below(14) {
        let (kind, method) = match random.below(4) {
            0 => (SurfaceKind::Topic, None),
            1 => (SurfaceKind::View, None),
            _ => (SurfaceKind::Endpoint, Some((*random.pick(&["GET", "PUT"])).to_owned())),
        };
        let separator = if kind == SurfaceKind::Topic { "." } else { "/" };
        let segments: Vec<&str> = (0..=random.below(3)).map(|_| *random.pick(SEGMENTS)).collect();
        let name = segments.join(separator);
        if surfaces.iter().any(|own| own.kind == kind && own.method == method && own.name == name) {
            continue;
        }
        let enforcement = (sizes.enforcements > 0 && random.once_in(2)).then(|| random.id(sizes.enforcements));
        surfaces.push(Surface { enforcement, kind, method, name, requires: requires(random, sizes), or_self: random.once_in(3) });
    }
    surfaces
}

/// A real name that may be of one of the surfaces of [`document`].
pub(crate) fn target(random: &mut Random, template: &str) -> String {
    let words = ["42", "me", "users", "a1b", "7.5", "", "a..b", "é", "{id}"];
    let mut name = String::new();
    let mut inside = false;
    for char in template.chars() {
        match char {
            '{' => {
                inside = true;
                name.push_str(random.pick::<&str>(&words));
            }
            '}' => inside = false,
            _ if !inside => name.push(char),
            _ => {}
        }
    }
    name
}
