//! What a clock on the wall shows, minute after minute, with nothing known of
//! why: the only thing that the zone data is asked.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub struct Wall {
    start: Timestamp,
    shown: Vec<DateTime>,
    /// The minutes of each date.
    days: Vec<Range<usize>>,
}

impl Wall {
    /// From the first minute of `first` on.
    pub fn new(zone: &str, first: Date, days: i64) -> Wall {
        let zone = upgrade_desk::desk::moment::time_zone(zone).unwrap();
        let start = TimeZone::to_zoned(&zone, first.at(0, 0, 0, 0)).unwrap().timestamp();
        let mut shown = Vec::new();
        for minute in 0..days * 24 * 60 {
            shown.push(zone.to_datetime(start + SignedDuration::from_mins(minute)));
        }
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (minute, clock) in shown.iter().enumerate() {
            match ranges.last_mut().filter(|day| shown[day.start].date() == clock.date()) {
                Some(day) => day.end = minute + 1,
                None => ranges.push(minute..minute + 1),
            }
        }
        Wall { start, shown, days: ranges }
    }

    pub fn len(&self) -> usize {
        self.shown.len()
    }

    pub fn shows(&self, minute: usize) -> DateTime {
        self.shown[minute]
    }

    pub fn at(&self, minute: usize) -> Timestamp {
        self.start + super::minutes(minute)
    }

    pub fn days(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.days.iter().cloned()
    }

    /// The last minute of a day that shows `time`; where none does, the first after it.
    pub fn last_time(&self, day: &Range<usize>, time: Time) -> usize {
        let mut backwards = day.clone().rev();
        let found = backwards.find(|minute| self.shows(*minute).time() <= time);
        found.map_or(day.start, |minute| minute + usize::from(self.shows(minute).time() < time))
    }

    /// The date `days` after the first.
    pub fn date(&self, days: i64) -> Date {
        let day = usize::try_from(days).unwrap().min(self.days.len() - 1);
        self.shown[self.days[day].start].date()
    }

    /// How often the clock was changed.
    pub fn changes(&self) -> usize {
        let steady = |pair: &&[DateTime]| pair[1].duration_since(pair[0]) == SignedDuration::from_mins(1);
        self.shown.windows(2).filter(|pair| !steady(pair)).count()
    }
}
