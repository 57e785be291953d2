//! M-30: a release is announced, looked at first, then committed as one record
//! with all its letters.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::decide::{Decision, decide};
use crate::desk::input::Input;
use crate::desk::known::Ask;
use crate::shell::socket::Refusal;
use crate::shell::store::state::StateError;
use crate::shell::store::{CommitError, View};
use crate::shell::view::{Asked, considered, gone, without_mail};

/// Longer names of versions and notes are a mistake.
const VERSION_MAX: usize = 40;
const NOTES_MAX: usize = 20_000;

/// What is announced, and by whom.
pub struct Words {
    pub version: String,
    pub notes: String,
    pub by: String,
}

/// To whom it would go, in which words, and when the version was announced last.
pub async fn announcement(asked: Asked<'_>, version: String, notes: String) -> Result<Value, Refusal> {
    let input = tidy(Words { version, notes, by: String::new() }).map_err(|text| (2, text))?;
    let now = asked.clock.now();
    let decided = asked.store.read(move |view| Ok((decided(view, &input, now)?, last(view, &input)?)));
    let (decision, last) = decided.await.map_err(gone)?;
    let to: Vec<&str> = decision.letters.iter().map(|letter| letter.to.address()).collect();
    let letter = decision.letters.first().map(|letter| considered::rendered(letter, asked.rules, asked.composer));
    Ok(json!({ "letters": to.len(), "to": to, "announced_at": last, "letter": letter }))
}

/// Commits it. The same version twice is refused unless `again`.
pub async fn announce(asked: Asked<'_>, words: Words, again: bool) -> Result<Value, Refusal> {
    let version = words.version.trim().to_owned();
    let input = tidy(words).map_err(|text| (2, text))?;
    let (now, composer) = (asked.clock.now(), asked.composer.clone());
    let commit = asked.store.commit(move |view| {
        let failed = |error: StateError| error.to_string();
        if let Some(at) = last(view, &input).map_err(failed)?.filter(|_| !again) {
            let way_out = "nobody was written to; say --again if you mean it";
            return Err(format!("this version was announced on {at}; {way_out}"));
        }
        let known = view.look_up(&Ask::about(&input, view.rules()), now).map_err(failed)?;
        let decision = decide(&input, &known, now, view.rules());
        if decision.letters.is_empty() {
            return Err("nobody on file wants news of releases; nothing was announced".to_owned());
        }
        without_mail(&input, decision, &composer, known.next_letter, now, view.rules())
    });
    let receipt = commit.await.map_err(refusal)?;
    asked.committed.notify_waiters();
    Ok(json!({ "version": version, "record": receipt.seq, "running": asked.health.is_some() }))
}

fn decided(view: &View<'_>, input: &Input, now: Timestamp) -> Result<Decision, StateError> {
    let known = view.look_up(&Ask::about(input, view.rules()), now)?;
    Ok(decide(input, &known, now, view.rules()))
}

/// When the version was announced before.
fn last(view: &View<'_>, input: &Input) -> Result<Option<Timestamp>, StateError> {
    let Input::Announce { version, .. } = input else { return Ok(None) };
    Ok(view.office()?.announced.get(version).copied())
}

/// It goes to customers as it stands: one line, then text without anything unseen.
fn tidy(words: Words) -> Result<Input, String> {
    let Words { version, notes, by } = words;
    let (version, notes) = (version.trim().to_owned(), notes.replace("\r\n", "\n").trim().to_owned());
    let long = version.chars().count();
    if version.is_empty() || long > VERSION_MAX || version.chars().any(char::is_control) {
        return Err(format!("expected a version such as 7.3.0, at most {VERSION_MAX} characters, found {long}"));
    }
    let long = notes.chars().count();
    if notes.is_empty() || long > NOTES_MAX {
        return Err(format!("expected notes of 1 to {NOTES_MAX} characters, found {long}"));
    }
    if notes.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err("expected notes as plain text, found control characters; save them as text".to_owned());
    }
    Ok(Input::Announce { version, notes, by: by.split_whitespace().collect::<Vec<&str>>().join(" ") })
}

fn refusal(error: CommitError) -> Refusal {
    match error {
        CommitError::Refused(_) | CommitError::DiskFull(_) => (1, error.to_string()),
        CommitError::Unknown(text) => {
            (3, format!("it is unknown whether it was announced: {text}; start again and look at `outbox list`"))
        }
    }
}
