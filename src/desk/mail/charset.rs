//! Text parts whose charset is missing, unknown or wrong: read so that
//! nothing of them is lost. What is declared and fits stays as the parser read it.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::{Message, MessagePart, MimeHeaders};

use crate::desk::mail::parse;

/// What the parser makes of a byte that fits nowhere.
const REPLACEMENT: char = '\u{FFFD}';

/// The text of a part; `read` is what the parser made of it.
pub(super) fn text<'a>(message: &Message<'_>, part: &MessagePart<'_>, read: &'a str) -> Cow<'a, str> {
    let declared = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or("");
    let declared = declared.to_ascii_lowercase().replace('_', "-");
    let again = if is_utf7(&declared) {
        // Decoded it could become markup that no reader of the bytes has seen.
        bytes(message, part).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    } else if is_latin(&declared) && !read.is_ascii() {
        let text = bytes(message, part).and_then(|bytes| String::from_utf8(bytes).ok());
        text.filter(|text| declared.ends_with("ascii") || is_surely_utf8(text))
    } else if read.contains(REPLACEMENT) && (is_utf8(&declared) || charset_decoder(declared.as_bytes()).is_none()) {
        bytes(message, part).filter(|bytes| !has_utf8(bytes)).and_then(|bytes| decoded("windows-1252", &bytes))
    } else if read.contains("\u{1b}$") && (is_latin(&declared) || is_utf8(&declared) || declared.is_empty()) {
        bytes(message, part).filter(|bytes| bytes.is_ascii()).and_then(|bytes| decoded("iso-2022-jp", &bytes))
    } else {
        None
    };
    again.map_or(Cow::Borrowed(read), Cow::Owned)
}

fn is_utf7(declared: &str) -> bool {
    matches!(declared, "utf-7" | "csutf7" | "unicode-1-1-utf-7" | "x-unicode-2-0-utf-7")
}

fn is_utf8(declared: &str) -> bool {
    matches!(declared, "utf-8" | "utf8")
}

/// Letters of Western Europe, or several of any others: a password such as "Ñ§" is
/// by chance the UTF-8 of one letter that no Western European writes.
fn is_surely_utf8(text: &str) -> bool {
    const LETTERS_MIN: usize = 3;
    let mut wide = text.chars().filter(|c| !c.is_ascii());
    wide.clone().all(|c| c < '\u{100}') || wide.nth(LETTERS_MIN - 1).is_some()
}

/// What programs declare without looking: with it a text that can be UTF-8 mostly is.
fn is_latin(declared: &str) -> bool {
    matches!(declared, "us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "iso8859-1" | "windows-1252" | "cp1252")
}

/// Whether some sequence of several bytes is UTF-8: then the rest is damaged UTF-8
/// and no other charset.
fn has_utf8(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

fn decoded(charset: &str, bytes: &[u8]) -> Option<String> {
    charset_decoder(charset.as_bytes()).map(|decode| decode(bytes))
}

/// The bytes of a part without its transfer encoding.
fn bytes(message: &Message<'_>, part: &MessagePart<'_>) -> Option<Vec<u8>> {
    parse::bytes(part, &message.raw_message).map(Cow::into_owned)
}
