//! The redacted copy that takes a mail's place in the mailbox (TD5): what the
//! mail said, made anew as one plain text, with a mark that nobody else can make.

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use lettre::Address;
use lettre::message::SinglePart;
use lettre::message::header::ContentType;
use sha2::Sha256;

use super::{DATE_SECOND_MAX, MimeError, REFERENCES_MAX, body, mailbox, unstructured};
use crate::desk::letter::header_text::{HeaderText, is_message_id};
use crate::desk::limits::Limits;
use crate::desk::mail::{self, ATTACHED_BELOW, Attachment, CONTENT_FIELD, COPY_ABOVE, HTML_BELOW, Mail};
use crate::desk::seal::{self, Secret};
use crate::desk::token::reply_address;

/// The field with the mark.
pub const FIELD: &str = "X-Upgrade-Desk";
/// The field that names the original.
pub const ORIGINAL_FIELD: &str = "X-Upgrade-Desk-Original-SHA256";
/// 128 bits, as RFC 2104 section 5 allows to cut them.
const TAG_BYTES: usize = 16;
/// Stands for an author whom the mail does not name plainly (RFC 2606 2).
const NOBODY: &str = "unknown@sender.invalid";
/// Fields that stay: who vouched for the author, and that a machine wrote. A copy
/// proves nothing by them, since it is not decided; a replay wants to know.
pub const KEPT: [&str; 16] = [
    "return-path",
    "received",
    "authentication-results",
    "dkim-signature",
    "auto-submitted",
    "precedence",
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "x-loop",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-failed-recipients",
];
/// Of a line that is no longer than RFC 5322 2.1.1 wants.
const LINE_BYTES: usize = 78;
/// Of a word that no line can hold (RFC 5322 2.1.1).
const WORD_BYTES_MAX: usize = 900;
/// What stands in a reply address of ours where its tag stood.
const BLANKED: &str = "(token)";

/// The value of [`FIELD`] in the copy of the mail with this SHA-256: `copy` and
/// 32 hexadecimal digits.
pub fn mark(original: &str, key: &[u8]) -> String {
    let tag = tag(original, key).map(|mac| mac.finalize().into_bytes());
    let tag: String = tag.iter().flatten().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("copy {tag}")
}

fn tag(original: &str, key: &[u8]) -> Option<Hmac<Sha256>> {
    // HMAC takes keys of every length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(b"mailbox copy\0");
    mac.update(original.as_bytes());
    Some(mac)
}

/// The SHA-256 that a mail names as that of its original. Anybody can write it.
fn named(raw: &[u8], limits: &Limits) -> Option<String> {
    let text = mail::field(raw, limits, &ORIGINAL_FIELD.to_ascii_lowercase())?;
    let is_hash = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then_some(text)
}

/// The SHA-256 of the original, if the mail is a copy that was made with our key.
/// Compares in constant time.
pub fn original(raw: &[u8], limits: &Limits, key: &[u8]) -> Option<String> {
    let written = mail::field(raw, limits, &FIELD.to_ascii_lowercase())?;
    let original = named(raw, limits)?;
    let digits = written.strip_prefix("copy ")?.as_bytes();
    let bytes: Vec<u8> = digits.chunks(2).map_while(hex_byte).collect();
    let is_ours = bytes.len() == TAG_BYTES && tag(&original, key)?.verify_truncated_left(&bytes).is_ok();
    is_ours.then_some(original)
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

/// A mail of which a copy is made.
pub struct Original<'a> {
    /// Redacted.
    pub mail: &'a Mail,
    /// What was taken out of it.
    pub secrets: &'a [Secret],
    /// Those of [`KEPT`] that it has, unfolded.
    pub fields: Vec<(String, String)>,
    pub received: Timestamp,
    /// Of its bytes as they came.
    pub sha256: &'a str,
}

/// The bytes of the copy: always the same of the same mail.
///
/// # Errors
/// Its text fits no encoding, which no text does.
pub fn write(original: &Original<'_>, key: &[u8]) -> Result<Vec<u8>, MimeError> {
    let Original { mail, secrets, fields: kept, received, sha256 } = original;
    let clean = |text: &str| seal::without_secrets(text, secrets);
    let addresses = |list: &[String]| -> Vec<String> {
        list.iter().filter_map(|address| address_of(&clean(address))).map(|address| address.to_string()).collect()
    };
    let ids = |list: &[String]| -> Vec<String> {
        let fit = list.iter().map(|id| clean(id)).filter(|id| is_message_id(id));
        fit.take(REFERENCES_MAX).map(|id| format!("<{id}>")).collect()
    };
    let date = mail.date.unwrap_or(*received);
    let date = if (0..=DATE_SECOND_MAX).contains(&date.as_second()) { date } else { Timestamp::UNIX_EPOCH };
    let message_id: Vec<String> = mail.message_id.iter().cloned().collect();
    let content: Vec<&str> = mail.content_fields.iter().map(String::as_str).collect();
    let subject = HeaderText::new(&clean(&mail.subject));
    let fields = [
        ("From", author(mail, &clean)),
        ("To", addresses(&mail.to).join(",\r\n ")),
        ("Cc", addresses(&mail.cc).join(",\r\n ")),
        ("Date", date.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
        ("Subject", unstructured(subject.as_str())),
        ("Message-ID", ids(&message_id).concat()),
        ("In-Reply-To", ids(&mail.in_reply_to).join("\r\n ")),
        ("References", ids(&mail.references).join("\r\n ")),
        (FIELD, mark(sha256, key)),
        (ORIGINAL_FIELD, (*sha256).to_owned()),
        (CONTENT_FIELD, content.join(" ")),
        ("MIME-Version", "1.0".to_owned()),
    ];
    let written = fields.iter().filter(|(_, value)| !value.is_empty());
    let kept = kept.iter().filter_map(|(name, value)| Some((name.as_str(), folded(&clean(value))?)));
    let made = written.map(|(name, value)| (*name, value.clone()));
    let header: String = kept.chain(made).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body(&text(mail, sha256))?);
    Ok([header.into_bytes(), part.formatted()].concat())
}

/// A field's value on lines of its own, without the tags of reply addresses;
/// `None`: it cannot stand in a header.
fn folded(value: &str) -> Option<String> {
    let value = reply_address::blanked(value).unwrap_or_else(|| value.to_owned());
    let mut lines = vec![String::new()];
    for word in value.split_ascii_whitespace() {
        if word.len() > WORD_BYTES_MAX || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < LINE_BYTES - 24 => line.extend([" ", word]),
            _ => lines.push(word.to_owned()),
        }
    }
    Some(lines.join("\r\n "))
}

/// The author as the mail names him; of one without a plain author his words in
/// front of an address that is nobody's.
fn author(mail: &Mail, clean: &impl Fn(&str) -> String) -> String {
    let (name, address) = match &mail.identity {
        Ok(identity) => (identity.name.as_str(), address_of(&clean(&identity.address))),
        Err(_) => (mail.from_text.as_str(), None),
    };
    let name = HeaderText::new(&clean(name));
    match address.or_else(|| NOBODY.parse().ok()) {
        Some(address) => mailbox(&name, &address),
        None => NOBODY.to_owned(),
    }
}

/// An address that may stand in a header; one of ours without its tag.
fn address_of(written: &str) -> Option<Address> {
    let plain = match written.rsplit_once('@') {
        Some((local, domain)) if local.contains(BLANKED) => {
            format!("{}@{domain}", local.split_once('+').map_or(local, |(mailbox, _)| mailbox))
        }
        _ => written.to_owned(),
    };
    super::address(&plain, "To", "mail").ok()
}

/// What the mail says, and below it what became of the rest.
fn text(mail: &Mail, original: &str) -> String {
    let mut text = mail.text.trim_end().to_owned();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
    if !mail.html_text.is_empty() && words(&mail.html_text) != words(&mail.text) {
        text.push_str(&format!("\n\n{HTML_BELOW}\n\n"));
        text.push_str(mail.html_text.trim_end());
    }
    if !mail.attached.is_empty() {
        text.push_str(&format!("\n\n{ATTACHED_BELOW}\n\n"));
        let attached: Vec<&str> = mail.attached.iter().map(|attached| attached.text.trim_end()).collect();
        text.push_str(&attached.join("\n\n"));
    }
    text.push_str(&format!(
        "\n\n{COPY_ABOVE} The mail that came had a password in\n\
         it, or something in which one may stand. Passwords were taken out: [sealed].\n",
    ));
    if !mail.attachments.is_empty() {
        text.push_str("Left out:\n");
        for Attachment { name, size, sha256, .. } in &mail.attachments {
            text.push_str(&format!("  {name}, {size} bytes, SHA-256 {sha256}\n"));
        }
    }
    text.push_str(&format!(
        "The original is sealed. Whoever has the evidence key opens it with\n`upgrade-desk ticket original`; its \
         SHA-256 is\n{original}\n",
    ));
    text
}
