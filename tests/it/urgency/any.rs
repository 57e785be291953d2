//! What holds for any mail: it is read to its end, and an alarm has reasons.

use proptest::prelude::*;
use upgrade_desk::desk::input;
use upgrade_desk::desk::seal::prints::Prints;
use upgrade_desk::desk::urgency::Reading;

use crate::sample_rules;

fn read(subject: &str, text: &str) -> Reading {
    let plain = subject.replace(['\r', '\n'], " ");
    let mail =
        format!("From: dana@acme.example\r\nSubject: {plain}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}");
    let received = "2026-12-01T17:00:30Z".parse().unwrap();
    input::understand(mail.as_bytes(), received, sample_rules::rules(), &Prints::default()).urgency
}

/// Words that mean something, in any order: what readers stumble over.
fn loaded() -> impl Strategy<Value = String> {
    let words = [
        "not",
        "no",
        "nobody",
        "down",
        "calls",
        "works",
        "again",
        "but",
        "except",
        ",",
        ".",
        "?",
        "if",
        "was",
        "all",
        "some",
        "urgent",
        "911",
        "extension",
        "is",
        "still",
        "no longer",
        "not only",
        "\n",
        "console",
        "logo",
        "80%",
        "3 phones",
        "works again",
        "一",
        "’",
        "-",
        ":",
        "any update",
        "thanks",
        "since",
        "fail",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_read(subject in ".{0,80}", text in "(?s).{0,400}") {
        let reading = read(&subject, &text);
        prop_assert!(!reading.alarms() || !reading.because.is_empty());
    }

    #[test]
    fn any_order_of_loaded_words_is_read(subject in loaded(), text in loaded()) {
        let reading = read(&subject, &text);
        prop_assert!(!reading.alarms() || !reading.because.is_empty());
        prop_assert!(reading.because.iter().all(|reason| reason.chars().count() < 400));
    }

    /// A plain standstill in a sentence of its own is heard beside any words
    /// before it that do not speak of its end.
    #[test]
    fn a_plain_alarm_is_heard(before in "[a-z ,]{0,60}", calm in "(No rush|Not urgent|Thanks|Kind regards)") {
        let reading = read("Phones", &format!("{before}.\n\nNobody can call in.\n\n{calm}."));
        prop_assert!(reading.alarms(), "{:?}", reading);
    }
}

/// A mail of 200 kB without a full stop costs its length, no more: were it
/// the square of it, this would not end.
#[test]
fn a_long_mail_is_read_to_its_end() {
    for word in ["down ", "not ", "no calls ", "nobody can ", "if was, ", "call_a=1 ", "急", "1 "] {
        let reading = read("", &word.repeat(200_000 / word.len()));
        assert!(reading.because.len() <= 6, "{word}");
    }
}
