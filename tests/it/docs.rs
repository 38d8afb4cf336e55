//! The documents: what they show of a terminal is what the program really prints.
//!
//! A fence of `console` holds commands, each after `$ `, and what they print. It runs in the folder that the fence
//! names, a folder of the repository; without one, in a folder of the page's own that begins empty, and that fences
//! with a path (`role roles/agent.role`) write files into. There, `$ cd …` holds until the page ends. In the output, a
//! line `…` stands for any lines. `ROLEC_BLESS=1` writes what is printed into the documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scratch::Scratch;

const PAGES: &[&str] = &["README.md", "docs", "examples"];

/// The documents, but for the pages of findings, which have a test of their own.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let walk = PAGES.iter().flat_map(|page| ignore::WalkBuilder::new(root.join(page)).build());
    let mut pages: Vec<PathBuf> = walk.filter_map(Result::ok).map(ignore::DirEntry::into_path).collect();
    pages.retain(|path| {
        path.extension().is_some_and(|extension| extension == "md") && !path.starts_with(root.join("docs/findings"))
    });
    pages.sort();
    pages
}

/// A page that is run: where its commands run now, and its text with what they print.
struct Page {
    scratch: Scratch,
    here: PathBuf,
    text: String,
    /// The exit code of the last command.
    exit: i32,
    faults: Vec<String>,
}

impl Page {
    fn new() -> Self {
        let scratch = Scratch::empty();
        Self { here: scratch.root().to_owned(), scratch, text: String::new(), exit: 0, faults: Vec::new() }
    }

    /// Goes through a page line by line.
    fn read(&mut self, page: &str) {
        let mut lines = page.lines().peekable();
        while let Some(line) = lines.next() {
            self.push(line);
            let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
            let mut body = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("```")) {
                body.push(line);
            }
            match info.split_once(' ') {
                _ if info == "console" => self.console(None, &body),
                Some(("console", folder)) => self.console(Some(folder), &body),
                Some((_, path)) if path != "ignore" => {
                    let file = self.here.join(path);
                    fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder");
                    fs::write(file, body.join("\n") + "\n").expect("a file of the page");
                    self.push_all(&body);
                }
                _ => self.push_all(&body),
            }
            if let Some(end) = lines.next() {
                self.push(end);
            }
        }
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn push_all(&mut self, lines: &[&str]) {
        for line in lines {
            self.push(line);
        }
    }

    /// Runs the commands of a fence, and compares or takes over what they print.
    fn console(&mut self, folder: Option<&str>, body: &[&str]) {
        for part in body.chunk_by(|_, next| !next.starts_with("$ ")) {
            let (command, expected) = part.split_first().expect("a chunk has a line");
            self.push(command);
            let Some(command) = command.strip_prefix("$ ") else {
                self.faults.push(format!("a fence begins with output: {command}"));
                continue;
            };
            let printed = self.run(folder, command);
            let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
            if matches(expected, &printed) {
                self.push_all(expected);
            } else {
                self.faults.push(format!("$ {command}\nexpected:\n{}\nprinted:\n{}", expected.join("\n"), printed.join("\n")));
                self.push_all(&printed);
            }
        }
    }

    fn run(&mut self, folder: Option<&str>, command: &str) -> String {
        if let Some(folder) = command.strip_prefix("cd ") {
            self.here.push(folder);
            return String::new();
        }
        let here = folder.map_or_else(|| self.here.clone(), |folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
        let program = Path::new(env!("CARGO_BIN_EXE_rolec")).parent().expect("a program is in a folder");
        let old = std::env::var("PATH").unwrap_or_default();
        // The program that the repository builds is the one that is tested.
        let command = command.replace("cargo run --release -- ", "rolec ");
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n(exit {})\n{command}", self.exit)])
            .current_dir(here)
            .env("PATH", format!("{}:{old}", program.display()))
            .env("HOME", self.scratch.root())
            .env_remove("CLICOLOR_FORCE")
            .output()
            .expect("a shell");
        self.exit = output.status.code().expect("the shell ends by itself");
        String::from_utf8(output.stdout).expect("output is text")
    }
}

/// Whether lines are as expected, where `…` is any lines.
fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        Some((line, rest)) => printed.split_first().is_some_and(|(first, after)| first == line && matches(rest, after)),
    }
}

#[test]
#[cfg(unix)]
fn documents_show_what_is_printed() {
    let bless = std::env::var_os("ROLEC_BLESS").is_some();
    let mut faults = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page is text");
        let mut page = Page::new();
        page.read(&text);
        if bless && page.text != text {
            fs::write(&path, &page.text).expect("a page can be written");
        } else if !bless {
            faults.extend(page.faults.iter().map(|fault| format!("{}: {fault}", path.display())));
        }
    }
    assert!(faults.is_empty(), "{}\n\nROLEC_BLESS=1 writes what is printed into the documents", faults.join("\n\n"));
}

/// Links of the documents lead to files, and to headings in them.
#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page is text");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            let leads = if heading.is_empty() { target.exists() } else { headings(&target).iter().any(|known| known == heading) };
            if !leads {
                faults.push(format!("{} links to {link}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The headings of a page as links name them.
fn headings(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let slug = |heading: &str| {
        let kept = heading.to_lowercase();
        kept.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char)).collect::<String>().replace(' ', "-")
    };
    headings.map(slug).collect()
}

#[test]
fn a_line_of_dots_is_any_lines() {
    assert!(matches(&["a", "…", "c"], &["a", "b", "b", "c"]));
    assert!(matches(&["…"], &[]));
    assert!(!matches(&["a", "…", "c"], &["a", "b"]));
    assert!(!matches(&[], &["a"]));
}
