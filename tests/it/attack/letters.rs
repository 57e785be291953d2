//! The letters that left, as their recipients see them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mail_parser::{Message, MessageParser};

/// Every field that a letter of ours may have.
const FIELDS: [&str; 13] = [
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "x-auto-response-suppress",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

pub fn of_folder(postman: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(postman.join("new")) else { return Vec::new() };
    entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

fn parsed(letter: &str) -> Message<'_> {
    MessageParser::default().parse(letter.as_bytes()).unwrap()
}

/// Where an answer to the letter with this Message-ID goes.
pub fn reply_to(letters: &[String], id: &str) -> Option<String> {
    let messages = letters.iter().map(|letter| parsed(letter));
    let mut asked = messages.filter(|message| message.message_id() == Some(id));
    asked.next()?.reply_to()?.first()?.address().map(str::to_owned)
}

/// The Message-IDs of the letters: no two are the same.
pub fn ids(letters: &[String]) -> BTreeSet<String> {
    let ids: BTreeSet<String> = letters.iter().map(|letter| parsed(letter).message_id().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), letters.len(), "a letter left twice");
    ids
}

/// Nothing that a mail said is more in a letter than words: the fields are ours,
/// each stands once, and the letter ends where it ends (TF1, TF2, TF5).
pub fn are_sound(letters: &[String]) {
    for letter in letters {
        let message = parsed(letter);
        let mut names: Vec<String> =
            message.headers().iter().map(|header| header.name.as_str().to_ascii_lowercase()).collect();
        assert!(names.iter().all(|name| FIELDS.contains(&name.as_str())), "a foreign field:\n{letter}");
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "a field stands twice:\n{letter}");
        assert_eq!(message.to().map(|to| to.iter().count()), Some(1), "not to one person:\n{letter}");
        assert!(letter.is_ascii() && !letter.contains('\0'), "bytes that no letter has:\n{letter}");
        assert_eq!(message.html_body_count(), message.text_body_count(), "HTML of its own:\n{letter}");
    }
}

/// No letter to anybody outside says one of these.
pub fn say_none_of(letters: &[String], unsaid: &[String]) {
    for letter in letters {
        let message = parsed(letter);
        let is_for_staff = message
            .to()
            .and_then(|to| to.first())
            .and_then(|to| to.address())
            .is_some_and(|to| to.ends_with("@vendor.example"));
        let text = format!("{}\n{}", message.subject().unwrap_or_default(), message.body_text(0).unwrap_or_default());
        let said = unsaid.iter().find(|words| !is_for_staff && text.contains(words.as_str()));
        assert_eq!(said, None, "a letter says it:\n{letter}");
    }
}
