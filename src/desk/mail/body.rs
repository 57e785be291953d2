//! What a person wrote now, apart from what he quotes and how he signs.

use mail_parser::{MessagePart, MimeHeaders};

/// A text in its three parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub own: String,
    pub quoted: String,
    pub signature: String,
}

/// Cuts at a character, and says that it did.
pub(super) fn limited(text: &str, bytes_max: usize, exceeded: &mut Vec<String>) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    exceeded.push("text_bytes_max".to_owned());
    let mut length = 0;
    text.chars()
        .take_while(|c| {
            length += c.len_utf8();
            length <= bytes_max
        })
        .collect()
}

/// Cuts behind so many lines, and says that it did: each line costs more than
/// its bytes.
pub(super) fn cut_lines(text: &mut String, lines_max: usize, exceeded: &mut Vec<String>) {
    let end = text.match_indices('\n').nth(lines_max.saturating_sub(1)).map(|(place, _)| place + 1);
    if let Some(end) = end.filter(|end| *end < text.len()) {
        exceeded.push("text_lines_max".to_owned());
        text.truncate(end);
    }
}

pub(super) fn append(to: &mut String, text: &str) {
    if !to.is_empty() && !to.ends_with('\n') {
        to.push('\n');
    }
    to.push_str(text);
}

/// RFC 3676: a line that ends with a blank goes on in the next one, except the
/// signature's "-- ".
pub(super) fn unflowed(text: &str, part: &MessagePart<'_>) -> String {
    let attribute = |name| part.content_type().and_then(|kind| kind.attribute(name)).unwrap_or("");
    if !attribute("format").eq_ignore_ascii_case("flowed") {
        return text.to_owned();
    }
    let delete_space = attribute("delsp").eq_ignore_ascii_case("yes");
    let mut joined = String::with_capacity(text.len());
    let mut open = false;
    for line in text.lines() {
        let quoted = line.starts_with('>');
        let line = line.strip_prefix(' ').unwrap_or(line);
        if !joined.is_empty() && !open {
            joined.push('\n');
        }
        let flows = line.ends_with(' ') && line != "-- " && !quoted;
        joined.push_str(if flows && delete_space { line.strip_suffix(' ').unwrap_or(line) } else { line });
        open = flows;
    }
    joined.push('\n');
    joined
}

/// Lines that begin the quoted part of a mail, in lower case: where all of the
/// rest is quoted. Other languages are further lines.
const SEPARATORS: &[&str] = &["original message", "forwarded message", "begin forwarded message", "reply message"];
/// Beginnings of the block that mail programs put above a quoted mail.
const HEAD_LABELS: &[&str] = &["from:", "sent:", "to:", "subject:", "date:", "cc:", "reply-to:", "importance:"];
/// One-line signatures of devices, in lower case.
const DEVICE_SIGNATURES: &[&str] =
    &["sent from my ", "sent from outlook", "sent from mail for", "get outlook for", "sent from yahoo mail"];

/// Cuts a text into own words, quoted words and signature. Interleaved answers
/// are own text, whatever stands around them.
pub(super) fn split(text: &str) -> Parts {
    let lines: Vec<&str> = text.lines().collect();
    let last_long = lines.iter().rposition(|line| is_long(line));
    let mut parts = Parts::default();
    let mut state = State::Own;
    for (index, line) in lines.iter().enumerate() {
        let rest = lines.get(index..).unwrap_or_default();
        let only_short_below = last_long.is_none_or(|last| last <= index);
        state = next(state, line, rest, only_short_below);
        let to = match state {
            State::Own => &mut parts.own,
            State::QuotedLine | State::QuotedRest => &mut parts.quoted,
            State::Signature => &mut parts.signature,
        };
        to.push_str(line);
        to.push('\n');
    }
    for part in [&mut parts.own, &mut parts.quoted, &mut parts.signature] {
        let trimmed = part.trim_matches('\n').trim_end().to_owned();
        *part = trimmed;
    }
    parts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Own,
    /// This line only.
    QuotedLine,
    /// This line and all after it: a mail below the own text.
    QuotedRest,
    Signature,
}

fn next(state: State, line: &str, rest: &[&str], only_short_below: bool) -> State {
    if state == State::QuotedRest {
        return state;
    }
    if line.trim_start().starts_with('>') || is_attribution(rest) {
        return State::QuotedLine;
    }
    if begins_quoted_rest(line, rest) {
        return State::QuotedRest;
    }
    if state == State::Signature
        || line == "-- "
        || line.trim_end() == "--"
        || (only_short_below && is_device_signature(line))
    {
        return State::Signature;
    }
    State::Own
}

/// "On Mon, 7 Dec 2026 at 10:00, Ann wrote:", in one line or wrapped to three.
fn is_attribution(rest: &[&str]) -> bool {
    let [first, ..] = rest else { return false };
    let first = first.trim();
    if !first.to_lowercase().starts_with("on ") && !is_attribution_end(first) {
        return false;
    }
    let mut joined = String::new();
    for line in rest.iter().take(3) {
        joined.push_str(line.trim());
        joined.push(' ');
        if is_attribution_end(line) {
            let words = joined.split_whitespace().count();
            let dated = joined.chars().any(|c| c.is_ascii_digit()) || joined.contains('@');
            return (3..=40).contains(&words) && (dated || joined.to_lowercase().starts_with("on "));
        }
        if line.trim().is_empty() {
            return false;
        }
    }
    false
}

fn is_attribution_end(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line.ends_with("wrote:") || line.ends_with("writes:")
}

/// "-----Original Message-----", or the block From: / Sent: / To: / Subject:.
fn begins_quoted_rest(line: &str, rest: &[&str]) -> bool {
    let plain = line.trim().trim_matches(['-', '_', '*', ' ', ':']).to_lowercase();
    let ruled = line.trim_start().starts_with("--") || line.trim_start().starts_with("__");
    if SEPARATORS.contains(&plain.as_str()) && (ruled || plain.starts_with("begin")) {
        return true;
    }
    if ruled && plain.is_empty() {
        // A bare rule, only above such a block.
        return rest.get(1..).is_some_and(is_head_block);
    }
    is_head_block(rest)
}

/// At least three of the first lines are labels of a mail head, From first.
fn is_head_block(rest: &[&str]) -> bool {
    let label = |line: &&str| {
        let line = line.trim().trim_matches('*').to_lowercase();
        HEAD_LABELS.iter().any(|label| line.starts_with(label))
    };
    let first = rest.first().is_some_and(|line| line.trim().trim_matches('*').to_lowercase().starts_with("from:"));
    first && rest.iter().take(6).filter(|line| label(line)).count() >= 3
}

/// A paragraph of own text: no device signs above one.
fn is_long(line: &str) -> bool {
    line.len() >= 200 && !line.trim().is_empty() && !line.trim_start().starts_with('>')
}

/// "Sent from my phone", where nothing but quoted text and short lines follow.
fn is_device_signature(line: &str) -> bool {
    let plain = line.trim().to_lowercase();
    DEVICE_SIGNATURES.iter().any(|begin| plain.starts_with(begin)) && plain.len() < 80
}
