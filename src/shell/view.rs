//! Every fact that a person can see, as JSON (cli.md). The same functions
//! answer over the socket of a running desk and on a store opened by a command.

mod considered;
mod read;
mod ticket;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::desk::record::What;
use crate::desk::register::Register;
use crate::shell::health::Health;
use crate::shell::process::{Desk, plainly};
use crate::shell::register;
use crate::shell::socket::Handler;
use crate::shell::store::View;
use crate::shell::store::state::StateError;

pub use considered::considered;
pub use read::{read, understood};

/// What is asked. `view` names it, the other words belong to it.
#[derive(Debug, Clone, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "view", deny_unknown_fields)]
pub enum Request {
    Tickets,
    Ticket { id: String },
    Why { id: String },
    Log { id: String },
    Register,
    Status,
    Outbox,
    Letter { no: u64 },
    Quarantine,
    Try { mail: String, received: Timestamp, at: Option<Timestamp> },
    Import { register: Register, merge: bool, by: String },
}

/// Why a request has no answer: exit code and text.
pub type Refusal = (u8, String);

/// Answers requests for the desk that runs.
pub fn handler(desk: Arc<Desk>, health: Health) -> Handler {
    Arc::new(move |request| {
        let (desk, health) = (Arc::clone(&desk), health.clone());
        Box::pin(async move {
            let request: Request = serde_json::from_value(request).map_err(|error| (2, error.to_string()))?;
            answer(&desk, request, Some(&health)).await
        })
    })
}

/// Answers one request; `health` is that of a desk that runs.
pub async fn answer(desk: &Arc<Desk>, request: Request, health: Option<&Health>) -> Result<Value, Refusal> {
    match request {
        Request::Import { register, merge, by } => import(desk, register, merge, by).await,
        Request::Try { mail, received, at } => considered(desk, &mail, received, at).await,
        Request::Status => {
            let now = desk.clock.now();
            let status = desk.store.read(move |view| status(view, now)).await.map_err(gone)?;
            Ok(with_health(status, health))
        }
        request => {
            desk.store.read(move |view| Ok(plain(view, &request))).await.map_err(gone)?.map_err(|error| match error {
                Plain::Store(error) => (1, error.to_string()),
                Plain::NotFound(text) => (1, text),
            })
        }
    }
}

fn gone(error: impl std::fmt::Display) -> Refusal {
    (3, error.to_string())
}

enum Plain {
    Store(StateError),
    NotFound(String),
}

impl From<StateError> for Plain {
    fn from(error: StateError) -> Plain {
        Plain::Store(error)
    }
}

fn plain(view: &View<'_>, request: &Request) -> Result<Value, Plain> {
    match request {
        Request::Tickets => Ok(Value::Array(view.tickets()?.iter().map(ticket::summary).collect())),
        Request::Ticket { id } => ticket::show(view, id)?.ok_or_else(|| no_ticket(view, id)),
        Request::Why { id } => ticket::why(view, id)?.ok_or_else(|| no_ticket(view, id)),
        Request::Log { id } => ticket::log(view, id)?.ok_or_else(|| no_ticket(view, id)),
        Request::Register => Ok(json!(view.register()?)),
        Request::Outbox => Ok(Value::Array(view.letters()?.iter().map(ticket::letter).collect())),
        Request::Letter { no } => letter(view, *no)?.ok_or_else(|| Plain::NotFound(format!("there is no letter {no}"))),
        Request::Quarantine => Ok(json!(view.quarantine()?)),
        Request::Status | Request::Try { .. } | Request::Import { .. } => {
            Err(Plain::NotFound("this is answered elsewhere".to_owned()))
        }
    }
}

/// An id that is not there, with the nearest one that is.
fn no_ticket(view: &View<'_>, id: &str) -> Plain {
    let tickets = view.tickets().unwrap_or_default();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(id);
    let near = tickets.iter().find(|ticket| !wanted.is_empty() && digits(&ticket.id.0).ends_with(&wanted));
    Plain::NotFound(match near {
        Some(ticket) => format!("there is no ticket {id}; did you mean {}?", ticket.id),
        None => format!("there is no ticket {id}; `ticket list` shows all {}", tickets.len()),
    })
}

fn letter(view: &View<'_>, no: u64) -> Result<Option<Value>, StateError> {
    let Some(row) = view.letter(no)? else { return Ok(None) };
    let mut shown = ticket::letter(&row);
    let text = match view.packed(&row.letter.bytes) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => "[expired]".to_owned(),
    };
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("bytes".to_owned(), Value::String(text));
    }
    Ok(Some(shown))
}

fn status(view: &View<'_>, now: Timestamp) -> Result<Value, StateError> {
    use crate::shell::store::rows::LetterState;
    let letters = view.letters()?;
    let count = |state: LetterState| letters.iter().filter(|row| row.state == state).count();
    let deferred = letters.iter().rev().find(|row| row.state == LetterState::Deferred);
    let last_trouble = deferred.map(|row| row.response.clone());
    let tickets = view.tickets()?;
    let timers = view.timers()?;
    let register = view.register()?;
    Ok(json!({
        "now": now,
        "journal": { "records": view.head().seq, "head": view.head().hash },
        "tickets": { "open": tickets.iter().filter(|ticket| !ticket.status.is_final()).count(), "all": tickets.len() },
        "outbox": {
            "waiting": count(LetterState::Pending) + count(LetterState::Trying),
            "deferred": count(LetterState::Deferred),
            "sent": count(LetterState::Sent),
            "failed": count(LetterState::Failed),
            "last_trouble": last_trouble,
        },
        "quarantine": view.quarantine()?.len(),
        "timers": { "waiting": timers.len(), "overdue": timers.iter().filter(|timer| timer.at <= now).count(),
            "next": timers.first().map(|timer| timer.at) },
        "register": { "companies": register.companies.len(), "representatives": register.representatives.len(),
            "units": register.units.len(), "empty": register.units.is_empty() },
    }))
}

fn with_health(mut status: Value, health: Option<&Health>) -> Value {
    if let Some(fields) = status.as_object_mut() {
        fields.insert("running".to_owned(), Value::Bool(health.is_some()));
        fields.insert("source".to_owned(), json!(health.map(Health::state)));
    }
    status
}

/// Commits an import as one record; the answer is the difference it made.
async fn import(desk: &Arc<Desk>, file: Register, merge: bool, by: String) -> Result<Value, Refusal> {
    let old = desk.store.read(|view| view.register()).await.map_err(gone)?;
    let (register, difference) = register::merge_import(&old, file, merge);
    if difference.is_empty() {
        return Ok(json!({ "difference": difference, "imported": false }));
    }
    let clashes: Vec<String> =
        register::clashes(&register).iter().map(|clash| format!("{}; {}", clash.what, clash.way_out)).collect();
    if !clashes.is_empty() {
        return Err((1, format!("nothing was imported:\n{}", clashes.join("\n"))));
    }
    let imported = plainly(desk, vec![What::Imported { register, by }]).await;
    imported.map_err(|error| match error {
        crate::shell::process::ProcessError::NotNow(text) => (1, text),
        crate::shell::process::ProcessError::Unknown(text) => (3, text),
    })?;
    Ok(json!({ "difference": difference, "imported": true }))
}
