//! Attachments are listed under names that can hurt nobody (TF8); their bytes
//! stay in the sealed original.

use mail_parser::{Message, MessagePart, MimeHeaders};
use sha2::{Digest, Sha256};

use crate::desk::limits::Limits;
use crate::desk::mail::read::hex;
use crate::desk::mail::{Attachment, Mail, clean};

const NAME_CHARS_MAX: usize = 100;
/// Names that some systems take for a device, whatever their extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt", "clock$"];

/// Lists the attachments; what is over the limit is only said.
pub(super) fn list(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    for part in message.attachments() {
        if mail.attachments.len() >= limits.attachments_max {
            mail.limits.push("attachments_max".to_owned());
            return;
        }
        mail.attachments.push(one(part));
    }
}

fn one(part: &MessagePart<'_>) -> Attachment {
    let bytes = part.contents();
    let content_type = part.content_type().map_or("application/octet-stream".to_owned(), |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase()
    });
    let name = part.attachment_name().map(str::to_owned).unwrap_or_else(|| {
        // A mail inside the mail has a subject rather than a name.
        part.message().and_then(Message::subject).map_or("unnamed".to_owned(), |subject| format!("{subject}.eml"))
    });
    Attachment {
        name: safe_name(&name),
        content_type: clean::line(&content_type, NAME_CHARS_MAX),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: hex(&Sha256::digest(bytes)),
    }
}

/// The last part of a path, without anything that means something to a system.
fn safe_name(name: &str) -> String {
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
