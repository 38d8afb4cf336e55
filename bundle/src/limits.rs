//! The bounds of a bundle and of what is asked of it. Nothing that a file says can make a reader work without end.

/// Conditions inside one another.
pub(crate) const NESTING: usize = 100;
/// Segments of a path or of a template.
pub(crate) const SEGMENTS: usize = 64;
/// What one question may cost: assignments, grants and comparisons that are looked at.
pub(crate) const STEPS: u32 = 1 << 24;
/// Sections of a mapped bundle.
pub(crate) const SECTIONS: usize = 1 << 10;
/// Bytes of what is said of one decision.
pub(crate) const WORDS: usize = 1 << 20;
/// Ways in which one subject holds permissions, in a session.
pub(crate) const SESSION_WAYS: usize = 1 << 22;
/// What one question over all subjects may cost.
pub(crate) const QUERY_STEPS: u32 = 1 << 29;
/// Ways in which a role comes to hold a permission, as far as they are listed.
pub(crate) const WAYS: usize = 1 << 8;
/// Steps after which no further way is looked for; the first one is found however far it is.
pub(crate) const WAY_STEPS: usize = 1 << 16;
