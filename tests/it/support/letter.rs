//! What every letter of ours is, whatever stands in it: exactly our headers,
//! each once and in order, plain 7-bit text, one message for every server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;

/// The fields of a letter in their order, and whether each may be missing.
const FIELDS: [(&str, bool); 14] = [
    ("Date", false),
    ("From", false),
    ("Reply-To", false),
    ("To", false),
    ("Subject", false),
    ("Message-ID", false),
    ("In-Reply-To", true),
    ("References", true),
    ("X-Loop", false),
    ("Auto-Submitted", true),
    ("X-Auto-Response-Suppress", true),
    ("MIME-Version", false),
    ("Content-Type", false),
    ("Content-Transfer-Encoding", true),
];

/// A letter in its raw parts.
pub struct Parts<'a> {
    /// Name and value, unfolded.
    pub fields: Vec<(&'a str, String)>,
    pub body: &'a str,
}

impl Parts<'_> {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
    }
}

/// Takes a letter apart at its lines, without a parser's forgiveness.
pub fn parts(bytes: &[u8]) -> Result<Parts<'_>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no empty line")?;
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in head.split("\r\n") {
        match (line.strip_prefix(' '), fields.last_mut()) {
            (Some(more), Some((_, value))) => {
                value.push(' ');
                value.push_str(more);
            }
            _ => {
                let (name, value) = line.split_once(": ").ok_or_else(|| format!("no field: {line:?}"))?;
                fields.push((name, value.to_owned()));
            }
        }
    }
    Ok(Parts { fields, body })
}

/// What is wrong with the bytes of a letter, if anything (TF1, TF2, TF5, TD8).
pub fn fault(bytes: &[u8]) -> Result<(), String> {
    seven_bit(bytes)?;
    let parts = parts(bytes)?;
    let names: Vec<&str> = parts.fields.iter().map(|(name, _)| *name).collect();
    let expected: Vec<&str> =
        FIELDS.iter().filter(|(name, optional)| !optional || names.contains(name)).map(|(name, _)| *name).collect();
    if names != expected {
        return Err(format!("fields {names:?}, expected {expected:?}"));
    }
    match parts.field("Content-Type") {
        Some("text/plain; charset=utf-8") => encoded(parts.field("Content-Transfer-Encoding"))?,
        Some(content) => with_calendar(content, parts.body)?,
        None => return Err("no Content-Type".to_owned()),
    }
    if let Some(line) = parts.body.split("\r\n").find(|line| line.len() > 76) {
        return Err(format!("a line of {} in the body", line.len()));
    }
    decoded(bytes)
}

fn encoded(encoding: Option<&str>) -> Result<(), String> {
    match encoding {
        Some("quoted-printable" | "base64") => Ok(()),
        other => Err(format!("Content-Transfer-Encoding {other:?}")),
    }
}

fn names(part: &Parts<'_>) -> Vec<String> {
    part.fields.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn text_part(piece: &str) -> Result<(), String> {
    let text = parts(piece.trim_start_matches("\r\n").as_bytes())?;
    if names(&text) != ["Content-Type", "Content-Transfer-Encoding"]
        || text.field("Content-Type") != Some("text/plain; charset=utf-8")
    {
        return Err(format!("text part {:?}", text.fields));
    }
    encoded(text.field("Content-Transfer-Encoding"))
}

/// The text, and files that are only ever saved (5.2).
fn with_files(pieces: &[&str]) -> Result<(), String> {
    let ["", text, files @ .., "--\r\n"] = pieces else { return Err(format!("{} pieces", pieces.len())) };
    text_part(text)?;
    for file in files {
        let file = parts(file.trim_start_matches("\r\n").as_bytes())?;
        let disposition = file.field("Content-Disposition").unwrap_or_default();
        let kind = file.field("Content-Type").unwrap_or_default();
        let active = ["html", "xml", "svg", "script", "calendar", "message/", "multipart/", "name="];
        if names(&file) != ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
            || !disposition.starts_with("attachment; ")
            || file.field("Content-Transfer-Encoding") != Some("base64")
            || active.iter().any(|word| kind.contains(word))
        {
            return Err(format!("file part {:?}", file.fields));
        }
    }
    Ok(())
}

/// Exactly two parts: the text, and last the calendar (3.2).
fn with_calendar(content: &str, body: &str) -> Result<(), String> {
    let asks = match content {
        "multipart/alternative; boundary=\"=_upgrade-desk\"" => true,
        "multipart/mixed; boundary=\"=_upgrade-desk\"" => false,
        other => return Err(format!("Content-Type {other:?}")),
    };
    let pieces: Vec<&str> = body.split("--=_upgrade-desk").collect();
    if !asks && !body.contains("\r\nContent-Type: text/calendar") {
        return with_files(&pieces);
    }
    let ["", text, calendar, "--\r\n"] = pieces.as_slice() else {
        return Err(format!("{} pieces between boundaries", pieces.len()));
    };
    text_part(text)?;
    let part = parts(calendar.trim_start_matches("\r\n").as_bytes())?;
    let expected: &[&str] = match asks {
        true => &["Content-Type", "Content-Transfer-Encoding"],
        false => &["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"],
    };
    if names(&part) != expected || part.field("Content-Transfer-Encoding") != Some("base64") {
        return Err(format!("calendar part {:?}", part.fields));
    }
    let object: Vec<u8> = part.body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let object = STANDARD.decode(object).map_err(|error| error.to_string())?;
    calendar_fault(part.field("Content-Type").unwrap_or_default(), &String::from_utf8_lossy(&object))
}

/// The lines of every event of ours, METHOD and ATTENDEE only where it asks.
const PROPERTIES: [&str; 24] = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID",
    "METHOD",
    "BEGIN:VEVENT",
    "UID",
    "SEQUENCE",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "STATUS",
    "SUMMARY",
    "DESCRIPTION",
    "ORGANIZER:mailto",
    "ATTENDEE",
    "TRANSP:OPAQUE",
    "X-MAINTNOTE-PROVIDER",
    "X-MAINTNOTE-ACCOUNT",
    "X-MAINTNOTE-MAINTENANCE-ID",
    "X-MAINTNOTE-OBJECT-ID",
    "X-MAINTNOTE-IMPACT:OUTAGE",
    "X-MAINTNOTE-STATUS",
    "END:VEVENT",
    "END:VCALENDAR",
];

/// Whatever stands in it, an object of ours has exactly our lines (TF1).
fn calendar_fault(content: &str, object: &str) -> Result<(), String> {
    if object.split("\r\n").any(|line| line.len() > 75 || line.chars().any(is_harmful)) {
        return Err("a calendar line is too long or harmful".to_owned());
    }
    let whole = object.replace("\r\n ", "");
    let lines: Vec<&str> = whole.strip_suffix("\r\n").ok_or("no last line end")?.split("\r\n").collect();
    let method = lines.iter().find_map(|line| line.strip_prefix("METHOD:"));
    let said = content.strip_prefix("text/calendar; method=").and_then(|rest| rest.strip_suffix("; charset=utf-8"));
    if method != said || (method.is_none() && content != "text/calendar; charset=utf-8") {
        return Err(format!("METHOD {method:?} in {content}"));
    }
    let asks = |name: &&&str| method.is_some() || !matches!(**name, "METHOD" | "ATTENDEE");
    let expected: Vec<&str> = PROPERTIES.iter().filter(asks).copied().collect();
    let fits = |(line, name): (&&str, &&str)| {
        line.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ';']))
    };
    if lines.len() == expected.len() && lines.iter().zip(&expected).all(fits) {
        Ok(())
    } else {
        Err(format!("calendar lines {lines:?}, expected {expected:?}"))
    }
}

/// ASCII without control characters, lines that end with CR LF and are at most
/// 998 long without it (RFC 5322 2.1.1).
fn seven_bit(bytes: &[u8]) -> Result<(), String> {
    let Some(text) = bytes.strip_suffix(b"\r\n") else { return Err("the last line does not end".to_owned()) };
    for line in text.split(|byte| *byte == b'\n') {
        // The last one has lost its CR LF above.
        let content = line.strip_suffix(b"\r").unwrap_or(line);
        if content.len() > 998 {
            return Err(format!("a line of {}", content.len()));
        }
        if let Some(byte) = content.iter().find(|byte| !matches!(byte, b' '..=b'~')) {
            return Err(format!("byte {byte:#04x} in a line"));
        }
    }
    let line_feeds = text.iter().filter(|byte| **byte == b'\n').count();
    let whole = text.windows(2).filter(|pair| pair == b"\r\n").count();
    if line_feeds == whole { Ok(()) } else { Err("a bare LF".to_owned()) }
}

/// What a reader sees in the headers cannot break, hide or turn anything.
fn decoded(bytes: &[u8]) -> Result<(), String> {
    let message = MessageParser::default().parse(bytes).ok_or("no mail")?;
    let shown = [
        message.subject(),
        message.from().and_then(|from| from.first()).and_then(|from| from.name()),
        message.to().and_then(|to| to.first()).and_then(|to| to.name()),
    ];
    for text in shown.into_iter().flatten() {
        if text.chars().any(is_harmful) {
            return Err(format!("a header that shows {text:?}"));
        }
    }
    let one = |list: Option<&mail_parser::Address<'_>>| list.is_some_and(|list| list.iter().count() == 1);
    if one(message.from()) && one(message.to()) && one(message.reply_to()) {
        Ok(())
    } else {
        Err("not one author, one recipient and one address for answers".to_owned())
    }
}

/// Control characters, and what turns the direction of writing (UAX #9).
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text as its reader sees it.
pub fn text(bytes: &[u8]) -> String {
    let message = MessageParser::default().parse(bytes).unwrap();
    message.body_text(0).unwrap_or_default().replace("\r\n", "\n")
}
