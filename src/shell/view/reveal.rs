//! A sealed password is to be shown: whose keys they are, whether that person may
//! look, and the record of it, which is safe on disk before anything is opened.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::desk::decide::decide;
use crate::desk::input::{Input, Look};
use crate::desk::known::Ask;
use crate::desk::record::OutcomeWord;
use crate::desk::rules::{Rules, Staff};
use crate::desk::ticket::{Event, TicketId};
use crate::shell::socket::Refusal;
use crate::shell::store::state::StateError;
use crate::shell::store::{CommitError, Receipt};
use crate::shell::view::{Asked, gone, without_mail};

/// Longer words are no reason any more.
const REASON_MAX: usize = 1000;

/// Who wants to see the password of which ticket.
pub struct Wish {
    pub id: String,
    /// One person's key, and maybe a second one's.
    pub first: Proven,
    pub second: Option<Proven>,
    pub reason: String,
    pub by: String,
}

/// A public key, and what was sealed to it opened with the private one.
pub struct Proven {
    pub key: String,
    pub answer: String,
}

/// Commits it; the answer names the secret to be opened.
pub async fn reveal(asked: Asked<'_>, wish: Wish) -> Result<Value, Refusal> {
    let look = look(&asked, wish).map_err(|text| (1, text))?;
    let id = look.ticket.clone();
    let receipt = recorded(&asked, Input::Reveal(look), OutcomeWord::Revealed).await?;
    let secret = asked.store.read(move |view| {
        let events = view.events(&id)?;
        Ok(events.into_iter().rev().find_map(|happened| match happened.event {
            Event::Revealed { secret, .. } => Some(secret),
            _ => None,
        }))
    });
    let secret = secret.await.map_err(gone)?;
    Ok(json!({ "secret": secret, "record": receipt.seq }))
}

/// The record of a look at something sealed, safe on disk before anything is opened.
///
/// # Errors
///
/// It was decided otherwise than `expected`: the reason, and nothing may be opened.
pub async fn recorded(asked: &Asked<'_>, input: Input, expected: OutcomeWord) -> Result<Receipt, Refusal> {
    let (now, composer) = (asked.clock.now(), asked.composer.clone());
    let why = Arc::new(OnceLock::new());
    let told = Arc::clone(&why);
    let commit = asked.store.commit(move |view| {
        let failed = |error: StateError| error.to_string();
        let known = view.look_up(&Ask::about(&input, view.rules()), now).map_err(failed)?;
        let decision = decide(&input, &known, now, view.rules());
        let _only_once = told.set(decision.why.last().map(|why| why.fact.clone()).unwrap_or_default());
        without_mail(&input, decision, &composer, known.next_letter, now, view.rules())
    });
    let receipt = commit.await.map_err(refusal)?;
    asked.committed.notify_waiters();
    if receipt.outcome == expected { Ok(receipt) } else { Err((1, why.get().cloned().unwrap_or_default())) }
}

/// One line, and not too long: it is kept for ever.
pub fn reason(written: &str) -> Result<String, String> {
    let reason = written.split_whitespace().collect::<Vec<&str>>().join(" ");
    match reason.chars().count() {
        found if found > REASON_MAX => {
            Err(format!("expected a reason of at most {REASON_MAX} characters, found {found}; say it shorter"))
        }
        _ => Ok(reason),
    }
}

/// Whose keys they are, once both have shown the private ones.
pub fn look(asked: &Asked<'_>, wish: Wish) -> Result<Look, String> {
    let reason = reason(&wish.reason)?;
    let now = asked.clock.now();
    let owner = |proven: &Proven| {
        let person = owner(asked.rules, &proven.key)?;
        asked.challenges.take(&proven.key, &proven.answer, now)?;
        Ok::<String, String>(person.id.clone())
    };
    Ok(Look {
        ticket: TicketId(wish.id.trim().to_ascii_uppercase()),
        person: owner(&wish.first)?,
        second: wish.second.as_ref().map(owner).transpose()?,
        reason,
        by: wish.by.split_whitespace().collect::<Vec<&str>>().join(" "),
    })
}

fn owner<'a>(rules: &'a Rules, key: &str) -> Result<&'a Staff, String> {
    if let Some(revoked) = rules.access.revoked(key) {
        return Err(format!(
            "the key {key} is revoked since {} ({}): nothing is opened with it; make a new one with `upgrade-desk key \
             new staff`",
            revoked.since, revoked.why
        ));
    }
    rules.access.staff.iter().find(|person| person.key.as_deref() == Some(key)).ok_or_else(|| {
        format!(
            "expected the key of a person in access.toml, found another ({key}); write key = \"{key}\" at the \
             person whose it is, and start the desk again"
        )
    })
}

fn refusal(error: CommitError) -> Refusal {
    match error {
        CommitError::Refused(_) | CommitError::DiskFull(_) => (1, error.to_string()),
        CommitError::Unknown(text) => {
            (3, format!("it is unknown whether that was recorded, so nothing is opened: {text}; start again"))
        }
    }
}
