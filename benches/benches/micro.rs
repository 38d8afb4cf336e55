//! Parts of the compiler by themselves: parsing in bytes a second, flattening in roles a second.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rolec::catalogs;
use rolec::cli::project::MANIFEST;
use rolec::compile::{self, Input};
use rolec::diagnostic::Sink;
use rolec::model::Program;
use rolec::source::Sources;
use rolec::syntax::parse;
use rolec::{flatten, graph};
use rolec_benches::project;
use rolec_benches::universe::CATALOG;

const ROLES: usize = 2_000;

fn main() {
    divan::main();
}

/// The roles of a project as one source.
fn roles_text() -> String {
    project::generate(ROLES, 0, 1).into_iter().filter(|file| file.path.contains('/')).map(|file| file.text).collect()
}

fn parse_text(bencher: Bencher<'_, '_>, text: String) {
    let bytes = BytesCount::new(text.len());
    let sources = Sources::new(vec![("roles.role".to_owned(), text, false)]);
    bencher.counter(bytes).bench_local(|| {
        let mut sink = Sink::default();
        sources.files().iter().map(|source| parse::parse(source, &mut sink)).collect::<Vec<_>>()
    });
}

/// Text as the formatter leaves it, which the grammar's fast lane takes.
#[divan::bench]
fn parse_formatted(bencher: Bencher<'_, '_>) {
    parse_text(bencher, roles_text());
}

/// The same text with a blank at the end of each line, which keeps every line off the fast lane.
#[divan::bench]
fn parse_unformatted(bencher: Bencher<'_, '_>) {
    parse_text(bencher, roles_text().replace('\n', " \n"));
}

/// The shipped catalog.
#[divan::bench]
fn parse_catalog(bencher: Bencher<'_, '_>) {
    let files = catalogs::shipped(CATALOG).map_or(&[][..], |catalog| catalog.files);
    parse_text(bencher, files.iter().map(|(_, text)| *text).collect());
}

/// A generated project with its names resolved.
fn resolved() -> Program {
    let shipped = catalogs::shipped(CATALOG).map_or(&[][..], |catalog| catalog.files);
    let mut texts: Vec<_> = shipped.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned(), true)).collect();
    let own = project::generate(ROLES, 0, 1).into_iter().filter(|file| file.path != MANIFEST);
    texts.extend(own.map(|file| (file.path, file.text, false)));
    compile::compile(Input { sources: Sources::new(texts), ..Input::default() }).program
}

#[divan::bench]
fn flatten(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(ROLES)).with_inputs(resolved).bench_local_values(|mut program| {
        let mut sink = Sink::default();
        let order = graph::order(&program, &mut sink);
        (flatten::flatten(&mut program, &order, &mut sink), program)
    });
}
