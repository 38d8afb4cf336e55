//! Texts of great length and odd bytes, and nesting of everything that opens.

use std::io;
use std::path::Path;

use rolec::diagnostic::Code;

use super::{Case, ONE, Outcome, source};

/// Bytes of what is only long.
const LONG: (usize, usize) = (100_000_000, 400_000);

/// Bytes of what is one long declaration.
const BODY: (usize, usize) = (16_000_000, 400_000);

/// Bytes of what is too long a declaration.
const TOO_LONG: (usize, usize) = (100_000_000, 17_000_000);

/// Levels of what is nested.
const DEEP: (usize, usize) = (50_000, 300);

pub(super) const CASES: &[Case] = &[
    Case::check("sound-text", LONG, Outcome::Sound, sound_text),
    Case::check("comment", LONG, Outcome::Sound, |folder, size| source(folder, |out| write!(out, "// {}", "c".repeat(size)))),
    Case::check("comments", LONG, Outcome::Sound, |folder, size| repeat(folder, "// comment\n", size)),
    Case::check("doc-comments", LONG, Outcome::Sound, doc_comments),
    Case::check("one-line", LONG, Outcome::Sound, one_line),
    Case::check("one-word", LONG, SYNTAX, |folder, size| repeat(folder, "x", size)),
    Case::check("one-line-of-faults", LONG, SYNTAX, |folder, size| repeat(folder, "role r { allow , } ", size)),
    Case::check("one-string", LONG, SYNTAX, |folder, size| repeat(folder, "role r \"", size)),
    Case::check("blanks", LONG, Outcome::Sound, |folder, size| repeat(folder, " \t\n", size)),
    Case::check("blanks-then-a-fault", BODY, SYNTAX, |folder, size| {
        source(folder, |out| write!(out, "role r {{{}!", " ".repeat(size)))
    }),
    Case::check("syntax-errors", (1_000_000, 1_000), Outcome::Finds(Code::TooManySyntaxErrors), |folder, size| {
        repeat(folder, "role 1- {{ alow }\n", 18 * size)
    }),
    Case::check("faults-in-one-role", (500_000, 1_000), Outcome::Finds(Code::TooManySyntaxErrors), faults_in_one_role),
    Case::check("indented-faults", (1_000_000, 1_000), Outcome::Finds(Code::TooManySyntaxErrors), indented_faults),
    Case::check("few-faults-far-apart", LONG, SYNTAX, few_faults_far_apart),
    Case::check("indented-roles", LONG, Outcome::Sound, indented_roles),
    Case::check("clauses-in-column-0", BODY, Outcome::Finds(Code::NoEffect), clauses_in_column_0),
    Case::check("clauses-then-a-fault", BODY, SYNTAX, clauses_then_a_fault),
    Case::check("role-too-large", TOO_LONG, Outcome::Finds(Code::DeclarationTooLarge), clauses_in_column_0),
    Case::check("domain-too-large", TOO_LONG, Outcome::Finds(Code::DeclarationTooLarge), domain_too_large),
    Case::check("list-too-large", TOO_LONG, Outcome::Finds(Code::DeclarationTooLarge), list_too_large),
    Case::check("unclosed-roles", (1_000_000, 1_000), Outcome::Finds(Code::TooManySyntaxErrors), |folder, size| {
        repeat(folder, "role r {\n", 9 * size)
    }),
    Case::check("deep-braces-in-selector", DEEP, SYNTAX, |folder, size| nested(folder, "role r { allow x:", "{a", "}", size)),
    Case::check("deep-braces-in-body", DEEP, SYNTAX, |folder, size| nested(folder, "role r { ", "{ ", "}", size)),
    Case::check("deep-roles", DEEP, SYNTAX, |folder, size| nested(folder, "", "role r { ", "} ", size)),
    Case::check("deep-entities", DEEP, SYNTAX, |folder, size| nested(folder, "domain x { ", "entity y { ", "} ", size)),
    Case::check("deep-parentheses", DEEP, Outcome::Finds(Code::NestedTooDeeply), |folder, size| {
        nested(folder, "role r { allow x:y:z where ", "(", "A.a == 1)", size)
    }),
    Case::check("deep-operands", DEEP, Outcome::Finds(Code::NestedTooDeeply), |folder, size| {
        nested(folder, "role r { allow x:y:z where ", "(A.a == 1 and ", "A.a == 2)", size)
    }),
    Case::check("many-deep-roles", (20_000, 20), Outcome::Finds(Code::NestedTooDeeply), |folder, size| {
        source(folder, |out| {
            let (open, close) = ("(".repeat(65), ")".repeat(65));
            (0..size).try_for_each(|at| writeln!(out, "role r{at} {{ allow x:y:z where {open}A.a == 1{close} }}"))
        })
    }),
    Case::check("parentheses-then-nothing", DEEP, Outcome::Finds(Code::NestedTooDeeply), |folder, size| {
        source(folder, |out| write!(out, "role r {{ allow x:y:z where {}", "(".repeat(size)))
    }),
    Case::check("deep-brackets", DEEP, SYNTAX, |folder, size| {
        nested(folder, "role r { allow x:y:z where A.a in ", "[", "]", size)
    }),
    Case::check("not-utf8", (1_000_000, 1_000), Outcome::Finds(Code::NotUtf8), |folder, size| {
        source(folder, |out| (0..size).try_for_each(|_| out.write_all(b"role \xff\xfe { }\n")))
    }),
    Case::check("nul-bytes", (10_000_000, 1_000), SYNTAX, |folder, size| repeat(folder, "\0", size)),
    Case::check("crlf", LONG, Outcome::Finds(Code::DuplicateDeclaration), |folder, size| {
        repeat(folder, "role r {\r\n    formerly \"a\"\r\n}\r\n", size)
    }),
    Case::check("lone-cr", LONG, Outcome::Finds(Code::DuplicateDeclaration), |folder, size| {
        repeat(folder, "role r {\r    formerly \"a\"\r}\r", size)
    }),
    Case::check("bom", (1, 1), Outcome::Sound, |folder, _| source(folder, |out| write!(out, "\u{feff}{ONE}"))),
    Case::check("boms", (100_000, 10), SYNTAX, |folder, size| repeat(folder, "\u{feff}", 3 * size)),
    Case::check("empty", (1, 1), Outcome::Sound, |folder, _| source(folder, |_| Ok(()))),
    Case::check("wide-characters", LONG, SYNTAX, |folder, size| repeat(folder, "\u{1f980}\u{301}", size)),
];

const SYNTAX: Outcome = Outcome::Finds(Code::SyntaxError);

/// One text again and again, up to so many bytes.
fn repeat(folder: &Path, text: &str, bytes: usize) -> io::Result<()> {
    source(folder, |out| (0..bytes.div_ceil(text.len())).try_for_each(|_| out.write_all(text.as_bytes())))
}

/// Something that opens and closes, so many levels deep.
fn nested(folder: &Path, before: &str, open: &str, close: &str, levels: usize) -> io::Result<()> {
    source(folder, |out| writeln!(out, "{before}{}{}", open.repeat(levels), close.repeat(levels)))
}

/// Roles as people write them, each line of some thirty bytes.
fn sound_text(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "domain x division-aware {{ entity y {{ a b c d e f g h i j k l m n o p }} }}\n\n")?;
        (0..bytes / 420).try_for_each(|at| {
            writeln!(out, "/// A role among very many.\nrole role_number_{at} \"Role {at}\" {{")?;
            ('a'..='p').try_for_each(|action| writeln!(out, "    allow x:y:{action}"))?;
            writeln!(out, "}}\n")
        })
    })
}

fn doc_comments(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        (0..bytes / 24).try_for_each(|_| writeln!(out, "/// what is documented"))?;
        write!(out, "{ONE}role r {{ allow x:y:z }}")
    })
}

fn one_line(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "{} ", ONE.trim_end())?;
        (0..bytes / 32).try_for_each(|at| write!(out, "role role_{at} {{ allow x:y:z }} "))
    })
}

fn faults_in_one_role(folder: &Path, lines: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role r {{")?;
        (0..lines).try_for_each(|_| writeln!(out, "    allow x:y:\n    allow x:y:z"))?;
        writeln!(out, "}}")
    })
}

/// No declaration begins in column 0.
fn indented_faults(folder: &Path, lines: usize) -> io::Result<()> {
    source(folder, |out| (0..lines).try_for_each(|_| writeln!(out, " role r {{ allow }}")))
}

/// Four hundred faults, each after a long stretch of sound and indented roles.
fn few_faults_far_apart(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, " {ONE}")?;
        (0..400).try_for_each(|part| {
            (0..bytes / 400 / 32).try_for_each(|at| writeln!(out, " role role_{part}_{at} {{ allow x:y:z }}"))?;
            writeln!(out, " role faulty_{part} {{ allow }}")
        })
    })
}

fn indented_roles(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, " {ONE}")?;
        (0..bytes / 32).try_for_each(|at| writeln!(out, " role role_{at} {{ allow x:y:z }}"))
    })
}

/// One domain between roles, all of it indented.
fn domain_too_large(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        (0..100).try_for_each(|at| writeln!(out, " role role_{at} {{ owner \"me\" }}"))?;
        writeln!(out, " domain x {{\n  entity y {{")?;
        (0..bytes / 12).try_for_each(|at| writeln!(out, "   p{at:07}"))?;
        writeln!(out, "  }}\n }}")?;
        (100..200).try_for_each(|at| writeln!(out, " role role_{at} {{ owner \"me\" }}"))
    })
}

/// A set with as many names as fit.
fn list_too_large(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        write!(out, "division d\ndivisions s = d")?;
        (0..bytes / 3).try_for_each(|_| write!(out, ", d"))
    })
}

/// One role as long as the file.
fn clauses_in_column_0(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role r {{")?;
        (0..bytes / 12).try_for_each(|_| writeln!(out, "allow x:y:z"))?;
        writeln!(out, "}}")
    })
}

/// A fault at the end of a body as long as the file.
fn clauses_then_a_fault(folder: &Path, bytes: usize) -> io::Result<()> {
    source(folder, |out| {
        writeln!(out, "{ONE}role r {{")?;
        (0..bytes / 33).try_for_each(|at| writeln!(out, "    allow x:y:z // clause {at:07}"))?;
        writeln!(out, "    allow\n}}")
    })
}
