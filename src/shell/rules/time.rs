//! `hours.toml`: when the desk works.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;
use toml::Spanned;

use crate::desk::hours::{Capacity, Freeze, Holiday, Hours};
use crate::desk::moment::time_zone;
use crate::shell::toml_file::{FileFault, TomlFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursText {
    zone: Spanned<String>,
    open: Spanned<String>,
    close: Spanned<String>,
    days: Vec<Spanned<String>>,
    whole_window_must_fit: bool,
    notice_hours_min: u32,
    days_ahead_max: u32,
    window_minutes: Spanned<u32>,
    window_minutes_customised: Spanned<u32>,
    asap_heads_up_minutes: Spanned<u32>,
    asap_last_start: Spanned<String>,
    capacity: CapacityText,
    #[serde(default)]
    freezes: Vec<FreezeText>,
    #[serde(default)]
    holidays: BTreeMap<Spanned<String>, HolidayText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CapacityText {
    agents: Spanned<u32>,
    buffer_minutes: Spanned<u32>,
    units_of_a_company: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FreezeText {
    from: Spanned<String>,
    to: Spanned<String>,
    reason: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayText {
    name: String,
    closes: Option<Spanned<String>>,
}

pub fn hours(file: &TomlFile, faults: &mut Vec<FileFault>) -> Option<Hours> {
    let text: HoursText = file.parse().map_err(|fault| faults.push(fault)).ok()?;
    check_zone(file, "zone", &text.zone, faults);
    let open = time(file, "open", &text.open, faults);
    let close = time(file, "close", &text.close, faults);
    let asap_last_start = time(file, "asap_last_start", &text.asap_last_start, faults);
    let days = days(file, &text.days, faults);
    let holidays = holidays(file, &text.holidays, faults);
    let freezes = text.freezes.iter().filter_map(|freeze| self::freeze(file, freeze, faults)).collect();
    let (open, close, asap_last_start) = (open?, close?, asap_last_start?);
    if open >= close {
        let found = format!("{close}, which is not after {open}");
        let span = text.close.span();
        faults.push(file.fault(Some(&span), "close", "a time after `open`", &found, "correct one of the two"));
    }
    if !(open..close).contains(&asap_last_start) {
        let span = text.asap_last_start.span();
        let found = asap_last_start.to_string();
        let way_out = "write when the last ASAP upgrade of a day may start";
        faults.push(file.fault(Some(&span), "asap_last_start", "a time within the hours", &found, way_out));
    }
    check_minutes(file, &text, faults);
    Some(Hours {
        zone: text.zone.into_inner(),
        open,
        close,
        days,
        holidays,
        whole_window_must_fit: text.whole_window_must_fit,
        notice_hours_min: text.notice_hours_min,
        days_ahead_max: text.days_ahead_max,
        window_minutes: text.window_minutes.into_inner(),
        window_minutes_customised: text.window_minutes_customised.into_inner(),
        asap_heads_up_minutes: text.asap_heads_up_minutes.into_inner(),
        asap_last_start,
        freezes,
        capacity: Capacity {
            agents: text.capacity.agents.into_inner(),
            buffer_minutes: text.capacity.buffer_minutes.into_inner(),
            units_of_a_company: text.capacity.units_of_a_company.into_inner(),
        },
    })
}

fn freeze(file: &TomlFile, written: &FreezeText, faults: &mut Vec<FileFault>) -> Option<Freeze> {
    let from = date(file, "freezes", &written.from, faults);
    let to = date(file, "freezes", &written.to, faults);
    let (from, to) = (from?, to?);
    if from > to {
        let found = format!("{to}, which is before {from}");
        let span = written.to.span();
        faults.push(file.fault(Some(&span), "to", "a day not before `from`", &found, "correct one of the two"));
    }
    let reason = written.reason.get_ref().trim().to_owned();
    if reason.is_empty() {
        let span = written.reason.span();
        let way_out = "write what customers are to read, such as \"end of the quarter\"";
        faults.push(file.fault(Some(&span), "reason", "why nothing is upgraded", "nothing", way_out));
    }
    Some(Freeze { from, to, reason })
}

fn date(file: &TomlFile, key: &str, written: &Spanned<String>, faults: &mut Vec<FileFault>) -> Option<Date> {
    let date = Date::strptime("%Y-%m-%d", written.get_ref()).ok();
    if date.is_none() {
        let found = format!("\"{}\"", written.get_ref());
        let way_out = "write year-month-day, for instance \"2026-12-25\"";
        faults.push(file.fault(Some(&written.span()), key, "a date", &found, way_out));
    }
    date
}

fn check_minutes(file: &TomlFile, text: &HoursText, faults: &mut Vec<FileFault>) {
    let mut check = |key: &str, value: &Spanned<u32>, allowed: std::ops::RangeInclusive<u32>| {
        if !allowed.contains(value.get_ref()) {
            let what =
                if key.ends_with("_minutes") || key.starts_with("window_minutes") { "minutes" } else { "a number" };
            let expected = format!("{what} from {} to {}", allowed.start(), allowed.end());
            let found = value.get_ref().to_string();
            faults.push(file.fault(Some(&value.span()), key, &expected, &found, "correct the number"));
        }
    };
    check("window_minutes", &text.window_minutes, 1..=1440);
    check("window_minutes_customised", &text.window_minutes_customised, *text.window_minutes.get_ref()..=1440);
    check("asap_heads_up_minutes", &text.asap_heads_up_minutes, 0..=120);
    check("buffer_minutes", &text.capacity.buffer_minutes, 0..=480);
    check("agents", &text.capacity.agents, 1..=1000);
    check("units_of_a_company", &text.capacity.units_of_a_company, 1..=1000);
}

pub fn time(file: &TomlFile, key: &str, written: &Spanned<String>, faults: &mut Vec<FileFault>) -> Option<Time> {
    let time = Time::strptime("%H:%M", written.get_ref()).ok();
    if time.is_none() {
        let found = format!("\"{}\"", written.get_ref());
        let way_out = "write hours and minutes of 24, for instance \"08:30\"";
        faults.push(file.fault(Some(&written.span()), key, "a time of day", &found, way_out));
    }
    time
}

fn days(file: &TomlFile, written: &[Spanned<String>], faults: &mut Vec<FileFault>) -> Vec<Weekday> {
    let mut days = Vec::new();
    for name in written {
        match weekday(name.get_ref()) {
            Some(day) if !days.contains(&day) => days.push(day),
            found => {
                let what = if found.is_some() { "a second time" } else { "which is none" };
                let found = format!("\"{}\", {what}", name.get_ref());
                let way_out = "write monday, tuesday, … each once";
                faults.push(file.fault(Some(&name.span()), "days", "days of the week", &found, way_out));
            }
        }
    }
    if written.is_empty() {
        faults.push(file.fault(None, "days", "at least one day of work", "none", "write the days of work"));
    }
    days
}

pub fn weekday(name: &str) -> Option<Weekday> {
    match name.to_lowercase().as_str() {
        "monday" => Some(Weekday::Monday),
        "tuesday" => Some(Weekday::Tuesday),
        "wednesday" => Some(Weekday::Wednesday),
        "thursday" => Some(Weekday::Thursday),
        "friday" => Some(Weekday::Friday),
        "saturday" => Some(Weekday::Saturday),
        "sunday" => Some(Weekday::Sunday),
        _ => None,
    }
}

fn holidays(
    file: &TomlFile,
    written: &BTreeMap<Spanned<String>, HolidayText>,
    faults: &mut Vec<FileFault>,
) -> BTreeMap<Date, Holiday> {
    let mut holidays = BTreeMap::new();
    for (date, holiday) in written {
        let closes = holiday.closes.as_ref().and_then(|closes| time(file, "closes", closes, faults));
        if let Some(date) = self::date(file, "holidays", date, faults) {
            holidays.insert(date, Holiday { name: holiday.name.clone(), closes });
        }
    }
    holidays
}

/// Zone data is built in: the host's is not asked, so that the same rules mean
/// the same instants everywhere.
pub fn check_zone(file: &TomlFile, key: &str, written: &Spanned<String>, faults: &mut Vec<FileFault>) {
    let name = written.get_ref();
    if time_zone(name).is_none() {
        let found = format!("\"{name}\"");
        let expected = "an IANA zone or a fixed offset";
        let way_out = "write for instance \"America/Los_Angeles\" or \"-08:00\"";
        faults.push(file.fault(Some(&written.span()), key, expected, &found, way_out));
    }
}
