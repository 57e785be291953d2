//! Changes of clock (S-11): the days on which a time of day is easily mistaken.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::desk::moment::time_zone;

/// The day, on the clock of `zone`, on which its clocks change while `start..end`
/// lies on it; `None`: they do not.
pub fn changeover(zone: &str, start: Timestamp, end: Timestamp) -> Option<Date> {
    let zone = time_zone(zone)?;
    let day = |at: Timestamp| zone.to_datetime(at).date();
    let changes = |date: &Date| {
        let midnight =
            |date: Date| zone.to_ambiguous_timestamp(date.to_datetime(jiff::civil::Time::midnight())).compatible();
        let (Ok(from), Ok(to)) = (midnight(*date), date.checked_add(1.day()).map_or_else(Err, midnight)) else {
            return false;
        };
        zone.to_offset(from) != zone.to_offset(to)
    };
    [day(start), day(end)].into_iter().find(changes)
}
