//! The letters that left, as their recipients see them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mail_parser::{Message, MessageParser};

use crate::support::letter;

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

/// Nothing that a mail said is more in a letter than words (TF1, TF2, TF5).
pub fn are_sound(letters: &[String]) {
    for letter in letters {
        // The SMTP server of the tests keeps letters with LF alone.
        let bytes = if letter.contains('\r') { letter.clone() } else { letter.replace('\n', "\r\n") };
        assert_eq!(letter::fault(bytes.as_bytes()), Ok(()), "{letter}");
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
