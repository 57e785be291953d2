//! Tickets, their letters and reasons as JSON.

use serde_json::{Value, json};

use crate::desk::ticket::{Consent, Scope, Ticket, TicketId};
use crate::desk::timers;
use crate::shell::store::View;
use crate::shell::store::rows::OutboxRow;
use crate::shell::store::state::StateError;

/// One line of `ticket list`.
pub fn summary(ticket: &Ticket) -> Value {
    json!({
        "id": ticket.id,
        "kind": "upgrade",
        "state": ticket.status,
        "outcome": ticket.outcome,
        "company": ticket.company,
        "serial": ticket.serial(),
        "requester": ticket.requester.address,
        "agent": ticket.agent,
        "window": window(ticket),
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "open": !ticket.status.is_final(),
    })
}

/// `ticket show --json`.
pub fn show(view: &View<'_>, id: &str) -> Result<Option<Value>, StateError> {
    let id = TicketId(id.to_uppercase());
    let Some(ticket) = view.ticket(&id)? else { return Ok(None) };
    let mut letters = Vec::new();
    for reference in &ticket.letters {
        letters.extend(view.letter(reference.no)?.as_ref().map(letter));
    }
    let deadlines: Vec<Value> =
        timers::of(&ticket, view.rules()).iter().map(|timer| json!({ "name": timer.name, "at": timer.at })).collect();
    let form = &ticket.form;
    Ok(Some(json!({
        "id": ticket.id,
        "kind": "upgrade",
        "state": ticket.status,
        "outcome": ticket.outcome,
        "severity": null,
        "ending": ticket.ending,
        "company": ticket.company,
        "units": [{ "serial": ticket.serial(), "fields": fields(form) }],
        "contacts": [{ "address": ticket.requester.address, "name": ticket.requester.name,
            "on_file": ticket.requester.on_file, "role": "requester" }],
        "agent": ticket.agent,
        "window": window(&ticket),
        "consent": ticket.consent().map(consent),
        "problem_of": [],
        "faults": ticket.faults,
        "denials": ticket.denials,
        "unproven": ticket.unproven,
        "password": if ticket.secret.is_some() { "[sealed]" } else { "none" },
        "checked": ticket.checked,
        "issues": ticket.issues,
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "deadlines": deadlines,
        "letters": letters,
        "undelivered": ticket.undelivered,
        "parent": ticket.parent,
        "events": view.events(&id)?,
    })))
}

/// A letter as rows show it; its bytes stay in their pack.
pub fn letter(row: &OutboxRow) -> Value {
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
        "next_try": row.next_try,
        "sent_at": row.done_at,
        "response": row.response,
    })
}

fn window(ticket: &Ticket) -> Option<Value> {
    ticket.window.as_ref().map(|window| json!({ "start": window.start, "end": window.end, "zone": window.zone }))
}

fn consent(consent: &Consent) -> Value {
    let scope = match &consent.scope {
        Scope::Window { start, end } => json!({ "start": start, "end": end }),
        Scope::AnyBusinessHours => json!("any business hours"),
    };
    json!({
        "given_by": consent.given_by,
        "channel": consent.channel,
        "message_id": consent.message_id,
        "mail_sha256": consent.mail_sha256,
        "proof": consent.proof,
        "at": consent.at,
        "scope": scope,
        "terms_version": consent.terms_version,
    })
}

/// The form as cli.md names its fields; the password is never there.
pub fn fields(form: &crate::desk::form::Form) -> Value {
    super::read::fields(form)
}

pub fn why(view: &View<'_>, id: &str) -> Result<Option<Value>, StateError> {
    let id = TicketId(id.to_uppercase());
    if view.ticket(&id)?.is_none() {
        return Ok(None);
    }
    Ok(Some(json!({ "id": id, "why": view.why(&id)? })))
}

pub fn log(view: &View<'_>, id: &str) -> Result<Option<Value>, StateError> {
    let id = TicketId(id.to_uppercase());
    if view.ticket(&id)?.is_none() {
        return Ok(None);
    }
    Ok(Some(json!({ "id": id, "events": view.events(&id)? })))
}
