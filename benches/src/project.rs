//! What generated projects say beside their roles: manifest, statements on the catalog, divisions, backfills.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use rolec::catalogs;

use crate::roles;
use crate::subjects;
use crate::universe::CATALOG;

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the project's folder, `/` between parts.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl File {
    fn new(path: &str, text: String) -> Self {
        Self { path: path.to_owned(), text }
    }
}

/// Five parts of the world with ten divisions each.
pub const REGIONS: [(&str, [&str; 10]); 5] = [
    ("americas", ["austin", "bogota", "boston", "calgary", "denver", "lima", "mexico", "miami", "quito", "toronto"]),
    ("apac", ["auckland", "brisbane", "hanoi", "manila", "osaka", "perth", "seoul", "singapore", "sydney", "tokyo"]),
    ("emea", ["berlin", "cairo", "dublin", "lisbon", "london", "madrid", "milan", "paris", "vienna", "zurich"]),
    ("india", ["ahmedabad", "bangalore", "chennai", "delhi", "hyderabad", "jaipur", "kochi", "kolkata", "mumbai", "pune"]),
    ("nordics", ["aarhus", "bergen", "gothenburg", "helsinki", "malmo", "oslo", "stockholm", "tampere", "turku", "uppsala"]),
];

/// Sets of sets, each with the regions in it.
pub const WIDE: [(&str, [&str; 2]); 3] =
    [("north_atlantic", ["americas", "nordics"]), ("asia", ["apac", "india"]), ("emea_nordics", ["emea", "nordics"])];

/// Domains stated as division-unaware; roles that something confines stay clear of them.
const UNAWARE: [&str; 8] = ["alerting", "billing", "integrations", "knowledge", "oauth", "settings", "sso", "voicemail"];

/// Domains whose grants may have conditions.
const CONDITIONAL: [&str; 4] = ["analytics", "conversation", "quality", "recording"];

/// The files of a project of so many roles, and users beside the groups that they need. Equal arguments give equal bytes.
#[must_use]
pub fn generate(count: usize, users: usize, seed: u64) -> Vec<File> {
    let mut files = statements();
    files.push(File::new("divisions.role", divisions()));
    files.push(File::new("rolec.toml", manifest(count)));
    let (roles, assignable) = roles::files(count, seed);
    files.extend(roles);
    files.extend(subjects::files(users, &assignable, seed));
    files
}

/// Writes files below a folder.
///
/// # Errors
///
/// What kept a file from being written.
pub fn write(files: &[File], folder: &Path) -> io::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, &file.text)?;
    }
    Ok(())
}

/// What projects state of the catalog: awareness, conditions and backfills.
#[must_use]
pub fn statements() -> Vec<File> {
    vec![File::new("awareness.role", awareness()), File::new("backfills.role", BACKFILLS.to_owned())]
}

fn manifest(count: usize) -> String {
    format!(
        "[project]\nname = \"bench-{count}\"\nversion = \"1.0.0\"\n\n[dependencies]\n{CATALOG} = \"shipped\"\n\n\
         [organisation]\nregions = [\"eu-central-1\", \"us-east-1\"]\n"
    )
}

/// The domains of the shipped catalog, by their declarations' first lines.
fn domains() -> BTreeSet<&'static str> {
    let files = catalogs::shipped(CATALOG).map_or(&[][..], |catalog| catalog.files);
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| line.strip_prefix("domain ")?.split(' ').next()).collect()
}

fn awareness() -> String {
    let mut text = String::from("// States of every domain whether it knows divisions, so that confined roles can be judged.\n");
    for domain in domains() {
        let aware = if UNAWARE.contains(&domain) { "division-unaware" } else { "division-aware" };
        let conditions = if CONDITIONAL.contains(&domain) { " conditions Conversation.queue: string" } else { "" };
        // Writing to a string does not fail.
        let _ = match domain {
            "outbound" => writeln!(text, "domain outbound division-aware {{{OUTBOUND}}}\n"),
            _ => writeln!(text, "domain {domain} {aware}{conditions} {{}}\n"),
        };
    }
    text
}

const OUTBOUND: &str = "
    entity schedule division-unaware {}
    entity emailCampaignSchedule division-unaware {}
    entity messagingCampaignSchedule division-unaware {}
    entity whatsAppCampaignSchedule division-unaware {}
";

/// The permission that the first generated role grants, so that the backfill below has somebody to add to.
pub const TRIGGER: &str = "conversation:call:add";

const BACKFILLS: &str = r#"backfill user_station "User station and call forwarding" {
    when conversation:call:add
    add conversation:callForwarding:view
    add telephony:otherStationAssociation:{edit, view}
    add telephony:selfStationAssociation:{edit, view}
    add telephony:station:disassociate
    on 2026-02-16
    region us-east-1 on 2026-03-23..2026-03-29
}
"#;

fn divisions() -> String {
    let mut text = String::from("home division main\n\n");
    // Writing to a string does not fail.
    for (region, divisions) in REGIONS {
        for division in divisions {
            let _ = writeln!(text, "division {division}");
        }
        let _ = writeln!(text, "\ndivisions {region} = {}\n", divisions.join(", "));
    }
    for (name, regions) in WIDE {
        let _ = writeln!(text, "divisions {name} = {}", regions.join(", "));
    }
    text
}
