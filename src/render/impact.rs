//! What enforcements take away → text for people, or JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::ScopeView;
use super::phrases;
use super::style::{bad, faint, good, narrow, place, strong};
use crate::access::Way;
use crate::diagnostic::words::{self, count};
use crate::impact::{Alike, Holders, Impact, Loss, Saved, Wave};
use crate::model::{Enforcement, Holder, Program, RegionId};
use crate::sets::PermissionId;
use crate::source::Sources;
use crate::timeline::Moment;

/// Surfaces that are named of many.
const NAMED: usize = 4;

/// Groups, and users, that are named of many.
const SUBJECTS: usize = 3;

/// Sources, project, question and answer.
#[derive(Debug, Clone, Copy)]
pub struct View<'v> {
    /// The sources.
    pub sources: &'v Sources,
    /// The project.
    pub program: &'v Program,
    /// Where and when.
    pub moment: Moment,
    /// What each enforcement does.
    pub impacts: &'v [Impact],
}

/// The answer as text, with styles.
#[must_use]
pub fn human(view: View<'_>) -> String {
    // Writing to a string does not fail, so the results are dropped throughout.
    if view.impacts.is_empty() {
        return "the project has no enforcement\n".to_owned();
    }
    let mut text = String::new();
    for (at, impact) in view.impacts.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        view.head(impact, &mut text);
        for wave in &impact.waves {
            text.push('\n');
            view.wave(impact, wave, &mut text);
        }
    }
    text
}

impl View<'_> {
    fn enforcement(&self, impact: &Impact) -> &Enforcement {
        &self.program.enforcements[impact.enforcement]
    }

    fn head(&self, impact: &Impact, text: &mut String) {
        let enforcement = self.enforcement(impact);
        let title = enforcement.title.as_deref().map(|title| format!(" \"{title}\"")).unwrap_or_default();
        let after =
            enforcement.after.map(|at| format!(", after the backfill {}", self.program.backfills[at].name)).unwrap_or_default();
        let guards = format!(" guards {}{after}", count(enforcement.surfaces.len(), "surface"));
        let line = place(&self.sources.line(enforcement.name_span));
        let _ = writeln!(text, "{}{title}{guards}  {line}", strong(&enforcement.name));
        let formerly = phrases::asked(self.program, &enforcement.formerly);
        let each = if enforcement.surfaces.len() == 1 { "it" } else { "each" };
        let s = |number| if number == 1 { "s" } else { "" };
        let _ = writeln!(text, "until then {each} {formerly}");
        if impact.open > 0 {
            let _ = writeln!(text, "{} of them stay{} open to anybody", impact.open, s(impact.open));
        }
        if impact.unstated > 0 {
            let _ = writeln!(text, "{} of them ask{} for what no source says", impact.unstated, s(impact.unstated));
        }
    }

    fn wave(&self, impact: &Impact, wave: &Wave, text: &mut String) {
        let places = self.places(&wave.places);
        let Some(start) = wave.start else {
            let _ = writeln!(text, "no day is known {places}");
            return;
        };
        let outcome = &wave.outcome;
        let mut losing = Holders::default();
        outcome.losing.iter().flat_map(|alike| &alike.holders).for_each(|holder| losing.add(*holder));
        let what = match (wave.begun, losing.total(), self.moment.at) {
            (false, _, Some(at)) => format!("not yet on {at}"),
            (_, 0, _) => good("nobody loses anything"),
            (_, number, _) => bad(&format!("{} {} something", number_of(losing), verb(number))),
        };
        let _ = writeln!(text, "from {} {places}: {what}", narrow(&phrases::start(start)));
        self.losses(&outcome.losing, text);
        self.saved(impact, &outcome.keeping, text);
        if outcome.never.total() > 0 {
            let them = if self.enforcement(impact).surfaces.len() == 1 { "it" } else { "any of them" };
            let never = format!("{} did not open {them} before either", number_of(outcome.never));
            let _ = writeln!(text, "  {}", faint(&never));
        }
    }

    /// `in a and b`; `by default` where no region is meant.
    fn places(&self, places: &[Option<RegionId>]) -> String {
        let names: Vec<&str> = places.iter().flatten().map(|region| &*self.program.regions[region.index()]).collect();
        match (places.contains(&None), names.as_slice()) {
            (true, []) => "by default".to_owned(),
            (true, names) => format!("by default, and in {}", words::all_of(names)),
            (false, names) => format!("in {}", words::all_of(names)),
        }
    }

    fn losses(&self, losing: &[Alike<Loss>], text: &mut String) {
        for Alike { holders, what } in losing {
            let surfaces = what.iter().map(|loss| loss.surfaces.len()).sum();
            let _ = writeln!(text, "  {} {} {}", self.names(holders), verb(holders.len()), count(surfaces, "surface"));
            for loss in what {
                let _ = writeln!(text, "    {}", self.loss(loss));
            }
        }
    }

    /// All the roles, and some of the groups and users.
    fn names(&self, holders: &[Holder]) -> String {
        let of_kind = |is_kind: fn(&Holder) -> bool| -> Vec<&str> {
            holders.iter().filter(|holder| is_kind(holder)).map(|holder| self.holder(*holder)).collect()
        };
        let mut parts: Vec<String> =
            of_kind(|holder| matches!(holder, Holder::Role(..))).iter().map(ToString::to_string).collect();
        let groups = of_kind(|holder| matches!(holder, Holder::Group(_)));
        let users = of_kind(|holder| matches!(holder, Holder::User(_)));
        for (kind, names) in [("group", groups), ("user", users)] {
            let s = if names.len() == 1 { "" } else { "s" };
            parts.extend((!names.is_empty()).then(|| format!("{kind}{s} {}", some(&names, SUBJECTS))));
        }
        words::all_of(&parts)
    }

    fn loss(&self, loss: &Loss) -> String {
        let names: Vec<&str> = loss.missing.iter().map(|id| self.program.catalog.name(*id)).collect();
        let missing = if loss.any { words::one_of(&names) } else { words::all_of(&names) };
        let left: Vec<String> = loss.left.iter().map(|way| narrow(&self.way(*way))).collect();
        let left = if left.is_empty() { String::new() } else { format!(" but {}", left.join("; ")) };
        let back = loss.back.map(|back| {
            let by = &self.program.backfills[back.backfill].name;
            let estimated = if back.estimated { " at the earliest" } else { "" };
            format!(", until {} when the backfill {by} gives it back", narrow(&format!("{}{estimated}", back.date)))
        });
        format!("{}{left} for want of {}{}", self.surfaces(&loss.surfaces), strong(&missing), back.unwrap_or_default())
    }

    fn surfaces(&self, surfaces: &[usize]) -> String {
        let names: Vec<String> = surfaces.iter().map(|at| self.program.surfaces[*at].title()).collect();
        some(&names, NAMED)
    }

    fn way(&self, way: Way) -> String {
        let place = phrases::place(self.program, way.scope);
        phrases::condition(self.program, way.condition).map_or_else(|| place.clone(), |when| format!("{place} {when}"))
    }

    /// Whom backfills save, by backfill and how much they keep.
    fn saved(&self, impact: &Impact, keeping: &[Alike<Saved>], text: &mut String) {
        let mut alike: Vec<(Vec<usize>, usize, Vec<Holder>)> = Vec::new();
        for Alike { holders, what } in keeping {
            let mut backfills: Vec<usize> = what.iter().flat_map(|saved| saved.backfills.iter().copied()).collect();
            backfills.sort_unstable();
            backfills.dedup();
            let surfaces = what.iter().map(|saved| saved.surfaces.len()).sum();
            match alike.iter_mut().find(|(other, count, _)| *other == backfills && *count == surfaces) {
                Some((_, _, others)) => others.extend(holders),
                None => alike.push((backfills, surfaces, holders.clone())),
            }
        }
        let all = self.enforcement(impact).surfaces.len() - impact.open - impact.unstated;
        for (backfills, surfaces, mut holders) in alike {
            holders.sort_unstable_by_key(|holder| self.rank(*holder));
            let by: Vec<&str> = backfills.iter().map(|at| &*self.program.backfills[*at].name).collect();
            let (by, names) = (words::all_of(&by), self.names(&holders));
            let kept = if surfaces == all { "all".to_owned() } else { format!("{surfaces} of {all}") };
            let _ = writeln!(text, "  the backfill {by} keeps {kept} for {names}");
        }
    }

    /// Roles by their names, then groups, then users.
    fn rank(&self, holder: Holder) -> (usize, &str) {
        let kind = match holder {
            Holder::Role(..) => 0,
            Holder::Group(_) => 1,
            Holder::User(_) => 2,
        };
        (kind, self.holder(holder))
    }

    fn holder(&self, holder: Holder) -> &str {
        match holder {
            Holder::Role(role, _) => &self.program.role(role).name,
            Holder::Group(group) => &self.program.subjects.group(group).name,
            Holder::User(user) => &self.program.subjects.user(user).name,
        }
    }
}

/// `a, b and 5 more`.
fn some(names: &[impl AsRef<str>], most: usize) -> String {
    let mut some: Vec<String> = names.iter().take(most).map(|name| name.as_ref().to_owned()).collect();
    some.extend((names.len() > most).then(|| format!("{} more", names.len() - most)));
    words::all_of(&some)
}

/// `2 roles, 1 group and 30 users`.
fn number_of(holders: Holders) -> String {
    let kinds = [(holders.roles, "role"), (holders.groups, "group"), (holders.users, "user")];
    let parts: Vec<String> =
        kinds.into_iter().filter(|(number, _)| *number > 0).map(|(number, kind)| count(number, kind)).collect();
    words::all_of(&parts)
}

const fn verb(number: usize) -> &'static str {
    if number == 1 { "loses" } else { "lose" }
}

#[derive(Debug, Serialize)]
struct WayView<'s> {
    scope: ScopeView<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
}

/// Who, by kind.
#[derive(Debug, Default, Serialize)]
struct HoldersView<'s> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'s str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<&'s str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<&'s str>,
}

#[derive(Debug, Serialize)]
struct LossView<'s> {
    surfaces: Vec<String>,
    left: Vec<WayView<'s>>,
    missing: Vec<&'s str>,
    any: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backfill: Option<&'s str>,
}

#[derive(Debug, Serialize)]
struct SavedView<'s> {
    surfaces: Vec<String>,
    backfills: Vec<&'s str>,
}

/// Those to whom the same happens.
#[derive(Debug, Serialize)]
struct AlikeView<'s, T> {
    #[serde(flatten)]
    who: HoldersView<'s>,
    what: Vec<T>,
}

/// How many, by kind.
#[derive(Debug, Serialize)]
struct NumbersView {
    roles: usize,
    groups: usize,
    users: usize,
}

#[derive(Debug, Serialize)]
struct WaveView<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    default: bool,
    regions: Vec<&'s str>,
    begun: bool,
    losing: Vec<AlikeView<'s, LossView<'s>>>,
    keeping: Vec<AlikeView<'s, SavedView<'s>>>,
    never: NumbersView,
}

#[derive(Debug, Serialize)]
struct ImpactView<'s> {
    enforcement: &'s str,
    surfaces: usize,
    open: usize,
    unstated: usize,
    waves: Vec<WaveView<'s>>,
}

impl View<'_> {
    fn alike_view<'s, W, T>(&'s self, alike: &Alike<W>, view: impl Fn(&W) -> T) -> AlikeView<'s, T> {
        let mut who = HoldersView::default();
        for holder in &alike.holders {
            let names = match holder {
                Holder::Role(..) => &mut who.roles,
                Holder::Group(_) => &mut who.groups,
                Holder::User(_) => &mut who.users,
            };
            names.push(self.holder(*holder));
        }
        AlikeView { who, what: alike.what.iter().map(view).collect() }
    }

    fn wave_view(&self, wave: &Wave) -> WaveView<'_> {
        let titles = |surfaces: &[usize]| surfaces.iter().map(|at| self.program.surfaces[*at].title()).collect();
        let names = |ids: &[PermissionId]| ids.iter().map(|id| self.program.catalog.name(*id)).collect();
        let backfill = |at: usize| &*self.program.backfills[at].name;
        let way = |way: &Way| WayView {
            scope: ScopeView::new(self.program, way.scope),
            when: self.program.conditions.get(way.condition).map(ToString::to_string),
        };
        let loss = |loss: &Loss| LossView {
            surfaces: titles(&loss.surfaces),
            left: loss.left.iter().map(way).collect(),
            missing: names(&loss.missing),
            any: loss.any,
            until: loss.back.map(|back| back.date.to_string()),
            backfill: loss.back.map(|back| backfill(back.backfill)),
        };
        let saved = |saved: &Saved| SavedView {
            surfaces: titles(&saved.surfaces),
            backfills: saved.backfills.iter().map(|at| backfill(*at)).collect(),
        };
        let never = wave.outcome.never;
        WaveView {
            from: wave.start.map(|start| start.date.to_string()),
            certainty: wave.start.map(|start| start.certainty.name()),
            default: wave.places.contains(&None),
            regions: wave.places.iter().flatten().map(|region| &*self.program.regions[region.index()]).collect(),
            begun: wave.begun,
            losing: wave.outcome.losing.iter().map(|alike| self.alike_view(alike, loss)).collect(),
            keeping: wave.outcome.keeping.iter().map(|alike| self.alike_view(alike, saved)).collect(),
            never: NumbersView { roles: never.roles, groups: never.groups, users: never.users },
        }
    }
}

/// The answer as JSON.
///
/// # Errors
///
/// None in practice: the form has nothing that JSON can't say.
pub fn json(view: View<'_>) -> serde_json::Result<String> {
    let one = |impact: &Impact| {
        let enforcement = view.enforcement(impact);
        (enforcement.name.to_string(), enforcement.surfaces.len())
    };
    let names: Vec<(String, usize)> = view.impacts.iter().map(one).collect();
    let impacts = view.impacts.iter().zip(&names).map(|(impact, (name, surfaces))| ImpactView {
        enforcement: name,
        surfaces: *surfaces,
        open: impact.open,
        unstated: impact.unstated,
        waves: impact.waves.iter().map(|wave| view.wave_view(wave)).collect(),
    });
    serde_json::to_string_pretty(&impacts.collect::<Vec<_>>())
}
