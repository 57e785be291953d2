//! The one formatter of times for all letters (decisions 20): the customer's
//! zone, the desk's and UTC, each with its offset.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::desk::moment::time_zone;

/// `Thu 3 December 2026, 10:00 (Chicago, UTC-06:00)`.
pub fn point(at: Timestamp, zone: &str) -> String {
    format!("{} ({})", stamp(at, zone, "%a %-d %B %Y, %H:%M"), place(at, zone))
}

/// `Thu 3 December 2026, 10:00 to 11:00 (Chicago, UTC-06:00)`.
pub fn span(start: Timestamp, end: Timestamp, zone: &str) -> String {
    let same_day = stamp(start, zone, "%F") == stamp(end, zone, "%F");
    let till = stamp(end, zone, if same_day { "%H:%M" } else { "%a %-d %B %Y, %H:%M" });
    format!("{} to {till} ({})", stamp(start, zone, "%a %-d %B %Y, %H:%M"), place(start, zone))
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

fn stamp(at: Timestamp, zone: &str, format: &str) -> String {
    at.to_zoned(zone_of(zone)).strftime(format).to_string()
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
