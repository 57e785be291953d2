//! Sealed originals and attachments are to be opened: the record of it, which is
//! safe on disk before anything is opened.

use serde_json::{Value, json};

use crate::desk::input::{Input, Opening};
use crate::desk::record::OutcomeWord;
use crate::shell::socket::Refusal;
use crate::shell::view::reveal::{Wish, recorded};
use crate::shell::view::{Asked, reveal};

/// Commits it; the answer names the record.
pub async fn record(asked: Asked<'_>, mut opening: Opening) -> Result<Value, Refusal> {
    opening.reason = reveal::reason(&opening.reason).map_err(|text| (1, text))?;
    opening.by = opening.by.split_whitespace().collect::<Vec<&str>>().join(" ");
    let receipt = recorded(&asked, Input::OpenOriginals(opening), OutcomeWord::OriginalsOpened).await?;
    Ok(json!({ "record": receipt.seq }))
}

/// The same for attachments, by whoever's key it is.
pub async fn attachments(asked: Asked<'_>, wish: Wish, records: Vec<u64>) -> Result<Value, Refusal> {
    let look = reveal::look(&asked, wish).map_err(|text| (1, text))?;
    let receipt = recorded(&asked, Input::OpenAttachments(look, records), OutcomeWord::AttachmentsOpened).await?;
    Ok(json!({ "record": receipt.seq }))
}
