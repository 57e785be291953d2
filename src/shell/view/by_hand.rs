//! What people do by hand: looked at on what is stored, committed as one record
//! with their name. What is so already is no change and no record.

use std::sync::{Arc, PoisonError};

use serde_json::Value;

use crate::desk::record::{Did, OutcomeWord, What};
use crate::shell::process::InHands;
use crate::shell::socket::Refusal;
use crate::shell::store::rows::{KeptState, LetterState};
use crate::shell::store::state::StateError;
use crate::shell::store::{Body, CommitError, Commitment, View};
use crate::shell::view::{Asked, Shown, gone, kept};

/// Longer words are no reason any more.
const WORDS_MAX: usize = 1000;

/// Whether there is something to do, or why it cannot be done.
type Verdict = Result<bool, String>;

/// Does it; the answer is the letter or the kept mail as it is then, with
/// `changed`, `record` for the journal's number of it, and whether a desk runs.
pub async fn change(asked: Asked<'_>, by: String, did: Did) -> Result<Value, Refusal> {
    let at = asked.clock.now();
    let (by, did) = tidy(by, did).map_err(|text| (2, text))?;
    let (in_hands, about) = (Arc::clone(asked.in_hands), did.clone());
    let commit = asked.store.commit(move |view| {
        let body = match judge(view, &in_hands, &did).map_err(|error| error.to_string())?? {
            true => Body::Plain(vec![What::Console { by, did }]),
            false => Body::Nothing(OutcomeWord::Duplicate),
        };
        Ok(Commitment { at, body })
    });
    let receipt = commit.await.map_err(refusal)?;
    asked.committed.notify_waiters();
    let shown = asked.store.read(move |view| shown(view, &about)).await.map_err(gone)?;
    let mut shown = shown.map_err(|text| (1, text))?;
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("changed".to_owned(), Value::Bool(receipt.seq.is_some()));
        fields.insert("running".to_owned(), Value::Bool(asked.health.is_some()));
        fields.insert("record".to_owned(), receipt.seq.map_or(Value::Null, Value::from));
    }
    Ok(shown)
}

/// Names and reasons go into the journal for ever: one line, and not too long.
fn tidy(by: String, mut did: Did) -> Result<(String, Did), String> {
    let one_line = |text: &str| -> String { text.split_whitespace().collect::<Vec<&str>>().join(" ") };
    let by = one_line(&by);
    if let Did::Released { reason, .. } | Did::Dropped { reason, .. } = &mut did {
        *reason = one_line(reason);
        let found = reason.chars().count();
        if found > WORDS_MAX {
            return Err(format!("expected a reason of at most {WORDS_MAX} characters, found {found}; say it shorter"));
        }
    }
    if by.is_empty() || by.chars().count() > WORDS_MAX {
        return Err("expected the name of whoever does this, found none".to_owned());
    }
    match &did {
        Did::Dropped { reason, .. } if reason.is_empty() => Err("expected a reason, found none".to_owned()),
        _ => Ok((by, did)),
    }
}

fn judge(view: &View<'_>, in_hands: &InHands, did: &Did) -> Result<Verdict, StateError> {
    match did {
        Did::Retried { letter } => about_letter(view, *letter, in_hands, may_retry),
        Did::Held { letter } => about_letter(view, *letter, in_hands, may_hold),
        Did::Released { kept, sha256, .. } => may_release(view, *kept, sha256),
        Did::Dropped { kept, .. } => may_drop(view, *kept),
        Did::OriginalOpened { .. } => Ok(Err("originals are opened with `quarantine original`".to_owned())),
    }
}

fn about_letter(
    view: &View<'_>,
    no: u64,
    in_hands: &InHands,
    may: fn(u64, LetterState, bool) -> Verdict,
) -> Result<Verdict, StateError> {
    let Some(row) = view.letter(no)? else { return Ok(Err(kept::no_such_letter(no))) };
    let is_in_hands = in_hands.lock().unwrap_or_else(PoisonError::into_inner).contains(&no);
    Ok(may(no, row.state, is_in_hands))
}

fn may_retry(no: u64, state: LetterState, is_in_hands: bool) -> Verdict {
    match state {
        LetterState::Sent => Err(format!("letter {no} was sent: the mail server took it, and it leaves only once")),
        LetterState::Withdrawn => Err(format!("letter {no} was withdrawn by #undo: it never leaves")),
        // It is on its way, or its turn is next.
        _ if is_in_hands => Ok(false),
        LetterState::Pending => Ok(false),
        LetterState::Trying | LetterState::Deferred | LetterState::Held | LetterState::Failed => Ok(true),
    }
}

fn may_hold(no: u64, state: LetterState, is_in_hands: bool) -> Verdict {
    match state {
        LetterState::Sent => Err(format!("letter {no} was sent: it cannot be held any more")),
        LetterState::Withdrawn => Err(format!("letter {no} was withdrawn by #undo: it never leaves")),
        LetterState::Failed => {
            Err(format!("letter {no} has failed: it leaves only if somebody says `outbox retry {no}`"))
        }
        LetterState::Held => Ok(false),
        _ if is_in_hands => {
            Err(format!("letter {no} is being handed over right now; look with `outbox show {no}` what came of it"))
        }
        // A try that a process did not live to end is nobody's.
        LetterState::Pending | LetterState::Trying | LetterState::Deferred => Ok(true),
    }
}

fn may_release(view: &View<'_>, no: u64, sha256: &str) -> Result<Verdict, StateError> {
    let Some(row) = view.kept(no)? else { return Ok(Err(kept::no_such_mail(no))) };
    if let Some(record) = row.decided_again {
        return Ok(Err(format!("quarantine {no} was released before, and decided again in record {record}")));
    }
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return Ok(Err("expected a SHA-256 in hexadecimal digits, found something else".to_owned()));
    }
    if let Some(expected) = row.sha256.filter(|expected| expected != sha256) {
        return Ok(Err(format!(
            "quarantine {no}: expected the mail with SHA-256 {expected}, found one with {sha256}; find the mail that \
             was kept"
        )));
    }
    Ok(Ok(row.state != KeptState::Released || view.pass(sha256)?.is_none()))
}

fn may_drop(view: &View<'_>, no: u64) -> Result<Verdict, StateError> {
    let Some(row) = view.kept(no)? else { return Ok(Err(kept::no_such_mail(no))) };
    Ok(match row.state {
        KeptState::Held if row.decided_again.is_some() => {
            Err(format!("quarantine {no} was held, and is decided by now: it is no longer there to be dropped"))
        }
        KeptState::Open | KeptState::Held => Ok(true),
        KeptState::Dropped => Ok(false),
        KeptState::Released => Err(format!("quarantine {no} was released: it is no longer there to be dropped")),
    })
}

fn shown(view: &View<'_>, did: &Did) -> Result<Shown, StateError> {
    match did {
        Did::Retried { letter } | Did::Held { letter } => {
            let row = view.letter(*letter)?;
            Ok(row.as_ref().map(kept::summary).ok_or_else(|| kept::no_such_letter(*letter)))
        }
        Did::Released { kept: no, .. } | Did::Dropped { kept: no, .. } | Did::OriginalOpened { kept: no, .. } => {
            let row = view.kept(*no)?;
            Ok(row.map(|row| kept::with_author(view, &row)).ok_or_else(|| kept::no_such_mail(*no)))
        }
    }
}

fn refusal(error: CommitError) -> Refusal {
    match error {
        CommitError::Refused(_) | CommitError::DiskFull(_) => (1, error.to_string()),
        CommitError::Unknown(text) => {
            (3, format!("it is unknown whether that was stored: {text}; start again and look"))
        }
    }
}
