//! Findings about the compiler's own bounds, and about files that can't be read.

use super::count;
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// Something exceeds a bound of [`crate::limits`].
#[must_use]
pub fn exceeded(code: Code, span: Option<Span>, limit: usize, what: &str) -> Diagnostic {
    let finding = Diagnostic::new(code, format!("more than {limit} {what}"));
    match span {
        Some(span) => finding.at(span, "the rest is not read"),
        None => finding,
    }
}

/// More findings than are told.
#[must_use]
pub fn too_many_findings(limit: usize, dropped: usize) -> Diagnostic {
    Diagnostic::new(Code::TooManyFindings, format!("more than {limit} findings: {dropped} are not told"))
        .help("so many nearly always have one cause: mend the first, and check again")
}

/// Too many parentheses, or folders, inside one another.
#[must_use]
pub fn nested_too_deeply(span: Span, folders: bool, limit: usize) -> Diagnostic {
    let (what, help) = if folders {
        ("folders", "people lose their way long before: bring the folders up")
    } else {
        ("parentheses", "conditions rarely need more than two: join the parts with `and` or `or`")
    };
    Diagnostic::new(Code::NestedTooDeeply, format!("more than {limit} {what} inside one another"))
        .at(span, "this one is too deep")
        .help(help)
}

/// Too many alternations of `and` and `or` inside one another.
#[must_use]
pub fn condition_too_deep(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::NestedTooDeeply, format!("`and` and `or` alternate more than {limit} levels deep"))
        .at(span, "this condition is too deep")
        .help("write several `allow` clauses: they mean *or*")
}

/// A declaration that is larger than the compiler reads.
#[must_use]
pub fn declaration_too_large(span: Span, bytes: usize, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::DeclarationTooLarge, format!("a declaration of {bytes} bytes, more than {limit}"))
        .at(span, "begins here and is not read")
        .help("split it: a role may extend others, and a domain be reopened; if it should be shorter, a `}` is missing")
}

/// A file that is larger than the compiler reads.
#[must_use]
pub fn file_too_large(name: &str, bytes: u64, limit: usize) -> Diagnostic {
    Diagnostic::new(Code::FileTooLarge, format!("`{name}` has {bytes} bytes, more than {limit}"))
        .help("split the file: any number of files make a project")
}

/// A file that is not UTF-8.
#[must_use]
pub fn not_utf8(name: &str, line: usize, column: usize, span: Option<Span>) -> Diagnostic {
    let finding = Diagnostic::new(Code::NotUtf8, format!("`{name}` is not UTF-8 at line {line}, byte {column}"))
        .help("save the file as UTF-8");
    match span {
        Some(span) => finding.at(span, "no character of UTF-8"),
        None => finding,
    }
}

/// Adds to what could not be read how much is not told because of it.
pub fn held_back(finding: &mut Diagnostic, findings: usize) {
    let rest =
        format!("{} that may come of it {} told then", count(findings, "finding"), if findings == 1 { "is" } else { "are" });
    finding.help = Some(match finding.help.take() {
        Some(help) => format!("{help}; {rest}"),
        None => rest,
    });
}

/// A folder that links back to one that holds it.
#[must_use]
pub fn directory_loop(name: &str) -> Diagnostic {
    Diagnostic::new(Code::DirectoryLoop, format!("`{name}` links back to a folder that holds it"))
        .help("remove the link, or list `sources` in the manifest")
}
