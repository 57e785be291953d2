//! Which addresses of a report in words are those that were not reached, told
//! from those of its writer, its reader and its host by where they stand.

use crate::desk::mail::phrases::has;
use crate::desk::mail::report::status;
use crate::desk::mail::report::words::BounceWords;

/// Longest address (RFC 5321 4.5.3.1).
const BYTES_MAX: usize = 320;
/// Addresses of a report that are looked at.
const MENTIONS_MAX: usize = 1000;
const LABEL_CHARS: usize = 40;

/// An address in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub line: usize,
    pub address: String,
    pub place: Place,
}

/// How plainly the place of an address says that it was not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Somewhere in a text.
    Somewhere,
    /// Behind a label, a command or words of a failure.
    Said,
    /// A line begins with it.
    Begins,
}

/// Every address in `lines` that may be a recipient, in their order. Labels tell
/// senders apart.
pub(super) fn mentions(lines: &[&str], words: &BounceWords) -> Vec<Mention> {
    let mut found = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let all = addresses(text);
        let says = !all.is_empty() && says_so(text, words);
        for (before, address) in all {
            if let Some(place) = place(before, says) {
                found.push(Mention { line, address, place });
            }
        }
        if found.len() >= MENTIONS_MAX {
            break;
        }
    }
    found
}

/// Whether a line speaks of a failure.
fn says_so(line: &str, words: &BounceWords) -> bool {
    let line = line.to_lowercase();
    has(&line, &words.failed) || has(&line, &words.delayed) || words.reason(&line).is_some()
}

fn place(before: &str, says: bool) -> Option<Place> {
    const NOT_RECIPIENTS: [&str; 7] = ["from", "sender", "return-path", "reply", "message-id", "contact", "mailto"];
    let bare = before.trim_start_matches(|c: char| c.is_whitespace() || "*-•>|<\"'.(".contains(c));
    if bare.is_empty() {
        return Some(Place::Begins);
    }
    // What a mail server answered: "550 <dana@example.com>... User unknown".
    let begins_with_code = status::is_reply(bare.split([' ', '-']).next().unwrap_or(""));
    let label = tail(bare).trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '"' | '\'' | '('));
    let is_label = label.ends_with([':', '=']);
    let label = label.trim_end_matches([':', '=', ' ']).to_lowercase();
    if NOT_RECIPIENTS.iter().any(|known| label.ends_with(known)) {
        return None;
    }
    // "To:" alone may repeat the header of the mail that comes back.
    if matches!(label.as_str(), "to" | "cc") {
        return Some(Place::Somewhere);
    }
    Some(if is_label || begins_with_code || says { Place::Said } else { Place::Somewhere })
}

/// The last characters, where a label stands.
fn tail(text: &str) -> &str {
    let start = text.char_indices().rev().nth(LABEL_CHARS).map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or(text)
}

/// The addresses of a line, each with what stands before it.
pub(super) fn addresses(line: &str) -> Vec<(&str, String)> {
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&*+-/=?^_`{|}~.".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let mut found = Vec::new();
    for (at, _) in line.match_indices('@') {
        let (left, right) = (line.get(..at).unwrap_or(""), line.get(at + 1..).unwrap_or(""));
        let local_start = left.char_indices().rev().take_while(|(_, c)| is_local(*c)).last().map_or(at, |(at, _)| at);
        let local = left.get(local_start..).unwrap_or("").trim_start_matches(['.', '=', '-', '|', '*', '`']);
        let domain_end = right.find(|c: char| !is_domain(c)).unwrap_or(right.len());
        let domain = right.get(..domain_end).unwrap_or("").trim_end_matches(['.', '-']);
        let quoted = left.ends_with('<') || right.get(domain_end..).is_some_and(|rest| rest.starts_with('>'));
        let whole = domain.contains('.') || quoted;
        if !local.is_empty() && !domain.is_empty() && whole && local.len() + domain.len() < BYTES_MAX {
            let start = at.saturating_sub(local.len());
            found.push((left.get(..start).unwrap_or(""), format!("{local}@{domain}")));
        }
    }
    found
}
