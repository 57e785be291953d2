//! Tickets, their letters and reasons as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::desk::command::word::difference;
use crate::desk::decide::passing;
use crate::desk::form::FieldKey;
use crate::desk::known::Ask;
use crate::desk::letter::say::Light;
use crate::desk::ticket::{Consent, Scope, Status, Ticket, TicketId};
use crate::desk::timers;
use crate::shell::store::View;
use crate::shell::store::state::StateError;
use crate::shell::view::{Shown, kept, read};

/// One line of `ticket list`.
pub fn summary(ticket: &Ticket) -> Value {
    json!({
        "id": ticket.id,
        "kind": ticket.kind(),
        "state": ticket.status,
        "outcome": ticket.outcome,
        "severity": ticket.problem.as_ref().map(|problem| problem.severity),
        "company": ticket.company,
        "serial": ticket.serial(),
        "unit": ticket.form.fields.get(&FieldKey::UnitSerial).map(|slot| slot.written.clone()),
        "requester": ticket.requester.address,
        "agent": ticket.agent,
        "window": window(ticket),
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "open": !ticket.status.is_final(),
    })
}

/// `ticket list --json`.
pub fn list(view: &View<'_>, open: bool, state: Option<Status>, company: Option<&str>) -> Result<Value, StateError> {
    let fits = |ticket: &&Ticket| {
        !(open && ticket.status.is_final())
            && state.is_none_or(|state| state == ticket.status)
            && company.is_none_or(|company| ticket.company.as_deref() == Some(company))
    };
    Ok(Value::Array(view.tickets()?.iter().filter(fits).map(summary).collect()))
}

/// Shows something of the ticket that `id` names; if there is none, says which
/// may be meant.
pub fn with(
    view: &View<'_>,
    id: &str,
    show: fn(&View<'_>, &Ticket) -> Result<Value, StateError>,
) -> Result<Shown, StateError> {
    if let Some(ticket) = view.ticket(&TicketId(id.trim().to_ascii_uppercase()))? {
        return show(view, &ticket).map(Ok);
    }
    let tickets = view.tickets()?;
    Ok(Err(match nearest(id, &tickets) {
        Some(near) => format!("there is no ticket {id}; did you mean {near}?"),
        None => format!("there is no ticket {id}; `ticket list` shows all {}", tickets.len()),
    }))
}

/// The same number without its zeros or letters, the newest; else an id that is
/// mistyped in at most two places.
fn nearest<'a>(id: &str, tickets: &'a [Ticket]) -> Option<&'a TicketId> {
    let wanted = id.trim().to_ascii_uppercase();
    let number = |id: &str| id.rsplit('-').next().and_then(|number| number.parse::<u64>().ok());
    let distance = |ticket: &&Ticket| difference(&wanted, &ticket.id.0);
    let same = tickets.iter().rev().filter(|ticket| number(&wanted) == number(&ticket.id.0) && number(id).is_some());
    let same = same.min_by_key(distance);
    let close = || tickets.iter().min_by_key(distance).filter(|ticket| distance(ticket) <= 2);
    same.or_else(close).map(|ticket| &ticket.id)
}

/// `ticket show --json`.
pub fn show(view: &View<'_>, ticket: &Ticket) -> Result<Value, StateError> {
    let mut letters = Vec::new();
    for reference in &ticket.letters {
        letters.extend(view.letter(reference.no)?.as_ref().map(kept::summary));
    }
    let deadlines: Vec<Value> =
        timers::of(ticket, view.rules()).iter().map(|timer| json!({ "name": timer.name, "at": timer.at })).collect();
    let form = &ticket.form;
    Ok(json!({
        "id": ticket.id,
        "kind": ticket.kind(),
        "state": ticket.status,
        "outcome": ticket.outcome,
        "severity": ticket.problem.as_ref().map(|problem| problem.severity),
        "problem": ticket.problem,
        "ending": ticket.ending,
        "company": ticket.company,
        "units": [{ "serial": ticket.serial(), "fields": read::fields(form) }],
        "contacts": [{ "address": ticket.requester.address, "name": ticket.requester.name,
            "on_file": ticket.requester.on_file, "role": "requester" }],
        "agent": ticket.agent,
        "window": window(ticket),
        "consent": ticket.consent().map(consent),
        "consents": ticket.consents.iter().map(consent).collect::<Vec<Value>>(),
        "problem_of": ticket.problem.iter().filter_map(|problem| problem.upgrade.as_ref()).collect::<Vec<_>>(),
        "offers": ticket.offers,
        "confirm_until": ticket.confirm_until,
        "faults": ticket.faults.iter().map(|(key, fault)| (key.key(), fault.to_string())).collect::<BTreeMap<_, _>>(),
        "denials": ticket.denials,
        "unproven": ticket.unproven,
        "password": if ticket.secret.is_some() { "[sealed]" } else { "none" },
        "checked": ticket.checked,
        "issues": ticket.issues,
        "terms": ticket.terms,
        "attempt": ticket.work.attempt.as_ref().map(|(of, number)| json!({ "number": number, "of": of })),
        "resubmission_of": ticket.resubmission_of,
        "merged_into": ticket.merged_into,
        "absorbed": ticket.absorbed,
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "deadlines": deadlines,
        "letters": letters,
        "undelivered": ticket.undelivered,
        "parent": ticket.parent,
        "events": view.events(&ticket.id)?,
    }))
}

fn window(ticket: &Ticket) -> Option<Value> {
    ticket.window.as_ref().map(|window| json!({ "start": window.start, "end": window.end, "zone": window.zone }))
}

fn consent(consent: &Consent) -> Value {
    let scope = match &consent.scope {
        Scope::Window { start, end } => json!({ "start": start, "end": end }),
        Scope::AnyBusinessHours => json!("any business hours"),
        Scope::AtOnce => json!("at once"),
    };
    json!({
        "id": consent.id,
        "serial": consent.serial,
        "from_version": consent.from_version,
        "version": consent.version,
        "extras": consent.extras,
        "call": consent.call,
        "superseded_by": consent.superseded_by,
        "withdrawn_at": consent.withdrawn_at,
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

/// `ticket why --json`: the checks in order, what would let it pass as the register
/// stands now, and every reason of every decision with what brought it.
pub fn why(view: &View<'_>, ticket: &Ticket) -> Result<Value, StateError> {
    let known = view.look_up(&Ask::about_ticket(ticket), ticket.updated_at)?;
    let check = |light: Light| json!({ "name": light.name, "passed": light.green, "found": light.text });
    let checks: Vec<Value> = passing::checks(ticket, view.rules(), &known).into_iter().map(check).collect();
    Ok(json!({
        "id": ticket.id,
        "state": ticket.status,
        "checks": checks,
        "lacking": passing::lacking(ticket, view.rules(), &known),
        "why": view.why(&ticket.id)?,
    }))
}

/// `ticket log --json`: every event.
pub fn log(view: &View<'_>, ticket: &Ticket) -> Result<Value, StateError> {
    Ok(json!({ "id": ticket.id, "events": view.events(&ticket.id)? }))
}
