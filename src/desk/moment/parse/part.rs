//! The time where the form asks for its pieces one by one (F-10).

use crate::desk::moment::parse::{DateWritten, Written, parse, small};
use crate::desk::moment::scan::fold;
use crate::desk::moment::{MomentFault, Pieces, Zones, fault, shown, words};
use crate::desk::phrase::Phrase;
use crate::phrase;

/// The pieces of the form: a whole date or time is read like text, a number as
/// what its label says.
pub(in crate::desk::moment) fn combine(
    pieces: Pieces<'_>,
    zones: &Zones,
    desk_zone: &str,
) -> Result<Written, MomentFault> {
    let mut written = match (pieces.date, pieces.time) {
        (None, None) => Written::default(),
        (date, time) => {
            let text: Vec<&str> = [date, time].into_iter().flatten().collect();
            parse(&text.join(" "), zones, desk_zone)?
        }
    };
    if written.date.is_none() && (pieces.year.is_some() || pieces.month.is_some() || pieces.day.is_some()) {
        let day = part("day", pieces.day, zones, 1, 31)?;
        let month = part("month", pieces.month, zones, 1, 12)?;
        written.date = Some(match pieces.year {
            None => DateWritten::NoYear(vec![(small(month), small(day))]),
            year => {
                let year = part("year", year, zones, 0, 9999)?;
                DateWritten::Full(vec![(if year < 100 { 2000 + year } else { year }, small(month), small(day))])
            }
        });
    }
    if written.time.is_none()
        && let Some(hour) = pieces.hour
    {
        // The date lets a bare number be read as an hour, as it is one here.
        let mut text = format!("2000-01-01 {hour}");
        if let Some(minute) = pieces.minute {
            let minute = part("minute", Some(minute), zones, 0, 59)?;
            let hour = part("hour", Some(hour), zones, 0, 24)?;
            text = format!("2000-01-01 {hour}:{minute:02}");
        }
        let hours = parse(&text, zones, desk_zone)?;
        written.time = hours.time;
        if written.zones.is_empty() {
            written.zones = hours.zones;
        }
    }
    Ok(written)
}

fn missing_part(name: &str) -> Phrase {
    match name {
        "day" => phrase!(
            "time_day_missing",
            "the day is missing; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"
        ),
        "month" => phrase!(
            "time_month_missing",
            "the month is missing; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"
        ),
        _ => phrase!(
            "time_year_missing",
            "the year is missing; expected a date, a time and a zone such as 2026-12-03 10:00 America/Los_Angeles"
        ),
    }
}

/// One number of the form, or the name of a month.
fn part(name: &str, written: Option<&str>, zones: &Zones, min: i16, max: i16) -> Result<i16, MomentFault> {
    let Some(written) = written else {
        return Err(fault("time_date_missing", missing_part(name)));
    };
    let folded = fold(written);
    let text = folded.trim().trim_end_matches('.');
    let month = zones.words.get(text).copied().and_then(words::month);
    let text = zones.ordinals.iter().find_map(|tail| text.strip_suffix(tail.as_str())).unwrap_or(text);
    let value = if name == "month" { month.map(i16::from) } else { None }.or_else(|| text.parse().ok());
    value.filter(|value| (min..=max).contains(value)).ok_or_else(|| {
        let text = phrase!(
            "time_part",
            "\"{found}\" does not fit here; expected a number from {min} to {max}",
            found = shown(written),
            min = min.to_string(),
            max = max.to_string()
        );
        fault("time_unreadable", text)
    })
}
