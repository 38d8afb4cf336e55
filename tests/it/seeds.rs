//! `docs/seeds.md`: every target of its tables exists.

use std::path::Path;

/// The code spans of a text, in order.
fn spans(text: &str) -> Vec<String> {
    let hidden = text.replace("\\`", "\u{1}");
    hidden.split('`').skip(1).step_by(2).map(|span| span.replace('\u{1}', "`")).collect()
}

#[test]
fn every_rule_is_where_the_tables_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/seeds.md")).expect("the page is there");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what")).collect();
    assert!(rows.len() > 50, "the tables are there");
    let mut faults = Vec::new();
    for row in rows {
        let place = row.trim_end_matches(" |").rsplit(" | ").next().expect("a row has cells");
        let mut file: Option<(String, String)> = None;
        let mut words = 0;
        for span in spans(place) {
            let is_path = span.contains('/') && !span.contains([' ', '"']) && root.join(&span).is_file();
            if is_path {
                let text = std::fs::read_to_string(root.join(&span)).expect("a text");
                file = Some((span, text));
                continue;
            }
            words += 1;
            match &file {
                Some((_, text)) if text.contains(&span) => {}
                Some((path, _)) => faults.push(format!("{path} has no `{span}`")),
                None => faults.push(format!("no file before `{span}`, or it is not there")),
            }
        }
        if words == 0 {
            faults.push(format!("no target: {row}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
