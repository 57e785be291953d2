//! The one formatter of times for all letters (decisions 20): the customer's
//! zone, the desk's and UTC, each with its offset, in the reader's language.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::desk::language::Language;
use crate::desk::moment::time_zone;

/// `Thu 3 December 2026, 10:00 (Chicago, UTC-06:00)`: for staff.
pub fn point(at: Timestamp, zone: &str) -> String {
    point_in(Language::En, at, zone)
}

/// `Thu 3 December 2026, 10:00 to 11:00 (Chicago, UTC-06:00)`: for staff.
pub fn span(start: Timestamp, end: Timestamp, zone: &str) -> String {
    span_in(Language::En, start, end, zone)
}

/// As [`point`]: `Do, 3. Dezember 2026, 10:00 (Chicago, UTC-06:00)`.
pub fn point_in(language: Language, at: Timestamp, zone: &str) -> String {
    format!("{} ({})", stamp(language, at, zone), place(at, zone))
}

/// As [`span`].
pub fn span_in(language: Language, start: Timestamp, end: Timestamp, zone: &str) -> String {
    let day = |at: Timestamp| at.to_zoned(zone_of(zone)).date();
    let till = if day(start) == day(end) { clock(end, zone) } else { stamp(language, end, zone) };
    let start_place = place(start, zone);
    let end_place = place(end, zone);
    let until = language.until();
    if start_place == end_place {
        return format!("{} {until} {till} ({start_place})", stamp(language, start, zone));
    }
    // Over a change of the clocks each end has its own offset.
    format!("{} ({start_place}) {until} {till} ({end_place})", stamp(language, start, zone))
}

/// The zones to show, each once by what it shows: the customer's, the desk's, UTC.
pub fn zones<'a>(customer: &'a str, desk: &'a str) -> Vec<&'a str> {
    let mut shown: Vec<&str> = Vec::new();
    for zone in [customer, desk, "UTC"] {
        if !shown.iter().any(|other| *other == zone || zone_of(other) == zone_of(zone)) {
            shown.push(zone);
        }
    }
    shown
}

fn stamp(language: Language, at: Timestamp, zone: &str) -> String {
    format!("{}, {}", language.short_day(at.to_zoned(zone_of(zone)).date()), clock(at, zone))
}

fn clock(at: Timestamp, zone: &str) -> String {
    at.to_zoned(zone_of(zone)).strftime("%H:%M").to_string()
}

fn place(at: Timestamp, zone: &str) -> String {
    let offset = at.to_zoned(zone_of(zone)).strftime("%:z").to_string();
    match zone.rsplit_once('/') {
        Some((_, city)) => format!("{}, UTC{offset}", city.replace('_', " ")),
        None if zone == "UTC" => "UTC".to_owned(),
        None => format!("UTC{offset}"),
    }
}

/// A zone by IANA name or fixed offset; what cannot be resolved is shown as
/// UTC, which the letter then says.
pub fn zone_of(zone: &str) -> TimeZone {
    time_zone(zone).unwrap_or(TimeZone::UTC)
}
