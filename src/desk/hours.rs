//! Business hours, holidays and changes of clock (S-01, S-02, S-09, S-11).

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};

/// When the desk works. From `rules/hours.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// IANA name or a fixed offset such as `-08:00` (O1).
    pub zone: String,
    pub open: Time,
    pub close: Time,
    pub days: Vec<Weekday>,
    /// Days without work, with their names; a half day says when it closes.
    pub holidays: BTreeMap<Date, Holiday>,
    /// O3: the whole planned window must fit before `close`.
    pub whole_window_must_fit: bool,
    /// S-01, elapsed hours between the complete request and the start.
    pub notice_hours_min: u32,
    /// Further ahead than this is asked about (F-10).
    pub days_ahead_max: u32,
    /// T1a, and T1c for units with customisations.
    pub window_minutes: u32,
    pub window_minutes_customised: u32,
    /// S-04: how long before the start the customer of an ASAP request is told.
    pub asap_heads_up_minutes: u32,
    /// S-04: the last start of an ASAP request on a day.
    pub asap_last_start: Time,
}

/// A day without work, or with less of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub name: String,
    /// `None`: closed all day.
    pub closes: Option<Time>,
}
