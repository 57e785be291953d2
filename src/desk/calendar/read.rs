//! What an answer to an invitation says (RFC 5546 3.2.3, 3.2.7), read from hostile
//! text: few lines, no recurrence, no time zones but the known ones, no panic.
//!
//! Own code and no crate: of an answer five values count, and the crates build
//! whole calendars, with their recurrences and zones, before one can ask for them.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::desk::moment::time_zone;

/// Longer objects are no answer to one invitation.
const OCTETS_MAX: usize = 64 * 1024;
const LINES_MAX: usize = 1000;
const ATTENDEES_MAX: usize = 100;

/// One event as it came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Upper case; the same in the object and of the part (RFC 6047 2.4).
    pub method: String,
    pub uid: String,
    /// Which of our changes it answers.
    pub sequence: Option<u32>,
    /// Addresses in lower case, each with its upper-case PARTSTAT.
    pub attendees: Vec<(String, String)>,
    /// The proposed time; `None` where it is missing, unclear or repeats.
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

impl Answer {
    /// What `address` answered; the address compares without regard to case.
    pub fn of(&self, address: &str) -> Option<&str> {
        let mut own = self.attendees.iter().filter(|(who, _)| who.eq_ignore_ascii_case(address));
        own.next().map(|(_, said)| said.as_str())
    }
}

/// The answer in a calendar object; `None` when it is not exactly one event with
/// the method that its part names.
pub fn answer(object: &str, method: &str) -> Option<Answer> {
    if object.len() > OCTETS_MAX {
        return None;
    }
    let mut answer = Answer {
        method: method.to_ascii_uppercase(),
        uid: String::new(),
        sequence: None,
        attendees: Vec::new(),
        start: None,
        end: None,
    };
    let (mut path, mut events, mut repeats, mut methods) = (Vec::new(), 0, false, Vec::new());
    for line in unfolded(object)? {
        let Some(line) = Line::read(&line) else { continue };
        match (line.name.as_str(), path.as_slice()) {
            ("BEGIN", _) => {
                path.push(line.value.to_ascii_uppercase());
                events += usize::from(path == ["VCALENDAR", "VEVENT"]);
            }
            ("END", _) => drop(path.pop()),
            ("METHOD", [calendar]) if calendar == "VCALENDAR" => methods.push(line.value.to_ascii_uppercase()),
            (name, [calendar, event]) if calendar == "VCALENDAR" && event == "VEVENT" => {
                repeats |= matches!(name, "RRULE" | "RDATE" | "RECURRENCE-ID");
                answer.take(&line);
            }
            _ => {}
        }
    }
    if repeats {
        (answer.start, answer.end) = (None, None);
    }
    (events == 1 && methods == [answer.method.as_str()] && !answer.uid.is_empty()).then_some(answer)
}

impl Answer {
    fn take(&mut self, line: &Line) {
        match line.name.as_str() {
            "UID" => self.uid.clone_from(&line.value),
            "SEQUENCE" => self.sequence = line.value.trim().parse().ok(),
            "DTSTART" => self.start = line.instant(),
            "DTEND" => self.end = line.instant(),
            "ATTENDEE" if self.attendees.len() < ATTENDEES_MAX => {
                let address = line.value.trim().to_ascii_lowercase();
                let address = address.strip_prefix("mailto:").unwrap_or(&address).to_owned();
                self.attendees.push((address, line.parameter("PARTSTAT").to_ascii_uppercase()));
            }
            _ => {}
        }
    }
}

/// Lines put together again (RFC 5545 3.1); `None`: too many.
fn unfolded(object: &str) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for (number, line) in object.lines().enumerate() {
        if number >= LINES_MAX {
            return None;
        }
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    Some(lines)
}

/// `NAME;PARAMETER=value:value`.
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Line {
    fn read(line: &str) -> Option<Line> {
        let mut quoted = false;
        let colon = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        });
        let (head, value) = line.split_at_checked(colon?.0)?;
        let mut quoted = false;
        let mut pieces = head.split(|c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        });
        let name = pieces.next()?.trim().to_ascii_uppercase();
        let pair = |piece: &str| {
            let (name, value) = piece.split_once('=')?;
            Some((name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        };
        let parameters = pieces.filter_map(pair).collect();
        Some(Line { name, parameters, value: value.strip_prefix(':')?.to_owned() })
    }

    fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// 3.3.5: in UTC, or in a zone that we know by its name; a floating time and
    /// a whole day are nobody's instant.
    fn instant(&self) -> Option<Timestamp> {
        let value = self.value.trim();
        let (local, zone) = match value.strip_suffix('Z') {
            Some(local) => (local, "UTC"),
            None => (value, self.parameter("TZID")),
        };
        if zone.is_empty() {
            return None;
        }
        let local = DateTime::strptime("%Y%m%dT%H%M%S", local).ok()?;
        let zone = if zone == "UTC" { jiff::tz::TimeZone::UTC } else { time_zone(zone)? };
        zone.to_ambiguous_timestamp(local).unambiguous().ok()
    }
}
