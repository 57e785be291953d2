//! Bytes to [`Mail`]: the strict reader first, the parser behind its limits.

use jiff::Timestamp;
use mail_parser::{Address, HeaderName, HeaderValue, Message, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

use crate::desk::calendar::read;
use crate::desk::limits::Limits;
use crate::desk::mail::header::{self, Header};
use crate::desk::mail::{IdentityFault, Mail, Marks, Quotes};
use crate::desk::mail::{
    attached, attachment, automatic, body, charset, clean, forwarded, html, identity, parse, report, signature,
    structure, trace,
};

/// Of a From line that is not plain.
const FROM_CHARS_MAX: usize = 320;
/// Ids of a thread that are kept.
const REFERENCES_MAX: usize = 50;

/// Fields that RFC 5322 3.6 and RFC 2045 allow once.
const ONCE: [&str; 12] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "content-type",
    "mime-version",
    "content-transfer-encoding",
];

/// What can be read in `raw`. Total: damage and excess are named, never fatal.
pub fn read(raw: &[u8], limits: &Limits, marks: &Marks) -> Mail {
    let (header, body) = header::split(raw, limits);
    let mut mail = from_header(&header);
    mail.identity = identity::read(&header);
    if says_two_things(&header) {
        mail.identity = mail.identity.and(Err(IdentityFault::FieldsDisagree));
    }
    mail.limits.extend(header.limits.iter().map(|name| (*name).to_owned()));
    if header.limits.is_empty() {
        mail.limits.extend(structure::excess(raw, limits).into_iter().map(str::to_owned));
    }
    // The parser never sees a mail that is over these limits.
    let parsed = if mail.limits.is_empty() { parse::message(raw) } else { None };
    match parsed {
        Some(message) => {
            read_message(&mut mail, &message, limits, &marks.quotes);
            let signs = automatic::signs(&header, &mail, marks);
            mail.report = report::in_words((&header, body), &message, (&mail, &signs), marks, limits);
        }
        None if mail.limits.is_empty() => mail.limits.push("unreadable".to_owned()),
        None => {}
    }
    if let Some(fault) = mail.limits.iter().find_map(|name| fault_of(name, &mail)) {
        // Too much to be believed: people look at it.
        mail.identity = mail.identity.and(Err(fault));
    }
    if mail.identity.is_err() {
        let from = header.first("from").map(header::Field::unfolded).unwrap_or_default();
        mail.from_text = clean::line(&identity::decoded(&from), FROM_CHARS_MAX);
    }
    mail.automatic_because = automatic::signs(&header, &mail, marks);
    mail.body_sha256 = digest(&mail);
    mail
}

/// Whether a field that stands once stands twice and differs: what was signed is
/// the last one, what people are shown mostly the first (RFC 6376 8.15, TB6).
fn says_two_things(header: &Header<'_>) -> bool {
    ONCE.iter().any(|name| {
        let mut values = header.all(name).map(header::Field::unfolded);
        let first = values.next();
        values.any(|value| Some(value) != first)
    })
}

/// What the header alone says, of which a part behind may be missing. For a first
/// look; nothing is decided by it.
pub fn read_header(raw: &[u8], limits: &Limits) -> Mail {
    let whole = raw.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (header, _) = header::split(raw.get(..whole).unwrap_or_default(), limits);
    let mut mail = from_header(&header);
    mail.identity = identity::read(&header);
    mail
}

/// The topmost field of this name (lower case), unfolded.
pub fn field(raw: &[u8], limits: &Limits, name: &str) -> Option<String> {
    let (header, _) = header::split(raw, limits);
    header.first(name).map(header::Field::unfolded)
}

/// The fields of these names (lower case), unfolded, in the mail's order.
pub fn fields(raw: &[u8], limits: &Limits, names: &[&str]) -> Vec<(String, String)> {
    let (header, _) = header::split(raw, limits);
    let named = header.fields.iter().filter(|field| names.contains(&field.name.as_str()));
    named.map(|field| (field.name.clone(), field.unfolded())).collect()
}

/// Cut texts and unlisted attachments are only said; the rest is not believed.
/// Nor is HTML without its structure, which may show what was hidden, where a
/// mail has no other text.
fn fault_of(limit: &str, mail: &Mail) -> Option<IdentityFault> {
    match limit {
        "text_bytes_max" | "text_lines_max" | "attachments_max" => None,
        "html_depth_max" if !mail.html_text.is_empty() => None,
        "unreadable" => Some(IdentityFault::HeaderDamaged),
        _ => Some(IdentityFault::OverLimit),
    }
}

fn from_header(header: &Header<'_>) -> Mail {
    let values = |name| header.all(name).map(header::Field::unfolded).collect::<Vec<String>>();
    let plain = |address: String| clean::line(address.trim_matches(['<', '>']), 320);
    let content = ["content-type", "mime-version", "content-transfer-encoding"];
    let present = content.iter().filter(|name| header.first(name).is_some());
    let duplicated = ONCE.iter().filter(|name| header.all(name).nth(1).is_some());
    Mail {
        identity: Err(IdentityFault::NoFrom),
        from_text: String::new(),
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        delivered_to: ["delivered-to", "x-original-to"].into_iter().flat_map(values).map(plain).collect(),
        reply_tags: Vec::new(),
        subject: String::new(),
        message_id: None,
        in_reply_to: Vec::new(),
        references: Vec::new(),
        date: None,
        text: String::new(),
        html_text: String::new(),
        own_text: String::new(),
        quoted_text: String::new(),
        signature: String::new(),
        attachments: Vec::new(),
        attached: Vec::new(),
        automatic_because: Vec::new(),
        report: None,
        calendar: None,
        forwarded: None,
        trace: trace::read(header),
        signatures: header.all("dkim-signature").filter_map(|field| signature::read(&field.unfolded())).collect(),
        content_fields: present.map(|name| (*name).to_owned()).collect(),
        duplicated_fields: duplicated.map(|name| (*name).to_owned()).collect(),
        body_sha256: String::new(),
        limits: Vec::new(),
    }
}

fn read_message(mail: &mut Mail, message: &Message<'_>, limits: &Limits, quotes: &Quotes) {
    mail.subject = clean::subject(&parse::subject(message));
    mail.message_id = message.message_id().and_then(clean::message_id);
    mail.in_reply_to = ids(message.in_reply_to());
    mail.references = ids(message.references());
    mail.date = message.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    mail.to = addresses(message, &HeaderName::To, limits, &mut mail.limits);
    mail.cc = addresses(message, &HeaderName::Cc, limits, &mut mail.limits);
    mail.reply_to = addresses(message, &HeaderName::ReplyTo, limits, &mut mail.limits);
    let shape = shape(message, 0);
    if shape.parts > limits.mime_parts_max {
        mail.limits.push("mime_parts_max".to_owned());
        return;
    }
    if shape.depth > limits.mime_depth_max {
        mail.limits.push("mime_depth_max".to_owned());
        return;
    }
    if shape.parameters > limits.mime_parameters_max {
        mail.limits.push("mime_parameters_max".to_owned());
    }
    read_texts(mail, message, limits, quotes);
    mail.report = report::read(message);
    mail.calendar = message.parts.iter().find_map(calendar);
    mail.forwarded = forwarded::read(mail, message, limits.text_bytes_max, quotes);
    mail.attached = attached::texts(message, limits);
    attachment::list(mail, message, limits);
    attachment::mark_unread(mail);
}

fn read_texts(mail: &mut Mail, message: &Message<'_>, limits: &Limits, quotes: &Quotes) {
    let mut plain = String::new();
    let mut from_html = String::new();
    // One limit for all parts together: twenty long ones cost no more than one.
    let mut left = limits.text_bytes_max;
    for part in message.text_bodies() {
        if let PartType::Text(text) = &part.body {
            let text = charset::text(message, part, text);
            let text = body::limited(&text, left, &mut mail.limits);
            left = left.saturating_sub(text.len());
            body::append(&mut plain, &body::unflowed(&clean::text(&text), part));
        }
    }
    let mut left = limits.text_bytes_max;
    for part in message.html_bodies() {
        if let PartType::Html(markup) = &part.body {
            let markup = charset::text(message, part, markup);
            let markup = body::limited(&markup, left, &mut mail.limits);
            left = left.saturating_sub(markup.len());
            body::append(&mut from_html, &clean::text(&html::text(&markup, limits, &mut mail.limits)));
        }
    }
    let has_plain = !plain.trim().is_empty();
    mail.text = if has_plain { plain } else { from_html.clone() };
    mail.html_text = if has_plain { from_html } else { String::new() };
    for text in [&mut mail.text, &mut mail.html_text] {
        *text = body::limited(text, limits.text_bytes_max, &mut mail.limits);
        body::cut_lines(text, limits.text_lines_max, &mut mail.limits);
    }
    mail.html_text = body::marked(&mail.html_text, quotes);
    let parts = body::split(&mail.text, quotes);
    mail.own_text = parts.own;
    mail.quoted_text = parts.quoted;
    mail.signature = parts.signature;
    mail.limits.sort();
    mail.limits.dedup();
}

/// How the mail is built: parts, levels, most parameters of one field.
#[derive(Default)]
struct Shape {
    parts: usize,
    depth: usize,
    parameters: usize,
}

fn shape(message: &Message<'_>, level: usize) -> Shape {
    let mut shape = Shape { parts: message.parts.len(), depth: level, parameters: 0 };
    let mut levels: std::collections::BTreeMap<u32, usize> = std::collections::BTreeMap::new();
    for (index, part) in (0_u32..).zip(&message.parts) {
        let here = levels.get(&index).copied().unwrap_or(level);
        shape.depth = shape.depth.max(here);
        for kind in [part.content_type(), part.content_disposition()].into_iter().flatten() {
            shape.parameters = shape.parameters.max(kind.attributes.as_ref().map_or(0, Vec::len));
        }
        match &part.body {
            PartType::Multipart(children) => {
                levels.extend(children.iter().map(|child| (*child, here.saturating_add(1))));
            }
            // A mail in a mail in a mail: looked into while that can matter.
            PartType::Message(inner) if level < 64 => {
                let inside = self::shape(inner, here.saturating_add(1));
                shape.parts = shape.parts.saturating_add(inside.parts);
                shape.depth = shape.depth.max(inside.depth);
                shape.parameters = shape.parameters.max(inside.parameters);
            }
            _ => {}
        }
    }
    shape
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let mut ids: Vec<String> = match value {
        HeaderValue::Text(id) => clean::message_id(id).into_iter().collect(),
        HeaderValue::TextList(list) => list.iter().filter_map(|id| clean::message_id(id)).collect(),
        _ => Vec::new(),
    };
    let surplus = ids.len().saturating_sub(REFERENCES_MAX);
    ids.drain(..surplus);
    ids
}

/// Of all fields of this name: one is allowed (RFC 5322 3.6), but each names readers.
fn addresses(message: &Message<'_>, name: &HeaderName<'_>, limits: &Limits, exceeded: &mut Vec<String>) -> Vec<String> {
    let fields = message.headers().iter().filter(|field| field.name == *name);
    let found: Vec<String> = fields
        .filter_map(|field| field.value.as_address())
        .flat_map(Address::iter)
        .filter_map(|addr| addr.address.as_deref())
        .map(|address| clean::line(address, 320))
        .take(limits.addresses_per_field_max.saturating_add(1))
        .collect();
    if found.len() > limits.addresses_per_field_max {
        exceeded.push("addresses_per_field_max".to_owned());
    }
    found
}

/// What else a calendar part can be, an invitation or a cancellation of others, is
/// none of our business (TF11).
fn calendar(part: &mail_parser::MessagePart<'_>) -> Option<read::Answer> {
    let kind = part.content_type()?;
    let is_calendar = kind.ctype().eq_ignore_ascii_case("text") && kind.subtype()?.eq_ignore_ascii_case("calendar");
    let method = kind.attribute("method").filter(|_| is_calendar)?;
    let answers = ["REPLY", "COUNTER"].iter().any(|known| method.eq_ignore_ascii_case(known));
    match &part.body {
        PartType::Text(object) if answers => read::answer(object, method),
        _ => None,
    }
}

/// The same mail by another way has the same digest: no header is in it, nor
/// the empty lines at the end that a way may add (RFC 6376 3.4.3 ignores them, too).
fn digest(mail: &Mail) -> String {
    let mut hasher = Sha256::new();
    hasher.update(mail.text.trim_end().as_bytes());
    hasher.update([0]);
    hasher.update(mail.html_text.trim_end().as_bytes());
    for file in &mail.attachments {
        hasher.update([0]);
        hasher.update(file.sha256.as_bytes());
    }
    hex(&hasher.finalize())
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
