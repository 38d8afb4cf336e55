//! Folders and objects: who may read them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::Catalog;
use crate::reference::names::check_allowed;
use crate::reference::read::Declarations;
use crate::reference::read_later::{Object, Readers};
use crate::reference::subjects::Subjects;
use crate::reference::{About, Report};

/// A folder or object that is kept, with the path of the folder that it lies in.
struct Kept<'d> {
    object: &'d Object,
    parent: Option<String>,
}

/// Who may read what.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    /// By path.
    readers: BTreeMap<String, Readers>,
    /// Whether of some object nothing is said at all.
    unlisted: bool,
}

impl Objects {
    /// Resolves folders and objects; notes in `tainted` the items with an error in them.
    pub(crate) fn new(
        declarations: &Declarations,
        (catalog, subjects): (&Catalog, &Subjects),
        (tainted, report): (&mut BTreeSet<usize>, &mut Report),
    ) -> Self {
        let mut kept = BTreeMap::new();
        for object in &declarations.later.objects {
            keep(object, None, &mut kept, (tainted, report));
        }
        for Kept { object, .. } in kept.values() {
            let about = About::Item(object.item);
            if check_allowed(&declarations.later.items[object.item].allowed_findings, &about, report) {
                tainted.insert(object.item);
            }
            for code in faults(object, catalog, subjects) {
                report.tell(code, about.clone());
                tainted.insert(object.item);
            }
        }
        let readers = kept.keys().map(|path| (path.clone(), readers(path, &kept, subjects))).collect();
        let unlisted = kept.keys().any(|path| is_unlisted(path, &kept, subjects));
        Self { readers, unlisted }
    }

    /// Whether some object has no list of its own, nor one from a folder around it.
    pub(crate) const fn has_unlisted(&self) -> bool {
        self.unlisted
    }

    /// The paths of all.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &String> {
        self.readers.keys()
    }

    /// Whether an object may be read by somebody who is in these groups, by steps; `None` if there is no such object.
    pub(crate) fn admits(&self, path: &str, lineage: &BTreeSet<String>) -> Option<bool> {
        Some(match self.readers.get(path)? {
            Readers::Groups(groups) => groups.iter().any(|group| lineage.contains(group)),
            Readers::AllExcept(groups) => groups.is_empty() || lineage.iter().any(|group| !groups.contains(group)),
        })
    }
}

/// Keeps an object by its path, after what lies in it; of two of one path the first.
fn keep<'d>(
    object: &'d Object,
    parent: Option<String>,
    kept: &mut BTreeMap<String, Kept<'d>>,
    (tainted, report): (&mut BTreeSet<usize>, &mut Report),
) {
    let path = parent.as_ref().map_or_else(|| object.name.clone(), |parent| format!("{parent}/{}", object.name));
    for inside in &object.inside {
        keep(inside, Some(path.clone()), kept, (tainted, report));
    }
    match kept.entry(path) {
        Entry::Vacant(place) => {
            place.insert(Kept { object, parent });
        }
        Entry::Occupied(_) => {
            report.tell("duplicate-declaration", About::Item(object.item));
            tainted.insert(object.item);
        }
    }
}

fn faults(object: &Object, catalog: &Catalog, subjects: &Subjects) -> Vec<&'static str> {
    let mut codes: Vec<&str> = object.guards.iter().filter_map(|guard| catalog.resolve(guard).err()).collect();
    if object.readers.len() > 1 {
        codes.push("repeated-fact");
    }
    if object.readers.first().is_some_and(|list| !is_known(list, subjects)) {
        codes.push("unknown-group");
    }
    codes
}

fn is_known(list: &Readers, subjects: &Subjects) -> bool {
    let (Readers::Groups(names) | Readers::AllExcept(names)) = list;
    names.iter().all(|name| subjects.groups.contains_key(name))
}

fn is_unlisted(path: &str, kept: &BTreeMap<String, Kept<'_>>, subjects: &Subjects) -> bool {
    let object = kept[path].object;
    let mut around = kept[path].parent.clone();
    let mut inherits = false;
    while let Some(folder) = &around {
        inherits |= kept[folder].object.propagate;
        around = kept[folder].parent.clone();
    }
    !object.folder && !inherits && !object.readers.first().is_some_and(|list| is_known(list, subjects))
}

/// The list that is written, else that of the nearest folder around that propagates, else all.
fn readers(path: &str, kept: &BTreeMap<String, Kept<'_>>, subjects: &Subjects) -> Readers {
    if let Some(list) = kept[path].object.readers.first().filter(|list| is_known(list, subjects)) {
        return list.clone();
    }
    let mut around = kept[path].parent.clone();
    while let Some(folder) = &around {
        if kept[folder].object.propagate {
            return readers(folder, kept, subjects);
        }
        around = kept[folder].parent.clone();
    }
    Readers::AllExcept(Vec::new())
}
