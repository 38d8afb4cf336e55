//! The bundle: its bytes, what a reader makes of them, and what is left when a build fails.

mod reader;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::civil::Date;
use rolec::cli::file;
use rolec::cli::project;
use rolec::compile::{self, Compilation, Input};
use rolec::emit::bundle::Extent;
use rolec::emit::stages;
use rolec::manifest;
use rolec::model::{Program, RegionId, Requirement};
use rolec::sets::PermissionId;
use rolec::source::Sources;
use rolec::timeline;
use serde_json::Value;
use sha2::{Digest, Sha256};

use reader::{Points, Reader};

type Outcome = Result<(), Box<dyn Error>>;

/// A project that has a bit of everything.
const MANIFEST: &str = r#"
[project]
name = "tiny"
version = "0.1.0"

[organisation]
regions = ["eu", "us", "us-gov"]
"#;
const CATALOG: &str = r#"
domain routing "Routing" {
    entity queue "Queues" division-aware conditions Queue.name: string, Queue.size: number {
        view edit join
        action delete "Delete" deprecated since 2025-01-01 use routing:queue:edit
    }
    entity skill division-unaware { view edit }
    entity wrapupCode { view }
}

legacy admin "Administrator"

endpoint GET "/queues/{id}" any routing:skill:view, routing:queue:view or self
endpoint DELETE "/queues/{id}" all routing:queue:delete, routing:queue:view
topic "queues.{id}" open
view "Queues \"all\"" unstated
"#;
const PLACES: &str = r#"
home division main
division north "Up\tNorth ☃"
division south
division west

divisions both = north, south

backfill skills "Skills" {
    when routing:queue:edit
    add routing:skill:view
    on 2026-01-01
    region us on 2026-02-01..2026-02-03
    region us-gov on no sooner than 2026-02-03
}

backfill more {
    when routing:skill:view
    roles custom
    add routing:queue:join
    add routing:wrapupCode:view
    on 2026-03-01
}
"#;
const ROLES: &str = r#"
default role supervisor "Supervisor" {
    created 2020-01-01
    auto-assigned to creator
    formerly "Overseer", "Boss"
    allow routing:queue:{view, edit, delete}
    allow routing:skill:*
}

license cx1 < cx2

override supervisor {
    owner "ops"
    within both
    except routing:skill:*
}

role agent "Agent" copies supervisor {
    available when organisation created after 2019-06-03
    irremovable
    requires role helper
    requires license cx2
    requires license cx1
    allow admin
    allow routing:queue:join in north where Queue.size > 0.0000005 and (Queue.name in ["b", "a"] or Queue.name == User.id)
    allow routing:queue:join in west where Queue.size <= -12.50
}

role helper extends agent {
    except routing:queue:delete
}
"#;

fn project(files: &[(&str, &str)]) -> Result<Compilation, Box<dyn Error>> {
    let manifest = manifest::read(MANIFEST).map_err(|fault| fault.message)?;
    let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned(), false)).collect();
    let input = Input { sources: Sources::new(texts), organisation: manifest.organisation, ..Input::default() };
    let compilation = compile::compile(input);
    let errors: Vec<_> = compilation.findings.iter().map(|finding| (finding.code.name(), &finding.message)).collect();
    if compilation.is_sound() { Ok(compilation) } else { Err(format!("the project is not sound: {errors:#?}").into()) }
}

fn tiny() -> Result<Compilation, Box<dyn Error>> {
    project(&[("catalog.role", CATALOG), ("places.role", PLACES), ("roles.role", ROLES)])
}

fn example(path: &str) -> Result<Compilation, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path);
    let project = project::load(&folder).map_err(|failure| format!("{failure:?}"))?;
    Ok(compile::compile(project.input))
}

/// The bytes of a bundle, and the regions left out of it.
fn bundle(compilation: &mut Compilation, extent: Extent) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let bundle = compilation.bundle("tiny", "0.1.0", extent);
    let mut bytes = Vec::new();
    bundle.write(&mut bytes)?;
    Ok((String::from_utf8(bytes)?, bundle.left_out().map(str::to_owned).collect()))
}

fn whole(compilation: &mut Compilation) -> Result<String, Box<dyn Error>> {
    Ok(bundle(compilation, Extent::default())?.0)
}

/// The sound examples by their folders.
const EXAMPLES: [&str; 7] = [
    "contact-center",
    "callback/configured",
    "digital-only/corrected",
    "notification-topics",
    "outbound-divisions/stock",
    "outbound-divisions/confined",
    "user-station-backfill",
];

#[test]
fn the_bytes_are_canonical_json() -> Outcome {
    let mut projects = vec![tiny()?];
    for path in EXAMPLES {
        projects.push(example(path)?);
    }
    for mut compilation in projects {
        let extent = Extent { as_of: Some("2026-02-20".parse()?), ..Extent::default() };
        for text in [whole(&mut compilation)?, bundle(&mut compilation, extent)?.0] {
            let value: Value = serde_json::from_str(&text)?;
            assert!(serde_json_canonicalizer::to_string(&value)? == text, "not canonical: {text:.2000}");
        }
    }
    Ok(())
}

#[test]
fn a_project_without_anything_has_a_bundle() -> Outcome {
    let mut compilation = compile::compile(Input::default());
    let value: Value = serde_json::from_str(&whole(&mut compilation)?)?;
    assert_eq!(value["calendars"], serde_json::json!([[{"changes": [], "from": null, "until": null}]]));
    assert_eq!(value["roles"], serde_json::json!([]));
    Ok(())
}

/// The bundle without the list of files.
fn without_sources(text: &str) -> Result<Value, Box<dyn Error>> {
    let mut value: Value = serde_json::from_str(text)?;
    value.as_object_mut().and_then(|whole| whole.remove("sources")).ok_or("no list of sources")?;
    Ok(value)
}

#[test]
fn names_and_order_of_files_leave_no_trace() -> Outcome {
    let first = without_sources(&whole(&mut tiny()?)?)?;
    let renamed = [("z/catalog.role", CATALOG), ("m.role", PLACES), ("a.role", ROLES)];
    assert_eq!(without_sources(&whole(&mut project(&renamed)?)?)?, first);
    // Every declaration in a file of its own, in the opposite order.
    let declarations = format!("{CATALOG}{PLACES}{ROLES}");
    let mut texts: Vec<String> = Vec::new();
    for line in declarations.lines() {
        let begins = line.starts_with(|char: char| char.is_ascii_lowercase());
        match texts.last_mut() {
            Some(last) if !begins => last.extend([line, "\n"]),
            _ if line.is_empty() => {}
            _ => texts.push(format!("{line}\n")),
        }
    }
    let names: Vec<String> = (0..texts.len()).map(|at| format!("{:03}.role", texts.len() - at)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    assert!(files.len() > 15, "the declarations did not come apart");
    assert_eq!(without_sources(&whole(&mut project(&files)?)?)?, first);
    Ok(())
}

/// JSON for reviews: what fits on a line stands on one.
fn laid_out(value: &Value, depth: usize) -> String {
    let text = value.to_string();
    let (inner, outer) = (" ".repeat(depth * 2 + 2), " ".repeat(depth * 2));
    match value {
        _ if text.len() + depth * 2 <= 120 => text,
        Value::Array(elements) => {
            let lines: Vec<String> = elements.iter().map(|element| format!("{inner}{}", laid_out(element, depth + 1))).collect();
            format!("[\n{}\n{outer}]", lines.join(",\n"))
        }
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("{inner}{key:?}: {}", laid_out(value, depth + 1));
            let lines: Vec<String> = fields.iter().map(field).collect();
            format!("{{\n{}\n{outer}}}", lines.join(",\n"))
        }
        _ => text,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A bundle for a snapshot: what comes from the shipped catalog is long and the same everywhere, so its digest stands for it.
fn reviewed(text: &str) -> Result<String, Box<dyn Error>> {
    let mut value: Value = serde_json::from_str(text)?;
    value["compiler"] = "rolec".into();
    for key in ["permissions", "surfaces"] {
        let elements = value[key].as_array().ok_or("no list")?;
        if elements.len() > 100 {
            let digest = hex(&Sha256::digest(value[key].to_string())[..8]);
            value[key] = format!("{} elements, sha256:{digest}…", elements.len()).into();
        }
    }
    Ok(laid_out(&value, 0))
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn bundles_of_the_examples() -> Outcome {
    for path in EXAMPLES {
        let text = reviewed(&whole(&mut example(path)?)?)?;
        snapshot(&format!("bundle-{}", path.replace('/', "-")), &text);
    }
    Ok(())
}

#[test]
fn bundle_of_a_tiny_project() -> Outcome {
    snapshot("bundle-tiny", &reviewed(&whole(&mut tiny()?)?)?);
    Ok(())
}

#[test]
fn stages_of_a_tiny_project() -> Outcome {
    let Compilation { sources, program, order, flat, epochs, .. } = tiny()?;
    let mut texts: [Vec<u8>; 5] = Default::default();
    let [ast, resolved, ordered, flattened, timed] = &mut texts;
    stages::ast(&sources, ast)?;
    stages::program(&sources, &program, resolved)?;
    stages::order(&program, &order, ordered)?;
    stages::flat(&program, &flat, flattened)?;
    stages::epochs(&program, &epochs, timed)?;
    for (stage, text) in ["ast", "program", "order", "flat", "epochs"].into_iter().zip(texts) {
        snapshot(&format!("stage-{stage}"), &String::from_utf8(text)?);
    }
    Ok(())
}

#[test]
fn a_reader_finds_what_was_compiled() -> Outcome {
    let mut projects = vec![tiny()?];
    for path in EXAMPLES {
        projects.push(example(path)?);
    }
    for mut compilation in projects {
        let reader = Reader::new(&whole(&mut compilation)?)?;
        let regions: Vec<String> = compilation.program.regions.iter().map(ToString::to_string).collect();
        for region in std::iter::once(None).chain(regions.iter().map(|region| Some(region.as_str()))) {
            let id = region.and_then(|name| compilation.program.find_region(name));
            let mut days = compilation.epochs.calendar(id).map(rolec::timeline::Calendar::dates).unwrap_or_default();
            days.extend(days.clone().into_iter().map(Date::yesterday).collect::<Result<Vec<_>, _>>()?);
            days.push("2100-01-01".parse()?);
            for day in days {
                let folded = Extent { region: id, as_of: Some(day) };
                let folded = Reader::new(&bundle(&mut compilation, folded)?.0)?;
                for role in reader.roles() {
                    let expected = compiled(&mut compilation, role, id, day)?;
                    assert_eq!(reader.points(role, region, Some(day))?, expected, "`{role}` in {region:?} on {day}");
                    assert_eq!(folded.points(role, region, Some(day))?, expected, "`{role}` in {region:?} as of {day}");
                }
            }
        }
        assert_eq!(reader.roles().count(), compilation.program.named_roles().len());
    }
    Ok(())
}

/// What a surface asks for, in the reader's terms.
fn asked(program: &Program, at: usize, region: Option<RegionId>, day: Option<Date>) -> String {
    let names = |permissions: &[PermissionId]| {
        let names: BTreeSet<&str> = permissions.iter().map(|id| program.catalog.name(*id)).collect();
        names.into_iter().collect::<Vec<_>>().join(" ")
    };
    match program.asked(at, region, day) {
        Requirement::Any(permissions) => format!("any {}", names(permissions)),
        Requirement::All(permissions) => format!("all {}", names(permissions)),
        Requirement::Open => "open".to_owned(),
        Requirement::Unstated => "unstated".to_owned(),
    }
}

#[test]
fn a_reader_finds_what_guarded_surfaces_ask_for() -> Outcome {
    for path in ["notification-topics", "user-station-backfill"] {
        let mut compilation = example(path)?;
        let text = whole(&mut compilation)?;
        let reader = Reader::new(&text)?;
        let regions: Vec<String> = compilation.program.regions.iter().map(ToString::to_string).collect();
        for region in std::iter::once(None).chain(regions.iter().map(|region| Some(region.as_str()))) {
            let id = region.and_then(|name| compilation.program.find_region(name));
            let enforcements = &compilation.program.enforcements;
            let starts = enforcements.iter().filter_map(|guard| compilation.program.start(guard, id));
            let mut days: Vec<Date> = starts.map(|start| start.date).collect();
            days.extend(days.clone().into_iter().map(Date::yesterday).collect::<Result<Vec<_>, _>>()?);
            for day in days {
                let folded = Reader::new(&bundle(&mut compilation, Extent { region: id, as_of: Some(day) })?.0)?;
                let program = &compilation.program;
                for (at, surface) in program.surfaces.iter().enumerate().filter(|(_, surface)| surface.guard.is_some()) {
                    let title = surface.title();
                    for day in [Some(day), None] {
                        assert_eq!(
                            reader.asked(&title, region, day)?,
                            asked(program, at, id, day),
                            "{title} in {region:?} on {day:?}"
                        );
                    }
                    assert_eq!(folded.asked(&title, region, Some(day))?, asked(program, at, id, Some(day)), "{title} on {day}");
                }
            }
        }
    }
    Ok(())
}

/// What the compiler says that a role grants, in the reader's terms.
fn compiled(
    compilation: &mut Compilation,
    role: &str,
    region: Option<rolec::model::RegionId>,
    day: Date,
) -> Result<Points, Box<dyn Error>> {
    let Compilation { program, flat, epochs, .. } = compilation;
    let id = program.find_role(role).ok_or("no such role")?;
    let mut points = Points::default();
    for grant in timeline::grants_with(program, flat, id, epochs.gains(id, region, Some(day))) {
        let divisions = program.scopes.divisions(grant.scope);
        let divisions = divisions.map(|ids| ids.into_iter().map(|id| program.division(id).name.to_string()).collect());
        let everywhere = program.divisions.iter().map(|division| division.name.to_string());
        let divisions = divisions.unwrap_or_else(|| everywhere.chain([reader::ELSEWHERE.to_owned()]).collect());
        let condition = program.conditions.get(grant.condition).map(ToString::to_string);
        points.add(program.catalog.name(grant.permission), divisions, condition.as_deref());
    }
    Ok(points)
}

#[test]
fn one_region() -> Outcome {
    let mut compilation = tiny()?;
    let region = compilation.program.find_region("us");
    assert!(region.is_some());
    assert_eq!(compilation.program.find_region("u"), None);
    let (text, left_out) = bundle(&mut compilation, Extent { region, as_of: None })?;
    let value: Value = serde_json::from_str(&text)?;
    assert_eq!(value["regions"], serde_json::json!([{"calendar": 0, "name": "us"}]));
    assert_eq!(value["region"], "us");
    assert_eq!(value["calendars"].as_array().map(Vec::len), Some(1));
    assert_eq!(value["calendars"][0][0]["until"], "2026-02-03");
    assert_eq!(left_out, Vec::<String>::new());
    Ok(())
}

#[test]
fn one_day_leaves_out_regions_that_differ() -> Outcome {
    let mut compilation = tiny()?;
    let as_of = |day: &str| Ok::<_, Box<dyn Error>>(Extent { region: None, as_of: Some(day.parse()?) });
    let (text, left_out) = bundle(&mut compilation, as_of("2026-02-01")?)?;
    assert_eq!(left_out, ["us", "us-gov"]);
    let value: Value = serde_json::from_str(&text)?;
    assert_eq!(value["as_of"], "2026-02-01");
    assert_eq!(value["regions"], serde_json::json!([{"calendar": 0, "name": "eu"}]));
    assert_eq!(value["calendars"], serde_json::json!([[{"changes": [], "from": "2026-01-01", "until": "2026-03-01"}]]));
    // Later all regions hold the same again, although since different days.
    let (text, left_out) = bundle(&mut compilation, as_of("2026-02-03")?)?;
    assert_eq!(left_out, Vec::<String>::new());
    let value: Value = serde_json::from_str(&text)?;
    assert_eq!(value["regions"][1], serde_json::json!({"calendar": 1, "name": "us"}));
    assert_eq!(value["calendars"][1][0]["from"], "2026-02-03");
    Ok(())
}

#[test]
fn an_edited_role_keeps_what_the_vendor_says_of_it() -> Outcome {
    let value: Value = serde_json::from_str(&whole(&mut tiny()?)?)?;
    let supervisor = &value["roles"][2];
    assert_eq!(supervisor["name"], "supervisor");
    assert_eq!(supervisor["kind"], "default");
    assert_eq!(supervisor["edited"], true);
    assert_eq!(supervisor["created"], "2020-01-01");
    assert_eq!(supervisor["formerly"], serde_json::json!(["Boss", "Overseer"]));
    assert_eq!(supervisor["owner"], "ops");
    Ok(())
}

/// The first block of a language in a page.
fn block<'p>(page: &'p str, language: &str) -> Result<&'p str, Box<dyn Error>> {
    let start = page.split_once(&format!("```{language}\n")).ok_or(format!("no {language} in the page"))?.1;
    Ok(start.split_once("\n```").ok_or("a block does not end")?.0)
}

#[test]
fn the_example_of_the_page_is_what_is_written() -> Outcome {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bundle-format.md"))?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("rolec.toml"), block(&page, "toml")?)?;
    fs::write(folder.path().join("roles.role"), block(&page, "role")?.to_owned() + "\n")?;
    let built = build(folder.path(), &[])?;
    assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
    let mut written: Value = serde_json::from_slice(&fs::read(target(folder.path()))?)?;
    // The page need not be changed with every release.
    written["compiler"] = "rolec 0.1.0".into();
    let expected = laid_out(&written, 0);
    assert!(block(&page, "json")? == expected, "the page should have:\n{expected}");
    let mut map: Value = serde_json::from_slice(&fs::read(folder.path().join("build/bundle.map"))?)?;
    map["bundle"] = format!("sha256:{}", hex(&Sha256::digest(written.to_string().as_bytes()))).into();
    let expected = laid_out(&map, 0);
    assert!(block(&page, "json bundle.map")? == expected, "the page should have:\n{expected}");
    Ok(())
}

fn rolec() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rolec"))
}

fn build(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    rolec().arg("build").arg(folder).args(arguments).output()
}

fn target(folder: &Path) -> PathBuf {
    folder.join("build/bundle.json")
}

/// A folder with the tiny project in it.
fn on_disk() -> Result<tempfile::TempDir, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("rolec.toml"), MANIFEST)?;
    fs::create_dir(folder.path().join("roles"))?;
    for (name, text) in [("catalog.role", CATALOG), ("roles/places.role", PLACES), ("roles/roles.role", ROLES)] {
        fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}

/// The names of what is in the output folder.
fn entries(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let entries = fs::read_dir(folder.join("build"))?;
    let mut names: Vec<String> =
        entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn the_same_bytes_in_another_folder() -> Outcome {
    let (here, there) = (on_disk()?, on_disk()?);
    let built = build(here.path(), &[])?;
    assert_eq!(built.status.code(), Some(0), "{}", String::from_utf8_lossy(&built.stderr));
    let elsewhere = there.path().join("out/of/the/way");
    let output = rolec().args(["build", "roles/roles.role", "-o", "out/of/the/way"]).current_dir(there.path()).output()?;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(target(here.path()))?;
    assert!(bytes == fs::read(elsewhere.join("bundle.json"))?);
    let digest = hex(&Sha256::digest(&bytes));
    let said = format!("out/of/the/way/bundle.json: {} bytes, 3 roles, 7 permissions, sha256:{digest}\n", bytes.len());
    assert_eq!(String::from_utf8_lossy(&output.stdout).replace('\\', "/"), said);
    assert!(String::from_utf8_lossy(&output.stderr).contains("0 errors"), "the findings are told");
    assert_eq!(entries(here.path())?, ["bundle.json", "bundle.map"]);
    Ok(())
}

#[test]
fn a_faulty_project_leaves_the_old_bundle() -> Outcome {
    let folder = on_disk()?;
    assert_eq!(build(folder.path(), &[])?.status.code(), Some(0));
    let before = fs::read(target(folder.path()))?;
    fs::write(folder.path().join("new.role"), "role broken extends nobody {}\n")?;
    let output = build(folder.path(), &[])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty() && String::from_utf8_lossy(&output.stderr).contains("unknown-role"));
    assert!(fs::read(target(folder.path()))? == before);
    assert_eq!(entries(folder.path())?, ["bundle.json", "bundle.map"]);
    fs::remove_dir_all(folder.path().join("build"))?;
    assert_eq!(build(folder.path(), &[])?.status.code(), Some(1));
    assert!(!folder.path().join("build").exists(), "not even the folder is made");
    Ok(())
}

#[test]
fn an_unknown_region_writes_nothing() -> Outcome {
    let folder = on_disk()?;
    let output = build(folder.path(), &["--region", "us-gow"])?;
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("no region is named `us-gow`") && message.contains("did you mean `us-gov`?"), "{message}");
    assert!(!folder.path().join("build").exists());
    Ok(())
}

#[test]
fn regions_left_out_are_told() -> Outcome {
    let folder = on_disk()?;
    let output = build(folder.path(), &["--as-of", "2026-02-01"])?;
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("note: left out the regions `us` and `us-gov`"), "{message}");
    for day in ["someday", "2026-02-30", "20260216", "2026-02-16T10:00"] {
        assert_eq!(build(folder.path(), &["--as-of", day])?.status.code(), Some(2), "{day}");
    }
    Ok(())
}

#[test]
fn a_stage_is_printed_and_nothing_written() -> Outcome {
    let folder = on_disk()?;
    fs::write(folder.path().join("new.role"), "role broken extends nobody {}\n")?;
    let output = build(folder.path(), &["--stage", "order"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("tainted role broken\n"));
    assert!(!folder.path().join("build").exists());
    Ok(())
}

#[test]
fn content_that_fails_leaves_the_old_file() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("build/bundle.json");
    let failing = |out: &mut std::io::BufWriter<file::Content<'_, '_>>| {
        std::io::Write::write_all(out, &vec![b'x'; 1 << 20])?;
        Err(std::io::Error::other("the disk is full"))
    };
    assert!(file::replace(&path, failing).is_err());
    assert_eq!(entries(folder.path())?, Vec::<String>::new());
    let written = file::replace(&path, |out| std::io::Write::write_all(out, b"old"))?;
    assert_eq!(written.bytes, 3);
    assert!(file::replace(&path, failing).is_err());
    assert_eq!(fs::read_to_string(&path)?, "old");
    assert_eq!(entries(folder.path())?, ["bundle.json"]);
    Ok(())
}

#[test]
fn what_a_killed_build_left_is_removed() -> Outcome {
    let folder = on_disk()?;
    let output = folder.path().join("build");
    fs::create_dir(&output)?;
    let others = [".bundle.json.short", ".bundle.json.a-b_c.", ".other.json.abc123", "bundle.json.abc123"];
    for name in others.iter().chain(&[".bundle.json.abc123", ".bundle.json.Zz9Zz9"]) {
        fs::write(output.join(name), "{")?;
    }
    fs::create_dir(output.join(".bundle.json.folder"))?;
    let in_use = fs::File::create(output.join(".bundle.json.in0use"))?;
    in_use.lock()?;
    assert_eq!(build(folder.path(), &[])?.status.code(), Some(0));
    let left = entries(folder.path())?;
    let mut expected = [&others[..], &[".bundle.json.folder", ".bundle.json.in0use", "bundle.json", "bundle.map"]].concat();
    expected.sort_unstable();
    assert_eq!(left, expected);
    drop(in_use);
    assert_eq!(build(folder.path(), &[])?.status.code(), Some(0));
    assert!(!entries(folder.path())?.contains(&".bundle.json.in0use".to_owned()));
    Ok(())
}

#[test]
fn what_stands_in_the_way_is_told() -> Outcome {
    let folder = on_disk()?;
    fs::write(folder.path().join("build"), "a file\n")?;
    let output = build(folder.path(), &[])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("can't write"));
    assert_eq!(fs::read_to_string(folder.path().join("build"))?, "a file\n");
    Ok(())
}

/// The kernel kills a program that writes past the limit of its files: a build cut off in the middle.
#[cfg(unix)]
#[test]
fn a_build_that_is_killed_leaves_the_old_bundle() -> Outcome {
    let folder = on_disk()?;
    assert_eq!(build(folder.path(), &[])?.status.code(), Some(0));
    let before = fs::read(target(folder.path()))?;
    assert!(before.len() > 2048, "the bundle is too small for the limit");
    fs::write(folder.path().join("new.role"), "role newcomer { allow admin }\n")?;
    let script = "ulimit -c 0; ulimit -f 1; exec \"$0\" build .";
    let killed = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_rolec")]).current_dir(folder.path()).output()?;
    assert_eq!(killed.status.code(), None, "it should have been killed: {}", String::from_utf8_lossy(&killed.stderr));
    assert!(fs::read(target(folder.path()))? == before);
    assert_eq!(build(folder.path(), &[])?.status.code(), Some(0));
    assert!(fs::read(target(folder.path()))? != before);
    Ok(())
}
