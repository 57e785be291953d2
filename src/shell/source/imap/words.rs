//! Names, sets and times as IMAP writes them: values in, values out.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use jiff::Timestamp;
use jiff::fmt::strtime;

/// Base64 of RFC 3501 5.1.3: `,` for `/`, no padding.
const MODIFIED: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// A folder's name, encoded and quoted. Control characters must have been
/// refused before ([`is_good_name`]).
pub(super) fn mailbox_name(name: &str) -> String {
    format!("\"{}\"", encoded_name(name).replace('\\', "\\\\").replace('"', "\\\""))
}

/// A time of arrival as APPEND takes it (RFC 3501 9, date-time), in quotes.
pub(super) fn append_date(at: Timestamp) -> String {
    format!("\"{}\"", at.strftime("%d-%b-%Y %H:%M:%S +0000"))
}

/// A folder's name in modified UTF-7 (RFC 3501 5.1.3), not quoted.
pub(super) fn encoded_name(name: &str) -> String {
    let mut encoded = String::new();
    let mut foreign = String::new();
    for letter in name.chars() {
        if matches!(letter, ' '..='~') {
            close(&mut encoded, &mut foreign);
            match letter {
                '&' => encoded.push_str("&-"),
                _ => encoded.push(letter),
            }
        } else {
            foreign.push(letter);
        }
    }
    close(&mut encoded, &mut foreign);
    encoded
}

fn close(encoded: &mut String, foreign: &mut String) {
    if !foreign.is_empty() {
        let bytes: Vec<u8> = foreign.encode_utf16().flat_map(u16::to_be_bytes).collect();
        encoded.push('&');
        encoded.push_str(&MODIFIED.encode(bytes));
        encoded.push('-');
        foreign.clear();
    }
}

/// A name that one can select and move to: not empty, no wildcard of LIST, no
/// control character (a line break would be a second command).
pub(super) fn is_good_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|letter| letter.is_control() || matches!(letter, '*' | '%'))
}

/// `1:3,7` for 1, 2, 3, 7.
pub(super) fn uid_set(uids: &[u32]) -> String {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for uid in sorted {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    let written: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}:{last}") })
        .collect();
    written.join(",")
}

/// Sets of all these UIDs, each at most about `bytes_max` long. A server may
/// refuse a command line that is too long.
pub(super) fn uid_sets(uids: &[u32], bytes_max: usize) -> Vec<String> {
    let mut sets: Vec<String> = Vec::new();
    for run in uid_set(uids).split(',').filter(|run| !run.is_empty()) {
        match sets.last_mut() {
            Some(set) if set.len() + run.len() < bytes_max => *set = format!("{set},{run}"),
            _ => sets.push(run.to_owned()),
        }
    }
    sets
}

/// `5-Nov-2026`: the date of SEARCH (RFC 3501 9), in UTC.
pub(super) fn search_date(time: Timestamp) -> String {
    time.strftime("%-d-%b-%Y").to_string()
}

/// ` 5-Nov-2026 09:30:00 +0100`: date-time of RFC 3501 9, the day with a blank
/// or a zero before it.
pub(super) fn internal_date(text: &str) -> Option<Timestamp> {
    strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

/// What a server said, for an error: short, one line, no control characters.
pub(super) fn said(text: &str) -> String {
    let shown: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(200).collect();
    if shown.trim().is_empty() { "nothing more".to_owned() } else { shown.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailbox_names_go_out_in_modified_utf7() {
        for (name, expected) in [
            ("INBOX", r#""INBOX""#),
            ("Upgrade desk/Done", r#""Upgrade desk/Done""#),
            ("R&D", r#""R&-D""#),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("Entwürfe", r#""Entw&APw-rfe""#),
            ("台北", r#""&U,BTFw-""#),
            ("日本語&😀x", r#""&ZeVnLIqe-&-&2D3eAA-x""#),
        ] {
            assert_eq!(mailbox_name(name), expected);
        }
    }

    #[test]
    fn a_name_that_would_be_a_command_or_a_pattern_is_none() {
        for bad in ["", "a\r\nA1 DELETE INBOX", "a\0", "Old*", "%", "a\u{7f}"] {
            assert!(!is_good_name(bad), "{bad:?}");
        }
        assert!(is_good_name("Entwürfe/R&D"));
    }

    #[test]
    fn sets_are_as_short_as_they_can_be() {
        for (uids, expected) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[3, 1, 2, 2, 7], "1:3,7"),
            (&[1, 3, 5], "1,3,5"),
            (&[u32::MAX, u32::MAX - 1], "4294967294:4294967295"),
        ] {
            assert_eq!(uid_set(uids), expected);
        }
    }

    #[test]
    fn long_sets_are_cut_between_two_numbers() {
        assert_eq!(uid_sets(&[], 8), Vec::<String>::new());
        assert_eq!(uid_sets(&(1..=100_000).collect::<Vec<u32>>(), 8), ["1:100000"]);
        assert_eq!(uid_sets(&[1, 3, 5, 7, 9, 11], 6), ["1,3,5", "7,9,11"]);
        assert_eq!(uid_sets(&[10_000, 20_000], 3), ["10000", "20000"], "one number at least");
    }

    #[test]
    fn dates_of_searches_are_in_utc() {
        assert_eq!(search_date(Timestamp::UNIX_EPOCH), "1-Jan-1970");
        let half_a_day_before = jiff::SignedDuration::from_hours(-12);
        assert_eq!(search_date(Timestamp::UNIX_EPOCH + half_a_day_before), "31-Dec-1969");
    }

    #[test]
    fn internal_dates_are_read_with_their_offset() {
        for (text, expected) in [
            (" 5-Nov-2026 09:30:00 +0100", Some("2026-11-05T08:30:00Z")),
            ("05-Nov-2026 09:30:00 -0800", Some("2026-11-05T17:30:00Z")),
            ("25-nov-2026 00:00:00 +0000", Some("2026-11-25T00:00:00Z")),
            ("31-Feb-2026 00:00:00 +0000", None),
            ("25-Nov-2026 00:00:00", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(internal_date(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_a_server_said_is_one_short_line() {
        assert_eq!(said("a\r\nb\u{1b}[31m"), "a  b [31m");
        assert_eq!(said(" \r\n"), "nothing more");
        assert_eq!(said(&"ü".repeat(1000)).chars().count(), 200);
    }
}
