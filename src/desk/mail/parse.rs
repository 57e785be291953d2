//! The parser, with what it leaves out put back: of base64 whose padding is missing
//! (RFC 4648 3.2) it drops the last one or two bytes, the end of a password.

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Header, HeaderName, Message, MessageParser, MessagePart, PartType};
use regex::bytes::{Captures, Regex};

use crate::desk::mail::guard;

/// The mail as the parser sees it; `None` where it cannot read it.
pub(super) fn message(raw: &[u8]) -> Option<Message<'_>> {
    guard::parser(|| {
        let mut message = MessageParser::default().parse(raw)?;
        complete(&mut message);
        Some(message)
    })
    .flatten()
}

/// The subject; of several the first, which is what mail programs show.
pub(super) fn subject(message: &Message<'_>) -> String {
    let first = message.headers().iter().find(|field| field.name == HeaderName::Subject);
    let Some(field) = first else { return String::new() };
    let as_parsed = || field.value.as_text().unwrap_or("").to_owned();
    let written = slice(&message.raw_message, field.offset_start, field.offset_end).unwrap_or_default();
    let Cow::Owned(padded) = padded(written) else { return as_parsed() };
    let whole = [b"Subject:", padded.as_slice(), b"\r\n\r\n"].concat();
    let again = guard::parser(|| Some(MessageParser::default().parse_headers(&whole)?.subject()?.to_owned()));
    again.flatten().unwrap_or_else(as_parsed)
}

/// The header with whole padding in its encoded words (RFC 2047 2).
pub(super) fn padded(header: &[u8]) -> Cow<'_, [u8]> {
    static WORD: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)(=\?[^?\s]+\?[Bb]\?)([A-Za-z0-9+/]+)(\?=)").ok());
    let Some(word) = WORD.as_ref() else { return Cow::Borrowed(header) };
    let is_whole = |found: &Captures<'_>| found.get(2).is_none_or(|coded| coded.len() % 4 < 2);
    if word.captures_iter(header).all(|found| is_whole(&found)) {
        return Cow::Borrowed(header);
    }
    word.replace_all(header, |found: &Captures<'_>| {
        let part = |place| found.get(place).map_or(&b""[..], |part| part.as_bytes());
        let missing: &[u8] = match part(2).len() % 4 {
            2 => b"==",
            3 => b"=",
            _ => b"",
        };
        [part(1), part(2), missing, part(3)].concat()
    })
}

/// Puts back what the parser dropped at the ends of parts, in attached mails, too.
fn complete(message: &mut Message<'_>) {
    let Message { parts, raw_message, .. } = message;
    for part in parts {
        let whole = unpadded(part, raw_message);
        match (&mut part.body, whole) {
            (PartType::Message(inner), None) => complete(inner),
            (_, None) => {}
            (PartType::Text(text) | PartType::Html(text), Some(bytes)) => {
                let decode = part.headers.iter().find_map(charset).and_then(|name| charset_decoder(name.as_bytes()));
                let whole =
                    decode.map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), |decode| decode(&bytes));
                *text = Cow::Owned(whole);
            }
            (PartType::Binary(file) | PartType::InlineBinary(file), Some(bytes)) => *file = Cow::Owned(bytes),
            (PartType::Message(inner), Some(bytes)) => {
                if let Some(whole) = MessageParser::default().parse(&bytes) {
                    *inner = whole.into_owned();
                    complete(inner);
                }
            }
            (PartType::Multipart(_), Some(_)) => {}
        }
    }
}

fn charset<'a>(field: &'a Header<'_>) -> Option<&'a str> {
    field.value.as_content_type().and_then(|kind| kind.attribute("charset"))
}

/// The bytes of a part whose base64 ends within a group of four, without padding.
fn unpadded(part: &MessagePart<'_>, raw: &[u8]) -> Option<Vec<u8>> {
    if part.encoding != Encoding::Base64 {
        return None;
    }
    let coded = slice(raw, part.offset_body, part.offset_end)?;
    let signs = coded.iter().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    let is_padded = coded.trim_ascii_end().ends_with(b"=");
    if is_padded || signs % 4 < 2 { None } else { bytes(part, raw).map(Cow::into_owned) }
}

/// The bytes of a part without its transfer encoding; `None` where that is broken.
/// `raw` is the mail that the part is of.
pub(super) fn bytes<'a>(part: &MessagePart<'_>, raw: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let coded = slice(raw, part.offset_body, part.offset_end)?;
    match part.encoding {
        Encoding::None => Some(Cow::Borrowed(coded)),
        Encoding::QuotedPrintable => quoted_printable_decode(coded).map(Cow::Owned),
        Encoding::Base64 => base64_decode(coded).map(Cow::Owned),
    }
}

fn slice(raw: &[u8], from: u32, to: u32) -> Option<&[u8]> {
    raw.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}
