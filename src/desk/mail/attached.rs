//! The text of what is attached: files that are text however they are
//! written, pages, and mails within mails. Passwords stand there, and whole forms.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::desk::limits::Limits;
use crate::desk::mail::{attachment, body, clean, html};

/// All of it, one text below the other. What is over `text_bytes_max` together is
/// not read: the files are listed, so that is known.
pub(super) fn text(message: &Message<'_>, limits: &Limits) -> String {
    let mut texts = String::new();
    for part in message.attachments().take(limits.attachments_max).filter(|part| is_file(part)) {
        of_part(part, message, limits, &mut texts);
    }
    let mut over = Vec::new();
    body::cut_lines(&mut texts, limits.text_lines_max, &mut over);
    texts
}

/// Whether somebody attached it. A body that the parser could not place, because its
/// boundary never ends, is none: half a mail must not become a request
/// (`fixtures/attack/29-mime-bombs/endless.eml`).
fn is_file(part: &MessagePart<'_>) -> bool {
    part.attachment_name().is_some()
        || part.content_disposition().is_some()
        || matches!(part.body, PartType::Message(_) | PartType::Binary(_) | PartType::InlineBinary(_))
}

fn of_part(part: &MessagePart<'_>, message: &Message<'_>, limits: &Limits, texts: &mut String) {
    match &part.body {
        PartType::Text(text) => {
            let bytes = attachment::bytes(part, message.raw_message());
            let text = wide(&bytes).map_or(Cow::Borrowed(text.as_ref()), Cow::Owned);
            add(&body::unflowed(&clean::text(&text), part), limits, texts);
        }
        PartType::Html(page) => {
            let page = body::limited(page, limits.text_bytes_max, &mut Vec::new());
            add(&clean::text(&html::text(&page, limits, &mut Vec::new())), limits, texts);
        }
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            if let Some(text) = decoded(bytes, "") {
                add(&clean::text(&text), limits, texts);
            }
        }
        PartType::Message(inner) => of_mail(inner, limits, texts),
        PartType::Multipart(_) => {}
    }
}

/// How deep mails lie in mails was looked at before (`mime_depth_max`).
fn of_mail(mail: &Message<'_>, limits: &Limits, texts: &mut String) {
    add(&clean::subject(mail.subject().unwrap_or("")), limits, texts);
    let plain: Vec<&MessagePart<'_>> = mail.text_bodies().collect();
    let bodies = if plain.iter().any(|part| part.is_text()) { plain } else { mail.html_bodies().collect() };
    for part in bodies.into_iter().chain(mail.attachments().take(limits.attachments_max)) {
        of_part(part, mail, limits, texts);
    }
}

fn add(text: &str, limits: &Limits, texts: &mut String) {
    let left = limits.text_bytes_max.saturating_sub(texts.len());
    if left > 0 && !text.is_empty() {
        body::append(texts, &body::limited(text, left, &mut Vec::new()));
    }
}

/// The text of a file that is one, whatever its mail calls it.
pub fn decoded(bytes: &[u8], content_type: &str) -> Option<String> {
    if let Some(text) = wide(bytes) {
        return Some(text);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if content_type.starts_with("text/") => Some(String::from_utf8_lossy(bytes).into_owned()),
        Err(_) => None,
    }
}

/// UTF-16, which says so by its first character.
fn wide(bytes: &[u8]) -> Option<String> {
    let text = |rest: &[u8], join: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(join).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some(text(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(text(rest, u16::from_be_bytes)),
        _ => None,
    }
}
