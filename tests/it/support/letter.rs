//! What every letter of ours is, whatever stands in it: exactly our headers,
//! each once and in order, plain 7-bit text, one message for every server.

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
    ("Content-Transfer-Encoding", false),
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
    let content = parts.field("Content-Type");
    if content != Some("text/plain; charset=utf-8") {
        return Err(format!("Content-Type {content:?}"));
    }
    let encoding = parts.field("Content-Transfer-Encoding");
    if !matches!(encoding, Some("quoted-printable" | "base64")) {
        return Err(format!("Content-Transfer-Encoding {encoding:?}"));
    }
    if let Some(line) = parts.body.split("\r\n").find(|line| line.len() > 76) {
        return Err(format!("a line of {} in the body", line.len()));
    }
    decoded(bytes)
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
