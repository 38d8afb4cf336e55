//! A role as `show` finds it → text for people, or JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;

use super::json::ScopeView;
use super::phrases;
use super::style::{faint, narrow, padded, place, strong};
use crate::conditions::ConditionId;
use crate::diagnostic::words::{all_of, count};
use crate::licenses::Cause;
use crate::model::Program;
use crate::provenance::Step;
use crate::scopes::{ScopeId, Scopes};
use crate::show::{Giver, Held, Origin, Shown};
use crate::source::Sources;

/// Characters of a line.
const WIDTH: usize = 100;
/// Steps to parents that are named of one origin.
const STEPS: usize = 3;
/// Permissions named of one later gain.
const LATER: usize = 6;

/// What narrows grants: those that it narrows alike stand under one heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Note {
    from: Option<(Date, bool)>,
    condition: ConditionId,
    scope: ScopeId,
}

/// The grants of a domain under one heading: actions by entity and origins.
#[derive(Debug, Default)]
struct Block<'p> {
    lines: BTreeMap<(&'p str, String), Vec<&'p str>>,
}

/// Sources, project and role.
struct View<'v> {
    sources: &'v Sources,
    program: &'v Program,
    shown: &'v Shown,
    /// By origin: a few words for it.
    labels: Vec<String>,
    /// Whether no grant is confined, so that nothing needs to be said of scopes.
    everywhere: bool,
}

/// A role as text, with styles.
#[must_use]
pub fn human(sources: &Sources, program: &Program, shown: &Shown) -> String {
    let everywhere = shown.grants.iter().all(|held| held.grant.scope == Scopes::all());
    let labels = shown.origins.iter().map(|origin| label(sources, program, origin)).collect();
    let view = View { sources, program, shown, labels, everywhere };
    let mut text = String::new();
    view.header(&mut text);
    for (domain, blocks) in view.domains() {
        view.domain(&mut text, domain, &blocks);
    }
    view.givers(&mut text);
    view.later(&mut text);
    text
}

/// An origin in a few words: the line of an own clause, the role that an inherited one stands in, a wildcard's selector.
fn label(sources: &Sources, program: &Program, origin: &Origin) -> String {
    match origin.giver {
        Giver::Clause(role, clause) => {
            let allow = &program.allows[clause];
            let from = match (origin.path.is_empty(), sources.file_of(allow.span)) {
                (true, Some(file)) => format!("line {}", file.line_of(allow.span.start) + 1),
                _ => program.role(role).name.to_string(),
            };
            let selector = if allow.wildcard { phrases::one_line(sources, allow.selector_span) } else { String::new() };
            format!("{from} {selector}").trim_end().to_owned()
        }
        Giver::Pin(base) => format!("{}, pinned", program.role(base).name),
        Giver::Backfill(backfill, ..) => format!("backfill {}", program.backfills[backfill].name),
        Giver::Far(role) => program.role(role).name.to_string(),
    }
}

impl<'v> View<'v> {
    // Writing to a string does not fail, so the results are dropped throughout.

    fn header(&self, text: &mut String) {
        let role = self.program.role(self.shown.role);
        let title = role.title.as_ref().map(|title| format!(" \"{title}\"")).unwrap_or_default();
        let _ = writeln!(text, "{}{title}  {}", strong(&role.name), place(&self.sources.line(role.name_span)));
        let mut facts: Vec<String> = Vec::new();
        for parent in self.program.parents(self.shown.role) {
            let step = Step { role: self.shown.role, kind: parent.kind, span: parent.span };
            facts.push(phrases::step(self.program, step, parent.role));
        }
        facts.extend(role.within.map(|(_, span)| phrases::one_line(self.sources, span)));
        if !facts.is_empty() {
            let _ = writeln!(text, "{}", facts.join(", "));
        }
        let mut permissions: Vec<_> = self.shown.grants.iter().map(|held| (held.grant.permission, held.from.is_some())).collect();
        permissions.dedup_by_key(|(permission, _)| *permission);
        let gained = permissions.iter().filter(|(_, gained)| *gained).count();
        let gained = if gained == 0 { String::new() } else { format!(", {gained} of them from backfills") };
        let moment = phrases::moment(self.program, self.shown.moment);
        let _ = writeln!(text, "{}{moment}{gained}", count(permissions.len(), "permission"));
        self.licenses(text);
    }

    /// The licences that the role calls for, each with the permission that is the cause.
    fn licenses(&self, text: &mut String) {
        let called = self.shown.licenses.iter().map(|(license, Cause { permission, gained })| {
            let name = strong(&self.program.license(*license).name);
            let since = gained.map(|(_, date, estimated)| format!(", {}", phrases::since(date, estimated))).unwrap_or_default();
            format!("{name} for {}{since}", self.program.catalog.name(*permission))
        });
        let called: Vec<String> = called.collect();
        if !called.is_empty() {
            let noun = if called.len() == 1 { "licence" } else { "licences" };
            let _ = writeln!(text, "{noun} {}", all_of(&called));
        }
    }

    /// The grants by domain, then by what narrows them, then by entity. One-word permissions come first.
    fn domains(&self) -> BTreeMap<&'v str, BTreeMap<Note, Block<'v>>> {
        let mut domains: BTreeMap<&str, BTreeMap<Note, Block<'_>>> = BTreeMap::new();
        for Held { grant, from, origins, more } in &self.shown.grants {
            let (domain, entity, action) = parts(self.program.catalog.name(grant.permission));
            let note = Note { from: *from, condition: grant.condition, scope: grant.scope };
            let mut labels: Vec<&str> = origins.iter().map(|origin| &*self.labels[*origin]).collect();
            labels.dedup();
            if *more {
                labels.push("…");
            }
            let block = domains.entry(domain).or_default().entry(note).or_default();
            block.lines.entry((entity, labels.join("; "))).or_default().push(action);
        }
        domains
    }

    fn domain(&self, text: &mut String, domain: &str, blocks: &BTreeMap<Note, Block<'_>>) {
        let title = if domain.is_empty() { "one-word permissions" } else { domain };
        let _ = write!(text, "\n{}", strong(title));
        for (at, (note, block)) in blocks.iter().enumerate() {
            let mut labels: Vec<&str> = block.lines.keys().map(|(_, label)| &**label).collect();
            labels.sort_unstable();
            labels.dedup();
            let shared = if let [label] = labels.as_slice() { faint(&format!("({label})")) } else { String::new() };
            let heading: Vec<String> = [narrow(&self.note(*note)), shared].into_iter().filter(|part| !part.is_empty()).collect();
            let heading = heading.join("  ");
            // What a whole domain has in common stands beside its name.
            let beside = blocks.len() == 1 || (at == 0 && heading.is_empty());
            let line_break = if at == 0 && !beside { "\n" } else { "" };
            let _ = writeln!(text, "{line_break}{}", if heading.is_empty() { heading } else { format!("  {heading}") });
            let indent = if beside { 2 } else { 4 };
            self.lines(text, (domain, block), indent, labels.len() > 1);
        }
    }

    fn lines(&self, text: &mut String, (domain, block): (&str, &Block<'_>), indent: usize, labelled: bool) {
        let width = block.lines.keys().map(|(entity, _)| entity.chars().count()).max().unwrap_or(0);
        let start = indent + width + 2;
        let mut lines: Vec<(&str, &[&str], &str)> =
            block.lines.iter().map(|((entity, label), actions)| (*entity, &**actions, &**label)).collect();
        lines.sort_unstable();
        for (entity, actions, label) in lines {
            let all = self.program.catalog.with_prefix(&format!("{domain}:{entity}:")).len();
            // Of an entity's only action a star says nothing.
            let star = if actions.len() == all && all > 1 { format!("* ({}): ", actions.len()) } else { String::new() };
            let wrapped = wrap(&star, actions, WIDTH.saturating_sub(start).max(WIDTH / 3));
            let label = if labelled { format!("  {}", faint(&format!("({label})"))) } else { String::new() };
            let actions = wrapped.join(&format!("\n{}", " ".repeat(start)));
            let line = format!("{}{}  {actions}", " ".repeat(indent), padded(entity, width, str::to_owned));
            let _ = writeln!(text, "{}{label}", line.trim_end());
        }
    }

    /// `in a, b, where …, since …`
    fn note(&self, note: Note) -> String {
        let mut words = Vec::new();
        if !self.everywhere {
            words.push(phrases::place(self.program, note.scope));
        }
        words.extend(phrases::condition(self.program, note.condition));
        words.extend(note.from.map(|(date, estimated)| phrases::since(date, estimated)));
        words.join(", ")
    }

    /// The roles and backfills that give grants, with their places and how the role comes to them.
    fn givers(&self, text: &mut String) {
        let mut rows: BTreeMap<String, (usize, String, String)> = BTreeMap::new();
        let used: BTreeSet<usize> = self.shown.grants.iter().flat_map(|held| held.origins.iter().copied()).collect();
        for Origin { path, giver } in used.into_iter().map(|at| &self.shown.origins[at]) {
            let (name, span, last) = match giver {
                Giver::Clause(role, _) | Giver::Pin(role) | Giver::Far(role) if !path.is_empty() => {
                    let giver = self.program.role(*role);
                    (giver.name.to_string(), giver.name_span, *role)
                }
                Giver::Backfill(backfill, ..) => {
                    let backfill = &self.program.backfills[*backfill];
                    (format!("backfill {}", backfill.name), backfill.name_span, self.shown.role)
                }
                _ => continue,
            };
            let parents = phrases::parents(path, last);
            let steps = path.iter().zip(parents).map(|(step, parent)| phrases::step(self.program, *step, parent));
            let row = (path.len(), self.sources.line(span), way(&steps.collect::<Vec<_>>()));
            let known = rows.entry(name).or_insert_with(|| row.clone());
            if row.0 < known.0 {
                *known = row;
            }
        }
        let names = rows.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        let places = rows.values().map(|(_, from, _)| from.chars().count()).max().unwrap_or(0);
        if !rows.is_empty() {
            text.push('\n');
        }
        for (name, (_, from, way)) in rows {
            let way = if way.is_empty() { way } else { format!("{}  {way}", " ".repeat(places - from.chars().count())) };
            let _ = writeln!(text, "{}  {}{way}", padded(&name, names, strong), place(&from));
        }
    }

    /// What the role gains after the day asked about.
    fn later(&self, text: &mut String) {
        let mut later: BTreeMap<(Date, usize), Vec<&str>> = BTreeMap::new();
        for gain in &self.shown.later {
            later.entry((gain.date, gain.backfill)).or_default().push(self.program.catalog.name(gain.permission));
        }
        if !later.is_empty() {
            text.push('\n');
        }
        for ((date, backfill), permissions) in later {
            let name = &self.program.backfills[backfill].name;
            let number = count(permissions.len(), "permission");
            let more = permissions.len().saturating_sub(LATER);
            let names = permissions[..permissions.len() - more].join(", ");
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let _ = writeln!(text, "{number} {} from backfill {name}: {names}{more}", narrow(&format!("on {date}")));
        }
    }
}

/// Domain, entity and action; of a one-word permission, the word as entity.
fn parts(name: &str) -> (&str, &str, &str) {
    let mut parts = name.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(domain), Some(entity), Some(action)) => (domain, entity, action),
        _ => ("", name, ""),
    }
}

/// `as it extends a, which copies b`; the first few steps of many.
fn way(steps: &[String]) -> String {
    let more = steps.len().saturating_sub(STEPS);
    let shown = steps[..steps.len() - more].join(", which ");
    match (steps.len(), more) {
        (0, _) => String::new(),
        (_, 0) => format!("as it {shown}"),
        _ => format!("as it {shown}, and so on through {}", count(more, "more step")),
    }
}

/// Words joined by commas, in lines of at most so many characters where a word allows.
fn wrap(start: &str, words: &[&str], width: usize) -> Vec<String> {
    let mut lines = vec![start.to_owned()];
    for (at, word) in words.iter().enumerate() {
        let comma = if at + 1 < words.len() { "," } else { "" };
        if let Some(line) = lines.last_mut() {
            let gap = if line.is_empty() || line.ends_with(' ') { "" } else { " " };
            if at == 0 || line.chars().count() + gap.len() + word.chars().count() + comma.len() <= width {
                let _ = write!(line, "{gap}{word}{comma}");
                continue;
            }
        }
        lines.push(format!("{word}{comma}"));
    }
    lines
}

#[derive(Debug, Serialize)]
struct GrantView<'s> {
    permission: &'s str,
    scope: ScopeView<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

#[derive(Debug, Serialize)]
struct LicenseView<'s> {
    license: &'s str,
    permission: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

#[derive(Debug, Serialize)]
struct RoleView<'s> {
    role: &'s str,
    grants: Vec<GrantView<'s>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<LicenseView<'s>>,
}

/// A role's grants in normal form.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(program: &Program, shown: &Shown) -> serde_json::Result<String> {
    let grants = shown.grants.iter().map(|Held { grant, from, .. }| GrantView {
        permission: program.catalog.name(grant.permission),
        scope: ScopeView::new(program, grant.scope),
        when: program.conditions.get(grant.condition).map(ToString::to_string),
        from: from.map(|(date, _)| date.to_string()),
    });
    let licenses = shown.licenses.iter().map(|(license, cause)| LicenseView {
        license: &program.license(*license).name,
        permission: program.catalog.name(cause.permission),
        from: cause.gained.map(|(_, date, _)| date.to_string()),
    });
    let view = RoleView { role: &program.role(shown.role).name, grants: grants.collect(), licenses: licenses.collect() };
    serde_json::to_string_pretty(&view)
}
