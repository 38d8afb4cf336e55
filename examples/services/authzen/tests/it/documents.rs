//! The page on the services shows what this one really answers.

use std::fs;
use std::path::Path;

use rolec::cli::project;
use rolec::compile;
use rolec::emit::bundle::Extent;
use rolec_bundle::{Document, mapped};
use serde_json::{Value, json};

use crate::given::{Given, service_with};

/// What stands between two marks of a text, and after the second one.
fn between<'t>(text: &'t str, first: &str, second: &str) -> (&'t str, &'t str) {
    let rest = text.split_once(first).unwrap_or_else(|| panic!("no {first:?} in {text}")).1;
    rest.split_once(second).unwrap_or_else(|| panic!("no {second:?} after {first:?}"))
}

#[tokio::test]
async fn the_page_shows_an_answer() {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(services.join("README.md")).expect("a page");
    let (example, rest) = between(&page, "rolec build examples/", " --target mapped");
    let (path, rest) = between(rest, "localhost:8180", " ");
    let (request, rest) = between(rest, "-d '", "'\n```");
    let (answer, rest) = between(rest, "```json\n", "```");
    let (other, rest) = between(rest, "(`", "`)");

    let project = project::load(&services.join("..").join(example)).expect("an example");
    let mut compilation = compile::compile(project.input);
    assert!(compilation.is_sound());
    let mut text = Vec::new();
    let bundle = compilation.bundle(&project.manifest.name, &project.manifest.version, Extent::default());
    bundle.write(&mut text).expect("a bundle");
    let document = Document::read(&text).expect("a bundle");
    let given = Given::new(&mapped::write(&document).expect("a bundle"));
    let mut loading = given.loading();
    loading.region = None;
    let asked = service_with(&loading, false);

    let mut request: Value = serde_json::from_str(request).expect("the page asks by JSON");
    let answer: Value = serde_json::from_str(answer).expect("the page shows JSON");
    assert_eq!(asked.post(path, &request).await, answer);
    let (name, value) = other.split_once(": ").expect("a name and a value");
    let attribute = &mut request["context"]["attributes"][name.trim_matches('"')];
    assert!(attribute.is_number(), "the page changes what it has asked with");
    *attribute = value.parse::<u64>().map(|value| json!(value)).expect("a number");
    let answer = asked.post(path, &request).await;
    assert!(rest.contains("`decision` is true") && answer["decision"] == json!(true), "{answer}");
    for key in ["through", "group"] {
        let (shown, _) = between(rest, &format!("`{key}` is `"), "`");
        assert_eq!(answer["context"][key], json!(shown), "{answer}");
    }
}
