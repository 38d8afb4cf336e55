//! Roles: inheritance, grants, exclusions and confinement, without errors and nearly without findings.
//!
//! A compiler that prints 100,000 findings spends its time on printing, so the generator keeps account of what
//! each role comes to hold and writes only clauses that have an effect. Each role belongs to the whole
//! organisation or to one region, and inherits from roles of the former or of its own region: divisions of
//! different regions never meet, and no scope is empty.

use std::fmt::Write as _;

use crate::bits::Bits;
use crate::project::{File, REGIONS, TRIGGER, WIDE};
use crate::random::Random;
use crate::subjects::{Assignable, Place};
use crate::universe::{Selector, Universe};

/// Roles in one file.
const ROLES_A_FILE: usize = 200;
/// The longest chain of parents above a role.
const DEPTH: usize = 6;
/// Parents are chosen among so many of the last roles of a region.
const RECENT: usize = 2_000;
/// Clauses tried for one that has an effect.
const TRIES: usize = 8;

const TEAMS: [&str; 8] = ["agents", "analysts", "campaigns", "coaches", "helpdesk", "planners", "sales", "supervisors"];

/// What later roles must know of a role.
#[derive(Debug)]
struct Made {
    name: String,
    depth: usize,
    held: Bits,
    /// Whether it or an ancestor says `within`.
    confined: bool,
    /// Whether it holds everywhere all that it holds.
    everywhere: bool,
}

/// A role while it is written.
#[derive(Debug, Default)]
struct Draft {
    inherited: Bits,
    own: Bits,
    excepted: Bits,
    allows: Vec<Selector>,
    confined: bool,
    /// Whether a parent brings a `within`.
    inherits_within: bool,
    /// The one division that confines it.
    only: Option<&'static str>,
    everywhere: bool,
    body: String,
}

struct Generator<'u> {
    universe: &'u Universe,
    random: Random,
    /// The vendor's roles.
    vendor: Vec<Made>,
    /// The organisation's own: first those of no region, then those of each region.
    own: [Vec<Made>; 1 + REGIONS.len()],
}

/// The files that hold so many roles, and how these can be assigned.
pub(crate) fn files(count: usize, seed: u64) -> (Vec<File>, Vec<Assignable>) {
    let universe = Universe::shipped();
    let mut generator = Generator { universe: &universe, random: Random::new(seed), vendor: Vec::new(), own: Default::default() };
    let vendor = (count / 100).clamp(10, 200).min(count);
    let mut text = String::new();
    for number in 0..vendor {
        generator.vendor_role(number, &mut text);
    }
    let mut files = vec![File { path: "vendor/roles.role".to_owned(), text }];
    let numbers: Vec<usize> = (vendor..count).collect();
    for (at, numbers) in numbers.chunks(ROLES_A_FILE).enumerate() {
        let place = at % generator.own.len();
        let folder = place.checked_sub(1).map_or("global", |region| REGIONS[region].0);
        let mut text = String::new();
        for number in numbers {
            generator.own_role(*number, place, &mut text);
        }
        files.push(File { path: format!("roles/{folder}/{at:04}.role"), text });
    }
    let made = generator.vendor.iter().chain(generator.own.iter().flatten());
    (files, made.filter_map(|made| made.assignable(&universe)).collect())
}

impl Made {
    /// How it can be assigned to anybody beside any other role; `None` where it confines half of a pair that another role may
    /// open.
    fn assignable(&self, universe: &Universe) -> Option<Assignable> {
        let half = universe.pairs.iter().any(|[_, aware]| self.held.contains(*aware));
        let place = match self.confined || !self.everywhere {
            true if half => return None,
            true => Place::All,
            false if half || self.held.meets(&universe.unaware) => Place::Home,
            false => Place::Anywhere,
        };
        Some(Assignable { name: self.name.clone(), place })
    }
}

impl Generator<'_> {
    fn vendor_role(&mut self, number: usize, text: &mut String) {
        let name = format!("vendor_{number:03}");
        let mut draft = Draft { everywhere: true, ..Draft::default() };
        if number == 0 {
            self.write_allow(self.universe.named(TRIGGER), None, &mut draft);
        }
        self.clauses(None, &mut draft);
        // Writing to a string does not fail.
        let _ = writeln!(text, "default role {name} \"Vendor role {number}\" {{\n{}}}\n", draft.body);
        let held = draft.own.without(&draft.excepted);
        self.vendor.push(Made { name, depth: 0, held, confined: false, everywhere: true });
    }

    fn own_role(&mut self, number: usize, place: usize, text: &mut String) {
        let region = place.checked_sub(1);
        let team = self.random.pick(&TEAMS).copied().unwrap_or("agents");
        let site = region.and_then(|region| self.random.pick(&REGIONS[region].1)).copied().unwrap_or("shared");
        let name = format!("{site}_{team}_{number}");
        let mut draft = Draft { everywhere: true, confined: region.is_some() && self.random.percent(25), ..Draft::default() };
        let (parents, depth) = self.parents(place, &mut draft);
        self.facts(region, (site, team), &mut draft);
        self.clauses(region, &mut draft);
        let made = Made {
            held: {
                let mut held = draft.inherited.clone();
                held.add(&draft.own);
                held.without(&draft.excepted)
            },
            confined: draft.confined,
            everywhere: draft.everywhere,
            name: name.clone(),
            depth,
        };
        self.own[place].push(made);
        let note = if self.random.percent(50) {
            format!("/// What the {team} of {site} need every day, and nothing beyond it.\n")
        } else {
            String::new()
        };
        let _ = writeln!(text, "{note}role {name} \"{team} of {site}, group {number}\"{parents} {{\n{}}}\n", draft.body);
    }

    /// Chooses parents; says how the head names them and how deep the role stands.
    fn parents(&mut self, place: usize, draft: &mut Draft) -> (String, usize) {
        let wanted = match self.random.below(100) {
            0..25 => 0,
            25..65 => 1,
            65..90 => 2,
            _ => 3,
        };
        let (mut extends, mut copies, mut depth) = (Vec::new(), String::new(), 0);
        for nth in 0..wanted {
            let vendor = self.random.percent(10);
            let pool = match self.random.percent(50) {
                _ if vendor => &self.vendor,
                true => &self.own[0],
                false => &self.own[place],
            };
            let Some(parent) = self.random.pick_recent(pool, RECENT) else { continue };
            let unfit = parent.held.meets(&self.universe.unaware) && (draft.confined || parent.confined);
            let mut together = draft.inherited.clone();
            together.add(&parent.held);
            // A child that adds nothing to one parent through another is sound, but not what people write.
            let idle = parent.held.is_within(&draft.inherited) || draft.inherited.is_within(&parent.held) && nth > 0;
            let late = parent.confined && draft.inherited.meets(&self.universe.unaware);
            if unfit || idle || late || parent.depth == DEPTH || self.universe.has_pair(&together) {
                continue;
            }
            draft.inherited = together;
            draft.confined |= parent.confined;
            draft.inherits_within |= parent.confined;
            draft.everywhere &= parent.everywhere;
            depth = depth.max(parent.depth + 1);
            if vendor && nth == 0 && self.random.percent(30) {
                copies = format!(" copies {}", parent.name);
            } else {
                extends.push(parent.name.clone());
            }
        }
        let extends = if extends.is_empty() { String::new() } else { format!(" extends {}", extends.join(", ")) };
        (copies + &extends, depth)
    }

    /// Writes what is said of a role beside its grants.
    fn facts(&mut self, region: Option<usize>, (site, team): (&'static str, &str), draft: &mut Draft) {
        if self.random.percent(20) {
            let (month, day) = (1 + self.random.below(12), 1 + self.random.below(28));
            let _ = writeln!(draft.body, "    created 2024-{month:02}-{day:02}");
        }
        if self.random.percent(30) {
            let _ = writeln!(draft.body, "    owner \"{team} enablement\"");
        }
        let Some((name, _)) = region.map(|region| &REGIONS[region]) else { return };
        // An inherited confinement needs no second one; most roles leave it at that.
        if !draft.confined || draft.inherits_within && self.random.percent(60) {
            return;
        }
        let wide = WIDE.iter().find(|(_, regions)| regions.contains(name));
        let scope = match (self.random.below(4), wide) {
            (0, Some((wide, _))) => wide,
            (1, _) if draft.everywhere => {
                draft.only = Some(site);
                site
            }
            _ => *name,
        };
        draft.everywhere &= draft.only.is_none();
        let _ = writeln!(draft.body, "    within {scope}");
    }

    /// Writes 5 to 30 clauses, mostly few: a fifth of them wildcards, a tenth exclusions.
    fn clauses(&mut self, region: Option<usize>, draft: &mut Draft) {
        let more = (0..4).map(|_| self.random.below(26)).min().unwrap_or(0);
        let wanted = 5 + more;
        let mut written = 0;
        for _ in 0..wanted * 2 {
            written += usize::from(match self.random.below(10) {
                0 => self.except(draft),
                kind => self.allow(kind < 3, region, draft),
            });
            if written == wanted {
                break;
            }
        }
    }

    /// Writes a grant that has an effect; `false` where none was found.
    fn allow(&mut self, wildcard: bool, region: Option<usize>, draft: &mut Draft) -> bool {
        for _ in 0..TRIES {
            let selector = self.universe.any(wildcard, &mut self.random);
            let mut together = draft.inherited.clone();
            together.add(&draft.own);
            together.add(&selector.matches);
            let idle = selector.matches.meets(&draft.own) || selector.matches.is_within(&draft.inherited);
            let taken = selector.matches.meets(&draft.excepted);
            let unconfinable = draft.confined && selector.matches.meets(&self.universe.unaware);
            if !(idle || taken || unconfinable || self.universe.has_pair(&together)) {
                self.write_allow(selector, region, draft);
                return true;
            }
        }
        false
    }

    fn write_allow(&mut self, selector: Selector, region: Option<usize>, draft: &mut Draft) {
        let _ = write!(draft.body, "    allow {}", selector.text);
        let divisible = !selector.matches.meets(&self.universe.unaware);
        if let (Some(region), None, true, true) = (region, draft.only, divisible, self.random.percent(20)) {
            let divisions = &REGIONS[region].1;
            let at = self.random.below(divisions.len() - 1);
            let both = self.random.percent(20);
            let _ = write!(draft.body, " in {}", divisions[at..=at + usize::from(both)].join(", "));
            draft.everywhere = false;
        }
        if selector.matches.is_within(&self.universe.conditional) && self.random.percent(20) {
            let queue = self.random.below(40);
            // Writing to a string does not fail.
            let _ = if self.random.percent(50) {
                write!(draft.body, " where Conversation.queue == \"Queue {queue}\"")
            } else {
                write!(draft.body, " where Conversation.queue in [\"Queue {queue}\", \"Queue {}\"]", queue + 1)
            };
        }
        draft.body.push('\n');
        draft.own.add(&selector.matches);
        draft.allows.push(selector);
    }

    /// Takes away one permission or one entity that the role would hold, and nothing whole; `false` where none was found.
    fn except(&mut self, draft: &mut Draft) -> bool {
        let mut held = draft.inherited.clone();
        held.add(&draft.own);
        let held: Vec<usize> = held.without(&draft.excepted).iter().collect();
        for _ in 0..TRIES {
            let Some(permission) = self.random.pick(&held) else { return false };
            let entity = self.random.percent(40);
            let selector = if entity { self.universe.entity(*permission) } else { self.universe.single(*permission) };
            let mut excepted = draft.excepted.clone();
            excepted.add(&selector.matches);
            let spares = |allow: &Selector| !allow.matches.without(&excepted).is_within(&draft.inherited);
            let fits = !selector.matches.meets(&draft.excepted)
                && !selector.matches.meets(&self.universe.added)
                && draft.allows.iter().all(|allow| spares(allow) && !(allow.is_single && allow.matches.meets(&excepted)));
            if fits {
                let _ = writeln!(draft.body, "    except {}", selector.text);
                draft.excepted = excepted;
                return true;
            }
        }
        false
    }
}
