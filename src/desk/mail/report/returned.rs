//! A report as text: what the mail system says, and the mail that it returns.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::desk::limits::Limits;
use crate::desk::mail::phrases::has;
use crate::desk::mail::report::words::BounceWords;
use crate::desk::mail::{body, clean, html};

/// What a mail system says stands in so many lines at most.
const LINES_MAX: usize = 1000;
const SAID_BYTES_MAX: usize = 64 * 1024;
/// The fields of a header are looked for in so many lines.
const HEAD_LINES: usize = 12;

/// The text of a report, parted.
pub(super) struct Parted {
    /// What the mail system says.
    pub said: String,
    /// The mail that it returns, as far as it stands in the text.
    pub returned: String,
    /// Whether anything comes back, in the text or attached.
    pub has_returned: bool,
}

/// `below` is what stands below the header, for mails whose parts are broken.
pub(super) fn parted(message: &Message<'_>, below: &[u8], words: &BounceWords, limits: &Limits) -> Parted {
    let mut text = texts(message, |body| match body {
        PartType::Text(text) => Some(clean::text(text)),
        _ => None,
    });
    if text.trim().is_empty() {
        text = texts(message, |body| match body {
            PartType::Html(markup) => Some(clean::text(&html::text(markup, limits, &mut Vec::new()))),
            _ => None,
        });
    }
    if text.trim().is_empty() {
        text = clean::text(&String::from_utf8_lossy(below));
    }
    let is_attached = message.parts.iter().any(|part| is_header(part) || matches!(part.body, PartType::Message(_)));
    let lines: Vec<&str> = text.lines().collect();
    let at = (0..lines.len().min(LINES_MAX)).find(|at| begins_here(&lines, *at, words));
    let end = at.unwrap_or(lines.len().min(LINES_MAX));
    let (said, returned) = lines.split_at_checked(end).unwrap_or((&lines, &[]));
    let returned = if returned.is_empty() { attached_header(message) } else { returned.join("\n") };
    Parted {
        said: body::limited(&said.join("\n"), SAID_BYTES_MAX, &mut Vec::new()),
        returned,
        has_returned: is_attached || at.is_some(),
    }
}

/// What `text_of` makes of the parts of the mail, one below the other.
fn texts(message: &Message<'_>, text_of: impl Fn(&PartType<'_>) -> Option<String>) -> String {
    let parts = message.parts.iter().filter(|part| !is_header(part));
    parts.filter_map(|part| text_of(&part.body)).collect::<Vec<String>>().join("\n")
}

/// The header of the mail that is attached, or that stands in a part of its own.
fn attached_header(message: &Message<'_>) -> String {
    let inner = message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => Some(String::from_utf8_lossy(inner.raw_message()).into_owned()),
        PartType::Text(text) if is_header(part) => Some(text.to_string()),
        _ => None,
    });
    let inner = inner.unwrap_or_default();
    inner.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<&str>>().join("\n")
}

/// The header of the mail that comes back, as a part of its own.
fn is_header(part: &MessagePart<'_>) -> bool {
    let subtype = part.content_type().and_then(|kind| kind.subtype()).unwrap_or("");
    ["rfc822-headers", "global-headers"].iter().any(|known| subtype.eq_ignore_ascii_case(known))
}

/// Whether the mail that comes back begins in this line: fields that mail servers
/// write, the fields that every mail has, or words between dashes.
fn begins_here(lines: &[&str], at: usize, words: &BounceWords) -> bool {
    const OF_SERVERS: [&str; 4] = ["received", "return-path", "dkim-signature", "delivered-to"];
    const OF_MAILS: [&str; 5] = ["from", "to", "subject", "date", "message-id"];
    let Some((line, text)) = lines.get(at).map(|line| (bare(line), *line)) else { return false };
    if line.starts_with("--") && has(&line.to_lowercase(), &words.returned) {
        return true;
    }
    let Some(name) = field_name(line) else { return false };
    let names = lines.get(at..).unwrap_or_default().iter().take(HEAD_LINES).map_while(|line| {
        let line = bare(line);
        (!line.is_empty()).then(|| field_name(line))
    });
    let names: Vec<String> = names.flatten().collect();
    if OF_SERVERS.contains(&name.as_str()) {
        return names.len() > 1;
    }
    // Set in, they only tell which mail it is about, and more is said below.
    let is_set_in = text.starts_with([' ', '\t']);
    let known = OF_MAILS.iter().filter(|known| names.iter().any(|name| name == *known)).count();
    OF_MAILS.contains(&name.as_str()) && !is_set_in && known > 2
}

/// Without marks of quotation before it.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['>', '|', ' ', '\t'])
}

/// The name of the field (lower case) that a line begins.
fn field_name(line: &str) -> Option<String> {
    let (name, _) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then(|| name.to_ascii_lowercase())
}

/// The value of the first field of this name (lower case) in a header that stands
/// in a text, or its next line where the field was folded there.
pub(super) fn value<'t>(header: &'t str, name: &str) -> Option<&'t str> {
    let mut lines = header.lines();
    let value = lines.by_ref().map(bare).find_map(|line| {
        field_name(line).filter(|known| known == name)?;
        line.split_once(':').map(|(_, value)| value.trim())
    })?;
    if value.is_empty() { lines.next().map(str::trim) } else { Some(value) }
}
