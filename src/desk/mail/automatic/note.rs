//! Machines that do not say in a header that they are: known by what they write,
//! and only where nothing else stands in it, for a person writes such words, too.

use crate::desk::mail::Mail;
use crate::desk::mail::automatic::words::NoteWords;
use crate::desk::mail::phrases::{begins, has};

/// Longest text of a note.
const BYTES_MAX: usize = 2000;
/// Names and addresses below a closing.
const FOOT_LINES_MAX: usize = 10;

/// Whether the subject is one of an absence note.
pub(super) fn is_absence_subject(subject: &str, words: &NoteWords) -> bool {
    let subject = subject.to_lowercase().replace('：', ":");
    let subject = match subject.split_once(':') {
        Some((head, rest)) => format!("{}:{rest}", head.trim()),
        None => subject.trim().to_owned(),
    };
    words.subjects.iter().any(|mark| {
        if mark.ends_with(':') {
            subject.starts_with(mark.as_str())
        } else {
            subject.trim_end_matches(['.', '!', ':']) == mark
        }
    })
}

/// Whether the text is an absence note and nothing else.
pub(super) fn is_absence(mail: &Mail, words: &NoteWords) -> bool {
    let Some(sentences) = sentences(mail, words) else { return false };
    if sentences.iter().any(|sentence| begins(sentence, &words.replies)) {
        return true;
    }
    let any = |phrases: &[String]| sentences.iter().any(|sentence| has(sentence, phrases));
    let tells_nothing_else = sentences.iter().all(|sentence| is_of_note(sentence, mail, words));
    any(&words.away) && any(&words.meanwhile) && !any(&words.wants) && tells_nothing_else
}

/// Whether it acknowledges that a mail of ours came in, under a number that is not
/// ours.
pub(super) fn is_acknowledgement(mail: &Mail, words: &NoteWords) -> bool {
    let Some(mut sentences) = sentences(mail, words) else { return false };
    sentences.push(mail.subject.to_lowercase());
    let takes_in = |sentence: &String| has(sentence, &words.received) && has(sentence, &words.case);
    let numbers = |sentence: &String| has(sentence, &words.case) && has_number(sentence);
    // Beside the number stands often the subject of our letter.
    let asks = sentences.iter().any(|sentence| !numbers(sentence) && has(sentence, &words.wants));
    sentences.iter().any(takes_in) && sentences.iter().any(numbers) && !asks
}

/// Whether a mail system keeps a mail of ours back until we prove who we are.
pub(in crate::desk::mail) fn is_challenge(mail: &Mail, words: &NoteWords) -> bool {
    let Some(sentences) = sentences(mail, words) else { return false };
    let any = |phrases: &[String]| sentences.iter().any(|sentence| has(sentence, phrases));
    any(&words.held) && any(&words.prove)
}

/// The sentences of what was written now, in lower case, without what stands below
/// a closing. `None`: longer than a note, with a file, or with a question.
fn sentences(mail: &Mail, words: &NoteWords) -> Option<Vec<String>> {
    let text = mail.own_text.trim();
    if text.is_empty() || text.len() > BYTES_MAX || !mail.attachments.is_empty() || text.contains(['?', '？', '؟']) {
        return None;
    }
    let lines: Vec<String> = text.lines().map(|line| line.trim().to_lowercase()).collect();
    let closing =
        |line: &String| words.closings.iter().any(|known| line.trim_end_matches([',', '.', '!', ' ']) == known);
    let end = lines.iter().position(closing).filter(|at| lines.len() - at <= FOOT_LINES_MAX);
    let body: Vec<String> = lines.into_iter().take(end.unwrap_or(usize::MAX)).collect();
    let mut sentences = Vec::new();
    for paragraph in body.join("\n").split("\n\n") {
        let mut sentence = String::new();
        for word in paragraph.split_whitespace() {
            sentence.push_str(word);
            if ends_sentence(word) {
                sentences.push(std::mem::take(&mut sentence));
            } else {
                sentence.push(' ');
            }
        }
        sentences.push(sentence);
    }
    let pieces = sentences.iter().flat_map(|sentence| sentence.split_inclusive(['。', '！']));
    Some(pieces.map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect())
}

/// Unless it is a day: "bis zum 7. Dezember".
fn ends_sentence(word: &str) -> bool {
    let before = word.trim_end_matches(['.', '!']);
    before.len() < word.len() && !(word.ends_with('.') && before.chars().all(|c| c.is_ascii_digit()))
}

/// A sentence that an absence note has, the name below it, or a way to reach somebody.
fn is_of_note(sentence: &str, mail: &Mail, words: &NoteWords) -> bool {
    let says = [&words.away, &words.back, &words.meanwhile].iter().any(|phrases| has(sentence, phrases));
    says || begins(sentence, &words.courtesies) || is_name(sentence, mail) || is_contact(sentence)
}

/// The writer's own name.
fn is_name(sentence: &str, mail: &Mail) -> bool {
    let Ok(identity) = &mail.identity else { return false };
    let name = identity.name.to_lowercase();
    let known: Vec<&str> = name.split_whitespace().collect();
    sentence.split_whitespace().all(|word| known.contains(&word.trim_matches([',', '.', '-'])))
}

/// An address or a telephone number, with a label at most.
fn is_contact(sentence: &str) -> bool {
    let value = sentence.split_once(':').map_or(sentence, |(_, value)| value).trim();
    let is_number =
        value.chars().any(|c| c.is_ascii_digit()) && value.chars().all(|c| c.is_ascii_digit() || " +-/().".contains(c));
    is_number || (value.contains('@') && !value.contains(' '))
}

/// `#88123`, `INC0012345`: a number of somebody's, which ours (`UP-2026-00417`) are not.
fn has_number(sentence: &str) -> bool {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    sentence.split(|c: char| c.is_whitespace() || "[]().,:;、。「」：".contains(c)).any(|word| {
        let is_marked = word.starts_with('#') && digits(word) > 1;
        !word.starts_with("up-") && (is_marked || digits(word) > 4)
    })
}
