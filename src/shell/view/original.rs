//! Sealed originals and attachments are to be opened: the record of it, which is
//! safe on disk before anything is opened.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::desk::decide::decide;
use crate::desk::input::{Input, Opening};
use crate::desk::known::Ask;
use crate::desk::record::OutcomeWord;
use crate::shell::socket::Refusal;
use crate::shell::store::state::StateError;
use crate::shell::view::reveal::Wish;
use crate::shell::view::{Asked, reveal, without_mail};

/// Commits it; the answer names the record.
pub async fn record(asked: Asked<'_>, mut opening: Opening) -> Result<Value, Refusal> {
    opening.reason = reveal::reason(&opening.reason).map_err(|text| (1, text))?;
    opening.by = opening.by.split_whitespace().collect::<Vec<&str>>().join(" ");
    commit(asked, Input::OpenOriginals(opening), OutcomeWord::OriginalsOpened).await
}

/// The same for attachments, by whoever's key it is.
pub async fn attachments(asked: Asked<'_>, wish: Wish, records: Vec<u64>) -> Result<Value, Refusal> {
    let look = reveal::look(&asked, wish).map_err(|text| (1, text))?;
    commit(asked, Input::OpenAttachments(look, records), OutcomeWord::AttachmentsOpened).await
}

async fn commit(asked: Asked<'_>, input: Input, expected: OutcomeWord) -> Result<Value, Refusal> {
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
    let receipt = commit.await.map_err(reveal::refusal)?;
    asked.committed.notify_waiters();
    if receipt.outcome != expected {
        return Err((1, why.get().cloned().unwrap_or_default()));
    }
    Ok(json!({ "record": receipt.seq }))
}
