//! `#schedule 2026-12-03 06:00 America/Los_Angeles [90m]`: one reading only.

use jiff::Timestamp;

use crate::desk::command::{Command, CommandFault, fault};
use crate::desk::moment::{self, When, Zones};

const EXPECTED: &str = "expected for instance #schedule 2026-12-03 10:00 America/Los_Angeles 90m";
const MINUTES_MAX: u32 = 24 * 60;

pub(super) fn read(words: &str, zones: &Zones, desk_zone: &str, received: Timestamp) -> Result<Command, CommandFault> {
    let (time, minutes) = with_length(words)?;
    if time.eq_ignore_ascii_case("now") {
        let start = next_minute(received);
        return Ok(Command::Schedule { start, zone: desk_zone.to_owned(), minutes });
    }
    let when = moment::read(time, None, received, zones, desk_zone).map_err(|fault| {
        // The fault of a time mostly names an example already.
        let expected = if fault.text.contains("expected") { String::new() } else { format!("; {EXPECTED}") };
        CommandFault { text: format!("{}{expected}", fault.text) }
    })?;
    if !when.others().is_empty() {
        return fault(ambiguous(time, &when, zones));
    }
    let first = when.first();
    Ok(Command::Schedule { start: first.at, zone: first.zone.clone(), minutes })
}

/// The next full minute; a full one is its own.
fn next_minute(at: Timestamp) -> Timestamp {
    let over = at.as_second().rem_euclid(60);
    if over == 0 && at.subsec_nanosecond() == 0 {
        return at;
    }
    Timestamp::from_second(at.as_second() - over + 60).unwrap_or(at)
}

/// Splits the planned length off the end: `90m`, `[90m]`, `90 min`, `1h`, `1h30m`.
fn with_length(words: &str) -> Result<(&str, Option<u32>), CommandFault> {
    let words = words.trim();
    let bare = words.trim_end_matches([']', ')']);
    let length = bare.len() - bare.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
    let (time, last) = bare.split_at_checked(bare.len() - length).unwrap_or((bare, ""));
    let (time, last) = match last.to_lowercase().as_str() {
        // "90 min": the number is the word before.
        "min" | "minutes" | "m" => {
            let time = time.trim_end();
            let digits = time.len() - time.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let (time, digits) = time.split_at_checked(time.len() - digits).unwrap_or((time, ""));
            (time, format!("{digits}m"))
        }
        _ => (time, last.to_lowercase()),
    };
    let apart = time.ends_with([' ', '\t', '[', '(']);
    match minutes(&last) {
        Some(minutes) if apart && (1..=MINUTES_MAX).contains(&minutes) => {
            Ok((time.trim_end_matches([' ', '\t', '[', '(', ',']), Some(minutes)))
        }
        Some(minutes) if apart => fault(format!("a window is 1 to {MINUTES_MAX} minutes long, found {minutes}")),
        _ => Ok((words, None)),
    }
}

/// `90m`, `90min`, `1h`, `1h30m`, `1h30`.
fn minutes(text: &str) -> Option<u32> {
    let number = |digits: &str| if digits.len() <= 5 { digits.parse::<u32>().ok() } else { None };
    let in_minutes = |text: &str| {
        let digits = ["minutes", "min", "m"].iter().find_map(|unit| text.strip_suffix(unit))?;
        number(digits)
    };
    match text.split_once('h') {
        Some((hours, "")) => number(hours).map(|hours| hours * 60),
        Some((hours, rest)) => Some(number(hours)? * 60 + in_minutes(rest).or_else(|| number(rest))?),
        None => in_minutes(text),
    }
}

/// Says what an abbreviation cannot mean on that day, or all that it can.
fn ambiguous(time: &str, when: &When, zones: &Zones) -> String {
    let first = when.first();
    let written = time.split([' ', '(', ')', ',']).rev().find(|word| {
        word.chars().all(char::is_alphabetic) && zones.names.contains_key(&word.to_lowercase()) && word.len() <= 5
    });
    let in_use = moment::time_zone(&first.zone).map(|zone| zone.to_offset_info(first.at).abbreviation().to_owned());
    if let (Some(written), Some(in_use)) = (written, in_use)
        && !written.eq_ignore_ascii_case(&in_use)
        && in_use.chars().all(char::is_alphabetic)
        && first.zone.contains('/')
    {
        let written = written.to_uppercase();
        return format!("`{written}` is not in use on that day, `{in_use}` is; write {in_use} or {}", first.zone);
    }
    let said: Vec<&str> = when.readings().map(|reading| reading.said.as_str()).collect();
    format!("this time has more than one reading: {}; name a city or an offset", said.join("; or "))
}
