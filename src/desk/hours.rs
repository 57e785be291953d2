//! Business hours, holidays and changes of clock (S-01, S-02, S-09, S-11).

mod business;
mod changeover;
mod closing;

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::moment::{first_showing, last_showing, time_zone};
use crate::desk::phrase::Phrase;
use crate::phrase;

pub use changeover::changeover;

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
    /// Days on which nothing is upgraded though the desk works (S-09), in order.
    pub freezes: Vec<Freeze>,
    pub capacity: Capacity,
}

/// Days without upgrades, both ends included (S-09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    pub from: Date,
    pub to: Date,
    /// In words for customers, without a full stop.
    pub reason: String,
}

/// How much can be worked on at once (S-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Agents who can work on units at the same time.
    pub agents: u32,
    /// Minutes between two windows of one agent.
    pub buffer_minutes: u32,
    /// Units of one company at the same time: of a pair only one may be down.
    pub units_of_a_company: u32,
}

/// A day without work, or with less of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    pub name: String,
    /// `None`: closed all day.
    pub closes: Option<Time>,
}

/// Why a planned window is not regular: a special arrangement (S-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfHours {
    /// In the reader's words, in the desk's zone, without a full stop.
    pub why: Phrase,
    /// The desk works then, but nothing is upgraded (S-09): no arrangement helps.
    pub frozen: bool,
}

/// The working hours of one day as instants.
struct Day<'a> {
    date: Date,
    opens: Timestamp,
    closes: Timestamp,
    /// The clock time at which this day ends; earlier on a half day.
    close: Time,
    half: Option<&'a str>,
}

impl Hours {
    /// Whether work from `start` for `minutes` lies in business hours (S-02, O3).
    /// The opening moment is inside; the closing moment is the end.
    ///
    /// # Errors
    ///
    /// Names the weekend, the holiday, or the hour that is not met.
    pub fn judge(&self, start: Timestamp, minutes: u32) -> Result<(), OutOfHours> {
        let Some(zone) = time_zone(&self.zone) else {
            let why =
                phrase!("hours_zone", "the desk's own time zone \"{zone}\" is unknown", zone = self.zone.as_str());
            return Err(out(why));
        };
        let clock = zone.to_datetime(start);
        let date = clock.date();
        if let Some(Holiday { name, closes: None }) = self.holidays.get(&clock.date()) {
            let why = phrase!("hours_holiday", "{day} is a holiday ({name})", day = date, name = name.as_str());
            return Err(out(why));
        }
        if !self.days.contains(&clock.date().weekday()) {
            return Err(out(phrase!("hours_no_business_day", "{day} is not a business day", day = date)));
        }
        let Some(day) = self.day(clock.date(), &zone) else {
            return Err(out(phrase!("hours_none", "{day} has no business hours", day = date)));
        };
        if let Some(freeze) = self.freeze_on(clock.date()) {
            let why = phrase!(
                "hours_frozen",
                "{day} lies in a time without upgrades ({reason})",
                day = date,
                reason = freeze.reason.as_str()
            );
            return Err(OutOfHours { why, frozen: true });
        }
        let at = clock.strftime("%H:%M").to_string();
        let close = short(day.close);
        if start < day.opens {
            let open = short(self.open);
            let why = phrase!("hours_before", "{at} is before {open}, when business hours begin", at = at, open = open);
            return Err(out(why));
        }
        if start >= day.closes {
            return Err(out(after_close(&at, &close, day.half)));
        }
        if self.whole_window_must_fit && after(start, minutes).is_none_or(|end| end > day.closes) {
            return Err(out(too_long(minutes, &at, &close, day.half)));
        }
        Ok(())
    }

    /// The earliest regular start for a request that was complete at `complete`
    /// (S-01): elapsed hours, business or not.
    pub fn earliest_regular(&self, complete: Timestamp) -> Timestamp {
        let notice = SignedDuration::from_hours(i64::from(self.notice_hours_min));
        complete.checked_add(notice).unwrap_or(Timestamp::MAX)
    }

    /// The freeze that `day` lies in, if any.
    pub fn freeze_on(&self, day: Date) -> Option<&Freeze> {
        self.freezes.iter().find(|freeze| (freeze.from..=freeze.to).contains(&day))
    }

    /// For each of the next `days` days of work all starts at or after `from` that
    /// [`Hours::judge`] accepts, on the full and half hour of the desk's clock.
    pub fn starts_by_day(&self, from: Timestamp, minutes: u32, days: usize) -> Vec<Vec<Timestamp>> {
        let Some(zone) = time_zone(&self.zone) else { return Vec::new() };
        let half_hours = |day: Day<'_>| {
            let next = |at: &Timestamp| half_hour(at.checked_add(SignedDuration::from_secs(1)).ok()?, &zone);
            let starts = std::iter::successors(half_hour(day.opens.max(from), &zone), next);
            starts.take_while(|at| *at < day.closes).filter(|at| self.judge(*at, minutes).is_ok()).collect()
        };
        self.days_from(from, &zone)
            .map(half_hours)
            .filter(|starts: &Vec<Timestamp>| !starts.is_empty())
            .take(days)
            .collect()
    }

    /// The next moment at or after `from`, on the minute, at which an ASAP request
    /// can start (S-04): inside business hours, not after the last start of a day.
    pub fn asap_start(&self, from: Timestamp, minutes: u32) -> Option<Timestamp> {
        let zone = time_zone(&self.zone)?;
        self.days_from(from, &zone).find_map(|day| {
            let start = whole_minute(day.opens.max(from))?;
            let last = first_showing(&zone, day.date.to_datetime(self.asap_last_start))?;
            // Where the clocks skip the last start, what they show next is after it.
            let in_time = start <= last && zone.to_datetime(start).time() <= self.asap_last_start;
            (in_time && self.judge(start, minutes).is_ok()).then_some(start)
        })
    }

    /// The days of work from the day of `from` on, a year and some ahead.
    fn days_from<'a>(&'a self, from: Timestamp, zone: &'a TimeZone) -> impl Iterator<Item = Day<'a>> {
        const DAYS_MAX: usize = 400;
        let first = zone.to_datetime(from).date();
        first.series(Span::new().days(1)).take(DAYS_MAX).filter_map(|date| self.day(date, zone))
    }

    fn day(&self, date: Date, zone: &TimeZone) -> Option<Day<'_>> {
        let holiday = self.holidays.get(&date);
        let close = match holiday {
            Some(Holiday { closes: None, .. }) => return None,
            Some(Holiday { closes: Some(closes), .. }) => self.close.min(*closes),
            None => self.close,
        };
        if !self.days.contains(&date.weekday()) {
            return None;
        }
        // Where the clocks are put back over an hour of ours, the shorter day counts.
        let opens = last_showing(zone, date.to_datetime(self.open))?;
        let closes = first_showing(zone, date.to_datetime(close))?;
        (opens < closes).then(|| Day { date, opens, closes, close, half: holiday.map(|day| day.name.as_str()) })
    }
}

fn after_close(at: &str, close: &str, half: Option<&str>) -> Phrase {
    match half {
        Some(name) => phrase!(
            "hours_after_half",
            "{at} is not before {close}, when business hours end ({name}, a half day)",
            at = at,
            close = close,
            name = name
        ),
        None => {
            phrase!("hours_after", "{at} is not before {close}, when business hours end", at = at, close = close)
        }
    }
}

fn too_long(minutes: u32, at: &str, close: &str, half: Option<&str>) -> Phrase {
    let minutes = minutes.to_string();
    match half {
        Some(name) => phrase!(
            "hours_too_long_half",
            "{minutes} minutes from {at} on would end after {close}, when business hours end ({name}, a half day)",
            minutes = minutes,
            at = at,
            close = close,
            name = name
        ),
        None => phrase!(
            "hours_too_long",
            "{minutes} minutes from {at} on would end after {close}, when business hours end",
            minutes = minutes,
            at = at,
            close = close
        ),
    }
}

fn out(why: Phrase) -> OutOfHours {
    OutOfHours { why, frozen: false }
}

fn short(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn after(start: Timestamp, minutes: u32) -> Option<Timestamp> {
    start.checked_add(SignedDuration::from_secs(i64::from(minutes) * 60)).ok()
}

fn whole_minute(at: Timestamp) -> Option<Timestamp> {
    let over = (at.as_second().rem_euclid(60), at.subsec_nanosecond());
    if over == (0, 0) { Some(at) } else { Timestamp::from_second(at.as_second() - over.0 + 60).ok() }
}

/// The next full or half hour on the clock of `zone`, whose offset need not be
/// one of half hours.
fn half_hour(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let minute = whole_minute(at)?;
    let over = i64::from(zone.to_datetime(minute).minute() % 30);
    let missing = if over == 0 { 0 } else { 30 - over };
    minute.checked_add(SignedDuration::from_mins(missing)).ok()
}
