//! Text becomes the bytes of a mail: charsets, transfer encodings, MIME parts (R-28).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use encoding_rs::Encoding;

use super::body::{Attachment, Draft};
use super::chance::Chance;
use super::labels::Language;

/// A part of the body.
pub struct Part {
    pub html: bool,
    pub flowed: bool,
    pub text: String,
}

/// Charsets in which this language is written besides UTF-8.
fn charsets(language: Language) -> &'static [&'static str] {
    match language {
        Language::En | Language::Es | Language::De | Language::Fr | Language::It | Language::Pt => {
            &["windows-1252", "iso-8859-1", "iso-8859-15"]
        }
        Language::Ru => &["koi8-r", "windows-1251"],
        Language::Zh => &["gb18030", "gb2312", "gbk"],
        Language::Ja => &["iso-2022-jp", "shift_jis", "euc-jp"],
    }
}

/// The bytes in one of the language's charsets, or in UTF-8 where it cannot say it.
pub fn encoded(text: &str, language: Language, legacy: bool, chance: &mut Chance) -> (Vec<u8>, &'static str) {
    let name = chance.pick(charsets(language));
    let utf_8 = (text.as_bytes().to_vec(), "utf-8");
    if !legacy {
        return utf_8;
    }
    let (bytes, _, unmappable) = Encoding::for_label(name.as_bytes()).unwrap().encode(text);
    // Strictly, ISO 8859-1 has no quotes and dashes of typographers.
    let beyond = name == "iso-8859-1" && bytes.iter().any(|byte| (0x80..0xA0).contains(byte));
    if unmappable || beyond { utf_8 } else { (bytes.into_owned(), name) }
}

/// A whole mail. `legacy`: not in UTF-8, where that can be.
pub fn mail(draft: &Draft, parts: &[Part], legacy: bool, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = Vec::new();
    let atoms = draft.from.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
    let name = if atoms || !draft.from.is_ascii() { header_word(&draft.from) } else { format!("\"{}\"", draft.from) };
    let mut header = vec![
        format!("From: {name} <{}>", draft.address),
        "To: upgrade@vendor.example".to_owned(),
        "Date: Wed, 25 Nov 2026 10:00:00 -0800".to_owned(),
        format!("Message-ID: <{:016x}@example.com>", chance.next()),
        "MIME-Version: 1.0".to_owned(),
        format!("Subject: {}", header_word(&draft.subject)),
    ];
    header.extend(draft.header.iter().cloned());
    bytes.extend(header.join("\r\n").into_bytes());
    bytes.extend(b"\r\n");
    let mut written: Vec<Vec<u8>> = parts.iter().map(|part| entity(draft.language, part, legacy, chance)).collect();
    let mut body = if written.len() == 1 { written.remove(0) } else { multipart("alternative", &written, chance) };
    if !draft.attachments.is_empty() {
        let attached = draft.attachments.iter().map(attached);
        let all: Vec<Vec<u8>> = std::iter::once(body).chain(attached).collect();
        body = multipart("mixed", &all, chance);
    }
    bytes.extend(body);
    bytes
}

/// The head and the body of one part.
fn entity(language: Language, part: &Part, legacy: bool, chance: &mut Chance) -> Vec<u8> {
    let (bytes, charset) = encoded(&part.text, language, legacy, chance);
    let kind = if part.html { "html" } else { "plain" };
    let flowed = if part.flowed { "; format=flowed" } else { "" };
    let mut entity = format!("Content-Type: text/{kind}; charset={charset}{flowed}\r\n").into_bytes();
    let long = bytes.split(|byte| *byte == b'\n').any(|line| line.len() > 990);
    let (name, bytes) = match chance.below(3) {
        0 => ("quoted-printable", quoted_printable(&bytes)),
        1 => ("base64", base64(&bytes)),
        _ if long => ("base64", base64(&bytes)),
        _ => ("8bit", bytes),
    };
    entity.extend(format!("Content-Transfer-Encoding: {name}\r\n\r\n").into_bytes());
    entity.extend(bytes);
    entity
}

fn attached(attachment: &Attachment) -> Vec<u8> {
    let Attachment { name, content_type, bytes } = attachment;
    let head = format!("Content-Type: {content_type}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n");
    let mut entity = head.into_bytes();
    // RFC 2046 5.2.1: a mail inside a mail has no transfer encoding but these.
    if content_type.starts_with("message/") {
        entity.extend(b"Content-Transfer-Encoding: 8bit\r\n\r\n");
        entity.extend(bytes);
    } else {
        entity.extend(b"Content-Transfer-Encoding: base64\r\n\r\n");
        entity.extend(base64(bytes));
    }
    entity
}

fn multipart(kind: &str, entities: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let boundary = format!("=_{:016x}", chance.next());
    let mut bytes = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    for entity in entities {
        bytes.extend(format!("--{boundary}\r\n").into_bytes());
        bytes.extend(entity);
        bytes.extend(b"\r\n");
    }
    bytes.extend(format!("--{boundary}--\r\n").into_bytes());
    bytes
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let text = BASE64_STANDARD.encode(bytes).into_bytes();
    text.chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect()
}

/// RFC 2045 6.7.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let mut length = 0;
        for (place, byte) in line.iter().enumerate() {
            let last = place + 1 == line.len();
            let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !last);
            let width = if plain { 1 } else { 3 };
            if length + width > 75 {
                out.push_str("=\r\n");
                length = 0;
            }
            if plain {
                out.push(char::from(*byte));
            } else {
                write!(out, "={byte:02X}").unwrap();
            }
            length += width;
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// RFC 2047 where it is not plain ASCII.
fn header_word(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let words = letters.chunks(12).map(|word| {
        let word: String = word.iter().collect();
        format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(word))
    });
    words.collect::<Vec<_>>().join("\r\n ")
}
