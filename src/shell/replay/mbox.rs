//! The mbox format as it is found (RFC 4155; mboxo and mboxrd): a `From ` line
//! with sender and time before each mail, `>From ` for such a line in its text.

use std::io::{self, BufRead, BufReader, Read};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Where a mail lies, and when it came as far as its `From ` line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub offset: u64,
    pub length: u64,
    pub received: Option<Timestamp>,
}

/// All mails of an mbox; `None`: it is none. An empty file has no mails.
pub fn parts(mbox: impl Read) -> io::Result<Option<Vec<Part>>> {
    let mut reader = BufReader::new(mbox);
    let (mut parts, mut line, mut offset) = (Vec::<Part>::new(), Vec::new(), 0_u64);
    // The empty line before a `From ` line belongs to it, not to the mail.
    let mut blank = 0;
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            break;
        }
        let first = offset == 0;
        let received = if first || blank > 0 { separator(&line, first) } else { None };
        if let Some(received) = received {
            end(&mut parts, offset, blank);
            parts.push(Part { offset: offset + length, length: 0, received });
        } else if first {
            return Ok(None);
        }
        let is_blank = matches!(line.as_slice(), b"\n" | b"\r\n");
        blank = if is_blank && received.is_none() { length } else { 0 };
        offset += length;
    }
    end(&mut parts, offset, blank);
    Ok(Some(parts))
}

fn end(parts: &mut [Part], offset: u64, blank: u64) {
    if let Some(last) = parts.last_mut() {
        last.length = offset.saturating_sub(blank).saturating_sub(last.offset);
    }
}

/// The time of a `From ` line; `Some(None)`: it is one without a time that can
/// be read, which only the first may be. Prose that begins with "From" is none.
fn separator(line: &[u8], first: bool) -> Option<Option<Timestamp>> {
    let rest = line.strip_prefix(b"From ")?;
    match time(&String::from_utf8_lossy(rest)) {
        Some(at) => Some(Some(at)),
        None => first.then_some(None),
    }
}

/// `ann@acme.example Mon Nov 16 17:12:00 2026`: asctime in UTC, as RFC 4155
/// has it; some programs write a zone before or behind the year.
fn time(rest: &str) -> Option<Timestamp> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let at = words.iter().rposition(|word| WEEKDAYS.contains(word))?;
    let [month, day, clock, more @ ..] = words.get(at + 1..)? else { return None };
    let month = MONTHS.iter().position(|name| name == month)? + 1;
    let year = more.iter().find(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    let written = format!("{year}-{month:02}-{:02}T{clock}{seconds}", day.parse::<u8>().ok()?);
    let offset = more.iter().find_map(|word| offset(word)).unwrap_or(Offset::UTC);
    let time: DateTime = written.parse().ok()?;
    time.to_zoned(TimeZone::fixed(offset)).ok().map(|time| time.timestamp())
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `-0800`.
fn offset(word: &str) -> Option<Offset> {
    let sign = match word.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = (word.get(1..3)?.parse::<i32>().ok()?, word.get(3..5)?.parse::<i32>().ok()?);
    if word.len() == 5 { Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok() } else { None }
}

/// The mail as it was: mboxrd puts one `>` before each line that begins with any
/// number of them and `From `. In an mboxo this takes a `>` off that was the
/// writer's own, which changes no meaning here.
pub fn unquoted(part: &[u8]) -> Vec<u8> {
    let mut mail = Vec::with_capacity(part.len());
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.iter().position(|byte| *byte != b'>').unwrap_or(line.len());
        let is_quoted = bare > 0 && line.get(bare..).is_some_and(|rest| rest.starts_with(b"From "));
        mail.extend_from_slice(line.get(usize::from(is_quoted)..).unwrap_or_default());
    }
    mail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(mbox: &str) -> Vec<(String, Option<String>)> {
        let parts = parts(mbox.as_bytes()).unwrap_or_default().unwrap_or_default();
        let text = |part: &Part| {
            let range = part.offset as usize..(part.offset + part.length) as usize;
            String::from_utf8_lossy(&unquoted(mbox.as_bytes().get(range).unwrap_or_default())).into_owned()
        };
        parts.iter().map(|part| (text(part), part.received.map(|at| at.to_string()))).collect()
    }

    #[test]
    fn mails_are_cut_at_from_lines_and_their_text_is_as_it_was() {
        let mbox = "From ann@acme.example Mon Nov 16 17:12:00 2026\nSubject: one\n\n>From here on\n>>From two\n\n\
                    From now on we are closed.\nFrom - \n\n\
                    From MAILER-DAEMON Tue Nov  3 09:05:07 2026 -0800\r\nSubject: two\r\n\r\n\r\n\
                    From a b Wed Nov 4 09:05 PST 2026\n";
        let found = mails(mbox);
        let expected = [
            (
                "Subject: one\n\nFrom here on\n>From two\n\nFrom now on we are closed.\nFrom - \n",
                "2026-11-16T17:12:00Z",
            ),
            ("Subject: two\r\n\r\n", "2026-11-03T17:05:07Z"),
            ("", "2026-11-04T09:05:00Z"),
        ];
        let expected: Vec<(String, Option<String>)> =
            expected.iter().map(|(text, at)| ((*text).to_owned(), Some((*at).to_owned()))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_does_not_begin_with_a_from_line_is_no_mbox() {
        for text in ["Subject: one\n\nhello\n", "\nFrom a Mon Nov 16 17:12:00 2026\n", "from a\n"] {
            assert_eq!(parts(text.as_bytes()).ok(), Some(None), "{text}");
        }
        assert_eq!(parts(&b""[..]).ok(), Some(Some(Vec::new())));
        assert_eq!(mails("From ann\nSubject: one\n"), [("Subject: one\n".to_owned(), None)]);
    }
}
