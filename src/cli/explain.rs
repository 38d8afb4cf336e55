//! `rolec explain`: a finding's code → its page; no code → the list of all.

use std::process::ExitCode;

use clap::Args;

use super::output;
use crate::diagnostic::{Code, nearest};

/// Explain a finding: what it means and what to do.
///
/// The page of a code ends with an example that yields the finding, and one that does not.
/// Without a code, all codes are listed with their levels.
///
/// Exits with 0, and with 2 if there is no such code.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rolec explain confinement-defeated")]
pub struct Explain {
    /// The code, as it stands in brackets in each finding.
    code: Option<String>,
}

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// Runs the command.
///
/// # Errors
///
/// A code that does not exist.
pub fn run(command: &Explain) -> miette::Result<ExitCode> {
    let Some(name) = &command.code else {
        output::print(&list())?;
        return Ok(ExitCode::SUCCESS);
    };
    let Ok(code) = name.parse::<Code>() else {
        let help = match nearest::name(name, Code::ALL.iter().map(|code| code.name())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`rolec explain` lists all codes".to_owned(),
        };
        return Err(miette::miette!(help = help, "no finding has the code `{name}`"));
    };
    let page = code.page();
    output::print(&if output::is_styled() { styled(page) } else { page.to_owned() })?;
    Ok(ExitCode::SUCCESS)
}

/// Every code with its level and what it means.
fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let line = |code: &Code| format!("{:width$}  {:7}  {}\n", code.name(), code.level().name(), code.summary());
    Code::ALL.iter().map(line).collect()
}

/// A page for a terminal: headings in bold, fences dimmed, links as their texts.
fn styled(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut in_fence = false;
    for line in page.lines() {
        let is_mark = line.starts_with("```");
        in_fence ^= is_mark;
        if is_mark {
            text.extend([DIM, line, RESET]);
        } else if let (false, Some(heading)) = (in_fence, line.strip_prefix('#')) {
            text.extend([BOLD, heading.trim_start_matches('#').trim_start(), RESET]);
        } else if in_fence {
            text += line;
        } else {
            text += &without_links(line);
        }
        text.push('\n');
    }
    text
}

/// A line with `[text](address)` as `text`.
fn without_links(line: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(line.len()), line);
    while let Some((before, label, after)) = link(rest) {
        text.push_str(before);
        text.push_str(label);
        rest = after;
    }
    text + rest
}

/// What stands before, in and after the first link.
fn link(line: &str) -> Option<(&str, &str, &str)> {
    let middle = line.find("](")?;
    let start = line[..middle].rfind('[')?;
    let end = middle + line[middle..].find(')')?;
    Some((&line[..start], &line[start + 1..middle], &line[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::{styled, without_links};

    #[test]
    fn links_are_their_texts() {
        assert_eq!(without_links("- [`a`](a.md), then [b](b.md)."), "- `a`, then b.");
        assert_eq!(without_links("in [\"a\"] and f(x)"), "in [\"a\"] and f(x)");
    }

    #[test]
    fn headings_are_bold_and_fences_stay() {
        let text = styled("# `a`\n\n```role\n# [x](y)\n```\n");
        assert_eq!(text, "\u{1b}[1m`a`\u{1b}[0m\n\n\u{1b}[2m```role\u{1b}[0m\n# [x](y)\n\u{1b}[2m```\u{1b}[0m\n");
    }
}
