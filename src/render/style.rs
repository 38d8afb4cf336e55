//! A few styles for answers. They are always written; `anstream` takes them out where nobody would see colours.

fn wrapped(open: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\x1b[{open}m{text}\x1b[0m") }
}

/// What to read first.
#[must_use]
pub fn strong(text: &str) -> String {
    wrapped("1", text)
}

/// What one may skip.
#[must_use]
pub fn faint(text: &str) -> String {
    wrapped("2", text)
}

/// Yes.
#[must_use]
pub fn good(text: &str) -> String {
    wrapped("1;32", text)
}

/// No.
#[must_use]
pub fn bad(text: &str) -> String {
    wrapped("1;31", text)
}

/// What narrows: a scope, a condition, a day.
#[must_use]
pub fn narrow(text: &str) -> String {
    wrapped("33", text)
}

/// A place in the sources.
#[must_use]
pub fn place(text: &str) -> String {
    wrapped("36", text)
}

/// A text with blanks up to a width; the styles are added after, so that they don't count.
#[must_use]
pub fn padded(text: &str, width: usize, style: fn(&str) -> String) -> String {
    let blanks = width.saturating_sub(text.chars().count());
    format!("{}{}", style(text), " ".repeat(blanks))
}
