//! What changes when: epochs, and enforcements of surfaces.

use serde::{Deserialize, Deserializer, Serialize};

use super::surfaces::SurfaceRequires;
use super::{Called, Grant, is_false, present};
use crate::Day;

/// A time in which roles stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// What roles gain on its first day.
    pub changes: Vec<Change>,
    /// Its first day, unless it has no beginning.
    #[serde(deserialize_with = "nullable")]
    pub from: Option<Day>,
    /// The day before which it ends, unless it has no end.
    #[serde(deserialize_with = "nullable")]
    pub until: Option<Day>,
}

/// A key that must be there, and may be `null`.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
    Option::deserialize(deserializer)
}

/// What a role gains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The backfill that adds it.
    pub backfill: u32,
    /// Whether no day is announced, and this is the earliest possible one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub estimated: bool,
    /// What the role gains: grants without a condition.
    pub gains: Vec<Grant>,
    /// The licences that the role calls for from now on, if these are not the same as before.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub licenses: Option<Vec<Called>>,
    /// The role.
    pub role: u32,
}

/// From when on the surfaces that name it ask for what they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforcement {
    /// When it begins for those who ask without a region.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<Start>,
    /// What these surfaces ask for until then.
    pub formerly: SurfaceRequires,
    /// Its name.
    pub name: String,
    /// When it begins in each region.
    pub regions: Vec<InRegion>,
    /// Its title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// From when on something is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// How certain the day is, if nobody has announced it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// The day.
    pub from: Day,
}

/// From when on something is enforced in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InRegion {
    /// How certain the day is, if nobody has announced it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// The day.
    pub from: Day,
    /// The region.
    pub region: u32,
}

/// How certain a day is that nobody has announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// It is the earliest possible one.
    Estimated,
    /// It is that of the backfill that has to come first.
    NotAnnounced,
    /// It is the organisation's own choice within a grace period.
    OptedIn,
}
