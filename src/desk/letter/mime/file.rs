//! Files behind the text of a letter: always offered to be saved, never shown
//! or run by the reader's mail program because of what our letter says of them.

use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType};
use lettre::message::{Body, MultiPart, SinglePart};

use crate::desk::letter::header_text::HeaderText;
use crate::desk::letter::mime::{BOUNDARY, MimeError};

/// What says nothing of a file (RFC 2046 4.5.1).
const UNNAMED: &str = "application/octet-stream";

/// Longest name of a type and of a subtype (RFC 6838 4.2 allows 127); a longer
/// one would not fit a line.
const TYPE_CHARS_MAX: usize = 48;

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: HeaderText,
    /// As its sender named it: kept only where it can do no harm.
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// The text first, then the files in their order (RFC 2046 5.1.3).
pub(super) fn with(text: SinglePart, files: &[File]) -> Result<MultiPart, MimeError> {
    let mut whole = MultiPart::mixed().boundary(BOUNDARY).singlepart(text);
    for file in files {
        whole = whole.singlepart(part(file)?);
    }
    Ok(whole)
}

fn part(file: &File) -> Result<SinglePart, MimeError> {
    let kind = ContentType::parse(&media_type(file)).map_err(|error| MimeError::Build(error.to_string()))?;
    let body = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64)
        .map_err(|_| MimeError::Build(format!("the file {} does not fit base64", file.name.as_str())))?;
    // lettre counts no backslash before these, and the line becomes too long.
    let name = ContentDisposition::attachment(&file.name.as_str().replace(['"', '\\'], "_"));
    Ok(SinglePart::builder().header(kind).header(name).body(body))
}

/// What the sender said, where it is well-formed and names nothing that a mail
/// program shows, runs or takes for a part of the letter.
fn media_type(file: &File) -> String {
    let kind = file.content_type.to_ascii_lowercase();
    let Some((kind, subtype)) = kind.split_once('/').filter(|(kind, subtype)| is_name(kind) && is_name(subtype)) else {
        return UNNAMED.to_owned();
    };
    let inert = match kind {
        "text" => ["plain", "csv", "tab-separated-values"].contains(&subtype) || subtype.starts_with("x-log"),
        "image" => !subtype.contains("svg"),
        "audio" | "video" => true,
        "application" => !["html", "xml", "script", "pkcs7", "pgp"].iter().any(|word| subtype.contains(word)),
        _ => false,
    };
    match (inert, kind, std::str::from_utf8(&file.bytes)) {
        (false, ..) | (true, "text", Err(_)) => UNNAMED.to_owned(),
        (true, "text", Ok(_)) => format!("{kind}/{subtype}; charset=utf-8"),
        (true, ..) => format!("{kind}/{subtype}"),
    }
}

/// RFC 6838 4.2.
fn is_name(word: &str) -> bool {
    let first = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    first && word.len() <= TYPE_CHARS_MAX && word.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
}
