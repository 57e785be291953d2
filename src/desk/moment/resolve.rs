//! What was written becomes instants: every date it can mean, in every zone.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan};

use crate::desk::language::Language;
use crate::desk::moment::parse::{DateWritten, TimeWritten, Written};
use crate::desk::moment::zone::{Claim, ZoneReading, claims, missing, offset_name, spoken};
use crate::desk::moment::{MomentFault, Reading, When, Word, Zones, fault};
use crate::desk::phrase::Part;
use crate::phrase;

/// Years that are further away are not of our calendar, or a slip.
const YEARS_MAX: i16 = 10;

/// More meanings than this help nobody; the mail is asked about either way.
const READINGS_MAX: usize = 8;

/// All plausible readings, the configured one first.
pub(super) fn resolve(
    written: &Written,
    zone_written: Option<&str>,
    anchor: Timestamp,
    zones: &Zones,
    desk_zone: &str,
) -> Result<When, MomentFault> {
    let Some(date) = &written.date else {
        return Err(fault(
            "time_date_missing",
            phrase!(
                "time_date_missing",
                "the date is missing; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"
            ),
        ));
    };
    let Some(time) = written.time else {
        return Err(fault(
            "time_hour_missing",
            phrase!(
                "time_hour_missing",
                "the time of day is missing; expected a date, a time and a zone such as 2026-12-03 10:00 \
                 America/Los_Angeles"
            ),
        ));
    };
    let named = named_zones(written, zone_written, zones, desk_zone).or_else(|fault| {
        // Whatever the zone, an impossible date is said first.
        dates(date, written.weekday, &TimeZone::UTC, anchor).and(Err(fault))
    })?;
    let mut all = named.iter().map(|(said, claim)| {
        let asked = Asked { date, weekday: written.weekday, time, said, anchor, zones };
        asked.readings(claim)
    });
    let mut readings = all.next().ok_or_else(missing)??;
    for others in all {
        let others = others?;
        if written.zones.iter().any(|zone| zone.exact) {
            // The instant is settled; the zone field says how to show it.
            rename(&mut readings, &others);
            continue;
        }
        readings.retain(|reading| others.iter().any(|other| other.at == reading.at));
        if readings.is_empty() {
            return Err(conflict(&named));
        }
    }
    readings.truncate(READINGS_MAX);
    let mut readings = readings.into_iter();
    let first = readings.next().ok_or_else(missing)?;
    Ok(When::new(first, readings.collect()))
}

/// What each mention of a zone says, with its words; at least one.
fn named_zones(
    written: &Written,
    zone_written: Option<&str>,
    zones: &Zones,
    desk_zone: &str,
) -> Result<Vec<(String, Claim)>, MomentFault> {
    let mut named: Vec<(String, Claim)> = Vec::new();
    named.extend(written.zones.iter().map(|zone| (zone.text.clone(), zone.claim.clone())));
    if let Some(text) = zone_written.filter(|text| !text.trim().is_empty()) {
        named.extend(claims(text, zones, desk_zone)?.into_iter().map(|claim| (text.trim().to_owned(), claim)));
    }
    if named.is_empty() { Err(missing()) } else { Ok(named) }
}

fn conflict(named: &[(String, Claim)]) -> MomentFault {
    let names = Part::AllOf { all_of: named.iter().map(|(said, _)| said.as_str().into()).collect() };
    let text = phrase!("zone_conflict", "two time zones that differ were named: {found}; expected one", found = names);
    fault("zone_conflict", text)
}

fn rename(readings: &mut [Reading], others: &[Reading]) {
    let Some(zone) = others.first().map(|other| &other.zone) else { return };
    for reading in readings {
        reading.zone.clone_from(zone);
    }
}

/// One question: the same date and time in the zones of one claim.
struct Asked<'a> {
    date: &'a DateWritten,
    weekday: Option<Weekday>,
    time: TimeWritten,
    /// The zone as written.
    said: &'a str,
    anchor: Timestamp,
    zones: &'a Zones,
}

impl Asked<'_> {
    fn readings(&self, claim: &Claim) -> Result<Vec<Reading>, MomentFault> {
        let mut readings: Vec<Reading> = Vec::new();
        let mut faults = Vec::new();
        for zone in claim {
            for moment in self.moments(zone)? {
                match self.instant(moment, zone, claim) {
                    Ok(at) if readings.iter().any(|reading| reading.at == at) => {}
                    Ok(at) => readings.push(self.reading(at, moment, zone)),
                    Err(fault) => faults.push((zone, fault)),
                }
            }
        }
        // What the configured zone says is wrong is wrong, though a further
        // meaning of its name might make sense of it.
        let first = claim.first();
        let blamed = faults.iter().position(|(zone, _)| Some(*zone) == first);
        match blamed {
            Some(place) if self.certain(claim, &readings) => Err(faults.swap_remove(place).1),
            _ => self.plausible(readings),
        }
    }

    /// No reading is left in the configured zone.
    fn certain(&self, claim: &Claim, readings: &[Reading]) -> bool {
        !readings.iter().any(|reading| claim.first().is_some_and(|zone| zone.name == reading.zone))
    }

    /// Of day and month in either order, the future one; of dates without a
    /// year, the near one.
    fn plausible(&self, mut readings: Vec<Reading>) -> Result<Vec<Reading>, MomentFault> {
        if readings.iter().any(|reading| reading.at > self.anchor) {
            readings.retain(|reading| reading.at > self.anchor);
        }
        let near = |reading: &Reading| reading.at.duration_since(self.anchor).as_hours() < 300 * 24;
        if matches!(self.date, DateWritten::NoYear(_)) && readings.iter().any(near) {
            readings.retain(near);
        }
        Ok(readings)
    }

    fn moments(&self, zone: &ZoneReading) -> Result<Vec<DateTime>, MomentFault> {
        let dates = dates(self.date, self.weekday, &zone.zone, self.anchor)?;
        let days = |date: Date| self.time.days.iter().filter_map(move |days| plus_days(date, *days));
        Ok(dates.into_iter().flat_map(days).map(|date| date.to_datetime(self.time.time)).collect())
    }

    /// The instant at which the clocks of `zone` show `moment`, if there is one.
    fn instant(&self, moment: DateTime, zone: &ZoneReading, claim: &Claim) -> Result<Timestamp, MomentFault> {
        let clock = || moment.strftime("%H:%M").to_string();
        let place = || place_of(&zone.name);
        match zone.zone.to_ambiguous_timestamp(moment).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                offset.to_timestamp(moment).map_err(|_| impossible(moment.date()))
            }
            AmbiguousOffset::Gap { .. } => Err(fault(
                "time_gap",
                phrase!(
                    "time_gap",
                    "at {time} on {day} the clocks of {place} are put forward: this time does not exist",
                    time = clock(),
                    day = moment.date(),
                    place = place()
                ),
            )),
            AmbiguousOffset::Fold { before, after } => {
                // "PST" and "PDT" tell the two apart where the place alone cannot.
                let fixed = claim.iter().filter_map(|other| other.zone.to_fixed_offset().ok());
                let meant: Vec<_> = fixed.filter(|offset| *offset == before || *offset == after).collect();
                match meant.as_slice() {
                    [offset] => offset.to_timestamp(moment).map_err(|_| impossible(moment.date())),
                    _ => Err(fault(
                        "time_doubled",
                        phrase!(
                            "time_doubled",
                            "at {time} on {day} the clocks of {place} are put back: this time comes twice, with \
                             UTC{before} and with UTC{after}; name the one you mean",
                            time = clock(),
                            day = moment.date(),
                            place = place(),
                            before = offset_name(before),
                            after = offset_name(after)
                        ),
                    )),
                }
            }
        }
    }

    /// "10:00 PST as Pacific time, UTC-08:00"; the date where it had to be found.
    fn reading(&self, at: Timestamp, moment: DateTime, zone: &ZoneReading) -> Reading {
        let found = match self.date {
            DateWritten::Full(days) => days.len() > 1 || self.time.days.len() > 1,
            DateWritten::NoYear(_) | DateWritten::Ahead(_) | DateWritten::Weekday(_) => true,
        };
        let date = if found { format!(" on {}", Language::En.day(moment.date())) } else { String::new() };
        let place = spoken(&zone.name, self.zones);
        let offset = format!("UTC{}", offset_name(zone.zone.to_offset(at)));
        let fixed = zone.zone.to_fixed_offset().is_ok();
        let read = match (fixed, self.said == place || place.starts_with(&format!("{} ", self.said))) {
            (true, true) => place,
            (true, false) => format!("{} as {place}", self.said),
            (false, true) => format!("{place} ({offset})"),
            (false, false) if self.said == zone.name => format!("{} ({offset})", self.said),
            (false, false) => format!("{} as {place}, {offset}", self.said),
        };
        Reading { at, zone: zone.name.clone(), said: format!("{}{date} {read}", moment.strftime("%H:%M")) }
    }
}

fn plus_days(date: Date, days: impl Into<i64>) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn impossible(day: Date) -> MomentFault {
    let text = phrase!(
        "time_calendar",
        "{day} lies outside every calendar; expected a date, a time and a zone such as 2026-12-03 10:00 \
         America/Los_Angeles",
        day = day
    );
    fault("time_date", text)
}

/// "Los Angeles" of `America/Los_Angeles`; an offset as it is.
fn place_of(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// Every date that is meant, seen from the day of the mail in `zone`.
fn dates(
    written: &DateWritten,
    weekday: Option<Weekday>,
    zone: &TimeZone,
    anchor: Timestamp,
) -> Result<Vec<Date>, MomentFault> {
    let today = zone.to_datetime(anchor).date();
    let found: Vec<Date> = match written {
        DateWritten::Full(days) => {
            let near: Vec<_> = days.iter().filter(|(year, _, _)| (year - today.year()).abs() <= YEARS_MAX).collect();
            if let (true, Some((year, _, _))) = (near.is_empty(), days.first()) {
                return Err(other_years(*year));
            }
            near.into_iter().filter_map(|(y, m, d)| Date::new(*y, *m, *d).ok()).collect()
        }
        DateWritten::NoYear(days) => days.iter().filter_map(|(month, day)| next_on(today, *month, *day)).collect(),
        DateWritten::Ahead(days) => plus_days(today, *days).into_iter().collect(),
        DateWritten::Weekday(which) => return Ok(weekdays(today, weekday, *which)),
    };
    if found.is_empty() {
        return Err(fault(
            "time_date",
            phrase!(
                "time_date",
                "there is no such day; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"
            ),
        ));
    }
    let Some(weekday) = weekday else { return Ok(found) };
    let fitting: Vec<Date> = found.iter().copied().filter(|date| date.weekday() == weekday).collect();
    if fitting.is_empty() {
        let dates = Part::AnyOf { any_of: found.iter().map(|date| (*date).into()).collect() };
        let text = phrase!(
            "time_weekday",
            "the weekday does not fit the date, which is {dates}; name the date you mean",
            dates = dates
        );
        return Err(fault("time_weekday", text));
    }
    Ok(fitting)
}

/// A year of another calendar (2569 in Thailand, 1405 in Iran) or a slip.
fn other_years(year: i16) -> MomentFault {
    let text = phrase!(
        "time_year_far",
        "the year {year} is far from this one; expected a date of the Gregorian calendar such as 2026-12-03",
        year = year.to_string()
    );
    fault("time_date", text)
}

/// The next such day from `today` on; 29 February may be years away.
fn next_on(today: Date, month: i8, day: i8) -> Option<Date> {
    (0..=8).filter_map(|years| Date::new(today.year() + years, month, day).ok()).find(|date| *date >= today)
}

/// "Tuesday", "next Tuesday", "this Tuesday". In the same week "next" may mean
/// this coming one or the one after it, and on the day itself "Tuesday" may mean
/// today or a week from now: both are readings.
fn weekdays(today: Date, weekday: Option<Weekday>, which: Option<Word>) -> Vec<Date> {
    let Some(weekday) = weekday else { return Vec::new() };
    let ahead = today.weekday().until(weekday);
    let same_week = i32::from(today.weekday().to_monday_zero_offset()) + i32::from(ahead) < 7;
    let days: &[i8] = match which {
        Some(Word::NextWeek) => return of_week(today, weekday, 7),
        Some(Word::ThisWeek) => return of_week(today, weekday, 0),
        Some(Word::Next) if ahead == 0 => &[7],
        Some(Word::Next) if same_week => &[0, 7],
        Some(Word::Next) | Some(Word::This) => &[0],
        _ if ahead == 0 => &[0, 7],
        _ => &[0],
    };
    days.iter().filter_map(|days| today.checked_add((ahead + days).days()).ok()).collect()
}

/// A weekday of the week `days` after this one. Where a week begins is told
/// differently: with Monday (ISO 8601), or with Sunday as in our own country.
fn of_week(today: Date, weekday: Weekday, days: i8) -> Vec<Date> {
    let from_monday = weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset();
    let from_sunday = weekday.to_sunday_zero_offset() - today.weekday().to_sunday_zero_offset();
    let mut dates: Vec<Date> =
        [from_monday, from_sunday].iter().filter_map(|offset| plus_days(today, offset + days)).collect();
    dates.dedup();
    dates
}
