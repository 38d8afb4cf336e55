//! Folders and objects: their paths, and who may read them.

use std::collections::BTreeMap;

use super::{Resolver, Trees};
use crate::diagnostic::words;
use crate::model::{GroupId, Object, Readers};
use crate::source::Source;
use crate::syntax::ast;

/// A folder or object that is not resolved yet.
struct Found<'t> {
    source: &'t Source,
    object: &'t ast::Object,
    parent: Option<String>,
}

impl Resolver<'_> {
    /// Resolves all folders and objects, in order of their paths.
    pub(super) fn objects(&mut self, trees: &Trees<'_>) {
        let mut found: BTreeMap<String, Found<'_>> = BTreeMap::new();
        for (source, item) in trees.items() {
            if let ast::ItemKind::Object(object) = &item.kind {
                self.find_objects(Found { source, object, parent: None }, &mut found);
            }
        }
        let places: BTreeMap<String, usize> = found.keys().cloned().zip(0..).collect();
        for (path, Found { source, object, parent }) in found {
            let parent = parent.and_then(|parent| places.get(&parent).copied());
            let guards = object.guards.iter().filter_map(|guard| self.selector(source, *guard)).map(|found| found.set);
            let mut resolved = Object {
                path: path.into(),
                folder: object.folder,
                parent,
                propagate: object.propagate,
                guards: guards.collect(),
                written: None,
                readers: Readers::default(),
                name_span: object.name.span,
                span: object.span,
            };
            resolved.written = self.readers(source, object);
            let mut sound = true;
            for allowed in &object.allowed_findings {
                sound &= self.allow_finding(source, *allowed, object.span);
            }
            self.settle_allowed(object.span, !sound);
            self.program.objects.push(resolved);
        }
        self.inherit_readers();
    }

    /// Notes an object and, in a folder, what lies in it. Folders are bounded in depth where they are parsed.
    fn find_objects<'t>(&mut self, found: Found<'t>, all: &mut BTreeMap<String, Found<'t>>) {
        let name = found.object.name.value(found.source);
        let path = match &found.parent {
            Some(parent) => format!("{parent}/{name}"),
            None => name.to_string(),
        };
        for inside in &found.object.inside {
            let inside = Found { source: found.source, object: inside, parent: Some(path.clone()) };
            self.find_objects(inside, all);
        }
        if let Some(first) = all.get(&path) {
            let kind = if found.object.folder { "folder" } else { "object" };
            self.sink.report(words::names::duplicate(kind, &path, found.object.name.span, first.object.name.span));
            return;
        }
        all.insert(path, found);
    }

    /// Who may read, where that is written; several lists are a contradiction.
    fn readers(&mut self, source: &Source, object: &ast::Object) -> Option<Readers> {
        let mut lists = object.readers.iter();
        let list = lists.next()?;
        for second in lists {
            self.sink.report(words::names::repeated("`read`", second.span, list.span));
        }
        let (names, all) = match &list.kind {
            ast::ReadersKind::Groups(names) => (names, false),
            ast::ReadersKind::AllExcept(names) => (names, true),
        };
        let found: Vec<Option<GroupId>> = names.iter().map(|name| self.group_named(source, *name)).collect();
        let mut groups: Vec<GroupId> = found.into_iter().collect::<Option<_>>()?;
        groups.sort();
        groups.dedup();
        Some(if all { Readers::AllExcept(groups) } else { Readers::Groups(groups) })
    }

    /// Gives what has no list of its own the readers of the nearest folder around it that propagates, else all.
    fn inherit_readers(&mut self) {
        for at in 0..self.program.objects.len() {
            let own = self.program.objects[at].written.clone();
            // A folder stands before what lies in it.
            let readers = own.or_else(|| {
                let propagating = self.program.around(at).skip(1).find(|folder| folder.propagate);
                propagating.map(|folder| folder.readers.clone())
            });
            self.program.objects[at].readers = readers.unwrap_or_default();
        }
    }
}
