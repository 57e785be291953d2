//! Attachments are listed under names that can hurt nobody (TF8); their bytes
//! stay in the sealed original.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::desk::limits::Limits;
use crate::desk::mail::read::hex;
use crate::desk::mail::{Attachment, Mail, clean, parse};

const NAME_CHARS_MAX: usize = 100;
/// Names that some systems take for a device, whatever their extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt", "clock$"];

/// Why a file of an agent's mail does not go to a customer with his words (5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Stays {
    /// A picture that the mail's own text shows, mostly of a signature.
    InText,
    /// The cryptographic signature of the mail itself, or its key.
    OfMail,
    /// A mail: it carries words and addresses of others.
    Mail,
    /// Only one mail program opens it (TNEF).
    OneProgram,
    /// Its text shows a password, in this line.
    Password { line: usize },
    /// Its text names an address that customers do not get.
    Address { address: String },
}

/// A file as the mail lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    /// Cleaned: it names no folder and no device (TF8).
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Of the exact bytes that the writer attached.
    pub sha256: String,
    /// `None`: sealed to the staff's keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

/// Why a file is not sealed to staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// A password stands in its text: it would outlive the sealed password.
    Password,
    /// A whole mail: what is coded in it was not read.
    Mail,
}

/// The bytes of a mail's attachments as they lay on its writer's disk, in the
/// order in which [`Mail::attachments`] lists them.
pub fn files(raw: &[u8], limits: &Limits) -> Vec<Vec<u8>> {
    let Some(message) = parse::message(raw) else { return Vec::new() };
    let parts = message.attachments().take(limits.attachments_max);
    parts.map(|part| bytes(part, &message.raw_message).into_owned()).collect()
}

/// What the parser makes of a text is UTF-8; what was attached need not be.
pub(super) fn bytes<'a>(part: &'a MessagePart<'_>, raw: &'a [u8]) -> Cow<'a, [u8]> {
    let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_));
    let attached = if is_text { parse::bytes(part, raw) } else { None };
    attached.unwrap_or(Cow::Borrowed(part.contents()))
}

/// Lists the attachments; what is over the limit is only said.
pub(super) fn list(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    for part in message.attachments() {
        if mail.attachments.len() >= limits.attachments_max {
            mail.limits.push("attachments_max".to_owned());
            return;
        }
        mail.attachments.push(one(part, message));
    }
}

/// Names the files in which a form may stand that nobody read.
pub(super) fn mark_unread(mail: &mut Mail) {
    const ENDS: [&str; 15] = [
        "pdf", "doc", "docx", "docm", "dot", "dotx", "xls", "xlsx", "xlsm", "xlsb", "odt", "ods", "rtf", "pages",
        "numbers",
    ];
    const KINDS: [&str; 4] = ["application/pdf", "application/msword", "application/vnd.ms-excel", "application/rtf"];
    let one_program: Vec<String> = mail.opaque_attachments().map(|file| file.sha256.clone()).collect();
    for (place, file) in mail.attachments.iter_mut().enumerate() {
        let end = file.name.rsplit_once('.').map_or("", |(_, end)| end).to_lowercase();
        let kind = file.content_type.as_str();
        let may_hold = ENDS.contains(&end.as_str())
            || KINDS.contains(&kind)
            || kind.starts_with("application/vnd.openxmlformats-officedocument.")
            || one_program.contains(&file.sha256)
            || (file.is_picture() && file.stays.is_none());
        file.unread = may_hold && !mail.attached.iter().any(|read| read.place == place);
    }
}

impl Attachment {
    /// A screenshot, a photo.
    pub fn is_picture(&self) -> bool {
        self.content_type.starts_with("image/")
    }
}

fn one(part: &MessagePart<'_>, message: &Message<'_>) -> Attachment {
    let bytes = bytes(part, &message.raw_message);
    let content_type = content_type(part);
    let name = part.attachment_name().map(str::to_owned).unwrap_or_else(|| {
        // A mail inside the mail has a subject rather than a name.
        part.message().and_then(Message::subject).map_or("unnamed".to_owned(), |subject| format!("{subject}.eml"))
    });
    Attachment {
        name: safe_name(&name),
        content_type: clean::line(&content_type, NAME_CHARS_MAX),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: hex(&Sha256::digest(&bytes)),
        stays: stays(part, message, &content_type),
        unread: false,
    }
}

/// `type/subtype` as its mail calls it, in lower case.
pub(super) fn content_type(part: &MessagePart<'_>) -> String {
    part.content_type().map_or("application/octet-stream".to_owned(), |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase()
    })
}

/// What can be told from how the mail is built.
fn stays(part: &MessagePart<'_>, message: &Message<'_>, content_type: &str) -> Option<Stays> {
    const OF_MAIL: [&str; 4] = [
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    ];
    if part.message().is_some() || content_type.starts_with("message/") {
        Some(Stays::Mail)
    } else if OF_MAIL.contains(&content_type) {
        Some(Stays::OfMail)
    } else if content_type.starts_with("image/") && is_shown(part, message) {
        Some(Stays::InText)
    } else {
        None
    }
}

/// Whether the text shows the part: `<img src="cid:…">` (RFC 2392).
fn is_shown(part: &MessagePart<'_>, message: &Message<'_>) -> bool {
    let Some(id) = part.content_id().map(|id| id.trim_matches(['<', '>', ' '])).filter(|id| !id.is_empty()) else {
        return false;
    };
    let is_file = part.content_disposition().is_some_and(|found| found.ctype().eq_ignore_ascii_case("attachment"));
    let link = format!("cid:{id}");
    let shows = |page: &MessagePart<'_>| page.text_contents().is_some_and(|markup| markup.contains(&link));
    !is_file && message.html_bodies().any(shows)
}

/// The last part of a path, without anything that means something to a system.
pub(in crate::desk) fn safe_name(name: &str) -> String {
    let shown = clean::line(name, 1000);
    let last = shown.rsplit(['/', '\\', ':']).next().unwrap_or("");
    let plain: String =
        last.chars().map(|c| if "<>\"|?*".contains(c) { '_' } else { c }).take(NAME_CHARS_MAX).collect();
    let plain = plain.trim_matches(['.', ' ']).to_owned();
    // "COM1", but also "con .txt" and "COM¹.log": spaces and digits of any kind count for nothing.
    let ignored = |c: char| c == ' ' || c.is_numeric();
    let stem = plain.split('.').next().unwrap_or("").trim_end_matches(ignored).to_lowercase();
    match plain.is_empty() {
        true => "unnamed".to_owned(),
        false if DEVICES.contains(&stem.as_str()) => format!("_{plain}"),
        false => plain,
    }
}
