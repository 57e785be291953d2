//! Why: plain sentences that name the words that were read.

use std::ops::Range;

use crate::desk::urgency::Severity;
use crate::desk::urgency::clause::{Extent, Standing, State, Statement, Topic};
use crate::desk::urgency::sentence::{self, Sentence};

/// Words quoted at most.
const WORDS_MAX: usize = 14;

/// The words of a sentence as the writer wrote them.
pub(super) fn quote(sentences: &[Sentence<'_>], sentence: usize, words: &Range<usize>) -> String {
    let tokens = sentences.get(sentence).and_then(|sentence| sentence.tokens.get(words.clone())).unwrap_or_default();
    let mut text = String::new();
    for token in tokens.iter().take(WORDS_MAX) {
        if !text.is_empty() && !token.is_break && !sentence::joins(&text, token.written) {
            text.push(' ');
        }
        text.push_str(token.written);
    }
    let rest = if tokens.len() > WORDS_MAX { " …" } else { "" };
    format!("\"{text}{rest}\"")
}

/// The sentence for one statement.
pub(super) fn statement(statement: &Statement, severity: Severity, sentences: &[Sentence<'_>]) -> String {
    let quoted = quote(sentences, statement.sentence, &statement.words);
    format!("{quoted}: {}", reason(statement, severity))
}

fn reason(statement: &Statement, severity: Severity) -> &'static str {
    match statement.standing {
        Standing::Past | Standing::LongPast => return "it was so, and may be over",
        Standing::Supposed { .. } => return "it may happen again",
        Standing::Asked => return "the writer asks whether it is so",
        Standing::Now | Standing::Announced => {}
    }
    match (statement.state, statement.topic, statement.extent, severity) {
        (State::Peril, ..) => "misuse or a call loop is urgent whatever else is said",
        (_, Some(Topic::EmergencyCalls), ..) => "emergency calls are affected",
        (.., Extent::Single, _) => "one user or one device is affected",
        (_, Some(Topic::Minor), ..) => "this is not about calls",
        (State::StillBroken, ..) => "what was reported is not over",
        (.., Extent::All, Severity::P1) => "nobody or nothing is spared",
        (.., Severity::P1) => "it does not work, and nothing says that only a part is meant",
        (_, Some(Topic::Main), ..) => "a main function is affected",
        (.., Extent::Part, _) => "a part of the calls or users is affected",
        (.., Severity::P2) => "how far it reaches is not clear",
        _ => "something is not as it should be",
    }
}
