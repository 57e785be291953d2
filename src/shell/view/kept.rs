//! Letters of the outbox and mails of the quarantine, as JSON.

use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::desk::record::PackPlace;
use crate::shell::store::View;
use crate::shell::store::rows::{LetterState, OutboxRow, QuarantineRow};
use crate::shell::store::state::StateError;
use crate::shell::view::Shown;

/// Texts and letters are kept for ever: what cannot be had is damaged or missing.
const LOST: &str = "[lost: `upgrade-desk audit verify` tells why]";

/// `outbox list --json`.
pub fn letters(view: &View<'_>, state: Option<LetterState>) -> Result<Value, StateError> {
    let fits = |row: &&OutboxRow| state.is_none_or(|state| state == row.state);
    Ok(Value::Array(view.letters()?.iter().filter(fits).map(summary).collect()))
}

/// A letter as rows show it; its bytes stay in their pack.
pub fn summary(row: &OutboxRow) -> Value {
    let sent_at = row.done_at.filter(|_| row.state == LetterState::Sent);
    json!({
        "no": row.letter.no,
        "template": row.letter.template,
        "to": row.letter.to,
        "subject": row.letter.subject,
        "ticket": row.letter.ticket,
        "state": row.state,
        "attempts": row.attempts,
        "message_id": row.letter.message_id,
        "committed_at": row.committed_at,
        "next_try": row.next_try_if_any(),
        "sent_at": sent_at,
        "response": row.response,
        "by_hand": row.by_hand,
    })
}

/// `outbox show --json`: `bytes` as they leave, `text` as the reader sees it.
pub fn letter(view: &View<'_>, no: u64) -> Result<Shown, StateError> {
    let Some(row) = view.letter(no)? else {
        return Ok(Err(no_such_letter(no)));
    };
    let mut shown = summary(&row);
    let bytes = view.packed(&row.letter.bytes).ok();
    let text = bytes.as_deref().map(|bytes| {
        let message = MessageParser::default().parse(bytes);
        message.and_then(|message| message.body_text(0).map(|text| text.into_owned())).unwrap_or_default()
    });
    let bytes = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("text".to_owned(), json!(text.as_deref().unwrap_or(LOST)));
        fields.insert("bytes".to_owned(), json!(bytes.as_deref().unwrap_or(LOST)));
    }
    Ok(Ok(shown))
}

/// `quarantine list --json`: rows with what the mail says of itself.
pub fn quarantine(view: &View<'_>, all: bool) -> Result<Value, StateError> {
    let rows = view.quarantine()?.into_iter().filter(|row| all || row.waits());
    Ok(Value::Array(rows.map(|row| with_author(view, &row)).collect()))
}

/// The row, and who and what the mail says it is: null where it was not read.
pub fn with_author(view: &View<'_>, row: &QuarantineRow) -> Value {
    let mail = row.text.as_ref().map(|place| stored(view, place)).unwrap_or_default();
    let mut shown = json!(row);
    if let Some(fields) = shown.as_object_mut() {
        for name in ["from", "subject"] {
            fields.insert(name.to_owned(), mail.get(name).cloned().unwrap_or_default());
        }
    }
    shown
}

/// `quarantine show --json`: the row, and the mail as it was read, its secrets
/// taken out. `mail` is null for a mail that could not be read.
pub fn quarantined(view: &View<'_>, no: u64) -> Result<Shown, StateError> {
    let Some(row) = view.kept(no)? else { return Ok(Err(no_such_mail(no))) };
    let mail = row.text.as_ref().map(|place| stored(view, place));
    let mut shown = json!(row);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("mail".to_owned(), json!(mail));
    }
    Ok(Ok(shown))
}

pub fn no_such_letter(no: u64) -> String {
    format!("there is no letter {no}; `outbox list` shows all")
}

pub fn no_such_mail(no: u64) -> String {
    format!("there is nothing in quarantine under {no}; `quarantine list --all` shows all")
}

fn stored(view: &View<'_>, place: &PackPlace) -> Value {
    let bytes = view.packed(place).ok();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_else(|| json!(LOST))
}
