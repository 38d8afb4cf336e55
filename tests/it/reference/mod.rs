//! The parsed files of a project → what they mean, by the book: the measure that the compiler is held against.
//!
//! Invariant: nothing here is shared with the compiler but the syntax tree, and nothing here is clever. Permissions,
//! divisions and conditions are strings, every set is a `BTreeSet`, and each rule is spelled out once, where its name stands.

pub(crate) mod access;
pub(crate) mod backfills;
pub(crate) mod catalog;
pub(crate) mod conditions;
#[cfg(test)]
mod examples;
pub(crate) mod grants;
pub(crate) mod judge;
pub(crate) mod judge_backfills;
pub(crate) mod judge_held;
pub(crate) mod judge_later;
pub(crate) mod judge_needs;
pub(crate) mod judge_together;
pub(crate) mod licenses;
pub(crate) mod must_hold;
pub(crate) mod names;
pub(crate) mod names_roles;
pub(crate) mod never;
pub(crate) mod objects;
pub(crate) mod outcome;
pub(crate) mod read;
pub(crate) mod read_later;
pub(crate) mod rings;
pub(crate) mod scopes;
pub(crate) mod selectors;
pub(crate) mod silence;
pub(crate) mod subjects;
pub(crate) mod surfaces;

use std::collections::{BTreeMap, BTreeSet};

use rolec::diagnostic::Sink;
use rolec::source::Sources;
use rolec::syntax::parse::parse;

use backfills::{Calendars, Course};
use catalog::Catalog;
use grants::Effective;
use licenses::Licenses;
use names::Names;
use objects::Objects;
pub(crate) use outcome::Outcomes;
use read::Declarations;
pub(crate) use scopes::Scope;
use subjects::Subjects;
use surfaces::Surfaces;

/// What a permission is granted in and on which condition: (permission, scope, canonical condition).
pub(crate) type Grant = (String, Scope, String);
/// The grants of a role in normal form.
pub(crate) type NormalForm = BTreeSet<Grant>;
/// The states of a role in one calendar: the first without a date, then one for each date at which *this* role changes.
pub(crate) type States = Vec<(Option<String>, NormalForm)>;
/// Role → calendar (a region, or `""` for the default dates) → states. Tainted roles are absent.
pub(crate) type Roles = BTreeMap<String, BTreeMap<String, States>>;
/// (code, name of the declaration that the finding is about).
pub(crate) type Findings = BTreeSet<(String, String)>;

/// What a project means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Meaning {
    /// The roles that mean something; of an overridden vendor role, the override.
    pub(crate) roles: Roles,
    /// What subjects hold, what is reached, read and called for.
    pub(crate) outcomes: Outcomes,
    /// All findings but those about text, size and locks.
    pub(crate) findings: Findings,
}

/// What the manifest says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The organisation's regions; those that the sources name, if empty.
    pub(crate) regions: Vec<String>,
    /// Whether optional backfills apply.
    pub(crate) role_backfill: bool,
    /// The day on which the organisation was created.
    pub(crate) created: Option<String>,
    /// What kind of organisation it is.
    pub(crate) kind: Option<String>,
    /// Enforcement → the day from which on the organisation wants it.
    pub(crate) opt_ins: BTreeMap<String, String>,
}

/// What a finding is about. The number is the place among the declarations of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    /// A role or an override.
    Role(usize),
    /// A backfill.
    Backfill(usize),
    /// A `domain` or `correct domain` block.
    Domain(usize),
    /// A declaration of the later chapters that may allow findings.
    Item(usize),
    /// Anything else, by its name: a division, a set, a surface, the left side of a pair.
    Named(String),
    /// The project as a whole.
    Project,
}

/// Findings as they are made, before any is silenced.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Code and what it is about.
    pub(crate) findings: BTreeSet<(&'static str, About)>,
}

impl Report {
    /// Takes a finding.
    pub(crate) fn tell(&mut self, code: &'static str, about: About) {
        self.findings.insert((code, about));
    }

    /// Takes several findings about one thing.
    pub(crate) fn tell_all(&mut self, codes: impl IntoIterator<Item = &'static str>, about: &About) {
        self.findings.extend(codes.into_iter().map(|code| (code, about.clone())));
    }
}

/// The meaning of source texts, given as (name of file, text) in any order.
pub(crate) fn meaning_of_texts(texts: &[(String, String)], settings: &Settings) -> Meaning {
    let sources = Sources::new(texts.iter().map(|(name, text)| (name.clone(), text.clone(), false)).collect());
    let mut sink = Sink::default();
    let mut declarations = Declarations::default();
    for source in sources.files() {
        let file = parse(source, &mut sink);
        declarations.read(source, &file);
    }
    meaning(&declarations, settings)
}

/// The meaning of declarations that were read from the files in order of their names.
pub(crate) fn meaning(declarations: &Declarations, settings: &Settings) -> Meaning {
    let mut report = Report::default();
    let catalog = Catalog::new(declarations, &mut report);
    let names = Names::new(declarations, &catalog, settings, &mut report);
    let effective = Effective::new(declarations, &names, &catalog);
    let calendars = Calendars::new(declarations, &names, settings);
    let society = Society::new(declarations, &names, &catalog, settings, &mut report);
    let none = BTreeMap::new();
    let (names, catalog, effective, calendars, society) = (&names, &catalog, &effective, &calendars, &society);
    let world = World { declarations, names, catalog, effective, calendars, courses: &none, society, settings };
    let courses = backfills::courses(&world);
    let world = World { courses: &courses, ..world };

    judge::judge(&world, &mut report);
    judge_held::judge(&world, &mut report);
    judge_backfills::judge(&world, &mut report);
    judge_later::judge(&world, &mut report);
    judge_needs::judge(&world, &mut report);
    judge_together::judge(&world, &mut report);
    must_hold::judge(&world, &mut report);
    never::judge(&world, &mut report);
    catalog.judge(declarations, &mut report);
    names.judge_divisions(declarations, &mut report);
    let outcomes = outcome::outcomes(&world);
    Meaning { roles: backfills::all_states(&world), outcomes, findings: silence::silence(&world, report) }
}

/// All that is known once names are resolved and grants computed.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// What the files say.
    pub(crate) declarations: &'a Declarations,
    /// What the names in them mean.
    pub(crate) names: &'a Names,
    /// The universe of permissions.
    pub(crate) catalog: &'a Catalog,
    /// What each role holds.
    pub(crate) effective: &'a Effective,
    /// When each backfill happens.
    pub(crate) calendars: &'a Calendars,
    /// What backfills do to each role in each calendar.
    pub(crate) courses: &'a BTreeMap<(usize, String), Course>,
    /// Surfaces, licences, subjects and objects.
    pub(crate) society: &'a Society,
    /// What the manifest says.
    pub(crate) settings: &'a Settings,
}

/// What the later chapters declare, resolved.
#[derive(Debug)]
pub(crate) struct Society {
    pub(crate) surfaces: Surfaces,
    pub(crate) licenses: Licenses,
    pub(crate) subjects: Subjects,
    pub(crate) objects: Objects,
    /// Items with an error in them.
    pub(crate) tainted: BTreeSet<usize>,
}

impl Society {
    fn new(declarations: &Declarations, names: &Names, catalog: &Catalog, settings: &Settings, report: &mut Report) -> Self {
        let mut tainted = BTreeSet::new();
        let surfaces = Surfaces::new(declarations, catalog, settings, (&mut tainted, report));
        let licenses = Licenses::new(declarations, catalog, (&mut tainted, report));
        let subjects = Subjects::new(declarations, (names, catalog), (&mut tainted, report));
        let objects = Objects::new(declarations, (catalog, &subjects), (&mut tainted, report));
        Self { surfaces, licenses, subjects, objects, tainted }
    }
}
