//! Delivery reports (RFC 3464), complaints (RFC 5965), dispositions (RFC 8098).

mod address;
mod returned;
mod status;
mod told;
mod words;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use serde::{Deserialize, Serialize};

use crate::desk::mail::{clean, guard};

pub(super) use told::read as in_words;
pub use words::{BounceWords, Reason};

/// A delivery report (RFC 3464), complaint (RFC 5965) or disposition (RFC 8098).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub kind: ReportKind,
    pub recipients: Vec<ReportRecipient>,
    pub original_message_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
    Complaint,
    Disposition,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRecipient {
    pub address: String,
    pub action: String,
    pub status: String,
    pub diagnostic: String,
}

/// Recipients that are kept of one report.
const RECIPIENTS_MAX: usize = 100;
const FIELD_CHARS_MAX: usize = 500;

/// The report that the mail is, if it is one.
pub(super) fn read(message: &Message<'_>) -> Option<Report> {
    let mut report = message.parts.iter().find_map(machine_part)?;
    if report.original_message_id.is_none() {
        report.original_message_id = message.parts.iter().find_map(returned_id);
    }
    Some(report)
}

fn machine_part(part: &MessagePart<'_>) -> Option<Report> {
    let kind = part.content_type()?;
    let subtype = kind.subtype()?.to_ascii_lowercase();
    if !kind.ctype().eq_ignore_ascii_case("message") {
        return None;
    }
    let text = text_of(part);
    match subtype.as_str() {
        "delivery-status" | "global-delivery-status" => Some(delivery(&text)),
        "feedback-report" => Some(about(ReportKind::Complaint, &text)),
        "disposition-notification" | "global-disposition-notification" => Some(about(ReportKind::Disposition, &text)),
        _ => None,
    }
}

fn text_of(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        PartType::Multipart(_) => String::new(),
    }
}

/// Groups of fields, one for the mail and one for each recipient.
fn delivery(text: &str) -> Report {
    let mut recipients = Vec::new();
    for group in groups(text) {
        let value = |name: &str| field(&group, name);
        // The one that we wrote to, where the report has it (RFC 3464 2.3.1).
        let original = value("original-recipient").filter(|address| address.contains('@'));
        let Some(address) = original.or_else(|| value("final-recipient")) else { continue };
        let diagnostic = value("diagnostic-code").unwrap_or_default();
        let stated = value("status").map(|status| first_word(&status)).unwrap_or_default();
        recipients.push(ReportRecipient {
            address: bare(&address),
            action: value("action").unwrap_or_default().to_lowercase(),
            status: status::of_server(&stated, &diagnostic).to_owned(),
            diagnostic,
        });
        if recipients.len() >= RECIPIENTS_MAX {
            break;
        }
    }
    Report { kind: kind(&recipients), recipients, original_message_id: None }
}

/// "rfc822; <dana@example.com>" without its type and brackets.
fn bare(address: &str) -> String {
    let address = address.rsplit_once(';').map_or(address, |(_, address)| address);
    address.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>')).to_owned()
}

/// The gravest action counts (RFC 3464 2.3.3).
fn kind(recipients: &[ReportRecipient]) -> ReportKind {
    let any = |action: &str| recipients.iter().any(|recipient| recipient.action.starts_with(action));
    let is_class = |digit: char| recipients.iter().any(|recipient| recipient.status.starts_with(digit));
    if any("failed") {
        ReportKind::Failed
    } else if any("delayed") {
        ReportKind::Delayed
    } else if any("expanded") {
        ReportKind::Expanded
    } else if any("relayed") {
        ReportKind::Relayed
    } else if any("delivered") || is_class('2') {
        ReportKind::Delivered
    } else if is_class('4') {
        ReportKind::Delayed
    } else {
        ReportKind::Failed
    }
}

fn about(kind: ReportKind, text: &str) -> Report {
    let all: Vec<(String, String)> = groups(text).into_iter().flatten().collect();
    let address =
        ["original-rcpt-to", "final-recipient", "original-recipient"].iter().find_map(|name| field(&all, name));
    let recipients = address.map(|address| ReportRecipient {
        address: bare(&address),
        action: String::new(),
        status: String::new(),
        diagnostic: field(&all, "disposition").or_else(|| field(&all, "feedback-type")).unwrap_or_default(),
    });
    let id = field(&all, "original-message-id").and_then(|id| clean::message_id(id.trim_matches(['<', '>'])));
    Report { kind, recipients: recipients.into_iter().collect(), original_message_id: id }
}

/// Fields in groups that empty lines part; folded lines are joined.
fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            groups.push(Vec::new());
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = groups.last_mut().and_then(|group| group.last_mut()) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let (Some((name, value)), Some(group)) = (line.split_once(':'), groups.last_mut()) {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn field(group: &[(String, String)], name: &str) -> Option<String> {
    let (_, value) = group.iter().find(|(known, _)| known == name)?;
    Some(clean::line(value, FIELD_CHARS_MAX))
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or("").to_owned()
}

/// The Message-ID of the mail that comes back, whole or its header alone.
fn returned_id(part: &MessagePart<'_>) -> Option<String> {
    if let PartType::Message(inner) = &part.body {
        return inner.message_id().and_then(clean::message_id);
    }
    let kind = part.content_type()?;
    let is_headers = kind.subtype().is_some_and(|subtype| {
        subtype.eq_ignore_ascii_case("rfc822-headers") || subtype.eq_ignore_ascii_case("global-headers")
    });
    if !is_headers {
        return None;
    }
    let text = text_of(part);
    guard::parser(|| {
        let message = MessageParser::default().parse_headers(text.as_bytes())?;
        message.message_id().and_then(clean::message_id)
    })
    .flatten()
}
