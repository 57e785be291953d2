//! The text of what is attached: files that are text however they are
//! written, pages, tables, documents, and mails within mails. Passwords stand there,
//! and whole forms.

mod csv;
mod docx;
mod package;
mod rows;
mod xlsx;
mod xml;

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::desk::limits::Limits;
use crate::desk::mail::{AttachedText, attachment, body, clean, guard, html};

/// All of it, a text a file. What is over `text_bytes_max` together is not read: the
/// files are listed, so that is known.
pub(super) fn texts(message: &Message<'_>, limits: &Limits) -> Vec<AttachedText> {
    let mut reader = Reader { opener: Opener::new(limits), bytes: 0, lines: 0, text: String::new() };
    let mut texts = Vec::new();
    for (place, part) in message.attachments().take(limits.attachments_max).enumerate() {
        if is_file(part) {
            reader.part(part, message);
        }
        let text = reader.take();
        if !text.is_empty() {
            texts.push(AttachedText { place, text, rows: Vec::new() });
        }
    }
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

struct Reader<'a> {
    opener: Opener<'a>,
    /// Of all files before this one.
    bytes: usize,
    lines: usize,
    /// Of this file.
    text: String,
}

impl Reader<'_> {
    fn part(&mut self, part: &MessagePart<'_>, message: &Message<'_>) {
        let name = part.attachment_name().unwrap_or("");
        let content_type = attachment::content_type(part);
        let format = Format::of(name, &content_type);
        if format == Format::Closed {
            return;
        }
        match &part.body {
            PartType::Text(text) if format == Format::Text => {
                let bytes = attachment::bytes(part, message.raw_message());
                let text = wide(&bytes).map_or(Cow::Borrowed(text.as_ref()), Cow::Owned);
                self.add(&body::unflowed(&clean::text(&text), part));
            }
            PartType::Html(page) => {
                let page = body::limited(page, self.opener.limits.text_bytes_max, &mut Vec::new());
                self.add(&clean::text(&html::text(&page, self.opener.limits, &mut Vec::new())));
            }
            PartType::Text(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
                // The parser knows the charset of a table that says it.
                let text = match (&part.body, format) {
                    (PartType::Text(text), Format::Rows) if !text.contains(char::REPLACEMENT_CHARACTER) => {
                        Some(csv::lines(text, self.opener.limits))
                    }
                    _ => self.opener.text(&attachment::bytes(part, message.raw_message()), name, &content_type),
                };
                self.add(&clean::text(&text.unwrap_or_default()));
            }
            PartType::Message(inner) => self.mail(inner),
            PartType::Multipart(_) => {}
        }
    }

    /// How deep mails lie in mails was looked at before (`mime_depth_max`).
    fn mail(&mut self, mail: &Message<'_>) {
        self.add(&clean::subject(mail.subject().unwrap_or("")));
        let plain: Vec<&MessagePart<'_>> = mail.text_bodies().collect();
        let bodies = if plain.iter().any(|part| part.is_text()) { plain } else { mail.html_bodies().collect() };
        for part in bodies.into_iter().chain(mail.attachments().take(self.opener.limits.attachments_max)) {
            self.part(part, mail);
        }
    }

    fn add(&mut self, text: &str) {
        let left = self.opener.limits.text_bytes_max.saturating_sub(self.bytes.saturating_add(self.text.len()));
        if left > 0 && !text.trim().is_empty() {
            body::append(&mut self.text, &body::limited(text, left, &mut Vec::new()));
        }
    }

    /// What was read of this file, within the lines that all of them may have.
    fn take(&mut self) -> String {
        let mut text = std::mem::take(&mut self.text);
        match self.opener.limits.text_lines_max.saturating_sub(self.lines) {
            0 => text.clear(),
            left => body::cut_lines(&mut text, left, &mut Vec::new()),
        }
        self.bytes = self.bytes.saturating_add(text.len());
        self.lines = self.lines.saturating_add(text.lines().count());
        text
    }
}

/// How a file is to be read: by its name, and by what its mail calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Separated values.
    Rows,
    /// A file of Word or Excel.
    Package,
    /// Letters that are more marks than text: a form is not read from them.
    Closed,
    /// Text, if anything.
    Text,
}

impl Format {
    fn of(name: &str, content_type: &str) -> Format {
        const PACKAGES: [&str; 6] = ["docx", "docm", "dotx", "xlsx", "xlsm", "xltx"];
        let end = name.rsplit_once('.').map_or("", |(_, end)| end).trim().to_lowercase();
        match end.as_str() {
            "csv" | "tsv" | "tab" => Format::Rows,
            "pdf" | "rtf" => Format::Closed,
            end if PACKAGES.contains(&end) => Format::Package,
            _ if content_type.starts_with("application/vnd.openxmlformats-officedocument.") => Format::Package,
            _ if matches!(content_type, "text/csv" | "text/tab-separated-values") => Format::Rows,
            _ if matches!(content_type, "application/pdf" | "application/rtf" | "text/rtf") => Format::Closed,
            _ => Format::Text,
        }
    }
}

/// Reads the files of one mail, which share what may be inflated.
pub struct Opener<'a> {
    limits: &'a Limits,
    /// Bytes that may still be inflated.
    left: usize,
}

impl<'a> Opener<'a> {
    pub fn new(limits: &'a Limits) -> Opener<'a> {
        Opener { limits, left: limits.archive_bytes_max }
    }

    /// The text of a file, if it has one that can be read: rows of a table are lines
    /// of cells with tabs between.
    pub fn text(&mut self, bytes: &[u8], name: &str, content_type: &str) -> Option<String> {
        match Format::of(name, content_type) {
            Format::Closed | Format::Text => plain(bytes, content_type),
            Format::Rows => {
                let text = wide(bytes).or_else(|| std::str::from_utf8(bytes).ok().map(str::to_owned));
                text.or_else(|| western(bytes)).map(|text| csv::lines(&text, self.limits))
            }
            Format::Package => {
                let (limits, left) = (self.limits, self.left);
                let (text, left) = guard::parser(|| package::text(bytes, limits, left)).unwrap_or((None, 0));
                self.left = left;
                text
            }
        }
    }
}

/// The text of a file that is one, whatever its mail calls it.
fn plain(bytes: &[u8], content_type: &str) -> Option<String> {
    if let Some(text) = wide(bytes) {
        return Some(text);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if content_type.starts_with("text/") => Some(String::from_utf8_lossy(bytes).into_owned()),
        Err(_) => None,
    }
}

/// What spreadsheets write that know no Unicode.
fn western(bytes: &[u8]) -> Option<String> {
    charset_decoder(b"windows-1252").map(|decode| decode(bytes))
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
