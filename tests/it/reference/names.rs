//! Names → what they stand for, and which declarations are tainted by an error in them.
//!
//! Invariant: of two declarations of one name the first is kept; a name that is not known is absent from everything that follows.

use std::collections::{BTreeMap, BTreeSet};

use crate::reference::catalog::Catalog;
use crate::reference::names_roles;
use crate::reference::read::{Backfill, Declarations, Kind};
use crate::reference::rings::{reach, rings};
use crate::reference::scopes::Scope;
use crate::reference::{About, Report, Settings};

/// The codes that the manifest and `allow-finding` may judge otherwise.
pub(crate) const JUDGEMENTS: &[&str] = &[
    "directory-loop",
    "pair-candidate",
    "catalog-corrected",
    "exposure",
    "unused-division",
    "partly-empty-scope",
    "no-effect",
    "redundant-with-parent",
    "deprecated-permission",
    "missing-required-permission",
    "required-role",
    "edited-vendor-role",
    "wildcard-defeats-confinement",
    "confinement-defeated",
    "unaware-half",
    "unconfinable",
    "unstated-awareness",
    "surface-unconfined",
    "pair-transition",
    "backfill-without-effect",
    "region-without-date",
    "created-too-late",
    "except-beats-backfill",
    "done-backfill",
    "unneeded-allow-finding",
    "never-broken",
    "enforced-before-backfill",
    "guard-not-backfilled",
    "enforcement-loss",
    "region-without-enforcement",
    "partly-empty-assignment",
    "redundant-assignment",
    "unassigned-roles",
    "unconfigured-full-access",
    "old-option",
    "unlisted-readers",
    "unwanted-license",
    "missing-license",
    "missing-required-role",
    "cross-role-confinement",
    "role-not-available",
    "watches-any-user",
    "no-lock",
    "lock-drift",
    "lock-outdated",
];

/// The other codes, as far as `allow-finding` may name them by mistake.
pub(crate) const FIXED: &[&str] = &[
    "syntax-error",
    "too-many-syntax-errors",
    "not-utf8",
    "file-too-large",
    "project-too-large",
    "declaration-too-large",
    "too-many-findings",
    "nested-too-deeply",
    "invalid-date",
    "invalid-string",
    "invalid-number",
    "reserved-name",
    "duplicate-declaration",
    "repeated-fact",
    "unknown-permission",
    "empty-selector",
    "not-one-permission",
    "unknown-role",
    "unknown-division",
    "unknown-region",
    "unknown-code",
    "conflicting-facts",
    "pair-awareness",
    "duplicate-surface",
    "invalid-path",
    "catalog-too-large",
    "second-home-division",
    "division-cycle",
    "too-many-divisions",
    "inheritance-cycle",
    "allow-and-except",
    "empty-scope",
    "condition-not-allowed",
    "condition-type",
    "second-override",
    "not-a-vendor-role",
    "fact-in-override",
    "flat-too-large",
    "backfill-without-date",
    "backfill-without-target",
    "backfill-without-addition",
    "too-many-epochs",
    "finding-not-allowable",
    "unknown-backfill",
    "unknown-surface",
    "unknown-license",
    "unknown-group",
    "unknown-user",
    "unknown-application",
    "unknown-object",
    "enforcement-without-guard",
    "enforcement-without-date",
    "guarded-twice",
    "opt-in-without-grace",
    "license-cycle",
    "too-many-licenses",
    "group-cycle",
    "groups-too-deep",
    "no-home-division",
    "assertion-failed",
    "test-failed",
    "nobody-asks",
    "empty-test",
    "subject-in-divisions",
    "empty-assignment",
];

const RESERVED: &[&str] = &["all", "any", "home", "open"];

/// What the names of a project mean.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Name → place of the role's own declaration.
    pub(crate) roles: BTreeMap<String, usize>,
    /// Name of a vendor role → place of the override that is kept.
    pub(crate) overrides: BTreeMap<String, usize>,
    /// The base of each override or copy, then the parents as written; unknown ones are left out.
    pub(crate) parents: Vec<Vec<usize>>,
    /// Roles that mean nothing: an error stands in them, they are on a ring, or a parent is tainted.
    pub(crate) tainted: BTreeSet<usize>,
    /// Backfills that are kept and without error.
    pub(crate) backfills: Vec<usize>,
    /// Backfills that are kept but have an error in them.
    pub(crate) tainted_backfills: BTreeSet<usize>,
    /// Domain blocks that have an error in them.
    pub(crate) tainted_domains: BTreeSet<usize>,
    /// Name of a division or set → its place.
    divisions: BTreeMap<String, usize>,
    /// Name of a set → its divisions, sets in it opened.
    sets: BTreeMap<String, BTreeSet<String>>,
    /// Sets that contain themselves, or a set that does: they mean nothing.
    ringed: BTreeSet<String>,
    /// The kept home division.
    home: Option<String>,
}

impl Names {
    /// Resolves all names.
    pub(crate) fn new(declarations: &Declarations, catalog: &Catalog, settings: &Settings, report: &mut Report) -> Self {
        let mut names = Self::default();
        names.take_divisions(declarations, report);
        names_roles::take_roles(&mut names, declarations, catalog, report);
        names.take_backfills(declarations, catalog, settings, report);
        names.tainted_domains.clone_from(&catalog.tainted_domains);
        for (at, domain) in declarations.domains.iter().enumerate() {
            if check_allowed(&domain.allowed_findings, &About::Domain(at), report) {
                names.tainted_domains.insert(at);
            }
        }
        names
    }

    /// What every reference to a role's name means: the override, if there is one.
    pub(crate) fn role(&self, name: &str) -> Option<usize> {
        self.overrides.get(name).or_else(|| self.roles.get(name)).copied()
    }

    /// All roles that mean something, vendor definitions that an override replaces included.
    pub(crate) fn live_and_replaced(&self) -> Vec<usize> {
        let kept: BTreeSet<usize> = self.roles.values().chain(self.overrides.values()).copied().collect();
        kept.difference(&self.tainted).copied().collect()
    }

    /// All roles that mean something and that somebody can have.
    pub(crate) fn live(&self) -> Vec<usize> {
        let live: BTreeSet<usize> = self.roles.keys().filter_map(|name| self.role(name)).collect();
        live.difference(&self.tainted).copied().collect()
    }

    fn take_divisions(&mut self, declarations: &Declarations, report: &mut Report) {
        for (at, division) in declarations.divisions.iter().enumerate() {
            check_reserved(&division.name, About::Named(division.name.clone()), report);
            if self.divisions.contains_key(&division.name) {
                report.tell("duplicate-declaration", About::Named(division.name.clone()));
                continue;
            }
            self.divisions.insert(division.name.clone(), at);
            if division.home && self.home.is_some() {
                report.tell("second-home-division", About::Named(division.name.clone()));
            } else if division.home {
                self.home = Some(division.name.clone());
            }
        }
        for at in self.divisions.values() {
            let division = &declarations.divisions[*at];
            let members = division.members.iter().flatten();
            if members.into_iter().any(|member| !self.divisions.contains_key(member)) {
                report.tell("unknown-division", About::Named(division.name.clone()));
            }
        }
        let members = |at: usize| -> Vec<usize> {
            declarations.divisions[at].members.iter().flatten().filter_map(|member| self.divisions.get(member)).copied().collect()
        };
        for ring in rings(declarations.divisions.len(), &members) {
            let first = ring.first().map(|at| declarations.divisions[*at].name.clone());
            report.tell("division-cycle", About::Named(first.unwrap_or_default()));
        }
        for (name, at) in &self.divisions {
            let reached = reach(*at, &members);
            if reached.iter().chain([at]).any(|at| reach(*at, &members).contains(at)) {
                self.ringed.insert(name.clone());
            }
            let divisions = reached.iter().map(|at| &declarations.divisions[*at]).filter(|member| member.members.is_none());
            if declarations.divisions[*at].members.is_some() {
                self.sets.insert(name.clone(), divisions.map(|member| member.name.clone()).collect());
            }
        }
    }

    /// Whether a list of names has one that means nothing since its sets contain one another.
    pub(crate) fn is_ringed(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.ringed.contains(name))
    }

    /// The scope that a list of names stands for; an unknown one is reported and left out.
    pub(crate) fn scope(&self, names: &[String]) -> Result<Scope, &'static str> {
        let mut scope = Scope::nowhere();
        for name in names {
            scope = scope.or(&match (name.as_str(), self.sets.get(name), self.divisions.get(name)) {
                ("all", _, _) => Scope::All,
                (_, Some(set), _) => Scope::In(set.clone()),
                (_, None, Some(_)) => Scope::In([name.clone()].into()),
                (_, None, None) => return Err("unknown-division"),
            });
        }
        Ok(scope)
    }

    /// The scope of an optional list of names: `all` if there is none.
    pub(crate) fn scope_or_all(&self, names: Option<&Vec<String>>) -> Scope {
        names.map_or(Scope::All, |names| self.scope(names).unwrap_or(Scope::All))
    }

    /// The scope of a list of names; otherwise the code of what is wrong with it, if that is not told elsewhere.
    pub(crate) fn sound_scope(&self, names: &[String]) -> Result<Scope, Option<&'static str>> {
        match self.scope(names) {
            Ok(_) if self.is_ringed(names) => Err(None),
            scope => scope.map_err(Some),
        }
    }

    /// Where roles are assigned that are not said to be so in divisions; all where there are no divisions.
    pub(crate) fn home_scope(&self, declarations: &Declarations) -> Option<Scope> {
        let has_divisions = self.divisions.values().any(|at| declarations.divisions[*at].members.is_none());
        let home = self.home.iter().map(|home| Scope::In([home.clone()].into()));
        home.chain((!has_divisions).then_some(Scope::All)).next()
    }

    fn take_backfills(&mut self, declarations: &Declarations, catalog: &Catalog, settings: &Settings, report: &mut Report) {
        let mut seen = BTreeSet::new();
        for (at, backfill) in declarations.backfills.iter().enumerate() {
            if !seen.insert(&backfill.name) {
                report.tell("duplicate-declaration", About::Backfill(at));
                continue;
            }
            let codes = self.backfill_faults(backfill, catalog, settings);
            let is_tainted = !codes.is_empty() | check_allowed(&backfill.allowed_findings, &About::Backfill(at), report);
            for code in codes {
                report.tell(code, About::Backfill(at));
            }
            if is_tainted | check_reserved(&backfill.name, About::Backfill(at), report) | backfill.faulty {
                self.tainted_backfills.insert(at);
            } else {
                self.backfills.push(at);
            }
        }
    }

    fn backfill_faults(&self, backfill: &Backfill, catalog: &Catalog, settings: &Settings) -> Vec<&'static str> {
        let mut codes = repeated(&backfill.facts);
        let triggers = backfill.when.iter().flat_map(|when| &when.triggers);
        codes.extend(triggers.filter_map(|trigger| catalog.one_permission(trigger).err()));
        codes.extend(backfill.additions.iter().filter_map(|addition| catalog.resolve(addition).err()));
        let is_known = |name: &String| name == "default" || name == "custom" || self.role(name).is_some();
        if !backfill.roles.iter().flatten().all(is_known) {
            codes.push("unknown-role");
        }
        let is_listed = |(region, _): &(String, String)| settings.regions.is_empty() || settings.regions.contains(region);
        if !backfill.regions.iter().all(is_listed) {
            codes.push("unknown-region");
        }
        if backfill.on.is_none() && backfill.regions.is_empty() {
            codes.push("backfill-without-date");
        }
        if backfill.when.is_none() && backfill.roles.is_none() {
            codes.push("backfill-without-target");
        }
        if backfill.additions.is_empty() {
            codes.push("backfill-without-addition");
        }
        codes
    }

    /// Divisions and sets that nothing names; scopes of roles that are dropped or tainted count.
    pub(crate) fn judge_divisions(&self, declarations: &Declarations, report: &mut Report) {
        let in_sets = declarations.divisions.iter().flat_map(|division| division.members.iter().flatten());
        let in_roles = declarations.roles.iter().flat_map(|role| {
            let allows = role.allows.iter().filter_map(|allow| allow.scope.as_ref());
            allows.chain(&role.withins).flatten()
        });
        let used: BTreeSet<&String> = in_sets.chain(in_roles).chain(declarations.later.scopes().flatten()).collect();
        // What is misspelt may be meant for any of them.
        if used.iter().any(|name| *name != "all" && !self.divisions.contains_key(*name)) {
            return;
        }
        for name in self.divisions.keys().filter(|name| !used.contains(name) && self.home.as_ref() != Some(*name)) {
            report.tell("unused-division", About::Named(name.clone()));
        }
    }
}

/// Reports a name that can't be declared, and says whether it is one.
pub(crate) fn check_reserved(name: &str, about: About, report: &mut Report) -> bool {
    let is_reserved = RESERVED.contains(&name);
    if is_reserved {
        report.tell("reserved-name", about);
    }
    is_reserved
}

/// Reports what is wrong with the codes of `allow-finding`, and says whether it taints their declaration.
pub(crate) fn check_allowed(codes: &[String], about: &About, report: &mut Report) -> bool {
    let mut is_tainted = false;
    let known: Vec<String> = codes.iter().filter(|code| JUDGEMENTS.contains(&code.as_str())).cloned().collect();
    for code in repeated(&known) {
        report.tell(code, about.clone());
        is_tainted = true;
    }
    for code in codes.iter().map(String::as_str) {
        if FIXED.contains(&code) {
            report.tell("finding-not-allowable", about.clone());
            is_tainted = true;
        } else if !JUDGEMENTS.contains(&code) {
            report.tell("unknown-code", about.clone());
            is_tainted = true;
        }
    }
    is_tainted
}

/// `repeated-fact`, if one of the facts is there twice.
pub(crate) fn repeated(facts: &[String]) -> Vec<&'static str> {
    let once: BTreeSet<&String> = facts.iter().collect();
    if once.len() < facts.len() { vec!["repeated-fact"] } else { Vec::new() }
}

/// Whether a declaration is the vendor's: its own role, or the edit of one.
pub(crate) fn is_vendors(kind: Kind) -> bool {
    kind != Kind::Custom
}
