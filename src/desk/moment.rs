//! "2026-12-03 06:00 PST" becomes instants with their zones, or what is wrong.
//! Zone data is built in, so the same mail means the same instant everywhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One way to read a written time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub at: Timestamp,
    /// IANA name (`America/Los_Angeles`) or a fixed offset (`-08:00`).
    pub zone: String,
    /// The reading in words: "10:00 PST as Pacific time (UTC-08:00)".
    pub said: String,
}

/// All plausible readings of a written time; the first is the configured one
/// (S-03). Never empty: [`When::new`] is the only door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    first: Reading,
    others: Vec<Reading>,
}

impl When {
    pub fn new(first: Reading, others: Vec<Reading>) -> When {
        When { first, others }
    }

    pub fn first(&self) -> &Reading {
        &self.first
    }

    pub fn others(&self) -> &[Reading] {
        &self.others
    }

    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// The words in which people write times (`zones.toml`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones {
    /// What people write for a zone, lower case, to its readings, the configured
    /// one first (S-03): IANA names, fixed offsets (`-08:00`), or `desk`.
    pub names: BTreeMap<String, Vec<String>>,
    /// Other words of a time, lower case, to their meaning: "jan", "tomorrow".
    pub words: BTreeMap<String, Word>,
}

/// What a word of a written time means.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum Word {
    January,
    February,
    March,
    April,
    May,
    June,
    July,
    August,
    September,
    October,
    November,
    December,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
    Today,
    Tomorrow,
    This,
    Next,
    Noon,
    Midnight,
    /// Before noon.
    Am,
    /// After noon.
    Pm,
    /// Behind a full hour: "10 o'clock".
    Oclock,
    /// Between two times: "9 to 12".
    Until,
    /// Without meaning: "at", "on", "the".
    Filler,
}

/// What is wrong with a written time: a stable name and the reader's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MomentFault {
    /// `time_missing`, `time_ambiguous`, `time_gap`, `time_past`, `zone_missing` …
    pub name: &'static str,
    pub text: String,
}
