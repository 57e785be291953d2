//! Codes in what mail servers say: statuses (RFC 3463) and replies (RFC 5321 4.2).

use crate::desk::mail::report::words::BounceWords;

/// The time for trying ran out (RFC 3463 3.5).
pub(super) const EXPIRED: &str = "4.4.7";

/// The status that what a mail server said comes to: its own, or what the reply
/// code and the words come to. `None`: nothing in it tells.
pub(super) fn of(said: &str, words: &BounceWords) -> Option<String> {
    let stated = plainest(statuses(said));
    if let Some(plain) = stated.filter(|status| plainness(status) > 1) {
        return Some(plain.to_owned());
    }
    let class = reply(said, words).or_else(|| stated.and_then(|status| status.chars().next()));
    match (class, words.reason(&said.to_lowercase())) {
        (Some(class), Some(reason)) => Some(with_class(reason, class)),
        (Some(class), None) => Some(format!("{class}.0.0")),
        (None, reason) => reason.map(str::to_owned),
    }
}

/// Whether a mail server's own code stands in what is said, and not its words alone.
pub(super) fn is_stated(said: &str, words: &BounceWords) -> bool {
    !statuses(said).is_empty() || reply(said, words).is_some()
}

/// The status that a report states, or the one that the mail server which refused
/// the mail wrote into its answer: that one knows, the reporting one may guess.
pub(super) fn of_server<'s>(stated: &'s str, diagnostic: &'s str) -> &'s str {
    let said = plainest(statuses(diagnostic)).filter(|said| plainness(said) > 1 || plainness(stated) == 0);
    said.unwrap_or(stated)
}

/// The status, or the one in the words beside it where that one says nothing.
pub(super) fn plainer<'s>(stated: &'s str, said: &'s str) -> &'s str {
    let said = plainest(statuses(said)).filter(|said| plainness(stated) < 2 && plainness(said) > plainness(stated));
    said.unwrap_or(stated)
}

/// How much a status says: nothing (`5.0.0`), where the fault lies (`5.1.0`), or
/// what it is. That time ran out (`4.4.7`) does not say why.
fn plainness(status: &str) -> u8 {
    let class_and_rest = status.split_once('.').map_or(("", ""), |parts| parts);
    match class_and_rest {
        (_, "") => 0,
        (_, "0.0") => 1,
        (_, "4.7") => 2,
        (_, rest) if rest.ends_with(".0") => 2,
        _ => 3,
    }
}

fn plainest(statuses: Vec<&str>) -> Option<&str> {
    // The first of several.
    statuses.into_iter().rev().max_by_key(|status| plainness(status))
}

/// The status with another first digit.
pub(super) fn with_class(status: &str, class: char) -> String {
    let rest = status.split_once('.').map_or("0.0", |(_, rest)| rest);
    format!("{class}.{rest}")
}

/// Every status of a failure: three numbers that are no part of an address or of
/// a version.
fn statuses(text: &str) -> Vec<&str> {
    let is_number = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let pieces = text.split(|c: char| !is_number(c)).map(|piece| piece.trim_end_matches('.'));
    pieces.filter(|piece| is_status(piece)).collect()
}

fn is_status(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('.').collect();
    match numbers.as_slice() {
        [class, subject, detail] => {
            let is_short = |number: &str, most: usize| {
                (1..=most).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
            };
            matches!(*class, "4" | "5") && is_short(subject, 1) && is_short(detail, 3)
        }
        _ => false,
    }
}

/// The first digit of the first reply code that refuses.
fn reply(text: &str, words: &BounceWords) -> Option<char> {
    text.lines().find_map(|line| in_line(line, words))
}

fn in_line(line: &str, words: &BounceWords) -> Option<char> {
    let mut before = "";
    for piece in line.split_whitespace() {
        let is_first = before.is_empty() || before.chars().all(|c| !c.is_alphanumeric());
        let after_mark = before.ends_with([':', ';', '=', '#', '"', '(', ')', '>', ']', ',', '-', '.']);
        let after_word = words.reply.iter().any(|word| before.eq_ignore_ascii_case(word));
        let begins = piece.split(|c: char| !c.is_alphanumeric() && c != '.').find(|part| !part.is_empty());
        let marked = !piece.starts_with(|c: char| c.is_ascii_alphanumeric());
        let code = begins.filter(|_| is_first || after_mark || after_word || marked).filter(|code| is_reply(code));
        if let Some(class) = code.and_then(|code| code.chars().next()) {
            return Some(class);
        }
        before = piece;
    }
    None
}

/// `421`, `550`: three digits, the second at most 7 (some servers use what RFC 5321
/// does not).
pub(super) fn is_reply(text: &str) -> bool {
    let digits = text.as_bytes();
    matches!(digits, [b'4' | b'5', b'0'..=b'7', b'0'..=b'9'])
}
