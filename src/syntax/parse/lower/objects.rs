//! Folders and objects. Recursion is bounded: the driver has measured how deep folders lie.

use pest::iterators::Pair;

use super::{Lower, parts, parts_of};
use crate::syntax::ast;
use crate::syntax::parse::Rule;

impl Lower<'_> {
    pub(super) fn object(&mut self, pair: Pair<'_, Rule>) -> Option<ast::Object> {
        let span = self.solid_span(&pair);
        let folder = pair.as_rule() == Rule::folder;
        let head = if folder { parts(pair.clone()).next()? } else { pair.clone() };
        let mut object = ast::Object {
            span,
            folder,
            name: self.only_text(head.clone())?,
            propagate: parts_of(head.clone(), Rule::propagate).next().is_some(),
            guards: parts_of(head, Rule::object_guards).next().map_or_else(Vec::new, |guards| self.selectors(guards)),
            readers: Vec::new(),
            inside: Vec::new(),
            allowed_findings: self.allowed_findings(&pair),
        };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::read => object.readers.push(self.readers(part)),
                Rule::folder | Rule::object => object.inside.extend(self.object(part)),
                _ => {}
            }
        }
        Some(object)
    }

    fn readers(&mut self, pair: Pair<'_, Rule>) -> ast::Readers {
        let span = self.solid_span(&pair);
        let kind = match parts_of(pair.clone(), Rule::all_readers).next() {
            Some(all) => {
                let but = parts_of(all, Rule::all_but).next();
                ast::ReadersKind::AllExcept(but.map_or_else(Vec::new, |but| self.names(but)))
            }
            None => ast::ReadersKind::Groups(self.names(pair)),
        };
        ast::Readers { span, kind }
    }
}
