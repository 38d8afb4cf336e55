//! Findings as frames for a terminal, or one line each for logs. The only file that names codespan-reporting.

use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic as Frame, Label as FrameLabel, LabelStyle, Severity};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Config, DisplayStyle, Styles, StylesWriter, termcolor::Ansi};

use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::limits;
use crate::source::{Source, Sources};

/// How much of a finding is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A frame around each place.
    Frames,
    /// One line.
    Line,
}

/// The sources as codespan-reporting asks for them, without copies.
struct View<'s>(&'s Sources);

impl View<'_> {
    fn file(&self, id: usize) -> Result<&Source, Error> {
        self.0.files().get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for View<'_> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let file = self.file(id)?;
        Ok(file.line_of(file.base + u32::try_from(byte_index).unwrap_or(0)))
    }

    fn column_number(&'a self, id: usize, _line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let file = self.file(id)?;
        Ok(file.position(file.base + u32::try_from(byte_index).unwrap_or(0)).column)
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let file = self.file(id)?;
        let starts = file.line_starts();
        let start = *starts.get(line_index).ok_or(Error::LineTooLarge { given: line_index, max: starts.len() })? as usize;
        let end = starts.get(line_index + 1).map_or(file.text.len(), |next| *next as usize);
        Ok(start..end)
    }
}

fn frame(sources: &Sources, finding: &Diagnostic, form: Form) -> Frame<usize> {
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Hint => Severity::Note,
    };
    let mut frame = Frame::new(severity).with_code(finding.code.name()).with_message(&finding.message);
    for label in &finding.labels {
        let (Some(id), Some(file)) = (sources.id_of(label.span), sources.file_of(label.span)) else { continue };
        if form == Form::Line && !label.primary {
            continue;
        }
        let style = if label.primary { LabelStyle::Primary } else { LabelStyle::Secondary };
        let start = (label.span.start - file.base) as usize;
        let end = ((label.span.end - file.base) as usize).min(file.text.len());
        frame.labels.push(FrameLabel::new(style, id.index(), start..first_line_end(file, start, end)).with_message(&label.text));
    }
    frame.notes.extend(finding.help.iter().map(|help| format!("help: {help}")));
    frame.notes.extend(finding.fix.as_ref().and_then(|fix| fix_note(fix, finding.help.as_deref().unwrap_or_default())));
    frame
}

/// Lines of a fix that are shown; the JSON form has them all.
const FIX_LINES: usize = 8;

/// What a fix does, and the lines to write; nothing where the help says as much.
fn fix_note(fix: &Fix, help: &str) -> Option<String> {
    let mut lines = fix.edits.iter().flat_map(|edit| edit.text.lines()).map(str::trim).filter(|line| !line.is_empty()).peekable();
    let is_said = lines.peek().is_some() && lines.clone().all(|line| help.contains(line));
    if is_said || help.contains(&fix.title) {
        return None;
    }
    let mut note = format!("{}: {}", if fix.automatic { "fix" } else { "fix, offered" }, fix.title);
    for line in lines.by_ref().take(FIX_LINES) {
        note.push_str("\n    ");
        note.push_str(line);
    }
    if lines.peek().is_some() {
        note.push_str("\n    …");
    }
    Some(note)
}

/// Where a label ends: a place of several lines is shown by its first.
fn first_line_end(file: &Source, start: usize, end: usize) -> usize {
    file.text.get(start..end).and_then(|text| text.find('\n')).map_or(end, |length| start + length)
}

/// Whether a place of a finding stands in a line that is too long to be shown.
fn has_long_lines(sources: &Sources, finding: &Diagnostic) -> bool {
    finding.labels.iter().any(|label| {
        sources.file_of(label.span).is_some_and(|file| {
            let (line, starts) = (file.line_of(label.span.start), file.line_starts());
            let end = starts.get(line + 1).map_or(file.text.len(), |next| *next as usize);
            end - starts[line] as usize > limits::FRAME_LINE
        })
    })
}

/// A finding as text, with colours if wanted.
#[must_use]
pub fn render(sources: &Sources, finding: &Diagnostic, form: Form, colours: bool) -> String {
    let display_style = match form {
        Form::Line => DisplayStyle::Short,
        // Of a line as long as a book there is no frame.
        Form::Frames if has_long_lines(sources, finding) => DisplayStyle::Medium,
        Form::Frames => DisplayStyle::Rich,
    };
    let config = Config { display_style, ..Config::default() };
    let frame = frame(sources, finding, form);
    let mut bytes = Vec::new();
    let written = if colours {
        let styles = Styles::default();
        let mut writer = StylesWriter::new(Ansi::new(&mut bytes), &styles);
        term::emit_to_write_style(&mut writer, &config, &View(sources), &frame)
    } else {
        term::emit_to_io_write(&mut bytes, &config, &View(sources), &frame)
    };
    let text = match written {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        // A place that the sources do not have; the words are still worth saying.
        Err(_) => format!("{}[{}]: {}\n", finding.level.name(), finding.code.name(), finding.message),
    };
    match finding.level {
        Level::Hint => text.replacen("note[", "hint[", 1),
        _ => text,
    }
}
