//! What stands behind the commands about the desk as a whole.

use jiff::civil::{Date, Time};

use crate::desk::command::{Command, CommandFault, fault};
use crate::desk::moment::shown;

/// `#swap sam 2026-12-24 [2026-12-27]`.
pub(super) fn swap(words: &str) -> Result<Command, CommandFault> {
    let mut parts = words.split_whitespace();
    let who = parts.next().filter(|word| day(word).is_none()).map(str::to_lowercase);
    let first = parts.next().and_then(day);
    let last = parts.next().map(day);
    match (who, first, last, parts.next()) {
        (Some(who), Some(first), None, None) => Ok(Command::Swap { who, first, last: first }),
        (Some(who), Some(first), Some(Some(last)), None) if first <= last => Ok(Command::Swap { who, first, last }),
        _ => fault(format!(
            "expected #swap with an id of staff and a day, or a first and a last one, such as #swap sam 2026-12-24, \
             found \"{}\"",
            shown(words)
        )),
    }
}

/// `#holiday 2026-12-24 <name>`, `#holiday 2026-12-24 until 12:00 <name>`.
pub(super) fn holiday(words: &str) -> Result<Command, CommandFault> {
    let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let (closes, name) = match rest.trim().strip_prefix("until ") {
        Some(rest) => {
            let (time, name) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
            (Time::strptime("%H:%M", time).ok().map(Some), name.trim())
        }
        None => (Some(None), rest.trim()),
    };
    match (day(first), closes) {
        (Some(day), Some(closes)) if !name.is_empty() => Ok(Command::Holiday { day, closes, name: name.to_owned() }),
        _ => fault(format!(
            "expected #holiday with a day and its name, such as #holiday 2026-12-24 Christmas Eve, or with the hour \
             at which work ends, such as #holiday 2026-12-24 until 12:00 Christmas Eve, found \"{}\"",
            shown(words)
        )),
    }
}

fn day(word: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", word).ok()
}
