//! One try of one letter, and what is committed about it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::desk::input::Input;
use crate::desk::record::What;
use crate::desk::token::reply_address;
use crate::shell::carrier::{Carrier, Envelope, Sent};
use crate::shell::outbox::{gate, patience};
use crate::shell::process::{Desk, ProcessError, plainly};
use crate::shell::steps::{self, Step};
use crate::shell::store::pack::hex;
use crate::shell::store::rows::OutboxRow;

/// How long a letter under way may still wait for its answer when the desk
/// ends (R8); the desk gives all its parts 30 seconds.
const GRACE: Duration = Duration::from_secs(25);
/// Between two tries to store what became of a letter.
const PAUSE: Duration = Duration::from_secs(5);
/// Tries to store it as an input of the desk, before the bare fact must do.
const DECISIONS_MAX: u32 = 3;
/// A letter whose failure could not be decided upon is not tried sooner.
const UNDECIDED_WAIT: SignedDuration = SignedDuration::from_hours(4);

/// Hands one letter over. `None`: the desk ended before there was an answer,
/// and the letter stays as it is, to be tried again.
pub async fn send<C: Carrier>(
    desk: &Desk,
    carrier: &mut C,
    row: &OutboxRow,
    stop: &watch::Receiver<bool>,
) -> Result<Option<Sent>, ProcessError> {
    let place = row.letter.bytes.clone();
    let bytes = desk.store.read(move |view| Ok(view.packed(&place).map_err(|fault| fault.to_string()))).await;
    let bytes = match bytes.map_err(|error| ProcessError::Unknown(error.to_string()))? {
        Ok(bytes) => bytes,
        // Nothing can be sent without its bytes: staff are told.
        Err(fault) => return Ok(Some(Sent::Failed { response: fault })),
    };
    let envelope = Envelope {
        from: envelope_sender(desk, row),
        to: row.letter.to.clone(),
        bytes: bytes.into(),
        file_name: file_name(row),
    };
    let sent = tokio::select! {
        biased;
        sent = carrier.send(&envelope) => sent,
        () = ended_long_ago(stop.clone()) => return Ok(None),
    };
    steps::reached(Step::LetterSent);
    Ok(Some(sent))
}

/// The address that names the letter, where plus addresses arrive: a delivery
/// report that tells nothing else comes back to it (S-10).
fn envelope_sender(desk: &Desk, row: &OutboxRow) -> String {
    let facts = &desk.rules.desk;
    let named = reply_address::of(facts, row.letter.no, &row.letter.message_id).filter(|_| facts.bounce_addresses);
    named.unwrap_or_else(|| facts.address.clone())
}

async fn ended_long_ago(mut stop: watch::Receiver<bool>) {
    told_to_stop(&mut stop).await;
    tokio::time::sleep(GRACE).await;
}

/// Waits until the desk is to end; nobody left who could say so counts as well.
pub async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _nobody_left = stop.wait_for(|stop| *stop).await.is_err();
}

/// The number keeps them in order, the Message-ID apart from those of another
/// desk that used the same Maildir.
fn file_name(row: &OutboxRow) -> String {
    let digest = hex(&Sha256::digest(row.letter.message_id.as_bytes()));
    let short: String = digest.chars().take(16).collect();
    format!("letter-{:08}-{short}", row.letter.no)
}

/// Commits what became of a try: a yes and a final no are inputs of the desk,
/// the rest is tried again later.
pub async fn note(
    desk: &Arc<Desk>,
    row: &OutboxRow,
    sent: Sent,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    let letter = row.letter.no;
    match sent {
        Sent::Accepted { response } => {
            tracing::info!(letter, "letter {letter} taken");
            let bare = What::Sent { letter, response: response.clone() };
            decided(desk, Input::Delivered { letter, response }, bare, stop).await
        }
        Sent::Failed { response } => undelivered(desk, row, response, stop).await,
        Sent::Deferred { response } | Sent::Unknown { why: response } => again(desk, row, response, None, stop).await,
        Sent::Unreachable { why } => {
            tracing::warn!(letter, reason = %why, "letters wait for the mail server");
            let soon = SignedDuration::try_from(gate::LONGEST).ok();
            again(desk, row, why, soon, stop).await
        }
    }
}

/// Puts the letter off, at most by `most`, or gives it up.
async fn again(
    desk: &Arc<Desk>,
    row: &OutboxRow,
    response: String,
    most: Option<SignedDuration>,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    let letter = row.letter.no;
    let now = desk.clock.now();
    let Some(until) = patience::again(row.attempts.saturating_add(1), row.waits_since(), now, letter) else {
        return undelivered(desk, row, format!("given up after five days: {response}"), stop).await;
    };
    let until = most.and_then(|most| now.checked_add(most).ok()).map_or(until, |latest| until.min(latest));
    tracing::info!(letter, %until, reason = %summary(&response), "letter {letter} not taken, tried again later");
    kept(desk, What::Deferred { letter, until, response }, stop).await
}

async fn undelivered(
    desk: &Arc<Desk>,
    row: &OutboxRow,
    why: String,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    let letter = row.letter.no;
    tracing::warn!(letter, reason = %summary(&why), "letter {letter} cannot be delivered");
    let until = desk.clock.now().checked_add(UNDECIDED_WAIT).unwrap_or(Timestamp::MAX);
    let bare = What::Deferred { letter, until, response: why.clone() };
    decided(desk, Input::Undelivered { letter, address: row.letter.to.clone(), why }, bare, stop).await
}

/// What an answer was about, without the text of the server, which may hold
/// addresses: its codes, or our own words before the first colon.
fn summary(response: &str) -> String {
    let is_code = |word: &&str| word.chars().all(|c| c.is_ascii_digit() || c == '.');
    let codes: Vec<&str> = response.split(' ').take_while(is_code).collect();
    if codes.is_empty() { response.split(':').next().unwrap_or_default().to_owned() } else { codes.join(" ") }
}

/// Commits an input. While the disk is full it waits here, holding what it
/// knows: a letter that has left must not leave again only because that could
/// not be stored. If the desk cannot decide at all, the bare fact is stored.
async fn decided(
    desk: &Arc<Desk>,
    input: Input,
    bare: What,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), ProcessError> {
    let mut tries = 0;
    loop {
        match desk.decide_on(input.clone()).await {
            Err(ProcessError::NotNow(why)) => {
                tracing::warn!(reason = %why, "what became of a letter is not stored yet")
            }
            done => return done.map(drop),
        }
        tries += 1;
        if tries >= DECISIONS_MAX {
            match plainly(desk, vec![bare.clone()]).await {
                Err(ProcessError::NotNow(_)) => {}
                done => {
                    tracing::error!("what became of a letter could not be decided upon, only noted");
                    return done.map(drop);
                }
            }
        }
        if stopped_during(PAUSE, stop).await {
            return Ok(());
        }
    }
}

/// Commits a bare fact, waiting while the disk is full.
async fn kept(desk: &Arc<Desk>, what: What, stop: &mut watch::Receiver<bool>) -> Result<(), ProcessError> {
    loop {
        match plainly(desk, vec![what.clone()]).await {
            Err(ProcessError::NotNow(why)) => {
                tracing::warn!(reason = %why, "what became of a letter is not stored yet")
            }
            done => return done.map(drop),
        }
        if stopped_during(PAUSE, stop).await {
            return Ok(());
        }
    }
}

/// Waits; whether the desk is to end.
pub async fn stopped_during(pause: Duration, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::time::timeout(pause, told_to_stop(stop)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_name_codes_and_no_text_of_the_server() {
        let cases = [
            ("550 5.1.1 <ann@acme.example>: no such user", "550 5.1.1"),
            ("250 taken", "250"),
            ("no clear answer to RCPT: 5.1.1 ann@acme.example", "no clear answer to RCPT"),
            ("no answer to the dot in 600 s", "no answer to the dot in 600 s"),
            ("given up after five days: 450 4.2.0 ann@acme.example", "given up after five days"),
            ("", ""),
        ];
        for (response, expected) in cases {
            assert_eq!(summary(response), expected);
        }
    }
}
