//! Time that counts only while the desk works (2.8: bh and bd).

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Span, Timestamp};

use crate::desk::hours::Hours;
use crate::desk::moment::{first_showing, last_showing, time_zone};

/// Holidays in a row are shorter.
const CLOSED_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Hours {
    /// `at` itself when the desk works then, else the next opening; the end of
    /// time when it never opens again.
    pub fn opening(&self, at: Timestamp) -> Timestamp {
        let Some(zone) = time_zone(&self.zone) else { return at };
        let day = self.days_from(at, &zone).find(|day| at < day.closes);
        day.map_or(Timestamp::MAX, |day| day.opens.max(at))
    }

    /// `minutes` of business time after `at`: Friday 16:30 and one hour is
    /// Monday 09:00 where the desk opens at 08:30 and closes at 17:00.
    pub fn after_business(&self, at: Timestamp, minutes: u32) -> Timestamp {
        let Some(zone) = time_zone(&self.zone) else { return at };
        let mut left = SignedDuration::from_mins(i64::from(minutes));
        for day in self.days_from(at, &zone) {
            let from = day.opens.max(at);
            let open = day.closes.duration_since(from).max(SignedDuration::ZERO);
            if left <= open && from < day.closes {
                return from.checked_add(left).unwrap_or(Timestamp::MAX);
            }
            left = left.saturating_sub(open);
        }
        Timestamp::MAX
    }

    /// The same time of day `days` business days later, counted from the next
    /// opening when `at` lies outside; a half day ends at its own end.
    pub fn after_business_days(&self, at: Timestamp, days: u32) -> Timestamp {
        let Some(zone) = time_zone(&self.zone) else { return at };
        let from = self.opening(at);
        let clock = zone.to_datetime(from).time();
        let later = usize::try_from(days).unwrap_or(usize::MAX);
        let Some(day) = self.days_from(from, &zone).nth(later) else { return Timestamp::MAX };
        let same = last_showing(&zone, day.date.to_datetime(clock));
        same.map_or(day.closes, |same| same.clamp(day.opens, day.closes))
    }

    /// A time of day on each business day after `from`, up to `until`.
    pub fn each_day(&self, time: Time, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let Some(zone) = time_zone(&self.zone) else { return Vec::new() };
        let days = self.days_from(from, &zone).take_while(|day| day.opens < until);
        let at = days.filter_map(|day| zone.to_ambiguous_timestamp(day.date.to_datetime(time)).compatible().ok());
        at.filter(|at| from < *at && *at < until).collect()
    }

    /// A time of day on every day after `from`, up to `until`, whether the desk
    /// works then or not.
    pub fn every_day(&self, time: Time, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let Some(zone) = time_zone(&self.zone) else { return Vec::new() };
        let (first, last) = (zone.to_datetime(from).date(), zone.to_datetime(until).date());
        let days = first.series(Span::new().days(1)).take_while(|day| *day <= last);
        let at = days.filter_map(|day| first_showing(&zone, day.to_datetime(time)));
        at.filter(|at| from < *at && *at < until).collect()
    }

    /// The same on one day of the week, each at the next opening when the desk does
    /// not work then.
    pub fn each_week(&self, weekday: Weekday, time: Time, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let Some(zone) = time_zone(&self.zone) else { return Vec::new() };
        // What was put off past `from` began before it: no desk is closed for longer.
        let since = from.checked_sub(CLOSED_MAX).unwrap_or(from);
        let all = self.every_day(time, since, until).into_iter();
        let of_the_day = all.filter(|at| zone.to_datetime(*at).date().weekday() == weekday);
        of_the_day.map(|at| self.opening(at)).filter(|at| from < *at && *at < until).collect()
    }
}
