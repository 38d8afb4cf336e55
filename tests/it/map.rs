//! `bundle.map`: the lines that it tells are those that `why` tells of the project; nothing but the project decides its bytes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::OnceLock;

use jiff::civil::Date;
use rolec::cli::project;
use rolec::compile::{Compilation, compile};
use rolec::conditions::{self, ConditionId, Operand};
use rolec::emit::bundle::Extent;
use rolec::model::{ParentKind, Program, RoleId};
use rolec::provenance::{Derivation, Derivations, Step, derivations};
use rolec::scopes::ScopeId;
use rolec::sets::PermissionId;
use rolec::source::Sources;
use rolec::syntax::ast;
use rolec::timeline::{Calendar, Gain};
use rolec_bundle::Document;
use rolec_bundle::document::{Condition, Operator, Scope, Value};
use rolec_bundle::provenance::{self, Provenance, Way, What};
use sha2::{Digest as _, Sha256};

use crate::examples;
use crate::folder::{Folder, snapshot};
use crate::generate::Project;
use crate::questions::{compiled, mutilated};

const PROJECTS: u64 = 150;

/// A bundle and its map, as bytes.
fn built(compilation: &mut Compilation, extent: Extent) -> (Vec<u8>, Vec<u8>) {
    let bundle = compilation.bundle("it", "1", extent);
    let (mut text, mut map) = (Vec::new(), Vec::new());
    bundle.write(&mut text).unwrap();
    let mut digest = "sha256:".to_owned();
    Sha256::digest(&text).iter().try_for_each(|byte| write!(digest, "{byte:02x}")).unwrap();
    bundle.write_map(&digest, &mut map).unwrap();
    (text, map)
}

/// What the compiler derives, line by line.
struct Told<'c> {
    sources: &'c Sources,
    program: &'c Program,
}

impl Told<'_> {
    fn path(&self, path: &[Step], last: RoleId, pinned: bool) -> Vec<String> {
        let parents = path.iter().skip(1).map(|step| step.role).chain([last]);
        let line = |(step, parent): (&Step, RoleId), how: &str| {
            let (role, parent) = (&self.program.role(step.role).name, &self.program.role(parent).name);
            format!("{} {role} {how} {parent}", self.sources.line(step.span))
        };
        let how = |at: usize, kind: ParentKind| match kind {
            ParentKind::Copies if pinned && at + 1 == path.len() => "copies-as-pinned",
            ParentKind::Copies => "copies",
            ParentKind::Extends => "extends",
            ParentKind::Overrides => "edits",
        };
        path.iter().zip(parents).enumerate().map(|(at, step)| line(step, how(at, step.0.kind))).collect()
    }

    fn way(&self, mut lines: Vec<String>, scope: ScopeId, condition: ConditionId) -> String {
        let when = self.program.conditions.get(condition).map(|condition| format!(" where {condition}")).unwrap_or_default();
        lines.push(format!("in {}{when}", self.program.scope_text(scope)));
        lines.join("; ")
    }

    fn clause(&self, one: &Derivation) -> String {
        let allow = &self.program.allows[one.allow];
        let mut lines = self.path(&one.path, one.role, false);
        lines.push(format!("{} {} allows", self.sources.line(allow.span), self.program.role(one.role).name));
        self.way(lines, one.scope, allow.condition)
    }

    /// All of it, in the order in which `why` tells it.
    fn all(&self, found: &Derivations) -> Vec<String> {
        let clauses = found.clauses.iter().map(|one| (one.path.len(), self.clause(one)));
        let pinned = found
            .pinned
            .iter()
            .map(|one| (one.path.len(), self.way(self.path(&one.path, one.base, true), one.scope, one.condition)));
        let mut all: Vec<(usize, String)> = clauses.chain(pinned).collect();
        all.sort_by_key(|(steps, _)| *steps);
        all.into_iter().map(|(_, text)| text).collect()
    }
}

/// A condition of the map, as the compiler has it.
fn condition(own: &Condition) -> conditions::Condition {
    let operand = |value: &Value| match value {
        Value::String(text) => Operand::String(text.as_str().into()),
        Value::Number(number) => Operand::number(&number.to_string()),
        Value::Variable(name) => Operand::Variable(name.as_str().into()),
    };
    match own {
        Condition::Compare { operator, value, variable } => {
            let operator = match operator {
                Operator::Equal => ast::Operator::Equal,
                Operator::Less => ast::Operator::Below,
                Operator::LessOrEqual => ast::Operator::AtMost,
                Operator::Greater => ast::Operator::Above,
                Operator::GreaterOrEqual => ast::Operator::AtLeast,
            };
            conditions::Condition::Compare(variable.as_str().into(), operator, operand(value))
        }
        Condition::In { values, variable } => {
            conditions::Condition::In(variable.as_str().into(), values.iter().map(operand).collect())
        }
        Condition::And(inner) => conditions::Condition::And(inner.iter().map(condition).collect()),
        Condition::Or(inner) => conditions::Condition::Or(inner.iter().map(condition).collect()),
    }
}

/// What a map tells, in the same words.
fn way(document: &Document, way: &Way<'_>) -> String {
    let line = |step: &provenance::Step<'_>| {
        let what = match step.what {
            What::Allows => "allows".to_owned(),
            What::Extends(role) => format!("extends {role}"),
            What::Copies(role) => format!("copies {role}"),
            What::CopiesAsPinned(role) => format!("copies-as-pinned {role}"),
            What::Edits(role) => format!("edits {role}"),
            What::Gains(backfill) => format!("gains {backfill}"),
        };
        format!("{}:{} {} {what}", step.file, step.line, step.role)
    };
    let mut lines: Vec<String> = way.steps.iter().map(line).collect();
    let scope = match &way.scope {
        Scope::All => "all".to_owned(),
        Scope::Divisions(list) => {
            list.iter().map(|id| document.divisions[id as usize].name.as_str()).collect::<Vec<_>>().join(", ")
        }
    };
    let when = way.condition.map(|own| format!(" where {}", condition(own))).unwrap_or_default();
    lines.push(format!("in {scope}{when}"));
    lines.join("; ")
}

/// What backfills have given by a day, as the compiler has it.
fn gained(compilation: &Compilation, role: RoleId, permission: PermissionId, day: Option<Date>) -> BTreeSet<String> {
    let Compilation { sources, program, epochs, .. } = compilation;
    let gains = epochs.gains(role, None, day).filter(|gain| day.is_some() && gain.permission == permission);
    let line = |gain: &Gain| {
        let backfill = &program.backfills[gain.backfill];
        let (at, role) = (sources.line(backfill.name_span), &program.role(role).name);
        format!("{at} {role} gains {}; in {}", backfill.name, program.scope_text(gain.scope))
    };
    gains.map(line).collect()
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let text = include_str!("../../bundle/schema/map.schema.json");
        jsonschema::draft202012::new(&serde_json::from_str(text).unwrap()).unwrap()
    })
}

/// Compares map and project for every role and permission; how many ways there were of each sort.
fn ensure_traced(what: &str, compilation: &mut Compilation, day: Option<Date>, seen: &mut BTreeSet<&'static str>) {
    let (text, map) = built(compilation, Extent { region: None, as_of: day });
    let document = Document::read(&text).unwrap();
    let read = Provenance::read(&map, &document).unwrap();
    assert!(schema().is_valid(&serde_json::from_slice(&map).unwrap()), "{what}");
    assert_eq!(read.to_json().unwrap(), map, "{what}: the compiler writes what the bundle's own crate does");
    for role in &document.roles {
        for permission in &document.permissions {
            let trace = read.trace(&role.name, &permission.name);
            let (gains, ways): (Vec<_>, Vec<_>) =
                trace.ways.iter().partition(|way| matches!(way.steps.last().unwrap().what, What::Gains(_)));
            let Compilation { sources, program, flat, .. } = &mut *compilation;
            let id = program.find_role(&role.name).unwrap();
            let permission_id = program.catalog.find(&permission.name).unwrap();
            let found = derivations(program, flat, id, permission_id);
            let mut told = Told { sources, program }.all(&found);
            let steps: Vec<usize> = ways.iter().map(|own| own.steps.len()).collect();
            let mut ways: Vec<String> = ways.into_iter().map(|own| way(&document, own)).collect();
            let told_steps: Vec<usize> = told.iter().map(|own| own.matches("; ").count()).collect();
            // What a pinned copy has is told in an order of its own.
            if found.pinned.len() > 1 {
                ways.sort();
                told.sort();
            }
            assert_eq!(trace.more, found.more);
            if !trace.more {
                assert_eq!((ways.clone(), steps), (told, told_steps), "{what}: {} {}", role.name, permission.name);
            }
            for sort in [" allows;", " extends ", " copies ", " copies-as-pinned ", " edits ", " where "] {
                seen.extend(ways.iter().any(|way| way.contains(sort)).then_some(sort));
            }
            let gains: BTreeSet<String> = gains.into_iter().map(|own| way(&document, own)).collect();
            seen.extend((!gains.is_empty()).then_some("gains"));
            assert_eq!(gains, gained(compilation, id, permission_id, day), "{what}: {} {}", role.name, permission.name);
        }
    }
}

/// On no day, and on one on which something has been gained.
fn ensure_all_traced(what: &str, compilation: &mut Compilation, seen: &mut BTreeSet<&'static str>) {
    ensure_traced(what, compilation, None, seen);
    let dates: BTreeSet<Date> = compilation.epochs.calendars.iter().flat_map(Calendar::dates).collect();
    if let Some(last) = dates.into_iter().next_back() {
        ensure_traced(what, compilation, Some(last), seen);
    }
}

#[test]
fn maps_of_generated_projects_tell_what_why_tells() {
    let mut seen = BTreeSet::new();
    for seed in 0..PROJECTS {
        let generated = Project::new(seed, 0);
        let mut free = compiled(&generated, None);
        ensure_all_traced(&format!("project {seed}"), &mut free, &mut seen);
        if seed % 3 == 0 {
            let pins = mutilated(&rolec::lock::pins(&free.program, &free.flat));
            ensure_all_traced(&format!("project {seed}, pinned"), &mut compiled(&generated, Some(pins)), &mut seen);
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn maps_of_examples_tell_what_why_tells() {
    let projects = examples::projects();
    assert!(projects.len() >= 5, "the examples are there");
    for path in projects {
        let mut compilation = compile(project::load(&path).unwrap().input);
        ensure_all_traced(&path.display().to_string(), &mut compilation, &mut BTreeSet::new());
    }
}

const MANIFEST: &str = "[project]\nname = \"office\"\nversion = \"1.0.0\"\n";
const BASE: &str = "domain desk {
    entity seat division-aware conditions Seat.floor: number { edit view }
    entity plan division-unaware { edit view }
}
home division main
division east
default role porter {
    allow desk:seat:view
    allow desk:plan:view
}
override porter {
    except desk:plan:view
}
";
const OFFICE: &str = "role keeper extends porter {
    within main, east
    allow desk:seat:edit in east where Seat.floor <= 2
    allow desk:seat:edit in main
}
role copy copies keeper {
    except desk:seat:view
}
backfill plans {
    when desk:seat:edit
    add desk:plan:edit
    on 2026-03-01
}
group movers
user \"ann\" member of movers
assign copy to group movers in east
";

fn office() -> Folder {
    let folder = Folder::with(&[("rolec.toml", MANIFEST), ("base.role", BASE), ("own/office.role", OFFICE)]);
    assert_eq!(folder.run(&["build"]).code, 0);
    folder
}

#[test]
fn the_form_of_a_map() {
    let office = office();
    let map: serde_json::Value = serde_json::from_str(&office.read("build/bundle.map")).unwrap();
    let mut text = String::new();
    for (key, value) in map.as_object().unwrap() {
        let lines: Vec<String> = match value {
            serde_json::Value::Array(list) => list.iter().map(ToString::to_string).collect(),
            other => vec![other.to_string()],
        };
        writeln!(text, "{key}\n  {}", lines.join("\n  ")).unwrap();
    }
    snapshot("map", "form", &text);
    assert_eq!(office.run(&["build", "--as-of", "2026-03-01", "-o", "then"]).code, 0);
    assert!(office.read("then/bundle.map").contains("\"gains\":[[0,"), "{}", office.read("then/bundle.map"));
}

#[test]
fn the_program_tells_the_lines() {
    let office = office();
    let mut text = String::new();
    let json = ["--bundle", "build/bundle.json"];
    for arguments in [
        &["can", "ann", "desk:seat:edit", "--in", "east", "--with", "Seat.floor=2"][..],
        &["can", "copy", "desk:seat:edit", "--in", "main", "--format", "json"],
        &["can", "keeper", "desk:seat:view", "--in", "main"],
        &["can", "porter", "desk:seat:view"],
        &["can", "ann", "desk:plan:edit"],
        &["can", "ann", "desk:seat:edit", "--in", "main"],
    ] {
        let asked = [arguments, &json].concat();
        writeln!(text, "$ rolec {}\n{}\n", asked.join(" "), office.run(&asked)).unwrap();
    }
    assert_eq!(office.run(&["build", "--target", "mapped", "-o", "there"]).code, 0);
    for map in ["build/bundle.map", "build/bundle.json", "none.map"] {
        let asked = ["can", "porter", "desk:seat:view", "--bundle", "there/mapped/bundle.rbundle", "--map", map];
        writeln!(text, "$ rolec {}\n{}\n", asked.join(" "), office.run(&asked)).unwrap();
    }
    snapshot("map", "asked", text.trim_end());
}

#[test]
fn a_map_of_another_bundle_is_refused() {
    let office = office();
    assert_eq!(office.run(&["build", "--as-of", "2026-01-01", "-o", "then"]).code, 0);
    let asked = ["can", "porter", "desk:seat:view", "--bundle", "build/bundle.json", "--map", "then/bundle.map"];
    let refused = office.run(&asked);
    std::fs::copy(office.path("then/bundle.map"), office.path("build/bundle.map")).unwrap();
    let noted = office.run(&asked[..5]);
    snapshot("map", "refused", &format!("$ rolec {}\n{refused}\n\n$ rolec {}\n{noted}", asked.join(" "), asked[..5].join(" ")));
    assert_eq!((refused.code, noted.code), (2, 0));
}

#[test]
fn without_a_map_that_of_an_earlier_build_goes() {
    let office = office();
    assert!(office.path("build/bundle.map").is_file());
    let built = office.run(&["build", "--no-map"]);
    assert_eq!(built.code, 0, "{built}");
    assert!(office.path("build/bundle.json").is_file() && !office.path("build/bundle.map").exists());
}
