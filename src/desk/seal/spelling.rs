//! How a password may be written when it comes back: as it stands, without what
//! sentences put around it, and in the codes of mail programs and links (2.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::desk::form::value::{FOREIGN_MARK, marker};

/// All spellings to look for, each once, the value itself first.
pub(super) fn spellings(value: &str) -> Vec<Zeroizing<String>> {
    let trimmed = value.trim();
    let unquoted = trimmed.trim_matches(|c: char| "\"'“”„«»‘’`".contains(c));
    let unpointed = unquoted.trim_end_matches(['.', ',', ';', '!', '?', ')']);
    let single_blanks = trimmed.split_whitespace().collect::<Vec<_>>().join(" ");
    let coded = [single_blanks, entities(trimmed), percent(trimmed), quoted_printable(trimmed), escaped(trimmed)];
    let plain = [value, trimmed, unquoted, unpointed].into_iter().map(str::to_owned);
    let mut spellings: Vec<Zeroizing<String>> = Vec::new();
    // A part of our marks cannot be taken out of our marks.
    let marks = Zeroizing::new(format!("{}{FOREIGN_MARK}", marker(1)));
    for text in plain.chain(coded).chain([STANDARD.encode(trimmed)]) {
        let text = Zeroizing::new(text);
        if !text.is_empty() && !spellings.contains(&text) && !marks.contains(text.as_str()) {
            spellings.push(text);
        }
    }
    spellings
}

/// As HTML writes what means something to it.
fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// As links write it (RFC 3986 2.1).
fn percent(text: &str) -> String {
    coded(text, '%', |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// As a mail that nobody has decoded shows it (RFC 2045 6.7).
fn quoted_printable(text: &str) -> String {
    coded(text, '=', |byte| (byte.is_ascii_graphic() || byte == b' ') && byte != b'=')
}

fn coded(text: &str, sign: char, stays: impl Fn(u8) -> bool) -> String {
    text.bytes()
        .map(|byte| if stays(byte) { char::from(byte).to_string() } else { format!("{sign}{byte:02X}") })
        .collect()
}

/// As programs show text in quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
