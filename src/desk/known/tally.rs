//! What is counted of whom, so that further mail is measured by it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One more of something, which further mail is measured by for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub what: Tally,
    /// An address in lower case, a company's id or a serial number.
    pub of: String,
}

/// What is counted: no header of a mail is believed about it (TE2, security 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Tally {
    /// Automatic letters to an address outside (the store counts them).
    Letter,
    /// Letters M-32 to an address (the store counts them).
    Warning,
    /// Notices to staff about mail of this address which may do nothing.
    Notice,
    /// Staff were told that a letter to this address was not written.
    Capped,
    /// Stops in this address's name that nobody proved (TC11).
    Stop,
    /// Data of a unit that did not agree, by company (TD1).
    DataTry,
    /// The same by serial number as written (TD1).
    UnitTry,
    /// Alarms about this unit by strangers, machines and mail that is not
    /// believed (TC14).
    StrangerAlarm,
}

/// Counts that were looked up; what was not counted yet is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies(pub BTreeMap<(Tally, String), u32>);

impl Tallies {
    pub fn of(&self, what: Tally, of: &str) -> u32 {
        self.0.get(&(what, of.to_ascii_lowercase())).copied().unwrap_or(0)
    }
}
