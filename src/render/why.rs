//! Answers of `why` → text for people.

use std::fmt::Write as _;

use super::phrases;
use super::style::{bad, faint, good, narrow, padded, place, strong};
use crate::diagnostic::words::count;
use crate::limits;
use crate::model::{Day, Program, RoleId};
use crate::provenance::{Derivation, Derivations, PinnedDerivation, Step};
use crate::scopes::Scopes;
use crate::source::Sources;
use crate::span::Span;
use crate::timeline::Gain;
use crate::why::{Answer, Nearest, Obstacle, ObstacleKind, Question, Verdict, Withheld};

/// Lines shown of a chain of parents, at its beginning and at its end.
const CHAIN_ENDS: usize = 12;
/// Regions named in one line.
const REGIONS: usize = 12;

/// What an answer is about and where it points.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// The texts.
    pub sources: &'v Sources,
    /// The project.
    pub program: &'v Program,
    /// What was asked.
    pub question: Question,
}

/// One line of a list: a place, the role or backfill that stands there, and what it says.
type Row = (String, String, String);

/// An answer as text, with styles.
#[must_use]
pub fn render(view: View<'_>, answer: &Answer) -> String {
    let View { program, question, .. } = view;
    let (role, permission) = (&program.role(question.role).name, program.catalog.name(question.permission));
    let when = phrases::moment(program, question.moment);
    let mut text = String::new();
    let (yes, has) = match answer.verdict {
        Verdict::Held { .. } => (good("yes"), "has"),
        Verdict::Missing { .. } => (bad("no"), "does not have"),
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "{yes}: {} {has} {}{when}", strong(role), strong(permission));
    match &answer.verdict {
        Verdict::Held { derivations, gains } => view.held(&mut text, derivations, gains),
        Verdict::Missing { obstacles, backfills, nearest } => view.missing(&mut text, obstacles, backfills, *nearest),
    }
    view.regions(&mut text, answer);
    text
}

impl View<'_> {
    fn held(self, text: &mut String, derivations: &Derivations, gains: &[Gain]) {
        let mut items: Vec<(usize, String, Vec<Row>)> = Vec::new();
        for one in &derivations.clauses {
            items.push((one.path.len(), self.heading(one), self.chain(one)));
        }
        for one in &derivations.pinned {
            items.push((one.path.len(), self.pinned_heading(one), self.pinned(one)));
        }
        items.sort_by_key(|(steps, _, _)| *steps);
        for gain in gains {
            items.push((0, self.gain_heading(gain), vec![self.gain(gain)]));
        }
        for (at, (_, heading, rows)) in items.iter().enumerate() {
            let _ = writeln!(text, "\n{}. {heading}", at + 1);
            table(text, rows);
        }
        if derivations.more {
            let _ = writeln!(text, "\nThere are more ways than these: no more than {} are listed.", limits::DERIVATIONS);
        }
    }

    fn heading(self, one: &Derivation) -> String {
        let Self { program, .. } = self;
        let allow = &program.allows[one.allow];
        let mut heading = narrow(&phrases::place(program, one.scope));
        if one.scope == Scopes::all() && program.catalog.is_unaware(self.question.permission) {
            heading += &faint(" (the permission is division-unaware)");
        }
        if let Some(condition) = phrases::condition(program, allow.condition) {
            let _ = write!(heading, ", {}", narrow(&condition));
        }
        if let Some(since) = allow.since {
            let _ = write!(heading, ", since {since}");
        }
        heading
    }

    fn pinned_heading(self, one: &PinnedDerivation) -> String {
        let condition = phrases::condition(self.program, one.condition).map(|text| format!(", {}", narrow(&text)));
        format!("{}{}", narrow(&phrases::place(self.program, one.scope)), condition.unwrap_or_default())
    }

    /// The way to a pinned copy, and on to what gives the copied role the permission now.
    fn pinned(self, one: &PinnedDerivation) -> Vec<Row> {
        let mut rows = self.steps(&one.path, one.base);
        match (&one.now, rows.last_mut()) {
            (Some(now), _) => rows.extend(self.chain(now)),
            (None, Some(copy)) => copy.2 += &faint(" (that role has it no more)"),
            (None, None) => {}
        }
        rows
    }

    fn gain_heading(self, gain: &Gain) -> String {
        let since = phrases::since(gain.date, gain.estimated);
        format!("{}, {}", narrow(&phrases::place(self.program, gain.scope)), narrow(&since))
    }

    fn gain(self, gain: &Gain) -> Row {
        let backfill = &self.program.backfills[gain.backfill];
        let to = phrases::trigger(self.program, backfill);
        (self.sources.line(backfill.name_span), format!("backfill {}", backfill.name), format!("adds it to {to}"))
    }

    /// The way from the role asked about to the clause that grants.
    fn chain(self, one: &Derivation) -> Vec<Row> {
        let allow = &self.program.allows[one.allow];
        let mut rows = self.steps(&one.path, one.role);
        rows.extend(self.within(one.role));
        let mut clause = phrases::one_line(self.sources, allow.span);
        if allow.wildcard {
            let pinned = allow.pin.is_some_and(|id| self.program.wildcards[id.index()].is_pinned);
            let pinned = if pinned { ", as pinned in rolec.lock" } else { "" };
            let number = count(self.program.sets.len(allow.set), "permission");
            clause += &faint(&format!(" (its wildcard matches {number}{pinned})"));
        }
        rows.push((self.sources.line(allow.span), self.program.role(one.role).name.to_string(), clause));
        rows
    }

    /// The steps to parents, with every `within` on the way.
    fn steps(self, path: &[Step], last: RoleId) -> Vec<Row> {
        let mut rows = Vec::new();
        let skipped = CHAIN_ENDS..path.len().saturating_sub(CHAIN_ENDS).max(CHAIN_ENDS);
        for (at, (step, parent)) in path.iter().zip(phrases::parents(path, last)).enumerate() {
            if skipped.contains(&at) {
                if at == skipped.start {
                    rows.push((String::new(), "…".to_owned(), format!("{} more", count(skipped.len(), "step"))));
                }
                continue;
            }
            rows.extend(self.within(step.role));
            let what = phrases::step(self.program, *step, parent);
            rows.push((self.sources.line(step.span), self.program.role(step.role).name.to_string(), what));
        }
        rows
    }

    /// The `within` of a role, where it can narrow the permission.
    fn within(self, role: RoleId) -> Option<Row> {
        let (scope, span) = self.program.role(role).within?;
        let narrows = scope != Scopes::all() && !self.program.catalog.is_unaware(self.question.permission);
        narrows.then(|| self.row(role, span))
    }

    fn row(self, role: RoleId, span: Span) -> Row {
        (self.sources.line(span), self.program.role(role).name.to_string(), phrases::one_line(self.sources, span))
    }

    fn missing(self, text: &mut String, obstacles: &[Obstacle], backfills: &[(usize, Withheld)], nearest: Option<Nearest>) {
        if obstacles.is_empty() {
            let inherits = !self.program.parents(self.question.role).is_empty();
            let or = if inherits { ", nor of a role it inherits from," } else { "" };
            let _ = writeln!(text, "\nNo line of the role{or} grants it.");
        }
        for (at, obstacle) in obstacles.iter().enumerate() {
            let _ = writeln!(text, "\n{}. {}", at + 1, self.obstacle_heading(obstacle));
            table(text, &self.obstacle(obstacle));
        }
        for (at, reason) in backfills {
            let backfill = &self.program.backfills[*at];
            let from = place(&self.sources.line(backfill.name_span));
            let _ = writeln!(text, "\nThe backfill {} ({from}) {}.", strong(&backfill.name), self.withheld(*at, reason));
        }
        let _ = match nearest {
            Some(nearest) => writeln!(text, "\n{}", self.nearest(nearest)),
            None => writeln!(text, "\nNo role has it."),
        };
        if obstacles.len() >= limits::DERIVATIONS || backfills.len() >= limits::DERIVATIONS {
            let _ = writeln!(text, "No more than {} reasons are listed.", limits::DERIVATIONS);
        }
    }

    fn obstacle_heading(self, obstacle: &Obstacle) -> String {
        let what = match obstacle.kind {
            ObstacleKind::Except(_) if obstacle.lost.is_none() => "an `except` forbids it, whatever gives it",
            ObstacleKind::Except(_) => "an `except` takes it away",
            ObstacleKind::Within(_) => "a `within` leaves nothing of where it is granted",
            ObstacleKind::PinnedWildcard(_) => {
                "a wildcard matches it now, and rolec.lock pins it without; `rolec lock` accepts the change"
            }
            ObstacleKind::PinnedCopy(_) => {
                "the copied role has it now, and rolec.lock pins the copy without; `rolec lock` accepts the change"
            }
        };
        match obstacle.path.as_slice() {
            [] => what.to_owned(),
            _ => format!("in {}, {what}", strong(&self.program.role(obstacle.role).name)),
        }
    }

    /// The way to where the permission is lost, that line, and what would have given it.
    fn obstacle(self, obstacle: &Obstacle) -> Vec<Row> {
        let mut rows = self.steps(&obstacle.path, obstacle.role);
        let (ObstacleKind::Except(span)
        | ObstacleKind::Within(span)
        | ObstacleKind::PinnedWildcard(span)
        | ObstacleKind::PinnedCopy(span)) = obstacle.kind;
        if let ObstacleKind::PinnedCopy(_) = obstacle.kind {
            let name = self.program.role(obstacle.role).name.to_string();
            rows.push((self.sources.line(span), name, format!("copies {}", phrases::one_line(self.sources, span))));
        } else {
            rows.push(self.row(obstacle.role, span));
        }
        rows.extend(obstacle.lost.as_ref().into_iter().flat_map(|lost| self.chain(lost)));
        // The `within` that leaves nothing is on the way of what it empties, too.
        let mut seen = std::collections::BTreeSet::new();
        rows.retain(|row| seen.insert(row.clone()));
        rows
    }

    fn withheld(self, at: usize, reason: &Withheld) -> String {
        let backfill = &self.program.backfills[at];
        let to = phrases::trigger(self.program, backfill);
        match reason {
            Withheld::Later(day) => format!("adds it {}", on(*day)),
            Withheld::NoDay if self.question.moment.region.is_some() => "adds it, but has no day there".to_owned(),
            Withheld::NoDay => "adds it in some regions and has no default day: ask with `--region`".to_owned(),
            Withheld::SwitchedOff => {
                "is optional, and `role-backfill` in rolec.toml says that such backfills do not happen".to_owned()
            }
            Withheld::Done(span) => {
                let from = place(&self.sources.line(*span));
                format!("adds it, but is marked as done ({from}): what it added has to be written in the role")
            }
            Withheld::NotConsidered => "adds it to other roles than this one".to_owned(),
            Withheld::CreatedTooLate(day, (created, span)) => {
                let from = place(&self.sources.line(*span));
                format!("adds it {}, and the role was created on {created} ({from})", on(*day))
            }
            Withheld::NoTrigger => format!("adds it to {to}, which this role does not"),
            Withheld::NotExplicit => format!("adds it to {to}, which this role does through wildcards alone"),
            Withheld::HeldTooLate(day) => {
                format!("adds it {} to {to}, which this role says it does since a later day", on(*day))
            }
            Withheld::Excepted(day) => {
                format!("adds it {}, whatever the sources forbid: expect the platform to have it", on(*day))
            }
            Withheld::Nowhere => format!("adds it to {to}, and there is no division in which this role would gain it"),
        }
    }

    fn nearest(self, nearest: Nearest) -> String {
        let role = self.program.role(nearest.role);
        let how = match nearest.steps {
            Some(steps) => format!("{} of inheritance away", count(steps, "step")),
            None => format!("with {}, not related by inheritance", count(nearest.permissions, "permission")),
        };
        let from = place(&self.sources.line(role.name_span));
        format!("Nearest role that has it: {} ({from}), {how}.", strong(&role.name))
    }

    fn regions(self, text: &mut String, answer: &Answer) {
        if answer.regions.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nThis is by the default dates. By region:");
        let dated = answer.regions.iter().filter(|(since, _)| since.is_some());
        for (since, regions) in dated.chain(answer.regions.iter().filter(|(since, _)| since.is_none())) {
            let names = regions.iter().take(REGIONS).map(|region| &*self.program.regions[region.index()]);
            let mut names = names.collect::<Vec<_>>().join(", ");
            if regions.len() > REGIONS {
                let _ = write!(names, " and {} more", regions.len() - REGIONS);
            }
            let since = since.map_or_else(|| "not".to_owned(), |since| format!("since {since}"));
            let _ = writeln!(text, "   {}  {names}", padded(&since, "since 2026-01-01".len(), narrow));
        }
    }
}

/// `on DATE`
fn on(day: Day) -> String {
    format!("on {}{}", day.date, if day.estimated { " at the earliest" } else { "" })
}

/// Writes rows below one another, in columns.
fn table(text: &mut String, rows: &[Row]) {
    let width = |column: fn(&Row) -> &String| rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0);
    let (places, names) = (width(|row| &row.0), width(|row| &row.1));
    for (from, name, what) in rows {
        let _ = writeln!(text, "   {}  {}  {what}", padded(from, places, place), padded(name, names, strong));
    }
}
