//! Folders, objects and their readers.

use super::Line;
use crate::syntax::ast;

impl Line<'_> {
    /// The head of a folder or object.
    pub(in crate::syntax::format) fn object(self, object: &ast::Object) -> Self {
        let line = self.word(if object.folder { "folder" } else { "object" }).text(object.name.span);
        let line = line.word_if(object.propagate, "propagate");
        if object.guards.is_empty() { line } else { line.word("guards").selectors(&object.guards) }
    }

    pub(in crate::syntax::format) fn readers(self, readers: &ast::Readers) -> Self {
        let line = self.word("read");
        match &readers.kind {
            ast::ReadersKind::Groups(groups) => line.names(groups),
            ast::ReadersKind::AllExcept(groups) if groups.is_empty() => line.word("all"),
            ast::ReadersKind::AllExcept(groups) => line.word("all").word("except").names(groups),
        }
    }
}
