//! "2026-12-03 06:00 PST" becomes instants with their zones, or what is wrong.
//! Zone data is built in, so the same mail means the same instant everywhere.

mod parse;
mod phrase;
mod resolve;
mod scan;
mod sense;
mod words;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::phrase::Phrase;
use crate::phrase;
pub use phrase::{Phrase as TimePhrase, names_half, phrases};

pub use scan::uncut;
pub use zone::{cities, first_showing, last_showing, time_zone};

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

/// The words in which people write times (`times.toml`) and zones (`zones.toml`),
/// all in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones {
    /// What people write for a zone, lower case, to its readings, the configured
    /// one first (S-03): IANA names, fixed offsets (`-08:00`), or `desk`.
    pub names: BTreeMap<String, Vec<String>>,
    /// Other words of a time, lower case, to their meaning: "jan", "tomorrow".
    pub words: BTreeMap<String, Word>,
    /// Short names of weekdays that are words of their own as well: "do", "mar".
    pub short: BTreeMap<String, Word>,
    /// Those of `words` that are not English: "jeudi 10" is a day of the month,
    /// "Thursday 10" an hour.
    pub foreign: BTreeSet<String>,
    /// Cities and countries to the zones of their clocks.
    pub places: BTreeMap<String, Vec<String>>,
    /// What stands before and behind a place that names its zone: "hora de ", "".
    pub shapes: Vec<(String, String)>,
    /// Two words in one, apart: "tonight" to "today night".
    pub joined: BTreeMap<String, String>,
    /// Units of a length of time behind "in 2" to their days; 0 for hours.
    pub units: BTreeMap<String, i16>,
    /// The same behind the number and with "later" in one: "天后".
    pub later: BTreeMap<String, i16>,
    /// Numbers in words.
    pub numbers: BTreeMap<String, i16>,
    /// Behind the number of a day: "rd" of "3rd".
    pub ordinals: BTreeSet<String>,
    /// Eras to the year from which theirs are counted.
    pub eras: BTreeMap<String, i16>,
    /// Made of all of them by [`uncut`].
    pub uncut: BTreeMap<String, Vec<String>>,
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
    AfterTomorrow,
    This,
    Next,
    ThisWeek,
    NextWeek,
    Noon,
    Midnight,
    /// Before noon.
    Am,
    /// After noon.
    Pm,
    /// Behind a full hour: "10 o'clock".
    Oclock,
    /// Before noon, and stands before the hour: "上午9点".
    FirstHalf,
    SecondHalf,
    /// "10 y media".
    HalfBehind,
    /// "half past 10".
    HalfPast,
    /// "halb 11".
    HalfTo,
    /// Behind the number of a year: "2026年".
    YearSign,
    MonthSign,
    DaySign,
    MinuteSign,
    /// Between two times: "9 to 12".
    Until,
    /// Without meaning: "at", "on", "the".
    Filler,
    /// Behind "at 10" a time of day, alone a length of time: "hours".
    Hours,
    /// Before a length of time: "in 2 days"; and each piece of it.
    Within,
    Morning,
    Afternoon,
    Evening,
    Night,
    /// "morgen", "mañana".
    TomorrowOrMorning,
    /// Greets before a part of the day: "good", "guten".
    Greeting,
    /// What makes a time one that cannot be told: "week", "after", "half".
    Vague,
}

/// What is wrong with a written time: a stable name and the reader's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MomentFault {
    /// `time_missing`, `time_unreadable`, `time_date_missing`, `time_hour_missing`,
    /// `time_date`, `time_weekday`, `time_range`, `time_two`, `time_gap`,
    /// `time_doubled`, `time_part_of_day`, `zone_missing`, `zone_unknown`, `zone_conflict`.
    pub name: &'static str,
    pub text: Phrase,
}

/// The upgrade time where the form asks for its pieces one by one (F-10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pieces<'a> {
    pub year: Option<&'a str>,
    pub month: Option<&'a str>,
    pub day: Option<&'a str>,
    pub hour: Option<&'a str>,
    pub minute: Option<&'a str>,
    pub date: Option<&'a str>,
    pub time: Option<&'a str>,
}

/// Reads a written time (F-10, F-11, R-19, R-20). `zone_written` is what stands in
/// a zone field of its own; `anchor` is when the mail was written, from which
/// "tomorrow" counts; `desk_zone` is what "your time" means. Whether the time is
/// past or too far ahead is for others to judge.
///
/// # Errors
///
/// What is missing or unclear, in the reader's words. `zone_missing` comes last:
/// then everything else was understood.
pub fn read(
    text: &str,
    zone_written: Option<&str>,
    anchor: Timestamp,
    zones: &Zones,
    desk_zone: &str,
) -> Result<When, MomentFault> {
    let written = parse::parse(text, zones, desk_zone)?;
    resolve::resolve(&written, zone_written, anchor, zones, desk_zone)
}

/// As [`read`], from the pieces of the form. The hour alone means the full hour.
///
/// # Errors
///
/// As [`read`].
pub fn combine(
    pieces: Pieces<'_>,
    zone_written: Option<&str>,
    anchor: Timestamp,
    zones: &Zones,
    desk_zone: &str,
) -> Result<When, MomentFault> {
    let written = parse::combine(pieces, zones, desk_zone)?;
    resolve::resolve(&written, zone_written, anchor, zones, desk_zone)
}

/// The configured meaning of a zone as written: an IANA name or a fixed offset.
///
/// # Errors
///
/// `zone_missing`, `zone_unknown`.
pub fn zone(written: &str, zones: &Zones, desk_zone: &str) -> Result<String, MomentFault> {
    let claims = zone::claims(written, zones, desk_zone)?;
    claims.into_iter().flatten().next().map(|zone| zone.name).ok_or_else(zone::missing)
}

fn fault(name: &'static str, text: Phrase) -> MomentFault {
    MomentFault { name, text }
}

/// What was written is no time that we can tell.
pub fn unreadable(written: &str) -> MomentFault {
    let text = phrase!(
        "time_unreadable",
        "\"{found}\" is not understood as a time; expected a date, a time and a zone such as 2026-12-03 10:00 \
         America/Los_Angeles",
        found = shown(written)
    );
    fault("time_unreadable", text)
}

/// What somebody wrote, short enough for a sentence of ours.
pub(in crate::desk) fn shown(written: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}
