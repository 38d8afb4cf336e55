//! Backfills: triggers, additions and days.

use rustc_hash::FxHashMap;

use super::roles::former_name;
use super::{Resolver, Trees};
use crate::diagnostic::{Code, nearest, words};
use crate::model::{Backfill, Day, RegionId, RoleFilter, Trigger};
use crate::sets::Sets;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::ast::{self, BackfillClauseKind as Kind};

pub(super) fn day(day: ast::Day) -> Day {
    Day { date: day.effective(), estimated: day.estimated }
}

/// Puts the days of regions in order of the regions, and after the first place, the default one's, theirs likewise.
pub(super) fn sort_days(days: &mut [(RegionId, Day)], places: &mut [Span]) {
    let mut both: Vec<((RegionId, Day), Span)> = days.iter().copied().zip(places.iter().skip(1).copied()).collect();
    both.sort();
    for (at, (day, place)) in both.into_iter().enumerate() {
        (days[at], places[at + 1]) = (day, place);
    }
}

impl Resolver<'_> {
    /// Resolves all backfills, in order of their names.
    pub(super) fn backfills(&mut self, trees: &Trees<'_>) {
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        for (source, item) in trees.items() {
            let ast::ItemKind::Backfill(declared) = &item.kind else { continue };
            let (name, span) = (declared.name.text(source), declared.name.span);
            if let Some(first) = names.get(name) {
                self.sink.report(words::names::duplicate("backfill", name, span, *first));
            } else {
                names.insert(name, span);
                let sound = self.may_declare(name, span);
                let mut backfill = self.backfill(source, declared, item);
                backfill.faulty |= !sound;
                self.settle_allowed(backfill.span, backfill.faulty);
                self.program.backfills.push(backfill);
            }
        }
        self.program.backfills.sort_by(|a, b| a.name.cmp(&b.name));
    }

    fn backfill(&mut self, source: &Source, declared: &ast::Backfill, item: &ast::Item) -> Backfill {
        let mut backfill = Backfill {
            name: declared.name.text(source).into(),
            title: declared.title.map(|title| title.value(source).into()),
            trigger: None,
            filter: RoleFilter::All,
            additions: Sets::empty(),
            default_day: None,
            region_days: Vec::new(),
            day_spans: vec![declared.name.span],
            optional: false,
            done: None,
            faulty: item.faulty,
            name_span: declared.name.span,
            span: item.span,
        };
        let mut once: FxHashMap<&str, Span> = FxHashMap::default();
        let (mut additions, mut adds, mut dated) = (Vec::new(), false, false);
        for clause in &declared.clauses {
            let what = match &clause.kind {
                Kind::When { .. } => "`when`",
                Kind::Roles(_) => "`roles`",
                Kind::On(_) => "`on`",
                Kind::Region { region, .. } => region.text(source),
                _ => "",
            };
            if !what.is_empty()
                && let Some(first) = once.insert(what, clause.span)
            {
                let what = if what.starts_with('`') { what.to_owned() } else { format!("the day of region `{what}`") };
                self.sink.report(words::names::repeated(&what, clause.span, first));
                backfill.faulty = true;
                continue;
            }
            adds |= matches!(clause.kind, Kind::Add(_));
            dated |= matches!(clause.kind, Kind::On(_) | Kind::Region { .. });
            let sound = self.backfill_clause(source, clause, &mut backfill, &mut additions);
            backfill.faulty |= !sound;
        }
        additions.sort_unstable();
        additions.dedup();
        backfill.additions = self.program.sets.intern(&additions);
        sort_days(&mut backfill.region_days, &mut backfill.day_spans);
        let targeted = once.contains_key("`when`") || once.contains_key("`roles`");
        if !item.faulty {
            for (missing, code) in [
                (!dated, Code::BackfillWithoutDate),
                (!targeted, Code::BackfillWithoutTarget),
                (!adds, Code::BackfillWithoutAddition),
            ] {
                if missing {
                    self.sink.report(words::backfills::incomplete(code, &backfill.name, backfill.name_span));
                    backfill.faulty = true;
                }
            }
        }
        backfill
    }

    fn backfill_clause(
        &mut self,
        source: &Source,
        clause: &ast::BackfillClause,
        backfill: &mut Backfill,
        additions: &mut Vec<u32>,
    ) -> bool {
        match &clause.kind {
            Kind::When { any, explicitly, triggers } => {
                let permissions = self.permissions(source, triggers);
                let sound = permissions.is_some();
                backfill.trigger = permissions.map(|permissions| Trigger { any: *any, explicitly: *explicitly, permissions });
                sound
            }
            Kind::Roles(names) => self.role_filter(source, names, backfill),
            Kind::Add(selector) => {
                let found = self.selector(source, *selector);
                additions.extend(found.iter().flat_map(|found| self.program.sets.iter(found.set)).map(crate::id::Id::raw));
                found.is_some()
            }
            Kind::On(on) => {
                backfill.default_day = Some(day(*on));
                backfill.day_spans[0] = on.span;
                true
            }
            Kind::Region { region, day: on } => {
                let region = self.region(source, *region);
                backfill.region_days.extend(region.map(|region| (region, day(*on))));
                backfill.day_spans.extend(region.map(|_| on.span));
                region.is_some()
            }
            Kind::Optional => {
                backfill.optional = true;
                true
            }
            Kind::Done => {
                backfill.done = Some(clause.span);
                true
            }
            Kind::See(_) => true,
            Kind::AllowFinding(allowed) => self.allow_finding(source, *allowed, backfill.span),
        }
    }

    fn role_filter(&mut self, source: &Source, names: &[ast::Name], backfill: &mut Backfill) -> bool {
        backfill.filter = match names {
            [name] if name.text(source) == "default" => RoleFilter::Default,
            [name] if name.text(source) == "custom" => RoleFilter::Custom,
            _ => {
                let found: Vec<_> = names.iter().map(|name| self.role_named(source, *name)).collect();
                let Some(mut roles) = found.into_iter().collect::<Option<Vec<_>>>() else { return false };
                roles.sort();
                roles.dedup();
                RoleFilter::Named(roles)
            }
        };
        true
    }

    /// The role that a name stands for; `None` after a report.
    pub(super) fn role_named(&mut self, source: &Source, name: ast::Name) -> Option<crate::model::RoleId> {
        let written = name.text(source);
        if let Some(found) = self.program.role_names.get(written) {
            return Some(*found);
        }
        if let Some(now) = self.former.get(&former_name(written)) {
            self.sink.report(words::names::former(written, name.span, &self.program.role(*now).name));
            return None;
        }
        let most = self.comparable(self.program.roles.len());
        let known = self.program.roles.iter().map(|role| &*role.name).take(most);
        let meant = nearest::name(written, known);
        self.sink.report(words::names::unknown(Code::UnknownRole, "role", written, name.span, meant));
        None
    }
}
