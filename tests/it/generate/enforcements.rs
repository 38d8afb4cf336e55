//! Enforcements that guard the catalog's surfaces, each surface at most once.

use crate::generate::backfills::{DATES, Timing, day};
use crate::generate::catalog::{Catalog, title};
use crate::generate::node::Node;
use crate::generate::rng::Rng;

const NAMES: &[&str] = &["user_station_checks", "notification_topics", "divisions.now", "stage-2"];

/// Two to four enforcements; some of them wait for a backfill.
pub(crate) fn enforcements(rng: &mut Rng, catalog: &Catalog, backfills: &[Node], timing: &Timing) -> Vec<Node> {
    let mut surfaces: Vec<&str> = catalog.surfaces.iter().map(String::as_str).collect();
    let count = rng.between(2, 4);
    let mut guarded: Vec<Vec<String>> = vec![Vec::new(); count];
    for kind in ["topic ", "view "] {
        if surfaces.iter().any(|surface| surface.starts_with(kind)) && rng.chance(50) {
            surfaces.retain(|surface| !surface.starts_with(kind));
            guarded[rng.below(count)].push(format!("{kind}*"));
        }
    }
    rng.shuffle(&mut surfaces);
    for surface in surfaces {
        if rng.chance(80) {
            guarded[rng.below(count)].push(surface.trim_start_matches("endpoint ").to_owned());
        }
    }
    let names = rng.sample(NAMES, count);
    let guarding = names.into_iter().zip(guarded).filter(|(_, guarded)| !guarded.is_empty());
    guarding.map(|(name, guarded)| enforcement(rng, (catalog, backfills, timing), name, &guarded)).collect()
}

fn enforcement(
    rng: &mut Rng,
    (catalog, backfills, timing): (&Catalog, &[Node], &Timing),
    name: &str,
    guarded: &[String],
) -> Node {
    let mut lines = Vec::new();
    let split = if rng.chance(30) { rng.below(guarded.len()) } else { 0 };
    let (first, second) = guarded.split_at(split);
    lines.extend([first, second].into_iter().filter(|part| !part.is_empty()).map(|part| format!("guards {}", part.join(", "))));
    let begins = rng.below(100);
    let follows = rng.chance(if begins > 64 { 85 } else { 45 });
    if follows {
        let names: Vec<&str> = backfills.iter().filter_map(|node| node.head.split_whitespace().nth(1)).collect();
        lines.push(format!("after backfill {}", rng.pick(&names)));
    }
    let permissions = catalog.permissions();
    let several = rng.between(1, 3);
    let several = rng.sample(&permissions, several).join(", ");
    match rng.below(7) {
        0..=1 => lines.push(format!("formerly any {several}")),
        2..=3 => lines.push(format!("formerly all {several}")),
        4..=5 => lines.push("formerly open".to_owned()),
        _ => {}
    }
    match begins {
        0..=34 => lines.push(format!("from {}", day(rng))),
        35..=64 => {
            let from = rng.below(DATES.len());
            let until = rng.between(from, DATES.len() - 1);
            lines.push(format!("grace from {} until {}", DATES[from], DATES[until]));
        }
        _ => {}
    }
    let is_dated = begins <= 64 || follows;
    if rng.chance(if begins > 64 { 20 } else { 45 }) || !is_dated {
        let count = rng.between(1, timing.regions.len());
        for region in rng.sample(&timing.regions, count) {
            lines.push(format!("region {region} from {}", day(rng)));
        }
    }
    if rng.chance(25) {
        lines.push("see \"PURE-6104\"".to_owned());
    }
    if rng.chance(20) {
        lines.push("allow-finding never-broken \"nobody is affected\"".to_owned());
    }
    rng.shuffle(&mut lines);
    let title = title(rng, 40);
    Node::block(format!("enforcement {name}{title}"), lines.into_iter().map(Node::line).collect())
}
