//! A finished text becomes the bytes of one letter: RFC 5322, 7-bit, lines of
//! at most 76 characters. The same draft always gives the same bytes.

pub mod copy;
mod file;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Message, MultiPart, SinglePart};
use lettre::{Address, message::MessageBuilder};

use crate::desk::letter::header_text::{HeaderText, is_message_id};
use crate::desk::letter::invite::CalendarPart;

pub use file::File;

/// Older ids between the first and the last ones are left out (RFC 5322 3.6.4
/// wants the thread's beginning and the parent, not every letter of a year).
const REFERENCES_MAX: usize = 20;

/// A plain word of a header up to this length leaves room for the name of its
/// field in a line of 76; anything longer is written as encoded words.
const PLAIN_WORD_CHARS_MAX: usize = 60;

/// Bytes in one encoded word: 44 characters of base64, 12 of frame, and the
/// longest field name still fit one line.
const ENCODED_WORD_BYTES_MAX: usize = 33;

/// `=_` stands in no line of base64 or quoted-printable, so this can be the same
/// in all letters (RFC 2045 6.7).
const BOUNDARY: &str = "=_upgrade-desk";

/// Last second that the date of a mail can name (RFC 5322 3.3, four digits).
const DATE_SECOND_MAX: i64 = 253_402_300_799;

/// A letter before it becomes bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub from_name: HeaderText,
    pub from_address: String,
    /// Where answers go; mostly an address that names this letter.
    pub reply_to: String,
    pub to_address: String,
    pub subject: HeaderText,
    pub date: Timestamp,
    /// Without angle brackets.
    pub message_id: String,
    /// Ids of other people's mails, without angle brackets. One that could
    /// not stand in a header is left out: it only costs the thread.
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub auto_submitted: AutoSubmitted,
    /// Lines end with LF or CRLF.
    pub text: String,
    pub calendar: Option<CalendarPart>,
    /// Files that go with it, never together with a calendar part.
    pub files: Vec<File>,
}

/// RFC 3834 section 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoSubmitted {
    /// A machine answers a mail.
    Replied,
    /// A machine writes unasked.
    Generated,
    /// A person wrote this: no mark, and absence notes may come back.
    No,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MimeError {
    #[error(
        "expected an address of plain ASCII like rep@acme.example as {field}, found {found:?}; \
         correct it in the {place}"
    )]
    Address { field: &'static str, found: String, place: &'static str },
    #[error("expected a message id of 1 to 250 printable ASCII characters, found {0:?}; correct message_id_domain")]
    MessageId(String),
    #[error("expected a date between 1970 and 9999, found {0}; correct this machine's clock")]
    Date(Timestamp),
    #[error("the letter could not be built: {0}")]
    Build(String),
}

/// The bytes of the letter.
///
/// # Errors
/// When an address, the id or the date cannot stand in a mail.
pub fn build(draft: &Draft) -> Result<Vec<u8>, MimeError> {
    let from = address(&draft.from_address, "From", "configuration")?;
    let reply_to = address(&draft.reply_to, "Reply-To", "configuration")?;
    let to = address(&draft.to_address, "To", "register")?;
    if !is_message_id(&draft.message_id) {
        return Err(MimeError::MessageId(draft.message_id.clone()));
    }
    if !(0..=DATE_SECOND_MAX).contains(&draft.date.as_second()) {
        return Err(MimeError::Date(draft.date));
    }

    let mut builder = Message::builder()
        .envelope(Envelope::new(Some(from.clone()), vec![to.clone()]).map_err(failed)?)
        .date(draft.date.into())
        .raw_header(header("From", from.as_ref(), mailbox(&draft.from_name, &from)))
        .raw_header(header("Reply-To", reply_to.as_ref(), mailbox(&draft.from_name, &reply_to)))
        .raw_header(header("To", to.as_ref(), to.to_string()))
        .raw_header(header("Subject", draft.subject.as_str(), unstructured(draft.subject.as_str())))
        .raw_header(ids("Message-ID", &[draft.message_id.as_str()]));
    builder = thread(builder, draft);
    // A letter that some program sends back is known by it (TE2).
    builder = builder.raw_header(header("X-Loop", from.as_ref(), from.to_string()));
    builder = machine(builder, draft.auto_submitted);

    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body(&draft.text)?);
    let message = match (&draft.calendar, draft.files.as_slice()) {
        (None, []) => builder.singlepart(text),
        (None, files) => builder.multipart(file::with(text, files)?),
        (Some(calendar), []) => builder.multipart(with_calendar(text, calendar)?),
        (Some(_), _) => {
            return Err(MimeError::Build("it has a calendar part and files, and no form for both".to_owned()));
        }
    };
    Ok(message.map_err(failed)?.formatted())
}

/// Text first, the calendar last (RFC 2046 5.1.4: the richest form comes last).
/// Without a method it is no other form of the letter, but a file with it.
fn with_calendar(text: SinglePart, calendar: &CalendarPart) -> Result<MultiPart, MimeError> {
    let whole = match calendar.method {
        Some(_) => MultiPart::alternative(),
        None => MultiPart::mixed(),
    };
    let kind = match calendar.method {
        Some(method) => format!("text/calendar; method={method}; charset=utf-8"),
        None => "text/calendar; charset=utf-8".to_owned(),
    };
    let kind = ContentType::parse(&kind).map_err(|error| MimeError::Build(error.to_string()))?;
    // The object's own line ends count; base64 keeps every byte of it.
    let bytes = calendar.text.clone().into_bytes();
    let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64)
        .map_err(|_| MimeError::Build("the calendar part does not fit base64".to_owned()))?;
    let part = SinglePart::builder().header(kind);
    let part = match calendar.method {
        Some(_) => part,
        None => part.header(ContentDisposition::attachment(&calendar.name)),
    };
    Ok(whole.boundary(BOUNDARY).singlepart(text).singlepart(part.body(body)))
}

fn failed(error: lettre::error::Error) -> MimeError {
    MimeError::Build(error.to_string())
}

fn address(text: &str, field: &'static str, place: &'static str) -> Result<Address, MimeError> {
    let wrong = || MimeError::Address { field, found: text.to_owned(), place };
    // A quoted local part may hold spaces and brackets; nobody's does.
    if !text.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b"<>\"(),:;\\".contains(&byte)) {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

/// Puts In-Reply-To and References there, if any id is fit to stand in them.
fn thread(mut builder: MessageBuilder, draft: &Draft) -> MessageBuilder {
    if let Some(parent) = draft.in_reply_to.as_deref().filter(|id| is_message_id(id)) {
        builder = builder.raw_header(ids("In-Reply-To", &[parent]));
    }
    let fit: Vec<&str> = draft.references.iter().map(String::as_str).filter(|id| is_message_id(id)).collect();
    let kept: Vec<&str> = match fit.split_first() {
        Some((first, rest)) => {
            let skipped = rest.len().saturating_sub(REFERENCES_MAX - 1);
            std::iter::once(*first).chain(rest.iter().skip(skipped).copied()).collect()
        }
        None => return builder,
    };
    builder.raw_header(ids("References", &kept))
}

/// The marks that keep other machines from answering (TE1).
fn machine(builder: MessageBuilder, auto_submitted: AutoSubmitted) -> MessageBuilder {
    let word = match auto_submitted {
        AutoSubmitted::Replied => "auto-replied",
        AutoSubmitted::Generated => "auto-generated",
        AutoSubmitted::No => return builder,
    };
    builder.raw_header(header("Auto-Submitted", word, word.to_owned())).raw_header(header(
        "X-Auto-Response-Suppress",
        "All",
        "All".to_owned(),
    ))
}

/// lettre's own encoders panic on a line break in a name, leave long words
/// unfolded and let `=?` through, which a reader would decode. So what is
/// written here is ours, and `encoded` holds printable ASCII and folds only.
fn header(name: &'static str, raw: &str, encoded: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), raw.to_owned(), encoded)
}

/// One id a line.
fn ids(name: &'static str, ids: &[&str]) -> HeaderValue {
    let bracketed: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
    header(name, &bracketed.join(" "), bracketed.join("\r\n "))
}

fn mailbox(name: &HeaderText, address: &Address) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_ ".contains(c);
    match name.as_str() {
        "" => address.to_string(),
        plain if plain.chars().all(word) && plain.len() <= PLAIN_WORD_CHARS_MAX => format!("{plain}\r\n <{address}>"),
        other => format!("{}\r\n <{address}>", encoded_words(other)),
    }
}

/// Plain where a reader would see the same, else encoded words (RFC 2047).
fn unstructured(text: &str) -> String {
    let plain =
        text.is_ascii() && !text.contains("=?") && text.split(' ').all(|word| word.len() <= PLAIN_WORD_CHARS_MAX);
    if plain { folded(text) } else { encoded_words(text) }
}

/// Breaks lines at spaces. The first line has less room: the field's name.
fn folded(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + 8);
    let mut room = PLAIN_WORD_CHARS_MAX;
    for word in text.split(' ') {
        if lines.is_empty() {
            room = room.saturating_sub(word.len());
        } else if word.len() < room {
            lines.push(' ');
            room = room.saturating_sub(word.len() + 1);
        } else {
            lines.push_str("\r\n ");
            room = (PLAIN_WORD_CHARS_MAX + 12).saturating_sub(word.len());
        }
        lines.push_str(word);
    }
    lines
}

/// Never cuts a character in two (RFC 2047 section 5).
fn encoded_words(text: &str) -> String {
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        match pieces.last_mut() {
            Some(piece) if piece.len() + c.len_utf8() <= ENCODED_WORD_BYTES_MAX => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
    }
    let words: Vec<String> = pieces.iter().map(|piece| format!("=?utf-8?B?{}?=", STANDARD.encode(piece))).collect();
    words.join("\r\n ")
}

/// Always encoded, even plain ASCII: then no line can be too long, begin with
/// a dot or lose its spaces on the way (TF2).
fn body(text: &str) -> Result<Body, MimeError> {
    let mut lines = text.replace("\r\n", "\n").replace('\r', "\n");
    // The last line break is the part's own.
    lines.truncate(lines.trim_end_matches('\n').len());
    let foreign = lines.bytes().filter(|byte| !byte.is_ascii()).count();
    // Quoted-printable stays readable in the raw mail; each foreign byte costs
    // three characters there, base64 four for three of any kind.
    let encoding = if foreign * 6 > lines.len() {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    };
    Body::new_with_encoding(lines, encoding)
        .map_err(|_| MimeError::Build("the text fits neither quoted-printable nor base64".to_owned()))
}
